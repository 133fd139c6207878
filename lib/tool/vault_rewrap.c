/* vault_rewrap.c - what is held gets another key: ct_vault_rewrap of vault.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "hex.h"
#include "prog.h"
#include "vault_wrap.h"

/* ---- on the host: what is to be wrapped ---------------------------------- */

static int
read_head(const struct ct_vault *v, const char *id, uint8_t head[VAULT_HEAD],
    struct ct_err *err)
{
	int fd = vault_open_object(v, id);
	ssize_t n;

	if (fd < 0)
		return ct_fail_errno(
		    err, CT_NOINPUT, "cannot open object %.16s", id);
	n = ct_read_full(fd, head, VAULT_HEAD);
	(void)close(fd);
	if (n < 0)
		return ct_fail_errno(
		    err, CT_IOERR, "cannot read object %.16s", id);
	return n == (ssize_t)VAULT_HEAD &&
		memcmp(head, vault_magic, VAULT_AT_VERSION) == 0 &&
		vault_get32(head + VAULT_AT_VERSION) == VAULT_VERSION
	    ? 0
	    : ct_fail(err, CT_DATAERR, "object %.16s is damaged", id);
}

/* key, wrapped: what opens it now; wrapped NULL: only key does */
static int
put(struct ct_vault *v, const char *id, const char *key, const char *wrapped,
    struct ct_out *out, struct ct_err *err)
{
	uint8_t head[VAULT_HEAD];
	char hex[2 * VAULT_HEAD + 1];
	struct vault_wrap wrap;
	json_t *rec;
	int rc = read_head(v, id, head, err), found = 0;

	if (!rc && wrapped)
		found = vault_wrap_get(v->dir, id, wrapped, &wrap, err);
	if (rc || found > 1)
		return rc ? rc : found;
	ct_hex(head, sizeof head, hex);
	rec = json_pack("{s:s, s:s, s:s, s:o*}", "id", id, "key", key, "head",
	    hex, "wrap", found ? vault_wrap_json(&wrap) : NULL);
	rc = rec ? ct_out_rec(out, rec, err)
		 : ct_fail(err, CT_OSERR, "out of memory");
	json_decref(rec);
	return rc;
}

int
ct_vault_rewrap_ask(struct ct_vault *v, const char *hold, const char *object,
    struct ct_out *out, struct ct_err *err)
{
	struct ct_rows *rows;
	struct ct_err why;
	int rc, bad = 0;

	rc = ct_rows_open(&rows, v->store, err,
	    "SELECT o.id, o.key, w.key FROM object o"
	    " LEFT JOIN wrap w ON w.object = o.id"
	    " WHERE o.state <> 'destroyed' AND (?1 IS NULL OR o.id = ?1)"
	    " AND (?1 NOT NULL AND ?2 IS NULL OR o.id IN (SELECT object FROM"
	    "  held WHERE (?2 IS NULL OR hold = ?2)"
	    "  AND (until IS NULL OR until > ?3))) ORDER BY o.seq",
	    "ssi", object, hold, ct_now());
	while (!rc && (rc = ct_rows_next(rows, err)) == 1) {
		why = (struct ct_err){ 0 };
		rc = put(v, ct_rows_text(rows, 0), ct_rows_text(rows, 1),
		    ct_rows_text(rows, 2), out, &why);
		if (rc == CT_NOINPUT || rc == CT_DATAERR) {
			ct_warn("%s", why.msg);
			bad = rc > bad ? rc : bad;
			rc = 0;
		} else if (rc) {
			*err = why;
		}
	}
	ct_rows_close(rows);
	if (rc || !bad)
		return rc;
	return ct_fail(err, bad, "not all objects are there");
}

/* ---- where the secret key is --------------------------------------------- */

/* The object's own key, out of its header or out of what that was wrapped to.
 */
static int
own_key(const json_t *rec, struct ct_vault_key *const key[], size_t n,
    uint8_t own[VAULT_OBJECT_KEY], struct ct_err *err)
{
	const json_t *wrapped = json_object_get(rec, "wrap");
	const char *hex = ct_rec_text(rec, "head");
	const char *id = ct_rec_text(rec, "id");
	uint8_t head[VAULT_HEAD];
	struct vault_wrap wrap;
	int rc = 0;

	if (!hex || strlen(hex) != 2 * sizeof head ||
	    ct_unhex(hex, head, sizeof head) < 0 ||
	    memcmp(head, vault_magic, VAULT_AT_VERSION) != 0)
		return ct_fail(err, CT_DATAERR, "head is none of an object");
	if (!id || !vault_is_id(id))
		return ct_fail(err, CT_DATAERR, "id is no name of an object");
	for (size_t i = 0; i < n; i++)
		if (memcmp(head + VAULT_AT_KEY, key[i]->pub.id,
			sizeof key[i]->pub.id) == 0)
			return crypto_box_seal_open(own, head + VAULT_AT_SEALED,
				   VAULT_SEALED, key[i]->pub.key,
				   key[i]->secret) == 0
			    ? 0
			    : ct_fail(err, CT_DATAERR,
				  "damaged object: its key does not open");
	if (wrapped && !(rc = vault_wrap_of(wrapped, &wrap, err)))
		rc = vault_wraps_open(&wrap, 1, id, key, n, own, NULL, err);
	if (!rc)
		return ct_fail(err, CT_NOPERM, "it is sealed to another key");
	return rc == 1 ? 0 : rc;
}

int
ct_vault_rewrap(struct ct_vault_key *const key[], size_t n,
    const struct ct_vault_pub *to, json_t *rec, struct ct_err *err)
{
	uint8_t own[VAULT_OBJECT_KEY];
	struct vault_wrap wrap;
	int rc;

	if (!json_object_get(rec, "head"))
		return CT_NO;
	rc = own_key(rec, key, n, own, err);
	if (rc)
		return rc;
	memcpy(wrap.key, to->id, sizeof wrap.key);
	if (crypto_box_seal(wrap.sealed, own, sizeof own, to->key) != 0)
		rc = ct_fail(err, CT_CONFIG, "the public key is not usable");
	vault_wrap_prove(&wrap, ct_rec_text(rec, "id"), own, wrap.proof);
	sodium_memzero(own, sizeof own);
	if (!rc && json_object_set_new(rec, "wrap", vault_wrap_json(&wrap)) < 0)
		rc = ct_fail(err, CT_OSERR, "out of memory");
	return rc;
}

/* ---- on the host again --------------------------------------------------- */

/* Between begin and end. */
static int
take(struct ct_vault *v, const char *id, const struct vault_wrap *wrap,
    struct ct_err *err)
{
	char key[2 * sizeof wrap->key + 1];
	struct vault_wrap had;
	int64_t seq;
	int rc = ct_store_int(v->store, &seq, err,
	    "SELECT seq FROM object WHERE id = ? AND state <> 'destroyed'", "s",
	    id);

	if (rc != 1)
		return rc ? rc
			  : ct_fail(err, CT_NOINPUT,
				"there is no such object, or no longer");
	ct_hex(wrap->key, sizeof wrap->key, key);
	rc = vault_wrap_get(v->dir, id, key, &had, err);
	if (rc > 1)
		return rc;
	if ((rc == 0 || memcmp(&had, wrap, sizeof had) != 0) &&
	    (rc = vault_wrap_add(v, id, wrap, err)))
		return rc;
	return vault_log(
	    v, "wrap", json_pack("{s:s, s:s}", "object", id, "key", key), err);
}

int
ct_vault_rewrap_take(struct ct_vault *v, const json_t *rec, struct ct_err *err)
{
	const char *id = ct_rec_text(rec, "id");
	struct vault_wrap wrap;
	int rc;

	if (!json_object_get(rec, "wrap"))
		return CT_NO;
	if (!id || !vault_is_id(id))
		return ct_fail(err, CT_DATAERR, "id is no name of an object");
	rc = vault_wrap_of(json_object_get(rec, "wrap"), &wrap, err);
	if (!rc)
		rc = vault_begin(v, NULL, err);
	if (rc)
		return rc;
	rc = take(v, id, &wrap, err);
	vault_end(v);
	return rc;
}
