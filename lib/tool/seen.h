/*
 * seen.h - objects already dealt with, and their hashes
 *
 * A store is a directory seen/NAME/ of the state directory, see ct-seen(5):
 * sorted files that are never changed, a log of what was put since the last of
 * them, and a manifest that says which of both there are, swapped by rename.
 * One process writes, any number reads: each what there was when it began.
 *
 * An object is its id, a stamp made of the etag or, where there is none, of
 * size and time, the digests and the PDQ hash of its bytes, of a video its
 * frames, and which lists these were last looked up in.
 */
#ifndef CT_SEEN_H
#define CT_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "match.h"

#define CT_SEEN_VERSION \
	3 /* 1, without frames, and 2, with generations, are read */
#define CT_SEEN_ID 8192 /* bytes of the longest id */

struct ct_seen {
	const char *home;  /* the state directory */
	const char *store; /* its name */
	const char *keyed; /* a file of secret bytes; NULL: ids are kept */
	bool all;          /* match: whatever it was looked up in before */
	bool gone;         /* new: tell what is there no longer */
	bool videos;       /* new: videos, too, of which not all is kept */
	bool prometheus;   /* stats */
	bool quiet;
	const char *delta; /* match: this list of new hashes; NULL: the index */
	struct ct_match_how how;
	int jobs;    /* match: threads */
	int in, out; /* descriptors */
};

/* Can a store have this name?  Letters, digits, . _ -, no dot first. */
bool ct_seen_name(const char *name);

/*
 * A verb; the closing summary and messages are printed, and out is closed.
 * Each returns the exit status: besides what ct_lines does, CT_NOINPUT (no such
 * store), CT_DATAERR (damaged), CT_NOPERM (another key, or one that is needed),
 * CT_TEMPFAIL (another process writes to it).
 */
typedef int ct_seen_fn(const struct ct_seen *s);

/* Filters.  Those that are not in the store, or not as they are there. */
ct_seen_fn ct_seen_new;
/* All; what is put, or gone, is durable before its record is written. */
ct_seen_fn ct_seen_put;
ct_seen_fn ct_seen_gone;

/* Records of the store's own: of what is in the lists; of all. */
ct_seen_fn ct_seen_match;
ct_seen_fn ct_seen_export;
ct_seen_fn ct_seen_stats;

/* All files into one; is every byte what was written? */
ct_seen_fn ct_seen_merge;
ct_seen_fn ct_seen_check;

#endif
