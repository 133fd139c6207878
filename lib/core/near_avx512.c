/* near_avx512.c - 32 sketches a step; what is behind a list is not read */
#include "near_kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define AVX512 \
	__attribute__((target("avx512f,avx512bw,avx512bitalg,popcnt,bmi")))
#define STEP 32

static bool
runs(void)
{
	return __builtin_cpu_supports("avx512f") &&
	    __builtin_cpu_supports("avx512bw") &&
	    __builtin_cpu_supports("avx512bitalg") && ct_cpu_avx2();
}

AVX512 static size_t
sift(const struct ct_near_probe *probe, size_t n, const uint16_t *base,
    uint64_t *found, size_t cap)
{
	const struct ct_near_probe *end = probe + n;
	__m512i want, limit, x;
	__mmask32 here, hits;
	size_t got = 0;
	uint32_t i;

	for (; probe < end; probe++) {
		want = _mm512_set1_epi16((short)probe->want);
		limit = _mm512_set1_epi16(probe->limit);
		for (i = 0; i < probe->n; i += STEP) {
			here = probe->n - i < STEP ? (1U << (probe->n - i)) - 1
						   : 0xffffffff;
			x = _mm512_maskz_loadu_epi16(here, probe->at + i);
			x = _mm512_popcnt_epi16(_mm512_xor_si512(x, want));
			hits = _mm512_mask_cmple_epi16_mask(here, x, limit);
			for (; hits; hits &= hits - 1)
				found[got++] = (uint64_t)(probe->at + i +
				    __builtin_ctz(hits) - base);
			if (got > cap)
				return got;
		}
	}
	return got;
}

AVX512 static size_t
stream(const struct ct_near_pass *p, size_t *next, struct ct_near_pair *found,
    size_t cap)
{
	__m512i limit = _mm512_set1_epi16((short)p->limit), want, x;
	__mmask32 here, hits;
	uint32_t at, end;
	size_t got = 0, i;

	for (i = *next; i < p->n; i++) {
		ct_near_ahead(p, i);
		at = p->first[p->key[i]];
		end = p->first[p->key[i] + 1];
		if (end - at > cap - got)
			break;
		want = _mm512_set1_epi16((short)p->want[i]);
		do { /* of an empty one nothing is within */
			here = end - at < STEP ? (1U << (end - at)) - 1
					       : 0xffffffff;
			x = _mm512_maskz_loadu_epi16(here, p->sketch + at);
			x = _mm512_popcnt_epi16(_mm512_xor_si512(x, want));
			hits = _mm512_mask_cmple_epi16_mask(here, x, limit);
			for (; hits; hits &= hits - 1)
				found[got++] = (struct ct_near_pair){
					(uint32_t)i,
					at + (uint32_t)__builtin_ctz(hits)
				};
		} while ((at += STEP) < end);
	}
	*next = i;
	return got;
}

AVX512 static size_t
verify(const uint8_t *q, const uint8_t *hash, const uint32_t *id, size_t n,
    int max, struct ct_near_hit *hit)
{
	uint64_t want[4], have[4];
	size_t i, got = 0;
	int bits;

	memcpy(want, q, sizeof want);
	for (i = 0; i < n; i++) {
		memcpy(have, hash + id[i] * CT_HASH_LEN, sizeof have);
		bits = __builtin_popcountll(want[0] ^ have[0]) +
		    __builtin_popcountll(want[1] ^ have[1]) +
		    __builtin_popcountll(want[2] ^ have[2]) +
		    __builtin_popcountll(want[3] ^ have[3]);
		hit[got] = (struct ct_near_hit){ id[i], (uint32_t)bits };
		got += bits <= max;
	}
	return got;
}

const struct ct_near_kernel ct_near_avx512 = { { "near avx512", runs },
	ct_near_chunks_avx2, sift, stream, verify };

#else
typedef int ct_near_avx512_is_empty; /* ISO C wants a declaration */
#endif
