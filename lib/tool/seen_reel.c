/*
 * seen_reel.c - which videos may the lists know by a frame?
 *
 * The frames of films that follow each other are searched together, a run of
 * them at a time, so that they are searched as fast as rows are.
 */
#include <string.h>

#include "seen_impl.h"

static void
begin(struct seen_reel *r, size_t film, const struct seen_film *f)
{
	r->film = film;
	r->frame = f->from;
	r->films = r->frames = 0;
}

/* Which of the run's films have a frame that is near? */
static void
mark(struct seen_reel *r)
{
	const struct seen_film *f = r->g->film + r->film;
	size_t i, k;

	for (i = 0; i < r->films; i++, f++)
		for (k = 0; k < f->n; k++)
			if (r->hit[f->from - r->frame + k]) {
				r->some[f->row - r->from] = true;
				break;
			}
}

/* The run is over. */
static int
search(struct seen_reel *r, struct ct_err *err)
{
	struct ct_match_frames f = { r->frames,
		r->g->frame + r->frame * CT_HASH_LEN,
		r->g->quality + r->frame };
	int c, rc = 0;

	if (!r->frames)
		return 0;
	rc = ct_match_sift_frames(r->sieve, &f, r->news, r->hit, err);
	if (!rc)
		mark(r);
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
	bool old;
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
