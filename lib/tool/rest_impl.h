/* rest_impl.h - for rest*.c only */
#ifndef CT_REST_IMPL_H
#define CT_REST_IMPL_H

#include "rest.h"

/* A key of its own for each use and name: 64 bytes. */
void rest_derive(const struct ct_rest_key *key, const char *use,
    const char *name, uint8_t out[64]);

#endif
