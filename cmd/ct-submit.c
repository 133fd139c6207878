/* ct-submit - file reports with NCMEC's CyberTipline, each exactly once */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "cred.h"
#include "filing.h"
#include "outbox.h"
#include "prog.h"
#include "rec.h"
#include "tipline.h"

static const char help[] =
    "usage: ct-submit [-anq] [-c FILE] [-d DIR] [--credential FILE]\n"
    "                 [--production] [--retry-wait MS] [VERB [KEY ...]]\n"
    "\n"
    "Read report records, file each with NCMEC, write them with the member\n"
    "submission.  What was filed before is not filed again.\n"
    "\n"
    "  status [KEY ...]      print what the outbox holds\n"
    "  sweep                 go on with all that is not finished\n"
    "  resume KEY ...        let held reports go on; with -a all of them\n"
    "  retract KEY ...       give reports up that are not finished\n"
    "  receipt KEY           print NCMEC's answer to a finished report\n"
    "  check                 ask whether the credential works\n"
    "\n"
    "  -a, --all             with resume: every held report\n"
    "  -c, --config FILE     configuration in place of /etc/ct/ct.conf\n"
    "      --credential FILE in place of that of the configuration\n"
    "  -d, --dir DIR         state directory (default $CT_HOME)\n"
    "  -n, --dry-run         print the calls, send nothing\n"
    "      --production      real reports; else NCMEC's test environment\n"
    "  -q, --quiet           no summary\n"
    "      --retry-wait MS   pause before the first repetition (1000)\n"
    "  -h, --help            this text\n"
    "  -V, --version         version\n";

static struct {
	const char *conf, *credential, *dir;
	bool all, dry, quiet;
} opt;

static struct ct_filing filing = { .wait = 1000 };
static struct ct_cred cred;
static struct ct_out out = { .fd = STDOUT_FILENO, .each = true };
static const char *showing; /* id of the record in rehearsal */

/* ---- set-up ---------------------------------------------------------------
 */

static void
read_cred(void)
{
	static const char *const known[] = { "credential", NULL };
	struct ct_err err = { 0 };
	struct ct_conf *conf = NULL;
	const char *name = opt.credential;

	if (!name) {
		if (ct_conf_load(&conf, opt.conf, &err) ||
		    ct_conf_known(conf, "ncmec", known, &err))
			ct_die_err(&err);
		name = ct_conf_get(conf, "ncmec", NULL, "credential");
	}
	if (!name)
		ct_die(CT_CONFIG,
		    "no credential: want --credential or [ncmec] credential");
	if (ct_cred_read(&cred, name, &err))
		ct_die_err(&err);
	ct_conf_free(conf);
}

/* send: we are to talk to the service; own: to write the outbox. */
static void
set_up(bool send, bool own)
{
	struct ct_err err = { 0 };

	if (send) {
		read_cred();
		if (ct_tipline_new(&filing.tip, &cred, filing.production, &err))
			ct_die_err(&err);
	}
	if (ct_filing_start(&filing, &err) ||
	    ct_outbox_open(&filing.ob, ct_home(opt.dir), filing.production, own,
		&err) > CT_NO)
		ct_die_err(&err);
}

static void
put(json_t *rec)
{
	struct ct_err err = { 0 };

	if (ct_out_rec(&out, rec, &err))
		ct_die_err(&err);
	json_decref(rec);
}

static void
show(void *arg, enum ct_tip_call call, size_t file)
{
	json_t *line = json_pack("{s:s, s:s, s:s}", "id", showing, "env",
	    filing.production ? "production" : "test", "call",
	    ct_tip_name(call));

	(void)arg;
	if (call == CT_TIP_UPLOAD || call == CT_TIP_FILEINFO)
		(void)json_object_set_new(
		    line, "file", json_integer((json_int_t)file));
	put(line);
}

/* ---- the filter -----------------------------------------------------------
 */

static int
each(json_t *rec, void *arg, struct ct_err *err)
{
	struct ct_filter *f = arg;
	bool had = json_object_get(rec, "submission") != NULL;
	const char *outcome, *id = ct_rec_text(rec, "id");
	int rc, status;

	showing = id ? id : "";
	rc = ct_filing_record(&filing, rec, &outcome, &status, err);
	if (rc >= CT_SOFTWARE && rc != CT_NOPERM) {
		ct_stop = 1; /* a journal that failed is not written again */
		f->status = rc;
	}
	if (rc)
		return rc;
	ct_tally(&f->tally, outcome);
	if (opt.dry && status)
		return ct_fail(
		    err, status, "%s", ct_rec_text(rec, "submission.reason"));
	if (status > f->status)
		f->status = status;
	return opt.dry ? CT_DROP : had ? CT_REWRITE : 0;
}

static int
do_filter(void)
{
	struct ct_filter f = { .each = each,
		.arg = &f,
		.in = STDIN_FILENO,
		.out = STDOUT_FILENO,
		.promise = true,
		.quiet = opt.quiet };

	filing.show = show;
	set_up(!opt.dry, !opt.dry);
	return ct_filter(&f);
}

static int
check(void)
{
	struct ct_tip_answer a;
	int rc;

	set_up(true, false);
	ct_tip_status(filing.tip, &a);
	if (a.kind != CT_TIP_OK)
		ct_warn("/status: %s", a.why);
	rc = a.kind == CT_TIP_OK    ? 0
	    : a.kind == CT_TIP_AUTH ? CT_NOPERM
	    : a.kind == CT_TIP_PROTOCOL || a.kind == CT_TIP_INVALID
	    ? CT_PROTOCOL
	    : CT_TEMPFAIL;
	ct_tip_done(&a);
	return rc;
}

static int
do_verb(char **arg)
{
	const struct ct_filing_verb *v = ct_filing_verb(*arg);
	int n = 0;

	if (strcmp(*arg, "check") == 0 && !arg[1])
		return check();
	while (arg[n + 1])
		n++;
	if (v && ct_filing_fits(v, n, opt.all)) {
		set_up(v->send, v->own);
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
		{ "help", 0, NULL, 'h' }, { "version", 0, NULL, 'V' },
		{ "credential", 1, NULL, 'C' }, { "production", 0, NULL, 'P' },
		{ "retry-wait", 1, NULL, 'W' }, { NULL, 0, NULL, 0 } };
	int ch, rc;

	ct_start("ct-submit");
	while ((ch = getopt_long(argc, argv, "ac:d:hnqV", longs, NULL)) != -1)
		switch (ch) {
		case 'a':
			opt.all = true;
			break;
		case 'c':
			opt.conf = optarg;
			break;
		case 'd':
			opt.dir = optarg;
			break;
		case 'h':
			return ct_help(help);
		case 'n':
			opt.dry = true;
			break;
		case 'q':
			opt.quiet = true;
			break;
		case 'V':
			return ct_version(NULL);
		case 'C':
			opt.credential = optarg;
			break;
		case 'P':
			filing.production = true;
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
	rc = argv[optind] ? do_verb(argv + optind) : do_filter();
	ct_outbox_close(filing.ob);
	ct_filing_done(&filing);
	ct_tipline_free(filing.tip);
	ct_cred_free(&cred);
	return rc;
}
