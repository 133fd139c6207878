/* report_tree.c - a document as JSON, for who does not read NCMEC's XML */
#include <stdlib.h>
#include <string.h>

#include "report_impl.h"

static json_t *tree(const struct ct_xml_node *n, const struct ct_elem *e);

static json_t *
value(enum ct_kind kind, const char *text)
{
	return kind == CT_BOOL ? json_boolean(strcmp(text, "true") == 0)
			       : json_string(text);
}

/* The names of the elements within. */
static json_t *
flags(const struct ct_xml_node *n)
{
	const struct ct_xml_node *c;
	json_t *list = json_array();

	for (c = ct_xml_child(n, NULL); c; c = ct_xml_next(c, NULL))
		(void)json_array_append_new(list, json_string(ct_xml_name(c)));
	return list;
}

/* What is within, in the schema's order; of what is repeated an array. */
static void
members(json_t *to, const struct ct_xml_node *n, const struct ct_elem *e)
{
	const struct ct_xml_node *c;
	const struct ct_elem *s;
	json_t *list;

	for (s = e->sub; s && s->name; s++) {
		if (!(c = ct_xml_child(n, s->name)))
			continue;
		if (!(s->flags & CT_MANY)) {
			(void)json_object_set_new(to, s->name, tree(c, s));
			continue;
		}
		list = json_array();
		for (; c; c = ct_xml_next(c, s->name))
			(void)json_array_append_new(list, tree(c, s));
		(void)json_object_set_new(to, s->name, list);
	}
}

static json_t *
tree(const struct ct_xml_node *n, const struct ct_elem *e)
{
	bool nodes = e->type->kind == CT_NODE || e->type->kind == CT_CHOICE;
	json_t *to, *plain = NULL;
	const struct ct_attr *a;
	char *text;

	if (e->type->kind == CT_FLAGS)
		return flags(n);
	if (e->type->kind == CT_FLAG)
		return json_true();
	to = json_object();
	if (!nodes) {
		text = ct_xml_text(n);
		plain = value(e->type->kind, text);
		(void)json_object_set(to, "value", plain);
		free(text);
	}
	for (a = e->attr; a && a->name; a++) {
		if (!(text = ct_xml_attr(n, a->name)))
			continue;
		(void)json_object_set_new(
		    to, a->name, value(a->type->kind, text));
		free(text);
	}
	if (plain && json_object_size(to) == 1) {
		json_decref(to);
		return plain;
	}
	json_decref(plain);
	if (nodes)
		members(to, n, e);
	return to;
}

int
ct_report_tree(json_t **to, const struct ct_elem *root, const char *xml,
    struct ct_err *err)
{
	struct ct_xml *doc;
	int rc = ct_xml_parse(&doc, xml, strlen(xml), err);

	*to = NULL;
	if (rc)
		return rc;
	*to = tree(ct_xml_root(doc), root);
	ct_xml_free(doc);
	return 0;
}
