/* preserve_stage.c - what waits for a person's verdict: stage */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "preserve_impl.h"
#include "prog.h"
#include "queue.h"

struct stage {
	struct ct_filter filter;
	const struct ct_preserve *p;
	struct ct_vault *vault; /* NULL: it cannot be entered */
	const char *why;        /* it cannot */
	bool forbidden;         /* and that is as it should be */
	struct preserve_pub pub;
};

/* Is it one that ct-review add queues, and that has a file? */
static bool
waits(const struct stage *s, const json_t *rec)
{
	return !json_object_get(rec, "review") &&
	    !json_object_get(rec, "report") &&
	    (s->p->all || ct_review_due(rec, s->p->undecided));
}

static int
status_of(const struct stage *s, const char *outcome)
{
	return s->forbidden                   ? 0
	    : strcmp(outcome, "failed") == 0  ? CT_TEMPFAIL
	    : strcmp(outcome, "refused") == 0 ? CT_NOPERM
					      : 0;
}

/* A file; in: its bytes, or -1. */
static int
stage(struct stage *s, int in, json_t *rec, const char **outcome,
    struct ct_err *err)
{
	/* no key for it now */
	int locked = s->forbidden ? 0 : preserve_pub(&s->pub, s->p);
	int rc = ct_vault_stage(locked ? NULL : s->vault, &s->pub.pub,
	    locked ? s->pub.err.msg : s->why, in, rec, outcome, err);

	if (!rc && locked > CT_TEMPFAIL && s->filter.status < locked)
		s->filter.status = locked;
	return rc;
}

static int
stage_one(json_t *rec, void *arg, struct ct_err *err)
{
	struct stage *s = arg;
	const char *verdict = ct_rec_text(rec, "review.verdict");
	const char *outcome = "passed";
	bool anew = json_object_get(rec, "vault") != NULL;
	int rc = CT_NO, status;

	if (verdict && strcmp(verdict, "not_csam") == 0 && !s->forbidden)
		rc = ct_vault_unstage(
		    s->vault, s->why, rec, s->p->clock_ok, &outcome, err);
	else if (waits(s, rec))
		rc = stage(s, -1, rec, &outcome, err);
	if (rc > CT_NO)
		return rc;
	ct_tally(&s->filter.tally, outcome);
	status = status_of(s, outcome);
	if (s->filter.status < status)
		s->filter.status = status;
	return rc != CT_NO && anew ? CT_REWRITE : 0;
}

/* The bytes themselves: nobody but we will know what they were. */
static int
stage_bytes(struct stage *s)
{
	const struct ct_preserve *p = s->p;
	struct ct_out out = { .fd = STDOUT_FILENO };
	struct ct_err err = { 0 };
	const char *outcome = "failed";
	json_t *rec = json_pack("{s:s}", "id", p->id);
	int rc = rec ? 0 : CT_USAGE;

	if (!rc && p->user)
		rc = json_object_set_new(
		    rec, "user", json_pack("{s:s}", "id", p->user));
	if (!rc && p->mime)
		rc = json_object_set_new(
		    rec, "file", json_pack("{s:s}", "mime", p->mime));
	if (rc)
		ct_die(CT_USAGE, "what is no UTF-8 cannot be in a record");
	preserve_must(stage(s, STDIN_FILENO, rec, &outcome, &err), &err);
	rc = ct_out_rec(&out, rec, &err);
	json_decref(rec);
	if (!rc)
		rc = ct_out_close(&out, &err);
	preserve_must(rc, &err);
	rc = status_of(s, outcome);
	return s->filter.status > rc ? s->filter.status : rc;
}

/* A set-up that is wrong ends it; what else is in the way of the vault, the
 * records say. */
static void
enter(struct stage *s, struct ct_err *err)
{
	int rc;

	preserve_must(ct_vault_forbidden(s->p->conf, &s->forbidden, err), err);
	s->why = "[vault] preserve = forbidden: no evidence is kept";
	if (s->forbidden)
		return;
	if ((rc = preserve_pub(&s->pub, s->p)) == CT_NOPERM)
		ct_warn("nothing can be staged: %s", s->pub.err.msg);
	else
		preserve_must(rc, &s->pub.err);
	rc = ct_vault_enter(&s->vault, ct_home(s->p->dir), false, err);
	if (rc == CT_CONFIG || rc == CT_SOFTWARE)
		ct_die_err(err);
	if (rc)
		ct_warn("nothing can be staged: %s", err->msg);
	s->why = err->msg;
}

int
preserve_stage(const struct ct_preserve *p)
{
	struct stage s = { .p = p };
	struct ct_err err = { 0 };
	int rc;

	enter(&s, &err);
	rc = p->id ? stage_bytes(&s)
		   : preserve_filter(p, &s.filter, stage_one, &s);
	ct_vault_leave(s.vault);
	return rc;
}
