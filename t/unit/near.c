/* Every plan of every kernel finds what comparing all hashes finds. */
#include "near.h"

#include <stdlib.h>
#include <string.h>

#include "near_kernel.h"

#include "../tap.h"

#define N 6000     /* more than CT_NEAR_FEW, enough for lists up to 31 bits */
#define MANY 40000 /* enough for lists up to 47 */
#define QUERIES 16

static uint8_t hash[MANY][CT_HASH_LEN];
static struct ct_near_find found;

static uint32_t
rnd(void)
{
	static uint32_t x = 2463534242;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

static void
flip(uint8_t *h, unsigned bits)
{
	unsigned b;

	for (; bits; bits--) {
		b = rnd() % CT_HAM_MAX;
		h[b / 8] ^= (uint8_t)(1 << b % 8);
	}
}

/* ---- data -----------------------------------------------------------------
 */

static void
uniform(void)
{
	size_t i, k;

	for (i = 0; i < MANY; i++)
		for (k = 0; k < CT_HASH_LEN; k++)
			hash[i][k] = (uint8_t)(rnd() >> 7);
}

/* Rows of few patterns, as pictures have them, and groups that are near. */
static void
realistic(void)
{
	size_t i, k;

	for (i = 0; i < MANY; i++) {
		for (k = 0; k < CT_HASH_LEN; k += 2) {
			hash[i][k] = (uint8_t)(0x1111 * (rnd() % 16) >> 8);
			hash[i][k + 1] =
			    (uint8_t)(rnd() % 5 ? hash[i][k] : rnd());
		}
		flip(hash[i], rnd() % 60);
		if (i && rnd() % 3 == 0) {
			memcpy(hash[i], hash[rnd() % i], CT_HASH_LEN);
			flip(hash[i], rnd() % 40);
		}
	}
}

/* Half of all within a few bits of one. */
static void
clustered(void)
{
	size_t i;

	uniform();
	for (i = 0; i < MANY; i += 2) {
		memcpy(hash[i], hash[1], CT_HASH_LEN);
		flip(hash[i], rnd() % 7);
	}
}

/* Zeros, ones, copies, and what differs in one bit of each chunk. */
static void
degenerate(void)
{
	size_t i;

	for (i = 0; i < MANY; i++) {
		memset(hash[i], i % 3 ? (i % 3 == 1 ? 0xff : 0) : 0x0f,
		    CT_HASH_LEN);
		if (i % 5 == 0)
			flip(hash[i], 1 + rnd() % 20);
	}
}

/* ---- the check -------------------------------------------------------------
 */

static bool
agrees(const struct ct_near *x, const uint8_t *q, int max)
{
	struct ct_err err = { 0 };
	size_t i, n = 0;
	int d;

	if (ct_near(x, q, max, &found, &err))
		return false;
	for (i = 0; i < x->n; i++) {
		d = ct_ham(q, x->hash + i * CT_HASH_LEN);
		if (d > max)
			continue;
		if (n == found.n || found.hit[n].i != i ||
		    found.hit[n].distance != (uint32_t)d)
			return false;
		n++;
	}
	return n == found.n;
}

/* ---- what only one chunk leads to
 * --------------------------------------------
 */

/* place[c][b]: the bit of a hash that is bit b of its chunk c */
static int place[CT_NEAR_CHUNKS][16];

static void
find_places(void)
{
	uint8_t h[CT_HASH_LEN];
	uint16_t c[CT_NEAR_CHUNKS];
	int bit, k;

	for (bit = 0; bit < CT_HAM_MAX; bit++) {
		memset(h, 0, sizeof h);
		h[bit / 8] = (uint8_t)(1 << bit % 8);
		ct_near_chunks(h, c);
		for (k = 0; k < CT_NEAR_CHUNKS; k++)
			if (c[k])
				place[k][__builtin_ctz(c[k])] = bit;
	}
}

/* So many bits of chunk c of h the other way. */
static void
flip_chunk(uint8_t *h, int c, int bits)
{
	int first = (int)(rnd() % 16), i, b;

	for (i = 0; i < bits; i++) {
		b = place[c][(first + 5 * i) % 16];
		h[b / 8] ^= (uint8_t)(1 << b % 8);
	}
}

/*
 * A query exactly r bits from h that one chunk alone leads to, and that only
 * just: of all others the quota is used up.
 */
static void
tight(uint8_t *q, const uint8_t *h, int r)
{
	int quota[CT_NEAR_CHUNKS + 1], start, next, c, d;

	ct_near_deal(r, quota);
	do
		start = (int)(rnd() % CT_NEAR_CHUNKS);
	while (!quota[start]);
	next = (start + 1) % CT_NEAR_CHUNKS;
	d = (int)(rnd() % (unsigned)quota[start]);
	memcpy(q, h, CT_HASH_LEN);
	flip_chunk(q, start, d);
	flip_chunk(q, next, quota[start] + quota[next] - 1 - d);
	for (c = 0; c < CT_NEAR_CHUNKS; c++)
		if (c != start && c != next)
			flip_chunk(q, c, quota[c]);
}

static bool
all_tight(const struct ct_near *x)
{
	uint8_t q[CT_HASH_LEN];
	int r, i;

	for (r = 0; x->n && r <= 47; r++)
		for (i = 0; i < (x->n > N ? 2 : 20); i++) {
			tight(q, x->hash + rnd() % x->n * CT_HASH_LEN, r);
			if (!agrees(x, q, r)) {
				printf("# tight, radius %d\n", r);
				return false;
			}
		}
	return true;
}

/* As a stream: the same, of those that have any, in order. */
struct stream {
	const struct ct_near *x;
	const uint8_t *q;
	int max;
	size_t next, hits;
	bool good;
};

static int
streamed(void *arg, size_t i, const struct ct_near_find *f, struct ct_err *err)
{
	static struct ct_near_find again;
	struct stream *s = arg;

	s->good &= i >= s->next && f->n > 0;
	s->next = i + 1;
	s->hits++;
	if (ct_near(s->x, s->q + i * CT_HASH_LEN, s->max, &again, err))
		return err->code;
	s->good &= again.n == f->n &&
	    memcmp(again.hit, f->hit, f->n * sizeof *f->hit) == 0;
	return 0;
}

static bool
stream(const struct ct_near *x, int max, size_t n)
{
	static uint8_t q[1100][CT_HASH_LEN];
	struct stream s = { x, q[0], max, 0, 0, true };
	struct ct_err err = { 0 };
	size_t i, hits = 0;

	for (i = 0; i < n; i++) {
		memcpy(q[i], hash[rnd() % MANY], CT_HASH_LEN);
		if (i % 2 && x->n)
			tight(q[i], x->hash + rnd() % x->n * CT_HASH_LEN, max);
		else
			flip(q[i], rnd() % 50);
		if (ct_near(x, q[i], max, &found, &err))
			return false;
		hits += found.n > 0;
	}
	return ct_near_each(x, q[0], n, max, &found, streamed, &s, &err) == 0 &&
	    s.good && s.hits == hits;
}

static struct ct_near
make(enum ct_near_plan plan, size_t n)
{
	size_t m = CT_NEAR_CHUNKS * ct_near_entries(plan, n);
	struct ct_near x = { .plan = plan, .n = n, .hash = hash[0] };
	uint32_t *first = malloc(CT_NEAR_FIRST * sizeof *first);
	uint16_t *sketch = malloc((m + CT_NEAR_PAD) * sizeof *sketch);
	uint32_t *id = malloc(m * sizeof *id + 1);
	struct ct_err err;

	if (plan != CT_NEAR_BRUTE &&
	    ct_near_build(plan, hash[0], n, first, sketch, id, &err))
		exit(1);
	x.first = first;
	x.sketch = sketch;
	x.id = id;
	return x;
}

static void
release(struct ct_near *x)
{
	free((void *)(uintptr_t)x->first);
	free((void *)(uintptr_t)x->sketch);
	free((void *)(uintptr_t)x->id);
}

static bool
all_radii(const struct ct_near *x)
{
	static const int radius[] = { -1, 0, 1, 7, 15, 16, 17, 30, 31, 32, 40,
		47, 48, 63, 128, 256 };
	uint8_t q[CT_HASH_LEN];
	size_t i, r;

	for (i = 0; i < (x->n > N ? 8 : QUERIES); i++) {
		memcpy(q, hash[rnd() % (x->n ? x->n : 1)], sizeof q);
		flip(q, i % 3 ? (unsigned)i : 0);
		if (i == 7)
			memset(q, 0, sizeof q);
		if (i == 8)
			memset(q, 0xff, sizeof q);
		for (r = 0; r < sizeof radius / sizeof *radius; r++)
			if (!agrees(x, q, radius[r])) {
				printf("# n %zu, radius %d\n", x->n, radius[r]);
				return false;
			}
	}
	return true;
}

/* many: queries of a stream, less where each finds a great part of all */
static void
plans(const char *what, size_t n, size_t many)
{
	const char *kernel;
	struct ct_near x;
	struct ct_err err;
	int p, k;

	for (p = n > N ? CT_NEAR_RING : CT_NEAR_BRUTE; p <= CT_NEAR_WIDE; p++) {
		x = make((enum ct_near_plan)p, n);
		ok(ct_near_check(&x, &err) == 0, "%s, %s: in order", what,
		    ct_near_name(x.plan));
		for (k = 0; (kernel = ct_near_force(k)); k++)
			ok(all_radii(&x) && all_tight(&x) &&
				stream(&x, 31,
				    x.plan == CT_NEAR_BRUTE ? 40 : many) &&
				stream(&x, 10,
				    x.plan == CT_NEAR_BRUTE ? 40 : many) &&
				stream(&x, 40, 20) && stream(&x, 31, 1) &&
				stream(&x, 31, 0),
			    "%s, %zu hashes, %s, %s", what, n,
			    ct_near_name(x.plan), kernel);
		release(&x);
	}
}

/* What the kernels do with lists of every length and limit. */
static bool
sifts(const struct ct_near_kernel *k)
{
	static uint16_t at[200 + CT_NEAR_PAD];
	uint64_t got[200 + CT_NEAR_PAD], want[200 + CT_NEAR_PAD];
	struct ct_near_probe p[3];
	size_t n, i, cap, g, w;

	for (i = 0; i < 200; i++)
		at[i] = (uint16_t)(rnd() & rnd() & rnd());
	for (n = 0; n <= 60; n++)
		for (i = 0; i <= 17; i++) {
			p[0] = (struct ct_near_probe){
				.at = at, .n = (uint32_t)n, .limit = (int16_t)i
			};
			p[1] = p[0];
			p[1].at += n;
			p[1].want = 0xa5a5;
			p[2] = p[0];
			p[2].n = (uint32_t)i;
			p[2].at += 200 - i;
			for (cap = 0; cap < 200; cap += 1 + cap * 3) {
				w = ct_near_scalar.sift(p, 3, at, want, cap);
				g = k->sift(p, 3, at, got, cap);
				if ((g > cap) != (w > cap) ||
				    (w <= cap &&
					(g != w ||
					    memcmp(
						got, want, w * sizeof *got))))
					return false;
			}
			w = ct_near_scalar.sift(p, 3, at, want, 200);
			g = k->sift(p, 3, at, got, 200);
			if (g != w || memcmp(got, want, w * sizeof *got))
				return false;
		}
	return true;
}

/* Chunks are another order of the bits: each in one place, distance kept; none
 * takes two of a row or of a column. */
static void
chunks(const struct ct_near_kernel *kernel)
{
	uint8_t h[CT_HASH_LEN] = { 0 };
	uint16_t c[CT_NEAR_CHUNKS];
	uint32_t seen[CT_NEAR_CHUNKS] = { 0 }, rows[16] = { 0 },
		 cols[16] = { 0 };
	bool good = true;
	int b, k, bit, row, col;

	for (b = 0; b < CT_HAM_MAX; b++) {
		memset(h, 0, sizeof h);
		h[b / 8] = (uint8_t)(1 << b % 8);
		row = 15 - b / 16;
		col = b % 8 + (b / 8 % 2 ? 0 : 8);
		kernel->chunks(h, c);
		for (k = bit = 0; k < CT_NEAR_CHUNKS; k++) {
			if (!c[k])
				continue;
			good &= (c[k] & (c[k] - 1)) == 0 && !(seen[k] & c[k]);
			good &= (k + 5 * row) % 16 == col;
			good &=
			    !(rows[row] & 1U << k) && !(cols[col] & 1U << k);
			rows[row] |= 1U << k;
			cols[col] |= 1U << k;
			seen[k] |= c[k];
			bit++;
		}
		good &= bit == 1;
	}
	for (k = 0; k < CT_NEAR_CHUNKS; k++)
		good &= seen[k] == 0xffff;
	ok(good, "%s: a chunk takes one bit of each row and of each column",
	    kernel->cpu.title);
}

/* A damaged index leads nowhere, whatever it is asked. */
static void
damaged(enum ct_near_plan plan)
{
	struct ct_near x = make(plan, N);
	uint32_t *first = (void *)(uintptr_t)x.first;
	uint32_t *id = (void *)(uintptr_t)x.id, kept;
	size_t m = CT_NEAR_CHUNKS * ct_near_entries(plan, N), i, refused = 0;
	struct ct_err err = { 0 };

	for (i = 0; i < CT_NEAR_FIRST; i += 997) {
		kept = first[i];
		first[i] = kept + N * 20;
		refused += ct_near_check(&x, &err) == CT_DATAERR;
		first[i] = kept;
	}
	ok(refused == (CT_NEAR_FIRST + 996) / 997,
	    "%s: lists out of order are refused", ct_near_name(plan));
	for (i = 0; i < m; i++)
		id[i] = N + (uint32_t)i;
	ok(ct_near(&x, hash[0], 31, &found, &err) == CT_DATAERR,
	    "%s: an id that there is not", ct_near_name(plan));
	ok(ct_near_each(&x, hash[0], 1100, 31, &found, streamed, NULL, &err) ==
		CT_DATAERR,
	    "%s: in a stream", ct_near_name(plan));
	release(&x);
}

int
main(void)
{
	static const struct ct_near_kernel *const kernels[] = {
		&ct_near_scalar,
#if defined(__x86_64__)
		&ct_near_avx2,
		&ct_near_avx512
#elif defined(__aarch64__)
		&ct_near_neon
#endif
	};
	size_t i;

	for (i = 0; i < sizeof kernels / sizeof *kernels; i++)
		if (kernels[i]->cpu.runs()) {
			chunks(kernels[i]);
			ok(sifts(kernels[i]), "%s: lists of every length",
			    kernels[i]->cpu.title);
		}
	find_places();
	uniform();
	plans("uniform", N, 1100);
	plans("uniform", MANY, 1100);
	plans("uniform", 0, 1100);
	plans("uniform", 1, 1100);
	plans("uniform", CT_NEAR_FEW + 1, 1100);
	realistic();
	plans("realistic", N, 1100);
	clustered();
	plans("clustered", N, 300);
	plans("clustered", MANY, 60);
	degenerate();
	plans("degenerate", N, 300);
	uniform();
	damaged(CT_NEAR_RING);
	damaged(CT_NEAR_WIDE);
	ok(ct_near_plan(0) == CT_NEAR_BRUTE &&
		ct_near_plan(CT_NEAR_FEW) == CT_NEAR_BRUTE &&
		ct_near_plan(CT_NEAR_FEW + 1) == CT_NEAR_WIDE &&
		ct_near_plan(CT_NEAR_SMALL) == CT_NEAR_WIDE &&
		ct_near_plan(CT_NEAR_SMALL + 1) == CT_NEAR_RING,
	    "the plan by the number of hashes");
	ct_near_free(&found);
	done();
}
