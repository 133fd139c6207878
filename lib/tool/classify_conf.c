/* classify_conf.c - the keys of a section, and what all kinds say alike */
#include <stdlib.h>
#include <string.h>

#include "classify_impl.h"
#include "prog.h"

/* At most this much of the exit status each: what is no fault of anybody
 * changes it not. */
static const struct {
	const char *word;
	int code;
} whys[] = {
	[ANSWERED] = { "answered", 0 },
	[SURFACE] = { "surface", 0 },
	[NO_BYTES] = { "no-bytes", 0 },
	[NO_HASH] = { "no-hash", 0 },
	[UNSUPPORTED] = { "unsupported", 0 },
	[TOO_LARGE] = { "too-large", 0 },
	[DECLINED] = { "declined", 0 },
	[CHANGED] = { "changed", CT_DATAERR },
	[MISSING] = { "missing", CT_NOINPUT },
	[LATE] = { "late", CT_TEMPFAIL },
	[DIED] = { "died", CT_TEMPFAIL },
	[STOPPED] = { "stopped", CT_TEMPFAIL },
	[UNREACHED] = { "unavailable", CT_TEMPFAIL },
	[CANNOT_RUN] = { "unavailable", CT_UNAVAILABLE },
	[SHORT] = { "short", CT_PROTOCOL },
	[GARBAGE] = { "garbage", CT_PROTOCOL },
	[UNKNOWN] = { "unknown", CT_PROTOCOL },
	[REFUSED] = { "refused", CT_NOPERM },
};

const char *
classify_word(enum classify_why why)
{
	return whys[why].word;
}

int
classify_code(enum classify_why why)
{
	return whys[why].code;
}

const char *
classify_key(
    const struct classifier *c, const struct ct_conf *conf, const char *key)
{
	return ct_conf_get(conf, "classifier", c->name, key);
}

int
classify_number(const struct classifier *c, const struct ct_conf *conf,
    const char *key, long lo, long hi, long *n, struct ct_err *err)
{
	const char *text = classify_key(c, conf, key);
	char *end;
	long v;

	if (!text)
		return 0;
	v = strtol(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || v < lo || v > hi)
		return ct_fail(err, CT_CONFIG,
		    "[classifier %s] %s: want a number from %ld to %ld",
		    c->name, key, lo, hi);
	*n = v;
	return 0;
}

int
classify_yes(const struct classifier *c, const struct ct_conf *conf,
    const char *key, bool *yes, struct ct_err *err)
{
	const char *text = classify_key(c, conf, key);

	*yes = text && strcmp(text, "yes") == 0;
	if (text && !*yes && strcmp(text, "no") != 0)
		return ct_fail(err, CT_CONFIG,
		    "[classifier %s] %s: want yes or no", c->name, key);
	return 0;
}

/* As sources do: what the law of some countries protects from being looked at
 * must be named. */
bool
classify_looks(const struct classifier *c, const char *surface)
{
	const char *p = c->surfaces;
	size_t len;

	if (!surface)
		return true;
	if (!p)
		return strcmp(surface, "interpersonal") != 0;
	for (; *(p += strspn(p, " \t")); p += len) {
		len = strcspn(p, " \t");
		if (strlen(surface) == len && memcmp(p, surface, len) == 0)
			return true;
	}
	return false;
}

void
classify_warn(struct classifier *c, const struct ct_err *err)
{
	if (strcmp(c->said, err->msg) == 0)
		return;
	ct_warn("%s", err->msg);
	memcpy(c->said, err->msg, sizeof c->said);
}

void
classify_says(struct classify_ask *a, const char *label, long score)
{
	a->why = ANSWERED;
	a->said = json_object();
	if (score >= 0)
		(void)json_object_set_new(
		    a->said, "score", json_integer(score));
	if (label)
		(void)json_object_set_new(a->said, "label", json_string(label));
}

void
classify_note(struct classify_ask *a, const char *member, const json_t *text)
{
	size_t len = json_string_length(text);

	if (len > 0 && len <= CLASSIFY_TEXT &&
	    strlen(json_string_value(text)) == len)
		(void)json_object_set(
		    a->said, member, (json_t *)(uintptr_t)text);
}
