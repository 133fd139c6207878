/*
 * tile_png.c - pixels as a PNG (RFC 2083), stored and not compressed: it goes
 * no farther than this machine, and no library is needed where the keys are
 */
#include <stdlib.h>
#include <string.h>

#include "blake.h"
#include "prog.h"
#include "tile.h"

#define STORED 65535 /* bytes of a block of deflate at most */
#define EXTRA 5      /* before each */

struct out {
	uint8_t *p;
	size_t len;
};

static void
put(struct out *o, const void *bytes, size_t len)
{
	memcpy(o->p + o->len, bytes, len);
	o->len += len;
}

static void
put32(struct out *o, uint32_t v)
{
	const uint8_t b[] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16),
		(uint8_t)(v >> 8), (uint8_t)v };

	put(o, b, sizeof b);
}

/* ---- sums ------------------------------------------------------------------
 */

static uint32_t
crc32(const uint8_t *p, size_t len)
{
	uint32_t table[256], c, i, k;

	for (i = 0; i < 256; i++) {
		for (c = i, k = 0; k < 8; k++)
			c = c & 1 ? 0xedb88320 ^ c >> 1 : c >> 1;
		table[i] = c;
	}
	for (c = UINT32_MAX; len; len--)
		c = table[(c ^ *p++) & 255] ^ c >> 8;
	return ~c;
}

static uint32_t
adler32(const uint8_t *p, size_t len)
{
	uint32_t a = 1, b = 0;
	size_t n;

	while (len) {
		for (n = len < 5552 ? len : 5552, len -= n; n; n--) {
			a += *p++;
			b += a;
		}
		a %= 65521;
		b %= 65521;
	}
	return b << 16 | a;
}

/* ---- chunks ----------------------------------------------------------------
 */

/* Begin one of len bytes; those follow, and then the end, from where it
 * began. */
static size_t
begin(struct out *o, const char *name, size_t len)
{
	put32(o, (uint32_t)len);
	put(o, name, 4);
	return o->len - 4;
}

static void
end(struct out *o, size_t from)
{
	put32(o, crc32(o->p + from, o->len - from));
}

static void
header(struct out *o, uint32_t w, uint32_t h, int bytes)
{
	/* 8 bits, grey or RGB, deflate, filters, not interlaced */
	const uint8_t how[] = { 8, bytes == 1 ? 0 : 2, 0, 0, 0 };
	size_t from = begin(o, "IHDR", 13);

	put32(o, w);
	put32(o, h);
	put(o, how, sizeof how);
	end(o, from);
}

static void
data(struct out *o, const uint8_t *raw, size_t len)
{
	size_t blocks = (len + STORED - 1) / STORED, at, n;
	size_t from = begin(o, "IDAT", 2 + EXTRA * blocks + len + 4);

	put(o, (const uint8_t[]){ 0x78, 0x01 }, 2);
	for (at = 0; at < len; at += n) {
		n = len - at < STORED ? len - at : STORED;
		put(o,
		    (const uint8_t[]){ at + n == len, (uint8_t)n,
			(uint8_t)(n >> 8), (uint8_t)~n, (uint8_t)(~n >> 8) },
		    EXTRA);
		put(o, raw + at, n);
	}
	put32(o, adler32(raw, len));
	end(o, from);
}

/* ---- the picture -----------------------------------------------------------
 */

/* Its rows, each behind the number of its filter, 0: none. */
static uint8_t *
rows(const struct ct_tile *t, uint32_t block, size_t *len)
{
	size_t bytes = (size_t)t->bytes, stride = t->w * bytes * block + 1;
	uint8_t *raw = ct_alloc(stride * t->h, block), *to = raw;
	const uint8_t *from = t->pixels;
	uint32_t x, y, k;

	for (y = 0; y < t->h; y++) {
		*to = 0;
		for (x = 0; x < t->w; x++, from += bytes)
			for (k = 0; k < block; k++)
				memcpy(to + 1 + (x * block + k) * bytes, from,
				    bytes);
		for (k = 1; k < block; k++)
			memcpy(to + k * stride, to, stride);
		to += block * stride;
	}
	*len = (size_t)(to - raw);
	return raw;
}

uint8_t *
ct_tile_png(const struct ct_tile *tile, uint32_t block, size_t *len)
{
	static const uint8_t magic[] = { 137, 80, 78, 71, 13, 10, 26, 10 };
	struct out o = { NULL, 0 };
	size_t n;
	uint8_t *raw = rows(tile, block, &n);

	/* three chunks of 12 bytes besides what they hold */
	o.p = ct_alloc(
	    sizeof magic + 36 + 13 + 6 + (n + STORED - 1) / STORED * EXTRA + n,
	    1);
	put(&o, magic, sizeof magic);
	header(&o, tile->w * block, tile->h * block, tile->bytes);
	data(&o, raw, n);
	end(&o, begin(&o, "IEND", 0));
	ct_wipe(raw, n);
	free(raw);
	*len = o.len;
	return o.p;
}
