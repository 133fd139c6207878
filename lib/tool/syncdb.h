/* syncdb.h - what ct-syncdb does, by its verbs */
#ifndef CT_SYNCDB_H
#define CT_SYNCDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rec.h"
#include "source.h"

struct ct_syncdb {
	const char *home;
	const char *news; /* the file for what changed; NULL: none */
	int64_t since;    /* diff: generation; 0: the last */
	bool quiet, shrink, reconcile, strict;
	int64_t retry_ms; /* before the first new try */
	int64_t max_age;  /* check: ms; 0: any, and services are asked */
	bool prometheus, remove;
	const char *by;     /* remove: who says so */
	const char *output; /* show: the file of prometheus; NULL: stdout */
	struct ct_sources sources;
	char **name; /* of those that are meant; none: all */
	size_t nnames;
	struct ct_out out;
	int worst; /* status so far */
};

/* Messages are printed. */
typedef void ct_syncdb_fn(struct ct_syncdb *s);

/* NULL: there is no such verb.  CT_USAGE if it does not take what r asks of
 * it. */
ct_syncdb_fn *ct_syncdb_verb(const char *name);
int ct_syncdb_fits(
    const struct ct_syncdb *r, const char *name, struct ct_err *err);

/* Close and release; returns the exit status. */
int ct_syncdb_end(struct ct_syncdb *s);

#endif
