/*
 * pdq.h - the PDQ perceptual hash: 256 bits and a quality from rows of pixels
 *
 * Rows stream through; memory in use grows with the width, not with the
 * height.  Luma is a float from 0 to 255, ((0.299f R + 0.587f G) + 0.114f B)
 * not rounded, or the grey value itself.
 *
 * CT_PDQ_EXACT gives the bits that the reference implementation of PDQ
 * (ThreatExchange, pdq/cpp) makes of the same pixels without its optional
 * shrinking to 512 x 512; it is the specification of all else.
 */
#ifndef CT_PDQ_H
#define CT_PDQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define CT_PDQ_LEN ((size_t)32) /* bytes of a hash; two hex digits each */
#define CT_PDQ_MIN 5            /* pixels a side, see ct_pdq_hashes */
#define CT_PDQ_SIDE                                                 \
	64             /* of what is transformed; a side below this \
			  is made of fewer pixels, repeated */
#define CT_PDQ_GOOD 50 /* below this quality a hash means little */
#define CT_PDQ_TURNS 8 /* orientations, the stored one included */

/* How a picture becomes the 64 x 64 values that are transformed. */
enum ct_pdq_method {
	CT_PDQ_TENT,   /* the same filter as one sparse product, rounded in
			  another order */
	CT_PDQ_EXACT,  /* the reference's own arithmetic */
	CT_PDQ_FAST,   /* tent, folded onto luma shrunk to eighths */
	CT_PDQ_COMPAT, /* exact, but a side over 512 first makes it 512 x 512
			  by nearest neighbour, as Meta's pdq-photo-hasher */
	CT_PDQ_METHODS
};

/* "tent", "exact", "fast", "photo-hasher" */
const char *ct_pdq_method(enum ct_pdq_method method);

/* What rows are made of: bytes a pixel, but for CT_PDQ_FILM. */
enum ct_pdq_pixel {
	CT_PDQ_GREY = 1,
	CT_PDQ_FILM = 2, /* one byte, from 16, black, to 235, white: luma from
			    0 to CT_PDQ_WHITE, see ct_pdq_white */
	CT_PDQ_RGBX = 4  /* red, green, blue and one that is ignored */
};

#define CT_PDQ_WHITE 219

struct ct_pdq_shape {
	enum ct_pdq_method method;
	uint32_t w, h; /* pixels, each at most 65535 */
	/* The rows that come are of the picture shrunk to so many eighths,
	 * ceil(w * eighths / 8) pixels in ceil(h * eighths / 8) rows: 1, 2, 4
	 * with CT_PDQ_FAST; 8, the picture itself, with all. */
	uint32_t eighths;
};

/*
 * Has such a picture a hash?  Not with a side under CT_PDQ_MIN, but that
 * CT_PDQ_COMPAT makes it 512 x 512 first if the other is over 512.
 */
bool ct_pdq_hashes(const struct ct_pdq_shape *shape);

struct ct_pdq_kernel;

struct ct_pdq { /* all of it private */
	const struct ct_pdq_kernel *kernel;
	struct ct_pdq_shape shape;
	uint32_t seen;   /* rows that came */
	ptrdiff_t ahead; /* bytes from a row to what is soon read, or 0 */
	float *work;
	struct ct_pdq_exact {
		uint32_t w, h, stride, seen;
		uint32_t col[CT_PDQ_SIDE]; /* the columns that are kept */
		uint32_t full, even; /* rows in the first band, the second */
		uint32_t kept;       /* rows of the result */
		float *first, *second, *ring;
		struct ct_pdq_column { /* a box running down n columns */
			uint32_t n, window, in, out;
			float *ring, *sum;
		} once, twice;
	} exact;
	struct ct_pdq_tent {
		uint32_t h, w; /* as they come */
		uint32_t stride, slots, live, longest, mask;
		uint32_t begun, ended; /* rows of the result */
		float *sum, *weight, *ring;
		struct ct_pdq_taps {
			uint32_t start, len;
			const float *weight;
		} row[CT_PDQ_SIDE], col[CT_PDQ_SIDE];
	} tent;
	float small[CT_PDQ_SIDE][CT_PDQ_SIDE];
	float freq[16][16]; /* this and the rest of ct_pdq_end */
	float gap;          /* above the median */
	int steps[3];
};

/* Bytes of work memory for such a picture. */
size_t ct_pdq_need(const struct ct_pdq_shape *shape);

/*
 * Begin a picture; work is ct_pdq_need(shape) bytes, aligned for float, and
 * stays the caller's: it must live until ct_pdq_end.
 */
void ct_pdq_start(
    struct ct_pdq *p, const struct ct_pdq_shape *shape, void *work);

/* Begin another of the same shape, in the same work memory. */
void ct_pdq_again(struct ct_pdq *p);

/* The next row, from the top; exactly as many as the shape says. */
void ct_pdq_row(struct ct_pdq *p, enum ct_pdq_pixel pixel, const void *row);

/* All rows of a picture that lies in memory, which is read ahead; stride bytes
 * from one to the next, which may be negative. */
void ct_pdq_rows(struct ct_pdq *p, enum ct_pdq_pixel pixel, const void *first,
    ptrdiff_t stride);

/* The same of luma itself, for pictures that are not shrunk. */
void ct_pdq_luma(struct ct_pdq *p, const float *row);

/* After the last row: luma went from 0 to white, not to 255. */
void ct_pdq_white(struct ct_pdq *p, float white);

/*
 * The hash and, returned, the quality from 0 to 100.  The bytes are in the
 * order of the text form: ct_hex of them is what others print and exchange.
 * Where ct_pdq_hashes is false that is the hash zero and quality 0.
 */
int ct_pdq_end(struct ct_pdq *p, uint8_t hash[CT_PDQ_LEN]);

/*
 * After ct_pdq_end: did the order of rounding not matter?  If false, the exact
 * method might give other bits, or another quality, for the same pixels: the
 * values just above the median and those just below it lie closer together
 * than 8 times the largest difference of the two methods that was measured.
 * So it is false of what is flat or tied, and of a side under CT_PDQ_SIDE.
 * Always true of exact and photo-hasher, and of what comes shrunk.
 *
 * Measured, not proven: a picture made for it, of a colour period that does
 * not divide the window, makes the exact sums drift farther.  Those that were
 * found by search among such differ in 2 bits, in none of quality.
 */
bool ct_pdq_sure(const struct ct_pdq *p);

/* The same of the hash, the quality and all that ct_pdq_turns gives. */
bool ct_pdq_sure_turned(const struct ct_pdq *p);

/*
 * After ct_pdq_end: the CT_PDQ_TURNS hashes of all orientations, from the one
 * transform.
 * In the order of the reference: orig, rot90 (counter-clockwise), rot180,
 * rot270, flipx (top to bottom), flipy (left to right), flipp (transposed),
 * flipm.  Near those of the turned picture, not always equal.
 */
void ct_pdq_turns(const struct ct_pdq *p, uint8_t (*hash)[CT_PDQ_LEN]);

/*
 * The same of a hash alone: the i-th of those, i below CT_PDQ_TURNS.  Its
 * median is not known any more, and that of the stored one taken: of pictures
 * and frames of quality 50 or more that is a median of 6 bits away, 16 at most.
 */
void ct_pdq_turned(
    const uint8_t hash[CT_PDQ_LEN], size_t turn, uint8_t to[CT_PDQ_LEN]);

/*
 * What becomes the bits, of 64 x 64 values as they are, row by row: 16 x 16
 * frequencies, row by row.  TMK+PDQF is made of them (tmk.h).
 */
#define CT_PDQ_FREQS 256
void ct_pdq_freqs(
    const float luma[CT_PDQ_SIDE * CT_PDQ_SIDE], float freq[CT_PDQ_FREQS]);

/*
 * All of it for a picture in memory: h rows of w grey values, stride bytes from
 * one to the next.  By CT_PDQ_TENT and, where that is not sure, CT_PDQ_EXACT,
 * as ct-hash does it.  CT_OSERR.
 */
int ct_pdq_grey(const uint8_t *grey, uint32_t w, uint32_t h, size_t stride,
    uint8_t hash[CT_PDQ_LEN], int *quality, struct ct_err *err);

/*
 * The kernel in use: the best of this CPU, or what CT_CPU names, that passes
 * a short test.  To try them all, ct_pdq_force(i) for i = 0, 1, ... until it
 * returns NULL; a kernel this CPU lacks is not counted.  Forcing is not
 * thread-safe; for tests.
 */
const char *ct_pdq_kernel(void);
const char *ct_pdq_force(int i);

/*
 * Put embedded vectors through every kernel of this CPU, those of ham.h
 * and pdna.h too; say of each ("pdq avx2", "ham popcnt") whether it gave what
 * it must. Returns how many did not.
 */
int ct_pdq_self_test(
    void (*say)(void *arg, const char *kernel, bool good), void *arg);

#endif
