/* The table of ct-report and the schema say the same: elements, order, how
 * often, attributes, values; and a table that is changed is found out. */
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "prog.h"
#include "report_impl.h"
#include "schema.h"

static const struct ct_xml_node *schema_root;
static int seen;
static bool loud = true;

static bool
attr_is(const struct ct_xml_node *n, const char *name, const char *want)
{
	char *v = ct_xml_attr(n, name);
	bool same = want ? v && strcmp(v, want) == 0 : v != NULL;

	free(v);
	return same;
}

/* The types and roots of the schema; it is asked for them a million times. */
static struct {
	const char *kind;
	char *name;
	const struct ct_xml_node *node;
} top[128];

static void
read_top(void)
{
	const struct ct_xml_node *n = ct_xml_child(schema_root, NULL);
	size_t i;

	for (i = 0; n && i < 127; i++, n = ct_xml_next(n, NULL)) {
		top[i].kind = ct_xml_name(n);
		top[i].name = ct_xml_attr(n, "name");
		top[i].node = n;
	}
}

static const struct ct_xml_node *
named(const char *kind, const char *name)
{
	size_t i;

	for (i = 0; name && top[i].node; i++)
		if (strcmp(top[i].name, name) == 0 &&
		    strcmp(top[i].kind, kind) == 0)
			return top[i].node;
	return NULL;
}

static int
wrong(const char *where, const char *what)
{
	if (loud)
		printf("# %s: %s\n", where, what);
	return 1;
}

/* ---- values ----------------------------------------------------------------
 */

static bool
number_is(const struct ct_xml_node *facets, const char *facet, int64_t want)
{
	const struct ct_xml_node *n = ct_xml_child(facets, facet);
	char *v = n ? ct_xml_attr(n, "value") : NULL;
	bool same = v && strtoll(v, NULL, 10) == want;

	free(v);
	return same;
}

/* "A[BC]" is AB and AC; "" is no value of the table. */
static bool
listed(const char *pattern, const char *const **values)
{
	const char *end = pattern + 2;

	if (!*pattern)
		return true;
	if (pattern[1] != '[') {
		return **values && strcmp(*(*values)++, pattern) == 0;
	}
	for (; *end && *end != ']'; end++, ++*values)
		if (!**values || strlen(**values) != 2 ||
		    (**values)[0] != *pattern || (**values)[1] != *end)
			return false;
	return true;
}

/* Enumerations, or patterns that are such, in the order of the table. */
static bool
values_are(const struct ct_xml_node *facets, const char *const *values)
{
	const struct ct_xml_node *n;
	bool same = true;
	char *v;

	for (n = ct_xml_child(facets, NULL); n && same;
	     n = ct_xml_next(n, NULL)) {
		v = ct_xml_attr(n, "value");
		if (strcmp(ct_xml_name(n), "enumeration") == 0)
			same = *values && strcmp(*values++, v) == 0;
		else
			same = strcmp(ct_xml_name(n), "pattern") == 0 &&
			    listed(v, &values);
		free(v);
	}
	return same && !*values;
}

static const char *
pattern_of(const struct ct_type *type)
{
	switch (type->kind) {
	case CT_TIME:
		return ".*(Z|[+\\-][0-9]{2}:[0-9]{2})";
	case CT_URL:
	case CT_HTTP:
		return "\\S+";
	case CT_CALLING:
		return "\\+[0-9]{1,3}";
	case CT_DIGITS:
		return "[0-9]+";
	default:
		return strcmp(type->name, "nonBlank3000") == 0
		    ? "[\\s\\S]*\\S[\\s\\S]*"
		    : NULL;
	}
}

/* The kind of a type that the schema has built in, or restricts. */
static bool
base_is(const char *base, enum ct_kind kind)
{
	static const struct {
		const char *base;
		enum ct_kind kind;
	} map[] = { { "xs:boolean", CT_BOOL }, { "xs:boolean", CT_FLAG },
		{ "xs:long", CT_INT }, { "xs:int", CT_INT },
		{ "xs:double", CT_REAL }, { "xs:dateTime", CT_TIME },
		{ "xs:date", CT_DATE }, { "xs:token", CT_TEXT },
		{ "xs:string", CT_TEXT }, { "xs:string", CT_URL },
		{ "xs:string", CT_HTTP }, { "xs:string", CT_MAIL },
		{ "xs:string", CT_IP }, { "xs:string", CT_CALLING },
		{ "xs:string", CT_DIGITS } };
	size_t i;

	for (i = 0; i < sizeof map / sizeof map[0]; i++)
		if (base && strcmp(base, map[i].base) == 0 &&
		    kind == map[i].kind)
			return true;
	return false;
}

/* What a value may be is what the simple type of this name lets it be. */
static int
type_differs(const char *name, const struct ct_type *t, const char *where)
{
	const struct ct_xml_node *simple = named("simpleType", name), *f;
	const char *pattern = t->name ? pattern_of(t) : NULL;
	char *base;
	int bad = 0;

	if (!t->name || !name || strcmp(name, t->name) != 0)
		return wrong(where, "of another type");
	if (!simple)
		return base_is(name, t->kind) && !t->max && !t->values &&
			!t->low && !t->high
		    ? 0
		    : wrong(where, "of another kind");
	f = ct_xml_child(simple, "restriction");
	base = ct_xml_attr(f, "base");
	if (!base_is(base, t->kind))
		bad += wrong(where, "of another kind");
	free(base);
	if (t->max ? !number_is(f, "maxLength", t->max)
		   : ct_xml_child(f, "maxLength") != NULL)
		bad += wrong(where, "of another length");
	if (t->low || t->high ? !number_is(f, "minInclusive", t->low) ||
		    !number_is(f, "maxInclusive", t->high)
			      : ct_xml_child(f, "minInclusive") != NULL)
		bad += wrong(where, "of another range");
	if (t->values)
		return bad +
		    (values_are(f, t->values)
			    ? 0
			    : wrong(where, "of other values"));
	if (pattern ? !ct_xml_child(f, "pattern") ||
		    !attr_is(ct_xml_child(f, "pattern"), "value", pattern)
		    : ct_xml_child(f, "pattern") != NULL)
		bad += wrong(where, "of another pattern");
	return bad +
	    (ct_xml_child(f, "enumeration")
		    ? wrong(where, "any value, in the table")
		    : 0);
}

/* ---- elements --------------------------------------------------------------
 */

static int compare(
    const struct ct_xml_node *n, const struct ct_elem **e, const char *where);

static int
attribute(
    const struct ct_xml_node *n, const struct ct_attr *a, const char *where)
{
	char *type = ct_xml_attr(n, "type");
	int bad = type_differs(type, a->type, where);

	free(type);
	if (!attr_is(n, "name", a->name) ||
	    attr_is(n, "use", "required") != a->must)
		bad += wrong(where, "attributes differ");
	return bad;
}

/* Attributes of a type, at any depth but in its elements. */
static int
attributes(
    const struct ct_xml_node *n, const struct ct_attr **a, const char *where)
{
	const struct ct_xml_node *c;
	int bad = 0;

	for (c = ct_xml_child(n, NULL); c; c = ct_xml_next(c, NULL)) {
		if (strcmp(ct_xml_name(c), "attribute") != 0) {
			if (strcmp(ct_xml_name(c), "element") != 0)
				bad += attributes(c, a, where);
			continue;
		}
		if (!*a || !(*a)->name)
			return bad + wrong(where, "lacks an attribute");
		bad += attribute(c, (*a)++, where);
	}
	return bad;
}

/* The name of the simple type whose content a complex type extends. */
static char *
content(const struct ct_xml_node *complex)
{
	const struct ct_xml_node *c = ct_xml_child(complex, "simpleContent");

	return c ? ct_xml_attr(ct_xml_child(c, "extension"), "base") : NULL;
}

static int
complex_differs(const struct ct_xml_node *complex, const struct ct_elem *e)
{
	const struct ct_elem *sub = e->sub;
	const struct ct_attr *a = e->attr;
	char *base = content(complex);
	int bad = attributes(complex, &a, e->name);

	bad += compare(complex, &sub, e->name);
	if ((sub && sub->name) || (a && a->name))
		bad += wrong(e->name, "has more than the schema");
	if (base)
		bad += type_differs(base, e->type, e->name);
	else if (e->type->name)
		bad += wrong(e->name, "a value in one, none in the other");
	if (!base &&
	    (ct_xml_child(complex, "choice") != NULL) !=
		(e->type->kind == CT_CHOICE))
		bad += wrong(e->name, "a choice in one, not in the other");
	if (!base &&
	    (ct_xml_child(complex, "all") != NULL) !=
		(e->type->kind == CT_FLAGS))
		bad += wrong(e->name, "flags in one, not in the other");
	free(base);
	return bad;
}

static int
one(const struct ct_xml_node *n, const struct ct_elem *e)
{
	char *type = ct_xml_attr(n, "type");
	const struct ct_xml_node *complex = named("complexType", type);
	int bad = 0;

	seen++;
	if (!attr_is(n, "name", e->name))
		bad = wrong(e->name, "not in this place in the schema");
	if (attr_is(n, "minOccurs", NULL) != !(e->flags & CT_MUST))
		bad = wrong(e->name, "needed in one, not in the other");
	if (attr_is(n, "maxOccurs", NULL) != ((e->flags & CT_MANY) != 0))
		bad = wrong(e->name, "repeated in one, not in the other");
	if (attr_is(n, "fixed", NULL) != (e->type->kind == CT_FLAG))
		bad = wrong(e->name, "a flag in one, not in the other");
	/* these the table has a closer eye on than any schema */
	if (complex)
		bad += complex_differs(complex, e);
	else if (e->type != &ct_types[CT_T_NUMBER] ||
	    strcmp(type, "xs:long") != 0)
		bad += type_differs(type, e->type, e->name);
	free(type);
	return bad;
}

/* The elements of a type in order, through sequence, choice and all. */
static int
compare(
    const struct ct_xml_node *n, const struct ct_elem **e, const char *where)
{
	const struct ct_xml_node *c;
	int bad = 0;

	for (c = ct_xml_child(n, NULL); c; c = ct_xml_next(c, NULL)) {
		if (strcmp(ct_xml_name(c), "element") == 0) {
			if (!*e || !(*e)->name)
				return wrong(where, "has less than the schema");
			bad += one(c, (*e)++);
		} else if (strcmp(ct_xml_name(c), "attribute") != 0) {
			bad += compare(c, e, where);
		}
	}
	return bad;
}

static int
table_differs(const struct ct_elem *table)
{
	const struct ct_elem *e = table->sub;
	int bad =
	    compare(ct_xml_child(named("element", table->name), "complexType"),
		&e, table->name);

	return bad + (e->name != NULL);
}

/* ---- a changed table is found out ------------------------------------------
 */

static size_t
count(const struct ct_elem *e)
{
	size_t n = 0;

	while (e && e[n].name)
		n++;
	return n;
}

/* The same table where it can be written to.  What was shared is not. */
static struct ct_elem *
copy(const struct ct_elem *e)
{
	size_t n = count(e), i, k;
	struct ct_elem *c = ct_alloc(n + 1, sizeof *c);
	struct ct_attr *a;

	if (n)
		memcpy(c, e, n * sizeof *c);
	for (i = 0; i < n; i++) {
		if (c[i].sub)
			c[i].sub = copy(c[i].sub);
		for (k = 0; c[i].attr && c[i].attr[k].name; k++)
			continue;
		if (!c[i].attr)
			continue;
		a = ct_alloc(k + 1, sizeof *a);
		memcpy(a, c[i].attr, k * sizeof *a);
		c[i].attr = a;
	}
	return c;
}

struct change {
	const struct ct_elem *root; /* the copy */
	int made, missed;
};

static void
judge(struct change *c, const char *what, const char *name)
{
	c->made++;
	if (table_differs(c->root))
		return;
	c->missed++;
	printf("# not found out: %s of %s\n", what, name);
}

/* Another length, range, list or kind of the value. */
static void
change_type(struct change *c, const struct ct_type **type, const char *name)
{
	static const char *const other[] = { "A1", NULL };
	const struct ct_type *was = *type;
	struct ct_type t = *was;

	if (!t.name || t.kind == CT_FLAG)
		return;
	*type = &t;
	t.max++;
	judge(c, "length", name);
	t = *was;
	t.high = was->high == INT64_MAX ? 7 : was->high + 1;
	if (t.kind == CT_INT || t.kind == CT_REAL)
		judge(c, "range", name);
	t = *was;
	t.values = t.values ? NULL : other;
	judge(c, "values", name);
	t = *was;
	t.kind = t.kind == CT_BOOL ? CT_TEXT : CT_BOOL;
	judge(c, "kind", name);
	*type = was;
}

static void
change_attrs(struct change *c, struct ct_attr *a)
{
	const char *name;

	for (; a && a->name; a++) {
		a->must = !a->must;
		judge(c, "need of attribute", a->name);
		a->must = !a->must;
		name = a->name;
		a->name = "other";
		judge(c, "name of attribute", name);
		a->name = NULL;
		judge(c, "loss of attribute", name);
		a->name = name;
		change_type(c, &a->type, a->name);
	}
}

static void
change(struct change *c, struct ct_elem *e)
{
	struct ct_elem was;

	for (; e && e->name; e++) {
		was = *e;
		e->flags ^= CT_MUST;
		judge(c, "need", was.name);
		e->flags ^= CT_MUST | CT_MANY;
		judge(c, "number", was.name);
		e->flags = was.flags;
		e->name = "other";
		judge(c, "name", was.name);
		e->name = NULL;
		judge(c, "loss", was.name);
		*e = was;
		if (e[1].name) {
			*e = e[1];
			e[1] = was;
			judge(c, "order", was.name);
			e[1] = *e;
			*e = was;
		}
		if (!e->sub)
			change_type(c, &e->type, e->name);
		change_attrs(c, (struct ct_attr *)(uintptr_t)e->attr);
		change(c, (struct ct_elem *)(uintptr_t)e->sub);
	}
}

static void
changes(const struct ct_elem *table, int least)
{
	static struct ct_elem roots[2];
	struct ct_elem *root = &roots[table == &ct_report_table];
	struct change c = { root, 0, 0 };

	*root = *table;
	root->sub = copy(table->sub);
	loud = false;
	change(&c, (struct ct_elem *)(uintptr_t)root->sub);
	loud = true;
	ok(c.missed == 0 && c.made > least, "%s: %d changes, all found out",
	    table->name, c.made);
	ok(table_differs(root) == 0, "and taken back");
}

/* "later" stands in a comment of the schema; so the list is here. */
static int
later(const struct ct_elem *e)
{
	static const char names[] =
	    " informational potentialAggravatingFactors "
	    "instrumentalUse ageAssertionDiscrepancy ";
	int n = 0;
	char *word;

	for (; e && e->name; e++) {
		word = ct_printf(" %s ", e->name);
		if ((strstr(names, word) != NULL) !=
		    ((e->flags & CT_LATER) != 0))
			n += 1000;
		n += (e->flags & CT_LATER) != 0;
		n += later(e->sub);
		free(word);
	}
	return n;
}

int
main(void)
{
	struct ct_err err = { 0 };
	struct ct_xml *doc;
	const char *text;
	size_t len;

	text = ct_schema_text(&len);
	ok(ct_xml_parse(&doc, text, len, &err) == 0, "the schema is XML");
	schema_root = ct_xml_root(doc);
	read_top();
	ok(table_differs(&ct_report_table) == 0, "report is as in the schema");
	ok(table_differs(&ct_file_table) == 0, "so is fileDetails");
	ok(seen > 300, "all of it: %d elements", seen);
	ok(later(ct_report_table.sub) == 9, "what is newer is marked");
	ok(later(ct_file_table.sub) == 0, "of a file nothing is");
	changes(&ct_file_table, 200);
	changes(&ct_report_table, 2000);
	ct_xml_free(doc);
	done();
}
