/* ct-match - look the hashes of records up among the known ones */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "entry.h"
#include "ham.h"
#include "match.h"
#include "prog.h"
#include "rec.h"

static const char usage[] =
    "usage: ct-match [-aeqV] [-d DIR | -l FILE [--type TYPE]] [-t BITS]\n"
    "Reads records, looks up every hash of each, writes those not clean.\n"
    "  -a, --all          write the clean ones too\n"
    "  -d, --dir DIR      state directory: its lists/known.ctx is asked\n"
    "  -e, --exit-match   exit status 0 only if all is clean, else 1\n"
    "  -l, --list FILE    ask this list (TYPE HASH [label] a line) or index\n"
    "  -q, --quiet        no closing summary\n"
    "  -t, --threshold BITS  greatest PDQ distance that matches, whatever\n"
    "                     the source says; 31 unless it does\n"
    "      --max-hits N   hits told of one record (64); total counts all\n"
    "      --no-verify    do not check every byte of the index first\n"
    "      --type TYPE    type of the list's hashes: md5 sha1 sha256 pdq\n"
    "  -V, --version      version and kernel in use\n"
    "  -h, --help         this text\n";

enum { O_MAX_HITS = 256, O_NO_VERIFY, O_TYPE };

static const struct option options[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "exit-match", no_argument, NULL, 'e' },
	{ "help", no_argument, NULL, 'h' },
	{ "list", required_argument, NULL, 'l' },
	{ "max-hits", required_argument, NULL, O_MAX_HITS },
	{ "no-verify", no_argument, NULL, O_NO_VERIFY },
	{ "quiet", no_argument, NULL, 'q' },
	{ "dir", required_argument, NULL, 'd' },
	{ "threshold", required_argument, NULL, 't' },
	{ "type", required_argument, NULL, O_TYPE },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

struct run {
	const char *dir, *list, *type;
	bool all, tell, verify;
	struct ct_match_how how;
	struct ct_match *match;
	struct ct_filter filter;
};

static int
each(json_t *rec, void *arg, struct ct_err *err)
{
	struct run *r = arg;
	bool again = json_object_get(rec, "match") != NULL;
	enum ct_verdict verdict;
	int rc = ct_match_rec(r->match, &r->how, rec, &verdict, err);

	if (rc)
		return rc;
	ct_tally(&r->filter.tally, ct_verdict_name[verdict]);
	if (verdict != CT_CLEAN && r->tell)
		r->filter.status = CT_NO;
	if (verdict == CT_CLEAN && !r->all)
		return CT_DROP;
	return again ? CT_REWRITE : 0;
}

/* Did any line come?  Those with an error are counted, too. */
static bool
any(const struct ct_tally *t)
{
	return t->name[0] != NULL;
}

static int
version(void)
{
	char *more = ct_printf("kernel %s, index version 1", ct_ham_kernel());
	int rc = ct_version(more);

	free(more);
	return rc;
}

static void
parse(struct run *r, int argc, char *argv[])
{
	int c;

	while (
	    (c = getopt_long(argc, argv, "ad:ehl:qt:V", options, NULL)) != -1)
		switch (c) {
		case 'a':
			r->all = true;
			break;
		case 'd':
			r->dir = optarg;
			break;
		case 'e':
			r->tell = true;
			break;
		case 'h':
			exit(ct_help(usage));
		case 'l':
			r->list = optarg;
			break;
		case 'q':
			r->filter.quiet = true;
			break;
		case 't':
			r->how.threshold =
			    (int)ct_number("-t", optarg, 0, CT_HAM_MAX);
			break;
		case O_MAX_HITS:
			r->how.max_hits =
			    (size_t)ct_number("--max-hits", optarg, 0, 10000);
			break;
		case O_NO_VERIFY:
			r->verify = false;
			break;
		case O_TYPE:
			r->type = optarg;
			break;
		case 'V':
			exit(version());
		default:
			ct_usage(usage);
		}
	if (optind != argc || (r->dir && r->list) || (r->type && !r->list))
		ct_usage(usage);
	if (r->type && !ct_signal_matched(r->type))
		ct_die(CT_USAGE,
		    "--type: want md5, sha1, sha256, sha512 or"
		    " pdq");
}

int
main(int argc, char *argv[])
{
	struct run r = { .verify = true,
		.how = { -1, CT_MATCH_HITS },
		.filter = { .in = STDIN_FILENO, .out = STDOUT_FILENO } };
	struct ct_err err = { 0 };
	char *path;
	int rc;

	ct_start("ct-match");
	parse(&r, argc, argv);
	path = r.list ? ct_strdup(r.list)
		      : ct_printf("%s/lists/known.ctx", ct_home(r.dir));
	if (!r.list && access(path, F_OK) < 0 && errno == ENOENT)
		ct_die(CT_NOINPUT, "no index '%s': run ct-syncdb sync", path);
	if (ct_match_open(&r.match, path, r.type, r.verify, &err))
		ct_die_err(&err);
	free(path);
	r.filter.each = each;
	r.filter.arg = &r;
	rc = ct_filter(&r.filter);
	if (r.tell && !any(&r.filter.tally)) {
		ct_warn("no record came");
		rc = rc > CT_NOINPUT ? rc : CT_NOINPUT;
	}
	ct_match_close(r.match);
	return rc;
}
