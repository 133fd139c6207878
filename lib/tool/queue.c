#include "queue.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "file.h"
#include "hex.h"
#include "prog.h"
#include "queue_db.h"

/* account: '' is none; report: its verdict is a reason to report; sha256: of an
 * item without bytes its review.content */
static const char *const schema[] = {
	"CREATE TABLE item (id INTEGER PRIMARY KEY, object TEXT NOT NULL,"
	"  sha256 TEXT NOT NULL, account TEXT NOT NULL, record TEXT NOT NULL,"
	"  added TEXT NOT NULL,"
	"  state TEXT NOT NULL DEFAULT 'open' CHECK"
	"    (state IN ('open', 'decided', 'released', 'acked')),"
	"  report INTEGER NOT NULL DEFAULT 0,"
	"  decision INTEGER REFERENCES decision, batch TEXT REFERENCES batch,"
	"  UNIQUE (object, sha256, account));"
	"CREATE INDEX item_state ON item (state, account);"
	"CREATE INDEX item_account ON item (account);"
	"CREATE INDEX item_batch ON item (batch);"
	"CREATE TABLE decision (id INTEGER PRIMARY KEY,"
	"  item INTEGER NOT NULL REFERENCES item, verdict TEXT NOT NULL,"
	"  class TEXT, by TEXT NOT NULL, at TEXT NOT NULL, note TEXT);"
	"CREATE TABLE batch (id TEXT PRIMARY KEY, account TEXT NOT NULL,"
	"  at TEXT NOT NULL);"
	"CREATE TABLE ack (id INTEGER PRIMARY KEY,"
	"  item INTEGER NOT NULL REFERENCES item, env TEXT NOT NULL,"
	"  report_id TEXT NOT NULL, at TEXT NOT NULL, UNIQUE (item, env));"
	"CREATE TABLE view (id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL,"
	"  by TEXT NOT NULL, level TEXT NOT NULL, entire INTEGER NOT NULL,"
	"  exif INTEGER NOT NULL, seconds INTEGER NOT NULL, at TEXT NOT NULL);"
	"CREATE INDEX view_sha256 ON view (sha256)",
	/* only production ends the wait */
	"UPDATE item SET state = 'released' WHERE state = 'acked' AND id NOT IN"
	" (SELECT item FROM ack WHERE env = 'production')",
	/* goes along with what is reported of its account */
	"ALTER TABLE item ADD COLUMN supplemental INTEGER NOT NULL DEFAULT 0",
	/* rank: what is more is taken first; wants: the first of the decisions
	 * on an open item that stand apart, or 0; packed: its hash is in near,
	 * or need not be; agrees: the decision of another that says the same,
	 * where two were wanted; single: of this item alone */
	"ALTER TABLE item ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE item ADD COLUMN wants INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE item ADD COLUMN packed INTEGER NOT NULL DEFAULT 0;"
	"CREATE INDEX item_open ON item (rank DESC, id) WHERE state = 'open';"
	"CREATE INDEX item_sha256 ON item (sha256, decision);"
	"CREATE INDEX item_packed ON item (id)"
	"  WHERE packed = 0 AND decision IS NOT NULL;"
	"ALTER TABLE decision ADD COLUMN annotations TEXT;"
	"ALTER TABLE decision ADD COLUMN incident TEXT;"
	"ALTER TABLE decision ADD COLUMN priority TEXT;"
	"ALTER TABLE decision ADD COLUMN single INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE decision ADD COLUMN agrees INTEGER REFERENCES decision;"
	"CREATE INDEX decision_item ON decision (item, by);"
	"CREATE TABLE lease (by TEXT PRIMARY KEY, account TEXT NOT NULL,"
	"  item INTEGER NOT NULL, until TEXT NOT NULL, UNIQUE (account, item));"
	"CREATE TABLE cause (id INTEGER PRIMARY KEY,"
	"  item INTEGER NOT NULL REFERENCES item, reason TEXT NOT NULL,"
	"  by TEXT, at TEXT NOT NULL);"
	"CREATE INDEX cause_item ON cause (item);"
	"CREATE TABLE near (id INTEGER PRIMARY KEY, hash BLOB NOT NULL,"
	"  item BLOB NOT NULL);"
	"CREATE TABLE view_end (id INTEGER PRIMARY KEY,"
	"  view INTEGER NOT NULL REFERENCES view, seconds INTEGER NOT NULL,"
	"  at TEXT NOT NULL);"
	"CREATE INDEX view_by ON view (by, at)",
	/* between what was found and what a person reported are 100 scores */
	"UPDATE item SET rank = rank + 100 WHERE rank > 0",
	NULL,
};

/* Two processes must not make two keys: the database's lock stands for it. */
static int
make_key(struct ct_queue *q, const char *dir, struct ct_err *err)
{
	struct ct_err why = { 0 };
	char *path;
	int rc = ct_store_begin(q->st, err);

	if (rc)
		return rc;
	if (ct_review_key(dir, q->key, &why) == CT_NOINPUT) {
		path = ct_printf("%s/review.key", dir);
		ct_random(q->key, sizeof q->key);
		rc = ct_file_replace(path, 0600, q->key, sizeof q->key, err);
		free(path);
	}
	ct_store_rollback(q->st);
	return rc;
}

int
ct_queue_open(struct ct_queue **out, const char *dir, struct ct_err *err)
{
	struct ct_queue *q = ct_alloc(1, sizeof *q);
	char *path = ct_printf("%s/review.db", dir);
	int rc = ct_mkdirs(dir, err);

	if (!rc)
		rc = ct_store_open(&q->st, path, schema, err);
	if (!rc && (rc = ct_review_key(dir, q->key, err)) == CT_NOINPUT)
		rc = make_key(q, dir, err);
	if (rc) {
		ct_queue_close(q);
		q = NULL;
	}
	free(path);
	*out = q;
	return rc;
}

void
ct_queue_close(struct ct_queue *q)
{
	if (!q)
		return;
	ct_store_close(q->st);
	ct_wipe(q->key, sizeof q->key);
	free(q);
}

int
ct_queue_end(struct ct_queue *q, int rc, struct ct_err *err)
{
	if (!rc)
		rc = ct_store_commit(q->st, err);
	if (rc)
		ct_store_rollback(q->st);
	else
		ct_audit_feed_tick(&q->feed);
	return rc;
}

static int
count(struct ct_queue *q, json_t *into, const char *sql, struct ct_err *err)
{
	struct ct_rows *r;
	int rc = ct_rows_open(&r, q->st, err, sql, "");

	if (rc)
		return rc;
	while ((rc = ct_rows_next(r, err)) == 1)
		(void)json_object_set_new(
		    into, ct_rows_text(r, 0), json_integer(ct_rows_int(r, 1)));
	ct_rows_close(r);
	return rc;
}

int
ct_queue_stats(struct ct_queue *q, json_t **out, struct ct_err *err)
{
	json_t *stats = json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "open",
	    0, "decided", 0, "released", 0, "tested", 0, "acked", 0,
	    "supplemental", 0, "accounts", 0);
	json_t *verdicts = json_object();
	char *oldest = NULL;
	int rc;

	rc = count(q, stats,
	    "SELECT CASE WHEN state = 'decided' AND decision IS NULL"
	    " THEN 'supplemental' ELSE state END, count(*)"
	    " FROM item GROUP BY 1",
	    err);
	if (!rc)
		rc = count(q, stats,
		    "SELECT 'tested', count(DISTINCT item.id) FROM item"
		    " JOIN ack ON ack.item = item.id"
		    " WHERE state = 'released'",
		    err);
	if (!rc)
		rc = count(q, stats,
		    "SELECT 'accounts', count(DISTINCT account) FROM item"
		    " WHERE state = 'open' AND account <> ''",
		    err);
	if (!rc)
		rc = count(q, verdicts,
		    "SELECT d.verdict, count(*) FROM item"
		    " JOIN decision d ON d.id = item.decision GROUP BY 1",
		    err);
	if (!rc)
		rc = ct_store_text(q->st, &oldest, err,
		    "SELECT added FROM item WHERE state = 'open'"
		    " ORDER BY id LIMIT 1",
		    "");
	if (oldest)
		(void)json_object_set_new(stats, "oldest", json_string(oldest));
	(void)json_object_set_new(stats, "verdicts", verdicts);
	free(oldest);
	if (rc <= 1) {
		*out = stats;
		return 0;
	}
	json_decref(stats);
	*out = NULL;
	return rc;
}
