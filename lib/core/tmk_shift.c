/*
 * tmk_shift.c - the shift in time at which two videos agree best
 *
 * Shifted by an angle x, 2 pi times frames / period, two videos score
 *
 *	p(x) = c + sum over j = 1 to 31 of a_j cos jx + b_j sin jx,
 *
 * and wanted is the largest p at a whole number of frames.  The reference
 * looks at each of them, 31,542 in all.  Here whole ranges are passed over.
 * Between two angles l apart p lies below the larger of its values at both by
 * at most l^2 / 8 times the largest |p''|: that is what the error of a straight
 * line through two points of a curve is at most.  And |p''| is at most
 *
 *	m = sum over j of j^2 sqrt(a_j^2 + b_j^2).
 *
 * So a range whose ends plus m l^2 / 8 do not exceed the best that was seen by
 * more than SLACK holds nothing better than SLACK; any other is halved.  In
 * the end each frame was looked at or lies in a range that was passed over,
 * and the best seen is within SLACK of the largest.
 */
#include <math.h>
#include <stddef.h>

#include "tmk_impl.h"

#define SLACK 1e-7 /* in p, of which 1.93 is the score 1 */
#define FIRST 64   /* ranges at first: p has at most 31 waves */
#define DEEP 16    /* halvings, at most: a range has below 2^8 frames */

struct wave {
	double even[CT_TMK_COEFFS], odd[CT_TMK_COEFFS]; /* a, b; even[0] is c */
	double step; /* an angle: of one frame */
	double bend; /* m / 8 */
	double best;
	uint32_t at; /* frames */
};

static void
make(struct wave *w, const struct ct_tmk *a, const struct ct_tmk *b, int i)
{
	double bend = 0;
	int j;

	w->even[0] = (double)ct_tmk_dot(a->cos[i][0], b->cos[i][0]);
	w->odd[0] = 0;
	for (j = 1; j < CT_TMK_COEFFS; j++) {
		w->even[j] = (double)ct_tmk_dot(a->cos[i][j], b->cos[i][j]) +
		    (double)ct_tmk_dot(a->sin[i][j], b->sin[i][j]);
		w->odd[j] = (double)ct_tmk_dot(a->sin[i][j], b->cos[i][j]) -
		    (double)ct_tmk_dot(a->cos[i][j], b->sin[i][j]);
		bend += j * j *
		    sqrt(w->even[j] * w->even[j] + w->odd[j] * w->odd[j]);
	}
	w->step = 2 * 3.14159265358979323846 / ct_tmk_period[i];
	w->bend = bend / 8;
	w->best = -HUGE_VAL;
	w->at = 0;
}

/* p there, by Horner's rule: the real part of a polynomial in cos x + i sin x
 * with coefficients a - i b; and kept, if it is the best. */
static double
look(struct wave *w, uint32_t frames)
{
	double c = cos(w->step * frames), s = sin(w->step * frames);
	double re = 0, im = 0, was;
	int j;

	for (j = CT_TMK_COEFFS - 1; j >= 0; j--) {
		was = re;
		re = was * c - im * s + w->even[j];
		im = was * s + im * c - w->odd[j];
	}
	if (re > w->best) {
		w->best = re;
		w->at = frames;
	}
	return re;
}

struct range {
	uint32_t from, to;
	double left, right; /* p there */
};

static double
most(const struct wave *w, const struct range *r)
{
	double length = w->step * (r->to - r->from);

	return (r->left > r->right ? r->left : r->right) +
	    w->bend * length * length;
}

static void
search(struct wave *w, struct range r)
{
	struct range todo[DEEP];
	int n = 0;

	for (;;) {
		if (r.to - r.from > 1 && most(w, &r) > w->best + SLACK) {
			uint32_t mid = r.from + (r.to - r.from) / 2;
			double p = look(w, mid);

			todo[n++] = (struct range){ mid, r.to, p, r.right };
			r.to = mid;
			r.right = p;
		} else if (n) {
			r = todo[--n];
		} else {
			return;
		}
	}
}

static void
find(struct wave *w, uint32_t period)
{
	double p[FIRST + 1];
	uint32_t at[FIRST + 1], i;

	for (i = 0; i < FIRST; i++) {
		at[i] = i * period / FIRST;
		p[i] = look(w, at[i]);
	}
	at[FIRST] = period; /* once around */
	p[FIRST] = p[0];
	for (i = 0; i < FIRST; i++)
		search(w, (struct range){ at[i], at[i + 1], p[i], p[i + 1] });
}

float
ct_tmk_level2(const struct ct_tmk *a, const struct ct_tmk *b,
    struct ct_tmk_shift shift[CT_TMK_PERIODS])
{
	struct wave w;
	double all = (double)ct_tmk_weight[0], best = -HUGE_VAL;
	int i;

	for (i = 1; i < CT_TMK_COEFFS; i++)
		all += 2 * (double)ct_tmk_weight[i];
	for (i = 0; i < CT_TMK_PERIODS; i++) {
		make(&w, a, b, i);
		find(&w, ct_tmk_period[i]);
		if (w.best > best)
			best = w.best;
		if (shift)
			shift[i] = (struct ct_tmk_shift){ ct_tmk_period[i],
				w.at, (float)(w.best / all) };
	}
	return (float)(best / all);
}
