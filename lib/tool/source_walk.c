/* source_walk.c - a walk: links, pages, windows */
#include "source_walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"

#define SECOND ((int64_t)1000)
#define OVERLAP (300 * SECOND) /* read again of the run before */
#define SPAN_LEAST (60 * SECOND)
#define LINK_LIFE (SECOND * 3600 * 6)
#define CROWD INT64_C(20000) /* entries that are better read in two windows */
#define PAGE_TRIES 3
#define PAGES_SLACK 1000 /* more of a window than it has entries */
#define WALKS_MAX 3

/* ---- links ----------------------------------------------------------------
 */

/* The value of a parameter, its %3A and such resolved; NULL if it is absent
 * or longer than out. */
static const char *
param(const char *link, const char *name, char out[64])
{
	size_t n = strlen(name), len = 0;
	const char *p = strchr(link, '?');
	char hex[3] = "";

	while (p && !(strncmp(p + 1, name, n) == 0 && p[n + 1] == '='))
		p = strchr(p + 1, '&');
	if (!p)
		return NULL;
	for (p += n + 2; *p && *p != '&'; p++) {
		if (len == 63)
			return NULL;
		out[len] = *p;
		if (*p == '%' && p[1] && p[2]) {
			memcpy(hex, p + 1, 2);
			out[len] = (char)strtol(hex, NULL, 16);
			p += 2;
		}
		len++;
	}
	out[len] = '\0';
	return out;
}

static long
count_of(const char *link, const char *name)
{
	char text[64];
	const char *v = param(link, name, text);

	return v && *v >= '0' && *v <= '9' ? strtol(v, NULL, 10) : -1;
}

static bool
same_time(const char *link, const char *name, int64_t want)
{
	char text[64];
	const char *v = param(link, name, text);
	int64_t ms;

	return !v || (ct_time_parse(v, &ms) == 0 && ms == want);
}

static int
bad_link(const struct ct_walk *w, const char *why, struct ct_err *err)
{
	return ct_fail(err, CT_PROTOCOL, "source '%s': the next page %s",
	    w->src->name, why);
}

/*
 * A link must stay at the same service, in the same window, and lead on.
 * *path is the part behind the base address.
 */
static int
check_link(
    struct ct_walk *w, const char *link, const char **path, struct ct_err *err)
{
	static const char entries[] = "/v2/entries?";
	size_t n = strlen(w->get->base), i;
	long start, max;

	*path = strncmp(link, w->get->base, n) == 0 ? link + n : link;
	if (strncmp(*path, entries, sizeof entries - 1) != 0)
		return bad_link(w, "is at another address", err);
	for (i = 0; link[i]; i++)
		if (link[i] <= ' ' || link[i] == 127 ||
		    strchr("#\\\"<>", link[i]) || i > 4096)
			return bad_link(w, "has an address that is none", err);
	if (!same_time(link, "from", w->cur.from) ||
	    !same_time(link, "to", w->cur.to))
		return bad_link(w, "is of another window", err);
	start = count_of(link, "start");
	if (start >= 0 && start <= w->start)
		return bad_link(w, "leads back", err);
	max = count_of(link, "max");
	if (max >= 0 && w->links.n >= (size_t)max + PAGES_SLACK)
		return bad_link(w, "is one too many", err);
	if (ct_links_add(&w->links, w->get, link, err))
		return err->code;
	if (start >= 0)
		w->start = start;
	return 0;
}

/* ---- pages ----------------------------------------------------------------
 */

/* Fetch and parse; what comes damaged is asked for again. */
static int
fetch(struct ct_walk *w, const char *path, struct ct_page *page,
    struct ct_err *err)
{
	struct ct_http_res res;
	struct ct_err why;
	int n, rc;

	for (n = 0;; n++) {
		if ((rc = ct_get_path(w->get, path, &res, err)))
			return rc;
		why = (struct ct_err){ 0 };
		rc = ct_page_parse(page, res.body, res.len, &why);
		ct_http_done(&res);
		if (!rc)
			return 0;
		ct_page_free(page);
		(void)ct_fail(err, rc, "source '%s': page %zu: %s",
		    w->src->name, w->pages + 1, why.msg);
		if (n + 1 == PAGE_TRIES)
			return rc;
		if ((rc = ct_get_wait(w->get, n, 0, err)))
			return rc;
	}
}

static int
reject(struct ct_walk *w, size_t at, const struct ct_entry *e, const char *type,
    const char *why, struct ct_err *err)
{
	char where[64];
	char *id =
	    ct_printf("%.64s/%.64s/%.64s %.32s", e->member ? e->member : "",
		e->content ? e->content : "", e->entry ? e->entry : "", type);
	int rc;

	(void)snprintf(
	    where, sizeof where, "page %zu entry %zu", w->pages, at + 1);
	rc = ct_source_reject(w->src, where, id, why, err);
	free(id);
	return rc;
}

/* What is odd about a page, once a walk. */
static void
tell_odd(struct ct_walk *w, unsigned odd)
{
	static const char *const what[] = {
		"an entry stands twice on a page; the last one counts",
		("there is what this program does not know;"
		 " hashes of it are kept, all else is passed over"),
		"a page has more entries than it says; all are taken",
		("there are large fingerprints that this program does not"
		 " match; they are left there")
	};
	unsigned i;

	for (i = 0; i < sizeof what / sizeof what[0]; i++)
		if (odd & ~w->told & 1U << i)
			ct_warn("%s: page %zu: %s", w->src->name, w->pages,
			    what[i]);
	w->told |= odd;
}

static int
store_entries(struct ct_walk *w, const struct ct_page *page, struct ct_err *err)
{
	const struct ct_page_entry *e;
	int64_t gone = 0;
	size_t i;
	int rc = 0;

	for (i = 0; !rc && i < page->n; i++) {
		e = &page->entry[i];
		if (e->why) {
			rc = reject(w, i, &e->e, "", e->why, err);
		} else if (e->gone) {
			rc = ct_list_doom(w->src->db, &e->e, &gone, err);
		} else {
			w->src->put++;
			rc = ct_list_put(w->src->db, &e->e,
			    w->state->generation, false, err);
			if (!rc)
				rc = ct_large_links(w->src->db, &e->e, e->large,
				    w->large ? e->nlarge : 0, err);
		}
	}
	for (i = 0; !rc && i < page->nbad; i++)
		rc = reject(w, page->bad[i].entry,
		    &page->entry[page->bad[i].entry].e, page->bad[i].type,
		    page->bad[i].why, err);
	tell_odd(w, page->odd);
	if (rc)
		return rc;
	w->src->gone += gone;
	w->state->guard_gone += gone;
	w->state->revision += page->n > 0;
	return ct_source_guard(
	    w->src, w->state->guard_gone, w->state->guard_live, err);
}

int
ct_walk_commit(
    struct ct_walk *w, const struct ct_page *page, struct ct_err *err)
{
	struct ct_list_state was = *w->state;
	int rc;

	if ((rc = ct_list_begin(w->src->db, err)) ||
	    (page && (rc = store_entries(w, page, err))) ||
	    (rc = ct_list_set_cursor(w->src->db, w->name, &w->cur, err)) ||
	    (w->doubt && w->doubted &&
		(rc = ct_list_set_cursor(
		     w->src->db, w->doubt, &w->cur, err))) ||
	    (rc = ct_list_keep(w->src->db, w->state, err)) ||
	    (rc = ct_list_commit(w->src->db, err))) {
		ct_list_rollback(w->src->db);
		*w->state = was;
	}
	return rc;
}

/* ---- a window -------------------------------------------------------------
 */

static char *
first_path(const struct ct_walk *w)
{
	char from[CT_TIME_LEN], to[CT_TIME_LEN];

	(void)ct_time(w->cur.from, from);
	(void)ct_time(w->cur.to, to);
	/* 10:00:00Z with its colons escaped, as the service writes them */
	return ct_printf("/v2/entries?from=%.13s%%3A%.2s%%3A%s"
			 "&to=%.13s%%3A%.2s%%3A%s",
	    from, from + 14, from + 17, to, to + 14, to + 17);
}

static void
set_next(struct ct_walk *w, const char *next)
{
	free(w->cur.next);
	w->cur.next = next ? ct_strdup(next) : NULL;
	w->cur.next_at = next ? ct_now() : 0;
}

static void
forget_links(struct ct_walk *w)
{
	w->links.n = 0;
	w->start = -1;
}

/* Is the window to be so small that it is a single page? */
static bool
narrow(const struct ct_walk *w)
{
	return w->src->strict || w->cur.done_to < w->narrow_to;
}

/* The smallest window: the service knows whole seconds. */
static int64_t
least(const struct ct_walk *w)
{
	return narrow(w) ? SECOND : SPAN_LEAST;
}

/* A smaller window, at least as small as the server's own count suggests. */
static void
shrink(struct ct_walk *w, long waiting)
{
	int64_t span = w->cur.to - w->cur.done_to;

	w->span = span / 2;
	if (waiting > 2 * CROWD)
		w->span = span / (waiting / CROWD);
	if (w->span < least(w))
		w->span = least(w);
	w->span -= w->span % SECOND;
	w->cur.to = w->cur.done_to + w->span;
	if (w->cur.to > w->limit)
		w->cur.to = w->limit;
	set_next(w, NULL);
	w->cur.total = 0;
}

/* Follow the pages from path on; *crowd: it stopped to take a smaller one. */
static int
follow(struct ct_walk *w, const char *from, bool *crowd, struct ct_err *err)
{
	char *path = ct_strdup(from);
	struct ct_page page = { 0 };
	const char *next;
	long max, waiting;
	int rc;

	*crowd = false;
	while (!(rc = fetch(w, path, &page, err))) {
		w->pages++;
		w->got += (long)page.n;
		if (w->large && (rc = ct_larges_page(w->large, &page, err)))
			break;
		free(path);
		path = NULL;
		if (page.next && (rc = check_link(w, page.next, &next, err)))
			break;
		if (page.next)
			path = ct_strdup(next);
		max = page.next ? count_of(page.next, "max") : -1;
		waiting = page.next ? max - w->start : 0;
		if (page.next && w->links.n == 1 &&
		    (waiting > CROWD || narrow(w)) &&
		    w->cur.to - w->cur.done_to > least(w)) {
			shrink(w, waiting);
			*crowd = true;
		} else {
			set_next(w, path);
			if (w->links.n == 1 && !w->cur.total && max > 0)
				w->cur.total = max;
		}
		if ((rc = ct_walk_commit(w, &page, err)))
			break;
		ct_page_free(&page);
		if (*crowd || !path)
			break;
		if (ct_stop) {
			rc = ct_fail(err, CT_TEMPFAIL, "stopped");
			break;
		}
	}
	ct_page_free(&page);
	free(path);
	return rc;
}

/* Has the window, read over several pages, lost entries meanwhile?  1: yes. */
static int
shrunk(struct ct_walk *w, struct ct_err *err)
{
	char *path = first_path(w);
	struct ct_page page;
	long now;
	int rc = fetch(w, path, &page, err);

	free(path);
	if (rc)
		return rc;
	now = page.next ? count_of(page.next, "max") : (long)page.n;
	ct_page_free(&page);
	return now >= 0 && now < w->cur.total;
}

/*
 * From the page that a run before stopped at, if that may still be used.  A
 * service that has forgotten the link says so, or gives an empty last page.
 */
static int
resume(struct ct_walk *w, bool *crowd, struct ct_err *err)
{
	const char *next;
	int64_t age = ct_now() - w->cur.next_at;
	char *link;
	long left;
	int rc;

	forget_links(w);
	*crowd = true;
	if (!w->cur.next || age < 0 || age > LINK_LIFE)
		return 0;
	link = ct_strdup(w->cur.next);
	left = count_of(link, "max") - count_of(link, "start");
	w->got = 0;
	rc = check_link(w, link, &next, err);
	if (!rc)
		rc = follow(w, next, crowd, err);
	free(link);
	/* then the window from its start */
	if (rc == CT_PROTOCOL && w->get->status >= 400 &&
	    w->get->status < 500) {
		*crowd = true;
		return 0;
	}
	if (!rc && w->got < left)
		*crowd = true;
	return rc;
}

static int
whole(struct ct_walk *w, bool *crowd, struct ct_err *err)
{
	char *path = first_path(w);
	size_t pages = w->pages;
	int rc;

	forget_links(w);
	w->cur.total = 0;
	rc = follow(w, path, crowd, err);
	free(path);
	/* deep pages fail more than the first ones: try a smaller window */
	if (rc == CT_TEMPFAIL && !ct_stop && w->pages > pages + 1 &&
	    !w->relented && w->cur.to - w->cur.done_to > SPAN_LEAST) {
		w->relented = true;
		shrink(w, 4 * CROWD);
		*crowd = true;
		rc = 0;
	}
	return rc;
}

/*
 * Read the window of the cursor to its end, and move done_to there.  If it has
 * lost entries meanwhile it is read again as windows of one page each, of which
 * none can be missed; a second that is over a page is read some times.
 */
static int
window(struct ct_walk *w, struct ct_err *err)
{
	bool crowd = !w->cur.total, many;
	int rc = 0, walks = 0;

	if (w->cur.next)
		rc = resume(w, &crowd, err);
	while (!rc) {
		while (!rc && crowd)
			rc = whole(w, &crowd, err);
		if (rc || !w->cur.total || (rc = shrunk(w, err)) != 1)
			break;
		rc = 0;
		crowd = true;
		if (w->cur.to - w->cur.done_to > SECOND) {
			w->narrow_to = w->cur.to;
		} else if (++walks == WALKS_MAX) {
			w->doubted = true;
			break;
		}
	}
	if (rc)
		return rc;
	many = w->cur.total > 0;
	w->span = w->cur.to - w->cur.done_to;
	if (!many)
		w->span *= 2;
	w->cur.done_to = w->cur.to;
	w->cur.from = w->cur.to = w->cur.total = 0;
	set_next(w, NULL);
	return ct_walk_commit(w, NULL, err);
}

int
ct_walk(struct ct_walk *w, struct ct_err *err)
{
	int64_t overlap = OVERLAP;
	int rc = ct_list_cursor(w->src->db, w->name, &w->cur, err);

	w->span = w->limit;
	while (!rc && w->cur.done_to < w->limit) {
		/* else one is under way, or read and not looked at again */
		if (!w->cur.next && !w->cur.total) {
			w->cur.from = w->cur.done_to > overlap
			    ? w->cur.done_to - overlap
			    : 0;
			w->cur.to = w->limit - w->cur.done_to > w->span
			    ? w->cur.done_to + w->span
			    : w->limit;
		}
		overlap = 0;
		rc = window(w, err);
	}
	free(w->cur.next);
	free(w->links.seen);
	return rc;
}
