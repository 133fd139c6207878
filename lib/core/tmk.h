/*
 * tmk.h - TMK+PDQF: a video as sums of its frames over time, in 263,344 bytes
 *
 * Frames are 64 x 64, CT_TMK_FPS a second.  The sums and their file are those
 * of the reference (ThreatExchange, tmk/cpp), with its periods and weights.
 * Two such videos have two scores, each from about -1 to 1: level 1 takes no
 * account of time and is cheap; level 2 finds the shift in time at which they
 * agree best.  A video and itself have 1 and 1, but for level 2 of a single
 * frame, 0.52: it has no sines.
 *
 * What has no picture in it (black, or no frame) scores 0 with everything; the
 * reference divides by zero.  All is thread-safe.
 */
#ifndef CT_TMK_H
#define CT_TMK_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "pdq.h"

#define CT_TMK_FPS 15
#define CT_TMK_SIDE CT_PDQ_SIDE
#define CT_TMK_DIM CT_PDQ_FREQS
#define CT_TMK_PERIODS 4 /* frames: 2731, 4391, 9767, 14653 */
#define CT_TMK_COEFFS 32
#define CT_TMK_LEN ((size_t)263344) /* bytes of a file */

/* The reference's thresholds, for both levels; its README says 0.9 for the
 * same video, 0.7 for what is worth a look. */
#define CT_TMK_LEVEL1 0.7F
#define CT_TMK_LEVEL2 0.7F

struct ct_tmk { /* large: not for the stack */
	uint32_t frames;
	float average[CT_TMK_DIM];
	float cos[CT_TMK_PERIODS][CT_TMK_COEFFS][CT_TMK_DIM];
	float sin[CT_TMK_PERIODS][CT_TMK_COEFFS][CT_TMK_DIM];
};

/* ---- made ---------------------------------------------------------------- */

void ct_tmk_start(struct ct_tmk *t);

/* The next frame: luma from 0 to 255, row by row.  After 2^31 - 1 frames no
 * more are taken. */
void ct_tmk_frame(
    struct ct_tmk *t, const float luma[CT_TMK_SIDE * CT_TMK_SIDE]);

/* The sums become features; then no frame may follow. */
void ct_tmk_end(struct ct_tmk *t);

/* ---- exchanged ----------------------------------------------------------- */

/* The bytes of a .tmk file. */
void ct_tmk_write(const struct ct_tmk *t, uint8_t out[CT_TMK_LEN]);

/*
 * The reverse.  CT_DATAERR: another length, other periods, weights (by more
 * than 1e-6 of each) or dimensions, or a number that no video has: not finite,
 * or larger than 1e9.
 */
int ct_tmk_read(
    struct ct_tmk *t, const uint8_t *bytes, size_t len, struct ct_err *err);

/* ---- compared ------------------------------------------------------------ */

/* The average at length 1; zeros, if it has none. */
void ct_tmk_unit(const struct ct_tmk *t, float unit[CT_TMK_DIM]);

/* Level 1 of two units. */
float ct_tmk_level1(const float a[CT_TMK_DIM], const float b[CT_TMK_DIM]);

struct ct_tmk_hit {
	size_t i; /* index into the list */
	float score;
};

/*
 * Find the units of list at level 1 of at least min with q.
 *
 * list: n units, CT_TMK_DIM * n floats.
 * hit: room for cap hits; filled by ascending index.
 * Returns how many there are, which may be more than cap.
 */
size_t ct_tmk_scan(const float q[CT_TMK_DIM], const float *list, size_t n,
    float min, struct ct_tmk_hit *hit, size_t cap);

/*
 * Level 2: the largest over all shifts and periods; never below the true
 * largest by more than 1e-6 (tmk_shift.c has the proof).  shift, unless NULL:
 * for each period the frames, modulo the period, by which a comes later than
 * b where they agree best, and the score there.
 */
struct ct_tmk_shift {
	uint32_t period, frames;
	float score;
};
float ct_tmk_level2(const struct ct_tmk *a, const struct ct_tmk *b,
    struct ct_tmk_shift shift[CT_TMK_PERIODS]);

#endif
