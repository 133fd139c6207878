/* xml_out.c - documents written: the ct_xmlout of xml.h */
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "xml.h"

/* An element that is open: what was written in it so far. */
enum held { NONE, TEXT, ELEMENTS };

struct ct_xmlout {
	char *s;
	size_t len, cap;
	bool indent;
	bool tag; /* the start tag of the innermost is not closed yet */
	size_t depth;
	struct open {
		const char *name; /* of the caller's, until its end */
		enum held held;
	} open[CT_XML_DEPTH];
};

static void
add(struct ct_xmlout *x, const char *s, size_t len)
{
	if (x->cap - x->len < len) {
		x->cap = 2 * x->cap + len;
		x->s = ct_grow(x->s, x->cap, 1);
	}
	memcpy(x->s + x->len, s, len);
	x->len += len;
}

static void
say(struct ct_xmlout *x, const char *s)
{
	add(x, s, strlen(s));
}

/* What would be markup, or be read as something else. */
static const char *
entity(char c, bool attr)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '\r':
		return "&#13;";
	case '"':
		return attr ? "&quot;" : NULL;
	case '\n':
		return attr ? "&#10;" : NULL;
	case '\t':
		return attr ? "&#9;" : NULL;
	default:
		return NULL;
	}
}

static void
escape(struct ct_xmlout *x, const char *s, bool attr)
{
	const char *special = attr ? "&<>\r\"\n\t" : "&<>\r";
	size_t n;

	for (;; s++) {
		n = strcspn(s, special);
		add(x, s, n);
		s += n;
		if (!*s)
			return;
		say(x, entity(*s, attr));
	}
}

static void
newline(struct ct_xmlout *x)
{
	static const char blanks[CT_XML_DEPTH + 1] =
	    "                                                  ";

	say(x, "\n");
	add(x, blanks, x->depth);
}

/* Something comes within the innermost element. */
static void
within(struct ct_xmlout *x, enum held held)
{
	if (x->tag)
		say(x, ">");
	x->tag = false;
	if (x->depth && x->open[x->depth - 1].held != TEXT)
		x->open[x->depth - 1].held = held;
}

struct ct_xmlout *
ct_xmlout_new(bool indent)
{
	struct ct_xmlout *x = ct_alloc(1, sizeof *x);

	x->indent = indent;
	say(x, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	return x;
}

void
ct_xmlout_start(struct ct_xmlout *x, const char *name)
{
	if (x->depth == CT_XML_DEPTH)
		ct_die(CT_SOFTWARE, "XML nested over %d deep", CT_XML_DEPTH);
	within(x, ELEMENTS);
	if (x->indent && x->depth && x->open[x->depth - 1].held == ELEMENTS)
		newline(x);
	say(x, "<");
	say(x, name);
	x->open[x->depth++] = (struct open){ name, NONE };
	x->tag = true;
}

void
ct_xmlout_attr(struct ct_xmlout *x, const char *name, const char *value)
{
	say(x, " ");
	say(x, name);
	say(x, "=\"");
	escape(x, value, true);
	say(x, "\"");
}

void
ct_xmlout_text(struct ct_xmlout *x, const char *text)
{
	within(x, TEXT);
	escape(x, text, false);
}

void
ct_xmlout_end(struct ct_xmlout *x)
{
	struct open *o = &x->open[--x->depth];

	if (o->held == NONE) {
		say(x, "/>");
		x->tag = false;
		return;
	}
	if (x->indent && o->held == ELEMENTS)
		newline(x);
	say(x, "</");
	say(x, o->name);
	say(x, ">");
}

void
ct_xmlout_element(struct ct_xmlout *x, const char *name, const char *text)
{
	ct_xmlout_start(x, name);
	ct_xmlout_text(x, text);
	ct_xmlout_end(x);
}

char *
ct_xmlout_done(struct ct_xmlout *x, size_t *len)
{
	char *text;

	while (x->depth)
		ct_xmlout_end(x);
	add(x, "\n", 2); /* with its NUL */
	*len = x->len - 1;
	text = x->s;
	free(x);
	return text;
}
