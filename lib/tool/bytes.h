/*
 * bytes.h - the bytes of a record that was hashed, once more
 *
 * They are at its path; or the record carries them as text; or they are the
 * object of a bucket that its id names, or at its url.  Those ct-fetch gets, in
 * a process of its own that alone reads the credentials of buckets: into
 * memory, never onto a disk, and only if their SHA-256 is that of the record.
 */
#ifndef CT_BYTES_H
#define CT_BYTES_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "rec.h"

/* The configuration in force, as ct_conf_load takes it, for ct-fetch; borrowed.
 * To be said before anything else, if it is not the usual one. */
void ct_bytes_from(const char *conf);

/* Does the record, or a file of a report, say where its bytes are? */
bool ct_bytes_told(const json_t *rec);

#define CT_BYTES_SOON 20000   /* ms, when a person waits */
#define CT_BYTES_WHILE 120000 /* when it is not the only way */
#define CT_BYTES_TIME 3600000 /* else */
#define CT_BYTES_ANY UINT64_MAX

/*
 * Open them for reading: *fd, which is -1 if not 0 is returned.  ms: to get
 * them in, of what is fetched.  CT_NO: they are more than max.  Those at a path
 * may be any; of those that are fetched SHA-256 is the right one.
 * CT_NOINPUT: nothing is said of where they are; there is no such file, object
 * or bucket; CT_DATAERR: a path that is malformed, an object that is another
 * now; CT_TEMPFAIL: its store fails, too slow, or ct_stop; CT_NOPERM: the store
 * refuses us; CT_UNAVAILABLE: no ct-fetch; CT_OSERR; what else ct-fetch(1) ends
 * with, which says more on standard error.  No message has a path of what is
 * fetched.
 */
int ct_bytes_open(
    const json_t *rec, uint64_t max, int64_t ms, int *fd, struct ct_err *err);

#endif
