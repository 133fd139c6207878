/* source_fetch.h - the bytes of a file source; for source_*.c only */
#ifndef CT_SOURCE_FETCH_H
#define CT_SOURCE_FETCH_H

#include "source.h"

/*
 * Open what src is a copy of: its path; or what its server has, fetched into a
 * file without a name, of at most max_mb.  If src has sha256 it is that file.
 * cur is the list's cursor for it: how the file was named that the list was
 * made of, which becomes how this one is.  CT_NO: it is the same.
 */
int source_fetch(
    struct ct_source *src, struct ct_cursor *cur, int *fd, struct ct_err *err);

/* Is it there, and may we read it? */
int source_fetch_check(struct ct_source *src, struct ct_err *err);

/* Do sha256 and url make sense? */
int source_fetch_conf(const struct ct_source *src, struct ct_err *err);

/* How the file may be told of.  Release with free. */
char *source_fetch_name(const struct ct_source *src);

/* The digest of the file called name in what sha256sum(1) writes of one or of
 * many; false: it is not there.  text is taken apart. */
bool source_fetch_sum(char *text, const char *name, uint8_t sum[32]);

#endif
