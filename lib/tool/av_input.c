/* av_input.c - from a descriptor to a decoder, and no other way anywhere */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "av_impl.h"
#include "clock.h"

#define BUFFER (64 << 10)
#define PROBE (1 << 20) /* bytes that tell the kind */

/*
 * What is opened at all: containers that name no other file, and decoders of
 * pictures and video that people upload.  As of libav, by its names.
 */
static const char formats[] =
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,"
    "ogg,rm,dv,ivf,nut,mxf,h264,hevc,m4v,obu,gif,apng,bmp_pipe,tiff_pipe,"
    "png_pipe,webp_pipe,jpeg_pipe,jpegxl_pipe,jpegxl_anim,j2k_pipe";
static const char codecs[] =
    "h264,hevc,vp8,vp9,libdav1d,mpeg1video,mpeg2video,mpeg4,msmpeg4v1,"
    "msmpeg4v2,"
    "msmpeg4,h263,h263p,flv,wmv1,wmv2,wmv3,vc1,theora,mjpeg,mjpegb,gif,apng,"
    "png,"
    "webp,bmp,tiff,libjxl,jpeg2000,prores,dnxhd,dvvideo,rv10,rv20,rv30,rv40,"
    "svq1,"
    "svq3,cinepak,indeo3,indeo5,ffv1,huffyuv,ffvhuff,utvideo,rawvideo,vp3,vp6,"
    "vp6f,vp6a,qtrle,rpza,msrle,msvideo1,v210";

size_t
av_read_at(const struct av *a, uint64_t at, void *to, size_t len)
{
	const uint64_t size = (uint64_t)a->size;
	uint8_t *p = to;
	size_t got = 0;
	ssize_t n;

	if (at >= size)
		return 0;
	if (lseek(0, a->from + (off_t)at, SEEK_SET) < 0)
		_exit(CT_IOERR);
	len = len < size - at ? len : (size_t)(size - at);
	for (; got < len; got += (size_t)n) {
		n = read(0, p + got, len - got);
		if (n == 0) /* it was made shorter */
			break;
		if (n < 0 && errno != EINTR)
			_exit(CT_IOERR);
		n = n < 0 ? 0 : n;
	}
	return got;
}

/* Of pictures that move libav believes the brand that they do not. */
static void
rebrand(const struct av *a, uint8_t *bytes, size_t n)
{
	static const char movie[] = "isom";
	int64_t i;

	for (i = 8; i < 12; i++)
		if (i >= a->at && i - a->at < (int64_t)n)
			bytes[i - a->at] = (uint8_t)movie[i - 8];
}

static int
get(void *arg, uint8_t *to, int len)
{
	struct av *a = arg;
	size_t n = av_read_at(a, (uint64_t)a->at, to, (size_t)len);

	if (a->moves && a->kind >= CT_IMAGE_HEIC && a->kind <= CT_IMAGE_AVIF)
		rebrand(a, to, n);
	a->at += (int64_t)n;
	return n == 0 ? AVERROR_EOF : (int)n;
}

static int64_t
seek(void *arg, int64_t at, int whence)
{
	struct av *a = arg;

	if (whence & AVSEEK_SIZE)
		return a->size;
	whence &= ~AVSEEK_FORCE;
	if (whence == SEEK_CUR)
		at += a->at;
	else if (whence == SEEK_END)
		at += a->size;
	if (at < 0)
		return AVERROR(EINVAL);
	return a->at = at;
}

/* A container that wants another file gets none. */
static int
no_other(AVFormatContext *file, AVIOContext **io, const char *url, int flags,
    AVDictionary **options)
{
	(void)file;
	(void)url;
	(void)flags;
	(void)options;
	*io = NULL;
	return AVERROR(EACCES);
}

/* Is the first of names one of all? */
static bool
among(const char *names, const char *all)
{
	size_t n = strcspn(names, ","), m;

	for (; *all; all += m + (all[m] == ',')) {
		m = strcspn(all, ",");
		if (m == n && memcmp(all, names, n) == 0)
			return true;
	}
	return false;
}

static void
refuse(struct av *a, int why, enum ct_image_status otherwise)
{
	av_stop(a, why == AVERROR(ENOMEM) ? CT_IMAGE_OUT_OF_MEMORY : otherwise);
}

/* Does the container say itself how large its pictures are?  Then key frames
 * need no look at the first second of it, which is decoded for that. */
static bool
told(const AVFormatContext *file)
{
	const AVCodecParameters *p;
	unsigned i;
	bool any = false;

	for (i = 0; i < file->nb_streams; i++) {
		p = file->streams[i]->codecpar;
		if (p->codec_type != AVMEDIA_TYPE_VIDEO)
			continue;
		if (p->codec_id == AV_CODEC_ID_NONE || p->width <= 0 ||
		    p->height <= 0)
			return false;
		any = true;
	}
	return any;
}

bool
av_too_large(struct av *a, uint32_t w, uint32_t h)
{
	if (w <= a->ask.side && h <= a->ask.side &&
	    (uint64_t)w * h <= a->ask.pixels)
		return false;
	av_stop(a, CT_IMAGE_TOO_MANY_PIXELS);
	return true;
}

/*
 * Of pictures the kind says which demuxer: its own tests are made for names,
 * too.  A frame of theirs is looked at once, by the decoder, with its limits.
 */
static const char *
demuxer(const struct av *a)
{
	switch (a->kind) {
	case CT_IMAGE_JPEG:
		return "jpeg_pipe";
	case CT_IMAGE_PNG:
		return a->moves ? "apng" : "png_pipe";
	case CT_IMAGE_WEBP:
		return "webp_pipe";
	case CT_IMAGE_GIF:
		return "gif";
	case CT_IMAGE_BMP:
		return "bmp_pipe";
	case CT_IMAGE_TIFF:
		return "tiff_pipe";
	case CT_IMAGE_JXL:
		return "jpegxl_pipe";
	case CT_IMAGE_JP2:
		return "j2k_pipe";
	default:
		return NULL;
	}
}

static int
open_picture(struct av *a, const AVInputFormat *format)
{
	AVDictionary *options = NULL;
	int rc = a->size > INT_MAX ? AVERROR(ENOMEM) : 0;

	/* all of it as one packet; a parser would look for more of them */
	if (rc == 0 && strstr(format->name, "_pipe"))
		rc = av_dict_set_int(&options, "frame_size", a->size, 0);
	if (rc >= 0)
		rc = avformat_open_input(&a->file, "", format, &options);
	av_dict_free(&options);
	return rc;
}

/* What an edit list hides is in the file: other players show it, and so it is
 * decoded. */
static int
open_video(struct av *a, const AVInputFormat *format)
{
	AVDictionary *options = NULL;
	int rc = av_dict_set_int(&options, "ignore_editlist", 1, 0);

	if (rc >= 0)
		rc = avformat_open_input(&a->file, "", format, &options);
	av_dict_free(&options);
	return rc;
}

void
av_begin(struct av *a)
{
	static uint8_t head[BUFFER];
	size_t n = av_read_at(a, 0, head, sizeof head);

	a->packet = av_packet_alloc();
	a->frame = av_frame_alloc();
	if (!a->packet || !a->frame)
		av_stop(a, CT_IMAGE_OUT_OF_MEMORY);
	a->kind = ct_image_kind(head, n);
	a->picture = a->kind != CT_IMAGE_OTHER && a->kind < CT_IMAGE_MP4;
	if (a->kind == CT_IMAGE_PNG)
		a->moves = memmem(head, n, "acTL", 4);
	else if (a->kind == CT_IMAGE_WEBP)
		a->moves =
		    n > 30 && memcmp(head + 12, "VP8X", 4) == 0 && head[20] & 2;
	else if (n >= 12)
		a->moves = memcmp(head + 4, "ftypavis", 8) == 0 ||
		    memcmp(head + 4, "ftypmsf1", 8) == 0;
}

static void
open_file(struct av *a)
{
	uint8_t *buffer = av_malloc(BUFFER);
	const char *name = demuxer(a);
	const AVInputFormat *format = name ? av_find_input_format(name) : NULL;
	int rc = 0;

	a->io = buffer
	    ? avio_alloc_context(buffer, BUFFER, 0, a, get, NULL, seek)
	    : NULL;
	a->file = avformat_alloc_context();
	if (!a->io || !a->file) {
		av_stop(a, CT_IMAGE_OUT_OF_MEMORY);
		return;
	}
	if (!name)
		rc = av_probe_input_buffer2(a->io, &format, "", NULL, 0, PROBE);
	if (rc < 0 || !format || !among(format->name, formats)) {
		refuse(a, rc, CT_IMAGE_UNSUPPORTED);
		return;
	}
	a->file->pb = a->io;
	a->file->flags |= AVFMT_FLAG_CUSTOM_IO;
	a->file->io_open = no_other;
	a->file->format_whitelist = av_strdup(formats);
	a->file->codec_whitelist = av_strdup(codecs);
	a->file->protocol_whitelist = av_strdup("none");
	rc = name ? open_picture(a, format) : open_video(a, format);
	if (rc >= 0 && !name && !(a->ask.keyframes && told(a->file)))
		rc = avformat_find_stream_info(a->file, NULL);
	if (rc < 0)
		refuse(a, rc, CT_IMAGE_CORRUPT);
}

static int64_t
size(int32_t a, int32_t b)
{
	return llabs(a) + llabs(b);
}

/* How the matrix of the track turns the picture upright, in quarters and
 * mirrors, as EXIF has them. */
static uint32_t
turn_of(const AVStream *s)
{
	const int32_t *m = (const void *)av_stream_get_side_data(
	    s, AV_PKT_DATA_DISPLAYMATRIX, NULL);

	if (!m)
		return 1;
	if (size(m[0], m[4]) >= size(m[1], m[3])) /* rows stay rows */
		return m[0] < 0 ? (m[4] < 0 ? 3 : 2) : (m[4] < 0 ? 4 : 1);
	return m[1] > 0 ? (m[3] > 0 ? 5 : 6) : (m[3] < 0 ? 7 : 8);
}

/* The stream that players show; -1: there are none but covers. */
static int
best(const AVFormatContext *file)
{
	int i = av_find_best_stream((AVFormatContext *)(uintptr_t)file,
	    AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);

	if (i < 0 ||
	    !(file->streams[i]->disposition & AV_DISPOSITION_ATTACHED_PIC))
		return i;
	for (i = 0; i < (int)file->nb_streams; i++)
		if (file->streams[i]->codecpar->codec_type ==
			AVMEDIA_TYPE_VIDEO &&
		    !(file->streams[i]->disposition &
			AV_DISPOSITION_ATTACHED_PIC))
			return i;
	return -1;
}

/* Drop all others; of sound with a cover that is all there is. */
static void
choose(struct av *a)
{
	AVStream *s;
	unsigned i;
	int at = best(a->file);

	for (i = 0; i < a->file->nb_streams; i++)
		if ((int)i != at)
			a->file->streams[i]->discard = AVDISCARD_ALL;
	a->format = a->file->iformat->name;
	s = at >= 0 ? a->file->streams[at] : NULL;
	if (!s) {
		if (av_cover(a, 0) < 0)
			av_stop(a, CT_IMAGE_UNSUPPORTED);
		return;
	}
	if (s->codecpar->width > 0 && s->codecpar->height > 0 &&
	    av_too_large(
		a, (uint32_t)s->codecpar->width, (uint32_t)s->codecpar->height))
		return;
	a->stream = s;
	a->base = s->time_base;
	a->rate = s->avg_frame_rate;
	a->turn = turn_of(s);
	if (a->ask.keyframes)
		s->discard = AVDISCARD_NONKEY;
	av_decoder(a, s->codecpar);
}

/* A frame's memory; a picture that is too large gets none. */
static int
memory(AVCodecContext *c, AVFrame *frame, int flags)
{
	int rc;

	if (frame->width <= 0 || frame->height <= 0 ||
	    av_too_large(
		c->opaque, (uint32_t)frame->width, (uint32_t)frame->height))
		return AVERROR(EINVAL);
	rc = avcodec_default_get_buffer2(c, frame, flags);
	if (rc >= 0)
		av_mark(c->opaque, frame);
	return rc;
}

void
av_decoder(struct av *a, const AVCodecParameters *p)
{
	const AVCodec *codec = p->codec_id == AV_CODEC_ID_AV1
	    ? avcodec_find_decoder_by_name("libdav1d")
	    : avcodec_find_decoder(p->codec_id);
	int rc;

	avcodec_free_context(&a->codec);
	if (!codec || !among(codec->name, codecs)) {
		av_stop(a, CT_IMAGE_UNSUPPORTED);
		return;
	}
	a->codec = avcodec_alloc_context3(codec);
	rc = a->codec ? avcodec_parameters_to_context(a->codec, p)
		      : AVERROR(ENOMEM);
	if (rc >= 0) {
		a->codec->pkt_timebase = a->base;
		a->codec->thread_count = 1;
		a->codec->opaque = a;
		a->codec->get_buffer2 = memory;
		if (p->codec_id == AV_CODEC_ID_AV1) /* its own memory */
			a->codec->max_pixels = (int64_t)a->ask.pixels;
		if (a->ask.keyframes)
			a->codec->skip_frame = AVDISCARD_NONKEY;
		rc = avcodec_open2(a->codec, codec, NULL);
	}
	if (rc < 0)
		refuse(a, rc, CT_IMAGE_CORRUPT);
}

void
av_open(struct av *a)
{
	if (av_black(a))
		av_stop(a, CT_IMAGE_UNSUPPORTED);
	else
		open_file(a);
	if (!a->stop)
		choose(a);
	a->more |= av_more(a);
}

void
av_part_end(struct av *a)
{
	avcodec_free_context(&a->codec);
	avformat_close_input(&a->file);
	av_frame_free(&a->frame);
	av_packet_free(&a->packet);
	if (a->io)
		av_freep((void *)&a->io->buffer);
	avio_context_free(&a->io);
	a->stream = NULL;
	a->zero = AV_NOPTS_VALUE;
	a->at = a->shown = a->begun = 0;
	a->moves = a->cover = a->looked = false;
}

void
av_close(struct av *a)
{
	av_part_end(a);
	sws_freeContext(a->sws);
	sws_freeContext(a->tmk.sws);
	free(a->tmk.sum);
	free(a->rows);
}
