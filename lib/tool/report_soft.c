/* report_soft.c - what people wrote about themselves never stops a report */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"
#include "report_impl.h"

#define TEXT_MAX 10000 /* characters, where the form has no limit */
#define LEFT_MAX 500   /* characters told of a value that is left out */

void
ct_note(json_t *notes, const char *text)
{
	json_t *old;
	size_t i;

	json_array_foreach(notes, i, old)
	{
		if (strcmp(json_string_value(old), text) == 0)
			return;
	}
	(void)json_array_append_new(notes, json_string(text));
}

void
ct_soft_note(json_t *notes, const char *name, const char *what)
{
	char *text = ct_printf("'%s' %s", name, what);

	ct_note(notes, text);
	free(text);
}

char *
ct_soft_text(const char *s, size_t max)
{
	static const char odd[] = "\xef\xbf\xbd";
	char *text = ct_alloc(3 * strlen(s) + 1, 1);
	size_t n = 0, chars = 0;

	for (; *s; s++) {
		if ((*s & 0xc0) != 0x80 && ++chars > max)
			break;
		if ((unsigned char)*s < ' ' && !strchr("\t\n\r", *s)) {
			memcpy(text + n, odd, 3);
			n += 3;
		} else if (strncmp(s, "\xef\xbf\xbe", 3) == 0 ||
		    strncmp(s, "\xef\xbf\xbf", 3) == 0) {
			memcpy(text + n, odd, 3);
			n += 3, s += 2;
		} else {
			text[n++] = *s;
		}
	}
	text[n] = '\0';
	return text;
}

char *
ct_soft_piece(const char *s, size_t max, const char **rest)
{
	const char *end = s;
	size_t n;
	char *text;

	for (n = 0; *end && (n += (*end & 0xc0) != 0x80) <= max; end++)
		;
	*rest = end;
	text = ct_alloc((size_t)(end - s) + 1, 1);
	memcpy(text, s, (size_t)(end - s));
	return text;
}

/* Is it prose, which may be cut?  Half an address or number is worse than
 * none. */
static bool
prose(const struct ct_elem *e)
{
	return e->type->kind == CT_TEXT && !e->type->values && !e->attr;
}

/* A text as the form takes it; others are what they were. */
static json_t *
text_of(struct ct_soft *soft, const struct ct_elem *e, const char *name,
    const json_t *v)
{
	const char *s = json_string_value(v);
	json_t *value;
	char *text;

	if (!s || !prose(e))
		return json_incref((json_t *)(uintptr_t)v);
	text = ct_soft_text(s, e->type->max ? e->type->max : TEXT_MAX);
	value = json_string(text);
	if (strcmp(text, s) != 0) {
		ct_soft_note(soft->notes, name, CT_WAS_CUT);
		if (strcmp(e->name, "espIdentifier") == 0)
			ct_soft_left(soft, name, v);
	}
	free(text);
	return value;
}

static bool
empty(const json_t *v)
{
	return json_is_null(v) ||
	    (json_is_string(v) && ct_blank(json_string_value(v)));
}

void
ct_soft_left(struct ct_soft *soft, const char *name, const json_t *v)
{
	char *dump = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY), *text;
	const char *s = json_string_value(v);
	char *line;

	if (!empty(v)) {
		text = ct_soft_text(s ? s : dump, LEFT_MAX);
		line = ct_printf("%s: %s", name, text);
		ct_note(soft->left, line);
		ct_soft_note(soft->notes, name,
		    "does not fit the form: told in additionalInfo");
		free(line);
		free(text);
	}
	free(dump);
}

/* ---- names of members ------------------------------------------------------
 */

struct ct_name {
	const char *ours, *schema;
};

static const struct ct_name ip_names[] = { { "address", "ipAddress" },
	{ "event", "eventName" }, { "at", "dateTime" },
	{ "proxy", "possibleProxy" }, { "port", "port" }, { NULL, NULL } };
static const struct ct_name device_names[] = { { "type", "idType" },
	{ "value", "idValue" }, { "event", "eventName" }, { "at", "dateTime" },
	{ NULL, NULL } };

/* Those of an element that has names of our own; or NULL. */
static const struct ct_name *
names_of(const struct ct_elem *e)
{
	return strcmp(e->name, "ipCaptureEvent") == 0 ? ip_names
	    : strcmp(e->name, "deviceId") == 0        ? device_names
						      : NULL;
}

/* What the schema calls the member that we call so; NULL: it has none. */
static const char *
schema_name(const struct ct_name *names, const char *ours)
{
	if (!names)
		return ours;
	while (names->ours && strcmp(names->ours, ours) != 0)
		names++;
	return names->schema;
}

json_t *
ct_model_named(const struct ct_elem *e, const json_t *v)
{
	const struct ct_name *names = names_of(e);
	json_t *to, *sub;
	const char *key, *name;

	if (!names || !json_is_object(v)) /* the writer says what is wrong */
		return json_incref((json_t *)(uintptr_t)v);
	to = json_object();
	json_object_foreach((json_t *)(uintptr_t)v, key, sub)
	{
		if ((name = schema_name(names, key)) && !empty(sub))
			(void)json_object_set(to, name, sub);
	}
	return to;
}

/* ---- what fits -------------------------------------------------------------
 */

static bool
fits(const struct ct_elem *e, const json_t *v)
{
	json_t *named = ct_model_named(e, v);
	struct ct_err err;
	bool yes = ct_report_fits(e, named, &err) == 0;

	json_decref(named);
	return yes;
}

/* The element that a member of an object would be written as: of an attribute
 * or a value one made up in *as.  NULL: it has no such member. */
static const struct ct_elem *
place(const struct ct_elem *e, const char *name, struct ct_elem *as)
{
	const struct ct_elem *sub = ct_elem_sub(e, name);
	const struct ct_attr *attr = ct_elem_attr(e, name);

	*as = (struct ct_elem){ .name = name };
	if (sub)
		*as = *sub;
	else if (attr)
		as->type = attr->type;
	else if (!e->sub && strcmp(name, "value") == 0)
		as->type = e->type;
	else
		return NULL;
	return as;
}

/* A member of an object into all, as much of it as fits. */
static void
member(struct ct_soft *soft, const struct ct_elem *e, const char *name,
    const char *key, const json_t *v, json_t *all)
{
	const char *schema = schema_name(names_of(e), key);
	struct ct_elem as;
	char *path;
	json_t *value;

	if (!schema || empty(v))
		return;
	path = ct_printf("%s.%s", name, key);
	if (!place(e, schema, &as)) {
		ct_soft_left(soft, path, v);
	} else {
		value = text_of(soft, &as, path, v);
		if (fits(&as, value))
			(void)json_object_set(all, key, value);
		else
			ct_soft_left(soft, path, v);
		json_decref(value);
	}
	free(path);
}

/* Of an object what fits, or NULL if what it cannot be without does not. */
static json_t *
members(struct ct_soft *soft, const struct ct_elem *e, const char *name,
    const json_t *v)
{
	struct ct_soft within = { soft->now, json_array(), json_array() };
	json_t *value = json_object(), *sub;
	const char *key;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)v, key, sub)
	{
		member(&within, e, name, key, sub, value);
	}
	if (!fits(e, value)) {
		ct_soft_left(soft, name, v);
		json_decref(value);
		value = NULL;
	} else {
		json_array_foreach(within.left, i, sub)
		{
			ct_note(soft->left, json_string_value(sub));
		}
		json_array_foreach(within.notes, i, sub)
		{
			ct_note(soft->notes, json_string_value(sub));
		}
	}
	json_decref(within.left);
	json_decref(within.notes);
	return value;
}

json_t *
ct_soft_value(struct ct_soft *soft, const struct ct_elem *e, const char *name,
    const json_t *v)
{
	json_t *value;

	if (json_is_object(v) && (e->sub || e->attr))
		return members(soft, e, name, v);
	value = text_of(soft, e, name, v);
	if (fits(e, value))
		return value;
	json_decref(value);
	ct_soft_left(soft, name, v);
	return NULL;
}

bool
ct_soft_future(struct ct_soft *soft, const json_t *v)
{
	struct ct_err none = { 0 };
	char today[CT_TIME_LEN];
	const char *s = json_string_value(v);
	int64_t ms;

	if (s && strlen(s) == 10)
		return strncmp(s, ct_time(soft->now, today), 10) > 0;
	return ct_report_time(&ms, "", v, &none) == 0 && ms > soft->now;
}

char *
ct_soft_lines(const struct ct_soft *soft, const char *first)
{
	char *all = ct_strdup(first ? first : ""), *more;
	const json_t *line;
	size_t i;

	json_array_foreach(soft->left, i, line)
	{
		more = ct_printf(
		    "%s%s%s", all, *all ? "\n" : "", json_string_value(line));
		free(all);
		all = more;
	}
	more = ct_soft_text(all, TEXT_MAX);
	free(all);
	return more;
}
