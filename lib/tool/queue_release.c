/* queue_release.c - verdicts on their way to a report, in batches */
#include <stdlib.h>

#include "clock.h"
#include "offence.h"
#include "prog.h"
#include "queue_db.h"

/* of the parameters ?1, an account, and ?2, a JSON array of ids */
#define OF_ACCOUNT "(?1 IS NULL OR account = ?1)"
#define OF_ITEMS "(?2 IS NULL OR object IN (SELECT value FROM json_each(?2)))"

/* ---- what goes now ---------------------------------------------------------
 */

/* Was it within the time to settle?  What lies in the future was written by a
 * clock that was set back since, and must not hold anything. */
#define WITHIN(at) "(" at " > ?3 AND " at " <= ?5)"
#define QUEUED WITHIN("h.added")
#define DECIDED WITHIN("g.at")
/* A text, or a list of them, without what is blank; NULL if nothing is left. */
#define TOLD(path)                                  \
	"nullif(trim(json_extract(record, '$." path \
	"'), char(9, 10, 11, 12, 13, 32) || '[]\",'), '')"
#define SUMMARY "cybertip.report.incidentSummary."
/* of the decision that stands */
#define PERSONS(column)                                                     \
	"(SELECT coalesce(d." column ", o." column ") FROM decision d LEFT" \
	" JOIN decision o ON o.id = d.agrees WHERE d.id = decision)"
#define PRIORITY                                                 \
	"(" PERSONS("priority") " IS NOT NULL OR " TOLD(         \
	    "incident.priority") " IS NOT NULL OR " TOLD(SUMMARY \
	    "escalateToHighPriority") " IS NOT NULL)"
#define SUMMARY_TYPE TOLD(SUMMARY "incidentType")

/* Accounts that have not settled, of the parameters above and ?3 now less the
 * time to settle, ?4 less the longest time, ?5 now; none if ?3 is null. */
#define UNSETTLED                                                    \
	"(SELECT h.account FROM item h LEFT JOIN decision g"         \
	"  ON g.id = h.decision WHERE ?3 IS NOT NULL"                \
	"  AND h.account <> '' AND h.state IN ('open', 'decided')"   \
	"  GROUP BY h.account HAVING"                                \
	"  max(CASE h.state WHEN 'open' THEN " QUEUED "ELSE" DECIDED \
	"  END) AND NOT max(CASE WHEN h.state = 'decided' AND"       \
	"    h.report THEN g.at <= ?4 OR " PRIORITY " ELSE 0 END))"

static const char *const going[] = {
	"PRAGMA temp_store = MEMORY",
	/* lead: the first item of the batch that it is to be in */
	"CREATE TEMP TABLE IF NOT EXISTS going"
	" (id INTEGER PRIMARY KEY, account TEXT, offence TEXT, lead INTEGER)",
	"DELETE FROM temp.going",
	NULL,
};

/*
 * A batch has one offence: csam, and what names none, gives way to another if
 * that is the only one.  But what a record has in the words of the schema is
 * laid over the whole report, and gives way to nothing.
 */
static int
lead(struct ct_queue *q, struct ct_err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; !rc && ct_offences[i]; i++)
		rc = ct_store_do(q->st, err,
		    "UPDATE temp.going SET offence = ?1 WHERE offence = ?2",
		    "ss", ct_offences[i], ct_offence_short[i]);
	if (!rc)
		rc = ct_store_do(q->st, err,
		    "UPDATE temp.going SET offence = NULL WHERE offence = ?1"
		    " AND id NOT IN (SELECT id FROM item WHERE id IN"
		    "   (SELECT id FROM temp.going) AND " SUMMARY_TYPE
		    "   IS NOT NULL)",
		    "s", ct_offences[0]);
	if (rc)
		return rc;
	return ct_store_do(q->st, err,
	    "UPDATE temp.going SET lead = n.lead FROM"
	    " (SELECT id, CASE account WHEN '' THEN id ELSE min(id) OVER"
	    "   (PARTITION BY account, CASE WHEN lo IS hi THEN ''"
	    "     ELSE coalesce(offence, '') END) END AS lead"
	    "  FROM (SELECT id, account, offence,"
	    "    min(offence) OVER (PARTITION BY account) AS lo,"
	    "    max(offence) OVER (PARTITION BY account) AS hi"
	    "   FROM temp.going)) AS n WHERE n.id = going.id",
	    "");
}

/* Into the table going: what would be released now. */
static int
choose(struct ct_queue *q, const struct ct_wanted *w, const char *items,
    struct ct_err *err)
{
	char within[CT_TIME_LEN], longest[CT_TIME_LEN], now[CT_TIME_LEN];
	int64_t ms = ct_now() / 1000 * 1000, least = ms - w->settle,
		most = ms - CT_SETTLE_MOST * w->settle;
	size_t i;
	int rc = 0;

	for (i = 0; !rc && going[i]; i++)
		rc = ct_store_do(q->st, err, going[i], "");
	if (rc)
		return rc;
	rc = ct_store_do(q->st, err,
	    "INSERT INTO temp.going (id, account, offence) SELECT id, account,"
	    "  coalesce(" SUMMARY_TYPE ", " PERSONS("incident") ", " TOLD(
		"incident.type") ")"
				 " FROM item WHERE state = 'decided' AND report"
				 " AND " OF_ACCOUNT " AND " OF_ITEMS
				 " AND account NOT IN " UNSETTLED,
	    "sssss", w->account, items,
	    w->settle ? ct_time(least > 0 ? least : 0, within) : NULL,
	    ct_time(most > 0 ? most : 0, longest), ct_time(ms, now));
	if (!rc)
		rc = lead(q, err);
	if (rc)
		return rc;
	return ct_store_do(q->st, err,
	    "INSERT INTO temp.going (id, lead) SELECT s.id,"
	    "  coalesce(min(CASE f.object WHEN json_extract(s.record,"
	    "    '$.supplemental.of') THEN g.lead END), min(g.lead))"
	    " FROM item s JOIN item f ON f.account = s.account"
	    " JOIN temp.going g ON g.id = f.id"
	    " WHERE s.state = 'decided' AND s.supplemental AND NOT s.report"
	    " AND ((s.account <> '' AND ?1 IS NULL) OR"
	    "   f.object = json_extract(s.record, '$.supplemental.of'))"
	    " GROUP BY s.id",
	    "s", items);
}

/* One batch for these items: those of an account, or one of no account. */
static int
release(struct ct_queue *q, int64_t lead, const char *at, struct ct_err *err)
{
	char batch[33];
	int rc;

	ct_random_id(batch);
	rc = ct_store_do(q->st, err,
	    "INSERT INTO batch (id, account, at)"
	    " SELECT ?, account, ? FROM item WHERE id = ?",
	    "ssi", batch, at, lead);
	if (rc)
		return rc;
	return ct_store_do(q->st, err,
	    "UPDATE item SET state = 'released', batch = ? WHERE id IN"
	    " (SELECT id FROM temp.going WHERE lead = ?)",
	    "si", batch, lead);
}

static int
release_all(struct ct_queue *q, const struct ct_wanted *w, const char *items,
    struct ct_err *err)
{
	char at[CT_TIME_LEN];
	struct ct_ids ids = { 0 };
	size_t i;
	int rc = ct_store_begin(q->st, err);

	if (rc)
		return rc;
	ct_time_now(at);
	rc = choose(q, w, items, err);
	if (!rc)
		rc = ct_queue_ids(&ids, q, NULL,
		    "SELECT DISTINCT lead FROM temp.going ORDER BY 1", err);
	for (i = 0; !rc && i < ids.n; i++)
		rc = release(q, ids.id[i], at, err);
	free(ids.id);
	return ct_queue_end(q, rc, err);
}

/* An id that is misspelt must not look like one that is done. */
static int
all_there(struct ct_queue *q, const char *account, const char *items,
    struct ct_err *err)
{
	int64_t missing = 0;
	int rc = ct_store_int(q->st, &missing, err,
	    "SELECT count(*) FROM json_each(?2) WHERE NOT EXISTS (SELECT 1"
	    " FROM item WHERE object = value AND " OF_ACCOUNT ")",
	    "ss", account, items);

	if (rc > 1)
		return rc;
	return missing ? ct_fail(err, CT_NOINPUT,
			     "%lld of the items are none of this account",
			     (long long)missing)
		       : 0;
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
	struct ct_viewed v;
	char mac[65];
	int rc = ct_queue_seen(q, sha256, &v, err);

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
decided(struct ct_queue *q, struct ct_rows *r, bool preview, ct_queue_fn *fn,
    void *arg, struct ct_err *err)
{
	const char *batch = ct_rows_text(r, 4);
	int64_t items = ct_rows_int(r, 5);
	char proof[65];
	json_t *rec, *v;
	int rc = ct_queue_record(r, &rec, err);

	if (rc)
		return rc;
	if ((rc = ct_queue_review(q, ct_rows_int(r, 1), &v, err))) {
		json_decref(rec);
		return rc;
	}
	if (batch)
		(void)json_object_set_new(v, "batch", json_string(batch));
	if (preview)
		(void)json_object_set_new(v, "preview", json_true());
	if (!ct_rec_get(rec, "hashes.sha256"))
		(void)json_object_set_new(
		    v, "content", json_string(ct_rows_text(r, 2)));
	if (items) {
		(void)json_object_set_new(v, "items", json_integer(items));
		rc = prior(q, v, ct_rows_text(r, 3), batch ? batch : "", err);
	}
	if (!rc)
		rc = viewed(q, v, ct_rows_text(r, 2), err);
	(void)json_object_set_new(rec, "review", v);
	if (json_object_get(v, "by")) {
		ct_review_vouch(q->key, rec, proof);
		(void)json_object_set_new(v, "proof", json_string(proof));
	}
	if (!rc)
		rc = fn(rec, arg, err);
	json_decref(rec);
	return rc;
}

int
ct_queue_decided(struct ct_queue *q, const struct ct_wanted *w, ct_queue_fn *fn,
    void *arg, struct ct_err *err)
{
	char *items = w->items ? json_dumps(w->items, JSON_COMPACT) : NULL;
	struct ct_rows *r = NULL;
	int rc = items ? all_there(q, w->account, items, err) : 0;

	if (!rc)
		rc = w->preview ? choose(q, w, items, err)
				: release_all(q, w, items, err);
	if (!rc)
		rc = ct_rows_open(&r, q->st, err,
		    "SELECT record, i.decision, i.sha256, i.account, i.batch,"
		    "  CASE WHEN i.batch IS NOT NULL THEN"
		    "      (SELECT count(*) FROM item s WHERE s.batch = "
		    "i.batch)"
		    "    ELSE (SELECT count(*) FROM temp.going s"
		    "      WHERE s.lead = g.lead) END"
		    " FROM item i LEFT JOIN batch b ON b.id = i.batch"
		    " LEFT JOIN temp.going g ON g.id = i.id"
		    " WHERE (?1 IS NULL OR i.account = ?1) AND"
		    " ((i.state = 'decided' AND ((?4 AND g.id IS NOT NULL) OR"
		    "   (?3 AND NOT i.report AND NOT i.supplemental"
		    "     AND " OF_ITEMS "))) OR"
		    "  (i.batch IN (SELECT batch FROM item WHERE " OF_ITEMS
		    "     AND " OF_ACCOUNT ")"
		    "   AND i.batch IN (SELECT w.batch FROM item w"
		    "     WHERE w.state = 'released' AND NOT (?5 AND EXISTS"
		    "       (SELECT 1 FROM ack WHERE ack.item = w.id)))))"
		    " ORDER BY b.rowid IS NULL, b.rowid, i.id",
		    "ssiii", w->account, items, (int64_t)w->all,
		    (int64_t)w->preview, (int64_t)w->test);
	free(items);
	if (rc)
		return rc;
	while ((rc = ct_rows_next(r, err)) == 1)
		if ((rc = decided(q, r, w->preview, fn, arg, err)))
			break;
	ct_rows_close(r);
	return rc;
}
