/*
 * pictures.h - small pictures made in memory, and decoded to brightness; for
 * unit tests, included once
 *
 * Each maker leaves its file in bytes, len; decode leaves what came in got.
 */
#ifndef CT_PICTURES_H
#define CT_PICTURES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>
#include <webp/encode.h>

#include "image.h"

#define W 103 /* no multiple of anything */
#define H 77

/* ---- what is decoded ------------------------------------------------------
 */

static struct {
	uint32_t w, h, eighths, across, down; /* promised */
	uint32_t rows;                        /* sent, */
	uint8_t *grey;                        /* their brightness */
	bool no_memory, wrong;
	struct ct_image_info info;
} got;

static inline int
size(void *arg, uint32_t w, uint32_t h, uint32_t eighths)
{
	(void)arg;
	got.w = w;
	got.h = h;
	got.eighths = eighths;
	got.across = (w * eighths + 7) / 8;
	got.down = (h * eighths + 7) / 8;
	free(got.grey);
	got.grey = malloc((size_t)got.across * got.down);
	return got.no_memory ? -1 : 0;
}

static inline void
row(void *arg, const uint8_t *p, int bytes)
{
	uint8_t *to = got.grey + (size_t)got.rows * got.across;
	uint32_t x;

	(void)arg;
	if (got.rows++ >= got.down || (bytes != 1 && bytes != 4)) {
		got.wrong = true;
		return;
	}
	for (x = 0; x < got.across; x++, p += bytes)
		to[x] = bytes == 1
		    ? *p
		    : (uint8_t)((p[0] * 2 + p[1] * 5 + p[2]) / 8);
}

static inline enum ct_image_status
decode_as(const uint8_t *bytes, size_t len,
    const struct ct_image_limits *limits, bool luma)
{
	const struct ct_image_sink sink = { .size = size, .row = row };
	static const struct ct_image_info none;
	uint8_t *exact = malloc(len ? len : 1); /* for the sanitizer */
	enum ct_image_status status;

	got.rows = got.w = 0;
	got.wrong = false;
	if (len)
		memcpy(exact, bytes, len);
	status = ct_image_decode(exact, len, limits, luma, &sink, &got.info);
	free(exact);
	if (ct_image_seen(status))
		got.wrong |= got.rows != got.down || got.info.w != got.w ||
		    got.info.h != got.h || got.info.frames == 0;
	else
		got.wrong |= memcmp(&got.info, &none, sizeof none) != 0;
	return got.wrong ? CT_IMAGE_STATUSES : status;
}

static inline enum ct_image_status
decode(const uint8_t *bytes, size_t len)
{
	return decode_as(bytes, len, &ct_image_limits, false);
}

/* ---- pictures, made by the libraries ---------------------------------------
 */

static uint8_t *bytes;
static size_t len, room;

static inline void
add(const void *from, size_t n)
{
	if (len + n > room)
		bytes = realloc(bytes, room = (len + n) * 2);
	memcpy(bytes + len, from, n);
	len += n;
}

/* Clouds: to has room for 4 bytes a pixel. */
static inline void
paint(uint8_t *to, uint32_t y, uint32_t w, int channels)
{
	uint32_t x;
	int c;

	for (x = 0; x < w; x++)
		for (c = 0; c < channels; c++)
			*to++ = (uint8_t)(128 + (int)(x * y / 60 % 64) +
			    (int)((x + 40 * (uint32_t)c) * 97 / w) -
			    (int)(y * 31 % 97));
}

struct how {
	bool gray, progressive, arithmetic, apart, ycck, rgb;
	int restart;
	uint32_t w, h; /* 0: W, H */
};

static inline void
jpeg(const struct how *how)
{
	struct jpeg_compress_struct c;
	struct jpeg_error_mgr err;
	static const jpeg_scan_info scans[] = { { .comps_in_scan = 1,
						    .Se = 63 },
		{ .comps_in_scan = 1, .component_index = { 1 }, .Se = 63 },
		{ .comps_in_scan = 1, .component_index = { 2 }, .Se = 63 } };
	unsigned long n = 0;
	uint8_t *mem = NULL, *line;

	c.err = jpeg_std_error(&err);
	jpeg_create_compress(&c);
	jpeg_mem_dest(&c, &mem, &n);
	c.image_width = how->w ? how->w : W;
	c.image_height = how->h ? how->h : H;
	c.input_components = how->gray ? 1 : how->ycck ? 4 : 3;
	c.in_color_space = how->ycck ? JCS_CMYK : JCS_RGB;
	if (how->gray)
		c.in_color_space = JCS_GRAYSCALE;
	jpeg_set_defaults(&c);
	if (how->ycck)
		jpeg_set_colorspace(&c, JCS_YCCK);
	if (how->rgb)
		jpeg_set_colorspace(&c, JCS_RGB);
	c.arith_code = how->arithmetic;
	c.restart_in_rows = how->restart;
	if (how->progressive)
		jpeg_simple_progression(&c);
	if (how->apart) {
		c.scan_info = scans;
		c.num_scans = 3;
	}
	jpeg_start_compress(&c, TRUE);
	line = malloc((size_t)c.image_width * 4);
	while (c.next_scanline < c.image_height) {
		paint(line, c.next_scanline, c.image_width, c.input_components);
		(void)jpeg_write_scanlines(&c, &line, 1);
	}
	jpeg_finish_compress(&c);
	jpeg_destroy_compress(&c);
	len = 0;
	add(mem, n);
	free(mem);
	free(line);
}

static inline void
on_write(png_structp png, png_bytep from, size_t n)
{
	(void)png;
	add(from, n);
}

static inline void
png(int type, int depth, bool interlaced)
{
	png_structp png =
	    png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop info = png_create_info_struct(png);
	uint8_t line[W * 8] = { 0 };
	int passes;
	uint32_t y;

	len = 0;
	png_set_write_fn(png, NULL, on_write, NULL);
	png_set_IHDR(png, info, W, H, depth, type,
	    interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
	    PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_write_info(png, info);
	for (passes = png_set_interlace_handling(png); passes; passes--)
		for (y = 0; y < H; y++) {
			paint(line, y, W, png_get_channels(png, info));
			png_write_row(png, line);
		}
	png_write_end(png, info);
	png_destroy_write_struct(&png, &info);
}

static inline void
webp(bool lossless)
{
	uint8_t rgb[W * H * 3], *mem = NULL;
	uint32_t y;
	size_t n;

	for (y = 0; y < H; y++)
		paint(rgb + y * W * 3, y, W, 3);
	n = lossless ? WebPEncodeLosslessRGB(rgb, W, H, W * 3, &mem)
		     : WebPEncodeRGB(rgb, W, H, W * 3, 60, &mem);
	len = 0;
	add(mem, n);
	WebPFree(mem);
}

#endif
