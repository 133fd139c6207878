/* xml_xsd.c - documents against a schema: the ct_xsd of xml.h */
#include <libxml/xmlschemas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "xml_impl.h"

struct ct_xsd {
	xmlSchema *schema;
};

struct finding {
	int line, column, code;
	char element[64];
};

static void
silent(void *arg, xmlErrorPtr e)
{
	(void)arg;
	(void)e;
}

/*
 * The first finding wins.  libxml2's message quotes the value, which is a
 * person's data, so only the element and the kind of fault are kept.
 */
static void
on_finding(void *arg, xmlErrorPtr e)
{
	struct finding *f = arg;
	const xmlNode *node = e->node;

	if (f->code)
		return;
	f->code = e->code;
	f->line = e->line;
	f->column = e->int2;
	if (node && node->type == XML_ATTRIBUTE_NODE)
		node = node->parent;
	(void)snprintf(f->element, sizeof f->element, "%s",
	    node && node->name ? (const char *)node->name : "?");
}

static const char *
kind(int code)
{
	switch (code) {
	case XML_SCHEMAV_ELEMENT_CONTENT:
		return "is not expected here, or something it needs is missing";
	case XML_SCHEMAV_CVC_ENUMERATION_VALID:
		return "is none of the values allowed";
	case XML_SCHEMAV_CVC_PATTERN_VALID:
	case XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_1:
	case XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_2:
		return "has a value of the wrong form";
	case XML_SCHEMAV_CVC_MAXLENGTH_VALID:
		return "is too long";
	case XML_SCHEMAV_CVC_MINLENGTH_VALID:
		return "is too short or blank";
	case XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_1:
	case XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_2:
		return "has an attribute that is not allowed";
	case XML_SCHEMAV_CVC_COMPLEX_TYPE_4:
		return "lacks an attribute";
	case XML_SCHEMAV_CVC_ELT_1:
		return "is not a root the schema knows";
	default:
		return "breaks the schema";
	}
}

int
ct_xsd_parse(
    struct ct_xsd **out, const char *text, size_t len, struct ct_err *err)
{
	xmlSchemaParserCtxt *ctxt =
	    len > INT32_MAX ? NULL : xmlSchemaNewMemParserCtxt(text, (int)len);
	xmlSchema *schema = NULL;

	*out = NULL;
	if (ctxt) {
		xmlSchemaSetParserStructuredErrors(ctxt, silent, NULL);
		schema = xmlSchemaParse(ctxt);
		xmlSchemaFreeParserCtxt(ctxt);
	}
	if (!schema)
		return ct_fail(err, CT_DATAERR, "not an XML schema");
	*out = ct_alloc(1, sizeof **out);
	(*out)->schema = schema;
	return 0;
}

void
ct_xsd_free(struct ct_xsd *xsd)
{
	if (!xsd)
		return;
	xmlSchemaFree(xsd->schema);
	free(xsd);
}

int
ct_xsd_check_tree(struct ct_xsd *xsd, const struct ct_xml *doc, int *line,
    int *column, struct ct_err *err)
{
	xmlSchemaValidCtxt *valid = xmlSchemaNewValidCtxt(xsd->schema);
	struct finding f = { 0 };
	int rc;

	if (!valid)
		ct_die(CT_OSERR, "out of memory");
	xmlSchemaSetValidStructuredErrors(valid, on_finding, &f);
	rc = xmlSchemaValidateDoc(valid, doc->doc);
	xmlSchemaFreeValidCtxt(valid);
	if (line)
		*line = f.line;
	if (column)
		*column = f.column;
	if (rc == 0)
		return 0;
	if (rc < 0)
		return ct_fail(err, CT_SOFTWARE, "cannot check the schema");
	return ct_fail(err, CT_DATAERR, "line %d: element '%s' %s", f.line,
	    f.element, kind(f.code));
}

int
ct_xsd_check(struct ct_xsd *xsd, const char *text, size_t len, int *line,
    int *column, struct ct_err *err)
{
	struct ct_xml *doc;
	int rc;

	if ((rc = ct_xml_parse(&doc, text, len, err)))
		return rc;
	rc = ct_xsd_check_tree(xsd, doc, line, column, err);
	ct_xml_free(doc);
	return rc;
}
