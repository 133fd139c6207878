/* image_jpeg.c - JPEG over libjpeg-turbo */
#include <stdio.h>

#include <jpeglib.h>

#include <jerror.h>
#include <setjmp.h>
#include <string.h>

#include "image_job.h"

#define ROWS 8     /* asked for at a time */
#define ASKEW 8    /* bytes off any alignment of vectors */
#define ENOUGH 256 /* pixels a side, where brightness will do */

#define M_SOI 0xd8
#define M_SOS 0xda

struct jpeg {
	struct jpeg_decompress_struct c; /* first: libjpeg hands it back */
	struct jpeg_error_mgr err;
	struct jpeg_progress_mgr progress;
	struct ct_image_job *job;
	jmp_buf jump;
	enum ct_image_status fatal;
	bool damaged;
	bool ended;    /* the data ended too early, */
	uint32_t good; /* after this many rows */
	size_t len;    /* of the data that is looked at, */
	size_t safe;   /* and of what went well of it; 0: not known */
};

static _Noreturn void
stop(struct jpeg *j, enum ct_image_status why)
{
	j->fatal = why;
	longjmp(j->jump, 1);
}

static void
on_error(j_common_ptr c)
{
	struct jpeg *j = (struct jpeg *)c;

	switch (j->err.msg_code) {
	case JERR_OUT_OF_MEMORY:
	case JERR_NO_BACKING_STORE:
	case JERR_TFILE_CREATE:
		stop(j, CT_IMAGE_OUT_OF_MEMORY);
	case JERR_IMAGE_TOO_BIG:
	case JERR_WIDTH_OVERFLOW:
		stop(j, CT_IMAGE_TOO_MANY_PIXELS);
	case JERR_ARITH_NOTIMPL:
	case JERR_BAD_PRECISION:
	case JERR_CCIR601_NOTIMPL:
	case JERR_COMPONENT_COUNT:
	case JERR_CONVERSION_NOTIMPL:
	case JERR_FRACT_SAMPLE_NOTIMPL:
	case JERR_NOTIMPL:
	case JERR_NOT_COMPILED:
	case JERR_SOF_UNSUPPORTED:
		stop(j, CT_IMAGE_UNSUPPORTED);
	default:
		stop(j, CT_IMAGE_CORRUPT);
	}
}

/* The data is over: how many rows are there, by the scans so far? */
static void
ended(struct jpeg *j)
{
	uint32_t high;

	j->damaged = true;
	if (j->ended)
		return;
	j->ended = true;
	high = j->c.input_iMCU_row * (uint32_t)j->c.max_v_samp_factor * DCTSIZE;
	j->good = high * j->job->eighths / 8;
	if (j->c.input_scan_number > 1 || high >= j->c.image_height)
		j->good = ct_image_down(j->job);
}

/*
 * libjpeg warns of damage and goes on.  A hole before a restart marker is
 * damage; at any other marker, or at the end of the file, nothing follows.
 * Stray bytes among the tables harm nothing; behind picture data they are
 * data that was not understood.
 */
static void
on_message(j_common_ptr c, int level)
{
	struct jpeg *j = (struct jpeg *)c;
	int marker = j->c.unread_marker;

	if (level >= 0)
		return;
	switch (j->err.msg_code) {
	case JWRN_HIT_MARKER:
		if (j->c.restart_interval && marker >= JPEG_RST0 &&
		    marker <= JPEG_RST0 + 7)
			j->damaged = true;
		else
			ended(j);
		break;
	case JWRN_JPEG_EOF:
		ended(j);
		break;
	case JWRN_EXTRANEOUS_DATA:
		if (j->c.input_scan_number > 0)
			j->damaged = true;
		break;
	case JWRN_ARITH_BAD_CODE:
	case JWRN_BOGUS_PROGRESSION:
	case JWRN_HUFF_BAD_CODE:
	case JWRN_MUST_RESYNC:
		j->damaged = true;
		break;
	default:
		break;
	}
}

/* Called before each row of blocks, and before the tables between scans. */
static void
on_progress(j_common_ptr c)
{
	struct jpeg *j = (struct jpeg *)c;

	j->safe = j->len - j->c.src->bytes_in_buffer;
	if (j->c.unread_marker)
		j->safe -= 2;
	if ((uint32_t)j->c.input_scan_number > j->job->limits->scans)
		stop(j, CT_IMAGE_TOO_MANY_SCANS);
}

/*
 * Scans that are in the file, found by their markers alone: to decode the 100
 * that are allowed may take a second where the file has 20 kB.
 */
static uint32_t
scans(const uint8_t *bytes, size_t len)
{
	const uint8_t *at = bytes + 2, *end = bytes + len;
	uint32_t n = 0;

	while ((at = memchr(at, 0xff, (size_t)(end - at)))) {
		while (at < end && *at == 0xff)
			at++;
		if (end - at < 3 || *at == JPEG_EOI)
			break;
		n += *at == M_SOS;
		/* what has no contents: stuffing, TEM, RSTn, SOI */
		if (*at < 2 || (*at >= JPEG_RST0 && *at <= M_SOI))
			at++;
		else if (end - at - 1 > (at[1] << 8 | at[2]))
			at += 1 + (at[1] << 8 | at[2]);
		else
			break;
	}
	return n;
}

/* Set up how colours come out. */
static void
colours(struct jpeg *j)
{
	switch (j->c.jpeg_color_space) {
	case JCS_GRAYSCALE:
		j->c.out_color_space = JCS_GRAYSCALE;
		break;
	case JCS_YCbCr:
	case JCS_RGB:
		j->c.out_color_space = JCS_EXT_RGBX;
		break;
	case JCS_CMYK:
	case JCS_YCCK:
		j->c.out_color_space = JCS_CMYK;
		break;
	default:
		stop(j, CT_IMAGE_UNSUPPORTED);
	}
}

/* Brightness alone, as small as will do.  Returns the eighths. */
static uint32_t
shrink(struct jpeg *j)
{
	struct jpeg_decompress_struct *c = &j->c;

	if (c->jpeg_color_space != JCS_YCbCr &&
	    c->jpeg_color_space != JCS_GRAYSCALE)
		return 8;
	j->job->info.luma = true;
	c->out_color_space = JCS_GRAYSCALE;
	c->scale_denom = 8;
	for (c->scale_num = 1; c->scale_num < 8; c->scale_num *= 2) {
		jpeg_calc_output_dimensions(c);
		if (c->output_width >= ENOUGH && c->output_height >= ENOUGH)
			break;
	}
	return c->scale_num;
}

/* Ink to light, in place.  Adobe stores it inverted already. */
static void
cmyk_to_rgb(uint8_t *row, uint32_t w, bool adobe)
{
	int invert = adobe ? 0 : 255, k, i;

	for (; w--; row += 4) {
		k = row[3] ^ invert;
		for (i = 0; i < 3; i++)
			row[i] = (uint8_t)(((row[i] ^ invert) * k + 127) / 255);
	}
}

/* What the header says: its size within the limits, how it comes out. */
static void
header(struct jpeg *j)
{
	struct jpeg_decompress_struct *c = &j->c;
	struct ct_image_job *job = j->job;
	enum ct_image_status why;
	uint32_t eighths;

	(void)jpeg_read_header(c, TRUE);
	if (c->data_precision != 8)
		stop(j, CT_IMAGE_UNSUPPORTED);
	colours(j);
	eighths = job->luma ? shrink(j) : 8;
	if (!job->w &&
	    (why = ct_image_begin(
		 job, c->image_width, c->image_height, eighths)))
		stop(j, why);
	if (jpeg_has_multiple_scans(c) &&
	    scans(job->bytes, j->len) > job->limits->scans)
		stop(j, CT_IMAGE_TOO_MANY_SCANS);
}

/*
 * To a row that is aligned libjpeg-turbo writes past the caches, and what
 * reads it next waits for memory: longer than all of PDQ takes.
 */
static void
rows(struct jpeg *j)
{
	struct jpeg_decompress_struct *c = &j->c;
	JSAMPARRAY row;
	uint32_t n, i;

	row = c->mem->alloc_sarray((j_common_ptr)c, JPOOL_IMAGE,
	    c->output_width * (uint32_t)c->output_components + ASKEW, ROWS);
	for (i = 0; i < ROWS; i++)
		row[i] += ASKEW;
	while (c->output_scanline < c->output_height) {
		n = jpeg_read_scanlines(c, row, ROWS);
		for (i = 0; i < n; i++) {
			if (c->out_color_space == JCS_CMYK)
				cmyk_to_rgb(row[i], c->output_width,
				    c->saw_Adobe_marker);
			ct_image_row(j->job, row[i], c->output_components);
		}
	}
}

static void
decode(struct jpeg *j)
{
	struct jpeg_decompress_struct *c = &j->c;

	jpeg_create_decompress(c);
	c->mem->max_memory_to_use = (long)j->job->limits->memory;
	c->progress = &j->progress;
	j->progress.progress_monitor = on_progress;
	jpeg_mem_src(c, j->job->bytes, j->len);
	header(j);
	c->dct_method = JDCT_ISLOW;
	c->do_fancy_upsampling = TRUE;
	(void)jpeg_start_decompress(c);
	rows(j);
	(void)jpeg_finish_decompress(c); /* reads on to the end marker */
	j->job->info.trailing = (uint32_t)c->src->bytes_in_buffer;
}

/* Returns what stopped it, or 0. */
static enum ct_image_status
try(struct jpeg *j, struct ct_image_job *job, size_t len)
{
	memset(j, 0, sizeof *j);
	j->job = job;
	j->len = len;
	j->c.err = jpeg_std_error(&j->err);
	j->err.error_exit = on_error;
	j->err.emit_message = on_message;
	if (setjmp(j->jump) == 0)
		decode(j);
	jpeg_destroy_decompress(&j->c);
	return j->fatal;
}

enum ct_image_status
ct_image_jpeg(struct ct_image_job *job)
{
	struct jpeg j;
	enum ct_image_status fatal = try(&j, job, job->len);

	/* cut, or damaged, in the tables between two scans: do without them */
	if (fatal == CT_IMAGE_CORRUPT && job->rows == 0 && j.safe)
		fatal = try(&j, job, j.safe);
	if (fatal && fatal != CT_IMAGE_CORRUPT)
		return fatal;
	if (!j.ended || j.good > job->rows)
		j.good = job->rows;
	return ct_image_end(job, j.good, fatal || j.damaged);
}
