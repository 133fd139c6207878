/* png.c - PNG files that nobody should send: rows I29 to I46 */
#include <stdlib.h>
#include <string.h>

#include "hostile.h"

#define LIMIT "too-many-pixels"

typedef void make_fn(struct buf *b, long arg);
static make_fn seed, interlaced, sized, blank, bad_sum, palette, trns, blown,
    cut_ztxt, texts, idats, unknown, more_rows, fewer_rows, dictionary, adler,
    frames, patch_ihdr, bad_filter, bad_length, plain, stub;

enum { DEPTH = 24, TYPE, METHOD, FILTER, LACE }; /* offsets in the file */
#define PATCH(what, v) ((v) << 8 | (what))
enum { GREY = 0, RGB = 2, INDEX = 3, RGBA = 6 };
#define W 160
#define H 120

const struct hostile png_cases[] = {
	{ "png", "-", "ok", 1000, "", seed, 0 },
	{ "png-small", "-", "ok", 1000, "", seed, 24 },
	{ "png-interlaced", "-", "ok", 1000, "png-small", interlaced, 24 },
	{ "png-side-31-bits", "I29", "corrupt|" LIMIT, 5, "", sized,
	    0x7fffffff },
	{ "png-side-32-bits", "I29", "corrupt", 5, "", sized, 0xffffffff },
	{ "png-1000000x1", "I30", LIMIT, 1000, "", sized, 1000000 },
	{ "png-20000-1-bit", "I31", LIMIT, 1000, "", blank, 1 },
	{ "png-10000-rgba16", "I32", "ok|timeout", 10500, "", blank, 2 },
	{ "png-10000-adam7", "I33", "out-of-memory", 10500, "", blank, 3 },
	{ "png-sum-ihdr", "I34", "corrupt", 1000, "", bad_sum, 0 },
	/* all rows were there before it was seen */
	{ "png-sum-idat", "I34", "partial|corrupt", 1000, "", bad_sum, 1 },
	{ "png-sum-text", "I34", "ok", 1000, "png", bad_sum, 2 },
	{ "png-palette-none", "I35", "corrupt", 1000, "", palette, 0 },
	{ "png-palette-empty", "I35", "corrupt", 1000, "", palette, 1 },
	{ "png-palette-257", "I35", "corrupt", 1000, "", palette, 2 },
	{ "png-palette-beyond", "I35", "ok|corrupt", 1000, "", palette, 3 },
	{ "png-palette-twice", "I36", "ok|corrupt", 1000, "", palette, 4 },
	{ "png-trns-long", "I36", "ok|corrupt", 1000, "", trns, 0 },
	{ "png-trns-early", "I36", "ok|corrupt", 1000, "", trns, 1 },
	{ "png-ztxt-200-mb", "I37", "ok", 20, "png", blown, 0 },
	{ "png-itxt-200-mb", "I37", "ok", 20, "png", blown, 1 },
	{ "png-iccp-200-mb", "I37", "ok", 20, "png", blown, 2 },
	{ "png-ztxt-cut", "I37", "ok", 1000, "png", cut_ztxt, 0 },
	{ "png-100000-text", "I38", "ok", 200, "png", texts, 100000 },
	{ "png-1000000-idat", "I38", "ok", 200, "png", idats, 1000000 },
	{ "png-unknown", "I39", "corrupt", 1000, "", unknown, 0 },
	{ "png-more-rows", "I40", "ok", 1000, "png", more_rows, 0 },
	{ "png-rows-third", "I40", "corrupt", 1000, "", fewer_rows, H / 3 },
	{ "png-rows-most", "I40", "partial", 1000, "", fewer_rows, H * 3 / 4 },
	{ "png-dictionary", "I40", "corrupt", 1000, "", dictionary, 0 },
	{ "png-adler", "I40", "ok", 1000, "png", adler, 0 },
	{ "png-10000-frames", "I41", "too-many-frames|ok", 1000, "png", frames,
	    10000 },
	{ "png-depth-3", "I42", "corrupt", 1000, "", patch_ihdr,
	    PATCH(DEPTH, 3) },
	{ "png-type-7", "I42", "corrupt", 1000, "", patch_ihdr,
	    PATCH(TYPE, 7) },
	{ "png-interlace-2", "I42", "corrupt", 1000, "", patch_ihdr,
	    PATCH(LACE, 2) },
	{ "png-method-1", "I42", "corrupt", 1000, "", patch_ihdr,
	    PATCH(METHOD, 1) },
	{ "png-filter-method-1", "I42", "corrupt", 1000, "", patch_ihdr,
	    PATCH(FILTER, 1) },
	{ "png-filter-9", "I42", "corrupt", 1000, "", bad_filter, 0 },
	{ "png-length-ihdr", "I43", "corrupt", 1000, "", bad_length, 0 },
	{ "png-length-idat", "I43", "corrupt", 1000, "", bad_length, 1 },
	{ "gif-stub", "I44", "unsupported|corrupt", 1000, "", stub, 0 },
	{ "webp-stub", "I44", "unsupported|corrupt", 1000, "", stub, 1 },
	{ "heic-stub", "I44", "unsupported|corrupt", 1000, "", stub, 2 },
	{ "bmp-stub", "I44", "unsupported|corrupt", 1000, "", stub, 3 },
	{ "tiff-stub", "I44", "unsupported|corrupt", 1000, "", stub, 4 },
	{ "svg-stub", "I44", "unsupported", 1000, "", stub, 5 },
	{ "pdf-stub", "I44", "unsupported", 1000, "", stub, 6 },
	{ "mp4-stub", "I44", "unsupported|corrupt", 1000, "", stub, 7 },
	{ "png-all-grey", "I46", "ok", 1000, "", plain, 0x808080 },
	{ "png-all-black", "I46", "ok", 1000, "", plain, 0x000000 },
	{ "png-one-colour", "I46", "ok", 1000, "", plain, 0x2060a0 },
	{ NULL, NULL, NULL, 0, NULL, NULL, 0 },
};

/* ---- chunks ----------------------------------------------------------------
 */

static void
chunk(struct buf *b, const char *type, const void *data, size_t len)
{
	size_t at;

	put32(b, (uint32_t)len);
	at = b->len;
	put(b, type, 4);
	put(b, data, len);
	put32(b, crc32_of(b->p + at, len + 4));
}

/* And empties data. */
static void
chunk_of(struct buf *b, const char *type, struct buf *data)
{
	chunk(b, type, data->p, data->len);
	data->len = 0;
}

static void
begin(struct buf *b, uint32_t w, uint32_t h, unsigned depth, unsigned type,
    unsigned lace)
{
	struct buf s = { 0 };

	put(b, "\x89PNG\r\n\x1a\n", 8);
	put32(&s, w);
	put32(&s, h);
	put8(&s, depth);
	put8(&s, type);
	put16(&s, 0);
	put8(&s, lace);
	chunk_of(b, "IHDR", &s);
	free(s.p);
}

static void
end(struct buf *b)
{
	chunk(b, "IEND", "", 0);
}

/* Rows of the test picture, as they are in the stream: every step-th pixel */
static void
rows_of(struct buf *raw, uint32_t w, uint32_t h, uint32_t x0, uint32_t y0,
    uint32_t dx, uint32_t dy)
{
	uint8_t rgb[3];
	uint32_t x, y;

	for (y = y0; y < h && x0 < w; y += dy) {
		put8(raw, 0);
		for (x = x0; x < w; x += dx) {
			paint(x, y, w, h, rgb);
			put(raw, rgb, 3);
		}
	}
}

static void
idat(struct buf *b, const struct buf *raw)
{
	struct buf z = { 0 };

	zlib_stored(&z, raw->p, raw->len);
	chunk_of(b, "IDAT", &z);
	free(z.p);
}

/* side: of a square one; 0: the usual picture */
static void
seed(struct buf *b, long side)
{
	uint32_t w = side ? (uint32_t)side : W, h = side ? w : H;
	struct buf raw = { 0 };

	begin(b, w, h, 8, RGB, 0);
	rows_of(&raw, w, h, 0, 0, 1, 1);
	idat(b, &raw);
	end(b);
	free(raw.p);
}

static void
interlaced(struct buf *b, long arg)
{
	static const uint8_t pass[7][4] = { { 0, 0, 8, 8 }, { 4, 0, 8, 8 },
		{ 0, 4, 4, 8 }, { 2, 0, 4, 4 }, { 0, 2, 2, 4 }, { 1, 0, 2, 2 },
		{ 0, 1, 1, 2 } };
	uint32_t side = (uint32_t)arg;
	struct buf raw = { 0 };
	int i;

	begin(b, side, side, 8, RGB, 1);
	for (i = 0; i < 7; i++)
		rows_of(&raw, side, side, pass[i][0], pass[i][1], pass[i][2],
		    pass[i][3]);
	idat(b, &raw);
	end(b);
	free(raw.p);
}

/* The usual picture with a chunk more: before its data, which begin at byte
 * 33, or else before its end. */
static void
with(struct buf *b, const char *type, struct buf *data, bool before)
{
	struct buf c = { 0 };

	seed(b, 0);
	chunk_of(&c, type, data);
	put_in(b, before ? 33 : b->len - 12, c.p, c.len);
	free(c.p);
}

/* ---- the cases -------------------------------------------------------------
 */

static void
sized(struct buf *b, long side)
{
	begin(b, (uint32_t)side, side == 1000000 ? 1 : (uint32_t)side, 8, GREY,
	    0);
	if (side == 1000000) {
		struct buf z = { 0 };

		zlib_zeros(&z, 1000001);
		chunk_of(b, "IDAT", &z);
		free(z.p);
	}
	end(b);
}

/* Large and all zero. */
static void
blank(struct buf *b, long how)
{
	struct buf z = { 0 };

	if (how == 1) {
		begin(b, 20000, 20000, 1, GREY, 0);
		zlib_zeros(&z, (uint64_t)20000 * 2501);
	} else if (how == 2) {
		begin(b, 10000, 10000, 16, RGBA, 0);
		zlib_zeros(&z, (uint64_t)10000 * 80001);
	} else {
		begin(b, 10000, 10000, 8, RGBA, 1);
		zlib_zeros(&z, (uint64_t)400000000 + 18750);
	}
	chunk_of(b, "IDAT", &z);
	end(b);
	free(z.p);
}

static void
bad_sum(struct buf *b, long which)
{
	struct buf s = { 0 };

	if (which == 2) {
		put_text(&s, "Comment");
		put8(&s, 0);
		put_text(&s, "none");
		with(b, "tEXt", &s, true);
		b->p[33 + 8 + 12] ^= 1;
	} else {
		seed(b, 0);
		b->p[which == 0 ? 32 : b->len - 13] ^= 1;
	}
	free(s.p);
}

/* Of 16 by 16 pixels, whose indices are 0 to 255. */
static void
palette(struct buf *b, long how)
{
	static const unsigned entries[] = { 256, 0, 257, 4, 256 };
	struct buf plte = { 0 }, raw = { 0 };
	unsigned i;

	begin(b, 16, 16, 8, INDEX, 0);
	for (i = 0; i < entries[how]; i++) {
		put8(&plte, i);
		put8(&plte, 255 - i);
		put8(&plte, i * 7);
	}
	if (how != 0)
		chunk(b, "PLTE", plte.p, plte.len);
	if (how == 4)
		chunk(b, "PLTE", plte.p, plte.len);
	for (i = 0; i < 256; i++) {
		if (i % 16 == 0)
			put8(&raw, 0);
		put8(&raw, i);
	}
	idat(b, &raw);
	end(b);
	free(plte.p);
	free(raw.p);
}

/* Of more entries than the palette, or before it. */
static void
trns(struct buf *b, long early)
{
	struct buf s = { 0 }, c = { 0 };

	palette(b, 3);
	put_fill(&s, 7, early ? 4 : 256);
	chunk_of(&c, "tRNS", &s);
	put_in(b, early ? 33 : 33 + 12 + 12, c.p, c.len);
	free(s.p);
	free(c.p);
}

/* 200 MB of zeros in a chunk that says nothing about the pixels. */
static void
blown(struct buf *b, long which)
{
	static const struct {
		char type[5], head[16];
		size_t len;
	} chunks[] = { { "zTXt", "Comment\0", 9 },
		{ "iTXt", "Comment\0\1\0\0", 12 }, { "iCCP", "icc\0", 5 } };
	struct buf s = { 0 };

	put(&s, chunks[which].head, chunks[which].len);
	zlib_zeros(&s, 200000000);
	with(b, chunks[which].type, &s, true);
	free(s.p);
}

static void
cut_ztxt(struct buf *b, long arg)
{
	struct buf s = { 0 };

	(void)arg;
	put(&s, "Comment\0", 9);
	zlib_zeros(&s, 100000);
	s.len /= 2;
	with(b, "zTXt", &s, true);
	free(s.p);
}

static void
texts(struct buf *b, long n)
{
	struct buf s = { 0 }, c = { 0 };

	seed(b, 0);
	while (n--) {
		put(&s, "a\0b", 3);
		chunk_of(&c, "tEXt", &s);
	}
	put_in(b, 33, c.p, c.len);
	free(s.p);
	free(c.p);
}

static void
idats(struct buf *b, long n)
{
	struct buf c = { 0 };

	seed(b, 0);
	while (n--)
		chunk(&c, "IDAT", "", 0);
	put_in(b, 33, c.p, c.len);
	free(c.p);
}

static void
unknown(struct buf *b, long arg)
{
	struct buf s = { 0 };

	(void)arg;
	put_text(&s, "what");
	with(b, "HArM", &s, true);
	free(s.p);
}

static void
more_rows(struct buf *b, long arg)
{
	struct buf raw = { 0 };

	(void)arg;
	begin(b, W, H, 8, RGB, 0);
	rows_of(&raw, W, H, 0, 0, 1, 1);
	put_fill(&raw, 1, 100 * (size_t)(3 * W + 1));
	idat(b, &raw);
	end(b);
	free(raw.p);
}

static void
fewer_rows(struct buf *b, long n)
{
	struct buf raw = { 0 };

	begin(b, W, H, 8, RGB, 0);
	rows_of(&raw, W, H, 0, 0, 1, 1);
	raw.len = (size_t)n * (3 * W + 1);
	idat(b, &raw);
	end(b);
	free(raw.p);
}

/* Change a byte of the zlib stream, and let the chunk's sum agree. */
static void
patch_stream(struct buf *b, long at, unsigned byte)
{
	size_t len;

	seed(b, 0);
	len = b->len - 12 - 33 - 12;
	b->p[at < 0 ? 41 + len - (size_t)-at : 41 + (size_t)at] ^=
	    (uint8_t)byte;
	b->len = 41 + len;
	put32(b, crc32_of(b->p + 37, len + 4));
	end(b);
}

static void
dictionary(struct buf *b, long arg)
{
	(void)arg;
	patch_stream(b, 1, 0x01 ^ 0x20); /* 0x7820, of which 31 is a divisor */
}

static void
adler(struct buf *b, long arg)
{
	(void)arg;
	patch_stream(b, -1, 1);
}

static void
bad_filter(struct buf *b, long arg)
{
	(void)arg;
	patch_stream(b, 7, 9); /* the first byte of the first row */
}

/* The first is the picture itself; the others are 1 x 1 and black. */
static void
frames(struct buf *b, long n)
{
	struct buf s = { 0 }, c = { 0 }, z = { 0 };
	uint32_t seq = 0;
	long i;

	zlib_zeros(&z, 4);
	seed(b, 0);
	put32(&s, (uint32_t)n);
	put32(&s, 0);
	chunk_of(&c, "acTL", &s);
	for (i = 0; i < n; i++) {
		put32(&s, seq++);
		put32(&s, i ? 1 : W);
		put32(&s, i ? 1 : H);
		put32(&s, 0);
		put32(&s, 0);
		put32(&s, 0x00010064); /* 1/100 s */
		put16(&s, 0);
		chunk_of(&c, "fcTL", &s);
		if (i == 0) {
			put_in(b, 33, c.p, c.len);
			c.len = 0;
			continue;
		}
		put32(&s, seq++);
		put(&s, z.p, z.len);
		chunk_of(&c, "fdAT", &s);
	}
	put_in(b, b->len - 12, c.p, c.len);
	free(s.p);
	free(c.p);
	free(z.p);
}

static void
patch_ihdr(struct buf *b, long arg)
{
	uint32_t crc;
	int i;

	seed(b, 0);
	b->p[arg & 255] = (uint8_t)(arg >> 8);
	crc = crc32_of(b->p + 12, 17);
	for (i = 0; i < 4; i++)
		b->p[29 + i] = (uint8_t)(crc >> (24 - 8 * i));
}

static void
bad_length(struct buf *b, long which)
{
	seed(b, 0);
	memset(b->p + (which ? 33 : 8), 0xff, 4);
}

static void
plain(struct buf *b, long rgb)
{
	struct buf raw = { 0 };
	int x, y;

	begin(b, W, H, 8, RGB, 0);
	for (y = 0; y < H; y++) {
		put8(&raw, 0);
		for (x = 0; x < W; x++) {
			put8(&raw, (unsigned)(rgb >> 16));
			put16(&raw, (unsigned)rgb);
		}
	}
	idat(b, &raw);
	end(b);
	free(raw.p);
}

/* The heads of what other programs read, 64 bytes each. */
static void
stub(struct buf *b, long which)
{
	static const struct {
		const char *bytes;
		size_t len;
	} heads[] = { { "GIF89a\x10\0\x10\0\0\0\0,", 14 },
		{ "RIFF\x38\0\0\0WEBPVP8 \x2c\0\0\0", 20 },
		{ "\0\0\0\x18"
		  "ftypheic\0\0\0\0heicmif1",
		    24 },
		{ "BM\x40\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\1\0\0\0\1\0\0\0",
		    26 },
		{ "II*\0\x08\0\0\0\1\0", 10 },
		{ "<svg xmlns=\"http://www.w3.org/2000/svg\"/>", 41 },
		{ "%PDF-1.7\n", 9 },
		{ "\0\0\0\x18"
		  "ftypisom\0\0\2\0isommp41",
		    24 } };

	put(b, heads[which].bytes, heads[which].len);
	put_fill(b, 0, 64 - b->len);
}
