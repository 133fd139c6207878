/*
 * source_large.h - large fingerprints that NCMEC tells of by link, fetched; for
 * source_*.c only
 *
 * One that cannot be got stops nothing: the list remembers it (list_large.h),
 * and the next run asks again.  Until then no video is clean.
 */
#ifndef CT_SOURCE_LARGE_H
#define CT_SOURCE_LARGE_H

#include "source.h"
#include "source_get.h"

struct ct_larges {
	struct ct_source *src;
	struct ct_get *get;
	int64_t began; /* ms: of the run */
	int fails;     /* in a row, of the kind that passes by itself */
	int stopped;   /* why no more are asked for in this run; 0: they are */
};

/* Fetch what the page has links to and the list does not: its entries get the
 * signals.  An error is one of ours, or we are told to stop. */
int ct_larges_page(
    struct ct_larges *f, struct ct_page *page, struct ct_err *err);

/* Ask again for what earlier runs did not get; *got are in the list now. */
int ct_larges_again(struct ct_larges *f, struct ct_list_state *state,
    int64_t *got, struct ct_err *err);

#endif
