/* buf.c - bytes that grow, checksums, zlib streams, the test picture */
#include <math.h>
#include <string.h>

#include "hostile.h"
#include "prog.h"

static void
room(struct buf *b, size_t more)
{
	while (b->cap - b->len < more) {
		b->cap = b->cap ? 2 * b->cap : 4096;
		b->p = ct_grow(b->p, b->cap, 1);
	}
}

void
put(struct buf *b, const void *bytes, size_t len)
{
	if (len == 0)
		return;
	room(b, len);
	memcpy(b->p + b->len, bytes, len);
	b->len += len;
}

void
put_text(struct buf *b, const char *text)
{
	put(b, text, strlen(text));
}

void
put8(struct buf *b, unsigned v)
{
	room(b, 1);
	b->p[b->len++] = (uint8_t)v;
}

void
put16(struct buf *b, unsigned v)
{
	put8(b, v >> 8);
	put8(b, v);
}

void
put32(struct buf *b, uint32_t v)
{
	put16(b, v >> 16);
	put16(b, v);
}

void
put_fill(struct buf *b, uint8_t byte, size_t n)
{
	room(b, n);
	memset(b->p + b->len, byte, n);
	b->len += n;
}

void
put_buf(struct buf *b, struct buf *from)
{
	put(b, from->p, from->len);
	from->len = 0;
}

void
take_out(struct buf *b, size_t at, size_t n)
{
	memmove(b->p + at, b->p + at + n, b->len - at - n);
	b->len -= n;
}

void
put_in(struct buf *b, size_t at, const void *bytes, size_t len)
{
	room(b, len);
	memmove(b->p + at + len, b->p + at, b->len - at);
	memcpy(b->p + at, bytes, len);
	b->len += len;
}

uint32_t
crc32_of(const uint8_t *bytes, size_t len)
{
	uint32_t crc = ~(uint32_t)0;
	int i;

	while (len--) {
		crc ^= *bytes++;
		for (i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static uint32_t
adler32_of(const uint8_t *bytes, size_t len)
{
	uint32_t a = 1, b = 0;

	while (len--) {
		a = (a + *bytes++) % 65521;
		b = (b + a) % 65521;
	}
	return b << 16 | a;
}

void
zlib_stored(struct buf *b, const uint8_t *bytes, size_t len)
{
	size_t n, at = 0;

	put16(b, 0x7801);
	do {
		n = len - at < 65535 ? len - at : 65535;
		put8(b, at + n == len); /* the last block */
		put8(b, (unsigned)n);
		put8(b, (unsigned)n >> 8);
		put8(b, ~(unsigned)n);
		put8(b, ~(unsigned)n >> 8);
		put(b, bytes + at, n);
		at += n;
	} while (at < len);
	put32(b, adler32_of(bytes, len));
}

struct bits {
	struct buf *to;
	unsigned byte, used;
};

/* The bits of a string of 0 and 1, in the order of deflate. */
static void
put_bits(struct bits *w, const char *bits)
{
	for (; *bits; bits++) {
		if (*bits == '1')
			w->byte |= 1U << w->used;
		if (++w->used == 8) {
			put8(w->to, w->byte);
			w->byte = w->used = 0;
		}
	}
}

/*
 * One block with codes for three symbols: the literal 0 is 10, the end 11, and
 * 0 a length of 258, which is followed by 0 for the distance 1.
 */
void
zlib_zeros(struct buf *b, uint64_t n)
{
	struct bits w = { .to = b };
	uint64_t i, runs = n ? (n - 1) / 258 : 0;

	put16(b, 0x7801);
	put_bits(&w,
	    "1"
	    "01" /* last, with codes of its own: */
	    "10111"
	    "00000"
	    "0111"); /* 286, 1, and 18 for their lengths */
	for (i = 0; i < 18; i++)
		put_bits(&w,
		    i == 2                   ? "100"
			: i == 15 || i == 17 ? "010"
					     : "000");
	put_bits(&w,
	    "11"
	    "0"
	    "1111111" /* 2, 138 times none, */
	    "0"
	    "0101011" /* 117 times none, */
	    "11"
	    "0"
	    "1000100" /* 2, 28 times none, */
	    "10"
	    "10"); /* 1, and 1 for the distance */
	for (i = 0; i < n - runs * 258; i++)
		put_bits(&w, "10");
	for (i = 0; i < runs; i++)
		put_bits(&w, "00");
	put_bits(&w, "11");
	while (w.used)
		put_bits(&w, "0");
	put32(b, (uint32_t)(n % 65521) << 16 | 1);
}

/* Waves and a slope: something of every size, so that its hash has quality */
void
paint(uint32_t x, uint32_t y, uint32_t w, uint32_t h, uint8_t rgb[3])
{
	double u = (x + 0.5) / w, v = (y + 0.5) / h;

	rgb[0] =
	    (uint8_t)(127 + 100 * sin(17 * u + 9 * v * v) + 20 * cos(31 * v));
	rgb[1] = (uint8_t)(127 + 100 * cos(23 * v - 5 * u * u));
	rgb[2] = (uint8_t)(255 * u * v);
}
