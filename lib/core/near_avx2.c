/* near_avx2.c - 16 sketches a step, their ones counted by nibbles */
#include "near_kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2,popcnt,bmi")))
#define STEP 16

/* Rows in their order, each rotated by multiplying; then the bits of all rows
 * are taken together, from the highest column down. */
AVX2 void
ct_near_chunks_avx2(const uint8_t *hash, uint16_t *chunk)
{
	const __m256i turn =
	    _mm256_setr_epi8(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1,
		0, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
	/* 2 to the power of -5 t mod 16 */
	const __m256i by = _mm256_setr_epi16(1, 1 << 11, 1 << 6, 1 << 1,
	    1 << 12, 1 << 7, 1 << 2, 1 << 13, 1 << 8, 1 << 3, 1 << 14, 1 << 9,
	    1 << 4, (short)(1U << 15), 1 << 10, 1 << 5);
	__m256i x = _mm256_loadu_si256((const __m256i *)(const void *)hash);
	uint32_t bits;
	int k;

	x = _mm256_permute4x64_epi64(_mm256_shuffle_epi8(x, turn), 0x4e);
	x = _mm256_or_si256(
	    _mm256_mullo_epi16(x, by), _mm256_mulhi_epu16(x, by));
	x = _mm256_packus_epi16(_mm256_and_si256(x, _mm256_set1_epi16(0xff)),
	    _mm256_srli_epi16(x, 8));
	x = _mm256_permute4x64_epi64(x, 0xd8);
	for (k = 7; k >= 0; k--) {
		bits = (uint32_t)_mm256_movemask_epi8(x);
		chunk[k] = (uint16_t)bits;
		chunk[k + 8] = (uint16_t)(bits >> 16);
		x = _mm256_add_epi8(x, x);
	}
}

/* Two bits for each of the 16 words at p: is it within the limit of want? */
AVX2 static inline uint32_t
within(const uint16_t *p, __m256i want, __m256i limit)
{
	const __m256i ones = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2,
	    3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
	const __m256i low = _mm256_set1_epi8(15);
	__m256i x, n;

	x = _mm256_xor_si256(
	    _mm256_loadu_si256((const __m256i *)(const void *)p), want);
	n = _mm256_add_epi8(_mm256_shuffle_epi8(ones, _mm256_and_si256(x, low)),
	    _mm256_shuffle_epi8(
		ones, _mm256_and_si256(_mm256_srli_epi16(x, 4), low)));
	n = _mm256_maddubs_epi16(n, _mm256_set1_epi8(1));
	return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpgt_epi16(n, limit));
}

AVX2 static size_t
sift(const struct ct_near_probe *probe, size_t n, const uint16_t *base,
    uint64_t *found, size_t cap)
{
	const struct ct_near_probe *end = probe + n;
	__m256i want, limit;
	size_t got = 0;
	uint32_t i, hits;

	for (; probe < end; probe++) {
		want = _mm256_set1_epi16((short)probe->want);
		limit = _mm256_set1_epi16(probe->limit);
		for (i = 0; i < probe->n; i += STEP) {
			hits = within(probe->at + i, want, limit);
			if (probe->n - i < STEP)
				hits &= (1U << 2 * (probe->n - i)) - 1;
			for (; hits; hits &= hits - 1, hits &= hits - 1)
				found[got++] = (uint64_t)(probe->at + i +
				    __builtin_ctz(hits) / 2 - base);
			if (got > cap)
				return got;
		}
	}
	return got;
}

AVX2 static size_t
stream(const struct ct_near_pass *p, size_t *next, struct ct_near_pair *found,
    size_t cap)
{
	__m256i limit = _mm256_set1_epi16((short)p->limit), want;
	uint32_t at, end, hits;
	size_t got = 0, i;

	for (i = *next; i < p->n; i++) {
		ct_near_ahead(p, i);
		at = p->first[p->key[i]];
		end = p->first[p->key[i] + 1];
		if (end - at > cap - got)
			break;
		want = _mm256_set1_epi16((short)p->want[i]);
		do { /* of an empty one nothing is within */
			hits = within(p->sketch + at, want, limit);
			if (end - at < STEP)
				hits &= (1U << 2 * (end - at)) - 1;
			for (; hits; hits &= hits - 1, hits &= hits - 1)
				found[got++] = (struct ct_near_pair){
					(uint32_t)i,
					at + (uint32_t)__builtin_ctz(hits) / 2
				};
		} while ((at += STEP) < end);
	}
	*next = i;
	return got;
}

AVX2 static size_t
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

const struct ct_near_kernel ct_near_avx2 = { { "near avx2", ct_cpu_avx2 },
	ct_near_chunks_avx2, sift, stream, verify };

#else
typedef int ct_near_avx2_is_empty; /* ISO C wants a declaration */
#endif
