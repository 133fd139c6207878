/* preserve_line.c - the filters of the daily pipe: seal, anchor */
#include <stdlib.h>

#include "authority.h"
#include "preserve_impl.h"
#include "prog.h"

struct line {
	struct ct_filter filter;
	const struct ct_preserve *p;
	struct ct_vault *vault; /* NULL: it cannot be entered */
	const char *why;        /* it cannot */
	int code;               /* of that */
	bool forbidden;         /* and that is as it should be */
	struct preserve_pub pub;
	struct ct_vault_anchoring how;
	long days;            /* what we would keep evidence for */
	struct ct_conf *conf; /* that profiles of authorities are in */
	json_t *retain; /* by name: the days that each wants, once asked */
};

static int
run(struct line *l, const struct ct_preserve *p, ct_each_fn *each)
{
	int rc;

	l->p = p;
	rc = preserve_filter(p, &l->filter, each, l);
	ct_vault_leave(l->vault);
	return rc;
}

static int
seal_one(json_t *rec, void *arg, struct ct_err *err)
{
	struct line *l = arg;
	size_t failed;
	/* no key for it now */
	int locked = l->forbidden ? 0 : preserve_pub(&l->pub, l->p), code;
	int rc = ct_vault_report(locked ? NULL : l->vault, &l->pub.pub,
	    locked ? l->pub.err.msg : l->why, rec, &failed, err);

	if (rc == CT_NO)
		ct_tally(&l->filter.tally, "passed");
	if (rc)
		return rc == CT_NO ? 0 : rc;
	ct_tally(&l->filter.tally, failed ? "failed" : "sealed");
	code = locked ? locked : l->code;
	if (failed && !l->forbidden)
		l->filter.status = code > CT_TEMPFAIL ? code : CT_TEMPFAIL;
	return CT_REWRITE;
}

/* A report must go out though its evidence cannot be kept: so a vault that
 * fails, or a month without a key, is told of in every record.  A wrong key or
 * set-up is no such case. */
int
preserve_seal(const struct ct_preserve *p)
{
	struct line l = { 0 };
	struct ct_err err = { 0 };
	int rc;

	preserve_must(ct_vault_forbidden(p->conf, &l.forbidden, &err), &err);
	if (l.forbidden) {
		l.why = "[vault] preserve = forbidden: no evidence is kept";
		return run(&l, p, seal_one);
	}
	if ((rc = preserve_pub(&l.pub, p)) == CT_NOPERM)
		ct_warn("nothing can be sealed: %s", l.pub.err.msg);
	else
		preserve_must(rc, &l.pub.err);
	rc = ct_vault_enter(&l.vault, ct_home(p->dir), true, &err);
	if (rc == CT_CONFIG || rc == CT_SOFTWARE)
		ct_die_err(&err);
	if (rc)
		ct_warn("nothing can be sealed: %s", err.msg);
	l.why = err.msg;
	l.code = rc;
	return run(&l, p, seal_one);
}

/* The days that an authority wants evidence kept for; 0: it says nothing. */
static int
retain_days(struct line *l, const char *name, long *days, struct ct_err *err)
{
	const json_t *is = json_object_get(l->retain, name);
	struct ct_authority *a = NULL;
	const char *text;
	int rc = is ? 0 : ct_authority_load(&a, name, l->conf, l->p->conf, err);

	*days = (long)json_integer_value(is);
	if (rc == CT_USAGE) { /* its receipt is kept all the same */
		ct_warn(
		    "%s: its evidence is kept for %ld days", err->msg, l->days);
		*err = (struct ct_err){ 0 };
		rc = 0;
	}
	if (is || rc)
		return rc;
	text = a ? ct_authority_get(a, "retain_days") : NULL;
	*days = text ? strtol(text, NULL, 10) : 0;
	ct_authority_free(a);
	return json_object_set_new(l->retain, name, json_integer(*days)) < 0
	    ? ct_fail(err, CT_OSERR, "out of memory")
	    : 0;
}

static int
anchor_one(json_t *rec, void *arg, struct ct_err *err)
{
	struct line *l = arg;
	bool anew = json_object_get(rec, "vault") != NULL;
	const char *to = ct_rec_text(rec, "report.authority");
	long days;
	int rc = retain_days(l, to ? to : CT_AUTHORITY, &days, err);

	if (rc)
		return rc;
	l->how.days = days > l->days ? days : l->days;
	l->filter.anew = anew;
	rc = ct_vault_anchor(l->vault, rec, &l->how, err);
	if (rc <= CT_NO)
		ct_tally(&l->filter.tally, rc ? "passed" : "anchored");
	return rc == CT_NO ? 0 : !rc && anew ? CT_REWRITE : rc;
}

int
preserve_anchor(const struct ct_preserve *p)
{
	struct line l = { .how = { 0, p->incomplete, p->clock_ok },
		.days = p->days,
		.retain = json_object() };
	struct ct_err err = { 0 };
	int rc;

	if (!l.days)
		preserve_must(ct_vault_conf(p->conf, &l.days, &err), &err);
	preserve_must(ct_conf_load(&l.conf, p->conf, &err), &err);
	l.vault = preserve_enter(p, false);
	rc = run(&l, p, anchor_one);
	ct_conf_free(l.conf);
	json_decref(l.retain);
	return rc;
}
