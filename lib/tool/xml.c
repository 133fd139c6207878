#include "xml.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/tree.h>
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "xml_impl.h"

#define WALK_TEXT_MAX ((size_t)64 << 10)

static const xmlNode *
real(const struct ct_xml_node *node)
{
	return (const xmlNode *)(const void *)node;
}

static const struct ct_xml_node *
ours(const xmlNode *node)
{
	return (const struct ct_xml_node *)(const void *)node;
}

static void
silent(void *arg, const char *fmt, ...)
{
	(void)arg;
	(void)fmt;
}

/* Its outer white space cut: *text is where it begins, the length returned. */
static size_t
cut(const char **text, size_t len)
{
	static const char blank[] = " \t\r\n";

	while (len && memchr(blank, **text, sizeof blank - 1)) {
		++*text;
		len--;
	}
	while (len && memchr(blank, (*text)[len - 1], sizeof blank - 1))
		len--;
	return len;
}

static char *
copy(const char *text, size_t len)
{
	char *s = ct_alloc(len + 1, 1);

	memcpy(s, text, len);
	return s;
}

static bool
too_deep(const xmlNode *node, int left)
{
	for (; node; node = node->next)
		if (node->type == XML_ELEMENT_NODE &&
		    (left == 0 || too_deep(node->children, left - 1)))
			return true;
	return false;
}

int
ct_xml_parse(
    struct ct_xml **out, const char *text, size_t len, struct ct_err *err)
{
	xmlParserCtxt *ctxt = xmlNewParserCtxt();
	xmlDoc *doc = NULL;
	int line = 0;

	*out = NULL;
	if (!ctxt)
		return ct_fail(err, CT_OSERR, "out of memory");
	if (len <= INT32_MAX)
		doc = xmlCtxtReadMemory(ctxt, text, (int)len, NULL, NULL,
		    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
			XML_PARSE_NOCDATA | XML_PARSE_COMPACT);
	line = ctxt->lastError.line;
	xmlFreeParserCtxt(ctxt);
	if (!doc)
		return ct_fail(
		    err, CT_DATAERR, "not well-formed XML (line %d)", line);
	if (doc->intSubset || doc->extSubset)
		(void)ct_fail(err, CT_DATAERR, "XML with a DOCTYPE");
	else if (too_deep(doc->children, CT_XML_DEPTH))
		(void)ct_fail(
		    err, CT_DATAERR, "XML nested over %d deep", CT_XML_DEPTH);
	else {
		*out = ct_alloc(1, sizeof **out);
		(*out)->doc = doc;
		return 0;
	}
	xmlFreeDoc(doc);
	return err->code;
}

void
ct_xml_free(struct ct_xml *doc)
{
	if (!doc)
		return;
	xmlFreeDoc(doc->doc);
	free(doc);
}

const struct ct_xml_node *
ct_xml_root(const struct ct_xml *doc)
{
	return ours(xmlDocGetRootElement(doc->doc));
}

const char *
ct_xml_name(const struct ct_xml_node *node)
{
	return (const char *)real(node)->name;
}

const char *
ct_xml_space(const struct ct_xml_node *node)
{
	const xmlNs *ns = real(node)->ns;

	return ns && ns->href ? (const char *)ns->href : "";
}

int
ct_xml_line(const struct ct_xml_node *node)
{
	return (int)xmlGetLineNo(real(node));
}

static const xmlNode *
element(const xmlNode *n, const char *name)
{
	for (; n; n = n->next)
		if (n->type == XML_ELEMENT_NODE &&
		    (!name || strcmp((const char *)n->name, name) == 0))
			return n;
	return NULL;
}

const struct ct_xml_node *
ct_xml_child(const struct ct_xml_node *node, const char *name)
{
	return node ? ours(element(real(node)->children, name)) : NULL;
}

const struct ct_xml_node *
ct_xml_next(const struct ct_xml_node *node, const char *name)
{
	return ours(element(real(node)->next, name));
}

char *
ct_xml_text(const struct ct_xml_node *node)
{
	xmlChar *all = node ? xmlNodeGetContent(real(node)) : NULL;
	const char *text = all ? (const char *)all : "";
	size_t len = cut(&text, strlen(text));
	char *s = copy(text, len);

	xmlFree(all);
	return s;
}

char *
ct_xml_attr(const struct ct_xml_node *node, const char *name)
{
	xmlChar *v = xmlGetProp(real(node), (const xmlChar *)name);
	char *s = v ? ct_strdup((char *)v) : NULL;

	xmlFree(v);
	return s;
}

/* ---- the walk: SAX2, the text of every open element kept apart ---------- */

struct level {
	char *text;
	size_t len, cap;
};

struct walk {
	const struct ct_xml_walk *w;
	xmlParserCtxt *ctxt;
	struct level at[CT_XML_DEPTH];
	int depth, stopped;
	const char *why;
};

static void
stop(struct walk *k, int rc, const char *why)
{
	if (k->stopped)
		return;
	k->stopped = rc;
	k->why = why;
	xmlStopParser(k->ctxt);
}

static void
on_doctype(
    void *arg, const xmlChar *name, const xmlChar *id, const xmlChar *system)
{
	(void)name;
	(void)id;
	(void)system;
	stop(arg, CT_DATAERR, "XML with a DOCTYPE");
}

static void
on_start(void *arg, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int nns, const xmlChar **ns, int nattr, int ndefault,
    const xmlChar **a)
{
	struct walk *k = arg;
	static const char *const none[] = { NULL };
	const char **attr = NULL, *text;
	size_t i, n = (size_t)nattr, len;
	int rc;

	(void)prefix;
	(void)uri;
	(void)nns;
	(void)ns;
	(void)ndefault;
	if (k->stopped)
		return;
	if (k->depth == CT_XML_DEPTH) {
		stop(k, CT_DATAERR, "XML nested too deep");
		return;
	}
	k->at[k->depth++].len = 0;
	if (n)
		attr = ct_alloc(n * 2 + 1, sizeof *attr);
	for (i = 0; i < n; i++) {
		/* name, prefix, URI, start of the value, its end */
		attr[2 * i] = (const char *)a[5 * i];
		text = (const char *)a[5 * i + 3];
		len = cut(&text, (size_t)(a[5 * i + 4] - a[5 * i + 3]));
		attr[2 * i + 1] = copy(text, len);
	}
	rc = k->w->start
	    ? k->w->start(k->w->arg, (const char *)name, attr ? attr : none)
	    : 0;
	for (i = 0; i < n; i++)
		free((void *)(uintptr_t)attr[2 * i + 1]);
	free(attr);
	if (rc)
		stop(k, rc, NULL);
}

static void
on_text(void *arg, const xmlChar *text, int len)
{
	struct walk *k = arg;
	size_t max = k->w->text_max ? k->w->text_max : WALK_TEXT_MAX;
	struct level *l;

	if (k->stopped || k->depth == 0)
		return;
	l = &k->at[k->depth - 1];
	if (l->len + (size_t)len > max) {
		stop(k, CT_DATAERR, "too much text in one XML element");
		return;
	}
	if (l->cap - l->len <= (size_t)len) {
		l->cap = 2 * (l->len + (size_t)len + 1);
		l->text = ct_grow(l->text, l->cap, 1);
	}
	memcpy(l->text + l->len, text, (size_t)len);
	l->len += (size_t)len;
}

static void
on_end(
    void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct walk *k = arg;
	const struct level *l;
	const char *text = "";
	size_t len;
	int rc;

	(void)prefix;
	(void)uri;
	if (k->stopped)
		return;
	l = &k->at[--k->depth];
	if (l->len) { /* there is a byte behind it */
		text = l->text;
		len = k->w->whole ? l->len : cut(&text, l->len);
		l->text[text - l->text + (ptrdiff_t)len] = '\0';
	}
	rc = k->w->end ? k->w->end(k->w->arg, (const char *)name, text) : 0;
	if (rc)
		stop(k, rc, NULL);
}

int
ct_xml_walk(const struct ct_xml_walk *w, const char *doc, size_t len,
    struct ct_err *err)
{
	xmlSAXHandler sax = { .initialized = XML_SAX2_MAGIC,
		.internalSubset = on_doctype,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.cdataBlock = on_text,
		.warning = silent,
		.error = silent };
	struct walk k = { .w = w };
	size_t done = 0, step;
	int bad = 0, i;

	k.ctxt = xmlCreatePushParserCtxt(&sax, &k, NULL, 0, NULL);
	if (!k.ctxt)
		return ct_fail(err, CT_OSERR, "out of memory");
	(void)xmlCtxtUseOptions(k.ctxt, XML_PARSE_NONET);
	for (; done < len && !bad && !k.stopped; done += step) {
		step = len - done < 65536 ? len - done : 65536;
		bad = xmlParseChunk(k.ctxt, doc + done, (int)step, 0);
	}
	if (!bad && !k.stopped)
		bad = xmlParseChunk(k.ctxt, "", 0, 1);
	if (!k.stopped && !k.ctxt->wellFormed)
		bad = 1;
	xmlFreeParserCtxt(k.ctxt);
	for (i = 0; i < CT_XML_DEPTH; i++)
		free(k.at[i].text);
	if (k.stopped && k.why)
		return ct_fail(err, k.stopped, "%s", k.why);
	if (k.stopped)
		return k.stopped;
	return bad ? ct_fail(err, CT_DATAERR, "not well-formed XML") : 0;
}

bool
ct_xml_legal(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	int c, n;

	while (*s) {
		if (*s >= ' ' && *s < 0x7f) {
			s++;
			continue;
		}
		n = 4;
		c = xmlGetUTF8Char(s, &n);
		if (c < 0 || !IS_CHAR((unsigned)c))
			return false;
		s += n;
	}
	return true;
}
