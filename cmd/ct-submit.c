/* ct-submit - file reports with NCMEC's CyberTipline, each exactly once */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bytes.h"
#include "conf.h"
#include "cred.h"
#include "filing.h"
#include "outbox.h"
#include "prog.h"
#include "rec.h"
#include "tipline.h"

static const char help[] =
    "usage: ct-submit [-aenq] [-c FILE] [-d DIR] [-j N] [--credential FILE]\n"
    "                 [--max-age AGE] [--now] [--production] [--ref TEXT]\n"
    "                 [--retry-wait MS] [VERB [KEY ...]]\n"
    "\n"
    "Read report records, file each with NCMEC, write them with the member\n"
    "submission.  What was filed before is not filed again.\n"
    "\n"
    "  status [KEY ...]      print what the outbox holds\n"
    "  sweep                 go on with all that is not finished\n"
    "  resume KEY ...        let held reports go on; with -a all of them\n"
    "  retract KEY ...       give reports up that are not finished\n"
    "  receipt KEY           print NCMEC's answer to a finished report\n"
    "  due                   print what should be finished by now\n"
    "  filed KEY --ref TEXT  a person filed this one with another authority\n"
    "  prior                 filter: add the account's reports to file "
    "records\n"
    "  check                 ask whether the credential works\n"
    "  fetch-xsd             get NCMEC's schema, to check by it from then on\n"
    "\n"
    "  -a, --all             with resume: every held report\n"
    "  -c, --config FILE     configuration in place of /etc/ct/ct.conf\n"
    "      --credential FILE in place of that of the configuration\n"
    "  -d, --dir DIR         state directory (default $CT_HOME)\n"
    "  -e, --exit-due        with due: exit 1 if there is any\n"
    "  -j, --jobs N          reports at a time (8)\n"
    "      --max-age AGE     with due: since it was accepted (24h)\n"
    "  -n, --dry-run         print the calls, send nothing\n"
    "      --now             whatever pause an earlier run left\n"
    "      --production      real reports; else NCMEC's test environment\n"
    "  -q, --quiet           no summary\n"
    "      --retry-wait MS   pause before the first repetition (1000)\n"
    "      --ref TEXT        with filed: what it is called there\n"
    "  -h, --help            this text\n"
    "  -V, --version         version\n";

static struct {
	const char *conf, *credential, *dir;
	bool all, dry;
} opt;

#define DAY ((int64_t)24 * 3600 * 1000)

static struct ct_cred cred;
static struct ct_filing filing = {
	.cred = &cred, .wait = 1000, .jobs = 8, .max_age = DAY
};
static struct ct_out out = { .fd = STDOUT_FILENO, .each = true };

/* ---- set-up ---------------------------------------------------------------
 */

/* The file that the options or the configuration name; NULL: none. */
static void
read_cred(void)
{
	static const char *const known[] = { "credential", NULL };
	struct ct_err err = { 0 };
	struct ct_conf *conf = NULL;
	const char *name = opt.credential;
	int rc = 0;

	if (!name) {
		if (ct_conf_load(&conf, opt.conf, &err) ||
		    ct_conf_known(conf, "ncmec", known, &err))
			ct_die_err(&err);
		name = ct_conf_get(conf, "ncmec", NULL, "credential");
	}
	if (!name && !opt.dry)
		ct_die(CT_CONFIG,
		    "no credential: want --credential or [ncmec] credential");
	if (name)
		rc = ct_cred_read(&cred, name, &err);
	if (rc == CT_NOINPUT && opt.dry && !opt.credential)
		ct_warn("%s: the addresses shown are NCMEC's", err.msg);
	else if (rc)
		ct_die_err(&err);
	ct_conf_free(conf);
}

/* A filter waits a while for another line: so do those behind it. */
static int
open_outbox(bool own, int tries, struct ct_err *err)
{
	static const struct timespec tick = { 0, 100000000 };
	int rc;

	while ((rc = ct_outbox_open(&filing.ob, filing.dir, filing.production,
		    own, err)) == CT_TEMPFAIL &&
	    tries-- > 0 && !ct_stop)
		(void)nanosleep(&tick, NULL);
	return rc;
}

/* send: to the service; own: write the outbox; busy: why a filter cannot */
static int
set_up(bool send, bool own, bool filter, struct ct_err *busy)
{
	struct ct_err err = { 0 };
	int rc = 0;

	filing.dir = ct_home(opt.dir);
	if (send || opt.dry)
		read_cred();
	if (opt.dry)
		rc = ct_tip_base(&filing.url, cred.user ? &cred : NULL,
		    filing.production, &err);
	else if (send)
		rc =
		    ct_tipline_new(&filing.tip, &cred, filing.production, &err);
	if (!rc)
		rc = open_outbox(own, filter ? 50 : 0, &err);
	*busy = err;
	if (rc == CT_TEMPFAIL && filter)
		return rc;
	if (rc <= CT_NO && filing.production)
		rc = ct_outbox_open(
		    &filing.test, filing.dir, false, false, &err);
	if (rc > CT_NO || ct_filing_start(&filing, &err))
		ct_die_err(&err);
	if (own)
		ct_outbox_feed(filing.ob, filing.dir);
	return 0;
}

static int
filter(void)
{
	struct ct_err busy = { 0 };

	return set_up(!opt.dry, !opt.dry, true, &busy)
	    ? ct_filing_busy(&filing, &busy)
	    : ct_filing_filter(&filing);
}

static int
do_verb(char **arg)
{
	const struct ct_filing_verb *v = ct_filing_verb(*arg);
	struct ct_err err;
	int n = 0;

	while (arg[n + 1])
		n++;
	/* a reference is what filed wants, and nothing else does */
	if ((strcmp(*arg, "filed") == 0) != (filing.ref && *filing.ref))
		ct_usage(help);
	if (v && ct_filing_fits(v, n, opt.all)) {
		filing.now |= v->now;
		(void)set_up(v->send, v->own, false, &err);
		return n ? ct_filing_do(&filing, v, arg + 1, &out)
			 : ct_filing_do_all(&filing, v, &out);
	}
	ct_usage(help);
}

int
main(int argc, char **argv)
{
	static const struct option longs[] = { { "all", 0, NULL, 'a' },
		{ "config", 1, NULL, 'c' }, { "dir", 1, NULL, 'd' },
		{ "dry-run", 0, NULL, 'n' }, { "quiet", 0, NULL, 'q' },
		{ "exit-due", 0, NULL, 'e' }, { "jobs", 1, NULL, 'j' },
		{ "max-age", 1, NULL, 'A' }, { "ref", 1, NULL, 'R' },
		{ "now", 0, NULL, 'N' }, { "help", 0, NULL, 'h' },
		{ "version", 0, NULL, 'V' }, { "credential", 1, NULL, 'C' },
		{ "production", 0, NULL, 'P' }, { "retry-wait", 1, NULL, 'W' },
		{ NULL, 0, NULL, 0 } };
	int ch, rc;

	ct_start("ct-submit");
	while (
	    (ch = getopt_long(argc, argv, "ac:d:ehj:nqV", longs, NULL)) != -1)
		switch (ch) {
		case 'a':
			opt.all = true;
			break;
		case 'c':
			ct_bytes_from(opt.conf = optarg);
			break;
		case 'd':
			opt.dir = optarg;
			break;
		case 'e':
			filing.tell = true;
			break;
		case 'h':
			return ct_help(help);
		case 'j':
			filing.jobs = (int)ct_number("-j", optarg, 1, 64);
			break;
		case 'n':
			opt.dry = true;
			break;
		case 'q':
			filing.quiet = true;
			break;
		case 'V':
			return ct_version(NULL);
		case 'C':
			opt.credential = optarg;
			break;
		case 'A':
			filing.max_age = ct_age("--max-age", optarg);
			break;
		case 'N':
			filing.now = true;
			break;
		case 'P':
			filing.production = true;
			break;
		case 'R':
			filing.ref = optarg;
			break;
		case 'W':
			filing.wait =
			    ct_number("--retry-wait", optarg, 1, 60000);
			break;
		default:
			ct_usage(help);
		}
	if (opt.dry && argv[optind])
		ct_usage(help);
	ct_stop_gently();
	rc = argv[optind] ? do_verb(argv + optind) : filter();
	rc = ct_outbox_fed(filing.ob, rc);
	ct_outbox_close(filing.ob);
	ct_outbox_close(filing.test);
	ct_filing_done(&filing);
	ct_tipline_free(filing.tip);
	ct_cred_free(&cred);
	free(filing.url);
	return rc;
}
