/* image_begins.c - where in a stranger's bytes the next picture or film begins
 *
 * Anywhere in megabytes of something else four bytes stand by chance: of each
 * kind so much is looked at that this is once in 2^40 places or less.
 */
#include <string.h>

#include "image.h"
#include "number.h"

#define GUID "\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c"
#define TS 188
#define TS_RUN 4 /* packets */

static bool
has(const uint8_t *p, size_t n, size_t at, const char *bytes, size_t len)
{
	return n >= at + len && memcmp(p + at, bytes, len) == 0;
}

/* A segment that a JPEG begins with, and another behind it. */
static bool
jpeg(const uint8_t *p, size_t n)
{
	size_t len;

	if (n < 6 || p[1] != 0xd8 || p[2] != 0xff)
		return false;
	if (!(p[3] >= 0xe0 && p[3] <= 0xef) && p[3] != 0xdb && p[3] != 0xc4 &&
	    p[3] != 0xfe && p[3] != 0xdd && !(p[3] >= 0xc0 && p[3] <= 0xc2))
		return false;
	len = ct_big(p + 4, 2);
	return len >= 2 && (4 + len >= n || p[4 + len] == 0xff);
}

/* As almost all begin. */
static bool
jfif(const uint8_t *p, size_t n)
{
	return jpeg(p, n) &&
	    (has(p, n, 6, "JFIF\0", 5) || has(p, n, 6, "Exif\0\0", 6) ||
		has(p, n, 2, "\xff\xdb\0\x43\0", 5));
}

static bool
bmp(const uint8_t *p, size_t n)
{
	return n >= 28 && p[1] == 'M' && ct_big(p + 6, 4) == 0 && p[14] >= 12 &&
	    p[14] <= 124 && ct_big(p + 15, 3) == 0 &&
	    (p[14] == 12 ? p[22] == 1 && p[23] == 0 : p[26] == 1 && p[27] == 0);
}

/* The name of a box, or of what it fits: four letters, or nearly so. */
static bool
name(const uint8_t *p)
{
	int i;

	for (i = 0; i < 4; i++)
		if (p[i] < ' ' || p[i] > '~')
			return false;
	return true;
}

static bool
movie(const uint8_t *p, size_t n)
{
	return n >= 16 && has(p, n, 4, "ftyp", 4) && ct_big(p, 4) >= 16 &&
	    ct_big(p, 4) <= 4096 && name(p + 8);
}

static bool
matroska(const uint8_t *p, size_t n)
{
	size_t at;

	if (!has(p, n, 0, "\x1a\x45\xdf\xa3", 4))
		return false;
	for (at = 5; at + 2 < n && at < 64; at++)
		if (has(p, n, at, "\x42\x82", 2))
			return true;
	return false;
}

static bool
flv(const uint8_t *p, size_t n)
{
	return has(p, n, 0, "FLV\x01", 4) && n >= 9 && !(p[4] & ~5) &&
	    ct_big(p + 5, 4) == 9;
}

/* A pack of a program stream, or the head of MPEG video. */
static bool
mpeg(const uint8_t *p, size_t n)
{
	if (n < 12 || p[1] != 0 || p[2] != 1)
		return false;
	if (p[3] == 0xb3)
		return ct_big(p + 4, 2) >> 4 && ct_big(p + 5, 2) & 0xfff &&
		    p[7] >> 4 && p[7] >> 4 < 5 && (p[7] & 15) &&
		    (p[7] & 15) < 9 && (p[10] & 0x20);
	if (p[3] != 0xba)
		return false;
	return (p[4] & 0xf1) == 0x21
	    ? (p[6] & 1) && (p[8] & 1) && (p[9] & 0x80) && (p[11] & 1)
	    : (p[4] & 0xc4) == 0x44 && (p[6] & 4) && (p[8] & 4) && (p[9] & 1);
}

static bool
ts(const uint8_t *p, size_t n)
{
	size_t i;

	if (n <= (size_t)TS * TS_RUN)
		return false;
	for (i = 1; i <= TS_RUN; i++)
		if (p[i * TS] != 'G')
			return false;
	return true;
}

/* Containers that no other of ours holds by chance, or as a part of itself. */
static bool
film(const uint8_t *p, size_t n)
{
	switch (*p) {
	case 0:
		return movie(p, n);
	case 0x1a:
		return matroska(p, n);
	case 'R':
		return has(p, n, 0, "RIFF", 4) && has(p, n, 8, "AVI LIST", 8);
	case 'F':
		return flv(p, n);
	case 0x30:
		return has(p, n, 0, GUID, sizeof GUID - 1);
	case 'O':
		return has(p, n, 0, "OggS\0\2", 6);
	case 'D':
		return has(p, n, 0, "DKIF\0\0\x20\0", 8);
	case '.':
		return has(p, n, 0, ".RMF\0\0\0", 7);
	case 6:
		return has(p, n, 0,
		    "\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02", 11);
	case 'n':
		return has(p, n, 0, "nut/multimedia container\0", 25);
	default:
		return false;
	}
}

static bool
picture(const uint8_t *p, size_t n)
{
	switch (*p) {
	case 0xff:
		return jfif(p, n);
	case 0x89:
		return has(p, n, 0, "\x89PNG\r\n\x1a\n", 8);
	case 'G':
		return has(p, n, 0, "GIF87a", 6) || has(p, n, 0, "GIF89a", 6);
	case 'R':
		return has(p, n, 0, "RIFF", 4) && has(p, n, 8, "WEBPVP8", 7);
	case 0:
		return has(p, n, 0, "\0\0\0\x0cJXL \r\n\x87\n", 12) ||
		    has(p, n, 0, "\0\0\0\x0cjP  \r\n\x87\n", 12);
	default:
		return false;
	}
}

static bool
other(const uint8_t *p, size_t n)
{
	switch (*p) {
	case 0xff:
		return jpeg(p, n) ||
		    (has(p, n, 0, "\xff\x4f\xff\x51\0", 5) && n >= 6 &&
			p[5] >= 41);
	case 'G':
		return ts(p, n);
	case 'B':
		return bmp(p, n);
	case 0:
		return mpeg(p, n);
	default:
		return false;
	}
}

/* The first two bytes: nothing begins with others than a pair that has a bit in
 * common. */
enum { ANY = 128 };
static const uint8_t first[256] = { [0] = 1,
	[6] = 2,
	[0x1a] = 2,
	['.'] = 4,
	['0'] = 4,
	['B'] = 8,
	['D'] = 8,
	['F'] = 8,
	['G'] = ANY,
	['O'] = 16,
	['R'] = 16,
	['n'] = 16,
	[0x89] = 32,
	[0xff] = 64 };
static const uint8_t second[256] = { [0] = 1,
	[0x0e] = 2,
	['E'] = 2,
	['R'] = 4,
	[0x26] = 4,
	['M'] = 8,
	['K'] = 8,
	['L'] = 8,
	['g'] = 16,
	['I'] = 16,
	['u'] = 16,
	['P'] = 32,
	[0xd8] = 64,
	['O'] = 64 };

/* 0: no. */
static unsigned
may(const uint8_t *p)
{
	return first[*p] & (second[p[1]] | ANY);
}

/* The first place from there on where something may begin. */
static size_t
next(const uint8_t *bytes, size_t at, size_t len)
{
	const uint8_t *p = bytes + at;

	for (; at + 9 < len; at += 8, p += 8)
		if (may(p) | may(p + 1) | may(p + 2) | may(p + 3) | may(p + 4) |
		    may(p + 5) | may(p + 6) | may(p + 7))
			break;
	for (; at + 1 < len && !may(p); at++)
		p++;
	return at;
}

size_t
ct_image_begins(const uint8_t *bytes, size_t len, enum ct_image_where where)
{
	const uint8_t *p;
	size_t at, n;

	for (at = 0; (at = next(bytes, at, len)) + 1 < len; at++) {
		p = bytes + at;
		n = len - at;
		if (film(p, n) || (where >= CT_IMAGE_WITHIN && picture(p, n)) ||
		    (where == CT_IMAGE_BEHIND && other(p, n)))
			return at;
	}
	return len;
}
