/* av_luma.c - a frame of libav's as luma from 0 to 255, whole and small */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "av_impl.h"

#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>

#define AHEAD 64 /* bytes behind the rows that libswscale may write */
#define GAP 9000 /* frames of TMK in which nothing changes, at most */

static bool
full(const AVFrame *f, const AVPixFmtDescriptor *d)
{
	return f->color_range == AVCOL_RANGE_JPEG || d->nb_components < 3 ||
	    f->format == AV_PIX_FMT_YUVJ420P ||
	    f->format == AV_PIX_FMT_YUVJ422P ||
	    f->format == AV_PIX_FMT_YUVJ444P ||
	    f->format == AV_PIX_FMT_YUVJ440P ||
	    f->format == AV_PIX_FMT_YUVJ411P;
}

static bool
colours(const AVPixFmtDescriptor *d)
{
	return (d->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) ||
	    d->nb_components < 1;
}

/* Is its first plane luma, a byte each? */
static bool
plain(const AVPixFmtDescriptor *d)
{
	const AVComponentDescriptor *y = &d->comp[0];

	return !colours(d) &&
	    !(d->flags &
		(AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_HWACCEL)) &&
	    y->plane == 0 && y->step == 1 && y->offset == 0 && y->shift == 0 &&
	    y->depth == 8;
}

static bool
reserve(struct av *a, size_t stride, size_t h)
{
	size_t need = stride * h + AHEAD;

	if (need > a->room) {
		free(a->rows);
		a->rows = malloc(need);
		a->room = a->rows ? need : 0;
	}
	if (!a->rows)
		av_stop(a, CT_IMAGE_OUT_OF_MEMORY);
	return a->rows;
}

/* By libswscale: into rows, grey or four bytes a pixel. */
static bool
convert(struct av *a, enum AVPixelFormat to, int stride)
{
	const AVFrame *f = a->frame;
	const int *table;
	uint8_t *rows[4] = { a->rows };
	int strides[4] = { stride };

	a->sws = sws_getCachedContext(a->sws, f->width, f->height, f->format,
	    f->width, f->height, to, SWS_AREA | SWS_ACCURATE_RND, NULL, NULL,
	    NULL);
	table = sws_getCoefficients(SWS_CS_DEFAULT);
	if (a->sws)
		(void)sws_setColorspaceDetails(a->sws, table,
		    f->color_range == AVCOL_RANGE_JPEG, table, 1, 0, 1 << 16,
		    1 << 16);
	if (!a->sws ||
	    sws_scale(a->sws, (const uint8_t *const *)f->data, f->linesize, 0,
		f->height, rows, strides) != f->height) {
		a->damaged = true;
		return false;
	}
	return true;
}

size_t
av_pixels(struct av *a, bool colour)
{
	size_t pixel = colour ? 4 : 1,
	       stride = ((size_t)a->frame->width * pixel + AHEAD - 1) / AHEAD *
	    AHEAD;

	return reserve(a, stride, (size_t)a->frame->height) &&
		convert(
		    a, colour ? AV_PIX_FMT_RGB0 : AV_PIX_FMT_GRAY8, (int)stride)
	    ? stride
	    : 0;
}

void
av_hash(struct av *a, struct ct_vpdq_frame *f)
{
	const AVFrame *in = a->frame;
	const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(in->format);
	struct ct_vpdq_rows rows = { .at = in->data[0],
		.stride = in->linesize[0],
		.w = (uint32_t)in->width,
		.h = (uint32_t)in->height,
		.pixel = CT_PDQ_GREY };
	struct ct_err err;

	if (!d) {
		a->damaged = true;
		return;
	}
	if (plain(d)) {
		if (!full(in, d))
			rows.pixel = CT_PDQ_FILM;
	} else {
		if (colours(d))
			rows.pixel = CT_PDQ_RGBX;
		if (!(rows.stride = (ptrdiff_t)av_pixels(a, colours(d))))
			return;
		rows.at = a->rows;
	}
	if (ct_vpdq_hash(&a->hasher, &rows, f, &err))
		av_stop(a, CT_IMAGE_OUT_OF_MEMORY);
}

/* ---- 64 x 64, 15 a second -------------------------------------------------
 */

static bool
same(const struct av_tmk *t, const AVFrame *f)
{
	return t->sws && t->w == f->width && t->h == f->height &&
	    t->format == f->format && t->colours == f->colorspace &&
	    t->range == f->color_range;
}

/* As ffmpeg -s 64:64 has it: bicubic, the colours by the standard that the
 * frame names, and their rows in the middle between those of luma. */
static bool
scaler(struct av_tmk *t, const AVFrame *f)
{
	const int one = 1 << 16, *usual = sws_getCoefficients(SWS_CS_DEFAULT);

	sws_freeContext(t->sws);
	t->sws = sws_alloc_context();
	if (!t->sws)
		return false;
	t->w = f->width;
	t->h = f->height;
	t->format = f->format;
	t->colours = f->colorspace;
	t->range = f->color_range;
	av_opt_set_int(t->sws, "srcw", t->w, 0);
	av_opt_set_int(t->sws, "srch", t->h, 0);
	av_opt_set_int(t->sws, "src_format", t->format, 0);
	av_opt_set_int(t->sws, "dstw", CT_TMK_SIDE, 0);
	av_opt_set_int(t->sws, "dsth", CT_TMK_SIDE, 0);
	av_opt_set_int(t->sws, "dst_format", AV_PIX_FMT_RGB24, 0);
	av_opt_set_int(t->sws, "sws_flags", SWS_BICUBIC, 0);
	av_opt_set_int(
	    t->sws, "src_range", f->color_range == AVCOL_RANGE_JPEG, 0);
	if (t->format == AV_PIX_FMT_YUV420P)
		av_opt_set_int(t->sws, "src_v_chr_pos", 128, 0);
	if (sws_init_context(t->sws, NULL, NULL) >= 0) {
		(void)sws_setColorspaceDetails(t->sws,
		    f->colorspace ? sws_getCoefficients((int)f->colorspace)
				  : usual,
		    f->color_range == AVCOL_RANGE_JPEG, usual, 1, 0, one, one);
		return true;
	}
	sws_freeContext(t->sws);
	t->sws = NULL;
	return false;
}

static void
shrink(struct av *a)
{
	enum { SIDE = CT_TMK_SIDE };
	uint8_t rgb[SIDE * SIDE * 3 + AHEAD], *to[4] = { rgb };
	int strides[4] = { SIDE * 3 };
	const uint8_t *p;
	uint32_t i, x, y;
	const AVFrame *f = a->frame;

	if (!same(&a->tmk, f) && !scaler(&a->tmk, f)) {
		a->damaged = true;
		return;
	}
	if (sws_scale(a->tmk.sws, (const uint8_t *const *)f->data, f->linesize,
		0, f->height, to, strides) != SIDE) {
		a->damaged = true;
		return;
	}
	for (i = 0; i < SIDE * SIDE; i++) {
		x = i % SIDE;
		y = i / SIDE;
		ct_image_upright(a->turn, SIDE, SIDE, &x, &y);
		p = rgb + ((size_t)y * SIDE + x) * 3;
		a->tmk.luma[i] = (0.299F * (float)p[0] + 0.587F * (float)p[1]) +
		    0.114F * (float)p[2];
	}
}

static void
again(struct av_tmk *t)
{
	ct_tmk_frame(t->sum, t->luma);
	t->next++;
}

/*
 * The reference has ffmpeg make 15 frames a second, which repeats and drops
 * frames by these rules (fftools/ffmpeg.c, constant rate): one more is wanted
 * for each that its time is ahead of, and none while it is behind by more than
 * one.
 */
void
av_small(struct av *a)
{
	struct av_tmk *t = &a->tmk;
	double at = (double)a->ms * CT_TMK_FPS / 1000;
	double before = at - t->next, after = before + 1;
	long n = 1, old = 0;

	if (before < 0 && after > 0)
		before = 0;
	if (after < -1.1)
		n = 0;
	else if (after > 1.1) {
		n = lrint(after > GAP ? GAP : after);
		if (before > 1.1)
			old = lrint((before > GAP ? GAP : before) - 0.6);
	}
	for (; t->any && old > 0; old--, n--)
		again(t);
	if (n <= 0)
		return;
	shrink(a);
	t->any = true;
	for (; n > 0; n--)
		again(t);
}
