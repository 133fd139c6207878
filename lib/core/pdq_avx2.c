#include "pdq_kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define NAME ct_pdq_avx2
#define TITLE "pdq avx2"
#define TARGET __attribute__((target("avx2,popcnt")))
#define LANES 8
#define vec __m256
#define ivec __m256i

#define load(at) _mm256_loadu_ps(at)
#define store(at, v) _mm256_storeu_ps(at, v)
#define all(f) _mm256_set1_ps(f)
#define plus(a, b) _mm256_add_ps(a, b)
#define minus(a, b) _mm256_sub_ps(a, b)
#define times(a, b) _mm256_mul_ps(a, b)
#define over(a, b) _mm256_div_ps(a, b)
#define size(a) _mm256_andnot_ps(_mm256_set1_ps(-0.0F), a)
#define whole(a) _mm256_cvttps_epi32(a)
#define iplus(a, b) _mm256_add_epi32(a, b)
#define higher(a, b) \
	(unsigned)_mm256_movemask_ps(_mm256_cmp_ps(a, b, _CMP_GT_OQ))

static bool
runs(void)
{
	return __builtin_cpu_supports("avx2") &&
	    __builtin_cpu_supports("popcnt");
}

TARGET static inline int
itotal(__m256i v)
{
	__m128i s = _mm_add_epi32(
	    _mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));

	s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4e));
	s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0xb1));
	return _mm_cvtsi128_si32(s);
}

TARGET static inline __m128i
eight(const uint8_t *at)
{
	return _mm_loadl_epi64((const __m128i *)(const void *)at);
}

TARGET static inline __m256
grey(const uint8_t *at)
{
	return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(eight(at)));
}

TARGET static inline __m256
film(const uint8_t *at)
{
	__m128i v = _mm_subs_epu8(eight(at), _mm_set1_epi8(CT_PDQ_BLACK));

	v = _mm_min_epu8(v, _mm_set1_epi8((char)CT_PDQ_WHITE));
	return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(v));
}

TARGET static inline __m256i
rgbx(const uint8_t *at)
{
	return _mm256_loadu_si256((const __m256i *)(const void *)at);
}

/* 299 = 2 * 128 + 43, 587 = 4 * 128 + 75: weights that are signed bytes */
TARGET static inline __m256
rgb(const uint8_t *at)
{
	__m256i v = rgbx(at);
	__m256i low = _mm256_maddubs_epi16(
	    v, _mm256_set1_epi32(43 | 75 << 8 | 114 << 16));
	__m256i high = _mm256_maddubs_epi16(v, _mm256_set1_epi32(2 | 4 << 8));

	return _mm256_cvtepi32_ps(
	    _mm256_add_epi32(_mm256_madd_epi16(low, _mm256_set1_epi16(1)),
		_mm256_madd_epi16(high, _mm256_set1_epi16(128))));
}

TARGET static inline __m256
luma(const uint8_t *at)
{
	const __m256i byte = _mm256_set1_epi32(255);
	__m256i v = rgbx(at);
	__m256 r = _mm256_cvtepi32_ps(_mm256_and_si256(v, byte));
	__m256 g =
	    _mm256_cvtepi32_ps(_mm256_and_si256(_mm256_srli_epi32(v, 8), byte));
	__m256 b = _mm256_cvtepi32_ps(
	    _mm256_and_si256(_mm256_srli_epi32(v, 16), byte));

	return plus(plus(times(all(0.299F), r), times(all(0.587F), g)),
	    times(all(0.114F), b));
}

TARGET static inline void
turn(__m256 m[8])
{
	__m256 a[8], b[8];
	int i;

	UNROLL
	for (i = 0; i < 8; i += 2) {
		a[i] = _mm256_unpacklo_ps(m[i], m[i + 1]);
		a[i + 1] = _mm256_unpackhi_ps(m[i], m[i + 1]);
	}
	UNROLL
	for (i = 0; i < 8; i += 4) {
		b[i] = _mm256_shuffle_ps(a[i], a[i + 2], 0x44);
		b[i + 1] = _mm256_shuffle_ps(a[i], a[i + 2], 0xee);
		b[i + 2] = _mm256_shuffle_ps(a[i + 1], a[i + 3], 0x44);
		b[i + 3] = _mm256_shuffle_ps(a[i + 1], a[i + 3], 0xee);
	}
	UNROLL
	for (i = 0; i < 4; i++) {
		m[i] = _mm256_permute2f128_ps(b[i], b[i + 4], 0x20);
		m[i + 4] = _mm256_permute2f128_ps(b[i], b[i + 4], 0x31);
	}
}

#include "pdq_simd.h"

#else
typedef int ct_pdq_avx2_is_empty; /* ISO C wants a declaration */
#endif
