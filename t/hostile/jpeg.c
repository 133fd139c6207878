/* jpeg.c - JPEG files that nobody should send: rows I1 to I28 */
#include <stdlib.h>
#include <string.h>

#include "hostile.h"
#include "prog.h"

#define LIMIT "too-many-pixels"

typedef void make_fn(struct buf *b, long arg);
static make_fn seed, small, progressive, arithmetic, restart, inks, sampled,
    head, bomb, scans, sized, no_height, patch_sof, patch_count, fraction, dht,
    strip, zero_dqt, wide_dqt, markers, exif, exif_loop, junk, polyglot, twice,
    mpo, bad_rst, ones;

enum { PRECISION, SOF, WIDTH }; /* of patch_sof: above 8 bits the value */
#define PATCH(what, v) ((v) << 8 | (what))
#define SIZE(w, h) ((long)(w) << 16 | (h))

const struct hostile jpeg_cases[] = {
	{ "jpeg", "-", "ok", 1000, "", seed, 0 },
	{ "jpeg-small", "-", "ok", 1000, "", small, 0 },
	{ "jpeg-progressive", "-", "ok", 1000, "", progressive, 0 },
	{ "empty", "I1", "corrupt", 1000, "", head, 0 },
	{ "jpeg-1-byte", "I2", "corrupt", 1000, "", head, 1 },
	{ "jpeg-2-bytes", "I2", "corrupt", 1000, "", head, 2 },
	{ "jpeg-3-bytes", "I2", "corrupt", 1000, "", head, 3 },
	{ "jpeg-bomb-progressive", "I5", LIMIT, 5, "", bomb, 2 },
	{ "jpeg-bomb-baseline", "I6", LIMIT, 5, "", bomb, 0 },
	{ "jpeg-1000-scans", "I7", "too-many-scans", 10000, "", scans,
	    SIZE(8000, 999) },
	{ "jpeg-5000-scans", "I8", "too-many-scans", 500, "", scans,
	    SIZE(2000, 4999) },
	{ "jpeg-99-scans", "I9", "ok|timeout|out-of-memory", 10500, "", scans,
	    SIZE(9999, 98) },
	{ "jpeg-1x1", "I10", "ok", 1000, "", sized, SIZE(1, 1) },
	{ "jpeg-1x30000", "I10", "ok", 1000, "", sized, SIZE(1, 30000) },
	{ "jpeg-30000x1", "I10", "ok", 1000, "", sized, SIZE(30000, 1) },
	{ "jpeg-1x65500", "I10", LIMIT, 1000, "", sized, SIZE(1, 65500) },
	{ "jpeg-65500x1", "I10", LIMIT, 1000, "", sized, SIZE(65500, 1) },
	{ "jpeg-dnl", "I11", "corrupt", 1000, "", no_height, 0 },
	{ "jpeg-no-width", "I12", "corrupt", 1000, "", patch_sof,
	    PATCH(WIDTH, 0) },
	{ "jpeg-12-bit", "I13", "unsupported", 1000, "", patch_sof,
	    PATCH(PRECISION, 12) },
	{ "jpeg-arithmetic", "I14", "ok", 1000, "jpeg", arithmetic, 0 },
	{ "jpeg-arithmetic-scans", "I14", "ok", 1000, "jpeg", arithmetic, 1 },
	/* a libjpeg that reads lossless JPEG finds that this is none */
	{ "jpeg-lossless", "I15", "unsupported|corrupt", 1000, "", patch_sof,
	    PATCH(SOF, 0xc3) },
	{ "jpeg-cmyk-adobe", "I16", "ok", 1000, "", inks, 0 },
	{ "jpeg-ycck-adobe", "I16", "ok", 1000, "", inks, 1 },
	{ "jpeg-cmyk-plain", "I16", "ok", 1000, "", inks, 2 },
	{ "jpeg-2-components", "I17", "unsupported|corrupt", 1000, "",
	    patch_count, 2 },
	{ "jpeg-5-components", "I17", "unsupported|corrupt", 1000, "",
	    patch_count, 5 },
	{ "jpeg-255-components", "I17", "unsupported|corrupt", 1000, "",
	    patch_count, 255 },
	{ "jpeg-sampled-1x4", "I18", "ok", 1000, "", sampled, 0x14 },
	{ "jpeg-sampled-4x1", "I18", "ok", 1000, "", sampled, 0x41 },
	{ "jpeg-sampled-4x4", "I18", "ok", 1000, "", sampled, 0x144 },
	{ "jpeg-sampled-fraction", "I18", "unsupported|corrupt", 1000, "",
	    fraction, 0 },
	{ "jpeg-huffman-257", "I19", "corrupt", 1000, "", dht, 0 },
	{ "jpeg-huffman-overfull", "I19", "corrupt", 1000, "", dht, 1 },
	{ "jpeg-huffman-17-bits", "I19", "corrupt", 1000, "", dht, 2 },
	{ "jpeg-huffman-table-4", "I19", "corrupt", 1000, "", dht, 3 },
	{ "jpeg-no-dht", "I20", "ok|corrupt", 1000, "jpeg", strip, 0xc4 },
	{ "jpeg-no-dqt", "I20", "corrupt", 1000, "", strip, 0xdb },
	{ "jpeg-dqt-zero", "I21", "ok|corrupt", 1000, "", zero_dqt, 0 },
	{ "jpeg-dqt-16-bit", "I21", "ok|corrupt", 1000, "jpeg", wide_dqt, 0 },
	{ "jpeg-65000-app", "I22", "ok", 50, "jpeg", markers, 0xe7 },
	{ "jpeg-65000-com", "I22", "ok", 50, "jpeg", markers, 0xfe },
	{ "jpeg-exif-30-mb", "I23", "ok", 1000, "jpeg", exif, 30 << 20 },
	{ "jpeg-exif-loop", "I23", "ok", 1000, "jpeg", exif_loop, 0 },
	{ "jpeg-behind-junk", "I24", "unsupported", 1000, "", junk, 10 << 20 },
	{ "jpeg-zip", "I25", "ok", 1000, "jpeg", polyglot, 0 },
	{ "jpeg-html", "I25", "ok", 1000, "jpeg", polyglot, 1 },
	{ "jpeg-twice", "I26", "ok", 1000, "jpeg", twice, 0 },
	{ "jpeg-mpo", "I26", "ok", 1000, "jpeg", mpo, 0 },
	{ "jpeg-restart", "-", "ok", 1000, "jpeg", restart, 0 },
	{ "jpeg-restart-swapped", "I27", "partial", 1000, "", bad_rst, 0 },
	{ "jpeg-restart-missing", "I27", "partial", 1000, "", bad_rst, 1 },
	{ "jpeg-all-ones", "I28", "partial|corrupt", 10000, "", ones, 1 << 20 },
	{ "jpeg-all-fill", "I28", "partial|corrupt", 10000, "", ones,
	    -(1 << 20) },
	{ NULL, NULL, NULL, 0, NULL, NULL, 0 },
};

/* ---- seeds -----------------------------------------------------------------
 */

#define SEED .w = 160, .h = 120, .quality = 75

static void
seed(struct buf *b, long arg)
{
	(void)arg;
	jpeg_encode(b, &(struct jpeg_how){ SEED });
}

static void
small(struct buf *b, long arg)
{
	(void)arg;
	jpeg_encode(b,
	    &(struct jpeg_how){
		.w = 40, .h = 48, .quality = 62, .grey = true });
}

static void
progressive(struct buf *b, long arg)
{
	(void)arg;
	jpeg_encode(b,
	    &(struct jpeg_how){
		.w = 40, .h = 48, .quality = 62, .progressive = true });
}

static void
arithmetic(struct buf *b, long arg)
{
	jpeg_encode(b,
	    &(struct jpeg_how){ SEED, .arithmetic = true, .progressive = arg });
}

static void
restart(struct buf *b, long arg)
{
	(void)arg;
	jpeg_encode(b, &(struct jpeg_how){ SEED, .restart = 5 });
}

static void
inks(struct buf *b, long arg)
{
	jpeg_encode(b, &(struct jpeg_how){ SEED, .ink = (int)arg + 1 });
}

static void
sampled(struct buf *b, long arg)
{
	jpeg_encode(b,
	    &(struct jpeg_how){
		SEED, .sampling = (int)arg & 255, .apart = arg > 255 });
}

static void
sized(struct buf *b, long size)
{
	jpeg_encode(b,
	    &(struct jpeg_how){ .w = (uint32_t)size >> 16,
		.h = (uint32_t)size & 65535,
		.quality = 75 });
}

/* ---- segments --------------------------------------------------------------
 */

static bool
is_sof(unsigned marker)
{
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 &&
	    marker != 0xc8 && marker != 0xcc;
}

/* Where the first segment of this marker begins, before the picture data; 0
 * for any frame header. */
static size_t
find(const struct buf *b, unsigned marker)
{
	size_t at = 2;

	while (at + 4 < b->len && b->p[at + 1] != 0xda) {
		if (marker ? b->p[at + 1] == marker : is_sof(b->p[at + 1]))
			return at;
		at += 2 + ((size_t)b->p[at + 2] << 8 | b->p[at + 3]);
	}
	if (marker != 0xda)
		ct_die(CT_SOFTWARE, "the seed has no marker %x", marker);
	return at;
}

static size_t
length(const struct buf *b, size_t at)
{
	return 2 + ((size_t)b->p[at + 2] << 8 | b->p[at + 3]);
}

static void
segment(struct buf *b, unsigned marker, struct buf *payload)
{
	put16(b, 0xff00 | marker);
	put16(b, (unsigned)payload->len + 2);
	put_buf(b, payload);
}

/* One component, whose tables are all 0. */
static void
grey_sof(struct buf *b, unsigned marker, unsigned w, unsigned h)
{
	struct buf s = { 0 };

	put8(&s, 8);
	put16(&s, h);
	put16(&s, w);
	put32(&s, 0x01011100);
	segment(b, marker, &s);
	free(s.p);
}

static void
grey_scan(struct buf *b, unsigned from, unsigned to)
{
	struct buf s = { 0 };

	put8(&s, 1);
	put16(&s, 0x0100);
	put8(&s, from);
	put8(&s, to);
	put8(&s, 0);
	segment(b, 0xda, &s);
	free(s.p);
}

/* A table of one code, 0, that means this. */
static void
one_code(struct buf *b, unsigned table, unsigned symbol)
{
	struct buf s = { 0 };

	put8(&s, table);
	put8(&s, 1);
	put_fill(&s, 0, 15);
	put8(&s, symbol);
	segment(b, 0xc4, &s);
	free(s.p);
}

static void
one_dqt(struct buf *b)
{
	struct buf s = { 0 };

	put8(&s, 0);
	put_fill(&s, 1, 64);
	segment(b, 0xdb, &s);
	free(s.p);
}

/* ---- the cases -------------------------------------------------------------
 */

static void
head(struct buf *b, long len)
{
	seed(b, 0);
	b->len = (size_t)len;
}

/* 65500 x 65500, and next to no data. */
static void
bomb(struct buf *b, long sof)
{
	put16(b, 0xffd8);
	one_dqt(b);
	grey_sof(b, 0xc0 + (unsigned)sof, 65500, 65500);
	one_code(b, 0x00, 0);
	one_code(b, 0x10, sof ? 0xe0 : 0);
	grey_scan(b, 0, sof ? 0 : 63);
	put_fill(b, 0, 8);
	if (sof) {
		grey_scan(b, 1, 63);
		put_fill(b, 0, 8);
	}
	put16(b, 0xffd9);
}

/*
 * Progressive, every scan of it valid and whole: one of the averages, then so
 * many times the same of nothing else, in runs of 16384 blocks and more.
 */
static void
scans(struct buf *b, long arg)
{
	unsigned side = (unsigned)arg >> 16, n = (unsigned)arg & 65535;
	size_t blocks = ((size_t)side + 7) / 8 * ((side + 7) / 8);
	size_t runs = (blocks + 16383) / 16384;

	put16(b, 0xffd8);
	one_dqt(b);
	grey_sof(b, 0xc2, side, side);
	one_code(b, 0x00, 0);
	one_code(b, 0x10, 0xe0);
	grey_scan(b, 0, 0);
	put_fill(b, 0, (blocks + 7) / 8);
	while (n--) {
		grey_scan(b, 1, 63);
		put_fill(b, 0, (runs * 15 + 7) / 8);
	}
	put16(b, 0xffd9);
}

/* The height comes behind the picture, as the standard allows. */
static void
no_height(struct buf *b, long arg)
{
	static const uint8_t dnl[] = { 0xff, 0xdc, 0, 4, 0, 120 };
	size_t at;

	(void)arg;
	seed(b, 0);
	at = find(b, 0);
	b->p[at + 5] = b->p[at + 6] = 0;
	put_in(b, b->len - 2, dnl, sizeof dnl);
}

static void
patch_sof(struct buf *b, long arg)
{
	size_t at;

	seed(b, 0);
	at = find(b, 0);
	switch (arg & 255) {
	case PRECISION:
		b->p[at + 4] = (uint8_t)(arg >> 8);
		break;
	case SOF:
		b->p[at + 1] = (uint8_t)(arg >> 8);
		break;
	case WIDTH:
		b->p[at + 7] = (uint8_t)(arg >> 16);
		b->p[at + 8] = (uint8_t)(arg >> 8);
		break;
	}
}

/* So many components in the frame header and, up to 4, in the scan. */
static void
patch_count(struct buf *b, long n)
{
	static const uint8_t more[3] = { 9, 0x11, 0 };
	size_t at, had = 3;
	unsigned i, len = 8 + 3 * (unsigned)n;

	seed(b, 0);
	at = find(b, 0);
	take_out(b, at + 10, 3 * had);
	for (i = 0; i < (unsigned)n; i++) {
		put_in(b, at + 10 + 3 * i, more, 3);
		b->p[at + 10 + 3 * i] = (uint8_t)(i + 1);
	}
	b->p[at + 2] = (uint8_t)(len >> 8);
	b->p[at + 3] = (uint8_t)len;
	b->p[at + 9] = (uint8_t)n;
	if (n < 3) {
		at = find(b, 0xda);
		take_out(b, at + 9, 2);
		b->p[at + 3] -= 2;
		b->p[at + 4] = (uint8_t)n;
	}
}

/* Brightness 3 across, one colour 2. */
static void
fraction(struct buf *b, long arg)
{
	size_t at;

	(void)arg;
	sampled(b, 0x31);
	at = find(b, 0);
	b->p[at + 14] = 0x21;
}

static void
dht(struct buf *b, long how)
{
	struct buf s = { 0 }, out = { 0 };
	size_t at;

	put8(&s, how == 3 ? 4 : 0); /* which table */
	put_fill(&s, 0, 16);
	if (how == 0) /* 257 codes */
		s.p[15] = 2, s.p[16] = 255;
	else if (how == 1) /* three of one bit */
		s.p[1] = 3;
	else if (how == 2) /* all of 16 bits taken, then one more */
		s.p[1] = s.p[2] = 1, s.p[16] = 255;
	else
		s.p[1] = 1;
	if (how == 2)
		s.p[3] = 2;
	put_fill(&s, 0, how == 0 ? 257 : how == 1 ? 3 : how == 2 ? 259 : 1);
	segment(&out, 0xc4, &s);
	seed(b, 0);
	at = find(b, 0xda);
	put_in(b, at, out.p, out.len);
	free(s.p);
	free(out.p);
}

/* Every segment of this marker. */
static void
strip(struct buf *b, long marker)
{
	size_t at = 2;

	seed(b, 0);
	while (b->p[at + 1] != 0xda)
		if (b->p[at + 1] == marker)
			take_out(b, at, length(b, at));
		else
			at += length(b, at);
}

static void
zero_dqt(struct buf *b, long arg)
{
	size_t at;

	(void)arg;
	seed(b, 0);
	at = find(b, 0xdb);
	memset(b->p + at + 5, 0, 64);
}

/* The same values in 16 bits each. */
static void
wide_dqt(struct buf *b, long arg)
{
	struct buf s = { 0 }, out = { 0 };
	size_t at, i, table;

	(void)arg;
	seed(b, 0);
	for (table = 0; table < 2; table++) {
		at = find(b, 0xdb);
		put8(&s, 0x10 | b->p[at + 4]);
		for (i = 0; i < 64; i++)
			put16(&s, b->p[at + 5 + i]);
		segment(&out, 0xdb, &s);
		take_out(b, at, length(b, at));
	}
	put_in(b, at, out.p, out.len);
	free(s.p);
	free(out.p);
}

static void
markers(struct buf *b, long marker)
{
	struct buf none = { 0 }, tail = { 0 };
	int i;

	seed(&tail, 0);
	put16(b, 0xffd8);
	for (i = 0; i < 65000; i++)
		segment(b, (unsigned)marker, &none);
	put(b, tail.p + 2, tail.len - 2);
	free(tail.p);
}

/* A picture in small as large as a camera's, over as many segments. */
static void
exif(struct buf *b, long len)
{
	struct buf s = { 0 }, tail = { 0 };

	seed(&tail, 0);
	put16(b, 0xffd8);
	while (b->len < (size_t)len) {
		put(&s, "Exif\0\0II*\0\10\0\0\0\0\0", 16);
		put_fill(&s, 0xff, 65000);
		segment(b, 0xe1, &s);
	}
	put(b, tail.p + 2, tail.len - 2);
	free(s.p);
	free(tail.p);
}

/* The directory's next directory is itself, and so is the one within it. */
static void
exif_loop(struct buf *b, long arg)
{
	static const char tiff[] =
	    "Exif\0\0II*\0\10\0\0\0\1\0\x69\x87\4\0\1\0\0\0\10\0\0\0\10\0\0";
	struct buf s = { 0 }, tail = { 0 };

	(void)arg;
	seed(&tail, 0);
	put16(b, 0xffd8);
	put(&s, tiff, sizeof tiff);
	segment(b, 0xe1, &s);
	put(b, tail.p + 2, tail.len - 2);
	free(s.p);
	free(tail.p);
}

static void
junk(struct buf *b, long len)
{
	put_fill(b, 'j', (size_t)len);
	seed(b, 0);
}

static void
polyglot(struct buf *b, long html)
{
	seed(b, 0);
	if (html) {
		put_text(b, "<html><script>alert(1)</script>\n");
		return;
	}
	put(b, "PK\3\4\n\0\0\0\0\0", 10); /* of a file named a, empty */
	put_fill(b, 0, 16);
	put(b, "\1\0\0\0a", 5);
	put(b, "PK\5\6", 4);
	put_fill(b, 0, 18);
}

static void
twice(struct buf *b, long arg)
{
	struct buf other = { 0 };

	(void)arg;
	seed(b, 0);
	small(&other, 0);
	put_buf(b, &other);
	free(other.p);
}

/* Two pictures, and in the first an index that says so. */
static void
mpo(struct buf *b, long arg)
{
	static const char index[] = "MPF\0II*\0\10\0\0\0\2\0"
				    "\0\xb0\7\0\4\0\0\0"
				    "0100\1\xb0\4\0\1\0\0\0\2\0\0\0\0\0\0";
	struct buf s = { 0 }, out = { 0 };

	twice(b, arg);
	put(&s, index, sizeof index);
	segment(&out, 0xe2, &s);
	put_in(b, find(b, 0xdb), out.p, out.len);
	free(s.p);
	free(out.p);
}

/* Where the nth restart marker is. */
static size_t
rst(const struct buf *b, unsigned n)
{
	size_t at = find(b, 0xda);

	while (b->p[at] != 0xff || b->p[at + 1] != 0xd0 + n % 8)
		at++;
	return at;
}

/* Two in the wrong order, or one missing. */
static void
bad_rst(struct buf *b, long missing)
{
	size_t one, two;

	restart(b, 0);
	one = rst(b, 5);
	two = rst(b, 6);
	b->p[one + 1] = 0xd6;
	b->p[two + 1] = 0xd5;
	if (missing) {
		b->p[one + 1] = 0xd5;
		take_out(b, two, 2);
	}
}

/* 4000 x 4000 whose data are so many bytes of ones; under 0, of fill. */
static void
ones(struct buf *b, long n)
{
	size_t at;

	seed(b, 0);
	at = find(b, 0);
	b->p[at + 5] = b->p[at + 7] = 4000 >> 8;
	b->p[at + 6] = b->p[at + 8] = 4000 & 255;
	at = find(b, 0xda);
	b->len = at + length(b, at);
	for (; n > 0; n -= 2)
		put16(b, 0xff00);
	put_fill(b, 0xff, (size_t)-n);
	put16(b, 0xffd9);
}
