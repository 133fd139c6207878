/* match_look.c - every hash of a view among the known ones */
#include <stdlib.h>
#include <string.h>

#include "entry.h"
#include "match_impl.h"
#include "prog.h"

void
match_add(struct match_hits *h, struct match_hit hit)
{
	if (h->n == h->cap) {
		h->cap = h->cap ? 2 * h->cap : 64;
		h->p = ct_grow(h->p, h->cap, sizeof *h->p);
	}
	h->p[h->n++] = hit;
}

/* ---- looking up ----------------------------------------------------------
 */

struct look {
	const struct ct_match *m;
	const struct ct_match_how *how;
	struct ct_match_work *w;
	size_t part; /* that is asked */
};

/* All that is known of a hash of the part; the hashes of the delta are counted
 * behind those of the index. */
static int
add(const struct look *l, const struct ct_set_kind *k, struct match_hit hit,
    struct ct_err *err)
{
	const struct ct_set_kind *first = match_kind(l->m, 0, k->name);
	const uint32_t *note;
	size_t n;
	int rc;

	if (ct_set_notes(k, hit.hash, &note, &n, err))
		return err->code;
	if (l->part && first)
		hit.hash += (uint32_t)first->n;
	for (; n; n--) {
		hit.note = *note++;
		rc = match_noted(l->m, l->part, &hit.note, err);
		if (!rc)
			match_add(&l->w->hits, hit);
		else if (rc != CT_NO)
			return rc;
	}
	return 0;
}

/* The hashes of a type, or NULL if none is known. */
static int
kind(const struct look *l, enum match_type type, const struct ct_set_kind **k,
    struct ct_err *err)
{
	*k = match_kind(l->m, l->part, match_types[type]);
	if (*k && (*k)->len != ct_signal_len(match_types[type]))
		return ct_fail(err, CT_DATAERR,
		    "the index is damaged: the length of %s", (*k)->name);
	return 0;
}

void
match_asked(struct ct_match_work *w, enum match_type type)
{
	w->looked += !w->asked[type];
	w->asked[type] = true;
}

static int
look_digest(const struct look *l, enum match_type type, struct ct_err *err)
{
	const struct ct_set_kind *k;
	size_t at;

	if (!l->w->view.has[type])
		return 0;
	if (kind(l, type, &k, err) || !k)
		return err->code;
	match_asked(l->w, type);
	at = ct_set_find(k, l->w->view.digest[type]);
	return at == SIZE_MAX ? 0
			      : add(l, k,
				    (struct match_hit){ .type = (uint8_t)type,
					.hash = (uint32_t)at },
				    err);
}

static int
look_pdq(
    const struct look *l, const uint8_t *pdq, size_t turn, struct ct_err *err)
{
	int max = l->how->threshold >= 0 ? l->how->threshold : l->m->threshold;
	const struct ct_near_find *near = &l->w->near;
	const struct ct_set_kind *k;
	size_t i;

	if (ct_ham_flat(pdq))
		return CT_NO;
	if (kind(l, PDQ, &k, err) || !k)
		return err->code;
	if (ct_set_near(k, pdq, max, &l->w->near, err))
		return err->code;
	for (i = 0; i < near->n; i++)
		if (add(l, k,
			(struct match_hit){ .type = PDQ,
			    .turn = (uint8_t)turn,
			    .hash = near->hit[i].i,
			    .distance = near->hit[i].distance },
			err))
			return err->code;
	return 0;
}

/* The picture as it is, then all orientations. */
static int
look_pdqs(const struct look *l, struct ct_err *err)
{
	const struct match_view *v = &l->w->view;
	size_t i;
	int rc;

	if (v->quality >= 0 && v->quality < l->m->least)
		return 0;
	rc = v->has[PDQ] ? look_pdq(l, v->pdq, 0, err) : CT_NO;
	if (rc > CT_NO)
		return rc;
	if (!rc) {
		if (match_kind(l->m, l->part, match_types[PDQ]))
			match_asked(l->w, PDQ);
		l->w->near_all =
		    v->quality >= MATCH_QUALITY && v->quality >= l->m->most;
	}
	for (i = 0; i < MATCH_TURNS; i++)
		if (v->has_turned[i]) {
			rc = look_pdq(l, v->turned[i], i, err);
			if (rc > CT_NO)
				return rc;
			l->w->flat |= rc == CT_NO;
		}
	return 0;
}

static int
look_pdna(const struct look *l, struct ct_err *err)
{
	struct ct_match_work *w = l->w;
	const struct ct_set_kind *k;
	size_t n, i;

	if (!w->view.has[PDNA])
		return 0;
	if (kind(l, PDNA, &k, err) || !k)
		return err->code;
	if (ct_pdna_flat(w->view.pdna)) {
		w->flat = true;
		return 0;
	}
	match_asked(l->w, PDNA);
	n = ct_pdna_scan(
	    w->view.pdna, k->hash, k->n, l->m->pdna, w->pdna, w->pdna_cap);
	if (n > w->pdna_cap) {
		w->pdna_cap = n;
		w->pdna = ct_grow(w->pdna, n, sizeof *w->pdna);
		(void)ct_pdna_scan(w->view.pdna, k->hash, k->n, l->m->pdna,
		    w->pdna, w->pdna_cap);
	}
	for (i = 0; i < n; i++)
		if (add(l, k,
			(struct match_hit){ .type = PDNA,
			    .hash = (uint32_t)w->pdna[i].i,
			    .distance = w->pdna[i].distance },
			err))
			return err->code;
	return 0;
}

/* That an address is not known says nothing of the bytes: it is not counted as
 * looked up. */
static int
look_urls(const struct look *l, struct ct_err *err)
{
	const struct match_urls *u = &l->w->view.urls;
	const struct ct_set_kind *k;
	uint8_t hash[CT_URL_HASH];
	size_t i, at;

	if (!u->n)
		return 0;
	if (kind(l, URL, &k, err) || !k)
		return err->code;
	for (i = 0; i < u->n; i++) {
		if (ct_url_hash(u->p[i].text, u->p[i].len, hash)) {
			l->w->flat = true;
			continue;
		}
		at = ct_set_find(k, hash);
		if (at != SIZE_MAX &&
		    add(l, k,
			(struct match_hit){ .type = URL, .hash = (uint32_t)at },
			err))
			return err->code;
	}
	return 0;
}

/* ---- the nearest of each, by what their sources ask for --------------------
 */

static int
by_note(const void *a, const void *b)
{
	const struct match_hit *x = a, *y = b;

	if (x->note != y->note)
		return x->note < y->note ? -1 : 1;
	if (x->type != y->type)
		return x->type - y->type;
	if (x->timed != y->timed)
		return x->timed - y->timed;
	if (x->distance != y->distance)
		return x->distance < y->distance ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->turn - y->turn;
}

void
match_compact(struct match_hits *h)
{
	size_t i, n = 0;

	if (h->n > 1)
		qsort(h->p, h->n, sizeof *h->p, by_note);
	for (i = 0; i < h->n; i++)
		if (n == 0 || h->p[i].note != h->p[n - 1].note ||
		    h->p[i].type != h->p[n - 1].type ||
		    h->p[i].timed != h->p[n - 1].timed)
			h->p[n++] = h->p[i];
	h->n = n;
}

/* Notes are in order of source, member and entry; those of a delta come behind
 * the others: then their texts say, which begin with these. */
static int
by_place(const struct ct_match *m, uint32_t x, uint32_t y)
{
	struct ct_err none = { 0 };
	const char *a, *b;
	size_t la, lb, ga, gb;
	int d;

	if (!m->delta || x == y || match_note(m, x, &a, &la, &ga, &none) ||
	    match_note(m, y, &b, &lb, &gb, &none))
		return 0;
	if (ga != gb)
		return ga < gb ? -1 : 1;
	d = memcmp(a, b, la < lb ? la : lb);
	return d ? d : la < lb ? -1 : la > lb;
}

static int
by_distance(const void *a, const void *b, void *m)
{
	const struct match_hit *x = a, *y = b;
	int d;

	if (x->distance != y->distance)
		return x->distance < y->distance ? -1 : 1;
	d = by_place(m, x->note, y->note);
	return d ? d : by_note(a, b);
}

static bool
counts(const struct look *l, const struct match_group *g,
    const struct match_hit *h)
{
	const struct match_view *v = &l->w->view;

	if (!match_surface(g, v->surface, v->surface_len))
		return false;
	if (h->type == PDNA)
		return h->distance <= g->pdna;
	/* what is of a frame was looked at before */
	return h->type != PDQ || h->timed ||
	    ((l->how->threshold >= 0 ||
		 h->distance <= (uint32_t)g->threshold) &&
		(v->quality < 0 || v->quality >= g->quality));
}

/* To the hits that count, or where those of its source go. */
static int
sort_out(const struct look *l, const struct match_hit *h, size_t *n,
    struct ct_err *err)
{
	struct ct_match_work *w = l->w;
	const struct match_group *g;
	const char *text;
	size_t len, group;

	if (match_note(l->m, h->note, &text, &len, &group, err))
		return err->code;
	g = &l->m->group[group];
	if (!counts(l, g, h))
		return 0;
	if (g->action == ACT_SHADOW)
		match_add(&w->shadow, *h);
	else if (g->action == ACT_ALLOW)
		match_add(&w->allowed, *h);
	else
		w->hits.p[(*n)++] = *h;
	return 0;
}

/*
 * What is known to be harmless.  Only a digest that nobody can make twice
 * outweighs what is merely near, since a picture can be made to have any PDQ
 * hash; all else of it is for a person to look at.  An address says nothing of
 * the bytes, nor they of it.
 */
static void
allow(struct ct_match_work *w)
{
	bool proven = false, known[2] = { false, false };
	struct match_hit *h;
	size_t i, n = 0;

	for (i = 0; i < w->allowed.n; i++) {
		h = &w->allowed.p[i];
		proven |= h->type == SHA256 || h->type == SHA512;
		known[h->type == URL] = true;
	}
	for (i = 0; i < w->hits.n; i++) {
		h = &w->hits.p[i];
		if (proven && match_near(h->type))
			continue;
		h->allowed = known[h->type == URL];
		w->hits.p[n++] = *h;
	}
	w->hits.n = n;
}

static void
nearest(const struct ct_match *m, struct match_hits *h)
{
	if (h->n > 1)
		qsort_r(h->p, h->n, sizeof *h->p, by_distance,
		    (void *)(uintptr_t)m);
}

/* Of the picture and of frames: the nearer. */
static void
unite(struct match_hits *h)
{
	size_t i, n = 0;

	for (i = 0; i < h->n; i++) {
		struct match_hit *last = n ? &h->p[n - 1] : NULL;

		if (!last || last->note != h->p[i].note ||
		    last->type != h->p[i].type)
			h->p[n++] = h->p[i];
		else if (h->p[i].distance < last->distance)
			*last = h->p[i];
	}
	h->n = n;
}

static int
choose(const struct look *l, struct ct_err *err)
{
	struct ct_match_work *w = l->w;
	struct match_hits *h = &w->hits;
	struct match_hit hit;
	size_t i, n = 0;

	match_compact(h);
	for (i = 0; i < h->n; i++) {
		hit = h->p[i];
		if (sort_out(l, &hit, &n, err))
			return err->code;
	}
	h->n = n;
	unite(h);
	unite(&w->shadow);
	unite(&w->allowed);
	if (w->allowed.n)
		allow(w);
	nearest(l->m, h);
	nearest(l->m, &w->shadow);
	nearest(l->m, &w->allowed);
	return 0;
}

/* In one part. */
static int
look(const struct look *l, struct ct_err *err)
{
	const struct match_view *v = &l->w->view;
	int rc = 0, type;

	for (type = 0; !rc && type < MATCH_DIGESTS; type++)
		rc = look_digest(l, (enum match_type)type, err);
	if (!rc && (v->has[PDQ] || v->dihedral))
		rc = look_pdqs(l, err);
	if (!rc)
		rc = look_pdna(l, err);
	if (!rc)
		rc = match_clip_look(l->m, l->how, l->w, l->part, err);
	if (!rc)
		rc = match_tmk_look(l->m, l->how, l->w, l->part, err);
	return rc ? rc : look_urls(l, err);
}

int
match_look(const struct ct_match *m, const struct ct_match_how *how,
    struct ct_match_work *w, struct ct_err *err)
{
	struct look l = { .m = m, .how = how, .w = w };
	int rc = 0;

	w->hits.n = w->shadow.n = w->allowed.n = 0;
	memset(w->asked, 0, sizeof w->asked);
	w->looked = 0;
	w->near_all = w->flat = false;
	match_clip_start(m, w);
	match_tmk_start(w);
	for (; !rc && l.part < (m->delta ? MATCH_PARTS : 1); l.part++)
		rc = look(&l, err);
	if (!rc)
		rc = match_clip_end(m, how, w, err);
	return rc || !w->hits.n ? rc : choose(&l, err);
}

/* Does any source that acts look for such a thing on its surface? */
static bool
looked_for(const struct ct_match *m, const struct match_view *v)
{
	size_t i;

	for (i = 0; i < m->ngroups; i++)
		if (m->group[i].action < ACT_SHADOW &&
		    match_surface(&m->group[i], v->surface, v->surface_len))
			return true;
	return false;
}

/* Is there a picture that is none of the frames? */
static bool
apart(const struct match_view *v)
{
	return v->has[PDQ] && v->frames.n &&
	    memcmp(v->pdq, v->frames.frame[0].hash, CT_HASH_LEN) != 0;
}

/* Is there anything that a video could be like? */
static bool
likes_known(const struct ct_match *m)
{
	size_t i;

	for (i = 0; i < (m->delta ? MATCH_PARTS : 1); i++)
		if (match_kind(m, i, match_types[PDQ]))
			return true;
	return m->clips;
}

/* Only what was read whole and looked up, with every hash it has, in lists
 * that were read whole, is clean. */
enum ct_verdict
match_verdict(const struct ct_match *m, const struct ct_match_work *w)
{
	const struct match_view *v = &w->view;

	if (w->hits.n)
		return CT_MATCH;
	if (!m->complete || !w->looked || v->decode == DECODE_BAD ||
	    v->degenerate || w->flat || !looked_for(m, v))
		return CT_UNDECIDED;
	if (m->lacks && (v->video || v->has[VPDQ] || v->has[TMK]))
		return CT_UNDECIDED;
	if (v->has[VPDQ]
		? w->frames_all && (w->near_all || (!apart(v) && !v->still))
		: w->near_all)
		return CT_CLEAN;
	/* no picture, so that there is no PDQ hash to look up */
	if (v->has[VPDQ] || (v->video && likes_known(m)))
		return CT_UNDECIDED;
	return v->decode == DECODE_OK && v->mime && !v->picture &&
		!v->has[PDQ] && !v->dihedral
	    ? CT_CLEAN
	    : CT_UNDECIDED;
}
