/*
 * Addresses in normal form: a table, with hostile ones; what libcurl makes of
 * each is the same address; so it is of any bytes that both take.
 */
#include "url.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tap.h"

#define ROUNDS 40000

/* want: the normal form; or, behind a -, why it is refused */
static const struct row {
	const char *url, *want;
	bool alone; /* libcurl refuses it, or reads it another way */
} table[] = {
	{ "http://example.com", "http://example.com/", false },
	{ "HTTP://EXAMPLE.com/", "http://example.com/", false },
	{ "https://Example.COM/Path", "https://example.com/Path", false },
	{ " \thttps://a.example/ \r\n", "https://a.example/", true },
	{ "http://a.example.", "http://a.example/", false },
	{ "http://a.example..", "-no host", true },
	{ "http://a..example/", "-no host", true },
	{ "http://.example/", "-no host", true },
	{ "http:///x", "-no host", true },
	{ "http://", "-no host", true },
	{ "http:/a.example/", "-no URL of http or https", true },
	{ "http:a.example", "-no URL of http or https", true },
	{ "a.example/x", "-no URL of http or https", true },
	{ "//a.example/x", "-no URL of http or https", true },
	{ "ftp://a.example/", "-no URL of http or https", true },
	{ "javascript:alert(1)//http://a.example/", "-no URL of http or https",
	    true },
	{ "data:text/html,x", "-no URL of http or https", true },
	{ "xhttp://a.example/", "-no URL of http or https", true },
	{ "", "-no URL of http or https", true },
	/* ports */
	{ "http://a.example:80/x", "http://a.example/x", false },
	{ "https://a.example:443/x", "https://a.example/x", false },
	{ "https://a.example:80/x", "https://a.example:80/x", false },
	{ "http://a.example:/x", "http://a.example/x", false },
	{ "http://a.example:0080/x", "http://a.example/x", false },
	{ "http://a.example:8080", "http://a.example:8080/", false },
	{ "http://a.example:65535/", "http://a.example:65535/", false },
	{ "http://a.example:65536/", "-no port", true },
	{ "http://a.example:4294967376/", "-no port", true },
	{ "http://a.example:8o/", "-no port", true },
	{ "http://a.example:-1/", "-no port", true },
	{ "http://a.example:80:80/", "-no host", true },
	/* user names, and what only looks like a host */
	{ "http://user:pw@a.example/x", "http://a.example/x", false },
	{ "http://good.example@evil.example/", "http://evil.example/", false },
	{ "http://a@b@c.example/", "http://c.example/", true },
	{ "http://good.example:80@evil.example:81/", "http://evil.example:81/",
	    false },
	{ "http://@a.example/", "http://a.example/", false },
	{ "http://a.example#@evil.example/", "http://a.example/", true },
	{ "http://a.example?@evil.example/", "http://a.example/?@evil.example/",
	    true },
	{ "http://a.example\\@evil.example/", "http://a.example/@evil.example/",
	    true },
	/* hosts */
	{ "http://ex%61mple.com/", "http://example.com/", false },
	{ "http://ex%2fmple.com/", "-no host", true },
	{ "http://ex%00mple.com/", "-no host", true },
	{ "http://ex%mple.com/", "-no host", true },
	{ "http://ex mple.com/", "-no host", true },
	{ "http://ex<mple.com/", "-no host", true },
	{ "http://a,b/", "-no host", true },
	{ "http://b\303\274cher.example/", "-a host that is not in ASCII",
	    true },
	{ "http://b%C3%BCcher.example/", "-a host that is not in ASCII", true },
	{ "http://a\343\200\202example/", "-a host that is not in ASCII",
	    true },
	{ "http://XN--BCHER-KVA.example/", "http://xn--bcher-kva.example/",
	    false },
	{ "http://a_b.example/", "http://a_b.example/", false },
	{ "http://192.0.2.1/", "http://192.0.2.1/", false },
	{ "http://3221225985/", "http://192.0.2.1/", false },
	{ "http://0xC0000201/", "http://192.0.2.1/", false },
	{ "http://0300.0.02.1/", "http://192.0.2.1/", false },
	{ "http://192.513/", "http://192.0.2.1/", false },
	{ "http://192.0.2.1./", "http://192.0.2.1/", true },
	{ "http://192.0.2.256/", "-no host", true },
	{ "http://1.2.3.4.5/", "-no host", true },
	{ "http://a.1/", "-no host", true },
	{ "http://0x/", "-no host", true },
	{ "http://4294967296/", "-no host", true },
	{ "http://[2001:DB8:0:0:0:0:0:1]/", "http://[2001:db8::1]/", false },
	{ "http://[2001:db8::1]:80/", "http://[2001:db8::1]/", false },
	{ "http://[2001:db8::1]:81/", "http://[2001:db8::1]:81/", false },
	{ "http://[::ffff:192.0.2.1]/", "http://[::ffff:192.0.2.1]/", false },
	{ "http://[fe80::1%25eth0]/", "-no host", true },
	{ "http://[::1/", "-no host", true },
	{ "http://[::1]x/", "-no host", true },
	{ "http://::1/", "-no host", true },
	{ "http://[]/", "-no host", true },
	{ "http://[192.0.2.1]/", "-no host", true },
	/* paths */
	{ "http://h.example/a/./b", "http://h.example/a/b", false },
	{ "http://h.example/a/../b", "http://h.example/b", false },
	{ "http://h.example/a/%2e%2E/b", "http://h.example/b", false },
	{ "http://h.example/a/.%2e/b", "http://h.example/b", false },
	{ "http://h.example/../../b", "http://h.example/b", false },
	{ "http://h.example/a/b/..", "http://h.example/a/", false },
	{ "http://h.example/a/b/.", "http://h.example/a/b/", false },
	{ "http://h.example/..", "http://h.example/", false },
	{ "http://h.example/a//../b", "http://h.example/a/b", false },
	{ "http://h.example//a///b", "http://h.example//a///b", false },
	{ "http://h.example//../a", "http://h.example/a", false },
	{ "http://h.example/...", "http://h.example/...", false },
	{ "http://h.example/.a/..b/c..", "http://h.example/.a/..b/c..", false },
	{ "http://h.example/a%2f..%2fb", "http://h.example/a%2F..%2Fb", false },
	{ "http://h.example/a\\..\\b", "http://h.example/b", true },
	{ "http://h.example\\a", "http://h.example/a", true },
	{ "http://h.example/%41%7e%2D", "http://h.example/A~-", false },
	{ "http://h.example/%c3%bc", "http://h.example/%C3%BC", false },
	{ "http://h.example/\303\274", "http://h.example/%C3%BC", false },
	{ "http://h.example/\374", "http://h.example/%FC", false },
	{ "http://h.example/a b", "http://h.example/a%20b", true },
	{ "http://h.example/a+b", "http://h.example/a+b", false },
	{ "http://h.example/a%2Bb", "http://h.example/a%2Bb", false },
	{ "http://h.example/100%", "http://h.example/100%25", true },
	{ "http://h.example/%zz", "http://h.example/%25zz", true },
	{ "http://h.example/%2%35", "http://h.example/%2525", true },
	{ "http://h.example/%2541", "http://h.example/%2541", false },
	{ "http://h.example/%00", "http://h.example/%00", false },
	{ "http://h.example/'x'", "http://h.example/%27x%27", false },
	{ "http://h.example/<a>\"{|}^`[]",
	    "http://h.example/%3Ca%3E%22%7B%7C%7D%5E%60%5B%5D", false },
	{ "http://h.example/;a=1,b&c=$!(*)", "http://h.example/;a=1,b&c=$!(*)",
	    false },
	{ "http://h.example/a\nb", "-a control character", true },
	{ "http://h.example/a\177", "-a control character", true },
	/* queries and what is behind # */
	{ "http://h.example?a=1", "http://h.example/?a=1", false },
	{ "http://h.example/?", "http://h.example/", false },
	{ "http://h.example/?#x", "http://h.example/", false },
	{ "http://h.example/#", "http://h.example/", false },
	{ "http://h.example/x#a?b", "http://h.example/x", false },
	{ "http://h.example/?b=2&a=1&utm_source=x",
	    "http://h.example/?b=2&a=1&utm_source=x", false },
	{ "http://h.example/?a=%41%2f/../b?", "http://h.example/?a=A%2F/../b?",
	    false },
	{ "http://h.example/?a=\\", "http://h.example/?a=%5C", false },
	{ "http://h.example/?a=%zz", "http://h.example/?a=%25zz", true },
	{ "http://h.example/x?a=1#b#c", "http://h.example/x?a=1", false },
};

/* What libcurl makes of it; NULL: it refuses it.  Release with curl_free. */
static char *
by_curl(const char *url)
{
	CURLU *u = curl_url();
	char *got = NULL;

	if (u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK)
		(void)curl_url_get(u, CURLUPART_URL, &got, 0);
	curl_url_cleanup(u);
	return got;
}

/* A normal form has itself as its normal form. */
static bool
stays(const char *form, size_t n)
{
	char again[CT_URL_MAX];
	size_t m;

	return strlen(form) == n && !ct_url_normal(form, n, again, &m) &&
	    m == n && memcmp(form, again, n) == 0;
}

/* Of what libcurl makes of it, too, it is the normal form. */
static bool
agrees(const char *url, const char *form)
{
	char *other = by_curl(url), again[CT_URL_MAX];
	size_t n;
	bool yes = other && !ct_url_normal(other, strlen(other), again, &n) &&
	    strcmp(again, form) == 0;

	curl_free(other);
	return yes;
}

static void
one(const struct row *r)
{
	char form[CT_URL_MAX];
	size_t n = 0;
	const char *why = ct_url_normal(r->url, strlen(r->url), form, &n);

	if (*r->want == '-') {
		ok(why && strcmp(why, r->want + 1) == 0, "refused: row %zu",
		    (size_t)(r - table));
		return;
	}
	ok(!why && strcmp(form, r->want) == 0 && stays(form, n), "%s", r->want);
	if (!r->alone)
		ok(agrees(r->url, r->want), "  and for libcurl");
}

static void
lengths(void)
{
	static char url[3 * CT_URL_MAX];
	char form[CT_URL_MAX];
	size_t n, len = CT_URL_MAX - 1;

	memset(url, 'a', sizeof url);
	memcpy(url, "http://h.example/", 17);
	ok(!ct_url_normal(url, len, form, &n) && n == len, "the longest");
	ok(ct_url_normal(url, len + 1, form, &n) != NULL, "one too long");
	url[17] = ' ';
	ok(ct_url_normal(url, len, form, &n) != NULL, "one that grows");
	memset(url + 7, 'a', 253);
	url[260] = '/';
	ok(!ct_url_normal(url, 300, form, &n), "the longest host");
	memset(url + 7, 'a', 300);
	ok(ct_url_normal(url, 400, form, &n) != NULL, "a host too long");
	memset(url, 0, 40);
	ok(ct_url_normal(url, 40, form, &n) != NULL, "NULs");
	ok(ct_url_normal("http://h.example/\0x", 19, form, &n) != NULL,
	    "a NUL in it");
	ok(ct_url_normal("http://h.example/abc", 17, form, &n) == NULL &&
		strcmp(form, "http://h.example/") == 0,
	    "no byte behind the end is read");
}

static uint64_t
random_next(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	return *s ^= *s << 17;
}

/*
 * Rows of the table, cut and put together.  What both take is the same place,
 * but for what they are known to read otherwise: \, and an escape or blank that
 * libcurl leaves as it is.
 */
static void
any(void)
{
	static const char bits[] = "/.%2eE@:#?[]\\~ a1Z0x&'";
	size_t count = sizeof table / sizeof table[0], n, len, taken = 0;
	size_t both = 0, bad = 0, other = 0;
	uint64_t seed = 0x9e3779b97f4a7c15;
	char url[512], form[CT_URL_MAX], *curl;
	const char *from;
	int i, k;

	for (i = 0; i < ROUNDS; i++) {
		from = table[random_next(&seed) % count].url;
		len = strlen(from) % 200;
		memcpy(url, from, len);
		from = table[random_next(&seed) % count].url;
		n = strlen(from) % 200;
		memcpy(url + len, from, n);
		len = 8 + (len + n) / (1 + random_next(&seed) % 2);
		for (k = (int)(random_next(&seed) % 4); k > 0; k--)
			url[random_next(&seed) % len] =
			    bits[random_next(&seed) % (sizeof bits - 1)];
		url[len - 8] = '\0';
		len = strlen(url);
		if (ct_url_normal(url, len, form, &n))
			continue;
		taken++;
		bad += !stays(form, n);
		if (strpbrk(url, "\\ ") || !(curl = by_curl(url)))
			continue;
		curl_free(curl);
		both++;
		if (!agrees(url, form) && other++ < 10)
			printf("# %s: %s\n", url, form);
	}
	ok(taken > ROUNDS / 10, "%zu of %d are taken", taken, ROUNDS);
	ok(bad == 0, "  each has itself as its normal form");
	ok(both > ROUNDS / 20, "%zu are by libcurl, too", both);
	ok(other == 0, "  each is the same place there");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof table / sizeof table[0]; i++)
		one(&table[i]);
	lengths();
	any();
	done();
}
