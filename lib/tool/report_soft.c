/*
 * report_soft.c - what people wrote about themselves never stops a report
 *
 * Whether a value fits is asked of the schema itself, with a document that
 * has nothing else in it.
 */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"
#include "report_impl.h"

#define TEXT_MAX 10000 /* characters, where the form has no limit */
#define LEFT_MAX 500   /* characters told of a value that is left out */

/* Texts by member, and how many characters the form takes of them. */
static const struct {
	const char *name;
	size_t max;
} limits[] = {
	{ "user.id", 255 },
	{ "user.service", 100 },
	{ "user.screen_name", 256 },
	{ "user.display_name", TEXT_MAX },
	{ "user.bio", TEXT_MAX },
	{ "user.group", 255 },
	{ "user.first_name", 100 },
	{ "user.last_name", 100 },
	{ "user.additional_info", TEXT_MAX },
	{ "user.device.type", 255 },
	{ "user.device.value", 2083 },
	{ "user.address.address", 255 },
	{ "user.address.city", 100 },
	{ "user.address.zipCode", 20 },
	{ "user.address.nonUsaState", 100 },
	{ "user.location.city", 255 },
	{ "user.location.region", 255 },
};

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

static void
note(json_t *notes, const char *name, const char *what)
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

/* A text as the form takes it; others are what they were. */
static json_t *
text_of(struct ct_soft *soft, const char *name, const json_t *v)
{
	const char *s = json_string_value(v);
	json_t *value = NULL;
	char *text;
	size_t i;

	for (i = 0; s && i < sizeof limits / sizeof limits[0]; i++) {
		if (strcmp(limits[i].name, name) != 0)
			continue;
		text = ct_soft_text(s, limits[i].max);
		value = json_string(text);
		if (strcmp(text, s) != 0) {
			note(soft->notes, name,
			    "was cut, or had characters "
			    "that XML does not allow");
			if (strcmp(name, "user.id") == 0)
				ct_soft_left(soft, name, v);
		}
		free(text);
	}
	return value ? value : json_incref((json_t *)(uintptr_t)v);
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
		note(soft->notes, name,
		    "does not fit the form: told in additionalInfo");
		free(line);
		free(text);
	}
	free(dump);
}

static bool
fits(struct ct_soft *soft, ct_wrap_fn *wrap, const char *element,
    const json_t *v)
{
	const struct ct_elem *root;
	json_t *model = wrap(element, v, &root);
	struct ct_err err = { 0 };
	char *xml;
	size_t len;
	int rc = ct_report_write(root, model, soft->xsd, &xml, &len, &err);

	free(xml);
	json_decref(model);
	return rc == 0;
}

/* Of an object what fits beside what it cannot be without; or NULL. */
static json_t *
members(struct ct_soft *soft, ct_wrap_fn *wrap, const char *element,
    const char *name, const json_t *v)
{
	const char *must = strcmp(element, "ipCaptureEvent") == 0 ? " address "
	    : strcmp(element, "deviceId") == 0 ? " type value "
					       : " value ";
	json_t *base = json_object(), *all, *sub, *one;
	char *word, *path;
	const char *key;

	json_object_foreach((json_t *)(uintptr_t)v, key, sub)
	{
		word = ct_printf(" %s ", key);
		if (strstr(must, word))
			(void)json_object_set(base, key, sub);
		free(word);
	}
	if (!fits(soft, wrap, element, base)) {
		json_decref(base);
		return NULL;
	}
	all = json_copy(base);
	json_object_foreach((json_t *)(uintptr_t)v, key, sub)
	{
		one = json_copy(base);
		(void)json_object_set(one, key, sub);
		if (fits(soft, wrap, element, one)) {
			(void)json_object_set(all, key, sub);
		} else {
			path = ct_printf("%s.%s", name, key);
			ct_soft_left(soft, path, sub);
			free(path);
		}
		json_decref(one);
	}
	json_decref(base);
	return all;
}

json_t *
ct_soft_value(struct ct_soft *soft, ct_wrap_fn *wrap, const char *element,
    const char *name, const json_t *v)
{
	json_t *value, *sub;
	const char *key;
	char *path;

	if (json_is_object(v)) {
		value = json_object();
		json_object_foreach((json_t *)(uintptr_t)v, key, sub)
		{
			path = ct_printf("%s.%s", name, key);
			(void)json_object_set_new(
			    value, key, text_of(soft, path, sub));
			free(path);
		}
	} else {
		value = text_of(soft, name, v);
	}
	if (fits(soft, wrap, element, value))
		return value;
	sub = json_is_object(value) ? members(soft, wrap, element, name, value)
				    : NULL;
	if (!sub)
		ct_soft_left(soft, name, value);
	json_decref(value);
	return sub;
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
