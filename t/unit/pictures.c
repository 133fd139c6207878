/*
 * Pictures of the rarer kinds, through ct-decode-video: within 10 bits and 2 of
 * quality of the same picture as PNG.  BMP, TIFF and GIF are written here,
 * those of other kinds are made from whole.png by their own tools
 * (t/data/golden).
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <png.h>

#include "file.h"
#include "ham.h"
#include "image.h"
#include "video.h"

#include "../rare.h"
#include "../tap.h"

#define DIR "t/data/golden/pictures/"

static struct ct_err err;
static struct ct_video_how how;
static struct ct_video_decoder *decoder;
/* ---- what it is compared with ---------------------------------------------
 */

static struct ct_pdq pdq;
static void *work;

static int
size(void *arg, uint32_t pw, uint32_t ph, uint32_t eighths)
{
	const struct ct_pdq_shape shape = {
		.method = CT_PDQ_TENT, .w = pw, .h = ph, .eighths = eighths
	};

	(void)arg;
	work = malloc(ct_pdq_need(&shape));
	ct_pdq_start(&pdq, &shape, work);
	return 0;
}

static void
row(void *arg, const uint8_t *pixels, int bytes)
{
	(void)arg;
	ct_pdq_row(&pdq, (enum ct_pdq_pixel)bytes, pixels);
}

/* PDQ of it as PNG, by what ct-decode decodes with; its quality. */
static int
as_png(enum colours c, uint8_t hash[CT_PDQ_LEN])
{
	const struct ct_image_sink sink = { .size = size, .row = row };
	png_image image = { .version = PNG_IMAGE_VERSION,
		.width = w,
		.height = h,
		.format = PNG_FORMAT_RGB };
	struct ct_image_info info;
	uint8_t *pixels = malloc((size_t)w * h * 3), *to = pixels;
	png_alloc_size_t len = sizeof out;
	uint32_t x, y;
	int q = -1;

	for (y = 0; y < h; y++)
		for (x = 0; x < w; x++, to += 3)
			shade(c, x, y, to);
	if (png_image_write_to_memory(&image, out, &len, 0, pixels, 0, NULL) &&
	    ct_image_decode(out, len, &ct_image_limits, false, &sink, &info) ==
		CT_IMAGE_OK)
		q = ct_pdq_end(&pdq, hash);
	free(work);
	free(pixels);
	return q;
}

static int
video(struct ct_video *v)
{
	int fd = memfd_create("picture", MFD_CLOEXEC), rc;

	if (fd < 0 || ct_write_full(fd, out, n))
		printf("Bail out! no memory file\n");
	rc = ct_video_hash(decoder, fd, &how, v, &err);
	(void)close(fd);
	return rc;
}

/* What is in out: is it the picture, in those colours? */
static void
same(enum colours c, const char *name)
{
	struct ct_video v;
	uint8_t want[CT_PDQ_LEN];
	int rc = video(&v), q = as_png(c, want);
	const struct ct_vpdq_frame *f = v.vpdq.n ? &v.vpdq.frame[0] : NULL;

	ok(rc == 0 && v.status == CT_IMAGE_OK && v.still && f && v.w == w &&
		v.h == h && ct_ham(f->hash, want) <= 10 &&
		abs(f->quality - q) <= 2 && q >= 50,
	    "%s: %s, %d bits, quality %d and %d", name,
	    ct_image_status(v.status), f ? ct_ham(f->hash, want) : -1,
	    f ? f->quality : -1, q);
	ct_video_free(&v);
}

/* ---- the tests -------------------------------------------------------------
 */

static void
moving(void)
{
	struct ct_video v;
	uint8_t want[CT_PDQ_LEN];
	int fd = memfd_create("gif", MFD_CLOEXEC), q;

	gif(false, 4);
	ok(fd >= 0 && ct_write_full(fd, out, n) == 0 &&
		ct_video_hash(decoder, fd, &how, &v, &err) == 0 &&
		v.status == CT_IMAGE_OK && v.picture && !v.still &&
		v.vpdq.n == 4,
	    "GIF that moves: %s, %zu frames", ct_image_status(v.status),
	    v.vpdq.n);
	q = as_png(CUBE, want);
	ok(v.vpdq.n == 4 && v.vpdq.frame[1].ms == 100 &&
		v.vpdq.frame[2].ms == 300 && v.vpdq.frame[3].ms == 600,
	    "and its times");
	ok(v.vpdq.n == 4 && ct_ham(v.vpdq.frame[0].hash, want) <= 10 &&
		abs(v.vpdq.frame[0].quality - q) <= 2 &&
		ct_ham(v.vpdq.frame[1].hash, want) > 60,
	    "its first is the picture, the second is not");
	ct_video_free(&v);
	(void)close(fd);
}

/* One of another's making. */
static void
golden(const char *name, uint32_t turn)
{
	char path[128];
	struct ct_video v;
	uint8_t want[CT_PDQ_LEN];
	int fd, q = as_png(RGB, want);

	(void)snprintf(path, sizeof path, DIR "%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ok(ct_video_hash(decoder, fd, &how, &v, &err) == 0 &&
		v.status == CT_IMAGE_OK && v.still && v.turn == turn &&
		v.w == w && v.h == h && v.vpdq.n == 1 &&
		ct_ham(v.vpdq.frame[0].hash, want) <= 10 &&
		abs(v.vpdq.frame[0].quality - q) <= 2,
	    "%s: %s %s, %d bits", name, ct_image_status(v.status), v.codec,
	    v.vpdq.n ? ct_ham(v.vpdq.frame[0].hash, want) : -1);
	ct_video_free(&v);
	(void)close(fd);
}

/* It claims to be of that size, and may even have the bytes. */
static void
too_large(void)
{
	struct ct_video v;
	uint32_t real_w = w, real_h = h;

	w = h = 16384;
	bmp_head(24, 0, 0, false);
	n += 10000;
	bmp_end();
	ok(video(&v) == 0 && v.status == CT_IMAGE_TOO_MANY_PIXELS,
	    "16384 x 16384: %s", ct_image_status(v.status));
	ct_video_free(&v);
	w = 30001;
	h = 1;
	bmp_head(24, 0, 0, false);
	n += 100000;
	bmp_end();
	ok(video(&v) == 0 && v.status == CT_IMAGE_TOO_MANY_PIXELS,
	    "30001 x 1: %s", ct_image_status(v.status));
	ct_video_free(&v);
	w = h = 1;
	bmp(24, false);
	ok(video(&v) == 0 && v.status == CT_IMAGE_OK && v.still &&
		v.vpdq.frame[0].quality == 0,
	    "1 x 1: %s", ct_image_status(v.status));
	ct_video_free(&v);
	w = real_w;
	h = real_h;
}

static void
written(void)
{
	bmp(24, false);
	same(RGB, "BMP, 24 bits");
	bmp(24, false);
	memcpy(out + 6, "\1\2\3\4", 4);
	same(RGB, "BMP, something in reserve");
	bmp(24, true);
	same(RGB, "BMP, top row first");
	bmp(32, false);
	same(RGB, "BMP, 32 bits");
	bmp(16, false);
	same(RGB, "BMP, 16 bits");
	bmp(8, false);
	same(CUBE, "BMP, 8 bits");
	bmp(4, false);
	same(SIXTEEN, "BMP, 4 bits");
	bmp(1, false);
	same(TWO, "BMP, 1 bit");
	bmp_runs();
	same(CUBE, "BMP, runs");
	tiff(&(struct tiff){ .c = RGB });
	same(RGB, "TIFF");
	tiff(&(struct tiff){ .c = RGB, .big = true });
	same(RGB, "TIFF, highest byte first");
	tiff(&(struct tiff){ .c = RGB, .packed = true, .strips = true });
	same(RGB, "TIFF, packed, strips");
	tiff(&(struct tiff){ .c = RGB, .deep = true });
	same(RGB, "TIFF, 16 bits");
	tiff(&(struct tiff){ .c = GRAY });
	same(GRAY, "TIFF, grey");
	tiff(&(struct tiff){ .c = GRAY, .white = true });
	same(GRAY, "TIFF, grey, 0 is white");
	tiff(&(struct tiff){ .c = CUBE });
	same(CUBE, "TIFF, palette");
	tiff(&(struct tiff){ .c = TWO });
	same(TWO, "TIFF, 1 bit");
	gif(false, 1);
	same(CUBE, "GIF");
	gif(true, 1);
	same(CUBE, "GIF, interlaced");
}

int
main(void)
{
	png_image image = { .version = PNG_IMAGE_VERSION };

	char *program = realpath("ct-decode-video", NULL);

	if (!program) {
		printf("1..0 # SKIP built with VIDEO=0\n");
		return 0;
	}
	if (!png_image_begin_read_from_file(&image, DIR "whole.png"))
		printf("Bail out! no picture\n");
	image.format = PNG_FORMAT_RGB;
	w = image.width;
	h = image.height;
	rgb = malloc(PNG_IMAGE_SIZE(image));
	(void)png_image_finish_read(&image, NULL, rgb, 0, NULL);
	how = ct_video_how;
	decoder = ct_video_open(program);
	how.rate = 0;
	written();
	moving();
	golden("one.avif", 0);
	golden("alpha.avif", 0);
	golden("one.heic", 0);
	golden("444.heic", 0);
	golden("grid.heic", 270);
	golden("one.jxl", 0);
	golden("box.jxl", 0);
	golden("one.jp2", 0);
	too_large();
	free(rgb);
	ct_video_close(decoder);
	free(program);
	done();
}
