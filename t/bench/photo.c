/*
 * photo - make a picture that costs a JPEG decoder what a photograph does
 *
 * Not one to look at (mkpix makes those): noise in octaves, whose strength
 * falls with the scale as in photographs, rougher in some places than in
 * others, less of it in the colours, and discs with sharp edges on it.  By
 * formula, so that the same seed is the same picture everywhere.  --detail
 * sets how rough it is, and so how many bytes it takes; it is written as
 * quality 85 and 4:2:0, as cameras and platforms do.
 */
#include <stdio.h>

#include <jpeglib.h>

#include <getopt.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "prog.h"

static const char usage[] =
    "usage: photo [--seed N] [--size WxH] [--detail N] NAME.jpg\n";

#define DISCS 40
#define OCTAVES 10 /* of cells of 1, 2, ... 512 pixels */

static long width = 640, height = 480, detail = 100;
static uint64_t seed = 1;

static struct disc {
	float x, y, r, add[3];
} disc[DISCS];

/* From -1 to 1, of these numbers alone; splitmix64's last step. */
static float
at(uint64_t what, uint64_t x, uint64_t y)
{
	uint64_t z = seed * 0x9e3779b97f4a7c15U + what * 0xd1342543de82ef95U +
	    x * 0xbf58476d1ce4e5b9U + y * 0x94d049bb133111ebU;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	z ^= z >> 31;
	return (float)(z >> 40) / 8388608.0F - 1;
}

/* Add to row y noise of cells of 1 << octave pixels. */
static void
noise(float *row, long y, int octave, uint64_t what, float strength)
{
	static float knot[30002];
	long cell = 1L << octave, x, i, j;
	float t = (float)(y % cell) / (float)cell, u, a, b;
	uint64_t line = (uint64_t)(y / cell);

	t = t * t * (3 - 2 * t);
	for (i = 0; i <= width / cell + 1; i++) {
		a = at(what, (uint64_t)i, line);
		b = octave ? at(what, (uint64_t)i, line + 1) : a;
		knot[i] = strength * (a + (b - a) * t);
	}
	for (x = 0, i = 0; x < width; i++)
		for (j = 0; j < cell && x < width; j++, x++) {
			u = (float)j / (float)cell;
			u = u * u * (3 - 2 * u);
			row[x] += knot[i] + (knot[i + 1] - knot[i]) * u;
		}
}

static void
scatter(void)
{
	struct disc *d;
	uint64_t i;
	int c;

	for (i = 0; i < DISCS; i++) {
		d = &disc[i];
		d->x = (at(90, i, 0) + 1) / 2 * (float)width;
		d->y = (at(90, i, 1) + 1) / 2 * (float)height;
		d->r = (at(90, i, 2) + 1.2F) / 10 * (float)height;
		for (c = 0; c < 3; c++)
			d->add[c] = at(91, i, (uint64_t)c) * (c ? 30 : 60);
	}
}

static void
discs(float *row, long y, int channel)
{
	const struct disc *d;
	float dy, half;
	long x, end;

	for (d = disc; d < disc + DISCS; d++) {
		dy = (float)y - d->y;
		if (fabsf(dy) >= d->r)
			continue;
		half = sqrtf(d->r * d->r - dy * dy);
		x = (long)fmaxf(0, d->x - half);
		end = (long)fminf((float)width, d->x + half);
		for (; x < end; x++)
			row[x] += d->add[channel];
	}
}

/* Row y of one channel of YCbCr. */
static void
paint(float *row, long y, int channel)
{
	static float rough[30000];
	uint64_t what = (uint64_t)channel * 20;
	float strength;
	long x;
	int o;

	memset(row, 0, (size_t)width * sizeof *row);
	/* what is fine is not everywhere */
	for (o = 0; o < (channel ? 0 : 4); o++)
		noise(row, y, o, what + (uint64_t)o,
		    (float)detail * 0.05F * powf(2, 0.6F * (float)o));
	if (!channel) {
		memset(rough, 0, (size_t)width * sizeof *rough);
		noise(rough, y, 7, 80, 0.8F);
		noise(rough, y, 5, 81, 0.4F);
		for (x = 0; x < width; x++)
			row[x] *= fmaxf(0.05F, rough[x] + 0.4F);
	}
	for (o = channel ? 4 : 3; o < OCTAVES; o++) {
		strength = 40 * powf(0.65F, (float)(OCTAVES - 1 - o));
		noise(row, y, o, what + (uint64_t)o,
		    strength / (channel ? 2.5F : 1));
	}
	discs(row, y, channel);
}

static void
write_to(FILE *f)
{
	struct jpeg_compress_struct c;
	struct jpeg_error_mgr err;
	float *row = ct_alloc((size_t)width, sizeof *row);
	JSAMPROW out = ct_alloc((size_t)width, 3);
	long x, y;
	int k;

	c.err = jpeg_std_error(&err);
	jpeg_create_compress(&c);
	jpeg_stdio_dest(&c, f);
	c.image_width = (JDIMENSION)width;
	c.image_height = (JDIMENSION)height;
	c.input_components = 3;
	c.in_color_space = JCS_YCbCr;
	jpeg_set_defaults(&c);
	jpeg_set_quality(&c, 85, TRUE);
	jpeg_start_compress(&c, TRUE);
	for (y = 0; y < height; y++) {
		for (k = 0; k < 3; k++) {
			paint(row, y, k);
			for (x = 0; x < width; x++)
				out[3 * x + k] =
				    (JSAMPLE)fmaxf(0, fminf(255, 128 + row[x]));
		}
		(void)jpeg_write_scanlines(&c, &out, 1);
	}
	jpeg_finish_compress(&c);
	jpeg_destroy_compress(&c);
	free(row);
	free(out);
}

int
main(int argc, char *argv[])
{
	static const struct option longopt[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "size", required_argument, NULL, 'z' },
		{ "detail", required_argument, NULL, 'd' },
		{ NULL, 0, NULL, 0 },
	};
	FILE *f;
	int c;

	ct_start("photo");
	while ((c = getopt_long(argc, argv, "", longopt, NULL)) != -1)
		if (c == 's')
			seed = (uint64_t)ct_number("--seed", optarg, 0, 1000);
		else if (c == 'd')
			detail = ct_number("--detail", optarg, 0, 1000);
		else if (c != 'z' ||
		    sscanf(optarg, "%5ldx%5ld", &width, &height) != 2 ||
		    width < 1 || width > 30000 || height < 1 || height > 30000)
			ct_usage(usage);
	if (argc - optind != 1)
		ct_usage(usage);
	scatter();
	if (!(f = fopen(argv[optind], "wb")))
		ct_die(CT_CANTCREAT, "cannot create '%s'", argv[optind]);
	write_to(f);
	if (fclose(f))
		ct_die(CT_IOERR, "cannot write '%s'", argv[optind]);
	return 0;
}
