/* av_cover.c - what a video shows besides its frames: covers, and the rest */
#include "av_impl.h"

/* A picture that stands for the whole, as files of music and films have it. */
static bool
cover(const AVStream *s)
{
	return s->codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
	    (s->disposition & AV_DISPOSITION_ATTACHED_PIC);
}

int
av_cover(const struct av *a, unsigned from)
{
	for (; a->file && from < a->file->nb_streams; from++)
		if (cover(a->file->streams[from]))
			return (int)from;
	return -1;
}

/* Is there something in it that a player may show, too, and is not decoded?
 * Another video; pictures of its chapters; subtitles that are pictures, or may
 * be. */
static bool
another(const struct av *a, const AVStream *s)
{
	const AVCodecDescriptor *d =
	    avcodec_descriptor_get(s->codecpar->codec_id);

	if (s == a->stream)
		return false;
	if (s->codecpar->codec_type == AVMEDIA_TYPE_SUBTITLE)
		return !d || (d->props & AV_CODEC_PROP_BITMAP_SUB);
	return s->codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
	    (!cover(s) || (s->disposition & AV_DISPOSITION_TIMED_THUMBNAILS));
}

/* A file that is attached, one that we would decode, and that is not found
 * within the film. */
static bool
attached(const struct av *a, const AVStream *s)
{
	const AVCodecParameters *p = s->codecpar;
	const size_t n = p->extradata_size > 0 ? (size_t)p->extradata_size : 0;

	return p->codec_type == AVMEDIA_TYPE_ATTACHMENT &&
	    ct_image_kind(p->extradata, n) != CT_IMAGE_OTHER &&
	    ct_image_begins(p->extradata, n, av_where(a)) != 0;
}

static void
decode(struct av *a, const AVStream *s)
{
	const uint32_t frames = a->frames;

	if (s->attached_pic.size > 0) {
		a->zero = AV_NOPTS_VALUE;
		av_decoder(a, s->codecpar);
		if (!a->stop)
			av_feed(a, &s->attached_pic, av_picture);
		if (!a->stop)
			av_feed(a, NULL, av_picture);
	}
	if (a->stop &&
	    (a->status == CT_IMAGE_UNSUPPORTED ||
		a->status == CT_IMAGE_CORRUPT))
		a->stop = false;
	a->more |= a->frames == frames;
}

void
av_covers(struct av *a)
{
	const AVStream *s;
	unsigned i;
	int at = -1;

	for (i = 0; a->file && i < a->file->nb_streams; i++) {
		s = a->file->streams[i];
		a->damaged |= another(a, s);
		a->more |= attached(a, s);
	}
	a->cover = true;
	av_stills_on(a);
	while (!a->stop && (at = av_cover(a, (unsigned)(at + 1))) >= 0)
		decode(a, a->file->streams[at]);
	a->cover = false;
}
