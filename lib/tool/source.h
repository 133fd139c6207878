/*
 * source.h - where known hashes come from, and the index made of them
 *
 * A source is a [source NAME] of the configuration; an adapter speaks its
 * protocol and puts what it learns into the source's list.  The adapters are
 * source_TYPE.c.
 */
#ifndef CT_SOURCE_H
#define CT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clip.h"
#include "conf.h"
#include "cred.h"
#include "err.h"
#include "list.h"
#include "listfile.h"
#include "rec.h"
#include "set.h"

struct ct_source;

struct ct_adapter {
	const char *type; /* as in the configuration */
	/* Does the configuration make sense?  Nothing is opened. */
	int (*conf)(struct ct_source *src, struct ct_err *err);
	/*
	 * Bring src->db up to date.  0; CT_DATAERR if records were refused or
	 * are missing, CT_TEMPFAIL or CT_NOPERM if not all were asked for: what
	 * there was is in the list, and *err is not set; or an error.
	 */
	int (*sync)(struct ct_source *src, struct ct_err *err);
	/* Can it be reached, and do the credentials hold?  *what: who the
	 * service says we are, or NULL; release with free. */
	int (*check)(struct ct_source *src, char **what, struct ct_err *err);
	/* What it holds if the configuration does not say; "": it must; may be
	 * NULL: csam. */
	const char *(*class)(const struct ct_source *src);
	/* How its owner is told what people think of entries; NULL: not. */
	const struct ct_vote_proto *vote;
};

extern const struct ct_adapter ct_source_file, ct_source_ncmec,
    ct_source_threatexchange, ct_source_stopncii, ct_source_tat, ct_source_test,
    ct_source_own;

struct ct_source {
	const struct ct_adapter *adapter;
	/* of the configuration; NULL if absent */
	char *name, *path, *url, *credential, *list, *hash, *action, *class;
	char *members; /* words: the only ones that are looked for; NULL: all */
	char *surfaces;                         /* words, separated by blanks */
	char *form, *map, *positive, *negative; /* of a file, see listfile.h */
	char *sha256; /* of a file: "yes", its sidecar has it; or digits */
	int max_mb;   /* of a file that a server has */
	int threshold, pdna_threshold, quality;
	struct ct_clip_limits clips;
	char *group, *types;  /* of ThreatExchange */
	bool large;           /* large fingerprints are fetched */
	char *reason;         /* of votes against: see ct_reason_of */
	bool feedback;        /* its owner is told what people think of it */
	int per_minute;       /* requests; 0: any */
	int64_t reconcile_ms; /* between complete walks */
	int flood; /* objects an hour that one hash may hit; 0: any */

	/* of this run */
	bool allow_shrink; /* no guard against mass removal */
	bool reconcile;    /* walk everything, due or not */
	bool strict;       /* only windows of a single page, if it can be */
	int64_t retry_ms;  /* before the first retry; doubled after each */
	const char *home;
	int64_t max_age; /* ms; 0: any */
	struct ct_list *db;

	/* its outcome */
	int64_t put, gone, rejected, requests;
	int64_t missing; /* large fingerprints */
	int later;       /* why they were not all asked for; 0: they were */
};

#define CT_SOURCE_FLOOD 1000

struct ct_sources {
	struct ct_source *src; /* in byte order of the names */
	size_t n;
};

/* All sources of the configuration.  CT_CONFIG.  Release with _free. */
int ct_sources_load(
    struct ct_sources *all, const struct ct_conf *conf, struct ct_err *err);
void ct_sources_free(struct ct_sources *all);

/* By name, or NULL. */
struct ct_source *ct_source_named(
    const struct ct_sources *all, const char *name);

/* Is what this member submitted looked for?  The list has all of it. */
bool ct_source_wants(const struct ct_source *src, const char *member);

/* Are there fingerprints of videos that the source has and the list does not?
 */
int ct_source_lacks(const struct ct_source *src, struct ct_list *db,
    bool *lacks, struct ct_err *err);

/* Is what it holds harmless: action = allow? */
bool ct_source_allows(const struct ct_source *src);

/* Of a list of one's own: begin a transaction, in which it is as new as now.
 * CT_CONFIG if it was an allow list before and is none now, or the reverse. */
int ct_own_begin(
    struct ct_source *src, struct ct_list_state *state, struct ct_err *err);

/* Open the list, sync, count the run in its state, close. */
int ct_source_sync(struct ct_source *src, const char *home, struct ct_err *err);

/* Tell the audit log below home that the index is of this generation, and
 * unless quiet standard error; 0 or CT_TEMPFAIL, as ct_audit_feed_close. */
int ct_compile_tell(const char *home, uint64_t generation, bool quiet);

/* Refuse a record: counted, told on standard error for the first few of a run,
 * noted in the list, there under id if it is not NULL. */
int ct_source_reject(struct ct_source *src, const char *where, const char *id,
    const char *why, struct ct_err *err);

/* CT_NOPERM if removing gone of live entries is more than a list loses by
 * itself (over 1000 and over a tenth), unless that is allowed. */
int ct_source_guard(const struct ct_source *src, int64_t gone, int64_t live,
    struct ct_err *err);

/* ---- how it is -------------------------------------------------------------
 */

/* A record that tells of the list, without any hash.  *rec is NULL on error. */
int ct_source_show(
    struct ct_source *src, const char *home, json_t **rec, struct ct_err *err);

/*
 * Asks the source whether it can be reached; of the index, whether it is
 * sound.  With a max_age (ms), only how old they are: CT_TEMPFAIL if they are
 * older, or of the future.  *rec is a record, with its error if there is one.
 */
int ct_source_check(
    struct ct_source *src, const char *home, json_t **rec, struct ct_err *err);
int ct_index_check(
    const char *home, int64_t max_age, json_t **rec, struct ct_err *err);

/* ---- votes: what people think of entries, told to their owner --------------
 */

struct ct_vote {
	const char *member, *entry, *content, *type; /* one hash of it */
	bool up;     /* it is what the list says; else it is harmless */
	bool turned; /* the contrary may have been told before */
};

enum ct_voted {
	CT_VOTED,
	CT_VOTE_GONE,     /* there is no such entry any more */
	CT_VOTE_CONFLICT, /* HTTP 409 */
	CT_VOTE_REFUSED,  /* the owner will not have it */
	CT_VOTE_REASON,   /* not sent: a vote against wants a reason */
	CT_VOTE_DENIED,   /* our credentials are refused */
	CT_VOTE_BUSY,     /* nothing was done; try again later */
	CT_VOTE_UNSENT,   /* nothing was sent */
	CT_VOTE_UNKNOWN   /* it may have been done */
};

struct ct_vote_end {
	enum ct_voted how;
	long status;  /* HTTP; 0: no answer */
	int64_t wait; /* BUSY: ms that we are asked to wait; -1: not told */
	struct ct_err why; /* unless CT_VOTED */
};

struct ct_voter; /* of one source */

/* Can and may votes go to this source? */
bool ct_source_votes(const struct ct_source *src);
/* Is what it asks whether we blocked the content, whatever that was? */
bool ct_source_asks_block(const struct ct_source *src);

/* Reads the credentials; nothing is sent.  src and home must outlive it. */
int ct_voter_open(struct ct_voter **voter, struct ct_source *src,
    const char *home, struct ct_err *err);
void ct_voter_close(struct ct_voter *voter);
const struct ct_cred *ct_voter_cred(const struct ct_voter *voter);

/* Send it once.  The same vote again changes nothing, another takes its
 * place. */
void ct_voter_send(struct ct_voter *voter, const struct ct_vote *vote,
    struct ct_vote_end *end);

/* Could it be sent, or has the configuration no reason for it? */
bool ct_vote_ready(const struct ct_source *src, const struct ct_vote *vote);

/* The reasons that the owner takes for votes against hashes of this type: an
 * array of objects.  CT_USAGE: it wants none. */
int ct_voter_reasons(struct ct_voter *voter, const char *type, json_t **reasons,
    struct ct_err *err);

/* ---- a page of NCMEC Hash Sharing ---------------------------------------- */

struct ct_page_entry {
	struct ct_entry e; /* its texts and signals are the page's */
	bool gone;         /* a tombstone */
	size_t cap;
	struct ct_large_link *large; /* fingerprints by link; type and link are
					the page's, too */
	size_t nlarge;
	const char *why; /* refused: the reason; e may be NULL in part */
};

struct ct_page {
	struct ct_page_entry *entry;
	size_t n, cap;
	struct ct_page_bad {  /* fingerprints refused; the entry stands */
		size_t entry; /* its index */
		char *type;
		const char *why;
	} * bad;
	size_t nbad;
	char *next;   /* NULL: the last page */
	unsigned odd; /* CT_ODD_: what is worth a word */
};

#define CT_ODD_TWICE 1U   /* an entry stands there twice: the last counts */
#define CT_ODD_UNKNOWN 2U /* there is what this program does not know */
#define CT_ODD_MORE 4U    /* there are more entries than it says */
#define CT_ODD_LARGE                                          \
	8U /* there are links to what this program never asks \
	      for */

/*
 * Take a queryResult apart.  CT_PROTOCOL: another document; CT_DATAERR: not
 * well-formed, cut short, or it holds fewer entries than it says.  Release
 * with ct_page_free, whatever it returned.
 */
int ct_page_parse(
    struct ct_page *page, const char *xml, size_t len, struct ct_err *err);
/* One more signal of an entry, which is taken; one more fingerprint of it that
 * is refused. */
void ct_page_signal(struct ct_page_entry *e, const struct ct_signal *sig);
void ct_page_refuse(
    struct ct_page *page, size_t entry, const char *type, const char *why);
void ct_page_free(struct ct_page *page);

/* ---- the index ------------------------------------------------------------
 */

struct ct_compile {
	const struct ct_sources *all;
	const char *home;
	int64_t now;         /* ms */
	const char *news;    /* the file for what changed; NULL: none */
	uint64_t generation; /* of the index: set by ct_compile */
};

/*
 * Compile the lists of all sources into lists/known.ctx, or what changed in
 * them into lists/known.delta beside it while that is little, unless it is
 * there already; then only its time moves on.  Files are verified before they
 * take their place.  First news is written, as ct_diff would, mode 0600.
 */
int ct_compile(struct ct_compile *c, struct ct_err *err);

/* The generation that was made last, and the digest of its content; 0: none. */
int ct_compile_last(const char *home, uint64_t *generation, uint64_t *content,
    struct ct_err *err);

/* The text of the first group of a delta: which index it is on top of.
 * CT_DATAERR. */
int ct_delta_base(const char *text, size_t len, uint64_t *generation,
    uint64_t *content, struct ct_err *err);

/*
 * List records of what changed in the list of a source since the index of this
 * generation; 0: since the last.  CT_NOINPUT: how it was then is not known.
 */
int ct_diff(struct ct_source *src, const char *home, uint64_t generation,
    struct ct_out *out, struct ct_err *err);

#endif
