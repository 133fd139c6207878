/* queue_db.h - what the files of queue share */
#ifndef CT_QUEUE_DB_H
#define CT_QUEUE_DB_H

#include "audit.h"
#include "queue.h"
#include "store.h"

struct ct_queue {
	struct ct_store *st;
	struct ct_audit_feed feed;
	uint8_t key[CT_BLAKE_KEY];
};

/* End a transaction: commit if rc is 0, else undo; the code of both. */
int ct_queue_end(struct ct_queue *q, int rc, struct ct_err *err);

/* The record in column 0, which we once wrote ourselves. */
int ct_queue_record(struct ct_rows *r, json_t **rec, struct ct_err *err);

/* "review" as its decision says, without what comes with release; by and at
 * NULL: nobody decided. */
json_t *ct_queue_review(
    const char *verdict, const char *class, const char *by, const char *at);

struct ct_ids {
	int64_t *id; /* released with free */
	size_t n;
};

/* The first column of a query with three texts as its parameters, or with
 * NULL none. */
int ct_queue_ids(struct ct_ids *ids, struct ct_queue *q,
    const char *const with[3], const char *sql, struct ct_err *err);

#endif
