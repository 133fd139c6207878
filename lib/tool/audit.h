/*
 * audit.h - what was done, by whom and when: a hash chain a program
 *
 * HOME/audit/PROGRAM.log, mode 0600, one act a line, see ct-audit(5):
 *	{"seq":1,"prev":"64 hex digits","at":"2026-11-28T12:00:00Z",
 *	 "mono":123456,"boot":"boot id","uid":1000,"tool":"ct-preserve",
 *	 "act":"seal", members of the act}
 * without blanks, these eight first and in this order.  prev is the
 * BLAKE2b-256 of the line before with its newline, 64 zeros in the first.  A
 * line that is synced together with some before it has "behind" then: how many
 * bytes these are.
 *
 * A handle is for one thread.  Two of them, also in one process, wait for each
 * other's lock.
 */
#ifndef CT_AUDIT_H
#define CT_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "rec.h"
#include "store.h"

struct ct_audit;

/* A place in a log: behind line seq.  All zero: before the first. */
struct ct_audit_head {
	int64_t seq, at; /* its number; its time in ms */
	int64_t offset;  /* bytes of the log up to its end */
	uint8_t sum[32]; /* the digest that the next line names */
};

/*
 * Open the log of a program for more lines; it and the directory are made
 * durably if they are not there.  CT_CANTCREAT, CT_IOERR.
 */
int ct_audit_open(struct ct_audit **audit, const char *home,
    const char *program, struct ct_err *err);

/* Open the log at path for reading only, wherever it is.  CT_NOINPUT. */
int ct_audit_look(
    struct ct_audit **audit, const char *path, struct ct_err *err);

void ct_audit_close(struct ct_audit *audit);

/*
 * Have the log to oneself, waiting up to 30 s for it, and read where it ends.
 * What a power cut tore is cut off, and a line "cut" with "bytes" tells so,
 * durable before this returns; unless they are all NUL they are in
 * PROGRAM.cut-SEQ then, SEQ of that line.  That is: bytes behind the last
 * newline; NULs that no line of a log follows; and NULs or bytes that are no
 * line, if all lines that follow are of an earlier boot, and of the one batch
 * that was to be synced together with what was there.  CT_TEMPFAIL (another has
 * it, the log was moved away, or a sync failed earlier), CT_IOERR, CT_DATAERR
 * if its last line is no line of a log, or others follow NULs.
 */
int ct_audit_lock(
    struct ct_audit *audit, struct ct_audit_head *head, struct ct_err *err);
void ct_audit_unlock(struct ct_audit *audit);

/*
 * Locked: add a line, durable when this returns 0; *head (may be NULL) is
 * where it ends.  members is an object, stays the caller's and may be NULL;
 * none of them has the name of one of the first eight, or behind.  A line that
 * cannot be written whole is taken back (CT_IOERR).  If it cannot be synced, it
 * is taken back as far as that goes, CT_TEMPFAIL, and this handle writes
 * nothing more: the next reads from the disk what became of it.  CT_DATAERR:
 * over CT_REC_MAX bytes (rec.h), or no valid text.
 */
int ct_audit_add(struct ct_audit *audit, const char *act, const json_t *members,
    struct ct_audit_head *head, struct ct_err *err);

/* Lock, add, unlock. */
int ct_audit_note(struct ct_audit *audit, const char *act,
    const json_t *members, struct ct_err *err);

/*
 * Call fn for each line behind *from (NULL: all), with its place; what it
 * returns but 0 ends the walk and is returned.  The chain is checked, from the
 * line that *from is behind on: CT_DATAERR names the first that is wrong.
 * Without the lock, a line that is being written is not seen.
 */
typedef int ct_audit_fn(const json_t *line, const struct ct_audit_head *head,
    void *arg, struct ct_err *err);
int ct_audit_each(struct ct_audit *audit, const struct ct_audit_head *from,
    ct_audit_fn *fn, void *arg, struct ct_err *err);

/* Where its last whole line ends, without the lock.  CT_DATAERR, CT_IOERR. */
int ct_audit_last(
    struct ct_audit *audit, struct ct_audit_head *head, struct ct_err *err);

/* ---- lines of what a store says ------------------------------------------
 *
 * For programs whose truth is in tables to which rows are only added: every
 * row that the log does not have yet becomes a line, once, whatever died in
 * between, with one sync for all of them.
 *
 * Each line has the member "row", an object: name is up to which row the log
 * has got in the table of that name; other names are of others in the same
 * log.  If the row that the log has got to is gone, the table is not the one
 * that it was: a line "restart" with "table" tells so, and all rows are taken
 * anew.
 */
struct ct_audit_table {
	const char *name;
	/* one parameter, the row up to which the log has got; gives those
	 * after it in order: row (an ascending integer over 0), act, members
	 * (the text of an object; what is null in it is left out) */
	const char *sql;
};

/*
 * Take what is new in these tables, up to one without a name.  Not in a
 * transaction.  Returns 0, a code of ct_audit_lock or ct_audit_add, or of the
 * store.
 */
int ct_audit_follow(struct ct_audit *audit, struct ct_store *store,
    const struct ct_audit_table *tables, struct ct_err *err);

/* For what is counted and has no table: a line if row is another than the one
 * that the log has got to. */
int ct_audit_reach(struct ct_audit *audit, const char *name, int64_t row,
    const char *act, const json_t *members, struct ct_err *err);

/*
 * The whole of it, for a program's run: takes what is new when it begins, at
 * most once a second in between, and when it ends.  A log that cannot be
 * written stops no program: it goes on, and what is not in the log yet is in
 * the store, for the next run.
 */
struct ct_audit_feed {
	struct ct_audit *audit; /* NULL: there is none, see why */
	struct ct_store *store;
	const struct ct_audit_table *tables;
	int64_t last;      /* ct_mono of when it took what was new */
	struct ct_err why; /* what became of that */
};
void ct_audit_feed_open(struct ct_audit_feed *feed, const char *home,
    const char *program, struct ct_store *store,
    const struct ct_audit_table *tables);
void ct_audit_feed_tick(struct ct_audit_feed *feed);
/* Both return the status of the run, or CT_TEMPFAIL if that is more and not all
 * is in the log, which is said. */
int ct_audit_feed_close(struct ct_audit_feed *feed, int status);
int ct_audit_missed(const struct ct_err *why, int status);

/* ---- a log as it is, whatever was done to it ------------------------------
 */

struct ct_audit_scan;

/* Open the log at path, which is only read, without its lock.  CT_NOINPUT. */
int ct_audit_scan_open(
    struct ct_audit_scan **scan, const char *path, struct ct_err *err);
void ct_audit_scan_close(struct ct_audit_scan *scan);

struct ct_audit_text {    /* a line; borrowed until the next call */
	const char *line; /* with its newline */
	size_t len;
	bool known; /* it is one of a log; else seq and at are a guess */
	int64_t seq, at;
	const char *tool; /* known: the program's name, not ended by a NUL */
	size_t toollen;
	const struct ct_audit_head *head; /* behind it */
	/* the chain is broken here: what is wrong, and the number of the first
	 * line that is not what it was; the one before it has nothing that
	 * vouches for it */
	const char *wrong;
	int64_t bad;
};

/*
 * The next line; behind a broken link the chain begins anew.  Returns 1, 0 at
 * the end (*text then has the bytes behind the last newline), or CT_IOERR.
 */
int ct_audit_scan_next(
    struct ct_audit_scan *scan, struct ct_audit_text *text, struct ct_err *err);

#endif
