/* serve_json.c - what the page asks and is answered, in JSON */
#include <stdlib.h>
#include <string.h>

#include "serve_impl.h"

void
serve_say(struct serve_ans *ans, unsigned status, json_t *value)
{
	size_t len;

	ans->status = status;
	ans->type = "application/json";
	ans->body = ct_rec_dump(value, &len);
	ans->len = len;
	json_decref(value);
}

json_t *
serve_words(const char *text)
{
	size_t len = strlen(text);
	json_t *words;

	while (!(words = json_stringn(text, len)) && len)
		len--;
	return words;
}

void
serve_deny(struct serve_ans *ans, unsigned status, const char *more,
    const struct ct_err *err)
{
	json_t *value = json_pack(
	    "{s:o, s:i}", "error", serve_words(err->msg), "code", err->code);

	if (more)
		(void)json_object_set_new(value, more, json_true());
	serve_say(ans, status, value);
}

void
serve_fail(struct serve_ans *ans, const struct ct_err *err)
{
	unsigned status = 500;

	if (err->code == CT_TEMPFAIL)
		status = 503;
	else if (err->code == CT_USAGE || err->code == CT_DATAERR ||
	    err->code == CT_NOINPUT || err->code == CT_NOPERM)
		status = 422;
	serve_deny(ans, status, NULL, err);
}

static bool
malformed(struct serve_ans *ans, const char *name, const char *want)
{
	struct ct_err err;

	(void)ct_fail(&err, CT_DATAERR, "%s: want %s", name, want);
	serve_deny(ans, 400, NULL, &err);
	return false;
}

bool
serve_number(
    struct serve_ans *ans, const json_t *ask, const char *name, json_int_t *n)
{
	const json_t *value = json_object_get(ask, name);

	*n = json_is_integer(value) ? json_integer_value(value) : -1;
	return *n >= 0 || malformed(ans, name, "a number");
}

bool
serve_text(struct serve_ans *ans, const json_t *ask, const char *name,
    const char **text)
{
	const json_t *value = json_object_get(ask, name);

	*text = json_string_value(value);
	if (*text && !**text)
		*text = NULL;
	return !value || json_is_null(value) || json_is_string(value) ||
	    malformed(ans, name, "a text");
}

bool
serve_texts(struct serve_ans *ans, const json_t *ask, const char *name,
    const json_t **list)
{
	const json_t *value = json_object_get(ask, name), *one;
	size_t i;

	*list = json_is_array(value) ? value : NULL;
	json_array_foreach(*list, i, one)
	{
		if (!json_is_string(one))
			return malformed(ans, name, "texts");
	}
	return !value || json_is_null(value) || *list ||
	    malformed(ans, name, "a list");
}
