/* jq/parse.c - a filter's text as nodes */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "jq.h"

#define NODES 4096

static struct jq_node nodes[NODES];
static size_t used;
static const char *p;

static struct jq_node *pipe_of(void);
static struct jq_node *postfix(void);

static struct jq_node *
node(enum jq_op op, struct jq_node *a, struct jq_node *b)
{
	if (used == NODES)
		jq_punt();
	nodes[used].op = op;
	nodes[used].a = a;
	nodes[used].b = b;
	return &nodes[used++];
}

static void
named(struct jq_node *n, const char *name, size_t len)
{
	if (len >= sizeof n->name)
		jq_punt();
	memcpy(n->name, name, len);
	n->name[len] = '\0';
}

static void
put(struct jq_node *n, struct jq_node *item)
{
	if (n->n == sizeof n->list / sizeof *n->list)
		jq_punt();
	n->list[n->n++] = item;
}

static struct jq_node *
literal(json_t *v)
{
	struct jq_node *n = node(JQ_LIT, NULL, NULL);

	n->val = jq_keep(v);
	return n;
}

static void
space(void)
{
	while (isspace((unsigned char)*p) || *p == '#')
		if (*p == '#')
			p += strcspn(p, "\n");
		else
			p++;
}

/* the sign s is next, and is no part of a longer one */
static int
sign(const char *s)
{
	size_t n = strlen(s);

	space();
	if (strncmp(p, s, n) != 0)
		return 0;
	if (strchr("=|<>+-*%", *s) && n == 1 && p[1] == '=')
		return 0;
	if (strcmp(s, "/") == 0 && (p[1] == '/' || p[1] == '='))
		return 0;
	if (strcmp(s, "//") == 0 && p[2] == '=')
		jq_punt();
	p += n;
	return 1;
}

static void
expect(const char *s)
{
	if (!sign(s))
		jq_punt();
}

static size_t
word_len(void)
{
	size_t n = 0;

	if (!isalpha((unsigned char)*p) && *p != '_')
		return 0;
	while (isalnum((unsigned char)p[n]) || p[n] == '_')
		n++;
	return n;
}

static int
keyword(const char *s)
{
	space();
	if (word_len() != strlen(s) || strncmp(p, s, strlen(s)) != 0)
		return 0;
	p += strlen(s);
	return 1;
}

/* that of uXXXX at p, p behind it; into s, at most 3 bytes */
static size_t
unicode(char *s)
{
	unsigned c = 0;
	size_t i;

	for (i = 1; i < 5; i++)
		if (isxdigit((unsigned char)p[i]))
			c = c * 16 +
			    (unsigned)(isdigit((unsigned char)p[i])
				    ? p[i] - '0'
				    : (p[i] | 32) - 'a' + 10);
		else
			jq_punt();
	p += 5;
	if (c == 0 || (c >= 0xd800 && c < 0xe000))
		jq_punt();
	i = 0;
	if (c >= 0x800)
		s[i++] = (char)(0xe0 | c >> 12);
	if (c >= 0x80)
		s[i++] = (char)((c >= 0x800 ? 0x80 : 0xc0) | (c >> 6 & 0x3f));
	if (c >= 0x80)
		s[i++] = (char)(0x80 | (c & 0x3f));
	else
		s[i++] = (char)c;
	return i;
}

/* the character that an escape at p stands for, p behind it; into s */
static size_t
escaped(char *s)
{
	static const char from[] = "nrtbf\\/\"", to[] = "\n\r\t\b\f\\/\"";
	const char *at = strchr(from, *p);

	if (*p == 'u')
		return unicode(s);
	if (!*p || !at)
		jq_punt();
	p++;
	*s = to[at - from];
	return 1;
}

/* "text \(filter) text", p behind the first quote */
static struct jq_node *
text(void)
{
	struct jq_node *n = node(JQ_TEXT, NULL, NULL);
	char s[2048];
	size_t len = 0;

	for (;; p++) {
		if (!*p || len + 4 > sizeof s)
			jq_punt();
		if (*p == '"')
			break;
		if (*p != '\\') {
			s[len++] = *p;
			continue;
		}
		p++;
		if (*p == '(') {
			p++;
			put(n, literal(json_stringn(s, len)));
			len = 0;
			put(n, pipe_of());
			space();
			if (*p != ')')
				jq_punt();
			continue;
		}
		len += escaped(s + len);
		p--;
	}
	p++;
	put(n, literal(json_stringn(s, len)));
	return n->n == 1 ? n->list[0] : n;
}

static struct jq_node *
number(void)
{
	json_int_t v = 0;

	for (; isdigit((unsigned char)*p); p++)
		if (v < 100000000000000)
			v = v * 10 + (*p - '0');
		else
			jq_punt();
	if (*p == '.' || *p == 'e' || *p == 'E')
		jq_punt();
	return literal(json_integer(v));
}

static struct jq_node *
variable(void)
{
	struct jq_node *n = node(JQ_VAR, NULL, NULL);
	size_t len = word_len();

	if (len == 0 || strncmp(p, "__", 2) == 0)
		jq_punt();
	named(n, p, len);
	p += len;
	return n;
}

/* one value of an object: a term, or terms with | between */
static struct jq_node *
dict_value(void)
{
	struct jq_node *n = postfix();

	while (sign("|"))
		n = node(JQ_PIPE, n, postfix());
	return n;
}

static void
dict_pair(struct jq_node *n)
{
	struct jq_node *key;
	size_t len;

	space();
	if (*p == '$') {
		p++;
		key = variable();
		put(n, literal(json_string(key->name)));
		put(n, key);
		return;
	}
	if (*p == '"') {
		p++;
		key = text();
	} else if (*p == '(') {
		p++;
		key = pipe_of();
		expect(")");
	} else {
		len = word_len();
		if (len == 0)
			jq_punt();
		key = literal(json_stringn(p, len));
		p += len;
	}
	put(n, key);
	put(n,
	    sign(":") ? dict_value()
		      : node(JQ_AT, node(JQ_DOT, NULL, NULL), key));
}

static struct jq_node *
dict(void)
{
	struct jq_node *n = node(JQ_DICT, NULL, NULL);

	if (sign("}"))
		return n;
	do
		dict_pair(n);
	while (sign(","));
	expect("}");
	return n;
}

static struct jq_node *
branch(void)
{
	struct jq_node *n = node(JQ_IF, NULL, NULL);

	n->a = pipe_of();
	if (!keyword("then"))
		jq_punt();
	n->b = pipe_of();
	if (keyword("elif")) {
		n->c = branch();
		return n;
	}
	if (!keyword("else"))
		jq_punt();
	n->c = pipe_of();
	if (!keyword("end"))
		jq_punt();
	return n;
}

static struct jq_node *
call(void)
{
	static const char *const not_here[] = { "def", "reduce", "foreach",
		"try", "label", "import", "include", "then", "elif", "else",
		"end", "as", "and", "or", "catch" };
	struct jq_node *n;
	size_t i;

	for (i = 0; i < sizeof not_here / sizeof *not_here; i++)
		if (keyword(not_here[i]))
			jq_punt();
	if (keyword("if"))
		return branch();
	if (keyword("null"))
		return literal(json_null());
	if (keyword("true"))
		return literal(json_true());
	if (keyword("false"))
		return literal(json_false());
	n = node(JQ_CALL, NULL, NULL);
	named(n, p, word_len());
	p += word_len();
	if (!sign("("))
		return n;
	do
		put(n, pipe_of());
	while (sign(";"));
	expect(")");
	return n;
}

/* .name or ."name" on what is before, p behind the dot */
static struct jq_node *
member(struct jq_node *of)
{
	struct jq_node *key;
	size_t len = word_len();

	if (*p == '"') {
		p++;
		return node(JQ_AT, of, text());
	}
	key = literal(json_stringn(p, len));
	p += len;
	return node(JQ_AT, of, key);
}

/* [], [b], [b:c] on what is before, p behind the bracket */
static struct jq_node *
bracket(struct jq_node *of)
{
	struct jq_node *n, *first = NULL;

	if (sign("]"))
		return node(JQ_EACH, of, NULL);
	if (!sign(":")) {
		first = pipe_of();
		if (sign("]"))
			return node(JQ_AT, of, first);
		expect(":");
	}
	n = node(JQ_CUT, of, first);
	if (!sign("]")) {
		n->c = pipe_of();
		expect("]");
	}
	return n;
}

static struct jq_node *
term(void)
{
	struct jq_node *n;

	space();
	if (isdigit((unsigned char)*p))
		return number();
	if (word_len() > 0)
		return call();
	switch (*p++) {
	case '.':
		n = node(JQ_DOT, NULL, NULL);
		if (*p == '.' || isdigit((unsigned char)*p))
			jq_punt();
		return word_len() > 0 || *p == '"' ? member(n) : n;
	case '-':
		if (!isdigit((unsigned char)*p))
			jq_punt();
		n = number();
		n->val = jq_keep(json_integer(-json_integer_value(n->val)));
		return n;
	case '"':
		return text();
	case '$':
		return variable();
	case '@':
		n = node(JQ_CALL, NULL, NULL);
		named(n, p - 1, word_len() + 1);
		p += word_len();
		space();
		if (*p == '"')
			jq_punt();
		return n;
	case '{':
		return dict();
	case '[':
		n = node(JQ_ARRAY, NULL, NULL);
		if (sign("]"))
			return n;
		n->a = pipe_of();
		expect("]");
		return n;
	case '(':
		n = pipe_of();
		expect(")");
		return n;
	}
	jq_punt();
}

static struct jq_node *
postfix(void)
{
	struct jq_node *n = term();

	for (;;) {
		space();
		if (*p == '.' && p[1] == '[') {
			p++;
		} else if (*p == '.') {
			p++;
			if (word_len() == 0 && *p != '"')
				jq_punt();
			n = member(n);
		} else if (*p == '[') {
			p++;
			n = bracket(n);
		} else if (*p == '?') {
			p++;
			if ((n->op != JQ_AT && n->op != JQ_EACH) || *p == '/')
				jq_punt();
			n->soft = 1;
		} else {
			return n;
		}
	}
}

/* what binds a name for all that follows it, else a plain term */
static struct jq_node *
binding(void)
{
	struct jq_node *n = postfix(), *as;

	if (!keyword("as"))
		return n;
	expect("$");
	as = variable();
	as->op = JQ_AS;
	as->a = n;
	expect("|");
	as->b = pipe_of();
	return as;
}

/* the operators, those that bind least first; none of a level of its own kind
 * beside it but where jq has it so */
static const struct level {
	enum jq_op op;
	char signs[7][4];
	enum { LEFT, RIGHT, ONCE } side;
} levels[] = {
	{ JQ_COMMA, { "," }, LEFT },
	{ JQ_ALT, { "//" }, RIGHT },
	{ JQ_SET, { "=", "|=", "+=", "-=" }, ONCE },
	{ JQ_OR, { "or" }, LEFT },
	{ JQ_AND, { "and" }, LEFT },
	{ JQ_BIN, { "==", "!=", "<=", ">=", "<", ">" }, ONCE },
	{ JQ_BIN, { "+", "-" }, LEFT },
	{ JQ_BIN, { "*", "%", "/" }, LEFT },
};
#define LEVELS (sizeof levels / sizeof *levels)

static const char *
one_of(const struct level *l)
{
	size_t i;

	space();
	for (i = 0; i < 7 && l->signs[i][0]; i++)
		if (isalpha((unsigned char)l->signs[i][0])
			? keyword(l->signs[i])
			: sign(l->signs[i]))
			return l->signs[i];
	return NULL;
}

static struct jq_node *
level(size_t i)
{
	struct jq_node *n;
	const char *s;

	if (i == LEVELS)
		return binding();
	n = level(i + 1);
	while ((s = one_of(&levels[i]))) {
		n = node(levels[i].op, n,
		    level(levels[i].side == RIGHT ? i : i + 1));
		named(n, s, strlen(s));
		if (levels[i].side != LEFT)
			break;
	}
	return n;
}

static struct jq_node *
pipe_of(void)
{
	struct jq_node *n = level(0);

	return sign("|") ? node(JQ_PIPE, n, pipe_of()) : n;
}

struct jq_node *
jq_parse(const char *filter)
{
	struct jq_node *n;

	p = filter;
	n = pipe_of();
	space();
	if (*p)
		jq_punt();
	return n;
}
