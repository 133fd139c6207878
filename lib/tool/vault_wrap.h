/*
 * vault_wrap.h - an object's own key, sealed anew to another public key, for
 * vault_*.c only
 *
 * So what is held can be opened when the key of its month is gone.  HOME/vault/
 * wraps/ID has a line for each, the newest last:
 *	{"id":ID,"key":"id of the public key","sealed":"160 hex digits",
 *	"proof":"64"}
 * proof: BLAKE2b-256, keyed with the object's own key, of ID (32 bytes), key
 * and sealed.  The host cannot check it; who can open the wrap does.
 */
#ifndef CT_VAULT_WRAP_H
#define CT_VAULT_WRAP_H

#include "vault_dir.h"
#include "vault_format.h"

struct vault_wrap {
	uint8_t key[32]; /* the id of the key that it is sealed to */
	uint8_t sealed[VAULT_SEALED];
	uint8_t proof[32];
};

/* All wraps of object id below dir (HOME/vault), the newest last: *wrap is the
 * caller's.  0, or a code. */
int vault_wraps_read(const char *dir, const char *id, struct vault_wrap **wrap,
    size_t *n, struct ct_err *err);

/* The proof of a wrap of object id (of 64 digits), whose own key this is. */
void vault_wrap_prove(const struct vault_wrap *wrap, const char *id,
    const uint8_t own[VAULT_OBJECT_KEY], uint8_t proof[32]);

/* The object's own key, by the newest of n wraps that one of the keys opens and
 * whose proof holds; *by (may be NULL) is that.  1; 0 if none is to any of
 * these keys; CT_DATAERR if those that are do not open. */
int vault_wraps_open(const struct vault_wrap *wrap, size_t nwraps,
    const char *id, struct ct_vault_key *const key[], size_t n,
    uint8_t own[VAULT_OBJECT_KEY], const struct vault_wrap **by,
    struct ct_err *err);

/* The newest one to the key of this id, in hex: 1, 0, or a code. */
int vault_wrap_get(const char *dir, const char *id, const char *key,
    struct vault_wrap *wrap, struct ct_err *err);

/* One more of object id, durably. */
int vault_wrap_add(const struct ct_vault *v, const char *id,
    const struct vault_wrap *wrap, struct ct_err *err);

/* As ct_vault_open the object id, and if none of the keys fits, by a wrap that
 * is below dir (NULL: nowhere).  by (may be NULL) gets the key's id of the wrap
 * it was opened by, in hex, or "". */
int vault_open_wrapped(const char *dir, const char *id,
    struct ct_vault_key *const key[], size_t n, int in, int out,
    json_t **manifest, char by[65], struct ct_err *err);

/* In vault_open.c: by these wraps of object id. */
struct vault_wraps {
	const char *id;
	const struct vault_wrap *wrap;
	size_t n;
	const struct vault_wrap *by; /* set: the one that opened it, or NULL */
};
int vault_open_by(struct vault_wraps *wraps, struct ct_vault_key *const key[],
    size_t n, int in, int out, json_t **manifest, struct ct_err *err);

/* The members "key", "sealed" and "proof" of a wrap, from and to JSON:
 * CT_DATAERR; NULL.
 */
int vault_wrap_of(
    const json_t *rec, struct vault_wrap *wrap, struct ct_err *err);
json_t *vault_wrap_json(const struct vault_wrap *wrap);

#endif
