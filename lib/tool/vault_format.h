/*
 * vault_format.h - the bytes of keys and objects, for vault_*.c only
 *
 * Header of an object, version 2, integers little-endian:
 *	 0  8	"ct-vault"
 *	 8  4	version
 *	12  4	bytes of the manifest
 *	16 32	id of the public key
 *	48 80	the object's own key, sealed to the public key
 *     128 24	header of the stream
 * Then the manifest as the first chunk of the stream; then the bytes and behind
 * them what closes them, 64 KiB a chunk:
 *	 0  8	how many bytes there are
 *	 8 32	their SHA-256
 * The last chunk is shorter than 64 KiB, if need be empty, and it alone has
 * the final tag.  Every chunk is authenticated together with the BLAKE2b-256
 * of the header.
 */
#ifndef CT_VAULT_FORMAT_H
#define CT_VAULT_FORMAT_H

#include <sodium.h>
#include <stdint.h>

#include "digest.h"
#include "vault.h"

#define VAULT_VERSION 2
#define VAULT_CHUNK ((size_t)64 << 10)
#define VAULT_TAG crypto_secretstream_xchacha20poly1305_ABYTES
/* a record holds at most 1 MiB, and a manifest is made from one */
#define VAULT_MANIFEST_MAX ((size_t)1 << 20)

#define VAULT_OBJECT_KEY crypto_secretstream_xchacha20poly1305_KEYBYTES
#define VAULT_SEALED (VAULT_OBJECT_KEY + crypto_box_SEALBYTES)
#define VAULT_STREAM crypto_secretstream_xchacha20poly1305_HEADERBYTES

#define VAULT_AT_VERSION 8
#define VAULT_AT_LEN 12
#define VAULT_AT_KEY 16
#define VAULT_AT_SEALED 48
#define VAULT_AT_STREAM 128
#define VAULT_HEAD ((size_t)152)
/* the key and the stream's header */
#define VAULT_SECRETS (VAULT_HEAD - VAULT_AT_SEALED)
#define VAULT_CLOSE (8 + CT_SHA256_LEN)

_Static_assert(VAULT_AT_SEALED + VAULT_SEALED == VAULT_AT_STREAM &&
	VAULT_AT_STREAM + VAULT_STREAM == VAULT_HEAD,
    "the header is as it is documented");

static const char vault_magic[] = "ct-vault";

struct ct_vault_key {
	uint8_t secret[crypto_box_SECRETKEYBYTES];
	struct ct_vault_pub pub;
};

/* The digests and the number of the bytes that went by. */
struct vault_sum {
	struct ct_digest digest;
	struct ct_digests got; /* once it is ended */
	uint64_t size;
};
int vault_sum_start(struct vault_sum *sum, struct ct_err *err);
int vault_sum_add(
    struct vault_sum *sum, const void *p, size_t len, struct ct_err *err);
int vault_sum_end(struct vault_sum *sum, struct ct_err *err);
/* What stands behind the bytes. */
void vault_sum_close(const struct vault_sum *sum, uint8_t close[VAULT_CLOSE]);
/* Are SHA-256 and size those of the manifest, as far as it gives them?
 * CT_DATAERR names the one that is not. */
int vault_sum_compare(
    const struct vault_sum *sum, const json_t *manifest, struct ct_err *err);
/* "sha1" or "md5", if the manifest has it and the bytes have another; else
 * NULL.
 */
const char *vault_sum_belied(
    const struct vault_sum *sum, const json_t *manifest);
/* The same of a manifest that ct_vault_open gave, which then forgets it. */
const char *vault_belied(json_t *manifest);
/* Print it, if there is one. */
void vault_warn_belied(const char *id, json_t *manifest);
void vault_sum_free(struct vault_sum *sum);

static inline void
vault_put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static inline void
vault_put64(uint8_t *p, uint64_t v)
{
	vault_put32(p, (uint32_t)v);
	vault_put32(p + 4, (uint32_t)(v >> 32));
}

static inline uint32_t
vault_get32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

#endif
