/* queue_decide.c - what waits, and the verdicts on it */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "offence.h"
#include "prog.h"
#include "queue_db.h"

int
ct_queue_record(struct ct_rows *r, json_t **rec, struct ct_err *err)
{
	const char *text = ct_rows_text(r, 0);

	*rec = ct_json_object(text, strlen(text), err);
	return *rec ? 0 : err->code;
}

char *
ct_queue_picked(const struct ct_pick *pick)
{
	return ct_printf("%s AND %s AND %s",
	    pick->account ? "account = ?1" : "?1 IS NULL",
	    pick->item ? "object = ?2" : "?2 IS NULL",
	    pick->sha256 ? "sha256 = lower(?3)" : "?3 IS NULL");
}

int
ct_queue_list(struct ct_queue *q, const struct ct_pick *pick, ct_queue_fn *fn,
    void *arg, struct ct_err *err)
{
	char *picked = ct_queue_picked(pick), *sql;
	struct ct_rows *r;
	json_t *rec;
	int rc;

	sql = ct_printf(
	    "SELECT record, sha256 FROM item i WHERE state = 'open' AND %s"
	    " ORDER BY CASE account WHEN '' THEN id ELSE (SELECT min(id) FROM"
	    "   item f WHERE f.account = i.account AND f.state = 'open') END,"
	    "   id",
	    picked);
	rc = ct_rows_open(&r, q->st, err, sql, "sss", pick->account, pick->item,
	    pick->sha256);
	free(sql);
	free(picked);
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
ct_queue_ids(struct ct_ids *ids, struct ct_queue *q, const char *const with[4],
    const char *sql, struct ct_err *err)
{
	struct ct_rows *r;
	int rc = with ? ct_rows_open(&r, q->st, err, sql, "ssss", with[0],
			    with[1], with[2], with[3])
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

/*
 * The items that may be decided, or why there is none.  All of an account is
 * what nobody decided, or others did: what this person said of one item alone
 * is not undone by what is said of the rest.
 */
static int
candidates(struct ct_ids *ids, struct ct_queue *q, const struct ct_pick *pick,
    const char *by, struct ct_err *err)
{
	const char *what = pick->item ? "item" : "account";
	const char *name = pick->item ? pick->item : pick->account;
	const char *const with[] = { pick->account, pick->item, pick->sha256,
		by };
	char *picked = ct_queue_picked(pick);
	char *all = ct_printf("SELECT count(*) FROM item WHERE %s", picked);
	char *some = ct_printf("SELECT id FROM item i WHERE %s AND %s"
			       " ORDER BY id",
	    picked,
	    pick->item ? "state IN ('open', 'decided') AND ?4 IS NOT NULL"
		       : "state = 'open' AND " CT_QUEUE_FOR_ME("?4"));
	int64_t known = 0;
	int rc = ct_store_int(q->st, &known, err, all, "sss", pick->account,
	    pick->item, pick->sha256);

	if (rc <= 1)
		rc = ct_queue_ids(ids, q, with, some, err);
	free(some);
	free(all);
	free(picked);
	if (rc)
		return rc;
	if (!known)
		return ct_fail(err, CT_NOINPUT, "no such %s: '%s'", what, name);
	if (pick->item && known > 1)
		return ct_fail(err, CT_USAGE,
		    "'%s' is %lld items: say which with --sha256 or --account",
		    name, (long long)known);
	if (ids->n)
		return 0;
	if (pick->item)
		return ct_fail(err, CT_NOPERM,
		    "item '%s' is released: its verdict stands", name);
	return ct_fail(err, CT_NOINPUT,
	    "account '%s' has no open item that '%s' did not decide", name, by);
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

/* ---- one person, or two ------------------------------------------------ */

/* What is known of an item before a decision. */
struct before {
	int64_t wants;  /* the first of the decisions that stand apart, or 0 */
	bool agreed;    /* two people decided it */
	int64_t agrees; /* the decision of another that says the same, or 0 */
};

/* What others said since it was opened, or since it was decided by two; who
 * says again what two did agrees with them. */
static int
before(struct ct_queue *q, int64_t id, const struct ct_decision *d,
    struct before *b, struct ct_err *err)
{
	struct ct_rows *r;
	int rc = ct_rows_open(&r, q->st, err,
	    "SELECT i.wants, coalesce((SELECT agrees FROM decision WHERE id ="
	    "   i.decision), 0) <> 0,"
	    " coalesce((SELECT o.id FROM decision o WHERE o.item = i.id AND"
	    "   o.by <> ?2 AND i.wants <> 0 AND o.id >= i.wants"
	    "   AND o.verdict = ?3 AND o.class IS ?4 AND o.id = (SELECT max(id)"
	    "     FROM decision m WHERE m.item = i.id AND m.by = o.by)),"
	    "  (SELECT iif(s.by = ?2, s.agrees, s.id) FROM decision s"
	    "   WHERE s.id = i.decision AND s.agrees AND s.verdict = ?3"
	    "   AND s.class IS ?4), 0)"
	    " FROM item i WHERE i.id = ?1",
	    "isss", id, d->by, d->verdict->name, d->class);

	*b = (struct before){ 0, false, 0 };
	if (rc)
		return rc;
	if ((rc = ct_rows_next(r, err)) == 1)
		*b = (struct before){ ct_rows_int(r, 0), ct_rows_int(r, 1) != 0,
			ct_rows_int(r, 2) };
	ct_rows_close(r);
	return rc == 1 ? 0 : rc;
}

/* Does anybody else's word stand beside this one? */
static int
contested(struct ct_queue *q, int64_t id, const struct ct_decision *d,
    const struct before *b, bool *is, struct ct_err *err)
{
	int64_t n = 0;
	int rc = ct_store_int(q->st, &n, err,
	    "SELECT count(*) FROM decision WHERE item = ?1 AND by <> ?2"
	    " AND id >= ?3",
	    "isi", id, d->by, b->wants);

	*is = b->wants && n;
	return rc > 1 ? rc : 0;
}

static int
insert(struct ct_queue *q, int64_t id, const struct ct_decision *d, bool single,
    const char *at, int64_t agrees, struct ct_err *err)
{
	char *list = json_array_size(d->annotations)
	    ? json_dumps(d->annotations, JSON_COMPACT)
	    : NULL;
	int rc = ct_store_do(q->st, err,
	    "INSERT INTO decision (item, verdict, class, by, at, note,"
	    " annotations, incident, priority, single, agrees)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, 0))",
	    "issssssssii", id, d->verdict->name, d->class, d->by, at, d->note,
	    list, d->incident, d->priority, (int64_t)single, agrees);

	free(list);
	return rc;
}

int
ct_queue_decide_one(struct ct_queue *q, int64_t id, const struct ct_decision *d,
    bool single, const char *at, struct ct_err *err)
{
	bool second = ct_queue_rules(q)->second[d->verdict - ct_verdicts];
	bool open = false;
	struct before b = { 0, false, 0 };
	int64_t row;
	int rc = ct_queue_free(q, id, d->by, err);

	if (!rc && d->verdict->offence && !d->incident)
		rc = names_offence(q, id, err);
	if (!rc)
		rc = before(q, id, d, &b, err);
	if (!rc && !(second || b.agreed))
		rc = contested(q, id, d, &b, &open, err);
	if (!rc)
		rc = insert(q, id, d, single, at, b.agrees, err);
	if (rc)
		return rc;
	open = !b.agrees && (open || second || b.agreed);
	row = ct_store_last_id(q->st);
	if (open)
		return ct_store_do(q->st, err,
		    "UPDATE item SET state = 'open', report = 0, decision ="
		    " NULL, wants = iif(wants, wants, ?) WHERE id = ?",
		    "ii", row, id);
	return ct_store_do(q->st, err,
	    "UPDATE item SET state = 'decided', report = ?, decision = ?,"
	    " wants = 0 WHERE id = ?",
	    "iii", (int64_t)d->verdict->report, row, id);
}

/* Texts that are there become members. */
static void
add(json_t *to, const char *name, const char *text)
{
	if (text)
		(void)json_object_set_new(to, name, json_string(text));
}

int
ct_queue_review(
    struct ct_queue *q, int64_t decision, json_t **review, struct ct_err *err)
{
	static const char *const names[] = { "verdict", "class", "by", "at",
		"incident", "priority", "second" };
	const char *list;
	struct ct_rows *r;
	int rc, i;

	*review = NULL;
	if (!decision) {
		*review = json_pack("{s:s}", "verdict", "supplemental");
		return 0;
	}
	rc = ct_rows_open(&r, q->st, err,
	    "SELECT d.verdict, d.class, d.by, d.at,"
	    " coalesce(d.incident, o.incident),"
	    " coalesce(d.priority, o.priority), o.by,"
	    " coalesce(d.annotations, o.annotations)"
	    " FROM decision d LEFT JOIN decision o ON o.id = d.agrees"
	    " WHERE d.id = ?",
	    "i", decision);
	if (rc)
		return rc;
	if ((rc = ct_rows_next(r, err)) == 1) {
		*review = json_object();
		for (i = 0; i < 7; i++)
			add(*review, names[i], ct_rows_text(r, i));
		if ((list = ct_rows_text(r, 7)))
			(void)json_object_set_new(
			    *review, "annotations", json_loads(list, 0, NULL));
		rc = 0;
	}
	ct_rows_close(r);
	return rc;
}

int
ct_queue_told(struct ct_queue *q, int64_t id, const char *by, ct_queue_fn *fn,
    void *arg, struct ct_err *err)
{
	json_t *rec, *review = NULL;
	struct ct_rows *r;
	int64_t row, said;
	int rc = ct_rows_open(&r, q->st, err,
	    "SELECT record, iif(wants = 0, 0, (SELECT count(DISTINCT d.by)"
	    "   FROM decision d WHERE d.item = i.id AND d.id >= i.wants)),"
	    " (SELECT max(d.id) FROM decision d WHERE"
	    " d.item = i.id AND d.by = ?) FROM item i WHERE id = ?",
	    "si", by, id);

	if (rc)
		return rc;
	if ((rc = ct_rows_next(r, err)) != 1) {
		ct_rows_close(r);
		return rc;
	}
	rc = ct_queue_record(r, &rec, err);
	said = ct_rows_int(r, 1);
	row = ct_rows_int(r, 2);
	ct_rows_close(r);
	if (rc)
		return rc;
	rc = ct_queue_review(q, row, &review, err);
	if (said)
		add(review, "wants",
		    said > 1 ? CT_WANTS_THIRD : CT_WANTS_SECOND);
	(void)json_object_set_new(rec, "review", review);
	if (!rc)
		rc = fn(rec, arg, err);
	json_decref(rec);
	return rc;
}

/* ---- what may be a decision -----------------------------------------------
 */

static int
detail_check(const struct ct_decision *d, struct ct_err *err)
{
	const json_t *one;
	size_t i;

	json_array_foreach(d->annotations, i, one)
	{
		if (!ct_annotation_named(json_string_value(one)))
			return ct_fail(err, CT_USAGE,
			    "--annotation: '%s' is none",
			    json_string_value(one));
	}
	if ((json_array_size(d->annotations) || d->incident || d->priority) &&
	    !d->verdict->report)
		return ct_fail(err, CT_USAGE,
		    "--annotation, --incident and --priority are for a verdict "
		    "that is a reason to report");
	if (d->incident && d->verdict->offence &&
	    ct_offence_named(d->incident) == ct_offences[0])
		return ct_fail(err, CT_USAGE,
		    "--incident: '%s' is no offence of this verdict",
		    d->incident);
	if (d->priority && strlen(d->priority) > CT_PRIORITY_MAX)
		return ct_fail(err, CT_USAGE, "--priority: over %d characters",
		    CT_PRIORITY_MAX);
	return 0;
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
	if (d->incident && !ct_offence_named(d->incident))
		return ct_fail(err, CT_USAGE, "--incident: no such offence");
	return detail_check(d, err);
}

/* With an account, not one by one: has by looked at enough of it?  Items that
 * were decided alone count, and so does what is not there to be decided. */
static int
enough(struct ct_queue *q, const struct ct_pick *pick,
    const struct ct_decision *d, size_t open, struct ct_err *err)
{
	int64_t least = ct_queue_rules(q)->least, done = 0;
	int rc;

	if (pick->item || least == 0)
		return 0;
	rc = ct_store_int(q->st, &done, err,
	    "SELECT count(DISTINCT d.item) FROM decision d JOIN item i ON i.id"
	    " = d.item WHERE i.account = ? AND d.by = ? AND d.single",
	    "ss", pick->account, d->by);
	if (rc > 1)
		return rc;
	return done >= least || open <= 1
	    ? 0
	    : ct_fail(err, CT_NOPERM,
		  "of account '%s' '%s' has decided %lld items one by one, and "
		  "%lld is the least",
		  pick->account, d->by, (long long)done, (long long)least);
}

int
ct_queue_decide(struct ct_queue *q, const struct ct_pick *pick,
    const struct ct_decision *d, ct_queue_fn *fn, void *arg, struct ct_err *err)
{
	char at[CT_TIME_LEN];
	struct ct_ids ids = { 0 };
	size_t i;
	int rc = ct_queue_admits(q, d->by, err);

	if (rc || (rc = ct_store_begin(q->st, err)))
		return rc;
	ct_time_now(at);
	rc = candidates(&ids, q, pick, d->by, err);
	if (!rc)
		rc = enough(q, pick, d, ids.n, err);
	for (i = 0; !rc && i < ids.n; i++)
		rc = ct_queue_decide_one(
		    q, ids.id[i], d, pick->item != NULL, at, err);
	if (!rc)
		rc = ct_queue_done(q, d->by, err);
	rc = ct_queue_end(q, rc, err);
	for (i = 0; !rc && i < ids.n; i++)
		rc = ct_queue_told(q, ids.id[i], d->by, fn, arg, err);
	free(ids.id);
	return rc;
}
