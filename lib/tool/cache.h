/*
 * cache.h - what files were hashed to, by device, inode, size and times
 *
 * A file whose inode has neither changed its size nor its times has the bytes
 * it had.  The kernel's own change time is among them, so that nobody can put
 * other bytes under the old times.  A file that changed within a minute before
 * it was read is not kept, nor one whose times lie in the future: a later
 * change may get the same time, and he who writes by a shared mapping gets a
 * new time only once the kernel has written the page to the disk, 35 seconds
 * later as it comes.  What was asked for is part of the key, and a row that is
 * damaged is none.
 *
 * What cannot be seen: a writer with a shared mapping if the kernel takes
 * longer, or on a tmpfs, where it never writes; a network file system whose
 * server's clock is behind, or of which this machine holds old times; an image
 * put back with its old times.  So it is for files that are replaced, not for
 * those that are written in place.
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
 * file cannot be one, CT_CONFIG if it is of a later version, CT_NOPERM if it
 * is another user's (but root's) or others may write it, CT_TEMPFAIL.
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
