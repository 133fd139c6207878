/* rec_fail.c - a record goes on with an error: ct_out_fail of rec.h */
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "rec.h"

#define ID_MAX 65536 /* bytes of an id worth keeping when all else is cut */

/* "error":{...} without braces around it.  Release with free. */
static char *
complaint(const struct ct_err *err)
{
	json_t *rec = json_object();
	size_t len;
	char *text;

	ct_rec_fail(rec, err);
	text = ct_rec_dump(rec, &len);
	json_decref(rec);
	memmove(text, text + 1, len - 2);
	text[len - 2] = '\0';
	return text;
}

/* Of a record that may not grow, only its id. */
static char *
shrunk(const char *line, size_t *len, bool *bare)
{
	struct ct_err err = { 0 };
	json_t *old = ct_json_object(line, *len, &err);
	json_t *rec = json_object(), *id = json_object_get(old, "id");
	char *text;

	if (id && ct_rec_size(id) <= ID_MAX)
		(void)json_object_set(rec, "id", id);
	*bare = json_object_size(rec) == 0;
	text = ct_rec_dump(rec, len);
	json_decref(rec);
	json_decref(old);
	return text;
}

int
ct_out_fail(struct ct_out *out, const char *line, size_t len, bool bare,
    const struct ct_err *why, struct ct_err *err)
{
	char *more = complaint(why), *less = NULL;
	int rc;

	if (len + strlen(more) >= CT_REC_MAX)
		line = less = shrunk(line, &len, &bare);
	rc = ct_out_more(out, line, len, bare, more, err);
	free(less);
	free(more);
	return rc;
}
