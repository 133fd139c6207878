#include "classify_talk.h"

#include <stdlib.h>
#include <string.h>

#include "entry.h"
#include "hex.h"
#include "pdna.h"
#include "prog.h"

#define SHA512 ((size_t)64)

json_t *
classify_line(const json_t *rec)
{
	static const char *const told[] = { "id", "path", "path_b64", "url",
		"surface", "object", "file", "hashes" };
	json_t *line = json_object(), *v;
	size_t i;

	for (i = 0; i < sizeof told / sizeof told[0]; i++)
		if ((v = json_object_get(rec, told[i])))
			(void)json_object_set(line, told[i], v);
	return line;
}

/* A hash as it goes into the record; NULL: it is none. */
static json_t *
hash_of(const char *name, const json_t *v)
{
	const char *text = json_string_value(v);
	size_t len = json_string_length(v);
	uint8_t pdna[CT_PDNA_LEN], sha512[SHA512];
	char hex[2 * SHA512 + 1];

	if (!text)
		return NULL;
	if (strcmp(name, "pdna") == 0)
		return ct_signal_pdna(text, len, pdna) ? json_stringn(text, len)
						       : NULL;
	if (len != 2 * SHA512 || ct_unhex(text, sha512, SHA512))
		return NULL;
	ct_hex(sha512, SHA512, hex);
	return json_string(hex);
}

/* false: it is malformed. */
static bool
take_hash(
    struct classify_ask *a, const json_t *answer, const char *name, bool wanted)
{
	const json_t *v =
	    json_object_get(json_object_get(answer, "hashes"), name);
	json_t *hash;

	if (!wanted || !v || json_is_null(v))
		return true;
	if (!(hash = hash_of(name, v)))
		return false;
	if (!a->hashes)
		a->hashes = json_object();
	(void)json_object_set_new(a->hashes, name, hash);
	return true;
}

static void
drop(struct classify_ask *a)
{
	json_decref(a->hashes);
	json_decref(a->said);
	a->hashes = a->said = NULL;
	a->why = GARBAGE;
}

static bool
is_text(const json_t *v)
{
	return !v ||
	    (json_is_string(v) && json_string_length(v) > 0 &&
		json_string_length(v) <= CLASSIFY_TEXT &&
		strlen(json_string_value(v)) == json_string_length(v));
}

void
classify_read(
    const struct classifier *c, struct classify_ask *a, const json_t *answer)
{
	const json_t *score = json_object_get(answer, "score");
	const json_t *label = json_object_get(answer, "label");
	const json_t *model = json_object_get(answer, "model");
	json_int_t n = json_integer_value(score);

	if (json_is_true(json_object_get(answer, "declined"))) {
		a->why = DECLINED;
		return;
	}
	if ((score && (!json_is_integer(score) || n < 0 || n > CLASSIFY_MAX)) ||
	    !is_text(label) || !is_text(model) ||
	    !take_hash(a, answer, "pdna", c->adds_pdna) ||
	    !take_hash(a, answer, "sha512", c->adds_sha512) ||
	    (!score && !label && !a->hashes)) {
		drop(a);
		return;
	}
	classify_says(a, json_string_value(label), score ? (long)n : -1);
	classify_note(a, "model", model);
}

int
classify_hashes(
    struct classifier *c, const struct ct_conf *conf, struct ct_err *err)
{
	const char *list = classify_key(c, conf, "hashes");
	char *copy = ct_strdup(list ? list : ""), *rest = copy, *word;
	int rc = 0;

	while (!rc && (word = strsep(&rest, " \t"))) {
		if (strcmp(word, "pdna") == 0)
			c->adds_pdna = true;
		else if (strcmp(word, "sha512") == 0)
			c->adds_sha512 = true;
		else if (*word)
			rc = ct_fail(err, CT_CONFIG,
			    "[classifier %s] hashes: want pdna or sha512",
			    c->name);
	}
	free(copy);
	return rc;
}
