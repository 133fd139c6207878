/*
 * vault_wrap.h - an object's own key, sealed anew to another public key, for
 * vault_*.c only
 *
 * So what is held can be opened when the key of its month is gone.  HOME/vault/
 * wraps/ID has a line for each, the newest last:
 *	{"id":ID,"key":"id of the public key","sealed":"160 hex digits"}
 */
#ifndef CT_VAULT_WRAP_H
#define CT_VAULT_WRAP_H

#include "vault_dir.h"
#include "vault_format.h"

struct vault_wrap {
	uint8_t key[32]; /* the id of the key that it is sealed to */
	uint8_t sealed[VAULT_SEALED];
};

/* The newest wrap of object id below dir (HOME/vault) that one of these keys
 * opens: 1, 0 if there is none, or a code. */
int vault_wrap_find(const char *dir, const char *id,
    struct ct_vault_key *const key[], size_t n, struct vault_wrap *wrap,
    struct ct_err *err);

/* The newest one to the key of this id, in hex: 1, 0, or a code. */
int vault_wrap_get(const char *dir, const char *id, const char *key,
    struct vault_wrap *wrap, struct ct_err *err);

/* One more of object id, durably. */
int vault_wrap_add(const struct ct_vault *v, const char *id,
    const struct vault_wrap *wrap, struct ct_err *err);

/* As ct_vault_open the object id, and if none of the keys fits, by a wrap that
 * is below dir (NULL: nowhere). */
int vault_open_wrapped(const char *dir, const char *id,
    struct ct_vault_key *const key[], size_t n, int in, int out,
    json_t **manifest, struct ct_err *err);

/* In vault_open.c: by this wrap (NULL: none). */
int vault_open_by(const struct vault_wrap *wrap,
    struct ct_vault_key *const key[], size_t n, int in, int out,
    json_t **manifest, struct ct_err *err);

/* The members "key" and "sealed" of a wrap, from and to JSON: CT_DATAERR; NULL.
 */
int vault_wrap_of(
    const json_t *rec, struct vault_wrap *wrap, struct ct_err *err);
json_t *vault_wrap_json(const struct vault_wrap *wrap);

#endif
