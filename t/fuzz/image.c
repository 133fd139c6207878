/* Any bytes as a picture: no crash, no leak, every row of what is seen, and
 * of the rest none too many. */
#include "image.h"

#include <stdlib.h>
#include <string.h>

#include "pdq.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct hash {
	struct ct_pdq pdq;
	void *work;
	uint32_t w, h, rows;
};

static int
size(void *arg, uint32_t w, uint32_t h)
{
	struct hash *hash = arg;

	hash->w = w;
	hash->h = h;
	hash->work = malloc(ct_pdq_need(w, h));
	if (!hash->work)
		return -1;
	ct_pdq_start(&hash->pdq, w, h, hash->work);
	return 0;
}

static void
row(void *arg, const float *luma)
{
	struct hash *hash = arg;
	uint32_t x;

	for (x = 0; x < hash->w; x++)
		if (!(luma[x] >= 0 && luma[x] <= 255.001F))
			abort();
	if (++hash->rows > hash->h)
		abort();
	ct_pdq_row(&hash->pdq, luma);
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
	uint32_t w, h;
	int q;

	status = ct_image_decode(data, len, &limits, &sink, &w, &h);
	if (status >= CT_IMAGE_STATUSES || !ct_image_status(status))
		abort();
	if (ct_image_seen(status)) {
		if (hash.rows != h || hash.w != w || hash.h != h)
			abort();
		q = ct_pdq_end(&hash.pdq, out);
		if (q < 0 || q > 100)
			abort();
	}
	free(hash.work);
	return 0;
}
