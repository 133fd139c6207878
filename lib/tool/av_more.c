/*
 * av_more.c - pictures in a picture of which libav decodes but one: pages of a
 * TIFF, the frames of a JPEG XL; and those of which it makes black without a
 * word
 */
#include <string.h>

#include <libavutil/imgutils.h>

#include "av_impl.h"
#include "number.h"

/* ---- TIFF -----------------------------------------------------------------
 */

#define LONG 4 /* a type; others of numbers here are of two bytes */
#define COMPRESSION 259
#define TILE_WIDTH 322
#define SUB_IFDS 330
#define DNG_VERSION 50706

static uint32_t
number(const uint8_t *p, int bytes, bool little)
{
	return (uint32_t)(little ? ct_little(p, bytes) : ct_big(p, bytes));
}

struct tiff {      /* what its first directory says */
	bool more; /* pages behind the first, or within it */
	bool tiled, dng;
	uint32_t compression;
};

static void
note(struct tiff *t, const uint8_t entry[12], bool little)
{
	switch (number(entry, 2, little)) {
	case COMPRESSION:
		t->compression = number(entry + 8,
		    number(entry + 2, 2, little) == LONG ? 4 : 2, little);
		break;
	case TILE_WIDTH:
		t->tiled = true;
		break;
	case DNG_VERSION:
		t->dng = true;
		break;
	case SUB_IFDS:
		t->more = true;
		break;
	}
}

static struct tiff
directory(const struct av *a)
{
	struct tiff t = { .compression = 1 };
	uint8_t head[8], entry[12], b[4];
	uint32_t n;
	uint64_t at;
	bool little;

	if (av_read_at(a, 0, head, 8) < 8)
		return t;
	little = *head == 'I';
	at = number(head + 4, 4, little);
	if (av_read_at(a, at, b, 2) < 2)
		return t;
	at += 2;
	for (n = number(b, 2, little); n; n--, at += sizeof entry) {
		if (av_read_at(a, at, entry, sizeof entry) < sizeof entry) {
			t.more = true;
			return t;
		}
		note(&t, entry, little);
	}
	t.more |= av_read_at(a, at, b, 4) == 4 && number(b, 4, true) != 0;
	return t;
}

/* libav reads no tiles, and no strips of JPEG, but those of DNG; what it did
 * not read is black. */
bool
av_black(const struct av *a)
{
	enum { OLD_JPEG = 6, JPEG };
	struct tiff t;

	if (a->kind != CT_IMAGE_TIFF)
		return false;
	t = directory(a);
	return !t.dng &&
	    (t.tiled || t.compression == OLD_JPEG || t.compression == JPEG);
}

/* What libav leaves out of a damaged one it does not tell: rows are given a
 * mark, which is still there then. */
void
av_mark(const struct av *a, AVFrame *f)
{
	uint32_t mark = 1;
	int x, y;

	if (a->kind != CT_IMAGE_TIFF || f->linesize[0] <= 0)
		return;
	for (y = 0; y < f->height; y++)
		for (x = 0; x < f->linesize[0]; x++) {
			mark = mark * 1664525 + 1013904223;
			f->data[0][(ptrdiff_t)y * f->linesize[0] + x] =
			    (uint8_t)(mark >> 24);
		}
}

bool
av_unmarked(struct av *a)
{
	AVFrame *f = a->frame;
	const int wide = av_image_get_linesize(f->format, f->width, 0);
	uint32_t mark = 1;
	int x, y, same, missing = 0;
	uint8_t *row;

	if (a->kind != CT_IMAGE_TIFF || f->linesize[0] < wide || wide <= 0)
		return true;
	for (y = 0; y < f->height; y++) {
		row = f->data[0] + (ptrdiff_t)y * f->linesize[0];
		for (same = 0, x = 0; x < f->linesize[0]; x++) {
			mark = mark * 1664525 + 1013904223;
			same += x < wide && row[x] == (uint8_t)(mark >> 24);
		}
		if (same < wide)
			continue;
		missing++;
		if (av_frame_is_writable(f))
			memset(row, 128, (size_t)wide);
	}
	a->damaged |= missing > 0;
	if (2 * (int64_t)missing > f->height)
		av_stop(a, CT_IMAGE_CORRUPT);
	return !a->stop;
}

/* ---- JPEG XL: ISO/IEC 18181-1, annexes D.2 and D.3 --------------------------
 */

struct bits { /* the lowest first */
	const uint8_t *p;
	size_t n, at;
};

static uint32_t
take(struct bits *b, unsigned n)
{
	uint32_t all = 0;
	unsigned i;

	for (i = 0; i < n; i++, b->at++)
		if (b->at / 8 < b->n)
			all |= (uint32_t)(b->p[b->at / 8] >> b->at % 8 & 1)
			    << i;
	return all;
}

static void
side(struct bits *b, bool eighths)
{
	static const unsigned wide[] = { 9, 13, 18, 30 };

	(void)take(b, eighths ? 5 : wide[take(b, 2)]);
}

static void
size(struct bits *b)
{
	const bool eighths = take(b, 1);

	side(b, eighths);
	if (take(b, 3) == 0)
		side(b, eighths);
}

/* Of its head: does it move, or has it another picture in front? */
static bool
moves(const uint8_t *code, size_t n)
{
	struct bits b = { code, n, 16 };

	size(&b);
	if (take(&b, 1) || !take(&b, 1)) /* all is as usual; nothing more */
		return false;
	(void)take(&b, 3);
	if (take(&b, 1))
		size(&b);
	return take(&b, 1) || take(&b, 1);
}

static bool
frames(const struct av *a)
{
	uint8_t b[64] = { 0 };
	uint64_t at = 0, len;
	size_t n, from;

	while ((n = av_read_at(a, at, b, sizeof b)) > 20) {
		if (b[0] == 0xff && b[1] == 0x0a)
			return moves(b, n);
		len = number(b, 4, false);
		from = memcmp(b + 4, "jxlc", 4) == 0 ? 8
		    : memcmp(b + 4, "jxlp", 4) == 0  ? 12
						     : 0;
		if (len == 1) {
			len = (uint64_t)number(b + 8, 4, false) << 32 |
			    number(b + 12, 4, false);
			from += from ? 8 : 0;
		}
		if (from)
			return moves(b + from, n - from);
		if (len < 8 || len > (uint64_t)a->size)
			break;
		at += len;
	}
	return false;
}

bool
av_more(const struct av *a)
{
	return a->kind == CT_IMAGE_TIFF ? directory(a).more
	    : a->kind == CT_IMAGE_JXL   ? frames(a)
					: false;
}
