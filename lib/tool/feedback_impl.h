/* feedback_impl.h - between the files of feedback alone */
#ifndef CT_FEEDBACK_IMPL_H
#define CT_FEEDBACK_IMPL_H

#include "blake.h"
#include "feedback.h"

/* ---- what a record says ---------------------------------------------------
 */

struct fb_said { /* texts are borrowed from the record */
	struct ct_source *src;
	struct ct_vote vote;
	bool exact;              /* the hash is the entry's, not one near it */
	const char *by, *object; /* who decided; the record's id, or NULL */
	int64_t at;              /* ms: when */
};

/*
 * The votes of a record: *n of them, release the array.  None: returns a word
 * for the summary.
 */
const char *fb_judge(const json_t *rec, const struct ct_sources *all,
    struct fb_said **said, size_t *n);

/* ---- the store ------------------------------------------------------------
 */

struct fb_row {
	int64_t id;
	char *source, *member, *entry, *content, *type, *by;
	bool up, turned;
	char state[12];
	int tries;     /* sent and not answered, since it was queued */
	int64_t until; /* ms: not before; 0: at once */
	int64_t at;    /* ms: when it became what it is */
	int64_t code;  /* HTTP status of the last answer; 0: none */
	char *why;     /* a sentence, or NULL */
};
void fb_row_free(struct fb_row *row);

/* CT_NO: it is not there, and own is not set. */
int fb_open(struct fb_store **store, const char *home, bool production,
    bool own, struct ct_err *err);
void fb_close(struct fb_store *store);
/* What ends goes into the audit log of ct-feedback below home; the second
 * returns the status of the run. */
void fb_feed(struct fb_store *store, const char *home);
int fb_fed(struct fb_store *store, int status);

/*
 * Queue it, unless it is there, or the vote that is there is by a later
 * verdict, or one on the very hash when this is not.  Durable on return; *row
 * is the vote that stands, which may be the contrary.
 */
int fb_put(struct fb_store *store, const struct fb_said *said,
    struct fb_row *row, struct ct_err *err);
int fb_load(
    struct fb_store *store, int64_t id, struct fb_row *row, struct ct_err *err);

/* It is in this state now, as the rest of row says. */
int fb_become(struct fb_store *store, struct fb_row *row, const char *state,
    struct ct_err *err);

/* The ids of those to be sent, those that failed least first; or of all, as
 * they came.  Release with free. */
int fb_ids(struct fb_store *store, bool all, int64_t **ids, size_t *n,
    struct ct_err *err);
/* All that failed is queued again. */
int fb_again(struct fb_store *store, struct ct_err *err);

/* What a source said to all of us; zeroed, if nothing. */
struct fb_service {
	int64_t until;         /* ms: no vote before */
	char refused[CT_SEAL]; /* of the credential that it refused, or "" */
	char why[160];
};
int fb_service(struct fb_store *store, const char *source,
    struct fb_service *service, struct ct_err *err);
int fb_service_keep(struct fb_store *store, const char *source,
    const struct fb_service *service, struct ct_err *err);

/* ---- sending --------------------------------------------------------------
 */

struct fb_desk { /* a source in this run; voter NULL: it takes no votes */
	struct ct_voter *voter;
	bool other; /* of the other environment: nothing goes there */
	bool down;  /* it does not answer: nothing more in this run */
	bool told;  /* why nothing is sent was said */
	bool noted; /* the store has something of it that is not good */
	struct fb_service kept;
};
struct fb_desk *fb_desk(const struct ct_feedback *f, const char *source);

/*
 * Send it if it can be now; *row says what became of it, *status is the exit
 * status that goes with that.  A code: the store failed, nothing more may be
 * sent.
 */
int fb_drive(
    struct ct_feedback *f, struct fb_row *row, int *status, struct ct_err *err);

/* What is told of a vote. */
json_t *fb_tell(const struct ct_feedback *f, const struct fb_row *row);

#endif
