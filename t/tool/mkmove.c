/*
 * mkmove - a moving picture of still ones, all PNG or all WebP, of one size
 *
 * Frames are as they come; nothing is decoded.
 */
#include <png.h>

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "prog.h"

static const char usage[] =
    "usage: mkmove [--margin N] WxH OUTPUT STILL...\n"
    "  --margin N  WebP: frames lie N pixels, an even number, from each side\n";

struct still {
	uint8_t *bytes;
	size_t len;
};

static FILE *out;
static uint32_t width, height, margin;

static void
put(const void *bytes, size_t len)
{
	if (len && fwrite(bytes, len, 1, out) != 1)
		ct_die(CT_IOERR, "cannot write");
}

/* ---- PNG -------------------------------------------------------------------
 */

static png_structp png;
static uint32_t sequence;

static void
piece(const char *name, const uint8_t *data, size_t len)
{
	png_write_chunk(png, (png_const_bytep)name, data, len);
}

static void
frame_head(void)
{
	uint8_t head[26] = { 0 };

	png_save_uint_32(head, sequence++);
	png_save_uint_32(head + 4, width);
	png_save_uint_32(head + 8, height);
	head[21] = head[23] = 1; /* it stays for a second */
	piece("fcTL", head, sizeof head);
}

static void
more(const uint8_t *data, size_t len)
{
	uint8_t *with = ct_alloc(len + 4, 1);

	png_save_uint_32(with, sequence++);
	memcpy(with + 4, data, len);
	piece("fdAT", with, len + 4);
	free(with);
}

/* The first still's chunks as they are, of the others only the data. */
static void
png_frame(const struct still *still, bool first, uint32_t frames)
{
	uint8_t head[8] = { 0 };
	size_t at, n;
	bool data, begun = false;
	char name[5] = "";

	png_save_uint_32(head, frames);
	for (at = 8; at + 12 <= still->len; at += n + 12) {
		n = png_get_uint_32(still->bytes + at);
		memcpy(name, still->bytes + at + 4, 4);
		data = strcmp(name, "IDAT") == 0;
		if (strcmp(name, "IEND") == 0)
			break;
		if (data && !begun) {
			if (first)
				piece("acTL", head, sizeof head);
			frame_head();
			begun = true;
		}
		if (first)
			piece(name, still->bytes + at + 8, n);
		else if (data)
			more(still->bytes + at + 8, n);
	}
}

static void
png_file(const struct still *still, uint32_t n)
{
	uint32_t i;

	png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_init_io(png, out);
	png_write_sig(png);
	for (i = 0; i < n; i++)
		png_frame(&still[i], i == 0, n);
	piece("IEND", NULL, 0);
	png_destroy_write_struct(&png, NULL);
}

/* ---- WebP ------------------------------------------------------------------
 */

static void
number(uint32_t n, int bytes)
{
	uint8_t byte;

	for (; bytes--; n >>= 8) {
		byte = (uint8_t)n;
		put(&byte, 1);
	}
}

/* What is in a still that makes the picture: from here on. */
static const uint8_t *
inside(const struct still *still, size_t *len)
{
	size_t at = memcmp(still->bytes + 12, "VP8X", 4) == 0 ? 30 : 12;

	*len = still->len - at;
	return still->bytes + at;
}

static void
webp_file(const struct still *still, uint32_t n)
{
	uint32_t i, size = 4 + 18 + 14;
	const uint8_t *from;
	size_t len;

	for (i = 0; i < n; i++) {
		(void)inside(&still[i], &len);
		size += 24 + (uint32_t)len;
	}
	put("RIFF", 4);
	number(size, 4);
	put("WEBPVP8X", 8);
	number(10, 4);
	number(0x12, 4); /* moving, transparency */
	number(width + 2 * margin - 1, 3);
	number(height + 2 * margin - 1, 3);
	put("ANIM", 4);
	number(6, 4);
	number(0xffffffff, 4); /* a white ground that nobody paints */
	number(0, 2);
	for (i = 0; i < n; i++) {
		from = inside(&still[i], &len);
		put("ANMF", 4);
		number(16 + (uint32_t)len, 4);
		number(margin / 2, 3);
		number(margin / 2, 3);
		number(width - 1, 3);
		number(height - 1, 3);
		number(1000, 3);
		number(0, 1);
		put(from, len);
	}
}

/* ---- arguments -------------------------------------------------------------
 */

int
main(int argc, char *argv[])
{
	static const struct option longopt[] = {
		{ "margin", required_argument, NULL, 'm' },
		{ NULL, 0, NULL, 0 },
	};
	struct still *still;
	struct ct_err err;
	int c, i, n;

	ct_start("mkmove");
	while ((c = getopt_long(argc, argv, "", longopt, NULL)) == 'm')
		margin = (uint32_t)ct_number("--margin", optarg, 0, 1000);
	n = argc - optind - 2;
	if (c != -1 || n < 1 ||
	    sscanf(argv[optind], "%5ux%5u", &width, &height) != 2)
		ct_usage(usage);
	still = ct_alloc((size_t)n, sizeof *still);
	for (i = 0; i < n; i++)
		if (ct_file_read(argv[optind + 2 + i], 64 << 20,
			&still[i].bytes, &still[i].len, &err))
			ct_die_err(&err);
	if (!(out = fopen(argv[optind + 1], "wb")))
		ct_die(CT_CANTCREAT, "cannot create '%s'", argv[optind + 1]);
	if (still[0].len > 30 && memcmp(still[0].bytes, "RIFF", 4) == 0)
		webp_file(still, (uint32_t)n);
	else
		png_file(still, (uint32_t)n);
	if (fclose(out))
		ct_die(CT_IOERR, "cannot write '%s'", argv[optind + 1]);
	for (i = 0; i < n; i++)
		free(still[i].bytes);
	free(still);
	return 0;
}
