/* ham_neon.c - the bits of 16 bytes by one CNT; pairs by slices */
#include "ham_kernel.h"

#if defined(__aarch64__)

#include <arm_neon.h>

static inline int
half(uint8x16_t a, uint8x16_t b)
{
	return vaddvq_u8(vcntq_u8(veorq_u8(a, b))); /* 128 at most */
}

size_t
ct_ham_scan_neon(const uint8_t *q, const uint8_t *list, size_t n, int max,
    size_t *hit, size_t cap)
{
	const uint8x16_t low = vld1q_u8(q), high = vld1q_u8(q + 16);
	size_t i, found = 0;
	int bits;

	for (i = 0; i < n; i++, list += CT_HASH_LEN) {
		bits = half(low, vld1q_u8(list));
		if (bits > max)
			continue;
		bits += half(high, vld1q_u8(list + 16));
		if (bits > max)
			continue;
		if (found < cap)
			hit[found] = i;
		found++;
	}
	return found;
}

/* Few queries or a large max. */
static void
rows(const uint8_t *q, size_t nq, const uint8_t *list, size_t n, int max,
    ct_ham_pair_fn *pair, void *arg)
{
	size_t tile, end, i, k;
	uint8x16_t low, high;
	int bits;

	for (tile = 0; tile < n; tile = end) {
		end = n - tile < CT_HAM_TILE ? n : tile + CT_HAM_TILE;
		for (k = 0; k < nq; k++) {
			low = vld1q_u8(q + k * CT_HASH_LEN);
			high = vld1q_u8(q + k * CT_HASH_LEN + 16);
			for (i = tile; i < end; i++) {
				const uint8_t *p = list + i * CT_HASH_LEN;

				bits = half(low, vld1q_u8(p));
				if (bits > max)
					continue;
				bits += half(high, vld1q_u8(p + 16));
				if (bits <= max)
					pair(arg, k, i, bits);
			}
		}
	}
}

#define NAME ct_ham_pairs_neon
#define ROWS rows
#define TARGET /* every CPU of this kind has it */
#define WORDS 2
#define vec uint64x2_t

#define load(at) vld1q_u64(at)
#define store(at, v) vst1q_u64(at, v)
#define all(word) vdupq_n_u64(word)
#define both(a, b) vandq_u64(a, b)
#define flip(a) veorq_u64(a, vdupq_n_u64(~(uint64_t)0))
#define up(a, n) vshlq_u64(a, vdupq_n_s64(n))
#define down(a, n) vshlq_u64(a, vdupq_n_s64(-(n)))
#define odd(a, b, c) veorq_u64(veorq_u64(a, b), c)
/* where a and b differ it is c, else a */
#define most(a, b, c) vbslq_u64(veorq_u64(a, b), c, a)
#define some(a) ((vgetq_lane_u64(a, 0) & vgetq_lane_u64(a, 1)) != ~(uint64_t)0)

#include "ham_slice.h"

#else
typedef int ct_ham_neon_is_empty; /* ISO C wants a declaration */
#endif
