/* The guessing search finds what a plain bisection finds, and always ends. */
#include "set.h"

#include <stdlib.h>
#include <string.h>

#include "../tap.h"

#define MANY 5000

static size_t len; /* of a hash, for the sort */

static uint32_t
rnd(void)
{
	static uint32_t x = 1;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

static size_t
bisect(const uint8_t *p, size_t n, const uint8_t *hash)
{
	size_t lo = 0, hi = n, mid;
	int d;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		d = memcmp(p + mid * len, hash, len);
		if (d == 0)
			return mid;
		if (d < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return SIZE_MAX;
}

static int
order(const void *a, const void *b)
{
	return memcmp(a, b, len);
}

enum shape { UNIFORM, PREFIX, ENDS, STEPS, GEOMETRIC, SHAPES };

static void
draw(uint8_t *h, enum shape shape)
{
	size_t i;

	for (i = 0; i < len; i++)
		h[i] = (uint8_t)rnd();
	switch (shape) {
	case PREFIX: /* only the last two bytes differ */
		memset(h, 0x5a, len - 2);
		break;
	case ENDS: /* all 0 or all 255, but for the end */
		memset(h, rnd() % 2 ? 255 : 0, len - 3);
		break;
	case STEPS: /* bytes of few values */
		for (i = 0; i < len; i++)
			h[i] = h[i] % 3 ? 0 : (uint8_t)(h[i] & 0x81);
		break;
	case GEOMETRIC: /* each the half of one before */
		memset(h, 0, rnd() % len);
		break;
	default:
		break;
	}
}

/* n different hashes, sorted; *n may get less.  To be freed. */
static uint8_t *
make(size_t *n, enum shape shape)
{
	uint8_t *p = malloc(*n * len + 1);
	size_t i, to = 0;

	if (!p)
		exit(1);
	for (i = 0; i < *n; i++)
		draw(p + i * len, shape);
	qsort(p, *n, len, order);
	for (i = 0; i < *n; i++)
		if (i == 0 || memcmp(p + i * len, p + (to - 1) * len, len) != 0)
			memmove(p + to++ * len, p + i * len, len);
	*n = to;
	return realloc(p, to * len + !to); /* nothing behind the last */
}

static int
same(const uint8_t *p, size_t n, const uint8_t *hash)
{
	const struct ct_set_kind k = { .len = len, .n = n, .hash = p };

	return ct_set_find(&k, hash) == bisect(p, n, hash);
}

/* Each of n, those beside it, the ends of all, and others of the shape. */
static int
agrees(size_t n, enum shape shape)
{
	uint8_t *p = make(&n, shape), h[CT_SET_HASH_MAX];
	size_t i;
	int good = 1;

	for (i = 0; i < n; i++) {
		memcpy(h, p + i * len, len);
		good &= same(p, n, h);
		h[len - 1]++;
		good &= same(p, n, h);
		h[len - 1] = (uint8_t)(h[len - 1] - 2);
		good &= same(p, n, h);
	}
	for (i = 0; i < 50; i++) {
		draw(h, shape);
		good &= same(p, n, h);
	}
	memset(h, 0, sizeof h);
	good &= same(p, n, h);
	memset(h, 255, sizeof h);
	good &= same(p, n, h);
	free(p);
	return good;
}

/* Not sorted: what is found is right, and it ends. */
static int
garbage(void)
{
	uint8_t *p = malloc(MANY * len), h[CT_SET_HASH_MAX];
	const struct ct_set_kind k = { .len = len, .n = MANY, .hash = p };
	size_t i, at;
	int good = p != NULL;

	for (i = 0; p && i < MANY; i++)
		draw(p + i * len, rnd() % SHAPES);
	for (i = 0; p && i < MANY; i++) {
		memcpy(h, p + i * len, len);
		at = ct_set_find(&k, h);
		good &= at == SIZE_MAX ||
		    (at < MANY && memcmp(p + at * len, h, len) == 0);
		draw(h, UNIFORM);
		good &= ct_set_find(&k, h) == SIZE_MAX || len < 8;
	}
	free(p);
	return good;
}

int
main(void)
{
	static const size_t lens[] = { 4, 8, 16, 20, 32, 64, 144, 256 };
	static const char *const name[SHAPES] = { "random", "one prefix",
		"at both ends", "few values", "many near 0" };
	size_t i, n;
	int shape, good;

	for (i = 0; i < sizeof lens / sizeof *lens; i++) {
		len = lens[i];
		for (shape = 0; shape < SHAPES; shape++) {
			for (good = 1, n = 0; n <= 70; n++)
				good &= agrees(n, (enum shape)shape);
			good &= agrees(MANY, (enum shape)shape);
			ok(good, "%zu bytes, %s: as bisection", len,
			    name[shape]);
		}
		ok(garbage(), "%zu bytes, not sorted: ends, finds no other",
		    len);
	}
	done();
}
