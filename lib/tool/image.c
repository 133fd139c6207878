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
	{ CT_IMAGE_AVI, "RIFF....AVI ", 12 },
	{ CT_IMAGE_BMP, "BM....\0\0\0\0", 10 },
	/* whatever it keeps in reserve, its head has a length in use */
	{ CT_IMAGE_BMP, "BM............\x0c\0\0\0", 18 },
	{ CT_IMAGE_BMP, "BM............\x28\0\0\0", 18 },
	{ CT_IMAGE_BMP, "BM............\x34\0\0\0", 18 },
	{ CT_IMAGE_BMP, "BM............\x38\0\0\0", 18 },
	{ CT_IMAGE_BMP, "BM............\x40\0\0\0", 18 },
	{ CT_IMAGE_BMP, "BM............\x6c\0\0\0", 18 },
	{ CT_IMAGE_BMP, "BM............\x7c\0\0\0", 18 },
	{ CT_IMAGE_TIFF, "II*\0", 4 },
	{ CT_IMAGE_TIFF, "MM\0*", 4 },
	{ CT_IMAGE_TIFF, "II+\0\x08\0\0\0", 8 },
	{ CT_IMAGE_TIFF, "MM\0+\0\x08\0\0", 8 },
	{ CT_IMAGE_JXL, "\xff\x0a", 2 },
	{ CT_IMAGE_JXL, "\0\0\0\x0cJXL \r\n\x87\n", 12 },
	{ CT_IMAGE_JP2, "\0\0\0\x0cjP  \r\n\x87\n", 12 },
	{ CT_IMAGE_JP2, "\xff\x4f\xff\x51", 4 },
	{ CT_IMAGE_HEIC, "....ftyphei", 11 },
	{ CT_IMAGE_HEIC, "....ftypmif1", 12 },
	{ CT_IMAGE_HEICS, "....ftyphev", 11 },
	{ CT_IMAGE_HEICS, "....ftypmsf1", 12 },
	{ CT_IMAGE_AVIF, "....ftypavi", 11 },
	{ CT_IMAGE_QUICKTIME, "....ftypqt  ", 12 },
	{ CT_IMAGE_3GP, "....ftyp3gp", 11 },
	{ CT_IMAGE_3G2, "....ftyp3g2", 11 },
	{ CT_IMAGE_MP4, "....ftyp", 8 },
	/* QuickTime before it had a kind */
	{ CT_IMAGE_QUICKTIME, "....moov", 8 },
	{ CT_IMAGE_QUICKTIME, "....mdat", 8 },
	{ CT_IMAGE_QUICKTIME, "\0\0\0.wide", 8 },
	{ CT_IMAGE_QUICKTIME, "\0\0\0.skip", 8 },
	{ CT_IMAGE_QUICKTIME, "\0\0..free", 8 },
	{ CT_IMAGE_QUICKTIME, "\0\0\0.pnot", 8 },
	{ CT_IMAGE_MATROSKA, "\x1a\x45\xdf\xa3", 4 },
	{ CT_IMAGE_MPEG, "\0\0\x01\xba", 4 },
	{ CT_IMAGE_MPEG, "\0\0\x01\xb3", 4 },
	{ CT_IMAGE_FLV, "FLV\x01", 4 },
	{ CT_IMAGE_ASF, "\x30\x26\xb2\x75\x8e\x66\xcf\x11", 8 },
	{ CT_IMAGE_OGG, "OggS\0", 5 },
	{ CT_IMAGE_REAL, "\x2eRMF\0", 5 },
	{ CT_IMAGE_MXF, "\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02", 11 },
	{ CT_IMAGE_DV, "\x1f\x07\0", 3 },
	{ CT_IMAGE_IVF, "DKIF\0\0", 6 },
	{ CT_IMAGE_NUT, "nut/multimedia container\0", 25 },
};

static const char *const mimes[CT_IMAGE_KINDS] = {
	[CT_IMAGE_OTHER] = "application/octet-stream",
	[CT_IMAGE_JPEG] = "image/jpeg",
	[CT_IMAGE_PNG] = "image/png",
	[CT_IMAGE_GIF] = "image/gif",
	[CT_IMAGE_WEBP] = "image/webp",
	[CT_IMAGE_BMP] = "image/bmp",
	[CT_IMAGE_TIFF] = "image/tiff",
	[CT_IMAGE_JXL] = "image/jxl",
	[CT_IMAGE_JP2] = "image/jp2",
	[CT_IMAGE_HEIC] = "image/heic",
	[CT_IMAGE_HEICS] = "image/heic-sequence",
	[CT_IMAGE_AVIF] = "image/avif",
	[CT_IMAGE_MP4] = "video/mp4",
	[CT_IMAGE_3GP] = "video/3gpp",
	[CT_IMAGE_3G2] = "video/3gpp2",
	[CT_IMAGE_QUICKTIME] = "video/quicktime",
	[CT_IMAGE_MATROSKA] = "video/x-matroska",
	[CT_IMAGE_AVI] = "video/x-msvideo",
	[CT_IMAGE_MPEG] = "video/mpeg",
	[CT_IMAGE_MPEGTS] = "video/mp2t",
	[CT_IMAGE_FLV] = "video/x-flv",
	[CT_IMAGE_ASF] = "video/x-ms-asf",
	[CT_IMAGE_OGG] = "video/ogg",
	[CT_IMAGE_REAL] = "application/vnd.rn-realmedia",
	[CT_IMAGE_MXF] = "application/mxf",
	[CT_IMAGE_DV] = "video/dv",
	[CT_IMAGE_IVF] = "video/x-ivf",
	[CT_IMAGE_NUT] = "video/x-nut",
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

/* Three packets in a row, each of len bytes from its mark at; of a disc there
 * are four bytes of time before each. */
static bool
packets(const uint8_t *bytes, size_t len, size_t at, size_t packet)
{
	int n;

	for (n = 0; n < 3; n++, at += packet)
		if (at >= len || bytes[at] != 0x47)
			return false;
	return true;
}

/* Of a container of pictures of any kind, that which it says it fits. */
static enum ct_image_kind
brand(const uint8_t *bytes, size_t len, enum ct_image_kind kind)
{
	size_t end = (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 |
	    (size_t)bytes[2] << 8 | bytes[3];
	size_t at;

	for (at = 16; at + 4 <= end && at + 4 <= len; at += 4)
		if (memcmp(bytes + at, "avif", 4) == 0 ||
		    memcmp(bytes + at, "avis", 4) == 0)
			return CT_IMAGE_AVIF;
	return kind;
}

enum ct_image_kind
ct_image_kind(const uint8_t *bytes, size_t len)
{
	enum ct_image_kind kind = CT_IMAGE_OTHER;
	size_t i;

	for (i = 0; i < sizeof magics / sizeof *magics && !kind; i++)
		if (starts(bytes, len, magics[i].magic, magics[i].len))
			kind = magics[i].kind;
	if (kind == CT_IMAGE_HEIC || kind == CT_IMAGE_HEICS)
		return brand(bytes, len, kind);
	if (!kind &&
	    (packets(bytes, len, 0, 188) || packets(bytes, len, 4, 192) ||
		packets(bytes, len, 0, 204)))
		return CT_IMAGE_MPEGTS;
	return kind;
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
	return kind >= CT_IMAGE_GIF && kind < CT_IMAGE_KINDS;
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
