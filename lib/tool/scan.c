#include "scan.h"

#include <string.h>

#include "err.h"
#include "prog.h"

#define ONES (~UINT64_C(0) / 255)
#define HIGH (ONES << 7)
#define DIGITS 18 /* of a number that surely fits */

struct names {         /* of one object, so that none comes twice */
	uint64_t seen; /* by hash */
	unsigned n;
	uint32_t at[CT_SCAN_NAMES], len[CT_SCAN_NAMES];
};

struct state {
	const struct ct_scan *scan;
	const char *line, *end;
	struct ct_scan_got *got;
	bool escaped; /* a string since it was cleared had an escape */
	struct names names[2];
};

/* Eight bytes, the first of them lowest. */
static inline uint64_t
load(const char *p)
{
	uint64_t x;

	memcpy(&x, p, sizeof x);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	x = __builtin_bswap64(x);
#endif
	return x;
}

/*
 * The lowest bit set is the high one of the first byte that is a quote, a
 * backslash, a control or not ASCII; what borrows from there may set others.
 */
static inline uint64_t
special(uint64_t x)
{
	uint64_t quote = x ^ ONES * '"', back = x ^ ONES * '\\';

	return (((quote - ONES) & ~quote) | ((back - ONES) & ~back) |
		   ((x - ONES * ' ') & ~x) | x) &
	    HIGH;
}

static inline const char *
plain(const char *p, const char *end)
{
	uint64_t found;

	for (; end - p >= 8; p += 8)
		if ((found = special(load(p))))
			return p + (__builtin_ctzll(found) >> 3);
	while (p < end && *p != '"' && *p != '\\' && (signed char)*p >= ' ')
		p++;
	return p;
}

/* Behind the character of several bytes that begins at p, or NULL. */
static const char *
character(const char *p, const char *end)
{
	const unsigned char *c = (const unsigned char *)p;
	unsigned char lo = 0x80, hi = 0xbf;
	int more = 1, i;

	if (c[0] < 0xc2 || c[0] > 0xf4)
		return NULL;
	if (c[0] >= 0xe0)
		more = c[0] >= 0xf0 ? 3 : 2;
	if (end - p <= more)
		return NULL;
	/* no longer than need be, no surrogate, none over U+10FFFF */
	if (c[0] == 0xe0)
		lo = 0xa0;
	else if (c[0] == 0xed)
		hi = 0x9f;
	else if (c[0] == 0xf0)
		lo = 0x90;
	else if (c[0] == 0xf4)
		hi = 0x8f;
	if (c[1] < lo || c[1] > hi)
		return NULL;
	for (i = 2; i <= more; i++)
		if (c[i] < 0x80 || c[i] > 0xbf)
			return NULL;
	return p + more + 1;
}

/* Behind the escape whose backslash is at p, or NULL. */
static const char *
escape(const char *p, const char *end)
{
	unsigned code = 0, c;
	int i;

	if (end - p < 2)
		return NULL;
	if (p[1] != 'u')
		return p[1] && strchr("\"\\/bfnrt", p[1]) ? p + 2 : NULL;
	if (end - p < 6)
		return NULL;
	for (i = 2; i < 6; i++) {
		c = (unsigned char)p[i];
		if (c >= '0' && c <= '9')
			c -= '0';
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			c = (c | 0x20) - 'a' + 10;
		else
			return NULL;
		code = code << 4 | c;
	}
	return code == 0 || (code >= 0xd800 && code < 0xe000) ? NULL : p + 6;
}

/* The quote that ends the string that p is in, or NULL. */
static const char *
quote(struct state *s, const char *p)
{
	while ((p = plain(p, s->end)) < s->end && *p != '"') {
		if (*p == '\\') {
			s->escaped = true;
			p = escape(p, s->end);
		} else {
			p = character(p, s->end);
		}
		if (!p)
			return NULL;
	}
	return p < s->end ? p : NULL;
}

static inline const char *
blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
		p++;
	return p;
}

static inline const char *
digits(const char *p, const char *end)
{
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return p;
}

static const char *
number(const struct state *s, const char *p, struct ct_scan_got *v)
{
	bool minus = *p == '-';
	const char *first = p + minus, *past = digits(first, s->end);
	int64_t n = 0;

	if (past == first || past - first > DIGITS ||
	    (*first == '0' && past - first > 1))
		return NULL;
	for (p = first; p < past; p++)
		n = 10 * n + (*p - '0');
	v->number = minus ? -n : n;
	v->kind = CT_SCAN_INTEGER;
	if (past < s->end && *past == '.') {
		v->kind = CT_SCAN_REAL;
		first = past + 1;
		past = digits(first, s->end);
		if (past == first)
			return NULL;
	}
	/* what follows is a comma, a brace, or wrong; so is an exponent here */
	return past;
}

static const char *
literal(const struct state *s, const char *p, struct ct_scan_got *v)
{
	static const struct {
		char text[6];
		uint8_t len;
		enum ct_scan_kind kind;
	} words[] = { { "true", 4, CT_SCAN_TRUE }, { "null", 4, CT_SCAN_NULL },
		{ "false", 5, CT_SCAN_FALSE } };
	size_t i, left = (size_t)(s->end - p);

	for (i = 0; i < 3; i++)
		if (left >= words[i].len &&
		    memcmp(p, words[i].text, words[i].len) == 0) {
			v->kind = words[i].kind;
			return p + words[i].len;
		}
	return NULL;
}

/* Behind the string, number or word that begins at p, or NULL. */
static const char *
scalar(struct state *s, const char *p, struct ct_scan_got *v)
{
	if (p == s->end)
		return NULL;
	v->text = p;
	if (*p == '"') {
		v->kind = CT_SCAN_STRING;
		v->text++;
		p = quote(s, p + 1);
		v->len = p ? (size_t)(p - v->text) : 0;
		return p ? p + 1 : NULL;
	}
	p = *p >= 'a' ? literal(s, p, v) : number(s, p, v);
	v->len = p ? (size_t)(p - v->text) : 0;
	return p;
}

/* Behind the array whose bracket is before p, or NULL. */
static const char *
array(struct state *s, const char *p)
{
	struct ct_scan_got item;

	p = blanks(p, s->end);
	if (p < s->end && *p == ']')
		return p + 1;
	while ((p = scalar(s, p, &item))) {
		p = blanks(p, s->end);
		if (p == s->end)
			return NULL;
		if (*p == ']')
			return p + 1;
		if (*p != ',')
			return NULL;
		p = blanks(p + 1, s->end);
	}
	return NULL;
}

/* ---- names ------------------------------------------------------------------
 */

/* 0 to 63, of a name in memory up to end. */
static inline unsigned
hash(const char *name, size_t len, const char *end)
{
	uint64_t x = 0;
	size_t i;

	if (len >= 8)
		x = load(name) + 31 * load(name + len - 8);
	else if (end - name >= 8)
		x = load(name) & ~(~UINT64_C(0) << 8 * len);
	else
		for (i = 0; i < len; i++)
			x |= (uint64_t)(unsigned char)name[i] << 8 * i;
	return (unsigned)((x + len) * UINT64_C(0x9e3779b97f4a7c15) >> 58);
}

/* -1: it was there before, or there are too many. */
static int
enter(const struct state *s, struct names *names, const char *name, size_t len,
    unsigned h)
{
	uint64_t bit = UINT64_C(1) << h;
	unsigned i;

	if (names->n == CT_SCAN_NAMES)
		return -1;
	for (i = 0; names->seen & bit && i < names->n; i++)
		if (names->len[i] == len &&
		    memcmp(s->line + names->at[i], name, len) == 0)
			return -1;
	names->seen |= bit;
	names->at[names->n] = (uint32_t)(name - s->line);
	names->len[names->n++] = (uint32_t)len;
	return 0;
}

static const struct ct_scan_want *
find(const struct ct_scan *scan, unsigned scope, const char *name, size_t len,
    unsigned h)
{
	const struct ct_scan_want *want;
	int i;

	for (i = scan->first[h]; i >= 0; i = want->next) {
		want = &scan->want[i];
		if (want->scope == scope && want->len == len &&
		    memcmp(want->name, name, len) == 0)
			return want;
	}
	return NULL;
}

/* ---- objects ----------------------------------------------------------------
 */

enum { NOWHERE = CT_SCAN_WANTS + 1 }; /* a scope of which nothing is wanted */

static const char *object(struct state *, const char *, unsigned, int);

static const char *
value(
    struct state *s, const char *p, const struct ct_scan_want *want, int depth)
{
	struct ct_scan_got v = { .kind = CT_SCAN_NONE };
	const char *start = p;

	s->escaped = false;
	if (p == s->end || (*p == '{' && depth))
		return NULL;
	if (*p == '{') {
		v.kind = CT_SCAN_OBJECT;
		p = object(
		    s, p + 1, want && want->opens ? want->opens : NOWHERE, 1);
	} else if (*p == '[') {
		v.kind = CT_SCAN_ARRAY;
		p = array(s, p + 1);
	} else {
		p = scalar(s, p, &v);
	}
	if (!p || !want || want->got < 0)
		return p;
	if (s->escaped && v.kind != CT_SCAN_OBJECT)
		return NULL;
	if (v.kind == CT_SCAN_OBJECT || v.kind == CT_SCAN_ARRAY) {
		v.text = start;
		v.len = (size_t)(p - start);
	}
	s->got[want->got] = v;
	return p;
}

static const char *
member(struct state *s, const char *p, unsigned scope, int depth)
{
	const struct ct_scan_want *want = NULL;
	const char *name;
	unsigned h;

	if (p == s->end || *p != '"')
		return NULL;
	name = p + 1;
	s->escaped = false;
	p = quote(s, name);
	if (!p || s->escaped)
		return NULL;
	h = hash(name, (size_t)(p - name), s->end);
	if (enter(s, &s->names[depth], name, (size_t)(p - name), h))
		return NULL;
	if (scope != NOWHERE)
		want = find(s->scan, scope, name, (size_t)(p - name), h);
	p = blanks(p + 1, s->end);
	if (p == s->end || *p != ':')
		return NULL;
	return value(s, blanks(p + 1, s->end), want, depth);
}

/* Behind the object whose brace is before p, or NULL. */
static const char *
object(struct state *s, const char *p, unsigned scope, int depth)
{
	s->names[depth].n = 0;
	s->names[depth].seen = 0;
	p = blanks(p, s->end);
	if (p < s->end && *p == '}')
		return p + 1;
	while ((p = member(s, p, scope, depth))) {
		p = blanks(p, s->end);
		if (p == s->end)
			return NULL;
		if (*p == '}')
			return p + 1;
		if (*p != ',')
			return NULL;
		p = blanks(p + 1, s->end);
	}
	return NULL;
}

int
ct_scan(const struct ct_scan *scan, const char *line, size_t len,
    struct ct_scan_got *got)
{
	struct state s;
	const char *p;

	if (len > UINT32_MAX)
		return -1;
	s.scan = scan;
	s.line = line;
	s.end = line + len;
	s.got = got;
	memset(got, 0, scan->gots * sizeof *got);
	p = blanks(line, s.end);
	if (p == s.end || *p != '{')
		return -1;
	p = object(&s, p + 1, 0, 0);
	if (!p || blanks(p, s.end) != s.end)
		return -1;
	return (int)s.names[0].n;
}

size_t
ct_scan_items(
    const struct ct_scan_got *list, struct ct_scan_got *items, size_t max)
{
	struct state s = { .end = list->text + list->len };
	struct ct_scan_got rest;
	const char *p = blanks(list->text + 1, s.end);
	size_t n = 0;

	while (*p != ']') {
		p = scalar(&s, p, n < max ? &items[n] : &rest);
		if (!p) /* it was no array of ct_scan */
			break;
		n++;
		p = blanks(p, s.end);
		if (*p == ',')
			p = blanks(p + 1, s.end);
	}
	return n;
}

/* ---- what is wanted ---------------------------------------------------------
 */

static struct ct_scan_want *
put(struct ct_scan *scan, unsigned scope, const char *name, size_t len)
{
	unsigned h = hash(name, len, name + len);
	struct ct_scan_want *want;

	want =
	    (struct ct_scan_want *)(uintptr_t)find(scan, scope, name, len, h);
	if (want)
		return want;
	if (scan->n == CT_SCAN_WANTS)
		ct_die(CT_SOFTWARE, "too much wanted of a line");
	want = &scan->want[scan->n];
	*want = (struct ct_scan_want){
		.name = name,
		.len = len,
		.scope = scope,
		.got = -1,
		.next = scan->first[h],
	};
	scan->first[h] = (int)scan->n++;
	return want;
}

void
ct_scan_want(struct ct_scan *scan, const char *const *paths, size_t n)
{
	struct ct_scan_want *want;
	const char *dot;
	size_t i;

	scan->n = scan->scopes = 0;
	scan->gots = n;
	memset(scan->first, -1, sizeof scan->first);
	for (i = 0; i < n; i++) {
		dot = strchr(paths[i], '.');
		want = put(scan, 0, paths[i],
		    dot ? (size_t)(dot - paths[i]) : strlen(paths[i]));
		if (dot && !want->opens)
			want->opens = ++scan->scopes;
		if (dot)
			want = put(scan, want->opens, dot + 1, strlen(dot + 1));
		want->got = (int)i;
	}
}
