/*
 * pdq_sure.c - may the exact method give something else than tent did?
 *
 * Both are the same sums, rounded in another order.  What differs most is the
 * exact method's running sums, which drift: as a random walk, so by the root
 * of the side, in proportion to brightness, and more in the low frequencies.
 * Frequency (i, j), from 1, of a w x h picture of mean m differs by at most
 *
 *	k (m + 40) ((1 + sqrt(window(h))) / i + (1 + sqrt(window(w))) / j)
 *
 * Measured, of k in the difference of two values up to 60 ranks around the
 * median, which is all that matters to a hash:
 *
 *	2307 pictures of the packages mate-backgrounds, gnome-backgrounds,
 *	plasma-workspace-wallpapers, opencv-doc and python-skimage-doc, whole
 *	and cut and shrunk, 64 to 5120 pixels a side: 3.05e-6 at most
 *	3419 made ones (waves, noise, blocks, text, discs): 2.9e-6 around the
 *	median itself; of slopes and short periods 1.05e-5 further off
 *
 * No bound: made by climbing, pictures of short periods reach 2.3 times what
 * is allowed at 300 x 300, 2.9 times at 1920 x 1080 and 9 times at 30000 x 64;
 * there the drift is straight, not random.
 *
 * In a step of quality, of which 1 counts as one, the difference was at most
 * 3.4e-4 (2 + sqrt(window(w)) + sqrt(window(h))), m being 230.
 */
#include "pdq_kernel.h"

#include <float.h>
#include <math.h>

#define SIDE CT_PDQ_SIDE
#define FREQ CT_PDQ_FREQ

/* 8 times what was measured */
#define OFF_FREQ 2.5e-5F
#define OFF_STEP 1e-5F

/* The pixels are those of the exact method; only their sums are not. */
static bool
rounded(const struct ct_pdq *p)
{
	return (p->shape.method == CT_PDQ_TENT ||
		   p->shape.method == CT_PDQ_FAST) &&
	    p->shape.eighths == 8;
}

static float
drift(uint32_t n)
{
	return 1 + sqrtf((float)ct_pdq_window(n));
}

static float
brightness(const struct ct_pdq *p)
{
	float sum[SIDE] = { 0 }, all = 0;
	int i, j;

	for (i = 0; i < SIDE; i++)
		for (j = 0; j < SIDE; j++)
			sum[j] += p->small[i][j];
	for (j = 0; j < SIDE; j++)
		all += sum[j];
	return all / (SIDE * SIDE) + 40;
}

float
ct_pdq_off_step(const struct ct_pdq *p)
{
	return rounded(p)
	    ? OFF_STEP * brightness(p) * (drift(p->shape.w) + drift(p->shape.h))
	    : 0;
}

/* Is all that is above the median above it whatever the rounding? */
static bool
apart(const struct ct_pdq *p, int turn, float bright)
{
	float down = OFF_FREQ * bright * drift(p->shape.h);
	float along = OFF_FREQ * bright * drift(p->shape.w);
	float v[FREQ * FREQ], least = FLT_MAX, most = -FLT_MAX, off, f;
	uint16_t bits[FREQ];
	int i, j;

	if (ct_pdq_above(p, turn, v, bits) != FREQ * FREQ / 2)
		return false;
	for (i = 0; i < FREQ; i++)
		for (j = 0; j < FREQ; j++) {
			f = v[i * FREQ + j];
			off = down / (float)(i + 1) + along / (float)(j + 1);
			if (bits[i] >> j & 1)
				least = f - off < least ? f - off : least;
			else
				most = f + off > most ? f + off : most;
		}
	return least > most;
}

static bool
sure(const struct ct_pdq *p, int turns)
{
	uint32_t w = p->shape.w, h = p->shape.h;
	float bright;
	int i;

	if (!rounded(p) || !ct_pdq_hashes(&p->shape))
		return true;
	if (w < SIDE || h < SIDE)
		return false;
	if (ct_pdq_quality(p->steps[1]) != ct_pdq_quality(p->steps[2]))
		return false;
	bright = brightness(p);
	for (i = 0; i < turns; i++)
		if (!apart(p, i, bright))
			return false;
	return true;
}

bool
ct_pdq_sure(const struct ct_pdq *p)
{
	return sure(p, 1);
}

bool
ct_pdq_sure_turned(const struct ct_pdq *p)
{
	return sure(p, CT_PDQ_TURNS / 2);
}
