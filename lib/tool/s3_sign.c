/* s3_sign.c - AWS Signature Version 4, and the encoding that it is over */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "blake.h"
#include "hex.h"
#include "prog.h"
#include "s3.h"

static bool
unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	    c == '~';
}

size_t
ct_s3_escape(const char *text, size_t len, bool slash, char *out)
{
	static const char digit[] = "0123456789ABCDEF";
	char *p = out;
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (unreserved(c) || (slash && c == '/')) {
			*p++ = (char)c;
			continue;
		}
		*p++ = '%';
		*p++ = digit[c >> 4];
		*p++ = digit[c & 15];
	}
	*p = '\0';
	return (size_t)(p - out);
}

int64_t
ct_s3_unescape(char *text, size_t len, bool plus)
{
	char *p, *from = text, *end = text + len, *next;
	uint8_t byte;

	for (p = text; plus && (p = memchr(p, '+', (size_t)(end - p))); p++)
		*p = ' ';
	for (p = text; (next = memchr(from, '%', (size_t)(end - from)));
	     from = next + 3) {
		if (end - next < 3 || ct_unhex(next + 1, &byte, 1) < 0)
			return -1;
		if (p != from)
			memmove(p, from, (size_t)(next - from));
		p += next - from;
		*p++ = (char)byte;
	}
	if (p != from)
		memmove(p, from, (size_t)(end - from));
	return p + (end - from) - text;
}

static int
by_pair(const void *a, const void *b)
{
	const struct ct_pair *x = a, *y = b;
	int c = strcmp(x->name, y->name);

	return c ? c : strcmp(x->value, y->value);
}

static char *
escaped(const char *text)
{
	size_t len = strlen(text);
	char *out = ct_alloc(3 * len + 1, 1);

	(void)ct_s3_escape(text, len, false, out);
	return out;
}

char *
ct_s3_query(const struct ct_pair *pair, size_t n)
{
	struct ct_pair *coded = ct_alloc(n + 1, sizeof *coded);
	size_t i, len = 1;
	char *out, *p;

	/* it is the encoded names whose order counts */
	for (i = 0; i < n; i++) {
		coded[i].name = escaped(pair[i].name);
		coded[i].value = escaped(pair[i].value ? pair[i].value : "");
		len += strlen(coded[i].name) + strlen(coded[i].value) + 2;
	}
	qsort(coded, n, sizeof *coded, by_pair);
	out = p = ct_alloc(len, 1);
	for (i = 0; i < n; i++) {
		p += sprintf(
		    p, "%s%s=%s", i ? "&" : "", coded[i].name, coded[i].value);
		free((void *)(uintptr_t)coded[i].name);
		free((void *)(uintptr_t)coded[i].value);
	}
	free(coded);
	return out;
}

/* In lower case; of a value: outer blanks cut, inner ones one. */
static char *
lower(const char *name)
{
	char *out = ct_strdup(name), *p;

	for (p = out; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return out;
}

static char *
trimmed(const char *value)
{
	char *out = ct_alloc(strlen(value) + 1, 1), *p = out;

	for (value += strspn(value, " \t\r\n"); *value; value++) {
		if (!strchr(" \t\r\n", *value))
			*p++ = *value;
		else if (p[-1] != ' ')
			*p++ = ' ';
	}
	if (p > out && p[-1] == ' ')
		p[-1] = '\0';
	return out;
}

struct field {
	char *name, *value;
	size_t at; /* those of one name stay in their order */
};

static int
by_field(const void *a, const void *b)
{
	const struct field *x = a, *y = b;
	int c = strcmp(x->name, y->name);

	return c ? c : (x->at > y->at) - (x->at < y->at);
}

/* "name:value\n" of all, and "name;name" of all. */
static void
canonical_headers(const struct ct_sigv4 *s, char **lines, char **names)
{
	struct field *f = ct_alloc(s->nheaders + 1, sizeof *f);
	size_t i, len = 1;
	char *l, *n;

	for (i = 0; i < s->nheaders; i++) {
		f[i].name = lower(s->header[i].name);
		f[i].value = trimmed(s->header[i].value);
		f[i].at = i;
		len += strlen(f[i].name) + strlen(f[i].value) + 2;
	}
	qsort(f, s->nheaders, sizeof *f, by_field);
	l = *lines = ct_alloc(len, 1);
	n = *names = ct_alloc(len, 1);
	for (i = 0; i < s->nheaders; i++) {
		if (i && strcmp(f[i].name, f[i - 1].name) == 0) {
			l += sprintf(l - 1, ",%s\n", f[i].value) - 1;
		} else {
			l += sprintf(l, "%s:%s\n", f[i].name, f[i].value);
			n += sprintf(n, "%s%s", i ? ";" : "", f[i].name);
		}
	}
	for (i = 0; i < s->nheaders; i++) {
		free(f[i].name);
		free(f[i].value);
	}
	free(f);
}

static char *
canonical(const struct ct_sigv4 *s, char **names)
{
	char *lines, *text;

	canonical_headers(s, &lines, names);
	text = ct_printf("%s\n%s\n%s\n%s\n%s\n%s", s->method,
	    *s->path ? s->path : "/", s->query, lines, *names, s->payload);
	free(lines);
	return text;
}

char *
ct_sigv4_canonical(const struct ct_sigv4 *s)
{
	char *names, *text = canonical(s, &names);

	free(names);
	return text;
}

static void
mac(uint8_t key[CT_BLAKE_SHA256], const char *text)
{
	ct_blake_hmac(key, CT_BLAKE_SHA256, text, strlen(text), key);
}

char *
ct_sigv4(const struct ct_sigv4 *s)
{
	char *names, *request = canonical(s, &names), *scope, *text, *start;
	char day[9], hex[2 * CT_BLAKE_SHA256 + 1];
	uint8_t key[CT_BLAKE_SHA256];

	(void)snprintf(day, sizeof day, "%s", s->date);
	scope = ct_printf("%s/%s/%s/aws4_request", day, s->region, s->service);
	ct_blake_sha256(request, strlen(request), key);
	ct_hex(key, sizeof key, hex);
	text = ct_printf("AWS4-HMAC-SHA256\n%s\n%s\n%s", s->date, scope, hex);

	start = ct_printf("AWS4%s", s->secret_key);
	ct_blake_hmac(start, strlen(start), day, strlen(day), key);
	ct_wipe(start, strlen(start));
	free(start);
	mac(key, s->region);
	mac(key, s->service);
	mac(key, "aws4_request");
	mac(key, text);
	ct_hex(key, sizeof key, hex);
	free(text);
	free(request);

	text = ct_printf("AWS4-HMAC-SHA256 Credential=%s/%s, "
			 "SignedHeaders=%s, Signature=%s",
	    s->access_key, scope, names, hex);
	free(scope);
	free(names);
	return text;
}
