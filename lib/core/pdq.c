#include "pdq.h"

#include <string.h>

#include "pdq_kernel.h"

#define SIDE CT_PDQ_SIDE
#define FREQ CT_PDQ_FREQ
#define AHEAD 4    /* rows that are fetched before they are read */
#define COMPAT 512 /* pixels a side that Meta's tool hashes at most */

const char *
ct_pdq_method(enum ct_pdq_method method)
{
	static const char *const names[CT_PDQ_METHODS] = { "tent", "exact",
		"fast", "photo-hasher" };

	return names[method];
}

/* ---- rows in, 64 x 64 out ------------------------------------------------ */

static bool
by_tent(const struct ct_pdq_shape *s)
{
	return s->method == CT_PDQ_TENT || s->method == CT_PDQ_FAST;
}

/* Is it made 512 x 512 by nearest neighbour first? */
static bool
resized(const struct ct_pdq_shape *s)
{
	return s->method == CT_PDQ_COMPAT && (s->w > COMPAT || s->h > COMPAT);
}

bool
ct_pdq_hashes(const struct ct_pdq_shape *s)
{
	return resized(s) || (s->w >= CT_PDQ_MIN && s->h >= CT_PDQ_MIN);
}

static size_t
start(struct ct_pdq_exact *e, struct ct_pdq_tent *t,
    const struct ct_pdq_shape *s, float *at)
{
	if (!ct_pdq_hashes(s))
		return 0;
	if (by_tent(s))
		return ct_pdq_tent_start(t, s, at);
	if (resized(s))
		return ct_pdq_exact_start(e, COMPAT, COMPAT, at);
	return ct_pdq_exact_start(e, s->w, s->h, at);
}

size_t
ct_pdq_need(const struct ct_pdq_shape *shape)
{
	struct ct_pdq_exact e;
	struct ct_pdq_tent t;

	return (start(&e, &t, shape, NULL) + CT_PDQ_BAND) * sizeof(float);
}

void
ct_pdq_start_by(struct ct_pdq *p, const struct ct_pdq_kernel *kernel,
    const struct ct_pdq_shape *shape, void *work)
{
	float *f = work;

	p->kernel = kernel;
	p->shape = *shape;
	p->seen = 0;
	p->ahead = 0;
	f += -((uintptr_t)work / sizeof *f) % CT_PDQ_BAND; /* a cache line */
	p->work = f;
	start(&p->exact, &p->tent, shape, f);
}

void
ct_pdq_start(struct ct_pdq *p, const struct ct_pdq_shape *shape, void *work)
{
	ct_pdq_start_by(p, ct_pdq_chosen(), shape, work);
}

void
ct_pdq_again(struct ct_pdq *p)
{
	p->seen = 0;
	if (by_tent(&p->shape))
		p->tent.begun = p->tent.ended = 0;
	else
		start(&p->exact, &p->tent, &p->shape, p->work);
}

/* Of a row those pixels that nearest neighbour takes, as often as it does. */
static void
nearest(struct ct_pdq *p, enum ct_pdq_pixel pixel, const void *row)
{
	const size_t size = ct_pdq_bytes(pixel);
	const uint8_t *at = row;
	uint8_t pick[COMPAT * sizeof(float)];
	uint64_t w = p->shape.w, h = p->shape.h, x;

	if (p->exact.seen * h / COMPAT != p->seen - 1)
		return;
	for (x = 0; x < COMPAT; x++)
		memcpy(pick + x * size, at + x * w / COMPAT * size, size);
	while (
	    p->exact.seen < COMPAT && p->exact.seen * h / COMPAT == p->seen - 1)
		ct_pdq_exact_row(p, pixel, pick);
}

static uint32_t
rows_of(const struct ct_pdq *p)
{
	return (p->shape.h * p->shape.eighths + 7) / 8;
}

void
ct_pdq_row(struct ct_pdq *p, enum ct_pdq_pixel pixel, const void *row)
{
	if (p->seen == rows_of(p))
		return;
	p->seen++;
	if (!ct_pdq_hashes(&p->shape))
		return;
	if (resized(&p->shape))
		nearest(p, pixel, row);
	else if (by_tent(&p->shape))
		ct_pdq_tent_row(p, pixel, row);
	else
		ct_pdq_exact_row(p, pixel, row);
}

void
ct_pdq_rows(struct ct_pdq *p, enum ct_pdq_pixel pixel, const void *first,
    ptrdiff_t stride)
{
	const uint8_t *at = first;
	const uint32_t n = rows_of(p);
	uint32_t y;

	for (y = 0; y < n; y++) {
		p->ahead = y + AHEAD < n ? AHEAD * stride : 0;
		ct_pdq_row(p, pixel, at + (ptrdiff_t)y * stride);
	}
}

void
ct_pdq_luma(struct ct_pdq *p, const float *luma)
{
	ct_pdq_row(p, CT_PDQ_LUMA, luma);
}

void
ct_pdq_white(struct ct_pdq *p, float white)
{
	const float by = 255 / white;
	size_t y, x;

	for (y = 0; y < CT_PDQ_SIDE; y++)
		for (x = 0; x < CT_PDQ_SIDE; x++)
			p->small[y][x] *= by;
}

/* ---- 64 x 64 to hash and quality ----------------------------------------- */

static void
store(const uint16_t bits[FREQ], uint8_t hash[CT_PDQ_LEN])
{
	size_t i;

	for (i = 0; i < FREQ; i++) {
		hash[CT_PDQ_LEN - 1 - 2 * i] = (uint8_t)bits[i];
		hash[CT_PDQ_LEN - 2 - 2 * i] = (uint8_t)(bits[i] >> 8);
	}
}

/* Bit j of row i becomes bit i of row j. */
static void
transpose(uint16_t bits[FREQ])
{
	uint16_t mask = 0x00ff, swap;
	int step, i;

	for (step = FREQ / 2; step; step /= 2, mask ^= (uint16_t)(mask << step))
		for (i = 0; i < FREQ; i++) {
			if (i & step)
				continue;
			swap = (uint16_t)((bits[i] >> step ^ bits[i + step]) &
			    mask);
			bits[i + step] ^= swap;
			bits[i] ^= (uint16_t)(swap << step);
		}
}

/*
 * Turning a picture swaps the two axes of its frequencies or negates some.
 * Negated are those with i, j or i + j odd (or even); then the median is
 * another.  Swapped after that, they have the same median.
 */
static const struct turn {
	bool i, j, even; /* which decide, and if not the odd ones are negated */
	int plain, swapped; /* the hash it gives, and the other */
} turns[CT_PDQ_TURNS / 2] = {
	{ false, false, false, 0, 6 }, /* orig, flipp */
	{ true, false, true, 4, 3 },   /* flipx, rot270 */
	{ false, true, true, 5, 1 },   /* flipy, rot90 */
	{ true, true, false, 2, 7 },   /* rot180, flipm */
};

int
ct_pdq_above(
    const struct ct_pdq *p, int turn, float v[FREQ * FREQ], uint16_t bits[FREQ])
{
	const struct turn *t = &turns[turn];
	int i, j;

	for (i = 0; i < FREQ; i++)
		for (j = 0; j < FREQ; j++)
			v[i * FREQ + j] = (t->i * i + t->j * j + t->even) & 1
			    ? -p->freq[i][j]
			    : p->freq[i][j];
	return p->kernel->above(v, bits);
}

void
ct_pdq_turns(const struct ct_pdq *p, uint8_t (*hash)[CT_PDQ_LEN])
{
	float v[FREQ * FREQ];
	uint16_t bits[FREQ];
	int i;

	memset(hash, 0, CT_PDQ_TURNS * CT_PDQ_LEN);
	if (!ct_pdq_hashes(&p->shape))
		return;
	for (i = 0; i < CT_PDQ_TURNS / 2; i++) {
		(void)ct_pdq_above(p, i, v, bits);
		store(bits, hash[turns[i].plain]);
		transpose(bits);
		store(bits, hash[turns[i].swapped]);
	}
}

void
ct_pdq_turned(
    const uint8_t hash[CT_PDQ_LEN], size_t turn, uint8_t to[CT_PDQ_LEN])
{
	const uint16_t odd = 0xaaaa;
	uint16_t bits[FREQ];
	const struct turn *t = turns;
	size_t i;

	while ((size_t)t->plain != turn && (size_t)t->swapped != turn)
		t++;
	for (i = 0; i < FREQ; i++) {
		bits[i] = (uint16_t)(hash[CT_PDQ_LEN - 2 - 2 * i] << 8 |
		    hash[CT_PDQ_LEN - 1 - 2 * i]);
		bits[i] ^= t->j ? odd : 0;
		if ((t->i ? i + t->even : t->even) & 1)
			bits[i] = (uint16_t)~bits[i];
	}
	if ((size_t)t->swapped == turn)
		transpose(bits);
	store(bits, to);
}

void
ct_pdq_freqs(const float luma[SIDE * SIDE], float freq[CT_PDQ_FREQS])
{
	ct_pdq_chosen()->transform(luma, ct_pdq_dct(), freq);
}

int
ct_pdq_quality(int steps)
{
	return steps / 90 > 100 ? 100 : steps / 90;
}

int
ct_pdq_end(struct ct_pdq *p, uint8_t hash[CT_PDQ_LEN])
{
	uint16_t bits[FREQ];

	memset(hash, 0, CT_PDQ_LEN);
	if (!ct_pdq_hashes(&p->shape))
		return 0;
	p->kernel->transform(p->small[0], ct_pdq_dct(), p->freq[0]);
	(void)p->kernel->above(p->freq[0], bits);
	store(bits, hash);
	p->kernel->quality(p->small[0], ct_pdq_off_step(p), p->steps);
	return ct_pdq_quality(p->steps[0]);
}
