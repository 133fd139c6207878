/* filing_verb.c - what can be asked of an outbox, report by report */
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "filing_impl.h"
#include "prog.h"

static int
put(struct ct_out *out, json_t *rec, struct ct_err *err)
{
	int rc = ct_out_rec(out, rec, err);

	json_decref(rec);
	return rc;
}

static int
no_such(const char *key, struct ct_err *err)
{
	return ct_fail(err, CT_NOINPUT, "no report '%s' in the outbox", key);
}

static int
load(struct ct_filing *f, const char *key, struct ct_outbox_report *r,
    struct ct_err *err)
{
	int rc = f->ob ? ct_outbox_load(f->ob, key, r, err) : CT_NO;

	return rc == CT_NO ? no_such(key, err) : rc;
}

static int
on_status(struct ct_filing *f, const char *key, struct ct_out *out, int *status,
    struct ct_err *err)
{
	struct ct_outbox_report r;
	int rc = load(f, key, &r, err);

	*status = 0;
	if (rc)
		return rc;
	rc = put(out, ct_filing_status(f, &r), err);
	ct_outbox_done(&r);
	return rc;
}

static int
on_resume(struct ct_filing *f, const char *key, struct ct_out *out, int *status,
    struct ct_err *err)
{
	struct ct_outbox_report r;
	int rc = load(f, key, &r, err);

	*status = 0;
	if (rc)
		return rc;
	if ((r.held || r.until) && !r.finished && !r.desk)
		rc = ct_outbox_note(f->ob, &r, "resume", NULL, NULL, 0, err);
	if (!rc)
		rc = put(out, ct_filing_status(f, &r), err);
	ct_outbox_done(&r);
	return rc;
}

static int
on_retract(struct ct_filing *f, const char *key, struct ct_out *out,
    int *status, struct ct_err *err)
{
	json_t *rec;
	int rc = ct_filing_key(f, key, true, &rec, status, err);

	if (rc == CT_NO)
		return no_such(key, err);
	if (*status == CT_PROTOCOL) /* held is what was asked for here */
		*status = 0;
	return rc ? rc : put(out, rec, err);
}

static int
on_filed(struct ct_filing *f, const char *key, struct ct_out *out, int *status,
    struct ct_err *err)
{
	json_t *rec;
	int rc = ct_desk_filed(f, key, &rec, status, err);

	return rc == CT_NO ? no_such(key, err) : rc ? rc : put(out, rec, err);
}

static int
on_receipt(struct ct_filing *f, const char *key, struct ct_out *out,
    int *status, struct ct_err *err)
{
	struct ct_outbox_report r;
	char *body = NULL;
	size_t len;
	int rc = load(f, key, &r, err);

	*status = 0;
	if (rc)
		return rc;
	ct_outbox_done(&r);
	rc = ct_outbox_receipt(f->ob, key, &body, &len, err);
	if (rc == CT_NO)
		return ct_fail(
		    err, CT_TEMPFAIL, "'report:%s' is not finished", key);
	if (!rc && ct_write_full(out->fd, body, len))
		rc = ct_fail_errno(err, CT_IOERR, "cannot write the receipt");
	free(body);
	return rc;
}

static const struct ct_filing_verb verbs[] = {
	{ "status", on_status, NULL, CT_KEYS_ANY, false, false, false },
	{ "sweep", NULL, ct_filing_sweep, CT_KEYS_NONE, true, true, false },
	{ "resume", on_resume, NULL, CT_KEYS_SOME, false, true, true },
	{ "retract", on_retract, NULL, CT_KEYS_SOME, true, true, true },
	{ "receipt", on_receipt, NULL, CT_KEYS_ONE, false, false, true },
	{ "filed", on_filed, NULL, CT_KEYS_ONE, false, true, true },
	{ "due", NULL, ct_filing_due, CT_KEYS_NONE, false, false, true },
	{ "prior", NULL, ct_filing_prior, CT_KEYS_NONE, false, false, true },
	{ "check", NULL, ct_filing_check, CT_KEYS_NONE, true, false, true },
	{ "fetch-xsd", NULL, ct_filing_fetch, CT_KEYS_NONE, true, false, true },
};

const struct ct_filing_verb *
ct_filing_verb(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

bool
ct_filing_fits(const struct ct_filing_verb *v, int n, bool all)
{
	switch (v->keys) {
	case CT_KEYS_NONE:
		return n == 0;
	case CT_KEYS_ONE:
		return n == 1;
	case CT_KEYS_SOME:
		return n > 0 || (all && !v->send);
	default:
		return true;
	}
}

static int
each(struct ct_filing *f, const struct ct_filing_verb *v, const char *key,
    struct ct_out *out)
{
	struct ct_err err = { 0 };
	int status = 0;
	int rc = v->on(f, key, out, &status, &err);

	if (!rc)
		return status;
	ct_warn("%s", err.msg);
	if (rc != CT_NOINPUT && rc != CT_NOPERM && rc != CT_TEMPFAIL &&
	    rc != CT_USAGE && rc != CT_CONFIG)
		(void)ct_service_broken(f, rc);
	return rc;
}

static int
ended(struct ct_filing *f, bool more, int worst)
{
	int broken = ct_service_broken(f, 0);

	if (broken)
		return broken;
	return more && worst < CT_TEMPFAIL ? CT_TEMPFAIL : worst;
}

int
ct_filing_do(struct ct_filing *f, const struct ct_filing_verb *v, char **keys,
    struct ct_out *out)
{
	static const char prefix[] = "report:";
	int rc, worst = 0;

	for (; *keys && !ct_stop; keys++) {
		if (strncmp(*keys, prefix, sizeof prefix - 1) == 0)
			*keys += sizeof prefix - 1;
		if ((rc = each(f, v, *keys, out)) > worst)
			worst = rc;
	}
	return ended(f, *keys != NULL, worst);
}

int
ct_filing_do_all(
    struct ct_filing *f, const struct ct_filing_verb *v, struct ct_out *out)
{
	struct ct_err err = { 0 };
	char *keys, *key;
	int rc, worst = 0;

	if (v->all)
		return v->all(f, out);
	if (!f->ob)
		return 0;
	if (ct_outbox_keys(f->ob,
		v->keys == CT_KEYS_ANY ? CT_OUTBOX_ALL : CT_OUTBOX_OPEN, &keys,
		&err)) {
		ct_warn("%s", err.msg);
		free(keys);
		return err.code;
	}
	for (key = keys; *key && !ct_stop; key += strlen(key) + 1)
		if ((rc = each(f, v, key, out)) > worst)
			worst = rc;
	worst = ended(f, *key != '\0', worst);
	free(keys);
	return worst;
}
