/* Frames: what is one, however it is cut; all else is refused at once. */
#include "frame.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../tap.h"
#include "file.h"
#include "prog.h"

/* What text is as a frame, given in pieces of that many bytes:
 * "data|reason|rest", "data|+" if more is to come, "data|!" if it is none. */
static char *
reads(const char *text, size_t len, size_t piece)
{
	struct ct_frame f = { 0 };
	struct ct_err err = { 0 };
	const char *data = NULL, *in;
	char *got = ct_alloc(len + 256, 1);
	size_t at = 0, have = 0, left, n = 0;
	int rc = CT_FRAME_MORE;

	while (rc == CT_FRAME_MORE && at < len) {
		in = text + at;
		left = len - at < piece ? len - at : piece;
		at += left;
		do {
			rc = ct_frame_take(&f, &in, &left, &data, &n, &err);
			if (rc == CT_FRAME_DATA) {
				memcpy(got + have, data, n);
				have += n;
			}
		} while (rc == CT_FRAME_DATA);
		if (rc == CT_FRAME_END)
			at -= left;
	}
	got[have] = '\0';
	(void)strcat(got, "|");
	(void)strcat(got,
	    rc == CT_FRAME_MORE      ? "+"
		: rc == CT_FRAME_END ? f.reason
				     : "!");
	if (rc == CT_FRAME_END) {
		(void)strcat(got, "|");
		(void)strcat(got, text + at);
	}
	return got;
}

static void
is(const char *text, const char *want)
{
	size_t piece, len = strlen(text);
	static int frames;
	int same = 1;
	char *got = NULL;

	for (piece = 1; piece <= len + 1; piece++) {
		free(got);
		got = reads(text, len, piece);
		if (strcmp(got, want) != 0) {
			printf("# by %zu: '%s'\n", piece, got);
			same = 0;
		}
	}
	free(got);
	ok(same, "frame %d", ++frames);
}

static void
shapes(void)
{
	char over[CT_FRAME_REASON + 8], want[CT_FRAME_REASON + 8];

	is("0 ok\n", "|ok|");
	is("3\nabc0 ok\n{", "abc|ok|{");
	is("3\nabc1\nd0 gone away\nx", "abcd|gone away|x");
	is("a\n0 ok\n12340 ok\n", "0 ok\n12340|!");
	is("c\n0 ok\n1234567", "0 ok\n1234567|+");
	is("5\n\n0 ok0 ok\n", "\n0 ok|ok|");
	is("", "|+");
	is("3\nab", "ab|+");
	is("3", "|+");
	is("0 ok", "|+");
	is("\n", "|!");
	is("0\n", "|!");
	is("0 \n", "|!");
	is("0  ok\n", "|!");
	is("0 ok \n", "|!");
	is("00 ok\n", "|!");
	is("03\nabc", "|!");
	is("0x3\nabc", "|!");
	is("A\n0123456789", "|!");
	is("3 \nabc", "|!");
	is(" 3\nabc", "|!");
	is("3\r\nabc", "|!");
	is("-1\n", "|!");
	is("3\nabc0 ok\r\n", "abc|!");
	is("0 caf\xc3\xa9\n", "|!");
	is("0 a\tb\n", "|!");
	is("100001\n", "|!");
	is("fffff\nx", "x|+");
	is("1000000\n", "|!");
	is("ffffffffffffffffffff\n", "|!");
	is("{\"id\":\"x\"}\n", "|!");
	memset(over, 'r', sizeof over);
	memcpy(over, "0 ", 2);
	memcpy(over + 2 + CT_FRAME_REASON, "\n", 2);
	(void)snprintf(want, sizeof want, "|%.200s|", over + 2);
	is(over, want);
	memcpy(over + 2 + CT_FRAME_REASON, "r\n", 3);
	is(over, "|!");
}

/* What the writer writes is read again, whatever its length. */
static void
written(size_t len, const char *reason, const char *want)
{
	char name[] = "/tmp/ct-frame-XXXXXX", *bytes = ct_alloc(len + 1, 1);
	struct ct_out out = { .fd = mkstemp(name) };
	struct ct_err err = { 0 };
	uint8_t *text = NULL;
	size_t i, n = 0;
	char *got;

	for (i = 0; i < len; i++)
		bytes[i] = (char)('a' + i % 23);
	if (ct_frame_put(&out, bytes, len, &err) ||
	    ct_frame_end(&out, reason, &err) || ct_out_close(&out, &err) ||
	    ct_file_read(name, 8 << 20, &text, &n, &err))
		ct_die_err(&err);
	got = reads((const char *)text, n, 70000);
	ok(memcmp(got, bytes, len) == 0 && got[len] == '|' &&
		strlen(got) == len + strlen(want) + 2 &&
		memcmp(got + len + 1, want, strlen(want)) == 0,
	    "%zu bytes, then '%.20s'", len, want);
	(void)unlink(name);
	free(got);
	free(text);
	free(bytes);
}

static void
cut(const char *line, const char *want)
{
	char text[256];
	size_t len = strlen(line);

	memcpy(text, line, len + 1);
	if (ct_rec_cut(text, &len, "frame"))
		(void)strcpy(text, "-1");
	ok(strcmp(text, want) == 0 && (text[0] == '-' || len == strlen(text)),
	    "%s without its frame: %s", line, text);
}

int
main(void)
{
	char longer[300];

	ct_start("frame");
	shapes();
	written(0, "ok", "ok");
	written(1, "ok", "ok");
	written(CT_FRAME_BLOCK, "ok", "ok");
	written(CT_FRAME_BLOCK + 1, "not found", "not found");
	written(3 * CT_FRAME_BLOCK + 7, "ok", "ok");
	written(5, "", "?");
	written(5, " a\nb\x80 ", "?a?b??");
	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	written(5, longer, longer + sizeof longer - 1 - CT_FRAME_REASON);

	cut("{\"frame\":true}", "{}");
	cut("{ \"frame\" : true }", "{}");
	cut("{\"frame\":true,\"id\":\"x\"}", "{\"id\":\"x\"}");
	cut("{\"id\":\"x\",\"frame\":true}", "{\"id\":\"x\"}");
	cut("{\"id\":\"x\" , \"frame\":true ,\"b\":1.50 } ",
	    "{\"id\":\"x\" ,\"b\":1.50 } ");
	cut("{\"a\":{\"frame\":[1,\"}\"]},\"frame\":true}",
	    "{\"a\":{\"frame\":[1,\"}\"]}}");
	cut("{\"\\\"frame\":\"\\\\\",\"frame\":true,\"z\":[]}",
	    "{\"\\\"frame\":\"\\\\\",\"z\":[]}");
	cut("{\"fram\\u0065\":true}", "-1");
	done();
}
