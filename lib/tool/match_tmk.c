/* match_tmk.c - a video among others by TMK+PDQF */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "match_impl.h"
#include "prog.h"

#define WORTH (CT_CLIP_LEVEL / 10 * 7) /* a level 2 that is worth a look */

struct match_tmk {
	struct ct_tmk tmk; /* of the record */
	enum { UNREAD, READ, BAD } is;
	struct ct_tmk_hit *level1;
	size_t cap;
};

void
match_tmk_free(struct match_tmk *t)
{
	if (t)
		free(t->level1);
	free(t);
}

void
match_tmk_start(struct ct_match_work *w)
{
	if (w->tmk)
		w->tmk->is = UNREAD;
}

struct ask {
	const struct ct_match *m;
	const struct ct_match_how *how;
	struct ct_match_work *w;
	size_t part;
	const struct ct_set_kind *kind;
};

/* The file that the record names.  Without it nothing is clean. */
static void
read_file(struct match_tmk *t, const struct match_view *v)
{
	static atomic_flag told = ATOMIC_FLAG_INIT;
	char *path = ct_printf("%.*s", (int)v->tmk_len, v->tmk);
	struct ct_err why = { 0 };
	uint8_t *bytes;
	size_t len;
	int rc = strlen(path) == v->tmk_len
	    ? ct_clip_file(path, &bytes, &len, &why)
	    : ct_fail(&why, CT_DATAERR, "a NUL in its name");

	if (!rc) {
		rc = ct_tmk_read(&t->tmk, bytes, len, &why);
		free(bytes);
	}
	free(path);
	t->is = rc ? BAD : READ;
	if (rc && !atomic_flag_test_and_set(&told))
		ct_warn("hashes.tmk of a record: %s; it is not looked up, nor"
			" are others like it told of",
		    why.msg);
}

/* The best of all periods: by how many ms the record is later. */
static int64_t
later(const struct ct_tmk_shift shift[CT_TMK_PERIODS])
{
	const struct ct_tmk_shift *best = shift;
	int64_t frames;
	int i;

	for (i = 1; i < CT_TMK_PERIODS; i++)
		if (shift[i].score > best->score)
			best = &shift[i];
	frames = best->frames;
	if (2 * best->frames > best->period)
		frames -= best->period;
	return frames * 1000 / CT_TMK_FPS;
}

/* Its value in the index is what ct_clip_build put there: floats may have any
 * value, of which none does harm. */
static void
level2(const struct ask *a, struct match_hit *hit, size_t i)
{
	const uint8_t *at = a->kind->value;
	const struct ct_tmk *t = (const void *)(at + i * a->kind->value_len);
	struct ct_tmk_shift shift[CT_TMK_PERIODS];

	hit->level2 = ct_tmk_level2(&a->w->tmk->tmk, t, shift);
	hit->at = later(shift);
	hit->distance =
	    hit->level2 < 1 ? (uint32_t)((1 - hit->level2) * CT_HAM_MAX) : 0;
}

static float
level(int parts)
{
	return (float)parts / CT_CLIP_LEVEL;
}

/* One that has the level 1 of some source. */
static int
each(const struct ask *a, const struct ct_tmk_hit *one, struct ct_err *err)
{
	const struct match_view *v = &a->w->view;
	struct match_hit hit = { .type = TMK, .level1 = one->score };
	const struct match_group *g;
	struct ct_clip_limits l;
	const uint32_t *note;
	const char *text;
	size_t n, len, group;
	bool known = false;
	int rc;

	if (ct_set_notes(a->kind, one->i, &note, &n, err))
		return err->code;
	for (; n; n--) {
		hit.note = *note++;
		rc = match_noted(a->m, a->part, &hit.note, err);
		if (rc == CT_NO)
			continue;
		if (rc || match_note(a->m, hit.note, &text, &len, &group, err))
			return err->code;
		g = &a->m->group[group];
		l = match_clip_limits(a->how, &g->clips);
		if (one->score < level(l.level1) ||
		    !match_surface(g, v->surface, v->surface_len))
			continue;
		if (!known)
			level2(a, &hit, one->i);
		known = true;
		hit.hash = hit.note;
		if (hit.level2 >= level(l.level2))
			match_add(&a->w->hits, hit);
		else if (hit.level2 >= level(WORTH) && g->action < ACT_SHADOW)
			a->w->flat = true;
	}
	return 0;
}

/* All that have the level 1 that the least of all sources asks for. */
static int
scan(const struct ask *a, int min, struct ct_err *err)
{
	struct match_tmk *t = a->w->tmk;
	const struct ct_set_kind *k = a->kind;
	float unit[CT_TMK_DIM];
	size_t n, i;

	ct_tmk_unit(&t->tmk, unit);
	n = ct_tmk_scan(unit, k->unit, k->n, level(min), t->level1, t->cap);
	if (n > t->cap) {
		t->cap = n;
		t->level1 = ct_grow(t->level1, n, sizeof *t->level1);
		(void)ct_tmk_scan(
		    unit, k->unit, k->n, level(min), t->level1, n);
	}
	for (i = 0; i < n; i++)
		if (each(a, &t->level1[i], err))
			return err->code;
	return 0;
}

int
match_tmk_look(const struct ct_match *m, const struct ct_match_how *how,
    struct ct_match_work *w, size_t part, struct ct_err *err)
{
	const struct ct_set_kind *k = match_kind(m, part, match_types[TMK]);
	struct ask a = { m, how, w, part, k };

	if (!w->view.has[TMK] || !k)
		return 0;
	if (k->unit_len != CT_TMK_DIM * sizeof(float) ||
	    k->value_len != sizeof w->tmk->tmk)
		return ct_fail(err, CT_DATAERR,
		    "the index is damaged: the length of %s", k->name);
	if (!w->tmk)
		w->tmk = ct_alloc(1, sizeof *w->tmk);
	if (w->tmk->is == UNREAD)
		read_file(w->tmk, &w->view);
	if (w->tmk->is == BAD) {
		w->flat = true;
		return 0;
	}
	match_asked(w, TMK);
	return scan(&a,
	    how->clips && how->clips->level1 >= 0 ? how->clips->level1
						  : m->level1,
	    err);
}
