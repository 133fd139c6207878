/* lister_gzip.h - the lines of a file that may be compressed by gzip */
#ifndef CT_LISTER_GZIP_H
#define CT_LISTER_GZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct lister_lines;

/* Read from here on; release it with close, whatever this returned. */
int lister_lines_open(struct lister_lines **r, int fd, struct ct_err *err);

/* The next line without its end, a NUL after it, until the next call: 1; 0 at
 * the end; CT_DATAERR (cut, damaged, too long), CT_IOERR. */
int lister_lines_next(
    struct lister_lines *r, char **line, size_t *len, struct ct_err *err);
void lister_lines_close(struct lister_lines *r);

#endif
