/*
 * source_feed.h - a service that tells in JSON pages what changed, in order or
 * since a moment; for source_*.c only
 *
 * A page is durable, with where to go on, before the next is asked for; so a
 * run that died goes on where it was.  What is told as deleted is only so for
 * some weeks: a list that was not read for longer, and from time to time any,
 * is walked from its beginning into a new generation, and then what was not
 * seen goes.  Until then all of it matches.
 */
#ifndef CT_SOURCE_FEED_H
#define CT_SOURCE_FEED_H

#include "source.h"
#include "source_get.h"

struct ct_feed;

struct ct_feed_page {
	const json_t *records; /* an array of the document */
	char *next; /* path of the next page, without secrets; NULL: none */
	int64_t done_to; /* ms: the list is known up to here once the page is,
			    or if not in order, once all are; 0: not told */
	char *mark;      /* the same as the service's own text, or NULL */
};

struct ct_feed_proto {
	bool ordered;    /* a page is later than those before it */
	int64_t overlap; /* ms that are read again */
	int size;        /* records in a page */
	bool halve;      /* ask for fewer when pages come damaged */
	/* The path of the first page, from f->cur.from ms (0: of all) or behind
	 * f->mark (NULL: of all), f->size records.  Release with free. */
	char *(*first)(const struct ct_feed *f);
	/* What a document says.  CT_DATAERR: it is damaged, CT_PROTOCOL: it is
	 * another one.  next and mark are released for you. */
	int (*page)(struct ct_feed *f, const json_t *doc,
	    struct ct_feed_page *page, struct ct_err *err);
	/* Put a record into the list, by the functions below. */
	int (*record)(struct ct_feed *f, const json_t *rec, struct ct_err *err);
};

extern const struct ct_feed_proto ct_feed_threatexchange, ct_feed_stopncii,
    ct_feed_tat;

struct ct_feed {
	struct ct_source *src;
	const struct ct_feed_proto *proto;
	struct ct_get get;
	void *own; /* of the adapter */

	/* of the engine */
	struct ct_list_state state;
	struct ct_cursor cur;
	const char *name; /* of the cursor */
	char *mark;       /* where the list is known up to, or NULL */
	char *new_mark;
	int size;
	struct ct_links links; /* of this walk */
	size_t pages;
	int64_t records; /* of this run */
	size_t at;       /* the record in hand, from 1 */
	bool stood;      /* an empty page led to itself */
	bool cut;        /* the last page was no whole document */
	bool told[4];    /* warnings of this run */
};

/* Bring the list up to date; the get is open. */
int ct_feed_run(struct ct_feed *f, const char *origin, struct ct_err *err);

/* An entry as it is; what the source withdrew; a record that is refused, id
 * (may be NULL) names it in the list. */
int ct_feed_put(
    struct ct_feed *f, const struct ct_entry *e, struct ct_err *err);
int ct_feed_gone(
    struct ct_feed *f, const struct ct_entry *e, struct ct_err *err);
/* What the service calls whole is these entries now, see ct_list_put_whole;
 * e[0].at is when, also if n is 0. */
int ct_feed_put_whole(struct ct_feed *f, const char *whole,
    const struct ct_entry *e, size_t n, struct ct_err *err);
int ct_feed_reject(
    struct ct_feed *f, const char *id, const char *why, struct ct_err *err);

/* A text; or a number, which is written to room.  NULL if it is neither, or
 * holds a NUL. */
const char *ct_feed_text(const json_t *v, char room[32]);
/* The member of this name as such a text. */
const char *ct_feed_get(const json_t *rec, const char *name, char room[32]);
/* Seconds since 1970, of which there may be parts, in ms; -1: none. */
int64_t ct_feed_ms(const json_t *v);

/* A signal's type as a list has it, from the service's: cut if it is too long
 * for one that we know. */
void ct_feed_type(char out[CT_SIGNAL_TYPE], const char *text);

/*
 * A signal from a text, as ct_signal_parse; one of a video is kept as a large
 * fingerprint, of which it is the digest: vPDQ in either form, TMK+PDQF as
 * base64, of which ThreatExchange has the first 12 bytes as they are, and a |.
 * *why: it is refused.
 */
int ct_feed_signal(struct ct_feed *f, const char *type, const char *text,
    struct ct_signal *sig, const char **why, struct ct_err *err);

/* Warn, once a run for each n below 4. */
void ct_feed_warn(struct ct_feed *f, int n, const char *what);

#endif
