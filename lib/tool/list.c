#include "list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "list_store.h"
#include "prog.h"
#include "store.h"

#define REJECTS_MAX 10000 /* notes kept of one run */

static const char *const schema[] = {
	"CREATE TABLE state("
	" id INTEGER PRIMARY KEY CHECK(id = 1), origin TEXT,"
	" generation INTEGER NOT NULL DEFAULT 0,"
	" revision INTEGER NOT NULL DEFAULT 0,"
	" compiled INTEGER NOT NULL DEFAULT -1,"
	" last_run INTEGER NOT NULL DEFAULT 0,"
	" last_reconcile INTEGER NOT NULL DEFAULT 0,"
	" guard_live INTEGER NOT NULL DEFAULT -1,"
	" guard_gone INTEGER NOT NULL DEFAULT 0,"
	" rejected INTEGER NOT NULL DEFAULT 0);"
	"INSERT INTO state(id) VALUES(1);"
	"CREATE TABLE cursor("
	" name TEXT PRIMARY KEY, done_to INTEGER NOT NULL,"
	" start INTEGER NOT NULL, stop INTEGER NOT NULL, next TEXT,"
	" next_at INTEGER NOT NULL, total INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE entry("
	" id INTEGER PRIMARY KEY, member TEXT NOT NULL, entry TEXT NOT NULL,"
	" content TEXT NOT NULL, classification TEXT, at TEXT,"
	" fetched INTEGER NOT NULL, generation INTEGER NOT NULL,"
	" missing_since INTEGER, UNIQUE(member, entry, content));"
	"CREATE TABLE signal("
	" entry INTEGER NOT NULL REFERENCES entry(id), type TEXT NOT NULL,"
	" hash BLOB NOT NULL, opinion TEXT NOT NULL,"
	" generation INTEGER NOT NULL,"
	" PRIMARY KEY(entry, type, hash)) WITHOUT ROWID;"
	"CREATE TABLE tombstone("
	" member TEXT NOT NULL, entry TEXT NOT NULL, content TEXT NOT NULL,"
	" at TEXT, fetched INTEGER NOT NULL,"
	" PRIMARY KEY(member, entry, content)) WITHOUT ROWID;"
	"CREATE TABLE reject("
	" id INTEGER PRIMARY KEY, place TEXT NOT NULL, reason TEXT NOT NULL,"
	" seen INTEGER NOT NULL);",
	/* runs that got to their end, for the audit log */
	"CREATE TABLE run(id INTEGER PRIMARY KEY, at TEXT NOT NULL,"
	" generation INTEGER NOT NULL, revision INTEGER NOT NULL,"
	" put INTEGER NOT NULL, gone INTEGER NOT NULL,"
	" rejected INTEGER NOT NULL)",
	/* what changed when: an entry bears the revision that changed it last,
	 * a signal the one that made it what it is; past holds what signals
	 * were, from which revision until which; compiled what an index held.
	 * lost: of what was before the first of those nothing is known */
	"ALTER TABLE entry ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE signal ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;"
	"CREATE INDEX entry_revision ON entry(revision);"
	"CREATE TABLE past("
	" id INTEGER PRIMARY KEY, member TEXT NOT NULL, entry TEXT NOT NULL,"
	" content TEXT NOT NULL, type TEXT NOT NULL, hash BLOB NOT NULL,"
	" opinion TEXT NOT NULL, since INTEGER NOT NULL,"
	" revision INTEGER NOT NULL);"
	"CREATE INDEX past_revision ON past(revision);"
	"CREATE INDEX past_key ON past(member, entry, content);"
	"CREATE TABLE compiled("
	" generation INTEGER PRIMARY KEY, revision INTEGER NOT NULL);"
	"ALTER TABLE state ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;"
	"UPDATE state SET lost = 1 WHERE revision > 0",
	/* entries that the source tells of as one thing, by its name of it */
	"CREATE TABLE part("
	" whole TEXT NOT NULL, member TEXT NOT NULL, entry TEXT NOT NULL,"
	" content TEXT NOT NULL, PRIMARY KEY(whole, member, entry, content))"
	" WITHOUT ROWID",
	/* decisions of people about entries, for the audit log, too */
	"CREATE TABLE verdict("
	" id INTEGER PRIMARY KEY, entry TEXT NOT NULL, act TEXT NOT NULL,"
	" verdict TEXT NOT NULL, by TEXT NOT NULL, at INTEGER NOT NULL,"
	" seen TEXT NOT NULL);"
	"CREATE INDEX verdict_entry ON verdict(entry)",
	/* the name of the key that hashes are encrypted with; what they were
	 * before may still stand in the file */
	"ALTER TABLE state ADD COLUMN sealed TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE state ADD COLUMN scrub INTEGER NOT NULL DEFAULT 0",
	/* entries that go when the run has got to its end */
	"CREATE TABLE doomed(entry INTEGER PRIMARY KEY, at TEXT)",
	/* fingerprints that the source tells of by link: hash, what was got
	 * when the entry was of at; due, what is there now was not */
	"CREATE TABLE large("
	" id INTEGER PRIMARY KEY, member TEXT NOT NULL, entry TEXT NOT NULL,"
	" content TEXT NOT NULL, type TEXT NOT NULL, link TEXT NOT NULL,"
	" opinion TEXT NOT NULL, at TEXT, hash BLOB, due INTEGER NOT NULL,"
	" asked INTEGER NOT NULL,"
	" UNIQUE(member, entry, content, type, link));"
	"CREATE INDEX large_due ON large(id) WHERE due;"
	"CREATE INDEX large_hash ON large(hash);"
	"CREATE INDEX signal_large ON signal(type, hash)"
	" WHERE type IN ('tmk', 'vpdq');"
	"ALTER TABLE state ADD COLUMN large_seen INTEGER NOT NULL DEFAULT 0",
	NULL
};

int
ct_list_open(struct ct_list **out, const char *home, const char *name,
    bool write, struct ct_err *err)
{
	char *dir = ct_printf("%s/lists", home);
	char *db = ct_printf("%s/%s.db", dir, name);
	char *lock = ct_printf("%s/%s.lock", dir, name);
	struct ct_list *l = ct_alloc(1, sizeof *l);
	int rc = ct_mkdirs(dir, err);

	*out = NULL;
	l->lock = -1;
	l->home = ct_strdup(home);
	l->name = ct_strdup(name);
	/* group: the one that ct-match runs in; state is 0700 above it if so */
	if (!rc && chmod(dir, 0750) < 0 && errno != EPERM)
		rc = ct_fail_errno(
		    err, CT_CANTCREAT, "cannot set the mode of '%s'", dir);
	if (!rc && write)
		rc = ct_file_lock(lock, &l->lock, err);
	if (!rc)
		rc = ct_file_closed(db, 0600, err);
	if (!rc)
		rc = ct_store_open(&l->st, db, schema, err);
	/* signals come and go with their entry, by list_put.c alone; to look
	 * it up for each costs a tenth of a page */
	if (!rc)
		rc = ct_store_do(l->st, err, "PRAGMA foreign_keys=OFF", "");
	if (!rc)
		rc = list_keys(l, err);
	if (!rc && write)
		rc = list_rekey(l, err);
	if (!rc && write)
		rc = list_large_tidy(l, err);
	free(dir);
	free(db);
	free(lock);
	if (rc) {
		ct_list_close(l);
		return rc;
	}
	*out = l;
	return 0;
}

void
ct_list_close(struct ct_list *l)
{
	if (!l)
		return;
	ct_store_close(l->st);
	ct_rest_list_free(l->rest);
	if (l->lock >= 0)
		(void)close(l->lock);
	free(l->home);
	free(l->name);
	free(l);
}

int
ct_list_begin(struct ct_list *l, struct ct_err *err)
{
	int rc = ct_store_begin(l->st, err);

	if (!rc &&
	    (rc = ct_store_int(l->st, &l->doomed, err,
		 "SELECT EXISTS(SELECT 1 FROM doomed)", "")) == 1 &&
	    (rc = ct_store_int(l->st, &l->linked, err,
		 "SELECT EXISTS(SELECT 1 FROM large)", "")) == 1 &&
	    (rc = ct_store_int(l->st, &l->change, err,
		 "SELECT revision + 1 FROM state", "")) == 1)
		return 0;
	if (rc)
		return rc;
	return ct_fail(err, CT_DATAERR, "list '%s': no state", l->name);
}

int
ct_list_commit(struct ct_list *l, struct ct_err *err)
{
	return ct_store_commit(l->st, err);
}

void
ct_list_rollback(struct ct_list *l)
{
	ct_store_rollback(l->st);
}

int
ct_list_state(struct ct_list *l, struct ct_list_state *s, struct ct_err *err)
{
	struct ct_rows *r;
	int rc = ct_rows_open(&r, l->st, err,
	    "SELECT generation, revision, compiled, last_run, last_reconcile,"
	    " guard_live, guard_gone, rejected FROM state",
	    "");

	*s = (struct ct_list_state){ 0 };
	if (!rc && (rc = ct_rows_next(r, err)) == 1) {
		s->generation = ct_rows_int(r, 0);
		s->revision = ct_rows_int(r, 1);
		s->compiled = ct_rows_int(r, 2);
		s->last_run = ct_rows_int(r, 3);
		s->last_reconcile = ct_rows_int(r, 4);
		s->guard_live = ct_rows_int(r, 5);
		s->guard_gone = ct_rows_int(r, 6);
		s->rejected = ct_rows_int(r, 7);
		rc = 0;
	} else if (!rc) {
		rc = ct_fail(err, CT_DATAERR, "list '%s': no state", l->name);
	}
	ct_rows_close(r);
	return rc;
}

int
ct_list_keep(
    struct ct_list *l, const struct ct_list_state *s, struct ct_err *err)
{
	return ct_store_do(l->st, err,
	    "UPDATE state SET generation = ?, revision = ?,"
	    " last_run = ?, last_reconcile = ?, guard_live = ?,"
	    " guard_gone = ?, rejected = ?",
	    "iiiiiii", s->generation, s->revision, s->last_run,
	    s->last_reconcile, s->guard_live, s->guard_gone, s->rejected);
}

int
ct_list_origin(struct ct_list *l, const char *origin, struct ct_err *err)
{
	char *was;
	int rc = ct_store_text(
	    l->st, &was, err, "SELECT coalesce(origin, '') FROM state", "");

	if (rc > 1)
		return rc;
	if (!*was)
		rc = ct_store_do(
		    l->st, err, "UPDATE state SET origin = ?", "s", origin);
	else if (strcmp(was, origin) != 0)
		rc = ct_fail(err, CT_CONFIG,
		    "source '%s' was another service before; give the new one"
		    " another name",
		    l->name);
	else
		rc = 0;
	free(was);
	return rc;
}

int
ct_list_reject(
    struct ct_list *l, const char *where, const char *why, struct ct_err *err)
{
	return ct_store_do(l->st, err,
	    "INSERT INTO reject(place, reason, seen) SELECT ?, ?, ?"
	    " WHERE coalesce((SELECT max(id) FROM reject), 0) < ?",
	    "ssii", where, why, ct_now(), (int64_t)REJECTS_MAX);
}

int
ct_list_forget(struct ct_list *l, struct ct_err *err)
{
	return ct_store_do(l->st, err, "DELETE FROM reject", "");
}

int
ct_list_count(struct ct_list *l, struct ct_list_count *c, struct ct_err *err)
{
	struct ct_rows *r;
	int rc = ct_rows_open(&r, l->st, err,
	    "SELECT (SELECT count(*) FROM entry),"
	    " (SELECT count(*) FROM signal), (SELECT count(*) FROM tombstone),"
	    " (SELECT count(*) FROM reject),"
	    " (SELECT count(*) FROM entry WHERE missing_since IS NOT NULL)",
	    "");

	*c = (struct ct_list_count){ 0 };
	if (!rc && (rc = ct_rows_next(r, err)) == 1) {
		c->entries = ct_rows_int(r, 0);
		c->signals = ct_rows_int(r, 1);
		c->tombstones = ct_rows_int(r, 2);
		c->rejects = ct_rows_int(r, 3);
		c->missing = ct_rows_int(r, 4);
		rc = 0;
	}
	ct_rows_close(r);
	return rc;
}

int
ct_list_cursor(struct ct_list *l, const char *name, struct ct_cursor *cur,
    struct ct_err *err)
{
	struct ct_rows *r;
	const char *next;
	int rc = ct_rows_open(&r, l->st, err,
	    "SELECT done_to, start, stop, next, next_at, total FROM cursor"
	    " WHERE name = ?",
	    "s", name);

	*cur = (struct ct_cursor){ 0 };
	if (!rc && (rc = ct_rows_next(r, err)) == 1) {
		cur->done_to = ct_rows_int(r, 0);
		cur->from = ct_rows_int(r, 1);
		cur->to = ct_rows_int(r, 2);
		next = ct_rows_text(r, 3);
		cur->next = next ? ct_strdup(next) : NULL;
		cur->next_at = ct_rows_int(r, 4);
		cur->total = ct_rows_int(r, 5);
		rc = 0;
	}
	ct_rows_close(r);
	return rc;
}

int
ct_list_set_cursor(struct ct_list *l, const char *name,
    const struct ct_cursor *cur, struct ct_err *err)
{
	return ct_store_do(l->st, err,
	    "INSERT OR REPLACE INTO cursor VALUES(?, ?, ?, ?, ?, ?, ?)",
	    "siiisii", name, cur->done_to, cur->from, cur->to, cur->next,
	    cur->next_at, cur->total);
}

int
ct_list_drop_cursor(struct ct_list *l, const char *name, struct ct_err *err)
{
	return ct_store_do(
	    l->st, err, "DELETE FROM cursor WHERE name = ?", "s", name);
}
