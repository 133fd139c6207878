/* A scan over a line: what is regular, what is not, what is read from it. */
#include "../scandiff.h"

#include <stdio.h>

#include "../tap.h"
#include "prog.h"

/* In memory of exactly its size, so that a byte too far shows. */
static int
scanned(const char *text, size_t len)
{
	char *line = malloc(len);
	const char *bad;
	int n;

	if (len && !line)
		ct_die(CT_OSERR, "out of memory");
	if (len)
		memcpy(line, text, len);
	bad = scan_differs(line, len, &n);
	free(line);
	if (bad)
		printf("# wrong: %s\n", bad);
	return bad ? -2 : n;
}

static void
regular(const char *line, int members)
{
	int n = scanned(line, strlen(line));

	ok(n == members, "%d members (%d): %.60s", members, n, line);
}

static void
irregular(const char *line)
{
	ok(scanned(line, strlen(line)) == -1, "not regular: %.60s", line);
}

#define HEX "0123456789abcdef"
#define H64 HEX HEX HEX HEX
#define S "\"" H64 "\""

static void
good(void)
{
	regular("{}", 0);
	regular(" \t{ \r} ", 0);
	regular("{\"id\":\"x\",\"path\":\"/a/b.jpg\",\"file\":{\"size\":5581,"
		"\"mime\":\"image/jpeg\",\"width\":640,\"decode\":\"ok\"},"
		"\"hashes\":{\"md5\":\"" HEX HEX "\",\"sha256\":" S
		",\"pdq\":" S ",\"pdq_quality\":100,\"pdq_dihedral\":[" S "," S
		"," S "," S "," S "," S "," S "," S "]}}",
	    4);
	regular("{\"a\":{},\"b\":{ },\"hashes\":[ ]}", 3);
	regular("{\"a\":{\"b\":[1,\"x\", true ,null,false,-0,1.50]}}", 1);
	regular("{ \"a\" : [ 1 , 2 ] , \"b\" : { \"a\" : -7 } }", 2);
	regular("{\"a\":true,\"error\":null,\"id\":false}", 3);
	regular("{\"a\":999999999999999999,\"id\":-999999999999999999}", 2);
	regular("{\"a\":0,\"id\":-0,\"path\":0.0,\"file\":-0.25}", 4);
	regular("{\"\":{\"\":1},\"a\":{\"\":2}}", 2);
	regular("{\"a\":{\"b\":1},\"b\":{\"b\":1,\"a\":2},\"c\":1}", 3);
	regular(
	    "{\"x\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD7fF\\ue000\"}", 1);
	regular("{\"x\":[\"\\n\"],\"y\":{\"a\":\"\\n\"}}", 2);
	regular("{\"file\":{\"other\":\"\\n\"}}", 1);
	regular("{\"id\":\"\x7f \xc2\x80 \xdf\xbf \xe0\xa0\x80 \xed\x9f\xbf "
		"\xee\x80\x80 \xef\xbf\xbf \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf"
		"\"}",
	    1);
	regular("{\"\xc3\xa9\":1,\"\xc3\xa8\":2}", 2);
	regular("{\"a12345678901234\":1,\"a12345678901235\":2}", 2);
	regular("{\"hashes\":5,\"file\":\"x\"}", 2);
}

static void
grammar(void)
{
	static const char *const bad[] = { "", " ", "{", "}", "[]", "1",
		"\"a\"", "null", "{}x", "{}{}", "{},", "[{}]", "{\"a\":1,}",
		"{,}", "{\"a\"}", "{\"a\":}", "{\"a\":1 \"b\":2}", "{\"a\" 1}",
		"{a:1}", "{'a':1}", "{1:1}", "{\"a\":1]", "{\"a\":[1}",
		"{\"a\":[1,]}", "{\"a\":[,1]}", "{\"a\":[1 2]}", "{\"a\":[",
		"{\"a\":[1", "{\"a\":[1,", "{\"a\":{", "{\"a\":{\"b\":1}",
		"{\"a\":{\"b\":1,}}", "{\"a\":{}}}", "{\"a", "{\"a\"",
		"{\"a\":", "{\"a\":\"", "{\"a\":\"x", "{\"a\":1", "{\"a\":1,",
		"{\"a\":tru", "{\"a\":tru}", "{\"a\":truex}", "{\"a\":True}",
		"{\"a\":nul", "{\"a\":NaN}", "{\"a\":Infinity}",
		"{\"a\":-Infinity}", "{\"a\":1}\v", "{\"a\":\f1}",
		"\xef\xbb\xbf{}", "{\"a\":1;}", "{\"a\":1}/**/", "{}\xc2\xa0" };
	static const char *const number[] = { "01", "-01", "00", "-", "+1",
		".5", "1.", "-.5", "1.e3", "1e", "0x10", "1a", "1_0", "--1",
		"- 1", "1-", "1.2.3", "9223372036854775808",
		"-9223372036854775809", "1e400", "-1e400", "\xd9\xa1" };
	char line[64];
	size_t i;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		irregular(bad[i]);
	for (i = 0; i < sizeof number / sizeof number[0]; i++) {
		(void)snprintf(line, sizeof line, "{\"n\":%s}", number[i]);
		irregular(line);
		(void)snprintf(line, sizeof line, "{\"a\":[%s]}", number[i]);
		irregular(line);
	}
}

static void
strings(void)
{
	static const char *const bad[] = { "\\", "\\x", "\\u", "\\u12",
		"\\u12g4", "\\u0000", "\\ud800", "\\udfff", "\\ud83d\\ude00",
		"\\U0041", "\\\n", "\x01", "\x1f", "\t", "\n", "\r", "\xff",
		"\xfe", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xe0\x9f\xbf",
		"\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\xaf",
		"\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
		"\x80", "\xbf", "\xc2", "\xe2\x82", "\xf0\x9f\x98",
		"\xe2\x28\xa1", "\xe2\x82\x28", "\xf0\x9f\x98\x28",
		"\xc2\xc2\x80" };
	char line[128];
	size_t i, pad;
	int wrong;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		wrong = 0;
		/* wherever in a word of the machine it comes */
		for (pad = 0; pad < 8; pad++) {
			(void)snprintf(line, sizeof line,
			    "{\"x\":\"%.*s%s%.*s\"}", (int)pad, "ghijklmno",
			    bad[i], (int)(pad * 5 % 9), "ghijklmno");
			wrong += scanned(line, strlen(line)) != -1;
			line[strlen(line) - 2] = '\0';
			wrong += scanned(line, strlen(line)) != -1;
		}
		(void)snprintf(line, sizeof line, "{\"%s\":1}", bad[i]);
		wrong += scanned(line, strlen(line)) != -1;
		ok(wrong == 0, "string %zu is none", i);
	}
	ok(scanned("{\"a\":\"\0\"}", 9) == -1, "a NUL in a string");
	ok(scanned("{\"a\0\":1}", 8) == -1, "in a name");
	ok(scanned("{\"a\":1}\0", 8) == -1, "behind the line");
	ok(scanned("{\"a\":\0}", 7) == -1, "for a value");
}

static void
doubtful(void)
{
	char line[2048] = "{";
	int i, wrong = 0;

	irregular("{\"id\":\"a\\n\"}");
	irregular("{\"hashes\":{\"md5\":\"\\u0041\"}}");
	irregular("{\"hashes\":{\"pdq_dihedral\":[\"a\",\"\\n\"]}}");
	irregular("{\"\\u0061\":1}");
	irregular("{\"x\":{\"\\n\":1}}");
	irregular("{\"x\":1e3}");
	irregular("{\"x\":1.5E-3}");
	irregular("{\"x\":1000000000000000000}");
	irregular("{\"x\":{\"y\":{}}}");
	irregular("{\"x\":{\"y\":[[]]}}");
	irregular("{\"x\":[{}]}");
	irregular("{\"x\":[[]]}");
	irregular("{\"id\":1,\"id\":2}");
	irregular("{\"id\":1,\"x\":2,\"y\":{},\"id\":2}");
	irregular("{\"x\":{\"a\":1,\"b\":1,\"a\":1}}");
	irregular("{\"\":1,\"\":2}");
	irregular("{\"a12345678901234\":1,\"a12345678901234\":2}");
	for (i = 0; i < CT_SCAN_NAMES; i++)
		(void)sprintf(
		    line + strlen(line), "%s\"n%d\":1", i ? "," : "", i);
	(void)strcat(line, "}");
	regular(line, CT_SCAN_NAMES);
	(void)strcpy(strchr(line, '}'), ",\"x\":1}");
	irregular(line);
	/* the last one again as any before */
	for (i = 0; i < CT_SCAN_NAMES - 1; i++) {
		(void)sprintf(strrchr(line, 'n'), "n%d\":1}", i);
		wrong += scanned(line, strlen(line)) != -1;
		(void)strcpy(strrchr(line, 'n'), "n63\":1}");
	}
	ok(wrong == 0, "whichever comes twice");
}

/* Whatever byte is changed or cut, it is not read in another way. */
static void
damage(void)
{
	static const char text[] =
	    "{\"id\":\"\xc3\xa9\\n\",\"a\":{\"b\":[1,-2.5,\"x\"],\"c\":null},"
	    "\"file\":{\"size\":12,\"decode\":\"ok\"},\"b\":{\"a\":true}}";
	char line[sizeof text];
	size_t i, len = sizeof text - 1;
	int c, wrong = 0, n;

	for (i = 0; i < len; i++) {
		memcpy(line, text, sizeof text);
		wrong += scanned(line, i) != -1;
		for (c = 0; c < 256; c++) {
			line[i] = (char)c;
			n = scanned(line, len);
			wrong += n == -2;
		}
		memmove(line + i, text + i + 1, len - i);
		wrong += scanned(line, len - 1) == -2;
	}
	ok(wrong == 0, "%d lines damaged, %d read wrongly", (int)(len * 258),
	    wrong);
}

static void
wants(void)
{
	static const char *const paths[] = { "hashes.md5", "hashes", "n" };
	static const char line[] =
	    "{\"hashes\": {\"md5\":\"ab\"} ,\"n\":-12,\"md5\":1}";
	struct ct_scan_got got[3], items[2];
	struct ct_scan scan;

	ct_scan_want(&scan, paths, 3);
	ok(ct_scan(&scan, line, strlen(line), got) == 3, "three members");
	ok(got[0].kind == CT_SCAN_STRING && got[0].len == 2 &&
		memcmp(got[0].text, "ab", 2) == 0,
	    "the text of a string");
	ok(got[1].kind == CT_SCAN_OBJECT && got[1].len == 12 &&
		memcmp(got[1].text, "{\"md5\":\"ab\"}", 12) == 0,
	    "the text of an object");
	ok(got[2].kind == CT_SCAN_INTEGER && got[2].number == -12 &&
		got[2].len == 3,
	    "the value of an integer");
	ok(ct_scan(&scan, "{\"n\":[1, \"b\",null ]}", 20, got) == 1 &&
		got[0].kind == CT_SCAN_NONE &&
		ct_scan_items(&got[2], items, 2) == 3 && items[1].len == 1 &&
		*items[1].text == 'b',
	    "the items of an array");
	ok(ct_scan(&scan, "{\"n\":[]}", 8, got) == 1 &&
		ct_scan_items(&got[2], items, 2) == 0,
	    "none of an empty one");
}

int
main(void)
{
	ct_start("t");
	good();
	grammar();
	strings();
	doubtful();
	damage();
	wants();
	done();
}
