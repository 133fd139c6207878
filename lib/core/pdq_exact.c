/*
 * pdq_exact.c - the reference's filter, streamed
 *
 * Twice a box along rows, then down columns.  Rows go through in bands, so
 * that a kernel can run along several at once; down columns it can anyway.
 * Of the second round only what is kept is made.
 */
#include "pdq_kernel.h"

#include <string.h>

#define SIDE CT_PDQ_SIDE
#define BAND CT_PDQ_BAND

static float *
deal(float **at, size_t n)
{
	float *f = *at;

	if (f)
		*at += n;
	return f;
}

static size_t
column_start(struct ct_pdq_column *c, uint32_t n, uint32_t h, float **at)
{
	size_t stride = ct_pdq_stride(n), size;

	*c = (struct ct_pdq_column){ .n = n, .window = ct_pdq_window(h) };
	size = c->window * stride;
	c->ring = deal(at, size);
	c->sum = deal(at, stride);
	if (c->ring)
		memset(c->ring, 0, (size + stride) * sizeof *c->ring);
	return size + stride;
}

size_t
ct_pdq_exact_start(struct ct_pdq_exact *e, uint32_t w, uint32_t h, float *at)
{
	size_t band, ring;
	uint32_t i;

	memset(e, 0, sizeof *e);
	e->w = w;
	e->h = h;
	e->stride = ct_pdq_stride(w);
	for (i = 0; i < SIDE; i++)
		e->col[i] = ct_pdq_kept(w, i);
	band = (size_t)BAND * e->stride;
	ring = (size_t)BAND * ct_pdq_ring(ct_pdq_window(w));
	e->first = deal(&at, band);
	e->second = deal(&at, band);
	e->ring = deal(&at, ring);
	return 2 * band + ring + column_start(&e->once, w, h, &at) +
	    column_start(&e->twice, SIDE, h, &at);
}

/* One more row, or after the last one nothing, down the columns: is there a
 * row out? */
static bool
down(const struct ct_pdq *p, struct ct_pdq_column *c, const float *in,
    float *out)
{
	uint32_t h = p->exact.h, count = c->window;
	size_t stride = ct_pdq_stride(c->n);

	if (c->in < c->window)
		count = c->in + 1;
	else if (c->in >= h)
		count = c->window - (c->in - h + 1);
	p->kernel->slide(
	    c->sum, c->ring + c->in % c->window * stride, in, out, c->n, count);
	if (c->in++ < ct_pdq_ahead(c->window))
		return false;
	c->out++;
	return true;
}

/* A row that is through both rounds: keep it as often as it is wanted. */
static void
keep(struct ct_pdq *p, const float *row)
{
	struct ct_pdq_exact *e = &p->exact;

	while (e->kept < SIDE && ct_pdq_kept(e->h, e->kept) == e->twice.out - 1)
		memcpy(p->small[e->kept++], row, sizeof p->small[0]);
}

/* The rows of a band; those it has not are made 0. */
static void
rows(const struct ct_pdq_exact *e, float *band, uint32_t full, float **row)
{
	uint32_t i;

	for (i = 0; i < BAND; i++)
		row[i] = band + i * (size_t)e->stride;
	if (full < BAND)
		memset(row[full], 0,
		    (BAND - full) * (size_t)e->stride * sizeof *band);
}

static void
second_round(struct ct_pdq *p)
{
	struct ct_pdq_exact *e = &p->exact;
	float *row[BAND], out[BAND][SIDE], even[SIDE];
	uint32_t i;

	rows(e, e->second, e->even, row);
	p->kernel->pick(row, e->w, ct_pdq_window(e->w), e->ring, e->col, out);
	for (i = 0; i < e->even; i++)
		if (down(p, &e->twice, out[i], even))
			keep(p, even);
	e->even = 0;
}

static void
even_row(struct ct_pdq *p, const float *in)
{
	struct ct_pdq_exact *e = &p->exact;

	if (down(p, &e->once, in, e->second + e->even * (size_t)e->stride) &&
	    ++e->even == BAND)
		second_round(p);
}

static void
first_round(struct ct_pdq *p)
{
	struct ct_pdq_exact *e = &p->exact;
	float *row[BAND];
	uint32_t i;

	rows(e, e->first, e->full, row);
	p->kernel->box(row, e->w, ct_pdq_window(e->w), e->ring);
	for (i = 0; i < e->full; i++)
		even_row(p, row[i]);
	e->full = 0;
}

/* No row is left: let out what is still in the columns. */
static void
finish(struct ct_pdq *p)
{
	struct ct_pdq_exact *e = &p->exact;
	float none[SIDE] = { 0 }, even[SIDE];

	memset(e->first, 0, e->stride * sizeof *e->first);
	while (e->once.out < e->h)
		even_row(p, e->first);
	second_round(p);
	while (e->twice.out < e->h) {
		(void)down(p, &e->twice, none, even);
		keep(p, even);
	}
}

void
ct_pdq_exact_row(struct ct_pdq *p, enum ct_pdq_pixel pixel, const void *row)
{
	struct ct_pdq_exact *e = &p->exact;
	bool whole = e->w == SIDE && e->h == SIDE; /* no filter at all */
	float *to =
	    whole ? p->small[e->seen] : e->first + e->full * (size_t)e->stride;

	if (pixel == CT_PDQ_LUMA)
		memcpy(to, row, e->w * sizeof *to);
	else
		p->kernel->luma(to, pixel, row, e->w);
	e->seen++;
	if (whole)
		return;
	if (++e->full == BAND || e->seen == e->h)
		first_round(p);
	if (e->seen == e->h)
		finish(p);
}
