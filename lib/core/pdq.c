#include "pdq.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define SIDE CT_PDQ_SIDE
#define FREQ 16 /* frequencies kept each way: 1 to 16, not 0 */

/* ---- the box filter: running sums, edges by the actual count ------------- */

/* Width of the box along a side of n pixels. */
static uint32_t
window(uint32_t n)
{
	return (n + 2 * SIDE - 1) / (2 * SIDE);
}

/* How many values are summed before the first output, itself included. */
static uint32_t
lead(uint32_t w)
{
	return (w + 2) / 2;
}

/*
 * Along one row of n values.  The order of additions is part of the hash: the
 * new value is added before the old one is subtracted, even at width 1.
 */
static void
box_row(const float *in, float *out, uint32_t n, uint32_t w)
{
	uint32_t ahead = lead(w) - 1, i, o = 0;
	uint32_t count = 0;
	float sum = 0.0F;

	for (i = 0; i < w; i++) {
		sum += in[i];
		count++;
		if (i >= ahead)
			out[o++] = sum / (float)count;
	}
	for (; i < n; i++) {
		sum += in[i];
		sum -= in[i - w];
		out[o++] = sum / (float)count;
	}
	for (; o < n; o++) {
		sum -= in[i++ - w];
		count--;
		out[o] = sum / (float)count;
	}
}

/* The same down all columns at once.  Give a row; is there one out? */
static bool
column_in(struct ct_pdq_column *c, const float *in, float *out)
{
	float *old = c->ring + (size_t)(c->in % c->window) * c->n;
	float *sum = c->sum;
	uint32_t i, count = c->in < c->window ? c->in + 1 : c->window;

	if (c->in < c->window)
		for (i = 0; i < c->n; i++)
			sum[i] += in[i];
	else
		for (i = 0; i < c->n; i++) {
			sum[i] += in[i];
			sum[i] -= old[i];
		}
	memcpy(old, in, c->n * sizeof *in);
	if (++c->in < lead(c->window))
		return false;
	for (i = 0; i < c->n; i++)
		out[i] = sum[i] / (float)count;
	c->out++;
	return true;
}

/* After the last row, of h: is there another one out? */
static bool
column_rest(struct ct_pdq_column *c, uint32_t h, float *out)
{
	const float *old = c->ring + (size_t)(c->in % c->window) * c->n;
	uint32_t i, count;

	if (c->out == h)
		return false;
	count = c->window - ++c->in + h;
	for (i = 0; i < c->n; i++) {
		c->sum[i] -= old[i];
		out[i] = c->sum[i] / (float)count;
	}
	c->out++;
	return true;
}

/* ---- rows in, 64 x 64 out ------------------------------------------------ */

static bool
too_small(uint32_t w, uint32_t h)
{
	return w < CT_PDQ_MIN || h < CT_PDQ_MIN;
}

const char *
ct_pdq_method(enum ct_pdq_method method)
{
	static const char *const names[CT_PDQ_METHODS] = { "tent", "exact",
		"fast", "photo-hasher" };

	return names[method];
}

size_t
ct_pdq_need(const struct ct_pdq_shape *shape)
{
	size_t rows = window(shape->h);

	return ((size_t)shape->w * (rows + 4) + SIDE * (rows + 1)) *
	    sizeof(float);
}

static void
column_start(struct ct_pdq_column *c, uint32_t n, uint32_t h, float **work)
{
	*c = (struct ct_pdq_column){ .n = n, .window = window(h) };
	c->ring = *work;
	*work += (size_t)c->window * n;
	c->sum = *work;
	*work += n;
	memset(c->sum, 0, n * sizeof *c->sum);
}

void
ct_pdq_start(struct ct_pdq *p, const struct ct_pdq_shape *shape, void *work)
{
	uint32_t w = shape->w, h = shape->h;
	float *f = work;
	int i;

	memset(p, 0, sizeof *p);
	p->shape = *shape;
	p->w = w;
	p->h = h;
	if (too_small(w, h))
		return;
	for (i = 0; i < SIDE; i++) {
		p->col[i] = (uint32_t)(((i + 0.5) * w) / SIDE);
		p->row[i] = (uint32_t)(((i + 0.5) * h) / SIDE);
	}
	p->blur = f;
	p->even = f + w;
	p->luma = p->even + w;
	f += 3 * (size_t)w;
	column_start(&p->first, w, h, &f);
	column_start(&p->second, SIDE, h, &f);
}

/* A row that is through both filters: keep it as often as it is wanted. */
static void
keep(struct ct_pdq *p, const float *row)
{
	while (p->rows < SIDE && p->row[p->rows] == p->second.out - 1)
		memcpy(p->small[p->rows++], row, sizeof p->small[0]);
}

/* A row in p->even that is through the first filter: begin the second. */
static void
again(struct ct_pdq *p)
{
	float pick[SIDE], out[SIDE];
	int i;

	box_row(p->even, p->blur, p->w, window(p->w));
	for (i = 0; i < SIDE; i++)
		pick[i] = p->blur[p->col[i]];
	if (column_in(&p->second, pick, out))
		keep(p, out);
}

void
ct_pdq_row(struct ct_pdq *p, enum ct_pdq_pixel pixel, const void *row)
{
	const uint8_t *at = row;
	uint32_t x;

	if (too_small(p->w, p->h))
		return;
	for (x = 0; x < p->w; x++, at += pixel)
		p->luma[x] = pixel == CT_PDQ_GREY
		    ? (float)at[0]
		    : (0.299F * (float)at[0] + 0.587F * (float)at[1]) +
			0.114F * (float)at[2];
	ct_pdq_luma(p, p->luma);
}

void
ct_pdq_luma(struct ct_pdq *p, const float *luma)
{
	float out[SIDE];

	if (too_small(p->w, p->h) || p->seen == p->h)
		return;
	p->seen++;
	if (p->w == SIDE && p->h == SIDE) { /* no filter at all */
		memcpy(p->small[p->seen - 1], luma, sizeof p->small[0]);
		return;
	}
	box_row(luma, p->blur, p->w, window(p->w));
	if (column_in(&p->first, p->blur, p->even))
		again(p);
	if (p->seen < p->h)
		return;
	while (column_rest(&p->first, p->h, p->even))
		again(p);
	while (column_rest(&p->second, p->h, out))
		keep(p, out);
}

/* ---- 64 x 64 to hash and quality ----------------------------------------- */

static int
step(float a, float b)
{
	int d = (int)(((a - b) * 100) / 255);

	return d < 0 ? -d : d;
}

static int
quality(float a[SIDE][SIDE])
{
	int i, j, sum = 0;

	for (i = 0; i < SIDE; i++)
		for (j = 0; j < SIDE; j++) {
			if (i + 1 < SIDE)
				sum += step(a[i][j], a[i + 1][j]);
			if (j + 1 < SIDE)
				sum += step(a[i][j], a[i][j + 1]);
		}
	return sum / 90 > 100 ? 100 : sum / 90;
}

/* Frequencies 1 to 16 each way of a, by float sums in this very order. */
static void
transform(float a[SIDE][SIDE], float b[FREQ][FREQ])
{
	static const double unit = 3.14159265358979323846 / 2 / SIDE;
	const float scale = (float)sqrt(2.0 / SIDE);
	float d[FREQ][SIDE], t[FREQ][SIDE], sum;
	int i, j, k;

	for (i = 0; i < FREQ; i++)
		for (j = 0; j < SIDE; j++)
			d[i][j] = (float)((double)scale *
			    cos(unit * (i + 1) * (2 * j + 1)));
	for (i = 0; i < FREQ; i++)
		for (j = 0; j < SIDE; j++) {
			for (sum = 0.0F, k = 0; k < SIDE; k++)
				sum += d[i][k] * a[k][j];
			t[i][j] = sum;
		}
	for (i = 0; i < FREQ; i++)
		for (j = 0; j < FREQ; j++) {
			for (sum = 0.0F, k = 0; k < SIDE; k++)
				sum += t[i][k] * d[j][k];
			b[i][j] = sum;
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

/* The bits of 16 x 16 frequencies: which lie above their median. */
static void
bits(const float *v, uint8_t hash[CT_PDQ_LEN])
{
	float mid = median(v);
	int k;

	memset(hash, 0, CT_PDQ_LEN);
	for (k = 0; k < FREQ * FREQ; k++)
		if (v[k] > mid)
			hash[31 - k / 8] |= (uint8_t)(1 << k % 8);
}

int
ct_pdq_end(struct ct_pdq *p, uint8_t hash[CT_PDQ_LEN])
{
	memset(hash, 0, CT_PDQ_LEN);
	if (too_small(p->w, p->h))
		return 0;
	transform(p->small, p->freq);
	bits(&p->freq[0][0], hash);
	return quality(p->small);
}

bool
ct_pdq_sure(const struct ct_pdq *p)
{
	(void)p;
	return true;
}

/* rot90, rot270, flipp and flipm are transposed; all but flipp negated where
 * one of i, j or i + j is odd, or even. */
void
ct_pdq_turns(const struct ct_pdq *p, uint8_t (*hash)[CT_PDQ_LEN])
{
	float v[FREQ][FREQ];
	int t, i, j;
	bool turned, minus;

	memset(hash, 0, CT_PDQ_TURNS * CT_PDQ_LEN);
	for (t = 0; !too_small(p->w, p->h) && t < CT_PDQ_TURNS; t++) {
		for (i = 0; i < FREQ; i++)
			for (j = 0; j < FREQ; j++) {
				turned = t == 1 || t == 3 || t >= 6;
				minus = (t == 1 && j % 2 == 0) ||
				    (t == 2 && (i + j) % 2) ||
				    (t == 3 && i % 2 == 0) ||
				    (t == 4 && i % 2 == 0) ||
				    (t == 5 && j % 2 == 0) ||
				    (t == 7 && (i + j) % 2);
				v[turned ? j : i][turned ? i : j] =
				    minus ? -p->freq[i][j] : p->freq[i][j];
			}
		bits(&v[0][0], hash[t]);
	}
}
