#include "pdna_kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))
#define STEP ((size_t)16) /* bytes, as 16-bit numbers a register */
#define STEPS (CT_PDNA_LEN / STEP)

AVX2 static inline __m256i
widen(const uint8_t *at)
{
	return _mm256_cvtepu8_epi16(
	    _mm_loadu_si128((const __m128i *)(const void *)at));
}

AVX2 static inline __m256i
square(__m256i want, const uint8_t *at)
{
	__m256i d = _mm256_sub_epi16(want, widen(at));

	return _mm256_madd_epi16(d, d);
}

AVX2 static inline uint32_t
total(__m256i v)
{
	__m128i s = _mm_add_epi32(
	    _mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));

	s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4e));
	s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0xb1));
	return (uint32_t)_mm_cvtsi128_si32(s);
}

AVX2 static uint32_t
rest(const __m256i *want, const uint8_t *at)
{
	__m256i sum = _mm256_setzero_si256();
	size_t i;

	for (i = CT_PDNA_FIRST / STEP; i < STEPS; i++)
		sum = _mm256_add_epi32(sum, square(want[i], at + i * STEP));
	return total(sum);
}

AVX2 size_t
ct_pdna_scan_avx2(const uint8_t *q, const uint8_t *list, size_t n, uint32_t max,
    struct ct_pdna_hit *hit, size_t cap)
{
	__m256i want[STEPS], sum;
	size_t i, found = 0;
	uint32_t d;

	for (i = 0; i < STEPS; i++)
		want[i] = widen(q + i * STEP);
	for (i = 0; i < n; i++, list += CT_PDNA_LEN) {
		sum = _mm256_add_epi32(
		    square(want[0], list), square(want[1], list + STEP));
		d = total(
		    _mm256_add_epi32(sum, square(want[2], list + 2 * STEP)));
		if (d > max)
			continue;
		d += rest(want, list);
		if (d > max)
			continue;
		if (found < cap)
			hit[found] = (struct ct_pdna_hit){ i, d };
		found++;
	}
	return found;
}

#else
typedef int ct_pdna_avx2_is_empty; /* ISO C wants a declaration */
#endif
