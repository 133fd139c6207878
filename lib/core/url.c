#include "url.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "hex.h"

#define HOST_MAX 253

static const char no_host[] = "no host";

/* What is left to read, and what was written. */
struct url {
	const char *p, *end;
	char *out;
	size_t n;
	bool full;
};

static void
put(struct url *u, char c)
{
	if (u->n < CT_URL_MAX - 1)
		u->out[u->n++] = c;
	else
		u->full = true;
}

static void
puts_all(struct url *u, const char *s)
{
	while (*s)
		put(u, *s++);
}

static bool
plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

static char
lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		c = (char)(c - 'A' + 'a');
	return c;
}

/* Is c one of these?  None of them is a NUL. */
static bool
among(char c, const char *these)
{
	return c && strchr(these, c);
}

/* The byte that the escape at p stands for. */
static bool
escape(const char *p, const char *end, char *byte)
{
	uint8_t b;

	if (end - p < 3 || *p != '%' || ct_unhex(p + 1, &b, 1) < 0)
		return false;
	*byte = (char)b;
	return true;
}

/* ---- host ------------------------------------------------------------------
 */

/* If the last part is a number, all is an address, as inet_aton(3) reads it:
 * false, if it is none. */
static bool
numbers(char host[HOST_MAX + 2])
{
	const char *last = strrchr(host, '.');
	struct in_addr addr;

	last = last ? last + 1 : host;
	if (last[strspn(last, "0123456789")] &&
	    (strncmp(last, "0x", 2) != 0 ||
		last[2 + strspn(last + 2, "0123456789abcdef")]))
		return true;
	return inet_aton(host, &addr) &&
	    inet_ntop(AF_INET, &addr, host, HOST_MAX + 2);
}

static const char *
host_name(struct url *u, const char *end)
{
	char host[HOST_MAX + 2] = "", c;
	size_t n = 0;

	for (; u->p < end; u->p++) {
		c = *u->p;
		if (escape(u->p, end, &c))
			u->p += 2;
		if ((unsigned char)c >= 128)
			return "a host that is not in ASCII";
		if (!plain(c))
			return no_host;
		if (n > HOST_MAX || (c == '.' && (!n || host[n - 1] == '.')))
			return no_host;
		host[n++] = lower(c);
	}
	n -= n && host[n - 1] == '.';
	host[n] = '\0';
	if (!n || !numbers(host))
		return no_host;
	puts_all(u, host);
	return NULL;
}

static const char *
host_v6(struct url *u, const char *end)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr addr;
	size_t n = (size_t)(end - u->p);

	if (n < 2 || n - 2 >= sizeof text || end[-1] != ']')
		return no_host;
	memcpy(text, u->p + 1, n - 2);
	text[n - 2] = '\0';
	if (inet_pton(AF_INET6, text, &addr) != 1 ||
	    !inet_ntop(AF_INET6, &addr, text, sizeof text))
		return no_host;
	put(u, '[');
	puts_all(u, text);
	put(u, ']');
	return NULL;
}

/* Of what stands between // and the path. */
static const char *
authority(struct url *u, const char *port)
{
	const char *end = u->p, *host, *colon, *at, *why;
	char text[8];
	unsigned n = 0;

	while (end < u->end && !among(*end, "/\\?#"))
		end++;
	if ((at = memrchr(u->p, '@', (size_t)(end - u->p))))
		u->p = at + 1;
	host = u->p;
	colon = memrchr(host, ':', (size_t)(end - host));
	if (!colon || memchr(colon, ']', (size_t)(end - colon)))
		colon = end;
	why = host < end && *host == '[' ? host_v6(u, colon)
					 : host_name(u, colon);
	for (at = colon + (colon < end); !why && at < end; at++) {
		n = n * 10 + (unsigned)(*at - '0');
		if (*at < '0' || *at > '9' || n > 65535)
			why = "no port";
	}
	u->p = end;
	(void)snprintf(text, sizeof text, ":%u", n);
	if (colon + 1 < end && strcmp(text + 1, port) != 0)
		puts_all(u, text);
	return why;
}

/* ---- path and query --------------------------------------------------------
 */

/* One byte, as it is or escaped. */
static void
byte(struct url *u)
{
	static const char digits[] = "0123456789ABCDEF";
	char c = *u->p;
	bool escaped = escape(u->p, u->end, &c);

	u->p += escaped ? 3 : 1;
	if (plain(c) || c == '~' || (!escaped && among(c, "!$&()*+,;=:@/?"))) {
		put(u, c);
		return;
	}
	put(u, '%');
	put(u, digits[(unsigned char)c >> 4]);
	put(u, digits[c & 15]);
}

/* The segment that begins at from is written: does it lead nowhere, or up?  So
 * does what was written, then. */
static bool
resolved(struct url *u, size_t from, size_t root)
{
	const char *s = u->out + from;
	size_t n = u->n - from;

	if (!((n == 1 && *s == '.') || (n == 2 && s[0] == '.' && s[1] == '.')))
		return false;
	u->n = from;
	if (n == 2 && from > root + 1)
		for (u->n--; u->out[u->n - 1] != '/'; u->n--)
			;
	return true;
}

static void
path(struct url *u)
{
	size_t root = u->n, from = root + 1;

	put(u, '/');
	u->p += u->p < u->end && among(*u->p, "/\\");
	while (u->p < u->end && !among(*u->p, "?#")) {
		if (!among(*u->p, "/\\")) {
			byte(u);
			continue;
		}
		u->p++;
		if (!resolved(u, from, root))
			put(u, '/');
		from = u->n;
	}
	(void)resolved(u, from, root);
}

static void
query(struct url *u)
{
	if (u->end - u->p < 2 || *u->p != '?' || u->p[1] == '#')
		return;
	put(u, *u->p++);
	while (u->p < u->end && *u->p != '#')
		byte(u);
}

/* ----------------------------------------------------------------------------
 */

static bool
begins(struct url *u, const char *with)
{
	size_t n = strlen(with), i;

	if ((size_t)(u->end - u->p) < n)
		return false;
	for (i = 0; i < n; i++)
		if (lower(u->p[i]) != with[i])
			return false;
	u->p += n;
	puts_all(u, with);
	return true;
}

const char *
ct_url_normal(const char *text, size_t len, char out[CT_URL_MAX], size_t *n)
{
	struct url u = { .p = text, .end = text + len, .out = out };
	const char *why, *port = "80", *p;

	while (u.p < u.end && (unsigned char)*u.p <= ' ')
		u.p++;
	while (u.p < u.end && (unsigned char)u.end[-1] <= ' ')
		u.end--;
	for (p = u.p; p < u.end; p++)
		if ((unsigned char)*p < ' ' || *p == 127)
			return "a control character";
	if (begins(&u, "https://"))
		port = "443";
	else if (!begins(&u, "http://"))
		return "no URL of http or https";
	if ((why = authority(&u, port)))
		return why;
	path(&u);
	query(&u);
	if (u.full)
		return "too long";
	out[u.n] = '\0';
	*n = u.n;
	return NULL;
}
