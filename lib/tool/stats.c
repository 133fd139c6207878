#include "stats.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"
#include "stats_impl.h"

#define ROWS ((size_t)1 << 18) /* 16 MiB of each sorter */

static const struct format {
	const char *name;
	void (*write)(struct ct_text *text, const json_t *rec); /* NULL: JSON */
} formats[] = {
	{ "json", NULL },
	{ "csv", stats_csv },
	{ "prometheus", stats_prometheus },
	{ "html", stats_html },
	{ NULL, NULL },
};

static const struct format *
format(const char *name)
{
	const struct format *f = formats;

	while (f->name && strcmp(f->name, name) != 0)
		f++;
	return f;
}

bool
ct_stats_format(const char *name)
{
	return format(name)->name != NULL;
}

/* ---- lines -------------------------------------------------------------- */

static int
line(struct stats *s, const char *text, size_t len, size_t no,
    struct ct_err *err)
{
	struct ct_err why = { 0 };
	json_t *rec = ct_json_object(text, len, &why);
	int rc;

	s->lines++;
	if (!rec) {
		if (s->malformed++ == 0)
			ct_warn("line %zu: %s", no, why.msg);
		return 0;
	}
	if (ct_rec_error(rec))
		s->errors++;
	/* what a log has, records have not, and the other way round */
	rc = json_object_get(rec, "seq") && json_object_get(rec, "prev")
	    ? stats_log(s, rec, err)
	    : stats_line(s, rec, err);
	if (rc == CT_NO) {
		s->other++;
		rc = 0;
	}
	json_decref(rec);
	return rc;
}

static int
lines(struct stats *s, struct ct_err *err)
{
	struct ct_tally none = { .name = { NULL } };
	struct ct_progress show = { .tally = &none };
	struct ct_in in = { .fd = s->how->in, .delim = '\n', .show = &show };
	size_t len;
	char *text;
	int rc = 0;

	ct_progress_start(&show, true, true);
	while (!rc && !ct_stop) {
		rc = ct_in_next(&in, &text, &len, err);
		if (rc == 0)
			break;
		show.in++;
		if (rc == CT_DATAERR) {
			if (s->malformed++ == 0)
				ct_warn("line %zu: %s", in.lineno, err->msg);
			s->lines++;
			rc = 0;
		} else if (rc == 1) {
			rc = ct_blank(text)
			    ? 0
			    : line(s, text, len, in.lineno, err);
		}
		ct_progress_tick(&show);
	}
	ct_progress_end(&show);
	ct_in_free(&in);
	if (!rc && ct_stop)
		rc = ct_fail(err, CT_TEMPFAIL, "stopped by a signal");
	return rc;
}

/* ---- a run -------------------------------------------------------------- */

static int
gather(struct stats *s, const struct ct_stats *how, struct ct_err *err)
{
	size_t rows = how->rows ? how->rows : ROWS;
	int rc;

	*s = (struct stats){ .how = how, .now = ct_now() };
	ct_random(s->key, sizeof s->key);
	s->items = stats_sort_new(rows);
	s->reports = stats_sort_new(rows);
	s->values = stats_sort_new(rows);
	(void)stats_group(s, STATS_ALL, "all");
	rc = lines(s, err);
	if (!rc)
		rc = stats_items(s, err);
	if (!rc)
		rc = stats_reports(s, err);
	if (!rc)
		rc = stats_values(s, err);
	return rc;
}

static void
release(struct stats *s)
{
	size_t i;

	for (i = 0; i < s->groups; i++)
		free(s->group[i].name);
	free(s->group);
	stats_sort_free(s->items);
	stats_sort_free(s->reports);
	stats_sort_free(s->values);
	ct_wipe(s->key, sizeof s->key);
}

static int
json(struct ct_text *text, const json_t *rec, struct ct_err *err)
{
	if (ct_text_rec(text, rec) < 0)
		return ct_fail(err, CT_SOFTWARE, "cannot encode a record");
	ct_text_add(text, "\n", 1);
	return 0;
}

int
ct_stats_run(const struct ct_stats *how, struct ct_text *text, int64_t *overdue,
    struct ct_err *err)
{
	const struct format *f = format(how->format);
	struct stats s;
	json_t *rec;
	int rc = gather(&s, how, err);

	*overdue = s.overdue;
	if (!rc) {
		rec = how->waiting ? stats_waiting(&s) : stats_record(&s);
		if (f->write)
			f->write(text, rec);
		else
			rc = json(text, rec, err);
		json_decref(rec);
	}
	if (!rc && s.malformed)
		rc = ct_fail(err, CT_DATAERR, "%lld lines are no records",
		    (long long)s.malformed);
	else if (!rc && how->waiting && !s.lines)
		rc = ct_fail(err, CT_NOINPUT,
		    "nothing was read: who says that nothing waits?");
	release(&s);
	return rc;
}
