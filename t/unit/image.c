/* The limits of a decoder, and that it keeps its word about rows. */
#include "image.h"

#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "prog.h"

#include "../tap.h"

static uint32_t width, height, rows;

static int
size(void *arg, uint32_t w, uint32_t h, uint32_t eighths)
{
	width = w;
	height = h;
	rows = 0;
	if (eighths != 8)
		return -1;
	return arg ? -1 : 0; /* whether there is memory */
}

static void
row(void *arg, const uint8_t *pixels, int bytes)
{
	(void)arg;
	(void)pixels;
	(void)bytes;
	rows++;
}

static struct ct_image_sink sink = { .size = size, .row = row };

static enum ct_image_status
decode(const uint8_t *bytes, size_t len, const struct ct_image_limits *limits)
{
	struct ct_image_info info;
	enum ct_image_status status =
	    ct_image_decode(bytes, len, limits, false, &sink, &info);

	if (ct_image_seen(status) &&
	    (rows != info.h || info.w != width || info.h != height))
		return CT_IMAGE_STATUSES;
	return status;
}

static void
load(const char *argv0, const char *name, uint8_t **bytes, size_t *len)
{
	const char *slash = strrchr(argv0, '/');
	int dir = slash ? (int)(slash - argv0) : 1;
	char *path =
	    ct_printf("%.*s/../data/golden/%s", dir, slash ? argv0 : ".", name);
	struct ct_err err;

	if (ct_file_read(path, 1 << 20, bytes, len, &err))
		ct_die_err(&err);
	free(path);
}

/* Every length of a file: never whole but at full length, and a picture only
 * once it is half there. */
static void
cut(const char *name, const uint8_t *bytes, size_t len)
{
	bool whole = decode(bytes, len, &ct_image_limits) == CT_IMAGE_OK;
	size_t n, seen = 0, lost = 0, wrong = 0;
	enum ct_image_status status;
	uint8_t *exact;

	for (n = 0; n < len; n += 1 + len / 500) {
		exact = malloc(n ? n : 1); /* for the sanitizer */
		memcpy(exact, bytes, n);
		status = decode(exact, n, &ct_image_limits);
		free(exact);
		if (status == CT_IMAGE_PARTIAL)
			seen++;
		else if (status == CT_IMAGE_CORRUPT ||
		    status == CT_IMAGE_UNSUPPORTED)
			lost++, wrong += seen > 0;
		else
			wrong++;
	}
	ok(whole && seen && lost && !wrong,
	    "%s: cut %zu times, %zu pictures left", name, seen + lost, seen);
}

int
main(int argc, char *argv[])
{
	struct ct_image_limits limits = ct_image_limits;
	uint8_t *jpeg, *png;
	size_t jlen, plen;

	(void)argc;
	load(argv[0], "g011_lump_512x512_q10_s1_prog.jpg", &jpeg, &jlen);
	load(argv[0], "g_gray4.png", &png, &plen); /* 320 x 240 */
	cut("progressive JPEG", jpeg, jlen);
	cut("PNG", png, plen);

	limits.pixels = 512 * 512;
	ok(decode(jpeg, jlen, &limits) == CT_IMAGE_OK, "as many pixels as may");
	limits.pixels--;
	ok(decode(jpeg, jlen, &limits) == CT_IMAGE_TOO_MANY_PIXELS, "one less");
	limits = ct_image_limits;
	limits.side = 320;
	ok(decode(png, plen, &limits) == CT_IMAGE_OK, "as long a side as may");
	limits.side--;
	ok(decode(png, plen, &limits) == CT_IMAGE_TOO_MANY_PIXELS, "one less");
	limits = ct_image_limits;
	limits.bytes = (uint32_t)jlen;
	ok(decode(jpeg, jlen, &limits) == CT_IMAGE_OK, "as many bytes as may");
	limits.bytes--;
	ok(decode(jpeg, jlen, &limits) == CT_IMAGE_TOO_LARGE, "one less");
	limits = ct_image_limits;
	limits.scans = 3;
	ok(decode(jpeg, jlen, &limits) == CT_IMAGE_TOO_MANY_SCANS, "scans");
	limits = ct_image_limits;
	limits.memory = 200000; /* all coefficients take 786432 */
	ok(decode(jpeg, jlen, &limits) == CT_IMAGE_OUT_OF_MEMORY,
	    "memory of a progressive JPEG");
	limits.memory = 10000;
	ok(decode(png, plen, &limits) == CT_IMAGE_OUT_OF_MEMORY,
	    "memory of a PNG");
	sink.arg = &sink;
	ok(decode(png, plen, &ct_image_limits) == CT_IMAGE_OUT_OF_MEMORY &&
		decode(jpeg, jlen, &ct_image_limits) == CT_IMAGE_OUT_OF_MEMORY,
	    "memory of the one who asks");
	free(jpeg);
	free(png);
	done();
}
