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
	const char *news; /* sync: the file for what changed; NULL: none */
	int64_t since;    /* diff: generation; 0: the last */
	bool quiet, shrink, reconcile, strict;
	int64_t retry_ms; /* before the first new try */
	struct ct_sources sources;
	char **name; /* of those that are meant; none: all */
	size_t nnames;
	struct ct_out out;
	int worst; /* status so far */
};

/* Messages are printed. */
typedef void ct_syncdb_fn(struct ct_syncdb *s);

/* NULL: there is no such verb. */
ct_syncdb_fn *ct_syncdb_verb(const char *name);

/* Close and release; returns the exit status. */
int ct_syncdb_end(struct ct_syncdb *s);

#endif
