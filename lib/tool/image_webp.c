/*
 * image_webp.c - WebP over libwebp; its container is read here
 *
 * A picture is a chunk "VP8 " (lossy) or "VP8L" (lossless), in the file or in
 * a frame of it (ANMF).  Transparency of a lossy one is a chunk beside it
 * (ALPH) and never looked at.  What the container says of its contents may be
 * wrong; what is there counts.
 * developers.google.com/speed/webp/docs/riff_container
 */
#include <webp/decode.h>

#include <stdlib.h>
#include <string.h>

#include "image_job.h"
#include "number.h"

#define CHUNK ((size_t)8)   /* bytes before its contents: name and size */
#define RIFF ((size_t)12)   /* before the first chunk */
#define FRAME ((size_t)16)  /* of ANMF before its chunks */
#define CANVAS ((size_t)10) /* of VP8X */

struct webp {
	struct ct_image_job *job;
	const uint8_t *picture; /* the first one's chunk, or NULL */
	size_t len;             /* as much of it as there is */
	uint32_t pictures;
	uint32_t canvas_w, canvas_h; /* 0: as the picture */
	uint32_t said_w, said_h;     /* of the first picture; 0: nothing */
	uint32_t x, y, w, h;         /* where it lies, and is */
	bool damaged;
	uint8_t *rgba; /* the picture */
	uint8_t *row;  /* of the canvas */
};

static uint32_t
number(const uint8_t *p, int bytes)
{
	return (uint32_t)ct_little(p, bytes);
}

static bool
is(const uint8_t *chunk, const char *name)
{
	return memcmp(chunk, name, 4) == 0;
}

/* ---- the container --------------------------------------------------------
 */

/* One chunk, of which len bytes are there, its name and size included. */
static void
look(struct webp *w, const uint8_t *p, size_t len)
{
	if (w->picture) {
		w->pictures += is(p, "VP8 ") || is(p, "VP8L");
	} else if (is(p, "VP8X") && len >= CHUNK + CANVAS) {
		w->canvas_w = w->said_w = number(p + CHUNK + 4, 3) + 1;
		w->canvas_h = w->said_h = number(p + CHUNK + 7, 3) + 1;
	} else if (is(p, "ANMF") && len >= CHUNK + FRAME) {
		w->x = number(p + CHUNK, 3) * 2;
		w->y = number(p + CHUNK + 3, 3) * 2;
		w->said_w = number(p + CHUNK + 6, 3) + 1;
		w->said_h = number(p + CHUNK + 9, 3) + 1;
	} else if (is(p, "VP8 ") || is(p, "VP8L")) {
		w->pictures = 1;
		w->picture = p;
		w->len = len;
	}
}

/*
 * All that begin from byte at on and before end; those of a frame as if they
 * followed its head.  Returns where the last one ends, which may be past end.
 * The byte that makes a length even may be missing at the end.
 */
static size_t
chunks(struct webp *w, size_t at, size_t end)
{
	size_t len = w->job->len, left, size;
	const uint8_t *p;

	while (at < end && len - at >= CHUNK) {
		p = w->job->bytes + at;
		left = len - at - CHUNK;
		size = number(p + 4, 4);
		if (is(p, "ANMF") && left >= FRAME)
			size = FRAME;
		if (size > left) {
			size = left;
			w->damaged = true;
		}
		look(w, p, CHUNK + size);
		at += CHUNK + size;
		if (size % 2 && at < len)
			at++;
	}
	return at;
}

/* Find the first picture; what is cut, or not as it says, is damage. */
static void
container(struct webp *w)
{
	size_t len = w->job->len, end, said;

	said = CHUNK + number(w->job->bytes + 4, 4);
	end = chunks(w, RIFF, said < len ? said : len);
	if (end > said + said % 2 || said > len + len % 2)
		w->damaged = true;
	if (!w->picture && end < len) {
		end = chunks(w, end, len);
		w->damaged = true;
	}
	if (end < said)
		end = said;
	if (end < len)
		w->job->info.trailing = (uint32_t)(len - end);
	if (w->pictures > 1)
		w->job->info.frames = w->pictures;
}

/* ---- the picture ----------------------------------------------------------
 */

/* Its size and place.  One that is not as the container says, or does not
 * fit, is damaged and stands alone. */
static enum ct_image_status
measure(struct webp *w)
{
	WebPBitstreamFeatures f;

	if (!w->picture ||
	    WebPGetFeatures(w->picture, w->len, &f) != VP8_STATUS_OK)
		return CT_IMAGE_CORRUPT;
	w->w = (uint32_t)f.width;
	w->h = (uint32_t)f.height;
	if ((w->said_w && (w->w != w->said_w || w->h != w->said_h)) ||
	    (w->canvas_w &&
		(w->x + w->w > w->canvas_w || w->y + w->h > w->canvas_h))) {
		w->damaged = true;
		w->canvas_w = 0;
	}
	if (!w->canvas_w) {
		w->x = w->y = 0;
		w->canvas_w = w->w;
		w->canvas_h = w->h;
	}
	return CT_IMAGE_OK;
}

/*
 * Before 1.4, libwebp frees what it finds on its stack if it cannot have 512
 * bytes for a table (its commit 95b79293).  They are had one at a time: leave
 * some where malloc looks first, more than others of that size can be taken.
 */
static bool
spare(void)
{
	void *volatile table[7];
	bool all = true;
	size_t i;

	for (i = 0; i < 7; i++)
		all &= (table[i] = malloc(512)) != NULL;
	for (i = 0; i < 7; i++)
		free(table[i]);
	return all;
}

/* As much of it as is there, into rgba; *rows are right. */
static VP8StatusCode
decode(struct webp *w, uint32_t *rows)
{
	WebPDecoderConfig config;
	WebPIDecoder *decoder = NULL;
	VP8StatusCode code;
	int last = 0;

	*rows = 0;
	if (WebPInitDecoderConfig(&config)) {
		config.output.colorspace = MODE_RGBA;
		config.output.is_external_memory = 1;
		config.output.u.RGBA.rgba = w->rgba;
		config.output.u.RGBA.stride = (int)w->w * 4;
		config.output.u.RGBA.size = (size_t)w->w * w->h * 4;
		decoder = WebPIDecode(NULL, 0, &config);
	}
	if (!decoder)
		return VP8_STATUS_OUT_OF_MEMORY;
	code = WebPIUpdate(decoder, w->picture, w->len);
	if (WebPIDecGetRGB(decoder, &last, NULL, NULL, NULL) && last > 0)
		*rows = (uint32_t)last;
	WebPIDelete(decoder);
	return code;
}

/* Rows of the canvas, black around the picture, as far as it is there. */
static void
send(struct webp *w, uint32_t rows)
{
	struct ct_image_job *job = w->job;
	uint32_t y;

	if (rows == w->h)
		rows = job->h - w->y; /* and all below it */
	for (y = 0; y < w->y + rows; y++) {
		if (y < w->y || y >= w->y + w->h)
			memset(w->row, 0, (size_t)job->w * 4);
		else
			memcpy(w->row + (size_t)w->x * 4,
			    w->rgba + (size_t)(y - w->y) * w->w * 4,
			    (size_t)w->w * 4);
		ct_image_row(job, w->row, 4);
	}
}

static enum ct_image_status
picture(struct webp *w)
{
	struct ct_image_job *job = w->job;
	uint64_t pixels = (uint64_t)w->w * w->h;
	VP8StatusCode code;
	uint32_t rows;

	/* libwebp holds all of a lossless picture besides */
	if (pixels * (is(w->picture, "VP8L") ? 8 : 4) > job->limits->memory)
		return CT_IMAGE_OUT_OF_MEMORY;
	w->rgba = malloc((size_t)pixels * 4);
	w->row = calloc(job->w, 4);
	if (!w->rgba || !w->row || !spare())
		return CT_IMAGE_OUT_OF_MEMORY;
	code = decode(w, &rows);
	if (code == VP8_STATUS_OUT_OF_MEMORY)
		return CT_IMAGE_OUT_OF_MEMORY;
	if (code == VP8_STATUS_UNSUPPORTED_FEATURE)
		return CT_IMAGE_UNSUPPORTED;
	if (code != VP8_STATUS_OK)
		w->damaged = true;
	if (rows < w->h - rows)
		return CT_IMAGE_CORRUPT;
	send(w, rows);
	return ct_image_end(job, job->rows, w->damaged);
}

enum ct_image_status
ct_image_webp(struct ct_image_job *job)
{
	struct webp w = { .job = job };
	enum ct_image_status status;

	container(&w);
	status = measure(&w);
	if (!status)
		status = ct_image_begin(job, w.canvas_w, w.canvas_h, 8);
	if (!status)
		status = picture(&w);
	if (status == CT_IMAGE_OK && w.pictures > 1)
		status = CT_IMAGE_TOO_MANY_FRAMES;
	free(w.row);
	free(w.rgba);
	return status;
}
