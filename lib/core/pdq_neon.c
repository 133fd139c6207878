#include "pdq_kernel.h"

#if defined(__aarch64__)

#include <arm_neon.h>
#include <string.h>

#define NAME ct_pdq_neon
#define TITLE "pdq neon"
#define TARGET /* every CPU of this kind has it */
#define LANES 4
#define vec float32x4_t
#define ivec int32x4_t

#define load(at) vld1q_f32(at)
#define store(at, v) vst1q_f32(at, v)
#define all(f) vdupq_n_f32(f)
#define plus(a, b) vaddq_f32(a, b)
#define minus(a, b) vsubq_f32(a, b)
#define times(a, b) vmulq_f32(a, b)
#define over(a, b) vdivq_f32(a, b)
#define size(a) vabsq_f32(a)
#define whole(a) vcvtq_s32_f32(a)
#define iplus(a, b) vaddq_s32(a, b)
#define itotal(a) vaddvq_s32(a)

static bool
runs(void)
{
	return true;
}

static inline unsigned
higher(float32x4_t a, float32x4_t b)
{
	static const uint32_t bit[4] = { 1, 2, 4, 8 };

	return vaddvq_u32(vandq_u32(vcgtq_f32(a, b), vld1q_u32(bit)));
}

static inline uint8x8_t
four(const uint8_t *at)
{
	uint32_t word;

	memcpy(&word, at, sizeof word);
	return vcreate_u8(word);
}

static inline float32x4_t
widen(uint8x8_t v)
{
	return vcvtq_f32_u32(vmovl_u16(vget_low_u16(vmovl_u8(v))));
}

static inline float32x4_t
grey(const uint8_t *at)
{
	return widen(four(at));
}

static inline float32x4_t
film(const uint8_t *at)
{
	uint8x8_t v = vqsub_u8(four(at), vdup_n_u8(CT_PDQ_BLACK));

	return widen(vmin_u8(v, vdup_n_u8(CT_PDQ_WHITE)));
}

/* One byte of each of four pixels. */
static inline uint32x4_t
byte(const uint8_t *at, int which)
{
	uint32x4_t v = vreinterpretq_u32_u8(vld1q_u8(at));
	int32x4_t by = vdupq_n_s32(-8 * which);

	return vandq_u32(vshlq_u32(v, by), vdupq_n_u32(255));
}

static inline float32x4_t
rgb(const uint8_t *at)
{
	uint32x4_t sum = vmulq_n_u32(byte(at, 0), 299);

	sum = vmlaq_n_u32(sum, byte(at, 1), 587);
	return vcvtq_f32_u32(vmlaq_n_u32(sum, byte(at, 2), 114));
}

static inline float32x4_t
luma(const uint8_t *at)
{
	float32x4_t r = vcvtq_f32_u32(byte(at, 0));
	float32x4_t g = vcvtq_f32_u32(byte(at, 1));
	float32x4_t b = vcvtq_f32_u32(byte(at, 2));

	return plus(plus(times(all(0.299F), r), times(all(0.587F), g)),
	    times(all(0.114F), b));
}

static inline void
turn(float32x4_t m[4])
{
	float32x4x2_t a = vtrnq_f32(m[0], m[1]), b = vtrnq_f32(m[2], m[3]);

	m[0] = vcombine_f32(vget_low_f32(a.val[0]), vget_low_f32(b.val[0]));
	m[1] = vcombine_f32(vget_low_f32(a.val[1]), vget_low_f32(b.val[1]));
	m[2] = vcombine_f32(vget_high_f32(a.val[0]), vget_high_f32(b.val[0]));
	m[3] = vcombine_f32(vget_high_f32(a.val[1]), vget_high_f32(b.val[1]));
}

#include "pdq_simd.h"

#else
typedef int ct_pdq_neon_is_empty; /* ISO C wants a declaration */
#endif
