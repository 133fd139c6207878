#include "pdna_kernel.h"

#if defined(__aarch64__)

#include <arm_neon.h>

#define STEP ((size_t)16) /* bytes */

/* The sum over bytes from to end. */
static inline uint32_t
part(const uint8_t *a, const uint8_t *b, size_t from, size_t end)
{
	uint32x4_t sum = vdupq_n_u32(0);
	size_t i;

	for (i = from; i < end; i += STEP) {
		uint8x16_t d = vabdq_u8(vld1q_u8(a + i), vld1q_u8(b + i));
		uint8x8_t low = vget_low_u8(d);

		sum = vpadalq_u16(sum, vmull_u8(low, low));
		sum = vpadalq_u16(sum, vmull_high_u8(d, d));
	}
	return vaddvq_u32(sum);
}

size_t
ct_pdna_scan_neon(const uint8_t *q, const uint8_t *list, size_t n, uint32_t max,
    struct ct_pdna_hit *hit, size_t cap)
{
	size_t i, found = 0;
	uint32_t d;

	for (i = 0; i < n; i++, list += CT_PDNA_LEN) {
		d = part(q, list, 0, CT_PDNA_FIRST);
		if (d > max)
			continue;
		d += part(q, list, CT_PDNA_FIRST, CT_PDNA_LEN);
		if (d > max)
			continue;
		if (found < cap)
			hit[found] = (struct ct_pdna_hit){ i, d };
		found++;
	}
	return found;
}

#else
typedef int ct_pdna_neon_is_empty; /* ISO C wants a declaration */
#endif
