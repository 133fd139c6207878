/*
 * pdq.h - the PDQ perceptual hash: 256 bits and a quality from luma rows
 *
 * This is the exact algorithm in scalar float arithmetic, and with it the
 * specification of every faster kernel: the same rows give the same bits as
 * the reference implementation of PDQ (ThreatExchange, pdq/cpp) does without
 * its optional shrinking to 512 x 512.  Rows stream through, so the memory in
 * use is about 1/16 byte a pixel.
 *
 * Luma is a float from 0 to 255, ((0.299f R + 0.587f G) + 0.114f B) not
 * rounded, or the grey value itself.
 */
#ifndef CT_PDQ_H
#define CT_PDQ_H

#include <stddef.h>
#include <stdint.h>

#define CT_PDQ_LEN ((size_t)32) /* bytes of a hash; two hex digits each */
#define CT_PDQ_MIN 5            /* pixels a side below which nothing hashes */
#define CT_PDQ_GOOD 50          /* below this quality a hash means little */

struct ct_pdq { /* all of it private */
	uint32_t w, h, seen;
	uint32_t col[64]; /* the columns that are kept, and the rows */
	uint32_t row[64];
	uint32_t rows; /* rows kept so far */
	float *blur, *even;
	struct ct_pdq_column { /* a box running down n columns */
		uint32_t n, window, in, out;
		float *ring, *sum;
	} first, second;
	float small[64][64];
};

/* Bytes of work memory for a picture of w x h pixels, each at most 65535. */
size_t ct_pdq_need(uint32_t w, uint32_t h);

/*
 * Begin a picture; work is ct_pdq_need(w, h) bytes, aligned for float, and
 * stays the caller's: it must live until ct_pdq_end.
 */
void ct_pdq_start(struct ct_pdq *p, uint32_t w, uint32_t h, void *work);

/* The next row, w values, from the top; exactly h of them. */
void ct_pdq_row(struct ct_pdq *p, const float *luma);

/*
 * The hash and, returned, the quality from 0 to 100.  The bytes are in the
 * order of the text form: ct_hex of them is what others print and exchange.
 * A picture with a side under CT_PDQ_MIN has the hash zero and quality 0.
 */
int ct_pdq_end(struct ct_pdq *p, uint8_t hash[32]);

#endif
