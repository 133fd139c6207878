/* ct-ls - list directories, buckets, inventories: a record for each object */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "lister.h"
#include "prog.h"

static const char usage[] =
    "usage: ct-ls [-q] [-c FILE] [-j N] [--checkpoint FILE] [--end]\n"
    "             [--limit N] [--page N] [--retry-wait S] [--save DIR]\n"
    "             [--shard I/N] [--since TIME] [--timeout S] PLACE ...\n"
    "       ct-ls [OPTION ...] --inventory MANIFEST s3://NAME[/PREFIX]\n"
    "       ct-ls [OPTION ...] --replay DIR s3://NAME[/PREFIX]\n"
    "\n"
    "Print a record for each file or object of a place: a directory,\n"
    "s3://NAME[/PREFIX] or az://NAME[/PREFIX].\n"
    "\n"
    "  -c, --config FILE      configuration instead of /etc/ct/ct.conf\n"
    "      --checkpoint FILE  keep where it is, and go on from there\n"
    "      --end              a last record for each place listed whole\n"
    "      --inventory FILE   of an S3 inventory; or s3://NAME/KEY\n"
    "  -j, --jobs N           prefixes at a time (default 1)\n"
    "      --limit N          stop after so many lines, with exit status 75\n"
    "      --page N           keys a request, at most 1000 (Azure 5000)\n"
    "  -q, --quiet            no summary\n"
    "      --replay DIR       list the pages that are kept there\n"
    "      --retry-wait S     seconds before a retry (default 1)\n"
    "      --save DIR         keep the pages there\n"
    "      --shard I/N        only the I-th of N parts, by key\n"
    "      --since TIME       only what changed at 2026-11-28T12:00:00Z or\n"
    "                         later; or on a day, such as 2026-11-28\n"
    "      --timeout S        seconds that a request may take (default 60)\n"
    "  -h, --help             this text\n"
    "  -V, --version          version\n";

enum {
	CHECKPOINT = 256,
	END,
	INVENTORY,
	LIMIT,
	PAGE,
	REPLAY,
	RETRY_WAIT,
	SAVE,
	SHARD,
	SINCE,
	TIMEOUT
};

static const struct option options[] = {
	{ "checkpoint", required_argument, NULL, CHECKPOINT },
	{ "config", required_argument, NULL, 'c' },
	{ "end", no_argument, NULL, END },
	{ "help", no_argument, NULL, 'h' },
	{ "inventory", required_argument, NULL, INVENTORY },
	{ "jobs", required_argument, NULL, 'j' },
	{ "limit", required_argument, NULL, LIMIT },
	{ "page", required_argument, NULL, PAGE },
	{ "quiet", no_argument, NULL, 'q' },
	{ "replay", required_argument, NULL, REPLAY },
	{ "retry-wait", required_argument, NULL, RETRY_WAIT },
	{ "save", required_argument, NULL, SAVE },
	{ "shard", required_argument, NULL, SHARD },
	{ "since", required_argument, NULL, SINCE },
	{ "timeout", required_argument, NULL, TIMEOUT },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static struct ct_lister how = { .jobs = 1, .wait = 1000, .out = STDOUT_FILENO };

static void
shard(char *arg)
{
	size_t at = strcspn(arg, "/");

	if (!arg[at])
		ct_die(CT_USAGE, "--shard: want I/N, such as 1/4");
	arg[at] = '\0';
	how.shards = (unsigned)ct_number("--shard", arg + at + 1, 1, 1000000);
	how.shard = (unsigned)ct_number("--shard", arg, 1, (long)how.shards);
}

static void
option(int c)
{
	if (c == 'c')
		how.conf = optarg;
	else if (c == CHECKPOINT)
		how.checkpoint = optarg;
	else if (c == END)
		how.end = true;
	else if (c == INVENTORY)
		how.inventory = optarg;
	else if (c == 'j')
		how.jobs = (int)ct_number("-j", optarg, 1, 256);
	else if (c == LIMIT)
		how.limit = (uint64_t)ct_number("--limit", optarg, 1, 1L << 52);
	else if (c == PAGE)
		how.page = (int)ct_number("--page", optarg, 1, 5000);
	else if (c == 'q')
		how.quiet = true;
	else if (c == REPLAY)
		how.replay = optarg;
	else if (c == RETRY_WAIT)
		how.wait = ct_seconds("--retry-wait", optarg, 0, 60000);
	else if (c == SAVE)
		how.save = optarg;
	else if (c == SHARD)
		shard(optarg);
	else if (c == SINCE)
		how.since = ct_time_option("since", optarg);
	else if (c == TIMEOUT)
		how.timeout = ct_seconds("--timeout", optarg, 1, 3600000);
	else
		ct_usage(usage);
}

static void
check(int n, char *place[])
{
	struct ct_err err;

	if (n == 0)
		ct_usage(usage);
	if ((how.replay || how.inventory || how.save) && n > 1)
		ct_die(CT_USAGE,
		    "--inventory, --replay and --save take one place");
	if (how.replay && (how.inventory || how.save || how.checkpoint))
		ct_die(CT_USAGE,
		    "--replay goes with none of --inventory, --save and "
		    "--checkpoint");
	if (how.save && (how.jobs > 1 || how.inventory || how.checkpoint))
		ct_die(CT_USAGE,
		    "--save goes with none of -j, --inventory and "
		    "--checkpoint");
	if (how.end && (how.shards || how.since))
		ct_die(CT_USAGE, "--end goes with neither --shard nor --since");
	if (how.save && ct_mkdirs(how.save, &err))
		ct_die_err(&err);
	how.place = place;
	how.n = (size_t)n;
}

int
main(int argc, char *argv[])
{
	int c;

	ct_start("ct-ls");
	while ((c = getopt_long(argc, argv, "c:j:qhV", options, NULL)) != -1) {
		if (c == 'h')
			return ct_help(usage);
		if (c == 'V')
			return ct_version(NULL);
		option(c);
	}
	check(argc - optind, argv + optind);
	ct_stop_gently();
	return ct_lister_run(&how);
}
