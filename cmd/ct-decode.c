/* ct-decode - decode pictures for another program of ours; see decode_wire.h */
#include <stdlib.h>
#include <string.h>

#include "decode_serve.h"
#include "image.h"
#include "os.h"
#include "pdq.h"
#include "prog.h"
#include "thumb.h"

static const char usage[] =
    "usage: ct-decode [-hV]\n"
    "Decodes pictures for ct-hash and ct-review, which start it.  Not for use\n"
    "by hand.\n"
    "  -h, --help     print this and exit\n"
    "  -V, --version  print the version and exit\n";

struct hash {
	enum ct_pdq_method method;
	struct ct_pdq pdq;
	void *work;
};

static size_t most; /* memory in use at the first row of a picture, */
static bool begun;  /* which has come */

/* By now a decoder has all that it will take. */
static void
first_row(void)
{
	size_t used;

	if (!begun && (used = ct_os_heap_used()) > most)
		most = used;
	begun = true;
}

static int
size(void *arg, uint32_t w, uint32_t h, uint32_t eighths)
{
	struct hash *hash = arg;
	struct ct_pdq_shape shape = {
		.method = hash->method, .w = w, .h = h, .eighths = eighths
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

	first_row();
	ct_pdq_row(&hash->pdq, (enum ct_pdq_pixel)bytes, pixels);
}

static void
thumb_row(void *arg, const uint8_t *pixels, int bytes)
{
	first_row();
	ct_thumb_row(arg, pixels, bytes);
}

static struct ct_image_limits
limits_of(const struct ct_wire_ask *ask)
{
	return (struct ct_image_limits){ .bytes = ask->len,
		.pixels = ask->pixels,
		.side = ask->side,
		.scans = ask->scans,
		.memory = ask->memory };
}

/* What both say of a picture. */
static void
tell(const struct ct_image_info *info, struct ct_wire_answer *a)
{
	a->w = info->w;
	a->h = info->h;
	a->frames = info->frames;
	a->trailing = info->trailing;
}

/* One picture by this method, into a. */
static void
by(enum ct_pdq_method method, const struct ct_wire_ask *ask,
    const uint8_t *bytes, struct ct_wire_answer *a, bool *sure)
{
	const struct ct_image_limits limits = limits_of(ask);
	struct hash hash = { .method = method };
	struct ct_image_sink sink = { .size = size, .row = row, .arg = &hash };
	struct ct_image_info info;

	begun = false;
	memset(a, 0, sizeof *a);
	a->seq = ask->seq;
	a->kind = ct_image_kind(bytes, ask->len);
	a->status = ct_image_decode(
	    bytes, ask->len, &limits, method == CT_PDQ_FAST, &sink, &info);
	*sure = true;
	if (ct_image_seen((enum ct_image_status)a->status)) {
		tell(&info, a);
		a->method =
		    method == CT_PDQ_FAST && !info.luma ? CT_PDQ_TENT : method;
		a->quality = (uint32_t)ct_pdq_end(&hash.pdq, a->hash[0]);
		*sure = ask->turns ? ct_pdq_sure_turned(&hash.pdq)
				   : ct_pdq_sure(&hash.pdq);
		if (ask->turns)
			ct_pdq_turns(&hash.pdq, a->hash);
	}
	free(hash.work);
}

/* The picture itself, shrunk and upright. */
static void
shrink(const struct ct_wire_ask *ask, const uint8_t *bytes,
    struct ct_wire_answer *a, uint8_t **pixels)
{
	const struct ct_image_limits limits = limits_of(ask);
	struct ct_thumb t = { .most = ask->thumb, .bytes = ask->bytes };
	struct ct_image_sink sink = {
		.size = ct_thumb_size, .row = thumb_row, .arg = &t
	};
	struct ct_image_info info;
	bool luma = t.bytes == 1 && t.most <= CT_THUMB_LUMA;

	begun = false;
	a->kind = ct_image_kind(bytes, ask->len);
	a->status =
	    ct_image_decode(bytes, ask->len, &limits, luma, &sink, &info);
	ct_thumb_end(&t);
	if (ct_image_seen((enum ct_image_status)a->status) &&
	    ct_thumb_turn(&t, ct_image_turn(bytes, ask->len)))
		a->status = CT_IMAGE_OUT_OF_MEMORY;
	if (!ct_image_seen((enum ct_image_status)a->status)) {
		free(t.pixels);
		return;
	}
	tell(&info, a);
	a->thumb_w = t.w;
	a->thumb_h = t.h;
	*pixels = t.pixels;
}

/* A child that had half the memory for a picture goes, and gives it back. */
static bool
decode(const struct ct_wire_ask *ask, const uint8_t *bytes,
    struct ct_wire_answer *a, uint8_t **pixels)
{
	bool sure;

	most = 0;
	if (ask->thumb) {
		shrink(ask, bytes, a, pixels);
		return most <= ask->memory / 2;
	}
	by((enum ct_pdq_method)ask->method, ask, bytes, a, &sure);
	if (!sure)
		by(CT_PDQ_EXACT, ask, bytes, a, &sure);
	return most <= ask->memory / 2;
}

/* Hash a grey picture by each method: what pdq does but once may take system
 * calls, which children have not.  Tells the kernel. */
static const char *
warm_up(void)
{
	static const uint8_t grey[64];
	struct hash hash = { .method = CT_PDQ_TENT };
	uint8_t all[CT_PDQ_TURNS][CT_PDQ_LEN];
	int y;

	begun = true;
	for (; hash.method < CT_PDQ_METHODS; hash.method++) {
		if (size(&hash, sizeof grey, sizeof grey, 8))
			ct_die(CT_OSERR, "out of memory");
		for (y = 0; y < (int)sizeof grey; y++)
			row(&hash, grey, CT_PDQ_GREY);
		(void)ct_pdq_end(&hash.pdq, all[0]);
		ct_pdq_turns(&hash.pdq, all);
		free(hash.work);
	}
	return ct_pdq_kernel();
}

int
main(int argc, char *argv[])
{
	ct_start("ct-decode");
	if (argc == 2 &&
	    (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0))
		return ct_help(usage);
	if (argc == 2 &&
	    (strcmp(argv[1], "-V") == 0 || strcmp(argv[1], "--version") == 0))
		return ct_version(NULL);
	if (argc == 1)
		(void)ct_decode_serve(decode, warm_up());
	ct_usage(usage);
}
