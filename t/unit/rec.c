/* Lines in, records out: what is kept, what is refused, what is reported. */
#include "rec.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../tap.h"
#include "file.h"
#include "prog.h"

static int
add(json_t *rec, void *arg, struct ct_err *err)
{
	(void)arg;
	if (json_object_get(rec, "drop"))
		return CT_DROP;
	if (json_object_get(rec, "fail"))
		return ct_fail(err, CT_NOPERM, "refused");
	if (json_object_get(rec, "deep")) {
		(void)json_object_set_new(
		    json_object_get(rec, "deep"), "n", json_integer(2));
		return CT_REWRITE;
	}
	if (!json_object_get(rec, "keep"))
		(void)json_object_set_new(rec, "new", json_string("x\x7f"));
	return 0;
}

/* What a filter makes of in; its status into *rc.  Release with free. */
static char *
through(const char *in, size_t len, bool promise, int *rc)
{
	char from[] = "/tmp/ct-rec-XXXXXX", to[] = "/tmp/ct-rec-XXXXXX";
	int ifd = mkstemp(from), ofd = mkstemp(to), keep = dup(ofd);
	struct ct_filter f = { .each = add,
		.in = ifd,
		.out = ofd,
		.promise = promise,
		.quiet = true };
	char *text = ct_alloc(2 * len + 4096, 1);

	if (ct_write_full(ifd, in, len) < 0 || lseek(ifd, 0, SEEK_SET) < 0)
		ct_die(CT_IOERR, "cannot prepare");
	*rc = ct_filter(&f);
	if (lseek(keep, 0, SEEK_SET) < 0 ||
	    ct_read_full(keep, text, 2 * len + 4095) < 0)
		ct_die(CT_IOERR, "cannot read back");
	(void)close(ifd);
	(void)close(keep);
	(void)unlink(from);
	(void)unlink(to);
	return text;
}

static int
gives(const char *in, const char *want, int status)
{
	int rc, same;
	char *got = through(in, strlen(in), false, &rc);

	same = strcmp(got, want) == 0 && rc == status;
	if (!same)
		printf("# exit %d, got %s\n", rc, got);
	free(got);
	return same;
}

#define BAD(msg) \
	"{\"error\":{\"tool\":\"t\",\"code\":65,\"msg\":\"" msg "\"}}\n"

static void
lines(void)
{
	ok(gives("{ \"a\" : 1.10, \"big\":9007199254740993 } \n",
	       "{ \"a\" : 1.10, \"big\":9007199254740993 "
	       ",\"new\":\"x\\u007f\"}\n",
	       0),
	    "a record keeps its bytes and grows at its end");
	ok(gives("{}\n", "{\"new\":\"x\\u007f\"}\n", 0), "even an empty one");
	ok(gives("{\"keep\":1 }\n", "{\"keep\":1 }\n", 0),
	    "one that does not grow is untouched");
	ok(gives("{\"drop\":1}\n\n  \n{\"keep\":0}\n", "{\"keep\":0}\n", 0),
	    "a dropped one and blank lines are gone");
	ok(gives("{\"deep\":{\"n\":1}}\n", "{\"deep\":{\"n\":2}}\n", 0),
	    "what changed within is written anew");
	ok(gives("{\"keep\":1}\r\n{\"keep\":2}", "{\"keep\":1}\n{\"keep\":2}\n",
	       0),
	    "CR before LF and a missing last newline are tolerated");
	ok(gives("{\"fail\":1}\n",
	       "{\"fail\":1,\"error\":{\"tool\":\"t\",\"code\":77,\"msg\":"
	       "\"refused\"}}\n",
	       77),
	    "a failure travels with its record and is the exit status");
	ok(gives("{\"error\":{\"code\":66},\"drop\":1}\n",
	       "{\"error\":{\"code\":66},\"drop\":1}\n", 66),
	    "an earlier error passes untouched and still counts");
	ok(gives("{\"error\":\"odd\"}\n", "{\"error\":\"odd\"}\n", 65),
	    "so does an odd one");
}

static void
broken(void)
{
	char *deep = ct_alloc(4096, 1);
	int i, rc;
	char *got;

	ok(gives("{\"torn\n", BAD("not a JSON object (byte 6)"), 65) ||
		gives("{\"torn\n", BAD("not a JSON object (byte 7)"), 65),
	    "a torn line is an error");
	ok(gives("[1]\n", BAD("not a JSON object (byte 1)"), 65),
	    "an array is no record");
	ok(!gives("{\"a\":1,\"a\":2}\n", "{\"a\":1,\"a\":2}\n", 0),
	    "a name given twice is refused");
	ok(!gives("{\"a\":\"\\u0000\"}\n", "{\"a\":\"\\u0000\"}\n", 0),
	    "a NUL is refused");
	for (i = 0; i < 65; i++)
		(void)strcat(deep, "{\"a\":");
	(void)strcat(deep, "1");
	for (i = 0; i < 65; i++)
		(void)strcat(deep, "}");
	(void)strcat(deep, "\n");
	ok(gives(deep, BAD("nested over 64 deep"), 65), "nesting has a limit");
	free(deep);
	got = through("{\"keep\":1}\n{\"keep\":2}", 21, true, &rc);
	ok(rc == 65 && strncmp(got, "{\"keep\":1}\n{\"error\"", 19) == 0,
	    "a program that makes promises refuses a cut last line");
	free(got);
}

static void
long_lines(void)
{
	static const size_t size[] = { CT_REC_MAX - 1, CT_REC_MAX,
		CT_REC_MAX + 1, 3 * CT_REC_MAX };
	size_t i, n;
	char *in, *got;
	int rc;

	for (i = 0; i < 4; i++) {
		n = size[i];
		in = ct_alloc(n + 32, 1);
		memset(in, 'x', n);
		memcpy(in, "{\"keep\":\"", 9);
		memcpy(in + n - 2, "\"}\n{\"keep\":1}\n", 15);
		got = through(in, strlen(in), false, &rc);
		ok(n <= CT_REC_MAX
			? rc == 0 && strlen(got) == strlen(in)
			: rc == 65 && strstr(got, "}\n{\"keep\":1}\n") != NULL,
		    "a line of %zu bytes: %s, the next one is read", n,
		    n <= CT_REC_MAX ? "passes" : "refused");
		free(got);
		free(in);
	}
}

static void
getters(void)
{
	struct ct_err err = { 0 };
	uint8_t out[2];
	json_t *rec = json_loads(
	    "{\"a\":{\"b\":{\"c\":\"deep\"}},\"hashes\":{\"md5\":\"00fF\","
	    "\"x\":\"0g00\",\"y\":7}}",
	    0, NULL);

	ok(strcmp(ct_rec_text(rec, "a.b.c"), "deep") == 0, "a path is found");
	ok(!ct_rec_get(rec, "a.x.c") && !ct_rec_text(rec, "a.b"),
	    "what is not there, or no text, is NULL");
	ok(ct_rec_hash(rec, "md5", out, 2, &err) == 0 && out[1] == 0xff,
	    "a hash in either case");
	ok(ct_rec_hash(rec, "none", out, 2, &err) == CT_NO, "none is CT_NO");
	ok(ct_rec_hash(rec, "x", out, 2, &err) == CT_DATAERR &&
		ct_rec_hash(rec, "y", out, 2, &err) == CT_DATAERR &&
		ct_rec_hash(rec, "md5", out, 1, &err) == CT_DATAERR,
	    "a malformed one is an error");
	json_decref(rec);
}

int
main(void)
{
	ct_start("t");
	if (!freopen("/dev/null", "w", stderr))
		return 1;
	lines();
	broken();
	long_lines();
	getters();
	done();
}
