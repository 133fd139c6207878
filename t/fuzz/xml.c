/* Any bytes as a server's XML, as a schema's document, as what the sandbox
 * looks at in a report. */
#include "xml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "report.h"
#include "schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int
start(void *arg, const char *name, const char *const *attr)
{
	(void)arg;
	while (*attr)
		attr++;
	return *name == '!';
}

static int
end(void *arg, const char *name, const char *text)
{
	(void)arg;
	return !ct_xml_legal(text) && *name == '!';
}

static void
tree(const struct ct_xml_node *node)
{
	const struct ct_xml_node *sub;
	char *text;

	for (sub = ct_xml_child(node, NULL); sub; sub = ct_xml_next(sub, NULL))
		tree(sub);
	text = ct_xml_text(node);
	free(text);
	text = ct_xml_attr(node, "id");
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ct_xml_walk w = { .start = start, .end = end };
	static struct ct_xsd *xsd;
	struct ct_err err = { 0 };
	struct ct_xml *doc;
	char *text;
	int line;

	if (!xsd && ct_schema(&xsd, &err))
		abort();
	text = ct_alloc(len + 1, 1);
	if (len)
		memcpy(text, data, len);
	(void)ct_xml_walk(&w, text, len, &err);
	if (ct_xml_parse(&doc, text, len, &err) == 0) {
		tree(ct_xml_root(doc));
		(void)ct_report_doc_rules(
		    ct_xml_root(doc), 1790000000000, &line, &err);
		ct_xml_free(doc);
		(void)ct_xsd_check(xsd, text, len, NULL, NULL, &err);
	}
	free(text);
	return 0;
}
