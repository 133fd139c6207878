/* queue_job.c - jobs: what is open of an account, in the hands of one person */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"
#include "queue_db.h"

/* Of an item i and a lease l: is it of that job? */
#define IN_HAND                   \
	"(l.account = i.account " \
	"AND l.item = iif(i.account = '', i.id, 0))"
#define FOR_ME CT_QUEUE_FOR_ME

struct hand {
	char *account; /* "" is none */
	int64_t item;  /* 0 unless account is "" */
};

static const char *
until(const struct ct_queue *q, char text[CT_TIME_LEN])
{
	return ct_time(
	    (ct_now() + ct_queue_rules(q)->lease) / 1000 * 1000, text);
}

/* ---- who has what ----------------------------------------------------------
 */

/* Whoever the row names has it, and until when: CT_TEMPFAIL. */
static int
held(struct ct_rows *r, struct ct_err *err)
{
	int rc = ct_rows_next(r, err);

	if (rc == 1)
		rc = ct_fail(err, CT_TEMPFAIL,
		    "it is in the hands of '%s' until %s", ct_rows_text(r, 0),
		    ct_rows_text(r, 1));
	ct_rows_close(r);
	return rc;
}

int
ct_queue_free(
    struct ct_queue *q, int64_t item, const char *by, struct ct_err *err)
{
	char now[CT_TIME_LEN];
	struct ct_rows *r;
	int rc = ct_rows_open(&r, q->st, err,
	    "SELECT l.by, l.until FROM item i JOIN lease l ON " IN_HAND
	    " WHERE i.id = ? AND l.by <> ? AND l.until > ?",
	    "iss", item, by, ct_time_now(now));

	if (rc)
		return rc;
	return held(r, err);
}

int
ct_queue_done(struct ct_queue *q, const char *by, struct ct_err *err)
{
	return ct_store_do(q->st, err,
	    "DELETE FROM lease AS l WHERE by = ?1 AND NOT EXISTS (SELECT 1"
	    " FROM item i WHERE i.state = 'open' AND " IN_HAND
	    " AND " FOR_ME("?1") ")",
	    "s", by);
}

/* The job in the one row there is, an account and an item; CT_NO if none. */
static int
in_row(struct ct_rows *r, struct hand *h, struct ct_err *err)
{
	int rc = ct_rows_next(r, err);

	if (rc == 1)
		*h = (struct hand){ ct_strdup(ct_rows_text(r, 0)),
			ct_rows_int(r, 1) };
	ct_rows_close(r);
	return rc == 1 ? 0 : rc ? rc : CT_NO;
}

static int
has(struct ct_queue *q, const char *by, struct hand *h, struct ct_err *err)
{
	char now[CT_TIME_LEN];
	struct ct_rows *r;
	int rc = ct_rows_open(&r, q->st, err,
	    "SELECT account, item FROM lease WHERE by = ? AND until > ?", "ss",
	    by, ct_time_now(now));

	*h = (struct hand){ NULL, 0 };
	if (rc)
		return rc;
	return in_row(r, h, err);
}

/* ---- taking ----------------------------------------------------------------
 */

/* There is none of what was picked: has somebody else it in hand? */
static int
taken(struct ct_queue *q, const char *by, const struct ct_pick *p,
    struct ct_err *err)
{
	char *picked = ct_queue_picked(p), *sql;
	struct ct_rows *r;
	int rc;

	sql = ct_printf("SELECT l.by, l.until FROM (SELECT id, account FROM"
			" item WHERE state = 'open' AND %s) i"
			" JOIN lease l ON " IN_HAND " WHERE l.by <> ?4 LIMIT 1",
	    picked);
	rc = ct_rows_open(
	    &r, q->st, err, sql, "ssss", p->account, p->item, p->sha256, by);
	free(sql);
	free(picked);
	if (rc)
		return rc;
	rc = held(r, err);
	return rc ? rc : CT_NO;
}

/* The most urgent one that is free. */
static int
best(struct ct_queue *q, const char *by, const struct ct_pick *pick,
    struct hand *h, struct ct_err *err)
{
	static const struct ct_pick any = { NULL, NULL, NULL };
	const struct ct_pick *p = pick ? pick : &any;
	bool all = !p->account && !p->item;
	char *picked = ct_queue_picked(p), *sql;
	struct ct_rows *r;
	int rc;

	sql = ct_printf(
	    "SELECT i.account, iif(i.account = '', i.id, 0) FROM item i %s"
	    " WHERE i.state = 'open' AND %s AND NOT EXISTS (SELECT 1 FROM"
	    " lease l WHERE " IN_HAND
	    ") AND " FOR_ME("?4") " ORDER BY i.rank DESC, i.id LIMIT 1",
	    all ? "INDEXED BY item_open" : "", picked);
	rc = ct_rows_open(
	    &r, q->st, err, sql, "ssss", p->account, p->item, p->sha256, by);
	free(sql);
	free(picked);
	if (rc)
		return rc;
	rc = in_row(r, h, err);
	return rc == CT_NO && !all ? taken(q, by, p, err) : rc;
}

/* Is it of what was picked? */
static int
fits(struct ct_queue *q, const struct hand *h, const struct ct_pick *p,
    bool *is, struct ct_err *err)
{
	int64_t n = 0;
	int rc;

	*is = true;
	if (!p || (!p->account && !p->item))
		return 0;
	rc = ct_store_int(q->st, &n, err,
	    "SELECT count(*) FROM item WHERE account = ?1 AND (?2 = 0 OR id ="
	    " ?2) AND (?3 IS NULL OR account = ?3) AND (?4 IS NULL OR object ="
	    " ?4) AND (?5 IS NULL OR sha256 = lower(?5))",
	    "sisss", h->account, h->item, p->account, p->item, p->sha256);
	*is = n > 0;
	return rc > 1 ? rc : 0;
}

static int
take(struct ct_queue *q, const char *by, const struct ct_pick *pick,
    struct hand *h, const char *end, struct ct_err *err)
{
	char now[CT_TIME_LEN];
	bool is = false;
	int rc = ct_store_do(q->st, err, "DELETE FROM lease WHERE until <= ?",
	    "s", ct_time_now(now));

	if (rc || (rc = ct_queue_done(q, by, err)))
		return rc;
	if (!(rc = has(q, by, h, err)))
		rc = fits(q, h, pick, &is, err);
	if (rc && rc != CT_NO)
		return rc;
	if (!is) {
		free(h->account);
		*h = (struct hand){ NULL, 0 };
		rc = best(q, by, pick, h, err);
	}
	if (rc)
		return rc;
	return ct_store_do(q->st, err,
	    "INSERT OR REPLACE INTO lease (by, account, item, until)"
	    " VALUES (?, ?, ?, ?)",
	    "ssis", by, h->account, h->item, end);
}

static int
describe(struct ct_queue *q, const struct hand *h, const char *by,
    const char *end, json_t **job, struct ct_err *err)
{
	struct ct_rows *r;
	int rc = ct_rows_open(&r, q->st, err,
	    "SELECT count(*), min(i.object) FROM item i WHERE i.state = 'open'"
	    " AND i.account = ?2 AND (?3 = 0 OR i.id = ?3) AND " FOR_ME("?1"),
	    "ssi", by, h->account, h->item);

	if (rc)
		return rc;
	if ((rc = ct_rows_next(r, err)) == 1)
		*job = json_pack("{s:s, s:I, s:s, s:s}",
		    h->item ? "item" : "account",
		    h->item ? ct_rows_text(r, 1) : h->account, "items",
		    (json_int_t)ct_rows_int(r, 0), "by", by, "until", end);
	ct_rows_close(r);
	return rc == 1 ? 0 : rc;
}

int
ct_queue_take(struct ct_queue *q, const char *by, const struct ct_pick *pick,
    json_t **job, struct ct_err *err)
{
	char end[CT_TIME_LEN];
	struct hand h = { NULL, 0 };
	int rc = ct_queue_admits(q, by, err);

	*job = NULL;
	if (rc || (rc = ct_store_begin(q->st, err)))
		return rc;
	(void)until(q, end);
	rc = take(q, by, pick, &h, end, err);
	if (!rc)
		rc = describe(q, &h, by, end, job, err);
	free(h.account);
	rc = ct_queue_end(q, rc, err);
	if (rc) {
		json_decref(*job);
		*job = NULL;
	}
	return rc;
}

int
ct_queue_keep(struct ct_queue *q, const char *by, struct ct_err *err)
{
	char end[CT_TIME_LEN], now[CT_TIME_LEN];
	int rc = ct_store_do(q->st, err,
	    "UPDATE lease SET until = ? WHERE by = ? AND until > ?", "sss",
	    until(q, end), by, ct_time_now(now));

	return rc ? rc : ct_store_changes(q->st) ? 0 : CT_NO;
}

int
ct_queue_give(struct ct_queue *q, const char *by, struct ct_err *err)
{
	int rc =
	    ct_store_do(q->st, err, "DELETE FROM lease WHERE by = ?", "s", by);

	return rc ? rc : ct_store_changes(q->st) ? 0 : CT_NO;
}

int
ct_queue_waits(
    struct ct_queue *q, int64_t *open, int64_t *accounts, struct ct_err *err)
{
	struct ct_rows *r;
	int rc = ct_rows_open(&r, q->st, err,
	    "SELECT count(*), count(DISTINCT account) FROM (SELECT account"
	    " FROM item WHERE state = 'open' LIMIT ?)",
	    "i", (int64_t)CT_WAITS);

	*open = *accounts = 0;
	if (rc)
		return rc;
	if ((rc = ct_rows_next(r, err)) == 1) {
		*open = ct_rows_int(r, 0);
		*accounts = ct_rows_int(r, 1);
		rc = 0;
	}
	ct_rows_close(r);
	return rc;
}

/* ---- what is in it ---------------------------------------------------------
 */

/* Why people queued it. */
static int
reasons(struct ct_queue *q, int64_t item, json_t *into, struct ct_err *err)
{
	struct ct_rows *r;
	json_t *list, *one;
	int rc = ct_rows_open(&r, q->st, err,
	    "SELECT reason, by, at FROM cause WHERE item = ? ORDER BY id", "i",
	    item);

	if (rc)
		return rc;
	list = json_array();
	while ((rc = ct_rows_next(r, err)) == 1) {
		one = json_pack("{s:s, s:s}", "reason", ct_rows_text(r, 0),
		    "at", ct_rows_text(r, 2));
		if (!ct_rows_null(r, 1))
			(void)json_object_set_new(
			    one, "by", json_string(ct_rows_text(r, 1)));
		(void)json_array_append_new(list, one);
	}
	ct_rows_close(r);
	if (json_array_size(list))
		(void)json_object_set(into, "reasons", list);
	json_decref(list);
	return rc;
}

static int
seen(struct ct_queue *q, const char *sha256, json_t *into, struct ct_err *err)
{
	struct ct_viewed v;
	int rc = ct_queue_seen(q, sha256, &v, err);

	if (!rc)
		(void)json_object_set_new(into, "viewed",
		    json_pack("{s:s, s:b, s:b}", "level", v.level, "entire",
			v.entire, "exif", v.exif));
	return rc;
}

/* One row of the query below. */
static int
item(struct ct_queue *q, struct ct_rows *r, const char *by,
    const struct ct_near *near, ct_queue_fn *fn, void *arg, struct ct_err *err)
{
	const char *sha256 = ct_rows_text(r, 1);
	int64_t id = ct_rows_int(r, 2), others = ct_rows_int(r, 3);
	json_t *rec, *review, *suggest = NULL;
	int rc = ct_queue_record(r, &rec, err);

	if (rc)
		return rc;
	review = json_pack(
	    "{s:{s:s, s:s}}", "lease", "by", by, "until", ct_rows_text(r, 4));
	if (!ct_rec_get(rec, "hashes.sha256"))
		(void)json_object_set_new(
		    review, "content", json_string(sha256));
	if (others)
		(void)json_object_set_new(review, "wants",
		    json_string(others > 1 ? CT_WANTS_THIRD : CT_WANTS_SECOND));
	rc = reasons(q, id, review, err);
	if (!rc)
		rc = seen(q, sha256, review, err);
	if (!rc)
		rc = ct_queue_suggest(q, id, sha256, near, &suggest, err);
	if (suggest)
		(void)json_object_set_new(review, "suggest", suggest);
	(void)json_object_set_new(rec, "review", review);
	if (!rc)
		rc = fn(rec, arg, err);
	json_decref(rec);
	return rc;
}

/* What by has in hand and can decide. */
static int
in_hand(
    struct ct_queue *q, const char *by, struct ct_rows **r, struct ct_err *err)
{
	char now[CT_TIME_LEN];

	return ct_rows_open(r, q->st, err,
	    "SELECT i.record, i.sha256, i.id, iif(i.wants = 0, 0,"
	    "  (SELECT count(DISTINCT d.by) FROM decision d"
	    "    WHERE d.item = i.id AND d.id >= i.wants)), l.until"
	    " FROM lease l JOIN item i ON " IN_HAND
	    " WHERE l.by = ?1 AND l.until > ?2 AND i.state = 'open'"
	    " AND " FOR_ME("?1") " ORDER BY i.rank DESC, i.id",
	    "ss", by, ct_time_now(now));
}

/* What looks like any of it. */
static int
likes(struct ct_queue *q, const char *by, struct ct_near *near,
    struct ct_err *err)
{
	struct ct_rows *r;
	json_t *rec;
	int rc = in_hand(q, by, &r, err);

	if (rc)
		return rc;
	while ((rc = ct_rows_next(r, err)) == 1) {
		if ((rc = ct_queue_record(r, &rec, err)))
			break;
		ct_queue_near_add(q, near, ct_rows_int(r, 2), rec);
		json_decref(rec);
	}
	ct_rows_close(r);
	return rc ? rc : ct_queue_near_find(q, near, err);
}

int
ct_queue_job(struct ct_queue *q, const char *by, ct_queue_fn *fn, void *arg,
    struct ct_err *err)
{
	struct ct_near near = { NULL, 0 };
	struct ct_rows *r;
	int rc = ct_queue_pack(q, err);

	if (!rc)
		rc = likes(q, by, &near, err);
	if (!rc && !(rc = in_hand(q, by, &r, err))) {
		while ((rc = ct_rows_next(r, err)) == 1)
			if ((rc = item(q, r, by, &near, fn, arg, err)))
				break;
		ct_rows_close(r);
	}
	ct_queue_near_free(&near);
	return rc;
}

/* ---- as it was before ------------------------------------------------------
 */

/* The open items in hand of which the very same content is decided. */
static int
known(
    struct ct_queue *q, const char *by, struct ct_ids *ids, struct ct_err *err)
{
	char now[CT_TIME_LEN];
	const char *const with[] = { by, ct_time_now(now), NULL, NULL };

	return ct_queue_ids(ids, q, with,
	    "SELECT i.id, ?3, ?4 FROM lease l JOIN item i ON " IN_HAND
	    " WHERE l.by = ?1 AND l.until > ?2 AND i.state = 'open' "
	    "AND " FOR_ME("?1") " AND EXISTS (SELECT 1 FROM item s WHERE "
				"s.sha256 = i.sha256"
				"   AND s.id <> i.id AND s.decision IS NOT "
				"NULL) ORDER BY i.id",
	    err);
}

/* The last decision on the same content, but for who, when and how urgent it
 * was.  *was holds it; release with json_decref. */
static int
same(struct ct_queue *q, int64_t id, const char *by, struct ct_decision *d,
    json_t **was, struct ct_err *err)
{
	int64_t decision = 0;
	int rc = ct_store_int(q->st, &decision, err,
	    "SELECT s.decision FROM item i JOIN item s ON s.sha256 = i.sha256"
	    " AND s.id <> i.id AND s.decision IS NOT NULL WHERE i.id = ?"
	    " ORDER BY s.decision DESC LIMIT 1",
	    "i", id);

	if (rc > 1 || (rc = ct_queue_review(q, decision, was, err)))
		return rc;
	*d = (struct ct_decision){ .verdict = ct_verdict_named(
				       ct_rec_text(*was, "verdict")),
		.class = ct_rec_text(*was, "class"),
		.by = by,
		.annotations = json_object_get(*was, "annotations"),
		.incident = ct_rec_text(*was, "incident") };
	return d->verdict
	    ? 0
	    : ct_fail(err, CT_DATAERR, "a verdict that this version lacks");
}

int
ct_queue_agree(struct ct_queue *q, const char *by, ct_queue_fn *fn, void *arg,
    struct ct_err *err)
{
	char at[CT_TIME_LEN];
	struct ct_ids ids = { 0 };
	struct ct_decision d;
	json_t *was;
	size_t i;
	int rc = ct_queue_admits(q, by, err);

	if (rc || (rc = ct_store_begin(q->st, err)))
		return rc;
	ct_time_now(at);
	rc = known(q, by, &ids, err);
	if (!rc && !ids.n)
		rc = ct_fail(err, CT_NOINPUT,
		    "nothing in hand is of a content that was decided");
	for (i = 0; !rc && i < ids.n; i++) {
		was = NULL;
		if (!(rc = same(q, ids.id[i], by, &d, &was, err)))
			rc = ct_queue_decide_one(
			    q, ids.id[i], &d, false, at, err);
		json_decref(was);
	}
	if (!rc)
		rc = ct_queue_done(q, by, err);
	rc = ct_queue_end(q, rc, err);
	for (i = 0; !rc && i < ids.n; i++)
		rc = ct_queue_told(q, ids.id[i], by, fn, arg, err);
	free(ids.id);
	return rc;
}
