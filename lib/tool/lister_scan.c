/*
 * lister_scan.c - a page of a listing as stores write them, in one pass
 *
 * Elements without attributes but the namespace of the first, text of printable
 * ASCII, and the five entities that XML has of itself: what is of this kind is
 * well-formed and means what it says.  Anything else is left to libxml2, which
 * takes five times as long.
 */
#include <string.h>

#include "lister_impl.h"

#define DEPTH 6

struct scan {
	const char *p, *end;
	struct lister_page *page;
	struct {
		const char *name;
		size_t len;
	} open[DEPTH];
	unsigned depth;
	char text[4096]; /* with its entities resolved */
};

static void
blank(struct scan *s)
{
	while (s->p < s->end &&
	    (*s->p == ' ' || *s->p == '\n' || *s->p == '\r' || *s->p == '\t'))
		s->p++;
}

static bool
skip(struct scan *s, const char *text)
{
	size_t n = strlen(text);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, text, n) != 0)
		return false;
	s->p += n;
	return true;
}

static bool
prolog(struct scan *s)
{
	if ((size_t)(s->end - s->p) < 2 || s->p[1] != '?')
		return true;
	return skip(s, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>") ||
	    skip(s, "<?xml version='1.0' encoding='UTF-8'?>") ||
	    skip(s, "<?xml version=\"1.0\" encoding=\"utf-8\"?>");
}

/* The name of a tag: letters and -; 0: none. */
static size_t
name(struct scan *s)
{
	const char *from = s->p;

	while (s->p < s->end &&
	    ((*s->p >= 'a' && *s->p <= 'z') || (*s->p >= 'A' && *s->p <= 'Z') ||
		(*s->p == '-' && s->p > from)))
		s->p++;
	return (size_t)(s->p - from);
}

/* The namespace, or nothing. */
static bool
attributes(struct scan *s)
{
	if (s->depth || !skip(s, " xmlns=\""))
		return true;
	while (s->p<s->end && * s->p> ' ' && *s->p <= '~' && *s->p != '"' &&
	    *s->p != '<' && *s->p != '&')
		s->p++;
	return skip(s, "\"");
}

/* 1: the entity at p; 0: none of the five. */
static bool
entity(struct scan *s, char *c)
{
	static const struct {
		const char *text;
		char c;
	} five[] = { { "&quot;", '"' }, { "&amp;", '&' }, { "&lt;", '<' },
		{ "&gt;", '>' }, { "&apos;", '\'' } };
	size_t i;

	for (i = 0; i < sizeof five / sizeof five[0]; i++)
		if (skip(s, five[i].text)) {
			*c = five[i].c;
			return true;
		}
	return false;
}

/* What stands up to the next tag: *text, in place if nothing is to be
 * resolved. */
static bool
text(struct scan *s, const char **text, size_t *len)
{
	const char *from = s->p;
	size_t n;

	/* only > as such may stand in a text, and not behind ]] */
	while (s->p < s->end && *s->p >= ' ' && *s->p <= '~' && *s->p != '<' &&
	    *s->p != '&' && *s->p != '>')
		s->p++;
	*text = from;
	*len = n = (size_t)(s->p - from);
	if (s->p < s->end && *s->p == '<')
		return true;
	if (s->p == s->end || *s->p != '&' || n >= sizeof s->text)
		return false;
	memcpy(s->text, from, n);
	while (s->p < s->end && *s->p != '<') {
		if (n == sizeof s->text)
			return false;
		if (*s->p == '&') {
			if (!entity(s, &s->text[n++]))
				return false;
		} else if (*s->p >= ' ' && *s->p <= '~' && *s->p != '>') {
			s->text[n++] = *s->p++;
		} else {
			return false;
		}
	}
	*text = s->text;
	*len = n;
	return s->p < s->end;
}

static bool
close_tag(struct scan *s, const char *said, size_t len)
{
	size_t n = s->open[s->depth - 1].len;

	if ((size_t)(s->end - s->p) <= n ||
	    memcmp(s->p, s->open[s->depth - 1].name, n) != 0 || s->p[n] != '>')
		return false;
	lister_page_end(s->page, s->p, n, said, len);
	s->p += n + 1;
	s->depth--;
	return true;
}

static bool
open_tag(struct scan *s)
{
	const char *from = s->p;
	size_t n = name(s);

	if (!n || s->depth == DEPTH || !attributes(s) || s->p == s->end ||
	    lister_page_start(s->page, from, n))
		return false;
	s->open[s->depth].name = from;
	s->open[s->depth++].len = n;
	if (*s->p == '>') {
		s->p++;
		return true;
	}
	if (!skip(s, "/>"))
		return false;
	lister_page_end(s->page, from, n, "", 0);
	s->depth--;
	return true;
}

bool
lister_page_scan(struct lister_page *page, const char *xml, size_t len)
{
	struct scan s = { .p = xml, .end = xml + len, .page = page };
	const char *said, *from;
	size_t n;

	if (!prolog(&s))
		return false;
	blank(&s);
	if (!skip(&s, "<") || !open_tag(&s))
		return false;
	while (s.depth) {
		from = s.p;
		if (!text(&s, &said, &n)) {
			/* white space of other kinds between elements */
			s.p = from;
			blank(&s);
			if (s.p == s.end || *s.p != '<')
				return false;
			n = 0;
			said = "";
		}
		s.p++;
		if (s.p == s.end)
			return false;
		if (*s.p == '/') {
			s.p++;
			if (!close_tag(&s, said, n))
				return false;
		} else if (!open_tag(&s)) {
			return false;
		}
	}
	blank(&s);
	return s.p == s.end;
}
