/* near_neon.c - 8 sketches a step */
#include "near_kernel.h"

#if defined(__aarch64__)

#include <arm_neon.h>

#define STEP 8
#define FIRST UINT64_C(0x0101010101010101) /* a bit of each byte */

/* A byte of ones for each of the 8 words at p that is within the limit. */
static inline uint64_t
within(const uint16_t *p, uint16x8_t want, uint16x8_t limit)
{
	uint8x16_t x = vreinterpretq_u8_u16(veorq_u16(vld1q_u16(p), want));
	uint16x8_t near = vcleq_u16(vpaddlq_u8(vcntq_u8(x)), limit);

	return vget_lane_u64(vreinterpret_u64_u8(vmovn_u16(near)), 0);
}

static size_t
sift(const struct ct_near_probe *probe, size_t n, const uint16_t *base,
    uint64_t *found, size_t cap)
{
	const struct ct_near_probe *end = probe + n;
	uint16x8_t want, limit;
	size_t got = 0;
	uint64_t hits;
	uint32_t i;

	for (; probe < end; probe++) {
		want = vdupq_n_u16(probe->want);
		limit = vdupq_n_u16((uint16_t)probe->limit);
		for (i = 0; i < probe->n; i += STEP) {
			hits = within(probe->at + i, want, limit) & FIRST;
			if (probe->n - i < STEP)
				hits &= ((uint64_t)1 << 8 * (probe->n - i)) - 1;
			for (; hits; hits &= hits - 1)
				found[got++] = (uint64_t)(probe->at + i +
				    __builtin_ctzll(hits) / 8 - base);
			if (got > cap)
				return got;
		}
	}
	return got;
}

static size_t
stream(const struct ct_near_pass *p, size_t *next, struct ct_near_pair *found,
    size_t cap)
{
	uint16x8_t limit = vdupq_n_u16((uint16_t)p->limit), want;
	uint32_t at, end;
	size_t got = 0, i;
	uint64_t hits;

	for (i = *next; i < p->n; i++) {
		ct_near_ahead(p, i);
		at = p->first[p->key[i]];
		end = p->first[p->key[i] + 1];
		if (end - at > cap - got)
			break;
		want = vdupq_n_u16(p->want[i]);
		do { /* of an empty one nothing is within */
			hits = within(p->sketch + at, want, limit) & FIRST;
			if (end - at < STEP)
				hits &= ((uint64_t)1 << 8 * (end - at)) - 1;
			for (; hits; hits &= hits - 1)
				found[got++] = (struct ct_near_pair){
					(uint32_t)i,
					at + (uint32_t)__builtin_ctzll(hits) / 8
				};
		} while ((at += STEP) < end);
	}
	*next = i;
	return got;
}

static size_t
verify(const uint8_t *q, const uint8_t *hash, const uint32_t *id, size_t n,
    int max, struct ct_near_hit *hit)
{
	size_t i, got = 0;
	uint8x16_t x, y;
	const uint8_t *p;
	uint32_t bits;

	for (i = 0; i < n; i++) {
		p = hash + id[i] * CT_HASH_LEN;
		x = vcntq_u8(veorq_u8(vld1q_u8(p), vld1q_u8(q)));
		y = vcntq_u8(veorq_u8(vld1q_u8(p + 16), vld1q_u8(q + 16)));
		bits = vaddlvq_u8(vaddq_u8(x, y));
		hit[got] = (struct ct_near_hit){ id[i], bits };
		got += bits <= (uint32_t)max;
	}
	return got;
}

const struct ct_near_kernel ct_near_neon = { { "near neon", ct_cpu_always },
	ct_near_chunks, sift, stream, verify };

#else
typedef int ct_near_neon_is_empty; /* ISO C wants a declaration */
#endif
