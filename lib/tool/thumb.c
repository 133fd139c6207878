#include "thumb.h"

#include <stdlib.h>
#include <string.h>

/* Where box i of n begins, in so many pixels. */
static uint32_t
bound(uint32_t i, uint32_t n, uint32_t pixels)
{
	return (uint32_t)((uint64_t)i * pixels / n);
}

int
ct_thumb_size(void *arg, uint32_t w, uint32_t h, uint32_t eighths)
{
	struct ct_thumb *t = arg;

	ct_image_fit(w, h, t->most, &t->w, &t->h);
	t->in_w = (w * eighths + 7) / 8;
	t->in_h = (h * eighths + 7) / 8;
	t->pixels = malloc((size_t)t->w * t->h * t->bytes);
	t->sum = calloc((size_t)t->w * t->bytes, sizeof *t->sum);
	return t->pixels && t->sum ? 0 : -1;
}

/* n pixels of in bytes to the sums of one box. */
static void
add(uint64_t *sum, uint32_t bytes, const uint8_t *p, int in, uint32_t n)
{
	uint32_t c[3] = { 0, 0, 0 };

	if (in == 1) {
		for (; n; n--)
			c[0] += *p++;
		c[1] = c[2] = c[0];
	} else {
		for (; n; n--, p += in) {
			c[0] += p[0];
			c[1] += p[1];
			c[2] += p[2];
		}
	}
	if (bytes == 3) {
		sum[0] += c[0];
		sum[1] += c[1];
		sum[2] += c[2];
	} else {
		*sum += ((uint64_t)c[0] * 299 + (uint64_t)c[1] * 587 +
			    (uint64_t)c[2] * 114 + 500) /
		    1000;
	}
}

/* A row of boxes is whole: its averages. */
static void
finish(struct ct_thumb *t)
{
	uint32_t high =
	    bound(t->done + 1, t->h, t->in_h) - bound(t->done, t->h, t->in_h);
	uint8_t *to = t->pixels + (size_t)t->done * t->w * t->bytes;
	uint64_t *sum = t->sum, n;
	uint32_t i, c;

	for (i = 0; i < t->w; i++) {
		n = bound(i + 1, t->w, t->in_w) - bound(i, t->w, t->in_w);
		n *= high;
		for (c = 0; c < t->bytes; c++)
			*to++ = (uint8_t)((*sum++ + n / 2) / n);
	}
	memset(t->sum, 0, (size_t)t->w * t->bytes * sizeof *t->sum);
	t->done++;
}

void
ct_thumb_row(void *arg, const uint8_t *row, int bytes)
{
	struct ct_thumb *t = arg;
	uint32_t i, x = 0, end;

	for (i = 0; i < t->w; i++, x = end) {
		end = bound(i + 1, t->w, t->in_w);
		add(t->sum + (size_t)i * t->bytes, t->bytes,
		    row + (size_t)x * (size_t)bytes, bytes, end - x);
	}
	if (++t->rows == bound(t->done + 1, t->h, t->in_h))
		finish(t);
}

void
ct_thumb_end(struct ct_thumb *t)
{
	free(t->sum);
	t->sum = NULL;
}

int
ct_thumb_turn(struct ct_thumb *t, uint32_t turn)
{
	const bool rows = turn >= 5;
	uint32_t w = rows ? t->h : t->w, h = rows ? t->w : t->h, i, k, x, y;
	uint8_t *all, *to;

	if (turn <= 1)
		return 0;
	if (!(all = to = malloc((size_t)w * h * t->bytes)))
		return -1;
	for (k = 0; k < h; k++)
		for (i = 0; i < w; i++, to += t->bytes) {
			x = i;
			y = k;
			ct_image_upright(turn, t->w, t->h, &x, &y);
			memcpy(to,
			    t->pixels + ((size_t)y * t->w + x) * t->bytes,
			    t->bytes);
		}
	free(t->pixels);
	t->pixels = all;
	t->w = w;
	t->h = h;
	return 0;
}
