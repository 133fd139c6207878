/* ct-act - run the operator's commands on what was found, each once */
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "act.h"
#include "conf.h"
#include "prog.h"
#include "rec.h"

static const char usage[] =
    "usage: ct-act VERB [-nq] [-c FILE] [-d DIR] [--command LINE] [--test]\n"
    "       ct-act log [-d DIR]\n"
    "run the operator's command for each object or account of the records\n\n"
    "  hide     an object, from all\n"
    "  disable  an account\n"
    "  restore  an object that turned out to be harmless\n"
    "  enable   an account that was disabled\n"
    "  delete   an object, once its report is finished and the evidence whole\n"
    "  log      print what was done\n\n"
    "      --command LINE  in place of what [act] names\n"
    "  -c, --config FILE   configuration in place of /etc/ct/ct.conf\n"
    "  -d, --dir DIR       state directory ($CT_HOME, else /var/lib/ct)\n"
    "  -n, --dry-run       print what would be done, do nothing\n"
    "  -q, --quiet         no closing summary\n"
    "      --test          act on test reports, too\n"
    "  -h, --help          print this\n"
    "  -V, --version       print the version\n";

enum { COMMAND = 256, TEST };

static const struct option options[] = {
	{ "command", required_argument, NULL, COMMAND },
	{ "config", required_argument, NULL, 'c' },
	{ "dir", required_argument, NULL, 'd' },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "test", no_argument, NULL, TEST },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static const char *conf_name, *dir;
static struct ct_act_how how = { .in = STDIN_FILENO, .out = STDOUT_FILENO };

static int
show(void)
{
	struct ct_out out = { .fd = STDOUT_FILENO };
	struct ct_err err = { 0 };
	int rc = ct_act_log(ct_home(dir), &out, &err);

	if (rc)
		ct_warn("%s", err.msg);
	if (ct_out_close(&out, &err))
		ct_die_err(&err);
	return rc;
}

static int
act(void)
{
	struct ct_conf *conf;
	struct ct_err err = { 0 };
	int rc;

	if (ct_conf_load(&conf, conf_name, &err))
		ct_die_err(&err);
	how.conf = conf;
	how.home = ct_home(dir);
	rc = ct_act_run(&how);
	ct_conf_free(conf);
	return rc;
}

static void
option(int c, bool log)
{
	if (c == '?' || (log && c != 'd'))
		ct_usage(usage);
	if (c == 'd')
		dir = optarg;
	else if (c == 'c')
		conf_name = optarg;
	else if (c == 'n')
		how.dry = true;
	else if (c == 'q')
		how.quiet = true;
	else if (c == COMMAND)
		how.command = optarg;
	else
		how.test = true;
}

int
main(int argc, char *argv[])
{
	const struct ct_act_verb *v = ct_act_verbs;
	const char *verb = argc > 1 ? argv[1] : "";
	bool log = strcmp(verb, "log") == 0;
	int c;

	ct_start("ct-act");
	while (v->name && strcmp(v->name, verb) != 0)
		v++;
	while ((c = getopt_long(argc, argv, "c:d:nqhV", options, NULL)) != -1) {
		if (c == 'h')
			return ct_help(usage);
		if (c == 'V')
			return ct_version(NULL);
		option(c, log);
	}
	if ((!v->name && !log) || optind != argc - 1)
		ct_usage(usage);
	how.verb = v;
	ct_stop_gently();
	return log ? show() : act();
}
