/* ct-review - the queue of people: what waits, what they decided */
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "prog.h"
#include "queue.h"

static const char usage[] =
    "usage: ct-review add [-a | --undecided] [--replace] < records\n"
    "       ct-review list [--account ID]\n"
    "       ct-review decide --account ID | --item ID [--sha256 HEX]\n"
    "           --verdict VERDICT [--class CLASS] --by NAME [--note TEXT]\n"
    "       ct-review decided [-an] [--settle AGE] [--test]\n"
    "           [--account ID [--item ID]...]\n"
    "       ct-review ack < reports\n"
    "       ct-review stats\n"
    "  -a, --all          add: all there is; decided: what reports none, too\n"
    "  -d, --dir DIR      state directory ($CT_HOME, else /var/lib/ct)\n"
    "      --account ID   the account (user.id) of items\n"
    "      --item ID      an item, by the id of its record; decided: or "
    "several\n"
    "      --replace      add: take this record for an item that is queued\n"
    "      --settle AGE   decided: no account that still moves (such as 24h)\n"
    "      --sha256 HEX   which content, if an id had several\n"
    "      --verdict V    csam exploitative ncii text_offence not_csam unsure\n"
    "      --class C      A1 A2 B1 B2, for csam\n"
    "      --by NAME      who decided\n"
    "      --note TEXT    kept with the decision, goes nowhere else\n"
    "  -n, --dry-run      decided: show what it would be, release nothing\n"
    "      --test         not what test reports have acked\n"
    "      --undecided    queue records that are neither match nor clean, too\n"
    "  -q, --quiet (no closing summary)   -h, --help   -V, --version\n";

/* first those with a text, in the order of text[] */
enum { ACCOUNT = 256, ITEM, SHA256, VERDICT, CLASS, BY, NOTE, SETTLE, TEXTS };
enum { TEST = TEXTS, UNDECIDED, REPLACE };

static const struct option options[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "dir", required_argument, NULL, 'd' },
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

static const char *dir, *verdict, *settle;
static struct ct_pick pick;
static struct ct_decision decision;
static struct ct_wanted wanted;
static bool quiet, *const dry = &wanted.preview;
static struct ct_taking taking;
static json_t *items;
static const char **const text[TEXTS - ACCOUNT] = { &pick.account, &pick.item,
	&pick.sha256, &verdict, &decision.class, &decision.by, &decision.note,
	&settle };
static bool *const flag[] = { &wanted.test, &taking.undecided,
	&taking.replace };
static struct ct_queue *queue;
static struct ct_filter filter = { .out = STDOUT_FILENO, .promise = true };
static struct ct_out out = { .fd = STDOUT_FILENO };

static int
add(json_t *rec, void *arg, struct ct_err *err)
{
	const char *outcome;
	int rc;

	(void)arg;
	taking.all = wanted.all;
	if (!(rc = ct_queue_add(queue, rec, &taking, &outcome, err)))
		ct_tally(&filter.tally, outcome);
	return rc;
}

static int
ack(json_t *rec, void *arg, struct ct_err *err)
{
	const char *outcome;
	int rc = ct_queue_ack(queue, rec, &outcome, err);

	(void)arg;
	if (!rc)
		ct_tally(&filter.tally, outcome);
	return rc;
}

static int
print(json_t *rec, void *arg, struct ct_err *err)
{
	(void)arg;
	return ct_out_rec(&out, rec, err);
}

/* Where the verbs that print end. */
static int
end(int rc, struct ct_err *err)
{
	struct ct_err why = { 0 };

	if (rc)
		ct_warn("%s", err->msg);
	if (ct_out_close(&out, &why)) {
		ct_warn("%s", why.msg);
		rc = why.code > rc ? why.code : rc;
	}
	return rc;
}

static int
do_list(struct ct_err *err)
{
	return ct_queue_list(queue, &pick, print, NULL, err);
}

static int
do_decide(struct ct_err *err)
{
	return ct_queue_decide(queue, &pick, &decision, print, NULL, err);
}

static int
do_decided(struct ct_err *err)
{
	wanted.account = pick.account;
	wanted.items = pick.item ? items : NULL;
	return ct_queue_decided(queue, &wanted, print, NULL, err);
}

static int
do_stats(struct ct_err *err)
{
	json_t *stats = NULL;
	int rc = ct_queue_stats(queue, &stats, err);

	if (!rc)
		rc = ct_out_rec(&out, stats, err);
	json_decref(stats);
	return rc;
}

static const struct verb {
	const char *name;
	int (*run)(struct ct_err *err); /* prints; NULL: a filter */
	const char *takes;              /* options beside -d, -q, -h, -V */
	ct_each_fn *each;
} verbs[] = {
	{ "add", NULL, " all undecided replace ", add },
	{ "list", do_list, " account item sha256 ", NULL },
	{ "decide", do_decide, " account item sha256 verdict class by note ",
	    NULL },
	{ "decided", do_decided, " all account item dry-run settle test ",
	    NULL },
	{ "ack", NULL, " ", ack },
	{ "stats", do_stats, " ", NULL },
	{ NULL, NULL, NULL, NULL },
};

/* An option that this verb does not know is a mistake, not a wish. */
static void
option(const struct verb *v, int c)
{
	const struct option *o = options;
	char word[32];

	while (o->val != c)
		o++;
	(void)snprintf(word, sizeof word, " %s ", o->name);
	if (c != 'd' && c != 'q' && !strstr(v->takes, word))
		ct_die(CT_USAGE, "%s does not take --%s", v->name, o->name);
	if (o->has_arg && !*optarg)
		ct_die(CT_USAGE, "--%s: empty", o->name);
	if (c == 'd')
		dir = optarg;
	else if (c < ACCOUNT)
		*(c == 'q' ? &quiet : c == 'a' ? &wanted.all : dry) = true;
	else if (c >= TEST)
		*flag[c - TEST] = true;
	else
		*text[c - ACCOUNT] = optarg;
	if (c == ITEM && json_array_append_new(items, json_string(optarg)))
		ct_die(CT_USAGE, "--item: not UTF-8");
}

/* Exits 64 if this verb cannot do with its options. */
static void
check(const struct verb *v)
{
	struct ct_err err = { 0 };

	if (verdict && !(decision.verdict = ct_verdict_named(verdict)))
		ct_die(CT_USAGE, "--verdict: no such verdict");
	if (v->run == do_decide && ct_decision_check(&pick, &decision, &err))
		ct_die_err(&err);
	if (settle)
		wanted.settle = ct_age("--settle", settle);
	if (v->run == do_decided && pick.item && !pick.account)
		ct_die(CT_USAGE, "decided: --item wants --account");
	if (v->run != do_decided && json_array_size(items) > 1)
		ct_die(CT_USAGE, "%s: one --item only", v->name);
}

int
main(int argc, char *argv[])
{
	const struct verb *v = verbs;
	struct ct_err err = { 0 };
	int c, rc;

	ct_start("ct-review");
	items = json_array();
	while (v->name && (argc < 2 || strcmp(v->name, argv[1]) != 0))
		v++;
	while ((c = getopt_long(argc, argv, "ad:nqhV", options, NULL)) != -1) {
		if (c == 'h')
			return ct_help(usage);
		if (c == 'V')
			return ct_version(NULL);
		if (c == '?' || !v->name)
			ct_usage(usage);
		option(v, c);
	}
	if (!v->name || optind != argc - 1)
		ct_usage(usage);
	check(v);
	filter.each = v->each;
	filter.quiet = quiet;
	ct_stop_gently();
	if (ct_queue_open(&queue, ct_home(dir), &err))
		ct_die_err(&err);
	ct_queue_feed(queue, ct_home(dir));
	rc = ct_queue_fed(
	    queue, v->run ? end(v->run(&err), &err) : ct_filter(&filter));
	ct_queue_close(queue);
	json_decref(items);
	return rc;
}
