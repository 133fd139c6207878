/* All pairs: every kernel calls for the same ones, once each. */
#include "ham.h"

#include <stdlib.h>
#include <string.h>

#include "../tap.h"

#define NQ 600 /* more than are sliced at once, and no multiple of anything */
#define N 777  /* tiles of 128, 256 and 512, and a part of one */

static uint8_t query[NQ][CT_HASH_LEN], list[N][CT_HASH_LEN];
static uint8_t plain[NQ][N]; /* distance, 255 for more */
static uint8_t seen[NQ][N];
static size_t bad;
static int limit;

static uint32_t
rnd(void)
{
	static uint32_t x = 1;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

static uint8_t
slow(const uint8_t *a, const uint8_t *b)
{
	int i, n = 0;

	for (i = 0; i < CT_HAM_MAX; i++)
		n += ((a[i / 8] ^ b[i / 8]) >> (i % 8)) & 1;
	return n < 255 ? (uint8_t)n : 255;
}

static void
pair(void *arg, size_t q, size_t h, int distance)
{
	if (arg != &bad || q >= NQ || h >= N || distance > limit ||
	    (distance < 255 ? distance : 255) != plain[q][h] || seen[q][h]++)
		bad++;
}

/* nq queries, n hashes, not aligned; returns whether it was right. */
static int
agrees(size_t nq, size_t n, int max)
{
	uint8_t *p = malloc((nq + n) * CT_HASH_LEN + 1);
	uint8_t *h = p + 1 + nq * CT_HASH_LEN;
	size_t i, k;

	memset(seen, 0, sizeof seen);
	bad = 0;
	limit = max;
	memcpy(p + 1, query, nq * CT_HASH_LEN);
	memcpy(h, list, n * CT_HASH_LEN);
	ct_ham_pairs(p + 1, nq, h, n, max, pair, &bad);
	for (i = 0; i < nq; i++)
		for (k = 0; k < n; k++)
			bad += seen[i][k] != (plain[i][k] <= max);
	free(p);
	return bad == 0;
}

/* Random, then near ones: 0 to 80 bits off, and some all the same. */
static void
make(void)
{
	size_t i, k;
	int flips;

	for (i = 0; i < sizeof list; i++)
		list[i / CT_HASH_LEN][i % CT_HASH_LEN] = (uint8_t)rnd();
	memset(list[5], 0, CT_HASH_LEN);
	memset(list[6], 0xff, CT_HASH_LEN);
	for (i = 300; i < 400; i++)
		memcpy(list[i], list[299], CT_HASH_LEN);
	for (i = 0; i < NQ; i++) {
		memcpy(query[i], list[i % 40 ? rnd() % N : i % 7], CT_HASH_LEN);
		for (flips = (int)(rnd() % 80); i % 3 && flips; flips--)
			query[i][rnd() % CT_HASH_LEN] ^=
			    (uint8_t)(1 << rnd() % 8);
	}
	for (i = 0; i < NQ; i++)
		for (k = 0; k < N; k++)
			plain[i][k] = slow(query[i], list[k]);
}

static int
every_max(void)
{
	int max, good = 1;

	for (max = -1; max <= 66; max++)
		good &= agrees(33, 300, max);
	for (max = 120; max <= 136; max++)
		good &= agrees(33, 300, max);
	return good && agrees(33, 300, 254);
}

static int
every_size(void)
{
	static const size_t some[] = { 0, 1, 2, 63, 64, 65, 127, 128, 129, 255,
		256, 257, 511, 512, 513, 600 };
	size_t i, k;
	int good = 1;

	for (i = 0; i < sizeof some / sizeof *some; i++)
		for (k = 0; k < 14; k++)
			good &= agrees(k, some[i], 31) &&
			    agrees(some[i], k, 31) && agrees(k, some[i], 60);
	return good;
}

int
main(void)
{
	const char *name;
	int k;

	make();
	for (k = 0; (name = ct_ham_force(k)); k++) {
		ok(agrees(NQ, N, 31), "%s: all pairs", name);
		ok(agrees(NQ, N, 0) && agrees(NQ, N, 36) && agrees(NQ, N, 37),
		    "%s: nearer and farther", name);
		ok(every_max(), "%s: at every threshold", name);
		ok(every_size(), "%s: few queries, few hashes", name);
	}
	done();
}
