/* video_still.c - stills of a video: what ct-decode-video says, checked */
#include <stdlib.h>
#include <string.h>

#include "blake.h"
#include "prog.h"
#include "video_impl.h"

bool
video_still(struct video_talk *t, const struct ct_video_say *s, bool *late)
{
	struct ct_stills *all = t->stills;
	const struct ct_video_ask *ask = t->ask;
	const struct ct_still *last = all->n ? &all->still[all->n - 1] : NULL;
	struct ct_still *one = &all->still[all->n];
	size_t len;

	if (!t->head || all->n == ask->stills || s->number != all->n ||
	    s->w == 0 || s->h == 0 || s->w > ask->edge || s->h > ask->edge ||
	    s->quality != (ask->colour ? 3 : 1) || s->status > 1 ||
	    s->ms < (last ? last->ms + 1 : 0) || s->ms >= CT_VPDQ_MS)
		return false;
	len = (size_t)s->w * s->h * s->quality;
	*one = (struct ct_still){ .w = s->w,
		.h = s->h,
		.bytes = (int)s->quality,
		.ms = s->ms,
		.wanted = s->status == 1,
		.pixels = ct_alloc(len, 1) };
	all->n++; /* what came of it is wiped, too */
	if (video_hear(t, one->pixels, len, late))
		return true;
	all->n--;
	ct_wipe(one->pixels, len);
	free(one->pixels);
	return false;
}

int
ct_video_stills(struct ct_video_decoder *d, int fd,
    const struct ct_stills_how *with, struct ct_stills *s, struct ct_err *err)
{
	struct ct_video_how how = ct_video_how;
	struct ct_video_ask ask;
	struct ct_video v = { .frames = 0 };
	struct video_talk t = {
		.with = d, .how = &how, .v = &v, .stills = s, .ask = &ask
	};
	size_t i;
	int rc;

	how.ms = with->ms;
	ask = video_ask(&how);
	ask.stills = with->n < CT_VIDEO_STILLS ? with->n : CT_VIDEO_STILLS;
	ask.wanted = with->wanted < ask.stills ? with->wanted : ask.stills;
	ask.edge = with->side;
	ask.colour = with->colour;
	ask.soft = with->ms / 4 * 3;
	for (i = 0; i < ask.wanted; i++)
		ask.at[i] = with->at[i];
	memset(s, 0, sizeof *s);
	rc = video_talk(&t, &ask, fd, err);
	s->status = v.status;
	s->w = v.w;
	s->h = v.h;
	s->turn = v.turn;
	s->ms = t.says ? t.says : v.ms;
	s->picture = v.picture;
	s->alone = v.still;
	memcpy(s->codec, v.codec, sizeof s->codec);
	ct_video_free(&v);
	return rc;
}

void
ct_stills_free(struct ct_stills *s)
{
	struct ct_still *one;

	while (s->n) {
		one = &s->still[--s->n];
		ct_wipe(
		    one->pixels, (size_t)one->w * one->h * (size_t)one->bytes);
		free(one->pixels);
		*one = (struct ct_still){ 0 };
	}
}
