/* Every kernel this CPU runs finds what the plain definition does. */
#include "pdna.h"

#include <stdlib.h>
#include <string.h>

#include "../tap.h"

#define N 1001
#define QUERIES 8

static const size_t some[] = { 0, 1, 2, N };
static const uint32_t limit[] = { 0, 1, 143, 144, 40000, 50000, 3121199,
	3121200, 9363599, 9363600, UINT32_MAX };
static uint8_t *list; /* N hashes, not aligned */

static uint32_t
rnd(void)
{
	static uint32_t x = 1;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

static uint32_t
slow(const uint8_t *a, const uint8_t *b)
{
	uint32_t sum = 0;
	size_t i;
	long d;

	for (i = 0; i < CT_PDNA_LEN; i++) {
		d = (long)a[i] - (long)b[i];
		sum += (uint32_t)(d * d);
	}
	return sum;
}

static int
agrees(const uint8_t *q, size_t n, uint32_t max, size_t cap)
{
	static struct ct_pdna_hit hit[N + 1];
	size_t found, i, w = 0;
	uint32_t d;

	for (i = 0; i <= N; i++)
		hit[i] = (struct ct_pdna_hit){ SIZE_MAX, 7 };
	found = ct_pdna_scan(q, list, n, max, hit, cap);
	for (i = 0; i < n; i++) {
		d = slow(q, list + i * CT_PDNA_LEN);
		if (d > max)
			continue;
		if (w < cap && (hit[w].i != i || hit[w].distance != d))
			return 0;
		w++;
	}
	return w == found && hit[w < cap ? w : cap].i == SIZE_MAX;
}

/* Random, near to one, the same, all 0 and all 255, and one step of a byte. */
static void
make(void)
{
	size_t i, k;
	uint8_t *h;

	for (i = 0; i < N; i++) {
		h = list + i * CT_PDNA_LEN;
		for (k = 0; k < CT_PDNA_LEN; k++)
			h[k] = (uint8_t)rnd();
		if (i % 10 < 5 && i > 10) {
			memcpy(h, list, CT_PDNA_LEN);
			for (k = i % 10 * i / 10; k; k--)
				h[rnd() % CT_PDNA_LEN] ^= (uint8_t)(rnd() % 64);
		}
	}
	memset(list + CT_PDNA_LEN, 0, CT_PDNA_LEN);
	memset(list + 500 * CT_PDNA_LEN, 255, CT_PDNA_LEN);
	memset(list + 1000 * CT_PDNA_LEN, 255, CT_PDNA_LEN);
	memset(list + 7 * CT_PDNA_LEN, 1, CT_PDNA_LEN);
	memset(list + 8 * CT_PDNA_LEN, 0, CT_PDNA_LEN);
	memset(list + 8 * CT_PDNA_LEN, 255, CT_PDNA_LEN / 3);
}

static int
all_of(const uint8_t *q)
{
	size_t n, m;
	int good = 1;

	for (n = 0; n < sizeof some / sizeof *some; n++)
		for (m = 0; m < sizeof limit / sizeof *limit; m++)
			good &= agrees(q, some[n], limit[m], N) &&
			    agrees(q, some[n], limit[m], 0) &&
			    agrees(q, some[n], limit[m], 1) &&
			    agrees(q, some[n], limit[m], 17);
	return good;
}

static void
say(void *arg, const char *kernel, bool good)
{
	ok(good, "%s: the self test", kernel);
	++*(int *)arg;
}

int
main(void)
{
	uint8_t *room = malloc(N * CT_PDNA_LEN + 1), low[CT_PDNA_LEN] = { 0 };
	uint8_t high[CT_PDNA_LEN];
	const char *name;
	int k, i, good, tested = 0;

	if (!room)
		return 1;
	list = room + 1;
	memset(high, 255, sizeof high);
	make();
	ok(ct_pdna(low, low) == 0 && ct_pdna(low, high) == CT_PDNA_MAX &&
		ct_pdna(high, low) == CT_PDNA_MAX,
	    "a hash is at 0 from itself, all 0 is far from all 255");
	for (k = 0; (name = ct_pdna_force(k)); k++) {
		ok(all_of(low) && all_of(high), "%s: extreme queries", name);
		for (good = 1, i = 0; i < QUERIES; i++)
			good &= all_of(list + i * 11 * (int)CT_PDNA_LEN);
		ok(good, "%s: queries of the list", name);
		ok(strcmp(name, ct_pdna_kernel()) == 0, "%s: in use", name);
	}
	ok(ct_pdna_self_test(say, &tested) == 0 && tested == k,
	    "the self test finds no fault");
	free(room);
	done();
}
