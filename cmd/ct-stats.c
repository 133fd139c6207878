/* ct-stats - what records and audit logs add up to */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "prog.h"
#include "stats.h"

static const char usage[] =
    "usage: ct-stats [-f FORMAT] [-o FILE] [--from TIME] [--to TIME] [--test]\n"
    "       ct-stats overdue [-e] [--max AGE] [--test]\n"
    "\n"
    "Read records and lines of audit logs, in any order, each as often as\n"
    "may be; print reports, files, accounts, verdicts, and the times to\n"
    "verdict, report and removal: of all, and by month, list, surface, and\n"
    "method.\n"
    "\n"
    "  overdue            what was decided and is in no finished report\n"
    "\n"
    "  -e, --exit         with overdue: exit 1 if something is\n"
    "  -f, --format F     json (default), csv, prometheus, html\n"
    "      --from TIME    not before 2026-11-28 or 2026-11-28T12:00:00Z\n"
    "      --max AGE      with overdue: after that, such as 24h (default)\n"
    "  -o, --output FILE  into a file, whole or not at all\n"
    "      --test         reports of the test environment in place of others\n"
    "      --to TIME      before that\n"
    "  -h, --help         this text\n"
    "  -V, --version      version\n";

enum { FROM = 256, MAX, TEST, TO };
#define MODE 0644 /* no id is in it; node_exporter is another user */

static const struct option options[] = {
	{ "exit", no_argument, NULL, 'e' },
	{ "format", required_argument, NULL, 'f' },
	{ "from", required_argument, NULL, FROM },
	{ "help", no_argument, NULL, 'h' },
	{ "max", required_argument, NULL, MAX },
	{ "output", required_argument, NULL, 'o' },
	{ "test", no_argument, NULL, TEST },
	{ "to", required_argument, NULL, TO },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static struct ct_stats how = { .in = STDIN_FILENO, .max = -1 };
static const char *output;
static bool exits;

static void
option(int c)
{
	if (c == 'e')
		exits = true;
	else if (c == 'f')
		how.format = optarg;
	else if (c == FROM)
		how.from = ct_time_option("from", optarg);
	else if (c == MAX)
		how.max = ct_age("--max", optarg);
	else if (c == 'o')
		output = optarg;
	else if (c == TEST)
		how.test = true;
	else if (c == TO)
		how.to = ct_time_option("to", optarg);
	else
		ct_usage(usage);
}

static void
check(char *arg[])
{
	if (arg[0]) {
		if (strcmp(arg[0], "overdue") != 0 || arg[1] || how.format ||
		    how.from || how.to || output)
			ct_usage(usage);
		how.waiting = true;
	} else if (exits || how.max >= 0) {
		ct_usage(usage);
	}
	if (!how.format)
		how.format = "json";
	if (how.max < 0)
		how.max = (int64_t)24 * 3600000;
	if (!ct_stats_format(how.format))
		ct_die(
		    CT_USAGE, "--format: want json, csv, prometheus or html");
	if (how.to && how.to <= how.from)
		ct_die(CT_USAGE, "--to is not after --from");
}

static int
write_out(const struct ct_text *text, struct ct_err *err)
{
	struct ct_out out = { .fd = STDOUT_FILENO };
	int rc;

	if (output)
		return ct_file_replace(output, MODE, text->s, text->len, err);
	rc = ct_out_bytes(&out, text->s, text->len, err);
	return rc ? rc : ct_out_close(&out, err);
}

int
main(int argc, char *argv[])
{
	struct ct_text text = { .s = NULL };
	struct ct_err err = { 0 };
	int64_t overdue = 0;
	int c, rc;

	ct_start("ct-stats");
	while ((c = getopt_long(argc, argv, "ef:o:hV", options, NULL)) != -1) {
		if (c == 'h')
			return ct_help(usage);
		if (c == 'V')
			return ct_version(NULL);
		option(c);
	}
	check(argv + optind);
	ct_stop_gently();
	rc = ct_stats_run(&how, &text, &overdue, &err);
	if (rc)
		ct_warn("%s", err.msg);
	if (text.len && (c = write_out(&text, &err))) {
		ct_warn("%s", err.msg);
		rc = c > rc ? c : rc;
	}
	ct_text_free(&text);
	return rc ? rc : exits && overdue > 0;
}
