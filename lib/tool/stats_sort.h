/*
 * stats_sort.h - rows in order, more of them than fit into memory
 *
 * Rows are 64 bytes that are compared as bytes.  What does not fit is sorted in
 * runs into a file without a name in $TMPDIR (/var/tmp) and merged from there.
 */
#ifndef CT_STATS_SORT_H
#define CT_STATS_SORT_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct stats_row {
	uint8_t key[16]; /* what it is about */
	uint8_t kind;
	int64_t at;     /* 0 or more */
	uint32_t value; /* the order is that of the members down to here ... */
	uint8_t ref[16], more[16]; /* ... and these */
};

struct stats_sort;

/* At most rows in memory, 64 at least.  Never NULL; release with
 * stats_sort_free. */
struct stats_sort *stats_sort_new(size_t rows);
/* 0, or CT_CANTCREAT or CT_IOERR. */
int stats_sort_add(
    struct stats_sort *s, const struct stats_row *row, struct ct_err *err);
/* The next row, of equal ones the first: 1; 0 at the end; CT_IOERR.  Nothing
 * can be added any more. */
int stats_sort_next(
    struct stats_sort *s, struct stats_row *row, struct ct_err *err);
void stats_sort_free(struct stats_sort *s);

#endif
