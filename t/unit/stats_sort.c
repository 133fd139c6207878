/* stats_sort: rows come in order, each once, from memory and from many runs */
#include "stats_sort.h"

#include <stdlib.h>
#include <string.h>

#include "../tap.h"

#define N 10000

static uint64_t state;

static uint32_t
number(void)
{
	state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(state >> 33);
}

/* The same rows for the same seed; some of them twice. */
static void
fill(struct stats_sort *s, int *bad)
{
	struct stats_row row;
	struct ct_err err;
	int i;

	state = 7;
	for (i = 0; i < N; i++) {
		memset(&row, 0, sizeof row);
		row.key[15] = (uint8_t)(number() % 16);
		row.kind = (uint8_t)(number() % 3);
		row.at = (int64_t)(number() % 40) << 36;
		row.value = number() % 4 << 20;
		row.ref[0] = (uint8_t)(number() % 2);
		row.more[15] = (uint8_t)(number() % 2);
		*bad += stats_sort_add(s, &row, &err) != 0;
	}
}

static int
order(const struct stats_row *a, const struct stats_row *b)
{
	int c = memcmp(a->key, b->key, 16);

	if (!c)
		c = (a->kind > b->kind) - (a->kind < b->kind);
	if (!c)
		c = (a->at > b->at) - (a->at < b->at);
	if (!c)
		c = (a->value > b->value) - (a->value < b->value);
	if (!c)
		c = memcmp(a->ref, b->ref, 16);
	return c ? c : memcmp(a->more, b->more, 16);
}

int
main(void)
{
	static const size_t limits[] = { 64, 100, 997, N - 1, 5 * N };
	static struct stats_row all[N], row;
	struct stats_sort *s;
	struct ct_err err;
	size_t n, had = 0, i;
	int bad, rc;

	for (i = 0; i < sizeof limits / sizeof *limits; i++) {
		s = stats_sort_new(limits[i]);
		bad = 0;
		fill(s, &bad);
		for (n = 0; (rc = stats_sort_next(s, &row, &err)) == 1; n++) {
			if (n && order(&all[n - 1], &row) >= 0)
				bad++;
			if (i && order(&all[n], &row) != 0)
				bad++;
			all[n] = row;
		}
		ok(rc == 0 && bad == 0, "%zu in memory: in order", limits[i]);
		ok(n > N / 4 && n < N && (i == 0 || n == had),
		    "  each of %zu once", n);
		had = n;
		ok(stats_sort_next(s, &row, &err) == 0, "  and no more");
		stats_sort_free(s);
	}
	s = stats_sort_new(0);
	ok(stats_sort_next(s, &row, &err) == 0, "of nothing there is nothing");
	stats_sort_free(s);
	(void)setenv("TMPDIR", "/nowhere", 1);
	s = stats_sort_new(64);
	bad = 0;
	fill(s, &bad);
	ok(bad > 0, "no place for a run is an error");
	stats_sort_free(s);
	done();
}
