/*
 * review.h - what ct-review does, by its verbs
 *
 * The queue itself is queue.h; these are the ways to reach it from a shell.
 */
#ifndef CT_REVIEW_H
#define CT_REVIEW_H

#include <stdbool.h>

#include "queue.h"
#include "rec.h"

struct ct_reviewing {
	struct ct_pick pick;
	struct ct_decision decision;
	struct ct_wanted wanted; /* account: of pick */
	struct ct_taking taking;
	const char *by; /* of every verb but decide, which has it there, too */
	bool quiet;
	int port;  /* serve */
	bool coop; /* add: reports as they are sent to Coop */
	struct ct_policy policy;
	struct ct_queue *queue;
	struct ct_out out;
};

struct ct_review_verb {
	const char *name;
	const char *takes; /* its options beside -d, -q, -h, -V: " all test " */
	/* 0 or a code; what it prints goes to out.  NULL: a filter */
	int (*run)(struct ct_reviewing *r, struct ct_err *err);
	ct_each_fn *each; /* of a filter; arg is its struct ct_filter */
};

/* NULL: there is no such verb. */
const struct ct_review_verb *ct_review_verb(const char *name);

/* CT_USAGE if the verb cannot do with these options. */
int ct_review_check(const struct ct_review_verb *verb,
    const struct ct_reviewing *r, struct ct_err *err);

/* Run it on the open queue; returns the exit status, messages are printed. */
int ct_review_run(const struct ct_review_verb *verb, struct ct_reviewing *r);

#endif
