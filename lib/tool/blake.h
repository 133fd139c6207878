/* blake.h - BLAKE2b: names of things, keyed proofs, random ids; and a SHA-256
 * without libcrypto (libsodium) */
#ifndef CT_BLAKE_H
#define CT_BLAKE_H

#include <stddef.h>
#include <stdint.h>

#define CT_BLAKE_KEY 32 /* bytes of a key */

/* One digest over pieces added in turn, out of len (16 to 64) bytes; key is
 * CT_BLAKE_KEY bytes, or NULL for none. */
struct ct_blake {
	uint64_t state[64]; /* opaque; not to be copied */
};
void ct_blake_start(struct ct_blake *b, size_t len, const uint8_t *key);
void ct_blake_add(struct ct_blake *b, const void *data, size_t len);
/* The same with the length before the data, so that ("ab", "c") and
 * ("a", "bc") differ; NULL counts as "". */
void ct_blake_field(struct ct_blake *b, const char *text);
void ct_blake_end(struct ct_blake *b, uint8_t *out, size_t len);

/* The SHA-256 of len bytes, for what others must be able to make again. */
#define CT_BLAKE_SHA256 32
void ct_blake_sha256(
    const void *data, size_t len, uint8_t out[CT_BLAKE_SHA256]);

/* HMAC with SHA-256; mac may be the key. */
void ct_blake_hmac(const void *key, size_t klen, const void *data, size_t len,
    uint8_t mac[CT_BLAKE_SHA256]);

/* SipHash-2-4: 64 bits that nobody without the key can make two things have. */
#define CT_SHORT_KEY 16
uint64_t ct_short_hash(
    const uint8_t key[CT_SHORT_KEY], const void *data, size_t len);

/* len bytes that nobody can guess. */
void ct_random(void *out, size_t len);

/* 32 hex digits and a NUL: a fresh random id. */
void ct_random_id(char id[33]);

/* Same bytes?  In a time that does not depend on where they differ. */
int ct_same(const void *a, const void *b, size_t len);

/*
 * A text that tells whether a secret is the one it was made of, and else
 * nothing: making and comparing take a tenth of a second and 64 MiB, so that
 * guessing does, too.  -1: that memory is not there.
 */
#define CT_SEAL 128
int ct_seal_make(char seal[CT_SEAL], const void *secret, size_t len);
int ct_seal_fits(const char *seal, const void *secret, size_t len); /* 1, 0 */

/* Overwrite a secret; the compiler leaves it in. */
void ct_wipe(void *p, size_t len);

#endif
