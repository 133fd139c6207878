/*
 * pdq_simd.h - a kernel, in terms of a vector of LANES floats
 *
 * Included once, by the file of each kernel, which defines
 *
 *	TARGET	the attribute of its functions
 *	LANES	4, 8 or 16
 *	vec	LANES floats; ivec, LANES int32_t
 *
 * and these functions, each of which does one operation a lane: load, store,
 * all (one float in all lanes), plus, minus, times, over (divided by), size
 * (absolute value), whole (to an integer, toward 0), iplus, itotal (of all
 * lanes), higher (a bit for each lane of a that is above b), turn (LANES
 * vectors are a square: transpose it), and of LANES pixels: grey, the bytes;
 * film, the bytes from black to white; rgb, 299 R + 587 G + 114 B; luma,
 * (0.299f R + 0.587f G) + 0.114f B.
 */
#include <string.h>

#define SIDE CT_PDQ_SIDE
#define FREQ CT_PDQ_FREQ
#define BAND CT_PDQ_BAND
#define INLINE static inline TARGET __attribute__((always_inline))
#define LINE 64 /* bytes of the cache; pixels, and so whole vectors */
#define EIGHT(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7)

/* ---- pixels -------------------------------------------------------------- */

INLINE vec
pixels(enum ct_pdq_pixel pixel, bool exact, const uint8_t *at)
{
	if (pixel == CT_PDQ_LUMA)
		return load((const float *)(const void *)at);
	if (pixel == CT_PDQ_GREY)
		return grey(at);
	if (pixel == CT_PDQ_FILM)
		return film(at);
	return exact ? luma(at) : rgb(at);
}

/* The last pixels of a row, fewer than LANES: none is read behind them. */
INLINE vec
last_pixels(
    enum ct_pdq_pixel pixel, bool exact, const uint8_t *at, size_t bytes)
{
	uint8_t spare[LANES * 4] __attribute__((aligned(LANES * 4))) = { 0 };

	memcpy(spare, at, bytes);
	return pixels(pixel, exact, spare);
}

INLINE void
luma_of(float *out, enum ct_pdq_pixel pixel, const uint8_t *at, uint32_t n)
{
	const size_t size = ct_pdq_bytes(pixel);
	uint32_t x;

	for (x = 0; x + LANES <= n; x += LANES, at += LANES * size)
		store(out + x, pixels(pixel, true, at));
	if (x < n)
		store(out + x, last_pixels(pixel, true, at, (n - x) * size));
}

TARGET static void
simd_luma(float *out, enum ct_pdq_pixel pixel, const void *row, uint32_t n)
{
	if (pixel == CT_PDQ_GREY)
		luma_of(out, CT_PDQ_GREY, row, n);
	else if (pixel == CT_PDQ_FILM)
		luma_of(out, CT_PDQ_FILM, row, n);
	else
		luma_of(out, CT_PDQ_RGBX, row, n);
}

INLINE void
add_at(float *sum, float weight, vec v)
{
	store(sum, plus(load(sum), times(all(weight), v)));
}

/* live is 1 or 2 */
INLINE void
add_of(float *const *sum, const float *weight, int live,
    enum ct_pdq_pixel pixel, const uint8_t *at, ptrdiff_t ahead, uint32_t n)
{
	const size_t size = ct_pdq_bytes(pixel);
	float *one = sum[0], *two = sum[live - 1];
	float by_one = weight[0], by_two = weight[live - 1];
	uint32_t x;
	vec v;

	for (x = 0; x + LANES <= n; x += LANES, at += LANES * size) {
		if (size * x % LINE == 0)
			__builtin_prefetch(at + ahead);
		v = pixels(pixel, false, at);
		add_at(one + x, by_one, v);
		if (live == 2)
			add_at(two + x, by_two, v);
	}
	if (x == n)
		return;
	v = last_pixels(pixel, false, at, (n - x) * size);
	add_at(one + x, by_one, v);
	if (live == 2)
		add_at(two + x, by_two, v);
}

INLINE void
add_all(float *const *sum, const float *weight, uint32_t live,
    enum ct_pdq_pixel pixel, const void *row, ptrdiff_t ahead, uint32_t n)
{
	for (; live >= 2; live -= 2, sum += 2, weight += 2)
		add_of(sum, weight, 2, pixel, row, ahead, n);
	if (live)
		add_of(sum, weight, 1, pixel, row, ahead, n);
}

TARGET static void
simd_add(float *const *sum, const float *weight, uint32_t live,
    enum ct_pdq_pixel pixel, const void *row, ptrdiff_t ahead, uint32_t n)
{
	if (pixel == CT_PDQ_LUMA)
		add_all(sum, weight, live, CT_PDQ_LUMA, row, ahead, n);
	else if (pixel == CT_PDQ_GREY)
		add_all(sum, weight, live, CT_PDQ_GREY, row, ahead, n);
	else if (pixel == CT_PDQ_FILM)
		add_all(sum, weight, live, CT_PDQ_FILM, row, ahead, n);
	else
		add_all(sum, weight, live, CT_PDQ_RGBX, row, ahead, n);
}

/* ---- along LANES rows at once: a vector is a column of them -------------- */

/* Columns x and the next, LANES in all, into the ring. */
INLINE void
columns(float *const *row, uint32_t x, float *ring, uint32_t mask)
{
	float *to = ring + (size_t)(x & mask) * LANES;
	vec m[LANES];
	int i;

	UNROLL
	for (i = 0; i < LANES; i++)
		m[i] = load(row[i] + x);
	turn(m);
	UNROLL
	for (i = 0; i < LANES; i++)
		store(to + i * LANES, m[i]);
}

/* And back, from a block of them to rows. */
INLINE void
back(const float *block, float *const *row, uint32_t x)
{
	vec m[LANES];
	int i;

	UNROLL
	for (i = 0; i < LANES; i++)
		m[i] = load(block + i * LANES);
	turn(m);
	UNROLL
	for (i = 0; i < LANES; i++)
		store(row[i] + x, m[i]);
}

TARGET static void
simd_dots(float *const row[BAND], const struct ct_pdq_taps taps[SIDE],
    float *ring, uint32_t mask, float (*out)[SIDE])
{
	float block[LANES * LANES] __attribute__((aligned(LANES * 4)));
	float *to[LANES];
	uint32_t have, i, k, at, end;
	int r, l;
	vec sum;

	for (r = 0; r < BAND; r += LANES) {
		for (l = 0; l < LANES; l++)
			to[l] = out[r + l];
		for (have = 0, i = 0; i < SIDE; i++) {
			at = taps[i].start;
			end = at + taps[i].len;
			if (have < at / LANES * LANES)
				have = at / LANES * LANES;
			for (; have < end; have += LANES)
				columns(row + r, have, ring, mask);
			sum = all(0.0F);
			for (k = 0; at < end; at++, k++)
				sum = plus(sum,
				    times(all(taps[i].weight[k]),
					load(ring +
					    (size_t)(at & mask) * LANES)));
			store(block + i % LANES * LANES, sum);
			if (i % LANES == LANES - 1)
				back(block, to, i + 1 - LANES);
		}
	}
}

/* Averages come out of a box one column after the other; col says which are
 * wanted, unless it is NULL: all. */
struct outlet {
	float *const *row;
	const uint32_t *col;
	uint32_t seen, n; /* columns that came, and that were wanted */
	float *block;
};

INLINE void
put(struct outlet *o, vec sum, float count)
{
	while (!o->col || (o->n < SIDE && o->col[o->n] == o->seen)) {
		store(o->block + o->n % LANES * LANES, over(sum, all(count)));
		if (++o->n % LANES == 0)
			back(o->block, o->row, o->n - LANES);
		if (!o->col)
			break;
	}
	o->seen++;
}

/* Of box_row in pdq_scalar.c the same additions, in the same order. */
INLINE void
run(float *const *row, uint32_t n, uint32_t w, float *ring, struct outlet o)
{
	const uint32_t mask = ct_pdq_ring(w) - 1, ahead = ct_pdq_ahead(w);
	float block[LANES * LANES] __attribute__((aligned(LANES * 4))) = { 0 };
	vec sum = all(0.0F);
	uint32_t x;

	o.block = block;
	for (x = 0; x < n; x++) {
		if (x % LANES == 0)
			columns(row, x, ring, mask);
		sum = plus(sum, load(ring + (size_t)(x & mask) * LANES));
		if (x >= w)
			sum = minus(
			    sum, load(ring + (size_t)((x - w) & mask) * LANES));
		if (x >= ahead)
			put(&o, sum, (float)(x < w ? x + 1 : w));
	}
	for (; o.seen < n; x++) {
		sum = minus(sum, load(ring + (size_t)((x - w) & mask) * LANES));
		put(&o, sum, (float)(n + w - 1 - x));
	}
	if (o.n % LANES)
		back(block, o.row, o.n / LANES * LANES);
}

TARGET static void
simd_box(float *const row[BAND], uint32_t n, uint32_t window, float *ring)
{
	int r;

	for (r = 0; r < BAND; r += LANES)
		run(row + r, n, window, ring,
		    (struct outlet){ .row = row + r });
}

TARGET static void
simd_pick(float *const row[BAND], uint32_t n, uint32_t window, float *ring,
    const uint32_t col[SIDE], float (*out)[SIDE])
{
	float *to[LANES];
	int r, l;

	for (r = 0; r < BAND; r += LANES) {
		for (l = 0; l < LANES; l++)
			to[l] = out[r + l];
		run(row + r, n, window, ring,
		    (struct outlet){ .row = to, .col = col });
	}
}

TARGET static void
simd_slide(float *sum, float *old, const float *in, float *out, uint32_t n,
    uint32_t count)
{
	uint32_t x;
	vec v, s;

	for (x = 0; x < n; x += LANES) {
		v = load(in + x);
		s = minus(plus(load(sum + x), v), load(old + x));
		store(sum + x, s);
		store(old + x, v);
		store(out + x, over(s, all((float)count)));
	}
}

/* ---- 64 x 64 to hash and quality ----------------------------------------- */

INLINE void
steps(vec a, vec b, float off, ivec sum[3])
{
	vec d = over(times(size(minus(a, b)), all(100)), all(255));

	sum[0] = iplus(sum[0], whole(d));
	sum[1] = iplus(sum[1], whole(minus(d, all(off))));
	sum[2] = iplus(sum[2], whole(plus(d, all(off))));
}

TARGET static void
simd_quality(const float *a, float off, int total[3])
{
	ivec sum[3] = { whole(all(0)), whole(all(0)), whole(all(0)) };
	float next[SIDE];
	int i, j;
	vec v;

	for (i = 0; i < SIDE; i++, a += SIDE) {
		memcpy(next, a + 1, (SIDE - 1) * sizeof *next);
		next[SIDE - 1] = a[SIDE - 1];
		for (j = 0; j < SIDE; j += LANES) {
			v = load(a + j);
			steps(v, load(next + j), off, sum);
			if (i + 1 < SIDE)
				steps(v, load(a + SIDE + j), off, sum);
		}
	}
	for (i = 0; i < 3; i++)
		total[i] = itotal(sum[i]);
}

/* Eight rows of a product: to each a number of its own times one vector. */
#define CLEAR(i) vec sum##i = all(0.0F);
#define FIRST(i) sum##i = plus(sum##i, times(all(dct[k * FREQ + i]), v));
#define SECOND(i) sum##i = plus(sum##i, times(all(t[i * SIDE + k]), v));
#define STORE_T(i) store(t + i * SIDE, sum##i);
#define STORE_B(i) store(b + i * FREQ, sum##i);

INLINE void
first_product(const float *a, const float *dct, float *t)
{
	int k;
	vec v;

	EIGHT(CLEAR)
	for (k = 0; k < SIDE; k++) {
		v = load(a + k * SIDE);
		EIGHT(FIRST)
	}
	EIGHT(STORE_T)
}

INLINE void
second_product(const float *t, const float *dct, float *b)
{
	int k;
	vec v;

	EIGHT(CLEAR)
	for (k = 0; k < SIDE; k++) {
		v = load(dct + k * FREQ);
		EIGHT(SECOND)
	}
	EIGHT(STORE_B)
}

TARGET static void
simd_transform(const float *a, const float *dct, float *b)
{
	float t[FREQ * SIDE];
	int i, j;

	for (i = 0; i < FREQ; i += 8)
		for (j = 0; j < SIDE; j += LANES)
			first_product(a + j, dct + i, t + i * SIDE + j);
	for (i = 0; i < FREQ; i += 8)
		for (j = 0; j < FREQ; j += LANES)
			second_product(t + i * SIDE, dct + j, b + i * FREQ + j);
}

/* Which of 256 are above this; how many? */
INLINE int
mark(const float *v, float limit, uint16_t bits[FREQ])
{
	uint64_t four;
	int i, j, l, n = 0;

	for (i = 0; i < FREQ; i += 4) {
		for (four = 0, j = 0; j < 4; j++)
			for (l = 0; l < FREQ; l += LANES, v += LANES)
				four |= (uint64_t)higher(load(v), all(limit))
				    << (j * FREQ + l);
		n += __builtin_popcountll(four);
		memcpy(bits + i, &four, sizeof four);
	}
	return n;
}

/* The float of which this is the place among all floats. */
INLINE float
float_at(uint32_t place)
{
	uint32_t word = place & 0x80000000 ? place ^ 0x80000000 : ~place;
	float f;

	memcpy(&f, &word, sizeof f);
	return f;
}

/*
 * By halving the range of floats until just half of the 256 are above; or, if
 * some are the same, until the least is found that fewer are above.
 */
TARGET static int
simd_above(const float *v, uint16_t bits[FREQ])
{
	uint32_t lo = 0x007fffff, hi = 0xff800000, mid; /* the infinities */
	int n = 0;

	while (n != FREQ * FREQ / 2 && hi - lo > 1) {
		mid = lo + (hi - lo) / 2;
		n = mark(v, float_at(mid), bits);
		if (n > FREQ * FREQ / 2)
			lo = mid;
		else
			hi = mid;
	}
	return n == FREQ * FREQ / 2 ? n : mark(v, float_at(hi), bits);
}

const struct ct_pdq_kernel NAME = {
	.title = TITLE,
	.runs = runs,
	.luma = simd_luma,
	.add = simd_add,
	.dots = simd_dots,
	.box = simd_box,
	.pick = simd_pick,
	.slide = simd_slide,
	.quality = simd_quality,
	.transform = simd_transform,
	.above = simd_above,
};
