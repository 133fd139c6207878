/* jq/call.c - functions */
#include <stdlib.h>
#include <string.h>

#include "jq.h"

static void
add(json_t *out, json_t *v)
{
	if (json_array_append(out, v) < 0)
		jq_punt();
}

static void
say(json_t *out, int yes)
{
	add(out, jq_keep(json_boolean(yes)));
}

static json_int_t
length(const json_t *v)
{
	const char *s;
	json_int_t n = 0;

	switch (json_typeof(v)) {
	case JSON_NULL:
		return 0;
	case JSON_ARRAY:
		return (json_int_t)json_array_size(v);
	case JSON_OBJECT:
		return (json_int_t)json_object_size(v);
	case JSON_STRING:
		for (s = json_string_value(v);
		     s < json_string_value(v) + json_string_length(v); s++)
			n += (*s & 0xc0) != 0x80;
		return n;
	default:
		jq_punt();
	}
}

static int
compare(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;

	return json_is_string(x)
	    ? strcmp(json_string_value(x), json_string_value(y))
	    : json_integer_value(x) < json_integer_value(y)
	    ? -1
	    : json_integer_value(x) > json_integer_value(y);
}

/* v in order, all strings or all whole numbers; each but once if unique */
static json_t *
sorted(json_t *v, int unique)
{
	json_t *out = jq_keep(json_array()), **all, *x;
	size_t i, n = json_array_size(v);

	if (!json_is_array(v))
		jq_punt();
	all = calloc(n + 1, sizeof *all);
	if (!all)
		jq_punt();
	json_array_foreach(v, i, x)
	{
		all[i] = x;
		if (json_typeof(x) != json_typeof(all[0]) ||
		    (!json_is_string(x) && !json_is_integer(x)))
			jq_punt();
	}
	qsort(all, n, sizeof *all, compare);
	for (i = 0; i < n; i++)
		if (!unique || i == 0 || compare(&all[i - 1], &all[i]) != 0)
			add(out, all[i]);
	free(all);
	return out;
}

static json_t *
keys(json_t *v, int in_order)
{
	json_t *out = jq_keep(json_array()), *x;
	const char *key;

	if (!json_is_object(v))
		jq_punt();
	json_object_foreach(v, key, x)
	{
		add(out, jq_keep(json_string(key)));
	}
	return in_order ? sorted(out, 0) : out;
}

/* the ways to all that is in v, which lies at the end of way */
static void
paths(json_t *v, json_t *way, json_t *out)
{
	const char *key;
	json_t *x, *to;
	size_t i;

	if (json_is_array(v))
		json_array_foreach(v, i, x)
		{
			to = jq_keep(json_copy(way));
			add(to, jq_keep(json_integer((json_int_t)i)));
			add(out, to);
			paths(x, to, out);
		}
	if (json_is_object(v))
		json_object_foreach(v, key, x)
		{
			to = jq_keep(json_copy(way));
			add(to, jq_keep(json_string(key)));
			add(out, to);
			paths(x, to, out);
		}
}

/* the number that the string has, as it is written */
static json_t *
number(json_t *in)
{
	const char *s = json_string_value(in);
	size_t n = s ? strlen(s) : 0;

	if (json_is_integer(in))
		return in;
	if (n == 0 || n > 15 || n != json_string_length(in) ||
	    strspn(s, "0123456789") != n || (*s == '0' && n > 1))
		jq_punt();
	return jq_keep(json_integer(strtoll(s, NULL, 10)));
}

/* what needs no argument; 0: there is no such */
static int
plain(const char *f, json_t *in, json_t *out)
{
	json_t *v, *total;
	size_t i;
	char *s;

	v = jq_text(f, in, NULL, 0);
	if (v) {
		add(out, v);
	} else if (strcmp(f, "not") == 0) {
		say(out, !jq_true(in));
	} else if (strcmp(f, "length") == 0) {
		add(out, jq_keep(json_integer(length(in))));
	} else if (strcmp(f, "keys") == 0) {
		add(out, keys(in, 1));
	} else if (strcmp(f, "keys_unsorted") == 0) {
		add(out, keys(in, 0));
	} else if (strcmp(f, "sort") == 0 || strcmp(f, "unique") == 0) {
		add(out, sorted(in, *f == 'u'));
	} else if (strcmp(f, "add") == 0 && json_is_array(in)) {
		total = jq_keep(json_null());
		json_array_foreach(in, i, v)
		{
			total = jq_binary("+", total, v);
		}
		add(out, total);
	} else if (strcmp(f, "min") == 0 || strcmp(f, "max") == 0) {
		v = sorted(in, 0);
		i = json_array_size(v);
		add(out,
		    i == 0 ? jq_keep(json_null())
			   : json_array_get(v, f[1] == 'i' ? 0 : i - 1));
	} else if (strcmp(f, "paths") == 0) {
		paths(in, jq_keep(json_array()), out);
	} else if (strcmp(f, "strings") == 0) {
		if (json_is_string(in))
			add(out, in);
	} else if (strcmp(f, "tonumber") == 0) {
		add(out, number(in));
	} else if (strcmp(f, "tostring") == 0) {
		s = json_is_string(in) ? NULL : jq_dump(in);
		add(out, s ? jq_keep(json_string(s)) : in);
		free(s);
	} else if ((strcmp(f, "first") == 0 || strcmp(f, "last") == 0) &&
	    json_array_size(in) > 0) {
		add(out,
		    json_array_get(
			in, *f == 'f' ? 0 : json_array_size(in) - 1));
	} else if ((strcmp(f, "all") == 0 || strcmp(f, "any") == 0) &&
	    json_is_array(in)) {
		json_array_foreach(in, i, v)
		{
			if (jq_true(v) == (f[1] == 'n')) {
				say(out, f[1] == 'n');
				return 1;
			}
		}
		say(out, f[1] == 'l');
	} else {
		return strcmp(f, "empty") == 0;
	}
	return 1;
}

static json_t *
joined(json_t *in, json_t *by)
{
	json_t *s = NULL, *v;
	size_t i;

	if (!json_is_array(in) || !json_is_string(by))
		jq_punt();
	json_array_foreach(in, i, v)
	{
		if (!json_is_string(v))
			jq_punt();
		s = s ? jq_binary("+", jq_binary("+", s, by), v) : v;
	}
	return s ? s : jq_keep(json_string(""));
}

static int
begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

static int
ends(const char *s, const char *with)
{
	size_t n = strlen(s), w = strlen(with);

	return n >= w && strcmp(s + n - w, with) == 0;
}

/* what asks of the string in whether arg is there */
static int
string(const char *f, json_t *in, json_t *arg, json_t *out)
{
	const char *s = json_string_value(in), *a = json_string_value(arg);

	if (strcmp(f, "startswith") != 0 && strcmp(f, "endswith") != 0 &&
	    strcmp(f, "contains") != 0 && strcmp(f, "test") != 0)
		return 0;
	if (!s || !a || strlen(s) != json_string_length(in))
		jq_punt();
	say(out,
	    *f == 's'       ? begins(s, a)
		: *f == 'e' ? ends(s, a)
		: *f == 'c' ? strstr(s, a) != NULL
			    : jq_matches(in, arg));
	return 1;
}

/* what needs the value of an argument; 0: there is no such */
static int
with_value(const char *f, json_t *in, json_t *arg, json_t *out)
{
	json_int_t i;
	json_t *v;

	if (string(f, in, arg, out))
		return 1;
	v = jq_text(f, in, &arg, 1);
	if (v) {
		add(out, v);
	} else if (strcmp(f, "has") == 0 && json_is_object(in) &&
	    json_is_string(arg)) {
		say(out, json_object_get(in, json_string_value(arg)) != NULL);
	} else if (strcmp(f, "join") == 0) {
		add(out, joined(in, arg));
	} else if (strcmp(f, "range") == 0 && json_is_integer(arg)) {
		for (i = 0; i < json_integer_value(arg); i++)
			add(out, jq_keep(json_integer(i)));
	} else {
		return 0;
	}
	return 1;
}

/* what takes a filter for each value; 0: there is no such */
static int
with_filter(
    const struct jq_node *n, json_t *in, const struct jq_env *env, json_t *out)
{
	struct jq_node dot = { .op = JQ_DOT },
		       each = { .op = JQ_EACH, .a = &dot },
		       all = { .op = JQ_PIPE, .a = &each, .b = n->list[0] };
	const char *f = n->name;
	json_t *v, *got;
	size_t i;

	if (strcmp(f, "select") == 0) {
		got = jq_eval(n->list[0], in, env);
		json_array_foreach(got, i, v)
		{
			if (jq_true(v))
				add(out, in);
		}
	} else if (strcmp(f, "map") == 0) {
		add(out, jq_eval(&all, in, env));
	} else if (strcmp(f, "all") == 0 || strcmp(f, "any") == 0) {
		return plain(f, jq_eval(&all, in, env), out);
	} else if (strcmp(f, "IN") == 0) {
		got = jq_eval(n->list[0], in, env);
		for (i = 0; i < json_array_size(got); i++)
			if (json_is_true(
				jq_binary("==", in, json_array_get(got, i))))
				break;
		say(out, i < json_array_size(got));
	} else if (strcmp(f, "first") == 0) {
		got = jq_eval(n->list[0], in, env);
		if (json_array_size(got) > 0)
			add(out, json_array_get(got, 0));
	} else if (strcmp(f, "del") == 0) {
		add(out, jq_delete(n->list[0], in, env));
	} else {
		return 0;
	}
	return 1;
}

/* range(from; to) and range(from; to; by) */
static void
range(
    const struct jq_node *n, json_t *in, const struct jq_env *env, json_t *out)
{
	json_int_t v[3] = { 0, 0, 1 };
	json_t *got;
	size_t i;

	for (i = 0; i < n->n; i++) {
		got = jq_eval(n->list[i], in, env);
		if (json_array_size(got) != 1 ||
		    !json_is_integer(json_array_get(got, 0)))
			jq_punt();
		v[i] = json_integer_value(json_array_get(got, 0));
	}
	if (v[2] < 1)
		jq_punt();
	for (; v[0] < v[1]; v[0] += v[2])
		add(out, jq_keep(json_integer(v[0])));
}

/* f(a; b), both of one value */
static int
with_two(
    const struct jq_node *n, json_t *in, const struct jq_env *env, json_t *out)
{
	json_t *arg[2], *got, *v;
	size_t i;

	if (strcmp(n->name, "sub") != 0)
		return 0;
	for (i = 0; i < 2; i++) {
		got = jq_eval(n->list[i], in, env);
		if (json_array_size(got) != 1)
			jq_punt();
		arg[i] = json_array_get(got, 0);
	}
	v = jq_text(n->name, in, arg, 2);
	if (v)
		add(out, v);
	return v != NULL;
}

/* a filter that gives nothing must not hide that its function is unknown */
static int
known(const char *f)
{
	static const char *const names[] = { "select", "map", "all", "any",
		"first", "del", "startswith", "endswith", "contains", "test",
		"has", "join", "range", "IN", "split", "ltrimstr" };
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(f, names[i]) == 0)
			return 1;
	return 0;
}

void
jq_call(
    const struct jq_node *n, json_t *in, const struct jq_env *env, json_t *out)
{
	json_t *args, *arg;
	size_t i;

	if ((n->n == 2 || n->n == 3) && strcmp(n->name, "range") == 0) {
		range(n, in, env, out);
		return;
	}
	if (n->n == 2 && with_two(n, in, env, out))
		return;
	if (n->n > 1 || (n->n == 0 && !plain(n->name, in, out)))
		jq_punt();
	if (n->n == 1 && !known(n->name))
		jq_punt();
	if (n->n == 0 || with_filter(n, in, env, out))
		return;
	args = jq_eval(n->list[0], in, env);
	json_array_foreach(args, i, arg)
	{
		if (!with_value(n->name, in, arg, out))
			jq_punt();
	}
}
