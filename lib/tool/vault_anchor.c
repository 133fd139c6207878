/* vault_anchor.c - receipts, and how long evidence is kept: ct_vault_anchor */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "authority.h"
#include "clock.h"
#include "prog.h"
#include "rec.h"
#include "vault_dir.h"

#define DAY ((int64_t)24 * 60 * 60 * 1000)

struct receipt {
	const char *id, *env, *at; /* borrowed from the record */
	int64_t ms;                /* at */
	int64_t expires;           /* ms; 0: no clock runs */
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
	int64_t year = year_after(at), asked = at / 1000 * 1000 + days * DAY;

	return asked > year ? asked : year;
}

static int
receipt_of(const json_t *rec, const struct vault_report *r, long days,
    struct receipt *to, struct ct_err *err)
{
	to->id = ct_rec_text(rec, "submission.report_id");
	to->env = ct_rec_text(rec, "submission.env");
	to->at = ct_rec_text(rec, "submission.at");
	if (!to->id || !*to->id)
		return ct_fail(err, CT_DATAERR, "submission.report_id is none");
	if (!to->env || strcmp(to->env, r->env) != 0)
		return ct_fail(err, CT_DATAERR,
		    "submission.env is not that of the report");
	if (!to->at || ct_time_parse(to->at, &to->ms) < 0)
		return ct_fail(err, CT_DATAERR, "submission.at is no time");
	to->expires =
	    strcmp(to->env, "production") == 0 ? expiry(to->ms, days) : 0;
	return 0;
}

/*
 * Can a report have been finished then?  Not before its files were sealed; but
 * if a vault that was full is mended later, the report was finished by an
 * earlier run.  Of such a one, and of one of which nothing is sealed, it is
 * known only that a receipt does not wait for a year.
 */
static int
check_time(struct ct_vault *v, const struct vault_report *r, const json_t *rec,
    const struct receipt *to, struct ct_err *err)
{
	int64_t now = ct_now(), from = now - (CT_VAULT_DAYS_MIN - 1) * DAY;
	char *sealed = NULL;
	int rc = 0;

	if (!json_is_true(ct_rec_get(rec, "submission.already")))
		rc = ct_store_text(v->store, &sealed, err,
		    "SELECT sealed_at FROM object WHERE report = ?"
		    " ORDER BY sealed_at LIMIT 1",
		    "s", r->key);
	if (rc == 1)
		rc = ct_time_parse(sealed, &from) < 0
		    ? ct_fail(err, CT_DATAERR, "a sealed_at is no time")
		    : 0;
	free(sealed);
	if (!rc && to->ms < from - DAY)
		return ct_fail(err, CT_DATAERR,
		    "submission.at is before the files were sealed");
	if (!rc && to->ms > now + DAY)
		return ct_fail(
		    err, CT_DATAERR, "submission.at is in the future");
	return rc;
}

/* What is stored of this receipt may be of this report only, and stays at
 * least as long. */
static int
store(struct ct_vault *v, const struct vault_report *r, struct receipt *to,
    const json_t *submission, struct ct_err *err)
{
	char *text = json_dumps(submission, JSON_COMPACT);
	struct ct_rows *rows = NULL;
	bool same = true;
	int rc;

	rc = text ? ct_store_do(v->store, err,
			"INSERT INTO receipt (env, report_id, report, part, at,"
			" expires, submission)"
			" VALUES (?, ?, ?, ?, ?, nullif(?, 0), ?)"
			" ON CONFLICT (env, report_id) DO UPDATE"
			" SET expires = max(expires, excluded.expires)",
			"sssisis", to->env, to->id, r->key, r->part, to->at,
			to->expires, text)
		  : ct_fail(err, CT_OSERR, "out of memory");
	if (!rc)
		rc = ct_rows_open(&rows, v->store, err,
		    "SELECT report = ? AND part = ?, expires FROM receipt"
		    " WHERE env = ? AND report_id = ?",
		    "siss", r->key, r->part, to->env, to->id);
	if (!rc && (rc = ct_rows_next(rows, err)) == 1) {
		same = ct_rows_int(rows, 0) != 0;
		to->expires = ct_rows_int(rows, 1);
		rc = 0;
	}
	ct_rows_close(rows);
	free(text);
	return same ? rc
		    : ct_fail(err, CT_DATAERR,
			  "submission.report_id is stored for another report");
}

/* How many files of the report are not in the vault, or not whole? */
static int
count_absent(struct ct_vault *v, const struct vault_report *r, size_t *absent,
    struct ct_err *err)
{
	struct ct_rows *rows;
	json_t *file;
	size_t i;
	int rc = 0;

	json_array_foreach(r->files, i, file)
	{
		rc = ct_rows_open(&rows, v->store, err,
		    "SELECT id, bytes FROM object"
		    " WHERE report = ? AND sha256 = lower(?)",
		    "ss", r->key, ct_rec_text(file, "sha256"));
		if (rc)
			return rc;
		rc = ct_rows_next(rows, err);
		if (rc == 0 ||
		    (rc == 1 &&
			!vault_is_held(
			    v, ct_rows_text(rows, 0), ct_rows_int(rows, 1))))
			++*absent;
		ct_rows_close(rows);
		if (rc > 1)
			return rc;
	}
	return 0;
}

/* Tie the receipt to all objects that have a row: what takes the place of a
 * lost one has the same. */
static int
tie(struct ct_vault *v, const struct vault_report *r, const struct receipt *to,
    struct ct_err *err)
{
	json_t *file;
	size_t i;
	int rc = 0;

	json_array_foreach(r->files, i, file)
	{
		if (!rc)
			rc = ct_store_do(v->store, err,
			    "INSERT OR IGNORE INTO anchor SELECT id, ?, ?"
			    " FROM object WHERE report = ? AND"
			    " sha256 = lower(?)",
			    "ssss", to->env, to->id, r->key,
			    ct_rec_text(file, "sha256"));
	}
	return rc;
}

int
ct_vault_anchor(struct ct_vault *v, json_t *rec, long days, bool incomplete,
    struct ct_err *err)
{
	const char *state = ct_rec_text(rec, "submission.state");
	json_t *is = json_object();
	struct vault_report r;
	struct receipt to = { 0 };
	char text[CT_TIME_LEN];
	size_t absent = 0;
	int rc = CT_NO;

	if (state && strcmp(state, "finished") == 0 &&
	    ct_authority_is_ncmec(rec))
		rc = vault_report_of(rec, &r, err);
	if (!rc)
		rc = receipt_of(rec, &r, days, &to, err);
	if (!rc)
		rc = check_time(v, &r, rec, &to, err);
	if (!rc)
		rc = count_absent(v, &r, &absent, err);
	if (rc || (rc = ct_store_begin(v->store, err)))
		goto out;
	rc = store(v, &r, &to, json_object_get(rec, "submission"), err);
	if (!rc)
		rc = tie(v, &r, &to, err);
	if (!rc)
		rc = ct_store_commit(v->store, err);
	if (rc) {
		ct_store_rollback(v->store);
		goto out;
	}
	(void)json_object_set_new(is, "receipt", json_string(to.id));
	if (to.expires)
		(void)json_object_set_new(
		    is, "expires", json_string(ct_time(to.expires, text)));
	(void)json_object_set(rec, "vault", is);
	if (absent)
		rc = ct_fail(err, CT_TEMPFAIL,
		    "%zu of %zu files of the report are not whole in the vault",
		    absent, json_array_size(r.files));
	if (absent && incomplete) {
		ct_warn("accepted: %s", err->msg);
		rc = 0;
	}
out:
	json_decref(is);
	return rc;
}
