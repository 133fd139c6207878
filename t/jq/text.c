/* jq/text.c - functions of strings: expressions, parts, dates, addresses */
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "jq.h"

/* the string of v; or jq runs, as it may be told otherwise there */
static const char *
plain_text(json_t *v)
{
	const char *s = json_string_value(v), *at;

	if (!s || strlen(s) != json_string_length(v))
		jq_punt();
	for (at = s; *at; at++)
		if (*at & 0x80)
			jq_punt();
	return s;
}

/* is it one that means the same to jq and to regcomp()? */
static int
is_common(const char *re)
{
	for (; *re; re++)
		if (*re == '\\') {
			re++;
			if (!*re || !strchr(".?*+[]$^/", *re))
				return 0;
		} else if (*re == '[') {
			re += 1 + (re[1] == '^');
			for (; *re != ']'; re++)
				if (!*re || strchr("\\[:&", *re))
					return 0;
		} else if (strchr("(){}|", *re)) {
			return 0;
		}
	return 1;
}

/* where the expression is in s */
static int
found(const char *s, const char *re, regmatch_t *at)
{
	regex_t r;
	int rc;

	if (strchr(s, '\n') || !is_common(re) ||
	    regcomp(&r, re, REG_EXTENDED) != 0)
		jq_punt();
	rc = regexec(&r, s, 1, at, 0);
	regfree(&r);
	return rc == 0;
}

int
jq_matches(json_t *in, json_t *re)
{
	regmatch_t at;

	return found(plain_text(in), plain_text(re), &at);
}

static json_t *
substituted(json_t *in, json_t *re, json_t *by)
{
	const char *s = plain_text(in), *with = plain_text(by);
	json_t *v, *behind;
	regmatch_t at;

	if (!found(s, plain_text(re), &at))
		return in;
	v = jq_keep(json_stringn(s, (size_t)at.rm_so));
	behind = jq_keep(json_string(s + at.rm_eo));
	return jq_binary(
	    "+", jq_binary("+", v, jq_keep(json_string(with))), behind);
}

static json_t *
parts(json_t *in, json_t *by)
{
	const char *s = json_string_value(in), *sep = json_string_value(by),
		   *end;
	json_t *v = jq_keep(json_array());

	if (!s || !sep || !*s || !*sep || strlen(s) != json_string_length(in))
		jq_punt();
	for (; (end = strstr(s, sep)); s = end + strlen(sep))
		if (json_array_append_new(
			v, json_stringn(s, (size_t)(end - s))) < 0)
			jq_punt();
	if (json_array_append_new(v, json_string(s)) < 0)
		jq_punt();
	return v;
}

static json_t *
without(json_t *in, json_t *before)
{
	const char *s = json_string_value(in), *w = json_string_value(before);
	size_t n = json_string_length(before);

	if (!s || !w || json_string_length(in) < n || memcmp(s, w, n) != 0)
		return in;
	return jq_keep(json_stringn(s + n, json_string_length(in) - n));
}

static json_t *
date(json_t *in)
{
	time_t t = (time_t)json_integer_value(in);
	char s[32];
	struct tm tm;

	if (!json_is_integer(in) || t < 0 || t >= (time_t)4102444800 ||
	    !gmtime_r(&t, &tm) || !strftime(s, sizeof s, "%FT%TZ", &tm))
		jq_punt();
	return jq_keep(json_string(s));
}

static json_t *
seconds(json_t *in)
{
	struct tm tm = { 0 };
	const char *s = plain_text(in),
		   *end = strptime(s, "%Y-%m-%dT%H:%M:%SZ", &tm);

	if (!end || *end || strlen(s) != strlen("2026-01-01T00:00:00Z"))
		jq_punt();
	return jq_keep(json_integer(timegm(&tm)));
}

static json_t *
in_address(json_t *in)
{
	static const char hex[] = "0123456789ABCDEF";
	const char *s = json_string_value(in);
	size_t i, n = json_string_length(in), len = 0;
	char *to = s ? malloc(3 * n + 1) : NULL;
	json_t *v;

	if (!to)
		jq_punt();
	for (i = 0; i < n; i++)
		if ((s[i] | 32) >= 'a' && (s[i] | 32) <= 'z') {
			to[len++] = s[i];
		} else if (s[i] && strchr("0123456789-_.~", s[i])) {
			to[len++] = s[i];
		} else if (s[i] && strchr("!*'()", s[i])) {
			jq_punt(); /* its versions differ */
		} else {
			to[len++] = '%';
			to[len++] = hex[(unsigned char)s[i] >> 4];
			to[len++] = hex[s[i] & 15];
		}
	v = jq_keep(json_stringn(to, len));
	free(to);
	return v;
}

json_t *
jq_text(const char *f, json_t *in, json_t *const *arg, size_t args)
{
	if (args == 0)
		return strcmp(f, "@uri") == 0  ? in_address(in)
		    : strcmp(f, "todate") == 0 ? date(in)
		    : strcmp(f, "fromdate") == 0 ||
			strcmp(f, "fromdateiso8601") == 0
		    ? seconds(in)
		    : NULL;
	if (args == 1)
		return strcmp(f, "split") == 0   ? parts(in, arg[0])
		    : strcmp(f, "ltrimstr") == 0 ? without(in, arg[0])
						 : NULL;
	return args == 2 && strcmp(f, "sub") == 0
	    ? substituted(in, arg[0], arg[1])
	    : NULL;
}
