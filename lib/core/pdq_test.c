/* pdq_test.c - vectors that every kernel must reproduce to the bit */
#include "pdq_kernel.h"

#include <string.h>

#define WORK 24576 /* floats that the largest vector takes */
#define SHORT 8192 /* and those of the short test */
#define WIDE 640   /* pixels */

/*
 * What the scalar kernel makes of the picture below, and the exact method of
 * it what the reference makes: quality and a sum over all 256 frequencies,
 * the steps of quality and the eight hashes.
 */
static const struct vector {
	struct ct_pdq_shape shape;
	enum ct_pdq_pixel pixel;
	int quality;
	uint64_t sum;
} vectors[] = {
	{ { CT_PDQ_TENT, 131, 67, 8 }, CT_PDQ_RGBX, 100, 0x9f8bad50cbe46a2d },
	{ { CT_PDQ_EXACT, 133, 70, 8 }, CT_PDQ_GREY, 100, 0x2e942ee2c8f1f3aa },
	{ { CT_PDQ_EXACT, 64, 64, 8 }, CT_PDQ_RGBX, 68, 0x1021dcb7f28d5c00 },
	{ { CT_PDQ_EXACT, 5, 130, 8 }, CT_PDQ_RGBX, 76, 0x70b7ef2d650b7886 },
	{ { CT_PDQ_EXACT, 200, 401, 8 }, CT_PDQ_RGBX, 100, 0xdd39405610eb2400 },
	{ { CT_PDQ_TENT, 64, 64, 8 }, CT_PDQ_GREY, 100, 0xc374a0e9ea247ac0 },
	{ { CT_PDQ_TENT, 601, 7, 8 }, CT_PDQ_RGBX, 100, 0x49a443817631b522 },
	{ { CT_PDQ_TENT, 63, 640, 8 }, CT_PDQ_GREY, 100, 0x02bd45f2fb991e3e },
	{ { CT_PDQ_TENT, 257, 300, 8 }, CT_PDQ_GREY, 100, 0x748eb5139b676b6d },
	{ { CT_PDQ_TENT, 211, 200, 8 }, CT_PDQ_FILM, 100, 0x7a108452aaa6d226 },
	{ { CT_PDQ_EXACT, 70, 133, 8 }, CT_PDQ_FILM, 100, 0xb02f7a50353815b0 },
	{ { CT_PDQ_FAST, 1000, 777, 4 }, CT_PDQ_GREY, 100, 0x1de3f84a85d126d6 },
	{ { CT_PDQ_FAST, 1303, 1090, 2 }, CT_PDQ_GREY, 100,
	    0x0ac2c18a20bcf21f },
	{ { CT_PDQ_FAST, 4000, 3000, 1 }, CT_PDQ_GREY, 100,
	    0xfdb3e05a5fff03ec },
	{ { CT_PDQ_COMPAT, 300, 520, 8 }, CT_PDQ_RGBX, 100,
	    0xd193d6b80a952bd9 },
	{ { CT_PDQ_COMPAT, 100, 90, 8 }, CT_PDQ_GREY, 100, 0x45dc650ba2b5be5f },
};

/* Slopes of some lengths and directions; no libm, whose last bit varies. */
static uint8_t
tone(uint32_t x, uint32_t y, uint32_t colour)
{
	uint32_t a = (3 * x + 7 * y + 40 * colour) % 126;
	uint32_t b = (5 * x + 300 - (2 * y + 90 * colour) % 300) % 310;
	uint32_t c = x * y / 61 + colour;

	a = a < 63 ? a : 126 - a;
	b = b < 155 ? b : 310 - b;
	return (uint8_t)((a + b + c % 37) & 255);
}

static void
row_of(uint8_t *row, enum ct_pdq_pixel pixel, uint32_t w, uint32_t y)
{
	uint32_t x, c;

	for (x = 0; x < w; x++)
		for (c = 0; c < ct_pdq_bytes(pixel); c++)
			*row++ = tone(x, y, c);
}

static uint64_t
mix(uint64_t sum, uint32_t word)
{
	return (sum ^ word) * 0x100000001b3; /* FNV-1a, by words */
}

static uint64_t
sum_of(const struct ct_pdq *p)
{
	uint8_t hash[CT_PDQ_TURNS][CT_PDQ_LEN];
	uint64_t sum = 0xcbf29ce484222325;
	uint32_t word;
	int i, j;

	for (i = 0; i < CT_PDQ_FREQ; i++)
		for (j = 0; j < CT_PDQ_FREQ; j++) {
			memcpy(&word, &p->freq[i][j], sizeof word);
			sum = mix(sum, word);
		}
	sum = mix(sum, (uint32_t)p->steps[0]);
	ct_pdq_turns(p, hash);
	for (i = 0; i < CT_PDQ_TURNS; i++)
		for (j = 0; j < (int)CT_PDQ_LEN; j++)
			sum = mix(sum, hash[i][j]);
	return sum;
}

/* Is it what it must be? */
static bool
good(const struct vector *v, const struct ct_pdq_kernel *kernel, float *work,
    size_t floats)
{
	uint8_t row[WIDE * 4], hash[CT_PDQ_LEN], turned[8][CT_PDQ_LEN];
	uint32_t w = (v->shape.w * v->shape.eighths + 7) / 8, y;
	uint32_t h = (v->shape.h * v->shape.eighths + 7) / 8;
	struct ct_pdq p;
	int quality;

	if (ct_pdq_need(&v->shape) > floats * sizeof *work)
		return false;
	ct_pdq_start_by(&p, kernel, &v->shape, work);
	for (y = 0; y < h; y++) {
		row_of(row, v->pixel, w, y);
		ct_pdq_row(&p, v->pixel, row);
	}
	quality = ct_pdq_end(&p, hash);
	ct_pdq_turns(&p, turned);
	return memcmp(hash, turned[0], sizeof hash) == 0 &&
	    quality == v->quality && sum_of(&p) == v->sum;
}

static bool
passes_some(const struct ct_pdq_kernel *kernel)
{
	float work[SHORT];

	return good(&vectors[0], kernel, work, SHORT) &&
	    good(&vectors[1], kernel, work, SHORT);
}

bool
ct_pdq_passes(const struct ct_pdq_kernel *kernel, bool all)
{
	float work[WORK];
	size_t i;

	if (!all)
		return passes_some(kernel);
	for (i = 0; i < sizeof vectors / sizeof *vectors; i++)
		if (!good(&vectors[i], kernel, work, WORK))
			return false;
	return true;
}
