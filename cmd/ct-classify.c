/* ct-classify - ask outside services and programs what they say of pictures */
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "bytes.h"
#include "classify.h"
#include "prog.h"

static const char usage[] =
    "usage: ct-classify [-aq] [-c FILE] [--retry-wait MS] [NAME...]\n"
    "ask the classifiers of ct.conf(5), all or those named, about the pictures "
    "in\n"
    "records that are not clean; what they say goes into scores\n\n"
    "  -a, --all            ask about what is clean, too\n"
    "  -c, --config FILE    configuration in place of /etc/ct/ct.conf\n"
    "  -q, --quiet          no closing summary\n"
    "      --retry-wait MS  pause before the second try (1000)\n"
    "  -h, --help           print this\n"
    "  -V, --version        print the version\n";

enum { WAIT = 256 };

static const struct option options[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "config", required_argument, NULL, 'c' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "retry-wait", required_argument, NULL, WAIT },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

int
main(int argc, char *argv[])
{
	struct ct_classify_how how = {
		.wait = 1000, .in = STDIN_FILENO, .out = STDOUT_FILENO
	};
	const char *conf_name = NULL;
	struct ct_err err = { 0 };
	struct ct_conf *conf;
	int c, rc;

	ct_start("ct-classify");
	while ((c = getopt_long(argc, argv, "ac:qhV", options, NULL)) != -1)
		switch (c) {
		case 'a':
			how.all = true;
			break;
		case 'c':
			conf_name = optarg;
			break;
		case 'q':
			how.quiet = true;
			break;
		case WAIT:
			how.wait = ct_number("--retry-wait", optarg, 1, 60000);
			break;
		case 'h':
			return ct_help(usage);
		case 'V':
			return ct_version(NULL);
		default:
			ct_usage(usage);
		}
	how.name = argv + optind;
	how.n = (size_t)(argc - optind);
	ct_bytes_from(conf_name);
	ct_stop_gently();
	if (ct_conf_load(&conf, conf_name, &err))
		ct_die_err(&err);
	how.conf = conf;
	rc = ct_classify_run(&how);
	ct_conf_free(conf);
	return rc;
}
