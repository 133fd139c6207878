/* source_ncmec.c - NCMEC Hash Sharing v2: runs, walks over everything */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"
#include "source.h"
#include "source_get.h"
#include "source_vote.h"
#include "source_walk.h"
#include "xml.h"

/* The services, by the names that a configuration gives its list; the first
 * for any other name. */
static const struct base {
	const char *list, *class, *production, *test;
} bases[] = {
	{ "industry", "csam", "https://report.cybertip.org/hashsharing",
	    "https://exttest.cybertip.org/hashsharing" },
	{ "exploitative", "exploitative",
	    "https://report.cybertip.org/exploitative-hashsharing",
	    "https://exttest.cybertip.org/exploitative-hashsharing" },
	{ "law-enforcement", "csam", "https://lesp.ncmec.org/csam-hashsharing",
	    "https://betalesp.ncmec.org/csam-hashsharing" },
	{ "npo", "csam", "https://hashsharing.ncmec.org/npo",
	    "https://hashsharing-test.ncmec.org/npo" },
	{ "npo-exploitative", "exploitative",
	    "https://hashsharing.ncmec.org/exploitative",
	    "https://hashsharing-test.ncmec.org/exploitative" },
	{ "npo-generative-ai", "csam",
	    "https://hashsharing.ncmec.org/generative-ai-csam",
	    "https://hashsharing-test.ncmec.org/generative-ai-csam" },
	{ "npo-generative-ai-exploitative", "exploitative",
	    "https://hashsharing.ncmec.org/generative-ai-exploitative",
	    "https://hashsharing-test.ncmec.org/generative-ai-exploitative" },
};

#define SECOND ((int64_t)1000)
#define LAG (60 * SECOND)           /* what is newer may not be complete */
#define PAGE_MAX ((size_t)16 << 20) /* 1000 entries are half a MiB */
#define CLOCK_OFF (300 * SECOND)

static const struct base *
base_of(const struct ct_source *s)
{
	size_t i;

	for (i = 0; s->list && i < sizeof bases / sizeof bases[0]; i++)
		if (strcmp(s->list, bases[i].list) == 0)
			return &bases[i];
	return bases;
}

static const char *
class_ncmec(const struct ct_source *s)
{
	return base_of(s)->class;
}

int
ct_ncmec_open(struct ct_get *g, struct ct_source *s, struct ct_err *err)
{
	int rc = ct_get_open(
	    g, s, CT_CRED_USER, base_of(s)->production, base_of(s)->test, err);

	g->max = PAGE_MAX;
	return rc;
}

/* A walk that an earlier run began goes on; else a new generation begins. */
static int
begin_walk(struct ct_walk *w, struct ct_err *err)
{
	struct ct_cursor cur;
	int rc = ct_list_cursor(w->src->db, w->name, &cur, err);

	free(cur.next);
	if (rc || cur.done_to || cur.to)
		return rc;
	w->state->generation++;
	return ct_walk_commit(w, NULL, err); /* w->cur: from the beginning */
}

/* What changed since the walk's limit: it may have left a window before that
 * was read. */
static int
tail(const struct ct_walk *all, struct ct_err *err)
{
	struct ct_walk w = { .src = all->src,
		.get = all->get,
		.large = all->large,
		.state = all->state,
		.name = "tail",
		.doubt = all->doubt,
		.limit = all->get->date ? all->get->date : ct_now() };
	int rc;

	w.limit -= w.limit % SECOND;
	w.cur.done_to = all->limit;
	return (rc = ct_walk_commit(&w, NULL, err)) ? rc : ct_walk(&w, err);
}

/* Of a walk that saw all there is: what is absent twice goes. */
static int
sweep(struct ct_walk *w, struct ct_err *err)
{
	struct ct_list *db = w->src->db;
	struct ct_cursor doubt;
	int64_t swept = 0;
	int rc = ct_list_cursor(db, w->doubt, &doubt, err);

	free(doubt.next);
	if (rc)
		return rc;
	if (doubt.done_to) {
		ct_warn("%s: entries changed while they were read; what is"
			" absent is left to the next walk",
		    w->src->name);
		return 0;
	}
	if ((rc = ct_list_sweep_twice(db, w->state->generation, &swept, err)) ||
	    (rc = ct_source_guard(w->src, swept, w->state->guard_live, err)))
		return rc;
	w->src->gone += swept;
	w->state->revision += swept > 0;
	return 0;
}

static int
forget_walk(const struct ct_walk *w, struct ct_err *err)
{
	struct ct_list *db = w->src->db;
	int rc;

	return (rc = ct_list_drop_cursor(db, w->name, err)) ||
		(rc = ct_list_drop_cursor(db, w->doubt, err))
	    ? rc
	    : ct_list_drop_cursor(db, "tail", err);
}

/* The walk led to what must not be taken: another one begins anew, and sees
 * what the server has by then. */
static void
give_up(const struct ct_walk *w)
{
	struct ct_list *db = w->src->db;
	struct ct_err none = { 0 };

	ct_list_rollback(db);
	if (ct_list_begin(db, &none) || forget_walk(w, &none) ||
	    ct_list_commit(db, &none))
		ct_list_rollback(db);
}

/* Everything, into a new generation. */
static int
reconcile(struct ct_walk *w, struct ct_err *err)
{
	struct ct_list *db = w->src->db;
	int rc;

	if ((rc = begin_walk(w, err)) || (rc = ct_walk(w, err)) ||
	    (rc = tail(w, err)) ||
	    (rc = ct_run_settle(w->src, w->state, err)) ||
	    (rc = ct_list_begin(db, err)))
		return rc;
	if ((rc = sweep(w, err)) == CT_NOPERM)
		give_up(w);
	if (rc || (rc = forget_walk(w, err)))
		return rc;
	w->state->last_reconcile = ct_now();
	return (rc = ct_list_keep(db, w->state, err)) ? rc
						      : ct_list_commit(db, err);
}

/* ---- large fingerprints ----------------------------------------------------
 */

/*
 * What was put before anybody looked at links is walked once more, from its
 * beginning; *walk: that is due.
 */
static int
begin_large(const struct ct_walk *all, bool *walk, struct ct_err *err)
{
	struct ct_list *db = all->src->db;
	enum ct_large_seen seen, now;
	int rc;

	*walk = false;
	if ((rc = ct_large_seen(db, &seen, err)))
		return rc;
	now = !all->large               ? CT_LARGE_NONE
	    : all->state->revision == 0 ? CT_LARGE_ALL
	    : seen == CT_LARGE_NONE     ? CT_LARGE_WALK
					: seen;
	*walk = now == CT_LARGE_WALK;
	if (now == seen)
		return 0;
	if ((rc = ct_list_begin(db, err)) ||
	    (now == CT_LARGE_WALK && (rc = forget_walk(all, err))) ||
	    (now == CT_LARGE_NONE && (rc = ct_large_forget(db, true, err))) ||
	    (rc = ct_large_see(db, now, err)))
		return rc;
	return ct_list_commit(db, err);
}

/* At the end of a run: what was not got before; and what there is to be told.
 */
static int
end_large(struct ct_larges *f, struct ct_list_state *state, struct ct_err *err)
{
	struct ct_list *db = f->src->db;
	struct ct_large_count n;
	int64_t got;
	int rc;

	if ((rc = ct_larges_again(f, state, &got, err)) ||
	    (rc = ct_list_begin(db, err)) ||
	    (rc = ct_large_forget(db, false, err)) ||
	    (rc = ct_large_count(db, &n, err)) ||
	    (rc = ct_list_commit(db, err)))
		return rc;
	f->src->missing = n.missing;
	f->src->later = f->stopped;
	if (n.missing)
		ct_warn("%s: %lld large fingerprints are missing: the next run"
			" asks for them, and until it has them no video is"
			" clean",
		    f->src->name, (long long)n.missing);
	return 0;
}

/* The moment up to which to ask; -1: the clocks do not allow it. */
static int64_t
limit_of(const struct ct_get *g, const struct ct_cursor *delta)
{
	int64_t here = ct_now(), now = g->date ? g->date : here;

	if (llabs(here - now) > CLOCK_OFF)
		ct_warn("%s: our clock is %lld s from the server's",
		    g->src->name, (long long)((here - now) / SECOND));
	now -= LAG;
	if (now < delta->done_to - (g->date ? CLOCK_OFF : 0)) {
		ct_warn("%s: %s clock is before the last run; nothing asked",
		    g->src->name, g->date ? "the server's" : "our");
		return -1;
	}
	return now - now % SECOND;
}

/* Ask who we are, which tells what time it is there, and how far the list is.
 */
static int
begin(struct ct_source *s, struct ct_get *g, struct ct_list_state *state,
    struct ct_cursor *cur, struct ct_err *err)
{
	struct ct_http_res res;
	int rc = ct_get_path(g, "/v2/status", &res, err);

	if (rc)
		return rc;
	ct_http_done(&res);
	if ((rc = ct_run_begin(s, g->base, state, err)) ||
	    (rc = ct_list_cursor(s->db, "delta", cur, err)))
		return rc;
	free(cur->next);
	return 0;
}

static int
walks(struct ct_walk *delta, struct ct_walk *all, struct ct_err *err)
{
	const struct ct_source *s = all->src;
	const struct ct_list_state *state = all->state;
	bool large, due;
	int rc = begin_large(all, &large, err);

	due = state->last_reconcile &&
	    (large || s->reconcile ||
		ct_now() - state->last_reconcile >= s->reconcile_ms);
	if (rc || (rc = ct_walk(delta, err)) ||
	    (rc = ct_run_settle(all->src, all->state, err)) ||
	    (due && (rc = reconcile(all, err))))
		return rc;
	return due && large ? ct_large_see(s->db, CT_LARGE_ALL, err) : 0;
}

static int
run(struct ct_source *s, struct ct_get *g, struct ct_err *err)
{
	struct ct_list_state state;
	struct ct_larges larges = { .src = s, .get = g, .began = ct_now() };
	struct ct_walk delta = { .src = s,
		.get = g,
		.large = s->large ? &larges : NULL,
		.state = &state,
		.name = "delta" };
	struct ct_walk all = { .src = s,
		.get = g,
		.large = delta.large,
		.state = &state,
		.name = "reconcile",
		.doubt = "doubt" };
	struct ct_cursor cur;
	int rc = begin(s, g, &state, &cur, err);

	if (rc)
		return rc;
	delta.limit = all.limit = limit_of(g, &cur);
	if (delta.limit < 0)
		return 0;
	if ((rc = walks(&delta, &all, err)) ||
	    (s->large && (rc = end_large(&larges, &state, err))))
		return rc;
	return ct_run_end(s, &state, err);
}

static int
sync_ncmec(struct ct_source *s, struct ct_err *err)
{
	struct ct_get g;
	int rc = ct_ncmec_open(&g, s, err);

	if (!rc)
		rc = run(s, &g, err);
	ct_get_close(&g);
	return rc                       ? rc
	    : s->later                  ? s->later
	    : s->rejected || s->missing ? CT_DATAERR
					: 0;
}

static int
check_ncmec(struct ct_source *s, char **what, struct ct_err *err)
{
	const struct ct_xml_node *member;
	struct ct_http_res res;
	struct ct_xml *doc;
	struct ct_get g;
	int rc = ct_ncmec_open(&g, s, err);

	*what = NULL;
	if (!rc && !(rc = ct_get_path(&g, "/v2/status", &res, err))) {
		rc = ct_xml_parse(&doc, res.body, res.len, err);
		ct_http_done(&res);
		member = rc ? NULL : ct_xml_child(ct_xml_root(doc), "member");
		if (member)
			*what = ct_xml_attr(member, "id");
		else if (!rc)
			rc = ct_fail(err, CT_PROTOCOL,
			    "source '%s': its status names no member", s->name);
		if (doc)
			ct_xml_free(doc);
	}
	ct_get_close(&g);
	return rc;
}

const struct ct_adapter ct_source_ncmec = { "ncmec", ct_get_conf, sync_ncmec,
	check_ncmec, class_ncmec, &ct_vote_ncmec };
