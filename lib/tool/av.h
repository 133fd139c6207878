/*
 * av.h - the other side of video.h: be a ct-decode-video
 *
 * All of libav* is behind it, and nothing but ct-decode-video links it.
 */
#ifndef CT_AV_H
#define CT_AV_H

/*
 * Serve the one video that the program that started us has put there, and end
 * the process: 0, CT_OSERR, CT_UNAVAILABLE if nothing confines it here.
 * Returns only if no program of ours has started this one: CT_USAGE.
 */
int ct_av_serve(void);

#endif
