/* What is named by its first bytes, and what is not. */
#include "image.h"

#include <string.h>

#include "../tap.h"

static const struct {
	const char *bytes;
	size_t len;
	const char *mime;
} known[] = {
#define B(bytes, mime)                        \
	{                                     \
		bytes, sizeof bytes - 1, mime \
	}
	B("\xff\xd8\xff", "image/jpeg"),
	B("\x89PNG\r\n\x1a\n", "image/png"),
	B("RIFF\4\0\0\0WEBP", "image/webp"),
	B("RIFF\4\0\0\0AVI ", "video/x-msvideo"),
	B("RIFF\4\0\0\0WAVE", "application/octet-stream"),
	B("GIF87a", "image/gif"),
	B("GIF89a", "image/gif"),
	B("GIF88a", "application/octet-stream"),
	B("BM1234\0\0\0\0", "image/bmp"),
	B("BM1234ABCD5678\x7c\0\0\0", "image/bmp"),
	B("BM1234ABCD5678\x0c\0\0\0", "image/bmp"),
	B("BM1234ABCD5678\x0d\0\0\0", "application/octet-stream"),
	B("II*\0", "image/tiff"),
	B("MM\0*", "image/tiff"),
	B("II+\0\x08\0\0\0", "image/tiff"),
	B("MM\0+\0\x08\0\0", "image/tiff"),
	B("\xff\x0a\0", "image/jxl"),
	B("\0\0\0\x0cJXL \r\n\x87\n", "image/jxl"),
	B("\0\0\0\x0cjP  \r\n\x87\n", "image/jp2"),
	B("\xff\x4f\xff\x51", "image/jp2"),
	B("\0\0\0\x18"
	  "ftypheic",
	    "image/heic"),
	B("\0\0\0\x18"
	  "ftypheix",
	    "image/heic"),
	B("\0\0\0\x18"
	  "ftypmif1\0\0\0\0mif1heic",
	    "image/heic"),
	B("\0\0\0\x18"
	  "ftypmif1\0\0\0\0mif1avif",
	    "image/avif"),
	B("\0\0\0\x14"
	  "ftypmif1\0\0\0\0mif1avif",
	    "image/heic"),
	B("\0\0\0\x18"
	  "ftyphevc",
	    "image/heic-sequence"),
	B("\0\0\0\x18"
	  "ftypmsf1\0\0\0\0msf1hevc",
	    "image/heic-sequence"),
	B("\0\0\0\x18"
	  "ftypmsf1\0\0\0\0msf1avis",
	    "image/avif"),
	B("\0\0\0\x18"
	  "ftypavif",
	    "image/avif"),
	B("\0\0\0\x18"
	  "ftypavis",
	    "image/avif"),
	B("\0\0\0\x18"
	  "ftypqt  ",
	    "video/quicktime"),
	B("\0\0\0\x18"
	  "ftyp3gp5",
	    "video/3gpp"),
	B("\0\0\0\x18"
	  "ftyp3g2a",
	    "video/3gpp2"),
	B("\0\0\0\x18"
	  "ftypisom",
	    "video/mp4"),
	B("\0\0\0\x18"
	  "ftypM4A ",
	    "video/mp4"),
	B("\0\0\x10\0moov", "video/quicktime"),
	B("\0\0\x10\0mdat", "video/quicktime"),
	B("\0\0\0\x08wide", "video/quicktime"),
	B("\0\0\x02\0free", "video/quicktime"),
	B("get free", "application/octet-stream"),
	B("\x1a\x45\xdf\xa3", "video/x-matroska"),
	B("\0\0\x01\xba", "video/mpeg"),
	B("\0\0\x01\xb3", "video/mpeg"),
	B("FLV\x01", "video/x-flv"),
	B("\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-asf"),
	B("OggS\0", "video/ogg"),
	B(".RMF\0", "application/vnd.rn-realmedia"),
	B("\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02", "application/mxf"),
	B("\x1f\x07\0", "video/dv"),
	B("DKIF\0\0", "video/x-ivf"),
	B("nut/multimedia container\0", "video/x-nut"),
	B("", "application/octet-stream"),
	B("#EXTM3U\n", "application/octet-stream"),
	B("ffconcat version 1.0\n", "application/octet-stream"),
};

/* Packets of a transport stream, of that length, the first mark at byte at. */
static const char *
stream(size_t at, size_t packet, size_t len)
{
	static uint8_t bytes[4096];
	size_t i;

	memset(bytes, 1, sizeof bytes);
	for (i = at; i < sizeof bytes; i += packet)
		bytes[i] = 0x47;
	return ct_image_mime(ct_image_kind(bytes, len));
}

int
main(void)
{
	enum ct_image_kind kind;
	const char *mime;
	size_t i;
	int n, bad = 0;

	for (i = 0; i < sizeof known / sizeof *known; i++) {
		mime = ct_image_mime(ct_image_kind(
		    (const uint8_t *)known[i].bytes, known[i].len));
		ok(strcmp(mime, known[i].mime) == 0, "%.12s: %s",
		    known[i].mime + 6, mime);
	}
	ok(strcmp(stream(0, 188, 4096), "video/mp2t") == 0 &&
		strcmp(stream(4, 192, 4096), "video/mp2t") == 0 &&
		strcmp(stream(0, 204, 4096), "video/mp2t") == 0,
	    "transport streams");
	ok(strcmp(stream(0, 188, 376), "video/mp2t") != 0 &&
		strcmp(stream(0, 187, 4096), "video/mp2t") != 0,
	    "two packets, or others, are none");
	for (n = 0; n < CT_IMAGE_KINDS; n++) {
		kind = (enum ct_image_kind)n;
		bad += !ct_image_mime(kind) ||
		    (ct_image_decodable(kind) && ct_image_video(kind)) ||
		    (!ct_image_decodable(kind) && !ct_image_video(kind) &&
			kind != CT_IMAGE_OTHER);
	}
	ok(bad == 0, "each kind has a word, and one that decodes it");
	done();
}
