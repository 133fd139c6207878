/*
 * pdq_kernel.h - inside the PDQ core; for pdq*.c and its tests only
 *
 * A kernel is a set of functions for one kind of CPU.  All kernels give the
 * same floats to the bit: each float is made by the same operations in the
 * same order, none fused, only how many are made at once differs.
 * pdq_scalar.c is the specification of them.
 *
 * Rows of floats have room for a multiple of CT_PDQ_BAND of them.
 */
#ifndef CT_PDQ_KERNEL_H
#define CT_PDQ_KERNEL_H

#include "pdq.h"

#define CT_PDQ_FREQ 16 /* frequencies kept each way: 1 to 16, not 0 */
#define CT_PDQ_BAND 16 /* rows that are worked on together */

/* As a pixel: luma itself, a float. */
#define CT_PDQ_LUMA ((enum ct_pdq_pixel)0)

struct ct_pdq_kernel {
	const char *title; /* "pdq " and its name */
	bool (*runs)(void);
	/* n pixels to luma, by the reference's float arithmetic */
	void (*luma)(
	    float *out, enum ct_pdq_pixel pixel, const void *row, uint32_t n);
	/*
	 * To each of live sums a pixel times its weight.  Of RGBX the pixel
	 * is 299 R + 587 G + 114 B: the weight has to be divided by 1000.
	 * What is ahead bytes from the row is fetched into the cache.
	 */
	void (*add)(float *const *sum, const float *weight, uint32_t live,
	    enum ct_pdq_pixel pixel, const void *row, ptrdiff_t ahead,
	    uint32_t n);
	/* out[r][i] = sum of row[r] by taps[i], from the left */
	void (*dots)(float *const row[CT_PDQ_BAND],
	    const struct ct_pdq_taps taps[CT_PDQ_SIDE], float *ring,
	    uint32_t mask, float (*out)[CT_PDQ_SIDE]);
	/* the box filter along rows of n, in place; ring: ct_pdq_ring */
	void (*box)(float *const row[CT_PDQ_BAND], uint32_t n, uint32_t window,
	    float *ring);
	/* the same; only some columns are wanted, the rows are lost */
	void (*pick)(float *const row[CT_PDQ_BAND], uint32_t n, uint32_t window,
	    float *ring, const uint32_t col[CT_PDQ_SIDE],
	    float (*out)[CT_PDQ_SIDE]);
	/* one step of it down n columns: (sum + in) - old; old = in */
	void (*slide)(float *sum, float *old, const float *in, float *out,
	    uint32_t n, uint32_t count);
	/* quality times 90: of all steps, and of all steps off less and more */
	void (*quality)(const float *a, float off, int sum[3]);
	/* 64 x 64 values to 16 x 16 frequencies; dct: ct_pdq_dct */
	void (*transform)(const float *a, const float *dct, float *b);
	/* which of 16 x 16 are above the lower median, and how many */
	int (*above)(const float *v, uint16_t bits[CT_PDQ_FREQ]);
};

#define CT_PDQ_BLACK 16 /* of CT_PDQ_FILM */

/* Bytes a pixel. */
static inline size_t
ct_pdq_bytes(enum ct_pdq_pixel pixel)
{
	return pixel == CT_PDQ_LUMA ? sizeof(float)
	    : pixel == CT_PDQ_RGBX  ? 4
				    : 1;
}

/* Whole, a loop of so few steps that each may stand alone. */
#if defined(__clang__)
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

extern const struct ct_pdq_kernel ct_pdq_scalar;
#if defined(__x86_64__)
extern const struct ct_pdq_kernel ct_pdq_avx2, ct_pdq_avx512;
#elif defined(__aarch64__)
extern const struct ct_pdq_kernel ct_pdq_neon;
#endif

/* What CT_CPU calls it. */
static inline const char *
ct_pdq_name(const struct ct_pdq_kernel *kernel)
{
	return kernel->title + sizeof "pdq";
}

/* Columns in a ring that box, pick or dots may want: a power of two. */
static inline uint32_t
ct_pdq_ring(uint32_t reach)
{
	uint32_t n = 2 * CT_PDQ_BAND;

	while (n < reach + 2 * CT_PDQ_BAND)
		n *= 2;
	return n;
}

/* The 1-D box filter along a side of n pixels: how wide, how far ahead. */
static inline uint32_t
ct_pdq_window(uint32_t n)
{
	return (n + 2 * CT_PDQ_SIDE - 1) / (2 * CT_PDQ_SIDE);
}

static inline uint32_t
ct_pdq_ahead(uint32_t window)
{
	return (window + 2) / 2 - 1;
}

/* Of n pixels the i-th that is kept. */
static inline uint32_t
ct_pdq_kept(uint32_t n, uint32_t i)
{
	return (2 * i + 1) * n / (2 * CT_PDQ_SIDE);
}

/* Floats from row to row: an odd number of cache lines, so that one column
 * of a band does not all fall into the same set of the cache. */
static inline uint32_t
ct_pdq_stride(uint32_t n)
{
	uint32_t lines = (n + CT_PDQ_BAND - 1) / CT_PDQ_BAND;

	return (lines | 1) * CT_PDQ_BAND;
}

/* Begin, returning the floats of work memory that it takes; with at not NULL
 * they are there and made ready. */
size_t ct_pdq_exact_start(
    struct ct_pdq_exact *e, uint32_t w, uint32_t h, float *at);
size_t ct_pdq_tent_start(
    struct ct_pdq_tent *t, const struct ct_pdq_shape *shape, float *at);

/* The next row; the last one completes p->small. */
void ct_pdq_exact_row(
    struct ct_pdq *p, enum ct_pdq_pixel pixel, const void *row);
void ct_pdq_tent_row(
    struct ct_pdq *p, enum ct_pdq_pixel pixel, const void *row);

/*
 * The weights by which pixels of a side of n, shrunk by so much, make the
 * i-th value.  start and len are set; weights, unless NULL, are stored.
 */
struct ct_pdq_taps ct_pdq_weigh(
    uint32_t n, uint32_t shrink, uint32_t i, float *weight);

/*
 * Which frequencies, in the turn's place and sign, are above their median;
 * how many?  turn is 0 to 3: as it is, negated are even i, even j, odd i + j.
 */
int ct_pdq_above(const struct ct_pdq *p, int turn, float v[CT_PDQ_FREQ * 16],
    uint16_t bits[CT_PDQ_FREQ]);

/* By how much a step of quality may be off, 1 being one. */
float ct_pdq_off_step(const struct ct_pdq *p);

int ct_pdq_quality(int steps);

/* 64 x 16 cosines, of which a column is a frequency. */
const float *ct_pdq_dct(void);

/* The best of n kernels, ended by one that always runs, or what CPU names;
 * only one that passes ct_pdq_passes. */
const struct ct_pdq_kernel *ct_pdq_choose(
    const struct ct_pdq_kernel *const *list, int n, const char *cpu);
const struct ct_pdq_kernel *ct_pdq_chosen(void);

/* Does this kernel give what the vectors say: a short one, or all of them? */
bool ct_pdq_passes(const struct ct_pdq_kernel *kernel, bool all);

/* ct_pdq_start with this kernel. */
void ct_pdq_start_by(struct ct_pdq *p, const struct ct_pdq_kernel *kernel,
    const struct ct_pdq_shape *shape, void *work);

#endif
