/* vault_anchor.c - receipts, and how long evidence is kept: ct_vault_anchor */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "authority.h"
#include "clock.h"
#include "prog.h"
#include "rec.h"
#include "vault_end.h"

struct receipt {
	const char *id, *env, *at, *authority; /* borrowed from the record */
	int64_t ms;                            /* at */
	int64_t expires;                       /* ms; 0: no clock runs */
	char sum[65];                          /* of its file */
	json_t *objects, *holds;               /* ids */
};

/* The end of the same day a calendar year later, UTC. */
static int64_t
year_after(int64_t ms)
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm = { 0 };

	(void)gmtime_r(&t, &tm);
	tm.tm_year++;
	tm.tm_hour = 23;
	tm.tm_min = tm.tm_sec = 59;
	return (int64_t)timegm(&tm) * 1000;
}

static int64_t
expiry(int64_t at, long days)
{
	int64_t year = year_after(at),
		asked = at / 1000 * 1000 + days * VAULT_DAY;

	return asked > year ? asked : year;
}

static int
receipt_of(const json_t *rec, const struct vault_report *r, struct receipt *to,
    struct ct_err *err)
{
	to->id = ct_rec_text(rec, "submission.report_id");
	to->env = ct_rec_text(rec, "submission.env");
	to->at = ct_rec_text(rec, "submission.at");
	to->authority = ct_rec_text(rec, "report.authority");
	if (!to->authority)
		to->authority = CT_AUTHORITY;
	if (!to->id || !*to->id)
		return ct_fail(err, CT_DATAERR, "submission.report_id is none");
	if (!to->env || strcmp(to->env, r->env) != 0)
		return ct_fail(err, CT_DATAERR,
		    "submission.env is not that of the report");
	if (!to->at || ct_time_parse(to->at, &to->ms) < 0)
		return ct_fail(err, CT_DATAERR, "submission.at is no time");
	return 0;
}

/*
 * Between begin and end, when the clock can be right: can a report have been
 * finished then?  The log says what time it was, not the clock of who sealed
 * it.  Not before its files were sealed; but if a vault that was full is mended
 * later, the report was finished by an earlier run.  Of such a one, and of one
 * of which nothing is sealed, it is known only that a receipt does not wait for
 * a year.  *from is what the time of its evidence counts from.
 */
static int
check_time(struct ct_vault *v, const struct vault_report *r, const json_t *rec,
    const struct receipt *to, int64_t *from, struct ct_err *err)
{
	int64_t now = ct_now(), steady = 0, sealed = 0;
	int rc =
	    ct_store_int(v->store, &steady, err, "SELECT at FROM steady", "");

	if (rc <= 1)
		rc = ct_store_int(v->store, &sealed, err,
		    "SELECT min(steady) FROM object WHERE report = ?", "s",
		    r->key);
	if (rc > 1)
		return rc;
	if (steady > now)
		now = steady;
	*from = to->ms > sealed ? to->ms : sealed;
	if (to->ms < now - (CT_VAULT_DAYS_MIN - 1) * VAULT_DAY)
		return ct_fail(
		    err, CT_DATAERR, "submission.at is more than 364 days ago");
	if (to->ms > now + VAULT_DAY)
		return ct_fail(
		    err, CT_DATAERR, "submission.at is in the future");
	if (to->ms < sealed - VAULT_DAY &&
	    !json_is_true(ct_rec_get(rec, "submission.already")))
		return ct_fail(err, CT_DATAERR,
		    "submission.at is before the files were sealed");
	return 0;
}

/* How many files of the report are not in the vault, or not whole?  The objects
 * of those that are, or were, and who holds them, go into to. */
static int
take_stock(struct ct_vault *v, const struct vault_report *r, struct receipt *to,
    size_t *absent, struct ct_err *err)
{
	char was[CT_VAULT_ID + 1];
	struct ct_err unseen = { 0 };
	struct ct_rows *rows;
	const char *id;
	json_t *file;
	size_t i;
	int rc = 0;

	json_array_foreach(r->files, i, file)
	{
		rc = ct_rows_open(&rows, v->store, err,
		    "SELECT id, bytes FROM object WHERE report = ?"
		    " AND sha256 = lower(?) AND state <> 'destroyed'",
		    "ss", r->key, ct_rec_text(file, "sha256"));
		if (rc)
			return rc;
		rc = ct_rows_next(rows, err);
		id = rc == 1 ? ct_rows_text(rows, 0) : NULL;
		if (id)
			(void)json_array_append_new(
			    to->objects, json_string(id));
		/* what cannot be looked at now counts as absent, too */
		if (rc == 0 ||
		    (id &&
			vault_is_whole(v, id, ct_rows_int(rows, 1), &unseen)))
			++*absent;
		ct_rows_close(rows);
		/* what two people had destroyed will not come any more */
		if (rc == 0 &&
		    (rc = vault_was_destroyed(v, r, file, was, err)) == 1)
			--*absent;
		if (rc > 1)
			return rc;
	}
	return 0;
}

static int
find_holds(struct ct_vault *v, struct receipt *to, struct ct_err *err)
{
	const json_t *object;
	size_t i;
	int rc = 0;

	json_array_foreach(to->objects, i, object)
	{
		rc = vault_held(v, json_string_value(object), &to->holds, err);
		if (rc > 1)
			return rc;
	}
	return 0;
}

/* CT_NO: each of these objects has this receipt; 0, or a code. */
static int
all_tied(struct ct_vault *v, const struct receipt *to, struct ct_err *err)
{
	const json_t *object;
	int64_t one;
	size_t i;
	int rc = 1;

	json_array_foreach(to->objects, i, object)
	{
		rc = ct_store_int(v->store, &one, err,
		    "SELECT 1 FROM anchor WHERE object = ? AND env = ?"
		    " AND authority = ? AND report_id = ?",
		    "ssss", json_string_value(object), to->env, to->authority,
		    to->id);
		if (rc != 1)
			return rc;
	}
	return CT_NO;
}

/*
 * What is stored of this receipt may be of this report only, and keeps the
 * objects at least as long.  CT_NO: it is all there as it is.
 */
static int
compare(struct ct_vault *v, const struct vault_report *r, struct receipt *to,
    struct ct_err *err)
{
	struct ct_rows *rows;
	int64_t expires;
	int rc = ct_rows_open(&rows, v->store, err,
	    "SELECT report = ? AND part = ?, expires, sum FROM receipt"
	    " WHERE env = ? AND authority = ? AND report_id = ?",
	    "sisss", r->key, r->part, to->env, to->authority, to->id);

	if (!rc && (rc = ct_rows_next(rows, err)) == 1) {
		expires = ct_rows_int(rows, 1);
		if (!ct_rows_int(rows, 0))
			rc = ct_fail(err, CT_DATAERR,
			    "submission.report_id is stored for another"
			    " report");
		else if (vault_receipt_is(v, to->env, to->authority, to->id,
			     ct_rows_text(rows, 2)))
			(void)snprintf(to->sum, sizeof to->sum, "%s",
			    ct_rows_text(rows, 2));
		if (rc == 1)
			rc = to->expires <= expires && *to->sum ? CT_NO : 0;
		if (expires > to->expires)
			to->expires = expires;
	}
	ct_rows_close(rows);
	return rc == CT_NO ? all_tied(v, to, err) : rc;
}

/* Between begin and end: the receipt's file, then its line. */
static int
store(struct ct_vault *v, const struct vault_report *r, struct receipt *to,
    const json_t *submission, struct ct_err *err)
{
	char text[CT_TIME_LEN];
	int rc = compare(v, r, to, err);

	if (rc == CT_NO)
		return 0;
	if (!rc && !*to->sum)
		rc = vault_receipt_write(v, to->env, to->authority, to->id,
		    submission, to->sum, err);
	return rc
	    ? rc
	    : vault_log(v, "anchor",
		  json_pack("{s:s, s:s*, s:s, s:s, s:I, s:s, s:s*, s:s, s:O}",
		      "env", to->env, "authority",
		      strcmp(to->authority, CT_AUTHORITY) == 0 ? NULL
							       : to->authority,
		      "report_id", to->id, "report", r->key, "part",
		      (json_int_t)r->part, "finished", to->at, "expires",
		      to->expires ? ct_time(to->expires, text) : NULL,
		      "receipt", to->sum, "objects", to->objects),
		  err);
}

/* What the record says of it: the member vault. */
static json_t *
told(const struct receipt *to)
{
	char text[CT_TIME_LEN];
	json_t *is = json_pack("{s:s, s:s*}", "receipt", to->id, "expires",
	    to->expires ? ct_time(to->expires, text) : NULL);

	if (json_array_size(to->holds))
		(void)json_object_set(is, "hold", to->holds);
	return is;
}

static bool
is_over(const json_t *rec)
{
	const char *state = ct_rec_text(rec, "submission.state");

	return state &&
	    strcmp(state, ct_authority_is_ncmec(rec) ? "finished" : "filed") ==
	    0;
}

static int
anchor(struct ct_vault *v, json_t *rec, const struct ct_vault_anchoring *how,
    struct receipt *to, size_t *absent, struct ct_err *err)
{
	struct vault_report r;
	int64_t from;
	int rc = vault_report_of(rec, &r, err);

	if (!rc)
		rc = receipt_of(rec, &r, to, err);
	if (!rc)
		rc = take_stock(v, &r, to, absent, err);
	if (rc || (rc = vault_begin(v, NULL, err)))
		return rc;
	if (!(rc = vault_clock(v, how->clock_ok, err)) &&
	    !(rc = check_time(v, &r, rec, to, &from, err)) &&
	    strcmp(to->env, "production") == 0)
		to->expires = expiry(from, how->days);
	if (!rc)
		rc = store(v, &r, to, json_object_get(rec, "submission"), err);
	if (!rc)
		rc = find_holds(v, to, err);
	vault_end(v);
	if (!rc && json_object_set_new(rec, "vault", told(to)) < 0)
		rc = ct_fail(err, CT_OSERR, "out of memory");
	if (!rc && *absent)
		rc = ct_fail(err, CT_TEMPFAIL,
		    "%zu of %zu files of the report are not whole in the vault",
		    *absent, json_array_size(r.files));
	return rc;
}

int
ct_vault_anchor(struct ct_vault *v, json_t *rec,
    const struct ct_vault_anchoring *how, struct ct_err *err)
{
	struct receipt to = { .objects = json_array() };
	size_t absent = 0;
	int rc = CT_NO;

	if (is_over(rec)) {
		/* what came with the record is nobody's word */
		(void)json_object_del(rec, "vault");
		rc = anchor(v, rec, how, &to, &absent, err);
	}
	if (rc == CT_TEMPFAIL && absent && how->incomplete &&
	    json_object_get(rec, "vault")) {
		ct_warn("accepted: %s", err->msg);
		rc = 0;
	}
	json_decref(to.objects);
	json_decref(to.holds);
	return rc;
}
