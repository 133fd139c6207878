/*
 * video.h - a video hashed by a confined process: vPDQ, TMK+PDQF
 *
 * Each video has a process of its own, a child of ct-decode-video that ends
 * with it, which has the descriptor of that video, a socket, memory and nothing
 * else: no file, no network, no other process.  It may crash or lie; what it
 * says is checked for what a video can have, and what it said before it died is
 * kept. ct-decode-video itself is started with the first video, as it is long
 * in starting, and stays for the next; it sees no video, and so no child has
 * anything of one before.  After a child that crashed, hung or lied another one
 * takes its place, for it would find the next child's memory laid out the same.
 *
 * Hashes are made there and not here: a frame of 1920 x 1080 is 2 MB of luma,
 * its hash 32 bytes, and a process that has been taken over can tell lies with
 * either.
 */
#ifndef CT_VIDEO_H
#define CT_VIDEO_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "image.h"
#include "tmk.h"
#include "video_wire.h"
#include "vpdq.h"

struct ct_video_how {
	uint32_t rate;  /* frames hashed in 1000 s; 0: all */
	bool keyframes; /* decode key frames only, at the rate at most */
	bool tmk;
	uint32_t frames;       /* decoded, at most: then too-many-frames */
	uint32_t pixels, side; /* of a frame */
	uint32_t ms;           /* of wall time, and of CPU time */
	uint64_t memory;       /* bytes */
};

struct ct_video_decoder;

/*
 * All calls with it are for one thread, and what was started dies with that.
 * program: NULL, or in place of ct_sibling("ct-decode-video").  Nothing is
 * started yet.
 */
struct ct_video_decoder *ct_video_open(const char *program);
void ct_video_close(struct ct_video_decoder *d);

/* One a second, no TMK; 4 million frames, 100 million pixels, 30000 a side,
 * two hours, 1 GiB. */
extern const struct ct_video_how ct_video_how;

struct ct_video {
	/* ok; partial: it is damaged, ended too early, or decoding did;
	 * corrupt: there is no frame; unsupported: no video, or of a kind that
	 * this build of libav or this program does not decode; the rest as of
	 * pictures.  Whatever it is, there may be frames. */
	enum ct_image_status status;
	uint32_t w, h, turn; /* as in the wire; 0 without a frame */
	/* Its kind is one of pictures (GIF, PNG, WebP, BMP, TIFF, JPEG, JPEG
	 * 2000, JPEG XL, AVIF, HEIC): the first frame, vpdq.frame[0], is its
	 * hash as a picture.  still: and the only one. */
	bool picture, still;
	uint32_t frames; /* decoded */
	int64_t ms;      /* when the last is shown */
	char format[CT_VIDEO_NAME], codec[CT_VIDEO_NAME]; /* libav's names */
	struct ct_vpdq vpdq;
	struct ct_tmk *tmk; /* if it was asked for and is whole, or NULL */
	bool seccomp;       /* false only if built with sanitizers */
	int landlock;       /* version; 0: this system has none */
};

/*
 * Hash the video at fd, from its first byte whatever its offset; a file, or
 * memory that is one.  Ends in how->ms, about.  CT_UNAVAILABLE: there is no
 * ct-decode-video (built with VIDEO=0), or no seccomp here; CT_TEMPFAIL: no
 * process; CT_IOERR: not all of it can be read; CT_OSERR.  Else 0: the video
 * has an outcome.  Release with ct_video_free in both cases.
 */
int ct_video_hash(struct ct_video_decoder *d, int fd,
    const struct ct_video_how *how, struct ct_video *v, struct ct_err *err);
void ct_video_free(struct ct_video *v);

/* ---- stills, for people's eyes -------------------------------------------
 */

struct ct_stills_how {
	uint32_t n;      /* 1 to CT_VIDEO_STILLS */
	uint32_t wanted; /* so many of them at these times, if it is so long */
	const int64_t *at; /* ms from the first frame */
	uint32_t side;     /* pixels of each, at most; never grown */
	bool colour;
	uint32_t ms; /* of wall time; what there is by then is had */
};

struct ct_still {
	int64_t ms;  /* when it is shown */
	bool wanted; /* at a time that was asked for */
	/* h rows of w pixels, upright, each of bytes: 1, grey, or 3, red,
	 * green, blue; pixels are taken to be square */
	uint32_t w, h;
	int bytes;
	uint8_t *pixels;
};

struct ct_stills {
	enum ct_image_status status; /* as of ct_video; partial, too, if time
					was up; whatever it is, there may be
					some */
	uint32_t w, h, turn;         /* of the video */
	bool picture, alone;         /* as picture and still of ct_video */
	int64_t ms; /* as long as it says it is, else of the last frame */
	char codec[CT_VIDEO_NAME];
	uint32_t n;
	struct ct_still still[CT_VIDEO_STILLS]; /* as they are shown, no two at
						   a time */
};

/*
 * How a wanted time is met: by the first frame that is not before it.  The
 * others are spread: of each equal part of the video, which is the time that
 * it says it has, the last key frame in its first half, or else its first
 * frame; and where it does not say, equally many frames lie between them.
 * Codes and outcomes as of ct_video_hash.  Release with ct_stills_free in
 * all cases, which wipes them.
 */
int ct_video_stills(struct ct_video_decoder *d, int fd,
    const struct ct_stills_how *how, struct ct_stills *s, struct ct_err *err);
void ct_stills_free(struct ct_stills *s);

/* ---- the other side: be a ct-decode-video ----------------------------------
 */

/*
 * Serve until the program that started us is gone.  ready does, before any
 * child, what takes time and is the same for all videos; video, in a child that
 * has one, as descriptors 0 and 1 (video_wire.h), does the rest and ends it.
 * Returns only if no program of ours has started this one: CT_USAGE.
 */
int ct_video_serve(void (*ready)(void), void (*video)(void));

#endif
