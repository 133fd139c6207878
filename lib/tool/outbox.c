#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "outbox_impl.h"
#include "prog.h"

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
	"CREATE TABLE service(one INTEGER PRIMARY KEY CHECK(one=1),"
	" until INTEGER NOT NULL, pauses INTEGER NOT NULL,"
	" refused TEXT NOT NULL, at INTEGER NOT NULL, why TEXT NOT NULL);"
	"ALTER TABLE reports ADD COLUMN account TEXT;"
	"UPDATE reports SET account=json_extract(record, '$.user.id')"
	" WHERE json_valid(record);"
	"CREATE INDEX reports_account ON reports(account, finished_at);"
	"CREATE INDEX reports_report_id ON reports(report_id);",
	NULL
};

int
ct_outbox_open(struct ct_outbox **out, const char *dir, bool production,
    bool own, struct ct_err *err)
{
	struct ct_outbox *ob = ct_alloc(1, sizeof *ob);
	int rc;

	*out = NULL;
	ob->production = production;
	ob->tail = &ob->queue;
	(void)pthread_mutex_init(&ob->mutex, NULL);
	(void)pthread_cond_init(&ob->free, NULL);
	rc = ct_store_open_env(
	    &ob->st, &ob->lock, dir, "outbox", production, own, schema, err);
	if (rc)
		ct_outbox_close(ob);
	else
		*out = ob;
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
	(void)pthread_cond_destroy(&ob->free);
	(void)pthread_mutex_destroy(&ob->mutex);
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
	ct_outbox_enter(ob);
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
	ct_outbox_leave(ob);
	if (rc)
		ct_outbox_done(r);
	return rc;
}

void
ct_outbox_done(struct ct_outbox_report *r)
{
	free(r->record);
	free(r->why);
	free(r->ref);
	free(r->file);
	json_decref(r->lacks);
	*r = (struct ct_outbox_report){ 0 };
}

int
ct_outbox_keys(struct ct_outbox *ob, enum ct_outbox_which which, char **keys,
    struct ct_err *err)
{
	struct ct_rows *rows;
	size_t len = 0, n;
	const char *key;
	int rc;

	*keys = ct_alloc(1, 1);
	ct_outbox_enter(ob);
	rc = ct_rows_open(&rows, ob->st, err,
	    which == CT_OUTBOX_ALL
		? "SELECT key FROM reports ORDER BY accepted_at, key"
		: "SELECT key FROM reports WHERE state IN"
		  " ('pending', 'held', 'due') ORDER BY accepted_at, key",
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
	ct_outbox_leave(ob);
	return rc;
}

int
ct_outbox_account(struct ct_outbox *ob, const char *account, ct_outbox_fn *fn,
    void *arg, struct ct_err *err)
{
	struct ct_rows *rows;
	int rc, done = 0;

	ct_outbox_enter(ob);
	rc = ct_rows_open(&rows, ob->st, err,
	    "SELECT report_id, record FROM reports WHERE account IS ? AND"
	    " state='finished' AND report_id IS NOT NULL"
	    " ORDER BY finished_at, key",
	    "s", account);
	while (!rc && !done && (rc = ct_rows_next(rows, err)) == 1) {
		done = fn(ct_rows_text(rows, 0), ct_rows_text(rows, 1), arg);
		rc = 0;
	}
	ct_rows_close(rows);
	ct_outbox_leave(ob);
	return rc ? rc : done;
}

int
ct_outbox_has(struct ct_outbox *ob, const char *report_id, struct ct_err *err)
{
	int64_t n;
	int rc;

	ct_outbox_enter(ob);
	rc = ct_store_int(ob->st, &n, err,
	    "SELECT 1 FROM reports WHERE report_id=?", "s", report_id);
	ct_outbox_leave(ob);
	return rc == 1 ? 0 : rc == 0 ? CT_NO : rc;
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
	ct_outbox_enter(ob);
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
	ct_outbox_leave(ob);
	return rc;
}

int
ct_outbox_service(
    struct ct_outbox *ob, struct ct_outbox_service *service, struct ct_err *err)
{
	struct ct_rows *rows;
	int rc;

	*service = (struct ct_outbox_service){ 0 };
	ct_outbox_enter(ob);
	rc = ct_rows_open(&rows, ob->st, err,
	    "SELECT until, pauses, at, refused, why FROM service", "");
	if (!rc && (rc = ct_rows_next(rows, err)) == 1) {
		service->until = ct_rows_int(rows, 0);
		service->pauses = (int)ct_rows_int(rows, 1);
		service->at = ct_rows_int(rows, 2);
		(void)strncat(service->refused, ct_rows_text(rows, 3),
		    sizeof service->refused - 1);
		(void)strncat(service->why, ct_rows_text(rows, 4),
		    sizeof service->why - 1);
		rc = 0;
	}
	ct_rows_close(rows);
	ct_outbox_leave(ob);
	return rc;
}

int
ct_outbox_service_keep(struct ct_outbox *ob,
    const struct ct_outbox_service *service, struct ct_err *err)
{
	int rc;

	ct_outbox_enter(ob);
	rc = ct_store_do(ob->st, err,
	    "INSERT OR REPLACE INTO service(one, until, pauses, refused, at,"
	    " why) VALUES(1,?,?,?,?,?)",
	    "iisis", service->until, (int64_t)service->pauses, service->refused,
	    service->at, service->why);
	ct_outbox_leave(ob);
	return rc;
}

void
ct_outbox_worked(struct ct_outbox *ob, struct ct_outbox_effort *effort)
{
	(void)pthread_mutex_lock(&ob->mutex);
	*effort = ob->effort;
	(void)pthread_mutex_unlock(&ob->mutex);
}
