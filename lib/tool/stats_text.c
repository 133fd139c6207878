/* stats_text.c - the same record as CSV and as metrics */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"
#include "stats_impl.h"

void
stats_add(struct ct_text *text, const char *fmt, ...)
{
	va_list ap, again;
	char *line;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	line = ct_alloc((size_t)n + 1, 1);
	(void)vsnprintf(line, (size_t)n + 1, fmt, again);
	va_end(again);
	ct_text_add(text, line, (size_t)n);
	free(line);
}

int64_t
stats_number(const json_t *of, const char *path)
{
	return json_integer_value(ct_rec_get(of, path));
}

/* ---- CSV: a line a number ----------------------------------------------- */

/* All numbers below, by the names on the way, and what they are of: env, times.
 * Names of groups and members need no quotes. */
static void
rows(struct ct_text *text, const char *by, const char *name, const char *on,
    const json_t *of)
{
	const char *member;
	json_t *value;
	char path[128];

	json_object_foreach((json_t *)(uintptr_t)of, member, value)
	{
		(void)snprintf(
		    path, sizeof path, "%s%s%s", on, *on ? "." : "", member);
		if (json_is_object(value))
			rows(text, by, name, path, value);
		else if (json_is_integer(value))
			stats_add(text, "%s,%s,%s,%" PRId64 "\n", by, name,
			    path, (int64_t)json_integer_value(value));
		else if (json_is_string(value) && strcmp(member, "name") != 0)
			stats_add(text, "%s,%s,%s,%s\n", by, name, path,
			    json_string_value(value));
	}
}

void
stats_csv(struct ct_text *text, const json_t *rec)
{
	enum stats_dim dim;
	const json_t *list, *one;
	size_t i;

	stats_add(text, "by,name,measure,value\n");
	rows(text, "run", "", "", rec);
	for (dim = STATS_MONTH; dim < STATS_DIMS; dim++) {
		list = json_object_get(rec, stats_dims[dim]);
		json_array_foreach(list, i, one)
		{
			rows(text, stats_dims[dim], ct_rec_text(one, "name"),
			    "", one);
		}
	}
}

/* ---- metrics: gauges, as what is read may begin anywhere ---------------- */

static const struct metric {
	const char *name, *path, *help;
	enum stats_dim by; /* STATS_ALL: one number, of the record */
} metrics[] = {
	{ "ct_stats_reports", "total.reports", "Finished reports.", STATS_ALL },
	{ "ct_stats_files", "total.files", "Files in them.", STATS_ALL },
	{ "ct_stats_unique_files", "total.unique_files",
	    "Different contents of these files.", STATS_ALL },
	{ "ct_stats_accounts", "total.accounts", "Accounts reported.",
	    STATS_ALL },
	{ "ct_stats_removed", "total.removed", "Objects hidden or deleted.",
	    STATS_ALL },
	{ "ct_stats_left_out", "left_out",
	    "Reports of the other environment, not counted.", STATS_ALL },
	{ "ct_stats_filed", "filed", "Reports to other authorities.",
	    STATS_ALL },
	{ "ct_stats_waiting", "waiting.items",
	    "Decided and in no finished report.", STATS_ALL },
	{ "ct_stats_waiting_seconds", "waiting.age_s",
	    "Since the oldest of these was decided, as this was written.",
	    STATS_ALL },
	{ "ct_stats_lines", "lines.read", "Lines read.", STATS_ALL },
	{ "ct_stats_malformed", "lines.malformed", "Lines that are none.",
	    STATS_ALL },
	{ "ct_stats_list_matched", "matched",
	    "Decided items that the list hit, without unsure.", STATS_LIST },
	{ "ct_stats_list_false_positives", "false_positives",
	    "Those of them that are not_csam.", STATS_LIST },
	{ "ct_stats_list_reports", "reports",
	    "Finished reports with a hit of the list.", STATS_LIST },
	{ "ct_stats_surface_reports", "reports",
	    "Finished reports with something from the surface.",
	    STATS_SURFACE },
	{ "ct_stats_method_reports", "reports",
	    "Finished reports with a hit of such a hash.", STATS_METHOD },
};

static void
head(struct ct_text *text, const char *name, const char *help)
{
	stats_add(text, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void
labelled(struct ct_text *text, const struct metric *m, const json_t *rec)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(rec, stats_dims[m->by]), i, one)
	{
		stats_add(text, "%s{%s=\"%s\"} %" PRId64 "\n", m->name,
		    stats_dims[m->by], ct_rec_text(one, "name"),
		    stats_number(one, m->path));
	}
}

static void
parts(struct ct_text *text, const json_t *rec, const char *path,
    const char *name, const char *label, const char *help)
{
	const char *member;
	json_t *value;

	head(text, name, help);
	json_object_foreach(ct_rec_get(rec, path), member, value)
	{
		stats_add(text, "%s{%s=\"%s\"} %" PRId64 "\n", name, label,
		    member, (int64_t)json_integer_value(value));
	}
}

static void
spans(struct ct_text *text, const json_t *rec, enum stats_span span)
{
	char name[64], path[64];
	size_t i;

	(void)snprintf(
	    name, sizeof name, "ct_stats_%s_seconds", stats_spans[span]);
	head(text, name, "Nearest rank, exact.");
	(void)snprintf(path, sizeof path, "total.%s.n", stats_spans[span]);
	if (!stats_number(rec, path))
		return;
	for (i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof path, "total.%s.p%d_s",
		    stats_spans[span], (int)stats_nth[i]);
		stats_add(text, "%s{quantile=\"0.%d\"} %" PRId64 "\n", name,
		    (int)(stats_nth[i] % 10 ? stats_nth[i] : stats_nth[i] / 10),
		    stats_number(rec, path));
	}
}

void
stats_prometheus(struct ct_text *text, const json_t *rec)
{
	const struct metric *m,
	    *end = metrics + sizeof metrics / sizeof *metrics;
	const char *at = ct_rec_text(rec, "at");
	enum stats_span span;
	int64_t ms = 0;

	for (m = metrics; m < end; m++) {
		head(text, m->name, m->help);
		if (m->by == STATS_ALL)
			stats_add(text, "%s %" PRId64 "\n", m->name,
			    stats_number(rec, m->path));
		else
			labelled(text, m, rec);
	}
	parts(text, rec, "total.verdicts", "ct_stats_decided", "verdict",
	    "Items that people decided.");
	parts(text, rec, "scanned", "ct_stats_scanned", "verdict",
	    "Items looked up.");
	parts(text, rec, "views", "ct_stats_views", "level",
	    "Views, each step closer.");
	for (span = 0; span < STATS_SPANS; span++)
		spans(text, rec, span);
	head(text, "ct_stats_test", "1: of the test environment.");
	stats_add(text, "ct_stats_test %d\n",
	    strcmp(ct_rec_text(rec, "env"), "test") == 0);
	(void)ct_time_parse(at, &ms);
	head(text, "ct_stats_timestamp_seconds", "When this was counted.");
	stats_add(text, "ct_stats_timestamp_seconds %" PRId64 "\n", ms / 1000);
}
