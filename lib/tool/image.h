/*
 * image.h - pictures: what kind by their first bytes, and decoded to luma
 *
 * What is a picture's kind is cheap and safe and may be asked anywhere.
 * Decoding is not: only ct-decode links it, and nobody else should.
 */
#ifndef CT_IMAGE_H
#define CT_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- kinds ----------------------------------------------------------------
 */

enum ct_image_kind {
	CT_IMAGE_OTHER, /* nothing that we know */
	CT_IMAGE_JPEG,
	CT_IMAGE_PNG,
	CT_IMAGE_WEBP,
	CT_IMAGE_GIF, /* this and what follows is for ct_video_hash */
	CT_IMAGE_BMP,
	CT_IMAGE_TIFF,
	CT_IMAGE_JXL,
	CT_IMAGE_JP2,
	CT_IMAGE_HEIC,
	CT_IMAGE_HEICS, /* several of them, in time */
	CT_IMAGE_AVIF,  /* one or several */
	CT_IMAGE_MP4,   /* videos, from here on */
	CT_IMAGE_3GP,
	CT_IMAGE_3G2,
	CT_IMAGE_QUICKTIME,
	CT_IMAGE_MATROSKA,
	CT_IMAGE_AVI,
	CT_IMAGE_MPEG, /* a program stream, or video alone */
	CT_IMAGE_MPEGTS,
	CT_IMAGE_FLV,
	CT_IMAGE_ASF,
	CT_IMAGE_OGG,
	CT_IMAGE_REAL,
	CT_IMAGE_MXF,
	CT_IMAGE_DV,
	CT_IMAGE_IVF,
	CT_IMAGE_NUT,
	CT_IMAGE_KINDS
};

/* By the first bytes alone, of which 4096 are enough; a file's name has no say.
 * A video may turn out to be sound alone: its container is what is told. */
enum ct_image_kind ct_image_kind(const uint8_t *bytes, size_t len);
/* Of no kind, is it too short to be known?  Nothing, or what a decodable kind
 * begins with. */
bool ct_image_cut(const uint8_t *bytes, size_t len);
const char *ct_image_mime(enum ct_image_kind kind);
bool ct_image_decodable(enum ct_image_kind kind);
/* Is it for ct_video_hash (video.h), a video or a picture of a rarer kind? */
bool ct_image_video(enum ct_image_kind kind);

/* Bytes from a place at which it could begin, that ct_image_begins looks at. */
#define CT_IMAGE_BEGINS 1024

enum ct_image_where {
	CT_IMAGE_FILMS,  /* within others that may hold pictures: video only */
	CT_IMAGE_WITHIN, /* others, or what follows them: these by more bytes */
	CT_IMAGE_BEHIND, /* nothing else is there that we know */
};

/*
 * The first place where a picture or a video begins that we decode, by so many
 * bytes of its own that no chance puts them there; or len.
 */
size_t ct_image_begins(
    const uint8_t *bytes, size_t len, enum ct_image_where where);

/* ---- outcomes, the values of file.decode ----------------------------------
 */

enum ct_image_status {
	CT_IMAGE_OK,
	CT_IMAGE_PARTIAL, /* damaged; half the rows or more are there */
	CT_IMAGE_CORRUPT, /* damaged; less is there: nothing to hash */
	CT_IMAGE_UNSUPPORTED,
	CT_IMAGE_TOO_LARGE, /* bytes */
	CT_IMAGE_TOO_MANY_PIXELS,
	CT_IMAGE_TOO_MANY_SCANS,
	CT_IMAGE_TOO_MANY_FRAMES, /* the first is there, whole */
	CT_IMAGE_OUT_OF_MEMORY,
	CT_IMAGE_TIMEOUT, /* this and the next two: its worker was replaced */
	CT_IMAGE_CRASH,
	CT_IMAGE_VIOLATION,
	CT_IMAGE_STATUSES
};

const char *ct_image_status(enum ct_image_status status);
/* Is there a picture, whole or in part? */
bool ct_image_seen(enum ct_image_status status);

/* What a picture of w x h is shrunk to, or stays: each side from 1 to most, the
 * longer one most if it was more. */
void ct_image_fit(
    uint32_t w, uint32_t h, uint32_t most, uint32_t *tw, uint32_t *th);

/*
 * How it is turned upright, by EXIF in it: 1 to 8, as there; 1 if that says
 * nothing, or cannot be read.  It reads bytes of strangers, as decoding does.
 */
uint32_t ct_image_turn(const uint8_t *bytes, size_t len);

/* From where in the upright picture to where in the one of w by h that is
 * stored: x and y become that. */
void ct_image_upright(
    uint32_t turn, uint32_t w, uint32_t h, uint32_t *x, uint32_t *y);

/* ---- decoding --------------------------------------------------------------
 */

struct ct_image_limits {
	uint32_t bytes;  /* of the file */
	uint32_t pixels; /* in all */
	uint32_t side;   /* pixels a side */
	uint32_t scans;  /* of a JPEG */
	uint32_t memory; /* bytes that decoding may take */
	uint32_t ms;     /* of wall time; the decoder itself does not look */
};

/* 64 MiB, 100 million pixels, 30000 a side, 100 scans, 256 MiB, 10 s. */
#define CT_IMAGE_LIMITS                                                     \
	{                                                                   \
		.bytes = (uint32_t)64 << 20, .pixels = 100000000,           \
		.side = 30000, .scans = 100, .memory = (uint32_t)256 << 20, \
		.ms = 10000                                                 \
	}
extern const struct ct_image_limits ct_image_limits;

/* Of the picture; all 0 unless an outcome says that it was seen. */
struct ct_image_info {
	uint32_t w, h; /* pixels, at full size */
	/* Pictures in it, as many as it says or as were found: 1, or more
	 * if it moves; the first was decoded. */
	uint32_t frames;
	uint32_t trailing; /* bytes of the file behind the picture's end */
	bool luma;         /* brightness alone was decoded */
};

/*
 * Where the picture goes.  size is called once and before any row, with the
 * eighths that it comes shrunk to (8: not at all); if it returns nonzero,
 * memory has run out.  Then ceil(h * eighths / 8) rows, each of
 * ceil(w * eighths / 8) pixels of so many bytes: 1, grey, or 4, red, green,
 * blue and one that means nothing.  Rows of one picture may differ in that.
 */
struct ct_image_sink {
	int (*size)(void *arg, uint32_t w, uint32_t h, uint32_t eighths);
	void (*row)(void *arg, const uint8_t *row, int bytes);
	void *arg;
};

/*
 * Decode as stored: no orientation, gamma or colour profile applied, alpha
 * dropped, palettes expanded, 16 bits cut to the upper 8, CMYK turned to RGB;
 * of several pictures the first, in WebP on its canvas, which is black.
 * With an outcome of which ct_image_seen is true every row went to the sink
 * (those that are missing as middle grey); with any other outcome what the
 * sink got means nothing.
 *
 * luma: brightness alone will do.  A JPEG of brightness and colours, or of
 * brightness alone, then comes as grey and shrunk, to the smallest of 1, 2, 4
 * and 8 eighths that leaves both sides 256 or more, or 8.
 */
enum ct_image_status ct_image_decode(const uint8_t *bytes, size_t len,
    const struct ct_image_limits *limits, bool luma,
    const struct ct_image_sink *sink, struct ct_image_info *info);

#endif
