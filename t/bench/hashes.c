/*
 * hashes - make hashes to search in and for, and say how like PDQ's they are
 *
 *	hashes uniform N SEED
 *	hashes real N SEED [DUP]
 *	hashes cluster N SEED [spread]
 *	hashes query DB N FRESH Q SEED
 *	hashes away DB LEAST MOST Q SEED
 *	hashes stat FILE
 *
 * All but stat write raw hashes of CT_HASH_LEN bytes to standard output; the
 * same arguments are the same hashes, where pow() is as exact.
 *
 * uniform: every bit by itself.  real: as of pictures, made of boxes of any
 * size and noise that falls with frequency; a share DUP (0.3) of the pictures
 * comes again, changed a little, once or up to 200 times.  cluster: real, with
 * for the last tenth (spread: every tenth hash) one and the same hash with 0 to
 * 6 bits flipped.  query: hashes of FRESH, but every tenth is one of the first
 *N of DB with 0 to 40 bits flipped.  away: the first Q of DB, each with LEAST
 *to MOST bits flipped.
 *
 * stat prints ones and distances, and how much likelier than among uniform
 * hashes two agree in a slot of 16 bits, all but one bit or all: slots being
 * rows of frequencies, columns, and diagonals, which take column k + 5 t of
 * row t.  A thousand photographs gave 1.3 and 1.5 for rows, 1.03 and 1.04 for
 * diagonals; real is skewer on purpose, as lists hold screens and logos too.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ham.h"
#include "prog.h"

#define FREQ 16
#define SIDE 64    /* of the picture the frequencies are of */
#define STEPS 1024 /* positions along a side */
#define SLOPES 8   /* kinds of noise */
#define COPIES 200 /* of one picture, at most */
#define MOST 1000000000L

static const char usage[] = "usage: hashes uniform N SEED\n"
			    "       hashes real N SEED [DUP]\n"
			    "       hashes cluster N SEED [spread]\n"
			    "       hashes query DB N FRESH Q SEED\n"
			    "       hashes away DB LEAST MOST Q SEED\n"
			    "       hashes stat FILE\n";

/* ---- chance -----------------------------------------------------------------
 */

static uint64_t state;

static uint64_t
chance(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return z ^ z >> 31;
}

static uint64_t
below(uint64_t n)
{
	return (chance() >> 32) * n >> 32;
}

/* From 0 up to 1. */
static float
part(void)
{
	return (float)(chance() >> 40) / 16777216.0F;
}

/* Nearly normal, of deviation 1: four numbers of 16 bits added. */
static float
normal(void)
{
	uint64_t z = chance();
	int32_t sum = (int32_t)((z & 0xffff) + (z >> 16 & 0xffff) +
	    (z >> 32 & 0xffff) + (z >> 48));

	return (float)(sum - 131070) * (1 / 37837.2F);
}

/* ---- pictures, as their frequencies -----------------------------------------
 */

static float upto[STEPS + 1][FREQ]; /* response to what is left of there */
static float fall[SLOPES][FREQ][FREQ], inverse[FREQ][FREQ];

static void
prepare(void)
{
	static const double pi = 3.14159265358979323846;
	double f;
	int i, j, s;

	for (s = 0; s <= STEPS; s++)
		for (i = 0; i < FREQ; i++)
			upto[s][i] = (float)(sqrt(2.0 * SIDE) / (pi * (i + 1)) *
			    sin(pi * (i + 1) * s / STEPS));
	for (i = 0; i < FREQ; i++)
		for (j = 0; j < FREQ; j++) {
			f = sqrt((i + 1) * (i + 1) + (j + 1) * (j + 1));
			inverse[i][j] = (float)(1 / f);
			for (s = 0; s < SLOPES; s++)
				fall[s][i][j] =
				    (float)pow(f, -0.9 - 0.7 * s / SLOPES);
		}
}

/* What lies from a to b, in pixels, or as much of it as is in the picture. */
static void
respond(float a, float b, float to[FREQ])
{
	int from = (int)(fmaxf(0, a) * STEPS / SIDE);
	int end = (int)(fminf(SIDE, b) * STEPS / SIDE);
	int i;

	for (i = 0; i < FREQ; i++)
		to[i] = end > from ? upto[end][i] - upto[from][i] : 0;
}

static void
box(float c[FREQ][FREQ])
{
	float size = 4 * powf(part() * 0.98F + 0.02F, -0.6F);
	float aspect = expf(normal() * 0.5F), x = part(), y = part();
	float light = part() * 255 - part() * 255, down[FREQ], across[FREQ];
	int i, j;

	x = x * 76 - 6;
	y = y * 76 - 6;
	respond(y - size / aspect, y + size / aspect, down);
	respond(x - size * aspect, x + size * aspect, across);
	for (i = 0; i < FREQ; i++)
		for (j = 0; j < FREQ; j++)
			c[i][j] += light * down[i] * across[j];
}

/* to = from and noise; they may be the same */
static void
noise(float to[FREQ][FREQ], float from[FREQ][FREQ], float how[FREQ][FREQ],
    float strength)
{
	int i, j;

	for (i = 0; i < FREQ; i++)
		for (j = 0; j < FREQ; j++)
			to[i][j] = from[i][j] + strength * how[i][j] * normal();
}

static void
picture(float c[FREQ][FREQ])
{
	int boxes = 3 + (int)powf(67, powf(part(), 1.5F)); /* to 70 */
	float strength = 20 + 100 * part();

	memset(c, 0, sizeof(float) * FREQ * FREQ);
	while (boxes--)
		box(c);
	noise(c, c, fall[below(SLOPES)], strength);
}

static int
above(float c[FREQ][FREQ], float limit)
{
	const float *v = c[0];
	int i, n = 0;

	for (i = 0; i < FREQ * FREQ; i++)
		n += v[i] > limit;
	return n;
}

/* Half of the bits are ones; the limit is sought between the outermost. */
static void
hash(float c[FREQ][FREQ], uint8_t h[CT_HASH_LEN])
{
	float lo = 0, hi = 0, mid = 0;
	int i, j, n, tries = 60;
	unsigned bits;

	for (i = 0; i < FREQ; i++)
		for (j = 0; j < FREQ; j++)
			hi = fmaxf(hi, fabsf(c[i][j]));
	lo = -hi;
	while ((n = above(c, mid)) != FREQ * FREQ / 2 && tries--) {
		if (n > FREQ * FREQ / 2)
			lo = mid;
		else
			hi = mid;
		mid = (lo + hi) / 2;
	}
	for (i = 0; i < FREQ; i++) {
		for (bits = 0, j = 0; j < FREQ; j++)
			bits |= (unsigned)(c[i][j] > mid) << j;
		h[CT_HASH_LEN - 1 - 2 * (size_t)i] = (uint8_t)bits;
		h[CT_HASH_LEN - 2 - 2 * (size_t)i] = (uint8_t)(bits >> 8);
	}
}

/* ---- files of hashes
 * ----------------------------------------------------------
 */

static void
put(const uint8_t h[CT_HASH_LEN])
{
	if (fwrite(h, CT_HASH_LEN, 1, stdout) != 1)
		ct_die(CT_IOERR, "cannot write: %s", strerror(errno));
}

/* n different bits. */
static void
flip(uint8_t h[CT_HASH_LEN], uint64_t n)
{
	uint8_t done[CT_HASH_LEN] = { 0 };
	uint64_t bit;

	while (n) {
		bit = below(CT_HAM_MAX);
		if (done[bit / 8] >> bit % 8 & 1)
			continue;
		done[bit / 8] |= (uint8_t)(1U << bit % 8);
		h[bit / 8] ^= (uint8_t)(1U << bit % 8);
		n--;
	}
}

static void
uniform(long n)
{
	uint8_t h[CT_HASH_LEN];
	uint64_t z = 0;
	size_t i;

	while (n--) {
		for (i = 0; i < CT_HASH_LEN; i++, z >>= 8) {
			if (i % 8 == 0)
				z = chance();
			h[i] = (uint8_t)z;
		}
		put(h);
	}
}

/* The next of pictures of which some come again. */
static void
real(float share, uint8_t h[CT_HASH_LEN])
{
	static float c[FREQ][FREQ], d[FREQ][FREQ], change;
	static int left;

	if (left) {
		left--;
		noise(d, c, inverse, change);
		hash(d, h);
		return;
	}
	picture(c);
	hash(c, h);
	if (part() < share) {
		left = 1 + (int)(0.8F * powf(part() + 1e-4F, -0.8F));
		left = left < COPIES ? left : COPIES;
		change = part();
		change = 6 + 75 * change * change;
	}
}

/* Every which-th of them, or the last tenth, is nearly the same one. */
static void
reals(long n, float share, bool cluster, bool spread)
{
	uint8_t h[CT_HASH_LEN], same[CT_HASH_LEN];
	long i;

	prepare();
	real(0, same);
	for (i = 0; i < n; i++) {
		if (cluster && (spread ? i % 10 == 9 : i >= n - n / 10)) {
			memcpy(h, same, sizeof h);
			flip(h, below(7));
		} else {
			real(share, h);
		}
		put(h);
	}
}

static FILE *
open_or_die(const char *path)
{
	FILE *f = fopen(path, "rb");

	if (!f)
		ct_die(CT_NOINPUT, "cannot open '%s'", path);
	return f;
}

static void
query(const char *db, long n, const char *fresh, long q)
{
	FILE *stored = open_or_die(db), *other = open_or_die(fresh);
	uint8_t h[CT_HASH_LEN];
	bool hit;
	long i;

	for (i = 0; i < q; i++) {
		hit = i % 10 == 9;
		if (hit &&
		    fseek(stored, (long)below((uint64_t)n) * (long)CT_HASH_LEN,
			SEEK_SET))
			ct_die(CT_IOERR, "cannot seek in '%s'", db);
		if (fread(h, CT_HASH_LEN, 1, hit ? stored : other) != 1)
			ct_die(
			    CT_DATAERR, "'%s' is too short", hit ? db : fresh);
		if (hit)
			flip(h, below(41));
		put(h);
	}
	(void)fclose(stored);
	(void)fclose(other);
}

static void
away(const char *db, long least_bits, long most_bits, long q)
{
	FILE *f = open_or_die(db);
	uint8_t h[CT_HASH_LEN];
	long i;

	for (i = 0; i < q; i++) {
		if (fread(h, CT_HASH_LEN, 1, f) != 1)
			ct_die(CT_DATAERR, "'%s' is too short", db);
		flip(h,
		    (uint64_t)least_bits +
			below((uint64_t)(most_bits - least_bits) + 1));
		put(h);
	}
	(void)fclose(f);
}

/* ---- what they are like
 * --------------------------------------------------------
 */

#define SAMPLE 65536L /* hashes of a file */
#define SHIFTS 320    /* pairs of each of them */
#define NEAR 64       /* the same picture; uniform ones are never that near */

struct sample {
	uint8_t hash[CT_HASH_LEN];
	uint16_t slot[3][FREQ];
};

static void
slots(struct sample *s)
{
	const uint8_t *h = s->hash;
	unsigned row, k, t;

	for (t = 0; t < FREQ; t++) {
		row = (unsigned)h[30 - 2 * t] << 8 | h[31 - 2 * t];
		s->slot[0][t] = (uint16_t)row;
		for (k = 0; k < FREQ; k++) {
			s->slot[1][k] |= (uint16_t)((row >> k & 1) << t);
			s->slot[2][k] |=
			    (uint16_t)((row >> (k + 5 * t) % 16 & 1) << t);
		}
	}
}

static double ones, sum, squares, pairs, close_by[3], equal[3];
static int least = CT_HAM_MAX;

static void
compare(const struct sample *a, const struct sample *b)
{
	int d = ct_ham(a->hash, b->hash), way, k;
	unsigned x;

	least = d < least ? d : least;
	if (d < NEAR)
		return;
	pairs++;
	sum += d;
	squares += d * d;
	for (way = 0; way < 3; way++)
		for (k = 0; k < FREQ; k++) {
			x = (unsigned)(a->slot[way][k] ^ b->slot[way][k]);
			equal[way] += x == 0;
			close_by[way] += (x & (x - 1)) == 0;
		}
}

static void
stat_of(const char *path)
{
	static const char *const name[] = { "rows", "columns", "diagonals" };
	static const uint8_t zero[CT_HASH_LEN];
	struct sample *s = ct_alloc((size_t)SAMPLE, sizeof *s);
	FILE *f = open_or_die(path);
	long n, step, m, i, shift;
	int way, r;

	if (fseek(f, 0, SEEK_END) || (n = ftell(f) / (long)CT_HASH_LEN) < 2)
		ct_die(CT_DATAERR, "'%s' is too short", path);
	step = (n + SAMPLE - 1) / SAMPLE;
	for (m = 0; m < SAMPLE && m * step < n; m++) {
		if (fseek(f, m * step * (long)CT_HASH_LEN, SEEK_SET) ||
		    fread(s[m].hash, CT_HASH_LEN, 1, f) != 1)
			ct_die(CT_IOERR, "cannot read '%s'", path);
		slots(&s[m]);
		ones += ct_ham(s[m].hash, zero);
	}
	(void)fclose(f);
	for (r = 0; r < SHIFTS; r++) {
		shift = 1 + (long)below((uint64_t)m - 1);
		for (i = 0; i < m; i++)
			compare(&s[i], &s[(i + shift) % m]);
	}
	free(s);
	sum /= pairs;
	(void)printf("hashes %ld, ones %.2f\n", n, ones / (double)m);
	(void)printf("distance mean %.2f, deviation %.2f, least %d\n", sum,
	    sqrt(squares / pairs - sum * sum), least);
	for (way = 0; way < 3; way++)
		(void)printf("%s: within 1 bit %.3f, equal %.3f of uniform\n",
		    name[way], close_by[way] / pairs / FREQ * 65536 / 17,
		    equal[way] / pairs / FREQ * 65536);
}

/* ---- arguments
 * ----------------------------------------------------------------
 */

static float
share(const char *arg)
{
	char *end;
	double v = strtod(arg, &end);

	if (end == arg || *end || !(v >= 0 && v <= 1))
		ct_usage(usage);
	return (float)v;
}

int
main(int argc, char *argv[])
{
	const char *mode = argc > 1 ? argv[1] : "";
	bool cluster = strcmp(mode, "cluster") == 0;
	bool rest = strcmp(mode, "real") == 0 || cluster;
	const char *last = argc == 5 ? argv[4] : NULL;
	bool spread = cluster && last && strcmp(last, "spread") == 0;
	long bits;

	ct_start("hashes");
	if (strcmp(mode, "stat") == 0 && argc == 3) {
		stat_of(argv[2]);
	} else if (strcmp(mode, "query") == 0 && argc == 7) {
		state = (uint64_t)ct_number("SEED", argv[6], 0, MOST);
		query(argv[2], ct_number("N", argv[3], 1, MOST), argv[4],
		    ct_number("Q", argv[5], 1, MOST));
	} else if (strcmp(mode, "away") == 0 && argc == 7) {
		state = (uint64_t)ct_number("SEED", argv[6], 0, MOST);
		bits = ct_number("LEAST", argv[3], 0, CT_HAM_MAX);
		away(argv[2], bits,
		    ct_number("MOST", argv[4], bits, CT_HAM_MAX),
		    ct_number("Q", argv[5], 1, MOST));
	} else if (argc == 4 || (rest && last && (!cluster || spread))) {
		state = (uint64_t)ct_number("SEED", argv[3], 0, MOST);
		if (rest)
			reals(ct_number("N", argv[2], 1, MOST),
			    last && !cluster ? share(last) : 0.3F, cluster,
			    spread);
		else if (strcmp(mode, "uniform") == 0)
			uniform(ct_number("N", argv[2], 1, MOST));
		else
			ct_usage(usage);
	} else {
		ct_usage(usage);
	}
	if (fflush(stdout))
		ct_die(CT_IOERR, "cannot write: %s", strerror(errno));
	return 0;
}
