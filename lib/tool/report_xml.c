/* report_xml.c - a model as a document: the walk over the table */
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "report_impl.h"

#define XSI "http://www.w3.org/2001/XMLSchema-instance"

/* Where to: x NULL is only looking whether it could be written. */
struct writer {
	struct ct_xmlout *x;
	const struct ct_live *live;
	struct ct_err *err;
};

/* What is null, in JSON or in C, is not there. */
static const json_t *
member(const json_t *model, const char *name)
{
	const json_t *v = json_object_get(model, name);

	return json_is_null(v) ? NULL : v;
}

static int
is_not(const struct writer *w, const struct ct_elem *e, const char *what)
{
	const struct ct_where at = { e->name, NULL };

	return ct_value_is_not(&at, what, w->err);
}

static int
lacks(const struct writer *w, const struct ct_elem *e, const char *what)
{
	return ct_fail(
	    w->err, CT_DATAERR, "element '%s' lacks '%s'", e->name, what);
}

static void
start(const struct writer *w, const char *name)
{
	if (w->x)
		ct_xmlout_start(w->x, name);
}

static void
end(const struct writer *w)
{
	if (w->x)
		ct_xmlout_end(w->x);
}

/* ---- elements --------------------------------------------------------------
 */

const struct ct_elem *
ct_elem_sub(const struct ct_elem *e, const char *name)
{
	const struct ct_elem *s;

	for (s = e->sub; s && s->name; s++)
		if (strcmp(s->name, name) == 0)
			return s;
	return NULL;
}

const struct ct_attr *
ct_elem_attr(const struct ct_elem *e, const char *name)
{
	const struct ct_attr *a;

	for (a = e->attr; a && a->name; a++)
		if (strcmp(a->name, name) == 0)
			return a;
	return NULL;
}

/* A name that is no member is not quoted: it may be anything. */
static int
all_known(const struct writer *w, const struct ct_elem *e, const json_t *v)
{
	json_t *obj = (json_t *)(uintptr_t)v;
	const char *name;
	json_t *sub;

	json_object_foreach(obj, name, sub)
	{
		(void)sub;
		if (!ct_elem_sub(e, name) && !ct_elem_attr(e, name) &&
		    (e->sub || strcmp(name, "value") != 0))
			return ct_fail(w->err, CT_DATAERR,
			    "element '%s': unknown member", e->name);
	}
	return 0;
}

static int
attributes(const struct writer *w, const struct ct_elem *e, const json_t *v)
{
	struct ct_where at = { e->name, NULL };
	const struct ct_attr *a;
	const json_t *value;
	char *text;
	int rc;

	for (a = e->attr; a && a->name; a++) {
		value = member(v, a->name);
		if (!value && a->must)
			return lacks(w, e, a->name);
		if (!value)
			continue;
		at.attr = a->name;
		rc = ct_report_value(&text, &at, a->type, value, w->err);
		if (rc)
			return rc;
		if (w->x)
			ct_xmlout_attr(w->x, a->name, text);
		free(text);
	}
	return 0;
}

static int
leaf(const struct writer *w, const struct ct_elem *e, const json_t *v)
{
	const struct ct_where at = { e->name, NULL };
	bool object = e->attr && json_is_object(v);
	const json_t *value = object ? member(v, "value") : v;
	char *text;
	int rc;

	if (object && (rc = all_known(w, e, v)))
		return rc;
	if ((rc = ct_report_value(&text, &at, e->type, value, w->err)))
		return rc;
	start(w, e->name);
	rc = attributes(w, e, object ? v : NULL);
	if (w->x)
		ct_xmlout_text(w->x, text);
	end(w);
	free(text);
	return rc;
}

/* May it be sent, though it is newer than our schema is sure of? */
static int
later(const struct writer *w, const struct ct_elem *e)
{
	if (!(e->flags & CT_LATER) || ct_schema_has(w->live, e->name))
		return 0;
	return ct_fail(w->err, CT_DATAERR,
	    "element '%s' is newer than the schema that this program is sure "
	    "of; ct-submit fetch-xsd asks for NCMEC's",
	    e->name);
}

/* Is this flag raised, in an array of names or an object of truths? */
static bool
raised(const json_t *v, const char *name)
{
	const json_t *one;
	size_t i;

	if (json_is_object(v))
		return json_is_true(json_object_get(v, name));
	json_array_foreach(v, i, one)
	{
		if (strcmp(json_string_value(one), name) == 0)
			return true;
	}
	return false;
}

static int
flags_known(const struct writer *w, const struct ct_elem *e, const json_t *v)
{
	json_t *obj = (json_t *)(uintptr_t)v, *one;
	const char *name;
	size_t i;

	if (!json_is_object(v) && !json_is_array(v))
		return is_not(w, e, e->type->what);
	json_object_foreach(obj, name, one)
	{
		if (!json_is_boolean(one))
			return is_not(w, e, "a list of names");
	}
	json_array_foreach(v, i, one)
	{
		name = json_string_value(one);
		if (!name)
			return is_not(w, e, e->type->what);
		if (!ct_elem_sub(e, name))
			return ct_fail(w->err, CT_DATAERR,
			    "element '%s': unknown member", e->name);
	}
	return json_is_object(v) ? all_known(w, e, v) : 0;
}

/* None raised is nothing said. */
static int
flags(const struct writer *w, const struct ct_elem *e, const json_t *v)
{
	const struct ct_elem *s;
	bool begun = false;
	int rc = flags_known(w, e, v);

	for (s = e->sub; !rc && s->name; s++) {
		if (!raised(v, s->name))
			continue;
		rc = later(w, s);
		if (!begun)
			start(w, e->name);
		begun = true;
		start(w, s->name);
		end(w);
	}
	if (begun)
		end(w);
	return rc;
}

static int element(
    const struct writer *w, const struct ct_elem *e, const json_t *v);

static int
each(const struct writer *w, const struct ct_elem *e, const json_t *list)
{
	const json_t *one;
	size_t i;
	int rc;

	if (!json_is_array(list))
		return is_not(w, e, "an array");
	json_array_foreach(list, i, one)
	{
		if ((rc = element(w, e, one)))
			return rc;
	}
	return 0;
}

static int
members(const struct writer *w, const struct ct_elem *e, const json_t *v)
{
	const struct ct_elem *s;
	const json_t *value;
	int rc = 0;

	for (s = e->sub; !rc && s && s->name; s++) {
		value = member(v, s->name);
		if (s->flags & CT_MUST && e->type->kind != CT_CHOICE &&
		    (!value ||
			(json_is_array(value) && !json_array_size(value))))
			return lacks(w, e, s->name);
		if (!value)
			continue;
		if ((rc = later(w, s)))
			return rc;
		rc = s->flags & CT_MANY ? each(w, s, value)
					: element(w, s, value);
	}
	return rc;
}

static int
element(const struct writer *w, const struct ct_elem *e, const json_t *v)
{
	enum ct_kind kind = e->type->kind;
	int rc;

	if (kind == CT_FLAGS)
		return flags(w, e, v);
	if (kind != CT_NODE && kind != CT_CHOICE)
		return leaf(w, e, v);
	if (!json_is_object(v))
		return is_not(w, e, e->type->what);
	if ((rc = all_known(w, e, v)))
		return rc;
	if (kind == CT_CHOICE && json_object_size(v) != 1)
		return ct_fail(w->err, CT_DATAERR,
		    "element '%s' must have exactly one of its kinds", e->name);
	start(w, e->name);
	rc = attributes(w, e, v);
	if (!rc)
		rc = members(w, e, v);
	end(w);
	return rc;
}

int
ct_report_fits(const struct ct_elem *e, const json_t *value, struct ct_err *err)
{
	const struct writer w = { .err = err };

	return element(&w, e, value);
}

/* The lines of a document that nobody has seen say nothing. */
static void
no_line(struct ct_err *err)
{
	const char *rest =
	    strncmp(err->msg, "line ", 5) == 0 ? strstr(err->msg, ": ") : NULL;

	if (rest)
		memmove(err->msg, rest + 2, strlen(rest + 2) + 1);
}

int
ct_report_write(const struct ct_elem *root, const json_t *model,
    const struct ct_reporting *r, char **xml, size_t *len, struct ct_err *err)
{
	const struct writer w = { ct_xmlout_new(true), r->live, err };
	int rc;

	*xml = NULL;
	ct_xmlout_start(w.x, root->name);
	ct_xmlout_attr(w.x, "xmlns:xsi", XSI);
	ct_xmlout_attr(w.x, "xsi:noNamespaceSchemaLocation",
	    "https://report.cybertip.org/ispws/xsd");
	rc = all_known(&w, root, model);
	if (!rc)
		rc = members(&w, root, model);
	ct_xmlout_end(w.x);
	*xml = ct_xmlout_done(w.x, len);
	if (!rc)
		rc = ct_report_doc(r->xsd, root->name, *xml, *len, r->now, err);
	if (!rc)
		rc = ct_live_check(r->live, *xml, *len, err);
	if (rc) {
		no_line(err);
		free(*xml);
		*xml = NULL;
	}
	return rc;
}
