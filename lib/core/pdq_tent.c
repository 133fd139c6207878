/*
 * pdq_tent.c - the reference's filter as one sparse product
 *
 * Two boxes in a row are one run of weights, a tent; rows and columns do not
 * depend on each other.  So each of the 64 x 64 values is a sum over rows of
 * sums over columns.  Rows are added to the sums they belong to as they come;
 * when a band of sums is complete, it is added up along columns.
 */
#include "pdq_kernel.h"

#include <string.h>

#define SIDE CT_PDQ_SIDE
#define BAND CT_PDQ_BAND
#define FEW 2 /* sums that a row is added to at once */

/* From where to where, both included, a box around pixel o of n reaches. */
static uint32_t
from(uint32_t w, uint32_t o)
{
	uint32_t back = w - 1 - ct_pdq_ahead(w);

	return o < back ? 0 : o - back;
}

static uint32_t
to(uint32_t w, uint32_t n, uint32_t o)
{
	uint32_t ahead = ct_pdq_ahead(w);

	return n - 1 - o < ahead ? n - 1 : o + ahead;
}

/* What each pixel in the box around pixel o weighs; full: 1 / w. */
static double
each(uint32_t w, uint32_t n, uint32_t o, double full)
{
	uint32_t count = to(w, n, o) - from(w, o) + 1;

	return count == w ? full : 1.0 / count;
}

struct ct_pdq_taps
ct_pdq_weigh(uint32_t n, uint32_t shrink, uint32_t i, float *weight)
{
	uint32_t w = ct_pdq_window(n), o = ct_pdq_kept(n, i);
	uint32_t a = from(w, o), b = to(w, n, o); /* of the second box */
	uint32_t x = from(w, a), last = to(w, n, b), in = a, out = a;
	double full = 1.0 / w, mean = each(w, n, o, full);
	double now = 0, sum = 0; /* of the boxes around x; of a shrunk pixel */
	struct ct_pdq_taps taps = { .start = x / shrink,
		.len = last / shrink - x / shrink + 1,
		.weight = weight };

	for (; weight && x <= last; x++) {
		for (; in <= b && from(w, in) <= x; in++)
			now += each(w, n, in, full);
		for (; to(w, n, out) < x; out++)
			now -= each(w, n, out, full);
		sum += now;
		if (x == last || (x + 1) % shrink == 0) {
			*weight++ = (float)(sum * mean);
			sum = 0;
		}
	}
	return taps;
}

/* How many rows of the result are under way at once, at most. */
static uint32_t
most_live(const struct ct_pdq_taps *row)
{
	uint32_t i, most = 0, first = 0;

	for (i = 0; i < SIDE; i++) {
		while (row[first].start + row[first].len <= row[i].start)
			first++;
		if (i + 1 - first > most)
			most = i + 1 - first;
	}
	return most;
}

static uint32_t
eighths(uint32_t n, uint32_t of)
{
	return (n * of + 7) / 8;
}

size_t
ct_pdq_tent_start(
    struct ct_pdq_tent *t, const struct ct_pdq_shape *shape, float *at)
{
	uint32_t shrink = 8 / shape->eighths, i, reach = 0;
	size_t sums, weights, all = 0, ring;
	float *f = at;

	memset(t, 0, sizeof *t);
	t->w = eighths(shape->w, shape->eighths);
	t->h = eighths(shape->h, shape->eighths);
	t->stride = ct_pdq_stride(t->w);
	for (i = 0; i < SIDE; i++) {
		t->row[i] = ct_pdq_weigh(shape->h, shrink, i, NULL);
		if (t->row[i].len > t->longest)
			t->longest = t->row[i].len;
		t->col[i] = ct_pdq_weigh(shape->w, shrink, i, f);
		all += t->col[i].len;
		if (f)
			f += t->col[i].len;
		if (t->col[i].len > reach)
			reach = t->col[i].len;
	}
	all = (all + BAND - 1) / BAND * BAND;
	t->live = most_live(t->row);
	t->slots = BAND + t->live;
	t->mask = ct_pdq_ring(reach) - 1;
	sums = (size_t)t->slots * t->stride;
	ring = (size_t)BAND * (t->mask + 1);
	weights = (size_t)t->live * t->longest;
	if (at) {
		t->sum = at + all;
		t->ring = t->sum + sums;
		t->weight = t->ring + ring;
	}
	return all + sums + ring + weights;
}

static float *
sum_of(const struct ct_pdq_tent *t, uint32_t i)
{
	return t->sum + i % t->slots * (size_t)t->stride;
}

/* A row of the result of which this is the first row. */
static void
begin(struct ct_pdq *p)
{
	struct ct_pdq_tent *t = &p->tent;
	uint32_t i = t->begun++;

	t->row[i] = ct_pdq_weigh(p->shape.h, 8 / p->shape.eighths, i,
	    t->weight + i % t->live * (size_t)t->longest);
	memset(sum_of(t, i), 0, t->stride * sizeof *t->sum);
}

/* The last band that is complete. */
static void
along(struct ct_pdq *p)
{
	struct ct_pdq_tent *t = &p->tent;
	float *row[BAND];
	uint32_t i, at = t->ended - BAND;

	for (i = 0; i < BAND; i++)
		row[i] = sum_of(t, at + i);
	p->kernel->dots(row, t->col, t->ring, t->mask, p->small + at);
}

void
ct_pdq_tent_row(struct ct_pdq *p, enum ct_pdq_pixel pixel, const void *row)
{
	struct ct_pdq_tent *t = &p->tent;
	uint32_t y = p->seen - 1, i, n = 0;
	float *sum[FEW], weight[FEW];

	while (t->begun < SIDE && t->row[t->begun].start == y)
		begin(p);
	for (i = t->ended; i < t->begun; i++) {
		sum[n] = sum_of(t, i);
		weight[n] = t->row[i].weight[y - t->row[i].start];
		if (pixel == CT_PDQ_RGBX)
			weight[n] *= 0.001F;
		if (++n == FEW || i + 1 == t->begun) {
			p->kernel->add(
			    sum, weight, n, pixel, row, p->ahead, t->w);
			n = 0;
		}
	}
	while (t->ended < t->begun &&
	    t->row[t->ended].start + t->row[t->ended].len == y + 1)
		if (++t->ended % BAND == 0)
			along(p);
}
