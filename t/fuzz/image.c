/* Any bytes as a picture, whole and as brightness alone, hashed and shrunk: no
 * crash, no leak, every row of what is seen, and of the rest none too many. */
#include "image.h"

#include <stdlib.h>
#include <string.h>

#include "pdq.h"
#include "thumb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct hash {
	enum ct_pdq_method method;
	struct ct_pdq pdq;
	void *work;
	uint32_t w, h, rows, down;
};

static int
size(void *arg, uint32_t w, uint32_t h, uint32_t eighths)
{
	struct hash *hash = arg;
	struct ct_pdq_shape shape = {
		.method = hash->method, .w = w, .h = h, .eighths = eighths
	};

	hash->w = w;
	hash->h = h;
	hash->down = (h * eighths + 7) / 8;
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

	if (++hash->rows > hash->down)
		abort();
	ct_pdq_row(&hash->pdq, (enum ct_pdq_pixel)bytes, pixels);
}

static const struct ct_image_limits limits = { .bytes = 1 << 20,
	.pixels = 1 << 20,
	.side = 4096,
	.scans = 10,
	.memory = 16 << 20 };

/* As pixels: returns the outcome. */
static enum ct_image_status
shrink(const uint8_t *data, size_t len, uint32_t most, uint32_t bytes)
{
	struct ct_thumb t = { .most = most, .bytes = bytes };
	struct ct_image_sink sink = {
		.size = ct_thumb_size, .row = ct_thumb_row, .arg = &t
	};
	struct ct_image_info info;
	enum ct_image_status status =
	    ct_image_decode(data, len, &limits, bytes == 1, &sink, &info);

	if (ct_image_seen(status) &&
	    (t.done != t.h || t.rows != t.in_h ||
		ct_thumb_turn(&t, ct_image_turn(data, len))))
		abort();
	ct_thumb_end(&t);
	free(t.pixels);
	return status;
}

/* Decode by this method; returns the outcome. */
static enum ct_image_status
decode(const uint8_t *data, size_t len, enum ct_pdq_method method)
{
	struct hash hash = { .method = method };
	struct ct_image_sink sink = { .size = size, .row = row, .arg = &hash };
	enum ct_image_status status;
	uint8_t out[32];
	struct ct_image_info info;
	int q;

	status = ct_image_decode(
	    data, len, &limits, method == CT_PDQ_FAST, &sink, &info);
	if (status >= CT_IMAGE_STATUSES || !ct_image_status(status))
		abort();
	if (ct_image_seen(status)) {
		if (hash.rows != hash.down || hash.w != info.w ||
		    hash.h != info.h || info.frames == 0 || info.frames > len ||
		    info.trailing >= len)
			abort();
		q = ct_pdq_end(&hash.pdq, out);
		if (q < 0 || q > 100)
			abort();
	}
	free(hash.work);
	return status;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	enum ct_image_status whole = decode(data, len, CT_PDQ_TENT);
	enum ct_image_status luma = decode(data, len, CT_PDQ_FAST);

	/* what only one of them may have run out of, or refuse */
	if (ct_image_seen(whole) != ct_image_seen(luma) &&
	    whole != CT_IMAGE_OUT_OF_MEMORY && luma != CT_IMAGE_OUT_OF_MEMORY)
		abort();
	if (shrink(data, len, 16, 1) != luma ||
	    shrink(data, len, 1600, 3) != whole)
		abort();
	return 0;
}
