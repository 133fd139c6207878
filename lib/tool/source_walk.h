/*
 * source_walk.h - reading a time range of a service that gives entries by the
 * time they changed, in pages; for source_*.c only
 *
 * A window (from, to] is done when its pages are exhausted, never before: the
 * entries within are in no order.  A link to a page counts its entries off,
 * so that one which changes meanwhile makes another slip through; therefore
 * a window of several pages is looked at once more, one that has lost entries
 * is read in windows of one page each, and everything is walked again from time
 * to time.
 */
#ifndef CT_SOURCE_WALK_H
#define CT_SOURCE_WALK_H

#include "source.h"
#include "source_get.h"
#include "source_large.h"

struct ct_walk {
	struct ct_source *src;
	struct ct_get *get;
	struct ct_list_state *state;
	struct ct_larges *large; /* fetches what pages have links to; NULL: they
				  * are left where they are */
	const char *name;        /* of its cursor */
	int64_t limit;           /* ms: where it ends */
	const char *doubt; /* the cursor that is set if a window lost entries
			    * however it was read; NULL: nobody asks */

	struct ct_cursor cur;
	int64_t span;          /* ms of a window */
	struct ct_links links; /* of this window */
	size_t pages;
	long got;          /* entries, of a window that is resumed */
	long start;        /* of the last link; -1: none */
	int64_t narrow_to; /* ms: up to here windows are to be single pages */
	bool doubted;      /* a window may have had more than was seen */
	unsigned told;     /* CT_ODD_ of its pages */
	bool relented;     /* a window was made smaller for the server's sake */
};

/* Window after window from the cursor to the limit, each page durable before
 * the next is asked for.  Nothing but w->state is needed afterwards. */
int ct_walk(struct ct_walk *w, struct ct_err *err);

/* The entries of the page (NULL: none), the cursor and the state as they are
 * now: all in the list, or nothing. */
int ct_walk_commit(
    struct ct_walk *w, const struct ct_page *page, struct ct_err *err);

#endif
