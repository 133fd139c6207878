/*
 * What isolation costs: pictures decoded and hashed in this process, and by
 * children of it as ct-decode makes them, by the same function.
 *
 * Prints NAME VALUE UNIT a line: CPU time a picture, the least of some rounds
 * taken in turn, and what the children cost above that.
 */
#include <stdio.h>

#include <jpeglib.h>

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>

#include "decode.h"
#include "decode_serve.h"
#include "image.h"
#include "os.h"
#include "pdq.h"
#include "prog.h"

/* ---- one picture ---------------------------------------------------------
 */

struct hash {
	struct ct_pdq pdq;
	void *work;
};

static int
size(void *arg, uint32_t w, uint32_t h, uint32_t eighths)
{
	struct hash *hash = arg;
	struct ct_pdq_shape shape = {
		.method = CT_PDQ_TENT, .w = w, .h = h, .eighths = eighths
	};

	hash->work = malloc(ct_pdq_need(&shape));
	if (!hash->work)
		return -1;
	ct_pdq_start(&hash->pdq, &shape, hash->work);
	return 0;
}

static void
row(void *arg, const uint8_t *pixels, int bytes)
{
	struct hash *hash = arg;

	ct_pdq_row(&hash->pdq, (enum ct_pdq_pixel)bytes, pixels);
}

static bool
picture(const struct ct_wire_ask *ask, const uint8_t *bytes,
    struct ct_wire_answer *a, uint8_t **pixels)
{
	struct hash hash = { .work = NULL };
	struct ct_image_sink sink = { .size = size, .row = row, .arg = &hash };
	struct ct_image_info info;

	(void)pixels;
	a->kind = ct_image_kind(bytes, ask->len);
	a->status = ct_image_decode(
	    bytes, ask->len, &ct_image_limits, false, &sink, &info);
	if (a->status == CT_IMAGE_OK) {
		a->w = info.w;
		a->h = info.h;
		a->frames = info.frames;
		a->method = CT_PDQ_TENT;
		a->quality = (uint32_t)ct_pdq_end(&hash.pdq, a->hash[0]);
	}
	free(hash.work);
	return true;
}

/* A JPEG of w x h, quality 85, 4:2:0: waves under some noise. */
static uint8_t *
draw(uint32_t w, uint32_t h, unsigned long *len)
{
	struct jpeg_compress_struct c;
	struct jpeg_error_mgr err;
	uint8_t *line = ct_alloc(w, 3), *jpeg = NULL, *rows[] = { line };
	uint32_t x, y, noise = 1;

	c.err = jpeg_std_error(&err);
	jpeg_create_compress(&c);
	jpeg_mem_dest(&c, &jpeg, len);
	c.image_width = w;
	c.image_height = h;
	c.input_components = 3;
	c.in_color_space = JCS_RGB;
	jpeg_set_defaults(&c);
	jpeg_set_quality(&c, 85, TRUE);
	jpeg_start_compress(&c, TRUE);
	for (y = 0; y < h; y++) {
		for (x = 0; x < w; x++) {
			noise = noise * 1664525 + 1013904223;
			line[3 * x] = (uint8_t)(x * 300 / w + (noise >> 28));
			line[3 * x + 1] = (uint8_t)(y * 400 / h);
			line[3 * x + 2] = (uint8_t)((x + y) / 2);
		}
		(void)jpeg_write_scanlines(&c, rows, 1);
	}
	jpeg_finish_compress(&c);
	jpeg_destroy_compress(&c);
	free(line);
	return jpeg;
}

/* ---- the two ways ---------------------------------------------------------
 * Time is CPU time, ours and that of all processes made for it.
 */

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double
spent(void)
{
	struct rusage us, them;

	(void)getrusage(RUSAGE_SELF, &us);
	(void)getrusage(RUSAGE_CHILDREN, &them);
	return seconds(us.ru_utime) + seconds(us.ru_stime) +
	    seconds(them.ru_utime) + seconds(them.ru_stime);
}

static double
here(const uint8_t *jpeg, size_t len, int n)
{
	struct ct_wire_ask ask = { .len = (uint32_t)len };
	uint8_t *copy = ct_alloc(len, 1);
	double since = spent();
	struct ct_wire_answer a;
	uint8_t *none = NULL;

	while (n--) {
		memset(&a, 0, sizeof a);
		memcpy(copy, jpeg, len);
		(void)picture(&ask, copy, &a, &none);
		if (a.status != CT_IMAGE_OK)
			ct_die(CT_SOFTWARE, "not decoded");
	}
	free(copy);
	return spent() - since;
}

static void
serve(struct ct_decode *d, const uint8_t *jpeg, size_t len, int n)
{
	struct ct_err err;
	struct ct_decoded res;
	int sent = 0, got;
	uint8_t *room;

	for (got = 0; got < n; got++) {
		for (; sent < n && (room = ct_decode_room(d)); sent++) {
			memcpy(room, jpeg, len);
			if (ct_decode_send(d, len, &err))
				ct_die_err(&err);
		}
		if (ct_decode_wait(d, &res, &err))
			ct_die_err(&err);
		if (res.status != CT_IMAGE_OK)
			ct_die(CT_SOFTWARE, "not decoded");
	}
}

/* n is a multiple of batch.  One picture more, which is not counted, for when
 * its child is there the worker has waited for those before it. */
static double
there(const uint8_t *jpeg, size_t len, int n, uint32_t batch)
{
	struct ct_decode_how how = ct_decode_how;
	struct ct_decode *d;
	struct ct_err err;
	double since = spent();

	how.program = "/proc/self/exe";
	how.batch = batch;
	if (ct_decode_open(&d, &how, &err))
		ct_die_err(&err);
	serve(d, jpeg, len, n);
	serve(d, jpeg, len, 1);
	ct_decode_close(d);
	return spent() - since;
}

static void
least(double *best, double took)
{
	if (*best <= 0 || took < *best)
		*best = took;
}

static void
compare(uint32_t w, uint32_t h, int n, int rounds)
{
	double in = 0, batch = 0, alone = 0, none = 0;
	unsigned long len = 0;
	uint8_t *jpeg = draw(w, h, &len);
	double us = 1e6 / n;

	while (rounds--) {
		least(&in, here(jpeg, len, n));
		least(&none, there(jpeg, len, 0, 1));
		least(&batch, there(jpeg, len, n, 64));
		least(&alone, there(jpeg, len, n, 1));
	}
	batch -= none; /* a worker is started once a run */
	alone -= none;
	printf("isolation_%ux%u_here %.0f us\n", w, h, in * us);
	printf("isolation_%ux%u_B64 %.0f us\n", w, h, batch * us);
	printf(
	    "isolation_%ux%u_B64_cost %.1f %%\n", w, h, 100 * (batch / in - 1));
	printf("isolation_%ux%u_B1 %.0f us\n", w, h, alone * us);
	printf("isolation_%ux%u_B1_cost %.0f us\n", w, h, (alone - in) * us);
	(void)fflush(stdout);
	free(jpeg);
}

int
main(int argc, char *argv[])
{
	const char *kernel = ct_pdq_kernel(); /* before there are children */

	(void)argv;
	if (argc == 1 && ct_decode_serve(picture, kernel) != CT_USAGE)
		return CT_SOFTWARE;
	ct_start("isolation");
	/* as children have it, so that malloc is not what is compared */
	if (ct_os_heap(ct_image_limits.memory) < 0)
		ct_die(CT_OSERR, "out of memory");
	compare(256, 192, 512, 15);
	compare(640, 480, 256, 9);
	compare(1920, 1080, 64, 9);
	return 0;
}
