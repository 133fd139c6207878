/* av_impl.h - private to the part av: one video on its way through libav */
#ifndef CT_AV_IMPL_H
#define CT_AV_IMPL_H

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswscale/swscale.h>
#include <stdbool.h>

#include "av.h"
#include "video.h"

struct av_tmk { /* frames at CT_TMK_FPS, as ffmpeg -r makes them */
	struct SwsContext *sws; /* from frames of */
	int w, h, format;
	struct ct_tmk *sum;
	double next; /* the time of the next one, in them */
	bool any;
	float luma[CT_TMK_SIDE * CT_TMK_SIDE]; /* of the last */
};

struct av {
	struct ct_video_ask ask;
	int64_t size; /* bytes */
	/* of libav */
	AVFormatContext *file;
	AVIOContext *io;
	AVStream *stream;
	AVCodecContext *codec;
	AVFrame *frame;
	AVPacket *packet;
	struct SwsContext *sws;
	/* what was found */
	bool picture; /* of a kind of pictures, see video.h */
	enum ct_image_status status;
	bool stop;    /* the status is set; nothing more is wanted */
	bool damaged; /* in part */
	uint32_t frames;
	int64_t zero; /* time stamp of the first */
	int64_t ms;   /* of the last */
	int64_t slot; /* that the last frame hashed was for */
	struct ct_vpdq_hasher hasher;
	uint8_t *rows; /* of a frame that is not luma as it is */
	size_t room;
	struct av_tmk tmk;
};

void av_say(const struct ct_video_say *say);
void av_stop(struct av *a, enum ct_image_status status);

/* av_input.c: open what is at descriptor 0, or stop with the reason. */
void av_open(struct av *a);
void av_close(struct av *a);

/* av_luma.c: hash a->frame; add it to TMK. */
void av_hash(struct av *a, struct ct_vpdq_frame *f);
void av_small(struct av *a);

#endif
