/*
 * set_find.c - where a hash would be, if all are as random as digests are
 *
 * Of n random hashes a guess in proportion is off by about the square root of
 * n, and the next one from there by the root of that: few probes where a
 * bisection takes log2(n).  A guess that is off by much more, or the TRIES-th,
 * says that they are not random: then all are bisected, as the first probes
 * of that are the same each time and so in the cache.  So there are at most
 * TRIES + log2(n) + 1 probes, whatever the hashes are, sorted or not.
 */
#include "set.h"

#include <string.h>

#define TRIES 8
#define SMALL 64 /* hashes that are near each other in memory */

/* The first 8 bytes as a number; zeros behind a shorter hash. */
static uint64_t
head(const uint8_t *hash, size_t len)
{
	uint8_t byte[8] = { 0 };
	uint64_t v = 0;
	size_t i;

	memcpy(byte, hash, len < sizeof byte ? len : sizeof byte);
	for (i = 0; i < sizeof byte; i++)
		v = v << 8 | byte[i];
	return v;
}

/* Of n hashes between below and above, which is x? */
static size_t
guess(uint64_t x, uint64_t below, uint64_t above, size_t n)
{
	size_t i;

	if (x <= below)
		return 0;
	if (x >= above)
		return n - 1;
	i = (size_t)((double)(x - below) / (double)(above - below) * (double)n);
	return i < n ? i : n - 1;
}

/* Is it farther from a to b than chance takes a guess among n? */
static bool
off(size_t a, size_t b, size_t n)
{
	size_t far = a < b ? b - a : a - b;

	return far > SMALL && far / 16 > n / far;
}

static size_t
bisect(const struct ct_set_kind *k, const uint8_t *hash, size_t lo, size_t hi)
{
	size_t mid;
	int d;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		d = memcmp(k->hash + mid * k->len, hash, k->len);
		if (d == 0)
			return mid;
		if (d < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return SIZE_MAX;
}

size_t
ct_set_find(const struct ct_set_kind *k, const uint8_t *hash)
{
	const uint64_t x = head(hash, k->len);
	uint64_t below = 0, above = UINT64_MAX;
	size_t lo = 0, hi = k->n, mid, last = SIZE_MAX, n;
	const uint8_t *p;
	int d, tries;

	for (tries = 0; tries < TRIES && lo < hi; tries++) {
		n = hi - lo;
		mid = lo + guess(x, below, above, n);
		if (tries > 0 && off(last, mid, n))
			break;
		p = k->hash + mid * k->len;
		d = memcmp(p, hash, k->len);
		if (d == 0)
			return mid;
		if (d < 0) {
			lo = mid + 1;
			below = head(p, k->len);
		} else {
			hi = mid;
			above = head(p, k->len);
		}
		last = mid;
	}
	return hi - lo <= SMALL ? bisect(k, hash, lo, hi)
				: bisect(k, hash, 0, k->n);
}
