/*
 * list_large.h - large fingerprints of a list: files beside it; by list.h
 *
 * A signal of a type of clip.h is the SHA-256 of a fingerprint that stands in a
 * file of its own,
 *
 *	lists/NAME/large/HH/NAME-OF-IT
 *
 * whose name is the signal in hex as the list keeps it, and HH what that begins
 * with: in the clear the digest.  If the list is encrypted so are file and
 * name.  A file is durable before the signal that names it; one that no signal
 * names goes when the list is opened for writing next, provided that the index
 * holds the list as it is.
 *
 * A .tmk has CT_TMK_LEN bytes and is one that ct_tmk_read takes; a "vpdq" is a
 * text of either form that ct_vpdq_read takes, of at least one frame and at
 * most CT_CLIP_MAX bytes.  Nothing else gets in.
 */
#ifndef CT_LIST_LARGE_H
#define CT_LIST_LARGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clip.h"
#include "entry.h"
#include "err.h"

struct ct_list;

#define CT_LARGE_DIGEST ((size_t)32)

/* ---- reading ---------------------------------------------------------------
 */

struct ct_large; /* the files of one list; for one thread at a time */

/* Any user of the group may, with the key if it is encrypted.  There need be
 * none.  CT_NOPERM: no key. */
int ct_large_open(struct ct_large **large, const char *home, const char *name,
    struct ct_err *err);
void ct_large_close(struct ct_large *large);

struct ct_large_bytes { /* zeros at first */
	const uint8_t *at;
	size_t len;
	void *own;   /* private */
	bool mapped; /* private */
};

/*
 * The fingerprint of this digest, which was compared.  CT_NO: there is none
 * (then *err is not set), CT_DATAERR: it is damaged, or none of this type;
 * CT_NOPERM: others may read it; CT_IOERR, CT_OSERR.  Release with
 * ct_large_release.
 */
int ct_large_read(const struct ct_large *large, const char *type,
    const uint8_t digest[CT_LARGE_DIGEST], struct ct_large_bytes *bytes,
    struct ct_err *err);
void ct_large_release(struct ct_large_bytes *bytes);

/* ---- writing: the list is open for that ------------------------------------
 */

/* The lines of an array of frames in JSON; false: it is none, or empty.
 * Release with free. */
bool ct_large_lines(const char *json, size_t n, char **lines, size_t *len);

/* What speaks against these bytes: "length", "damaged"; or NULL. */
const char *ct_large_refused(const char *type, const void *bytes, size_t len);

/*
 * Keep these, which are not refused; durable when it returns 0.  Needs no
 * transaction.  CT_IOERR, CT_CANTCREAT, CT_DATAERR.
 */
int ct_large_put(struct ct_list *list, const char *type, const void *bytes,
    size_t len, uint8_t digest[CT_LARGE_DIGEST], struct ct_err *err);

/* ---- by link ---------------------------------------------------------------
 *
 * A source may tell where a fingerprint is in place of what it is.  The list
 * remembers what was got from where, so that it is not fetched again, and what
 * could not be got, so that it is.
 */

struct ct_large_link {
	const char *type, *link, *opinion;
	uint8_t digest[CT_LARGE_DIGEST];
	bool have; /* digest is what was got last */
	bool due;  /* what is there now was not got */
};

/* As the list knows this link: due unless it was got when the entry was as old
 * as now, e->at, and is still here. */
int ct_large_known(struct ct_list *list, const struct ct_entry *e,
    struct ct_large_link *link, struct ct_err *err);
/* It was got now, which is durable. */
int ct_large_got(struct ct_list *list, const struct ct_entry *e,
    const struct ct_large_link *link, struct ct_err *err);

/* These are all links of the entry: in the transaction that puts it.  The
 * signals are put with the entry. */
int ct_large_links(struct ct_list *list, const struct ct_entry *e,
    const struct ct_large_link *link, size_t n, struct ct_err *err);

/* One that is due; its texts are to be released with ct_large_due_free. */
struct ct_large_due {
	int64_t id;
	struct ct_entry e; /* without signals */
	char *type, *link;
};
/* The next one after this id that was asked for last before this moment (ms):
 * 1, 0 or a code. */
int ct_large_next(struct ct_list *list, int64_t id, int64_t before,
    struct ct_large_due *due, struct ct_err *err);
void ct_large_due_free(struct ct_large_due *due);
/* In a transaction: it was got, and is a signal of its entry in place of what
 * was got before.  Or not (digest NULL): then it was asked for. */
int ct_large_done(struct ct_list *list, const struct ct_large_due *due,
    const uint8_t *digest, struct ct_err *err);

/* In a transaction: all links go, or those of entries that went. */
int ct_large_forget(struct ct_list *list, bool all, struct ct_err *err);

struct ct_large_count {
	int64_t files;   /* that signals name */
	int64_t missing; /* links that are due */
};
int ct_large_count(
    struct ct_list *list, struct ct_large_count *count, struct ct_err *err);

/*
 * Were links looked at in all that was put?  A walk that begins to is
 * CT_LARGE_WALK, once it is through CT_LARGE_ALL.
 */
enum ct_large_seen { CT_LARGE_NONE, CT_LARGE_WALK, CT_LARGE_ALL };
int ct_large_seen(
    struct ct_list *list, enum ct_large_seen *seen, struct ct_err *err);
int ct_large_see(
    struct ct_list *list, enum ct_large_seen seen, struct ct_err *err);

#endif
