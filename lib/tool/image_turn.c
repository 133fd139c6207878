/* image_turn.c - which way up a picture is: what EXIF in it says */
#include <string.h>

#include "image.h"
#include "number.h"

#define ORIENTATION 0x112
#define SHORT 3

static uint32_t
number(const uint8_t *p, int bytes, bool high_first)
{
	return (uint32_t)(high_first ? ct_big(p, bytes) : ct_little(p, bytes));
}

/* By the first directory of a TIFF; 0: it says nothing. */
static uint32_t
of_tiff(const uint8_t *p, size_t len)
{
	uint32_t at, n, turn;
	bool high;

	if (len < 8 ||
	    (memcmp(p, "MM\0*", 4) != 0 && memcmp(p, "II*\0", 4) != 0))
		return 0;
	high = *p == 'M';
	at = number(p + 4, 4, high);
	if (at > len || len - at < 2)
		return 0;
	n = number(p + at, 2, high);
	p += at + 2;
	len -= at + 2;
	for (; n && len >= 12; n--, p += 12, len -= 12) {
		if (number(p, 2, high) != ORIENTATION)
			continue;
		turn = number(p + 8, 2, high);
		return number(p + 2, 2, high) == SHORT &&
			number(p + 4, 4, high) == 1 && turn <= 8
		    ? turn
		    : 0;
	}
	return 0;
}

/* What JPEG, and some who write WebP, have before it. */
static uint32_t
of_exif(const uint8_t *p, size_t len)
{
	return len < 6 || memcmp(p, "Exif\0", 6) != 0 ? 0
						      : of_tiff(p + 6, len - 6);
}

/* The segments before the first scan. */
static uint32_t
of_jpeg(const uint8_t *p, size_t len)
{
	uint32_t turn = 0;
	size_t at, n;

	for (at = 2; !turn && at < len && len - at >= 4 && p[at] == 0xff;
	     at += n) {
		n = 1; /* it may be filled up with these */
		if (p[at + 1] == 0xff)
			continue;
		n = number(p + at + 2, 2, true);
		if (p[at + 1] == 0xda || n < 2 || n > len - at - 2)
			break;
		if (p[at + 1] == 0xe1)
			turn = of_exif(p + at + 4, n - 2);
		n += 2;
	}
	return turn;
}

/* Chunks of a name of four bytes and a length, in this or the other order. */
static uint32_t
of_chunks(const uint8_t *p, size_t len, bool png)
{
	const char *name = png ? "eXIf" : "EXIF";
	size_t at, n, more = png ? 12 : 8;
	uint32_t turn;

	for (at = png ? 8 : 12; at < len && len - at >= 8;) {
		n = number(p + at + (png ? 0 : 4), 4, png);
		if (n > len - at - 8)
			break;
		if (memcmp(p + at + (png ? 4 : 0), name, 4) == 0) {
			turn = of_exif(p + at + 8, n);
			return turn ? turn : of_tiff(p + at + 8, n);
		}
		at += more + n + (png ? 0 : n & 1);
	}
	return 0;
}

uint32_t
ct_image_turn(const uint8_t *bytes, size_t len)
{
	uint32_t turn = 0;

	switch (ct_image_kind(bytes, len)) {
	case CT_IMAGE_JPEG:
		turn = of_jpeg(bytes, len);
		break;
	case CT_IMAGE_PNG:
		turn = of_chunks(bytes, len, true);
		break;
	case CT_IMAGE_WEBP:
		turn = of_chunks(bytes, len, false);
		break;
	default:
		break;
	}
	return turn ? turn : 1;
}

void
ct_image_upright(
    uint32_t turn, uint32_t w, uint32_t h, uint32_t *x, uint32_t *y)
{
	/* what were columns are rows; columns go from the right, rows from
	 * below */
	const bool rows = turn >= 5,
		   right = turn == 2 || turn == 3 || turn == 7 || turn == 8,
		   below = turn == 3 || turn == 4 || turn == 6 || turn == 7;
	const uint32_t at = rows ? *y : *x, down = rows ? *x : *y;

	*x = right ? w - 1 - at : at;
	*y = below ? h - 1 - down : down;
}
