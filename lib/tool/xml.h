/*
 * xml.h - XML in and out over libxml2
 *
 * In: a document from somewhere else is read without network, entities and
 * DTD; one with a DOCTYPE is refused whole.  Out: XML 1.0, UTF-8.
 * Names are compared without their namespace prefix.
 */
#ifndef CT_XML_H
#define CT_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"

#define CT_XML_DEPTH 50 /* elements within one another */

/* ---- reading a small document as a tree --------------------------------- */

struct ct_xml;      /* a document */
struct ct_xml_node; /* an element of one, borrowed from it */

/* CT_DATAERR: not well-formed, a DOCTYPE, too deep.  Release with ct_xml_free.
 */
int ct_xml_parse(
    struct ct_xml **doc, const char *text, size_t len, struct ct_err *err);
void ct_xml_free(struct ct_xml *doc);

const struct ct_xml_node *ct_xml_root(const struct ct_xml *doc);
const char *ct_xml_name(const struct ct_xml_node *node);
/* The URI of its namespace, "" if it is in none. */
const char *ct_xml_space(const struct ct_xml_node *node);
/* The line of its start tag. */
int ct_xml_line(const struct ct_xml_node *node);
/* Its first child of this name (NULL: of any), and the next like it. */
const struct ct_xml_node *ct_xml_child(
    const struct ct_xml_node *node, const char *name);
const struct ct_xml_node *ct_xml_next(
    const struct ct_xml_node *node, const char *name);
/* Its text, outer white space cut; "" if none.  Release with free. */
char *ct_xml_text(const struct ct_xml_node *node);
/* The attribute's value, NULL if absent.  Release with free. */
char *ct_xml_attr(const struct ct_xml_node *node, const char *name);

/* ---- walking a large one without keeping it ------------------------------ */

/* attr: name, value, name, value, ..., NULL.  Return nonzero to stop. */
typedef int ct_xml_start_fn(
    void *arg, const char *name, const char *const *attr);
/* text: what stood directly in the element, outer white space cut unless whole.
 */
typedef int ct_xml_end_fn(void *arg, const char *name, const char *text);

struct ct_xml_walk {
	ct_xml_start_fn *start;
	ct_xml_end_fn *end;
	void *arg;
	bool whole;      /* white space is part of the text */
	size_t text_max; /* bytes of text in one element; 0: 64 KiB */
};

/*
 * Returns 0 when the whole document was walked, the callback's nonzero value
 * if one stopped it, else CT_DATAERR as ct_xml_parse.
 */
int ct_xml_walk(const struct ct_xml_walk *walk, const char *doc, size_t len,
    struct ct_err *err);

/* ---- checking against a schema ------------------------------------------- */

struct ct_xsd;

int ct_xsd_parse(
    struct ct_xsd **xsd, const char *text, size_t len, struct ct_err *err);
void ct_xsd_free(struct ct_xsd *xsd);

/*
 * CT_DATAERR if the document breaks the schema: err->msg is the first reason
 * with its line, and names elements, never their content.  line and column
 * (may be NULL) are where.
 */
int ct_xsd_check(struct ct_xsd *xsd, const char *text, size_t len, int *line,
    int *column, struct ct_err *err);
/* The same of one that was read already. */
int ct_xsd_check_tree(struct ct_xsd *xsd, const struct ct_xml *doc, int *line,
    int *column, struct ct_err *err);

/* ---- writing ---------------------------------------------------------------
 */

struct ct_xmlout;

struct ct_xmlout *ct_xmlout_new(bool indent);
void ct_xmlout_start(struct ct_xmlout *x, const char *name);
void ct_xmlout_attr(struct ct_xmlout *x, const char *name, const char *value);
void ct_xmlout_text(struct ct_xmlout *x, const char *text);
void ct_xmlout_end(struct ct_xmlout *x);
/* <name>text</name> */
void ct_xmlout_element(struct ct_xmlout *x, const char *name, const char *text);
/* The document; frees x.  Release the text with free. */
char *ct_xmlout_done(struct ct_xmlout *x, size_t *len);

/*
 * Only the characters that XML 1.0 allows?  What fails this is refused before
 * it is written; the writer itself does not look.
 */
bool ct_xml_legal(const char *text);

#endif
