/* outbox_impl.h - between the files of the outbox alone */
#ifndef CT_OUTBOX_IMPL_H
#define CT_OUTBOX_IMPL_H

#include <pthread.h>

#include "audit.h"
#include "outbox.h"
#include "store.h"

struct ct_event { /* as it stands in the journal */
	const char *name;
	int64_t at;
	const json_t *detail;
};

/* An event on its way into the journal; its thread waits until it is there. */
struct ct_write {
	const struct ct_outbox_report *r;
	const struct ct_event *ev;
	const void *body;
	size_t len;
	const struct ct_outbox_new *accept; /* with it the record is kept */
	bool done;
	int rc; /* once done */
	struct ct_write *next;
};

struct ct_outbox {
	struct ct_store *st; /* in the hands of one thread, that set busy */
	struct ct_audit_feed feed; /* likewise */
	bool production;
	int lock;
	pthread_mutex_t mutex; /* of all that follows */
	pthread_cond_t free;
	bool busy;
	struct ct_write *queue, **tail;
	struct ct_err broken; /* a commit failed so: there is no further */
	struct ct_outbox_effort effort;
};

/* Have st to oneself. */
void ct_outbox_enter(struct ct_outbox *ob);
void ct_outbox_leave(struct ct_outbox *ob);

/* Change *r as the event does.  CT_CONFIG for one that is not known. */
int ct_outbox_apply(
    struct ct_outbox_report *r, const struct ct_event *ev, struct ct_err *err);

#endif
