/* report_rules.c - what a schema cannot say */
#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "clock.h"
#include "hex.h"
#include "report_impl.h"

bool
ct_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

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

bool
ct_ip_ok(const char *text)
{
	struct in6_addr a;

	return inet_pton(AF_INET, text, &a) == 1 ||
	    inet_pton(AF_INET6, text, &a) == 1;
}

/* Networks that no provider can be asked about. */
bool
ct_ip_private(const char *text)
{
	static const struct {
		uint32_t net, mask;
	} nets[] = { { 0x00000000, 0xff000000 }, { 0x0a000000, 0xff000000 },
		{ 0x64400000, 0xffc00000 }, { 0x7f000000, 0xff000000 },
		{ 0xa9fe0000, 0xffff0000 }, { 0xac100000, 0xfff00000 },
		{ 0xc0000200, 0xffffff00 }, { 0xc0a80000, 0xffff0000 },
		{ 0xc6336400, 0xffffff00 }, { 0xcb007100, 0xffffff00 },
		{ 0xe0000000, 0xe0000000 } };
	struct in6_addr six;
	struct in_addr four;
	uint32_t a;
	size_t i;

	if (inet_pton(AF_INET, text, &four) == 1) {
		a = ntohl(four.s_addr);
		for (i = 0; i < sizeof nets / sizeof nets[0]; i++)
			if ((a & nets[i].mask) == nets[i].net)
				return true;
		return false;
	}
	return inet_pton(AF_INET6, text, &six) == 1 &&
	    (IN6_IS_ADDR_UNSPECIFIED(&six) || IN6_IS_ADDR_LOOPBACK(&six) ||
		IN6_IS_ADDR_LINKLOCAL(&six) || IN6_IS_ADDR_MULTICAST(&six) ||
		(six.s6_addr[0] & 0xfe) == 0xfc ||
		memcmp(six.s6_addr, "\x20\x01\x0d\xb8", 4) == 0);
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

int
ct_report_time(
    int64_t *ms, const char *element, const json_t *v, struct ct_err *err)
{
	if (json_is_integer(v) && json_integer_value(v) >= 0 &&
	    json_integer_value(v) < (json_int_t)253402300800) {
		*ms = (int64_t)json_integer_value(v) * 1000;
		return 0;
	}
	if (json_is_string(v) && ct_time_parse(json_string_value(v), ms) == 0)
		return 0;
	return ct_fail(
	    err, CT_DATAERR, "element '%s' is not a time with a zone", element);
}

static int
digest(const json_t *hash, struct ct_err *err)
{
	static const struct {
		const char *type;
		size_t len;
	} types[] = { { "MD5", 16 }, { "SHA1", 20 }, { "SHA256", 32 },
		{ "PDQ", 32 } };
	const char *type = ct_rec_text(hash, "hashType");
	const char *hex = ct_rec_text(hash, "value");
	uint8_t raw[32];
	size_t i;

	for (i = 0; type && i < sizeof types / sizeof types[0]; i++)
		if (strcmp(type, types[i].type) == 0 &&
		    (!hex || strlen(hex) != 2 * types[i].len ||
			ct_unhex(hex, raw, types[i].len) < 0))
			return ct_fail(err, CT_DATAERR,
			    "element 'originalFileHash' is no %s", type);
	return 0;
}

int
ct_report_file_rules(const json_t *m, struct ct_err *err)
{
	const char *relevance = ct_rec_text(m, "fileRelevance");
	const char *name = ct_rec_text(m, "originalFileName");
	const json_t *hash, *meme = json_object_get(m, "potentialMeme");
	const json_t *notes = json_object_get(m, "fileAnnotations");
	size_t i;
	int rc;

	if (json_is_true(json_object_get(m, "exifViewedByEsp")) &&
	    !json_is_true(json_object_get(m, "fileViewedByEsp")))
		return ct_fail(err, CT_DATAERR,
		    "element 'exifViewedByEsp' needs 'fileViewedByEsp'");
	if (meme && notes)
		return ct_fail(err, CT_DATAERR,
		    "elements 'potentialMeme' and 'fileAnnotations' exclude "
		    "each other");
	if (relevance && strcmp(relevance, "Supplemental Reported") == 0 &&
	    (meme || json_object_get(m, "industryClassification")))
		return ct_fail(err, CT_DATAERR,
		    "a supplemental file has neither 'potentialMeme' nor "
		    "'industryClassification'");
	if (name && strchr(name, '/'))
		return ct_fail(
		    err, CT_DATAERR, "element 'originalFileName' has a path");
	json_array_foreach(json_object_get(m, "originalFileHash"), i, hash)
	{
		if ((rc = digest(hash, err)))
			return rc;
	}
	return 0;
}
