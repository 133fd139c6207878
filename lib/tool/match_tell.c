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
	struct ct_scan_got got[NOTE_WANTS];
	size_t i;

	if (ct_scan(&m->note, note, len, got) < 0)
		return false;
	for (i = 0; i < MATCH_OURS; i++)
		if (got[i].kind)
			return false;
	*sure = !got[NOTE_OPINION].kind;
	return true;
}

/* Does what is near rest on a hash that says little?  Of a video there may be
 * some frames only, and those may be of nothing; TMK is of sums over time. */
static bool
weak(const struct match_view *v, const struct match_hit *h)
{
	if (match_near(h->type) && v->decode == DECODE_BAD)
		return true;
	if (h->type == PDQ)
		return h->timed ? h->quality < MATCH_QUALITY
				: v->quality < MATCH_QUALITY || v->degenerate;
	return h->type == TMK ||
	    (h->type == VPDQ && h->compared < CT_CLIP_CONTAINED);
}

void
match_note_want(struct ct_scan *scan)
{
	static const char *const names[NOTE_WANTS] = { "source", "list", "type",
		"distance", "orientation", "at_ms", "query_percent",
		"compared_percent", "level1", "level2", "shift_ms", "allowed",
		"flood", "policy", "class", [NOTE_OPINION] = "opinion",
		[NOTE_FRAMES] = CT_CLIP_FRAMES, [NOTE_MS] = CT_CLIP_MS };

	ct_scan_want(scan, names, NOTE_WANTS);
}

/* How it is like its entry. */
static void
likeness(struct ct_text *t, const struct match_hit *h)
{
	char s[128];

	if (h->type == TMK) {
		(void)snprintf(s, sizeof s,
		    "\"level1\":%.4f,\"level2\":%.4f,\"shift_ms\":%" PRId64,
		    (double)h->level1, (double)h->level2, h->at);
		add(t, s);
		return;
	}
	number(t, "distance", h->distance);
	if ((h->type == PDQ || h->type == VPDQ) && (!h->timed || h->turn)) {
		add(t, ",\"orientation\":\"");
		add(t, match_turns[h->turn]);
		add(t, "\"");
	}
	if (h->timed) {
		add(t, ",");
		number(t, "at_ms", (uint64_t)h->at);
	}
	if (h->type == VPDQ) {
		add(t, ",");
		number(t, "query_percent", h->query);
		add(t, ",");
		number(t, "compared_percent", h->compared);
	}
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
	likeness(t, h);
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

/* Is it looked up as the sources say?  Who looks up less is not to say that it
 * was looked up. */
static bool
usual(const struct ct_match_how *how)
{
	static const struct ct_clip_limits none = { -1, -1, -1, -1, -1, -1 };

	return how->threshold < 0 &&
	    (!how->clips || memcmp(how->clips, &none, sizeof none) == 0);
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
	if (head.generation && usual(how)) {
		add(t, "\"content\":\"");
		add(t, m->lists);
		add(t, "\",");
	}
	number(t, "age_s", age > 0 ? (uint64_t)age : 0);
	if (!m->complete)
		add(t, ",\"complete\":false");
	add(t, "}}");
	return 0;
}
