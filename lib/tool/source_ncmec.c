/* source_ncmec.c - NCMEC Hash Sharing v2: runs, walks over everything */
#include <stdlib.h>

#include "clock.h"
#include "prog.h"
#include "source.h"
#include "source_get.h"
#include "source_walk.h"
#include "xml.h"

#define PRODUCTION "https://report.cybertip.org/hashsharing"
#define TEST "https://exttest.cybertip.org/hashsharing"

#define SECOND ((int64_t)1000)
#define LAG (60 * SECOND) /* what is newer may not be complete */
#define CLOCK_OFF (300 * SECOND)
#define RECONCILE (SECOND * 86400 * 7)

/* Everything, into a new generation; then what is absent twice goes. */
static int
reconcile(struct ct_walk *w, struct ct_err *err)
{
	struct ct_list *db = w->src->db;
	struct ct_cursor cur;
	int64_t swept = 0;
	int rc = ct_list_cursor(db, w->name, &cur, err);

	free(cur.next);
	if (!rc && !cur.done_to && !cur.to) {
		w->state->generation++;
		rc = ct_walk_commit(
		    w, NULL, err); /* w->cur: from the beginning */
	}
	if (rc || (rc = ct_walk(w, err)))
		return rc;
	if ((rc = ct_list_begin(db, err)) ||
	    (rc = ct_list_sweep_twice(db, w->state->generation, &swept, err)) ||
	    (rc = ct_source_guard(w->src, swept, w->state->guard_live, err)) ||
	    (rc = ct_list_drop_cursor(db, w->name, err)))
		return rc;
	w->src->gone += swept;
	w->state->revision += swept > 0;
	w->state->last_reconcile = ct_now();
	return (rc = ct_list_keep(db, w->state, err)) ? rc
						      : ct_list_commit(db, err);
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
	if (now < delta->done_to && !g->date) {
		ct_warn("%s: our clock is before the last run; nothing asked",
		    g->src->name);
		return -1;
	}
	return now - now % SECOND;
}

static int
begin_run(struct ct_source *s, const struct ct_get *g,
    struct ct_list_state *state, struct ct_err *err)
{
	struct ct_list_count count;
	int rc;

	if ((rc = ct_list_begin(s->db, err)) ||
	    (rc = ct_list_origin(s->db, g->base, err)) ||
	    (rc = ct_list_state(s->db, state, err)) ||
	    (rc = ct_list_forget(s->db, err)))
		return rc;
	if (state->guard_live < 0) {
		if ((rc = ct_list_count(s->db, &count, err)))
			return rc;
		state->guard_live = count.entries;
		state->guard_gone = 0;
	}
	if (!state->generation)
		state->generation = 1;
	return (rc = ct_list_keep(s->db, state, err))
	    ? rc
	    : ct_list_commit(s->db, err);
}

static int
end_run(struct ct_source *s, struct ct_list_state *state, struct ct_err *err)
{
	int rc;

	state->last_run = ct_now();
	if (!state->last_reconcile) /* the first run is a complete walk */
		state->last_reconcile = state->last_run;
	state->guard_live = -1;
	state->guard_gone = 0;
	state->rejected = s->rejected;
	if ((rc = ct_list_begin(s->db, err)) ||
	    (rc = ct_list_keep(s->db, state, err)) ||
	    (rc = ct_list_ran(s->db, state, s->put, s->gone, err)))
		return rc;
	return ct_list_commit(s->db, err);
}

static int
run(struct ct_source *s, struct ct_get *g, struct ct_err *err)
{
	struct ct_list_state state;
	struct ct_walk delta = {
		.src = s, .get = g, .state = &state, .name = "delta"
	};
	struct ct_walk all = {
		.src = s, .get = g, .state = &state, .name = "reconcile"
	};
	struct ct_http_res res;
	struct ct_cursor cur;
	bool due;
	int rc;

	/* asks who we are, and what time it is there */
	if ((rc = ct_get_path(g, "/v2/status", &res, err)))
		return rc;
	ct_http_done(&res);
	if ((rc = begin_run(s, g, &state, err)) ||
	    (rc = ct_list_cursor(s->db, "delta", &cur, err)))
		return rc;
	free(cur.next);
	delta.limit = all.limit = limit_of(g, &cur);
	due = state.last_reconcile &&
	    (s->reconcile || ct_now() - state.last_reconcile >= RECONCILE);
	if (delta.limit < 0)
		return 0;
	if (((rc = ct_walk(&delta, err)) ||
		(due && (rc = reconcile(&all, err)))))
		return rc;
	return end_run(s, &state, err);
}

static int
sync_ncmec(struct ct_source *s, struct ct_err *err)
{
	struct ct_get g;
	int rc = ct_get_open(&g, s, PRODUCTION, TEST, err);

	if (!rc)
		rc = run(s, &g, err);
	ct_get_close(&g);
	return rc ? rc : s->rejected ? CT_DATAERR : 0;
}

static int
conf_ncmec(struct ct_source *s, struct ct_err *err)
{
	if (!s->credential || s->path || s->hash)
		return ct_fail(err, CT_CONFIG,
		    "source '%s': type = ncmec wants credential, no path or"
		    " hash",
		    s->name);
	return 0;
}

static int
check_ncmec(struct ct_source *s, char **what, struct ct_err *err)
{
	const struct ct_xml_node *member;
	struct ct_http_res res;
	struct ct_xml *doc;
	struct ct_get g;
	int rc = ct_get_open(&g, s, PRODUCTION, TEST, err);

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

const struct ct_adapter ct_source_ncmec = { "ncmec", conf_ncmec, sync_ncmec,
	check_ncmec };
