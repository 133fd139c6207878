/* queue_text.c - items without bytes, and what goes along with others */
#include <stdlib.h>
#include <string.h>

#include "hex.h"
#include "prog.h"
#include "queue.h"

static bool
blank(const json_t *v)
{
	const char *s = json_string_value(v);

	return !s || !s[strspn(s, " \t\r\n\f\v")];
}

/* What is absent is not told, and changes no content. */
static void
told(json_t *all, const char *name, json_t *v)
{
	if (v)
		(void)json_object_set_new(all, name, v);
}

static int
text(const json_t *v, json_t *all, struct ct_err *err)
{
	if (v && !json_is_null(v) && !json_is_string(v))
		return ct_fail(err, CT_DATAERR, "incident.text is no text");
	if (!blank(v))
		told(all, "text", json_incref((json_t *)(uintptr_t)v));
	return 0;
}

static int
urls(const json_t *v, json_t *all, struct ct_err *err)
{
	json_t *list = json_array(), *one;
	size_t i;
	int rc = 0;

	if (json_is_string(v) && !blank(v))
		(void)json_array_append(list, (json_t *)(uintptr_t)v);
	json_array_foreach((json_t *)(uintptr_t)v, i, one)
	{
		if (!json_is_string(one))
			rc = -1;
		else if (!blank(one))
			(void)json_array_append(list, one);
	}
	if (rc ||
	    (v && !json_is_null(v) && !json_is_string(v) && !json_is_array(v)))
		rc = ct_fail(err, CT_DATAERR,
		    "incident.url is no text and no array of texts");
	else if (json_array_size(list))
		told(all, "url", json_incref(list));
	json_decref(list);
	return rc;
}

static int
threads(const json_t *v, json_t *all, struct ct_err *err)
{
	json_t *thread, *messages, *m;
	size_t i, k, n = 0;

	if (v && !json_is_null(v) && !json_is_array(v))
		return ct_fail(err, CT_DATAERR, "threads is no array");
	json_array_foreach((json_t *)(uintptr_t)v, i, thread)
	{
		messages = json_object_get(thread, "messages");
		if (!json_is_array(messages))
			return ct_fail(err, CT_DATAERR,
			    "threads[%zu].messages is no array", i);
		json_array_foreach(messages, k, m)
		{
			if (!json_is_object(m))
				return ct_fail(err, CT_DATAERR,
				    "threads[%zu].messages[%zu] is no object",
				    i, k);
		}
		n += k;
	}
	if (n)
		told(all, "threads", json_incref((json_t *)(uintptr_t)v));
	return 0;
}

int
ct_review_content(const json_t *rec, char content[65], struct ct_err *err)
{
	json_t *all = json_object();
	struct ct_blake b;
	uint8_t raw[32];
	char *dump;
	int rc = text(ct_rec_get(rec, "incident.text"), all, err);

	if (!rc)
		rc = urls(ct_rec_get(rec, "incident.url"), all, err);
	if (!rc)
		rc = threads(json_object_get(rec, "threads"), all, err);
	if (!rc && !json_object_size(all))
		rc = CT_NO;
	dump = rc ? NULL : json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS);
	if (!rc && !dump)
		rc = ct_fail(err, CT_SOFTWARE, "cannot encode a record");
	json_decref(all);
	if (rc)
		return rc;
	ct_blake_start(&b, sizeof raw, NULL);
	ct_blake_field(&b, dump);
	ct_blake_end(&b, raw, sizeof raw);
	ct_hex(raw, sizeof raw, content);
	free(dump);
	return 0;
}

bool
ct_review_has(const json_t *rec, const char *member)
{
	const json_t *v = json_object_get(rec, member);

	return v && !json_is_null(v);
}

bool
ct_review_matches(const json_t *rec)
{
	const char *match = ct_rec_text(rec, "match.verdict");

	return match && strcmp(match, "match") == 0;
}

bool
ct_review_bytes(const json_t *rec)
{
	static const char *const signs[] = { "hashes", "file", "path",
		"path_b64", "url" };
	size_t i;

	for (i = 0; i < sizeof signs / sizeof signs[0]; i++)
		if (ct_review_has(rec, signs[i]))
			return true;
	return false;
}

bool
ct_review_along(const json_t *rec)
{
	const char *verdict = ct_rec_text(rec, "review.verdict");
	const struct ct_verdict *v = verdict ? ct_verdict_named(verdict) : NULL;

	if (!json_is_object(json_object_get(rec, "supplemental")))
		return false;
	return verdict ? !(v && v->report) : !ct_review_matches(rec);
}

long
ct_review_score(const json_t *rec)
{
	const json_t *one, *score;
	long most = -1;
	size_t i;

	json_array_foreach(json_object_get(rec, "scores"), i, one)
	{
		score = json_object_get(one, "score");
		if (!json_is_true(json_object_get(one, "review")) ||
		    json_integer_value(score) <= most)
			continue;
		most = json_integer_value(score) < CT_REVIEW_SCORE
		    ? (long)json_integer_value(score)
		    : CT_REVIEW_SCORE;
	}
	return most;
}

/* What tells something is never passed over: if it cannot be an item, that is
 * an error. */
bool
ct_review_due(const json_t *rec, bool undecided)
{
	const char *match = ct_rec_text(rec, "match.verdict");
	struct ct_err none = { 0 };
	char content[65];

	if (ct_review_matches(rec) || ct_review_score(rec) >= 0)
		return true;
	if (undecided && match && strcmp(match, "undecided") == 0)
		return true;
	if (json_is_object(json_object_get(rec, "supplemental")))
		return true;
	return ct_review_content(rec, content, &none) != CT_NO;
}
