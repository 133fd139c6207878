/*
 * store.h - state in SQLite: WAL, durable when committed, one owner a file
 *
 * A statement's parameters are given by a format, one letter each:
 *	s  const char * (NULL is null)      i  int64_t
 *	b  const void *, size_t (a blob)
 * Every function returns 0 or CT_TEMPFAIL (busy), CT_IOERR, CT_DATAERR (the
 * file is damaged or no database), CT_SOFTWARE (our SQL is wrong).
 */
#ifndef CT_STORE_H
#define CT_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "rec.h"

struct ct_store; /* for one thread at a time */

/*
 * Open the database at path, mode 0600; made if it is not there.  schema is
 * an array of SQL scripts ended by NULL: script k brings version k to k + 1
 * (PRAGMA user_version), so what is released is never edited, only followed.
 * CT_CONFIG if the file is of a later version than this program knows.
 */
int ct_store_open(struct ct_store **st, const char *path,
    const char *const schema[], struct ct_err *err);
/* The same for what can be made again from elsewhere: a commit costs no sync,
 * and a power cut may take the last ones, never a part of one.  A file of
 * another schema is not brought to this one, but CT_DATAERR. */
int ct_store_open_index(struct ct_store **st, const char *path,
    const char *const schema[], struct ct_err *err);
/* The same for what nobody needs afterwards: the file is unlinked at once. */
int ct_store_open_scratch(struct ct_store **st, const char *path,
    const char *const schema[], struct ct_err *err);
/* The same, in memory. */
int ct_store_open_memory(
    struct ct_store **st, const char *const schema[], struct ct_err *err);
/* Read what is in the file at path and nothing beside it, while nobody writes
 * to it: no lock is taken, no file made. */
int ct_store_open_still(
    struct ct_store **st, const char *path, struct ct_err *err);
/*
 * DIR/NAME-ENV.db, of the test environment or of production, which are never in
 * one file.  own: as its only writer, made if it is not there: *lock, then to
 * be closed, keeps others out, CT_TEMPFAIL if one is at it.  Without own *lock
 * is -1, and a file that is not there is CT_NO.
 */
int ct_store_open_env(struct ct_store **st, int *lock, const char *dir,
    const char *name, bool production, bool own, const char *const schema[],
    struct ct_err *err);
void ct_store_close(struct ct_store *st);

/* Run one statement to its end. */
int ct_store_do(struct ct_store *st, struct ct_err *err, const char *sql,
    const char *fmt, ...);

/*
 * The same with parameters by name: :NAME is that member of values, a text or
 * an integer, null if it is not there; an array or object is its JSON text.
 * $NAME is that of values as a whole.
 */
int ct_store_do_named(struct ct_store *st, struct ct_err *err, const char *sql,
    const json_t *values);

/* BEGIN IMMEDIATE; what follows is durable when commit returned 0. */
int ct_store_begin(struct ct_store *st, struct ct_err *err);
int ct_store_commit(struct ct_store *st, struct ct_err *err);
void ct_store_rollback(struct ct_store *st); /* keeps the error at hand */

/*
 * What was removed or replaced before goes from the file and its log: both are
 * written anew, which takes the room again where SQLite keeps what is
 * temporary. CT_TEMPFAIL also while another reads it.
 */
int ct_store_scrub(struct ct_store *st, struct ct_err *err);

int64_t ct_store_last_id(struct ct_store *st); /* rowid of the last insert */
int64_t ct_store_changes(struct ct_store *st); /* rows of the last statement */

/* ---- rows of a query ------------------------------------------------------
 */

struct ct_rows;

int ct_rows_open(struct ct_rows **rows, struct ct_store *st, struct ct_err *err,
    const char *sql, const char *fmt, ...);

/* Step to the next row: 1, 0 at the end, or a code. */
int ct_rows_next(struct ct_rows *rows, struct ct_err *err);

/* Column col (from 0) of this row, borrowed until the next step. */
const char *ct_rows_text(struct ct_rows *rows, int col); /* NULL if null */
int64_t ct_rows_int(struct ct_rows *rows, int col);
const void *ct_rows_blob(struct ct_rows *rows, int col, size_t *len);
bool ct_rows_null(struct ct_rows *rows, int col);
void ct_rows_close(struct ct_rows *rows);

/*
 * The first column of the first row.  Returns 1 with *value, 0 if no row, or
 * a code.  Release the text with free.
 */
int ct_store_int(struct ct_store *st, int64_t *value, struct ct_err *err,
    const char *sql, const char *fmt, ...);
int ct_store_text(struct ct_store *st, char **value, struct ct_err *err,
    const char *sql, const char *fmt, ...);

#endif
