/* source_feed.c - a feed: pages, walks, generations */
#include "source_feed.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"

#define SECOND ((int64_t)1000)
#define DAY (SECOND * 86400)
#define STALE (DAY * 28) /* deletions are told of for 30 days */
#define LINK_LIFE (SECOND * 6 * 3600)
#define PAGE_TRIES 3
#define HALVED_MAX 1000 /* pages that are worth reading again, smaller */
#define RATIO_LEAST 1000
#define ANSWER_MAX ((size_t)8 << 20)

enum { AGAIN = -1 }; /* from the walk's beginning */

/* ---- pages ----------------------------------------------------------------
 */

static void
page_free(struct ct_feed_page *p, json_t *doc)
{
	free(p->next);
	free(p->mark);
	*p = (struct ct_feed_page){ 0 };
	json_decref(doc);
}

static int
parse(struct ct_feed *f, const struct ct_http_res *res, json_t **doc,
    struct ct_feed_page *p, struct ct_err *err)
{
	struct ct_err why = { 0 };
	int rc;

	*p = (struct ct_feed_page){ 0 };
	*doc = ct_json_page(res->body, res->len, &why);
	f->cut = !*doc;
	rc = *doc ? f->proto->page(f, *doc, p, &why) : why.code;
	if (!rc)
		return 0;
	page_free(p, *doc);
	*doc = NULL;
	return ct_fail(err, rc, "source '%s': page %zu: %s", f->src->name,
	    f->pages + 1, why.msg);
}

/* Fetch and parse; what comes damaged is asked for again. */
static int
fetch(struct ct_feed *f, const char *path, json_t **doc, struct ct_feed_page *p,
    struct ct_err *err)
{
	struct ct_http_res res;
	int n, rc;

	for (n = 0;; n++) {
		if ((rc = ct_get_path(&f->get, path, &res, err)))
			return rc;
		rc = parse(f, &res, doc, p, err);
		ct_http_done(&res);
		if (rc != CT_DATAERR || n + 1 == PAGE_TRIES)
			return rc;
		if ((rc = ct_get_wait(&f->get, n, 0, err)))
			return rc;
	}
}

/* An empty page may once lead to itself. */
static int
lead_on(struct ct_feed *f, const char *next, bool empty, struct ct_err *err)
{
	if (empty && !f->stood && ct_links_last(&f->links, next)) {
		f->stood = true;
		return 0;
	}
	f->stood = f->stood && empty;
	return ct_links_add(&f->links, &f->get, next, err);
}

/* No list is known up to a moment that has not come. */
static int64_t
not_future(struct ct_feed *f, int64_t ms)
{
	int64_t now = f->get.date ? f->get.date : ct_now();

	if (ms <= now + 300 * SECOND)
		return ms;
	ct_feed_warn(f, 0, "the list's time is in the future");
	return now;
}

static int
store(struct ct_feed *f, const struct ct_feed_page *p, struct ct_err *err)
{
	const json_t *rec;
	int64_t gone = f->src->gone;
	size_t i;
	int rc = 0;

	json_array_foreach(p->records, i, rec)
	{
		f->at = i + 1;
		f->records++;
		rc = json_is_object(rec)
		    ? f->proto->record(f, rec, err)
		    : ct_feed_reject(f, NULL, "no object", err);
		if (rc)
			return rc;
	}
	if (f->records >= RATIO_LEAST && f->src->rejected > f->records / 5)
		return ct_fail(err, CT_DATAERR,
		    "source '%s': %lld of %lld records refused: another"
		    " format?",
		    f->src->name, (long long)f->src->rejected,
		    (long long)f->records);
	f->state.guard_gone += f->src->gone - gone;
	f->state.revision += i > 0;
	return ct_source_guard(
	    f->src, f->state.guard_gone, f->state.guard_live, err);
}

static void
set(char **text, const char *to)
{
	char *copy = to ? ct_strdup(to) : NULL;

	free(*text);
	*text = copy;
}

static void
advance(struct ct_feed *f, const struct ct_feed_page *p)
{
	int64_t to = p->done_to ? not_future(f, p->done_to) : 0;

	set(&f->cur.next, p->next);
	f->cur.next_at = p->next ? ct_now() : 0;
	if ((f->proto->ordered || !p->next) && to > f->cur.done_to)
		f->cur.done_to = to;
	else if (!p->next && to && to < f->cur.done_to - f->proto->overlap)
		ct_feed_warn(f, 1, "the list's time went back");
	if (p->mark && *p->mark)
		set(&f->new_mark, p->mark);
}

/* The page (NULL: none), the cursor and the state, or nothing. */
static int
commit(struct ct_feed *f, const struct ct_feed_page *p, struct ct_err *err)
{
	struct ct_list_state was = f->state;
	struct ct_source *s = f->src;
	int rc;

	if ((rc = ct_list_begin(s->db, err)) ||
	    (p && (rc = store(f, p, err))) ||
	    (rc = ct_list_set_cursor(s->db, f->name, &f->cur, err)) ||
	    (rc = ct_list_keep(s->db, &f->state, err)) ||
	    (rc = ct_list_commit(s->db, err))) {
		ct_list_rollback(s->db);
		f->state = was;
	}
	return rc;
}

/* ---- a walk ---------------------------------------------------------------
 */

/* The page at hand comes damaged again and again, or is larger than what is
 * taken: smaller ones may not. */
static int
smaller(struct ct_feed *f, int rc, struct ct_err *err)
{
	bool damaged = rc == CT_DATAERR && f->cut && f->proto->halve;

	if (!(damaged || f->get.over) || f->size == 1 ||
	    f->records / (f->size / 2) > HALVED_MAX)
		return rc;
	f->size /= 2;
	*err = (struct ct_err){ 0 };
	return AGAIN;
}

static int
follow(struct ct_feed *f, char *path, bool resumed, struct ct_err *err)
{
	struct ct_feed_page p;
	json_t *doc = NULL;
	int rc;

	for (;;) {
		rc = fetch(f, path, &doc, &p, err);
		free(path);
		/* the service has forgotten the link */
		if (rc && resumed && f->get.status >= 400 &&
		    f->get.status < 500 && rc == CT_PROTOCOL)
			return AGAIN;
		if (rc)
			return smaller(f, rc, err);
		resumed = false;
		f->pages++;
		path = p.next ? ct_strdup(p.next) : NULL;
		if (path &&
		    (rc = lead_on(f, path, !json_array_size(p.records), err)))
			break;
		advance(f, &p);
		if ((rc = commit(f, &p, err)) || !path)
			break;
		page_free(&p, doc);
		if (ct_stop) {
			free(path);
			return ct_fail(err, CT_TEMPFAIL, "stopped");
		}
	}
	free(path);
	page_free(&p, doc);
	return rc;
}

/* From the page that a run before stopped at, if that may still be used. */
static int
resume(struct ct_feed *f, struct ct_err *err)
{
	int64_t age = ct_now() - f->cur.next_at;

	if (!f->cur.next || age < 0 || age > LINK_LIFE)
		return AGAIN;
	return follow(f, ct_strdup(f->cur.next), true, err);
}

/* From its beginning, or in a list in order from where it is known. */
static int
begin(struct ct_feed *f, struct ct_err *err)
{
	int64_t from = f->cur.done_to - f->proto->overlap;

	if (f->proto->ordered || !f->cur.to)
		f->cur.from = from > 0 ? from : 0;
	if (!f->cur.to)
		f->cur.to = ct_now();
	set(&f->cur.next, NULL);
	f->cur.total = f->size;
	f->links.n = 0;
	if (commit(f, NULL, err))
		return err->code;
	return follow(f, f->proto->first(f), false, err);
}

/*
 * The cursor: up to done_to the list is known; a walk is under way if to, the
 * moment it began, is set: it reads what changed since from.
 */
static int
walk(struct ct_feed *f, struct ct_err *err)
{
	struct ct_err none = { 0 };
	int rc;

	f->size = f->cur.total ? (int)f->cur.total : f->proto->size;
	f->links.n = 0;
	f->stood = false;
	rc = resume(f, err);
	while (rc == AGAIN)
		rc = begin(f, err);
	if (rc == CT_DATAERR && f->size < f->proto->size) {
		/* the next run tries whole pages again */
		f->cur.total = 0;
		set(&f->cur.next, NULL);
		(void)commit(f, NULL, &none);
	}
	return rc;
}

static int
load(struct ct_feed *f, const char *name, struct ct_err *err)
{
	free(f->cur.next);
	f->name = name;
	return ct_list_cursor(f->src->db, name, &f->cur, err);
}

/* Where the list is known up to, if the service has words for it. */
static int
load_mark(struct ct_feed *f, struct ct_err *err)
{
	struct ct_cursor c;
	int rc = ct_list_cursor(f->src->db, "mark", &c, err);

	free(f->mark);
	f->mark = c.next;
	return rc;
}

static int
keep_mark(struct ct_feed *f, struct ct_err *err)
{
	struct ct_cursor c = { .next = f->new_mark, .next_at = ct_now() };

	return f->new_mark ? ct_list_set_cursor(f->src->db, "mark", &c, err)
			   : 0;
}

/* What changed since the run before; the first time, everything. */
static int
delta(struct ct_feed *f, struct ct_err *err)
{
	struct ct_list *db = f->src->db;
	int rc;

	if ((rc = load(f, "delta", err)) || (rc = load_mark(f, err)) ||
	    (rc = walk(f, err)) || (rc = ct_run_settle(f->src, &f->state, err)))
		return rc;
	f->cur.from = f->cur.to = f->cur.total = 0;
	return (rc = ct_list_begin(db, err)) ||
		(rc = ct_list_set_cursor(db, f->name, &f->cur, err)) ||
		(rc = keep_mark(f, err))
	    ? rc
	    : ct_list_commit(db, err);
}

/* ---- everything, into a new generation ------------------------------------
 */

static int
sweep(struct ct_feed *f, struct ct_err *err)
{
	struct ct_source *s = f->src;
	struct ct_list_count was, now;
	int64_t signals;
	int rc;

	if ((rc = ct_list_count(s->db, &was, err)) ||
	    (rc = ct_list_sweep(s->db, f->state.generation, &signals, err)) ||
	    (rc = ct_list_forget_parts(s->db, err)) ||
	    (rc = ct_list_count(s->db, &now, err)))
		return rc;
	if (!s->allow_shrink && was.entries && !now.entries)
		return ct_fail(err, CT_NOPERM,
		    "source '%s': refused: the list has become empty"
		    " (--allow-shrink lets it)",
		    s->name);
	s->gone += was.entries - now.entries;
	f->state.guard_gone += was.entries - now.entries;
	f->state.revision += signals > 0;
	return ct_source_guard(
	    s, f->state.guard_gone, f->state.guard_live, err);
}

static int
finish(struct ct_feed *f, struct ct_err *err)
{
	struct ct_list *db = f->src->db;
	int rc;

	f->state.last_reconcile = ct_now();
	return (rc = ct_list_begin(db, err)) || (rc = sweep(f, err)) ||
		(rc = ct_list_drop_cursor(db, f->name, err)) ||
		(rc = ct_list_keep(db, &f->state, err)) ||
		(rc = keep_mark(f, err))
	    ? rc
	    : ct_list_commit(db, err);
}

/* The walk led to what must not be taken: another one begins anew. */
static void
give_up(struct ct_feed *f)
{
	struct ct_list *db = f->src->db;
	struct ct_err none = { 0 };

	ct_list_rollback(db);
	if (ct_list_begin(db, &none) ||
	    ct_list_drop_cursor(db, f->name, &none) ||
	    ct_list_commit(db, &none))
		ct_list_rollback(db);
}

/* The cursor of the walk over everything is loaded. */
static int
full(struct ct_feed *f, struct ct_err *err)
{
	int64_t age = ct_now() - f->cur.to;
	int rc;

	if (!f->cur.to || age < 0 || age > STALE) {
		free(f->cur.next);
		f->cur = (struct ct_cursor){ .to = ct_now() };
		f->state.generation++;
		if ((rc = commit(f, NULL, err)))
			return rc;
	}
	free(f->mark);
	f->mark = NULL;
	if ((rc = walk(f, err)) || (rc = ct_run_settle(f->src, &f->state, err)))
		return rc;
	if ((rc = finish(f, err)) == CT_NOPERM)
		give_up(f);
	return rc;
}

static int
run(struct ct_feed *f, struct ct_err *err)
{
	const struct ct_list_state *st = &f->state;
	int64_t now = ct_now();
	bool due = f->src->reconcile || now - st->last_run > STALE ||
	    now - st->last_reconcile >= f->src->reconcile_ms;
	int rc = delta(f, err);

	/* the first walk was one over everything */
	if (rc || !st->last_reconcile)
		return rc;
	if ((rc = load(f, "full", err)))
		return rc;
	return due || f->cur.to ? full(f, err) : 0;
}

int
ct_feed_run(struct ct_feed *f, const char *origin, struct ct_err *err)
{
	struct ct_source *s = f->src;
	int rc;

	f->get.max = ANSWER_MAX;
	rc = ct_run_begin(s, origin, &f->state, err);
	if (!rc)
		rc = run(f, err);
	if (!rc)
		rc = ct_run_end(s, &f->state, err);
	free(f->cur.next);
	free(f->mark);
	free(f->new_mark);
	free(f->links.seen);
	return rc ? rc : s->rejected ? CT_DATAERR : 0;
}
