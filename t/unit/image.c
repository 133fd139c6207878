/* Pictures of each form that the decoders tell apart, whole, cut anywhere, at
 * the limits, and what is around them. */
#include "image.h"

#include <time.h>

#include "../pictures.h"
#include "../tap.h"

/* ---- tests -----------------------------------------------------------------
 */

/*
 * Every length of a file: never whole but at full length, a picture only once
 * it is half there and ever after, the same each time; the upper 2 fifths as
 * in the whole, if tiers is 0.
 */
static void
cut(const char *name, bool luma, bool tiers)
{
	bool whole =
	    decode_as(bytes, len, &ct_image_limits, luma) == CT_IMAGE_OK;
	size_t most = (size_t)got.across * (got.down * 2 / 5), n;
	size_t all = (size_t)got.across * got.down;
	int seen = 0, lost = 0, wrong = 0, other = 0;
	uint8_t *full = malloc(all), *once = malloc(all);
	enum ct_image_status status;

	memcpy(full, got.grey, all);
	for (n = 0; n < len; n++) {
		status = decode_as(bytes, n, &ct_image_limits, luma);
		if (status == CT_IMAGE_PARTIAL) {
			seen++;
			memcpy(once, got.grey, all);
			other += !tiers && memcmp(full, once, most) != 0;
			if (decode_as(bytes, n, &ct_image_limits, luma) !=
				status ||
			    memcmp(got.grey, once, all) != 0)
				wrong++;
		} else if (status == CT_IMAGE_CORRUPT ||
		    (status == CT_IMAGE_UNSUPPORTED && n < 12)) {
			lost++, wrong += seen > 0;
		} else {
			wrong++;
		}
	}
	ok(whole && seen && lost && !wrong && !other,
	    "%s: cut %d times, %d pictures left", name, seen + lost, seen);
	free(full);
	free(once);
}

static void
cuts(void)
{
	jpeg(&(struct how){ .gray = true });
	cut("JPEG", false, false);
	jpeg(&(struct how){ .restart = 1 });
	cut("JPEG with restarts", false, false);
	cut("luma of it", true, false);
	jpeg(&(struct how){ .progressive = true });
	cut("progressive JPEG", false, true);
	cut("luma of it", true, true);
	jpeg(&(struct how){ .arithmetic = true });
	cut("arithmetic JPEG", false, false);
	jpeg(&(struct how){ .apart = true });
	cut("JPEG of three scans", false, true);
	jpeg(&(struct how){ .ycck = true });
	cut("YCCK", false, false);
	png(PNG_COLOR_TYPE_RGB, 8, false);
	cut("PNG", false, false);
	png(PNG_COLOR_TYPE_GRAY, 8, true);
	cut("interlaced PNG", false, true);
	webp(false);
	len -= bytes[16] % 2; /* the byte that makes it even may be missing */
	cut("WebP", false, false);
	webp(true);
	len -= bytes[16] % 2;
	cut("lossless WebP", false, false);
}

static void
lumas(void)
{
	static const struct {
		uint32_t w, h, eighths;
	} table[] = { { 2048, 2100, 1 }, { 2041, 2100, 1 }, { 2040, 2100, 2 },
		{ 2100, 2040, 2 }, { 1024, 4000, 2 }, { 1020, 1020, 4 },
		{ 511, 700, 4 }, { 510, 700, 8 }, { 256, 300, 8 },
		{ 9, 7, 8 } };
	uint8_t *full;
	size_t i, off = 0;

	for (i = 0; i < sizeof table / sizeof *table; i++) {
		jpeg(&(struct how){ .w = table[i].w, .h = table[i].h });
		ok(decode_as(bytes, len, &ct_image_limits, true) ==
			    CT_IMAGE_OK &&
			got.info.luma && got.eighths == table[i].eighths &&
			got.info.w == table[i].w && got.info.h == table[i].h,
		    "%u x %u comes as %u/8", table[i].w, table[i].h,
		    table[i].eighths);
	}
	jpeg(&(struct how){ .gray = true });
	(void)decode(bytes, len);
	full = malloc(W * H);
	memcpy(full, got.grey, W * H);
	ok(!got.info.luma &&
		decode_as(bytes, len, &ct_image_limits, true) == CT_IMAGE_OK &&
		got.info.luma && memcmp(full, got.grey, W * H) == 0,
	    "grey is its own brightness");
	jpeg(&(struct how){ .progressive = true });
	(void)decode(bytes, len);
	memcpy(full, got.grey, W * H);
	(void)decode_as(bytes, len, &ct_image_limits, true);
	for (i = 0; i < W * H; i++) /* by other weights, hence not the same */
		off += (size_t)abs(full[i] - got.grey[i]) > 12;
	ok(got.info.luma && off < W * H / 100, "that of colours is near");
	free(full);
	jpeg(&(struct how){ .rgb = true, .w = 1024, .h = 1024 });
	ok(decode_as(bytes, len, &ct_image_limits, true) == CT_IMAGE_OK &&
		!got.info.luma && got.eighths == 8,
	    "RGB comes whole");
	jpeg(&(struct how){ .ycck = true, .w = 1024, .h = 1024 });
	ok(decode_as(bytes, len, &ct_image_limits, true) == CT_IMAGE_OK &&
		!got.info.luma && got.eighths == 8,
	    "so does YCCK");
	png(PNG_COLOR_TYPE_RGB, 8, false);
	ok(decode_as(bytes, len, &ct_image_limits, true) == CT_IMAGE_OK &&
		!got.info.luma,
	    "and PNG");
}

/* With limit *which at max there is a picture, one below there is this. */
static void
limit(const char *name, struct ct_image_limits *limits, uint32_t *which,
    uint32_t max, enum ct_image_status status)
{
	*which = max;
	ok(decode_as(bytes, len, limits, false) == CT_IMAGE_OK,
	    "%s: as much as may", name);
	*which = max - 1;
	ok(decode_as(bytes, len, limits, false) == status, "%s: one less",
	    name);
	*limits = ct_image_limits;
}

static void
limits_of_all(const char *name)
{
	struct ct_image_limits l = ct_image_limits;

	limit(name, &l, &l.pixels, W * H, CT_IMAGE_TOO_MANY_PIXELS);
	limit(name, &l, &l.side, W, CT_IMAGE_TOO_MANY_PIXELS);
	limit(name, &l, &l.bytes, (uint32_t)len, CT_IMAGE_TOO_LARGE);
	got.no_memory = true;
	ok(decode(bytes, len) == CT_IMAGE_OUT_OF_MEMORY,
	    "%s: memory of the one who asks", name);
	got.no_memory = false;
}

static void
limits(void)
{
	struct ct_image_limits l = ct_image_limits;

	jpeg(&(struct how){ .gray = true });
	limits_of_all("JPEG");
	jpeg(&(struct how){ .apart = true });
	limit("scans of a sequential JPEG", &l, &l.scans, 3,
	    CT_IMAGE_TOO_MANY_SCANS);
	jpeg(&(struct how){ .progressive = true, .arithmetic = true });
	limit("scans of a progressive one", &l, &l.scans, 10,
	    CT_IMAGE_TOO_MANY_SCANS);
	jpeg(&(struct how){ .progressive = true, .w = 512, .h = 512 });
	l.memory = 200000; /* all coefficients take 786432 */
	ok(decode_as(bytes, len, &l, false) == CT_IMAGE_OUT_OF_MEMORY,
	    "memory of it");
	png(PNG_COLOR_TYPE_RGB, 8, false);
	limits_of_all("PNG");
	l.memory = 10000;
	ok(decode_as(bytes, len, &l, false) == CT_IMAGE_OUT_OF_MEMORY,
	    "memory of a PNG");
	png(PNG_COLOR_TYPE_RGB_ALPHA, 16, true);
	l.memory = 100000;
	ok(decode_as(bytes, len, &l, false) == CT_IMAGE_OK,
	    "of an interlaced one, just so");
	l.memory = 60000;
	ok(decode_as(bytes, len, &l, false) == CT_IMAGE_OUT_OF_MEMORY,
	    "and too little");
	l = ct_image_limits;
	webp(false);
	limits_of_all("WebP");
	limit("memory of a WebP", &l, &l.memory, W * H * 4,
	    CT_IMAGE_OUT_OF_MEMORY);
	webp(true);
	limit("of a lossless one", &l, &l.memory, W * H * 8,
	    CT_IMAGE_OUT_OF_MEMORY);
}

static double
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* One scan after the other of a few bytes. */
static void
scans(uint8_t frame, uint32_t side, int n, enum ct_image_status want)
{
	const uint8_t high = (uint8_t)(side >> 8), low = (uint8_t)side;
	const uint8_t head[] = { 0xff, 0xd8, 0xff, frame, 0, 11, 8, high, low,
		high, low, 1, 1, 0x11, 0 };
	static const uint8_t dc[] = { 0xff, 0xda, 0, 8, 1, 1, 0, 0, 0, 0, 0 };
	static const uint8_t ac[] = { 0xff, 0xda, 0, 8, 1, 1, 0, 1, 63, 0, 0,
		0xff, 0x00, 0xff, 0xd0, 0xff, 0xff };
	double t;

	len = 0;
	add(head, sizeof head);
	add(dc, sizeof dc);
	while (n-- > 1)
		add(ac, sizeof ac);
	add("\xff\xd9", 2);
	t = seconds();
	ok(decode(bytes, len) == want, "%zu bytes of %u x %u: %s", len, side,
	    side, ct_image_status(want));
	ok(seconds() - t < 0.1, "at once");
}

static void
bombs(void)
{
	struct ct_image_limits l = ct_image_limits;
	size_t i;

	scans(0xc2, 65500, 2, CT_IMAGE_TOO_MANY_PIXELS);
	scans(0xc0, 65500, 1, CT_IMAGE_TOO_MANY_PIXELS);
	scans(0xc2, 8000, 1000, CT_IMAGE_TOO_MANY_SCANS);
	scans(0xc2, 2000, 5000, CT_IMAGE_TOO_MANY_SCANS);
	scans(0xc2, 16, 100, CT_IMAGE_CORRUPT); /* just not too many */
	scans(0xc2, 16, 101, CT_IMAGE_TOO_MANY_SCANS);
	/* one scan that has all, and more of them behind it */
	jpeg(&(struct how){ .gray = true });
	len -= 2;
	for (i = 0; i < 1000; i++)
		add("\xff\xda\0\10\1\1\0\0\77\0\0", 11);
	add("\xff\xd9", 2);
	ok(decode(bytes, len) == CT_IMAGE_PARTIAL, "a scan too many is damage");
	jpeg(&(struct how){ .w = 3000, .h = 9000, .gray = true });
	l.memory = 1 << 20;
	ok(decode_as(bytes, len, &l, false) == CT_IMAGE_OK,
	    "memory grows with the width alone");
}

/* ---- what is around a picture ----------------------------------------------
 */

static void
trailing(const char *name)
{
	static const uint8_t other[1666] = "\xff\xd8\xff\xe0";
	size_t i;

	ok(decode(bytes, len) == CT_IMAGE_OK && got.info.trailing == 0 &&
		got.info.frames == 1,
	    "%s: nothing trails", name);
	for (i = 1; i < 5000; i += 1666) {
		add(other, sizeof other);
		ok(decode(bytes, len) == CT_IMAGE_OK &&
			got.info.trailing == i + 1665 && got.info.frames == 1,
		    "%s: %u bytes trail", name, got.info.trailing);
	}
}

/* A chunk of PNG; its checksum is wrong, which does no harm to such. */
static void
chunk(const char *name, const char *data, uint32_t n)
{
	uint8_t head[8];

	png_save_uint_32(head, n);
	memcpy(head + 4, name, 4);
	add(head, 8);
	add(data, n);
	add("\0\0\0\0", 4);
}

/* So many frames, 0 as many as bytes, by a PNG with these chunks before and
 * behind its data. */
static void
frames(const char *what, uint32_t want, uint32_t said, int heads, int data)
{
	uint8_t *still, count[8] = { 0 };
	size_t n;

	png(PNG_COLOR_TYPE_GRAY, 8, false);
	still = bytes;
	n = len;
	bytes = NULL;
	len = room = 0;
	add(still, 33);
	png_save_uint_32(count, said);
	if (said)
		chunk("acTL", (char *)count, 8);
	add(still + 33, n - 33 - 12);
	while (heads-- > 0)
		chunk("fcTL", "12345678901234567890123456", 26);
	while (data-- > 0)
		chunk("fdAT", "1234567", 7);
	add(still + n - 12, 12);
	want = want ? want : (uint32_t)len;
	ok(decode(bytes, len) ==
		    (want > 1 ? CT_IMAGE_TOO_MANY_FRAMES : CT_IMAGE_OK) &&
		got.info.frames == want,
	    "%s: %u frames", what, want);
	free(still);
}

static void
around(void)
{
	jpeg(&(struct how){ .gray = true });
	trailing("JPEG");
	jpeg(&(struct how){ .progressive = true });
	trailing("progressive JPEG");
	png(PNG_COLOR_TYPE_GRAY, 8, false);
	trailing("PNG");
	webp(false);
	trailing("WebP");
	frames("no word of it", 1, 0, 0, 0);
	frames("one announced", 1, 1, 0, 0);
	frames("two announced", 2, 2, 0, 0);
	frames("a thousand announced", 1000, 1000, 1, 2);
	frames("more than there are bytes", 0, 1U << 31, 1, 2);
	frames("more than were announced", 4, 2, 3, 3);
	frames("without a word of it", 2, 0, 0, 9);
}

int
main(void)
{
	cuts();
	lumas();
	limits();
	bombs();
	around();
	free(got.grey);
	free(bytes);
	done();
}
