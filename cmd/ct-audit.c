/* ct-audit - prove and search what the programs say they did */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit.h"
#include "auditor.h"
#include "clock.h"
#include "prog.h"

static const char usage[] =
    "usage: ct-audit VERB [-qd DIR] [OPTION]... [LOG]...\n"
    "  verify [--heads FILE [-k NAME.pub]]\n"
    "                     is each log what it was?  1: no\n"
    "  head [-k NAME.key] one record a log: what it is now, signed\n"
    "  find [--user ID] [--object ID] [--report KEY] [--key ID] [--act ACT]\n"
    "       [--by NAME] [--from TIME] [--to TIME]\n"
    "                     lines that have all these, in order of time\n"
    "  export [--from TIME] [--to TIME]\n"
    "                     all lines, in order of time\n"
    "  note [--by NAME] [--report KEY | --rid NUMBER] TEXT\n"
    "                     add a line of one's own\n"
    "LOG is the name of a program, or a path with a slash; without any, all\n"
    "  -d, --dir DIR      state directory ($CT_HOME, else /var/lib/ct)\n"
    "  -k, --key FILE     head: that signs; verify: that signed the heads;\n"
    "                     find --key: of evidence, by its id\n"
    "      --heads FILE   what ct-audit head printed at other times\n"
    "      --user ID      an account\n"
    "      --object ID    an object of the vault, a file, or its SHA-256\n"
    "      --report KEY   a report, by its key or its number\n"
    "      --rid NUMBER   a report, by its number\n"
    "      --act ACT      what was done\n"
    "      --by NAME      who did it\n"
    "      --from TIME    not before 2026-11-28 or 2026-11-28T12:00:00Z\n"
    "      --to TIME      before that\n"
    "  -q, --quiet        verify: nothing of what is only unproven\n"
    "  -h, --help         this text\n"
    "  -V, --version      version\n";

#define NOTE_MAX 4096 /* bytes of a note */

/* Letters of their own for what has only a long name. */
static const struct option options[] = {
	{ "act", required_argument, NULL, 'A' },
	{ "by", required_argument, NULL, 'B' },
	{ "dir", required_argument, NULL, 'd' },
	{ "from", required_argument, NULL, 'F' },
	{ "heads", required_argument, NULL, 'H' },
	{ "help", no_argument, NULL, 'h' },
	{ "key", required_argument, NULL, 'k' },
	{ "object", required_argument, NULL, 'O' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "report", required_argument, NULL, 'R' },
	{ "rid", required_argument, NULL, 'I' },
	{ "to", required_argument, NULL, 'T' },
	{ "user", required_argument, NULL, 'U' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static struct ct_out out = { .fd = STDOUT_FILENO };
static struct ct_auditor auditor = { .out = &out };
static const char *dir, *rid;

static const struct {
	int letter;
	const char **text;
} places[] = {
	{ 'A', &auditor.wanted.act },
	{ 'B', &auditor.wanted.by },
	{ 'd', &dir },
	{ 'H', &auditor.heads },
	{ 'k', &auditor.key },
	{ 'O', &auditor.wanted.object },
	{ 'R', &auditor.wanted.report },
	{ 'I', &rid },
	{ 'U', &auditor.wanted.user },
};

/* takes: letters of the options that the verb has. */
static void
option(int c, const char *verb, const char *takes)
{
	const struct option *o = options;
	size_t i;

	while (o->val != c)
		o++;
	if (!strchr(takes, c) && c != 'd')
		ct_die(CT_USAGE, "%s does not take --%s", verb, o->name);
	if (o->has_arg && !*optarg)
		ct_die(CT_USAGE, "--%s: empty", o->name);
	for (i = 0; i < sizeof places / sizeof *places; i++)
		if (places[i].letter == c && c != 'd' && *places[i].text)
			ct_die(
			    CT_USAGE, "--%s is there more than once", o->name);
	if (c == 'q')
		auditor.quiet = true;
	else if (c == 'F')
		auditor.wanted.from = ct_time_option(o->name, optarg);
	else if (c == 'T')
		auditor.wanted.to = ct_time_option(o->name, optarg);
	for (i = 0; i < sizeof places / sizeof *places; i++)
		if (places[i].letter == c)
			*places[i].text = optarg;
}

/* ---- verbs --------------------------------------------------------------- */

static int
do_note(char **text, int n)
{
	json_t *rec;
	struct ct_audit *log;
	struct ct_err err = { 0 };
	int rc;

	if (n != 1 || !**text)
		ct_die(CT_USAGE, "note: want the text, as one word");
	if (rid && auditor.wanted.report)
		ct_die(CT_USAGE, "note: --report or --rid, not both");
	if (strlen(*text) > NOTE_MAX)
		ct_die(CT_USAGE, "a note is at most %d bytes", NOTE_MAX);
	rec = json_pack("{s:s, s:s*, s:s*, s:s*}", "text", *text, "by",
	    auditor.wanted.by, "report", auditor.wanted.report, "report_id",
	    rid);
	if (!rec)
		ct_die(CT_USAGE, "a note is UTF-8");
	rc = ct_audit_open(&log, auditor.home, "ct-audit", &err);
	if (!rc)
		rc = ct_audit_note(log, "note", rec, &err);
	if (rc)
		ct_warn("%s", err.msg);
	ct_audit_close(log);
	json_decref(rec);
	return rc;
}

static int
do_verify(const struct ct_auditor *a)
{
	if (a->key && !a->heads)
		ct_die(CT_USAGE, "verify: --key wants --heads");
	return ct_auditor_verify(a);
}

static int
do_find(const struct ct_auditor *a)
{
	struct ct_auditor with = *a;

	with.wanted.key = a->key;
	return ct_auditor_find(&with);
}

static const struct verb {
	const char *name, *takes;
	int (*run)(const struct ct_auditor *a); /* NULL: note */
} verbs[] = {
	{ "verify", "Hkq", do_verify },
	{ "head", "kq", ct_auditor_head },
	{ "find", "ABFORTUkq", do_find },
	{ "export", "FTq", ct_auditor_find },
	{ "note", "BIRq", NULL },
	{ NULL, "", NULL },
};

static int
look(const struct verb *v, char **logs, int n)
{
	struct ct_err err = { 0 };
	int rc;

	auditor.log = logs;
	auditor.logs = (size_t)n;
	if (ct_auditor_logs(&auditor, &err))
		ct_die_err(&err);
	rc = v->run(&auditor);
	ct_auditor_free(&auditor);
	if (ct_out_close(&out, &err)) {
		ct_warn("%s", err.msg);
		rc = err.code > rc ? err.code : rc;
	}
	return rc;
}

int
main(int argc, char *argv[])
{
	const struct verb *v = verbs;
	int c;

	ct_start("ct-audit");
	while (v->name && (argc < 2 || strcmp(v->name, argv[1]) != 0))
		v++;
	while ((c = getopt_long(argc, argv, "d:hk:qV", options, NULL)) != -1) {
		if (c == 'h')
			return ct_help(usage);
		if (c == 'V')
			return ct_version(NULL);
		if (c == '?')
			ct_usage(usage);
		if (!v->name)
			break;
		option(c, v->name, v->takes);
	}
	if (!v->name && argc > 1)
		ct_die(
		    CT_USAGE, "first a verb: verify, head, find, export, note");
	if (!v->name)
		ct_usage(usage);
	auditor.home = ct_home(dir);
	/* argv[optind] is the verb: getopt_long moved it behind the options */
	return v->run ? look(v, argv + optind + 1, argc - optind - 1)
		      : do_note(argv + optind + 1, argc - optind - 1);
}
