/* What a WebP file says of itself, and what it holds. */
#include "image.h"

#include "../pictures.h"
#include "../tap.h"

static void
put(size_t at, uint32_t n, int bits)
{
	for (; bits; bits -= 8, n >>= 8)
		bytes[at++] = (uint8_t)n;
}

/* Make the WebP that is there one with VP8X: flags, and a canvas. */
static void
extend(uint8_t flags, uint32_t w, uint32_t h)
{
	uint8_t *still = bytes;
	size_t n = len;

	bytes = NULL;
	len = room = 0;
	add(still, 12);
	add("VP8X\12\0\0\0\0\0\0\0\0\0\0\0\0\0", 18);
	put(4, (uint32_t)n + 10, 32);
	put(20, flags, 8);
	put(24, w - 1, 24);
	put(27, h - 1, 24);
	add(still + 12, n - 12);
	free(still);
}

/* Put the picture that is there into n frames at x, y. */
static void
move(int n, uint32_t x, uint32_t y)
{
	size_t from = 12, size = len - from, at;
	uint8_t *still = malloc(size);

	memcpy(still, bytes + from, size);
	len = from;
	while (n-- > 0) {
		at = len;
		add("ANMF", 4);
		add(still, 20);
		put(at + 4, (uint32_t)size + 16, 32);
		put(at + 8, x / 2, 24);
		put(at + 11, y / 2, 24);
		put(at + 14, W - 1, 24);
		put(at + 17, H - 1, 24);
		add(still, size);
	}
	put(4, (uint32_t)len - 8, 32);
	free(still);
}

static void
is(const char *what, enum ct_image_status want, uint32_t w, uint32_t h)
{
	enum ct_image_status status = decode(bytes, len);

	ok(status == want && got.info.w == w && got.info.h == h, "%s: %s", what,
	    ct_image_status(want));
}

static void
lies(void)
{
	uint8_t *again;
	size_t n;

	webp(false);
	put(4, (uint32_t)len - 8 + 2, 32);
	is("a file shorter than it says", CT_IMAGE_PARTIAL, W, H);
	put(4, 100, 32);
	is("a picture longer than its file", CT_IMAGE_PARTIAL, W, H);
	put(4, 0, 32);
	is("a file of nothing", CT_IMAGE_PARTIAL, W, H);
	put(4, 0xffffffff, 32);
	is("of all there can be", CT_IMAGE_PARTIAL, W, H);
	webp(false);
	put(16, (uint32_t)len, 32);
	is("a chunk longer than the file", CT_IMAGE_PARTIAL, W, H);
	put(16, 50, 32);
	is("a chunk much too short", CT_IMAGE_CORRUPT, 0, 0);
	bytes[15] = 'x';
	is("no picture", CT_IMAGE_CORRUPT, 0, 0);

	webp(false);
	extend(0x3e, W, H);
	is("all flags, nothing of it", CT_IMAGE_OK, W, H);
	webp(true);
	extend(0, W + 1, H);
	is("a canvas that is wider", CT_IMAGE_PARTIAL, W, H);
	webp(true);
	extend(0, 1 << 24, 1 << 24);
	is("and far too large", CT_IMAGE_PARTIAL, W, H);

	webp(false);
	n = len - 12;
	again = malloc(n);
	memcpy(again, bytes + 12, n);
	add(again, n);
	free(again);
	put(4, (uint32_t)len - 8, 32);
	is("another picture", CT_IMAGE_TOO_MANY_FRAMES, W, H);
	ok(got.info.frames == 2, "2 of them");
	webp(true);
	move(3, 0, 0);
	is("frames that nobody announced", CT_IMAGE_TOO_MANY_FRAMES, W, H);
	ok(got.info.frames == 3, "3 of them");
}

/* Rows and columns of the canvas that are black. */
static uint32_t
black(uint32_t *columns)
{
	uint32_t x, y, rows = 0;
	bool any;

	for (y = 0; y < got.down; y++) {
		for (any = false, x = 0; x < got.across; x++)
			any |= got.grey[(size_t)y * got.across + x] != 0;
		rows += !any;
	}
	for (*columns = 0, x = 0; x < got.across; x++) {
		for (any = false, y = 0; y < got.down; y++)
			any |= got.grey[(size_t)y * got.across + x] != 0;
		*columns += !any;
	}
	return rows;
}

static void
canvas(void)
{
	uint32_t columns = 0;

	webp(false);
	move(1, 10, 20);
	extend(2, W + 30, H + 50);
	is("one frame", CT_IMAGE_OK, W + 30, H + 50);
	ok(black(&columns) == 50 && columns == 30, "on black");
	len = len * 4 / 5;
	is("cut", CT_IMAGE_PARTIAL, W + 30, H + 50);
	webp(true);
	move(2, 10, 20);
	extend(2, W + 10, H + 20);
	is("it just fits", CT_IMAGE_TOO_MANY_FRAMES, W + 10, H + 20);
	bytes[24]--;
	is("it does not fit", CT_IMAGE_PARTIAL, W, H);
	webp(true);
	move(1, 0, 1000);
	extend(2, W, H + 1000);
	len -= len / 2 + 60; /* of the picture less than half */
	is("most of a canvas is no picture", CT_IMAGE_CORRUPT, 0, 0);
	webp(true);
	move(2, 0, 0);
	extend(2, 30001, 8);
	is("a canvas too small and too wide", CT_IMAGE_PARTIAL, W, H);
	put(27, H - 1, 24);
	is("too wide", CT_IMAGE_TOO_MANY_PIXELS, 0, 0);
}

/* Nothing is allocated for a picture of which there is only the size. */
static void
sizes(void)
{
	static const uint8_t lossy[] = "VP8 \12\1\0\0\20\10\0\x9d\1\x2a";

	len = 0;
	add("RIFF\30\1\0\0WEBP", 12);
	add(lossy, 14);
	add("\0\0\0\0", 4);
	put(26, 16383, 16);
	put(28, 16383, 16);
	is("16383 x 16383", CT_IMAGE_TOO_MANY_PIXELS, 0, 0);
	put(28, 6000, 16);
	is("16383 x 6000", CT_IMAGE_OUT_OF_MEMORY, 0, 0);
	put(28, 0, 16);
	is("no height", CT_IMAGE_CORRUPT, 0, 0);
	put(28, 4000, 16);
	is("none of it", CT_IMAGE_CORRUPT, 0, 0);
	webp(true);
	put(21, 8999 | 8999 << 14, 32);
	is("9000 x 9000 without losses", CT_IMAGE_OUT_OF_MEMORY, 0, 0);
}

int
main(void)
{
	lies();
	canvas();
	sizes();
	free(got.grey);
	free(bytes);
	done();
}
