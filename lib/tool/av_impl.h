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
	enum AVColorSpace colours;
	enum AVColorRange range;
	struct ct_tmk *sum;
	double next; /* the time of the next one, in them */
	bool any;
	float luma[CT_TMK_SIDE * CT_TMK_SIDE]; /* of the last */
};

struct av_goal {      /* a still that is looked for */
	int64_t at;   /* ms: where to look, */
	int64_t from; /* and the first that it may be of */
	bool wanted;
};

struct av_small { /* one that was found */
	uint8_t *pixels;
	uint32_t w, h;
	int64_t ms;
	bool wanted;
};

struct av_stills {
	struct av_goal goal[CT_VIDEO_STILLS];
	uint32_t n, next;
	uint32_t told;
	bool planned; /* goals are set */
	bool drained; /* the decoder was, and begins anew */
	bool jumped;
	bool slow;  /* key frames alone do not do */
	bool fresh; /* no frame came since a jump */
	bool far;   /* it led too far, and is to go back by, in ms */
	int64_t back;
	int64_t last; /* ms, of the last that was told */
	/* where nothing says how long the video is: every step-th frame */
	bool thin;
	struct av_small kept[3 * CT_VIDEO_STILLS];
	uint32_t nkept;
	uint64_t step, count;
};

#define AV_PARTS 64 /* pictures and videos in one, at most */

struct av {
	struct ct_video_ask ask;
	int64_t from, size; /* bytes of descriptor 0 that are the video */
	int64_t own; /* of them: where what is behind it begins, or size */
	int64_t at;  /* of it, which libav reads next */
	/* of libav */
	AVFormatContext *file;
	AVIOContext *io;
	AVStream *stream;
	AVCodecContext *codec;
	AVFrame *frame;
	AVPacket *packet;
	struct SwsContext *sws;
	/* what was found */
	enum ct_image_kind kind; /* by its first bytes */
	bool picture;            /* of a kind of pictures, see video.h */
	bool moves;              /* the container says so of pictures */
	bool looked; /* nothing else is within it but what is behind it */
	bool cover;  /* it is one of a video that was decoded */
	const char *format;    /* libav's name of the container, or ours */
	uint32_t turn;         /* upright by this, as EXIF has it */
	AVRational base, rate; /* of time stamps; frames a second, or 0 */
	enum ct_image_status status;
	bool stop;    /* the status is set; nothing more is wanted */
	bool damaged; /* in part */
	bool more;    /* there are pictures that were not looked at */
	uint32_t frames;
	uint32_t part, parts; /* the one that begins at from, of so many: 0,
				 then those behind it and in it */
	struct av_range {     /* bytes of descriptor 0 */
		int64_t from, to;
	} found[AV_PARTS];
	uint32_t before; /* frames of all before it, */
	int64_t begun;   /* and ms of its first frame */
	int64_t zero;    /* time stamp of the first */
	int64_t ms;      /* of the last */
	uint32_t same;   /* as that of so many before it */
	int64_t shown;   /* until then, ms, as packets say; 0: they do not */
	int64_t slot;    /* that the last frame hashed was for */
	uint32_t passed; /* frames since then */
	struct ct_vpdq_hasher hasher;
	uint8_t *rows; /* of a frame that is not luma as it is */
	size_t room;
	struct av_tmk tmk;
	int64_t until; /* by ct_mono: nothing is read any more; 0: no limit */
	struct av_stills still;
};

void av_tell(const void *bytes, size_t len);
void av_say(const struct ct_video_say *say);
void av_stop(struct av *a, enum ct_image_status status);
/* A packet into the decoder, or NULL, its end; and take what comes out. */
void av_feed(struct av *a, const AVPacket *packet, void (*take)(struct av *a));
/* A frame of the video is in a->frame. */
void av_picture(struct av *a);
/* All packets of the video; and that reading them ended with this of libav's.
 */
void av_packets(struct av *a);
void av_ended(struct av *a, int rc);
/* ms that the video says it has, or 0. */
int64_t av_length(const struct av *a);

/* av_input.c: what is at descriptor 0; and open it by libav, or stop with the
 * reason. */
void av_begin(struct av *a);
void av_open(struct av *a);
void av_part_end(struct av *a);
void av_close(struct av *a);
/* The decoder for that, in place of the one before, or stop. */
void av_decoder(struct av *a, const AVCodecParameters *p);
/* Another part, from there to there of this one; or there are too many. */
void av_found(struct av *a, uint64_t from, uint64_t to);
/* Is a picture of that size too large?  Then it has stopped. */
bool av_too_large(struct av *a, uint32_t w, uint32_t h);
/* Bytes of the input from there; fewer at its end.  Where they cannot be read,
 * which is no end of it, the process ends. */
size_t av_read_at(const struct av *a, uint64_t at, void *to, size_t len);

/* av_end.c: where the next picture or video begins, behind the end of this one,
 * or the end of all; what is its own is set.  What is seen to be damaged is
 * told. */
uint64_t av_next(struct av *a);
/* The same within it, besides its frames and covers: each is found. */
void av_within(struct av *a);
/* Which can be told there: pictures that it is made of cannot. */
enum ct_image_where av_where(const struct av *a);
/* av_matroska.c: the same of Matroska: where it ends. */
uint64_t av_matroska_end(struct av *a);

/* av_cover.c: the pictures that a video carries besides; what of it is for eyes
 * and is not decoded makes more true, or damaged. */
void av_covers(struct av *a);
/* The first stream that is a cover, or -1. */
int av_cover(const struct av *a, unsigned from);

/* av_more.c: are there more pictures in it than the one that libav decodes? */
bool av_more(const struct av *a);
/* Does libav make a black picture of it, which it is not? */
bool av_black(const struct av *a);
/* Of a TIFF: before it is decoded into f; and is enough of a->frame there then?
 * Or it has stopped.  What is missing is grey, and told. */
void av_mark(const struct av *a, AVFrame *f);
bool av_unmarked(struct av *a);

/* av_heif.c: the picture that is an item of the file, if it is; true: it was
 * one, and has had its outcome.  What moves in it, too, is still to come. */
bool av_heif(struct av *a);

/* av_webp.c: the same of a WebP that moves, which libav cannot (before 8). */
bool av_webp(struct av *a);

/* av_luma.c: hash a->frame; add it to TMK. */
void av_hash(struct av *a, struct ct_vpdq_frame *f);
void av_small(struct av *a);
/* Its pixels in a->rows, 1 or 4 bytes each, as image.h has them, and how many
 * bytes are from one row to the next; 0: there are none. */
size_t av_pixels(struct av *a, bool colour);

/* av_still.c: what to do with a->frame; the packets that are wanted; and what
 * is chosen at the end, once there is an outcome. */
void av_still(struct av *a);
void av_stills(struct av *a);
void av_stills_end(struct av *a);
/* Something else begins behind what there was: no time is that of a jump. */
void av_stills_on(struct av *a);

#endif
