/*
 * match.h - is what a record tells of known?
 *
 * Every hash of a record is looked up in a set of known hashes: the digests
 * exactly, PDQ within a distance.
 */
#ifndef CT_MATCH_H
#define CT_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "rec.h"

#define CT_MATCH_HITS 64 /* hits told of one record, unless said otherwise */

struct ct_match; /* a set, ready to be asked */

/*
 * An index (made by ct_compile), or a list file, of which type says what the
 * lines are that do not (NULL: nothing).  With verify every byte of an index
 * is checked.  CT_NOINPUT, or CT_DATAERR: damaged, or a line is no hash, or
 * a list holds none that can be matched.
 */
int ct_match_open(struct ct_match **m, const char *path, const char *type,
    bool verify, struct ct_err *err);
void ct_match_close(struct ct_match *m);

struct ct_match_how {
	int threshold;   /* bits; -1: what each source says */
	size_t max_hits; /* told of one record; the nearest */
};

enum ct_verdict { CT_CLEAN, CT_MATCH, CT_UNDECIDED };
extern const char *const ct_verdict_name[]; /* by enum ct_verdict */

/*
 * Look the record up and put the member match into it, in place of one that
 * is there.  CT_DATAERR: a hash is malformed, or the index is damaged.
 */
int ct_match_rec(const struct ct_match *m, const struct ct_match_how *how,
    json_t *rec, enum ct_verdict *verdict, struct ct_err *err);

#endif
