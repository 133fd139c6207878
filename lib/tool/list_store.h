/* list_store.h - an open list; for list*.c only */
#ifndef CT_LIST_STORE_H
#define CT_LIST_STORE_H

#include <stdint.h>

#include "list.h"
#include "rest.h"
#include "store.h"

struct ct_list {
	struct ct_store *st;
	char *name;
	int lock;                  /* -1: not ours to write */
	int64_t change;            /* the revision that is being made */
	char sealed[CT_REST_ID];   /* the key of its hashes; "": in the clear */
	struct ct_rest_list *rest; /* NULL: in the clear */
	int64_t doomed;            /* 0: no entry is */
};

/* Find the key of the list.  CT_NOPERM. */
int list_keys(struct ct_list *l, struct ct_err *err);
/* Is it still the same?  CT_TEMPFAIL: what was read is not what it seems. */
int list_keyed(struct ct_list *l, struct ct_err *err);
/* Write all hashes again if they are not as the configuration says. */
int list_rekey(struct ct_list *l, struct ct_err *err);

/* Signals as they are kept; NULL: as they are.  Release with free. */
struct ct_signal *list_sealed(
    const struct ct_list *l, const struct ct_signal *s, size_t n);
/* The hash of a row, column and type: s->hash is to be freed. */
int list_hash(struct ct_list *l, struct ct_rows *rows, int col,
    struct ct_signal *s, struct ct_err *err);

/* Rows of entry and signal, of one entry together: id, member, entry, content,
 * classification, at, type (null: it has no signals), hash, opinion. */
int list_gather(struct ct_list *l, struct ct_rows *rows, ct_list_each_fn *each,
    void *arg, struct ct_err *err);

/* An opinion as text that stays. */
const char *list_opinion(const char *text);

#endif
