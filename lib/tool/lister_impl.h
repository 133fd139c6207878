/* lister_impl.h - what the files of lister share */
#ifndef CT_LISTER_IMPL_H
#define CT_LISTER_IMPL_H

#include <pthread.h>

#include "clock.h"
#include "http.h"
#include "lister.h"
#include "rec.h"
#include "s3.h"

/* ---- a page of a listing, taken apart ------------------------------------ */

struct lister_object {
	const char *key; /* bytes, and of a page a NUL; of a file its path */
	size_t len;
	int64_t bytes;        /* -1: not told */
	const char *etag;     /* without quotes; "": not told */
	const char *modified; /* RFC 3339, "": not told */
};

struct lister_prefix {
	const char *text; /* bytes and a NUL */
	size_t len;
};

struct lister_page {
	struct lister_object *object;
	size_t n, cap;
	struct lister_prefix *prefix; /* of a listing with a delimiter */
	size_t nprefix, prefixcap;
	bool truncated;
	const char *next; /* the continuation token, or marker; "": none */
	/* private */
	char *text; /* of all the above */
	size_t used, room;
	bool coded, in_object, in_prefix, ok, full;
};

/*
 * Take a page of ListObjectsV2, or of Azure's List Blobs, apart.  CT_PROTOCOL:
 * it is another document, or an object has no name.  A page that is used over
 * and over, zeroed at first; release with lister_page_free.
 */
int lister_page_parse(
    struct lister_page *page, const char *xml, size_t len, struct ct_err *err);
void lister_page_free(struct lister_page *page);

/* Within the parser: an element begins, one ends that held this text; nonzero
 * of the first: not a listing. */
int lister_page_start(struct lister_page *page, const char *name, size_t len);
void lister_page_end(struct lister_page *page, const char *name, size_t nlen,
    const char *text, size_t len);

/* A time as records have it, of what a store writes: 2026-11-20T08:00:00.000Z,
 * Fri, 20 Nov 2026 08:00:00 GMT; "": it is none.  A number, or -1. */
const char *lister_when(const char *text, size_t len, char out[CT_TIME_LEN]);
int64_t lister_number(const char *text, size_t len);

/* A page as stores write them, without libxml2: false: it may be good all the
 * same, and nothing is known of it. */
bool lister_page_scan(struct lister_page *page, const char *xml, size_t len);

/* ---- the run --------------------------------------------------------------
 */

enum { LISTER_ENOUGH = -1 }; /* told to stop, or the limit is reached */

struct lister {
	const struct ct_lister *how;
	struct ct_out out;
	struct ct_tally tally;
	struct ct_progress show;
	struct ct_text line;
	bool azure, files; /* what is listed now */
	char *name;        /* of its bucket */
	char *head;        /* of a line: {"id":"s3://NAME/ */
	size_t headlen;
	bool inside;   /* a directory was listed, and no file */
	uint64_t left; /* lines until the limit */
	size_t ends;   /* lines that say that all was listed */

	/* where it is: see lister_mark.c */
	char *of;     /* digest of what was asked */
	size_t place; /* index of what is listed now */
	char *after;  /* the last key that is out, or is done with */
	size_t afterlen, aftercap;
	char *marker; /* of Azure: the page it is in; or NULL */
	uint64_t row; /* of an inventory: rows done with */
	bool resumed, begun;
	int64_t marked; /* ct_mono */
	int status;
	size_t saved; /* pages */
};

/* What is listed from now on: files, or objects of this bucket. */
void lister_begin(struct lister *l, const struct ct_key *key);

/* Write its line, unless it is of another shard or too old; 0, LISTER_ENOUGH,
 * or CT_IOERR. */
int lister_put(
    struct lister *l, const struct lister_object *o, struct ct_err *err);

/* A message of something that is not listed; the run goes on. */
void lister_bad(struct lister *l, int code, const char *fmt, ...)
    CT_PRINTF(3, 4);

/* One place each: 0, LISTER_ENOUGH, or an error. */
int lister_directory(struct lister *l, const char *path, struct ct_err *err);
int lister_bucket(
    struct lister *l, const struct ct_key *key, struct ct_err *err);
int lister_replay(
    struct lister *l, const struct ct_key *key, struct ct_err *err);
int lister_inventory(
    struct lister *l, const struct ct_key *key, struct ct_err *err);

/* ---- the checkpoint -------------------------------------------------------
 */

/* Go on where it says; 0, CT_DATAERR (of another listing), CT_NOINPUT. */
int lister_mark_load(struct lister *l, struct ct_err *err);
/* Write what is out, and then that it is. */
int lister_mark(struct lister *l, struct ct_err *err);
/* All is listed: it goes. */
int lister_mark_end(struct lister *l, struct ct_err *err);

/* Keys in the order of their bytes, as strcmp has text; does one begin so? */
int lister_compare(const char *a, size_t alen, const char *b, size_t blen);
bool lister_begins(
    const char *text, size_t len, const char *prefix, size_t prefixlen);

/* ---- pages of a store -----------------------------------------------------
 */

struct lister_store {             /* of one thread */
	struct ct_bucket *bucket; /* borrowed */
	struct ct_http *http;
	struct ct_patience patience;
	const struct ct_lister *how;
	struct ct_http_res res; /* the page's bytes, until the next */
};

int lister_store_open(struct lister_store *s, struct ct_bucket *bucket,
    const struct ct_lister *how, struct ct_err *err);
void lister_store_close(struct lister_store *s);

/* Where a walk through the keys of a prefix is. */
struct lister_walk {
	const char *prefix;
	bool delimited;
	char *after; /* keys behind this one: its bytes, a NUL after them */
	size_t afterlen;
	char *token; /* of the page before; NULL: none */
	bool ended;
	unsigned empty; /* pages in a row without anything */
	char *seen;     /* a token of before */
	uint64_t pages; /* with a token */
};

/* The next page.  CT_PROTOCOL: it does not come nearer to an end. */
int lister_store_page(struct lister_store *s, struct lister_walk *w,
    struct lister_page *page, struct ct_err *err);
void lister_walk_free(struct lister_walk *w);

/* The bytes of an object into a descriptor. */
int lister_store_get(struct lister_store *s, const struct ct_key *key, int fd,
    struct ct_err *err);

/* The keys of a prefix by several threads, in order. */
int lister_many(struct lister *l, struct lister_store *s, struct lister_walk *w,
    struct ct_err *err);

/* Keep the page that the store has just sent. */
int lister_save(
    struct lister *l, const struct lister_store *s, struct ct_err *err);

#endif
