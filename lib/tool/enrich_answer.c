/* enrich_answer.c - is it an answer, and to what was asked?  ct_enrich_answer
 */
#include <stdlib.h>
#include <string.h>

#include "enrich_impl.h"
#include "prog.h"

/* ---- its shape -------------------------------------------------------------
 */

enum kind { END, TEXT, BOOL, INT, TEXTS, ONE, MANY };

struct shape {
	const char *name;
	enum kind kind;
	bool must; /* else null is as if it were absent */
	const struct shape *of;
};

static const struct shape ip[] = {
	{ "ipAddress", TEXT, true, NULL },
	{ "eventName", TEXT, false, NULL },
	{ "dateTime", TEXT, false, NULL },
	{ "possibleProxy", BOOL, false, NULL },
	{ "port", INT, false, NULL },
	{ NULL, END, false, NULL },
};

static const struct shape email[] = {
	{ "email", TEXT, true, NULL },
	{ "type", TEXT, false, NULL },
	{ "verified", BOOL, false, NULL },
	{ "verificationDate", TEXT, false, NULL },
	{ NULL, END, false, NULL },
};

static const struct shape user[] = {
	{ "id", TEXT, true, NULL },
	{ "typeId", TEXT, true, NULL },
	{ "screenName", TEXT, false, NULL },
	{ "email", MANY, false, email },
	{ "ipCaptureEvent", MANY, false, ip },
	{ NULL, END, false, NULL },
};

static const struct shape details[] = {
	{ "hash", TEXT, true, NULL },
	{ "hashType", TEXT, true, NULL },
	{ NULL, END, false, NULL },
};

static const struct shape medium[] = {
	{ "id", TEXT, true, NULL },
	{ "typeId", TEXT, true, NULL },
	{ "ipCaptureEvent", MANY, false, ip },
	{ "additionalInfo", TEXTS, false, NULL },
	{ "fileName", TEXT, false, NULL },
	{ "missing", BOOL, false, NULL },
	{ "publiclyAvailable", BOOL, false, NULL },
	{ "fileDetails", ONE, false, details },
	{ NULL, END, false, NULL },
};

static const struct shape file[] = {
	{ "fileUrl", TEXT, true, NULL },
	{ "fileName", TEXT, false, NULL },
	{ "additionalInfo", TEXTS, false, NULL },
	{ NULL, END, false, NULL },
};

static const struct shape message[] = {
	{ "id", TEXT, true, NULL },
	{ "typeId", TEXT, false, NULL },
	{ "ipAddress", TEXT, true, NULL },
	{ NULL, END, false, NULL },
};

static const struct shape answer_shape[] = {
	{ "users", MANY, true, user },
	{ "media", MANY, false, medium },
	{ "messages", MANY, false, message },
	{ "additionalFiles", MANY, false, file },
	{ "additionalInfo", TEXT, false, NULL },
	{ NULL, END, false, NULL },
};

/* Where in the answer, for a message: members of the contract and numbers. */
struct where {
	char path[96];
	size_t len;
};

static struct where
within(const struct where *w, const char *name)
{
	struct where sub = *w;
	int n = snprintf(sub.path + sub.len, sizeof sub.path - sub.len, "%s%s",
	    sub.len ? "." : "", name);

	sub.len +=
	    n > 0 && (size_t)n < sizeof sub.path - sub.len ? (size_t)n : 0;
	return sub;
}

static struct where
nth(const struct where *w, size_t i)
{
	struct where sub = *w;
	int n =
	    snprintf(sub.path + sub.len, sizeof sub.path - sub.len, "[%zu]", i);

	sub.len +=
	    n > 0 && (size_t)n < sizeof sub.path - sub.len ? (size_t)n : 0;
	return sub;
}

static int
wrong(const struct where *w, const char *what, struct ct_err *err)
{
	return ct_fail(
	    err, CT_PROTOCOL, "the answer's %s is %s", w->path, what);
}

static int check(
    const json_t *v, const struct shape *s, struct where w, struct ct_err *err);

static int
check_texts(const json_t *v, struct where w, struct ct_err *err)
{
	const json_t *one;
	struct where sub;
	size_t i;

	if (!json_is_array(v))
		return wrong(&w, "no array", err);
	json_array_foreach(v, i, one)
	{
		sub = nth(&w, i);
		if (!json_is_string(one))
			return wrong(&sub, "no text", err);
	}
	return 0;
}

/* Objects within objects, three deep: that is how deep the shapes are. */
static int
check_many(
    const json_t *v, const struct shape *s, struct where w, struct ct_err *err)
{
	const json_t *one;
	size_t i;

	if (!json_is_array(v))
		return wrong(&w, "no array", err);
	json_array_foreach(v, i, one)
	{
		if (check(one, s, nth(&w, i), err))
			return err->code;
	}
	return 0;
}

static int
check_member(
    const json_t *v, const struct shape *s, struct where w, struct ct_err *err)
{
	switch (s->kind) {
	case TEXT:
		return json_is_string(v) ? 0 : wrong(&w, "no text", err);
	case BOOL:
		return json_is_boolean(v) ? 0 : wrong(&w, "no boolean", err);
	case INT:
		return json_is_integer(v) ? 0 : wrong(&w, "no integer", err);
	case TEXTS:
		return check_texts(v, w, err);
	case ONE:
		return check(v, s->of, w, err);
	default:
		return check_many(v, s->of, w, err);
	}
}

static int
check(
    const json_t *v, const struct shape *s, struct where w, struct ct_err *err)
{
	const json_t *member;
	struct where sub;

	if (!json_is_object(v))
		return wrong(&w, "no object", err);
	for (; s->name; s++) {
		sub = within(&w, s->name);
		member = json_object_get(v, s->name);
		if (!member || (!s->must && json_is_null(member))) {
			if (s->must)
				return wrong(&sub, "absent", err);
			continue;
		}
		if (check_member(member, s, sub, err))
			return err->code;
	}
	return 0;
}

/* ---- does it tell of all, and once? ----------------------------------------
 */

/* All objects of a list by what names them. */
static int
index_of(json_t **index, const json_t *list, const char *name, bool typed,
    struct ct_err *err)
{
	const json_t *one, *before;
	char *key;
	size_t i;
	int rc = 0;

	*index = json_object();
	json_array_foreach(list, i, one)
	{
		key = typed ? enrich_key(ct_rec_text(one, "id"),
				  ct_rec_text(one, "typeId"))
			    : ct_strdup(ct_rec_text(one, "id"));
		before = json_object_get(*index, key);
		if (before && !json_equal(before, one))
			rc = ct_fail(err, CT_PROTOCOL,
			    "the answer's %s[%zu] is there before, and not the "
			    "same",
			    name, i);
		else
			(void)json_object_set(
			    *index, key, (json_t *)(uintptr_t)one);
		free(key);
		if (rc)
			return rc;
	}
	return 0;
}

static int
tells(const json_t *index, const json_t *asked, const char *name,
    struct ct_err *err)
{
	const json_t *one;
	size_t i;
	char *key;
	bool there;

	json_array_foreach(asked, i, one)
	{
		key = enrich_key(
		    ct_rec_text(one, "id"), ct_rec_text(one, "typeId"));
		there = json_object_get(index, key) != NULL;
		free(key);
		if (!there)
			return ct_fail(err, CT_PROTOCOL,
			    "the answer lacks %s[%zu] of what was asked", name,
			    i);
	}
	return 0;
}

static bool
all_missing(const struct ct_answer *a, const json_t *media)
{
	const json_t *one;
	size_t i;

	json_array_foreach(media, i, one)
	{
		if (!json_is_true(json_object_get(
			enrich_find(a->medium, ct_rec_text(one, "id"),
			    ct_rec_text(one, "typeId")),
			"missing")))
			return false;
	}
	return json_array_size(media) > 0;
}

static int
check_files(const json_t *files, struct ct_err *err)
{
	const json_t *one;
	const char *url;
	size_t i;

	if (json_array_size(files) > CT_ENRICH_FILES)
		return ct_fail(err, CT_PROTOCOL,
		    "the answer has over %d additionalFiles", CT_ENRICH_FILES);
	json_array_foreach(files, i, one)
	{
		url = ct_rec_text(one, "fileUrl");
		if (strncmp(url, "https://", 8) != 0 &&
		    strncmp(url, "http://", 7) != 0)
			return ct_fail(err, CT_PROTOCOL,
			    "the answer's additionalFiles[%zu].fileUrl is no "
			    "address of http or https",
			    i);
	}
	return 0;
}

int
ct_enrich_answer(struct ct_answer *a, const json_t *request, bool others,
    const char *text, size_t len, struct ct_err *err)
{
	const json_t *media = json_object_get(request, "media");
	const struct where top = { "", 0 };
	struct ct_err why;

	*a = (struct ct_answer){ .body = ct_json_object(text, len, &why) };
	if (!a->body)
		return ct_fail(err, CT_PROTOCOL, "the answer is %s", why.msg);
	if (check(a->body, answer_shape, top, err) ||
	    index_of(&a->user, json_object_get(a->body, "users"), "users", true,
		err) ||
	    index_of(&a->medium, json_object_get(a->body, "media"), "media",
		true, err) ||
	    index_of(&a->message, json_object_get(a->body, "messages"),
		"messages", false, err) ||
	    tells(a->user, json_object_get(request, "users"), "users", err) ||
	    tells(a->medium, media, "media", err) ||
	    check_files(json_object_get(a->body, "additionalFiles"), err))
		return err->code;
	if (!others && all_missing(a, media))
		return ct_fail(err, CT_DATAERR,
		    "nothing to report: the platform no longer has any of the "
		    "%zu media",
		    json_array_size(media));
	return 0;
}

void
ct_answer_done(struct ct_answer *a)
{
	json_decref(a->body);
	json_decref(a->user);
	json_decref(a->medium);
	json_decref(a->message);
	*a = (struct ct_answer){ .body = NULL };
}
