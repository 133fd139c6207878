/* TMK+PDQF: what the reference makes of the same frames, its file, its scores;
 * and level 2 beside a look at every frame. */
#include "tmk.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../tap.h"

#define N 4
#define STEP 1021 /* of the floats of a video, each so-many-th is known */
#define FLOATS (CT_TMK_LEN / 4 - 44)

/* Made by the reference (ThreatExchange baefb4e, tmk/cpp) of video(0, 0, 60).
 */
static const float known[] = { 756.915894F, -0.000213794861F, 3.35507248e-05F,
	-0.00013612656F, 0.000140609598F, -0.000481202616F, -1.58279981e-05F,
	-1.53177882e-06F, -9.47718604e-07F, 0.000681895122F, 0.0006971166F,
	-0.000119391218F, -5.31623409e-05F, -3.85723361e-05F, -1.97547633e-05F,
	-3.25881265e-05F, 1.19575361e-05F, -0.000496673456F, -0.000138396659F,
	-0.000471100473F, -0.000199343936F, -0.000338546553F, -9.87716612e-06F,
	-4.39824862e-06F, -7.22757591e-07F, -0.00177528511F, -0.00785871875F,
	-0.000288763753F, -9.83198042e-05F, -0.000102678445F, -1.75607711e-05F,
	-1.75015193e-05F, 8.24593644e-06F, -0.00025284171F, 0.000719480158F,
	-0.000417006901F, 0.000642624509F, 0.00175597658F, -5.86565534e-07F,
	9.9186218e-07F, -2.16897774e-06F, -0.00146516203F, 0.00161894504F,
	1.86845446e-05F, 9.78061362e-05F, -1.998466e-05F, 4.88256483e-05F,
	-1.94207387e-05F, -3.25376459e-05F, -0.00020016481F, 0.000439114141F,
	-0.000536378589F, 0.000890932337F, -0.00013187289F, 1.85225167e-06F,
	-4.00684758e-06F, 6.28972657e-07F, -0.00328358402F, 0.00826809835F,
	-0.000129434891F, 7.85623615e-06F, -9.70292895e-05F, 2.0934227e-05F,
	-8.3438892e-05F, -4.14552778e-05F };

/* and of all four the scores, and the shifts it found */
static const struct pair {
	int a, b;
	float level1, level2;
	uint32_t frames[CT_TMK_PERIODS];
} pairs[] = {
	{ 0, 0, 1.000000F, 1.000000F, { 0, 0, 0, 0 } },
	{ 0, 1, 0.976597F, 0.960071F, { 7, 7, 13, 20 } },
	{ 0, 2, 0.330014F, 0.380789F, { 2698, 4340, 9656, 14487 } },
	{ 0, 3, -0.500893F, 0.099468F, { 2567, 4133, 9194, 13794 } },
	{ 1, 1, 1.000000F, 1.000000F, { 0, 0, 0, 0 } },
	{ 1, 2, 0.255262F, 0.274031F, { 2682, 4320, 9615, 14427 } },
	{ 1, 3, -0.498217F, 0.093554F, { 2567, 4128, 9182, 13775 } },
	{ 2, 2, 1.000000F, 1.000000F, { 0, 0, 0, 0 } },
	{ 2, 3, -0.002423F, 0.037932F, { 2682, 4289, 9517, 14274 } },
	{ 3, 3, 1.000000F, 0.518351F, { 0, 0, 0, 0 } },
};

static struct ct_tmk t[N], other;
static uint8_t bytes[CT_TMK_LEN];

static void
frame(int v, int at, float luma[CT_TMK_SIDE * CT_TMK_SIDE])
{
	uint8_t r, g, b;
	int x, y;

	for (y = 0; y < CT_TMK_SIDE; y++)
		for (x = 0; x < CT_TMK_SIDE; x++) {
			r = (uint8_t)((x * x + 30 * v * y + 9 * at) / 16);
			g = (uint8_t)((y * y + x * (7 * v + 5) - 5 * at +
					  5000) /
			    20 % 251);
			b = (uint8_t)((x + at) / 11 * 37 +
			    y / 9 * (91 + 13 * v));
			*luma++ = (0.299F * (float)r + 0.587F * (float)g) +
			    0.114F * (float)b;
		}
}

static void
video(struct ct_tmk *to, int v, int from, int end)
{
	float luma[CT_TMK_SIDE * CT_TMK_SIDE];

	ct_tmk_start(to);
	for (; from < end; from++) {
		frame(v, from, luma);
		ct_tmk_frame(to, luma);
	}
	ct_tmk_end(to);
}

static void
features(void)
{
	const float *f = t[0].average; /* the rest of it follows */
	float diff, most = 0;
	size_t i;

	ok(sizeof known / sizeof *known == (FLOATS + STEP - 1) / STEP &&
		sizeof t[0] == (FLOATS + 1) * sizeof *f,
	    "as many as there are");
	for (i = 0; i < sizeof known / sizeof *known; i++) {
		diff = fabsf(f[i * STEP] - known[i]) / fabsf(known[i]);
		most = diff > most ? diff : most;
	}
	ok(most <= 1e-5F, "features of the same frames: within %g",
	    (double)most);
	ok(t[0].frames == 60 && t[3].frames == 1, "the frames are counted");
}

static void
scores(void)
{
	struct ct_tmk_shift shift[CT_TMK_PERIODS];
	float a[CT_TMK_DIM], b[CT_TMK_DIM], level1, level2;
	const struct pair *p = pairs;
	size_t i;
	int k, same;

	for (i = 0; i < sizeof pairs / sizeof *pairs; i++, p++) {
		ct_tmk_unit(&t[p->a], a);
		ct_tmk_unit(&t[p->b], b);
		level1 = ct_tmk_level1(a, b);
		level2 = ct_tmk_level2(&t[p->a], &t[p->b], shift);
		ok(fabsf(level1 - p->level1) <= 1e-4F &&
			fabsf(level2 - p->level2) <= 1e-4F,
		    "%d %d: %.6f %.6f", p->a, p->b, (double)level1,
		    (double)level2);
		for (same = 1, k = 0; k < CT_TMK_PERIODS; k++)
			same &=
			    abs((int)shift[k].frames - (int)p->frames[k]) <= 1;
		ok(same, "%d %d: and the shifts", p->a, p->b);
		ok(ct_tmk_level2(&t[p->b], &t[p->a], NULL) - level2 < 1e-6F,
		    "%d %d: the same the other way", p->a, p->b);
	}
}

/* ---- level 2 beside a look at every frame -------------------------------- */

static double
dot(const float *a, const float *b)
{
	double sum = 0;
	int k;

	for (k = 0; k < CT_TMK_DIM; k++)
		sum += (double)a[k] * (double)b[k];
	return sum;
}

static double
slow(const struct ct_tmk *a, const struct ct_tmk *b, uint32_t period, int i)
{
	double even[CT_TMK_COEFFS], odd[CT_TMK_COEFFS], best = -HUGE_VAL, p, x;
	uint32_t f;
	int j;

	for (j = 0; j < CT_TMK_COEFFS; j++) {
		even[j] = dot(a->cos[i][j], b->cos[i][j]) +
		    dot(a->sin[i][j], b->sin[i][j]);
		odd[j] = dot(a->sin[i][j], b->cos[i][j]) -
		    dot(a->cos[i][j], b->sin[i][j]);
	}
	for (f = 0; f < period; f++) {
		x = 2 * 3.14159265358979323846 * f / period;
		for (p = 0, j = 0; j < CT_TMK_COEFFS; j++)
			p += even[j] * cos(j * x) + odd[j] * sin(j * x);
		best = p > best ? p : best;
	}
	return best;
}

static float
rnd(void)
{
	static uint32_t x = 1;

	x = x * 1664525 + 1013904223;
	return (float)(int32_t)x / 2147483648.0F;
}

/* All of it random, or only one wave, or only the even ones. */
static void
noise(struct ct_tmk *to, int only, int step)
{
	int i, j, k;

	ct_tmk_start(to);
	for (i = 0; i < CT_TMK_PERIODS; i++)
		for (j = only; j < CT_TMK_COEFFS; j += step)
			for (k = 0; k < CT_TMK_DIM; k++) {
				to->cos[i][j][k] = rnd() / 16;
				to->sin[i][j][k] = j ? rnd() / 16 : 0;
			}
}

static void
search(void)
{
	const double all = 1.9291958; /* what they are divided by */
	struct ct_tmk_shift shift[CT_TMK_PERIODS];
	struct ct_tmk *a = &t[1], *b = &other;
	double far, most = 0;
	int n, i;

	for (n = 0; n < 32; n++) {
		noise(a, n < 8 ? 0 : n, n % 4 == 0 ? 1 : n % 4 == 1 ? 2 : 99);
		noise(b, 0, 1);
		i = n % CT_TMK_PERIODS;
		(void)ct_tmk_level2(a, b, shift);
		far = fabs(slow(a, b, shift[i].period, i) / all -
		    (double)shift[i].score);
		most = far > most ? far : most;
	}
	ok(most <= 1e-5, "the best of all shifts, of noise too: within %g",
	    most);
}

/* ---- what has nothing in it, and what is damaged ------------------------- */

static void
nothing(void)
{
	static float luma[CT_TMK_SIDE * CT_TMK_SIDE]; /* black */
	float a[CT_TMK_DIM], b[CT_TMK_DIM];
	int i;

	ct_tmk_start(&other);
	ct_tmk_end(&other);
	ct_tmk_unit(&other, a);
	ct_tmk_unit(&t[0], b);
	ok(ct_tmk_level1(a, b) == 0 && ct_tmk_level1(a, a) == 0 &&
		ct_tmk_level2(&other, &t[0], NULL) == 0,
	    "no frame: every score is 0");
	ct_tmk_start(&other);
	for (i = 0; i < 20; i++)
		ct_tmk_frame(&other, luma);
	ct_tmk_end(&other);
	ct_tmk_unit(&other, a);
	ok(other.frames == 20 && ct_tmk_level1(a, b) == 0 &&
		ct_tmk_level2(&other, &other, NULL) == 0,
	    "black: the same");
}

static int
reads(size_t len)
{
	struct ct_err err;

	return ct_tmk_read(&other, bytes, len, &err);
}

static void
set(size_t at, float value)
{
	memcpy(bytes + at, &value, sizeof value);
}

static void
file(void)
{
	static const size_t at[] = { 0, 5, 11, 12, 16, 20, 24, 31, 32, 44 };
	size_t i;
	int good = 1;

	ct_tmk_write(&t[2], bytes);
	ok(reads(CT_TMK_LEN) == 0 && memcmp(&other, &t[2], sizeof other) == 0,
	    "written and read, it is the same");
	ok(memcmp(bytes, "TMK1FVECPDQF\17\0\0\0\4\0\0\0 \0\0\0\0\1\0\0\62\0\0",
	       31) == 0,
	    "the head is as the reference's");
	ok(reads(CT_TMK_LEN - 1) == CT_DATAERR && reads(0) == CT_DATAERR &&
		reads(28) == CT_DATAERR,
	    "another length");
	for (i = 0; i < sizeof at / sizeof *at; i++) {
		bytes[at[i]] ^= 0x80;
		good &= reads(CT_TMK_LEN) == CT_DATAERR;
		bytes[at[i]] ^= 0x80;
	}
	ok(good, "other magic, dimensions, periods");
	set(48 + 4 * 3, 0.1227F);
	ok(reads(CT_TMK_LEN) == CT_DATAERR, "another weight");
	set(48 + 4 * 3, 0.122765735552F * 1.0000005F);
	ok(reads(CT_TMK_LEN) == 0, "a weight as good as the same");
	set(CT_TMK_LEN - 4, NAN);
	ok(reads(CT_TMK_LEN) == CT_DATAERR, "no number");
	set(CT_TMK_LEN - 4, 2e9F);
	ok(reads(CT_TMK_LEN) == CT_DATAERR, "too large a number");
	set(CT_TMK_LEN - 4, -1e9F);
	ok(reads(CT_TMK_LEN) == 0 &&
		isfinite(ct_tmk_level2(&other, &other, NULL)),
	    "one that is not: the score is a number");
}

static void
scan(void)
{
	enum { LIST = 50 };
	static float list[LIST][CT_TMK_DIM];
	struct ct_tmk_hit hit[LIST];
	size_t i, k, n, want = 0;
	int good = 1;

	for (i = 0; i < LIST; i++) {
		for (k = 0; k < CT_TMK_DIM; k++)
			t[3].average[k] = rnd() + (float)(i % 5);
		ct_tmk_unit(&t[3], list[i]);
	}
	n = ct_tmk_scan(list[7], list[0], LIST, 0.9F, hit, LIST);
	for (i = 0; i < LIST; i++)
		if (ct_tmk_level1(list[7], list[i]) >= 0.9F) {
			good &= want < n && hit[want].i == i;
			want++;
		}
	ok(good && want == n && n > 5 && n < LIST, "a list is scanned");
	ok(ct_tmk_scan(list[7], list[0], LIST, 0.9F, hit, 1) == n,
	    "more than there is room for");
}

int
main(void)
{
	video(&t[0], 0, 0, 60);
	video(&t[1], 0, 17, 57);
	video(&t[2], 1, 0, 50);
	video(&t[3], 2, 0, 1);
	features();
	scores();
	nothing();
	file();
	search();
	scan();
	done();
}
