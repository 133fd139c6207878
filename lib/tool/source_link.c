/* source_link.c - links that a service gives, to pages of its own */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "blake.h"
#include "hex.h"
#include "prog.h"
#include "source_get.h"

#define LINK_MAX ((size_t)8192)
#define PAGES_MAX 100000

char *
ct_get_escape(const char *text)
{
	static const char hex[] = "0123456789ABCDEF";
	char *out = ct_alloc(3 * strlen(text) + 1, 1), *p = out;
	unsigned char c;

	for (; (c = (unsigned char)*text); text++)
		if (isalnum(c) || strchr("-._~", c)) {
			*p++ = (char)c;
		} else {
			*p++ = '%';
			*p++ = hex[c >> 4];
			*p++ = hex[c & 15];
		}
	return out;
}

/* len bytes with %3A and such resolved, but %00.  Release with free. */
static char *
plain(const char *text, size_t len)
{
	char *out = ct_alloc(len + 1, 1), *p = out;
	uint8_t byte;
	size_t i;

	for (i = 0; i < len; i++, p++) {
		*p = text[i];
		if (text[i] == '%' && i + 2 < len &&
		    ct_unhex(text + i + 1, &byte, 1) == 0 && byte) {
			*p = (char)byte;
			i += 2;
		}
	}
	return out;
}

static bool
good_bytes(const char *link)
{
	size_t i;

	for (i = 0; link[i]; i++)
		if (link[i] <= ' ' || link[i] > '~' || i == LINK_MAX ||
		    strchr("#\\\"<>", link[i]))
			return false;
	return i > 0;
}

/* Does a step of the path, however it is spelt, lead up or nowhere? */
static bool
has_dots(const char *path)
{
	char *text = plain(path, strcspn(path, "?"));
	const char *p = text;
	bool yes = false;
	size_t n;

	for (; *p && !yes; p += n + (p[n] != '\0')) {
		n = strcspn(p, "/\\");
		yes = (n == 1 && *p == '.') ||
		    (n == 2 && p[0] == '.' && p[1] == '.');
	}
	free(text);
	return yes;
}

/* Without each parameter of this name. */
static char *
cut(const char *path, const char *name)
{
	char *out = ct_alloc(strlen(path) + 1, 1), *got;
	size_t n = strcspn(path, "?"), len;
	char sep = '?';
	bool same;

	memcpy(out, path, n);
	for (path += n; *path; path += len) {
		path++;
		len = strcspn(path, "&");
		got = plain(path, strcspn(path, "=&"));
		same = strcmp(got, name) == 0;
		free(got);
		if (same || !len)
			continue;
		out[n++] = sep;
		memcpy(out + n, path, len);
		n += len;
		sep = '&';
	}
	out[n] = '\0';
	return out;
}

char *
ct_get_link(const struct ct_get *g, const char *link, const char *without,
    struct ct_err *err)
{
	size_t n = strlen(g->base), host;
	const char *path = NULL, *at = strstr(g->base, "://");

	host = at ? n - strlen(at + 3) + strcspn(at + 3, "/") : n;
	if (!good_bytes(link)) {
		(void)ct_fail(err, CT_PROTOCOL,
		    "source '%s': the next page has an address that is none",
		    g->src->name);
		return NULL;
	}
	if (strncmp(link, g->base, n) == 0)
		path = link + n;
	else if (link[0] == '/' && link[1] != '/' &&
	    strncmp(link, g->base + host, n - host) == 0)
		path = link + n - host;
	if (!path || *path != '/' || has_dots(path)) {
		(void)ct_fail(err, CT_PROTOCOL,
		    "source '%s': the next page is at another address",
		    g->src->name);
		return NULL;
	}
	return without ? cut(path, without) : ct_strdup(path);
}

bool
ct_get_link_holds(const char *link, const char *text)
{
	char *all = plain(link, strlen(link));
	bool yes = strstr(link, text) || strstr(all, text);

	ct_wipe(all, strlen(all));
	free(all);
	return yes;
}

static uint64_t
digest(const char *s)
{
	uint64_t h = 14695981039346656037u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211u;
	return h;
}

int
ct_links_add(struct ct_links *l, const struct ct_get *g, const char *link,
    struct ct_err *err)
{
	uint64_t d = digest(link);
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->seen[i] == d)
			return ct_fail(err, CT_PROTOCOL,
			    "source '%s': the next page leads back",
			    g->src->name);
	if (l->n == PAGES_MAX)
		return ct_fail(err, CT_PROTOCOL,
		    "source '%s': the next page is one too many", g->src->name);
	l->seen = ct_grow(l->seen, l->n + 1, sizeof *l->seen);
	l->seen[l->n++] = d;
	return 0;
}

bool
ct_links_last(const struct ct_links *l, const char *link)
{
	return l->n && l->seen[l->n - 1] == digest(link);
}
