/*
 * list.h - the list of one source: its entries, kept in lists/NAME.db
 *
 * What the source said last of an entry holds.  One that the source withdrew is
 * a tombstone.
 *
 * A complete walk over the source is a generation: what is put carries its
 * number, so that afterwards what is absent can be told.
 *
 * Functions return 0 or a code of store.h.
 */
#ifndef CT_LIST_H
#define CT_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "entry.h"
#include "err.h"
#include "list_large.h"

struct ct_list_state {
	int64_t generation; /* of the last walk begun; 0: none yet */
	int64_t revision;   /* counts changes */
	int64_t compiled;   /* the revision that the index holds */
	int64_t last_run;   /* ms: the last run that got to its end; 0: never */
	int64_t last_reconcile; /* ms: end of the last complete walk */
	int64_t
	    guard_live; /* entries when the run began that is not over; -1 */
	int64_t guard_gone; /* of which it removed so many */
	int64_t rejected;   /* records refused in the last run */
};

struct ct_list;

/*
 * Open the list under home, made if absent.  With write, other processes are
 * kept out until it is closed: CT_TEMPFAIL if one is at it; and its hashes are
 * written again if they are not encrypted as rest.h says.  CT_NOPERM if it is
 * open to others, or its key is not there.
 */
int ct_list_open(struct ct_list **list, const char *home, const char *name,
    bool write, struct ct_err *err);
void ct_list_close(struct ct_list *list);

/* Bring a list that is not to be synced to the key of the configuration, as
 * opening it for writing does. */
int ct_list_settle(const char *home, const char *name, struct ct_err *err);

int ct_list_begin(struct ct_list *list, struct ct_err *err);
int ct_list_commit(struct ct_list *list, struct ct_err *err);
void ct_list_rollback(struct ct_list *list);

int ct_list_state(
    struct ct_list *list, struct ct_list_state *state, struct ct_err *err);
/* All but compiled, which has another writer: */
int ct_list_keep(struct ct_list *list, const struct ct_list_state *state,
    struct ct_err *err);

/* A run has got to its end, which put and removed so many entries: with
 * ct_list_keep, in one transaction. */
int ct_list_ran(struct ct_list *list, const struct ct_list_state *state,
    int64_t put, int64_t gone, struct ct_err *err);
/* Tell the audit log of ct-syncdb below home of such runs; returns the status
 * of the program, as ct_audit_feed_close. */
int ct_list_log(struct ct_list *list, const char *home, int status);

/*
 * The index of this generation holds this revision.  How the list was at the
 * last CT_LIST_KNOWN of those can be told afterwards.
 */
#define CT_LIST_KNOWN 10000
int ct_list_compiled(struct ct_list *list, uint64_t generation,
    int64_t revision, struct ct_err *err);

/* *n: signals that it had at this revision and has no more, or not as they
 * were. */
int ct_list_withdrawn(
    struct ct_list *list, int64_t revision, int64_t *n, struct ct_err *err);

/* The revision that the index of exactly this generation holds; CT_NO: it is
 * not known. */
int ct_list_held(struct ct_list *list, uint64_t generation, int64_t *revision,
    struct ct_err *err);

/* The same of any generation: *revision is -1 if the list was not there yet.
 * CT_NO: it is no longer known. */
int ct_list_revision(struct ct_list *list, uint64_t generation,
    int64_t *revision, struct ct_err *err);

/*
 * What the list is a copy of, such as a URL.  CT_CONFIG if it was made of
 * another: lists of two environments are never mixed.
 */
int ct_list_origin(
    struct ct_list *list, const char *origin, struct ct_err *err);

/* Put an entry: with these signals and no others, or with these besides. */
int ct_list_put(struct ct_list *list, const struct ct_entry *e,
    int64_t generation, bool besides, struct ct_err *err);

/* Make it a tombstone; *gone is incremented if it was live. */
int ct_list_remove(struct ct_list *list, const struct ct_entry *e,
    int64_t *gone, struct ct_err *err);

/*
 * The same for a run that may yet be refused: a live entry stays until
 * ct_list_fall, unless it is put again before; what was not live is a tombstone
 * at once.
 */
int ct_list_doom(struct ct_list *list, const struct ct_entry *e, int64_t *gone,
    struct ct_err *err);
int ct_list_fall(struct ct_list *list, int64_t *gone, struct ct_err *err);

/*
 * What the source tells of as one thing, by a name of its own, stands in the
 * list as these entries, and no others that it was before; n 0: it is gone.
 * *gone counts the live ones that are doomed.  After a sweep those that went
 * with it are forgotten.
 */
int ct_list_put_whole(struct ct_list *list, const char *whole, const char *at,
    const struct ct_entry *e, size_t n, int64_t generation, int64_t *gone,
    struct ct_err *err);
int ct_list_forget_parts(struct ct_list *list, struct ct_err *err);

/* Note a refused record: where it stood ("line 7"), and why; never the
 * record itself.  The notes of earlier runs go with ct_list_forget. */
int ct_list_reject(struct ct_list *list, const char *where, const char *why,
    struct ct_err *err);
int ct_list_forget(struct ct_list *list, struct ct_err *err);

/* Entries, signals, tombstones, rejects, missing entries now. */
struct ct_list_count {
	int64_t entries, signals, tombstones, rejects, missing;
};
int ct_list_count(
    struct ct_list *list, struct ct_list_count *count, struct ct_err *err);

/* How many MD5 stand beside one SHA-1 in one entry and beside another in
 * another, if any entry has changed since ct_list_begin: a file has only one.
 */
int ct_list_clashes(struct ct_list *list, int64_t *n, struct ct_err *err);

/* Remove the signals, then the entries, of generations before this one. */
int ct_list_sweep(struct ct_list *list, int64_t generation, int64_t *signals,
    struct ct_err *err);

/*
 * The same for a source whose absence proves little: an entry is removed when
 * it is absent from this walk and was already missing before it; what is
 * absent for the first time is marked missing, and still matches.
 */
int ct_list_sweep_twice(struct ct_list *list, int64_t generation,
    int64_t *entries, struct ct_err *err);

/* ---- how far a walk got ---------------------------------------------------
 */

struct ct_cursor {
	int64_t done_to;  /* ms: everything up to here is in the list */
	int64_t from, to; /* ms: the window at hand */
	char *next;       /* its next page; NULL: none is under way */
	int64_t next_at;  /* ms: when we were given it */
	int64_t total;    /* entries of the window as told first; 0: not told */
};

/* By name; zeroed if there is none.  Release next with free. */
int ct_list_cursor(struct ct_list *list, const char *name,
    struct ct_cursor *cur, struct ct_err *err);
int ct_list_set_cursor(struct ct_list *list, const char *name,
    const struct ct_cursor *cur, struct ct_err *err);
int ct_list_drop_cursor(
    struct ct_list *list, const char *name, struct ct_err *err);

/* ---- reading it all -------------------------------------------------------
 */

/* Called for each entry that has signals, in order of member, entry and
 * content.  Nonzero ends it and is returned. */
typedef int ct_list_each_fn(
    void *arg, const struct ct_entry *e, struct ct_err *err);
int ct_list_each(
    struct ct_list *list, ct_list_each_fn *each, void *arg, struct ct_err *err);

/* The same for this one; CT_NO if there is none. */
int ct_list_one(struct ct_list *list, const char *member, const char *entry,
    const char *content, ct_list_each_fn *each, void *arg, struct ct_err *err);

/* ---- verdicts, of a list of one's own ---------------------------------------
 *
 * Every decision about an entry stays on file; the last one noted stands.
 */

struct ct_list_decision {
	const char *act;     /* for the audit log; "": none */
	const char *verdict; /* a person's; "removed": taken out by hand */
	const char *by;
	int64_t at; /* ms: of the verdict */
};

/* The one that stands: 1 (release *verdict with free), or 0: there is none. */
int ct_list_verdict(struct ct_list *list, const char *entry, int64_t *at,
    char **verdict, struct ct_err *err);

/* Note one, in the transaction that puts the entry or removes it. */
int ct_list_decide(struct ct_list *list, const char *entry,
    const struct ct_list_decision *d, struct ct_err *err);

/* ---- what changed ---------------------------------------------------------
 */

/* For each entry that is not as it was at that revision, once, as it is now,
 * in no order: without signals it is gone. */
int ct_list_each_since(struct ct_list *list, int64_t revision,
    ct_list_each_fn *each, void *arg, struct ct_err *err);

/* How many, at most: some may be as they were again. */
int ct_list_changed(struct ct_list *list, int64_t revision, int64_t *entries,
    struct ct_err *err);

/*
 * Called for each signal of such an entry that came or went: e has that one
 * only.  why: NULL, it was added or changed; else it counts no longer,
 * "deleted", or "downvoted" if what its source thinks of it got worse.  What
 * went comes first, and then all that the entry has now.
 */
typedef int ct_list_diff_fn(
    void *arg, const struct ct_entry *e, const char *why, struct ct_err *err);
int ct_list_diff(struct ct_list *list, int64_t revision, ct_list_diff_fn *each,
    void *arg, struct ct_err *err);

#endif
