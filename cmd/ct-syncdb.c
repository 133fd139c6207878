/* ct-syncdb - keep the lists of known hashes, and the index made of them */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "prog.h"
#include "rest.h"
#include "syncdb.h"

static const char usage[] =
    "usage: ct-syncdb [-qV] [-c FILE] [-d DIR] VERB\n"
    "  sync [--all | NAME...]  fetch what is new, compile the index\n"
    "       --allow-shrink     also if much of a list goes\n"
    "       --delta FILE       what changed (also of add, deny)\n"
    "       --reconcile        walk the whole list, not only what is new\n"
    "       --retry-wait MS    pause before the first new try (1000)\n"
    "       --strict-windows   ask NCMEC for no second page\n"
    "  check [NAME...]         configuration, credentials, index\n"
    "       --max-age AGE      only whether all is that new, as 26h\n"
    "  show [NAME...]          one record a source\n"
    "       --prometheus       metrics in its text format instead\n"
    "       -o, --output FILE  into this file\n"
    "  diff [NAME...]          what changed, as list records\n"
    "       --since GENERATION of the index (the last one)\n"
    "  add [NAME]              review records: what is csam, to match it\n"
    "  deny [NAME]             what is not_csam, into an allow list\n"
    "       --remove --by WHO  take entries out, by list records\n"
    "  keygen -o NAME          a key to encrypt lists with: NAME.key\n"
    "  -c, --config FILE       configuration in place of /etc/ct\n"
    "  -d, --dir DIR           state directory\n"
    "  -q, --quiet             nothing on standard error when all is well\n"
    "  -V, --version           version\n"
    "  -h, --help              this text\n";

/* options that are only flags */
static int all, shrink, reconcile, strict, prometheus, undo;

static const struct option options[] = {
	{ "all", no_argument, &all, 1 },
	{ "allow-shrink", no_argument, &shrink, 1 },
	{ "by", required_argument, NULL, 'b' },
	{ "config", required_argument, NULL, 'c' },
	{ "delta", required_argument, NULL, 'D' },
	{ "dir", required_argument, NULL, 'd' },
	{ "help", no_argument, NULL, 'h' },
	{ "max-age", required_argument, NULL, 'm' },
	{ "output", required_argument, NULL, 'o' },
	{ "prometheus", no_argument, &prometheus, 1 },
	{ "quiet", no_argument, NULL, 'q' },
	{ "reconcile", no_argument, &reconcile, 1 },
	{ "remove", no_argument, &undo, 1 },
	{ "retry-wait", required_argument, NULL, 'w' },
	{ "since", required_argument, NULL, 's' },
	{ "strict-windows", no_argument, &strict, 1 },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static void
load(struct ct_syncdb *s, const char *conf_path)
{
	struct ct_err err = { 0 };
	const char *where = conf_path ? conf_path : getenv("CT_CONF");
	struct ct_conf *conf;
	size_t i;

	ct_rest_from(conf_path);
	if (ct_conf_load(&conf, conf_path, &err) ||
	    ct_sources_load(&s->sources, conf, &err))
		ct_die_err(&err);
	ct_conf_free(conf);
	if (s->sources.n == 0)
		ct_die(CT_CONFIG, "no [source NAME] in %s",
		    where ? where : "/etc/ct/ct.conf, /etc/ct/conf.d/*.conf");
	for (i = 0; i < s->nnames; i++)
		if (!ct_source_named(&s->sources, s->name[i]))
			ct_die(CT_USAGE, "no source '%s' in the configuration",
			    s->name[i]);
}

/* Returns the path of the configuration, or NULL. */
static const char *
parse(struct ct_syncdb *s, int argc, char *argv[])
{
	const char *dir = NULL, *conf = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "c:d:ho:qV", options, NULL)) != -1)
		switch (c) {
		case 'b':
			s->by = optarg;
			break;
		case 'c':
			conf = optarg;
			break;
		case 'd':
			dir = optarg;
			break;
		case 'h':
			exit(ct_help(usage));
		case 'q':
			s->quiet = true;
			break;
		case 'V':
			exit(ct_version("index version 1"));
		case 0:
			break;
		case 'D':
			s->news = optarg;
			break;
		case 'm':
			s->max_age = ct_age("--max-age", optarg);
			break;
		case 'o':
			s->output = optarg;
			break;
		case 's':
			s->since = ct_number("--since", optarg, 1, INT64_MAX);
			break;
		case 'w':
			s->retry_ms =
			    ct_number("--retry-wait", optarg, 0, 3600000);
			break;
		default:
			ct_usage(usage);
		}
	if (optind == argc || (all && optind + 1 != argc))
		ct_usage(usage);
	s->home = ct_home(dir);
	s->name = argv + optind + 1;
	s->nnames = (size_t)(argc - optind - 1);
	s->shrink = shrink;
	s->reconcile = reconcile;
	s->strict = strict;
	s->prometheus = prometheus;
	s->remove = undo;
	return conf;
}

static int
keygen(const struct ct_syncdb *s)
{
	struct ct_err err = { 0 };

	if (!s->output || s->nnames)
		ct_usage(usage);
	if (ct_rest_keygen(s->output, &err))
		ct_die_err(&err);
	return 0;
}

int
main(int argc, char *argv[])
{
	struct ct_syncdb s = { .retry_ms = 1000,
		.out = { .fd = STDOUT_FILENO } };
	struct ct_err err = { 0 };
	ct_syncdb_fn *verb;
	const char *conf;

	ct_start("ct-syncdb");
	conf = parse(&s, argc, argv);
	if (strcmp(argv[optind], "keygen") == 0)
		return keygen(&s);
	verb = ct_syncdb_verb(argv[optind]);
	if (!verb) {
		ct_usage(usage);
		return CT_USAGE;
	}
	if (ct_syncdb_fits(&s, argv[optind], &err))
		ct_die_err(&err);
	ct_stop_gently();
	load(&s, conf);
	verb(&s);
	return ct_syncdb_end(&s);
}
