/*
 * feedback.h - what people decided, told to the owners of the hash lists
 *
 * A verdict about content that a list found is a vote on the hash that found
 * it.  A vote is durable before it is sent, and what came of it after: what the
 * owner answered to is not sent again, whatever died in between; what it may
 * not have seen is, as the same vote twice is one.  Test and production have a
 * store each, feedback-ENV.db, with one writer at a time:
 *
 *	queued   to be sent
 *	sent     sent, and nothing known of it: sent again
 *	done     the owner has it
 *	dropped  the entry is gone, or others were at it (409)
 *	failed   the owner will not have it, or did not answer twice
 */
#ifndef CT_FEEDBACK_H
#define CT_FEEDBACK_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "rec.h"
#include "source.h"

struct fb_store;
struct fb_desk;

struct ct_feedback { /* one run; zeroed, then these set */
	const struct ct_sources *sources;
	const char *home; /* the state directory */
	bool production;
	bool quiet;   /* no summary */
	bool now;     /* pauses and refusals of earlier runs do not count */
	bool again;   /* send: what failed, too */
	int64_t wait; /* ms before a vote is tried again */
	/* of ct_feedback_start */
	struct fb_store *store;
	struct fb_desk *desk; /* one for each source */
};

/*
 * Read the credentials of all sources that take votes, open the store as its
 * writer.  CT_TEMPFAIL: another process is.  Release with ct_feedback_end,
 * which returns the status of the run.
 */
int ct_feedback_start(struct ct_feedback *f, struct ct_err *err);
int ct_feedback_end(struct ct_feedback *f, int status);

/* Records from standard input to standard output, with their member vote;
 * returns the exit status. */
int ct_feedback_filter(struct ct_feedback *f);

/* The votes that they would be, a line each; nothing is opened. */
int ct_feedback_rehearse(struct ct_feedback *f);

/* Was there ever a vote?  Else there is nothing to start for. */
bool ct_feedback_any(const struct ct_feedback *f);

/* Go on with what is queued; print a line for each vote that was. */
int ct_feedback_send(struct ct_feedback *f, struct ct_out *out);

/* A line for each vote that the store has, if there is one; not started. */
int ct_feedback_status(struct ct_feedback *f, struct ct_out *out);

/* The reasons that this source takes for votes against hashes of a type. */
int ct_feedback_reasons(struct ct_feedback *f, const char *source,
    const char *type, struct ct_out *out);

#endif
