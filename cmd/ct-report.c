/* ct-report - file records into reports, one an account */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "authority.h"
#include "prog.h"
#include "report.h"

static const char usage[] =
    "usage: ct-report [-qx] [--production] [--incident TYPE] < records\n"
    "       ct-report --lint | --explain-viewed < records\n"
    "       ct-report new [-qx] [--production] [WHAT...] | template\n"
    "       ct-report authorities | schema [--json]\n"
    "Makes one report of all records of an account that were released\n"
    "together, checks it, and writes it as a record for ct-submit.\n"
    "  new                   one by hand, of what is no file: asks for what\n"
    "                        is needed, or takes --incident --at --by --url\n"
    "                        --text FILE --threads FILE --user --email "
    "--phone\n"
    "                        --ip ADDRESS[,PORT[,TIME]] --screen-name "
    "--victim\n"
    "                        --info --priority, or all of --from FILE\n"
    "  template              print such a file, to be filled in\n"
    "  authorities           print whom a report can be for, and the rules\n"
    "  schema                print every element there is\n"
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
    "  -x, --xml             write the document and nothing else\n"
    "  -q, --quiet           no summary, no notes\n"
    "  -h, --help            this text\n"
    "  -V, --version         print the version\n";

enum { AUTHORITY = 256, EXPLAIN, INCIDENT, KEY, JSON, LINT, PRODUCTION, SAY };

#define SAYS(name) /* of new: by its name */       \
	{                                          \
		name, required_argument, NULL, SAY \
	}

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
	SAYS("at"),
	SAYS("by"),
	SAYS("email"),
	SAYS("from"),
	SAYS("info"),
	SAYS("ip"),
	SAYS("phone"),
	SAYS("priority"),
	SAYS("screen-name"),
	SAYS("text"),
	SAYS("threads"),
	SAYS("url"),
	SAYS("user"),
	SAYS("victim"),
	{ NULL, 0, NULL, 0 },
};

static const char *authority = CT_AUTHORITY, *conf_path, *dir;
static bool json;
static struct ct_reporting reporting;
static struct ct_new by_hand;
static struct ct_report_run run = { .how = &reporting };

static const struct {
	int c;
	const char **to;
} texts[] = { { AUTHORITY, &authority }, { 'c', &conf_path }, { 'd', &dir },
	{ INCIDENT, &reporting.incident }, { KEY, &run.only } };
static const struct {
	int c;
	bool *to;
} flags[] = { { EXPLAIN, &run.explain }, { JSON, &json },
	{ PRODUCTION, &reporting.production }, { 'x', &run.xml },
	{ 'q', &run.quiet } };

/* ---- verbs -----------------------------------------------------------------
 */

static int
do_filter(void)
{
	if (run.xml + run.explain + (run.lint == CT_LINT_ONLY) > 1)
		ct_die(CT_USAGE, "one of -x, --lint, --explain-viewed");
	ct_stop_gently();
	ct_report_prepare(&reporting, conf_path, authority, ct_home(dir));
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

static int
do_new(void)
{
	struct ct_err err = { 0 };
	json_t *rec;
	int rc;

	ct_report_prepare(&reporting, conf_path, authority, ct_home(dir));
	by_hand.quiet = run.quiet;
	if ((reporting.incident &&
		ct_new_say(&by_hand, "incident", reporting.incident, &err)) ||
	    ct_new_record(&by_hand, &rec, &err))
		ct_die_err(&err);
	rc = ct_report_one(&run, rec, STDOUT_FILENO);
	json_decref(rec);
	return rc;
}

static int
do_template(void)
{
	return ct_help(ct_new_template);
}

static const struct verb {
	const char *name; /* NULL: of none, the filter */
	int (*run)(void);
	const char *takes; /* options beside -h, -V */
} verbs[] = {
	{ "authorities", do_authorities, " config " },
	{ "new", do_new,
	    " authority config dir incident lint production xml quiet at by "
	    "email from info ip phone priority screen-name text threads url "
	    "user victim " },
	{ "schema", do_schema, " json " },
	{ "template", do_template, "" },
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
option(const struct verb *v, int c, int index)
{
	const struct option *o = &options[index];
	struct ct_err err = { 0 };
	char word[32];
	size_t i;

	if (o->val != c)
		for (o = options; o->val != c; o++)
			;
	(void)snprintf(word, sizeof word, " %s ", o->name);
	if (c == INCIDENT && reporting.incident)
		ct_die(CT_USAGE, "--incident is there twice");
	if (!strstr(v->takes, word))
		ct_die(CT_USAGE, "%s does not take --%s",
		    v->name ? v->name : "no verb", o->name);
	for (i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (texts[i].c == c)
			*texts[i].to = optarg;
	for (i = 0; i < sizeof flags / sizeof flags[0]; i++)
		if (flags[i].c == c)
			*flags[i].to = true;
	if (c == LINT)
		lint(optarg);
	if (c == SAY && ct_new_say(&by_hand, o->name, optarg, &err))
		ct_die_err(&err);
}

int
main(int argc, char *argv[])
{
	const struct verb *v = verbs;
	int c, index = 0;

	ct_start("ct-report");
	while (v->name && (argc < 2 || strcmp(v->name, argv[1]) != 0))
		v++;
	while ((c = getopt_long(argc, argv, "c:d:xqhV", options, &index)) != -1)
		switch (c) {
		case 'h':
			return ct_help(usage);
		case 'V':
			return ct_version(NULL);
		case '?':
			ct_usage(usage);
		default:
			option(v, c, index);
		}
	if (optind != argc - (v->name != NULL))
		ct_usage(usage);
	return v->run();
}
