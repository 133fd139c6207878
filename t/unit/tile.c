/*
 * Pictures shrunk row by row are what averages of boxes make of them, whatever
 * their sides; and a PNG of ours is read by libpng as the pixels it is made of.
 */
#include "tile.h"

#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "thumb.h"

#include "../tap.h"

static uint32_t
rnd(void)
{
	static uint32_t x = 1;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

/* ---- shrinking -------------------------------------------------------------
 */

static bool
fits(uint32_t w, uint32_t h, uint32_t most, uint32_t tw, uint32_t th)
{
	uint32_t gw, gh;

	ct_image_fit(w, h, most, &gw, &gh);
	return gw == tw && gh == th;
}

static void
sizes(void)
{
	ok(fits(640, 480, 16, 16, 12) && fits(480, 640, 16, 12, 16),
	    "the longer side is the most there may be");
	ok(fits(16, 9, 16, 16, 9) && fits(3, 2, 16, 3, 2) &&
		fits(1, 1, 1, 1, 1),
	    "nothing is grown");
	ok(fits(65535, 1, 64, 64, 1) && fits(1, 65535, 16, 1, 16),
	    "no side is none");
	ok(fits(1000000000, 999999999, 1600, 1600, 1600), "large ones");
}

/* The grey of a pixel of in bytes, as the shrinker sees it: a thousandth. */
static uint64_t
luma(const uint8_t *p, int in)
{
	return in == 1 ? p[0] * 1000U : p[0] * 299U + p[1] * 587U + p[2] * 114U;
}

/* One pixel of the result by the definition; colour c, or grey. */
static int
box(const uint8_t *pic, uint32_t w, uint32_t h, int in,
    const struct ct_thumb *t, uint32_t x, uint32_t y, int c)
{
	uint64_t x1 = (uint64_t)(x + 1) * w / t->w, n = 0;
	uint64_t y1 = (uint64_t)(y + 1) * h / t->h, sum = 0, i, j;
	const uint8_t *p;

	for (j = (uint64_t)y * h / t->h; j < y1; j++)
		for (i = (uint64_t)x * w / t->w; i < x1; i++, n++) {
			p = pic + (j * w + i) * (uint64_t)in;
			sum += t->bytes == 1 ? luma(p, in)
			    : in == 1        ? p[0] * 1000U
					     : p[c] * 1000U;
		}
	return (int)((sum / 1000 + n / 2) / n);
}

/* How far is the worst pixel off?  Grey is rounded by rows. */
static int
worst(uint32_t w, uint32_t h, int in, uint32_t most, uint32_t bytes)
{
	uint8_t *pic = ct_alloc((size_t)w * h, (size_t)in), *p;
	struct ct_thumb t = { .most = most, .bytes = bytes };
	size_t i;
	uint32_t x, y, c;
	int off = 0, d;

	for (i = 0; i < (size_t)w * h * (size_t)in; i++)
		pic[i] = (uint8_t)(i < w ? 255 : rnd());
	if (ct_thumb_size(&t, w, h, 8))
		ct_die(CT_OSERR, "no memory");
	for (y = 0; y < h; y++)
		ct_thumb_row(&t, pic + (size_t)y * w * (size_t)in, in);
	if (t.done != t.h)
		off = 1000;
	p = t.pixels;
	for (y = 0; y < t.h; y++)
		for (x = 0; x < t.w; x++)
			for (c = 0; c < bytes; c++) {
				d = abs(*p++ -
				    box(pic, w, h, in, &t, x, y, (int)c));
				off = d > off ? d : off;
			}
	ct_thumb_end(&t);
	free(t.pixels);
	free(pic);
	return off;
}

static void
shrinking(void)
{
	static const uint32_t sides[][2] = { { 1, 1 }, { 16, 16 }, { 17, 16 },
		{ 640, 480 }, { 31, 33 }, { 1, 500 }, { 997, 3 }, { 5, 1 } };
	static const struct {
		int in;
		uint32_t most, bytes;
		int off;
	} how[] = { { 1, 16, 1, 0 }, { 4, 16, 1, 1 }, { 1, 40, 3, 0 },
		{ 4, 40, 3, 0 }, { 4, 1, 3, 0 } };
	size_t i, k;
	int off, max;

	for (k = 0; k < sizeof how / sizeof *how; k++) {
		for (max = 0, i = 0; i < sizeof sides / sizeof *sides; i++) {
			off = worst(sides[i][0], sides[i][1], how[k].in,
			    how[k].most, how[k].bytes);
			max = off > max ? off : max;
		}
		ok(max <= how[k].off,
		    "rows of %d bytes to %u pixels of %u: off by %d", how[k].in,
		    how[k].most, how[k].bytes, max);
	}
}

/* ---- upright ---------------------------------------------------------------
 */

/* 3 x 2 pixels, of 1 or 3 bytes, turned: what a table of EXIF 2.3 makes of
 *	a b c
 *	d e f
 */
static bool
turned(uint32_t turn, uint32_t bytes, const char *want)
{
	struct ct_thumb t = { .bytes = bytes, .w = 3, .h = 2 };
	size_t i, n = (size_t)6 * bytes;
	bool right;

	t.pixels = ct_alloc(n, 1);
	for (i = 0; i < n; i++)
		t.pixels[i] = (uint8_t)("abcdef"[i / bytes] + (int)(i % bytes));
	right = ct_thumb_turn(&t, turn) == 0 && t.w == strcspn(want, "/") &&
	    t.w * t.h == 6;
	for (i = 0; i < n; i++)
		right = right &&
		    t.pixels[i] ==
			(uint8_t)(want[i / bytes + i / bytes / t.w] +
			    (int)(i % bytes));
	free(t.pixels);
	return right;
}

static void
turning(void)
{
	static const char *const want[] = { "", "abc/def", "cba/fed", "fed/cba",
		"def/abc", "ad/be/cf", "da/eb/fc", "fc/eb/da", "cf/be/ad" };
	uint32_t turn;

	for (turn = 1; turn <= 8; turn++)
		ok(turned(turn, 1, want[turn]) && turned(turn, 3, want[turn]),
		    "orientation %u: %s", turn, want[turn]);
}

#define TIFF 40
#define MOST 128

/* A directory of two entries, the second of which is the orientation. */
static void
tiff(uint8_t to[TIFF], bool high, int turn)
{
	static const uint8_t low[] = "II*\0\10\0\0\0\2\0"
				     "\17\1\2\0\4\0\0\0abc\0"
				     "\22\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0\0";
	static const uint8_t first[] = "MM\0*\0\0\0\10\0\2"
				       "\1\17\0\2\0\0\0\4abc\0"
				       "\1\22\0\3\0\0\0\1\0\6\0\0\0\0\0\0\0";

	memcpy(to, high ? first : low, TIFF);
	to[high ? 31 : 30] = (uint8_t)turn;
}

/* The beginning of a file with that; its length. */
static size_t
file(uint8_t to[MOST], char kind, bool high, int turn)
{
	static const struct {
		char kind;
		size_t len;
		const char *bytes;
	} heads[] = {
		{ 'j', 19, "\377\330\377\340\0\4ab\377\377\341\0\60Exif\0\0" },
		{ 'p', 29, "\211PNG\r\n\32\n\0\0\0\1tEXta....\0\0\0\50eXIf" },
		{ 'w', 30, "RIFF....WEBPALPH\1\0\0\0a.EXIF\50\0\0\0" },
		{ 'W', 36, "RIFF....WEBPALPH\1\0\0\0a.EXIF\56\0\0\0Exif\0\0" },
	};
	size_t i = 0, len;

	while (heads[i].kind != kind)
		i++;
	len = heads[i].len;
	memcpy(to, heads[i].bytes, len);
	tiff(to + len, high, turn);
	return len + TIFF;
}

/* Of bytes that end where they end, so that a sanitizer sees who reads on. */
static uint32_t
turn_of(const uint8_t *bytes, size_t len)
{
	uint8_t *p = ct_alloc(len + 1, 1);
	uint32_t turn;

	memcpy(p + 1, bytes, len);
	turn = ct_image_turn(p + 1, len);
	free(p);
	return turn;
}

static void
upright(void)
{
	uint8_t bytes[MOST], bad[MOST];
	const char *kind;
	size_t len, n, i;
	bool right, sane = true;
	uint32_t turn;
	int want;

	for (kind = "jpwW"; *kind; kind++) {
		right = true;
		for (want = 0; want <= 9; want++)
			for (n = 0; n < 2; n++) {
				len = file(bytes, *kind, n != 0, want);
				turn = turn_of(bytes, len);
				right = right &&
				    turn ==
					(want && want < 9 ? (uint32_t)want : 1);
			}
		for (n = 0; n < len; n++) {
			turn = turn_of(bytes, n);
			sane = sane && turn == 1;
		}
		for (n = 0; n < 20000; n++) {
			memcpy(bad, bytes, len);
			for (i = 0; i < 3; i++)
				bad[12 + rnd() % (len - 12)] = (uint8_t)rnd();
			turn = turn_of(bad, len);
			sane = sane && turn >= 1 && turn <= 8;
		}
		ok(right, "kind %c: each orientation, in either byte order",
		    *kind);
	}
	ok(sane, "cut and damaged: one that there is");
}

/* ---- PNG -------------------------------------------------------------------
 */

struct seen {
	const struct ct_tile *tile;
	uint32_t block, y;
	bool wrong;
};

static int
seen_size(void *arg, uint32_t w, uint32_t h, uint32_t eighths)
{
	struct seen *s = arg;

	s->wrong |= w != s->tile->w * s->block || h != s->tile->h * s->block ||
	    eighths != 8;
	return s->wrong;
}

static void
seen_row(void *arg, const uint8_t *row, int bytes)
{
	struct seen *s = arg;
	const struct ct_tile *t = s->tile;
	size_t n = (size_t)t->bytes, x;
	const uint8_t *from = t->pixels + (s->y++ / s->block) * t->w * n;

	s->wrong |= bytes != (t->bytes == 1 ? 1 : 4);
	for (x = 0; x < (size_t)t->w * s->block; x++)
		s->wrong |= memcmp(row + x * (size_t)bytes,
				from + x / s->block * n, n) != 0;
}

static bool
png(uint32_t w, uint32_t h, int bytes, uint32_t block)
{
	uint8_t *pixels = ct_alloc((size_t)w * h, (size_t)bytes), *file;
	struct ct_tile t = { .pixels = pixels, .w = w, .h = h, .bytes = bytes };
	struct seen s = { .tile = &t, .block = block };
	const struct ct_image_sink sink = { seen_size, seen_row, &s };
	struct ct_image_info info;
	enum ct_image_status status;
	size_t i, len;

	for (i = 0; i < (size_t)w * h * (size_t)bytes; i++)
		pixels[i] = (uint8_t)rnd();
	file = ct_tile_png(&t, block, &len);
	status =
	    ct_image_decode(file, len, &ct_image_limits, false, &sink, &info);
	free(file);
	free(pixels);
	return status == CT_IMAGE_OK && !s.wrong && s.y == h * block &&
	    info.trailing == 0;
}

int
main(void)
{
	sizes();
	shrinking();
	turning();
	upright();
	ok(png(1, 1, 1, 1), "a PNG of one pixel");
	ok(png(16, 12, 1, 12) && png(64, 48, 1, 4), "of blocks, grey");
	ok(png(5, 7, 3, 3), "of blocks, in colour");
	ok(png(1600, 900, 3, 1), "a large one");
	/* where a block of the stream ends with it, or just before */
	ok(png(21844, 3, 1, 1) && png(16383, 4, 1, 1), "of 64 KiB");
	done();
}
