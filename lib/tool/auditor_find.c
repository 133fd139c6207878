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

static bool
wanted(const struct ct_audit_wanted *w, const struct ct_audit_text *t)
{
	static const char *const objects[] = { "object", "objects", "file",
		"sha256", "content", NULL };
	static const char *const reports[] = { "report", "report_id", "reason",
		NULL };
	const struct {
		const char *want, *const *names;
	} each[] = {
		{ w->user, (const char *const[]){ "user", NULL } },
		{ w->object, objects },
		{ w->report, reports },
		{ w->key, (const char *const[]){ "key", NULL } },
		{ w->act, (const char *const[]){ "act", NULL } },
		{ w->by, (const char *const[]){ "by", NULL } },
	};
	struct ct_err why;
	bool yes = t->at >= w->from && (!w->to || t->at < w->to);
	json_t *rec = NULL;
	size_t i;

	for (i = 0; i < sizeof each / sizeof *each && yes; i++) {
		if (!each[i].want)
			continue;
		if (!rec)
			rec = ct_json_object(t->line, t->len - 1, &why);
		yes = rec && one_of(rec, each[i].names, each[i].want);
	}
	json_decref(rec);
	return yes;
}

/* ---- in order ------------------------------------------------------------ */

/* To its next line; what is no line is said, and passed over. */
static int
step(struct source *s, int *status, struct ct_err *err)
{
	int rc;

	while ((rc = ct_audit_scan_next(s->scan, &s->text, err)) == 1) {
		if (s->text.wrong) {
			ct_warn("%s: line %" PRId64 ": %s", s->program,
			    s->text.bad, s->text.wrong);
			*status = CT_DATAERR;
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

int
ct_auditor_find(const struct ct_auditor *a)
{
	struct source *s = ct_alloc(a->logs + 1, sizeof *s), *now;
	struct ct_err err = { 0 };
	int rc = 0, status = 0;
	size_t i;

	for (i = 0; i < a->logs && !rc; i++) {
		s[i].program = ct_auditor_program(a->log[i]);
		rc = ct_audit_scan_open(&s[i].scan, a->log[i], &err);
		if (!rc)
			rc = step(&s[i], &status, &err);
	}
	while (!rc && (now = earliest(s, a->logs))) {
		if (wanted(&a->wanted, &now->text))
			rc = ct_out_line(
			    a->out, now->text.line, now->text.len - 1, &err);
		if (!rc)
			rc = step(now, &status, &err);
	}
	if (rc)
		ct_warn("%s", err.msg);
	for (i = 0; i < a->logs; i++) {
		ct_audit_scan_close(s[i].scan);
		free(s[i].program);
	}
	free(s);
	return rc > status ? rc : status;
}
