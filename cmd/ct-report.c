/* ct-report - file records into reports, one an account */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "prog.h"
#include "queue.h"
#include "report.h"
#include "schema.h"

static const char usage[] =
    "usage: ct-report [-qx] [--production] [--incident TYPE] < records\n"
    "Makes one report of all records of an account that were released\n"
    "together, checks it, and writes it as a record for ct-submit.\n"
    "  -c, --config FILE     configuration ($CT_CONF, else /etc/ct/ct.conf)\n"
    "  -d, --dir DIR         state directory, for review.key\n"
    "      --incident TYPE   csam trafficking tourism molestation domain\n"
    "                        misleading enticement unsolicited, or in full\n"
    "      --key KEY         write only this report\n"
    "      --production      a report for real; without, one for the test\n"
    "                        environment\n"
    "  -x, --xml             write the XML document and nothing else\n"
    "  -q, --quiet           no summary, no notes\n"
    "  -h, --help            this text\n"
    "  -V, --version         print the version\n";

enum { INCIDENT = 256, KEY, PRODUCTION };

static const struct option options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "dir", required_argument, NULL, 'd' },
	{ "incident", required_argument, NULL, INCIDENT },
	{ "key", required_argument, NULL, KEY },
	{ "production", no_argument, NULL, PRODUCTION },
	{ "xml", no_argument, NULL, 'x' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static const char *conf_path, *dir, *only;
static bool xml_only, quiet;
static struct ct_reporting reporting;
static struct ct_out out = { .fd = STDOUT_FILENO, .each = true };
static struct ct_collect collect;
static int status;

static void
worse(int code)
{
	if (code > status)
		status = code;
}

static void
emit(int rc, const struct ct_err *err)
{
	if (rc)
		ct_die_err(err);
}

/* A record with an error: not for -x, which is for eyes. */
static void
pass(const char *line, void *arg)
{
	struct ct_err err = { 0 };

	(void)arg;
	if (!xml_only)
		emit(ct_out_line(&out, line, strlen(line), &err), &err);
}

/* ---- the reports -----------------------------------------------------------
 */

static void
emergency(void)
{
	ct_warn("priority is set: if a child is in danger now, telephone the "
		"police first (911 in the USA, 112, 999), then NCMEC, day and "
		"night: 1-800-843-5678");
}

static void
write_report(const json_t *rec)
{
	const char *id = ct_rec_text(rec, "id"), *xml;
	struct ct_err err = { 0 };

	if (only && strcmp(id + strlen("report:"), only) != 0)
		return;
	if (json_is_true(ct_rec_get(rec, "report.incident.priority")))
		emergency();
	if (!xml_only) {
		emit(ct_out_rec(&out, rec, &err), &err);
		return;
	}
	xml = ct_rec_text(rec, "report.xml");
	if (ct_write_full(STDOUT_FILENO, xml, strlen(xml)) < 0)
		ct_die(CT_IOERR, "cannot write");
}

/* The report of a group into all, or its records back with what is wrong. */
static size_t
make(const struct ct_group *g, json_t *all)
{
	json_t *parts = NULL, *notes = json_array(), *text;
	struct ct_err err = { 0 };
	int rc = ct_group_whole(g, &err);
	size_t i;

	if (!rc)
		rc = ct_report_make(&reporting, g->recs, &parts, notes, &err);
	if (rc) {
		ct_warn("%s", err.msg);
		worse(rc);
		ct_group_refuse(g, &err, pass, NULL);
	} else {
		(void)json_array_extend(all, parts);
		if (!quiet)
			json_array_foreach(notes, i, text)
			{
				ct_warn("report %s: %s",
				    ct_rec_text(
					json_array_get(parts, 0), "report.key"),
				    json_string_value(text));
			}
	}
	json_decref(parts);
	json_decref(notes);
	return rc ? 0 : g->n;
}

static void
one_document(const json_t *all)
{
	const json_t *rec;
	size_t i;

	if (!xml_only || only || json_array_size(all) <= 1)
		return;
	ct_warn("the input makes %zu reports; choose one with --key:",
	    json_array_size(all));
	json_array_foreach(all, i, rec)
	{
		ct_warn("--key %s", ct_rec_text(rec, "id") + strlen("report:"));
	}
	exit(CT_USAGE);
}

static int
run(void)
{
	struct ct_err err = { 0 };
	json_t *all = json_array(), *rec;
	size_t i, filed = 0;

	collect.previews = xml_only;
	worse(ct_collect_read(&collect, STDIN_FILENO, pass, NULL, &err));
	if (err.code)
		ct_die_err(&err);
	if (ct_stop)
		ct_die(CT_TEMPFAIL, "stopped before the end of the input");
	for (i = 0; i < collect.n; i++)
		filed += make(&collect.group[i], all);
	one_document(all);
	json_array_foreach(all, i, rec)
	{
		write_report(rec);
	}
	if (!quiet)
		ct_collect_summary(&collect, filed, json_array_size(all));
	json_decref(all);
	ct_collect_free(&collect);
	emit(ct_out_close(&out, &err), &err);
	return status;
}

/* ---- start -----------------------------------------------------------------
 */

static void
prepare(void)
{
	static uint8_t key[CT_BLAKE_KEY];
	struct ct_err err = { 0 };
	struct ct_conf *conf;

	if (reporting.incident && !ct_report_incident(reporting.incident))
		ct_die(CT_USAGE, "--incident: no such incident type");
	if (ct_conf_load(&conf, conf_path, &err))
		ct_die_err(&err);
	reporting.conf = conf;
	reporting.now = ct_now();
	if (ct_report_ready(&reporting, &err) ||
	    ct_schema(&reporting.xsd, &err))
		ct_die_err(&err);
	if (ct_review_key(ct_home(dir), key, &err) == 0)
		reporting.key = key;
	else if (err.code != CT_NOINPUT)
		ct_warn("%s; no file is said to be viewed", err.msg);
}

int
main(int argc, char *argv[])
{
	int c;

	ct_start("ct-report");
	while ((c = getopt_long(argc, argv, "c:d:xqhV", options, NULL)) != -1)
		switch (c) {
		case 'c':
			conf_path = optarg;
			break;
		case 'd':
			dir = optarg;
			break;
		case INCIDENT:
			reporting.incident = optarg;
			break;
		case KEY:
			only = optarg;
			break;
		case PRODUCTION:
			reporting.production = true;
			break;
		case 'x':
			xml_only = true;
			break;
		case 'q':
			quiet = true;
			break;
		case 'h':
			return ct_help(usage);
		case 'V':
			return ct_version(NULL);
		default:
			ct_usage(usage);
		}
	if (optind != argc)
		ct_usage(usage);
	ct_stop_gently();
	prepare();
	return run();
}
