/* queue_decide.c - what waits, and the verdicts on it */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"
#include "queue_db.h"

#define PICK                                           \
	"(?1 IS NULL OR account = ?1) AND (?2 IS NULL" \
	" OR object = ?2) AND (?3 IS NULL OR sha256 = ?3)"

int
ct_queue_record(struct ct_rows *r, json_t **rec, struct ct_err *err)
{
	const char *text = ct_rows_text(r, 0);

	*rec = ct_json_object(text, strlen(text), err);
	return *rec ? 0 : err->code;
}

int
ct_queue_list(struct ct_queue *q, const struct ct_pick *pick, ct_queue_fn *fn,
    void *arg, struct ct_err *err)
{
	struct ct_rows *r;
	json_t *rec;
	int rc = ct_rows_open(&r, q->st, err,
	    "SELECT record, sha256 FROM item i WHERE state = 'open' AND " PICK
	    " ORDER BY CASE account WHEN '' THEN id ELSE (SELECT min(id) FROM"
	    "   item f WHERE f.account = i.account AND f.state = 'open') END,"
	    "   id",
	    "sss", pick->account, pick->item, pick->sha256);

	if (rc)
		return rc;
	while ((rc = ct_rows_next(r, err)) == 1) {
		if ((rc = ct_queue_record(r, &rec, err)))
			break;
		if (!ct_rec_get(rec, "hashes.sha256"))
			(void)json_object_set_new(rec, "review",
			    json_pack("{s:s}", "content", ct_rows_text(r, 1)));
		rc = fn(rec, arg, err);
		json_decref(rec);
		if (rc)
			break;
	}
	ct_rows_close(r);
	return rc;
}

/* ---- deciding --------------------------------------------------------------
 */

int
ct_queue_ids(struct ct_ids *ids, struct ct_queue *q, const char *const with[3],
    const char *sql, struct ct_err *err)
{
	struct ct_rows *r;
	int rc = with ? ct_rows_open(&r, q->st, err, sql, "sss", with[0],
			    with[1], with[2])
		      : ct_rows_open(&r, q->st, err, sql, "");

	*ids = (struct ct_ids){ 0 };
	if (rc)
		return rc;
	while ((rc = ct_rows_next(r, err)) == 1) {
		ids->id = ct_grow(ids->id, ids->n + 1, sizeof *ids->id);
		ids->id[ids->n++] = ct_rows_int(r, 0);
	}
	ct_rows_close(r);
	return rc;
}

/* The items that may be decided, or why there is none. */
static int
candidates(struct ct_ids *ids, struct ct_queue *q, const struct ct_pick *pick,
    struct ct_err *err)
{
	const char *what = pick->item ? "item" : "account";
	const char *name = pick->item ? pick->item : pick->account;
	const char *const with[] = { pick->account, pick->item, pick->sha256 };
	int64_t known = 0;
	int rc = ct_store_int(q->st, &known, err,
	    "SELECT count(*) FROM item WHERE " PICK, "sss", pick->account,
	    pick->item, pick->sha256);

	if (rc > 1)
		return rc;
	if (!known)
		return ct_fail(err, CT_NOINPUT, "no such %s: '%s'", what, name);
	if (pick->item && known > 1)
		return ct_fail(err, CT_USAGE,
		    "'%s' is %lld items: say which with --sha256 or --account",
		    name, (long long)known);
	rc = ct_queue_ids(ids, q, with,
	    pick->item ? "SELECT id FROM item WHERE " PICK
			 " AND state IN ('open', 'decided')"
		       : "SELECT id FROM item WHERE " PICK
			 " AND state = 'open' ORDER BY id",
	    err);
	if (rc || ids->n)
		return rc;
	if (pick->item)
		return ct_fail(err, CT_NOPERM,
		    "item '%s' is released: its verdict stands", name);
	return ct_fail(err, CT_NOINPUT, "account '%s' has no open item", name);
}

/* A verdict of another offence needs one: its report must name it. */
static int
names_offence(struct ct_queue *q, int64_t id, struct ct_err *err)
{
	int64_t other = 0;
	int rc = ct_store_int(q->st, &other, err,
	    "SELECT type NOT IN ('', 'csam') AND type NOT LIKE"
	    "  'child pornography%' FROM (SELECT trim(coalesce("
	    "  json_extract(record, '$.cybertip.report.incidentSummary"
	    ".incidentType'), json_extract(record, '$.incident.type'), ''))"
	    "  AS type FROM item WHERE id = ?)",
	    "i", id);

	if (rc > 1)
		return rc;
	return other ? 0
		     : ct_fail(err, CT_DATAERR,
			   "text_offence: the record names no offence "
			   "(incident.type) but csam");
}

static int
decide(struct ct_queue *q, int64_t id, const struct ct_decision *d,
    const char *at, struct ct_err *err)
{
	int rc = d->verdict->offence ? names_offence(q, id, err) : 0;

	if (rc)
		return rc;
	rc = ct_store_do(q->st, err,
	    "INSERT INTO decision (item, verdict, class, by, at, note)"
	    " VALUES (?, ?, ?, ?, ?, ?)",
	    "isssss", id, d->verdict->name, d->class, d->by, at, d->note);

	if (rc)
		return rc;
	return ct_store_do(q->st, err,
	    "UPDATE item SET state = 'decided', report = ?, decision = ?"
	    " WHERE id = ?",
	    "iii", (int64_t)d->verdict->report, ct_store_last_id(q->st), id);
}

json_t *
ct_queue_review(
    const char *verdict, const char *class, const char *by, const char *at)
{
	json_t *v = json_pack("{s:s}", "verdict", verdict);

	if (class)
		(void)json_object_set_new(v, "class", json_string(class));
	if (by)
		(void)json_object_set_new(v, "by", json_string(by));
	if (at)
		(void)json_object_set_new(v, "at", json_string(at));
	return v;
}

static int
tell(struct ct_queue *q, int64_t id, const struct ct_decision *d,
    const char *at, ct_queue_fn *fn, void *arg, struct ct_err *err)
{
	char *text = NULL;
	json_t *rec;
	int rc = ct_store_text(
	    q->st, &text, err, "SELECT record FROM item WHERE id = ?", "i", id);

	if (rc != 1)
		return rc;
	rec = ct_json_object(text, strlen(text), err);
	free(text);
	if (!rec)
		return err->code;
	(void)json_object_set_new(rec, "review",
	    ct_queue_review(d->verdict->name, d->class, d->by, at));
	rc = fn(rec, arg, err);
	json_decref(rec);
	return rc;
}

int
ct_decision_check(
    const struct ct_pick *pick, const struct ct_decision *d, struct ct_err *err)
{
	if ((!pick->account && !pick->item) || (pick->sha256 && !pick->item))
		return ct_fail(
		    err, CT_USAGE, "decide: want --account or --item");
	if (!d->verdict || !d->by)
		return ct_fail(
		    err, CT_USAGE, "decide: want --verdict and --by");
	if (d->class && !d->verdict->classified)
		return ct_fail(
		    err, CT_USAGE, "--class: '%s' has none", d->verdict->name);
	if (d->class && !ct_class_ok(d->class))
		return ct_fail(err, CT_USAGE, "--class: want A1, A2, B1 or B2");
	return 0;
}

int
ct_queue_decide(struct ct_queue *q, const struct ct_pick *pick,
    const struct ct_decision *d, ct_queue_fn *fn, void *arg, struct ct_err *err)
{
	char at[CT_TIME_LEN];
	struct ct_ids ids = { 0 };
	size_t i;
	int rc = ct_store_begin(q->st, err);

	if (rc)
		return rc;
	ct_time_now(at);
	rc = candidates(&ids, q, pick, err);
	for (i = 0; !rc && i < ids.n; i++)
		rc = decide(q, ids.id[i], d, at, err);
	rc = ct_queue_end(q, rc, err);
	for (i = 0; !rc && i < ids.n; i++)
		rc = tell(q, ids.id[i], d, at, fn, arg, err);
	free(ids.id);
	return rc;
}
