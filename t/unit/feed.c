/* Feeds: links that may be followed, URLs that may be told, times, names */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "http.h"
#include "prog.h"
#include "source_feed.h"

static void
links(void)
{
	static char name[] = "s";
	static const struct {
		const char *link, *want; /* want NULL: refused */
	} all[] = {
		{ "https://g.example/v1/a/b?x=1", "/a/b?x=1" },
		{ "/v1/a?x=1", "/a?x=1" },
		{ "https://g.example/v1/a?x=1&t=s3cret", "/a?x=1" },
		{ "https://g.example/v1/a?t=s3cret", "/a" },
		{ "https://g.example/v1/a?t=s3cret&x=1", "/a?x=1" },
		{ "https://g.example/v1/a?%74=s3cret&y", "/a?y" },
		{ "https://g.example/v1/a?t=1&t=2&x=t", "/a?x=t" },
		{ "https://g.example/v1/a?tt=1", "/a?tt=1" },
		{ "https://g.example/v1/a?", "/a" },
		{ "https://g.example.evil/v1/a", NULL },
		{ "https://g.example:444/v1/a", NULL },
		{ "https://u:p@g.example/v1/a", NULL },
		{ "https://g.example@evil/v1/a", NULL },
		{ "http://g.example/v1/a", NULL },
		{ "https://g.example/v1", NULL },
		{ "https://g.example/v10/a", NULL },
		{ "https://g.example/v1/../x", NULL },
		{ "https://g.example/v1/a/..", NULL },
		{ "https://g.example/v1/%2e%2E/x", NULL },
		{ "https://g.example/v1/.%2e%2fx", NULL },
		{ "https://g.example/v1/..%5cx", NULL },
		{ "https://g.example/v1/./x", NULL },
		{ "https://g.example/v1/..x", "/..x" },
		{ "https://g.example/v1/a?x=/../b", "/a?x=/../b" },
		{ "//evil/v1/a", NULL },
		{ "/v2/a", NULL },
		{ "v1/a", NULL },
		{ "", NULL },
		{ "https://g.example/v1/a b", NULL },
		{ "https://g.example/v1/a\r\nHost: x", NULL },
		{ "https://g.example/v1/a#b", NULL },
		{ "https://g.example/v1/\xc3\xa9", NULL },
	};
	static char base[] = "https://g.example/v1";
	struct ct_source src = { .name = name };
	struct ct_get g = { .src = &src, .base = base };
	struct ct_err err;
	char *got, huge[9000];
	size_t i;

	for (i = 0; i < sizeof all / sizeof all[0]; i++) {
		err = (struct ct_err){ 0 };
		got = ct_get_link(&g, all[i].link, "t", &err);
		ok(all[i].want ? got && strcmp(got, all[i].want) == 0
			       : !got && err.code == CT_PROTOCOL &&
			    !strstr(err.msg, "evil"),
		    "link %zu", i);
		free(got);
	}
	memset(huge, 'a', sizeof huge);
	memcpy(huge, "/v1/", 4);
	huge[sizeof huge - 1] = '\0';
	ok(!ct_get_link(&g, huge, NULL, &err), "a link of 9000 bytes");
}

static void
redacted(void)
{
	static const struct {
		const char *url, *want;
	} all[] = {
		{ "https://h.example/p/q", "https://h.example/p/q" },
		{ "https://u:pw@h.example:8443/p?access_token=A%7CB&after=x",
		    "https://h.example:8443/p?access_token=*&after=*" },
		{ "https://h.example/p?secret", "https://h.example/p?*" },
		{ "https://h.example/p?a=1&secret&b==2&c=#frag",
		    "https://h.example/p?a=*&*&b=*&c=*" },
		{ "https://h.example/p?", "https://h.example/p" },
		{ "not a url ?k=secret", "*" },
		{ "", "*" },
	};
	char *got;
	size_t i;

	for (i = 0; i < sizeof all / sizeof all[0]; i++) {
		got = ct_http_redacted(all[i].url);
		ok(strcmp(got, all[i].want) == 0, "URL %zu as it may be told",
		    i);
		free(got);
	}
}

static int64_t
ms(const char *json)
{
	json_t *v = json_loads(json, JSON_DECODE_ANY, NULL);
	int64_t t = ct_feed_ms(v);

	json_decref(v);
	return t;
}

static void
times(void)
{
	ok(ms("1767254400") == 1767254400000 && ms("0") == 0, "a whole second");
	ok(ms("1767254400.222779") == 1767254400223, "a fraction");
	ok(ms("\"1767254400\"") == 1767254400000, "as text");
	ok(ms("-1") < 0 && ms("1e300") < 0 && ms("\"x\"") < 0 &&
		ms("\"\"") < 0 && ms("\"1 \"") < 0 && ms("true") < 0 &&
		ms("null") < 0 && ms("\"nan\"") < 0 && ms("\"inf\"") < 0,
	    "no time");
}

static void
names(void)
{
	char type[CT_SIGNAL_TYPE], name[2][CT_SIGNAL_NAME];
	struct ct_signal a, b;

	ct_feed_type(type, "A-Very.Long Name Of One");
	ok(strcmp(type, "a_very_long_nam") == 0, "a long type is cut");
	ct_feed_type(type, "PhotoDNA");
	ok(strcmp(type, "pdna") == 0, "PhotoDNA");
	ct_feed_type(type, "RAW_URI");
	ok(strcmp(type, "url") == 0, "a URI");
	if (ct_signal_parse(&a, "md5", "900150983CD24FB0D6963F7D28E17F72") ||
	    ct_signal_parse(&b, "md5", "900150983cd24fb0d6963f7d28e17f72"))
		return;
	ct_signal_name(&a, name[0]);
	ct_signal_name(&b, name[1]);
	ok(strcmp(name[0], name[1]) == 0 &&
		!strstr(name[0], "900150983cd24fb0"),
	    "a name that stays the same and does not tell the hash");
	free(a.hash);
	free(b.hash);
}

int
main(void)
{
	links();
	redacted();
	times();
	names();
	done();
}
