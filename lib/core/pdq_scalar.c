/* pdq_scalar.c - the specification of the kernels, in plain C */
#include "pdq_kernel.h"

#include <stddef.h>

#define SIDE CT_PDQ_SIDE
#define FREQ CT_PDQ_FREQ

static bool
always(void)
{
	return true;
}

static float
film(uint8_t pixel)
{
	int v = pixel - CT_PDQ_BLACK;

	return (float)(v < 0 ? 0 : v > CT_PDQ_WHITE ? CT_PDQ_WHITE : v);
}

static void
luma(float *out, enum ct_pdq_pixel pixel, const void *row, uint32_t n)
{
	const uint8_t *at = row;
	uint32_t x;

	for (x = 0; x < n; x++, at += ct_pdq_bytes(pixel))
		out[x] = pixel == CT_PDQ_GREY ? (float)at[0]
		    : pixel == CT_PDQ_FILM
		    ? film(*at)
		    : (0.299F * (float)at[0] + 0.587F * (float)at[1]) +
			0.114F * (float)at[2];
}

static void
add(float *const *sum, const float *weight, uint32_t live,
    enum ct_pdq_pixel pixel, const void *row, ptrdiff_t ahead, uint32_t n)
{
	const uint8_t *at = row;
	const float *f = row;
	uint32_t i;
	size_t x;

	(void)ahead;
	for (i = 0; i < live; i++)
		if (pixel == CT_PDQ_LUMA)
			for (x = 0; x < n; x++)
				sum[i][x] += weight[i] * f[x];
		else if (pixel == CT_PDQ_GREY)
			for (x = 0; x < n; x++)
				sum[i][x] += weight[i] * (float)at[x];
		else if (pixel == CT_PDQ_FILM)
			for (x = 0; x < n; x++)
				sum[i][x] += weight[i] * film(at[x]);
		else
			for (x = 0; x < n; x++)
				sum[i][x] += weight[i] *
				    (float)(299 * at[4 * x] +
					587 * at[4 * x + 1] +
					114 * at[4 * x + 2]);
}

static void
dots(float *const row[CT_PDQ_BAND], const struct ct_pdq_taps taps[SIDE],
    float *ring, /* NOLINT(readability-non-const-parameter): others write */
    uint32_t mask, float (*out)[SIDE])
{
	uint32_t r, i, k;
	float sum;

	(void)ring;
	(void)mask;
	for (r = 0; r < CT_PDQ_BAND; r++)
		for (i = 0; i < SIDE; i++) {
			for (sum = 0.0F, k = 0; k < taps[i].len; k++)
				sum += taps[i].weight[k] *
				    row[r][taps[i].start + k];
			out[r][i] = sum;
		}
}

/*
 * Along one row of n values, by a running sum.  The order of additions is part
 * of the hash: the new value is added before the old one is subtracted, even
 * at width 1.  The values in the window are kept aside: out may be in.
 */
static void
box_row(const float *in, float *out, uint32_t n, uint32_t w, float *ring)
{
	uint32_t ahead = ct_pdq_ahead(w), i, o = 0, count = 0;
	float sum = 0.0F, old;

	if (w == 0) /* of no row at all */
		return;
	for (i = 0; i < w; i++) {
		sum += ring[i] = in[i];
		count++;
		if (i >= ahead)
			out[o++] = sum / (float)count;
	}
	for (; i < n; i++) {
		old = ring[i % w];
		sum += ring[i % w] = in[i];
		sum -= old;
		out[o++] = sum / (float)count;
	}
	for (; o < n; o++) {
		sum -= ring[i++ % w];
		count--;
		out[o] = sum / (float)count;
	}
}

static void
box(float *const row[CT_PDQ_BAND], uint32_t n, uint32_t window, float *ring)
{
	int r;

	for (r = 0; r < CT_PDQ_BAND; r++)
		box_row(row[r], row[r], n, window, ring);
}

static void
pick(float *const row[CT_PDQ_BAND], uint32_t n, uint32_t window, float *ring,
    const uint32_t col[SIDE], float (*out)[SIDE])
{
	int r, i;

	for (r = 0; r < CT_PDQ_BAND; r++) {
		box_row(row[r], row[r], n, window, ring);
		for (i = 0; i < SIDE; i++)
			out[r][i] = row[r][col[i]];
	}
}

static void
slide(float *sum, float *old, const float *in, float *out, uint32_t n,
    uint32_t count)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		sum[i] += in[i];
		sum[i] -= old[i];
		old[i] = in[i];
		out[i] = sum[i] / (float)count;
	}
}

static void
step(float a, float b, float off, int sum[3])
{
	float d = ((a < b ? b - a : a - b) * 100) / 255;

	sum[0] += (int)d;
	sum[1] += (int)(d - off);
	sum[2] += (int)(d + off);
}

static void
quality(const float *a, float off, int sum[3])
{
	int i, j;

	sum[0] = sum[1] = sum[2] = 0;
	for (i = 0; i < SIDE; i++)
		for (j = 0; j < SIDE; j++, a++) {
			if (i + 1 < SIDE)
				step(a[0], a[SIDE], off, sum);
			if (j + 1 < SIDE)
				step(a[0], a[1], off, sum);
		}
}

/* Frequencies 1 to 16 each way of a, by float sums in this very order. */
static void
transform(const float *a, const float *dct, float *b)
{
	float t[FREQ][SIDE] = { { 0 } };
	int i, j, k;

	for (k = 0; k < SIDE; k++)
		for (i = 0; i < FREQ; i++)
			for (j = 0; j < SIDE; j++)
				t[i][j] += dct[k * FREQ + i] * a[k * SIDE + j];
	for (i = 0; i < FREQ; i++, b += FREQ) {
		for (j = 0; j < FREQ; j++)
			b[j] = 0.0F;
		for (k = 0; k < SIDE; k++)
			for (j = 0; j < FREQ; j++)
				b[j] += t[i][k] * dct[k * FREQ + j];
	}
}

/*
 * The lower median: of 256 values in order the 128th.  By halving the range
 * of values until as many lie below as wanted; no memory, no reordering.
 */
static float
median(const float *v)
{
	const int n = FREQ * FREQ, rank = n / 2;
	float lo = v[0], hi = v[0], mid, below, above;
	int i, less, more;

	for (i = 1; i < n; i++) {
		lo = v[i] < lo ? v[i] : lo;
		hi = v[i] > hi ? v[i] : hi;
	}
	for (;;) {
		mid = (lo + hi) / 2;
		below = lo;
		above = hi;
		less = more = 0;
		for (i = 0; i < n; i++)
			if (v[i] < mid) {
				less++;
				below = v[i] > below ? v[i] : below;
			} else if (v[i] > mid) {
				more++;
				above = v[i] < above ? v[i] : above;
			}
		if (less > rank)
			hi = below;
		else if (n - more < rank)
			lo = above;
		else
			return less == rank ? below : mid;
	}
}

static int
above(const float *v, uint16_t bits[FREQ])
{
	float mid = median(v);
	int i, j, n = 0;

	for (i = 0; i < FREQ; i++)
		for (bits[i] = 0, j = 0; j < FREQ; j++, v++)
			if (*v > mid) {
				bits[i] |= (uint16_t)(1 << j);
				n++;
			}
	return n;
}

const struct ct_pdq_kernel ct_pdq_scalar = {
	.title = "pdq scalar",
	.runs = always,
	.luma = luma,
	.add = add,
	.dots = dots,
	.box = box,
	.pick = pick,
	.slide = slide,
	.quality = quality,
	.transform = transform,
	.above = above,
};
