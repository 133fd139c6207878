/* source_large.c - large fingerprints, fetched by their links */
#include "source_large.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"
#include "tmk.h"

#define TRIES 3 /* of one that comes damaged */
#define BELOW "/v2/"
#define BIG "its large fingerprint "
/* in vain, one after the other: the service is not there */
#define FAILS_MAX 3

/* ---- one -------------------------------------------------------------------
 */

/* *why is not to be had; NULL: it is in *res. */
static int
ask(struct ct_larges *f, const char *path, struct ct_http_res *res,
    const char **why, struct ct_err *err)
{
	struct ct_get *g = f->get;
	size_t max = g->max;
	int rc;

	*why = NULL;
	g->max = CT_TMK_LEN + 1;
	rc = ct_get_path(g, path, res, err);
	g->max = max;
	if (!rc) {
		f->fails = 0;
		return 0;
	}
	if (ct_stop)
		return ct_fail(err, CT_TEMPFAIL, "stopped");
	if (rc == CT_TEMPFAIL) {
		*why = BIG "cannot be got now";
		if (++f->fails == FAILS_MAX)
			f->stopped = rc;
	} else if (rc == CT_NOPERM) {
		*why = BIG "is not for us";
		f->stopped = rc;
	} else if (rc == CT_PROTOCOL || rc == CT_DATAERR) {
		*why = g->status == 404 ? BIG "is not there"
					: BIG "has another answer";
	} else {
		return rc;
	}
	*err = (struct ct_err){ 0 };
	return 0;
}

/* Where a link leads behind the base, which it is relative to; NULL: elsewhere.
 * Release with free. */
static char *
path_of(const struct ct_get *g, const char *link)
{
	bool relative = strncmp(link, BELOW, sizeof BELOW - 1) == 0;
	char *whole = ct_printf("%s%s", relative ? g->base : "", link);
	struct ct_err none = { 0 };
	char *path = ct_get_link(g, whole, NULL, &none);

	free(whole);
	if (path && strncmp(path, BELOW, sizeof BELOW - 1) != 0) {
		free(path);
		path = NULL;
	}
	return path;
}

/* Fetch, and keep: digest, or why not. */
static int
get(struct ct_larges *f, const char *type, const char *link, uint8_t *digest,
    const char **why, struct ct_err *err)
{
	struct ct_http_res res;
	char *path = path_of(f->get, link);
	int n, rc = 0;

	*why = path ? BIG "is damaged" : BIG "has a link elsewhere";
	for (n = 0; path && *why && n < TRIES; n++) {
		if (n && (rc = ct_get_wait(f->get, n - 1, 0, err)))
			break;
		if ((rc = ask(f, path, &res, why, err)) || *why)
			break;
		if (ct_large_refused(type, res.body, res.len))
			*why = BIG "is damaged";
		else
			rc = ct_large_put(
			    f->src->db, type, res.body, res.len, digest, err);
		ct_http_done(&res);
		if (rc)
			break;
	}
	free(path);
	return rc;
}

/* ---- of a page -------------------------------------------------------------
 */

static int
fetch(struct ct_larges *f, struct ct_page *page, size_t at,
    struct ct_large_link *l, struct ct_err *err)
{
	const struct ct_entry *e = &page->entry[at].e;
	const char *why;
	int rc;

	if ((rc = ct_large_known(f->src->db, e, l, err)) || !l->due)
		return rc;
	if (f->stopped)
		return 0;
	if ((rc = get(f, l->type, l->link, l->digest, &why, err)))
		return rc;
	if (why) {
		/* what was got before it changed counts until it is */
		rc = ct_large_known(f->src->db, e, l, err);
		ct_page_refuse(page, at, l->type, why);
		return rc;
	}
	l->have = true;
	l->due = false;
	return ct_large_got(f->src->db, e, l, err);
}

static void
add(struct ct_page_entry *e, const struct ct_large_link *l)
{
	struct ct_signal s = { .hash = ct_alloc(CT_LARGE_DIGEST, 1),
		.len = CT_LARGE_DIGEST,
		.opinion = l->opinion };

	(void)strncpy(s.type, l->type, sizeof s.type - 1);
	memcpy(s.hash, l->digest, CT_LARGE_DIGEST);
	ct_page_signal(e, &s);
}

int
ct_larges_page(struct ct_larges *f, struct ct_page *page, struct ct_err *err)
{
	struct ct_page_entry *e;
	size_t i, k;
	int rc = 0;

	for (i = 0; !rc && i < page->n; i++) {
		e = &page->entry[i];
		if (e->why || e->gone)
			continue;
		for (k = 0; !rc && k < e->nlarge; k++) {
			rc = fetch(f, page, i, &e->large[k], err);
			if (!rc && e->large[k].have)
				add(e, &e->large[k]);
		}
	}
	return rc;
}

/* ---- once more -------------------------------------------------------------
 */

static int
reject(struct ct_larges *f, const struct ct_large_due *d, const char *why,
    struct ct_err *err)
{
	char *id = ct_printf("%.64s/%.64s/%.64s %.32s", d->e.member,
	    d->e.content, d->e.entry, d->type);
	int rc = ct_source_reject(
	    f->src, "an entry of an earlier run", id, why, err);

	free(id);
	return rc;
}

static int
settle(struct ct_larges *f, const struct ct_large_due *d, const uint8_t *digest,
    const char *why, struct ct_list_state *state, struct ct_err *err)
{
	struct ct_list *db = f->src->db;
	int64_t was = state->revision;
	int rc = ct_list_begin(db, err);

	state->revision += digest != NULL;
	if (!rc && !(rc = ct_large_done(db, d, digest, err)) && !digest)
		rc = reject(f, d, why, err);
	if (rc || (rc = ct_list_keep(db, state, err)) ||
	    (rc = ct_list_commit(db, err))) {
		ct_list_rollback(db);
		state->revision = was;
	}
	return rc;
}

int
ct_larges_again(struct ct_larges *f, struct ct_list_state *state, int64_t *got,
    struct ct_err *err)
{
	uint8_t digest[CT_LARGE_DIGEST];
	struct ct_large_due d;
	const char *why;
	int64_t id = 0;
	int rc;

	*got = 0;
	while (!f->stopped &&
	    (rc = ct_large_next(f->src->db, id, f->began, &d, err))) {
		if (rc != 1)
			return rc;
		id = d.id;
		rc = get(f, d.type, d.link, digest, &why, err);
		if (!rc)
			rc =
			    settle(f, &d, why ? NULL : digest, why, state, err);
		*got += !why;
		ct_large_due_free(&d);
		if (rc)
			return rc;
	}
	return 0;
}

int
ct_source_lacks(const struct ct_source *s, struct ct_list *db, bool *lacks,
    struct ct_err *err)
{
	enum ct_large_seen seen = CT_LARGE_ALL;
	struct ct_large_count n;
	int rc = ct_large_count(db, &n, err);

	if (!rc && s->large)
		rc = ct_large_seen(db, &seen, err);
	*lacks = !rc && (n.missing || seen != CT_LARGE_ALL);
	return rc;
}
