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
 * Serve the one video that the program that started us has put there, and end
 * the process: 0, CT_OSERR, CT_UNAVAILABLE if nothing confines it here.
 * Returns only if no program of ours has started this one: CT_USAGE.
 */
int ct_av_serve(void);

/*
 * The same of n videos in the one file, each from byte at[i] to at[i + 1]: for
 * tests, which have too many of them for a process each.
 */
int ct_av_serve_all(const int64_t *at, size_t n);

#endif
