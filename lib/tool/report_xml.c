/* report_xml.c - a model as a document: the walk over the table */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"
#include "report_impl.h"

#define XSI "http://www.w3.org/2001/XMLSchema-instance"

/* What is null, in JSON or in C, is not there. */
static const json_t *
member(const json_t *model, const char *name)
{
	const json_t *v = json_object_get(model, name);

	return json_is_null(v) ? NULL : v;
}

/* ---- values ----------------------------------------------------------------
 */

static int
malformed(const char *element, const char *want, struct ct_err *err)
{
	return ct_fail(
	    err, CT_DATAERR, "element '%s' is not %s", element, want);
}

static int
string(char **text, const char *element, enum ct_kind kind, const char *s,
    struct ct_err *err)
{
	if (!s)
		return malformed(element, "a text", err);
	if (!ct_xml_legal(s))
		return ct_fail(err, CT_DATAERR,
		    "element '%s' holds a character that XML does not allow",
		    element);
	if (ct_blank(s))
		return ct_fail(
		    err, CT_DATAERR, "element '%s' is blank", element);
	if (kind == CT_MAIL && !ct_mail_ok(s))
		return malformed(element, "an e-mail address", err);
	if (kind == CT_URL && !ct_url_ok(s))
		return malformed(element, "a URL", err);
	if (kind == CT_HTTP && !ct_http_ok(s))
		return malformed(element, "an http or https URL", err);
	if (kind == CT_IP && !ct_ip_ok(s))
		return malformed(element, "an IP address", err);
	*text = ct_strdup(s);
	return 0;
}

/* Report numbers come as text, since that is what identifiers are. */
static int
integer(char **text, const char *element, const json_t *v, struct ct_err *err)
{
	const char *s = json_string_value(v);

	if (json_is_integer(v))
		*text =
		    ct_printf("%" JSON_INTEGER_FORMAT, json_integer_value(v));
	else if (s && *s && strlen(s) < 19 &&
	    strspn(s, "0123456789") == strlen(s))
		*text = ct_strdup(s);
	else
		return malformed(element, "an integer", err);
	if (strstr(element, "priorCTReport") &&
	    (**text == '-' || strspn(*text, "0") == strlen(*text))) {
		free(*text);
		*text = NULL;
		return malformed(element, "a report number", err);
	}
	return 0;
}

int
ct_report_value(char **text, const char *element, enum ct_kind kind,
    const json_t *v, struct ct_err *err)
{
	char at[CT_TIME_LEN];
	int64_t ms;
	int rc;

	*text = NULL;
	switch (kind) {
	case CT_BOOL:
		if (!json_is_boolean(v))
			return malformed(element, "true or false", err);
		*text = ct_strdup(json_is_true(v) ? "true" : "false");
		return 0;
	case CT_INT:
		return integer(text, element, v, err);
	case CT_REAL:
		if (!json_is_number(v))
			return malformed(element, "a number", err);
		*text = ct_printf("%.7f", json_number_value(v));
		return 0;
	case CT_TIME:
		if ((rc = ct_report_time(&ms, element, v, err)))
			return rc;
		*text = ct_strdup(ct_time(ms, at));
		return 0;
	default:
		return string(text, element, kind, json_string_value(v), err);
	}
}

/* ---- elements --------------------------------------------------------------
 */

static int element(struct ct_xmlout *x, const struct ct_elem *e,
    const json_t *v, struct ct_err *err);

static bool
known(const struct ct_elem *e, const char *name)
{
	const struct ct_elem *s;
	const struct ct_attr *a;

	for (s = e->sub; s && s->name; s++)
		if (strcmp(s->name, name) == 0)
			return true;
	for (a = e->attr; a && a->name; a++)
		if (strcmp(a->name, name) == 0)
			return true;
	return !e->sub && strcmp(name, "value") == 0;
}

/* A name that is no member is not quoted: it may be anything. */
static int
all_known(const struct ct_elem *e, const json_t *v, struct ct_err *err)
{
	json_t *obj = (json_t *)(uintptr_t)v;
	const char *name;
	json_t *sub;

	json_object_foreach(obj, name, sub)
	{
		(void)sub;
		if (!known(e, name))
			return ct_fail(err, CT_DATAERR,
			    "element '%s': unknown member", e->name);
	}
	return 0;
}

static int
attributes(struct ct_xmlout *x, const struct ct_elem *e, const json_t *v,
    struct ct_err *err)
{
	const struct ct_attr *a;
	const json_t *value;
	char *text;
	int rc;

	for (a = e->attr; a && a->name; a++) {
		value = member(v, a->name);
		if (!value && a->must)
			return ct_fail(err, CT_DATAERR, "element '%s' lacks %s",
			    e->name, a->name);
		if (!value)
			continue;
		rc = ct_report_value(&text, e->name, a->kind, value, err);
		if (rc)
			return rc;
		ct_xmlout_attr(x, a->name, text);
		free(text);
	}
	return 0;
}

static int
leaf(struct ct_xmlout *x, const struct ct_elem *e, const json_t *v,
    struct ct_err *err)
{
	bool object = e->attr && json_is_object(v);
	const json_t *value = object ? member(v, "value") : v;
	char *text;
	int rc;

	if (object && (rc = all_known(e, v, err)))
		return rc;
	if ((rc = ct_report_value(&text, e->name, e->kind, value, err)))
		return rc;
	ct_xmlout_start(x, e->name);
	rc = attributes(x, e, object ? v : NULL, err);
	ct_xmlout_text(x, text);
	ct_xmlout_end(x);
	free(text);
	return rc;
}

static int
later(const struct ct_elem *e, struct ct_err *err)
{
	return ct_fail(err, CT_DATAERR,
	    "element '%s' is newer than the schema that this program is sure "
	    "of",
	    e->name);
}

/* Names in an array, or members that are true, as an object; or NULL. */
static json_t *
flag_set(const json_t *v)
{
	json_t *set = json_object();
	const json_t *name;
	size_t i;

	if (json_is_object(v))
		(void)json_object_update(set, (json_t *)(uintptr_t)v);
	json_array_foreach(v, i, name)
	{
		if (json_is_string(name))
			(void)json_object_set_new(
			    set, json_string_value(name), json_true());
	}
	if (json_object_size(set))
		return set;
	json_decref(set);
	return NULL;
}

static int
flags(struct ct_xmlout *x, const struct ct_elem *e, const json_t *v,
    struct ct_err *err)
{
	json_t *set = flag_set(v);
	const struct ct_elem *s;
	int rc;

	if (!set)
		return malformed(e->name, "a list of names", err);
	rc = all_known(e, set, err);
	ct_xmlout_start(x, e->name);
	for (s = e->sub; !rc && s->name; s++) {
		if (!json_is_true(json_object_get(set, s->name)))
			continue;
		if (s->flags & CT_LATER)
			rc = later(s, err);
		ct_xmlout_start(x, s->name);
		ct_xmlout_end(x);
	}
	ct_xmlout_end(x);
	json_decref(set);
	return rc;
}

static int
members(struct ct_xmlout *x, const struct ct_elem *e, const json_t *v,
    struct ct_err *err)
{
	const struct ct_elem *s;
	const json_t *value, *one;
	size_t i;
	int rc = 0;

	for (s = e->sub; !rc && s && s->name; s++) {
		value = member(v, s->name);
		if (!value && s->flags & CT_MUST && e->kind != CT_CHOICE)
			return ct_fail(err, CT_DATAERR,
			    "element '%s' lacks '%s'", e->name, s->name);
		if (!value)
			continue;
		if (s->flags & CT_LATER)
			return later(s, err);
		if (!(s->flags & CT_MANY)) {
			rc = element(x, s, value, err);
			continue;
		}
		if (!json_is_array(value))
			return malformed(s->name, "an array", err);
		if (!json_array_size(value) && s->flags & CT_MUST)
			return ct_fail(err, CT_DATAERR,
			    "element '%s' lacks '%s'", e->name, s->name);
		json_array_foreach(value, i, one)
		{
			if ((rc = element(x, s, one, err)))
				return rc;
		}
	}
	return rc;
}

static int
element(struct ct_xmlout *x, const struct ct_elem *e, const json_t *v,
    struct ct_err *err)
{
	int rc;

	if (e->kind == CT_FLAGS)
		return flags(x, e, v, err);
	if (e->kind != CT_NODE && e->kind != CT_CHOICE)
		return leaf(x, e, v, err);
	if (!json_is_object(v))
		return malformed(e->name, "an object", err);
	if ((rc = all_known(e, v, err)))
		return rc;
	if (e->kind == CT_CHOICE && json_object_size(v) != 1)
		return ct_fail(err, CT_DATAERR,
		    "element '%s' must have exactly one of its kinds", e->name);
	ct_xmlout_start(x, e->name);
	rc = attributes(x, e, v, err);
	if (!rc)
		rc = members(x, e, v, err);
	ct_xmlout_end(x);
	return rc;
}

int
ct_report_write(const struct ct_elem *root, const json_t *model,
    struct ct_xsd *xsd, char **xml, size_t *len, struct ct_err *err)
{
	struct ct_xmlout *x = ct_xmlout_new(true);
	int rc;

	*xml = NULL;
	ct_xmlout_start(x, root->name);
	ct_xmlout_attr(x, "xmlns:xsi", XSI);
	ct_xmlout_attr(x, "xsi:noNamespaceSchemaLocation",
	    "https://report.cybertip.org/ispws/xsd");
	rc = all_known(root, model, err);
	if (!rc)
		rc = members(x, root, model, err);
	ct_xmlout_end(x);
	*xml = ct_xmlout_done(x, len);
	if (!rc)
		rc = ct_xsd_check(xsd, *xml, *len, NULL, NULL, err);
	if (rc) {
		free(*xml);
		*xml = NULL;
	}
	return rc;
}
