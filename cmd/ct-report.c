/* ct-report - file records into reports, one an account */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "authority.h"
#include "clock.h"
#include "prog.h"
#include "queue.h"
#include "report.h"
#include "schema.h"

static const char usage[] =
    "usage: ct-report [-qx] [--production] [--incident TYPE] < records\n"
    "       ct-report --lint | --explain-viewed < records\n"
    "       ct-report authorities | schema [--json]\n"
    "\n"
    "Makes one report of all records of an account that were released\n"
    "together, checks it, and writes it as a record for ct-submit.\n"
    "\n"
    "  authorities           print whom a report can be for, and the rules\n"
    "  schema                print every element there is\n"
    "\n"
    "      --authority NAME  in place of ncmec: a document to be filed by "
    "hand\n"
    "  -c, --config FILE     configuration ($CT_CONF, else /etc/ct/ct.conf)\n"
    "  -d, --dir DIR         state directory, for review.key\n"
    "      --explain-viewed  print of each file whether it is said to be\n"
    "                        viewed, and why; no reports\n"
    "      --incident TYPE   csam trafficking tourism molestation domain\n"
    "                        misleading enticement unsolicited, or in full\n"
    "      --json            schema: a record for each element\n"
    "      --key KEY         write only this report\n"
    "      --lint            print of each report how good it is, and what\n"
    "                        it lacks; no reports\n"
    "      --lint=error      refuse reports with what lint calls an error\n"
    "      --production      a report for real; without, one for the test\n"
    "                        environment\n"
    "  -x, --xml             write the XML document and nothing else\n"
    "  -q, --quiet           no summary, no notes\n"
    "  -h, --help            this text\n"
    "  -V, --version         print the version\n";

enum { AUTHORITY = 256, EXPLAIN, INCIDENT, KEY, JSON, LINT, PRODUCTION };

static const struct option options[] = {
	{ "authority", required_argument, NULL, AUTHORITY },
	{ "config", required_argument, NULL, 'c' },
	{ "dir", required_argument, NULL, 'd' },
	{ "explain-viewed", no_argument, NULL, EXPLAIN },
	{ "incident", required_argument, NULL, INCIDENT },
	{ "key", required_argument, NULL, KEY },
	{ "json", no_argument, NULL, JSON },
	{ "lint", optional_argument, NULL, LINT },
	{ "production", no_argument, NULL, PRODUCTION },
	{ "xml", no_argument, NULL, 'x' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static const char *authority = CT_AUTHORITY, *conf_path, *dir;
static bool json;
static struct ct_reporting reporting;
static struct ct_report_run run = { .how = &reporting };

/* ---- verbs -----------------------------------------------------------------
 */

static void
prepare(void)
{
	static uint8_t key[CT_BLAKE_KEY];
	struct ct_err err = { 0 };
	struct ct_authority *whom;
	struct ct_conf *conf;

	if (reporting.incident && !ct_report_incident(reporting.incident))
		ct_die(CT_USAGE, "--incident: no such incident type");
	if (ct_conf_load(&conf, conf_path, &err))
		ct_die_err(&err);
	if (ct_authority_load(&whom, authority, conf, conf_path, &err))
		ct_die_err(&err);
	reporting.conf = conf;
	reporting.authority = whom;
	reporting.now = ct_now();
	if (ct_report_ready(&reporting, &err) ||
	    ct_schema(&reporting.xsd, &err))
		ct_die_err(&err);
	if (ct_review_key(ct_home(dir), key, &err) == 0)
		reporting.key = key;
	else if (err.code != CT_NOINPUT)
		ct_warn("%s; no file is said to be viewed", err.msg);
	if (ct_schema_live(&reporting.live, ct_home(dir), reporting.production,
		&err) > CT_NO)
		ct_warn("%s; it is not used", err.msg);
}

static int
do_filter(void)
{
	if (run.xml + run.explain + (run.lint == CT_LINT_ONLY) > 1)
		ct_die(CT_USAGE, "one of -x, --lint, --explain-viewed");
	ct_stop_gently();
	prepare();
	return ct_report_run(&run, STDIN_FILENO, STDOUT_FILENO);
}

static int
do_authorities(void)
{
	struct ct_out out = { .fd = STDOUT_FILENO };
	struct ct_err err = { 0 };
	struct ct_conf *conf;
	int rc;

	if (ct_conf_load(&conf, conf_path, &err))
		ct_die_err(&err);
	rc = ct_authority_list(&out, conf, conf_path, &err);
	if (rc == CT_IOERR || ct_out_close(&out, &err))
		ct_die_err(&err);
	ct_conf_free(conf);
	return rc;
}

static int
do_schema(void)
{
	struct ct_out out = { .fd = STDOUT_FILENO };
	struct ct_err err = { 0 };

	if (ct_report_schema(&out, json, &err) || ct_out_close(&out, &err))
		ct_die_err(&err);
	return 0;
}

static const struct verb {
	const char *name; /* NULL: of none, the filter */
	int (*run)(void);
	const char *takes; /* options beside -h, -V */
} verbs[] = {
	{ "authorities", do_authorities, " config " },
	{ "schema", do_schema, " json " },
	{ NULL, do_filter,
	    " authority config dir explain-viewed incident key lint "
	    "production xml quiet " },
};

/* ---- start -----------------------------------------------------------------
 */

static void
lint(const char *how)
{
	if (how && strcmp(how, "error") != 0)
		ct_die(CT_USAGE, "--lint is alone, or --lint=error");
	run.lint = how ? CT_LINT_ERROR : CT_LINT_ONLY;
}

/* An option that this verb does not know is a mistake, not a wish. */
static void
option(const struct verb *v, int c)
{
	const struct option *o = options;
	char word[32];

	while (o->val != c)
		o++;
	(void)snprintf(word, sizeof word, " %s ", o->name);
	if (!strstr(v->takes, word))
		ct_die(CT_USAGE, "%s does not take --%s",
		    v->name ? v->name : "no verb", o->name);
	switch (c) {
	case AUTHORITY:
		authority = optarg;
		break;
	case 'c':
		conf_path = optarg;
		break;
	case 'd':
		dir = optarg;
		break;
	case EXPLAIN:
		run.explain = true;
		break;
	case INCIDENT:
		reporting.incident = optarg;
		break;
	case KEY:
		run.only = optarg;
		break;
	case JSON:
		json = true;
		break;
	case LINT:
		lint(optarg);
		break;
	case PRODUCTION:
		reporting.production = true;
		break;
	case 'x':
		run.xml = true;
		break;
	default:
		run.quiet = true;
	}
}

int
main(int argc, char *argv[])
{
	const struct verb *v = verbs;
	int c;

	ct_start("ct-report");
	while (v->name && (argc < 2 || strcmp(v->name, argv[1]) != 0))
		v++;
	while ((c = getopt_long(argc, argv, "c:d:xqhV", options, NULL)) != -1)
		switch (c) {
		case 'h':
			return ct_help(usage);
		case 'V':
			return ct_version(NULL);
		case '?':
			ct_usage(usage);
		default:
			option(v, c);
		}
	if (optind != argc - (v->name != NULL))
		ct_usage(usage);
	return v->run();
}
