/* report_model.c - the model that a document is written from, in pieces */
#include <string.h>

#include "report_impl.h"

void
ct_model_text(json_t *model, const char *name, const char *text)
{
	if (text && !ct_blank(text))
		(void)json_object_set_new(model, name, json_string(text));
}

static bool
has(const json_t *list, const json_t *value)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		if (json_equal(one, value))
			return true;
	}
	return false;
}

void
ct_model_add(json_t *model, const char *name, json_t *value)
{
	json_t *list = json_object_get(model, name);

	if (!list) {
		list = json_array();
		(void)json_object_set_new(model, name, list);
	}
	if (has(list, value))
		json_decref(value);
	else
		(void)json_array_append_new(list, value);
}

void
ct_model_flags(json_t *model, const char *name, const json_t *v)
{
	json_t *one;
	const char *flag;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)v, flag, one)
	{
		/* what is no truth is no name either */
		if (!json_is_false(one))
			ct_model_add(model, name,
			    json_is_true(one) ? json_string(flag)
					      : json_object());
	}
	json_array_foreach(v, i, one)
	{
		ct_model_add(model, name, json_incref(one));
	}
	if (!json_is_object(v) && !json_is_array(v))
		ct_model_add(model, name, json_incref((json_t *)(uintptr_t)v));
}

/* ---- what the operator lays over it ----------------------------------------
 */

static void lay(const struct ct_elem *e, json_t *to, const json_t *over);

/* The one of a list that an object is laid over: the first; of a choice the
 * first of the same kind.  NULL: it is one more. */
static json_t *
meant(const struct ct_elem *e, const json_t *list, const json_t *over)
{
	const char *kind =
	    json_object_iter_key(json_object_iter((json_t *)(uintptr_t)over));
	json_t *one;
	size_t i;

	if (e->type->kind != CT_CHOICE)
		return json_array_get(list, 0);
	json_array_foreach(list, i, one)
	{
		if (kind && json_object_get(one, kind))
			return one;
	}
	return NULL;
}

/* Into a list: the entries of an array each, if they are not there; an object
 * over what is there. */
static void
lay_list(const struct ct_elem *e, json_t *to, const json_t *over)
{
	json_t *list = json_object_get(to, e->name), *one;
	size_t i;

	json_array_foreach(over, i, one)
	{
		ct_model_add(to, e->name, json_deep_copy(one));
	}
	if (json_is_array(over))
		return;
	if (json_is_object(over) && e->sub && (one = meant(e, list, over)))
		lay(e, one, over);
	else
		ct_model_add(to, e->name, json_deep_copy(over));
}

static void
lay_one(const struct ct_elem *e, json_t *to, const json_t *over)
{
	json_t *there = json_object_get(to, e->name);

	if (e->flags & CT_MANY)
		lay_list(e, to, over);
	else if (e->type->kind == CT_FLAGS)
		ct_model_flags(to, e->name, over);
	else if (e->sub && json_is_object(there) && json_is_object(over))
		lay(e, there, over);
	else
		(void)json_object_set_new(to, e->name, json_deep_copy(over));
}

/* What is not known is found by the writer. */
static void
lay(const struct ct_elem *e, json_t *to, const json_t *over)
{
	const struct ct_elem *sub;
	const char *name;
	json_t *v;

	json_object_foreach((json_t *)(uintptr_t)over, name, v)
	{
		if (json_is_null(v))
			continue;
		if ((sub = ct_elem_sub(e, name)))
			lay_one(sub, to, v);
		else
			(void)json_object_set_new(to, name, json_deep_copy(v));
	}
}

int
ct_model_overlay(const struct ct_elem *root, json_t **model, const json_t *over,
    struct ct_err *err)
{
	json_t *copy;

	if (!json_is_object(over))
		return ct_fail(err, CT_DATAERR, "element '%s' is not an object",
		    root->name);
	copy = json_deep_copy(*model);
	json_decref(*model);
	*model = copy;
	lay(root, copy, over);
	return 0;
}
