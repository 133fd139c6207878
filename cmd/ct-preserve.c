/* ct-preserve - keep evidence sealed, for as long as the law asks */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "preserve.h"
#include "prog.h"

static const char usage[] =
    "usage: ct-preserve VERB [OPTION]...    ct-preserve VERB --help: of one "
    "verb\n"
    "  keygen [--shares K/N] -o NAME        a pair: NAME.pub seals, .key "
    "opens\n"
    "  keygen --month YYYY-MM [--months N] [--shares K/N] -k ROOT.key -o NAME\n"
    "  keygen --root|--officer -o NAME      a pair that signs\n"
    "  stage [--all|--undecided] [--id ID [--user ID] [--mime TYPE]]\n"
    "                       seal what waits for a verdict, end what is "
    "not_csam\n"
    "  seal [-k NAME.pub]   copy the files of reports into the vault, sealed\n"
    "  anchor [--days N] [--incomplete]     store receipts; time counts from "
    "it\n"
    "  verify [-k NAME.key] check all objects, with a key inside; 1: not ok\n"
    "  open -k NAME.key [-o FILE] ID|DIR    write out an object, or an export\n"
    "  find [--user ID] [--report KEY|NUMBER] [--object ID] [--file ID]\n"
    "       [--hold ID] [--staged|--destroyed] [--due]   each object that "
    "fits\n"
    "  keys                 one record a key: what needs it, and may it go\n"
    "  rewrap [--hold ID] [--object ID] | -k NAME.key --to NAME.pub | --yes\n"
    "                       give what is held another key, in three steps\n"
    "  shred [--yes] FILE.. overwrite and remove keys that nothing needs\n"
    "  approve --by NAME -k NAME.key        sign requests, as an officer\n"
    "  hold add --kind KIND --authority TEXT --ref TEXT --by NAME [--until "
    "DATE]\n"
    "       --user ID|--report KEY|--object ID    keep it, whatever its date\n"
    "  hold list [--hold|--user|--report|--object ID]       one record a hold\n"
    "  hold release --hold ID --by NAME [--reason TEXT]\n"
    "  destroy-request --authority TEXT --ref TEXT --by NAME [--reason TEXT]\n"
    "       --user|--report|--object|--file ID or ID...    ask two to agree\n"
    "  destroy [--yes]      destroy what they approved\n"
    "  expire [--yes]       destroy what is past its date and not held\n"
    "  export-request --to OFFICER.pub --authority TEXT --ref TEXT --by NAME\n"
    "       [--reason TEXT] --user|--report|--object|--file ID or ID...\n"
    "  export -k NAME.key --to OFFICER.pub --by NAME -o DIR   what was "
    "approved\n"
    "-c, --config FILE      read FILE, not /etc/ct/ct.conf\n"
    "-d, --dir DIR          state directory (CT_HOME, else /var/lib/ct)\n"
    "-k, --key FILE         public (seal), secret (verify, open)\n"
    "-o, --output NAME      where to write\n"
    "    --days N           keep evidence N days, 365 or more (400)\n"
    "    --incomplete       accept reports with files that are not sealed\n"
    "    --kind 2703f|warrant|order|internal   of a hold: who asks\n"
    "    --by NAME          who does it\n"
    "    --certificate DIR  what was destroyed, also as files in DIR\n"
    "    --clock-ok         somebody looked at the clock, and it is right\n"
    "    --yes              do it;   -n, --dry-run: only say what would be\n"
    "-q, --quiet (no closing summary)     -V, --version     -h, --help\n";

/* Letters of their own for what has only a long name: preserve.c says with
 * them which options a verb takes. */
static const struct option options[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "authority", required_argument, NULL, 'A' },
	{ "by", required_argument, NULL, 'B' },
	{ "certificate", required_argument, NULL, 'C' },
	{ "clock-ok", no_argument, NULL, 'Z' },
	{ "config", required_argument, NULL, 'c' },
	{ "days", required_argument, NULL, 'D' },
	{ "destroyed", no_argument, NULL, 'X' },
	{ "dir", required_argument, NULL, 'd' },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "due", no_argument, NULL, 'E' },
	{ "file", required_argument, NULL, 'f' },
	{ "hold", required_argument, NULL, 'H' },
	{ "id", required_argument, NULL, 'i' },
	{ "incomplete", no_argument, NULL, 'I' },
	{ "key", required_argument, NULL, 'k' },
	{ "kind", required_argument, NULL, 'K' },
	{ "mime", required_argument, NULL, 'm' },
	{ "month", required_argument, NULL, 'M' },
	{ "months", required_argument, NULL, 'N' },
	{ "object", required_argument, NULL, 'b' },
	{ "officer", no_argument, NULL, 'F' },
	{ "output", required_argument, NULL, 'o' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "reason", required_argument, NULL, 'W' },
	{ "ref", required_argument, NULL, 'R' },
	{ "report", required_argument, NULL, 'r' },
	{ "root", no_argument, NULL, 'T' },
	{ "shares", required_argument, NULL, 'S' },
	{ "staged", no_argument, NULL, 'G' },
	{ "to", required_argument, NULL, 't' },
	{ "undecided", no_argument, NULL, 'U' },
	{ "until", required_argument, NULL, 'L' },
	{ "user", required_argument, NULL, 'u' },
	{ "yes", no_argument, NULL, 'y' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static struct ct_preserve opt;
static size_t given[CT_PRESERVE_LETTERS]; /* how often each letter */

/* Where an option's argument goes, where it is text; or its flag. */
static const struct {
	int letter;
	const char **text;
	bool *flag;
} places[] = {
	{ 'A', &opt.authority, NULL },
	{ 'B', &opt.by, NULL },
	{ 'C', &opt.certificate, NULL },
	{ 'H', &opt.hold, NULL },
	{ 'K', &opt.kind, NULL },
	{ 'L', &opt.until, NULL },
	{ 'M', &opt.month, NULL },
	{ 'R', &opt.ref, NULL },
	{ 'S', &opt.shares, NULL },
	{ 'W', &opt.reason, NULL },
	{ 'b', &opt.object, NULL },
	{ 'c', &opt.conf, NULL },
	{ 'd', &opt.dir, NULL },
	{ 'f', &opt.file, NULL },
	{ 'i', &opt.id, NULL },
	{ 'm', &opt.mime, NULL },
	{ 'o', &opt.output, NULL },
	{ 'r', &opt.report, NULL },
	{ 't', &opt.to, NULL },
	{ 'u', &opt.user, NULL },
	{ 'E', NULL, &opt.due },
	{ 'F', NULL, &opt.officer },
	{ 'G', NULL, &opt.staged },
	{ 'I', NULL, &opt.incomplete },
	{ 'T', NULL, &opt.root },
	{ 'U', NULL, &opt.undecided },
	{ 'X', NULL, &opt.destroyed },
	{ 'Z', NULL, &opt.clock_ok },
	{ 'a', NULL, &opt.all },
	{ 'n', NULL, &opt.dry },
	{ 'q', NULL, &opt.quiet },
	{ 'y', NULL, &opt.yes },
};

static void
set(int letter)
{
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (places[i].letter == letter && places[i].text)
			*places[i].text = optarg;
		else if (places[i].letter == letter)
			*places[i].flag = true;
}

/* words: which verb, as far as it is said */
static void
parse(int argc, char *argv[], const char *words)
{
	const struct option *o;
	int c;

	while (
	    (c = getopt_long(argc, argv, "ac:d:k:o:nqVh", options, NULL)) > 0) {
		if (c == 'h')
			exit(ct_preserve_help(usage, words, options));
		if (c == 'V')
			exit(ct_version("vault format 2"));
		if (c == '?')
			ct_usage(usage);
		given[c]++;
		for (o = options; o->val != c;)
			o++;
		/* a hold on nobody, by nobody, is a variable that was not set
		 */
		if (o->has_arg && !*optarg)
			ct_die(CT_USAGE, "--%s is empty", o->name);
		if (c == 'H' && strncmp(optarg, "hold:", 5) == 0)
			optarg += 5; /* the id of its record */
		if (c == 'k' && opt.nkeys < CT_VAULT_KEYS_MAX)
			opt.key[opt.nkeys++] = optarg;
		else if (c == 'D')
			opt.days = ct_number("--days", optarg,
			    CT_VAULT_DAYS_MIN, CT_VAULT_DAYS_MAX);
		else if (c == 'N')
			opt.months =
			    ct_number("--months", optarg, 1, CT_VAULT_KEYS_MAX);
		else
			set(c);
	}
}

int
main(int argc, char *argv[])
{
	const struct ct_preserve_verb *verb;
	const char *word = argc > 1 ? argv[1] : "";
	int last = 0;

	ct_start("ct-preserve");
	ct_stop_gently();
	verb = ct_preserve_verb(argv + 1, &last);
	if (!verb) {
		parse(argc, argv, word);
		if (argc < 2)
			ct_usage(usage);
		if (*word == '-')
			ct_die(CT_USAGE, "the verb comes before its options");
		ct_preserve_no_verb(word);
		return CT_USAGE;
	}
	argv[1 + last] = argv[0]; /* getopt_long names it */
	argv += 1 + last;
	argc -= 1 + last;
	parse(argc, argv, verb->name);
	opt.operand = argv + optind;
	ct_bytes_from(opt.conf);
	ct_preserve_fits(verb, options, given, argc - optind);
	return verb->run(&opt);
}
