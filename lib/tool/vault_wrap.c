/* vault_wrap.c - own keys of objects that were sealed anew: vault_wrap.h */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "hex.h"
#include "prog.h"
#include "vault_wrap.h"

#define WRAPS_MAX ((size_t)64 << 10) /* bytes of a file: some 200 lines */

int
vault_wrap_of(const json_t *rec, struct vault_wrap *wrap, struct ct_err *err)
{
	const char *key = ct_rec_text(rec, "key");
	const char *sealed = ct_rec_text(rec, "sealed");
	const char *proof = ct_rec_text(rec, "proof");

	if (!key || strlen(key) != 2 * sizeof wrap->key ||
	    ct_unhex(key, wrap->key, sizeof wrap->key) < 0 || !sealed ||
	    strlen(sealed) != 2 * sizeof wrap->sealed ||
	    ct_unhex(sealed, wrap->sealed, sizeof wrap->sealed) < 0 || !proof ||
	    strlen(proof) != 2 * sizeof wrap->proof ||
	    ct_unhex(proof, wrap->proof, sizeof wrap->proof) < 0)
		return ct_fail(err, CT_DATAERR, "no wrapped key");
	return 0;
}

json_t *
vault_wrap_json(const struct vault_wrap *wrap)
{
	char key[2 * sizeof wrap->key + 1], sealed[2 * VAULT_SEALED + 1];
	char proof[2 * sizeof wrap->proof + 1];

	ct_hex(wrap->key, sizeof wrap->key, key);
	ct_hex(wrap->sealed, sizeof wrap->sealed, sealed);
	ct_hex(wrap->proof, sizeof wrap->proof, proof);
	return json_pack(
	    "{s:s, s:s, s:s}", "key", key, "sealed", sealed, "proof", proof);
}

/* Those of object id; *text is the caller's, "" if there are none. */
static int
load(const char *dir, const char *id, uint8_t **text, size_t *len,
    struct ct_err *err)
{
	char *path = ct_printf("%s/wraps/%s", dir, id);
	int rc = 0;

	*len = 0;
	if (access(path, F_OK) < 0)
		*text = ct_alloc(1, 1);
	else
		rc = ct_file_read(path, WRAPS_MAX, text, len, err);
	free(path);
	return rc;
}

/* The next line of *p as a wrap: 1, 0 at the end.  What is none is skipped: it
 * opens nothing. */
static int
next(const char **p, const char *id, struct vault_wrap *wrap)
{
	struct ct_err ignored = { 0 };
	const char *line, *is;
	json_t *rec;
	size_t len;
	bool good;

	for (good = false; !good && **p;) {
		line = *p;
		len = strcspn(line, "\n");
		*p = line + len + (line[len] == '\n');
		rec = ct_json_object(line, len, &ignored);
		is = ct_rec_text(rec, "id");
		good = is && strcmp(is, id) == 0 &&
		    vault_wrap_of(rec, wrap, &ignored) == 0;
		json_decref(rec);
	}
	return good;
}

int
vault_wraps_read(const char *dir, const char *id, struct vault_wrap **wrap,
    size_t *n, struct ct_err *err)
{
	struct vault_wrap one;
	uint8_t *text;
	const char *p;
	size_t len;
	int rc = load(dir, id, &text, &len, err);

	*wrap = NULL;
	*n = 0;
	if (rc)
		return rc;
	for (p = (const char *)text; next(&p, id, &one);) {
		*wrap = ct_grow(*wrap, *n + 1, sizeof **wrap);
		(*wrap)[(*n)++] = one;
	}
	free(text);
	return 0;
}

int
vault_wrap_get(const char *dir, const char *id, const char *key,
    struct vault_wrap *wrap, struct ct_err *err)
{
	struct vault_wrap *all;
	uint8_t one[32];
	size_t n, i;
	int rc, found = 0;

	if (strlen(key) != 2 * sizeof one || ct_unhex(key, one, sizeof one) < 0)
		return 0;
	rc = vault_wraps_read(dir, id, &all, &n, err);
	for (i = 0; i < n; i++)
		if (memcmp(all[i].key, one, sizeof one) == 0) {
			*wrap = all[i];
			found = 1;
		}
	free(all);
	return rc ? rc : found;
}

void
vault_wrap_prove(const struct vault_wrap *wrap, const char *id,
    const uint8_t own[VAULT_OBJECT_KEY], uint8_t proof[32])
{
	crypto_generichash_state b;
	uint8_t raw[CT_VAULT_ID / 2] = { 0 };

	(void)ct_unhex(id, raw, sizeof raw);
	(void)crypto_generichash_init(&b, own, VAULT_OBJECT_KEY, 32);
	(void)crypto_generichash_update(&b, raw, sizeof raw);
	(void)crypto_generichash_update(&b, wrap->key, sizeof wrap->key);
	(void)crypto_generichash_update(&b, wrap->sealed, sizeof wrap->sealed);
	(void)crypto_generichash_final(&b, proof, 32);
	sodium_memzero(&b, sizeof b);
}

/* Does this key open this wrap, and does its proof hold? */
static bool
opens(const struct vault_wrap *wrap, const char *id,
    const struct ct_vault_key *key, uint8_t own[VAULT_OBJECT_KEY])
{
	uint8_t proof[32];

	if (crypto_box_seal_open(own, wrap->sealed, VAULT_SEALED, key->pub.key,
		key->secret) != 0)
		return false;
	vault_wrap_prove(wrap, id, own, proof);
	return sodium_memcmp(proof, wrap->proof, sizeof proof) == 0;
}

int
vault_wraps_open(const struct vault_wrap *wrap, size_t nwraps, const char *id,
    struct ct_vault_key *const key[], size_t n, uint8_t own[VAULT_OBJECT_KEY],
    const struct vault_wrap **by, struct ct_err *err)
{
	bool any = false;
	size_t i, k;

	for (k = nwraps; k-- > 0;)
		for (i = 0; i < n; i++) {
			if (memcmp(wrap[k].key, key[i]->pub.id,
				sizeof wrap[k].key) != 0)
				continue;
			any = true;
			if (!opens(&wrap[k], id, key[i], own))
				continue;
			if (by)
				*by = &wrap[k];
			return 1;
		}
	sodium_memzero(own, VAULT_OBJECT_KEY);
	return any
	    ? ct_fail(err, CT_DATAERR, "damaged object: its key does not open")
	    : 0;
}

int
vault_open_wrapped(const char *dir, const char *id,
    struct ct_vault_key *const key[], size_t n, int in, int out,
    json_t **manifest, char by[65], struct ct_err *err)
{
	struct vault_wrap *all = NULL;
	struct vault_wraps wraps = { .id = id };
	int rc = dir && n ? vault_wraps_read(dir, id, &all, &wraps.n, err) : 0;

	wraps.wrap = all;
	if (!rc)
		rc = vault_open_by(&wraps, key, n, in, out, manifest, err);
	if (by)
		*by = '\0';
	if (by && !rc && wraps.by)
		ct_hex(wraps.by->key, sizeof wraps.by->key, by);
	free(all);
	return rc;
}

static int
append(const struct ct_vault *v, const char *path, const uint8_t *text,
    size_t len, json_t *line, struct ct_err *err)
{
	struct ct_text all = { 0 };
	int rc = 0;

	ct_text_add(&all, text, len);
	if (!line || ct_text_rec(&all, line) < 0)
		rc = ct_fail(err, CT_OSERR, "out of memory");
	ct_text_add(&all, "\n", 1);
	if (!rc && all.len > WRAPS_MAX)
		rc = ct_fail(err, CT_NOPERM, "it was wrapped too often");
	if (!rc)
		rc = vault_replace(v, path, 0600, all.s, all.len, err);
	ct_text_free(&all);
	return rc;
}

int
vault_wrap_add(const struct ct_vault *v, const char *id,
    const struct vault_wrap *wrap, struct ct_err *err)
{
	char *path = ct_printf("%s/wraps/%s", v->dir, id);
	json_t *line = json_pack("{s:s}", "id", id);
	json_t *members = vault_wrap_json(wrap);
	uint8_t *text = NULL;
	size_t len;
	int rc = load(v->dir, id, &text, &len, err);

	if (!rc && json_object_update(line, members) < 0)
		rc = ct_fail(err, CT_OSERR, "out of memory");
	if (!rc)
		rc = append(v, path, text, len, line, err);
	json_decref(line);
	json_decref(members);
	free(text);
	free(path);
	return rc;
}
