/*
 * near - microseconds to find what is within some bits, by one plan
 *
 *	near PLAN DB N QUERIES Q RADIUS
 *
 * PLAN is ring, wide, brute, pairs (brute force of all queries together), or
 * each (the plan of that many hashes, of all queries as a stream).  DB and
 * QUERIES are hashes of 32 bytes.  One line of NAME=VALUE: CPU seconds to
 * build, bytes a hash of all arrays, CPU microseconds a query (the least of
 * REPS rounds), the median and the 99th of 100 single queries, wall, each the
 * least of REPS passes over all of them; matches, and a sum over (query, hash,
 * distance) in any order, so that two programs that print the same have found
 * the same.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "near.h"
#include "prog.h"

#define SINGLE 100

struct bench {
	struct ct_near x;
	struct ct_near_find f;
	const uint8_t *q;
	size_t nq;
	int max;
	bool pairs, each;
	bool count;
	uint64_t matches, sum;
};

static double
now(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static uint8_t *
slurp(const char *path, size_t n)
{
	uint8_t *p = ct_alloc(n + 1, CT_HASH_LEN);
	FILE *f = fopen(path, "rb");

	if (!f || fread(p, CT_HASH_LEN, n, f) != n)
		ct_die(CT_NOINPUT, "'%s' has no %zu hashes", path, n);
	(void)fclose(f);
	return p;
}

static void
mix(struct bench *b, uint64_t q, uint64_t i, uint64_t d)
{
	uint64_t z = q * 0x9e3779b97f4a7c15 ^ i * 0xbf58476d1ce4e5b9 ^
	    d * 0x94d049bb133111eb;

	z ^= z >> 31;
	z *= 0xd6e8feb86659fd93;
	b->sum += z ^ z >> 29;
	b->matches++;
}

static void
one(struct bench *b, size_t i, bool count)
{
	struct ct_err err = { 0 };
	size_t k;

	if (ct_near(&b->x, b->q + i * CT_HASH_LEN, b->max, &b->f, &err))
		ct_die_err(&err);
	for (k = 0; count && k < b->f.n; k++)
		mix(b, i, b->f.hit[k].i, b->f.hit[k].distance);
}

static int
found(void *arg, size_t q, const struct ct_near_find *f, struct ct_err *err)
{
	struct bench *b = arg;
	size_t k;

	(void)err;
	for (k = 0; b->count && k < f->n; k++)
		mix(b, q, f->hit[k].i, f->hit[k].distance);
	return 0;
}

static void
pair(void *arg, size_t q, size_t i, int distance)
{
	struct bench *b = arg;

	if (b->count)
		mix(b, q, i, (uint64_t)distance);
}

static void
all(struct bench *b, bool count)
{
	struct ct_err err = { 0 };
	size_t i;

	b->count = count;
	if (b->pairs)
		ct_ham_pairs(b->q, b->nq, b->x.hash, b->x.n, b->max, pair, b);
	else if (b->each &&
	    ct_near_each(&b->x, b->q, b->nq, b->max, &b->f, found, b, &err))
		ct_die_err(&err);
	for (i = 0; !b->pairs && !b->each && i < b->nq; i++)
		one(b, i, count);
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Sorted, least first. */
static void
singles(struct bench *b, int reps, double *us)
{
	double start;
	size_t i;
	int r;

	for (r = 0; r < reps; r++)
		for (i = 0; i < SINGLE; i++) {
			start = now(CLOCK_MONOTONIC);
			one(b, i % b->nq, false);
			start = now(CLOCK_MONOTONIC) - start;
			us[i] = r == 0 || start < us[i] ? start : us[i];
		}
	qsort(us, SINGLE, sizeof *us, by_size);
}

static void
build(struct bench *b)
{
	size_t m = CT_NEAR_CHUNKS * ct_near_entries(b->x.plan, b->x.n);
	uint32_t *first, *id;
	struct ct_err err = { 0 };
	uint16_t *sketch;

	if (!m)
		return;
	first = ct_alloc(CT_NEAR_FIRST, sizeof *first);
	sketch = ct_alloc(m + CT_NEAR_PAD, sizeof *sketch);
	id = ct_alloc(m, sizeof *id);
	if (ct_near_build(
		b->x.plan, b->x.hash, b->x.n, first, sketch, id, &err))
		ct_die_err(&err);
	b->x.first = first;
	b->x.sketch = sketch;
	b->x.id = id;
}

int
main(int argc, char *argv[])
{
	struct bench b = { .x.plan = CT_NEAR_BRUTE };
	const char *reps_text = getenv("REPS");
	double start, built, least = 1e99, single[SINGLE];
	int p, r, reps = reps_text ? atoi(reps_text) : 3;

	ct_start("near");
	if (argc != 7)
		ct_die(CT_USAGE, "usage: near PLAN DB N QUERIES Q RADIUS");
	for (p = CT_NEAR_BRUTE; p <= CT_NEAR_WIDE; p++)
		if (strcmp(argv[1], ct_near_name((enum ct_near_plan)p)) == 0)
			b.x.plan = (enum ct_near_plan)p;
	b.pairs = strcmp(argv[1], "pairs") == 0;
	b.each = strcmp(argv[1], "each") == 0;
	b.x.n = (size_t)ct_number("N", argv[3], 0, INT32_MAX);
	if (b.each)
		b.x.plan = ct_near_plan(b.x.n);
	b.nq = (size_t)ct_number("Q", argv[5], 1, INT32_MAX);
	b.max = (int)ct_number("RADIUS", argv[6], 0, CT_HAM_MAX);
	b.x.hash = slurp(argv[2], b.x.n);
	b.q = slurp(argv[4], b.nq);
	start = now(CLOCK_PROCESS_CPUTIME_ID);
	build(&b);
	built = now(CLOCK_PROCESS_CPUTIME_ID) - start;
	for (r = 0; r < reps; r++) {
		start = now(CLOCK_PROCESS_CPUTIME_ID);
		all(&b, r == 0);
		start = now(CLOCK_PROCESS_CPUTIME_ID) - start;
		least = start < least ? start : least;
	}
	singles(&b, reps, single);
	(void)printf("plan=%s kernel=%s n=%zu q=%zu build_s=%.3f bytes=%.1f"
		     " us=%.3f p50_us=%.2f p99_us=%.2f matches=%" PRIu64
		     " sum=%016" PRIx64 "\n",
	    argv[1], ct_near_kernel(), b.x.n, b.nq, built / 1e6,
	    (double)CT_HASH_LEN +
		(double)(CT_NEAR_CHUNKS * ct_near_entries(b.x.plan, b.x.n) * 6 +
		    (b.x.plan == CT_NEAR_BRUTE ? 0 : CT_NEAR_FIRST * 4)) /
		    (double)b.x.n,
	    least / (double)b.nq, single[SINGLE / 2 - 1],
	    single[SINGLE * 99 / 100 - 1], b.matches, b.sum);
	return 0;
}
