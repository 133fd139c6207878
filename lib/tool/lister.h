/*
 * lister.h - what there is, in directories and buckets: a record for each
 *
 * One record an object or file, in byte order of keys or paths wherever the
 * store gives them so, see ct-ls(1).  What a listing of a store is kept in are
 * its pages as they came: they can be saved, and listed again.
 */
#ifndef CT_LISTER_H
#define CT_LISTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf.h"

struct ct_lister {
	const char *conf;   /* file, or NULL */
	char *const *place; /* n of them: paths, s3://NAME/PREFIX, az:// */
	size_t n;
	const char *inventory; /* a manifest, of the bucket that is the place */
	const char *save;      /* a directory that pages go into, or NULL */
	const char *replay;    /* one that they come from */
	const char *checkpoint; /* a file, or NULL */
	unsigned shard, shards; /* 1 to shards; shards 0: all */
	int64_t since;          /* ms; 0: any time */
	uint64_t limit;         /* lines; 0: any number */
	int jobs;               /* prefixes at a time */
	int page;               /* keys asked for at a time; 0: 1000 */
	int64_t wait, timeout; /* ms: before a retry; of one request, 0: 60 s */
	bool end;              /* a record that the place was listed whole */
	bool quiet;            /* no closing summary */
	int out;               /* descriptor */
};

/*
 * List it.  Messages and the summary are printed, out is closed.  Returns the
 * exit status: the highest of all places and of what could not be listed;
 * CT_TEMPFAIL also where it stopped before the end, for the limit or a signal.
 */
int ct_lister_run(const struct ct_lister *how);

/* Which shard of so many is this key of, from 1?  The same on any machine. */
unsigned ct_shard(const void *key, size_t len, unsigned shards);

#endif
