/*
 * tmk - what comparing two videos by TMK+PDQF costs
 *
 *	tmk NAME
 *
 * CPU time of made-up features; the least of some runs.  Limits are those of
 * a twentieth of the reference's 5 ms, and of 10 ms for 10,000 at level 1.
 * Lines are for t/bench/run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "prog.h"
#include "tmk.h"

#define LIST 10000
#define RUNS 30
#define PAIRS 20 /* in one */

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A video of waves that move. */
static struct ct_tmk *
make(int seed)
{
	static float luma[CT_TMK_SIDE * CT_TMK_SIDE];
	struct ct_tmk *t = ct_alloc(1, sizeof *t);
	int f, i, x, y;

	ct_tmk_start(t);
	for (f = 0; f < 150; f++) {
		for (i = 0; i < CT_TMK_SIDE * CT_TMK_SIDE; i++) {
			x = i % CT_TMK_SIDE;
			y = i / CT_TMK_SIDE;
			luma[i] = (float)((x * x + seed * x * y + 7 * f * seed +
					      y * 9) /
			    8 % 256);
		}
		ct_tmk_frame(t, luma);
	}
	ct_tmk_end(t);
	return t;
}

int
main(int argc, char *argv[])
{
	struct ct_tmk *a = make(1), *b = make(3);
	float *list = ct_alloc(LIST * CT_TMK_DIM, sizeof *list);
	struct ct_tmk_hit hit[1];
	double pair = 1, all = 1, t;
	float sum = 0;
	size_t n = 0;
	int i, k;

	ct_start("tmk");
	if (argc != 2)
		return CT_USAGE;
	for (i = 0; i < LIST; i++)
		ct_tmk_unit(i % 2 ? a : b, list + (size_t)i * CT_TMK_DIM);
	for (i = 0; i < RUNS; i++) {
		t = now();
		for (k = 0; k < PAIRS; k++)
			sum += ct_tmk_level2(a, b, NULL);
		t = (now() - t) / PAIRS;
		pair = t < pair ? t : pair;
		t = now();
		n += ct_tmk_scan(list, list, LIST, 0.99F, hit, 1);
		t = now() - t;
		all = t < all ? t : all;
	}
	if (n == 0 || !(sum > 0))
		ct_die(CT_SOFTWARE, "nothing is like itself");
	printf("%s\ta pair at level 2, of 250 us\t%.0f us\t%.2f\t1\n", argv[1],
	    pair * 1e6, pair * 1e6 / 250);
	printf("%s\t10,000 at level 1, of 10 ms\t%.2f ms\t%.2f\t1\n", argv[1],
	    all * 1e3, all * 1e3 / 10);
	free(list);
	free(a);
	free(b);
	return 0;
}
