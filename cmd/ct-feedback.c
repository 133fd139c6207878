/* ct-feedback - tell the owners of hash lists what people decided */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "feedback.h"
#include "prog.h"
#include "rec.h"
#include "rest.h"
#include "source.h"

static const char usage[] =
    "usage: ct-feedback [-nq] [-c FILE] [-d DIR] [--now] [--production]\n"
    "                   [--retry-wait MS]\n"
    "       ct-feedback VERB [OPTION ...] [ARG ...]\n"
    "\n"
    "Read records that people have decided about, vote on the list entries\n"
    "that they matched, write all records, those with the member vote.\n"
    "\n"
    "  send                  go on with votes that are queued\n"
    "  status                print what became of all votes\n"
    "  reasons SOURCE TYPE   print the reasons for votes against such hashes\n"
    "\n"
    "  -a, --all             with send: what failed, too\n"
    "  -c, --config FILE     configuration in place of /etc/ct/ct.conf\n"
    "  -d, --dir DIR         state directory ($CT_HOME, else /var/lib/ct)\n"
    "  -n, --dry-run         print the votes, send nothing\n"
    "      --now             whatever pause an earlier run left\n"
    "      --production      real votes; else only to test environments\n"
    "  -q, --quiet           no summary\n"
    "      --retry-wait MS   before a vote without answer goes again (60000)\n"
    "  -h, --help            this text\n"
    "  -V, --version         version\n";

enum { NOW = 256, PRODUCTION, WAIT };

static const struct option options[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "config", required_argument, NULL, 'c' },
	{ "dir", required_argument, NULL, 'd' },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "now", no_argument, NULL, NOW },
	{ "production", no_argument, NULL, PRODUCTION },
	{ "quiet", no_argument, NULL, 'q' },
	{ "retry-wait", required_argument, NULL, WAIT },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static const char *conf_name, *dir;
static bool dry;
static struct ct_sources sources;
static struct ct_feedback feedback = { .sources = &sources, .wait = 60000 };

static void
load(void)
{
	struct ct_err err = { 0 };
	struct ct_conf *conf;

	ct_rest_from(conf_name);
	if (ct_conf_load(&conf, conf_name, &err) ||
	    ct_sources_load(&sources, conf, &err))
		ct_die_err(&err);
	ct_conf_free(conf);
	feedback.home = ct_home(dir);
}

static int
closed(struct ct_out *out, int rc)
{
	struct ct_err err = { 0 };

	if (ct_out_close(out, &err))
		ct_die_err(&err);
	return rc;
}

/* What writes the store: arg NULL is the filter. */
static int
run(const char *verb)
{
	struct ct_out out = { .fd = STDOUT_FILENO, .each = true };
	struct ct_err err = { 0 };
	int rc = ct_feedback_start(&feedback, &err);

	if (rc) {
		ct_warn("%s", err.msg);
		return ct_feedback_end(&feedback, rc);
	}
	rc = verb ? closed(&out, ct_feedback_send(&feedback, &out))
		  : ct_feedback_filter(&feedback);
	return ct_feedback_end(&feedback, rc);
}

static int
verb(char *arg[])
{
	struct ct_out out = { .fd = STDOUT_FILENO };
	const char *name = arg[0];
	bool none = !arg[1];

	if (dry)
		ct_usage(usage);
	if (strcmp(name, "send") == 0 && none) {
		load();
		return ct_feedback_any(&feedback) ? run(name) : 0;
	}
	if (feedback.again)
		ct_usage(usage);
	if (strcmp(name, "status") == 0 && none) {
		feedback.home = ct_home(dir);
		return closed(&out, ct_feedback_status(&feedback, &out));
	}
	if (strcmp(name, "reasons") == 0 && !none && arg[2] && !arg[3]) {
		load();
		return closed(
		    &out, ct_feedback_reasons(&feedback, arg[1], arg[2], &out));
	}
	ct_usage(usage);
}

static void
option(int c)
{
	if (c == 'a')
		feedback.again = true;
	else if (c == 'c')
		conf_name = optarg;
	else if (c == 'd')
		dir = optarg;
	else if (c == 'n')
		dry = true;
	else if (c == 'q')
		feedback.quiet = true;
	else if (c == NOW)
		feedback.now = true;
	else if (c == PRODUCTION)
		feedback.production = true;
	else if (c == WAIT)
		feedback.wait = ct_number("--retry-wait", optarg, 0, 86400000);
	else
		ct_usage(usage);
}

int
main(int argc, char *argv[])
{
	int c, rc;

	ct_start("ct-feedback");
	while (
	    (c = getopt_long(argc, argv, "ac:d:nqhV", options, NULL)) != -1) {
		if (c == 'h')
			return ct_help(usage);
		if (c == 'V')
			return ct_version(NULL);
		option(c);
	}
	ct_stop_gently();
	if (argv[optind]) {
		rc = verb(argv + optind);
	} else if (feedback.again) {
		ct_usage(usage);
	} else {
		load();
		rc = dry ? ct_feedback_rehearse(&feedback) : run(NULL);
	}
	ct_sources_free(&sources);
	return rc;
}
