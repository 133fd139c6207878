/* ct-preserve - keep evidence sealed, for as long as the law asks */
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "err.h"
#include "file.h"
#include "prog.h"
#include "rec.h"
#include "vault.h"

static const char usage[] =
    "usage: ct-preserve keygen -o NAME\n"
    "       ct-preserve seal [-q] [-c FILE] [-d DIR] [-k NAME.pub]\n"
    "       ct-preserve anchor [-q] [-c FILE] [-d DIR] [--days N] "
    "[--incomplete]\n"
    "       ct-preserve verify [-q] [-d DIR] [-k NAME.key]...\n"
    "       ct-preserve open [-d DIR] -k NAME.key [-o FILE] ID\n"
    "       ct-preserve list [-d DIR]\n"
    "\n"
    "keygen  make a key pair: NAME.pub to seal with, NAME.key to open with\n"
    "seal    copy the files of report records from standard input into the\n"
    "        vault, encrypted, and say so in report.files[].vault\n"
    "anchor  store the receipts of finished reports; the time that their\n"
    "        evidence is kept for counts from them\n"
    "verify  check every object; with its key also what is in it; 1: not ok\n"
    "open    write what is in the object ID\n"
    "list    tell what is held, one record an object\n"
    "\n"
    "-c, --config FILE   read FILE, not /etc/ct/ct.conf\n"
    "-d, --dir DIR       state directory (CT_HOME, else /var/lib/ct)\n"
    "-k, --key FILE      the public key (seal), a secret key (verify, open)\n"
    "-o, --output NAME   where to write\n"
    "-q, --quiet         no closing summary\n"
    "    --days N        keep evidence N days, 365 or more (400)\n"
    "    --incomplete    accept reports with files that could not be sealed\n"
    "-V, --version       -h, --help\n";

enum { DAYS = 256, INCOMPLETE };

static const struct option options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "dir", required_argument, NULL, 'd' },
	{ "key", required_argument, NULL, 'k' },
	{ "output", required_argument, NULL, 'o' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "days", required_argument, NULL, DAYS },
	{ "incomplete", no_argument, NULL, INCOMPLETE },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static struct {
	const char *conf, *dir, *key[CT_VAULT_KEYS_MAX], *output, *id;
	size_t nkeys;
	long days; /* 0: not given */
	bool quiet, incomplete;
} opt;

static struct ct_vault *vault;
static struct ct_vault_pub public;
static struct ct_err why; /* the vault cannot be used: NULL, and this */
static struct ct_filter filter = {
	.in = STDIN_FILENO, .out = STDOUT_FILENO, .promise = true
};

static struct ct_conf *
config(void)
{
	static const char *const known[] = { "public_key", "days", NULL };
	struct ct_err err = { 0 };
	struct ct_conf *conf;

	if (ct_conf_load(&conf, opt.conf, &err) ||
	    ct_conf_known(conf, "vault", known, &err))
		ct_die_err(&err);
	return conf;
}

static void
enter(bool seal)
{
	struct ct_err err = { 0 };

	if (ct_vault_enter(&vault, ct_home(opt.dir), seal, &err))
		ct_die_err(&err);
}

static int
keygen(void)
{
	struct ct_err err = { 0 };

	if (!opt.output)
		ct_usage(usage);
	if (ct_vault_keygen(opt.output, &err))
		ct_die_err(&err);
	return 0;
}

static int
seal_one(json_t *rec, void *arg, struct ct_err *err)
{
	size_t failed;
	int rc = ct_vault_report(vault, &public, why.msg, rec, &failed, err);

	(void)arg;
	if (rc == CT_NO)
		ct_tally(&filter.tally, "passed");
	if (rc)
		return rc == CT_NO ? 0 : rc;
	ct_tally(&filter.tally, failed ? "failed" : "sealed");
	if (failed)
		filter.status = CT_TEMPFAIL;
	return CT_REWRITE;
}

/* A report must go out though its evidence cannot be kept: so a vault that
 * fails is told of in every record.  A wrong key or set-up is no such case. */
static int
seal(void)
{
	struct ct_conf *conf = opt.nkeys ? NULL : config();
	const char *path =
	    conf ? ct_conf_get(conf, "vault", NULL, "public_key") : opt.key[0];
	struct ct_err err = { 0 };
	int rc;

	if (!path)
		ct_die(
		    CT_CONFIG, "no public key: -k, or public_key of [vault]");
	if (opt.nkeys > 1)
		ct_die(CT_USAGE, "seal: want one public key");
	if (ct_vault_pub_read(&public, path, &err))
		ct_die_err(&err);
	ct_conf_free(conf);
	rc = ct_vault_enter(&vault, ct_home(opt.dir), true, &why);
	if (rc == CT_TEMPFAIL || rc == CT_CONFIG || rc == CT_SOFTWARE)
		ct_die_err(&why);
	if (rc)
		ct_warn("nothing can be sealed: %s", why.msg);
	filter.each = seal_one;
	return ct_filter(&filter);
}

static int
anchor_one(json_t *rec, void *arg, struct ct_err *err)
{
	size_t had = json_object_size(rec);
	int rc = ct_vault_anchor(vault, rec, opt.days, err);

	(void)arg;
	if (rc == CT_NO)
		ct_tally(&filter.tally, "passed");
	else if (!rc)
		ct_tally(&filter.tally, "anchored");
	if (rc == CT_TEMPFAIL && json_object_size(rec) > had &&
	    opt.incomplete) {
		ct_warn("accepted: %s", err->msg);
		ct_tally(&filter.tally, "incomplete");
		rc = 0;
	}
	return rc == CT_NO ? 0 : rc;
}

static int
anchor(void)
{
	struct ct_conf *conf = opt.days ? NULL : config();
	const char *days =
	    conf ? ct_conf_get(conf, "vault", NULL, "days") : NULL;
	char *end;

	if (days) {
		opt.days = strtol(days, &end, 10);
		if (*end || opt.days < CT_VAULT_DAYS_MIN ||
		    opt.days > CT_VAULT_DAYS_MAX)
			ct_die(CT_CONFIG, "[vault] days: want %d to %d",
			    CT_VAULT_DAYS_MIN, CT_VAULT_DAYS_MAX);
	}
	ct_conf_free(conf);
	if (!opt.days)
		opt.days = CT_VAULT_DAYS;
	enter(false);
	filter.each = anchor_one;
	return ct_filter(&filter);
}

static const char *const states[] = { "ok", "damaged", "missing", "locked",
	"stray" };

static int
show(void *arg, const json_t *rec, struct ct_err *err)
{
	const char *state = ct_rec_text(rec, "state");

	size_t i;

	for (i = 0; state && i < sizeof states / sizeof states[0]; i++)
		if (strcmp(state, states[i]) == 0)
			ct_tally(&filter.tally, states[i]);
	return ct_out_rec(arg, rec, err);
}

/* The end of list and verify, whose walk ended with rc. */
static int
shown(struct ct_out *out, int rc, struct ct_err *err)
{
	struct ct_err late = { 0 };

	if (rc > CT_NO)
		ct_warn("%s", err->msg);
	if (ct_out_close(out, &late) && rc < CT_IOERR) {
		ct_warn("%s", late.msg);
		rc = CT_IOERR;
	}
	return rc;
}

static int
verify(void)
{
	struct ct_out out = { .fd = STDOUT_FILENO };
	struct ct_vault_key *key[CT_VAULT_KEYS_MAX];
	struct ct_err err = { 0 };
	size_t i;
	int rc;

	for (i = 0; i < opt.nkeys; i++)
		if (ct_vault_key_read(&key[i], opt.key[i], &err))
			ct_die_err(&err);
	enter(false);
	rc = shown(&out,
	    ct_vault_verify(vault, key, opt.nkeys, show, &out, &err), &err);
	if (!opt.quiet)
		ct_tally_print(&filter.tally, out.n, out.n);
	for (i = 0; i < opt.nkeys; i++)
		ct_vault_key_free(key[i]);
	return rc;
}

static int
list(void)
{
	struct ct_out out = { .fd = STDOUT_FILENO };
	struct ct_err err = { 0 };

	enter(false);
	return shown(&out, ct_vault_list(vault, show, &out, &err), &err);
}

static int
open_verb(void)
{
	struct ct_err err = { 0 };

	if (!opt.id || opt.nkeys == 0)
		ct_usage(usage);
	if (!opt.output && isatty(STDOUT_FILENO))
		ct_die(CT_USAGE, "will not write evidence to a terminal: -o");
	if (ct_vault_extract(
		ct_home(opt.dir), opt.id, opt.key, opt.nkeys, opt.output, &err))
		ct_die_err(&err);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(void);
	const char *takes; /* letters */
} verbs[] = {
	{ "keygen", keygen, "o" },
	{ "seal", seal, "cdkq" },
	{ "anchor", anchor, "cdqDI" },
	{ "verify", verify, "dkq" },
	{ "open", open_verb, "dko" },
	{ "list", list, "dq" },
};

/* Options are the same in all verbs; which of them a verb takes is above. */
static void
parse(int argc, char *argv[], const char *takes)
{
	int c;

	while (
	    (c = getopt_long(argc, argv, "c:d:k:o:qVh", options, NULL)) != -1) {
		if (c == 'h')
			exit(ct_help(usage));
		if (c == 'V')
			exit(ct_version("vault format 1"));
		if (c == '?' ||
		    !strchr(takes,
			c == DAYS             ? 'D'
			    : c == INCOMPLETE ? 'I'
					      : c))
			ct_usage(usage);
		switch (c) {
		case 'c':
			opt.conf = optarg;
			break;
		case 'd':
			opt.dir = optarg;
			break;
		case 'k':
			if (opt.nkeys == CT_VAULT_KEYS_MAX)
				ct_die(CT_USAGE, "-k: over %d keys",
				    CT_VAULT_KEYS_MAX);
			opt.key[opt.nkeys++] = optarg;
			break;
		case 'o':
			opt.output = optarg;
			break;
		case 'q':
			opt.quiet = filter.quiet = true;
			break;
		case DAYS:
			opt.days = ct_number("--days", optarg,
			    CT_VAULT_DAYS_MIN, CT_VAULT_DAYS_MAX);
			break;
		default:
			opt.incomplete = true;
		}
	}
}

int
main(int argc, char *argv[])
{
	size_t i;

	ct_start("ct-preserve");
	ct_stop_gently();
	if (argc > 1 && argv[1][0] == '-')
		parse(argc, argv, "");
	for (i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (argc > 1 && strcmp(argv[1], verbs[i].name) == 0)
			break;
	if (i == sizeof verbs / sizeof verbs[0])
		ct_usage(usage);
	parse(argc - 1, argv + 1, verbs[i].takes);
	argv += 1 + optind;
	if (verbs[i].run == open_verb)
		opt.id = *argv ? *argv++ : NULL;
	if (*argv)
		ct_usage(usage);
	return verbs[i].run();
}
