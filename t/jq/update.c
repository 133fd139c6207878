/* jq/update.c - values with a part of them changed or gone */
#include <string.h>

#include "jq.h"

/* the path from a place down to what is to change; done: it is reached */
struct way {
	const struct jq_node *n;
	const struct way *down;
};

struct change {
	const struct jq_node *n; /* JQ_SET, or NULL: it goes */
	json_t *in;
	const struct jq_env *env;
};

static json_t *down(const struct way *, json_t *, const struct change *);

static json_t *
only(const struct jq_node *n, json_t *in, const struct jq_env *env)
{
	json_t *all = jq_eval(n, in, env);

	if (json_array_size(all) != 1)
		jq_punt();
	return json_array_get(all, 0);
}

static json_t *
changed(json_t *v, const struct change *c)
{
	const char op[2] = { *c->n->name, '\0' };

	if (op[0] == '|')
		return only(c->n->b, v, c->env);
	if (op[0] == '=')
		return only(c->n->b, c->in, c->env);
	return jq_binary(op, v, only(c->n->b, c->in, c->env));
}

static json_t *
into(const struct jq_node *n, json_t *v, const struct way *w,
    const struct change *c)
{
	struct way here = { n, w };

	switch (n->op) {
	case JQ_DOT:
		return down(w, v, c);
	case JQ_AT:
	case JQ_EACH:
		if (n->soft)
			jq_punt();
		return into(n->a, v, &here, c);
	case JQ_PIPE:
		return into(n->a, v, &here, c);
	case JQ_CALL:
		if (strcmp(n->name, "select") == 0 && n->n == 1 && c->n)
			return jq_true(only(n->list[0], v, c->env))
			    ? down(w, v, c)
			    : v;
		jq_punt();
	default:
		jq_punt();
	}
}

/* the member key of v, a copy, changed */
static void
member(const struct way *w, json_t *v, const char *key, const struct change *c)
{
	json_t *old = json_object_get(v, key), *new;

	if (!old && !c->n)
		return;
	new = down(w, old ? old : jq_keep(json_null()), c);
	if (new ? json_object_set(v, key, new) : json_object_del(v, key))
		jq_punt();
}

static int shifted; /* an item went: those behind it have other places */

static void
item(const struct way *w, json_t *v, size_t i, const struct change *c)
{
	json_t *new = down(w, json_array_get(v, i), c);

	shifted |= !new;
	if (new ? json_array_set(v, i, new) : json_array_remove(v, i))
		jq_punt();
}

static json_t *
down(const struct way *w, json_t *v, const struct change *c)
{
	const struct jq_node *n = w ? w->n : NULL;
	const char *name;
	json_t *key, *x;
	json_int_t at;
	size_t i;

	if (!n)
		return c->n ? changed(v, c) : NULL;
	if (n->op == JQ_PIPE)
		return into(n->b, v, w->down, c);
	if (!c->n && json_is_null(v))
		return v;
	key = n->op == JQ_AT ? only(n->b, c->in, c->env) : NULL;
	v = json_is_null(v) && json_is_string(key) ? json_object()
						   : json_copy(v);
	jq_keep(v);
	if (key && json_is_object(v) && json_is_string(key)) {
		member(w->down, v, json_string_value(key), c);
	} else if (key && json_is_array(v) && json_is_integer(key)) {
		at = json_integer_value(key);
		if (at < 0)
			at += (json_int_t)json_array_size(v);
		if (at < 0 || (size_t)at >= json_array_size(v))
			jq_punt();
		item(w->down, v, (size_t)at, c);
	} else if (!key && json_is_array(v) && (c->n || w->down)) {
		for (i = 0; i < json_array_size(v); i++)
			item(w->down, v, i, c);
	} else if (!key && json_is_object(v) && c->n) {
		json_object_foreach(v, name, x)
		{
			member(w->down, v, name, c);
		}
	} else {
		jq_punt();
	}
	return v;
}

json_t *
jq_update(const struct jq_node *n, json_t *in, const struct jq_env *env)
{
	struct change c = { n, in, env };

	return into(n->a, in, NULL, &c);
}

json_t *
jq_delete(const struct jq_node *n, json_t *in, const struct jq_env *env)
{
	struct change c = { NULL, in, env };
	json_t *v;

	if (n->op == JQ_COMMA) {
		v = jq_delete(n->b, jq_delete(n->a, in, env), env);
		if (shifted)
			jq_punt();
		return v;
	}
	v = into(n, in, NULL, &c);
	if (!v)
		jq_punt();
	return v;
}
