/*
 * digest.h - MD5, SHA-1 and SHA-256 of the same bytes in one pass (libcrypto)
 *
 * The three that hash lists are exchanged in.  MD5 and SHA-1 name a file in
 * them and prove nothing; what must be proved goes by SHA-256.
 */
#ifndef CT_DIGEST_H
#define CT_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define CT_MD5_LEN ((size_t)16)
#define CT_SHA1_LEN ((size_t)20)
#define CT_SHA256_LEN ((size_t)32)

struct ct_digest { /* used over and over; zeroed before the first start */
	struct evp_md_ctx_st *ctx[3];
	bool sha256_only; /* set before start: the others are all zero */
};

struct ct_digests {
	uint8_t md5[16], sha1[20], sha256[32];
};

/*
 * Begin, add bytes any number of times, and end.  CT_UNAVAILABLE from start:
 * libcrypto refuses one of the three, as it does MD5 in FIPS mode.
 * CT_SOFTWARE from add and end: it failed in the middle.
 */
int ct_digest_start(struct ct_digest *d, struct ct_err *err);
int ct_digest_add(
    struct ct_digest *d, const void *data, size_t len, struct ct_err *err);
int ct_digest_end(
    struct ct_digest *d, struct ct_digests *out, struct ct_err *err);
void ct_digest_free(struct ct_digest *d);

#endif
