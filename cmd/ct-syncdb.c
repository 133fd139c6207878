/* ct-syncdb - keep the lists of known hashes, and the index made of them */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "prog.h"
#include "rec.h"
#include "source.h"

static const char usage[] =
    "usage: ct-syncdb [-qV] [-c FILE] [-d DIR] VERB\n"
    "  sync [--all | NAME...]  fetch what is new, compile the index\n"
    "       --allow-shrink     also if much of a list goes\n"
    "       --delta FILE       write what changed there, for a rescan\n"
    "       --reconcile        walk the whole list, not only what is new\n"
    "       --retry-wait MS    pause before the first new try (1000)\n"
    "       --strict-windows   ask NCMEC for no second page\n"
    "  check [NAME...]         configuration, credentials, index\n"
    "  show [NAME...]          one record a source\n"
    "  diff [NAME...]          what changed, as list records\n"
    "       --since GENERATION of the index (the last one)\n"
    "  -c, --config FILE       configuration in place of /etc/ct\n"
    "  -d, --dir DIR           state directory\n"
    "  -q, --quiet             nothing on standard error when all is well\n"
    "  -V, --version           version\n"
    "  -h, --help              this text\n";

static int all, shrink, reconcile, strict; /* options that are only flags */

static const struct option options[] = {
	{ "all", no_argument, &all, 1 },
	{ "allow-shrink", no_argument, &shrink, 1 },
	{ "config", required_argument, NULL, 'c' },
	{ "delta", required_argument, NULL, 'D' },
	{ "dir", required_argument, NULL, 'd' },
	{ "help", no_argument, NULL, 'h' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "reconcile", no_argument, &reconcile, 1 },
	{ "retry-wait", required_argument, NULL, 'w' },
	{ "since", required_argument, NULL, 's' },
	{ "strict-windows", no_argument, &strict, 1 },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

struct run {
	const char *home, *conf;
	const char *delta; /* sync: the file for what changed */
	int64_t since;     /* diff: generation; 0: the last */
	bool quiet;
	int64_t wait; /* ms */
	struct ct_sources sources;
	char **name; /* operands */
	size_t nnames;
	struct ct_out out;
	int worst;
};

static void
worse(struct run *r, int rc)
{
	if (rc > r->worst)
		r->worst = rc;
}

/* Is this source meant?  Without names all are. */
static bool
meant(const struct run *r, const struct ct_source *s)
{
	size_t i;

	for (i = 0; i < r->nnames; i++)
		if (strcmp(r->name[i], s->name) == 0)
			return true;
	return r->nnames == 0;
}

static void
sync_one(struct run *r, struct ct_source *s)
{
	struct ct_err err = { 0 };

	s->allow_shrink = shrink;
	s->reconcile = reconcile;
	s->strict = strict;
	s->retry_ms = r->wait;
	worse(r, ct_source_sync(s, r->home, &err));
	if (err.code)
		ct_warn("%s", err.msg);
	else if (!r->quiet)
		ct_warn("%s: %lld put, %lld removed, %lld refused", s->name,
		    (long long)s->put, (long long)s->gone,
		    (long long)s->rejected);
}

/* What could be fetched is compiled, also if another source failed. */
static void
sync_all(struct run *r)
{
	struct ct_compile c = {
		.all = &r->sources, .home = r->home, .news = r->delta
	};
	struct ct_err err = { 0 };
	size_t i;

	for (i = 0; i < r->sources.n && !ct_stop; i++)
		if (meant(r, &r->sources.src[i]))
			sync_one(r, &r->sources.src[i]);
	c.now = ct_now();
	if (ct_compile(&c, &err)) {
		ct_warn("%s", err.msg);
		worse(r, err.code);
	} else {
		worse(r, ct_compile_tell(r->home, c.generation, r->quiet));
	}
	if (ct_stop)
		worse(r, CT_TEMPFAIL);
}

/* Write the record that a look at something gave; it holds its error. */
static void
put(struct run *r, json_t *rec, int rc, const struct ct_err *why)
{
	struct ct_err err = { 0 };

	if (rc) {
		ct_warn("%s", why->msg);
		worse(r, rc);
	}
	if (rec && ct_out_rec(&r->out, rec, &err))
		ct_die_err(&err);
	json_decref(rec);
}

static void
look(struct run *r,
    int (*at)(struct ct_source *, const char *, json_t **, struct ct_err *))
{
	struct ct_source *s;
	struct ct_err err;
	json_t *rec;
	int rc;

	for (s = r->sources.src; s < r->sources.src + r->sources.n; s++) {
		if (!meant(r, s))
			continue;
		err = (struct ct_err){ 0 };
		s->retry_ms = r->wait;
		rc = at(s, r->home, &rec, &err);
		put(r, rec, rc, &err);
	}
}

static void
check_all(struct run *r)
{
	struct ct_err err = { 0 };
	json_t *rec;
	int rc;

	look(r, ct_source_check);
	rc = ct_index_check(r->home, &rec, &err);
	put(r, rec, rc, &err);
}

static void
show_all(struct run *r)
{
	look(r, ct_source_show);
}

static void
diff_all(struct run *r)
{
	struct ct_source *s;
	struct ct_err err = { 0 };
	uint64_t last, content;

	if (ct_compile_last(r->home, &last, &content, &err))
		ct_die_err(&err);
	if (r->since > (int64_t)last)
		ct_die(CT_USAGE, "--since: the index has generation %llu",
		    (unsigned long long)last);
	for (s = r->sources.src; s < r->sources.src + r->sources.n; s++) {
		err = (struct ct_err){ 0 };
		if (meant(r, s))
			put(r, NULL,
			    ct_diff(
				s, r->home, (uint64_t)r->since, &r->out, &err),
			    &err);
	}
}

static void
load(struct run *r)
{
	struct ct_err err = { 0 };
	const char *where = r->conf ? r->conf : getenv("CT_CONF");
	struct ct_conf *conf;
	size_t i;

	if (ct_conf_load(&conf, r->conf, &err) ||
	    ct_sources_load(&r->sources, conf, &err))
		ct_die_err(&err);
	ct_conf_free(conf);
	if (r->sources.n == 0)
		ct_die(CT_CONFIG, "no [source NAME] in %s",
		    where ? where : "/etc/ct/ct.conf, /etc/ct/conf.d/*.conf");
	for (i = 0; i < r->nnames; i++)
		if (!ct_source_named(&r->sources, r->name[i]))
			ct_die(CT_USAGE, "no source '%s' in the configuration",
			    r->name[i]);
}

static void
parse(struct run *r, int argc, char *argv[])
{
	const char *dir = NULL;
	int c;

	while ((c = getopt_long(argc, argv, "c:d:hqV", options, NULL)) != -1)
		switch (c) {
		case 'c':
			r->conf = optarg;
			break;
		case 'd':
			dir = optarg;
			break;
		case 'h':
			exit(ct_help(usage));
		case 'q':
			r->quiet = true;
			break;
		case 'V':
			exit(ct_version("index version 1"));
		case 0:
			break;
		case 'D':
			r->delta = optarg;
			break;
		case 's':
			r->since = ct_number("--since", optarg, 1, INT64_MAX);
			break;
		case 'w':
			r->wait = ct_number("--retry-wait", optarg, 0, 3600000);
			break;
		default:
			ct_usage(usage);
		}
	if (optind == argc || (all && optind + 1 != argc))
		ct_usage(usage);
	r->home = ct_home(dir);
	r->name = argv + optind + 1;
	r->nnames = (size_t)(argc - optind - 1);
}

static const struct verb {
	const char *name;
	void (*run)(struct run *r);
} verbs[] = {
	{ "sync", sync_all },
	{ "check", check_all },
	{ "show", show_all },
	{ "diff", diff_all },
};

static const struct verb *
find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	ct_usage(usage);
}

int
main(int argc, char *argv[])
{
	struct run r = { .wait = 1000, .out = { .fd = STDOUT_FILENO } };
	const struct verb *verb;
	struct ct_err err = { 0 };

	ct_start("ct-syncdb");
	parse(&r, argc, argv);
	verb = find(argv[optind]);
	ct_stop_gently();
	load(&r);
	verb->run(&r);
	ct_sources_free(&r.sources);
	put(&r, NULL, ct_out_close(&r.out, &err), &err);
	return r.worst;
}
