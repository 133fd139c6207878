/*
 * vault_dir.h - the vault directory, for vault_*.c only
 *
 * The log of ct-preserve is the vault's journal: what it does not say has not
 * happened, and index.db holds only what it says.  An act is done in this
 * order: the bytes durable, its line durable, its rows.
 *
 * An object is written as tmp/PID-N.part, which its writer keeps locked, and
 * synced.  That needs nobody else to wait.  Then, between begin and end, it is
 * linked to its place, that directory synced, its line written, and the part
 * unlinked.  So whatever a killed process left is found by a part that nobody
 * has locked: with a line it is finished, without one it was promised to
 * nobody.
 */
#ifndef CT_VAULT_DIR_H
#define CT_VAULT_DIR_H

#include <sys/types.h>

#include "audit.h"
#include "store.h"
#include "vault.h"

struct ct_vault {
	struct ct_store *store; /* index.db */
	struct ct_audit *audit;
	char *home, *dir; /* dir: HOME/vault */
	struct {
		int fd; /* -1: none; else open, and locked */
		char *path;
	} part;                    /* the object that is being made */
	unsigned parts;            /* made until now */
	bool ready;                /* to make objects: vault_ready */
	struct ct_audit_head head; /* of the log, as vault_begin found it */
	bool begun;
	bool looks; /* only reads: the tables are in memory, there is no lock */
	struct ct_audit_head seen; /* looks: what index.db has seen */
	bool agreed; /* the index was found to say what the log says */
	bool unsure; /* the last line may be there, or not: a sync failed */
};

/* ---- the log and its index ------------------------------------------------
 */

/* The handle alone: nothing is open or made. */
struct ct_vault *vault_handle(const char *home);

/*
 * Lock the log and bring the index up to date: until vault_end nobody else
 * acts, so what is read from the index is so.  *head (may be NULL) is the
 * log's end; the next line has head->seq + 1.  CT_TEMPFAIL: somebody else has
 * acted for half a minute.  CT_DATAERR: the log is damaged, or is not the one
 * that the index was made from.  Who only looks waits for nobody, and sees what
 * the log says now.
 */
int vault_begin(
    struct ct_vault *v, struct ct_audit_head *head, struct ct_err *err);

/*
 * Between the two: a line of this act with these members (taken; NULL:
 * CT_DATAERR), durable when 0; then what it says is in the index.  On failure
 * the line is not there, or v->unsure.  What the tables cannot take is not
 * logged: CT_DATAERR; nor is anything of who only looks: CT_CANTCREAT.
 */
int vault_log(
    struct ct_vault *v, const char *act, json_t *members, struct ct_err *err);
void vault_end(struct ct_vault *v);

/* begin, log, end. */
int vault_note(
    struct ct_vault *v, const char *act, json_t *members, struct ct_err *err);

extern const char *const vault_schema[], *const vault_tables[];

/* What a line says, into the tables: within a transaction. */
int vault_apply(struct ct_store *index, const char *act, const json_t *line,
    struct ct_err *err);

/* Up to which line an index has got; all zero: to none. */
int vault_seen(
    struct ct_store *index, struct ct_audit_head *head, struct ct_err *err);

/*
 * Read the whole log again and call differ for each table of the index that
 * does not say the same, with the number of rows that only one of both has.
 * CT_DATAERR: the log itself is damaged.  Other acts may go on meanwhile,
 * unless it is between begin and end.
 */
typedef int vault_differ_fn(
    const char *table, int64_t rows, void *arg, struct ct_err *err);
int vault_agrees(
    struct ct_vault *v, vault_differ_fn *differ, void *arg, struct ct_err *err);

/*
 * Before anything is destroyed, or called safe to destroy: dates and holds are
 * those of the log.  CT_DATAERR if the index says something else.  That costs a
 * pass over the log, once for each ct_vault_enter; so better not between begin
 * and end.
 */
int vault_must_agree(struct ct_vault *v, struct ct_err *err);

/*
 * Is this live object held?  1, and the holds' ids are added to the array
 * *holds (made if NULL, the caller's; holds may be NULL) if they are not in it;
 * 0; or a code.
 */
int vault_held(
    struct ct_vault *v, const char *id, json_t **holds, struct ct_err *err);

/*
 * The key of the report that is called so, by its key or by the number that an
 * authority gave it; the caller's.  What a slip of the finger names would hold
 * nothing: CT_NOINPUT if there is none; CT_USAGE if there are several, which
 * are named.
 */
int vault_report_key(
    struct ct_vault *v, const char *report, char **key, struct ct_err *err);

/* ---- objects ----------------------------------------------------------------
 */

/* Where object id belongs; where tmp/NAME is. */
char *vault_object(const struct ct_vault *v, const char *id);
char *vault_tmp(const struct ct_vault *v, const char *name);

/* In tmp/, for a moment, between begin and end: what vault_replace writes, and
 * the tables of vault_agrees. */
#define VAULT_WHOLE "new.file"
#define VAULT_CHECK "check"

/* Is a name 64 digits, as those of objects are? */
bool vault_is_id(const char *name);

/* Open object id: a descriptor, or -1 with errno. */
int vault_open_object(const struct ct_vault *v, const char *id);

/*
 * Is object id there, of this length, and do its bytes have its name?  0; CT_NO
 * if it is known not to be: nothing is there, no file, or other bytes, read to
 * their end; CT_TEMPFAIL if that cannot be told now, so it may be.  Costs one
 * read of the object.
 */
int vault_is_whole(const struct ct_vault *v, const char *id, int64_t bytes,
    struct ct_err *err);

/* Is name another object than id, and lives?  1, 0, or a code. */
int vault_whose(
    struct ct_vault *v, const char *name, const char *id, struct ct_err *err);

/*
 * Between begin and end: overwrite the own key of object id, unlink it, then
 * the same with its wraps, durably; also if it is damaged.  *missing: nothing
 * was in its place.  CT_DATAERR, with nothing done, if in its place is no file,
 * or all of another object that lives: a file that was moved.
 */
int vault_wipe(
    struct ct_vault *v, const char *id, bool *missing, struct ct_err *err);

/* The same with old, which was found damaged and whose row object id has taken
 * over; but if that is held, or something else is in the place of old, this
 * stays there, a stray, and the caller goes on. */
int vault_supersede(
    struct ct_vault *v, const char *old, const char *id, struct ct_err *err);

/* Is the file of object id that of a part, too?  Between begin and end: then
 * somebody was killed who made it. */
bool vault_is_part(const struct ct_vault *v, const char *id);

/* Unlink object id, which no line tells of, durably; that it is not there is no
 * error. */
int vault_unlink(const struct ct_vault *v, const char *id, struct ct_err *err);

/*
 * A new object, in two steps.  vault_write, not between begin and end, makes it
 * in tmp/: others may act and make objects meanwhile, so what called for it has
 * to be looked at again.  vault_commit, between begin and end, gives it its
 * place and logs act with members (taken) and object, sha256, size, bytes, key;
 * after either failed, or with vault_discard, nothing of it is left, or the
 * next run that makes objects settles it.  replaces: the id of one that is lost
 * or damaged, and lives, which vault_supersede ends; else NULL.
 */
int vault_write(struct ct_vault *v, const struct ct_vault_pub *pub,
    const json_t *manifest, int in, struct ct_vault_sealed *made,
    struct ct_err *err);
int vault_commit(struct ct_vault *v, const struct ct_vault_pub *pub,
    const struct ct_vault_sealed *made, const char *act, json_t *members,
    const char *replaces, struct ct_err *err);
void vault_discard(struct ct_vault *v);

/* Make path, below v->dir, hold these bytes, durably: between begin and end.
 * Killed, it leaves tmp/new.file, which goes with the next one, or with
 * vault_recover. */
int vault_replace(const struct ct_vault *v, const char *path, mode_t mode,
    const void *buf, size_t len, struct ct_err *err);

/* Before the first object is made, not between begin and end: its places are
 * there, and what killed processes left is put right. */
int vault_ready(struct ct_vault *v, struct ct_err *err);

/* Put right what killed processes left in tmp/: between begin and end. */
int vault_recover(struct ct_vault *v, struct ct_err *err);

/* ---- requests: vault_approve.c ----------------------------------------------
 */

/*
 * ct_vault_approved; *approval (the caller's) is who said so, for the log: each
 * as in rec.approval, with the public key that it fits.
 */
int vault_approval(const json_t *rec, const struct ct_conf *conf,
    const char *verb, json_t **approval, struct ct_err *err);

/* Is this member "request" one that the log has, as it is there?  0, CT_NOPERM,
 * or a code. */
int vault_is_logged(
    struct ct_vault *v, const json_t *request, struct ct_err *err);

/* The same, and may it still be done: CT_NOPERM also if it was done, or is
 * older than its approvals count. */
int vault_may_do(struct ct_vault *v, const json_t *request, struct ct_err *err);

/* ---- receipts: vault_receipt.c ----------------------------------------------
 */

/* Is the file of this receipt there, and this its digest? */
bool vault_receipt_is(const struct ct_vault *v, const char *env,
    const char *authority, const char *report_id, const char *sum);

/* The member submission into its file, durably; sum gets its digest. */
int vault_receipt_write(struct ct_vault *v, const char *env,
    const char *authority, const char *report_id, const json_t *submission,
    char sum[65], struct ct_err *err);

/* The name of its file below receipts/.  Release with free. */
char *vault_receipt_name(
    const char *env, const char *authority, const char *report_id);

/* All that an object is tied to, {"authority","env","id"} each, in order of
 * these, to the array *list (made, the caller's); and till when they keep it
 * (ms; 0: no clock ran; may be NULL). */
int vault_receipts(struct ct_vault *v, const char *object, json_t **list,
    int64_t *expires, struct ct_err *err);

/* What is in it: the caller's, or NULL if it is not there or has another
 * digest. */
json_t *vault_receipt_read(const struct ct_vault *v, const char *env,
    const char *authority, const char *report_id, const char *sum);

/* ---- records ----------------------------------------------------------------
 */

/* The checked members of a report record, borrowed from it. */
struct vault_report {
	const char *key, *env, *user; /* user may be NULL */
	int64_t part;
	json_t *files;
};
/* 0, CT_NO if rec is no report record, CT_DATAERR. */
int vault_report_of(
    const json_t *rec, struct vault_report *report, struct ct_err *err);

/* Did two people have this file destroyed, as evidence of the report or while
 * it was staged?  1, and id is what it was; 0; or a code. */
int vault_was_destroyed(struct ct_vault *v, const struct vault_report *report,
    const json_t *file, char id[CT_VAULT_ID + 1], struct ct_err *err);

#endif
