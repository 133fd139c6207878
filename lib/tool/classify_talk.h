/* classify_talk.h - the lines to and from a command; for classify_*.c only */
#ifndef CT_CLASSIFY_TALK_H
#define CT_CLASSIFY_TALK_H

#include "classify_impl.h"

/* What a command is told of a record, an object: nothing of the account. */
json_t *classify_line(const json_t *rec);

/* What it answers. */
void classify_read(
    const struct classifier *c, struct classify_ask *a, const json_t *answer);

/* The hashes that it may add: CT_CONFIG. */
int classify_hashes(
    struct classifier *c, const struct ct_conf *conf, struct ct_err *err);

#endif
