#include "pdq_kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define NAME ct_pdq_avx512
#define TITLE "pdq avx512"
#define TARGET __attribute__((target("avx512f,avx512bw,popcnt")))
#define LANES 16
#define vec __m512
#define ivec __m512i

#define load(at) _mm512_loadu_ps(at)
#define store(at, v) _mm512_storeu_ps(at, v)
#define all(f) _mm512_set1_ps(f)
#define plus(a, b) _mm512_add_ps(a, b)
#define minus(a, b) _mm512_sub_ps(a, b)
#define times(a, b) _mm512_mul_ps(a, b)
#define over(a, b) _mm512_div_ps(a, b)
#define size(a) _mm512_abs_ps(a)
#define whole(a) _mm512_cvttps_epi32(a)
#define iplus(a, b) _mm512_add_epi32(a, b)
#define itotal(a) _mm512_reduce_add_epi32(a)
#define higher(a, b) (unsigned)_mm512_cmp_ps_mask(a, b, _CMP_GT_OQ)

static bool
runs(void)
{
	return __builtin_cpu_supports("avx512f") &&
	    __builtin_cpu_supports("avx512bw") &&
	    __builtin_cpu_supports("popcnt");
}

TARGET static inline __m128i
sixteen(const uint8_t *at)
{
	return _mm_loadu_si128((const __m128i *)(const void *)at);
}

TARGET static inline __m512
grey(const uint8_t *at)
{
	return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(sixteen(at)));
}

TARGET static inline __m512
film(const uint8_t *at)
{
	__m128i v = _mm_subs_epu8(sixteen(at), _mm_set1_epi8(CT_PDQ_BLACK));

	v = _mm_min_epu8(v, _mm_set1_epi8((char)CT_PDQ_WHITE));
	return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(v));
}

/* 299 = 2 * 128 + 43, 587 = 4 * 128 + 75: weights that are signed bytes */
TARGET static inline __m512
rgb(const uint8_t *at)
{
	__m512i v = _mm512_loadu_si512(at);
	__m512i low = _mm512_maddubs_epi16(
	    v, _mm512_set1_epi32(43 | 75 << 8 | 114 << 16));
	__m512i high = _mm512_maddubs_epi16(v, _mm512_set1_epi32(2 | 4 << 8));

	return _mm512_cvtepi32_ps(
	    _mm512_add_epi32(_mm512_madd_epi16(low, _mm512_set1_epi16(1)),
		_mm512_madd_epi16(high, _mm512_set1_epi16(128))));
}

TARGET static inline __m512
luma(const uint8_t *at)
{
	const __m512i byte = _mm512_set1_epi32(255);
	__m512i v = _mm512_loadu_si512(at);
	__m512 r = _mm512_cvtepi32_ps(_mm512_and_si512(v, byte));
	__m512 g =
	    _mm512_cvtepi32_ps(_mm512_and_si512(_mm512_srli_epi32(v, 8), byte));
	__m512 b = _mm512_cvtepi32_ps(
	    _mm512_and_si512(_mm512_srli_epi32(v, 16), byte));

	return plus(plus(times(all(0.299F), r), times(all(0.587F), g)),
	    times(all(0.114F), b));
}

TARGET static inline void
turn(__m512 m[16])
{
	__m512 a[16], b[16];
	int i;

	UNROLL
	for (i = 0; i < 16; i += 2) {
		a[i] = _mm512_unpacklo_ps(m[i], m[i + 1]);
		a[i + 1] = _mm512_unpackhi_ps(m[i], m[i + 1]);
	}
	UNROLL
	for (i = 0; i < 16; i += 4) {
		b[i] = _mm512_shuffle_ps(a[i], a[i + 2], 0x44);
		b[i + 1] = _mm512_shuffle_ps(a[i], a[i + 2], 0xee);
		b[i + 2] = _mm512_shuffle_ps(a[i + 1], a[i + 3], 0x44);
		b[i + 3] = _mm512_shuffle_ps(a[i + 1], a[i + 3], 0xee);
	}
	/* now quarters of 4 x 4 are in place; swap whole quarters */
	UNROLL
	for (i = 0; i < 4; i++) {
		a[i] = _mm512_shuffle_f32x4(b[i], b[i + 4], 0x88);
		a[i + 4] = _mm512_shuffle_f32x4(b[i], b[i + 4], 0xdd);
		a[i + 8] = _mm512_shuffle_f32x4(b[i + 8], b[i + 12], 0x88);
		a[i + 12] = _mm512_shuffle_f32x4(b[i + 8], b[i + 12], 0xdd);
	}
	UNROLL
	for (i = 0; i < 4; i++) {
		m[i] = _mm512_shuffle_f32x4(a[i], a[i + 8], 0x88);
		m[i + 8] = _mm512_shuffle_f32x4(a[i], a[i + 8], 0xdd);
		m[i + 4] = _mm512_shuffle_f32x4(a[i + 4], a[i + 12], 0x88);
		m[i + 12] = _mm512_shuffle_f32x4(a[i + 4], a[i + 12], 0xdd);
	}
}

#include "pdq_simd.h"

#else
typedef int ct_pdq_avx512_is_empty; /* ISO C wants a declaration */
#endif
