/*
 * thumb.h - a picture shrunk while its rows come: averages of boxes
 *
 * It takes as much memory as the result, however large the picture is.
 */
#ifndef CT_THUMB_H
#define CT_THUMB_H

#include <stdint.h>

#include "image.h"

/* Up to this most, a decoder may send brightness alone, shrunk already. */
#define CT_THUMB_LUMA 256

struct ct_thumb { /* set most and bytes, the rest zero */
	uint32_t most;
	uint32_t bytes;      /* a pixel: 1, grey, or 3, red, green, blue */
	uint32_t w, h;       /* pixels of the result; 0: none yet, */
	uint8_t *pixels;     /* h rows of w; release with free */
	uint32_t in_w, in_h; /* private from here: rows as they come, */
	uint32_t rows, done; /* those that came; rows of the result */
	uint64_t *sum;       /* of the row that is being made */
};

/* The functions of a ct_image_sink, arg being a struct ct_thumb. */
int ct_thumb_size(void *arg, uint32_t w, uint32_t h, uint32_t eighths);
void ct_thumb_row(void *arg, const uint8_t *row, int bytes);

/* At the end, good or bad; the pixels stay. */
void ct_thumb_end(struct ct_thumb *t);

/* What is whole is turned upright, as ct_image_turn says: nonzero, and it stays
 * as it was, if memory has run out. */
int ct_thumb_turn(struct ct_thumb *t, uint32_t turn);

#endif
