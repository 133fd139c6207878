/* image_jpeg.c - JPEG over libjpeg-turbo */
#include <stdio.h>

#include <jpeglib.h>

#include <jerror.h>
#include <setjmp.h>
#include <string.h>

#include "image_job.h"

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
	if (j->c.input_scan_number > 1 || high > j->c.image_height)
		high = j->c.image_height;
	j->good = high;
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

static void
decode(struct jpeg *j)
{
	struct jpeg_decompress_struct *c = &j->c;
	struct ct_image_job *job = j->job;
	enum ct_image_status why;
	int channels;
	JSAMPARRAY row;

	jpeg_create_decompress(c);
	c->mem->max_memory_to_use = (long)job->limits->memory;
	c->progress = &j->progress;
	j->progress.progress_monitor = on_progress;
	jpeg_mem_src(c, job->bytes, j->len);
	(void)jpeg_read_header(c, TRUE);
	colours(j);
	if (!job->w &&
	    (why = ct_image_begin(job, c->image_width, c->image_height, 8)))
		stop(j, why);
	c->dct_method = JDCT_ISLOW;
	c->do_fancy_upsampling = TRUE;
	(void)jpeg_start_decompress(c);
	channels = c->output_components;
	row = c->mem->alloc_sarray(
	    (j_common_ptr)c, JPOOL_IMAGE, job->w * (uint32_t)channels, 1);
	while (c->output_scanline < c->output_height) {
		(void)jpeg_read_scanlines(c, row, 1);
		if (c->out_color_space == JCS_CMYK)
			cmyk_to_rgb(row[0], job->w, c->saw_Adobe_marker);
		ct_image_row(job, row[0], channels);
	}
	(void)jpeg_finish_decompress(c); /* reads on to the end marker */
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
