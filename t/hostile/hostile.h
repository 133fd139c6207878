/*
 * hostile.h - what makes the files that nobody should send
 *
 * Every case is a few bytes and a rule, made anew each time; nothing is
 * stored.  The rows are those of the test plan: I pictures, J lines.
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- bytes, see buf.c ------------------------------------------------------
 */

struct buf {
	uint8_t *p;
	size_t len, cap;
};

void put(struct buf *b, const void *bytes, size_t len);
void put_text(struct buf *b, const char *text);
void put8(struct buf *b, unsigned v);
void put16(struct buf *b, unsigned v); /* big-endian, as all here */
void put32(struct buf *b, uint32_t v);
void put_fill(struct buf *b, uint8_t byte, size_t n);
void put_buf(struct buf *b, struct buf *from); /* and empties from */
/* Take n bytes out at this offset. */
void take_out(struct buf *b, size_t at, size_t n);
/* Put len bytes in before this offset. */
void put_in(struct buf *b, size_t at, const void *bytes, size_t len);

/* A zlib stream: of these bytes as they are, or of n zeros, which is about n
 * / 1000 long. */
void zlib_stored(struct buf *b, const uint8_t *bytes, size_t len);
void zlib_zeros(struct buf *b, uint64_t n);

uint32_t crc32_of(const uint8_t *bytes, size_t len);

/* The test picture: red, green and blue of the pixel at x, y. */
void paint(uint32_t x, uint32_t y, uint32_t w, uint32_t h, uint8_t rgb[3]);

/* As a JPEG by libjpeg, see seed.c. */
struct jpeg_how {
	uint32_t w, h;
	int quality, restart; /* MCUs between restart markers */
	bool grey, progressive, arithmetic, apart; /* apart: a scan each */
	int ink;      /* 4 inks: 1 CMYK, 2 YCCK, 3 CMYK without Adobe's mark */
	int sampling; /* 0x21: 2 across, 1 down */
};

void jpeg_encode(struct buf *b, const struct jpeg_how *how);

/* ---- cases -----------------------------------------------------------------
 */

struct hostile {
	const char *name;
	const char *row;
	const char *want; /* values of file.decode, | between them; of a line:
			     record, error, or none, which is no record */
	unsigned ms;      /* it may take, on a machine that is not busy */
	const char *as;   /* the case whose hash it has, or "" */
	void (*make)(struct buf *b, long arg);
	long arg; /* unless another is given */
};

/* Each ends with a case without name. */
extern const struct hostile jpeg_cases[], png_cases[], line_cases[];

#endif
