/* ct-fetch - the bytes of objects, from buckets and the web, in frames */
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "fetch.h"
#include "prog.h"

static const char usage[] =
    "usage: ct-fetch [OPTION...] [ID|URL...]\n"
    "       ct-fetch --one [--sha256 HEX] [OPTION...] [ID|URL]\n"
    "       ct-fetch --head [OPTION...] [ID|URL...]\n"
    "Gets the bytes of records whose id is s3://NAME/KEY or az://NAME/KEY, or\n"
    "that have a url and no path, and writes them behind the record, in a\n"
    "frame.  Other records pass.  Nothing is written to disk.\n"
    "  -j, --jobs N          connections (16)\n"
    "  -c, --config FILE     configuration (/etc/ct/ct.conf)\n"
    "      --one             of one object the bytes alone\n"
    "      --sha256 HEX      with --one: what they must be\n"
    "      --head            only ask whether they are there\n"
    "      --unordered       write records as they are done\n"
    "      --max-bytes SIZE  of an object at most (4G)\n"
    "      --max-time SECONDS  that an object may take (3600)\n"
    "      --stall SECONDS   in which at least 1000 bytes each come (30)\n"
    "      --memory SIZE     bytes held, and once more (64M)\n"
    "      --retries N       after the first try (4)\n"
    "      --retry-wait SECONDS  before the first of them, then twice that "
    "(1)\n"
    "  -q, --quiet           no closing summary, no progress on the terminal\n"
    "      --progress        progress although standard output is a pipe\n"
    "  -h, --help            print this and exit\n"
    "  -V, --version         print the version and exit\n";

enum {
	O_ONE = 256,
	O_SHA256,
	O_HEAD,
	O_UNORDERED,
	O_BYTES,
	O_TIME,
	O_STALL,
	O_MEMORY,
	O_RETRIES,
	O_WAIT,
	O_PROGRESS
};

static const struct option longopt[] = {
	{ "jobs", required_argument, NULL, 'j' },
	{ "config", required_argument, NULL, 'c' },
	{ "one", no_argument, NULL, O_ONE },
	{ "sha256", required_argument, NULL, O_SHA256 },
	{ "head", no_argument, NULL, O_HEAD },
	{ "unordered", no_argument, NULL, O_UNORDERED },
	{ "max-bytes", required_argument, NULL, O_BYTES },
	{ "max-time", required_argument, NULL, O_TIME },
	{ "stall", required_argument, NULL, O_STALL },
	{ "memory", required_argument, NULL, O_MEMORY },
	{ "retries", required_argument, NULL, O_RETRIES },
	{ "retry-wait", required_argument, NULL, O_WAIT },
	{ "quiet", no_argument, NULL, 'q' },
	{ "progress", no_argument, NULL, O_PROGRESS },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* Is c one of the numbers?  Then it is set. */
static bool
number(struct ct_fetch_how *f, int c)
{
	if (c == 'j')
		f->jobs = (int)ct_number("-j", optarg, 1, CT_FETCH_JOBS);
	else if (c == O_BYTES)
		f->bytes =
		    (uint64_t)ct_size("--max-bytes", optarg, 1, INT64_MAX);
	else if (c == O_TIME)
		f->time = ct_seconds("--max-time", optarg, 1, 1000000000);
	else if (c == O_STALL)
		f->stall = ct_seconds("--stall", optarg, 1, 1000000000);
	else if (c == O_MEMORY)
		f->memory =
		    (size_t)ct_size("--memory", optarg, 1, (long)1 << 40);
	else if (c == O_RETRIES)
		f->retries = (unsigned)ct_number("--retries", optarg, 0, 30);
	else if (c == O_WAIT)
		f->wait = ct_seconds("--retry-wait", optarg, 0, 60000);
	else
		return false;
	return true;
}

static void
parse(struct ct_fetch_how *f, int argc, char *argv[])
{
	int c;

	while ((c = getopt_long(argc, argv, "c:hj:qV", longopt, NULL)) != -1)
		switch (c) {
		case 'c':
			f->conf = optarg;
			break;
		case O_ONE:
			f->one = true;
			break;
		case O_SHA256:
			f->sha256 = optarg;
			break;
		case O_HEAD:
			f->head = true;
			break;
		case O_UNORDERED:
			f->unordered = true;
			break;
		case O_PROGRESS:
			f->progress = true;
			break;
		case 'q':
			f->quiet = true;
			break;
		case 'h':
			exit(ct_help(usage));
		case 'V':
			exit(ct_version(NULL));
		default:
			if (!number(f, c))
				ct_usage(usage);
		}
	f->operand = argv + optind;
	f->operands = (size_t)(argc - optind);
}

static void
check(const struct ct_fetch_how *f)
{
	if (f->one && (f->head || f->operands > 1))
		ct_usage(usage);
	if (f->sha256 &&
	    (!f->one || strlen(f->sha256) != 64 ||
		f->sha256[strspn(f->sha256, "0123456789abcdefABCDEF")]))
		ct_die(CT_USAGE, "--sha256: want 64 digits, with --one");
}

int
main(int argc, char *argv[])
{
	struct ct_fetch_how f = { .jobs = 16,
		.bytes = (uint64_t)4 << 30,
		.memory = (size_t)64 << 20,
		.retries = 4,
		.wait = 1000,
		.stall = 30000,
		.time = 3600000 };

	ct_start("ct-fetch");
	parse(&f, argc, argv);
	check(&f);
	f.quiet |= f.one;
	/* what was begun is finished; of a pipe that broke we die */
	ct_stop_gently();
	(void)signal(SIGPIPE, SIG_DFL);
	return ct_fetch(&f);
}
