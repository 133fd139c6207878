/* vault_expire.c - evidence whose time is over: ct_vault_expire */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"
#include "vault_end.h"

/* What has a date: objects of a report in production that have a receipt which
 * makes the clock run. */
#define DATED                                                \
	" FROM object o JOIN anchor a ON a.object = o.id"    \
	" JOIN receipt r USING (env, authority, report_id)"  \
	" WHERE o.state = 'sealed' AND r.env = 'production'" \
	" AND r.expires IS NOT NULL"

struct expiry {
	struct ct_vault *vault;
	const struct ct_vault_ending *how;
	struct ct_out *out;
	struct ct_tally *tally;
	char (*id)[CT_VAULT_ID + 1]; /* of what was due when we began */
	size_t n, destroyed, held;
	int code; /* of the first that failed */
};

static int
collect(struct expiry *e, struct ct_err *err)
{
	struct ct_rows *rows;
	size_t cap = 0;
	int rc = ct_rows_open(&rows, e->vault->store, err,
	    "SELECT o.id" DATED " GROUP BY o.id HAVING max(r.expires) <= ?"
	    " ORDER BY o.seq",
	    "i", ct_now());

	while (!rc && (rc = ct_rows_next(rows, err)) == 1) {
		rc = 0;
		if (e->n == cap)
			e->id = ct_grow(
			    e->id, cap = 2 * cap + VAULT_BATCH, sizeof *e->id);
		memcpy(e->id[e->n++], ct_rows_text(rows, 0), sizeof *e->id);
	}
	ct_rows_close(rows);
	return rc;
}

int
vault_is_due(
    struct ct_vault *v, const char *id, int64_t now, struct ct_err *err)
{
	int64_t expires = 0;
	int rc = ct_store_int(v->store, &expires, err,
	    "SELECT max(r.expires)" DATED " AND o.id = ?", "s", id);

	return rc > 1 ? rc : expires && expires <= now;
}

static int
put(struct expiry *e, json_t *rec, struct ct_err *err)
{
	int rc = rec ? ct_out_rec(e->out, rec, err)
		     : ct_fail(err, CT_OSERR, "out of memory");

	json_decref(rec);
	return rc;
}

/* A certificate (taken; NULL: there is none), in DIR and as a record. */
static int
certify(struct expiry *e, json_t *certificate, struct ct_err *err)
{
	char *id;
	struct ct_err fault = { 0 };
	int rc;

	if (!certificate)
		return 0;
	id = ct_printf("certificate:%s",
	    json_string_value(json_object_get(certificate, "id")));
	rc = put(e,
	    json_pack("{s:s, s:O}", "id", id, "certificate", certificate), err);
	if (vault_hand_over(e->how, certificate, &fault) && !rc) {
		*err = fault;
		rc = fault.code;
	}
	free(id);
	json_decref(certificate);
	return rc;
}

/* What is not destroyed, and why. */
static int
put_kept(struct expiry *e, const struct vault_fate *fate, json_t *holds,
    struct ct_err *err)
{
	bool held = fate->why.code == CT_NOPERM;

	ct_tally(e->tally, held ? "held" : "failed");
	if (held)
		e->held++;
	else if (!e->code)
		e->code = fate->why.code;
	return put(e,
	    json_pack("{s:s, s:s, s:O*, s:s*}", "id", fate->id, "state",
		held ? "held" : "failed", "hold", holds, "reason",
		held ? NULL : fate->why.msg),
	    err);
}

/* Fates of the batch from *i on that are due still, though a receipt may have
 * come since; *i moves past it. */
static int
gather(struct expiry *e, size_t *i, struct vault_fate *fate, size_t *n,
    struct ct_err *err)
{
	int64_t now = ct_now();
	int rc = 0;

	memset(fate, 0, VAULT_BATCH * sizeof *fate);
	for (*n = 0; rc <= 1 && *i < e->n && *n < VAULT_BATCH; ++*i)
		if ((rc = vault_is_due(e->vault, e->id[*i], now, err)) == 1)
			fate[(*n)++].id = e->id[*i];
	return rc > 1 ? rc : 0;
}

/* What is written waits for who reads it: so not while nobody else can act. */
static int
end_batch(struct expiry *e, size_t *i, struct ct_err *err)
{
	struct vault_fate fate[VAULT_BATCH];
	json_t *certificate = NULL, *holds[VAULT_BATCH] = { NULL };
	size_t n = 0, k;
	int rc = vault_begin(e->vault, NULL, err);

	if (rc)
		return rc;
	if (!(rc = vault_clock(e->vault, e->how->clock_ok, err)) &&
	    !(rc = gather(e, i, fate, &n, err)) &&
	    !(rc = vault_destroy(
		  e->vault, fate, n, "expired", NULL, e->how->by, err)))
		rc = vault_certify(e->vault, fate, n, NULL, &certificate, err);
	for (k = 0; !rc && k < n; k++)
		if (fate[k].why.code == CT_NOPERM) {
			rc = vault_held(e->vault, fate[k].id, &holds[k], err);
			rc = rc == 1 ? 0 : rc;
		}
	vault_end(e->vault);
	if (rc)
		json_decref(certificate);
	else
		rc = certify(e, certificate, err);
	for (k = 0; k < n; k++) {
		if (!rc && !fate[k].why.code) {
			ct_tally(e->tally, "destroyed");
			e->destroyed++;
		} else if (!rc && fate[k].why.code != CT_NO) {
			rc = put_kept(e, &fate[k], holds[k], err);
		}
		json_decref(holds[k]);
	}
	return rc;
}

/* Only say what would be destroyed, and what is held. */
static int
show(struct expiry *e, struct ct_err *err)
{
	struct vault_fate fate = { 0 };
	json_t *holds;
	size_t i;
	int rc = 0;

	for (i = 0; !rc && i < e->n; i++) {
		fate.id = e->id[i];
		holds = NULL;
		rc = vault_held(e->vault, fate.id, &holds, err);
		if (rc == 1) {
			fate.why.code = CT_NOPERM;
			rc = put_kept(e, &fate, holds, err);
		} else if (!rc) {
			ct_tally(e->tally, "due");
			rc = put(e,
			    json_pack(
				"{s:s, s:s}", "id", fate.id, "state", "due"),
			    err);
		}
		json_decref(holds);
	}
	return rc;
}

int
ct_vault_expire(struct ct_vault *v, const struct ct_vault_ending *how,
    struct ct_out *out, struct ct_tally *tally, struct ct_err *err)
{
	struct expiry e = { v, how, out, tally, NULL, 0, 0, 0, 0 };
	json_t *late = json_array(), *certificate;
	size_t i = 0, k;
	int rc = vault_begin(v, NULL, err);

	if (!rc && !how->yes && how->clock_ok)
		rc = vault_clock(v, true, err);
	else if (!rc && !how->yes)
		vault_clock_warn(v);
	if (!rc && how->yes && !(rc = vault_clock(v, how->clock_ok, err)) &&
	    !(rc = vault_certify_late(v, late, err)))
		rc = vault_resume(v, late, err);
	if (!rc)
		rc = collect(&e, err);
	vault_end(v);
	json_array_foreach(late, k, certificate) rc =
	    rc ? rc : certify(&e, json_incref(certificate), err);
	json_decref(late);
	if (!rc && !how->yes)
		rc = show(&e, err);
	if (!rc && how->yes && e.n)
		rc = vault_must_agree(v, err);
	while (!rc && how->yes && i < e.n)
		rc = ct_stop ? ct_fail(err, CT_TEMPFAIL, "stopped by a signal")
			     : end_batch(&e, &i, err);
	/* the line says that they have been handed over */
	if (!rc && how->yes)
		rc = ct_out_flush(out, err);
	if (!rc && how->yes)
		rc = vault_note(v, "expire",
		    json_pack("{s:I, s:I, s:I, s:s*}", "due", (json_int_t)e.n,
			"destroyed", (json_int_t)e.destroyed, "held",
			(json_int_t)e.held, "by", how->by),
		    err);
	free(e.id);
	if (!rc && e.code)
		rc = ct_fail(err, e.code, "not all that is due is destroyed");
	return rc;
}
