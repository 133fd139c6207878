/* ct-seen - objects already dealt with, and their hashes */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ham.h"
#include "near.h"
#include "prog.h"
#include "rest.h"
#include "seen.h"

static const char usage[] =
    "usage: ct-seen VERB --store NAME [-q] [-d DIR] [OPTION...]\n"
    "Keeps what was done with objects, so that a rescan reads what is new.\n"
    "  new     reads a listing, writes what is not in the store, or changed\n"
    "  put     reads what was done, keeps it, writes every record\n"
    "  gone    reads records of what is there no longer, forgets it\n"
    "  match   writes what the lists know of what is in the store\n"
    "  export  writes all that is in the store\n"
    "  stats   how much that is\n"
    "  merge   makes all files of the store one\n"
    "  check   is every byte what was written?\n"
    "  -a, --all          match: also what was looked up in these lists\n"
    "  -c, --config FILE  configuration that names the key of the index\n"
    "  -d, --dir DIR      state directory\n"
    "  -j, --jobs N       match: threads (the CPUs there are)\n"
    "  -q, --quiet        no closing summary\n"
    "  -t, --threshold BITS  match: greatest PDQ distance, whatever the\n"
    "                     source says\n"
    "      --delta FILE   match: this list of new hashes, not the index\n"
    "      --gone         new: write what was not in the listing, too\n"
    "      --keyed FILE   a secret: the store keeps keyed hashes of ids\n"
    "      --max-hits N   match: hits told of one record (64)\n"
    "      --prometheus   stats: as metrics for a monitor\n"
    "      --store NAME   which store\n"
    "      --videos       new: write videos, too, of which not all is kept\n"
    "  -V, --version      version and kernels in use\n"
    "  -h, --help         this text\n";

enum {
	O_DELTA = 256,
	O_GONE,
	O_KEYED,
	O_MAX_HITS,
	O_PROMETHEUS,
	O_STORE,
	O_VIDEOS
};

static const struct option options[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "config", required_argument, NULL, 'c' },
	{ "delta", required_argument, NULL, O_DELTA },
	{ "dir", required_argument, NULL, 'd' },
	{ "gone", no_argument, NULL, O_GONE },
	{ "help", no_argument, NULL, 'h' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "keyed", required_argument, NULL, O_KEYED },
	{ "max-hits", required_argument, NULL, O_MAX_HITS },
	{ "prometheus", no_argument, NULL, O_PROMETHEUS },
	{ "quiet", no_argument, NULL, 'q' },
	{ "store", required_argument, NULL, O_STORE },
	{ "threshold", required_argument, NULL, 't' },
	{ "version", no_argument, NULL, 'V' },
	{ "videos", no_argument, NULL, O_VIDEOS },
	{ NULL, 0, NULL, 0 },
};

/* The options that a verb takes, besides those that all do. */
static const struct verb {
	const char *name, *takes;
	ct_seen_fn *run;
} verbs[] = {
	{ "new", "gkv", ct_seen_new },
	{ "put", "k", ct_seen_put },
	{ "gone", "k", ct_seen_gone },
	{ "match", "acDHjt", ct_seen_match },
	{ "export", "", ct_seen_export },
	{ "stats", "p", ct_seen_stats },
	{ "merge", "k", ct_seen_merge },
	{ "check", "", ct_seen_check },
};

static int
version(void)
{
	char *more =
	    ct_printf("kernels: search %s, distance %s; store version %d",
		ct_near_kernel(), ct_ham_kernel(), CT_SEEN_VERSION);
	int rc = ct_version(more);

	free(more);
	return rc;
}

/* One option; as a verb takes it, ' ' if all do, or 0. */
static char
option(struct ct_seen *s, int c)
{
	switch (c) {
	case 'a':
		s->all = true;
		return 'a';
	case 'c':
		ct_rest_from(optarg);
		return 'c';
	case 'd':
		s->home = ct_home(optarg);
		return ' ';
	case 'h':
		exit(ct_help(usage));
	case 'j':
		s->jobs = (int)ct_number("-j", optarg, 1, 1024);
		return 'j';
	case 'q':
		s->quiet = true;
		return ' ';
	case 't':
		s->how.threshold = (int)ct_number("-t", optarg, 0, CT_HAM_MAX);
		return 't';
	case O_DELTA:
		s->delta = optarg;
		return 'D';
	case O_GONE:
		s->gone = true;
		return 'g';
	case O_KEYED:
		s->keyed = optarg;
		return 'k';
	case O_MAX_HITS:
		s->how.max_hits =
		    (size_t)ct_number("--max-hits", optarg, 0, 10000);
		return 'H';
	case O_PROMETHEUS:
		s->prometheus = true;
		return 'p';
	case O_STORE:
		if (!ct_seen_name(optarg))
			ct_die(CT_USAGE,
			    "--store: want up to 64 letters, digits, . _ -,"
			    " no dot first");
		s->store = optarg;
		return ' ';
	case O_VIDEOS:
		s->videos = true;
		return 'v';
	case 'V':
		exit(version());
	default:
		return 0;
	}
}

static const struct verb *
verb_of(const char *name)
{
	size_t i;

	for (i = 0; name && i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(name, verbs[i].name) == 0)
			return &verbs[i];
	return NULL;
}

int
main(int argc, char *argv[])
{
	struct ct_seen s = { .home = ct_home(NULL),
		.how = { -1, CT_MATCH_HITS, NULL },
		.jobs = ct_cpus(),
		.in = STDIN_FILENO,
		.out = STDOUT_FILENO };
	const struct verb *v = verb_of(argc > 1 ? argv[1] : NULL);
	char name;
	int c;

	ct_start("ct-seen");
	while ((c = getopt_long(argc, argv, "ac:d:hj:qt:V", options, NULL)) !=
	    -1) {
		name = option(&s, c);
		if (!name || (name != ' ' && (!v || !strchr(v->takes, name))))
			ct_usage(usage);
	}
	if (!v)
		ct_usage(usage);
	if (!s.store || optind != argc - 1 || (s.delta && s.all) ||
	    (s.gone && s.keyed))
		ct_usage(usage);
	return v->run(&s);
}
