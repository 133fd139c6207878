/* mkfilm - make a long film of few bytes
 *
 *	mkfilm [-n FRAMES] [-d MS] [-s ROWS] [-c PIXELS] [-t DEGREES] [-m]
 *	    [-p PNG] FILE
 *
 * QuickTime, 64 x 64 grey and not compressed: a strip of noise that rolls by,
 * ROWS in eight frames (64), each frame for MS (1000); so a row takes 64 bytes,
 * and a frame 4 of tables.  Values of the noise are so many PIXELS apart (8):
 * with more, frames are nearer to each other.  -d 0: all frames are of one
 * time.  -t: it is to be shown turned, clockwise; -m: left and right swapped
 * before that.  -p: with that cover.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"

#define SIDE 64

static uint32_t cell = 8; /* pixels between values of the noise */
static const char *png;   /* the cover's path */
static uint8_t *out;
static size_t len, room;

static void
bytes(const void *at, size_t n)
{
	if (len + n > room)
		out = ct_grow(out, room = 2 * (len + n), 1);
	memcpy(out + len, at, n);
	len += n;
}

static void
u32(uint32_t n)
{
	const uint8_t be[4] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16),
		(uint8_t)(n >> 8), (uint8_t)n };

	bytes(be, sizeof be);
}

static void
u16(uint32_t n)
{
	const uint8_t be[2] = { (uint8_t)(n >> 8), (uint8_t)n };

	bytes(be, sizeof be);
}

static void
zeros(size_t n)
{
	static const uint8_t none[64];

	bytes(none, n);
}

/* A box begins; its length is written when it is closed. */
static size_t
open_box(const char *name)
{
	size_t at = len;

	u32(0);
	bytes(name, 4);
	return at;
}

static void
close_box(size_t at)
{
	const size_t end = len;

	len = at;
	u32((uint32_t)(end - at));
	len = end;
}

static uint32_t
lattice(uint32_t x, uint32_t y)
{
	uint64_t z = ((uint64_t)y << 32 | x) * 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return (uint32_t)(z >> 56);
}

static void
strip(size_t rows)
{
	uint8_t row[SIDE];
	uint32_t x, a, b, fx, fy;
	size_t y;

	for (y = 0; y < rows; y++) {
		for (x = 0; x < SIDE; x++) {
			fx = x % cell;
			fy = (uint32_t)y % cell;
			a = lattice(x / cell, (uint32_t)y / cell) *
				(cell - fx) +
			    lattice(x / cell + 1, (uint32_t)y / cell) * fx;
			b = lattice(x / cell, (uint32_t)y / cell + 1) *
				(cell - fx) +
			    lattice(x / cell + 1, (uint32_t)y / cell + 1) * fx;
			row[x] = (uint8_t)((a * (cell - fy) + b * fy) /
			    (cell * cell));
		}
		bytes(row, sizeof row);
	}
}

static void
matrix(long turn, int mirrored)
{
	static const int at[4][4] = { { 1, 0, 0, 1 }, { 0, 1, -1, 0 },
		{ -1, 0, 0, -1 }, { 0, -1, 1, 0 } };
	const int *m = at[turn / 90 % 4], x = mirrored ? -1 : 1;

	u32((uint32_t)(m[0] * x) * 0x10000U);
	u32((uint32_t)(m[1] * x) * 0x10000U);
	u32(0);
	u32((uint32_t)m[2] * 0x10000U);
	u32((uint32_t)m[3] * 0x10000U);
	zeros(12);
	u32(0x40000000);
}

static void
description(void)
{
	size_t box = open_box("stsd");

	u32(0);
	u32(1);
	u32(86);
	bytes("raw ", 4);
	zeros(6);
	u16(1);
	zeros(16);
	u16(SIDE);
	u16(SIDE);
	u32(72 << 16);
	u32(72 << 16);
	u32(0);
	u16(1);
	zeros(32);
	u16(40); /* 8 bits, grey */
	u16(0xffff);
	close_box(box);
}

/* One frame in a chunk: the next is ROWS further, and they overlap. */
static void
tables(uint32_t n, uint32_t ms, uint32_t first, uint32_t rows)
{
	size_t all = open_box("stbl"), box;
	uint32_t i;

	description();
	box = open_box("stts");
	u32(0);
	u32(1);
	u32(n);
	u32(ms);
	close_box(box);
	box = open_box("stsc");
	u32(0);
	u32(1);
	u32(1);
	u32(1);
	u32(1);
	close_box(box);
	box = open_box("stsz");
	u32(0);
	u32(SIDE * SIDE);
	u32(n);
	close_box(box);
	box = open_box("stco");
	u32(0);
	u32(n);
	for (i = 0; i < n; i++)
		u32(first + i * rows / 8 * SIDE);
	close_box(box);
	close_box(all);
}

static void
media(uint32_t n, uint32_t ms, uint32_t first, uint32_t rows)
{
	size_t all = open_box("mdia"), box = open_box("mdhd"), inner, ref;

	zeros(12);
	u32(1000);
	u32(n * ms);
	u32(0);
	close_box(box);
	box = open_box("hdlr");
	u32(0);
	bytes("mhlrvide", 8);
	zeros(13);
	close_box(box);
	box = open_box("minf");
	inner = open_box("vmhd");
	u32(1);
	zeros(8);
	close_box(inner);
	inner = open_box("dinf");
	ref = open_box("dref");
	u32(0);
	u32(1);
	u32(12);
	bytes("alis", 4);
	u32(1);
	close_box(ref);
	close_box(inner);
	tables(n, ms, first, rows);
	close_box(box);
	close_box(all);
}

/* As players of music want it. */
static void
cover(void)
{
	size_t udta = open_box("udta"), meta = open_box("meta"), ilst, covr,
	       data, size;
	uint8_t *picture;
	struct ct_err err;

	if (ct_file_read(png, 16 << 20, &picture, &size, &err))
		ct_die_err(&err);
	u32(0);
	data = open_box("hdlr");
	zeros(8);
	bytes("mdir", 4);
	zeros(13);
	close_box(data);
	ilst = open_box("ilst");
	covr = open_box("covr");
	data = open_box("data");
	u32(14);
	u32(0);
	bytes(picture, size);
	close_box(data);
	close_box(covr);
	close_box(ilst);
	close_box(meta);
	close_box(udta);
	free(picture);
}

static void
movie(uint32_t n, uint32_t ms, uint32_t first, uint32_t rows, long turn,
    int mirrored)
{
	size_t all = open_box("moov"), box = open_box("mvhd"), track;

	zeros(12);
	u32(1000);
	u32(n * ms);
	u32(0x10000);
	u32(0x01000000);
	zeros(8);
	matrix(0, 0);
	zeros(24);
	u32(2);
	close_box(box);
	track = open_box("trak");
	box = open_box("tkhd");
	u32(7);
	zeros(8);
	u32(1);
	u32(0);
	u32(n * ms);
	zeros(16);
	matrix(turn, mirrored);
	u32(SIDE << 16);
	u32(SIDE << 16);
	close_box(box);
	media(n, ms, first, rows);
	close_box(track);
	if (png)
		cover();
	close_box(all);
}

int
main(int argc, char *argv[])
{
	uint32_t n = 10, ms = 1000, rows = 64, first;
	long turn = 0;
	size_t box;
	FILE *file;
	int c, mirrored = 0;

	ct_start("mkfilm");
	while ((c = getopt(argc, argv, "c:d:mn:p:s:t:")) != -1)
		if (c == 'c')
			cell = (uint32_t)ct_number("-c", optarg, 1, SIDE);
		else if (c == 'd')
			ms = (uint32_t)ct_number("-d", optarg, 0, 1000000);
		else if (c == 'm')
			mirrored = 1;
		else if (c == 'n')
			n = (uint32_t)ct_number("-n", optarg, 1, 4000000);
		else if (c == 'p')
			png = optarg;
		else if (c == 's')
			rows = (uint32_t)ct_number("-s", optarg, 0, 8L * SIDE);
		else if (c == 't')
			turn = ct_number("-t", optarg, 0, 270);
		else
			return CT_USAGE;
	box = open_box("ftyp");
	bytes("qt  ", 4);
	u32(0);
	bytes("qt  ", 4);
	close_box(box);
	box = open_box("mdat");
	first = (uint32_t)len;
	strip((size_t)(n - 1) * rows / 8 + SIDE);
	close_box(box);
	movie(n, ms, first, rows, turn, mirrored);
	file = fopen(argv[optind], "w");
	if (!file || fwrite(out, 1, len, file) != len || fclose(file))
		ct_die(CT_CANTCREAT, "cannot write");
	free(out);
	return 0;
}
