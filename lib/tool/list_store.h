/* list_store.h - an open list; for list*.c only */
#ifndef CT_LIST_STORE_H
#define CT_LIST_STORE_H

struct ct_list {
	struct ct_store *st;
	char *name;
	int lock; /* -1: not ours to write */
};

#endif
