/*
 * video_wire.h - what a program and its ct-decode-video say to each other
 *
 * ct-decode-video itself reads no video: it is a worker (worker.h), of which
 * the setup is CT_VIDEO_SETUP, as a uint32_t.  For each video it makes a child
 * that ends with it.  With the order to do so come the two descriptors of the
 * child: 0 is the video, to be read only; 1 is a socket on which it gets a
 * struct ct_video_ask and then says things, each a struct ct_video_say, in the
 * byte order of the machine: READY, once it is confined, then HEAD once there
 * is a frame, FRAMEs, and at last END, which a .tmk file follows if one was
 * asked for and there was a frame.  Asked for stills it says STILLs in place of
 * FRAMEs, each with its pixels behind it.
 */
#ifndef CT_VIDEO_WIRE_H
#define CT_VIDEO_WIRE_H

#include <stdint.h>

#include "pdq.h"

#define CT_VIDEO_SETUP 1
#define CT_VIDEO_STILLS 32 /* of a video, at most */

struct ct_video_ask {
	uint32_t rate;         /* frames hashed in 1000 s; 0: all */
	uint32_t keyframes;    /* 1: only key frames are decoded at all */
	uint32_t tmk;          /* 1: make TMK+PDQF, too */
	uint32_t frames;       /* decoded, at most */
	uint32_t pixels, side; /* of a frame, at most */
	uint32_t seconds;      /* of CPU time */
	uint64_t memory;       /* bytes */
	uint32_t stills;       /* 0: hashes; else so many pictures, and none */
	uint32_t wanted;       /* of these so many at the times below */
	uint32_t edge;         /* pixels a side of each, at most */
	uint32_t colour;       /* 1: three bytes a pixel; 0: one, grey */
	uint32_t soft;         /* ms, after which no more are looked for */
	int64_t at[CT_VIDEO_STILLS]; /* ms from the first frame */
};

enum ct_video_what {
	CT_VIDEO_READY = 1, /* w: 1, it is filtered; h: version of landlock */
	CT_VIDEO_HEAD,      /* w, h, turn, picture, format, codec */
	CT_VIDEO_FRAME,     /* number, ms, hash, quality */
	CT_VIDEO_STILL,     /* number: 0, 1 ...; ms; w, h: its own, upright;
			       quality: bytes a pixel; status: 1, its time was
			       asked for; then h rows of w pixels */
	CT_VIDEO_END /* status, number: frames decoded, ms: of the last */
};

#define CT_VIDEO_NAME 16
struct ct_video_say {
	uint32_t what;
	uint32_t number;
	int64_t ms;
	uint32_t w, h; /* pixels of the first frame, as stored */
	uint32_t turn; /* degrees clockwise by which it is to be shown turned:
			  0, 90, 180, 270 */
	uint32_t picture; /* 1: of a kind that pictures have, see video.h */
	uint32_t status;  /* enum ct_image_status */
	uint32_t quality;
	char format[CT_VIDEO_NAME], codec[CT_VIDEO_NAME]; /* a-z 0-9 _ - , */
	uint8_t hash[CT_PDQ_LEN];
};

#endif
