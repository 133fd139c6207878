/*
 * rare.h - pictures of the rarer kinds, written in memory; for a program,
 * included once
 *
 * Set w, h and rgb; each writer leaves its file in out, n.
 */
#ifndef CT_RARE_H
#define CT_RARE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static uint32_t w, h;
static uint8_t *rgb; /* the picture, w x h x 3 */

/* ---- bytes --------------------------------------------------
 */

static uint8_t out[1 << 20];
static size_t n;
static bool big; /* numbers are written highest byte first */

static inline void
put(uint32_t v, int bytes)
{
	int i;

	for (i = 0; i < bytes; i++)
		out[n++] = (uint8_t)(v >> 8 * (big ? bytes - 1 - i : i));
}

static inline void
text(const char *s)
{
	while (*s)
		out[n++] = (uint8_t)*s++;
}

/* ---- the picture in fewer colours -------------------------------------------
 */

static inline uint8_t *
at(uint32_t x, uint32_t y)
{
	return rgb + ((size_t)y * w + x) * 3;
}

static inline uint32_t
gray(uint32_t x, uint32_t y)
{
	const uint8_t *p = at(x, y);

	return (p[0] * 299U + p[1] * 587U + p[2] * 114U) / 1000;
}

static inline uint32_t
cube(uint32_t x, uint32_t y) /* 6 x 6 x 6 */
{
	const uint8_t *p = at(x, y);

	return (p[0] + 25U) / 51 * 36 + (p[1] + 25U) / 51 * 6 +
	    (p[2] + 25U) / 51;
}

static inline uint8_t
part(uint32_t index, int channel)
{
	static const uint32_t of[] = { 36, 6, 1 };

	return (uint8_t)(index / of[channel] % 6 * 51);
}

enum colours { RGB, GRAY, CUBE, TWO, SIXTEEN };

static inline void
shade(enum colours c, uint32_t x, uint32_t y, uint8_t to[3])
{
	uint32_t g = gray(x, y);
	int i;

	for (i = 0; i < 3; i++)
		to[i] = c == RGB ? at(x, y)[i]
		    : c == GRAY  ? (uint8_t)g
		    : c == CUBE  ? part(cube(x, y), i)
		    : c == TWO   ? (g > 127 ? 255 : 0)
				 : (uint8_t)(g / 16 * 17);
}

/* ---- BMP --------------------------------------------------
 */

static inline void
bmp_head(uint32_t bits, uint32_t colours, uint32_t packed, bool down)
{
	n = 0;
	text("BM");
	put(0, 4);
	put(0, 4);
	put(14 + 40 + colours * 4, 4);
	put(40, 4);
	put(w, 4);
	put(down ? -h : h, 4);
	put(1, 2);
	put(bits, 2);
	put(packed, 4);
	put(0, 4);
	put(2835, 4);
	put(2835, 4);
	put(colours, 4);
	put(0, 4);
}

static inline void
bmp_colours(enum colours c, uint32_t colours)
{
	uint32_t i;

	for (i = 0; i < colours; i++)
		if (c == CUBE)
			put((uint32_t)part(i, 0) << 16 |
				(uint32_t)part(i, 1) << 8 | part(i, 2),
			    4);
		else
			put(i * (255 / (colours - 1)) * 0x10101, 4);
}

/* How long it is, once it is. */
static inline void
bmp_end(void)
{
	size_t end = n;

	n = 2;
	put((uint32_t)end, 4);
	n = end;
}

/* bits: 1, 4, 8, 16, 24, 32; down: the first row first. */
static inline void
bmp(uint32_t bits, bool down)
{
	uint32_t colours = bits == 8 ? 216 : bits < 8 ? 1U << bits : 0;
	uint32_t x, y, line, v;
	size_t from;

	bmp_head(bits, colours, 0, down);
	bmp_colours(bits == 8 ? CUBE : TWO, colours);
	for (line = 0; line < h; line++) {
		y = down ? line : h - 1 - line;
		from = n;
		for (x = 0, v = 0; x < w; x++) {
			const uint8_t *p = at(x, y);

			if (bits == 16)
				put((uint32_t)(p[0] >> 3 << 10 |
					p[1] >> 3 << 5 | p[2] >> 3),
				    2);
			else if (bits > 16)
				put((uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 |
					p[2],
				    (int)bits / 8);
			else if (bits == 8)
				put(cube(x, y), 1);
			else {
				v = v << bits | gray(x, y) >> (8 - bits);
				if (x % (8 / bits) == 8 / bits - 1)
					put(v & 255, 1);
			}
		}
		while ((n - from) % 4)
			put(0, 1);
	}
	bmp_end();
}

/* Run-length coded, in all its ways: runs, pixels as they are, ends. */
static inline void
bmp_runs(void)
{
	uint32_t x, y, run;

	bmp_head(8, 216, 1, false);
	bmp_colours(CUBE, 216);
	for (y = h; y-- > 0; put(0, 2))
		for (x = 0; x < w; x += run) {
			for (run = 1; x + run < w && run < 255 &&
			     cube(x + run, y) == cube(x, y);)
				run++;
			if (run == 1 && x + 4 <= w) {
				put(0x0400, 2);
				for (; run < 5; run++)
					put(cube(x + run - 1, y), 1);
				run = 4;
			} else {
				put(run, 1);
				put(cube(x, y), 1);
			}
		}
	put(0x0100, 2);
	bmp_end();
}

/* ---- TIFF --------------------------------------------------
 */

static inline void
entry(uint32_t tag, uint32_t type, uint32_t count, uint32_t value)
{
	put(tag, 2);
	put(type, 2);
	put(count, 4);
	put(value, type == 3 && count == 1 ? 2 : 4);
	if (type == 3 && count == 1)
		put(0, 2);
}

/* A row as runs of its own: the same bytes again, or others. */
static inline void
pack_bits(size_t from)
{
	static uint8_t raw[1 << 16];
	size_t len = n - from, i, run;

	memcpy(raw, out + from, len);
	n = from;
	for (i = 0; i < len; i += run) {
		for (run = 1;
		     i + run < len && run < 128 && raw[i + run] == raw[i];)
			run++;
		put(run > 1 ? 257 - (uint32_t)run : 0, 1);
		put(raw[i], 1);
	}
}

struct tiff {
	enum colours c;
	bool big, packed, strips, white; /* numbers; runs; eight; 0 is white */
	bool deep;                       /* 16 bits a sample */
};

static inline void
tiff_row(const struct tiff *t, uint32_t y)
{
	uint32_t x, v = 0;
	int i;

	for (x = 0; x < w; x++)
		if (t->c == CUBE)
			put(cube(x, y), 1);
		else if (t->c == GRAY)
			put(t->white ? 255 - gray(x, y) : gray(x, y), 1);
		else if (t->c == TWO) {
			v = v << 1 | ((gray(x, y) > 127) != t->white);
			if (x % 8 == 7)
				put(v & 255, 1);
		} else
			for (i = 0; i < 3; i++)
				if (t->deep)
					put(at(x, y)[i] * 257U, 2);
				else
					put(at(x, y)[i], 1);
}

static inline void
tiff(const struct tiff *t)
{
	uint32_t strip[9] = { 0 }, rows = t->strips ? (h + 7) / 8 : h, y, i;
	uint32_t strips = (h + rows - 1) / rows, bits = t->deep ? 16 : 8;
	size_t from, dir, tables;

	n = 0;
	big = t->big;
	text(big ? "MM" : "II");
	put(42, 2);
	put(0, 4);
	for (y = 0; y < h; y++) {
		if (y % rows == 0)
			strip[y / rows] = (uint32_t)n;
		from = n;
		tiff_row(t, y);
		if (t->packed)
			pack_bits(from);
	}
	strip[strips] = (uint32_t)n;
	n += n & 1;
	tables = n;
	for (i = 0; i < 3; i++)
		put(bits, 2);
	for (i = 0; i < strips; i++)
		put(strip[i], 4);
	for (i = 0; i < strips; i++)
		put(strip[i + 1] - strip[i], 4);
	for (i = 0; i < 768; i++)
		put(i % 256 < 216 ? part(i % 256, (int)i / 256) * 257U : 0, 2);
	dir = n;
	put(t->c == CUBE ? 10 : 9, 2);
	entry(256, 3, 1, w);
	entry(257, 3, 1, h);
	if (t->c == RGB)
		entry(258, 3, 3, (uint32_t)tables);
	else
		entry(258, 3, 1, t->c == TWO ? 1 : 8);
	entry(259, 3, 1, t->packed ? 32773 : 1);
	entry(262, 3, 1, t->c == RGB ? 2 : t->c == CUBE ? 3 : !t->white);
	entry(273, 4, strips, strips > 1 ? (uint32_t)tables + 6 : strip[0]);
	entry(277, 3, 1, t->c == RGB ? 3 : 1);
	entry(278, 3, 1, rows);
	entry(279, 4, strips,
	    strips > 1 ? (uint32_t)tables + 6 + strips * 4
		       : strip[1] - strip[0]);
	if (t->c == CUBE)
		entry(320, 3, 768, (uint32_t)tables + 6 + strips * 8);
	put(0, 4);
	from = n;
	n = 4;
	put((uint32_t)dir, 4);
	n = from;
	big = false;
}

/* ---- GIF --------------------------------------------------
 */

/* A code of 9 bits, the lowest first; to room for one that is not whole. */
static inline void
code(uint8_t *to, size_t *bits, uint32_t c)
{
	int i;

	for (i = 0; i < 9; i++, ++*bits) {
		if (*bits % 8 == 0)
			to[*bits / 8] = 0;
		to[*bits / 8] |= (uint8_t)((c >> i & 1) << *bits % 8);
	}
}

/* Not packed: a code a pixel, and the table emptied before it grows.  The
 * picture is from pixels further left. */
static inline void
gif_pixels(uint32_t from, bool interlaced)
{
	static const uint32_t first[] = { 0, 4, 2, 1 }, step[] = { 8, 8, 4, 2 };
	static uint8_t codes[1 << 18];
	uint32_t pass, y, x, count = 0;
	size_t bits = 0, at_byte, len;

	for (pass = interlaced ? 0 : 3; pass < 4; pass++)
		for (y = interlaced ? first[pass] : 0; y < h;
		     y += interlaced ? step[pass] : 1)
			for (x = 0; x < w; x++) {
				if (count++ % 250 == 0)
					code(codes, &bits, 256);
				code(codes, &bits, cube((x + from) % w, y));
			}
	code(codes, &bits, 257);
	put(8, 1);
	for (at_byte = 0; at_byte < (bits + 7) / 8; at_byte += len) {
		len = (bits + 7) / 8 - at_byte;
		len = len < 255 ? len : 255;
		put((uint32_t)len, 1);
		memcpy(out + n, codes + at_byte, len);
		n += len;
	}
	put(0, 1);
}

static inline void
gif(bool interlaced, uint32_t frames)
{
	uint32_t i, c;

	n = 0;
	text(frames > 1 ? "GIF89a" : "GIF87a");
	put(w, 2);
	put(h, 2);
	put(0xf7, 1);
	put(0, 2);
	for (i = 0; i < 256; i++)
		for (c = 0; c < 3; c++)
			put(i < 216 ? part(i, (int)c) : 0, 1);
	for (i = 0; i < frames; i++) {
		if (frames > 1) {
			put(0x0004f921, 4);
			put(10 * (i + 1), 2); /* hundredths */
			put(0, 2);
		}
		put(',', 1);
		put(0, 4);
		put(w, 2);
		put(h, 2);
		put(interlaced ? 0x40 : 0, 1);
		gif_pixels(i * 40, interlaced);
	}
	put(';', 1);
}

#endif
