/*
 * classify.h - what outside services and programs say of pictures
 *
 * Each [classifier NAME] of the configuration is asked about a record, and what
 * it says is an object in rec.scores: a number from 0 to 100, so that people
 * look at what is likely first.  It never is a verdict.  What does not come,
 * comes late or makes no sense is told as "unanswered", and never as a low
 * number.
 */
#ifndef CT_CLASSIFY_H
#define CT_CLASSIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf.h"
#include "err.h"

#define CT_CLASSIFY_BATCH 256 /* records in hand at most */

struct ct_classify_how {
	const struct ct_conf *conf;
	char *const *name; /* the classifiers to ask, n of them; 0: all */
	size_t n;
	int64_t wait; /* ms before a request is tried a second time */
	bool all;     /* ask about what is clean, too */
	bool quiet;   /* no closing summary */
	int in, out;  /* descriptors */
};

/* The filter.  Returns its exit status; messages are printed. */
int ct_classify_run(const struct ct_classify_how *how);

#endif
