/* What is written is read back as it was, and looks as it should. */
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "xml.h"

static bool
writes(bool indent, void (*fill)(struct ct_xmlout *), const char *want)
{
	struct ct_xmlout *x = ct_xmlout_new(indent);
	size_t len;
	char *xml;
	bool same;

	fill(x);
	xml = ct_xmlout_done(x, &len);
	same = strcmp(xml, want) == 0 && strlen(xml) == len;
	if (!same)
		printf("# %s\n", xml);
	free(xml);
	return same;
}

static void
nested(struct ct_xmlout *x)
{
	ct_xmlout_start(x, "a");
	ct_xmlout_attr(x, "b", "c");
	ct_xmlout_element(x, "d", "e");
	ct_xmlout_start(x, "f");
	ct_xmlout_start(x, "g");
	ct_xmlout_end(x);
	ct_xmlout_end(x);
	ct_xmlout_element(x, "h", "");
	/* what is left open is closed */
}

static void
mixed(struct ct_xmlout *x)
{
	ct_xmlout_start(x, "a");
	ct_xmlout_text(x, "b");
	ct_xmlout_start(x, "c");
	ct_xmlout_end(x);
	ct_xmlout_text(x, "d");
	ct_xmlout_end(x);
}

static const char odd[] = " a\t\n\r&<>\"'\xc3\xa4\xf0\x9f\x98\x80]]>&amp; ";

static void
escaped(struct ct_xmlout *x)
{
	ct_xmlout_start(x, "a");
	ct_xmlout_attr(x, "b", odd);
	ct_xmlout_text(x, "|");
	ct_xmlout_text(x, odd);
	ct_xmlout_text(x, "|");
}

static void
read_back(void)
{
	struct ct_xmlout *x = ct_xmlout_new(true);
	const struct ct_xml_node *root;
	struct ct_err err = { 0 };
	struct ct_xml *doc;
	char *xml, *attr, *text;
	size_t len;

	escaped(x);
	xml = ct_xmlout_done(x, &len);
	ok(ct_xml_parse(&doc, xml, len, &err) == 0, "it is XML");
	free(xml);
	if (err.code)
		return;
	root = ct_xml_root(doc);
	attr = ct_xml_attr(root, "b");
	text = ct_xml_text(root);
	ok(strcmp(attr, odd) == 0, "an attribute is what it was");
	ok(*text == '|' && strncmp(text + 1, odd, sizeof odd - 1) == 0 &&
		strcmp(text + sizeof odd, "|") == 0,
	    "so is a text");
	free(attr);
	free(text);
	ct_xml_free(doc);
}

static void
deep(void)
{
	struct ct_xmlout *x = ct_xmlout_new(true);
	struct ct_err err = { 0 };
	struct ct_xml *doc = NULL;
	size_t len;
	char *xml;
	int i;

	for (i = 0; i < CT_XML_DEPTH; i++)
		ct_xmlout_start(x, "a");
	xml = ct_xmlout_done(x, &len);
	ok(ct_xml_parse(&doc, xml, len, &err) == 0, "as deep as is read");
	ct_xml_free(doc);
	free(xml);
}

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

int
main(void)
{
	ok(writes(true, nested,
	       HEAD "<a b=\"c\">\n <d>e</d>\n <f>\n  <g/>\n </f>\n "
		    "<h></h>\n</a>\n"),
	    "a line for each element");
	ok(writes(false, nested,
	       HEAD "<a b=\"c\"><d>e</d><f><g/></f><h></h></a>\n"),
	    "or all in one");
	ok(writes(true, mixed, HEAD "<a>b<c/>d</a>\n"),
	    "no blank within a text");
	read_back();
	deep();
	done();
}
