/* seed.c - the test picture as a JPEG that is as it should be */
#include <stdio.h>

#include <jpeglib.h>

#include <stdlib.h>

#include "hostile.h"
#include "prog.h"

static const jpeg_scan_info each[] = {
	{ 1, { 0 }, 0, 63, 0, 0 },
	{ 1, { 1 }, 0, 63, 0, 0 },
	{ 1, { 2 }, 0, 63, 0, 0 },
};

static void
settings(struct jpeg_compress_struct *c, const struct jpeg_how *how)
{
	jpeg_set_defaults(c);
	jpeg_set_quality(c, how->quality, TRUE);
	c->restart_interval = (unsigned)how->restart;
	c->arith_code = how->arithmetic;
	if (how->ink == 2)
		jpeg_set_colorspace(c, JCS_YCCK);
	if (how->ink == 3)
		c->write_Adobe_marker = FALSE;
	if (how->sampling) {
		c->comp_info[0].h_samp_factor = how->sampling >> 4;
		c->comp_info[0].v_samp_factor = how->sampling & 15;
	}
	if (how->progressive)
		jpeg_simple_progression(c);
	if (how->apart) {
		c->scan_info = each;
		c->num_scans = 3;
	}
}

void
jpeg_encode(struct buf *b, const struct jpeg_how *how)
{
	int n = how->grey ? 1 : how->ink ? 4 : 3;
	struct jpeg_compress_struct c;
	struct jpeg_error_mgr err;
	unsigned char *out = NULL;
	unsigned long len = 0;
	uint8_t *row, rgb[3];
	uint32_t x, i;

	c.err = jpeg_std_error(&err);
	jpeg_create_compress(&c);
	jpeg_mem_dest(&c, &out, &len);
	c.image_width = how->w;
	c.image_height = how->h;
	c.input_components = n;
	c.in_color_space = how->grey ? JCS_GRAYSCALE
	    : how->ink               ? JCS_CMYK
				     : JCS_RGB;
	settings(&c, how);
	jpeg_start_compress(&c, TRUE);
	row = ct_alloc(how->w, 4);
	while (c.next_scanline < how->h) {
		for (x = 0; x < how->w; x++) {
			paint(x, c.next_scanline, how->w, how->h, rgb);
			for (i = 0; i < (uint32_t)n; i++)
				row[x * (uint32_t)n + i] = i < 3 ? rgb[i] : 200;
		}
		(void)jpeg_write_scanlines(&c, &row, 1);
	}
	jpeg_finish_compress(&c);
	jpeg_destroy_compress(&c);
	put(b, out, len);
	free(row);
	free(out);
}
