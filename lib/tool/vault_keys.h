/*
 * vault_keys.h - key files and shares, for vault_*.c only
 *
 * Shares are Shamir's over GF(256) with the polynomial x^8+x^4+x^3+x+1, each
 * byte of the secret by itself: what share x holds is the value at x of a
 * polynomial of degree k - 1 whose value at 0 is the secret.  No step depends
 * on a secret in its time or in the memory it touches.
 */
#ifndef CT_VAULT_KEYS_H
#define CT_VAULT_KEYS_H

#include "conf.h"
#include "keyfile.h"
#include "vault_format.h"

/* KEY; KEY, ROOTID, SIGNATURE; KEY; ID, SHARE after the words K N I */
extern const struct ct_keyfile_kind vault_public, vault_month, vault_secret,
    vault_share;
#define VAULT_AT_ROOT 32 /* in the raw bytes of a month's key */
#define VAULT_AT_SIGNATURE 64
#define VAULT_AT_SHARE 32 /* and of a share */

void vault_pub_name(struct ct_vault_pub *pub); /* its id, from its key */

/* The month n months after this one; -1: it is no month, or none before the
 * year 10000. */
int vault_month_add(const char *month, long n, char later[CT_VAULT_MONTH]);

/* Put the signature into a month's key that is else complete. */
void vault_month_sign(struct ct_keyfile *k, const struct ct_signet *root);

/* Each key that [vault] would have sealed to in its month; what each returns
 * but 0 ends it and is returned. */
typedef int vault_pub_fn(const struct ct_vault_pub *pub, const char *path,
    void *arg, struct ct_err *err);
int vault_pub_each(
    const char *conf, vault_pub_fn *each, void *arg, struct ct_err *err);

/* The id, in hex, of the key that is in this file or of which that is a share:
 * codes of ct_vault_key_read. */
int vault_key_id(const char *path, char id[2 * 32 + 1], struct ct_err *err);

/* The configuration, if [vault] has no key that is none.  CT_CONFIG. */
int vault_conf(struct ct_conf **conf, const char *file, struct ct_err *err);

/* Secrets of this many bytes. */
#define VAULT_SECRET ((size_t)32)

/*
 * share[i] of n becomes the one at i + 1; any k give the secret back, fewer
 * say nothing about it.  1 <= k <= n <= 255; random: (k - 1) * VAULT_SECRET
 * bytes nobody knows, to be wiped by the caller.
 */
void vault_split(const uint8_t secret[VAULT_SECRET], const uint8_t *random,
    size_t k, size_t n, uint8_t (*share)[VAULT_SECRET]);
/* From m shares, at different places other than 0, k of them or more. */
void vault_join(const uint8_t *place, const uint8_t *const share[], size_t m,
    uint8_t secret[VAULT_SECRET]);

#endif
