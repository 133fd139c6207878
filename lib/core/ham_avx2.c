/* ham_avx2.c - four hashes a step, of which few pass the first half */
#include "ham_kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2,popcnt")))
#define HASH CT_HASH_LEN

/* The first halves of two hashes. */
AVX2 static inline __m256i
two_halves(const uint8_t *a, const uint8_t *b)
{
	return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128(
					   (const __m128i *)(const void *)a)),
	    _mm_loadu_si128((const __m128i *)(const void *)b), 1);
}

/* How many bits are set, of each 64. */
AVX2 static inline __m256i
bits(__m256i v)
{
	const __m256i low = _mm256_set1_epi8(15);
	const __m256i ones = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2,
	    3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
	__m256i a = _mm256_shuffle_epi8(ones, _mm256_and_si256(v, low));
	__m256i b = _mm256_shuffle_epi8(
	    ones, _mm256_and_si256(_mm256_srli_epi16(v, 4), low));

	return _mm256_sad_epu8(_mm256_add_epi8(a, b), _mm256_setzero_si256());
}

/* Which of four hashes are near in the first half: bits 0 to 3. */
AVX2 static inline unsigned
near(__m256i want, __m256i limit, const uint8_t *p)
{
	__m256i a = two_halves(p, p + 2 * HASH);
	__m256i b = two_halves(p + HASH, p + 3 * HASH), n;

	a = bits(_mm256_xor_si256(want, a));
	b = bits(_mm256_xor_si256(want, b));
	n = _mm256_add_epi64(
	    _mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b));
	n = _mm256_cmpgt_epi64(n, limit);
	return 15 & ~(unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(n));
}

AVX2 size_t
ct_ham_scan_avx2(const uint8_t *q, const uint8_t *list, size_t n, int max,
    size_t *hit, size_t cap)
{
	const __m256i limit = _mm256_set1_epi64x(max);
	const __m256i want = two_halves(q, q);
	uint8_t last[4 * HASH];
	size_t i, found = 0, at;
	const uint8_t *p = list;
	unsigned mask;

	for (i = 0; i < n; i += 4, p += sizeof last) {
		if (n - i < 4)
			p = memcpy(
			    memset(last, 0, sizeof last), p, (n - i) * HASH);
		mask = near(want, limit, p);
		for (; mask; mask &= mask - 1) {
			at = i + (size_t)__builtin_ctz(mask);
			if (at >= n || ct_ham(q, list + at * HASH) > max)
				continue;
			if (found < cap)
				hit[found] = at;
			found++;
		}
	}
	return found;
}

#define NAME ct_ham_pairs_avx2
#define ROWS ct_ham_pairs_popcnt
#define TARGET AVX2
#define WORDS 4
#define vec __m256i

#define load(at) _mm256_load_si256((const __m256i *)(const void *)(at))
#define store(at, v) _mm256_store_si256((__m256i *)(void *)(at), v)
#define all(word) _mm256_set1_epi64x((long long)(word))
#define both(a, b) _mm256_and_si256(a, b)
#define flip(a) _mm256_xor_si256(a, _mm256_set1_epi64x(-1))
#define up(a, n) _mm256_slli_epi64(a, n)
#define down(a, n) _mm256_srli_epi64(a, n)
#define odd(a, b, c) _mm256_xor_si256(_mm256_xor_si256(a, b), c)
#define some(a) (!_mm256_testc_si256(a, _mm256_set1_epi64x(-1)))

TARGET static inline __m256i
most(__m256i a, __m256i b, __m256i c)
{
	__m256i other = _mm256_xor_si256(a, b);

	return _mm256_xor_si256(
	    a, _mm256_and_si256(other, _mm256_xor_si256(a, c)));
}

#include "ham_slice.h"

#else
typedef int ct_ham_avx2_is_empty; /* ISO C wants a declaration */
#endif
