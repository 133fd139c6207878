/*
 * queue.h - the queue of people: items, verdicts, batches, views (review.db)
 *
 * An item is one object with one content of one account; what has no bytes has
 * what it tells for its content.  It is open, then
 * decided (and may be decided anew), then released with a batch, from when on
 * its verdict stands, then acked by a finished report to production: a report
 * to the test environment is noted, and ends nothing.  Of a verdict that
 * reports nothing an item stays decided.
 *
 * A batch is what one report is made of: the items of one account that were
 * released together and are about one offence; an item of no account is a batch
 * of its own.  What is
 * decided later gets a later batch, so a batch never grows behind a report.
 * What only supplements needs no verdict, is no reason for a batch, and goes
 * along with the next one of its account.
 */
#ifndef CT_QUEUE_H
#define CT_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "blake.h"
#include "err.h"
#include "rec.h"
#include "verdict.h"

struct ct_queue;

/* Open dir/review.db and dir/review.key; what is not there is made. */
int ct_queue_open(struct ct_queue **q, const char *dir, struct ct_err *err);
void ct_queue_close(struct ct_queue *q);

/*
 * From now on verdicts, views, batches and acks go into the audit log of
 * ct-review below home, as audit.h says of a feed; the second ends that, and
 * returns the status of the run.
 */
void ct_queue_feed(struct ct_queue *q, const char *home);
int ct_queue_fed(struct ct_queue *q, int status);

struct ct_taking {
	bool all;                /* whatever ct-match said */
	bool undecided;          /* also what is neither match nor clean */
	bool replace;            /* corrections of what is queued */
	const char *reason, *by; /* a person wants each of them looked at,
				    whatever ct-match said; or NULL */
};

/*
 * Queue a record with id, hashes.sha256 (or ct_review_content) and perhaps
 * user.id.  *outcome, for a tally: "not for review" (see ct_review_due);
 * "queued"; "queued late", see ct-review(1); "known", it was there; "updated",
 * an item that production has not acked has this record now: with replace, or a
 * supplement that nobody decided about and that matches now.  State and kind go
 * with the record until somebody decides or it is released; verdict and batch
 * stay.  Durable on return. CT_DATAERR if it cannot be an item; CT_NOPERM if it
 * went out as a supplement and would be more.
 */
int ct_queue_add(struct ct_queue *q, const json_t *rec,
    const struct ct_taking *how, const char **outcome, struct ct_err *err);

/* Which items; what is NULL does not matter.  sha256: 64 digits, as of what is
 * seen below, of either case, as records have them. */
struct ct_pick {
	const char *account, *item, *sha256;
};

/* Called with a record of our own; nonzero stops and is returned. */
typedef int ct_queue_fn(json_t *rec, void *arg, struct ct_err *err);

/*
 * What a person reported is queued already: how->reason of it, also, for all
 * items picked, of which item is set.  CT_NO if there are none.
 */
int ct_queue_reported(struct ct_queue *q, const struct ct_pick *pick,
    const struct ct_taking *how, struct ct_err *err);

/* The open items, as queued, those of one account together, oldest first; with
 * review.content if they have no bytes. */
int ct_queue_list(struct ct_queue *q, const struct ct_pick *pick,
    ct_queue_fn *fn, void *arg, struct ct_err *err);

struct ct_decision {
	const struct ct_verdict *verdict;
	const char *class, *by, *note; /* class, note: or NULL */
	const json_t *annotations;     /* names of offence.h, or NULL */
	const char *incident; /* an offence as operators write it, or NULL */
	const char *priority; /* why it must be looked at first, or NULL */
};
#define CT_PRIORITY_MAX 3000

/* CT_USAGE, in words of ct-review, if this cannot be a decision. */
int ct_decision_check(const struct ct_pick *pick, const struct ct_decision *d,
    struct ct_err *err);

/*
 * Decide all open items picked that d->by did not decide yet, or if pick->item
 * is set that one, open or decided; then hand out each with "review": {verdict,
 * class, by, at}.  All or none.  CT_NOINPUT if there is none, CT_USAGE if an
 * item is ambiguous, CT_NOPERM if it is released.
 */
int ct_queue_decide(struct ct_queue *q, const struct ct_pick *pick,
    const struct ct_decision *d, ct_queue_fn *fn, void *arg,
    struct ct_err *err);

/* Which batches; zeroed: all. */
struct ct_wanted {
	const char *account; /* only of this one; NULL: of any */
	const json_t *items; /* an array of ids of this account: release and
				hand out only what they are in; or NULL */
	bool all;            /* also what reports nothing, without batch */
	bool test;           /* not what test reports have acked */
	bool preview;        /* release nothing */
	int64_t settle;      /* ms, or 0: release nothing of an account that was
				decided about, or had an item queued that is open,
				less than that ago; but for what has a priority, or
				waits for CT_SETTLE_MOST times as long */
};
#define CT_SETTLE_MOST 3

/*
 * Release what is decided and reportable, then hand out every batch that
 * production has not acked as a whole, each item with "review": {verdict,
 * class, by, at, batch, items, content, prior, viewed, mac}; items is how many
 * the batch has, so that half of it is not taken for all.  A preview has
 * "preview": true and, of what is not released, no batch.  CT_NOINPUT if an
 * item is not there.
 */
int ct_queue_decided(struct ct_queue *q, const struct ct_wanted *wanted,
    ct_queue_fn *fn, void *arg, struct ct_err *err);

/*
 * Of a report record whose submission.state is finished: ack those of its
 * report.files that are also in its submission.files, and its report.texts and
 * report.missing, in one transaction.  *outcome, for a tally: what it was.  A
 * receipt of another authority ends nothing: NCMEC's is still to come.
 * CT_DATAERR if one of them is no
 * released item of ours, or if submission.env is not report.env.
 */
int ct_queue_ack(struct ct_queue *q, const json_t *rec, const char **outcome,
    struct ct_err *err);

/* {"open", "decided", "released", "tested", "acked", "supplemental",
 * "accounts", "oldest", "verdicts"}; tested: those of released that a test
 * report has; supplemental: what waits for others.  Release with json_decref.
 */
int ct_queue_stats(struct ct_queue *q, json_t **stats, struct ct_err *err);

/* ---- records (no database needed) -----------------------------------------
 */

/*
 * The content of a record by what it tells: 64 digits and a NUL, a digest of
 * incident.text, incident.url and threads alone, so that a correction of
 * anything else is the same content.  CT_NO if it tells nothing; CT_DATAERR if
 * one of them is not what ct-record(5) says.
 */
int ct_review_content(const json_t *rec, char content[65], struct ct_err *err);

/* Has it this member?  What is null is absent. */
bool ct_review_has(const json_t *rec, const char *member);

/* Did ct-match find it? */
bool ct_review_matches(const json_t *rec);

/* Is it about a file, though perhaps not hashed yet? */
bool ct_review_bytes(const json_t *rec);

/* Does it only supplement what else is reported?  Not what a person decided to
 * be a reason to report, nor, undecided, a match. */
bool ct_review_along(const json_t *rec);

/* The highest of its scores that a person is to look at, 0 to CT_REVIEW_SCORE;
 * -1: none. */
#define CT_REVIEW_SCORE 100
long ct_review_score(const json_t *rec);

/* Is it for the queue: a match, a supplement, what tells something, what a
 * classifier wants looked at, or with undecided also what is neither match nor
 * clean? */
bool ct_review_due(const json_t *rec, bool undecided);

/* ---- policy: the section [review] of the configuration ------------------- */

struct ct_policy {
	char *reviewers; /* names between blanks; NULL: anybody */
	/* of a report of Coop's, the members of reportedItem.data that name the
	 * account, and when it happened; or NULL */
	char *coop_account, *coop_time;
	bool second[CT_VERDICTS]; /* which want a second person to say so */
	long least; /* items of an account to be decided one by one before the
		       others may be at once */
	long views; /* contents that a person may see closer than as a tile in
		       a shift; 0: no end */
	long near;  /* bits that a suggestion's hash may be away; -1: never */
	int64_t lease, shift; /* ms */
};

/* CT_CONFIG.  Release with ct_policy_free. */
int ct_policy_load(
    struct ct_policy *p, const char *conf_path, struct ct_err *err);
void ct_policy_free(struct ct_policy *p);

/* From now on q keeps to it; it stays the caller's. */
void ct_queue_policy(struct ct_queue *q, const struct ct_policy *p);

/* May this person decide and view?  CT_NOPERM. */
int ct_queue_admits(
    const struct ct_queue *q, const char *by, struct ct_err *err);

/* ---- jobs ------------------------------------------------------------------
 *
 * A job is what is open of one account, or one open item of no account.  It is
 * in the hands of one person at a time, and that person has one job: until it
 * is decided or given back, or a time has passed without a sign of life.
 */

/*
 * Take the job that by has in hand, or else the most urgent one that nobody
 * has: first what has a priority, then what a person reported, then what waits
 * longest.  What by has decided and what waits for somebody else is not taken.
 * pick: only such (account or item), or NULL; CT_TEMPFAIL if somebody else has
 * it.  *job, to be released:
 *	{"account" or "item", "items": 3, "by": "r7", "until": time}
 * CT_NO, and *job NULL, if there is none.
 */
int ct_queue_take(struct ct_queue *q, const char *by,
    const struct ct_pick *pick, json_t **job, struct ct_err *err);

/*
 * The items that by has in hand and can decide, most urgent first, each as it
 * was queued with "review": {content, lease: {by, until}, reasons, wants,
 * suggest, viewed}.  wants: "a second person", or "a third" if two differ;
 * nobody is told what others said.  suggest: what was decided of the same
 * content, or of one that looks like it: {verdict, class, by, at, distance}.
 */
int ct_queue_job(struct ct_queue *q, const char *by, ct_queue_fn *fn, void *arg,
    struct ct_err *err);

/* Keep it for another while; CT_NO if by has nothing in hand any more. */
int ct_queue_keep(struct ct_queue *q, const char *by, struct ct_err *err);

/* What is open, and of how many accounts (all of no account are one); of more
 * than CT_WAITS, that many. */
#define CT_WAITS 10000
int ct_queue_waits(
    struct ct_queue *q, int64_t *open, int64_t *accounts, struct ct_err *err);

/* Give it back; CT_NO if there was none. */
int ct_queue_give(struct ct_queue *q, const char *by, struct ct_err *err);

/*
 * Decide every item that by has in hand as what was decided of the very same
 * content says, but for a priority; then hand out each as ct_queue_decide does.
 * It is no decision one by one.  CT_NOINPUT if there is none.
 */
int ct_queue_agree(struct ct_queue *q, const char *by, ct_queue_fn *fn,
    void *arg, struct ct_err *err);

/* ---- what was seen ---------------------------------------------------------
 */

struct ct_viewed {
	const char *level; /* none metadata tile obscured full */
	bool entire;       /* the whole content was displayed */
	bool exif;         /* so were its embedded metadata */
};

/*
 * A person is about to see this content: durable on return, and it counts
 * whatever becomes of them.  CT_NOPERM: by is none of the reviewers, or has
 * seen as many as a shift has.  Only a viewer may call it.
 */
int ct_queue_view_begin(struct ct_queue *q, const char *sha256, const char *by,
    const struct ct_viewed *v, int64_t *view, struct ct_err *err);
/* It was seen for so long. */
int ct_queue_view_end(
    struct ct_queue *q, int64_t view, int64_t seconds, struct ct_err *err);

/* Contents that by has seen closer than as a tile in this shift. */
int ct_queue_shift(
    struct ct_queue *q, const char *by, int64_t *seen, struct ct_err *err);

/* ---- the proof of it, for ct-report (no database needed) ----------------- */

/* Read dir/review.key.  CT_NOINPUT if there is none; wipe it after use. */
int ct_review_key(
    const char *dir, uint8_t key[CT_BLAKE_KEY], struct ct_err *err);

/* 64 hex digits and a NUL over content and what was seen of it. */
void ct_review_mac(const uint8_t key[CT_BLAKE_KEY], const char *sha256,
    const struct ct_viewed *v, char mac[65]);

/*
 * Does rec.review.mac prove rec.review.viewed of rec.hashes.sha256?  Then *v
 * is what it says (level borrowed from rec), else false and *v says none.
 */
bool ct_review_proven(
    const uint8_t key[CT_BLAKE_KEY], const json_t *rec, struct ct_viewed *v);

/* The proof of the verdict, for ct-syncdb: 64 hex digits and a NUL over
 * verdict, class, by, at and second of rec.review and the hashes that were
 * decided about; is rec.review.proof that? */
void ct_review_vouch(
    const uint8_t key[CT_BLAKE_KEY], const json_t *rec, char proof[65]);
bool ct_review_vouched(const uint8_t key[CT_BLAKE_KEY], const json_t *rec);

#endif
