/*
 * kernels - microseconds from 512 x 512 pixels of grey to hash and quality
 *
 * Every kernel of this CPU in turn, round by round, the least of many rounds:
 * what is less than usual was disturbed less.  The limits are those of a
 * machine of 2023 and so a hint on any other.
 * Lines for t/bench/run, see there.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pdq.h"
#include "prog.h"

#define SIDE 512
#define KERNELS 8
#define ROUNDS 400
#define EXACT_EACH 10 /* rounds of tent to one of exact, which is slow */

static uint8_t grey[SIDE][SIDE];
static void *work;
static double least[KERNELS][2];
static char name[KERNELS][16];

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void
draw(void)
{
	uint32_t x = 1, i, j;

	for (i = 0; i < SIDE; i++)
		for (j = 0; j < SIDE; j++) {
			x ^= x << 13;
			x ^= x >> 17;
			x ^= x << 5;
			grey[i][j] =
			    (uint8_t)(((i * i + 3 * i * j) >> 9) + (x & 31));
		}
}

static double
once(enum ct_pdq_method method)
{
	const struct ct_pdq_shape shape = {
		.method = method, .w = SIDE, .h = SIDE, .eighths = 8
	};
	static struct ct_pdq p;
	uint8_t out[CT_PDQ_LEN];
	double start;
	int i;

	if (!work)
		work = ct_alloc(ct_pdq_need(&shape), 1);
	start = now();
	ct_pdq_start(&p, &shape, work);
	for (i = 0; i < SIDE; i++)
		ct_pdq_row(&p, CT_PDQ_GREY, grey[i]);
	if (ct_pdq_end(&p, out) < CT_PDQ_GOOD)
		ct_die(CT_SOFTWARE, "the picture is too flat");
	return now() - start;
}

static void
all(enum ct_pdq_method method)
{
	bool exact = method == CT_PDQ_EXACT;
	const char *kernel;
	double us;
	int i;

	for (i = 0; i < KERNELS && (kernel = ct_pdq_force(i)); i++) {
		us = once(method);
		if (us < least[i][exact] || least[i][exact] <= 0)
			least[i][exact] = us;
		(void)snprintf(name[i], sizeof name[i], "%s", kernel);
	}
}

static const char *
limit(const char *kernel)
{
	return strcmp(kernel, "avx512") == 0 ? "40"
	    : strcmp(kernel, "avx2") == 0    ? "60"
					     : "-";
}

int
main(void)
{
	static const enum ct_pdq_method methods[] = { CT_PDQ_EXACT,
		CT_PDQ_TENT };
	int r, i, m;

	ct_start("kernels");
	draw();
	for (m = 0; m < 2; m++) {
		for (r = 0; r < (m ? ROUNDS : ROUNDS / EXACT_EACH); r++)
			all(methods[m]);
		free(work);
		work = NULL;
	}
	for (i = 0; i < KERNELS && *name[i]; i++)
		(void)printf("core, 512x512, us\ttent, %s\t-\t%.1f\t%s\n",
		    name[i], least[i][0], limit(name[i]));
	for (i = 0; i < KERNELS && *name[i]; i++)
		(void)printf("core, 512x512, us\texact, %s\t-\t%.0f\t%s\n",
		    name[i], least[i][1], i ? "-" : "1500");
	return 0;
}
