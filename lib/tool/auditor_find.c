/* auditor_find.c - lines of all logs, in order of time */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"
#include "auditor_impl.h"
#include "prog.h"

struct source {
	struct ct_audit_scan *scan;
	struct ct_audit_text text; /* the next line */
	int64_t at;                /* the latest time that it has got to */
	char *program;
	bool over;
};

/* What an account had to do with, for --user: lines that name only an object, a
 * hold, a request or a report are about it, too.  Sets of names, as objects
 * whose members are all null. */
struct followed {
	json_t *objects, *holds, *requests, *reports;
};

struct search {
	const struct ct_auditor *a;
	struct followed with;
	bool told; /* what is damaged was said */
	int status;
};

typedef int visit_fn(struct search *search, const struct ct_audit_text *text,
    struct ct_err *err);

/* ---- what an account had to do with ------------------------------------- */

/* Is it about the account, or about what that had to do with? */
static bool
concerns(const struct followed *with, const json_t *line, const char *user)
{
	const char *of = ct_rec_text(line, "user");

	if (of)
		return strcmp(of, user) == 0;
	return ct_names_has(with->objects, line, "object") ||
	    ct_names_has(with->holds, line, "hold") ||
	    ct_names_has(with->requests, line, "request") ||
	    ct_names_has(with->reports, line, "report") ||
	    ct_names_in(with->objects, line, "objects");
}

static int
follow(struct search *s, const struct ct_audit_text *t, struct ct_err *err)
{
	struct ct_err why;
	json_t *line = ct_json_object(t->line, t->len - 1, &why);

	(void)err;
	if (line && concerns(&s->with, line, s->a->wanted.user)) {
		ct_names_add(s->with.holds, line, "hold");
		ct_names_add(s->with.requests, line, "request");
		/* many objects may stand in one line, not all of this account:
		 * only a line with its name brings new ones */
		if (ct_rec_text(line, "user")) {
			ct_names_add(s->with.objects, line, "object");
			ct_names_add(s->with.reports, line, "report");
		}
	}
	json_decref(line);
	return 0;
}

/* ---- is it wanted? ------------------------------------------------------- */

static bool
one_of(const json_t *rec, const char *const *names, const char *want)
{
	const json_t *value;
	const char *text;
	size_t i;

	for (; *names; names++) {
		value = json_object_get(rec, *names);
		text = json_string_value(value);
		if (text && strcmp(text, want) == 0)
			return true;
		for (i = 0; i < json_array_size(value); i++) {
			text = json_string_value(json_array_get(value, i));
			if (text && strcmp(text, want) == 0)
				return true;
		}
	}
	return false;
}

/* Who did it, or approved it. */
static bool
is_by(const json_t *rec, const char *want)
{
	static const char *const by[] = { "by", NULL };
	const json_t *all = json_object_get(rec, "approval"), *one;
	bool yes = one_of(rec, by, want);
	size_t i;

	json_array_foreach(all, i, one) yes = yes || one_of(one, by, want);
	return yes;
}

static bool
wanted(const struct followed *with, const struct ct_audit_wanted *w,
    const struct ct_audit_text *t)
{
	static const char *const objects[] = { "object", "objects", "file",
		"sha256", "content", NULL };
	static const char *const reports[] = { "report", "report_id", "reason",
		NULL };
	const struct {
		const char *want, *const *names;
	} each[] = {
		{ w->object, objects },
		{ w->report, reports },
		{ w->key, (const char *const[]){ "key", NULL } },
		{ w->act, (const char *const[]){ "act", NULL } },
	};
	struct ct_err why;
	bool yes = t->at >= w->from && (!w->to || t->at < w->to);
	json_t *rec = NULL;
	size_t i;

	if (yes && w->user) {
		rec = ct_json_object(t->line, t->len - 1, &why);
		yes = rec && concerns(with, rec, w->user);
	}
	for (i = 0; i < sizeof each / sizeof *each && yes; i++) {
		if (!each[i].want)
			continue;
		if (!rec)
			rec = ct_json_object(t->line, t->len - 1, &why);
		yes = rec && one_of(rec, each[i].names, each[i].want);
	}
	if (yes && w->by) {
		if (!rec)
			rec = ct_json_object(t->line, t->len - 1, &why);
		yes = rec && is_by(rec, w->by);
	}
	json_decref(rec);
	return yes;
}

/* ---- in order ------------------------------------------------------------ */

/* To its next line; what is no line is said, and passed over. */
static int
step(struct source *s, struct search *search, struct ct_err *err)
{
	int rc;

	while ((rc = ct_audit_scan_next(s->scan, &s->text, err)) == 1) {
		if (s->text.wrong) {
			if (!search->told)
				ct_warn("%s: line %" PRId64 ": %s", s->program,
				    s->text.bad, s->text.wrong);
			search->status = CT_DATAERR;
		}
		if (s->text.known)
			break;
	}
	s->over = rc != 1;
	/* in each log the order is that of its lines, whatever the clock did */
	if (rc == 1 && s->text.at > s->at)
		s->at = s->text.at;
	return rc == 1 ? 0 : rc;
}

static struct source *
earliest(struct source *s, size_t n)
{
	struct source *best = NULL;
	size_t i;

	for (i = 0; i < n; i++)
		if (!s[i].over && (!best || s[i].at < best->at))
			best = &s[i];
	return best;
}

/* Each line of each log, in order of time. */
static int
walk(struct search *search, visit_fn *visit, struct ct_err *err)
{
	const struct ct_auditor *a = search->a;
	struct source *s = ct_alloc(a->logs + 1, sizeof *s), *now;
	int rc = 0;
	size_t i;

	for (i = 0; i < a->logs && !rc; i++) {
		s[i].program = ct_auditor_program(a->log[i]);
		rc = ct_audit_scan_open(&s[i].scan, a->log[i], err);
		if (!rc)
			rc = step(&s[i], search, err);
	}
	while (!rc && (now = earliest(s, a->logs)))
		if (!(rc = visit(search, &now->text, err)))
			rc = step(now, search, err);
	for (i = 0; i < a->logs; i++) {
		ct_audit_scan_close(s[i].scan);
		free(s[i].program);
	}
	free(s);
	search->told = true;
	return rc;
}

static int
print(struct search *s, const struct ct_audit_text *t, struct ct_err *err)
{
	return wanted(&s->with, &s->a->wanted, t)
	    ? ct_out_line(s->a->out, t->line, t->len - 1, err)
	    : 0;
}

int
ct_auditor_find(const struct ct_auditor *a)
{
	struct search s = { .a = a };
	struct ct_err err = { 0 };
	int rc = 0;

	s.with = (struct followed){ json_object(), json_object(), json_object(),
		json_object() };
	if (a->wanted.user)
		rc = walk(&s, follow, &err);
	if (!rc)
		rc = walk(&s, print, &err);
	if (rc)
		ct_warn("%s", err.msg);
	json_decref(s.with.objects);
	json_decref(s.with.holds);
	json_decref(s.with.requests);
	json_decref(s.with.reports);
	return rc > s.status ? rc : s.status;
}
