/* video_impl.h - private to the part video: talking to a ct-decode-video */
#ifndef CT_VIDEO_IMPL_H
#define CT_VIDEO_IMPL_H

#include "video.h"
#include "worker.h"

struct ct_video_decoder {
	struct ct_worker worker;
	char *program; /* its path, or NULL: there is none */
};

struct video_talk { /* with, how and v set, stills if it is asked for them */
	struct ct_video_decoder *with;
	const struct ct_video_how *how;
	struct ct_video *v;
	struct ct_stills *stills;
	const struct ct_video_ask *ask; /* of stills */
	int64_t says; /* ms that the video says it has; 0: it does not */
	int fd;
	uint32_t left;   /* ms */
	size_t at, have; /* of what is heard: what was taken, and is there */
	uint8_t heard[8192]; /* no pixels */
	bool ready, head, end;
};

struct ct_video_ask video_ask(const struct ct_video_how *how);

/* From its start to its end: 0 and an outcome, or as ct_video_hash. */
int video_talk(struct video_talk *t, const struct ct_video_ask *ask, int fd,
    struct ct_err *err);

/* All of len bytes: 1; 0 at the end of what it says, or late, which *late
 * tells.  Time counts only while we run. */
int video_hear(struct video_talk *t, void *to, size_t len, bool *late);

/* One thing it says: is it one that may be said here? */
bool video_take(struct video_talk *t, const struct ct_video_say *s, bool *late,
    struct ct_err *err);

/* video_still.c: a still that it says, and its pixels; false: it may not be. */
bool video_still(
    struct video_talk *t, const struct ct_video_say *s, bool *late);

#endif
