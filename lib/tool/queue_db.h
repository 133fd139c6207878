/* queue_db.h - what the files of queue share */
#ifndef CT_QUEUE_DB_H
#define CT_QUEUE_DB_H

#include "queue.h"
#include "store.h"

struct ct_queue {
	struct ct_store *st;
	uint8_t key[CT_BLAKE_KEY];
};

/* End a transaction: commit if rc is 0, else undo; the code of both. */
int ct_queue_end(struct ct_queue *q, int rc, struct ct_err *err);

#endif
