/* stats_value.c - distinct accounts and contents, and quantiles of times */
#include <string.h>

#include "stats_impl.h"

const int64_t stats_nth[2] = { 50, 95 };
const char *const stats_spans[STATS_SPANS] = { "to_verdict", "to_report",
	"to_removal" };

/* Spans stand behind all kinds. */
enum { SPANS = STATS_OTHER + 1 };

static int
value(struct stats *s, unsigned group, int kind, int64_t at,
    const uint8_t ref[16], struct ct_err *err)
{
	struct stats_row row = { .kind = (uint8_t)kind, .at = at };

	row.key[0] = (uint8_t)(group >> 8);
	row.key[1] = (uint8_t)group;
	memcpy(row.ref, ref, 16);
	return stats_sort_add(s->values, &row, err);
}

int
stats_has(struct stats *s, unsigned group, enum stats_kind kind,
    const uint8_t digest[16], struct ct_err *err)
{
	return value(s, group, (int)kind, 0, digest, err);
}

int
stats_took(struct stats *s, unsigned group, enum stats_span span, int64_t ms,
    const uint8_t of[16], struct ct_err *err)
{
	s->group[group].c.times[span].n++;
	return value(s, group, SPANS + (int)span, ms, of, err);
}

/* The nearest rank: the least value such that so many percent of all are not
 * over it.  at: it is the at-th, from 1, of those in order. */
static void
rank(struct stats_times *t, int64_t at, int64_t ms)
{
	size_t i;

	for (i = 0; i < 2; i++)
		if (at == (t->n * stats_nth[i] + 99) / 100)
			t->nth[i] = ms;
	t->most = ms;
}

int
stats_values(struct stats *s, struct ct_err *err)
{
	struct stats_row row, last = { .kind = 0 };
	struct stats_counts *c;
	int64_t at = 0;
	int rc;

	while ((rc = stats_sort_next(s->values, &row, err)) == 1) {
		c = &s->group[row.key[0] << 8 | row.key[1]].c;
		if (row.kind == STATS_ACCOUNT)
			c->accounts++;
		else if (row.kind == STATS_FILE)
			c->unique++;
		if (row.kind < SPANS)
			continue;
		if (row.kind != last.kind || memcmp(row.key, last.key, 16) != 0)
			at = 0;
		rank(&c->times[row.kind - SPANS], ++at, row.at);
		last = row;
	}
	return rc;
}
