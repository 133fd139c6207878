/* Any bytes as a picture: no crash, no leak, every row of what is seen, and
 * of the rest none too many. */
#include "image.h"

#include <stdlib.h>
#include <string.h>

#include "pdq.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct hash {
	enum ct_pdq_method method;
	struct ct_pdq pdq;
	void *work;
	uint32_t w, h, rows;
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

	if (++hash->rows > hash->h)
		abort();
	ct_pdq_row(&hash->pdq, (enum ct_pdq_pixel)bytes, pixels);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct ct_image_limits limits = { .bytes = 1 << 20,
		.pixels = 1 << 20,
		.side = 4096,
		.scans = 10,
		.memory = 16 << 20 };
	struct hash hash = { .work = NULL };
	struct ct_image_sink sink = { .size = size, .row = row, .arg = &hash };
	enum ct_image_status status;
	uint8_t out[32];
	struct ct_image_info info;
	int q;

	status = ct_image_decode(data, len, &limits, false, &sink, &info);
	if (status >= CT_IMAGE_STATUSES || !ct_image_status(status))
		abort();
	if (ct_image_seen(status)) {
		if (hash.rows != info.h || hash.w != info.w || hash.h != info.h)
			abort();
		q = ct_pdq_end(&hash.pdq, out);
		if (q < 0 || q > 100)
			abort();
	}
	free(hash.work);
	return 0;
}
