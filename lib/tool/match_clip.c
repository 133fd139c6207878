/*
 * match_clip.c - frames of videos among pictures and other videos' frames, and
 * pictures among those
 *
 * A listed video is a note.  Which frames of the record are near to one of it,
 * and which of it to one of those, is gathered over all parts; what share they
 * are is looked at in the end: it comes to what ct_vpdq_compare counts.
 *
 * Frames are hashed as they are stored.  Those of a video that is shown turned
 * are looked up a second time, upright, as others that were made of it are; the
 * two are counted apart.
 */
#include <stdlib.h>
#include <string.h>

#include "match_impl.h"
#include "prog.h"

#define QUALITIES 102 /* from 0, and one behind the last */
#define MANY                                                   \
	((size_t)1 << 16) /* hits or pairs, before what is the \
			     same is thrown out */

/* A frame that counts, each hash once: of its best quality, when it comes
 * first.  Of a picture, an orientation of it. */
struct frame {
	uint8_t hash[CT_HASH_LEN];
	int64_t ms;
	uint8_t quality, turn;
};

/* A listed video that a frame is near to. */
struct seen {
	uint32_t note;
	uint32_t
	    last; /* frame that was near, and 1; 0: no one has this place */
	uint32_t near;     /* how many were */
	uint32_t compared; /* of its own */
	uint32_t distance;
	uint8_t turn; /* of the nearest */
	int64_t ms;   /* the first */
};

struct pair {
	uint32_t note, hash;
};

struct match_clips {
	struct frame *frame;
	uint8_t *hash; /* theirs, packed */
	size_t n, room;
	bool timed;           /* of a video */
	size_t of[QUALITIES]; /* how many have at least that quality */

	struct seen *seen; /* places of them, by note */
	size_t nseen, places;
	struct pair *pair;
	size_t npairs, cap, many;

	struct match_spans spans;
	size_t hits; /* from which they are made fewer */
	struct ct_near_find near;
};

void
match_clip_free(struct match_clips *c)
{
	if (!c)
		return;
	free(c->frame);
	free(c->hash);
	free(c->seen);
	free(c->pair);
	match_spans_free(&c->spans);
	ct_near_free(&c->near);
	free(c);
}

/* ---- what is asked ---------------------------------------------------------
 */

static int
by_hash(const void *a, const void *b)
{
	const struct frame *x = a, *y = b;
	int d = memcmp(x->hash, y->hash, CT_HASH_LEN);

	if (d)
		return d;
	if (x->ms != y->ms)
		return x->ms < y->ms ? -1 : 1;
	return x->turn - y->turn;
}

static void
room(struct match_clips *c, size_t n)
{
	if (n <= c->room)
		return;
	c->room = n;
	c->frame = ct_grow(c->frame, n, sizeof *c->frame);
	c->hash = ct_grow(c->hash, n, CT_HASH_LEN);
}

static void
take(struct match_clips *c, const uint8_t *hash, int64_t ms, int quality,
    size_t turn)
{
	struct frame *f = &c->frame[c->n++];

	memcpy(f->hash, hash, CT_HASH_LEN);
	f->ms = ms;
	f->quality = (uint8_t)quality;
	f->turn = (uint8_t)turn;
}

/* Each hash once, in order; and how many there are by quality. */
static void
unite(struct match_clips *c)
{
	size_t i, n = 0;
	struct frame *last;

	if (c->n > 1)
		qsort(c->frame, c->n, sizeof *c->frame, by_hash);
	for (i = 0; i < c->n; i++) {
		last = n ? &c->frame[n - 1] : NULL;
		if (!last ||
		    memcmp(last->hash, c->frame[i].hash, CT_HASH_LEN) != 0)
			c->frame[n++] = c->frame[i];
		else if (c->frame[i].quality > last->quality)
			last->quality = c->frame[i].quality;
	}
	c->n = n;
	memset(c->of, 0, sizeof c->of);
	for (i = 0; i < n; i++) {
		memcpy(
		    c->hash + i * CT_HASH_LEN, c->frame[i].hash, CT_HASH_LEN);
		c->of[c->frame[i].quality]++;
	}
	for (i = QUALITIES - 1; i > 0; i--)
		c->of[i - 1] += c->of[i];
}

/* Those that any source looks at, turned.  Enough of all have to say something.
 */
static void
take_frames(const struct ct_match *m, struct ct_match_work *w,
    struct match_clips *c, size_t turn)
{
	const struct match_view *v = &w->view;
	uint8_t hash[CT_HASH_LEN];
	int good = m->most > MATCH_QUALITY ? m->most : MATCH_QUALITY;
	const struct ct_vpdq_frame *f = v->frames.frame;
	size_t i, all = 0;

	room(c, v->frames.n);
	match_spans_start(&c->spans,
	    v->frames.n > 1
		? (f[v->frames.n - 1].ms - f[0].ms) / (int64_t)(v->frames.n - 1)
		: 0);
	for (i = 0; i < v->frames.n; i++, f++) {
		if (f->quality < m->least || ct_ham_flat(f->hash))
			continue;
		all += f->quality >= good;
		if (turn)
			ct_pdq_turned(f->hash, turn, hash);
		if (!turn || !ct_ham_flat(hash))
			take(c, turn ? hash : f->hash, f->ms, f->quality, turn);
	}
	w->frames_all = all && 2 * all >= v->frames.n && !v->sparse &&
	    v->cover <= MATCH_COVER && v->decode == DECODE_OK;
}

/* A picture is a video of one frame, in all orientations that it has. */
static void
take_picture(
    const struct ct_match *m, struct ct_match_work *w, struct match_clips *c)
{
	const struct match_view *v = &w->view;
	int quality = v->quality < 0 ? 100 : v->quality;
	size_t i;

	if (quality < m->least)
		return;
	room(c, MATCH_TURNS + 1);
	if (v->has[PDQ] && !ct_ham_flat(v->pdq))
		take(c, v->pdq, 0, quality, 0);
	for (i = 0; i < MATCH_TURNS; i++)
		if (v->has_turned[i] && !ct_ham_flat(v->turned[i]))
			take(c, v->turned[i], 0, quality, i);
}

/* None, in memory that is used again. */
static struct match_clips *
empty(struct match_clips *c)
{
	if (!c)
		c = ct_alloc(1, sizeof *c);
	c->n = c->npairs = 0;
	if (c->nseen)
		memset(c->seen, 0, c->places * sizeof *c->seen);
	c->nseen = 0;
	c->many = c->hits = MANY;
	c->timed = false;
	return c;
}

void
match_clip_start(const struct ct_match *m, struct ct_match_work *w)
{
	const struct match_view *v = &w->view;
	struct match_clips *c = w->clips = empty(w->clips);

	w->frames_all = false;
	c->timed = v->has[VPDQ];
	if (c->timed)
		take_frames(m, w, c, 0);
	else if (m->clips && (v->has[PDQ] || v->dihedral))
		take_picture(m, w, c);
	unite(c);
	if (w->upright || (c->timed && v->turn))
		w->upright = empty(w->upright);
	if (c->timed && v->turn) {
		w->upright->timed = true;
		take_frames(m, w, w->upright, v->turn);
		unite(w->upright);
	}
}

/* ---- frames ----------------------------------------------------------------
 */

struct ct_clip_limits
match_clip_limits(
    const struct ct_match_how *how, const struct ct_clip_limits *of)
{
	struct ct_clip_limits l = *of, told;
	size_t i;

	if (!how->clips)
		return l;
	told = *how->clips;
	for (i = 0; ct_clip_limit(i); i++)
		if (*ct_clip_limit_of(&told, i) >= 0)
			*ct_clip_limit_of(&l, i) = *ct_clip_limit_of(&told, i);
	return l;
}

int
match_clip_bits(const struct ct_match *m, const struct ct_match_how *how)
{
	return how->clips && how->clips->distance >= 0 ? how->clips->distance
						       : m->frames;
}

struct ask {
	const struct ct_match *m;
	const struct ct_match_how *how;
	struct ct_match_work *w;
	struct match_clips *c; /* of w */
	size_t part;
	const struct ct_set_kind *kind;
	bool pictures;
	uint32_t before; /* hashes of the parts before this one */
};

static size_t
place(const struct match_clips *c, uint32_t note)
{
	size_t i = note * UINT64_C(0x9e3779b97f4a7c15) >> 32;

	for (i &= c->places - 1; c->seen[i].last && c->seen[i].note != note;
	     i = (i + 1) & (c->places - 1))
		;
	return i;
}

static struct seen *
seen_of(struct match_clips *c, uint32_t note)
{
	struct seen *old = c->seen;
	size_t i, n = c->places;

	if (2 * c->nseen >= n) {
		c->places = n ? 2 * n : 64;
		c->seen = ct_alloc(c->places, sizeof *c->seen);
		for (i = 0; i < n; i++)
			if (old[i].last)
				c->seen[place(c, old[i].note)] = old[i];
		free(old);
	}
	return &c->seen[place(c, note)];
}

static int
by_pair(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	if (x->note != y->note)
		return x->note < y->note ? -1 : 1;
	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static void
unite_pairs(struct match_clips *c)
{
	size_t i, n = 0;

	if (c->npairs > 1)
		qsort(c->pair, c->npairs, sizeof *c->pair, by_pair);
	for (i = 0; i < c->npairs; i++)
		if (n == 0 || by_pair(&c->pair[n - 1], &c->pair[i]) != 0)
			c->pair[n++] = c->pair[i];
	c->npairs = n;
}

static void
add_pair(struct match_clips *c, uint32_t note, uint32_t hash)
{
	if (c->npairs == c->many) {
		unite_pairs(c);
		if (2 * c->npairs > c->many)
			c->many *= 2;
	}
	if (c->npairs == c->cap) {
		c->cap = c->cap ? 2 * c->cap : 256;
		c->pair = ct_grow(c->pair, c->cap, sizeof *c->pair);
	}
	c->pair[c->npairs++] = (struct pair){ note, hash };
}

/* A frame is near to one of a listed video. */
static void
near_clip(struct match_clips *c, size_t i, const struct match_hit *hit)
{
	const struct frame *f = &c->frame[i];
	struct seen *s = seen_of(c, hit->note);

	if (!s->last) {
		*s = (struct seen){
			.note = hit->note, .distance = UINT32_MAX, .ms = f->ms
		};
		c->nseen++;
	}
	if (s->last != i + 1) {
		s->near++;
		match_spans_add(&c->spans, hit->note, i);
	}
	s->last = (uint32_t)i + 1;
	if (hit->distance < s->distance) {
		s->distance = hit->distance;
		s->turn = f->turn;
	}
	if (f->ms < s->ms)
		s->ms = f->ms;
	add_pair(c, hit->note, hit->hash);
}

/* A frame is near to a listed picture. */
static void
near_picture(struct ct_match_work *w, struct match_clips *c, size_t i,
    struct match_hit hit)
{
	if (w->hits.n >= c->hits) {
		match_compact(&w->hits);
		while (2 * w->hits.n > c->hits)
			c->hits *= 2;
	}
	hit.type = PDQ;
	hit.timed = true;
	hit.turn = c->frame[i].turn;
	hit.quality = c->frame[i].quality;
	hit.at = c->frame[i].ms;
	match_add(&w->hits, hit);
}

/* One hash that is near, in all that is known of it. */
static int
each_note(const struct ask *a, size_t i, const struct ct_near_hit *near,
    struct ct_err *err)
{
	const struct match_group *g;
	struct match_hit hit = { .distance = near->distance };
	const uint32_t *note;
	const char *text;
	size_t n, len, group;
	int rc, max;

	if (ct_set_notes(a->kind, near->i, &note, &n, err))
		return err->code;
	for (; n; n--) {
		hit.note = *note++;
		hit.hash = near->i + a->before;
		rc = match_noted(a->m, a->part, &hit.note, err);
		if (rc == CT_NO)
			continue;
		if (rc || match_note(a->m, hit.note, &text, &len, &group, err))
			return err->code;
		g = &a->m->group[group];
		max = a->pictures
		    ? (a->how->threshold >= 0 ? a->how->threshold
					      : g->threshold)
		    : match_clip_limits(a->how, &g->clips).distance;
		if (near->distance > (uint32_t)max ||
		    a->c->frame[i].quality < g->quality)
			continue;
		if (a->pictures)
			near_picture(a->w, a->c, i, hit);
		else
			near_clip(a->c, i, &hit);
	}
	return 0;
}

static int
near_one(
    void *arg, size_t i, const struct ct_near_find *found, struct ct_err *err)
{
	size_t k;

	for (k = 0; k < found->n; k++)
		if (each_note(arg, i, &found->hit[k], err))
			return err->code;
	return 0;
}

static int
look_frames(struct ask *a, enum match_type type, int max, struct ct_err *err)
{
	const struct ct_set_kind *first =
	    match_kind(a->m, 0, match_types[type]);
	struct match_clips *c = a->c;

	a->kind = match_kind(a->m, a->part, match_types[type]);
	a->pictures = type == PDQ;
	a->before = a->part && first ? (uint32_t)first->n : 0;
	if (!a->kind)
		return 0;
	if (a->kind->len != CT_HASH_LEN)
		return ct_fail(err, CT_DATAERR,
		    "the index is damaged: the length of %s", a->kind->name);
	match_asked(a->w, type);
	return c->n ? ct_set_near_each(a->kind, c->hash, c->n, max, &c->near,
			  near_one, a, err)
		    : 0;
}

/* ---- all -------------------------------------------------------------------
 */

int
match_clip_look(const struct ct_match *m, const struct ct_match_how *how,
    struct ct_match_work *w, size_t part, struct ct_err *err)
{
	struct match_clips *const all[] = { w->clips, w->upright, NULL };
	struct ask a = { .m = m, .how = how, .w = w, .part = part };
	size_t i;
	int rc = 0;

	for (i = 0; !rc && all[i]; i++) {
		a.c = all[i];
		if (a.c->timed)
			rc = look_frames(&a, PDQ,
			    how->threshold >= 0 ? how->threshold : m->threshold,
			    err);
		if (!rc && (a.c->timed || a.c->n))
			rc =
			    look_frames(&a, VPDQ, match_clip_bits(m, how), err);
	}
	return rc;
}

/* How many frames of a listed video count, and for how long; 0: it does not
 * say. */
static int64_t
said_of(const struct ct_match *m, const char *note, size_t len, int64_t *ms)
{
	struct ct_scan_got got[NOTE_WANTS];

	*ms = 0;
	if (ct_scan(&m->note, note, len, got) <= 0)
		return 0;
	if (got[NOTE_MS].kind == CT_SCAN_INTEGER && got[NOTE_MS].number > 0 &&
	    got[NOTE_MS].number < CT_VPDQ_MS)
		*ms = got[NOTE_MS].number;
	return got[NOTE_FRAMES].kind == CT_SCAN_INTEGER &&
		got[NOTE_FRAMES].number > 0
	    ? got[NOTE_FRAMES].number
	    : 0;
}

/* Is there a part that is like the video, and as long as that share of it?
 * That counts time and not its frames, of which those between the ones asked
 * about may be like none. */
static bool
part_of(struct match_clips *c, uint32_t note, int64_t ms,
    const struct ct_clip_limits *l)
{
	const int percent = l->query ? l->query : ct_clip_usual.query;
	int64_t *at;
	size_t i;

	if (!c->timed || !ms || !l->contained)
		return false;
	if (!c->spans.when) {
		at = ct_alloc(c->n, sizeof *at);
		for (i = 0; i < c->n; i++)
			at[i] = c->frame[i].ms;
		match_spans_order(&c->spans, at, c->n);
		free(at);
	}
	return match_spans_longest(&c->spans, note, percent) * 100 >=
	    ms * l->contained;
}

/* Is enough of it near? */
static int
judge(const struct ct_match *m, const struct ct_match_how *how,
    struct ct_match_work *w, struct match_clips *c, const struct seen *s,
    struct ct_err *err)
{
	struct ct_vpdq_score score = { .query_near = s->near,
		.compared_near = s->compared };
	const struct match_group *g;
	struct ct_clip_limits l;
	const char *text;
	size_t len, group;
	int64_t ms;

	if (match_note(m, s->note, &text, &len, &group, err))
		return err->code;
	g = &m->group[group];
	l = match_clip_limits(how, &g->clips);
	score.compared = (uint64_t)said_of(m, text, len, &ms);
	score.query = c->of[g->quality];
	if (!c->timed) /* however many orientations */
		score.query = score.query_near = 1;
	if (!score.query || !score.compared ||
	    score.compared < score.compared_near ||
	    score.query < score.query_near)
		return ct_fail(
		    err, CT_DATAERR, "the index is damaged: frames of a video");
	if (!ct_vpdq_match(&score, l.query, l.compared) &&
	    (!l.contained || !ct_vpdq_match(&score, 0, l.contained)) &&
	    !part_of(c, s->note, ms, &l))
		return 0;
	match_add(&w->hits,
	    (struct match_hit){ .note = s->note,
		.hash = s->note,
		.distance = s->distance,
		.type = VPDQ,
		.turn = s->turn,
		.timed = c->timed,
		.at = s->ms,
		.query = (uint8_t)(score.query_near * 100 / score.query),
		.compared =
		    (uint8_t)(score.compared_near * 100 / score.compared) });
	return 0;
}

static int
finish(const struct ct_match *m, const struct ct_match_how *how,
    struct ct_match_work *w, struct match_clips *c, struct ct_err *err)
{
	size_t i;
	int rc = 0;

	unite_pairs(c);
	for (i = 0; i < c->npairs; i++)
		c->seen[place(c, c->pair[i].note)].compared++;
	for (i = 0; !rc && c->nseen && i < c->places; i++)
		if (c->seen[i].last)
			rc = judge(m, how, w, c, &c->seen[i], err);
	return rc;
}

int
match_clip_end(const struct ct_match *m, const struct ct_match_how *how,
    struct ct_match_work *w, struct ct_err *err)
{
	int rc = finish(m, how, w, w->clips, err);

	if (!rc && w->upright)
		rc = finish(m, how, w, w->upright, err);
	return rc;
}
