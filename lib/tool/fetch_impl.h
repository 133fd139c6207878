/* fetch_impl.h - what the files of fetch share */
#ifndef CT_FETCH_IMPL_H
#define CT_FETCH_IMPL_H

#include "conf.h"
#include "digest.h"
#include "fetch.h"
#include "frame.h"
#include "http.h"
#include "rec.h"
#include "s3.h"
#include "tally.h"

struct bucket { /* that records named */
	struct ct_bucket *b;
	bool azure;
	char *name;
	unsigned bad;      /* answers in a row that say we are not wanted, or
			      none at all */
	struct ct_err why; /* code set: nothing is sent there any more */
	struct bucket *next;
};

enum state { STATE_NEW, STATE_GOING, STATE_RESTING, STATE_DONE };

enum outcome { END_PASS, END_BYTES, END_GONE, END_THERE, END_ERROR };

struct item {               /* an input on its way out */
	struct ct_pull get; /* first: it is how the item comes back */
	struct run *run;
	struct item *next, *prev;
	size_t number; /* from 1 */
	char *line;    /* its record */
	size_t len;
	bool bare; /* the record has no members */
	bool came; /* it came with an error, of code err.code */
	bool lost; /* nobody knows where the next record begins */
	enum state state;
	enum outcome end;
	struct ct_err err;

	/* where it is */
	struct bucket *bucket; /* or NULL: the URL of get */
	struct ct_key key;
	char *listed; /* ETag that a listing had, without quotes; or NULL */
	int64_t size; /* bytes that it had there; -1: not said */
	char *sha256; /* of its record, with --one; or NULL */

	/* what there is of it */
	bool judged;    /* this try's status and headers were looked at: */
	bool other;     /* they are of another version */
	char etag[256]; /* of the first answer, if it names these bytes */
	uint64_t total; /* bytes so far */
	uint64_t skip;  /* bytes to come that we have already */
	uint64_t since; /* total when this try began */
	char *buf;      /* of them those held, n */
	size_t n, cap;
	bool begun; /* others have gone out already */
	unsigned tries, hops, changes;
	int64_t due; /* ct_mono: of the next try */
};

struct run {
	const struct ct_fetch_how *how;
	struct ct_conf *conf;
	struct ct_network *net; /* that URLs may lead to */
	size_t nets;
	struct bucket *bucket;
	struct ct_many *many;
	struct ct_in in;
	struct ct_out out;
	struct ct_tally tally;
	struct ct_progress show;
	struct ct_digest digest; /* with sum: of what went out */
	const char *sum;         /* what it must be, or NULL */
	struct item *first, *last, *fresh,
	    *owner;                   /* owner: whose frame it is */
	size_t taken, items, waiting; /* waiting: not tried yet */
	size_t lines;                 /* bytes of theirs */
	size_t held, window;
	struct {
		char *buf;
		size_t cap;
	} spare[CT_FETCH_JOBS]; /* those that are held in, when not in use */
	int spares;
	size_t resting;
	int going, worst, told; /* told: code of the last on the run's end */
	bool ended;             /* nothing more is taken in */
	bool stopped;           /* a signal wants us to end */
	bool broken;            /* nothing more can be written */
};

/* Nothing more is taken in; err: the run ends with it, and this message. */
void fetch_end(struct run *r, const struct ct_err *err);

/* ---- fetch_item.c: records in and out */

/* Of a line, or of an operand.  got: what ct_in_some gave, with *err. */
struct item *fetch_item(struct run *r, const char *line, size_t len, int got,
    const struct ct_err *err);
void fetch_item_free(struct item *it);

/* Bytes go out: the record and the head of its frame; those held; its end, or
 * what else became of it.  0 or CT_IOERR. */
int fetch_begin(struct item *it, struct ct_err *err);
int fetch_put(
    struct item *it, const void *bytes, size_t len, struct ct_err *err);
int fetch_finish(struct item *it, struct ct_err *err);

/* ---- fetch_where.c: whom to ask */

/* Networks, and nothing else, of the configuration. */
int fetch_conf(struct run *r, struct ct_err *err);
void fetch_conf_free(struct run *r);

/* The bucket of it->key, as it->bucket; CT_CONFIG and others. */
int fetch_bucket(struct item *it, struct ct_err *err);

/* Set get.url and get.header for a try; release with fetch_asked. */
int fetch_ask(struct item *it, struct ct_signed *s, struct ct_err *err);
void fetch_asked(struct item *it, struct ct_signed *s);

/* What this bucket answered, for the next that ask it. */
void fetch_heard(struct item *it, const struct ct_err *err);

/* ---- fetch_try.c: one try after another */

void fetch_try(struct item *it);
void fetch_tried(struct item *it);
void fetch_fail(struct item *it, const struct ct_err *err);

#endif
