#include "image.h"

#include <string.h>

const struct ct_image_limits ct_image_limits = CT_IMAGE_LIMITS;

/* First match wins; a dot stands for any byte. */
static const struct {
	enum ct_image_kind kind;
	const char *magic;
	size_t len;
} magics[] = {
	{ CT_IMAGE_JPEG, "\xff\xd8\xff", 3 },
	{ CT_IMAGE_PNG, "\x89PNG\r\n\x1a\n", 8 },
	{ CT_IMAGE_GIF, "GIF87a", 6 },
	{ CT_IMAGE_GIF, "GIF89a", 6 },
	{ CT_IMAGE_WEBP, "RIFF....WEBP", 12 },
	{ CT_IMAGE_BMP, "BM....\0\0\0\0", 10 },
	{ CT_IMAGE_TIFF, "II*\0", 4 },
	{ CT_IMAGE_TIFF, "MM\0*", 4 },
	{ CT_IMAGE_HEIC, "....ftyphei", 11 },
	{ CT_IMAGE_HEIC, "....ftypmif1", 12 },
	{ CT_IMAGE_AVIF, "....ftypavi", 11 },
	{ CT_IMAGE_QUICKTIME, "....ftypqt  ", 12 },
	{ CT_IMAGE_MP4, "....ftyp", 8 },
	{ CT_IMAGE_MATROSKA, "\x1a\x45\xdf\xa3", 4 },
};

static const char *const mimes[CT_IMAGE_KINDS] = {
	[CT_IMAGE_OTHER] = "application/octet-stream",
	[CT_IMAGE_JPEG] = "image/jpeg",
	[CT_IMAGE_PNG] = "image/png",
	[CT_IMAGE_GIF] = "image/gif",
	[CT_IMAGE_WEBP] = "image/webp",
	[CT_IMAGE_BMP] = "image/bmp",
	[CT_IMAGE_TIFF] = "image/tiff",
	[CT_IMAGE_HEIC] = "image/heic",
	[CT_IMAGE_AVIF] = "image/avif",
	[CT_IMAGE_MP4] = "video/mp4",
	[CT_IMAGE_QUICKTIME] = "video/quicktime",
	[CT_IMAGE_MATROSKA] = "video/x-matroska",
};

static const char *const statuses[CT_IMAGE_STATUSES] = {
	[CT_IMAGE_OK] = "ok",
	[CT_IMAGE_PARTIAL] = "partial",
	[CT_IMAGE_CORRUPT] = "corrupt",
	[CT_IMAGE_UNSUPPORTED] = "unsupported",
	[CT_IMAGE_TOO_LARGE] = "too-large",
	[CT_IMAGE_TOO_MANY_PIXELS] = "too-many-pixels",
	[CT_IMAGE_TOO_MANY_SCANS] = "too-many-scans",
	[CT_IMAGE_TOO_MANY_FRAMES] = "too-many-frames",
	[CT_IMAGE_OUT_OF_MEMORY] = "out-of-memory",
	[CT_IMAGE_TIMEOUT] = "timeout",
	[CT_IMAGE_CRASH] = "decoder-crash",
	[CT_IMAGE_VIOLATION] = "sandbox-violation",
};

static bool
starts(const uint8_t *bytes, size_t len, const char *magic, size_t n)
{
	size_t i;

	if (len < n)
		return false;
	for (i = 0; i < n; i++)
		if (magic[i] != '.' && (uint8_t)magic[i] != bytes[i])
			return false;
	return true;
}

enum ct_image_kind
ct_image_kind(const uint8_t *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof magics / sizeof *magics; i++)
		if (starts(bytes, len, magics[i].magic, magics[i].len))
			return magics[i].kind;
	return CT_IMAGE_OTHER;
}

bool
ct_image_cut(const uint8_t *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof magics / sizeof *magics; i++)
		if (ct_image_decodable(magics[i].kind) && len < magics[i].len &&
		    starts(bytes, len, magics[i].magic, len))
			return true;
	return false;
}

const char *
ct_image_mime(enum ct_image_kind kind)
{
	return mimes[kind];
}

bool
ct_image_decodable(enum ct_image_kind kind)
{
	return kind == CT_IMAGE_JPEG || kind == CT_IMAGE_PNG ||
	    kind == CT_IMAGE_WEBP;
}

bool
ct_image_video(enum ct_image_kind kind)
{
	return kind == CT_IMAGE_GIF || kind == CT_IMAGE_MP4 ||
	    kind == CT_IMAGE_QUICKTIME || kind == CT_IMAGE_MATROSKA;
}

const char *
ct_image_status(enum ct_image_status status)
{
	return statuses[status];
}

bool
ct_image_seen(enum ct_image_status status)
{
	return status == CT_IMAGE_OK || status == CT_IMAGE_PARTIAL ||
	    status == CT_IMAGE_TOO_MANY_FRAMES;
}

void
ct_image_fit(uint32_t w, uint32_t h, uint32_t most, uint32_t *tw, uint32_t *th)
{
	uint64_t side = w > h ? w : h;

	*tw = w;
	*th = h;
	if (side <= most)
		return;
	*tw = (uint32_t)((w * (uint64_t)most + side / 2) / side);
	*th = (uint32_t)((h * (uint64_t)most + side / 2) / side);
	*tw += *tw == 0;
	*th += *th == 0;
}
