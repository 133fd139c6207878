/*
 * signet.h - Ed25519 keys that sign: root, officers, heads of logs
 *
 * What is signed is a context and then the bytes, as one text; so a signature
 * serves for one purpose only, and any Ed25519 program can check it.
 */
#ifndef CT_SIGNET_H
#define CT_SIGNET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define CT_SIGNET_LEN 64 /* bytes of a signature */

#define CT_SIGNET_MONTH "ct-vault-month 1\n"     /* a month's public key */
#define CT_SIGNET_REQUEST "ct-vault-request 1\n" /* what needs two people */
#define CT_SIGNET_HEAD "ct-audit-head 1\n"       /* the end of a log */

struct ct_signet_pub {
	uint8_t key[32], id[32]; /* id: BLAKE2b-256 of key */
};

/* CT_NOINPUT, or CT_CONFIG if the file is damaged or holds something else. */
int ct_signet_pub_read(
    struct ct_signet_pub *pub, const char *path, struct ct_err *err);

/* A secret in locked memory (keyfile.h).  CT_NOINPUT; CT_NOPERM if the file is
 * open to others or memory cannot be locked; CT_CONFIG. */
struct ct_signet;
int ct_signet_read(
    struct ct_signet **signet, const char *path, struct ct_err *err);
void ct_signet_free(struct ct_signet *signet); /* wipes it */
const struct ct_signet_pub *ct_signet_public(const struct ct_signet *signet);

void ct_signet_sign(const struct ct_signet *signet, const char *context,
    const void *bytes, size_t len, uint8_t sig[CT_SIGNET_LEN]);
bool ct_signet_fits(const struct ct_signet_pub *pub, const char *context,
    const void *bytes, size_t len, const uint8_t sig[CT_SIGNET_LEN]);

/* Make NAME.key (0600) and NAME.pub (0644), tried before they are written.
 * CT_CANTCREAT if either exists. */
int ct_signet_keygen(const char *name, struct ct_err *err);

#endif
