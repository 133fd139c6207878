/* ct-clamscan - scan files as ClamAV's clamscan does, from hash lists */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "prog.h"
#include "scanner.h"

static const char usage[] =
    "usage: ct-clamscan [OPTION...] FILE...\n"
    "Says of each file, or of all below a directory, whether it is known, by\n"
    "ct-hash and ct-match; - is standard input.  Status 0: all is OK, 1:\n"
    "something is FOUND, 2: something could not be scanned.\n"
    "  -c, --config FILE  configuration that names the key of the index\n"
    "  -d, --dir DIR      state directory: its lists/known.ctx is asked\n"
    "  -l, --list FILE    ask this list or index\n"
    "  -t, --threshold BITS  greatest PDQ distance that matches\n"
    "  -j, --jobs N       decoders that are kept (1)\n"
    "  -i, --infected     print only what is not OK\n"
    "  -r, --recursive    nothing: what is below a directory is always "
    "scanned\n"
    "      --max-age AGE  an error if the lists are older: 15m, 26h\n"
    "      --max-bytes SIZE  of one file (64M)\n"
    "      --no-summary   no counts at the end\n"
    "      --spool DIR    keep records and bytes of what matches there\n"
    "      --spool-undecided  and of what is undecided\n"
    "      --stdout       nothing: all is written there\n"
    "      --timeout SECONDS  that one answer may take (60)\n"
    "      --undecided [WHY=]ANSWER  ok, found or error (found)\n"
    "      --user ID      put {\"id\":ID} as user into records\n"
    "  -h, --help         print this\n"
    "  -V, --version      print the version\n";

enum { NO_SUMMARY = 256, STDOUT, USER, TROUBLE = 2 };

static const struct option options[] = { CT_SCANNER_LONG,
	{ "infected", 0, NULL, 'i' }, { "no-summary", 0, NULL, NO_SUMMARY },
	{ "recursive", 0, NULL, 'r' }, { "stdout", 0, NULL, STDOUT },
	{ "user", 1, NULL, USER }, { "help", 0, NULL, 'h' },
	{ "version", 0, NULL, 'V' }, { NULL, 0, NULL, 0 } };

static struct ct_scanner_how how;
static bool infected, summary = true;
static size_t count[3];

static void
option(int c)
{
	if (ct_scanner_option(&how, c, optarg) || c == 'r' || c == STDOUT)
		return;
	if (c == 'i')
		infected = true;
	else if (c == NO_SUMMARY)
		summary = false;
	else if (c == USER)
		how.user = optarg;
	else
		ct_usage(usage);
}

static bool
told(const char *path, const struct ct_said *said, void *arg)
{
	static const char *const words[] = { "OK", " FOUND", " ERROR" };
	const char *c;

	(void)arg;
	count[said->answer]++;
	if (infected && said->answer == CT_ANSWER_OK)
		return true;
	for (c = path; *c; c++) /* one line, whatever the name */
		(void)putchar((unsigned char)*c < ' ' || *c == 0x7f ? '?' : *c);
	(void)printf(": %s%s\n", said->text, words[said->answer]);
	return true;
}

static void
standard_input(struct ct_scanner *s)
{
	struct ct_upload u = { .name = NULL };
	struct ct_said said;
	bool large = false;
	uint8_t one, *room;
	ssize_t n;

	do {
		room = ct_upload_room(s, &u, 1, &large);
		if (!room && !large)
			ct_die(TROUBLE, "no memory for standard input");
		n = read(
		    STDIN_FILENO, room ? room : &one, room ? u.cap - u.len : 1);
		if (n > 0 && room)
			ct_upload_more(&u, (size_t)n);
	} while ((n > 0 && room) || (n < 0 && errno == EINTR && !ct_stop));
	if (n < 0)
		ct_die(TROUBLE, "cannot read standard input");
	if (n > 0)
		ct_scanner_large(s, &said);
	else
		ct_scanner_ask(s, &u, &said);
	ct_upload_free(s, &u);
	(void)told("stdin", &said, NULL);
}

static void
summarize(void)
{
	(void)printf("\n----------- SCAN SUMMARY -----------\n"
		     "Scanned files: %zu\nInfected files: %zu\n"
		     "Total errors: %zu\n",
	    count[CT_ANSWER_OK] + count[CT_ANSWER_FOUND],
	    count[CT_ANSWER_FOUND], count[CT_ANSWER_ERROR]);
}

int
main(int argc, char *argv[])
{
	struct ct_scanner *s;
	struct ct_err err = { 0 };
	int c, i;

	ct_start("ct-clamscan");
	ct_scanner_defaults(&how);
	how.jobs = 1;
	while ((c = getopt_long(argc, argv, CT_SCANNER_SHORT "irhV", options,
		    NULL)) != -1) {
		if (c == 'h')
			return ct_help(usage);
		if (c == 'V')
			return ct_version(NULL);
		option(c);
	}
	if (optind == argc || (how.dir && how.list) ||
	    (how.spool_all && !how.spool))
		ct_usage(usage);
	how.dir = ct_home(how.dir);
	ct_stop_gently();
	if (ct_scanner_open(&s, &how, &err))
		ct_die(TROUBLE, "%s", err.msg);
	for (i = optind; i < argc && !ct_stop; i++)
		if (strcmp(argv[i], "-") == 0)
			standard_input(s);
		else
			ct_scanner_walk(s, argv[i], told, NULL);
	ct_scanner_close(s);
	if (summary)
		summarize();
	if (fflush(stdout) != 0 || ferror(stdout))
		ct_die(TROUBLE, "cannot write");
	return count[CT_ANSWER_FOUND]           ? 1
	    : count[CT_ANSWER_ERROR] || ct_stop ? TROUBLE
						: 0;
}
