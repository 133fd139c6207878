/* jq/eval.c - what comes out of a filter */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jq.h"

int
jq_true(const json_t *v)
{
	return !json_is_null(v) && !json_is_false(v);
}

static json_t *
list(void)
{
	return jq_keep(json_array());
}

static void
add(json_t *out, json_t *v)
{
	if (json_array_append(out, v) < 0)
		jq_punt();
}

static json_t *
lookup(const char *name, const struct jq_env *env)
{
	for (; env; env = env->up)
		if (strcmp(env->name, name) == 0)
			return env->val;
	jq_punt();
}

/* of, which is soft, at key; NULL: nothing comes out */
static json_t *
at(json_t *of, json_t *key, int soft)
{
	json_int_t i;
	json_t *v;

	if (json_is_null(of) && (json_is_string(key) || json_is_integer(key)))
		return of;
	if (json_is_object(of) && json_is_string(key)) {
		v = json_object_get(of, json_string_value(key));
	} else if (json_is_array(of) && json_is_integer(key)) {
		i = json_integer_value(key);
		if (i < 0)
			i += (json_int_t)json_array_size(of);
		v = i < 0 ? NULL : json_array_get(of, (size_t)i);
	} else {
		if (soft && !json_is_array(key) && !json_is_object(key))
			return NULL;
		jq_punt();
	}
	return v ? v : jq_keep(json_null());
}

static void
each(json_t *of, int soft, json_t *out)
{
	const char *key;
	json_t *v;
	size_t i;

	if (json_is_array(of)) {
		json_array_foreach(of, i, v)
		{
			add(out, v);
		}
	} else if (json_is_object(of)) {
		json_object_foreach(of, key, v)
		{
			add(out, v);
		}
	} else if (!soft) {
		jq_punt();
	}
}

/* the one value that comes out of n, if it is one; dflt without n */
static json_int_t
bound(const struct jq_node *n, json_t *in, const struct jq_env *env,
    json_int_t dflt, json_int_t size)
{
	json_t *v;
	json_int_t i;

	if (!n)
		return dflt;
	v = jq_eval(n, in, env);
	if (json_array_size(v) != 1 || !json_is_integer(json_array_get(v, 0)))
		jq_punt();
	i = json_integer_value(json_array_get(v, 0));
	if (i < 0)
		i += size;
	return i < 0 ? 0 : i > size ? size : i;
}

static json_t *
cut(const struct jq_node *n, json_t *of, json_t *in, const struct jq_env *env)
{
	json_int_t size, i, end;
	const char *s;
	json_t *v;

	if (json_is_null(of))
		return of;
	if (!json_is_array(of) && !json_is_string(of))
		jq_punt();
	size = (json_int_t)(json_is_array(of) ? json_array_size(of)
					      : json_string_length(of));
	i = bound(n->b, in, env, 0, size);
	end = bound(n->c, in, env, size, size);
	if (json_is_string(of)) {
		for (s = json_string_value(of); *s; s++)
			if (*s & 0x80) /* jq counts characters */
				jq_punt();
		return jq_keep(json_stringn(json_string_value(of) + i,
		    (size_t)(end > i ? end - i : 0)));
	}
	v = list();
	for (; i < end; i++)
		add(v, json_array_get(of, (size_t)i));
	return v;
}

static json_t *
said(json_t *v)
{
	char *s;
	json_t *text;

	if (json_is_string(v))
		return jq_keep(json_copy(v));
	s = jq_dump(v);
	text = jq_keep(json_string(s));
	free(s);
	return text;
}

/* out of many values for one place, jq's order is its own */
static json_t *
only(const struct jq_node *n, json_t *in, const struct jq_env *env)
{
	json_t *all = jq_eval(n, in, env);

	if (json_array_size(all) > 1)
		jq_punt();
	return json_array_get(all, 0);
}

static void
text(const struct jq_node *n, json_t *in, const struct jq_env *env, json_t *out)
{
	json_t *s = jq_keep(json_string("")), *part;
	size_t i;

	for (i = 0; i < n->n; i++) {
		part = only(n->list[i], in, env);
		if (!part)
			return;
		s = jq_binary("+", s, said(part));
	}
	add(out, s);
}

static void
dict(const struct jq_node *n, json_t *in, const struct jq_env *env, json_t *out)
{
	json_t *d = jq_keep(json_object()), *key, *v;
	size_t i;

	for (i = 0; i < n->n; i += 2) {
		key = only(n->list[i], in, env);
		v = only(n->list[i + 1], in, env);
		if (!key || !v)
			return;
		if (!json_is_string(key) ||
		    json_object_set(d, json_string_value(key), v) < 0)
			jq_punt();
	}
	add(out, d);
}

static void
alt(const struct jq_node *n, json_t *in, const struct jq_env *env, json_t *out)
{
	json_t *v, *all = jq_eval(n->a, in, env);
	int any = 0;
	size_t i;

	json_array_foreach(all, i, v)
	{
		if (jq_true(v)) {
			add(out, v);
			any = 1;
		}
	}
	if (!any && json_array_extend(out, jq_eval(n->b, in, env)) < 0)
		jq_punt();
}

/* a n b, for each a and each b of it */
static void
both(const struct jq_node *n, json_t *in, const struct jq_env *env, json_t *out)
{
	json_t *as, *bs, *a, *b;
	size_t i, k;

	if (n->op == JQ_AND || n->op == JQ_OR) {
		a = only(n->a, in, env);
		if (!a)
			return;
		b = jq_true(a) == (n->op == JQ_OR) ? a : only(n->b, in, env);
		if (b)
			add(out, jq_keep(json_boolean(jq_true(b))));
		return;
	}
	as = jq_eval(n->a, in, env);
	bs = jq_eval(n->b, in, env);
	json_array_foreach(bs, k, b)
	{
		json_array_foreach(as, i, a)
		{
			add(out, jq_binary(n->name, a, b));
		}
	}
}

/* for each v of what comes out of a: what comes out of b, with v */
static void
then(const struct jq_node *n, json_t *in, const struct jq_env *env, json_t *out)
{
	json_t *v, *as = jq_eval(n->a, in, env);
	struct jq_env inner = { n->name, NULL, env };
	const struct jq_node *next;
	size_t i;

	json_array_foreach(as, i, v)
	{
		inner.val = v;
		next = n->op == JQ_IF && !jq_true(v) ? n->c : n->b;
		if (json_array_extend(out,
			jq_eval(next, n->op == JQ_PIPE ? v : in,
			    n->op == JQ_AS ? &inner : env)) < 0)
			jq_punt();
	}
}

static void
places(
    const struct jq_node *n, json_t *in, const struct jq_env *env, json_t *out)
{
	json_t *of, *key, *v, *ofs = jq_eval(n->a, in, env);
	size_t i;

	key = n->op == JQ_AT ? only(n->b, in, env) : NULL;
	json_array_foreach(ofs, i, of)
	{
		if (n->op == JQ_EACH) {
			each(of, n->soft, out);
		} else if (n->op == JQ_CUT) {
			add(out, cut(n, of, in, env));
		} else if (key && (v = at(of, key, n->soft))) {
			add(out, v);
		}
	}
}

json_t *
jq_eval(const struct jq_node *n, json_t *in, const struct jq_env *env)
{
	json_t *out = list();

	switch (n->op) {
	case JQ_DOT:
		add(out, in);
		break;
	case JQ_LIT:
		add(out, n->val);
		break;
	case JQ_VAR:
		add(out, lookup(n->name, env));
		break;
	case JQ_TEXT:
		text(n, in, env, out);
		break;
	case JQ_ARRAY:
		add(out, n->a ? jq_eval(n->a, in, env) : list());
		break;
	case JQ_DICT:
		dict(n, in, env, out);
		break;
	case JQ_AT:
	case JQ_CUT:
	case JQ_EACH:
		places(n, in, env, out);
		break;
	case JQ_PIPE:
	case JQ_AS:
	case JQ_IF:
		then(n, in, env, out);
		break;
	case JQ_COMMA:
		if (json_array_extend(out, jq_eval(n->a, in, env)) < 0 ||
		    json_array_extend(out, jq_eval(n->b, in, env)) < 0)
			jq_punt();
		break;
	case JQ_ALT:
		alt(n, in, env, out);
		break;
	case JQ_AND:
	case JQ_OR:
	case JQ_BIN:
		both(n, in, env, out);
		break;
	case JQ_SET:
		add(out, jq_update(n, in, env));
		break;
	case JQ_CALL:
		jq_call(n, in, env, out);
		break;
	}
	return out;
}
