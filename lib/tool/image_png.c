/* image_png.c - PNG over libpng, row by row */
#include <png.h>

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "image_job.h"

/* Bytes of compressed data read at a time: what is lost of a cut file. */
#define PIECE 1024

struct png {
	png_structp png;
	png_infop info;
	struct ct_image_job *job;
	size_t at;      /* of job->bytes */
	size_t memory;  /* allocated so far; what is freed is not taken back */
	uint8_t *row;   /* one row */
	uint8_t *whole; /* or all of an interlaced picture */
	int channels;
	uint32_t good; /* rows known to be right in whole */
	bool no_memory;
	enum ct_image_status fatal;
};

static _Noreturn void
on_error(png_structp png, const char *msg)
{
	(void)msg;
	png_longjmp(png, 1);
}

static void
on_warning(png_structp png, const char *msg)
{
	(void)png;
	(void)msg;
}

static _Noreturn void
stop(struct png *p, enum ct_image_status why)
{
	p->fatal = why;
	png_longjmp(p->png, 1);
}

static void *
get(struct png *p, size_t len)
{
	void *mem = NULL;

	if (len <= p->job->limits->memory - p->memory)
		mem = malloc(len);
	if (mem)
		p->memory += len;
	else
		p->no_memory = true;
	return mem;
}

static void *
on_malloc(png_structp png, png_alloc_size_t len)
{
	return get(png_get_mem_ptr(png), len);
}

static void
on_free(png_structp png, void *mem)
{
	(void)png;
	free(mem);
}

static void
on_read(png_structp png, uint8_t *to, size_t len)
{
	struct png *p = png_get_io_ptr(png);

	if (len > p->job->len - p->at)
		png_error(png, "end of data");
	memcpy(to, p->job->bytes + p->at, len);
	p->at += len;
}

/*
 * How many pictures are in it: as many as are announced (acTL), or one and
 * those that are there behind it, whichever is more.  Each of these has a head
 * (fcTL), or should have one before its data (fdAT).  libpng knows none of
 * these chunks.
 */
static uint32_t
frames(const uint8_t *bytes, size_t len)
{
	uint32_t said = 0, there = 0;
	bool first = false; /* is past */
	size_t at = 8, n;
	const uint8_t *p;

	for (; len - at >= 12; at += n + 12) {
		p = bytes + at;
		n = png_get_uint_32(p);
		if (n > len - at - 12)
			n = len - at - 12; /* cut short: the last one */
		if (memcmp(p + 4, "IEND", 4) == 0)
			break;
		if (memcmp(p + 4, "IDAT", 4) == 0)
			first = true;
		else if (memcmp(p + 4, "fcTL", 4) == 0)
			there += first;
		else if (memcmp(p + 4, "fdAT", 4) == 0 && there == 0)
			there = 1;
		else if (memcmp(p + 4, "acTL", 4) == 0 && n >= 4 &&
		    png_get_uint_32(p + 8) > said)
			said = png_get_uint_32(p + 8);
	}
	/* each takes more than a byte, and callers rely on it */
	if (said > len)
		said = (uint32_t)len;
	return said > 1 + there ? said : 1 + there;
}

/* Bytes of grey or of RGB out of whatever there is. */
static void
transforms(struct png *p)
{
	int colour = png_get_color_type(p->png, p->info);
	int depth = png_get_bit_depth(p->png, p->info);

	if (colour == PNG_COLOR_TYPE_PALETTE)
		png_set_palette_to_rgb(p->png);
	else if (depth < 8)
		png_set_expand_gray_1_2_4_to_8(p->png);
	if (depth == 16)
		png_set_strip_16(p->png);
	if (!(colour & PNG_COLOR_MASK_COLOR))
		png_set_strip_alpha(p->png);
	else if (!(colour & PNG_COLOR_MASK_ALPHA))
		png_set_filler(p->png, 0, PNG_FILLER_AFTER);
}

/* Only IHDR, PLTE, IDAT and IEND are looked at. */
static void
limits(struct png *p)
{
	png_set_user_limits(p->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
	png_set_chunk_cache_max(p->png, 64);
	png_set_chunk_malloc_max(p->png, (png_alloc_size_t)4 << 20);
	png_set_compression_buffer_size(p->png, PIECE);
	/* the chunks have sums of their own, and the last row would be lost */
	(void)png_set_option(p->png, PNG_IGNORE_ADLER32, PNG_OPTION_ON);
	png_set_keep_unknown_chunks(p->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
	png_set_keep_unknown_chunks(
	    p->png, PNG_HANDLE_CHUNK_NEVER, (const png_byte *)"tRNS", 1);
}

/* Seven passes; each leaves a picture coarser than the next. */
static void
interlaced(struct png *p, size_t stride, int passes)
{
	struct ct_image_job *job = p->job;
	uint32_t y;
	int pass;

	if (stride > job->limits->memory / job->h ||
	    !(p->whole = get(p, stride * job->h)))
		stop(p, CT_IMAGE_OUT_OF_MEMORY);
	for (pass = 0; pass < passes; pass++)
		for (y = 0; y < job->h; y++) {
			png_read_row(p->png, NULL, p->whole + stride * y);
			/* every other row was whole before the last pass */
			if (pass == passes - 1)
				p->good = job->h - (job->h - y - 1) / 2;
		}
}

static void
decode(struct png *p)
{
	struct ct_image_job *job = p->job;
	enum ct_image_status why;
	size_t stride;
	int passes;

	limits(p);
	png_set_read_fn(p->png, p, on_read);
	png_read_info(p->png, p->info);
	why = ct_image_begin(job, png_get_image_width(p->png, p->info),
	    png_get_image_height(p->png, p->info), 8);
	if (why)
		stop(p, why);
	transforms(p);
	passes = png_set_interlace_handling(p->png);
	png_read_update_info(p->png, p->info);
	p->channels = png_get_channels(p->png, p->info);
	stride = png_get_rowbytes(p->png, p->info);
	if ((p->channels != 1 && p->channels != 4) ||
	    stride != (size_t)job->w * (size_t)p->channels)
		stop(p, CT_IMAGE_UNSUPPORTED);
	if (passes > 1) {
		interlaced(p, stride, passes);
	} else {
		if (!(p->row = get(p, stride)))
			stop(p, CT_IMAGE_OUT_OF_MEMORY);
		while (job->rows < job->h) {
			png_read_row(p->png, p->row, NULL);
			ct_image_row(job, p->row, p->channels);
			p->good++;
		}
	}
	png_read_end(p->png, NULL); /* the checksums of the last chunk */
	job->info.trailing = (uint32_t)(job->len - p->at);
}

/* Returns whether it went through without an error. */
static bool
try(struct png *p)
{
	if (setjmp(png_jmpbuf(p->png)))
		return false;
	decode(p);
	return true;
}

enum ct_image_status
ct_image_png(struct ct_image_job *job)
{
	struct png p = { .job = job };
	enum ct_image_status status = CT_IMAGE_OUT_OF_MEMORY;
	bool whole = false;
	size_t stride;

	p.png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &p, on_error,
	    on_warning, &p, on_malloc, on_free);
	p.info = p.png ? png_create_info_struct(p.png) : NULL;
	if (p.info)
		whole = try(&p);
	stride = (size_t)job->w * (size_t)p.channels;
	if (p.whole && p.good)
		while (job->rows < job->h)
			ct_image_row(
			    job, p.whole + stride * job->rows, p.channels);
	if (p.fatal)
		status = p.fatal;
	else if (!p.no_memory)
		status = ct_image_end(job, p.good, !whole);
	job->info.frames = frames(job->bytes, job->len);
	if (status == CT_IMAGE_OK && job->info.frames > 1)
		status = CT_IMAGE_TOO_MANY_FRAMES;
	free(p.whole);
	free(p.row);
	png_destroy_read_struct(&p.png, &p.info, NULL);
	return status;
}
