/* stats_tell.c - what was counted, as a record */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"
#include "stats_impl.h"

#define GAPS_MAX 600 /* months without anything that are told */

const char *const stats_matches[STATS_MATCHES] = { "clean", "undecided",
	"match" };

static void
put(json_t *to, const char *name, int64_t n)
{
	(void)json_object_set_new(to, name, json_integer((json_int_t)n));
}

static json_t *
numbers(const char *const *names, const int64_t *n, size_t count)
{
	json_t *all = json_object();
	size_t i;

	for (i = 0; i < count; i++)
		put(all, names[i], n[i]);
	return all;
}

static json_t *
times(const struct stats_times *t)
{
	json_t *all = json_object();
	char name[16];
	size_t i;

	put(all, "n", t->n);
	for (i = 0; t->n && i < 2; i++) {
		(void)snprintf(name, sizeof name, "p%d_s", (int)stats_nth[i]);
		put(all, name, (t->nth[i] + 500) / 1000);
	}
	if (t->n)
		put(all, "max_s", (t->most + 500) / 1000);
	return all;
}

static json_t *
counts(const struct stats_counts *c, const char *name)
{
	json_t *all = json_object(), *verdicts = json_object();
	size_t i;

	if (name)
		(void)json_object_set_new(all, "name", json_string(name));
	put(all, "reports", c->reports);
	put(all, "files", c->files);
	put(all, "unique_files", c->unique);
	put(all, "accounts", c->accounts);
	put(all, "decided", c->decided);
	for (i = 0; i < CT_VERDICTS; i++)
		put(verdicts, ct_verdicts[i].name, c->verdict[i]);
	(void)json_object_set_new(all, "verdicts", verdicts);
	put(all, "matched", c->matched);
	put(all, "false_positives", c->wrong);
	put(all, "removed", c->removed);
	for (i = 0; i < STATS_SPANS; i++)
		(void)json_object_set_new(
		    all, stats_spans[i], times(&c->times[i]));
	return all;
}

/* ---- groups, by name ---------------------------------------------------- */

struct member {
	const struct stats_group *of;
};

static int
by_name(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return strcmp(x->of->name, y->of->name);
}

/* Months from the beginning of the calendar; its name. */
static int64_t
month(const char *name)
{
	return strtoll(name, NULL, 10) * 12 + strtoll(name + 5, NULL, 10) - 1;
}

/* Those between two, in which nothing was. */
static void
gap(json_t *to, const char *from, const char *till)
{
	static const struct stats_counts none;
	char name[32];
	int64_t m;

	for (m = month(from) + 1; m < month(till); m++) {
		(void)snprintf(name, sizeof name, "%04d-%02d", (int)(m / 12),
		    (int)(m % 12 + 1));
		(void)json_array_append_new(to, counts(&none, name));
	}
}

/* No list or surface that only clean files were in. */
static bool
empty(const struct stats_group *g)
{
	return !g->c.reports && !g->c.decided && !g->c.removed &&
	    g->dim != STATS_MONTH;
}

static json_t *
groups(const struct stats *s, enum stats_dim dim)
{
	struct member *g = ct_alloc(s->groups, sizeof *g);
	json_t *all = json_array();
	size_t n = 0, i;
	bool gaps;

	for (i = 0; i < s->groups; i++)
		if (s->group[i].dim == dim && !empty(&s->group[i]))
			g[n++].of = &s->group[i];
	qsort(g, n, sizeof *g, by_name);
	gaps = dim == STATS_MONTH && n > 0 &&
	    month(g[n - 1].of->name) - month(g[0].of->name) < GAPS_MAX;
	for (i = 0; i < n; i++) {
		if (gaps && i)
			gap(all, g[i - 1].of->name, g[i].of->name);
		(void)json_array_append_new(
		    all, counts(&g[i].of->c, g[i].of->name));
	}
	free(g);
	return all;
}

/* ---- records ------------------------------------------------------------ */

static void
put_time(json_t *to, const char *name, int64_t ms)
{
	char text[CT_TIME_LEN];

	if (ms)
		(void)json_object_set_new(
		    to, name, json_string(ct_time(ms - ms % 1000, text)));
}

static json_t *
begin(const struct stats *s)
{
	json_t *rec = json_object();

	(void)json_object_set_new(
	    rec, "env", json_string(s->how->test ? "test" : "production"));
	put_time(rec, "at", s->now);
	return rec;
}

json_t *
stats_waiting(const struct stats *s)
{
	json_t *rec = begin(s);

	put(rec, "waiting", s->waiting);
	put(rec, "overdue", s->overdue);
	put(rec, "max_s", s->how->max / 1000);
	put_time(rec, "oldest", s->oldest);
	if (s->oldest)
		put(rec, "age_s", (s->now - s->oldest) / 1000);
	return rec;
}

json_t *
stats_record(const struct stats *s)
{
	static const char *const read[] = { "read", "malformed", "errors",
		"other" };
	const int64_t lines[] = { s->lines, s->malformed, s->errors, s->other };
	json_t *rec = begin(s), *waiting;
	enum stats_dim dim;

	put_time(rec, "from", s->how->from);
	put_time(rec, "to", s->how->to);
	(void)json_object_set_new(rec, "lines", numbers(read, lines, 4));
	(void)json_object_set_new(
	    rec, "scanned", numbers(stats_matches, s->scanned, STATS_MATCHES));
	(void)json_object_set_new(
	    rec, "views", numbers(stats_levels, s->views, STATS_LEVELS));
	put(rec, "left_out", s->left_out);
	put(rec, "filed", s->filed);
	waiting = json_object();
	put(waiting, "items", s->waiting);
	put_time(waiting, "oldest", s->oldest);
	if (s->oldest)
		put(waiting, "age_s", (s->now - s->oldest) / 1000);
	(void)json_object_set_new(rec, "waiting", waiting);
	(void)json_object_set_new(rec, "total", counts(&s->group[0].c, NULL));
	for (dim = STATS_MONTH; dim < STATS_DIMS; dim++)
		(void)json_object_set_new(rec, stats_dims[dim], groups(s, dim));
	return rec;
}
