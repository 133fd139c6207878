/* av_heif.c - HEIC and AVIF: the item that is the picture, decoded by libav */
#include <stdlib.h>
#include <string.h>

#include "av_impl.h"
#include "heif.h"
#include "number.h"

#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>

#define META ((size_t)4 << 20) /* bytes of the box, at most */
#define GREY 128

struct picture {
	struct ct_heif box;
	struct ct_heif_item item; /* the whole */
	struct ct_heif_grid grid;
	uint32_t tile[CT_HEIF_TILES], tiles;
	AVFrame *whole;      /* of tiles */
	int w, h;            /* of a tile */
	uint32_t got;        /* tiles */
	const uint8_t *code; /* of the decoder that is open */
	char type[5];
};

/* ---- the file -------------------------------------------------------------
 */

/* Where the contents of its first box of that name are, and their size, or 0.
 */
static uint64_t
find(const struct av *a, const char *name, uint64_t *to)
{
	uint64_t at = 0, size;
	uint8_t head[16];
	size_t n, from;

	while (at < (uint64_t)a->own) {
		n = av_read_at(a, at, head, sizeof head);
		if (n < 8)
			return 0;
		size = ct_big(head, 4);
		from = 8;
		if (size == 1 && n == 16) {
			size = ct_big(head + 8, 8);
			from = 16;
		} else if (size == 0) {
			size = (uint64_t)a->size - at;
		}
		if (size < from)
			return 0;
		if (memcmp(head + 4, name, 4) == 0) {
			*to = at + from;
			return size - from;
		}
		if (__builtin_add_overflow(at, size, &at))
			return 0;
	}
	return 0;
}

/* The contents of the box meta: its length, or 0; release with free. */
static size_t
meta(const struct av *a, uint8_t **to)
{
	uint64_t at, size = find(a, "meta", &at);
	size_t n = size < META ? (size_t)size : META;

	*to = n ? malloc(n + 1) : NULL;
	return *to ? av_read_at(a, at, *to, n) : 0;
}

/* The bytes of an item, with what libav wants behind them, or fewer than it
 * says where the file ends. */
static bool
bytes(struct av *a, const struct ct_heif_item *item, AVPacket *packet)
{
	const struct ct_heif_piece *p;
	uint64_t all = 0, most = (uint64_t)a->size + META, n;
	unsigned i;
	size_t got, at = 0;

	for (i = 0; i < item->pieces; i++) {
		p = &item->piece[i];
		n = p->len || p->here || p->at > (uint64_t)a->size
		    ? p->len
		    : (uint64_t)a->size - p->at;
		all += n < most ? n : most;
	}
	if (all == 0 || all > most || all > INT_MAX / 2)
		return false;
	if (av_new_packet(packet, (int)all) < 0) {
		av_stop(a, CT_IMAGE_OUT_OF_MEMORY);
		return false;
	}
	for (i = 0; i < item->pieces; i++) {
		p = &item->piece[i];
		n = p->len ? p->len : all - at;
		n = n < all - at ? n : all - at;
		if (p->here)
			memcpy(packet->data + at, p->here, (size_t)n);
		got = p->here
		    ? (size_t)n
		    : av_read_at(a, p->at, packet->data + at, (size_t)n);
		at += got;
		if (got < n)
			break;
	}
	a->damaged |= at < all;
	av_shrink_packet(packet, (int)at);
	return at > 0;
}

/* ---- tiles ----------------------------------------------------------------
 */

/* The decoder of the item; the one that is open, if it is the same. */
static bool
decoder(struct av *a, struct picture *p, const struct ct_heif_item *item)
{
	AVCodecParameters *with;
	enum AVCodecID id = strcmp(item->type, "hvc1") == 0 ? AV_CODEC_ID_HEVC
	    : strcmp(item->type, "av01") == 0               ? AV_CODEC_ID_AV1
	    : strcmp(item->type, "jpeg") == 0               ? AV_CODEC_ID_MJPEG
							    : AV_CODEC_ID_NONE;

	if (a->codec && p->code == item->code &&
	    strcmp(p->type, item->type) == 0) {
		avcodec_flush_buffers(a->codec);
		return true;
	}
	with = avcodec_parameters_alloc();
	if (!with) {
		av_stop(a, CT_IMAGE_OUT_OF_MEMORY);
		return false;
	}
	with->codec_type = AVMEDIA_TYPE_VIDEO;
	with->codec_id = id;
	/* AV1 says all of it in its bytes; of HEVC the sets are here */
	if (id == AV_CODEC_ID_HEVC && item->code) {
		with->extradata =
		    av_mallocz(item->code_len + AV_INPUT_BUFFER_PADDING_SIZE);
		if (with->extradata) {
			memcpy(with->extradata, item->code, item->code_len);
			with->extradata_size = (int)item->code_len;
		}
	}
	av_decoder(a, with);
	avcodec_parameters_free(&with);
	p->code = item->code;
	memcpy(p->type, item->type, sizeof p->type);
	return !a->stop;
}

/* The whole, grey, of the first tile's form. */
static bool
canvas(struct av *a, struct picture *p)
{
	const AVFrame *f = a->frame;
	const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(f->format);
	int i, rows;

	p->w = f->width;
	p->h = f->height;
	p->whole = av_frame_alloc();
	if (!p->whole || !d)
		return false;
	p->whole->format = f->format;
	p->whole->width = (int)p->grid.w;
	p->whole->height = (int)p->grid.h;
	p->whole->color_range = f->color_range;
	p->whole->colorspace = f->colorspace;
	if (av_frame_get_buffer(p->whole, 0) < 0) {
		av_stop(a, CT_IMAGE_OUT_OF_MEMORY);
		return false;
	}
	for (i = 0; i < 4 && p->whole->data[i]; i++) {
		rows = i == 1 || i == 2
		    ? AV_CEIL_RSHIFT(p->whole->height, d->log2_chroma_h)
		    : p->whole->height;
		memset(p->whole->data[i], GREY,
		    (size_t)p->whole->linesize[i] * (size_t)rows);
	}
	return true;
}

/* The tile in a->frame to its place, which is number n; what lies beyond the
 * edge of the whole is dropped. */
static void
place(struct av *a, struct picture *p, uint32_t n)
{
	const AVFrame *f = a->frame;
	AVFrame *to = p->whole;
	const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(f->format);
	int64_t x = (int64_t)(n % p->grid.columns) * f->width;
	int64_t y = (int64_t)(n / p->grid.columns) * f->height;
	int w, h, i, step[4], ahead[4];
	uint8_t *at[4];

	if (!d || f->width != p->w || f->height != p->h ||
	    f->format != to->format || x >= to->width || y >= to->height) {
		a->damaged = true;
		return;
	}
	w = to->width - x < f->width ? to->width - (int)x : f->width;
	h = to->height - y < f->height ? to->height - (int)y : f->height;
	av_image_fill_max_pixsteps(step, ahead, d);
	for (i = 0; i < 4; i++) {
		int across = i == 1 || i == 2 ? d->log2_chroma_w : 0;
		int down = i == 1 || i == 2 ? d->log2_chroma_h : 0;

		at[i] = to->data[i] ? to->data[i] +
			(y >> down) * to->linesize[i] + (x >> across) * step[i]
				    : NULL;
	}
	av_image_copy(at, to->linesize, (const uint8_t **)(uintptr_t)f->data,
	    f->linesize, f->format, w, h);
	p->got++;
}

static struct picture *now; /* whose tile comes out */
static uint32_t number;     /* of it */

static void
tile(struct av *a)
{
	struct picture *p = now;

	a->damaged |= a->frame->decode_error_flags ||
	    (a->frame->flags & AV_FRAME_FLAG_CORRUPT);
	if (p->item.range >= 0)
		a->frame->color_range =
		    p->item.range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
	if (p->tiles == 0) {
		if (a->frames == a->before)
			av_picture(a);
	} else if (p->whole || canvas(a, p)) {
		place(a, p, number);
	}
}

static void
decode(struct av *a, struct picture *p, const struct ct_heif_item *item)
{
	if (item->w && item->h && av_too_large(a, item->w, item->h))
		return;
	if (!bytes(a, item, a->packet)) {
		a->damaged = true;
		return;
	}
	now = p;
	if (decoder(a, p, item)) {
		av_feed(a, a->packet, tile);
		if (!a->stop)
			av_feed(a, NULL, tile);
	}
	av_packet_unref(a->packet);
}

/* ---- the picture ----------------------------------------------------------
 */

static void
grid(struct av *a, struct picture *p)
{
	struct ct_heif_item item;
	bool good = bytes(a, &p->item, a->packet) &&
	    ct_heif_grid(&p->grid, a->packet->data, (size_t)a->packet->size);

	av_packet_unref(a->packet);
	p->tiles = (uint32_t)ct_heif_made_of(
	    &p->box, p->item.id, p->tile, CT_HEIF_TILES);
	if (!good || p->tiles != p->grid.rows * p->grid.columns ||
	    av_too_large(a, p->grid.w, p->grid.h))
		return;
	for (number = 0; number < p->tiles && !a->stop; number++)
		if (!ct_heif_item(&p->box, p->tile[number], &item))
			a->damaged = true;
		else
			decode(a, p, &item);
	a->damaged |= p->got < p->tiles;
	if (a->stop || p->got < p->tiles - p->got)
		return;
	av_frame_unref(a->frame);
	if (av_frame_ref(a->frame, p->whole) < 0)
		av_stop(a, CT_IMAGE_OUT_OF_MEMORY);
	else
		av_picture(a);
	av_frame_unref(a->frame);
}

/* A movie in it, as phones have it, is a part of its own if it begins as one.
 */
static bool
odd_movie(const struct av *a)
{
	uint64_t at;

	return find(a, "mpvd", &at) && at < (uint64_t)a->own;
}

bool
av_heif(struct av *a)
{
	static const uint32_t turns[] = { 1, 6, 3, 8 }; /* as EXIF has them */
	static struct picture p;
	uint8_t *box = NULL;
	size_t len = 0;
	uint64_t at;

	memset(&p, 0, sizeof p);
	if (a->kind == CT_IMAGE_HEIC || a->kind == CT_IMAGE_HEICS ||
	    a->kind == CT_IMAGE_AVIF)
		len = meta(a, &box);
	if (len == 0 || !ct_heif_open(&p.box, box, len)) {
		free(box);
		return false;
	}
	a->format = "heif";
	a->base = (AVRational){ 1, 1000 };
	if (!ct_heif_primary(&p.box, &p.item)) {
		a->damaged = true;
	} else {
		a->turn = turns[p.item.turn / 90 % 4];
		if (strcmp(p.item.type, "grid") == 0)
			grid(a, &p);
		else
			decode(a, &p, &p.item);
	}
	a->more |= odd_movie(a) || ct_heif_others(&p.box, p.item.id);
	av_frame_free(&p.whole);
	free(box);
	a->moves = find(a, "moov", &at) != 0;
	return true;
}
