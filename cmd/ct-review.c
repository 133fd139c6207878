/* ct-review - the queue of people: what waits, what they decided */
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "bytes.h"
#include "prog.h"
#include "review.h"

static const char usage[] =
    "usage: ct-review add [-a | --undecided] [--replace] [--reason TEXT\n"
    "           [--by NAME]] < records\n"
    "       ct-review add --coop < reports\n"
    "       ct-review list [--account ID]\n"
    "       ct-review next --by NAME [--account ID | --item ID]  (a terminal\n"
    "           asks, else the job is printed)\n"
    "       ct-review serve --by NAME [--port N] [--account ID | --item ID]\n"
    "       ct-review give --by NAME\n"
    "       ct-review agree --by NAME\n"
    "       ct-review decide --account ID | --item ID [--sha256 HEX]\n"
    "           --verdict VERDICT [--class CLASS] [--annotation WORD]...\n"
    "           [--incident TYPE] [--priority WHY] --by NAME [--note TEXT]\n"
    "       ct-review decided [-an] [--settle AGE] [--test]\n"
    "           [--account ID [--item ID]...]\n"
    "       ct-review ack < reports\n"
    "       ct-review stats\n"
    "  -a, --all          add: all there is; decided: what reports none, too\n"
    "  -c, --config FILE  configuration in place of /etc/ct\n"
    "  -d, --dir DIR      state directory ($CT_HOME, else /var/lib/ct)\n"
    "      --account ID   the account (user.id) of items\n"
    "      --coop         add: reports of users, as they are sent to Coop\n"
    "      --item ID      an item, by the id of its record; decided: or "
    "several\n"
    "      --replace      add: take this record for an item that is queued\n"
    "      --settle AGE   decided: no account that still moves (such as 24h)\n"
    "      --sha256 HEX   which content, if an id had several\n"
    "      --verdict V    csam exploitative ncii text_offence not_csam unsure\n"
    "      --class C      A1 A2 B1 B2, for csam\n"
    "      --annotation WORD, --incident TYPE, --priority WHY\n"
    "                     what NCMEC asks for; see ct-review(1)\n"
    "      --by NAME      who it is\n"
    "      --port N       serve, to a browser here: at this port of 127.0.0.1\n"
    "      --reason TEXT  add: whatever ct-match said, a person wants it seen\n"
    "      --note TEXT    kept with the decision, goes nowhere else\n"
    "  -n, --dry-run      decided: show what it would be, release nothing\n"
    "      --test         not what test reports have acked\n"
    "      --undecided    queue records that are neither match nor clean, too\n"
    "  -q, --quiet (no closing summary)   -h, --help   -V, --version\n";

/* first those with a text, in the order of text[] */
enum {
	ACCOUNT = 256,
	ITEM,
	SHA256,
	VERDICT,
	CLASS,
	BY,
	NOTE,
	SETTLE,
	INCIDENT,
	PRIORITY,
	REASON,
	ANNOTATION,
	PORT,
	TEXTS
};
enum { TEST = TEXTS, UNDECIDED, REPLACE, COOP };

static const struct option options[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "annotation", required_argument, NULL, ANNOTATION },
	{ "config", required_argument, NULL, 'c' },
	{ "coop", no_argument, NULL, COOP },
	{ "dir", required_argument, NULL, 'd' },
	{ "incident", required_argument, NULL, INCIDENT },
	{ "port", required_argument, NULL, PORT },
	{ "priority", required_argument, NULL, PRIORITY },
	{ "reason", required_argument, NULL, REASON },
	{ "account", required_argument, NULL, ACCOUNT },
	{ "item", required_argument, NULL, ITEM },
	{ "sha256", required_argument, NULL, SHA256 },
	{ "verdict", required_argument, NULL, VERDICT },
	{ "class", required_argument, NULL, CLASS },
	{ "by", required_argument, NULL, BY },
	{ "note", required_argument, NULL, NOTE },
	{ "settle", required_argument, NULL, SETTLE },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "test", no_argument, NULL, TEST },
	{ "undecided", no_argument, NULL, UNDECIDED },
	{ "replace", no_argument, NULL, REPLACE },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static const char *dir, *conf, *verdict, *settle, *annotation, *port;
static struct ct_reviewing reviewing = { .out = { .fd = STDOUT_FILENO } };
static json_t *items, *annotations;
static const char **const text[TEXTS - ACCOUNT] = { &reviewing.pick.account,
	&reviewing.pick.item, &reviewing.pick.sha256, &verdict,
	&reviewing.decision.class, &reviewing.by, &reviewing.decision.note,
	&settle, &reviewing.decision.incident, &reviewing.decision.priority,
	&reviewing.taking.reason, &annotation, &port };
static bool *const flag[] = { &reviewing.wanted.test,
	&reviewing.taking.undecided, &reviewing.taking.replace,
	&reviewing.coop };

/* An option that this verb does not know is a mistake, not a wish. */
static void
option(const struct ct_review_verb *v, int c)
{
	const struct option *o = options;
	char word[32];

	while (o->val != c)
		o++;
	(void)snprintf(word, sizeof word, " %s ", o->name);
	if (c != 'd' && c != 'q' && c != 'c' && !strstr(v->takes, word))
		ct_die(CT_USAGE, "%s does not take --%s", v->name, o->name);
	if (o->has_arg && !*optarg)
		ct_die(CT_USAGE, "--%s: empty", o->name);
	if (c == 'c')
		conf = optarg;
	else if (c == 'd')
		dir = optarg;
	else if (c == 'q')
		reviewing.quiet = true;
	else if (c == 'a')
		reviewing.taking.all = reviewing.wanted.all = true;
	else if (c == 'n')
		reviewing.wanted.preview = true;
	else if (c >= TEST)
		*flag[c - TEST] = true;
	else
		*text[c - ACCOUNT] = optarg;
	if (c == ANNOTATION &&
	    json_array_append_new(annotations, json_string(optarg)))
		ct_die(CT_USAGE, "--annotation: not UTF-8");
	if (c == ITEM && json_array_append_new(items, json_string(optarg)))
		ct_die(CT_USAGE, "--item: not UTF-8");
}

/* Exits 64 if this verb cannot do with its options. */
static void
check(const struct ct_review_verb *v)
{
	struct ct_reviewing *r = &reviewing;
	struct ct_err err = { 0 };

	if (verdict && !(r->decision.verdict = ct_verdict_named(verdict)))
		ct_die(CT_USAGE, "--verdict: no such verdict");
	if (port)
		r->port = (int)ct_number("--port", port, 0, 65535);
	if (settle)
		r->wanted.settle = ct_age("--settle", settle);
	r->decision.by = r->taking.by = r->by;
	r->decision.annotations = annotations;
	r->wanted.account = r->pick.account;
	r->wanted.items = r->pick.item ? items : NULL;
	if (ct_review_check(v, r, &err))
		ct_die_err(&err);
}

int
main(int argc, char *argv[])
{
	const struct ct_review_verb *v;
	struct ct_err err = { 0 };
	int c, rc;

	ct_start("ct-review");
	items = json_array();
	annotations = json_array();
	v = argc < 2 ? NULL : ct_review_verb(argv[1]);
	while (
	    (c = getopt_long(argc, argv, "ac:d:nqhV", options, NULL)) != -1) {
		if (c == 'h')
			return ct_help(usage);
		if (c == 'V')
			return ct_version(NULL);
		if (c == '?' || !v)
			ct_usage(usage);
		option(v, c);
	}
	if (!v || optind != argc - 1)
		ct_usage(usage);
	check(v);
	if (ct_policy_load(&reviewing.policy, conf, &err))
		ct_die_err(&err);
	ct_bytes_from(conf);
	ct_stop_gently();
	if (ct_queue_open(&reviewing.queue, ct_home(dir), &err))
		ct_die_err(&err);
	ct_queue_policy(reviewing.queue, &reviewing.policy);
	ct_queue_feed(reviewing.queue, ct_home(dir));
	rc = ct_queue_fed(reviewing.queue, ct_review_run(v, &reviewing));
	ct_queue_close(reviewing.queue);
	ct_policy_free(&reviewing.policy);
	json_decref(annotations);
	json_decref(items);
	return rc;
}
