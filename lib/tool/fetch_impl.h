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

struct chunk { /* of bytes that are held */
	struct chunk *next;
	size_t n, cap;
	char bytes[];
};

/*
 * Bytes of an object, by one GET after another: the whole, or what is at from
 * and before to.  An object of several has them in order, without gaps, and
 * only the first can have handed on what it got.
 */
struct part {
	struct ct_pull get; /* first: it is how the part comes back */
	struct item *it;
	struct part *next;
	enum state state;
	uint64_t from, at, to; /* at: from where it goes on; to: UINT64_MAX for
				  whatever there is */
	uint64_t since;        /* at when this try began */
	uint64_t skip;         /* bytes to come that we have already */
	bool judged; /* this try's status and headers were looked at: */
	bool other;  /* they are of another version */
	bool misfit; /* they are not of what was asked for */
	struct ct_err err;
	struct chunk *chunk, *last; /* of its bytes those held, */
	size_t n;                   /* so many */
	size_t room; /* bytes that it may hold, if more than a window */
	size_t kept; /* bytes of memory that count for it */
	unsigned tries;
	int64_t due; /* ct_mono: of the next try */
};

struct item {               /* an input on its way out */
	struct ct_pull get; /* its URL, and whom it may lead to; never begun */
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
	struct part *part; /* those under way, or whose bytes are held */
	char etag[256];    /* of the first answer, if it names these bytes */
	uint64_t whole;    /* bytes in all; UINT64_MAX: not known */
	uint64_t asked;    /* bytes before this have, or had, a part */
	bool split;        /* it may have several */
	bool plain;        /* its server is not asked for parts any more, */
	bool deaf;         /* nor for what is left: the whole comes again */
	bool begun;        /* bytes have gone out already */
	unsigned hops, changes;
	int64_t left; /* ms that it may still take */
};

struct flow {           /* fetch_flow.c */
	bool on;        /* bytes go out as they come, or soon */
	bool all;       /* all connections are read then, */
	bool won;       /* and that brought more: parts are worth it */
	bool heard;     /* there is an answer of whose turn it is */
	uint64_t alone; /* bytes a ms, when it was begun with all last */
	int64_t since;  /* us: that, or when it brought more, last; */
	int64_t next;   /* when to try the other way again */
	struct ct_flow last, spent; /* spent: of this measure; */
	uint64_t one;               /* bytes of it of whose turn it is */
};

struct run {
	const struct ct_fetch_how *how;
	struct ct_conf *conf;
	struct ct_network *net; /* that URLs may lead to */
	size_t nets;
	struct bucket *bucket;
	struct ct_many *many;
	struct flow flow;
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
	size_t kept;                  /* bytes, of how->memory */
	size_t held;                  /* bytes, all in all */
	size_t window; /* bytes that each connection has beside it; and of a
			  part, of an object larger than two */
	bool freed;    /* memory, since it was looked who waits for it */
	struct chunk *spare[2]; /* not in use: of middle size, and large */
	size_t chunks[2];       /* all of these sizes */
	size_t resting, splits; /* parts; objects */
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

/* Bytes go out: the record and the head of its frame, if they have not; those
 * held; its end, or what else became of it.  0 or CT_IOERR. */
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
int fetch_ask(struct part *p, struct ct_signed *s, struct ct_err *err);
void fetch_asked(struct part *p, struct ct_signed *s);

/* What this bucket answered, for the next that ask it. */
void fetch_heard(struct part *p, const struct ct_err *err);

/* ---- fetch_try.c: one try after another */

void fetch_try(struct part *p);
void fetch_tried(struct part *p);
void fetch_fail(struct item *it, const struct ct_err *err);

/* ---- fetch_part.c: objects in parts, and memory for them */

/* The first part of a new object is tried, if there is memory for it; must: or
 * not. */
bool fetch_first(struct item *it, bool must);

/* Behind the last part another, of it->asked and on. */
struct part *fetch_part(struct item *it, uint64_t to);
void fetch_part_free(struct part *p);

/* All its parts but this, which may be NULL. */
void fetch_only(struct item *it, const struct part *p);

/* Where would the first end? */
uint64_t fetch_first_to(const struct item *it);

/* Chunks that are not in use. */
void fetch_part_end(struct run *r);

/* Its state, or what it holds, is another. */
void fetch_count(struct part *p);

/* Keep bytes; false: there is no memory for them.  Drop those held. */
bool fetch_hold(struct part *p, const void *bytes, size_t len);
void fetch_drop(struct part *p);

/* Bytes that are held go out, as far as there is no gap. */
int fetch_flush(struct item *it, struct ct_err *err);

/* Further parts of what is under way are tried. */
void fetch_more(struct run *r);

/* ---- fetch_flow.c: whose connection is read */

/* To be said before each first ct_many_step. */
void fetch_flow(struct run *r);

/* So many bytes came. */
void fetch_flow_came(const struct part *p, size_t len);

/* May so many bytes more of this one be held?  Those that wait hold little. */
bool fetch_flow_may(const struct part *p, size_t len);

/* ms that may go by until then, at most ms. */
int fetch_flow_tick(const struct run *r, int ms);

/* May its bytes go out now? */
bool fetch_is_next(const struct item *it);

#endif
