/*
 * cache.h - what files were hashed to, by device, inode, size and times
 *
 * A file whose inode has neither changed its size nor its times has the bytes
 * it had.  The kernel's own change time is among them, so that nobody can put
 * other bytes under the old times; a file that changed within two seconds of
 * being read is not kept, as a later change may get the same time.  What was
 * asked for is part of the key, and a row that is damaged is none.
 *
 * A cache never fails a run: if it cannot be read or written any more, it is
 * told once, and the files are hashed.
 */
#ifndef CT_CACHE_H
#define CT_CACHE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "err.h"

struct ct_cache;

struct ct_cache_key {
	int64_t dev, ino, size, mtime, ctime; /* times in nanoseconds */
};

struct ct_cache_key ct_cache_key(const struct stat *st);
bool ct_cache_same(const struct ct_cache_key *a, const struct ct_cache_key *b);
/* May a file with this key, read at this ct_now, be kept? */
bool ct_cache_settled(const struct ct_cache_key *key, int64_t now);

/*
 * Open the cache in this file, mode 0600, made if it is not there.  how: all
 * that a result depends on besides the file, as text.  CT_CANTCREAT if the
 * file cannot be one, CT_CONFIG if it is of a later version, CT_TEMPFAIL.
 */
int ct_cache_open(
    struct ct_cache **c, const char *path, const char *how, struct ct_err *err);

/* What was put under this key, to be released with free, and its outcome; or
 * NULL.  From any thread. */
char *ct_cache_get(
    struct ct_cache *c, const struct ct_cache_key *key, int *outcome);

/* Remember text.  It is written some time later, or at the latest by close;
 * from one thread alone. */
void ct_cache_put(struct ct_cache *c, const struct ct_cache_key *key,
    int outcome, const char *text);
void ct_cache_close(struct ct_cache *c);

#endif
