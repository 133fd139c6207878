/* rec_path.c - file names in records, UTF-8 or not: ct_rec_path of rec.h */
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "prog.h"
#include "rec.h"

/* NULL if it is not base64, or of bytes among which is a NUL. */
static char *
decode(const char *text)
{
	size_t len = strlen(text), n;
	char *out = ct_alloc(len / 4 * 3 + 1, 1);

	if (len && ct_unbase64(text, len, (uint8_t *)out, &n) &&
	    strlen(out) == n)
		return out;
	free(out);
	return NULL;
}

int
ct_rec_path(const json_t *rec, char **path, struct ct_err *err)
{
	const json_t *plain = json_object_get(rec, "path");
	const json_t *coded = json_object_get(rec, "path_b64");

	*path = NULL;
	if (!plain && !coded)
		return CT_NO;
	if (plain && !coded && json_is_string(plain))
		*path = ct_strdup(json_string_value(plain));
	else if (coded && !plain && json_is_string(coded))
		*path = decode(json_string_value(coded));
	return *path
	    ? 0
	    : ct_fail(err, CT_DATAERR, "path or path_b64 is malformed");
}

/*
 * The same name from the root, whatever way it was spelt: the directory is
 * resolved, its last component, which may be a link, is not.
 */
char *
ct_rec_whole(const char *name)
{
	const char *slash = strrchr(name, '/'),
		   *last = slash ? slash + 1 : name;
	char *dir, *real, *path;

	dir = slash ? ct_printf("%.*s/", (int)(slash - name), name)
		    : ct_strdup(".");
	real = *last ? realpath(dir, NULL) : NULL;
	if (real)
		path = ct_printf("%s/%s", real[1] ? real : "", last);
	else
		path = ct_strdup(name);
	free(real);
	free(dir);
	return path;
}

void
ct_rec_name(json_t *rec, const char *whole)
{
	char *coded;
	json_t *text = json_string(whole); /* NULL if it is not UTF-8 */

	if (text) {
		(void)json_object_set(rec, "id", text);
		(void)json_object_set_new(rec, "path", text);
	} else {
		coded = ct_alloc(CT_BASE64_LEN(strlen(whole)) + 1, 1);
		ct_base64(whole, strlen(whole), coded);
		(void)json_object_set_new(
		    rec, "id", json_sprintf("b64:%s", coded));
		(void)json_object_set_new(rec, "path_b64", json_string(coded));
		free(coded);
	}
}
