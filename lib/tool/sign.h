/*
 * sign.h - requests that are signed, so that a receiver knows them (libcrypto)
 *
 * Two kinds of keys.  Ed25519 signs the time, a nonce and the body, so that a
 * request can be told from a copy of it; RSA of 2048 bits signs the body alone,
 * RSASSA-PKCS1-v1_5 with SHA-256, as Coop does.  ct-enrich(1) says what is
 * signed to the byte, and how a receiver checks it.
 */
#ifndef CT_SIGN_H
#define CT_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define CT_SIGN_ID 32 /* hex digits of a key's id: of SHA-256 of its DER */
#define CT_SIGN_FILE ((size_t)16 << 10) /* bytes of a key file at most */
#define CT_SIGN_SKEW ((int64_t)300000)  /* ms that clocks may differ */

/*
 * Make NAME.key (PEM, 0600) and then NAME.pub (PEM, 0644).  CT_CANTCREAT if
 * either exists; CT_UNAVAILABLE if libcrypto has no such keys.
 */
int ct_sign_keygen(const char *name, bool rsa, struct ct_err *err);

/* ---- those who sign ------------------------------------------------------ */

struct ct_signer; /* at most one key of each kind */

/*
 * Add the secret key of this name, see ct_cred_path, to *signer, made if it is
 * NULL.  CT_NOINPUT, CT_NOPERM if the file is open to others, CT_CONFIG if it
 * holds no such key or there is one of its kind already.
 */
int ct_signer_add(
    struct ct_signer **signer, const char *name, struct ct_err *err);
void ct_signer_free(struct ct_signer *signer);

/*
 * The headers of one request with this body, each "name: value", ended by
 * NULL; anew for every try.  Release with ct_sign_done, also after an error.
 */
#define CT_SIGN_HEADERS 6
int ct_signer_headers(const struct ct_signer *signer, const void *body,
    size_t len, char *header[CT_SIGN_HEADERS], struct ct_err *err);
void ct_sign_done(char *header[CT_SIGN_HEADERS]);

/* ---- those who check ----------------------------------------------------- */

struct ct_sign_key; /* a public key */

/* From PEM, of a secret key too.  CT_DATAERR. */
int ct_sign_key_parse(
    struct ct_sign_key **key, const char *pem, size_t len, struct ct_err *err);
void ct_sign_key_free(struct ct_sign_key *key);

bool ct_sign_key_rsa(const struct ct_sign_key *key);
const char *ct_sign_key_id(const struct ct_sign_key *key);
/* As PEM; or the 32 bytes of Ed25519, the DER of RSA, in base64.  Release with
 * free. */
char *ct_sign_key_pem(const struct ct_sign_key *key);
char *ct_sign_key_base64(const struct ct_sign_key *key);

/* What came with a request: values of headers, NULL if absent. */
struct ct_signed {
	const char *key, *timestamp, *nonce, *signature; /* Ed25519 */
	const char *coop;                                /* RSA */
	const void *body;
	size_t len;
};

/* Did this key sign this?  Whether it is new is the caller's to know. */
bool ct_sign_verify(
    const struct ct_sign_key *key, const struct ct_signed *what);

#endif
