/* match_tell.c - the member match of a record, as text */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "match_impl.h"

static void
add(struct ct_text *t, const char *s)
{
	ct_text_add(t, s, strlen(s));
}

static void
number(struct ct_text *t, const char *name, uint64_t n)
{
	char s[64];
	int len = snprintf(s, sizeof s, "\"%s\":%" PRIu64, name, n);

	ct_text_add(t, s, (size_t)len);
}

/*
 * What the index says of an entry: an object that is not nested, without the
 * names that are ours?  *sure: its source is sure of it.
 */
static bool
sound(const struct ct_match *m, const char *note, size_t len, bool *sure)
{
	struct ct_scan_got got[MATCH_OURS + 1];
	size_t i;

	if (ct_scan(&m->note, note, len, got) < 0)
		return false;
	for (i = 0; i < MATCH_OURS; i++)
		if (got[i].kind)
			return false;
	*sure = !got[MATCH_OURS].kind;
	return true;
}

/* Does what is near rest on a hash that says little? */
static bool
weak(const struct match_view *v, const struct match_hit *h)
{
	return match_near(h->type) &&
	    (v->decode == DECODE_BAD ||
		(h->type == PDQ &&
		    (v->quality < MATCH_QUALITY || v->degenerate)));
}

void
match_note_want(struct ct_scan *scan)
{
	static const char *const names[MATCH_OURS + 1] = { "source", "list",
		"type", "distance", "orientation", "allowed", "flood", "policy",
		"class", "opinion" };

	ct_scan_want(scan, names, MATCH_OURS + 1);
}

static int
hit(const struct ct_match *m, const struct match_view *v,
    const struct match_hit *h, struct ct_text *t, size_t *at,
    struct ct_err *err)
{
	const struct match_group *g;
	const char *note;
	size_t len, group;
	bool sure, person;

	if (match_note(m, h->note, &note, &len, &group, err))
		return err->code;
	if (!sound(m, note, len, &sure))
		return ct_fail(err, CT_DATAERR,
		    "the index is damaged: what it says of an entry");
	g = &m->group[group];
	person = g->action == ACT_REPORT && (!sure || weak(v, h));
	add(t, "{");
	add(t, g->head);
	add(t, ",");
	if (len > 2) {
		ct_text_add(t, note + 1, len - 2);
		add(t, ",");
	}
	add(t, "\"type\":\"");
	add(t, match_types[h->type]);
	add(t, "\",");
	number(t, "distance", h->distance);
	if (h->type == PDQ) {
		add(t, ",\"orientation\":\"");
		add(t, match_turns[h->turn]);
		add(t, "\"");
	}
	if (h->allowed)
		add(t, ",\"allowed\":true");
	add(t, ",");
	if (at)
		*at = t->len;
	add(t, "\"policy\":\"");
	add(t, match_actions[h->allowed || person ? ACT_REVIEW : g->action]);
	add(t, "\"");
	if (g->class) {
		add(t, ",");
		add(t, g->class);
	}
	add(t, "}");
	return 0;
}

static int
hits(const struct ct_match *m, const struct match_view *v,
    const struct match_hits *h, size_t max, const char *name, struct ct_text *t,
    size_t *at, struct ct_err *err)
{
	size_t i;

	add(t, "\"");
	add(t, name);
	add(t, "\":[");
	for (i = 0; i < h->n && i < max; i++) {
		if (i)
			add(t, ",");
		if (hit(m, v, &h->p[i], t, at ? at + i : NULL, err))
			return err->code;
	}
	add(t, "],");
	return 0;
}

int
match_tell(const struct ct_match *m, const struct ct_match_how *how,
    const struct ct_match_work *w, enum ct_verdict verdict, struct ct_text *t,
    size_t *at, struct ct_err *err)
{
	struct ct_set_head head;
	int64_t age;

	match_head(m, &head);
	age = (ct_now() - head.asof) / 1000;
	add(t, "\"match\":{\"verdict\":\"");
	add(t, ct_verdict_name[verdict]);
	add(t, "\",");
	number(t, "total", w->hits.n);
	add(t, ",");
	if (hits(m, &w->view, &w->hits, how->max_hits, "hits", t, at, err) ||
	    (w->shadow.n &&
		hits(m, &w->view, &w->shadow, how->max_hits, "shadow", t, NULL,
		    err)) ||
	    (w->allowed.n &&
		hits(m, &w->view, &w->allowed, how->max_hits, "allowed", t,
		    NULL, err)))
		return err->code;
	add(t, "\"db\":{");
	number(t, "generation", head.generation);
	add(t, ",");
	number(t, "age_s", age > 0 ? (uint64_t)age : 0);
	if (!m->complete)
		add(t, ",\"complete\":false");
	add(t, "}}");
	return 0;
}
