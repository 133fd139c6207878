/* list_store.h - an open list; for list*.c only */
#ifndef CT_LIST_STORE_H
#define CT_LIST_STORE_H

#include <stdint.h>

#include "list.h"
#include "store.h"

struct ct_list {
	struct ct_store *st;
	char *name;
	int lock;       /* -1: not ours to write */
	int64_t change; /* the revision that is being made */
};

/* Rows of entry and signal, of one entry together: id, member, entry, content,
 * classification, at, type (null: it has no signals), hash, opinion. */
int list_gather(
    struct ct_rows *rows, ct_list_each_fn *each, void *arg, struct ct_err *err);

/* An opinion as text that stays. */
const char *list_opinion(const char *text);

#endif
