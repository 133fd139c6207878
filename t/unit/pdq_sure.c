/* What tent calls sure the exact method gives too, bit for bit. */
#include "pdq.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../tap.h"

#define SIDE 330 /* pixels, at most */

enum kind { PHOTO, NOISE, FLAT, SLOPE, TEXT, BLOCKS, PERIOD, KINDS };

static uint8_t pixels[SIDE * SIDE * 4];

static uint32_t
rnd(void)
{
	static uint32_t x = 88172645;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

static uint8_t
tone(enum kind kind, uint32_t x, uint32_t y, const uint32_t a[6])
{
	switch (kind) {
	case PHOTO: /* waves, and noise of a camera */
		return (uint8_t)(128 + 50 * sinf((float)(a[0] * x) / 900) +
		    40 * cosf((float)(a[1] * y) / 700 + (float)x / 50) +
		    20 * sinf((float)(x * y) / (float)(900 + a[2])) +
		    (float)(rnd() % 25) - 12);
	case NOISE:
		return (uint8_t)rnd();
	case FLAT:
		return (uint8_t)a[3];
	case SLOPE:
		return (uint8_t)(((a[0] & 3) * x + (a[1] & 3) * y) / 8);
	case TEXT:
		return (x / 2 * 7919 ^ y / 9 * 104729) & 64 && y % 13 < 9
		    ? (uint8_t)a[4]
		    : 240;
	case BLOCKS:
		return (uint8_t)((x / 40 * 37 + y / 40 * 91 + 1) * a[5]);
	default:
		return (uint8_t)(x % (2 + a[0] % 9) * 20 + y % (a[1] + 1) * 3);
	}
}

static void
paint(enum kind kind, uint32_t w, uint32_t h)
{
	uint32_t a[6], x, y, c, i;

	for (i = 0; i < 6; i++)
		a[i] = 1 + rnd() % 100;
	for (y = 0; y < h; y++)
		for (x = 0; x < w; x++) {
			a[3] += kind == FLAT ? 0 : 1;
			for (c = 0; c < 4; c++)
				pixels[(y * w + x) * 4 + c] =
				    (uint8_t)(tone(kind, x, y, a) + 9 * c);
		}
}

static int
hash_by(struct ct_pdq *p, enum ct_pdq_method method, uint32_t w, uint32_t h,
    uint8_t hash[8][32])
{
	struct ct_pdq_shape shape = { method, w, h, 8 };
	void *work = malloc(ct_pdq_need(&shape));
	uint32_t y;
	int q;

	ct_pdq_start(p, &shape, work);
	for (y = 0; y < h; y++)
		ct_pdq_row(p, CT_PDQ_RGBX, pixels + (size_t)y * w * 4);
	q = ct_pdq_end(p, hash[0]);
	ct_pdq_turns(p, hash);
	free(work);
	return q;
}

int
main(void)
{
	static struct ct_pdq tent, exact;
	static const char *const name[KINDS] = { "photographs", "noise", "flat",
		"slopes", "text", "blocks", "periods" };
	uint8_t a[8][32], b[8][32];
	int kind, i, q, broken, turned, unsure, other;
	uint32_t w, h;

	for (kind = 0; kind < KINDS; kind++) {
		broken = turned = unsure = other = 0;
		for (i = 0; i < 250; i++) {
			w = 64 + rnd() % (SIDE - 64);
			h = 64 + rnd() % (SIDE - 64);
			paint((enum kind)kind, w, h);
			q = hash_by(&tent, CT_PDQ_TENT, w, h, a);
			q -= hash_by(&exact, CT_PDQ_EXACT, w, h, b);
			unsure += !ct_pdq_sure(&tent);
			other += q || memcmp(a, b, 32) != 0;
			broken +=
			    ct_pdq_sure(&tent) && (q || memcmp(a, b, 32) != 0);
			turned += ct_pdq_sure_turned(&tent) &&
			    (q || memcmp(a, b, sizeof a) != 0);
			if (!ct_pdq_sure(&exact) || !ct_pdq_sure_turned(&exact))
				broken++;
		}
		printf("# %s: %d of 250 differ, %d unsure\n", name[kind], other,
		    unsure);
		ok(broken == 0, "%s: what is sure is exact", name[kind]);
		ok(turned == 0, "%s: so it is turned", name[kind]);
		if (kind == PHOTO)
			ok(unsure < 25, "%s: few are unsure", name[kind]);
		if (kind == FLAT)
			ok(unsure == 250, "%s: none is sure", name[kind]);
	}
	paint(PHOTO, 63, 300);
	(void)hash_by(&tent, CT_PDQ_TENT, 63, 300, a);
	ok(!ct_pdq_sure(&tent), "a side under 64 is never sure");
	(void)hash_by(&tent, CT_PDQ_TENT, 4, 300, a);
	ok(ct_pdq_sure(&tent), "but one under 5, which has no hash");
	(void)hash_by(&tent, CT_PDQ_COMPAT, 63, 300, a);
	ok(ct_pdq_sure(&tent), "and what is made as photo-hasher does");
	done();
}
