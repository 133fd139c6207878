#include "av_impl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "clock.h"
#include "err.h"
#include "os.h"

#include <libavutil/log.h>
#include <libavutil/mathematics.h>

#define PICTURE 60                 /* seconds of CPU time */
#define RUN 64000                  /* frames of 1000 s, of which one is due */
#define STANDS 60                  /* frames of one time */
#define SLACK ((uint64_t)64 << 20) /* memory of the libraries themselves */

void
av_tell(const void *bytes, size_t left)
{
	const char *at = bytes;
	ssize_t n;

	for (; left; at += n, left -= (size_t)n) {
		n = write(1, at, left);
		if (n < 0 && errno != EINTR)
			_exit(CT_IOERR);
		n = n < 0 ? 0 : n;
	}
}

void
av_say(const struct ct_video_say *say)
{
	av_tell(say, sizeof *say);
}

void
av_stop(struct av *a, enum ct_image_status status)
{
	if (!a->stop)
		a->status = status;
	a->stop = true;
}

/* ---- frames ---------------------------------------------------------------
 */

/* A name of libav's, or what of it is of a name's bytes. */
static void
name(char to[CT_VIDEO_NAME], const char *from)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz0123456789_-,";
	size_t n = from ? strspn(from, good) : 0;

	n = n < CT_VIDEO_NAME ? n : CT_VIDEO_NAME - 1;
	memcpy(to, from ? from : "", n);
}

int64_t
av_length(const struct av *a)
{
	const AVRational ms = { 1, 1000 };
	int64_t says;

	if (!a->stream)
		return 0;
	says = a->stream->duration;
	if (says != AV_NOPTS_VALUE)
		says = av_rescale_q(says, a->stream->time_base, ms);
	else if (a->file->duration != AV_NOPTS_VALUE)
		says = av_rescale_q(a->file->duration, AV_TIME_BASE_Q, ms);
	return says > 0 && says < CT_VPDQ_MS ? says : 0;
}

static void
head(const struct av *a)
{
	/* of one that is mirrored: after that was done */
	static const uint32_t degrees[] = { 0, 0, 0, 180, 180, 270, 90, 90,
		270 };
	struct ct_video_say say = { .what = CT_VIDEO_HEAD,
		.w = (uint32_t)a->frame->width,
		.h = (uint32_t)a->frame->height,
		.turn = degrees[a->turn],
		.ms = av_length(a),
		.picture = a->picture };

	name(say.format, a->format);
	name(say.codec,
	    a->codec ? avcodec_get_name(a->codec->codec_id) : a->format);
	av_say(&say);
}

/* How long a frame is shown, by the rate that the video names. */
static int64_t
usual(const struct av *a)
{
	AVRational rate = a->rate;

	if (rate.num <= 0 || rate.den <= 0)
		rate = (AVRational){ 25, 1 };
	return av_rescale(1000, rate.den, rate.num);
}

/* Does the clock stand still, for more frames than there are in a second? */
static bool
stands(struct av *a, int64_t at)
{
	a->same = a->frames > a->before && at == a->ms ? a->same + 1 : 0;
	return a->same == STANDS;
}

/* When the frame is shown, from the first; never earlier than one before: where
 * the clock goes back, as of parts that were joined, or stands still, it is set
 * anew. */
static int64_t
when(struct av *a)
{
	const AVRational ms = { 1, 1000 };
	int64_t shown = a->frame->best_effort_timestamp, at = -1, by;
	int64_t next = a->frames ? a->ms + (usual(a) ? usual(a) : 1) : 0;

	if (shown == AV_NOPTS_VALUE)
		at = next;
	else if (a->zero != AV_NOPTS_VALUE &&
	    !__builtin_sub_overflow(shown, a->zero, &by))
		at = av_rescale_q(by, a->base, ms);
	if (at < a->ms || at >= CT_VPDQ_MS || stands(a, at)) {
		at = next;
		a->same = 0;
		by = av_rescale_q(at, ms, a->base);
		if (__builtin_sub_overflow(shown, by, &a->zero))
			a->zero = AV_NOPTS_VALUE;
	}
	if (at < CT_VPDQ_MS)
		return at;
	a->damaged = true;
	return a->ms;
}

/* Is it the first in its part of a second?  Time stamps may stand still: then
 * frames are counted, as of a film that has more of them than others have. */
static bool
due(struct av *a)
{
	int64_t slot;

	if (a->cover || a->ask.rate == 0)
		return true;
	slot = av_rescale_rnd(a->ms, a->ask.rate, 1000000, AV_ROUND_DOWN);
	if (a->frames > a->before && slot <= a->slot &&
	    ++a->passed < RUN / a->ask.rate)
		return false;
	a->slot = slot;
	a->passed = 0;
	return true;
}

void
av_picture(struct av *a)
{
	struct ct_vpdq_frame f = { .number = a->frames };
	struct ct_video_say say = { .what = CT_VIDEO_FRAME,
		.number = a->frames };
	const uint32_t w = (uint32_t)a->frame->width;
	const uint32_t h = (uint32_t)a->frame->height;

	if (w == 0 || h == 0 || av_too_large(a, w, h) || !av_unmarked(a))
		return;
	if (a->frames == a->ask.frames) {
		av_stop(a, CT_IMAGE_TOO_MANY_FRAMES);
		return;
	}
	a->damaged |= a->frame->decode_error_flags ||
	    (a->frame->flags & AV_FRAME_FLAG_CORRUPT);
	a->ms = when(a);
	if (a->frames == a->before)
		a->begun = a->ms;
	if (a->frames == 0)
		head(a);
	if (a->ask.stills) {
		av_still(a);
	} else if (due(a)) {
		av_hash(a, &f);
		memcpy(say.hash, f.hash, sizeof say.hash);
		say.quality = f.quality;
		say.ms = a->ms;
		av_say(&say);
	}
	if (a->tmk.sum && a->part == 0 && !a->cover)
		av_small(a);
	a->frames++;
}

/* ---- packets --------------------------------------------------------------
 */

void
av_feed(struct av *a, const AVPacket *packet, void (*take)(struct av *a))
{
	int rc = avcodec_send_packet(a->codec, packet);

	if (rc == AVERROR(ENOMEM))
		av_stop(a, CT_IMAGE_OUT_OF_MEMORY);
	a->damaged |= rc < 0 && rc != AVERROR_EOF;
	while (!a->stop) {
		rc = avcodec_receive_frame(a->codec, a->frame);
		if (rc == AVERROR(ENOMEM))
			av_stop(a, CT_IMAGE_OUT_OF_MEMORY);
		if (rc < 0) {
			a->damaged |=
			    rc != AVERROR(EAGAIN) && rc != AVERROR_EOF;
			return;
		}
		take(a);
		av_frame_unref(a->frame);
	}
}

/* Did it end much earlier than it says that it does? */
static bool
short_of(const struct av *a)
{
	int64_t says = a->ask.keyframes ? 0 : av_length(a);
	int64_t end = a->ms - a->begun + usual(a);

	end = end < a->shown ? a->shown : end;
	return end + 250 + says / 50 < says;
}

void
av_ended(struct av *a, int rc)
{
	if (rc == AVERROR(ENOMEM))
		av_stop(a, CT_IMAGE_OUT_OF_MEMORY);
	a->damaged |= rc < 0 && rc != AVERROR_EOF;
	if (!a->stop)
		av_feed(a, NULL, av_picture);
}

/* How long what is in the packet is shown, if it says so. */
static void
until(struct av *a)
{
	const AVRational ms = { 1, 1000 };
	int64_t at = a->packet->pts, from = a->stream->start_time;

	if (at == AV_NOPTS_VALUE || from == AV_NOPTS_VALUE ||
	    a->packet->duration <= 0 || __builtin_sub_overflow(at, from, &at) ||
	    __builtin_add_overflow(at, a->packet->duration, &at))
		return;
	at = av_rescale_q(at, a->base, ms);
	if (at > a->shown && at < CT_VPDQ_MS)
		a->shown = at;
}

void
av_packets(struct av *a)
{
	int rc = 0;

	while (!a->stop && (rc = av_read_frame(a->file, a->packet)) == 0) {
		if (a->packet->stream_index == a->stream->index) {
			until(a);
			av_feed(a, a->packet, av_picture);
		}
		av_packet_unref(a->packet);
	}
	av_ended(a, rc);
}

/* What is open, all of it. */
static void
play(struct av *a)
{
	if (!a->stop && a->stream && a->ask.stills)
		av_stills(a);
	else if (!a->stop && a->stream)
		av_packets(a);
	a->damaged |= short_of(a);
	av_covers(a);
}

void
av_found(struct av *a, uint64_t from, uint64_t to)
{
	if (a->parts == AV_PARTS)
		a->more = true;
	else
		a->found[a->parts++] =
		    (struct av_range){ a->from + (int64_t)from,
			    a->from + (int64_t)to };
}

/* The picture or video in those bytes, and what is found there besides. */
static void
part(struct av *a, const struct av_range *in)
{
	const int64_t left = in->to - in->from;
	int64_t next;

	a->from = in->from;
	a->size = a->own = left;
	a->before = a->frames;
	a->begun = a->ms;
	av_begin(a);
	if (a->stop)
		return;
	next = (int64_t)av_next(a);
	if (next < left)
		av_found(a, (uint64_t)next, (uint64_t)left);
	if (av_heif(a) ? a->moves && !a->stop : !av_webp(a)) {
		a->zero = AV_NOPTS_VALUE;
		av_open(a);
		play(a);
	}
	if (!a->stop)
		av_within(a);
}

/* Where others were decoded, it is enough to know that this was not. */
static void
forgive(struct av *a)
{
	const bool none = a->frames && a->stop &&
	    (a->status == CT_IMAGE_UNSUPPORTED ||
		a->status == CT_IMAGE_CORRUPT);

	a->more |= none || (a->part && a->frames == a->before);
	a->stop &= !none;
}

static void
decode(struct av *a)
{
	av_found(a, 0, (uint64_t)a->size);
	for (; !a->stop && a->part < a->parts; a->part++) {
		part(a, &a->found[a->part]);
		forgive(a);
		a->damaged |= a->frames == 0;
		av_part_end(a);
	}
	if (a->frames == 0)
		av_stop(a, CT_IMAGE_CORRUPT);
	else if (a->more)
		av_stop(a, CT_IMAGE_TOO_MANY_FRAMES);
	else if (a->damaged)
		av_stop(a, CT_IMAGE_PARTIAL);
	else
		av_stop(a, CT_IMAGE_OK);
	if (a->ask.stills)
		av_stills_end(a);
}

/* ---- the process ----------------------------------------------------------
 */

static void
end(struct av *a)
{
	const struct ct_video_say say = { .what = CT_VIDEO_END,
		.status = a->status,
		.number = a->frames,
		.ms = a->ms };
	uint8_t *bytes;

	av_say(&say);
	if (!a->tmk.sum || a->frames == 0)
		return;
	ct_tmk_end(a->tmk.sum);
	bytes = malloc(CT_TMK_LEN);
	if (!bytes)
		_exit(CT_OSERR);
	ct_tmk_write(a->tmk.sum, bytes);
	av_tell(bytes, CT_TMK_LEN);
	free(bytes);
}

/* Of a picture that is too large for libav itself nothing is had but what it
 * writes of it; nor of faults in a TIFF. */
static struct av *served;

static void
listen(void *who, int level, const char *format, va_list args)
{
	static const char said[] = "Picture size %ux%u";
	uint32_t w;

	(void)who;
	served->damaged |=
	    level <= AV_LOG_ERROR && served->kind == CT_IMAGE_TIFF;
	if (strncmp(format, said, sizeof said - 1) != 0)
		return;
	w = va_arg(args, uint32_t);
	(void)av_too_large(served, w, va_arg(args, uint32_t));
}

/* What is done but once, and may take system calls, before there are none. */
static void
warm_up(struct av *a)
{
	static const uint8_t grey[64 * 64];
	const struct ct_vpdq_rows rows = {
		.at = grey, .stride = 64, .w = 64, .h = 64, .pixel = CT_PDQ_GREY
	};
	struct ct_vpdq_frame f;
	struct ct_err err;

	if (ct_vpdq_hash(&a->hasher, &rows, &f, &err))
		_exit(CT_OSERR);
	av_log_set_callback(listen);
	served = a;
	(void)ct_mono();
}

static void
confine(const struct av *a)
{
	struct ct_video_say say = { .what = CT_VIDEO_READY };
	int landlock = ct_os_confine(0);

	if (landlock < 0 || ct_os_limit_cpu(a->ask.seconds) < 0)
		_exit(CT_UNAVAILABLE);
	if (!ct_os_sanitized()) {
		if (ct_os_limit(RLIMIT_DATA, a->ask.memory + SLACK) < 0 ||
		    ct_os_filter_media() < 0)
			_exit(CT_UNAVAILABLE);
		say.w = 1;
	}
	say.h = (uint32_t)landlock;
	av_say(&say);
}

/* The next one, from byte from to byte to. */
static void
serve(struct av *a, int64_t from, int64_t to)
{
	*a = (struct av){ .ask = a->ask,
		.hasher = a->hasher,
		.zero = AV_NOPTS_VALUE,
		.from = from,
		.size = to - from };
	if (a->ask.tmk && !(a->tmk.sum = calloc(1, sizeof *a->tmk.sum)))
		_exit(CT_OSERR);
	if (a->ask.soft)
		a->until = ct_mono() + a->ask.soft;
	decode(a);
	end(a);
	av_close(a);
}

/* Of a picture that does not move the time is short, whatever the request says:
 * libav's decoder of JPEG XL, for one, goes round in a circle if some end
 * early. */
static uint32_t
seconds(uint32_t asked)
{
	uint8_t head[4096];
	ssize_t n = lseek(0, 0, SEEK_SET) < 0 ? -1 : read(0, head, sizeof head);

	switch (n < 0 ? CT_IMAGE_OTHER : ct_image_kind(head, (size_t)n)) {
	case CT_IMAGE_BMP:
	case CT_IMAGE_TIFF:
	case CT_IMAGE_JXL:
	case CT_IMAGE_JP2:
	case CT_IMAGE_HEIC:
		return asked < PICTURE ? asked : PICTURE;
	default:
		return asked;
	}
}

static struct av a; /* of this process */

int
ct_av_serve_all(const int64_t *at, size_t n)
{
	if (read(1, &a.ask, sizeof a.ask) != (ssize_t)sizeof a.ask ||
	    a.ask.stills > CT_VIDEO_STILLS || a.ask.wanted > a.ask.stills)
		return CT_USAGE;
	if (n == 1)
		a.ask.seconds = seconds(a.ask.seconds);
	if (!served)
		warm_up(&a);
	confine(&a);
	for (; n--; at++)
		serve(&a, at[0], at[1]);
	ct_vpdq_hasher_free(&a.hasher);
	_exit(CT_OK);
}

/* The one video of this process. */
static void
one(void)
{
	const int64_t at[] = { 0, lseek(0, 0, SEEK_END) };

	_exit(at[1] < 0 ? CT_OSERR : ct_av_serve_all(at, 1));
}

static void
ready(void)
{
	warm_up(&a);
}

int
ct_av_serve(void)
{
	return ct_video_serve(ready, one);
}
