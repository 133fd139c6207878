#include "syncdb.h"

#include <string.h>

#include "clock.h"
#include "prog.h"
#include "syncdb_impl.h"

void
syncdb_worse(struct ct_syncdb *r, int rc)
{
	if (rc > r->worst)
		r->worst = rc;
}

/* Is this source meant?  Without names all are. */
bool
syncdb_meant(const struct ct_syncdb *r, const struct ct_source *s)
{
	size_t i;

	for (i = 0; i < r->nnames; i++)
		if (strcmp(r->name[i], s->name) == 0)
			return true;
	return r->nnames == 0;
}

static void
sync_one(struct ct_syncdb *r, struct ct_source *s)
{
	struct ct_err err = { 0 };

	s->allow_shrink = r->shrink;
	s->reconcile = r->reconcile;
	s->strict = r->strict;
	s->retry_ms = r->retry_ms;
	syncdb_worse(r, ct_source_sync(s, r->home, &err));
	if (err.code)
		ct_warn("%s", err.msg);
	else if (!r->quiet)
		ct_warn("%s: %lld put, %lld removed, %lld refused", s->name,
		    (long long)s->put, (long long)s->gone,
		    (long long)s->rejected);
}

/* One that is left as it is, but for how it is kept. */
static void
settle_one(struct ct_syncdb *r, const struct ct_source *s)
{
	struct ct_err err = { 0 };

	if (ct_list_settle(r->home, s->name, &err)) {
		ct_warn("%s", err.msg);
		syncdb_worse(r, err.code);
	}
}

void
syncdb_compile(struct ct_syncdb *r)
{
	struct ct_compile c = { .all = &r->sources,
		.home = r->home,
		.news = r->news,
		.now = ct_now() };
	struct ct_err err = { 0 };

	if (ct_compile(&c, &err)) {
		ct_warn("%s", err.msg);
		syncdb_worse(r, err.code);
	} else {
		syncdb_worse(
		    r, ct_compile_tell(r->home, c.generation, r->quiet));
	}
}

/* What could be fetched is compiled, also if another source failed. */
static void
sync_all(struct ct_syncdb *r)
{
	size_t i;

	for (i = 0; i < r->sources.n && !ct_stop; i++)
		if (syncdb_meant(r, &r->sources.src[i]))
			sync_one(r, &r->sources.src[i]);
		else
			settle_one(r, &r->sources.src[i]);
	syncdb_compile(r);
	if (ct_stop)
		syncdb_worse(r, CT_TEMPFAIL);
}

/* Write the record that a look at something gave; it holds its error. */
static void
put(struct ct_syncdb *r, json_t *rec, int rc, const struct ct_err *why)
{
	struct ct_err err = { 0 };

	if (rc) {
		ct_warn("%s", why->msg);
		syncdb_worse(r, rc);
	}
	if (rec && ct_out_rec(&r->out, rec, &err))
		ct_die_err(&err);
	json_decref(rec);
}

static void
look(struct ct_syncdb *r,
    int (*at)(struct ct_source *, const char *, json_t **, struct ct_err *))
{
	struct ct_source *s;
	struct ct_err err;
	json_t *rec;
	int rc;

	for (s = r->sources.src; s < r->sources.src + r->sources.n; s++) {
		if (!syncdb_meant(r, s))
			continue;
		err = (struct ct_err){ 0 };
		s->retry_ms = r->retry_ms;
		s->max_age = r->max_age;
		rc = at(s, r->home, &rec, &err);
		put(r, rec, rc, &err);
	}
}

static void
check_all(struct ct_syncdb *r)
{
	struct ct_err err = { 0 };
	json_t *rec;
	int rc;

	look(r, ct_source_check);
	/* of some sources: how old the index is may be due to others */
	if (r->max_age && r->nnames)
		return;
	rc = ct_index_check(r->home, r->max_age, &rec, &err);
	put(r, rec, rc, &err);
}

static void
show_all(struct ct_syncdb *r)
{
	if (r->prometheus)
		syncdb_prometheus(r);
	else
		look(r, ct_source_show);
}

static void
diff_all(struct ct_syncdb *r)
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
		if (syncdb_meant(r, s))
			put(r, NULL,
			    ct_diff(
				s, r->home, (uint64_t)r->since, &r->out, &err),
			    &err);
	}
}

/* ---- by name ---------------------------------------------------------------
 */

enum {
	AGE = 1,
	PROMETHEUS = 2,
	REMOVE = 4
}; /* options that are of few verbs */

static const struct verb {
	const char *name;
	ct_syncdb_fn *run;
	int takes;
} verbs[] = {
	{ "sync", sync_all, 0 },
	{ "check", check_all, AGE },
	{ "show", show_all, PROMETHEUS },
	{ "diff", diff_all, 0 },
	{ "add", syncdb_add, REMOVE },
	{ "deny", syncdb_deny, REMOVE },
};

static const struct verb *
named(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

ct_syncdb_fn *
ct_syncdb_verb(const char *name)
{
	const struct verb *v = named(name);

	return v ? v->run : NULL;
}

int
ct_syncdb_fits(const struct ct_syncdb *r, const char *name, struct ct_err *err)
{
	const struct verb *v = named(name);
	int takes = v ? v->takes : 0;

	if (r->max_age && !(takes & AGE))
		return ct_fail(
		    err, CT_USAGE, "%s does not take --max-age", name);
	if ((r->prometheus || r->output) && !(takes & PROMETHEUS))
		return ct_fail(err, CT_USAGE,
		    "%s does not take --prometheus or --output", name);
	if ((r->remove || r->by) && !(takes & REMOVE))
		return ct_fail(
		    err, CT_USAGE, "%s does not take --remove or --by", name);
	if (r->remove != (r->by && *r->by))
		return ct_fail(
		    err, CT_USAGE, "--remove and --by NAME go together");
	if (r->output && !r->prometheus)
		return ct_fail(err, CT_USAGE, "--output is for --prometheus");
	return 0;
}

int
ct_syncdb_end(struct ct_syncdb *r)
{
	struct ct_err err = { 0 };

	ct_sources_free(&r->sources);
	if (r->out.fd >= 0)
		put(r, NULL, ct_out_close(&r->out, &err), &err);
	return r->worst;
}
