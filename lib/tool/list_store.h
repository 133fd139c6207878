/* list_store.h - an open list; for list*.c only */
#ifndef CT_LIST_STORE_H
#define CT_LIST_STORE_H

#include <stdint.h>

#include "list.h"
#include "rest.h"
#include "store.h"

struct ct_list {
	struct ct_store *st;
	char *home, *name;
	int lock;                  /* -1: not ours to write */
	int64_t change;            /* the revision that is being made */
	char sealed[CT_REST_ID];   /* the key of its hashes; "": in the clear */
	struct ct_rest_list *rest; /* NULL: in the clear */
	int64_t doomed;            /* 0: no entry is */
	int64_t linked;            /* 0: no entry has links */
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

/* ---- large fingerprints ---------------------------------------------------
 */

/* How and where they are kept. */
struct list_large_how {
	char *dir; /* to be freed, whatever list_large_how returned */
	const struct ct_rest_key *key;   /* NULL: in the clear */
	const struct ct_rest_list *rest; /* the same */
};
int list_large_how(
    const struct ct_list *l, struct list_large_how *how, struct ct_err *err);

/* The file of a signal as it is kept.  Release with free. */
char *list_large_path(const char *dir, const uint8_t *kept, size_t len);

/* As ct_large_read, of this path; durably there, if it was not. */
int list_large_load(const char *path, const char *type,
    const uint8_t digest[CT_LARGE_DIGEST], struct ct_large_bytes *bytes,
    struct ct_err *err);
int list_large_write(const struct list_large_how *how, const char *type,
    const uint8_t *digest, const void *bytes, size_t len, struct ct_err *err);

/* Files that no signal and no link names go; links whose files are lost are
 * due.  tidy: if the index holds the list as it is. */
int list_large_sweep(struct ct_list *l, struct ct_err *err);
int list_large_tidy(struct ct_list *l, struct ct_err *err);

/* All files once more, with this key (NULL: in the clear). */
int list_large_turn(struct ct_list *l, const struct ct_rest_key *key,
    const struct ct_rest_list *rest, struct ct_err *err);

/* Rows of entry and signal, of one entry together: id, member, entry, content,
 * classification, at, type (null: it has no signals), hash, opinion. */
int list_gather(struct ct_list *l, struct ct_rows *rows, ct_list_each_fn *each,
    void *arg, struct ct_err *err);

/* An opinion as text that stays. */
const char *list_opinion(const char *text);

#endif
