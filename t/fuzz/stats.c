/* Any bytes as lines to be counted: in every format, and once more with each
 * line twice, which must change nothing but how many lines there were. */
#include "fuzz.h"

#include "stats.h"

static struct ct_text
count(const char *lines, size_t len, const char *format, int64_t *overdue)
{
	struct ct_text out = { .s = NULL };
	struct ct_err err = { 0 };
	struct ct_stats how = {
		.in = fuzz_fd(lines, len), .format = format, .rows = 64
	};
	int rc = ct_stats_run(&how, &out, overdue, &err);

	must(rc == 0 || rc == CT_DATAERR);
	must(out.len > 0 && out.s[out.len - 1] == '\n');
	(void)close(how.in);
	return out;
}

/* Behind the lines that say how many lines there were. */
static const char *
rest(const struct ct_text *csv)
{
	const char *last = "run,,lines.other,";
	const char *p = memmem(csv->s, csv->len, last, strlen(last));

	must(p);
	p = memchr(p, '\n', (size_t)(csv->s + csv->len - p));
	must(p);
	return p;
}

static void
twice(const char *lines, size_t len)
{
	struct ct_text both = { .s = NULL }, one, two;
	int64_t overdue, again;
	size_t left;

	ct_text_add(&both, lines, len);
	ct_text_add(&both, "\n", 1);
	ct_text_add(&both, lines, len);
	one = count(lines, len, "csv", &overdue);
	two = count(both.s, both.len, "csv", &again);
	left = (size_t)(one.s + one.len - rest(&one));
	must(overdue == again);
	must(left == (size_t)(two.s + two.len - rest(&two)));
	must(memcmp(rest(&one), rest(&two), left) == 0);
	ct_text_free(&one);
	ct_text_free(&two);
	ct_text_free(&both);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *const formats[] = { "json", "prometheus", "html" };
	char *lines = fuzz_text(data, len);
	struct ct_text out;
	int64_t overdue;
	size_t i;

	must(setenv("CT_CLOCK", "2026-03-10T00:00:00Z", 1) == 0);
	for (i = 0; i < sizeof formats / sizeof *formats; i++) {
		out = count(lines, len, formats[i], &overdue);
		must(!memmem(out.s, out.len, "<script", strlen("<script")));
		ct_text_free(&out);
	}
	twice(lines, len);
	free(lines);
	return 0;
}
