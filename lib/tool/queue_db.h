/* queue_db.h - what the files of queue share */
#ifndef CT_QUEUE_DB_H
#define CT_QUEUE_DB_H

#include "audit.h"
#include "queue.h"
#include "store.h"

#define CT_NEAR_HASH 32 /* bytes of PDQ */

struct ct_queue {
	struct ct_store *st;
	struct ct_audit_feed feed;
	uint8_t key[CT_BLAKE_KEY];
	const struct ct_policy *policy; /* NULL: none was set */
};

const struct ct_policy *ct_queue_rules(const struct ct_queue *q);

/* End a transaction: commit if rc is 0, else undo; the code of both. */
int ct_queue_end(struct ct_queue *q, int rc, struct ct_err *err);

/* The record in column 0, which we once wrote ourselves. */
int ct_queue_record(struct ct_rows *r, json_t **rec, struct ct_err *err);

/* Of an open item i: may this person decide it, who did not yet? */
#define CT_QUEUE_FOR_ME(by)                                                   \
	"(i.wants = 0 OR NOT EXISTS (SELECT 1 FROM decision d WHERE d.item =" \
	" i.id AND d.by = " by " AND d.id >= i.wants))"

/* An expression of ?1 account, ?2 item, ?3 content, in whatever letters, that
 * finds by an index what is given of them.  Release with free. */
char *ct_queue_picked(const struct ct_pick *pick);

/* CT_TEMPFAIL if this item is in the hands of somebody else. */
int ct_queue_free(
    struct ct_queue *q, int64_t item, const char *by, struct ct_err *err);

/* by has decided: give back what is in hand if nothing is left of it. */
int ct_queue_done(struct ct_queue *q, const char *by, struct ct_err *err);

/* In a transaction: decide one item.  single: and no others with it. */
int ct_queue_decide_one(struct ct_queue *q, int64_t item,
    const struct ct_decision *d, bool single, const char *at,
    struct ct_err *err);

/* Hand out an item that by decided just now, with "review". */
int ct_queue_told(struct ct_queue *q, int64_t item, const char *by,
    ct_queue_fn *fn, void *arg, struct ct_err *err);

/*
 * Items that are compared with all that was decided, in one pass over that.
 * Zeroed; release with ct_queue_near_free.
 */
struct ct_near {
	struct ct_near_item {
		int64_t item;
		uint8_t hash[CT_NEAR_HASH];
		int64_t like; /* the nearest, or 0, */
		int distance; /* and how near it is */
	} * items;
	size_t n;
};
/* If it has a hash that is worth it. */
void ct_queue_near_add(const struct ct_queue *q, struct ct_near *near,
    int64_t item, const json_t *rec);
int ct_queue_near_find(
    struct ct_queue *q, struct ct_near *near, struct ct_err *err);
void ct_queue_near_free(struct ct_near *near);

/*
 * What was decided of the same content, or of what looks like it, into
 * *suggest: {verdict, class, by, at, distance}; NULL if nothing was.
 */
int ct_queue_suggest(struct ct_queue *q, int64_t item, const char *sha256,
    const struct ct_near *near, json_t **suggest, struct ct_err *err);

/* Make the hashes of what was decided since ready to be looked at.  Not in a
 * transaction. */
int ct_queue_pack(struct ct_queue *q, struct ct_err *err);

/* {level, entire, exif}: the most that anybody saw of this content. */
int ct_queue_seen(struct ct_queue *q, const char *sha256, struct ct_viewed *v,
    struct ct_err *err);

/* "review" as a decision says, of 0 that it only supplements; without what
 * comes with release. */
int ct_queue_review(
    struct ct_queue *q, int64_t decision, json_t **review, struct ct_err *err);

/* Values of review.wants. */
#define CT_WANTS_SECOND "a second person"
#define CT_WANTS_THIRD "a third"

struct ct_ids {
	int64_t *id; /* released with free */
	size_t n;
};

/* The first column of a query with four texts as its parameters, or with
 * NULL none. */
int ct_queue_ids(struct ct_ids *ids, struct ct_queue *q,
    const char *const with[4], const char *sql, struct ct_err *err);

#endif
