/* jq/value.c - operators, and a value as text */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jq.h"

/* what jq, to which each number is a double, prints as it was read */
#define EXACT ((json_int_t)1 << 53)

static json_t *
number(json_int_t v)
{
	if (v > EXACT || v < -EXACT)
		jq_punt();
	return jq_keep(json_integer(v));
}

static json_t *
sum(json_t *a, json_t *b)
{
	json_t *v;
	char *s;

	if (json_is_null(a))
		return b;
	if (json_is_null(b))
		return a;
	if (json_is_integer(a) && json_is_integer(b))
		return number(json_integer_value(a) + json_integer_value(b));
	if (json_is_string(a) && json_is_string(b)) {
		size_t la = json_string_length(a), lb = json_string_length(b);

		s = malloc(la + lb + 1);
		if (!s)
			jq_punt();
		memcpy(s, json_string_value(a), la);
		memcpy(s + la, json_string_value(b), lb);
		v = jq_keep(json_stringn(s, la + lb));
		free(s);
		return v;
	}
	if (json_typeof(a) != json_typeof(b))
		jq_punt();
	v = jq_keep(json_copy(a));
	if ((json_is_array(a)           ? json_array_extend(v, b)
		    : json_is_object(a) ? json_object_update(v, b)
					: -1) < 0)
		jq_punt();
	return v;
}

/* a without the items of b */
static json_t *
less(json_t *a, json_t *b)
{
	json_t *v = jq_keep(json_array()), *x, *y;
	size_t i, k;
	int there;

	json_array_foreach(a, i, x)
	{
		there = 0;
		json_array_foreach(b, k, y)
		{
			there |= json_equal(x, y);
		}
		if (!there && json_array_append(v, x) < 0)
			jq_punt();
	}
	return v;
}

/* a, so many times */
static json_t *
repeated(json_t *a, json_int_t times)
{
	size_t n = json_string_length(a), i;
	char *s;
	json_t *v;

	if (times < 1 || times > 1 << 20 || n * (size_t)times > 1 << 26)
		jq_punt();
	s = malloc(n * (size_t)times + 1);
	if (!s)
		jq_punt();
	for (i = 0; i < (size_t)times; i++)
		memcpy(s + i * n, json_string_value(a), n);
	v = jq_keep(json_stringn(s, n * (size_t)times));
	free(s);
	return v;
}

static json_t *
reckon(char op, json_t *a, json_t *b)
{
	json_int_t x = json_integer_value(a), y = json_integer_value(b);

	if (op == '-' && json_is_array(a) && json_is_array(b))
		return less(a, b);
	if (op == '*' && json_is_string(a) && json_is_integer(b))
		return repeated(a, y);
	if (!json_is_integer(a) || !json_is_integer(b) || x > 1 << 26 ||
	    x < 0 || y > 1 << 26 || y < 0)
		jq_punt();
	if (op == '-')
		return number(x - y);
	if (op == '*')
		return number(x * y);
	if (y == 0 || (op == '/' && x % y != 0))
		jq_punt();
	return number(op == '/' ? x / y : x % y);
}

static int
has_real(json_t *v)
{
	const char *key;
	json_t *x;
	size_t i;

	if (json_is_array(v))
		json_array_foreach(v, i, x)
		{
			if (has_real(x))
				return 1;
		}
	if (json_is_object(v))
		json_object_foreach(v, key, x)
		{
			if (has_real(x))
				return 1;
		}
	return json_is_real(v);
}

/* of the kinds of values, from the least */
static int
rank(const json_t *v)
{
	static const int of[] = { [JSON_NULL] = 0,
		[JSON_FALSE] = 1,
		[JSON_TRUE] = 2,
		[JSON_INTEGER] = 3,
		[JSON_REAL] = 3,
		[JSON_STRING] = 4,
		[JSON_ARRAY] = 5,
		[JSON_OBJECT] = 6 };

	return of[json_typeof(v)];
}

static int
order(json_t *a, json_t *b)
{
	json_int_t x = json_integer_value(a), y = json_integer_value(b);

	if (rank(a) != rank(b) || rank(a) < 3)
		return rank(a) - rank(b);
	if (json_is_integer(a) && json_is_integer(b))
		return x < y ? -1 : x > y;
	if (!json_is_string(a) || !json_is_string(b))
		jq_punt();
	return strcmp(json_string_value(a), json_string_value(b));
}

json_t *
jq_binary(const char *op, json_t *a, json_t *b)
{
	int yes;

	if (strcmp(op, "+") == 0)
		return sum(a, b);
	if (strchr("-*/%", *op))
		return reckon(*op, a, b);
	if (op[1] == '=' && (*op == '=' || *op == '!')) {
		if (has_real(a) || has_real(b))
			jq_punt();
		yes = json_equal(a, b) == (*op == '=');
	} else {
		yes = order(a, b);
		yes = op[1] && yes == 0 ? 1 : *op == '<' ? yes < 0 : yes > 0;
	}
	return jq_keep(json_boolean(yes));
}

static void
quote(FILE *f, const json_t *v)
{
	static const char from[] = "\n\r\t\b\f\\\"", to[] = "nrtbf\\\"";
	const char *s = json_string_value(v), *at;
	size_t i, n = json_string_length(v);

	fputc('"', f);
	for (i = 0; i < n; i++)
		if (s[i] && (at = strchr(from, s[i])))
			fprintf(f, "\\%c", to[at - from]);
		else if ((unsigned char)s[i] < 32 || s[i] == 127)
			fprintf(f, "\\u%04x", (unsigned)s[i]);
		else
			fputc(s[i], f);
	fputc('"', f);
}

static void
dump(FILE *f, json_t *v)
{
	const char *key, *comma = "";
	json_t *x;
	size_t i;

	switch (json_typeof(v)) {
	case JSON_OBJECT:
		fputc('{', f);
		json_object_foreach(v, key, x)
		{
			json_t *k = jq_keep(json_string(key));

			fputs(comma, f);
			quote(f, k);
			fputc(':', f);
			dump(f, x);
			comma = ",";
		}
		fputc('}', f);
		return;
	case JSON_ARRAY:
		fputc('[', f);
		json_array_foreach(v, i, x)
		{
			fputs(comma, f);
			dump(f, x);
			comma = ",";
		}
		fputc(']', f);
		return;
	case JSON_STRING:
		quote(f, v);
		return;
	case JSON_INTEGER:
		fprintf(f, "%" JSON_INTEGER_FORMAT,
		    json_integer_value(number(json_integer_value(v))));
		return;
	case JSON_REAL:
		jq_punt();
	case JSON_TRUE:
	case JSON_FALSE:
		fputs(json_is_true(v) ? "true" : "false", f);
		return;
	case JSON_NULL:
		fputs("null", f);
	}
}

char *
jq_dump(json_t *v)
{
	char *s = NULL;
	size_t n;
	FILE *f = open_memstream(&s, &n);

	if (!f)
		jq_punt();
	dump(f, v);
	if (fclose(f) != 0)
		jq_punt();
	return s;
}
