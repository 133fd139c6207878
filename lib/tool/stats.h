/*
 * stats.h - what records and audit logs add up to: counts, times, rates
 *
 * Each line is taken apart into rows about an item (one object with one
 * content) or a report; sorted, rows about the same thing come together,
 * whichever lines they are of and however often these came.  So memory is
 * bounded (some 64 MiB), and times are exact: no row is left out, no sketch.
 * Ids and digests are kept only as digests under a key of this run; what comes
 * out has none of them.
 */
#ifndef CT_STATS_H
#define CT_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "rec.h"

struct ct_stats {
	int in;
	const char *format; /* json, csv, prometheus or html */
	bool test;        /* reports of the test environment, not the others */
	int64_t from, to; /* what happened then, to 0: without end */
	int64_t max;  /* ms from a verdict to its report, or it is overdue */
	bool waiting; /* only of what waits for its report, as JSON; of nothing
			 that is CT_NOINPUT */
	size_t rows;  /* of 64 bytes in memory, three times; 0: as many as it
			 should be */
};

bool ct_stats_format(const char *name); /* is there one of this name? */

/*
 * Read lines to the end, then append what they add up to to text, in the
 * format asked for; *overdue is how many were decided over max ago and are in
 * no finished report.  What is no line is said, the first time, and counted:
 * then CT_DATAERR, and the text is there.  CT_TEMPFAIL: stopped by a signal.
 */
int ct_stats_run(const struct ct_stats *how, struct ct_text *text,
    int64_t *overdue, struct ct_err *err);

#endif
