/* ct_stats_run: the same, whether all rows are in memory or next to none are */
#include "stats.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../tap.h"
#include "os.h"

#define N 3000

/* Items of some 400 reports, each told by a record and by the logs. */
static void
make(struct ct_text *text, int i)
{
	static const char *const verdicts[] = { "csam", "csam", "not_csam",
		"unsure", "ncii" };
	const char *v = verdicts[i % 5];
	char line[1024], at[32];

	(void)snprintf(at, sizeof at, "2026-%02d-%02dT%02d:00:%02dZ", i % 7 + 1,
	    i % 28 + 1, i % 24, i % 60);
	(void)snprintf(line, sizeof line,
	    "{\"id\":\"i%d\",\"user\":{\"id\":\"u%d\"},\"surface\":\"s%d\","
	    "\"hashes\":{\"sha256\":"
	    "\"%064d\"},\"match\":{\"verdict\":\"match\",\"hits\":[{\"source\":"
	    "\"l%d\",\"type\":\"pdq\"}]},\"review\":{\"verdict\":\"%s\","
	    "\"at\":\"%s\"},\"action\":[{\"verb\":\"hide\",\"state\":\"done\","
	    "\"at\":\"2026-08-01T00:00:%02dZ\"}]}\n",
	    i, i % 400 % 97, i % 3, i % 2000, i % 11, v, at, i % 60);
	ct_text_add(text, line, strlen(line));
	(void)snprintf(line, sizeof line,
	    "{\"seq\":1,\"prev\":\"\",\"tool\":\"ct-review\",\"act\":\"ack\","
	    "\"at\":"
	    "\"2026-%02d-01T00:00:00Z\",\"file\":\"i%d\",\"content\":"
	    "\"%064d\",\"user\":\"u%d\",\"env\":\"production\","
	    "\"report_id\":\"%d\"}\n",
	    i % 400 % 3 + 8, i, i % 2000, i % 400 % 97, i % 400);
	if (strcmp(v, "csam") == 0)
		ct_text_add(text, line, strlen(line));
}

static struct ct_text
count(const struct ct_text *lines, size_t rows)
{
	struct ct_err err = { 0 };
	struct ct_text out = { .s = NULL };
	struct ct_stats how = { .in = ct_os_bytes(lines->s, lines->len, &err),
		.format = "csv",
		.rows = rows };
	int64_t overdue;
	int rc = ct_stats_run(&how, &out, &overdue, &err);

	ok(rc == 0 && out.len > 0 && overdue == 0, "%zu rows in memory", rows);
	(void)close(how.in);
	return out;
}

/* Does the line stand in it? */
static int
has(const struct ct_text *text, const char *line)
{
	return memmem(text->s, text->len, line, strlen(line)) != NULL;
}

int
main(void)
{
	struct ct_text lines = { .s = NULL }, all, some;
	const char *in;
	int i;

	(void)setenv("CT_CLOCK", "2026-12-01T00:00:00Z", 1);
	for (i = 0; i < N; i++)
		make(&lines, i);
	all = count(&lines, 0);
	/* 400 numbers, of which 2 in 5 have csam; those of i: its 97 accounts
	 */
	ok(has(&all, "run,,total.decided,3000\n"), "all are decided");
	in = "run,,total.verdicts.csam,1200\n";
	ok(has(&all, in), "two of five are csam");
	ok(has(&all, "run,,total.reports,160\n"), "so are the reports");
	ok(has(&all, "run,,total.files,1200\n"), "with all of them");
	ok(has(&all, "run,,total.unique_files,800\n"), "some are the same");
	some = count(&lines, 64);
	ok(all.len == some.len && memcmp(all.s, some.s, all.len) == 0,
	    "the same numbers");
	ct_text_free(&some);
	some = count(&lines, 1000);
	ok(all.len == some.len && memcmp(all.s, some.s, all.len) == 0,
	    "the same numbers");
	ct_text_free(&some);
	ct_text_free(&all);
	ct_text_free(&lines);
	done();
}
