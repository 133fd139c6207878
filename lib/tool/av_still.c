/*
 * av_still.c - a few moments of a video as small pictures
 *
 * Where the video says how long it is, each of them is looked for from the key
 * frame before it, unless going on leads there as soon; and where a key frame
 * will do, it alone is decoded.
 */
#include <stdlib.h>
#include <string.h>

#include "av_impl.h"
#include "clock.h"
#include "thumb.h"

#include <libavutil/mathematics.h>

#define BACK 2500 /* ms before where a jump led too far */

/* ---- one of them -----------------------------------------------------------
 */

/* a->frame, shrunk and upright; false: it could not be. */
static bool
shrink(struct av *a, struct av_small *to)
{
	struct ct_thumb t = { .most = a->ask.edge,
		.bytes = a->ask.colour ? 3 : 1 };
	const uint32_t w = (uint32_t)a->frame->width,
		       h = (uint32_t)a->frame->height;
	const size_t stride = av_pixels(a, a->ask.colour);
	uint32_t y;

	if (!stride)
		return false;
	if (ct_thumb_size(&t, w, h, 8)) {
		av_stop(a, CT_IMAGE_OUT_OF_MEMORY);
	} else {
		for (y = 0; y < h; y++)
			ct_thumb_row(
			    &t, a->rows + y * stride, a->ask.colour ? 4 : 1);
		if (ct_thumb_turn(&t, a->turn))
			av_stop(a, CT_IMAGE_OUT_OF_MEMORY);
	}
	ct_thumb_end(&t);
	*to = (struct av_small){
		.pixels = t.pixels, .w = t.w, .h = t.h, .ms = a->ms
	};
	return !a->stop;
}

static void
say(struct av *a, const struct av_small *p)
{
	const uint32_t bytes = a->ask.colour ? 3 : 1;
	const struct ct_video_say still = { .what = CT_VIDEO_STILL,
		.number = a->still.told++,
		.ms = p->ms,
		.w = p->w,
		.h = p->h,
		.quality = bytes,
		.status = p->wanted };

	av_say(&still);
	av_tell(p->pixels, (size_t)p->w * p->h * bytes);
}

/* ---- of a video that does not say how long it is ---------------------------
 */

/* Every second of those that nobody asked for goes. */
static void
halve(struct av_stills *s)
{
	uint32_t i, n = 0, nth = 0;

	for (i = 0; i < s->nkept; i++) {
		if (s->kept[i].wanted || nth++ % 2 == 0)
			s->kept[n++] = s->kept[i];
		else
			free(s->kept[i].pixels);
	}
	s->nkept = n;
	s->step *= 2;
}

static uint32_t
unasked(const struct av_stills *s)
{
	uint32_t i, n = 0;

	for (i = 0; i < s->nkept; i++)
		n += !s->kept[i].wanted;
	return n;
}

static void
keep(struct av *a, bool wanted)
{
	struct av_stills *s = &a->still;
	struct av_small p;

	if (s->count++ % s->step && !wanted)
		return;
	if (s->nkept && s->kept[s->nkept - 1].ms == a->ms) {
		s->kept[s->nkept - 1].wanted |= wanted;
		return;
	}
	if (!shrink(a, &p))
		return;
	p.wanted = wanted;
	s->kept[s->nkept++] = p;
	if (unasked(s) == 2 * a->ask.stills)
		halve(s);
}

void
av_stills_end(struct av *a)
{
	struct av_stills *s = &a->still;
	const uint32_t n = unasked(s), most = a->ask.stills - a->ask.wanted;
	uint32_t i, nth = 0, told = 0;

	for (i = 0; i < s->nkept; i++) {
		if (s->kept[i].wanted) {
			say(a, &s->kept[i]);
		} else {
			/* the ones where the whole part of it grows */
			if (told < most &&
			    (n <= most || nth * most / n >= told)) {
				say(a, &s->kept[i]);
				told++;
			}
			nth++;
		}
		free(s->kept[i].pixels);
	}
	s->nkept = 0;
}

/* ---- of one that does ------------------------------------------------------
 */

static void
add(struct av_stills *s, int64_t from, int64_t at, bool wanted)
{
	uint32_t i = s->n++;

	for (; i > 0 && s->goal[i - 1].from > from; i--)
		s->goal[i] = s->goal[i - 1];
	s->goal[i] =
	    (struct av_goal){ .from = from, .at = at, .wanted = wanted };
}

static void
plan(struct av *a)
{
	struct av_stills *s = &a->still;
	const uint32_t spread = a->ask.stills - a->ask.wanted;
	const int64_t ms = av_length(a);
	uint32_t i;

	s->planned = true;
	for (i = 0; i < a->ask.wanted; i++)
		add(s, a->ask.at[i], a->ask.at[i], true);
	s->step = 1;
	s->thin = ms == 0 && spread;
	for (i = 0; !s->thin && i < spread; i++)
		add(s, ms * i / spread,
		    ms * (2 * (int64_t)i + 1) / (2 * (int64_t)spread), false);
	/* none is looked for behind one that was asked for */
	for (i = s->n; i-- > 1;)
		if (s->goal[i - 1].at > s->goal[i].from)
			s->goal[i - 1].at = s->goal[i].from;
}

/* Has a frame passed a time that was asked for? */
static bool
passed(const struct av *a)
{
	const struct av_stills *s = &a->still;
	uint32_t i;

	for (i = s->next; i < s->n && s->goal[i].from < a->ms; i++)
		if (s->goal[i].wanted)
			return true;
	return false;
}

/* Does this frame reach what is looked for?  *wanted: a time asked for. */
static bool
reached(struct av *a, bool *wanted)
{
	struct av_stills *s = &a->still;
	bool any = false;

	for (*wanted = false; s->next < s->n; s->next++, any = true) {
		if (s->goal[s->next].from > a->ms)
			break;
		*wanted |= s->goal[s->next].wanted;
	}
	return any;
}

void
av_still(struct av *a)
{
	struct av_stills *s = &a->still;
	struct av_small p;
	bool wanted;

	if (!s->planned)
		plan(a);
	if (a->until && ct_mono() > a->until)
		av_stop(a, CT_IMAGE_PARTIAL);
	/* of one without a time, after a jump, none is known */
	if (a->stop ||
	    (s->jumped && a->frame->best_effort_timestamp == AV_NOPTS_VALUE))
		return;
	/* a jump may have led too far for a time that was asked for */
	s->far = s->fresh && s->back < s->goal[s->next].at && passed(a);
	s->fresh = false;
	if (s->far)
		return;
	if (s->thin) {
		(void)reached(a, &wanted);
		keep(a, wanted);
		return;
	}
	if (reached(a, &wanted) && shrink(a, &p)) {
		p.wanted = wanted;
		say(a, &p);
		s->last = a->ms;
		free(p.pixels);
	}
	if (s->next == s->n)
		av_stop(a, a->damaged ? CT_IMAGE_PARTIAL : CT_IMAGE_OK);
}

/* ms from the first frame as a time stamp of the stream. */
static int64_t
stamp(const struct av *a, int64_t ms)
{
	const int64_t zero = a->zero == AV_NOPTS_VALUE ? 0 : a->zero;

	return zero + av_rescale_q(ms, (AVRational){ 1, 1000 }, a->base);
}

/* Where the next is looked for: go there, if that is before long. */
static void
jump(struct av *a, int64_t now)
{
	struct av_stills *s = &a->still;
	const int64_t at = s->goal[s->next].at - s->back,
		      to = stamp(a, at > 0 ? at : 0);
	const AVIndexEntry *e = avformat_index_get_entry_from_timestamp(
	    a->stream, to, AVSEEK_FLAG_BACKWARD);

	if (!s->drained && !s->far && e && now != AV_NOPTS_VALUE &&
	    e->timestamp <= now)
		return;
	if (av_seek_frame(
		a->file, a->stream->index, to, AVSEEK_FLAG_BACKWARD) >= 0) {
		s->jumped = s->fresh = true;
		a->ms = s->last;
	}
	avcodec_flush_buffers(a->codec);
	s->drained = false;
}

/* Is this a key frame that will do?  Then nothing behind it is needed. */
static bool
enough(const struct av *a)
{
	const struct av_stills *s = &a->still;
	const AVPacket *p = a->packet;

	if (s->slow || !(p->flags & AV_PKT_FLAG_KEY))
		return false;
	if (a->frames == 0)
		return true;
	return p->pts != AV_NOPTS_VALUE &&
	    p->pts >= stamp(a, s->goal[s->next].from);
}

static void
seek_all(struct av *a)
{
	struct av_stills *s = &a->still;
	int64_t now = AV_NOPTS_VALUE;
	uint32_t next, frames;
	int rc = 0;

	plan(a);
	while (!a->stop && (rc = av_read_frame(a->file, a->packet)) == 0) {
		next = s->next;
		frames = a->frames;
		if (a->packet->stream_index == a->stream->index) {
			now = a->packet->dts;
			s->drained = enough(a);
			av_feed(a, a->packet, av_picture);
			if (s->drained && !a->stop)
				av_feed(a, NULL, av_picture);
			/* nor is it tried again where that led nowhere */
			s->slow |= s->drained && s->next == next &&
			    (frames || !a->frames);
		}
		av_packet_unref(a->packet);
		s->back = s->next != next ? 0 : s->back;
		if (s->far)
			s->back = s->back ? s->back * 4 : BACK;
		if (!a->stop && (s->next != next || s->drained || s->far))
			jump(a, now);
	}
	av_ended(a, rc);
}

void
av_stills_on(struct av *a)
{
	a->still.jumped = a->still.fresh = a->still.far = false;
	a->still.back = 0;
}

void
av_stills(struct av *a)
{
	av_stills_on(a);
	if (a->part == 0 && av_length(a))
		seek_all(a);
	else
		av_packets(a);
}
