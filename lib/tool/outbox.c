#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "outbox_impl.h"
#include "prog.h"
#include "store.h"

struct ct_outbox {
	struct ct_store *st;
	int lock;
};

static const char *const schema[] = {
	"CREATE TABLE reports("
	" key TEXT PRIMARY KEY, state TEXT NOT NULL, report_id TEXT,"
	" digest TEXT NOT NULL, record TEXT NOT NULL,"
	" attempts INTEGER NOT NULL DEFAULT 0,"
	" accepted_at INTEGER NOT NULL, finished_at INTEGER);"
	"CREATE INDEX reports_state ON reports(state, accepted_at);"
	"CREATE TABLE events("
	" seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" key TEXT NOT NULL REFERENCES reports(key),"
	" attempt INTEGER NOT NULL, at INTEGER NOT NULL, event TEXT NOT NULL,"
	" detail TEXT, body BLOB);"
	"CREATE INDEX events_key ON events(key, seq);"
	"CREATE TRIGGER events_stay BEFORE UPDATE ON events"
	" BEGIN SELECT RAISE(ABORT, 'events are only added'); END;"
	"CREATE TRIGGER events_last BEFORE DELETE ON events"
	" BEGIN SELECT RAISE(ABORT, 'events are only added'); END;",
	NULL
};

int
ct_outbox_open(struct ct_outbox **out, const char *dir, bool production,
    bool own, struct ct_err *err)
{
	const char *env = production ? "production" : "test";
	char *path = ct_printf("%s/outbox-%s.db", dir, env);
	char *lock = ct_printf("%s/outbox-%s.lock", dir, env);
	struct ct_outbox *ob = ct_alloc(1, sizeof *ob);
	int rc = 0;

	*out = NULL;
	ob->lock = -1;
	if (own) {
		if (!(rc = ct_mkdirs(dir, err)))
			rc = ct_file_lock(lock, &ob->lock, err);
	} else if (access(path, F_OK) < 0) {
		rc = ct_fail(err, CT_NO, "no outbox at '%s'", path);
	}
	if (!rc)
		rc = ct_store_open(&ob->st, path, schema, err);
	if (rc)
		ct_outbox_close(ob);
	else
		*out = ob;
	free(path);
	free(lock);
	return rc;
}

void
ct_outbox_close(struct ct_outbox *ob)
{
	if (!ob)
		return;
	ct_store_close(ob->st);
	if (ob->lock >= 0)
		(void)close(ob->lock);
	free(ob);
}

/* ---- reading ---------------------------------------------------------------
 */

static int
replay(struct ct_outbox *ob, struct ct_outbox_report *r, struct ct_err *err)
{
	struct ct_rows *rows;
	struct ct_event ev;
	const char *text;
	json_t *detail;
	int rc;

	rc = ct_rows_open(&rows, ob->st, err,
	    "SELECT event, at, detail FROM events WHERE key=? ORDER BY seq",
	    "s", r->key);
	while (!rc && (rc = ct_rows_next(rows, err)) == 1) {
		text = ct_rows_text(rows, 2);
		detail = text ? json_loads(text, 0, NULL) : NULL;
		ev = (struct ct_event){ ct_rows_text(rows, 0),
			ct_rows_int(rows, 1), detail };
		rc = ct_outbox_apply(r, &ev, err);
		json_decref(detail);
	}
	ct_rows_close(rows);
	return rc;
}

int
ct_outbox_load(struct ct_outbox *ob, const char *key,
    struct ct_outbox_report *r, struct ct_err *err)
{
	struct ct_rows *rows;
	int rc;

	*r = (struct ct_outbox_report){ 0 };
	if (strlen(key) >= sizeof r->key)
		return CT_NO;
	memcpy(r->key, key, strlen(key) + 1);
	rc = ct_rows_open(&rows, ob->st, err,
	    "SELECT record, digest FROM reports WHERE key=?", "s", key);
	if (!rc && (rc = ct_rows_next(rows, err)) == 1) {
		r->record = ct_strdup(ct_rows_text(rows, 0));
		(void)strncat(
		    r->digest, ct_rows_text(rows, 1), sizeof r->digest - 1);
		rc = 0;
	} else if (!rc) {
		rc = CT_NO;
	}
	ct_rows_close(rows);
	if (!rc)
		rc = replay(ob, r, err);
	if (rc)
		ct_outbox_done(r);
	return rc;
}

void
ct_outbox_done(struct ct_outbox_report *r)
{
	free(r->record);
	free(r->why);
	free(r->file);
	json_decref(r->lacks);
	*r = (struct ct_outbox_report){ 0 };
}

int
ct_outbox_keys(struct ct_outbox *ob, bool all, char **keys, struct ct_err *err)
{
	struct ct_rows *rows;
	size_t len = 0, n;
	const char *key;
	int rc;

	*keys = ct_alloc(1, 1);
	rc = ct_rows_open(&rows, ob->st, err,
	    all ? "SELECT key FROM reports ORDER BY accepted_at, key"
		: "SELECT key FROM reports WHERE state<>'finished'"
		  " ORDER BY accepted_at, key",
	    "");
	while (!rc && (rc = ct_rows_next(rows, err)) == 1) {
		key = ct_rows_text(rows, 0);
		n = strlen(key) + 1;
		*keys = ct_grow(*keys, len + n + 1, 1);
		memcpy(*keys + len, key, n);
		len += n;
		(*keys)[len] = '\0';
		rc = 0;
	}
	ct_rows_close(rows);
	return rc;
}

int
ct_outbox_receipt(struct ct_outbox *ob, const char *key, char **body,
    size_t *len, struct ct_err *err)
{
	struct ct_rows *rows;
	const void *blob;
	int rc;

	*body = NULL;
	*len = 0;
	rc = ct_rows_open(&rows, ob->st, err,
	    "SELECT body FROM events WHERE key=? AND event='done'", "s", key);
	if (!rc && (rc = ct_rows_next(rows, err)) == 1) {
		blob = ct_rows_blob(rows, 0, len);
		*body = ct_alloc(*len + 1, 1);
		if (*len)
			memcpy(*body, blob, *len);
		rc = 0;
	} else if (!rc) {
		rc = CT_NO;
	}
	ct_rows_close(rows);
	return rc;
}

/* ---- writing ---------------------------------------------------------------
 */

static const char *
state_of(const struct ct_outbox_report *r)
{
	return r->finished ? "finished" : r->held ? "held" : "pending";
}

static int
insert(struct ct_outbox *ob, const struct ct_outbox_report *r,
    const struct ct_event *ev, const void *body, size_t len, struct ct_err *err)
{
	char *text = ev->detail ? json_dumps(ev->detail, JSON_COMPACT) : NULL;
	int rc;

	rc = ct_store_do(ob->st, err,
	    "INSERT INTO events(key, attempt, at, event, detail, body)"
	    " VALUES(?,?,?,?,?,nullif(?,x''))",
	    "siissb", r->key, (int64_t)r->attempts, ev->at, ev->name, text,
	    body ? body : "", len);
	free(text);
	return rc;
}

static int
summarise(
    struct ct_outbox *ob, const struct ct_outbox_report *r, struct ct_err *err)
{
	return ct_store_do(ob->st, err,
	    "UPDATE reports SET state=?, report_id=nullif(?,''), attempts=?,"
	    " finished_at=nullif(?,0) WHERE key=?",
	    "ssiis", state_of(r), r->id, (int64_t)r->attempts, r->finished_at,
	    r->key);
}

int
ct_outbox_note(struct ct_outbox *ob, struct ct_outbox_report *r,
    const char *event, json_t *detail, const void *body, size_t len,
    struct ct_err *err)
{
	struct ct_event ev = { event, ct_now(), detail };
	int rc;

	rc = ct_outbox_apply(r, &ev, err);
	if (!ob) {
		json_decref(detail);
		return rc;
	}
	if (!rc && !(rc = ct_store_begin(ob->st, err)) &&
	    !(rc = insert(ob, r, &ev, body, len, err)) &&
	    !(rc = summarise(ob, r, err)))
		rc = ct_store_commit(ob->st, err);
	if (rc)
		ct_store_rollback(ob->st);
	json_decref(detail);
	return rc;
}

static int
keep(struct ct_outbox *ob, const char *key, const char *record,
    const char *digest, struct ct_err *err)
{
	struct ct_outbox_report r = { 0 };
	json_t *detail = json_pack("{s:s}", "digest", digest);
	struct ct_event ev = { "accept", ct_now(), detail };
	int rc;

	(void)strncat(r.key, key, sizeof r.key - 1);
	if (!(rc = ct_store_begin(ob->st, err)) &&
	    !(rc = ct_store_do(ob->st, err,
		  "INSERT INTO reports(key, state, digest, record, accepted_at)"
		  " VALUES(?,'pending',?,?,?) ON CONFLICT(key) DO UPDATE SET"
		  " digest=excluded.digest, record=excluded.record",
		  "sssi", key, digest, record, ev.at)) &&
	    !(rc = insert(ob, &r, &ev, NULL, 0, err)))
		rc = ct_store_commit(ob->st, err);
	if (rc)
		ct_store_rollback(ob->st);
	json_decref(detail);
	return rc;
}

/* A key is 32 digits, or of part k of n those and ".k/n": *split if others of
 * the same digits are not parts of n. */
static int
look_for_split(
    struct ct_outbox *ob, const char *key, bool *split, struct ct_err *err)
{
	const char *of = strchr(key, '/');
	char *like = ct_printf("%s%s", of ? "%" : "", of ? of : "");
	int64_t n = 0;
	int rc;

	rc = ct_store_int(ob->st, &n, err,
	    "SELECT count(*) FROM reports WHERE substr(key,1,32)=substr(?,1,32)"
	    " AND substr(key,33) NOT LIKE ?",
	    "ss", key, like);
	*split = n > 0;
	free(like);
	return rc > 1 ? rc : 0;
}

int
ct_outbox_accept(struct ct_outbox *ob, const char *key, const char *record,
    const char *digest, struct ct_outbox_report *r, struct ct_err *err)
{
	bool fresh, split = false;
	int rc;

	rc = ct_outbox_load(ob, key, r, err);
	if (rc && rc != CT_NO)
		return rc;
	fresh = rc == CT_NO;
	if (!fresh) {
		if (r->finished || r->doubt.finish ||
		    strcmp(r->digest, digest) == 0)
			return 0;
		ct_outbox_done(r);
	} else if ((rc = look_for_split(ob, key, &split, err))) {
		return rc;
	}
	if ((rc = keep(ob, key, record, digest, err)))
		return rc;
	rc = ct_outbox_load(ob, key, r, err);
	r->fresh = fresh;
	r->split = split;
	return rc == CT_NO ? ct_fail(err, CT_SOFTWARE, "a report is gone") : rc;
}
