/* queue_decide.c - verdicts, and their release to be reported */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"
#include "queue_db.h"

#define PICK                                           \
	"(?1 IS NULL OR account = ?1) AND (?2 IS NULL" \
	" OR object = ?2) AND (?3 IS NULL OR sha256 = ?3)"

/* The record in column 0, which we once wrote ourselves. */
static int
record(struct ct_rows *r, json_t **rec, struct ct_err *err)
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
	    "SELECT record FROM item i WHERE state = 'open' AND " PICK
	    " ORDER BY CASE account WHEN '' THEN id ELSE (SELECT min(id) FROM"
	    "   item f WHERE f.account = i.account AND f.state = 'open') END,"
	    "   id",
	    "sss", pick->account, pick->item, pick->sha256);

	if (rc)
		return rc;
	while ((rc = ct_rows_next(r, err)) == 1) {
		if ((rc = record(r, &rec, err)))
			break;
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

struct ids {
	int64_t *id;
	size_t n;
};

static int
ids_of(struct ids *ids, struct ct_queue *q, const struct ct_pick *pick,
    const char *sql, struct ct_err *err)
{
	struct ct_rows *r;
	int rc = ct_rows_open(&r, q->st, err, sql, "sss", pick->account,
	    pick->item, pick->sha256);

	*ids = (struct ids){ 0 };
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
candidates(struct ids *ids, struct ct_queue *q, const struct ct_pick *pick,
    struct ct_err *err)
{
	const char *what = pick->item ? "item" : "account";
	const char *name = pick->item ? pick->item : pick->account;
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
	rc = ids_of(ids, q, pick,
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

static int
decide(struct ct_queue *q, int64_t id, const struct ct_decision *d,
    const char *at, struct ct_err *err)
{
	int rc = ct_store_do(q->st, err,
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

/* "review" as its decision says, without what comes with release. */
static json_t *
review(const char *verdict, const char *class, const char *by, const char *at)
{
	json_t *v = json_pack("{s:s}", "verdict", verdict);

	if (class)
		(void)json_object_set_new(v, "class", json_string(class));
	(void)json_object_set_new(v, "by", json_string(by));
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
	(void)json_object_set_new(
	    rec, "review", review(d->verdict->name, d->class, d->by, at));
	rc = fn(rec, arg, err);
	json_decref(rec);
	return rc;
}

int
ct_queue_decide(struct ct_queue *q, const struct ct_pick *pick,
    const struct ct_decision *d, ct_queue_fn *fn, void *arg, struct ct_err *err)
{
	char at[CT_TIME_LEN];
	struct ids ids = { 0 };
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

/* ---- releasing -------------------------------------------------------------
 */

/* One batch for these items: those of an account, or one of no account. */
static int
release(struct ct_queue *q, int64_t first, const char *at, struct ct_err *err)
{
	char batch[33];
	int rc;

	ct_random_id(batch);
	rc = ct_store_do(q->st, err,
	    "INSERT INTO batch (id, account, at)"
	    " SELECT ?, account, ? FROM item WHERE id = ?",
	    "ssi", batch, at, first);
	if (rc)
		return rc;
	return ct_store_do(q->st, err,
	    "UPDATE item SET state = 'released', batch = ?1"
	    " WHERE state = 'decided' AND report AND (id = ?2 OR (account <> ''"
	    "  AND account = (SELECT account FROM item WHERE id = ?2)))",
	    "si", batch, first);
}

static int
release_all(struct ct_queue *q, const char *account, struct ct_err *err)
{
	const struct ct_pick pick = { .account = account };
	char at[CT_TIME_LEN];
	struct ids ids = { 0 };
	size_t i;
	int rc = ct_store_begin(q->st, err);

	if (rc)
		return rc;
	ct_time_now(at);
	rc = ids_of(&ids, q, &pick,
	    "SELECT min(id) FROM item WHERE state = 'decided' AND report"
	    " AND " PICK " GROUP BY account,"
	    " CASE account WHEN '' THEN id END ORDER BY 1",
	    err);
	for (i = 0; !rc && i < ids.n; i++)
		rc = release(q, ids.id[i], at, err);
	free(ids.id);
	return ct_queue_end(q, rc, err);
}

/* The finished reports of earlier batches of this account. */
static int
prior(struct ct_queue *q, json_t *into, const char *account, const char *batch,
    struct ct_err *err)
{
	struct ct_rows *r;
	json_t *list;
	int rc;

	if (!*account)
		return 0;
	rc = ct_rows_open(&r, q->st, err,
	    "SELECT ack.env, ack.report_id FROM ack JOIN item"
	    " ON item.id = ack.item WHERE account = ? AND batch <> ?"
	    " GROUP BY 1, 2 ORDER BY min(ack.id)",
	    "ss", account, batch);
	if (rc)
		return rc;
	list = json_array();
	while ((rc = ct_rows_next(r, err)) == 1)
		(void)json_array_append_new(list,
		    json_pack("{s:s, s:s}", "env", ct_rows_text(r, 0),
			"report_id", ct_rows_text(r, 1)));
	ct_rows_close(r);
	if (json_array_size(list))
		(void)json_object_set(into, "prior", list);
	json_decref(list);
	return rc;
}

/* The most that anybody saw of this content, and its proof. */
static int
viewed(struct ct_queue *q, json_t *into, const char *sha256, struct ct_err *err)
{
	static const char *const levels[] = { "none", "metadata", "tile",
		"obscured", "full" };
	struct ct_viewed v = { .level = "none" };
	struct ct_rows *r;
	char mac[65];
	int rc = ct_rows_open(&r, q->st, err,
	    "SELECT max(CASE level WHEN 'full' THEN 4 WHEN 'obscured' THEN 3"
	    "  WHEN 'tile' THEN 2 WHEN 'metadata' THEN 1 ELSE 0 END),"
	    " max(entire AND level = 'full'), max(exif)"
	    " FROM view WHERE sha256 = ?",
	    "s", sha256);

	if (rc)
		return rc;
	if ((rc = ct_rows_next(r, err)) == 1) {
		v.level = levels[ct_rows_int(r, 0)];
		v.entire = ct_rows_int(r, 1) != 0;
		v.exif = ct_rows_int(r, 2) != 0;
		rc = 0;
	}
	ct_rows_close(r);
	if (rc)
		return rc;
	ct_review_mac(q->key, sha256, &v, mac);
	(void)json_object_set_new(into, "viewed",
	    json_pack("{s:s, s:b, s:b}", "level", v.level, "entire", v.entire,
		"exif", v.exif));
	(void)json_object_set_new(into, "mac", json_string(mac));
	return 0;
}

/* One row of the query below: record and its review. */
static int
decided(struct ct_queue *q, struct ct_rows *r, ct_queue_fn *fn, void *arg,
    struct ct_err *err)
{
	const char *batch = ct_rows_text(r, 7);
	json_t *rec, *v;
	int rc = record(r, &rec, err);

	if (rc)
		return rc;
	v = review(ct_rows_text(r, 1), ct_rows_text(r, 2), ct_rows_text(r, 3),
	    ct_rows_text(r, 4));
	if (batch) {
		(void)json_object_set_new(v, "batch", json_string(batch));
		(void)json_object_set_new(
		    v, "items", json_integer(ct_rows_int(r, 8)));
		rc = prior(q, v, ct_rows_text(r, 6), batch, err);
	}
	if (!rc)
		rc = viewed(q, v, ct_rows_text(r, 5), err);
	(void)json_object_set_new(rec, "review", v);
	if (!rc)
		rc = fn(rec, arg, err);
	json_decref(rec);
	return rc;
}

/* of item i */
#define TEST_ONLY                                             \
	"i.state = 'acked' AND NOT EXISTS (SELECT 1 FROM ack" \
	" WHERE ack.item = i.id AND ack.env = 'production')"

int
ct_queue_test_only(struct ct_queue *q, int64_t *n, struct ct_err *err)
{
	int rc = ct_store_int(
	    q->st, n, err, "SELECT count(*) FROM item i WHERE " TEST_ONLY, "");

	return rc == 1 ? 0 : rc;
}

int
ct_queue_decided(struct ct_queue *q, const char *account, bool all,
    bool production, ct_queue_fn *fn, void *arg, struct ct_err *err)
{
	struct ct_rows *r;
	int rc = release_all(q, account, err);

	if (rc)
		return rc;
	rc = ct_rows_open(&r, q->st, err,
	    "SELECT record, d.verdict, d.class, d.by, d.at, i.sha256,"
	    "  i.account, i.batch,"
	    "  (SELECT count(*) FROM item s WHERE s.batch = i.batch)"
	    " FROM item i JOIN decision d ON d.id = i.decision"
	    " LEFT JOIN batch b ON b.id = i.batch"
	    " WHERE (?3 IS NULL OR i.account = ?3)"
	    " AND ((?1 AND i.state = 'decided') OR i.batch IN"
	    "  (SELECT w.batch FROM item w WHERE w.state = 'released'"
	    "    OR (?2 AND w.state = 'acked' AND NOT EXISTS (SELECT 1"
	    "      FROM ack WHERE ack.item = w.id"
	    "      AND ack.env = 'production'))))"
	    " ORDER BY b.rowid IS NULL, b.rowid, i.id",
	    "iis", (int64_t)all, (int64_t)production, account);
	if (rc)
		return rc;
	while ((rc = ct_rows_next(r, err)) == 1)
		if ((rc = decided(q, r, fn, arg, err)))
			break;
	ct_rows_close(r);
	return rc;
}
