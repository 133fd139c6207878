#include "store.h"

#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "prog.h"

#define BUSY_MS 10000
#define CACHED 32

struct ct_store {
	sqlite3 *db;
	char *path;
	/* statements prepared before: found again by their text */
	struct cached {
		const char *sql;
		sqlite3_stmt *stmt;
		bool used;
	} cache[CACHED];
	int ncache;
};

struct ct_rows {
	sqlite3_stmt *stmt;
	struct ct_store *st;
	struct cached *from; /* NULL: the statement is ours alone */
};

/* sqlite3_errmsg may quote the SQL, which is ours, and never the data. */
static int
failed(struct ct_store *st, const char *what, struct ct_err *err)
{
	int code = CT_IOERR;

	switch (sqlite3_errcode(st->db) & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		code = CT_TEMPFAIL;
		break;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		code = CT_DATAERR;
		break;
	case SQLITE_NOMEM:
		code = CT_OSERR;
		break;
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
	case SQLITE_PERM:
		code = CT_CANTCREAT;
		break;
	case SQLITE_ERROR:
	case SQLITE_CONSTRAINT:
	case SQLITE_MISUSE:
	case SQLITE_RANGE:
		code = CT_SOFTWARE;
		break;
	default:
		break;
	}
	return ct_fail(
	    err, code, "'%s': %s: %s", st->path, what, sqlite3_errmsg(st->db));
}

static int
exec(struct ct_store *st, const char *sql, struct ct_err *err)
{
	if (sqlite3_exec(st->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return failed(st, "cannot write", err);
	return 0;
}

/* What tells one schema from another, as PRAGMA application_id: over 0. */
static int64_t
digest(const char *const schema[])
{
	uint32_t h = 2166136261;
	const char *s;

	for (; *schema; schema++)
		for (s = *schema; *s; s++)
			h = (h ^ (unsigned char)*s) * 16777619;
	return (h & INT32_MAX) | 1;
}

/* id: that of the schema, and the file is of no other; 0: of any. */
static int
migrate(struct ct_store *st, const char *const schema[], int64_t id,
    struct ct_err *err)
{
	int64_t have = 0, want = 0, is = 0;
	char pragma[96];
	int rc;

	while (schema[want])
		want++;
	if ((rc = ct_store_int(st, &have, err, "PRAGMA user_version", "")) > 1)
		return rc;
	if (id && have &&
	    (rc = ct_store_int(st, &is, err, "PRAGMA application_id", "")) > 1)
		return rc;
	if (id && have && is != id)
		return ct_fail(err, CT_DATAERR,
		    "'%s' was written by another version", st->path);
	if (have > want)
		return ct_fail(err, CT_CONFIG,
		    "'%s' was written by a later version", st->path);
	if (have == want)
		return 0;
	if ((rc = ct_store_begin(st, err)))
		return rc;
	/* another process may have done it while we waited for the lock */
	if ((rc = ct_store_int(st, &have, err, "PRAGMA user_version", "")) > 1)
		goto undo;
	for (rc = 0; !rc && have < want; have++)
		rc = exec(st, schema[have], err);
	if (rc)
		goto undo;
	(void)snprintf(pragma, sizeof pragma,
	    "PRAGMA user_version=%lld; PRAGMA application_id=%lld",
	    (long long)want, (long long)id);
	if ((rc = exec(st, pragma, err)) || (rc = ct_store_commit(st, err)))
		goto undo;
	return 0;
undo:
	ct_store_rollback(st);
	return rc;
}

/*
 * SQLite does not wait for another process that is just opening the same new
 * file, whatever the busy timeout: so we do.
 */
static int
use_wal(struct ct_store *st, struct ct_err *err)
{
	const struct timespec pause = { .tv_nsec = 5000000 };
	int64_t end = ct_mono() + BUSY_MS;
	int rc;

	while ((rc = exec(st, "PRAGMA journal_mode=WAL", err)) == CT_TEMPFAIL &&
	    ct_mono() < end)
		(void)nanosleep(&pause, NULL);
	return rc;
}

static int
use_scratch(struct ct_store *st, struct ct_err *err)
{
	if (unlink(st->path) < 0)
		return ct_fail_errno(
		    err, CT_IOERR, "cannot remove '%s'", st->path);
	return exec(st, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", err);
}

/* Nobody asks SQLite how much memory it has: to count it takes a lock at every
 * allocation. */
static void
set_up(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* The database of this name to SQLite; *out is to be closed, whatever comes. */
static int
connect_to(
    struct ct_store **out, const char *name, int flags, struct ct_err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct ct_store *st = *out = ct_alloc(1, sizeof *st);

	st->path = ct_strdup(name);
	(void)pthread_once(&once, set_up);
	flags |= SQLITE_OPEN_NOMUTEX;
	if (sqlite3_open_v2(name, &st->db, flags, NULL) != SQLITE_OK)
		return st->db ? failed(st, "cannot open", err)
			      : ct_fail(err, CT_OSERR, "out of memory");
	(void)sqlite3_busy_timeout(st->db, BUSY_MS);
	(void)sqlite3_extended_result_codes(st->db, 1);
	return 0;
}

/* Ready for use, or closed. */
static int
opened(struct ct_store **st, int rc)
{
	if (rc) {
		ct_store_close(*st);
		*st = NULL;
	}
	return rc;
}

static int
use_tables(struct ct_store *st, const char *const schema[], int64_t id,
    struct ct_err *err)
{
	int rc = exec(st,
	    "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
	    "PRAGMA temp_store=MEMORY",
	    err);

	return rc ? rc : migrate(st, schema, id, err);
}

/* id: see migrate.  sync: how durable; NULL: not at all */
static int
open_store(struct ct_store **out, const char *path, const char *const schema[],
    int64_t id, const char *sync, struct ct_err *err)
{
	int rc, fd;

	*out = NULL;
	/* SQLite gives its other files the mode of this one */
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return ct_fail_errno(
		    err, CT_CANTCREAT, "cannot open '%s'", path);
	(void)close(fd);
	rc = connect_to(
	    out, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, err);
	if (!rc)
		rc = sync ? use_wal(*out, err) : use_scratch(*out, err);
	if (!rc && sync)
		rc = exec(*out, sync, err);
	if (!rc)
		rc = use_tables(*out, schema, id, err);
	/* SQLite syncs it once, when it makes the log; a run that was
	 * killed then leaves files of which the next thinks them safe */
	if (!rc && sync)
		rc = ct_file_sync_dir(path, err);
	return opened(out, rc);
}

int
ct_store_open(struct ct_store **st, const char *path,
    const char *const schema[], struct ct_err *err)
{
	return open_store(st, path, schema, 0, "PRAGMA synchronous=FULL", err);
}

int
ct_store_open_index(struct ct_store **st, const char *path,
    const char *const schema[], struct ct_err *err)
{
	return open_store(
	    st, path, schema, digest(schema), "PRAGMA synchronous=NORMAL", err);
}

int
ct_store_open_scratch(struct ct_store **st, const char *path,
    const char *const schema[], struct ct_err *err)
{
	return open_store(st, path, schema, 0, NULL, err);
}

int
ct_store_open_memory(
    struct ct_store **st, const char *const schema[], struct ct_err *err)
{
	int rc = connect_to(st, ":memory:", SQLITE_OPEN_READWRITE, err);

	return opened(st, rc ? rc : use_tables(*st, schema, 0, err));
}

int
ct_store_open_still(struct ct_store **st, const char *path, struct ct_err *err)
{
	size_t cap = 3 * strlen(path) + 32, n;
	char *uri = ct_alloc(cap, 1);
	int rc;

	n = (size_t)snprintf(uri, cap, "file:");
	for (; *path; path++)
		n += (size_t)snprintf(uri + n, cap - n,
		    strchr("%?#", *path) ? "%%%02X" : "%c", (unsigned)*path);
	(void)snprintf(uri + n, cap - n, "?immutable=1");
	rc = connect_to(st, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, err);
	free(uri);
	return opened(st, rc);
}

void
ct_store_close(struct ct_store *st)
{
	if (!st)
		return;
	while (st->ncache)
		(void)sqlite3_finalize(st->cache[--st->ncache].stmt);
	(void)sqlite3_close(st->db);
	free(st->path);
	free(st);
}

/* keep: SQLITE_STATIC if what is given stays until the statement is done */
static int
bind(struct ct_rows *r, sqlite3_destructor_type keep, const char *fmt,
    va_list ap)
{
	const void *blob;
	size_t len;
	int i, rc = SQLITE_OK;

	for (i = 1; *fmt && rc == SQLITE_OK; fmt++, i++)
		switch (*fmt) {
		case 's':
			rc = sqlite3_bind_text(
			    r->stmt, i, va_arg(ap, const char *), -1, keep);
			break;
		case 'i':
			rc =
			    sqlite3_bind_int64(r->stmt, i, va_arg(ap, int64_t));
			break;
		case 'b':
			blob = va_arg(ap, const void *);
			len = va_arg(ap, size_t);
			rc = sqlite3_bind_blob64(r->stmt, i, blob, len, keep);
			break;
		default:
			rc = SQLITE_MISUSE;
		}
	return rc;
}

/* Parameter i, whose text is freed by SQLite. */
static int
bind_text(sqlite3_stmt *stmt, int i, const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT);

	return text ? sqlite3_bind_text(stmt, i, text, -1, free) : SQLITE_NOMEM;
}

static int
bind_named(sqlite3_stmt *stmt, const json_t *values)
{
	int i, rc = SQLITE_OK, n = sqlite3_bind_parameter_count(stmt);
	const json_t *value;
	const char *name;

	for (i = 1; i <= n && rc == SQLITE_OK; i++) {
		name = sqlite3_bind_parameter_name(stmt, i);
		value = name && *name == ':' ? json_object_get(values, name + 1)
					     : values;
		if (!value || json_is_null(value))
			rc = sqlite3_bind_null(stmt, i);
		else if (json_is_string(value))
			rc = sqlite3_bind_text(stmt, i,
			    json_string_value(value),
			    (int)json_string_length(value), SQLITE_TRANSIENT);
		else if (json_is_integer(value))
			rc = sqlite3_bind_int64(
			    stmt, i, json_integer_value(value));
		else
			rc = bind_text(stmt, i, value);
	}
	return rc;
}

/* The text is compared too: the caller's may have been on the stack. */
static struct cached *
find(struct ct_store *st, const char *sql)
{
	struct cached *c;

	for (c = st->cache; c < st->cache + st->ncache; c++)
		if (c->sql == sql && !c->used &&
		    strcmp(sqlite3_sql(c->stmt), sql) == 0)
			return c;
	return NULL;
}

static int
statement(struct ct_rows *r, const char *sql)
{
	struct ct_store *st = r->st;
	int rc;

	r->from = find(st, sql);
	if (r->from) {
		r->from->used = true;
		r->stmt = r->from->stmt;
		return SQLITE_OK;
	}
	rc = sqlite3_prepare_v2(st->db, sql, -1, &r->stmt, NULL);
	if (rc == SQLITE_OK && r->stmt && st->ncache < CACHED) {
		r->from = &st->cache[st->ncache++];
		*r->from = (struct cached){ sql, r->stmt, true };
	}
	return rc;
}

static void
release(struct ct_rows *r)
{
	if (r->from) {
		(void)sqlite3_reset(r->stmt);
		(void)sqlite3_clear_bindings(r->stmt);
		r->from->used = false;
	} else {
		(void)sqlite3_finalize(r->stmt);
	}
}

/* r->st is set; release it, whatever comes. */
static int
prepare(struct ct_rows *r, sqlite3_destructor_type keep, const char *sql,
    const char *fmt, va_list ap, struct ct_err *err)
{
	if (statement(r, sql) != SQLITE_OK ||
	    bind(r, keep, fmt, ap) != SQLITE_OK)
		return failed(r->st, "cannot query", err);
	return 0;
}

int
ct_store_do_named(struct ct_store *st, struct ct_err *err, const char *sql,
    const json_t *values)
{
	struct ct_rows r = { .st = st };
	int rc;

	if (statement(&r, sql) != SQLITE_OK ||
	    bind_named(r.stmt, values) != SQLITE_OK) {
		rc = failed(st, "cannot query", err);
	} else {
		while ((rc = ct_rows_next(&r, err)) == 1)
			continue;
	}
	release(&r);
	return rc;
}

int
ct_rows_open(struct ct_rows **rows, struct ct_store *st, struct ct_err *err,
    const char *sql, const char *fmt, ...)
{
	struct ct_rows *r = ct_alloc(1, sizeof *r);
	va_list ap;
	int rc;

	r->st = st;
	va_start(ap, fmt);
	rc = prepare(r, SQLITE_TRANSIENT, sql, fmt, ap, err);
	va_end(ap);
	if (rc) {
		ct_rows_close(r);
		r = NULL;
	}
	*rows = r;
	return rc;
}

int
ct_rows_next(struct ct_rows *rows, struct ct_err *err)
{
	switch (sqlite3_step(rows->stmt)) {
	case SQLITE_ROW:
		return 1;
	case SQLITE_DONE:
		return 0;
	default:
		return failed(rows->st, "cannot read or write", err);
	}
}

const char *
ct_rows_text(struct ct_rows *rows, int col)
{
	return (const char *)sqlite3_column_text(rows->stmt, col);
}

int64_t
ct_rows_int(struct ct_rows *rows, int col)
{
	return sqlite3_column_int64(rows->stmt, col);
}

const void *
ct_rows_blob(struct ct_rows *rows, int col, size_t *len)
{
	const void *p = sqlite3_column_blob(rows->stmt, col);

	*len = (size_t)sqlite3_column_bytes(rows->stmt, col);
	return p;
}

bool
ct_rows_null(struct ct_rows *rows, int col)
{
	return sqlite3_column_type(rows->stmt, col) == SQLITE_NULL;
}

void
ct_rows_close(struct ct_rows *rows)
{
	if (!rows)
		return;
	release(rows);
	free(rows);
}

int
ct_store_do(struct ct_store *st, struct ct_err *err, const char *sql,
    const char *fmt, ...)
{
	struct ct_rows r = { .st = st };
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = prepare(&r, SQLITE_STATIC, sql, fmt, ap, err);
	va_end(ap);
	while (!rc && (rc = ct_rows_next(&r, err)) == 1)
		rc = 0;
	release(&r);
	return rc;
}

int
ct_store_begin(struct ct_store *st, struct ct_err *err)
{
	return ct_store_do(st, err, "BEGIN IMMEDIATE", "");
}

int
ct_store_commit(struct ct_store *st, struct ct_err *err)
{
	return ct_store_do(st, err, "COMMIT", "");
}

void
ct_store_rollback(struct ct_store *st)
{
	if (!sqlite3_get_autocommit(st->db))
		(void)sqlite3_exec(st->db, "ROLLBACK", NULL, NULL, NULL);
}

int64_t
ct_store_last_id(struct ct_store *st)
{
	return sqlite3_last_insert_rowid(st->db);
}

int64_t
ct_store_changes(struct ct_store *st)
{
	return sqlite3_changes64(st->db);
}

int
ct_store_int(struct ct_store *st, int64_t *value, struct ct_err *err,
    const char *sql, const char *fmt, ...)
{
	struct ct_rows r = { .st = st };
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = prepare(&r, SQLITE_STATIC, sql, fmt, ap, err);
	va_end(ap);
	if (!rc && (rc = ct_rows_next(&r, err)) == 1)
		*value = ct_rows_int(&r, 0);
	release(&r);
	return rc;
}

int
ct_store_text(struct ct_store *st, char **value, struct ct_err *err,
    const char *sql, const char *fmt, ...)
{
	struct ct_rows r = { .st = st };
	const char *text;
	va_list ap;
	int rc;

	*value = NULL;
	va_start(ap, fmt);
	rc = prepare(&r, SQLITE_STATIC, sql, fmt, ap, err);
	va_end(ap);
	if (!rc && (rc = ct_rows_next(&r, err)) == 1) {
		text = ct_rows_text(&r, 0);
		*value = ct_strdup(text ? text : "");
	}
	release(&r);
	return rc;
}
