#include "rec.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "blake.h"
#include "hex.h"
#include "prog.h"

static int
depth(const json_t *v)
{
	const char *key;
	json_t *sub;
	size_t i;
	int d, most = 0;

	if (json_is_object(v)) {
		json_object_foreach((json_t *)(uintptr_t)v, key,
		    sub) if ((d = depth(sub)) > most) most = d;
	} else if (json_is_array(v)) {
		json_array_foreach(v, i, sub) if ((d = depth(sub)) > most)
		    most = d;
	} else {
		return 0;
	}
	return most + 1;
}

/* ---- memory ----------------------------------------------------------------
 */

static void *
grab(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (!p)
		ct_die(CT_OSERR, "out of memory");
	return p;
}

/* Before there is any value: what is put into one is there, or the program
 * ends.  Or else a record would lose a member, and go on without it. */
static __attribute__((constructor)) void
take_care(void)
{
	json_set_alloc_funcs(grab, free);
}

static void
wipe(void *p)
{
	if (p)
		ct_wipe(p, malloc_usable_size(p));
	free(p);
}

void
ct_json_wipe(void)
{
	json_set_alloc_funcs(grab, wipe);
}

/* ---- records ---------------------------------------------------------------
 */

static json_t *
object(const char *text, size_t len, size_t flags, struct ct_err *err)
{
	json_error_t why;
	json_t *rec =
	    json_loadb(text, len, JSON_REJECT_DUPLICATES | flags, &why);

	/* why.text quotes the input, which may be private */
	if (!rec)
		(void)ct_fail(err, CT_DATAERR, "not a JSON object (byte %d)",
		    why.position);
	else if (!json_is_object(rec))
		(void)ct_fail(err, CT_DATAERR, "not a JSON object (byte 1)");
	else if (depth(rec) > CT_REC_DEPTH)
		(void)ct_fail(
		    err, CT_DATAERR, "nested over %d deep", CT_REC_DEPTH);
	else
		return rec;
	json_decref(rec);
	return NULL;
}

json_t *
ct_json_object(const char *text, size_t len, struct ct_err *err)
{
	return object(text, len, 0, err);
}

json_t *
ct_json_page(const char *text, size_t len, struct ct_err *err)
{
	size_t bom = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	return object(text + bom, len - bom, JSON_ALLOW_NUL, err);
}

json_t *
ct_rec_get(const json_t *rec, const char *path)
{
	const char *dot;

	while (rec && (dot = strchr(path, '.'))) {
		rec = json_object_getn(rec, path, (size_t)(dot - path));
		path = dot + 1;
	}
	return json_object_get(rec, path);
}

const char *
ct_rec_text(const json_t *rec, const char *path)
{
	return json_string_value(ct_rec_get(rec, path));
}

bool
ct_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

int
ct_rec_account(const json_t *rec, const char **id, struct ct_err *err)
{
	const json_t *user = json_object_get(rec, "user");
	const json_t *v = json_object_get(user, "id");

	*id = json_string_value(v);
	if (user && !json_is_object(user))
		return ct_fail(err, CT_DATAERR, "user is not an object");
	if (v && (!*id || !**id))
		return ct_fail(
		    err, CT_DATAERR, "user.id is not a string, or empty");
	return 0;
}

int
ct_rec_hash(const json_t *rec, const char *name, uint8_t *out, size_t len,
    struct ct_err *err)
{
	const json_t *hashes = json_object_get(rec, "hashes");
	const json_t *hash = json_object_get(hashes, name);

	if (hashes && !json_is_object(hashes))
		return ct_fail(err, CT_DATAERR, "hashes is not an object");
	if (!hash)
		return CT_NO;
	if (!json_is_string(hash) || json_string_length(hash) != 2 * len ||
	    ct_unhex(json_string_value(hash), out, len) < 0)
		return ct_fail(err, CT_DATAERR,
		    "hashes.%s is not %zu hex digits", name, 2 * len);
	return 0;
}

void
ct_rec_fail(json_t *rec, const struct ct_err *err)
{
	(void)json_object_set_new(rec, "error",
	    json_pack("{s:s, s:i, s:s}", "tool", ct_prog, "code", err->code,
		"msg", err->msg));
}

int
ct_rec_error(const json_t *rec)
{
	const json_t *error = json_object_get(rec, "error");
	json_int_t code = json_integer_value(json_object_get(error, "code"));

	if (!error)
		return 0;
	return code > 0 && code <= CT_CONFIG ? (int)code : CT_DATAERR;
}

bool
ct_rec_gone(const json_t *rec)
{
	return json_is_true(ct_rec_get(rec, "object.gone")) &&
	    !json_object_get(rec, "error");
}
