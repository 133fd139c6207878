/*
 * av.h - the other side of video.h: be a ct-decode-video
 *
 * All of libav* is behind it, and nothing but ct-decode-video links it.
 */
#ifndef CT_AV_H
#define CT_AV_H

#include <stddef.h>
#include <stdint.h>

/*
 * Serve the program that started us with a process for each of its videos, as
 * of ct_video_serve.  Returns only if no program of ours has: CT_USAGE.
 */
int ct_av_serve(void);

/*
 * Be the process of n videos in one file, descriptor 0, each from byte at[i] to
 * at[i + 1], and end: 0, CT_OSERR, CT_UNAVAILABLE if nothing confines it here.
 * More than one are for tests.
 */
int ct_av_serve_all(const int64_t *at, size_t n);

#endif
