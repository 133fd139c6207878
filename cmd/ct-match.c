/* ct-match - look the hashes of records up among the known ones */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clip.h"
#include "entry.h"
#include "ham.h"
#include "match.h"
#include "prog.h"
#include "rest.h"

static const char usage[] =
    "usage: ct-match [-aeq] [-l FILE | [-d DIR] [--delta FILE]] [OPTION...]\n"
    "       ct-match build -o FILE [-t BITS] [--type TYPE] [LIST...]\n"
    "       ct-match histogram [-q] [-d DIR | -l FILE] [-t BITS]\n"
    "Reads records, looks up every hash of each, writes those not clean.\n"
    "  -a, --all          write the clean ones too\n"
    "  -c, --config FILE  configuration that names the key of the index\n"
    "  -d, --dir DIR      state directory: its lists/known.ctx is asked\n"
    "  -e, --exit-match   exit status 0 only if all is clean, else 1\n"
    "  -j, --jobs N       threads (the CPUs there are)\n"
    "  -l, --list FILE    ask this list (TYPE HASH [label], or vpdq|tmk PATH\n"
    "                     [label], a line) or index\n"
    "  -o, --output FILE  the index that build makes\n"
    "  -q, --quiet        no closing summary\n"
    "  -t, --threshold BITS  greatest PDQ distance that matches, whatever\n"
    "                     the source says; 31 unless it does\n"
    "      --delta FILE   ask this list of new hashes; write what matches\n"
    "      --max-age AGE  refuse an older index (status 75): 90s, 15m, 24h\n"
    "      --max-hits N   hits told of one record (64); total counts all\n"
    "      --packed       standard input is PDQ hashes of 32 bytes each\n"
    "      --quality N    of a list or for build: least quality of PDQ (50)\n"
    "      --tmk-level1 X, --tmk-level2 X  least TMK scores (0.7, 0.9),\n"
    "      --vpdq-distance BITS (31), --vpdq-query PERCENT (80),\n"
    "      --vpdq-compared PERCENT (0), --vpdq-contained PERCENT (80)\n"
    "                     when a video matches, whatever the source says\n"
    "      --type TYPE    of a list: md5 sha1 sha256 sha512 pdq pdna url\n"
    "      --verify       check every byte of the index first\n"
    "  -V, --version      version and kernels in use\n"
    "  -h, --help         this text\n";

enum { O_DELTA = 256, O_MAX_AGE, O_MAX_HITS, O_PACKED, O_TYPE, O_VERIFY };
enum { O_QUALITY = O_VERIFY + 1, O_LIMIT };

static const struct option options[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "config", required_argument, NULL, 'c' },
	{ "delta", required_argument, NULL, O_DELTA },
	{ "dir", required_argument, NULL, 'd' },
	{ "exit-match", no_argument, NULL, 'e' },
	{ "help", no_argument, NULL, 'h' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "list", required_argument, NULL, 'l' },
	{ "max-age", required_argument, NULL, O_MAX_AGE },
	{ "max-hits", required_argument, NULL, O_MAX_HITS },
	{ "output", required_argument, NULL, 'o' },
	{ "packed", no_argument, NULL, O_PACKED },
	{ "quality", required_argument, NULL, O_QUALITY },
	{ "quiet", no_argument, NULL, 'q' },
	{ "threshold", required_argument, NULL, 't' },
	/* O_LIMIT and the index of ct_clip_limit */
	{ "tmk-level1", required_argument, NULL, O_LIMIT + 4 },
	{ "tmk-level2", required_argument, NULL, O_LIMIT + 5 },
	{ "type", required_argument, NULL, O_TYPE },
	{ "verify", no_argument, NULL, O_VERIFY },
	{ "version", no_argument, NULL, 'V' },
	{ "vpdq-compared", required_argument, NULL, O_LIMIT + 2 },
	{ "vpdq-contained", required_argument, NULL, O_LIMIT + 3 },
	{ "vpdq-distance", required_argument, NULL, O_LIMIT },
	{ "vpdq-query", required_argument, NULL, O_LIMIT + 1 },
	{ NULL, 0, NULL, 0 },
};

#define HISTOGRAM 47 /* bits: as far as an index is faster than all of it */

enum verb { FILTER, BUILD, HISTO };

/* the options that each verb takes */
static const char takes[][20] = { "acdehjlqtDAHLPQTv", "otQT", "cdlqtv" };

struct options {
	enum verb verb;
	const char *dir, *list, *delta, *out;
	bool packed;
	struct ct_match_from from;
	struct ct_match_run run;
	struct ct_clip_limits clips;
};

static int
version(void)
{
	char *more = ct_match_version();
	int rc = ct_version(more);

	free(more);
	return rc;
}

/* One option; as takes[] knows it, or 0. */
static char
option(struct options *o, int c)
{
	switch (c) {
	case 'a':
		o->run.all = true;
		return 'a';
	case 'c':
		ct_rest_from(optarg);
		return 'c';
	case 'd':
		o->dir = optarg;
		return 'd';
	case 'e':
		o->run.tell = true;
		return 'e';
	case 'h':
		exit(ct_help(usage));
	case 'j':
		o->run.jobs = (int)ct_number("-j", optarg, 1, 1024);
		return 'j';
	case 'l':
		o->list = optarg;
		return 'l';
	case 'o':
		o->out = optarg;
		return 'o';
	case 'q':
		o->run.quiet = true;
		return 'q';
	case 't':
		o->run.how.threshold =
		    (int)ct_number("-t", optarg, 0, CT_HAM_MAX);
		return 't';
	case O_DELTA:
		o->delta = optarg;
		return 'D';
	case O_MAX_AGE:
		o->from.max_age = ct_age("--max-age", optarg);
		return 'A';
	case O_MAX_HITS:
		o->run.how.max_hits =
		    (size_t)ct_number("--max-hits", optarg, 0, 10000);
		return 'H';
	case O_PACKED:
		o->packed = true;
		return 'P';
	case O_QUALITY:
		o->from.quality = (int)ct_number("--quality", optarg, 1, 100);
		return 'Q';
	case O_TYPE:
		if (!ct_signal_matched(optarg) || ct_clip_type(optarg))
			ct_die(CT_USAGE,
			    "--type: want md5, sha1, sha256, sha512, pdq,"
			    " pdna or url");
		o->from.type = optarg;
		return 'T';
	case O_VERIFY:
		o->from.verify = true;
		return 'v';
	case 'V':
		exit(version());
	default:
		c -= O_LIMIT;
		return ct_clip_limit_option(&o->clips, c, optarg) ? 'L' : 0;
	}
}

static void
parse(struct options *o, int argc, char *argv[])
{
	char name;
	int c;

	if (argc > 1 && strcmp(argv[1], "build") == 0)
		o->verb = BUILD;
	else if (argc > 1 && strcmp(argv[1], "histogram") == 0)
		o->verb = HISTO;
	optind = o->verb == FILTER ? 1 : 2;
	while ((c = getopt_long(
		    argc, argv, "ac:d:ehj:l:o:qt:V", options, NULL)) != -1) {
		name = option(o, c);
		if (!name || !strchr(takes[o->verb], name))
			ct_usage(usage);
	}
	if ((optind != argc && o->verb != BUILD) ||
	    (o->verb == BUILD && !o->out) ||
	    (o->list && (o->dir || o->delta)) ||
	    ((o->from.type || o->from.quality) && !o->list && !o->delta &&
		o->verb != BUILD))
		ct_usage(usage);
}

static int
build(const struct options *o, char **list, size_t n)
{
	struct ct_match_build b = { .list = (const char *const *)list,
		.n = n,
		.type = o->from.type,
		.out = o->out,
		.threshold = o->run.how.threshold,
		.quality = o->from.quality };
	struct ct_err err = { 0 };

	if (ct_match_build(&b, &err))
		ct_die_err(&err);
	return 0;
}

int
main(int argc, char *argv[])
{
	struct options o = { .run = { .how = { -1, CT_MATCH_HITS, &o.clips },
				 .jobs = ct_cpus(),
				 .in = STDIN_FILENO,
				 .out = STDOUT_FILENO },
		.clips = { -1, -1, -1, -1, -1, -1 } };
	struct ct_match *m;
	struct ct_err err = { 0 };
	char *path;
	int rc;

	ct_start("ct-match");
	parse(&o, argc, argv);
	if (o.verb == BUILD)
		return build(&o, argv + optind, (size_t)(argc - optind));
	o.from.path = path = o.list ? ct_strdup(o.list)
	    : o.delta               ? ct_strdup(o.delta)
		      : ct_printf("%s/lists/known.ctx", ct_home(o.dir));
	if (!o.list && !o.delta && access(path, F_OK) < 0 && errno == ENOENT)
		ct_die(CT_NOINPUT, "no index '%s': run ct-syncdb sync", path);
	o.from.closed = !o.list && !o.delta;
	o.from.delta = o.run.known = o.delta != NULL;
	o.from.home = ct_home(o.dir);
	if (ct_match_open(&m, &o.from, &err))
		ct_die_err(&err);
	free(path);
	o.run.m = m;
	rc = o.verb == HISTO
	    ? ct_match_histogram(&o.run,
		  o.run.how.threshold < 0 ? HISTOGRAM : o.run.how.threshold)
	    : o.packed ? ct_match_packed(&o.run)
		       : ct_match_run(&o.run);
	ct_match_close(m);
	return rc;
}
