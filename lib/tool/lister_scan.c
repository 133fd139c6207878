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
#define TEXT_MAX ((size_t)4096)

struct scan {
	const char *p, *end;
	struct lister_page *page;
	struct {
		const char *name;
		size_t len;
	} open[DEPTH];
	unsigned depth;
	char *text; /* TEXT_MAX bytes, with entities resolved */
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
	const char *from = s->p, *p = from;

	while (p < s->end &&
	    ((unsigned char)(*p | 0x20) - (unsigned)'a' < 26 ||
		(*p == '-' && p > from)))
		p++;
	s->p = p;
	return (size_t)(p - from);
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

/* Of eight bytes, those that are none of a text's have their top bit set, and
 * perhaps some behind the first of these. */
static uint64_t
odd(const char *p)
{
	const uint64_t one = 0x0101010101010101U, top = 0x80 * one;
	uint64_t x, lt, gt, amp;

	memcpy(&x, p, sizeof x);
	lt = x ^ '<' * one;
	gt = x ^ '>' * one;
	amp = x ^ '&' * one;
	return (((lt - one) & ~lt) | ((gt - one) & ~gt) | ((amp - one) & ~amp) |
		   (x - ' ' * one) | (x + one) | x) &
	    top;
}

/* Where bytes of a text end: printable ASCII without <, > and &.  A > may stand
 * in one, but not behind ]]: none is taken. */
static const char *
plain(const char *p, const char *end)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	uint64_t found;

	for (; end - p >= 8; p += 8)
		if ((found = odd(p)))
			return p + (__builtin_ctzll(found) >> 3);
#endif
	while (p < end && *p >= ' ' && *p <= '~' && *p != '<' && *p != '>' &&
	    *p != '&')
		p++;
	return p;
}

/* What stands up to the next tag: *text, in place if nothing is to be
 * resolved. */
static bool
text(struct scan *s, const char **text, size_t *len)
{
	const char *from = s->p;
	size_t n;

	s->p = plain(from, s->end);
	*text = from;
	*len = n = (size_t)(s->p - from);
	if (s->p < s->end && *s->p == '<')
		return true;
	if (s->p == s->end || *s->p != '&' || n >= TEXT_MAX)
		return false;
	memcpy(s->text, from, n);
	while (s->p < s->end && *s->p != '<') {
		from = s->p;
		s->p = plain(from, s->end);
		if (n + (size_t)(s->p - from) >= TEXT_MAX)
			return false;
		memcpy(s->text + n, from, (size_t)(s->p - from));
		n += (size_t)(s->p - from);
		if (s->p < s->end && *s->p != '<' && !entity(s, &s->text[n++]))
			return false;
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
	char resolved[TEXT_MAX];
	struct scan s = {
		.p = xml, .end = xml + len, .page = page, .text = resolved
	};
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
