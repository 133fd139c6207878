/*
 * seen_reel.c - which videos may the lists know by a frame?
 *
 * The frames of films that follow each other are searched together, a run of
 * them at a time, so that they are searched as fast as rows are.
 */
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "seen_impl.h"

static void
begin(struct seen_reel *r, size_t film, const struct seen_film *f)
{
	r->film = film;
	r->frame = f->from;
	r->films = r->frames = 0;
}

/* Has the film a frame that is near, by the hits from there on? */
static void
mark(struct seen_reel *r, const struct seen_film *f, const bool *hit)
{
	if (f->n && memchr(hit, 1, f->n))
		r->some[f->row - r->from] = true;
}

void
seen_upright(uint8_t *to, const struct seen_film *f, const uint8_t *hash)
{
	size_t k;

	for (k = 0; k < f->n; k++)
		ct_match_upright(
		    to + k * CT_HASH_LEN, hash + k * CT_HASH_LEN, seen_turn(f));
}

/* The run's films that are shown turned, once more as they are shown. */
static int
search_upright(struct seen_reel *r, struct ct_err *err)
{
	const struct seen_film *film = r->g->film + r->film, *f;
	const struct seen_film *end = film + r->films;
	struct ct_match_frames all = { .n = 0 };
	uint8_t *hash, *quality;
	size_t at = 0;
	int rc;

	for (f = film; f < end; f++)
		all.n += seen_turn(f) ? f->n : 0;
	if (!all.n)
		return 0;
	all.hash = hash = ct_alloc(all.n, CT_HASH_LEN);
	all.quality = quality = ct_alloc(all.n, 1);
	for (f = film; f < end; f++) {
		if (!seen_turn(f))
			continue;
		seen_upright(hash + at * CT_HASH_LEN, f,
		    r->g->frame + f->from * CT_HASH_LEN);
		memcpy(quality + at, r->g->quality + f->from, f->n);
		at += f->n;
	}
	rc = ct_match_sift_frames(r->sieve, &all, r->news, r->hit, err);
	for (f = film, at = 0; !rc && f < end; f++)
		if (seen_turn(f)) {
			mark(r, f, r->hit + at);
			at += f->n;
		}
	free(hash);
	free(quality);
	return rc;
}

/* The run is over. */
static int
search(struct seen_reel *r, struct ct_err *err)
{
	struct ct_match_frames f = { r->frames,
		r->g->frame + r->frame * CT_HASH_LEN,
		r->g->quality + r->frame };
	const struct seen_film *film = r->g->film + r->film;
	size_t i;
	int c, rc = 0;

	if (!r->frames)
		return 0;
	rc = ct_match_sift_frames(r->sieve, &f, r->news, r->hit, err);
	for (i = 0; !rc && i < r->films; i++, film++)
		mark(r, film, r->hit + (film->from - r->frame));
	if (!rc)
		rc = search_upright(r, err);
	for (c = SEEN_MS; c <= SEEN_QUALITY; c++)
		seen_forget(r->g, (enum seen_column)c, r->frame, r->frames);
	r->films = r->frames = 0;
	return rc;
}

int
seen_sift_frames(struct seen_reel *r, struct ct_err *err)
{
	const struct seen_info *info = r->g->info + r->from;
	struct seen_frames f;
	bool old = false;
	size_t i;

	r->films = r->frames = 0;
	for (i = 0; i < r->n; i++) {
		if (r->bad[i] & r->bad_info || !info[i].film ||
		    !seen_wanted(r->s, &info[i], &old))
			continue;
		if (!seen_segment_frames(r->g, r->from + i, &f)) {
			r->bad[i] |= r->bad_frames;
			continue;
		}
		if (r->film + r->films != info[i].film - 1 ||
		    r->frame + r->frames != f.film.from ||
		    r->frames + f.film.n > SEEN_MOST) {
			if (search(r, err))
				return err->code;
			begin(r, info[i].film - 1, &f.film);
		}
		r->films++;
		r->frames += f.film.n;
	}
	return search(r, err);
}
