/* filing_desk.c - reports for other authorities: an account of what is due,
 * and of what a person filed; nothing is sent */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "filing_impl.h"
#include "prog.h"

/* ---- exempt: NCMEC has it all -----------------------------------------------
 */

struct search {
	const struct ct_sheet *sheet;
	const json_t *rec; /* that it is of */
	bool production;
	char id[CT_REPORT_ID]; /* of the report that has it all, or "" */
};

/* Is this content in that array of a report record? */
static bool
tells_of(const json_t *rec, const char *list, const char *sha256)
{
	const json_t *one;
	const char *has;
	size_t i;

	json_array_foreach(ct_rec_get(rec, list), i, one)
	{
		has = ct_rec_text(one, "sha256");
		if (has && sha256 && strcmp(has, sha256) == 0)
			return true;
	}
	return false;
}

/* What the platform has no longer, NCMEC must have, or have been told of. */
static bool
knows_missing(const json_t *filed, const json_t *rec)
{
	const json_t *one;
	const char *sha256;
	size_t i;

	json_array_foreach(ct_rec_get(rec, "report.missing"), i, one)
	{
		sha256 = ct_rec_text(one, "sha256");
		if (!tells_of(filed, "report.files", sha256) &&
		    !tells_of(filed, "report.missing", sha256))
			return false;
	}
	return true;
}

static int
has_all(const char *report_id, const char *record, void *arg)
{
	struct search *s = arg;
	struct ct_err err = { 0 };
	json_t *rec = ct_json_object(record, strlen(record), &err);
	json_t *lacks = NULL;
	struct ct_sheet filed;
	char where[CT_SHEET_WHERE];

	if (rec && !ct_sheet_read(&filed, rec, s->production, &err)) {
		lacks = ct_sheet_lacks(&filed, s->sheet, where);
		if (!json_array_size(lacks) && knows_missing(rec, s->rec))
			(void)strncat(s->id, report_id, sizeof s->id - 1);
	}
	json_decref(lacks);
	json_decref(rec);
	return *s->id ? CT_NO : 0;
}

int
ct_desk_settle(struct ct_filing *f, struct ct_outbox_report *r,
    const json_t *rec, struct ct_err *err)
{
	const char *by = ct_rec_text(rec, "report.exempt_by");
	const char *account = ct_rec_text(rec, "user.id");
	struct ct_sheet sheet;
	struct search s = {
		.sheet = &sheet, .rec = rec, .production = f->production
	};
	int rc;

	/* of no account, one like it may be of anybody */
	if (r->filed || r->exempt || !by || strcmp(by, "ncmec") != 0 ||
	    !account)
		return 0;
	if ((rc = ct_sheet_read(&sheet, rec, f->production, err)))
		return rc;
	if (!json_array_size(sheet.files) && !json_array_size(sheet.texts))
		return 0;
	rc = ct_outbox_account(f->ob, account, has_all, &s, err);
	return rc == CT_NO
	    ? ct_outbox_note(f->ob, r, "exempt",
		  json_pack("{s:s}", "report_id", s.id), NULL, 0, err)
	    : rc;
}

/* ---- what is said of it -----------------------------------------------------
 */

json_t *
ct_desk_submission(const struct ct_filing *f, const struct ct_outbox_report *r)
{
	bool over = r->filed || r->exempt;
	char at[CT_TIME_LEN];
	json_t *sub = json_pack("{s:s, s:s, s:s}", "env",
	    f->production ? "production" : "test", "state", ct_outbox_state(r),
	    "at", over ? ct_time(r->finished_at, at) : ct_time_now(at));

	if (over)
		(void)json_object_set_new(sub,
		    r->filed ? "report_id" : "exempt", json_string(r->ref));
	return sub;
}

/* ---- verbs ------------------------------------------------------------------
 */

static int
is_due(const struct ct_outbox_report *r, const char *ref, struct ct_err *err)
{
	if (!r->desk)
		return ct_fail(err, CT_NOPERM,
		    "'report:%s' is for NCMEC, and filed by this program",
		    r->key);
	if (r->filed && strcmp(r->ref, ref) != 0)
		return ct_fail(err, CT_NOPERM,
		    "'report:%s' is filed already, under another reference",
		    r->key);
	return 0;
}

int
ct_desk_filed(struct ct_filing *f, const char *key, json_t **rec, int *status,
    struct ct_err *err)
{
	struct ct_outbox_report r;
	json_t *ref = json_string(f->ref);
	int rc;

	*rec = NULL;
	*status = 0;
	json_decref(ref);
	if (!ref)
		return ct_fail(err, CT_USAGE, "--ref is not UTF-8");
	if (!f->ob)
		return CT_NO;
	if ((rc = ct_outbox_load(f->ob, key, &r, err)))
		return rc;
	rc = is_due(&r, f->ref, err);
	if (!rc && !r.filed)
		rc = ct_outbox_note(f->ob, &r, "filed",
		    json_pack("{s:s}", "ref", f->ref), NULL, 0, err);
	if (!rc && !(*rec = ct_json_object(r.record, strlen(r.record), err)))
		rc = err->code;
	if (!rc)
		(void)json_object_set_new(
		    *rec, "submission", ct_desk_submission(f, &r));
	ct_outbox_done(&r);
	return rc;
}

/* ---- due --------------------------------------------------------------------
 */

#define HOUR ((int64_t)3600 * 1000)

/* Should it be through by now? */
static bool
late(const struct ct_filing *f, const struct ct_outbox_report *r,
    const json_t *rec)
{
	int64_t age = ct_now() - r->accepted, due;
	const char *text = ct_rec_text(rec, "report.due");
	bool urgent = json_is_true(ct_rec_get(rec, "report.incident.priority"));

	if (text && ct_time_parse(text, &due) == 0 && ct_now() >= due)
		return true;
	return age > (urgent && f->max_age > HOUR ? HOUR : f->max_age);
}

static int
due(struct ct_filing *f, const char *key, struct ct_out *out, bool *listed,
    struct ct_err *err)
{
	struct ct_outbox_report r;
	json_t *rec, *line;
	int rc = ct_outbox_load(f->ob, key, &r, err);

	if (rc)
		return rc;
	rec = ct_json_object(r.record, strlen(r.record), err);
	if (!rec)
		rc = err->code;
	if (rec && late(f, &r, rec)) {
		line = ct_filing_status(f, &r);
		rc = ct_out_rec(out, line, err);
		json_decref(line);
		*listed = true;
	}
	json_decref(rec);
	ct_outbox_done(&r);
	return rc;
}

int
ct_filing_due(struct ct_filing *f, struct ct_out *out)
{
	struct ct_err err = { 0 };
	char *keys = NULL, *key;
	bool listed = false;
	int rc, unread = 0;

	if (!f->ob)
		return 0;
	rc = ct_outbox_keys(f->ob, CT_OUTBOX_OPEN, &keys, &err);
	for (key = keys; !rc && *key; key += strlen(key) + 1) {
		rc = due(f, key, out, &listed, &err);
		if (rc == CT_CONFIG) { /* the others are due all the same */
			ct_warn("%s", err.msg);
			unread = rc;
			rc = 0;
		}
	}
	free(keys);
	if (rc)
		ct_warn("%s", err.msg);
	return rc ? rc : unread ? unread : f->tell && listed ? CT_NO : 0;
}
