/* Every kernel of this CPU gives the same bits, of any shape by any method. */
#include "pdq_kernel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "pdq_plain.h"

static uint32_t
rnd(void)
{
	static uint32_t x = 1;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

/* A picture of 1 or 4 bytes a pixel, or floats (0). */
static uint8_t *
picture(enum ct_pdq_pixel pixel, uint32_t w, uint32_t h)
{
	size_t n = (size_t)w * h * ct_pdq_bytes(pixel), i;
	uint8_t *at = malloc(n);
	uint32_t noise = 20 + rnd() % 200, slope = rnd() % 9;
	float f;

	for (i = 0; i < n; i++)
		at[i] = (uint8_t)(rnd() % noise + slope * i / w);
	for (i = 0; !pixel && i < n; i += sizeof f) {
		f = (float)(rnd() % 25501) / 100.0F;
		memcpy(at + i, &f, sizeof f);
	}
	return at;
}

/*
 * p of this picture.  Each row is given from memory that ends with it and
 * starts at any address, so that a sanitizer sees what is read beyond; and all
 * of them together are the same, or it is -1.
 */
static int
hash_by(struct ct_pdq *p, const struct ct_pdq_kernel *kernel,
    const struct ct_pdq_shape *shape, enum ct_pdq_pixel pixel,
    const uint8_t *at, uint8_t hash[32])
{
	uint32_t w = (shape->w * shape->eighths + 7) / 8, y;
	uint32_t h = (shape->h * shape->eighths + 7) / 8;
	size_t size = (size_t)w * ct_pdq_bytes(pixel), off = 0;
	uint8_t *row, other[32];
	char *work = malloc(ct_pdq_need(shape) + 4);
	int q;

	ct_pdq_start_by(p, kernel, shape, work + 4); /* no line's begin */
	for (y = 0; y < h; y++) {
		off = pixel ? (off + 1) % 4 : 0;
		row = malloc(off + size);
		memcpy(row + off, at + y * size, size);
		ct_pdq_row(p, pixel, row + off);
		free(row);
	}
	q = ct_pdq_end(p, hash);
	memset(p->small, 0, sizeof p->small);
	ct_pdq_again(p);
	ct_pdq_rows(p, pixel, at, (ptrdiff_t)size);
	if (ct_pdq_end(p, other) != q || memcmp(hash, other, 32) != 0)
		q = -1;
	free(work);
	return q;
}

static int
ones(const uint8_t hash[32])
{
	int i, n = 0;

	for (i = 0; i < 256; i++)
		n += hash[i / 8] >> i % 8 & 1;
	return n;
}

static bool
same(const struct ct_pdq *a, const struct ct_pdq *b)
{
	return memcmp(a->small, b->small, sizeof a->small) == 0 &&
	    memcmp(a->freq, b->freq, sizeof a->freq) == 0 &&
	    memcmp(a->steps, b->steps, sizeof a->steps) == 0;
}

static const struct ct_pdq_kernel *
kernel(int i)
{
	return ct_pdq_force(i) ? ct_pdq_chosen() : NULL;
}

/* By all kernels the same, and by the exact method the plain one too. */
static bool
agree(const struct ct_pdq_shape *shape, enum ct_pdq_pixel pixel)
{
	uint32_t w = shape->w, h = shape->h;
	uint8_t *at = picture(pixel, w, h), hash[32], other[32];
	uint8_t turn[8][32], turn2[8][32];
	float *luma = malloc((size_t)w * h * sizeof *luma);
	struct ct_pdq *p = malloc(sizeof *p), *o = malloc(sizeof *o);
	struct plain *plain = malloc(sizeof *plain);
	const struct ct_pdq_kernel *k;
	bool good;
	int i, q;

	q = hash_by(o, &ct_pdq_scalar, shape, pixel, at, other);
	good = q >= 0;
	ct_pdq_turns(o, turn2);
	if (shape->method == CT_PDQ_EXACT && w >= 5 && h >= 5) {
		if (pixel == CT_PDQ_LUMA)
			memcpy(luma, at, (size_t)w * h * sizeof *luma);
		else
			ct_pdq_scalar.luma(luma, pixel, at, w * h);
		plain_hash(plain, luma, (int)w, (int)h);
		good = good && memcmp(plain->hash, other, 32) == 0 &&
		    memcmp(plain->small, o->small, sizeof o->small) == 0 &&
		    memcmp(plain->freq, o->freq, sizeof o->freq) == 0 &&
		    plain->quality == q;
	}
	for (i = 0; (k = kernel(i)); i++) {
		good = good && hash_by(p, k, shape, pixel, at, hash) == q &&
		    memcmp(hash, other, sizeof hash) == 0;
		ct_pdq_turns(p, turn);
		good = good && memcmp(turn, turn2, sizeof turn) == 0;
		if (w >= 5 && h >= 5)
			good = good && same(p, o);
	}
	good = good &&
	    ones(other) ==
		(w < 5 || h < 5            ? 0
			: w < 64 || h < 64 ? ones(other)
					   : 128);
	free(plain);
	free(p);
	free(o);
	free(luma);
	free(at);
	return good;
}

static void
shapes(void)
{
	static const uint32_t side[] = { 1, 4, 5, 6, 8, 16, 17, 63, 64, 65, 100,
		127, 128, 129, 255, 257, 400, 641 };
	const int n = sizeof side / sizeof *side;
	static const enum ct_pdq_pixel pixel[] = { CT_PDQ_LUMA, CT_PDQ_GREY,
		CT_PDQ_RGBX, CT_PDQ_FILM };
	struct ct_pdq_shape s = { .eighths = 8 };
	int i, j, bad;

	for (i = 0; i < n; i++) {
		for (bad = j = 0; j < n; j++) {
			s.w = side[i];
			s.h = side[j];
			s.method = CT_PDQ_EXACT;
			bad += !agree(&s, pixel[(i + j) % 4]);
			s.method = CT_PDQ_TENT;
			bad += !agree(&s, pixel[(i + j + 1) % 4]);
		}
		ok(bad == 0, "%u columns, exact and tent", (unsigned)side[i]);
	}
	for (bad = i = 0; i < 150; i++) {
		s.method = rnd() % 2 ? CT_PDQ_EXACT : CT_PDQ_TENT;
		s.w = 1 + rnd() % (i % 3 ? 150 : 600);
		s.h = 1 + rnd() % (i % 5 ? 150 : 600);
		bad += !agree(&s, pixel[rnd() % 4]);
	}
	ok(bad == 0, "150 shapes by chance");
	for (bad = i = 0; i < 60; i++) {
		s.method = CT_PDQ_FAST;
		s.w = 1 + rnd() % 2000;
		s.h = 1 + rnd() % 300;
		s.eighths = 1U << rnd() % 4;
		bad += !agree(&s, pixel[rnd() % 4]);
	}
	ok(bad == 0, "60 shapes that come shrunk");
	s.w = 3;
	s.h = 20000;
	s.eighths = 8;
	s.method = CT_PDQ_TENT;
	ok(agree(&s, CT_PDQ_GREY), "very tall");
	s.w = 30000;
	s.h = 6;
	ok(agree(&s, CT_PDQ_GREY), "very wide, tent");
	s.method = CT_PDQ_EXACT;
	ok(agree(&s, CT_PDQ_RGBX), "very wide, exact");
}

/* Shrunk pixels weigh what the pixels they stand for weighed. */
static bool
folds(uint32_t w, uint32_t h, uint32_t eighths)
{
	struct ct_pdq_shape s = { CT_PDQ_FAST, w, h, eighths };
	uint32_t by = 8 / eighths, x, y, sw = (w + by - 1) / by;
	uint32_t sh = (h + by - 1) / by;
	uint8_t *small = picture(CT_PDQ_GREY, sw, sh), hash[32];
	uint8_t *large = malloc((size_t)w * h);
	struct ct_pdq *p = malloc(sizeof *p), *o = malloc(sizeof *o);
	float most = 0, d;

	for (y = 0; y < h; y++)
		for (x = 0; x < w; x++)
			large[y * w + x] = small[y / by * sw + x / by];
	(void)hash_by(p, &ct_pdq_scalar, &s, CT_PDQ_GREY, small, hash);
	s.method = CT_PDQ_TENT;
	s.eighths = 8;
	(void)hash_by(o, &ct_pdq_scalar, &s, CT_PDQ_GREY, large, hash);
	for (y = 0; y < 64; y++)
		for (x = 0; x < 64; x++) {
			d = fabsf(p->small[y][x] - o->small[y][x]);
			most = d > most ? d : most;
		}
	free(p);
	free(o);
	free(large);
	free(small);
	return most < 1e-3F;
}

/* The nearest neighbour of Meta's tool, both sides alike. */
static bool
resizes(uint32_t w, uint32_t h, enum ct_pdq_pixel pixel)
{
	struct ct_pdq_shape s = { CT_PDQ_COMPAT, w, h, 8 };
	uint8_t *at = picture(pixel, w, h), hash[32], other[32];
	uint8_t *square = malloc((size_t)512 * 512 * pixel);
	struct ct_pdq *p = malloc(sizeof *p), *o = malloc(sizeof *o);
	uint32_t x, y;
	bool good;
	int q;

	for (y = 0; y < 512; y++)
		for (x = 0; x < 512; x++)
			memcpy(square + (y * 512 + x) * pixel,
			    at + (y * h / 512 * w + x * w / 512) * pixel,
			    pixel);
	q = hash_by(p, ct_pdq_chosen(), &s, pixel, at, hash);
	s = (struct ct_pdq_shape){ CT_PDQ_EXACT, 512, 512, 8 };
	good = hash_by(o, &ct_pdq_scalar, &s, pixel, square, other) == q &&
	    memcmp(hash, other, 32) == 0 && same(p, o) && ct_pdq_sure(p);
	free(p);
	free(o);
	free(square);
	free(at);
	return good;
}

/* ---- a kernel that does not do what it must ------------------------------ */

static int
no_median(const float *v, uint16_t bits[CT_PDQ_FREQ])
{
	int n = ct_pdq_scalar.above(v, bits);

	bits[7] ^= 16;
	return n;
}

static void
nearly(const float *a, const float *dct, float *b)
{
	ct_pdq_scalar.transform(a, dct, b);
	b[200] = nextafterf(b[200], 1e9F);
}

static void
one_more(const float *a, float off, int sum[3])
{
	ct_pdq_scalar.quality(a, off, sum);
	sum[0] += 90;
}

static void
last_column(float *const *sum, const float *weight, uint32_t live,
    enum ct_pdq_pixel pixel, const void *row, ptrdiff_t ahead, uint32_t n)
{
	ct_pdq_scalar.add(
	    sum, weight, live, pixel, row, ahead, n - (n % 16 == 3));
}

static void
last_row(
    float *const row[CT_PDQ_BAND], uint32_t n, uint32_t window, float *ring)
{
	ct_pdq_scalar.box(row, n, window, ring);
	row[CT_PDQ_BAND - 1][n / 2] += 0.01F;
}

static bool
never(void)
{
	return false;
}

static void
wrong(void)
{
	struct ct_pdq_kernel bad[5], lame = ct_pdq_scalar;
	const struct ct_pdq_kernel *list[3] = { &lame, &bad[0],
		&ct_pdq_scalar };
	int i, n = 0, m = 0;

	for (i = 0; i < 5; i++) {
		bad[i] = ct_pdq_scalar;
		bad[i].title = "pdq bad";
	}
	bad[0].above = no_median;
	bad[1].transform = nearly;
	bad[2].quality = one_more;
	bad[3].add = last_column;
	bad[4].box = last_row;
	lame.title = "pdq lame";
	lame.runs = never;
	for (i = 0; i < 5; i++) {
		n += ct_pdq_passes(&bad[i], true);
		list[1] = &bad[i];
		m += ct_pdq_choose(list, 3, NULL) == &ct_pdq_scalar &&
		    ct_pdq_choose(list, 3, "bad") == &ct_pdq_scalar;
	}
	ok(n == 0, "five wrong kernels pass no self test");
	ok(m == 5, "nor are they chosen, even by name");
	bad[0].above = ct_pdq_scalar.above;
	list[1] = &bad[0];
	ok(ct_pdq_choose(list, 3, NULL) == &bad[0] &&
		ct_pdq_choose(list, 3, "bad") == &bad[0] &&
		ct_pdq_choose(list, 3, "scalar") == &ct_pdq_scalar &&
		ct_pdq_choose(list, 3, "lame") == &ct_pdq_scalar,
	    "one that runs and is right is, and another by name");
}

static void
say(void *arg, const char *name, bool good)
{
	int *n = arg;

	*n += good;
	ok(good, "self test: %s", name);
}

int
main(void)
{
	int kernels, told = 0;

	for (kernels = 0; kernel(kernels);)
		kernels++;
	(void)ct_pdq_force(0);
	ok(ct_pdq_self_test(say, &told) == 0 && told > kernels,
	    "the self test tells of all kernels");
	wrong();
	shapes();
	(void)ct_pdq_force(0);
	ok(folds(1600, 1200, 1) && folds(1600, 1200, 2) && folds(800, 608, 4),
	    "folded weights: as of the picture made larger");
	ok(folds(1003, 777, 1) && folds(1001, 1201, 2) && folds(333, 517, 4),
	    "also where the last pixel stands for fewer");
	ok(resizes(600, 300, CT_PDQ_GREY) && resizes(513, 700, CT_PDQ_RGBX) &&
		resizes(3, 1000, CT_PDQ_GREY) &&
		resizes(1500, 513, CT_PDQ_RGBX),
	    "photo-hasher: 512 x 512 by nearest neighbour, then exact");
	done();
}
