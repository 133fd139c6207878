/*
 * av_end.c - where a file ends, by its own structure, and what begins behind it
 * and within it
 *
 * Players stop there, and so does libav; another film, or a picture, may stand
 * behind it, with its own first bytes.  Whatever is damaged ends where it can
 * be followed no further.  And one may stand where players pass over it: among
 * the frames of a movie that its tables do not name, in a box or an element
 * that is free, in a comment.
 */
#include <string.h>

#include "av_impl.h"
#include "number.h"

#define WINDOW ((size_t)64 << 10)

static bool
word(const uint8_t *p)
{
	int i;

	for (i = 0; i < 4; i++)
		if (p[i] < ' ' || (p[i] > '~' && p[i] != 0xa9))
			return false;
	return true;
}

static bool
is(const uint8_t *p, const char *name)
{
	return memcmp(p, name, 4) == 0;
}

/* Is there room for so many more bytes of it?  Then there. */
static bool
go(const struct av *a, uint64_t *at, uint64_t by)
{
	if (*at > (uint64_t)a->size || by > (uint64_t)a->size - *at)
		return false;
	*at += by;
	return true;
}

/* ---- each -----------------------------------------------------------------
 */

/* Those that hold so much that they are often cut off. */
static bool
holds(const uint8_t *name)
{
	static const char names[][5] = { "mdat", "moov", "moof", "free", "skip",
		"meta", "uuid", "wide", "mpvd", "jxlc", "jxlp", "jp2c" };
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (is(name, names[i]))
			return true;
	return false;
}

/* Boxes; a second movie begins with its own ftyp, or is a second moov. */
static uint64_t
boxes(const struct av *a)
{
	const bool late = a->kind == CT_IMAGE_JXL || a->kind == CT_IMAGE_JP2;
	uint64_t at = 0, size, ftyp = late, moov = 0;
	uint8_t head[16] = { 0 };
	size_t n;

	while ((n = av_read_at(a, at, head, sizeof head)) >= 8) {
		size = ct_big(head, 4);
		if (size == 1 && n == sizeof head)
			size = ct_big(head + 8, 8);
		else if (size == 0)
			size = (uint64_t)a->size - at;
		if (size < 8 || !word(head + 4))
			return at;
		if (is(head + 4, "ftyp") && (late ? ftyp++ > 1 : at > 0))
			return at;
		if (is(head + 4, "moov") && moov++)
			return at;
		if (n == sizeof head && is(head + 12, "ftyp"))
			return at + 8; /* of phones a film in a picture */
		if (!go(a, &at, size))
			return holds(head + 4) ? (uint64_t)a->size : at;
	}
	return at;
}

/* A WebP is one; of AVI there may be more, or it says too little, and the
 * chunks go on behind it. */
static uint64_t
riff(const struct av *a)
{
	uint64_t at = 0, size;
	uint8_t head[64];
	size_t n;

	while ((n = av_read_at(a, at, head, sizeof head)) >= 12 && word(head)) {
		if (at && ct_image_kind(head, n) != CT_IMAGE_OTHER)
			break;
		size = ct_little(head + 4, 4);
		size += 8 + size % 2;
		if (at == 0 && size < 12) /* it was never finished */
			return (uint64_t)a->size;
		if (!go(a, &at, size))
			return at ? at : (uint64_t)a->size;
		if (a->kind == CT_IMAGE_WEBP)
			break;
	}
	return at;
}

static uint64_t
flv(const struct av *a)
{
	uint8_t h[11];
	uint64_t at = 0, from;

	if (av_read_at(a, 0, h, 9) < 9)
		return 0;
	from = ct_big(h + 5, 4) + 4;
	while (go(a, &at, from) && av_read_at(a, at, h, sizeof h) == sizeof h) {
		h[0] &= 0x1f;
		if ((h[0] != 8 && h[0] != 9 && h[0] != 18) || ct_big(h + 8, 3))
			break;
		from = sizeof h + ct_big(h + 1, 3) + 4;
	}
	return at;
}

static uint64_t
asf(const struct av *a)
{
	uint8_t h[24], first[16] = { 0 };
	uint64_t at = 0, size;

	while (av_read_at(a, at, h, sizeof h) == sizeof h) {
		size = ct_little(h + 16, 8);
		if (at == 0)
			memcpy(first, h, sizeof first);
		else if (memcmp(first, h, sizeof first) == 0)
			break;
		else if (size == 0) /* it was sent as it was made */
			return (uint64_t)a->size;
		if (size < sizeof h || !go(a, &at, size))
			break;
	}
	return at;
}

static uint64_t
ogg(const struct av *a)
{
	uint8_t h[27 + 255];
	uint64_t at = 0, len;
	size_t n, i;

	while ((n = av_read_at(a, at, h, sizeof h)) >= 27 && is(h, "OggS")) {
		len = 27 + (uint64_t)h[26];
		if (n < len)
			break;
		for (i = 0; i < h[26]; i++)
			len += h[27 + i];
		if (!go(a, &at, len))
			break;
	}
	return at;
}

static uint64_t
ivf(const struct av *a)
{
	uint8_t h[12];
	uint64_t at = 0, by;

	if (av_read_at(a, 0, h, 8) < 8)
		return 0;
	by = ct_little(h + 6, 2);
	while (go(a, &at, by) && av_read_at(a, at, h, sizeof h) == sizeof h)
		by = sizeof h + ct_little(h, 4);
	return at;
}

/* Keys, lengths, values. */
static uint64_t
mxf(const struct av *a)
{
	uint8_t h[25];
	uint64_t at = 0, by;
	size_t n;

	while (av_read_at(a, at, h, sizeof h) == sizeof h &&
	    memcmp(h, "\x06\x0e\x2b\x34", 4) == 0) {
		n = h[16] & 0x80 ? h[16] & 0x7f : 0;
		if (n > 8)
			break;
		by = n ? ct_big(h + 17, (int)n) : h[16];
		if (by > INT64_MAX || !go(a, &at, 17 + n + by))
			break;
	}
	return at;
}

/* A frame is some sequences, and each of them begins as all do. */
static uint64_t
dv(const struct av *a)
{
	enum { SEQUENCE = 12000 };
	uint64_t at = 0;
	uint8_t h[3];

	while (av_read_at(a, at, h, sizeof h) == sizeof h && h[0] >> 5 == 0 &&
	    (h[1] & 0x0f) == 7 && h[2] == 0 && go(a, &at, SEQUENCE))
		;
	return at;
}

/* Blocks of at most 255 bytes, until one has none. */
static bool
blocks(const struct av *a, uint64_t *at)
{
	uint8_t n;

	while (av_read_at(a, *at, &n, 1) == 1 && go(a, at, 1 + (uint64_t)n))
		if (n == 0)
			return true;
	return false;
}

static uint64_t
colours(uint8_t flags)
{
	return flags & 0x80 ? UINT64_C(3) << ((flags & 7) + 1) : 0;
}

static uint64_t
gif(const struct av *a)
{
	uint8_t h[13];
	uint64_t at = 0, more;

	if (av_read_at(a, 0, h, sizeof h) < sizeof h ||
	    !go(a, &at, sizeof h + colours(h[10])))
		return 0;
	while (av_read_at(a, at, h, 10) > 0) {
		if (h[0] == ';')
			return at + 1;
		more = h[0] == '!' ? 2 : h[0] == ',' ? 11 + colours(h[9]) : 0;
		if (more == 0 || !go(a, &at, more) || !blocks(a, &at))
			break;
	}
	return at;
}

/* Its rows end no later than it says, or than its size makes them.  Of one in
 * runs, cut off, libav says nothing. */
static uint64_t
bmp(struct av *a)
{
	uint64_t at, len, row, says;
	uint8_t h[38] = { 0 };
	int64_t rows;

	if (av_read_at(a, 0, h, sizeof h) < 26)
		return 0;
	says = ct_little(h + 2, 4);
	at = ct_little(h + 10, 4);
	if (h[14] == 12) {
		row = ct_little(h + 18, 2) * ct_little(h + 24, 2);
		rows = (int64_t)ct_little(h + 20, 2);
		len = 0;
	} else {
		row = ct_little(h + 18, 4) * ct_little(h + 28, 2);
		rows = (int32_t)(uint32_t)ct_little(h + 22, 4);
		len = ct_little(h + 30, 4) ? ct_little(h + 34, 4) : 0;
	}
	row = (row + 31) / 32 * 4;
	if (len == 0)
		len = row * (uint64_t)(rows < 0 ? -rows : rows);
	at += len;
	a->damaged |= at > (uint64_t)a->size && says > (uint64_t)a->size;
	/* what it says may be of a longer one */
	return at <= (uint64_t)a->size ? at : says;
}

/* The segments, and the bytes of each scan up to the next. */
static uint64_t
jpeg(const struct av *a)
{
	static uint8_t window[WINDOW];
	uint64_t at = 2;
	uint8_t h[4];
	size_t n, i;
	bool scan;

	while (av_read_at(a, at, h, sizeof h) >= 2 && h[0] == 0xff) {
		if (h[1] == 0xd9)
			return at + 2;
		scan = h[1] == 0xda;
		if (h[1] == 0xff || h[1] == 1 || (h[1] >= 0xd0 && h[1] <= 0xd8))
			at += h[1] == 0xff ? 1 : 2;
		else if (!go(a, &at, 2 + ct_big(h + 2, 2)))
			return at;
		while (scan) {
			n = av_read_at(a, at, window, sizeof window);
			for (i = 0; i + 1 < n; i++)
				if (window[i] == 0xff && window[i + 1] != 0 &&
				    window[i + 1] != 0xff &&
				    (window[i + 1] & 0xf8) != 0xd0)
					break;
			scan = i + 1 >= n && n > 1;
			at += i;
		}
	}
	return at;
}

static uint64_t
png(const struct av *a)
{
	uint64_t at = 8;
	uint8_t h[8];

	while (av_read_at(a, at, h, sizeof h) == sizeof h &&
	    go(a, &at, 12 + ct_big(h, 4)))
		if (is(h + 4, "IEND"))
			break;
	return at;
}

static uint64_t
end(struct av *a)
{
	switch (a->kind) {
	case CT_IMAGE_JPEG:
		return jpeg(a);
	case CT_IMAGE_PNG:
		return png(a);
	case CT_IMAGE_WEBP:
	case CT_IMAGE_AVI:
		return riff(a);
	case CT_IMAGE_GIF:
		return gif(a);
	case CT_IMAGE_BMP:
		return bmp(a);
	case CT_IMAGE_JXL:
	case CT_IMAGE_JP2:
	case CT_IMAGE_HEIC:
	case CT_IMAGE_HEICS:
	case CT_IMAGE_AVIF:
	case CT_IMAGE_MP4:
	case CT_IMAGE_3GP:
	case CT_IMAGE_3G2:
	case CT_IMAGE_QUICKTIME:
		return boxes(a);
	case CT_IMAGE_MATROSKA:
		return av_matroska_end(a);
	case CT_IMAGE_FLV:
		return flv(a);
	case CT_IMAGE_ASF:
		return asf(a);
	case CT_IMAGE_OGG:
		return ogg(a);
	case CT_IMAGE_IVF:
		return ivf(a);
	case CT_IMAGE_MXF:
		return mxf(a);
	case CT_IMAGE_DV:
		return dv(a);
	default:
		return 0;
	}
}

/* ---- what is behind it ----------------------------------------------------
 */

/* The first from there on, or the size. */
static uint64_t
begins(const struct av *a, uint64_t at, enum ct_image_where where)
{
	static uint8_t window[WINDOW + CT_IMAGE_BEGINS];
	size_t n, most, found;

	for (; at < (uint64_t)a->size; at += most) {
		n = av_read_at(a, at, window, sizeof window);
		if (n == 0)
			break;
		found = ct_image_begins(window, n, where);
		most = n < sizeof window ? n : WINDOW;
		if (found < most)
			return at + found;
	}
	return (uint64_t)a->size;
}

/* Some of libav's decoders take what is behind a picture for a fault in it. */
static bool
ended(const struct av *a, uint64_t at)
{
	uint8_t b[8] = { 0 };

	if (at < sizeof b || at > (uint64_t)a->size)
		return false;
	(void)av_read_at(a, at - sizeof b, b, sizeof b);
	return a->kind == CT_IMAGE_PNG
	    ? is(b, "IEND")
	    : a->kind == CT_IMAGE_JPEG && b[6] == 0xff && b[7] == 0xd9;
}

/* Of some nothing tells where they end: what is of another kind is not theirs,
 * unless they may be made of it. */
static uint64_t
anywhere(struct av *a)
{
	a->looked = a->kind != CT_IMAGE_NUT && a->kind != CT_IMAGE_TIFF;
	return begins(a, 1, a->looked ? CT_IMAGE_WITHIN : CT_IMAGE_FILMS);
}

uint64_t
av_next(struct av *a)
{
	uint64_t at = end(a), next;
	uint8_t head[64];
	size_t n = av_read_at(a, at, head, sizeof head);

	if (at == 0)
		next = anywhere(a);
	else if (ct_image_kind(head, n) != CT_IMAGE_OTHER)
		next = at;
	else
		next = begins(a, at, CT_IMAGE_BEHIND);
	/* of others libav may find more, where we do not; of a JPEG that was
	 * cut off it does not say so */
	if (ended(a, at))
		a->size = (int64_t)at;
	else if (a->kind == CT_IMAGE_PNG || a->kind == CT_IMAGE_JPEG)
		a->damaged = true;
	else if (a->kind == CT_IMAGE_IVF || a->kind == CT_IMAGE_DV)
		a->size = (int64_t)next;
	a->own = (int64_t)next;
	return next;
}

/* ---- what is within it ----------------------------------------------------
 */

enum ct_image_where
av_where(const struct av *a)
{
	const AVCodecDescriptor *d = a->stream
	    ? avcodec_descriptor_get(a->stream->codecpar->codec_id)
	    : NULL;

	return a->picture || (d && d->mime_types) ? CT_IMAGE_FILMS
						  : CT_IMAGE_WITHIN;
}

static bool
same(const struct av *a, uint64_t at, const AVPacket *p)
{
	static uint8_t window[WINDOW];
	const size_t size = (size_t)p->size;
	size_t done, n;

	for (done = 0; done < size; done += n) {
		n = size - done < WINDOW ? size - done : WINDOW;
		if (av_read_at(a, at + done, window, n) < n ||
		    memcmp(window, p->data + done, n) != 0)
			return false;
	}
	return size > 0;
}

/* How long a cover is, that was decoded, or 0: there is none at that place. */
static uint64_t
cover(const struct av *a, uint64_t at)
{
	int i = -1;

	while ((i = av_cover(a, (unsigned)(i + 1))) >= 0)
		if (same(a, at, &a->file->streams[i]->attached_pic))
			return (uint64_t)a->file->streams[i]->attached_pic.size;
	return 0;
}

/* How long what begins there is, and whether it is another one: these repeat
 * their first bytes. */
static uint64_t
other(struct av *a, uint64_t at, bool *another)
{
	const int64_t from = a->from, size = a->size;
	const enum ct_image_kind kind = a->kind;
	uint8_t head[64];
	uint64_t len;

	a->kind = ct_image_kind(head, av_read_at(a, at, head, sizeof head));
	*another =
	    a->kind != kind || (kind != CT_IMAGE_OGG && kind != CT_IMAGE_MXF);
	a->from += (int64_t)at;
	a->size -= (int64_t)at;
	len = *another ? end(a) : 1;
	len = len ? len : (uint64_t)a->size;
	a->from = from;
	a->size = size;
	a->kind = kind;
	return len;
}

void
av_within(struct av *a)
{
	const enum ct_image_where where = av_where(a);
	/* two begin before the box that says what they are */
	uint64_t at =
	    a->kind == CT_IMAGE_JXL || a->kind == CT_IMAGE_JP2 ? 13 : 1;
	uint64_t len;
	bool another;

	if (a->looked)
		return;
	a->size = a->own;
	for (; (at = begins(a, at, where)) < (uint64_t)a->size; at += len) {
		if ((len = cover(a, at)))
			continue;
		len = other(a, at, &another);
		if (another)
			av_found(a, at, at + len);
	}
}
