/*
 * tally.h - what a filter has done so far: outcomes, progress, summary
 *
 * A filter counts an outcome for each input.  While it runs, SIGUSR1 prints
 * the counts, and a terminal shows them; at the end the summary reconciles.
 */
#ifndef CT_TALLY_H
#define CT_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CT_TALLY_MAX 16

struct ct_tally {
	const char *name[CT_TALLY_MAX];
	size_t count[CT_TALLY_MAX];
};

/* Count one more of name, which must stay valid. */
void ct_tally(struct ct_tally *tally, const char *name);
/*
 * At the end of a run: "PROGRAM: 9 in = 7 out + 2 dropped: 3 match, 4 clean" to
 * standard error unless quiet; if records were made, "7 in + 2 more = 9 out".
 * If CT_SUMMARY names a file, a line of JSON is added to it whether quiet or
 * not, in one write: {"program":"ct-match","in":9,"out":7,
 * "outcomes":{"match":3,"clean":4}}.
 */
void ct_tally_end(
    const struct ct_tally *tally, size_t in, size_t out, bool quiet);

/* ---- progress -------------------------------------------------------------
 */

struct ct_progress { /* zeroed, but for tally */
	const struct ct_tally *tally;
	size_t in, out; /* so far */
	size_t expect;  /* how many will be in; 0: nobody knows */
	uint64_t bytes; /* of what they name, read so far; 0: not told */
	/* private */
	bool live;
	int64_t since, shown; /* ct_mono */
};

/*
 * From now on SIGUSR1 asks for a line; there is one progress a program.  live:
 * if standard error is a terminal and standard output neither a terminal nor
 * a pipe (the last program of a pipe shows what it does), a line is kept there;
 * always: also if it is a pipe.
 */
void ct_progress_start(struct ct_progress *p, bool live, bool always);

/* Readable once SIGUSR1 came, until ct_progress_tick; for poll. */
int ct_progress_fd(void);

/* To be called often: print the line if it was asked for, or is due. */
void ct_progress_tick(struct ct_progress *p);

/* Take the line off the terminal. */
void ct_progress_end(struct ct_progress *p);

#endif
