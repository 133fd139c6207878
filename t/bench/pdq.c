/*
 * pdq - time of the PDQ core alone, 512 x 512, by kernel and method
 *
 * Prints lines "NAME VALUE UNIT", NAME being pdq.KERNEL.WHAT.PIXEL; .min is the
 * best round and .median the middle one.  pdq.plain is the hash as written
 * from its description, a picture at a time, for a ratio.  The kernels take
 * turns, so that a busy machine slows all of them.
 */
#include "pdq.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../unit/pdq_plain.h"

#define SIDE 512
#define ROUNDS 101
#define KERNELS 4 /* at most, on one CPU */

enum what { TENT, EXACT, TAIL, WHATS };

static uint8_t pixels[SIDE * SIDE * CT_PDQ_RGBX];
static double took[KERNELS][WHATS][2][ROUNDS], plain[ROUNDS];

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* The second time, when caches hold the pixels, as behind a decoder. */
static void
one(enum what what, enum ct_pdq_pixel pixel, void *work, double *us)
{
	struct ct_pdq_shape shape = {
		what == EXACT ? CT_PDQ_EXACT : CT_PDQ_TENT, SIDE, SIDE, 8
	};
	uint8_t hash[CT_PDQ_LEN];
	double begin = 0;
	struct ct_pdq p;
	size_t y;
	int time;

	for (time = 0; time < 2; time++) {
		begin = now();
		ct_pdq_start(&p, &shape, work);
		for (y = 0; y < SIDE; y++)
			ct_pdq_row(&p, pixel, pixels + y * SIDE * pixel);
		if (what == TAIL)
			begin = now();
		(void)ct_pdq_end(&p, hash);
	}
	*us = now() - begin;
}

static void
paint(void)
{
	uint32_t x = 1;
	size_t i;

	for (i = 0; i < sizeof pixels; i++) {
		x = x * 1664525 + 1013904223;
		pixels[i] = (uint8_t)(i % 2048 / 12 + i / 40000 + (x >> 27));
	}
}

static int
order(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
print(const char *name, const char *what, double us[ROUNDS])
{
	qsort(us, ROUNDS, sizeof *us, order);
	printf("pdq.%s.%s.min %.1f us\n", name, what, us[0]);
	printf("pdq.%s.%s.median %.1f us\n", name, what, us[ROUNDS / 2]);
}

int
main(void)
{
	static const char *const name[WHATS][2] = { { "tent.grey",
							"tent.rgbx" },
		{ "exact.grey", "exact.rgbx" }, { "tail.grey", "tail.rgbx" } };
	static float luma[SIDE * SIDE];
	struct ct_pdq_shape shape = { CT_PDQ_EXACT, SIDE, SIDE, 8 };
	void *work = malloc(ct_pdq_need(&shape));
	static struct plain p;
	double begin;
	int round, k, what;
	size_t i;

	if (!work)
		return 71;
	paint();
	for (i = 0; i < sizeof luma / sizeof *luma; i++)
		luma[i] = (float)pixels[i];
	for (round = 0; round < ROUNDS; round++) {
		for (k = 0; k < KERNELS && ct_pdq_force(k); k++)
			for (what = 0; what < WHATS; what++) {
				one((enum what)what, CT_PDQ_GREY, work,
				    &took[k][what][0][round]);
				one((enum what)what, CT_PDQ_RGBX, work,
				    &took[k][what][1][round]);
			}
		begin = now();
		plain_hash(&p, luma, SIDE, SIDE);
		plain[round] = now() - begin;
	}
	for (k = 0; k < KERNELS && ct_pdq_force(k); k++)
		for (what = 0; what < WHATS; what++) {
			print(ct_pdq_kernel(), name[what][0], took[k][what][0]);
			print(ct_pdq_kernel(), name[what][1], took[k][what][1]);
		}
	print("plain", "exact.luma", plain);
	free(work);
	return 0;
}
