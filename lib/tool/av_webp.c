/* av_webp.c - WebP that moves, over libwebp's demux */
#include <webp/demux.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "av_impl.h"
#include "number.h"

#define CHUNK ((size_t)8) /* bytes before its contents: name and size */
#define RIFF ((size_t)12) /* before the first chunk */

/*
 * libwebp takes none that is not whole: what is cut off in a chunk ends before
 * it.  Returns how much there is then, which the head says, too.
 */
static size_t
whole(struct av *a, uint8_t *p, size_t len)
{
	size_t said = CHUNK + ct_little(p + 4, 4), at = RIFF, size;

	len = said < RIFF ? RIFF : said < len ? said : len;
	while (len - at >= CHUNK) {
		size = CHUNK + ct_little(p + at + 4, 4);
		size += size % 2;
		if (size > len - at)
			break;
		at += size;
	}
	a->damaged |= at < said;
	said = at - CHUNK;
	for (size = 4; size < 8; size++, said >>= 8)
		p[size] = said & 0xff;
	return at;
}

/* Its frames as it has put them together; each is shown until the time that
 * comes with it. */
static void
play(struct av *a, WebPAnimDecoder *decoder)
{
	WebPAnimInfo info;
	int from = 0, until;
	uint8_t *rgba;

	if (!WebPAnimDecoderGetInfo(decoder, &info))
		return;
	while (!a->stop && WebPAnimDecoderHasMoreFrames(decoder)) {
		if (!WebPAnimDecoderGetNext(decoder, &rgba, &until)) {
			a->damaged = true;
			return;
		}
		a->frame->data[0] = rgba;
		a->frame->linesize[0] = (int)info.canvas_width * 4;
		a->frame->width = (int)info.canvas_width;
		a->frame->height = (int)info.canvas_height;
		a->frame->format = AV_PIX_FMT_RGB0;
		a->frame->best_effort_timestamp = from;
		av_picture(a);
		av_frame_unref(a->frame);
		from = until;
	}
}

static void
animate(struct av *a, const uint8_t *p, size_t len)
{
	const WebPData data = { p, len };
	WebPAnimDecoderOptions options;
	WebPAnimDecoder *decoder = NULL;

	if (WebPAnimDecoderOptionsInit(&options)) {
		options.color_mode = MODE_RGBA;
		options.use_threads = 0;
		decoder = WebPAnimDecoderNew(&data, &options);
	}
	if (decoder)
		play(a, decoder);
	WebPAnimDecoderDelete(decoder);
}

bool
av_webp(struct av *a)
{
	size_t len = (size_t)a->size;
	uint8_t *p;

	if (a->kind != CT_IMAGE_WEBP || !a->moves)
		return false;
	a->format = "webp";
	a->base = (AVRational){ 1, 1000 };
	p = (uint64_t)a->size < a->ask.memory ? malloc(len) : NULL;
	if (!p) {
		av_stop(a, CT_IMAGE_OUT_OF_MEMORY);
		return true;
	}
	if (av_read_at(a, 0, p, len) == len && len >= RIFF + CHUNK + 10 &&
	    !av_too_large(a, (uint32_t)ct_little(p + RIFF + CHUNK + 4, 3) + 1,
		(uint32_t)ct_little(p + RIFF + CHUNK + 7, 3) + 1))
		animate(a, p, whole(a, p, len));
	free(p);
	return true;
}
