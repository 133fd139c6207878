/* ct-preserve - keep evidence sealed, for as long as the law asks */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
    "keygen  make a key pair: NAME.pub to seal with, NAME.key to open with\n"
    "seal    copy the files of report records into the vault, encrypted\n"
    "anchor  store receipts of finished reports; the time kept counts from it\n"
    "verify  check every object, with its key also what is in it; 1: not ok\n"
    "open    write what is in the object ID\n"
    "list    one record an object\n"
    "-c, --config FILE   read FILE, not /etc/ct/ct.conf\n"
    "-d, --dir DIR       state directory (CT_HOME, else /var/lib/ct)\n"
    "-k, --key FILE      the public key (seal), a secret key (verify, open)\n"
    "-o, --output NAME   where to write\n"
    "    --days N        keep evidence N days, 365 or more (400)\n"
    "    --incomplete    accept reports with files that could not be sealed\n"
    "-q, --quiet (no closing summary)     -V, --version     -h, --help\n";

static const struct option options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "dir", required_argument, NULL, 'd' },
	{ "key", required_argument, NULL, 'k' },
	{ "output", required_argument, NULL, 'o' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "days", required_argument, NULL, 'D' },
	{ "incomplete", no_argument, NULL, 'I' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static struct {
	const char *conf, *dir, *key[CT_VAULT_KEYS_MAX], *output, *id;
	size_t nkeys;
	long days; /* 0: not given */
	bool incomplete;
} opt;

static struct ct_vault *vault;
static struct ct_vault_pub pub;
static struct ct_err err;                           /* of the run */
static struct ct_out out = { .fd = STDOUT_FILENO }; /* of what is no filter */
static struct ct_filter filter = {
	.in = STDIN_FILENO, .out = STDOUT_FILENO, .promise = true
};

static void
must(int rc)
{
	if (rc)
		ct_die_err(&err);
}

static int
keygen(void)
{
	if (!opt.output)
		ct_usage(usage);
	must(ct_vault_keygen(opt.output, &err));
	return 0;
}

static int
seal_one(json_t *rec, void *arg, struct ct_err *why)
{
	size_t failed;
	int rc = ct_vault_report(vault, &pub, err.msg, rec, &failed, why);

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
	char *path = opt.nkeys ? ct_strdup(opt.key[0]) : NULL;
	int rc;

	if (opt.nkeys > 1)
		ct_usage(usage);
	if (!path)
		must(ct_vault_conf(opt.conf, &path, NULL, &err));
	if (!path)
		ct_die(CT_CONFIG, "no public key: -k, or conf [vault]");
	must(ct_vault_pub_read(&pub, path, &err));
	free(path);
	rc = ct_vault_enter(&vault, ct_home(opt.dir), true, &err);
	if (rc == CT_CONFIG || rc == CT_SOFTWARE)
		must(rc);
	if (rc)
		ct_warn("nothing can be sealed: %s", err.msg);
	filter.each = seal_one;
	return ct_filter(&filter);
}

static int
anchor_one(json_t *rec, void *arg, struct ct_err *why)
{
	int rc = ct_vault_anchor(vault, rec, opt.days, opt.incomplete, why);

	(void)arg;
	if (rc <= CT_NO)
		ct_tally(&filter.tally, rc ? "passed" : "anchored");
	return rc == CT_NO ? 0 : rc;
}

static int
anchor(void)
{
	if (!opt.days)
		must(ct_vault_conf(opt.conf, NULL, &opt.days, &err));
	must(ct_vault_enter(&vault, ct_home(opt.dir), false, &err));
	filter.each = anchor_one;
	return ct_filter(&filter);
}

static int
shown(int rc)
{
	if (rc > CT_NO)
		ct_warn("%s", err.msg);
	must(ct_out_close(&out, &err));
	return rc;
}

static int
verify(void)
{
	struct ct_vault_key *key[CT_VAULT_KEYS_MAX];
	int rc;

	must(ct_vault_keys_read(key, opt.key, opt.nkeys, &err));
	must(ct_vault_enter(&vault, ct_home(opt.dir), false, &err));
	rc = shown(
	    ct_vault_verify(vault, key, opt.nkeys, &out, &filter.tally, &err));
	if (!filter.quiet)
		ct_tally_print(&filter.tally, out.n, out.n);
	ct_vault_keys_free(key, opt.nkeys);
	return rc;
}

static int
list(void)
{
	must(ct_vault_enter(&vault, ct_home(opt.dir), false, &err));
	return shown(ct_vault_list(vault, &out, &err));
}

static int
extract(void)
{
	if (!opt.id || opt.nkeys == 0)
		ct_usage(usage);
	if (!opt.output && isatty(STDOUT_FILENO))
		ct_die(CT_USAGE, "will not write evidence to a terminal: -o");
	must(ct_vault_extract(
	    ct_home(opt.dir), opt.id, opt.key, opt.nkeys, opt.output, &err));
	return 0;
}

/* takes: letters of the options that the verb has */
static void
parse(int argc, char *argv[], const char *takes)
{
	int c;

	while ((c = getopt_long(argc, argv, "c:d:k:o:qVh", options, NULL)) > 0)
		if (c == 'h')
			exit(ct_help(usage));
		else if (c == 'V')
			exit(ct_version("vault format 1"));
		else if (!strchr(takes, c) || opt.nkeys == CT_VAULT_KEYS_MAX)
			ct_usage(usage);
		else if (c == 'k')
			opt.key[opt.nkeys++] = optarg;
		else if (c == 'q')
			filter.quiet = true;
		else if (c == 'I')
			opt.incomplete = true;
		else if (c == 'D')
			opt.days = ct_number("--days", optarg,
			    CT_VAULT_DAYS_MIN, CT_VAULT_DAYS_MAX);
		else
			*(c == 'c'         ? &opt.conf
				: c == 'd' ? &opt.dir
					   : &opt.output) = optarg;
}

static const struct {
	const char *name, *takes;
	int (*run)(void);
} verbs[] = { { "keygen", "o", keygen }, { "seal", "cdkq", seal },
	{ "anchor", "cdqDI", anchor }, { "verify", "dkq", verify },
	{ "open", "dko", extract }, { "list", "d", list }, { NULL, "", NULL } };

int
main(int argc, char *argv[])
{
	const char *verb = argc > 1 ? argv[1] : "";
	size_t i;
	int rc;

	ct_start("ct-preserve");
	ct_stop_gently();
	for (i = 0; verbs[i].name && strcmp(verb, verbs[i].name) != 0; i++)
		;
	if (!verbs[i].run) {
		parse(argc, argv, "");
		ct_usage(usage);
	}
	argv[1] = argv[0];
	parse(argc - 1, argv + 1, verbs[i].takes);
	argv += 1 + optind;
	if (verbs[i].run == extract && *argv)
		opt.id = *argv++;
	if (*argv)
		ct_usage(usage);
	rc = verbs[i].run();
	ct_vault_leave(vault);
	return rc;
}
