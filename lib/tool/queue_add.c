/* queue_add.c - records that become items, and corrections of them */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "hex.h"
#include "prog.h"
#include "queue_db.h"

#define GROWTH 65536 /* bytes that review and later members may take */

/* What makes a record an item; all borrowed but sha256, 65 bytes. */
struct item {
	const char *object, *account;
	char sha256[65];
};

static int
item_of(const json_t *rec, struct item *it, struct ct_err *err)
{
	uint8_t raw[32];
	int rc;

	it->object = ct_rec_text(rec, "id");
	if (!it->object)
		return ct_fail(err, CT_DATAERR, "id is not a string");
	if ((rc = ct_rec_account(rec, &it->account, err)))
		return rc;
	if (!it->account)
		it->account = "";
	if (!ct_review_bytes(rec))
		rc = ct_review_content(rec, it->sha256, err);
	else if (!(rc = ct_rec_hash(rec, "sha256", raw, sizeof raw, err)))
		ct_hex(raw, sizeof raw, it->sha256);
	if (rc)
		return rc == CT_NO
		    ? ct_fail(err, CT_DATAERR, "no hashes.sha256")
		    : rc;
	if (ct_review_has(rec, "review"))
		return ct_fail(err, CT_DATAERR, "it has a review already");
	return 0;
}

/* ---- what is there already -------------------------------------------------
 */

struct stored {
	int64_t id;
	bool released, acked, report, undecided;
	bool same; /* the record that we have */
};

/* CT_NO if there is none. */
static int
stored(struct ct_queue *q, const struct item *it, const char *text,
    struct stored *s, struct ct_err *err)
{
	struct ct_rows *r;
	int rc = ct_rows_open(&r, q->st, err,
	    "SELECT id, state IN ('released', 'acked'), state = 'acked',"
	    " report, supplemental AND decision IS NULL AND state <> 'open',"
	    " record = ?"
	    " FROM item WHERE object = ? AND sha256 = ? AND account = ?",
	    "ssss", text, it->object, it->sha256, it->account);

	if (rc)
		return rc;
	if ((rc = ct_rows_next(r, err)) == 1)
		*s = (struct stored){ ct_rows_int(r, 0), ct_rows_int(r, 1) != 0,
			ct_rows_int(r, 2) != 0, ct_rows_int(r, 3) != 0,
			ct_rows_int(r, 4) != 0, ct_rows_int(r, 5) != 0 };
	ct_rows_close(r);
	return rc == 1 ? 0 : rc ? rc : CT_NO;
}

/* What is taken first has the most: a priority, then what a person reported,
 * then by the score. */
enum {
	RANK_FOUND,
	RANK_SCORED = 0, /* and 1 to CT_REVIEW_SCORE */
	RANK_REPORTED = CT_REVIEW_SCORE + 1,
	RANK_PRIORITY
};

static int64_t
rank_of(const json_t *rec)
{
	static const char *const paths[] = { "incident.priority",
		"cybertip.report.incidentSummary.escalateToHighPriority" };
	const json_t *v;
	int64_t score;
	size_t i;

	for (i = 0; i < 2; i++) {
		v = ct_rec_get(rec, paths[i]);
		if (json_is_array(v))
			v = json_array_get(v, 0);
		if (json_is_string(v) && !ct_blank(json_string_value(v)))
			return RANK_PRIORITY;
	}
	score = ct_review_score(rec);
	return score < 0 ? RANK_FOUND : RANK_SCORED + score;
}

/* State and kind go with the record.  Of what is released neither can: the
 * batch was made of what it was. */
static int
replace(struct ct_queue *q, const struct stored *s, const json_t *rec,
    const char *text, struct ct_err *err)
{
	bool extra = json_is_object(json_object_get(rec, "supplemental"));
	bool along = ct_review_along(rec);

	if (s->released && !s->report && (s->undecided ? !along : !extra))
		return ct_fail(err, CT_NOPERM,
		    "it is %s as a supplement, and cannot become more",
		    s->acked ? "reported" : "released");
	return ct_store_do(q->st, err,
	    "UPDATE item SET record = ?1, supplemental = ?2,"
	    " rank = max(?5, iif(EXISTS (SELECT 1 FROM cause c"
	    "   WHERE c.item = ?4), ?6, 0)), packed = 0, state = CASE WHEN "
	    "state IN ('open', 'decided') AND decision IS"
	    "   NULL THEN ?3 ELSE state END"
	    " WHERE id = ?4",
	    "sisiii", text, (int64_t)extra, along ? "decided" : "open", s->id,
	    rank_of(rec), (int64_t)RANK_REPORTED);
}

/*
 * What is queued already.  A correction counts until a report in production
 * has what it corrects.  A supplement that nobody decided about and that
 * matches now must be seen, however it comes.
 */
static int
again(struct ct_queue *q, const struct item *it, const json_t *rec,
    const char *text, bool correct, const char **outcome, struct ct_err *err)
{
	struct stored s = { 0 };
	int rc = ct_store_begin(q->st, err);
	bool found;

	*outcome = "known";
	if (rc)
		return rc;
	rc = stored(q, it, text, &s, err);
	found = s.undecided && ct_review_matches(rec);
	if (!rc && !s.same && (found || (correct && !s.acked))) {
		rc = replace(q, &s, rec, text, err);
		*outcome = "updated";
	}
	return ct_queue_end(q, rc, err);
}

/* ---- adding ----------------------------------------------------------------
 */

static int
insert(struct ct_queue *q, const struct item *it, const json_t *rec,
    const char *text, struct ct_err *err)
{
	char now[CT_TIME_LEN];

	return ct_store_do(q->st, err,
	    "INSERT OR IGNORE INTO item (object, sha256, account,"
	    " record, added, supplemental, state, rank)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	    "sssssisi", it->object, it->sha256, it->account, text,
	    ct_time_now(now),
	    (int64_t)json_is_object(json_object_get(rec, "supplemental")),
	    ct_review_along(rec) ? "decided" : "open", rank_of(rec));
}

#define OF_IT                                                \
	" WHERE object = ?1 AND (?2 IS NULL OR sha256 = ?2)" \
	" AND (?3 IS NULL OR account = ?3)"

/* Somebody wants it looked at: it is open, if nobody decided yet, and what a
 * person said is said once.  sha256, account: or NULL, any. */
static int
because(struct ct_queue *q, const char *object, const char *sha256,
    const char *account, const struct ct_taking *how, struct ct_err *err)
{
	char now[CT_TIME_LEN];
	int rc = ct_store_do(q->st, err,
	    "INSERT INTO cause (item, reason, by, at) SELECT id, ?4, ?5, ?6"
	    " FROM item i" OF_IT
	    " AND NOT EXISTS (SELECT 1 FROM cause c WHERE c.item = i.id"
	    "   AND c.reason = ?4 AND c.by IS ?5)",
	    "ssssss", object, sha256, account, how->reason, how->by,
	    ct_time_now(now));

	if (rc)
		return rc;
	return ct_store_do(q->st, err,
	    "UPDATE item SET rank = max(rank, ?4), state = iif(state ="
	    "   'decided' AND decision IS NULL, 'open', state)" OF_IT,
	    "sssi", object, sha256, account, (int64_t)RANK_REPORTED);
}

int
ct_queue_reported(struct ct_queue *q, const struct ct_pick *pick,
    const struct ct_taking *how, struct ct_err *err)
{
	int rc = because(q, pick->item, pick->sha256, pick->account, how, err);

	return rc ? rc : ct_store_changes(q->st) ? 0 : CT_NO;
}

/* A supplement whose object or account is released, with nothing of it left
 * that a later batch would be made of, may wait for ever: that is said. */
static int
late(struct ct_queue *q, const struct item *it, const json_t *rec,
    const char **outcome, struct ct_err *err)
{
	const char *of = ct_rec_text(rec, "supplemental.of");
	int64_t is = 0;
	int rc = ct_store_int(q->st, &is, err,
	    "SELECT count(*) > 0 AND count(*) = sum(state IN"
	    "  ('released', 'acked')) FROM item WHERE account = ?1"
	    " AND (account <> '' OR object = ?2)"
	    " AND NOT (supplemental AND NOT report AND state = 'decided')",
	    "ss", it->account, of);

	if (rc > 1)
		return rc;
	if (is) {
		*outcome = "queued late";
		ct_warn("'%s' supplements what is released already: it waits "
			"for another report, or for a verdict of its own",
		    it->object);
	}
	return 0;
}

/* Is it to be left out?  Not so a correction of what is queued, whatever it
 * says, be it that it cannot be taken. */
static int
unwanted(struct ct_queue *q, const json_t *rec, const struct ct_taking *how,
    bool *out, struct ct_err *err)
{
	struct ct_err none = { 0 };
	int64_t n = 0;
	struct item it;
	int rc;

	*out = !how->all && !how->reason && !ct_review_due(rec, how->undecided);
	if (!*out || !how->replace)
		return 0;
	rc = item_of(rec, &it, &none);
	if (!it.object)
		return 0;
	rc = ct_store_int(q->st, &n, err,
	    "SELECT count(*) FROM item WHERE object = ?1"
	    " AND (?2 IS NULL OR (sha256 = ?2 AND account = ?3))",
	    "sss", it.object, rc ? NULL : it.sha256, rc ? NULL : it.account);
	*out = n == 0;
	return rc > 1 ? rc : 0;
}

int
ct_queue_add(struct ct_queue *q, const json_t *rec, const struct ct_taking *how,
    const char **outcome, struct ct_err *err)
{
	struct item it;
	char *text;
	bool out;
	int rc = unwanted(q, rec, how, &out, err);

	*outcome = "not for review";
	if (rc || out || (rc = item_of(rec, &it, err)))
		return rc;
	text = json_dumps(rec, JSON_COMPACT);
	if (!text)
		return ct_fail(err, CT_SOFTWARE, "cannot encode a record");
	*outcome = "queued";
	if (ct_rec_size(rec) > CT_REC_MAX - GROWTH)
		rc = ct_fail(err, CT_DATAERR,
		    "over %d bytes; too long to be queued",
		    CT_REC_MAX - GROWTH);
	else
		rc = insert(q, &it, rec, text, err);
	if (!rc && ct_store_changes(q->st) && ct_review_along(rec))
		rc = late(q, &it, rec, outcome, err);
	else if (!rc && !ct_store_changes(q->st))
		rc = again(q, &it, rec, text, how->replace, outcome, err);
	if (!rc && how->reason)
		rc = because(q, it.object, it.sha256, it.account, how, err);
	free(text);
	return rc;
}
