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

	if (!key || strlen(key) != 2 * sizeof wrap->key ||
	    ct_unhex(key, wrap->key, sizeof wrap->key) < 0 || !sealed ||
	    strlen(sealed) != 2 * sizeof wrap->sealed ||
	    ct_unhex(sealed, wrap->sealed, sizeof wrap->sealed) < 0)
		return ct_fail(err, CT_DATAERR, "no wrapped key");
	return 0;
}

json_t *
vault_wrap_json(const struct vault_wrap *wrap)
{
	char key[2 * sizeof wrap->key + 1], sealed[2 * VAULT_SEALED + 1];

	ct_hex(wrap->key, sizeof wrap->key, key);
	ct_hex(wrap->sealed, sizeof wrap->sealed, sealed);
	return json_pack("{s:s, s:s}", "key", key, "sealed", sealed);
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

/* The newest of object id to one of n keys, whose ids these are: 1, 0, or a
 * code. */
static int
newest(const char *dir, const char *id, const uint8_t (*key)[32], size_t n,
    struct vault_wrap *wrap, struct ct_err *err)
{
	struct vault_wrap one;
	uint8_t *text;
	const char *p;
	size_t len;
	int rc = load(dir, id, &text, &len, err), found = 0;

	if (rc)
		return rc;
	for (p = (const char *)text; next(&p, id, &one);)
		for (size_t i = 0; i < n; i++)
			if (memcmp(one.key, key[i], sizeof one.key) == 0) {
				*wrap = one;
				found = 1;
			}
	free(text);
	return found;
}

int
vault_wrap_find(const char *dir, const char *id,
    struct ct_vault_key *const key[], size_t n, struct vault_wrap *wrap,
    struct ct_err *err)
{
	uint8_t ids[CT_VAULT_KEYS_MAX][32];

	if (n > CT_VAULT_KEYS_MAX)
		n = CT_VAULT_KEYS_MAX;
	for (size_t i = 0; i < n; i++)
		memcpy(ids[i], key[i]->pub.id, sizeof ids[i]);
	return newest(dir, id, (const uint8_t(*)[32])ids, n, wrap, err);
}

int
vault_wrap_get(const char *dir, const char *id, const char *key,
    struct vault_wrap *wrap, struct ct_err *err)
{
	uint8_t one[1][32];

	if (strlen(key) != 2 * sizeof one[0] ||
	    ct_unhex(key, one[0], sizeof one[0]) < 0)
		return 0;
	return newest(dir, id, (const uint8_t(*)[32])one, 1, wrap, err);
}

int
vault_open_wrapped(const char *dir, const char *id,
    struct ct_vault_key *const key[], size_t n, int in, int out,
    json_t **manifest, struct ct_err *err)
{
	struct vault_wrap wrap;
	int found = dir && n ? vault_wrap_find(dir, id, key, n, &wrap, err) : 0;

	return found > 1 ? found
			 : vault_open_by(found ? &wrap : NULL, key, n, in, out,
			       manifest, err);
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
