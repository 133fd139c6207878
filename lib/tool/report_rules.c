/* report_rules.c - what a schema cannot say */
#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "report_impl.h"

/* No white space, no control character. */
static bool
solid(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' || *text == 0x7f)
			return false;
	return true;
}

/* local@domain.tld, as far as a server that takes reports will look. */
bool
ct_mail_ok(const char *text)
{
	const char *at = strchr(text, '@'), *dot;

	if (!at || at == text || strchr(at + 1, '@') || !solid(text) ||
	    strpbrk(text, "<>(),;:\"[]\\"))
		return false;
	dot = strrchr(at + 1, '.');
	return dot && dot > at + 1 && dot[1] && at[1] != '.' &&
	    !strstr(at, "..");
}

bool
ct_url_ok(const char *text)
{
	return *text && solid(text) && !strpbrk(text, "<>\"");
}

bool
ct_http_ok(const char *text)
{
	size_t n = strncasecmp(text, "https://", 8) == 0 ? 8
	    : strncasecmp(text, "http://", 7) == 0       ? 7
							 : 0;

	return n && text[n] && !strchr("/?#:", text[n]) && ct_url_ok(text);
}

const char *
ct_base_name(const char *path)
{
	const char *cut = strrchr(path, '/');
	bool windows = strncmp(path, "\\\\", 2) == 0 ||
	    (isalpha((unsigned char)*path) && strncmp(path + 1, ":\\", 2) == 0);

	if (!cut && windows)
		cut = strrchr(path, '\\');
	return cut ? cut + 1 : path;
}

bool
ct_ip_ok(const char *text)
{
	struct in6_addr a;

	return inet_pton(AF_INET, text, &a) == 1 ||
	    inet_pton(AF_INET6, text, &a) == 1;
}

/* Networks that no provider can be asked about: for one's own use, for
 * documents and tests, of no host, reserved. */
static bool
private_four(uint32_t a)
{
	static const struct {
		uint32_t net, mask;
	} nets[] = { { 0x00000000, 0xff000000 }, { 0x0a000000, 0xff000000 },
		{ 0x64400000, 0xffc00000 }, { 0x7f000000, 0xff000000 },
		{ 0xa9fe0000, 0xffff0000 }, { 0xac100000, 0xfff00000 },
		{ 0xc0000000, 0xffffff00 }, { 0xc0000200, 0xffffff00 },
		{ 0xc0586300, 0xffffff00 }, { 0xc0a80000, 0xffff0000 },
		{ 0xc6120000, 0xfffe0000 }, { 0xc6336400, 0xffffff00 },
		{ 0xcb007100, 0xffffff00 }, { 0xe0000000, 0xe0000000 } };
	size_t i;

	for (i = 0; i < sizeof nets / sizeof nets[0]; i++)
		if ((a & nets[i].mask) == nets[i].net)
			return true;
	return false;
}

/* The first bits of an address; four: where an IPv4 address is within it. */
static const struct prefix {
	uint8_t net[16];
	unsigned bits, four;
} prefixes[] = {
	{ { [10] = 0xff, [11] = 0xff }, 96, 12 },          /* mapped */
	{ { 0 }, 96, 12 },                                 /* compatible */
	{ { 0x00, 0x64, 0xff, 0x9b }, 96, 12 },            /* NAT64 */
	{ { 0x20, 0x02 }, 16, 2 },                         /* 6to4 */
	{ { 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01 }, 48, 0 }, /* NAT64, own */
	{ { 0x01 }, 64, 0 },                               /* discarded */
	{ { 0x20, 0x01, 0x00, 0x02, 0x00, 0x00 }, 48, 0 }, /* measurement */
	{ { 0x20, 0x01, 0x00, 0x10 }, 28, 0 },             /* ORCHID */
	{ { 0x20, 0x01, 0x00, 0x20 }, 28, 0 },             /* ORCHIDv2 */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32, 0 },             /* documents */
	{ { 0x3f, 0xff }, 20, 0 },                         /* documents */
	{ { 0x5f }, 16, 0 },                               /* segments */
	{ { 0xfc }, 7, 0 },                                /* own */
	{ { 0xfe, 0x80 }, 9, 0 }, /* of a link, a site */
	{ { 0xff }, 8, 0 },       /* of many */
};

static bool
begins(const uint8_t *a, const struct prefix *p)
{
	unsigned whole = p->bits / 8, rest = p->bits % 8;
	unsigned mask = 0xff00U >> rest & 0xffU;

	return memcmp(a, p->net, whole) == 0 &&
	    ((a[whole] ^ p->net[whole]) & mask) == 0;
}

static uint32_t
four_of(const uint8_t *a)
{
	return (uint32_t)a[0] << 24 | (uint32_t)a[1] << 16 |
	    (uint32_t)a[2] << 8 | a[3];
}

bool
ct_ip_private(const char *text)
{
	struct in6_addr six;
	struct in_addr four;
	size_t i;

	if (inet_pton(AF_INET, text, &four) == 1)
		return private_four(ntohl(four.s_addr));
	if (inet_pton(AF_INET6, text, &six) != 1)
		return false;
	for (i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
		if (begins(six.s6_addr, &prefixes[i]))
			return !prefixes[i].four ||
			    private_four(
				four_of(six.s6_addr + prefixes[i].four));
	return false;
}

/*
 * What people write where they mean to write something else later.  Names
 * that are reserved for examples end a host: testing.org is nobody's example.
 */
bool
ct_placeholder(const char *text)
{
	static const char *const words[] = { "changeme", "change me",
		"placeholder", "your name", "your company", "first name",
		"last name" };
	static const char *const hosts[] = { "example.com", "example.net",
		"example.org", ".example", ".invalid", ".test", "localhost" };
	const char *at;
	size_t i;

	if (strpbrk(text, "[<{"))
		return true;
	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcasestr(text, words[i]))
			return true;
	for (i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
		for (at = text; (at = strcasestr(at, hosts[i]));) {
			at += strlen(hosts[i]);
			if (!*at ||
			    (!isalnum((unsigned char)*at) &&
				!strchr("-.", *at)))
				return true;
		}
	return false;
}

/* The number that n digits are; -1 if they are none. */
static int
digits(const char *s, int n)
{
	int v = 0;

	for (; n > 0; n--, s++) {
		if (!isdigit((unsigned char)*s))
			return -1;
		v = 10 * v + (*s - '0');
	}
	return v;
}

/* A day that there is: YYYY-MM-DD. */
bool
ct_date_ok(const char *text)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	int y, m, d;

	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
		return false;
	y = digits(text, 4);
	m = digits(text + 5, 2);
	d = digits(text + 8, 2);
	if (y < 1 || m < 1 || m > 12 || d < 1)
		return false;
	if (m == 2 && y % 4 == 0 && (y % 100 != 0 || y % 400 == 0))
		return d <= 29;
	return d <= days[m - 1];
}

/* ---- the model as a whole --------------------------------------------------
 */

int
ct_report_overlay(const struct ct_reporting *r, const json_t *recs,
    json_t **model, struct ct_err *err)
{
	const json_t *rec, *over, *v;
	const char *name;
	size_t i;
	int rc;

	(void)r;
	json_array_foreach(recs, i, rec)
	{
		over = json_object_get(rec, "cybertip");
		if (!over || json_is_null(over))
			continue;
		if (!json_is_object(over))
			return ct_fail(
			    err, CT_DATAERR, "cybertip is not an object");
		json_object_foreach((json_t *)(uintptr_t)over, name, v)
		{
			if (strcmp(name, "report") != 0 &&
			    strcmp(name, "file") != 0)
				return ct_fail(err, CT_DATAERR,
				    "cybertip has a member that is neither "
				    "report nor file");
			if (*name == 'f' || json_is_null(v))
				continue;
			rc = ct_model_overlay(&ct_report_table, model, v, err);
			if (rc)
				return rc;
		}
	}
	return 0;
}

/* A text within v that somebody meant to replace?  What the terms of service
 * say is their own affair. */
static bool
has_placeholder(const json_t *v)
{
	const char *name;
	json_t *sub;
	size_t i;

	if (json_is_string(v))
		return ct_placeholder(json_string_value(v));
	json_array_foreach(v, i, sub)
	{
		if (has_placeholder(sub))
			return true;
	}
	json_object_foreach((json_t *)(uintptr_t)v, name, sub)
	{
		if (strcmp(name, "termsOfService") != 0 && has_placeholder(sub))
			return true;
	}
	return false;
}

/* Has a channel what was said or a page?  Where is not yet what. */
bool
ct_model_tells(const json_t *model)
{
	const json_t *details = json_object_get(model, "internetDetails");
	const json_t *channel, *kind;
	const char *name;
	size_t i;

	json_array_foreach(details, i, channel)
	{
		json_object_foreach((json_t *)(uintptr_t)channel, name, kind)
		{
			(void)name;
			if (json_object_get(kind, "content") ||
			    json_object_get(kind, "additionalInfo") ||
			    json_array_size(json_object_get(kind, "url")))
				return true;
		}
	}
	return false;
}

int
ct_report_rules(const struct ct_reporting *r, const json_t *model,
    size_t nfiles, struct ct_err *err)
{
	if (r->production &&
	    has_placeholder(json_object_get(model, "reporter")))
		return ct_fail(err, CT_DATAERR,
		    "element 'reporter' has a placeholder; not in production");
	if (!nfiles && !json_object_get(model, "additionalInfo") &&
	    !ct_model_tells(model))
		return ct_fail(err, CT_DATAERR,
		    "nothing to report: no file, no text, no page");
	return 0;
}
