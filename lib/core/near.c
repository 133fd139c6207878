#include "near.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "near_kernel.h"

#define BATCH 512    /* lists that are opened together */
#define TILE 2048    /* hashes compared at once by brute force */
#define RING_MAX 47  /* bits: farther the lists hold too much of all */
#define WIDE_MAX 31  /* bits: an entry is under the keys next to its own */
#define LIST 16      /* hashes compared while one list is opened */
#define SKETCHES 4   /* sketches read while one hash is compared */
#define SURVIVORS 64 /* one in so many hashes may be verified */

/* ---- which kernel --------------------------------------------------------
 */

/* best first */
static const struct ct_near_kernel *const kernels[] = {
#if defined(__x86_64__)
	&ct_near_avx512,
	&ct_near_avx2,
#elif defined(__aarch64__)
	&ct_near_neon,
#endif
	&ct_near_scalar,
};
static const int nkernels = sizeof kernels / sizeof kernels[0];

static _Atomic(const struct ct_near_kernel *) chosen;

static const char *
name(const struct ct_near_kernel *k)
{
	return k->title + sizeof "near";
}

/* Two threads may both get here first; they choose the same. */
const struct ct_near_kernel *
ct_near_chosen(void)
{
	const struct ct_near_kernel *k = atomic_load(&chosen);
	const char *want;
	int i;

	if (k)
		return k;
	want = getenv("CT_CPU");
	for (i = 0; i < nkernels - 1; i++)
		if (kernels[i]->runs() &&
		    (!want || strcmp(want, name(kernels[i])) == 0))
			break;
	atomic_store(&chosen, kernels[i]);
	return kernels[i];
}

const char *
ct_near_kernel(void)
{
	return name(ct_near_chosen());
}

const char *
ct_near_force(int i)
{
	int k;

	for (k = 0; k < nkernels; k++)
		if (kernels[k]->runs() && i-- == 0) {
			atomic_store(&chosen, kernels[k]);
			return name(kernels[k]);
		}
	return NULL;
}

/* ---- what one thread keeps -----------------------------------------------
 */

void
ct_near_free(struct ct_near_find *f)
{
	free(f->hit);
	free(f->probe);
	free(f->found);
	*f = (struct ct_near_find){ 0 };
}

static int
no_memory(struct ct_err *err)
{
	return ct_fail(err, CT_OSERR, "out of memory");
}

/* Room for so many hits more. */
static int
more(struct ct_near_find *f, size_t n, struct ct_err *err)
{
	size_t cap = f->cap ? f->cap : 64;
	struct ct_near_hit *p;

	if (f->cap - f->n >= n)
		return 0;
	while (cap - f->n < n)
		cap *= 2;
	p = realloc(f->hit, cap * sizeof *p);
	if (!p)
		return no_memory(err);
	f->hit = p;
	f->cap = cap;
	return 0;
}

static size_t
survivors(const struct ct_near *x)
{
	return x->n / SURVIVORS > 512 ? x->n / SURVIVORS : 512;
}

static int
prepare(const struct ct_near *x, struct ct_near_find *f, struct ct_err *err)
{
	size_t room = survivors(x) + CT_NEAR_PAD;
	uint64_t *p;

	if (!f->probe && !(f->probe = malloc(BATCH * sizeof *f->probe)))
		return no_memory(err);
	if (f->room >= room)
		return 0;
	p = realloc(f->found, room * sizeof *p);
	if (!p)
		return no_memory(err);
	f->found = p;
	f->room = room;
	return 0;
}

/* ---- by every hash -------------------------------------------------------
 */

static int
brute(const struct ct_near *x, const uint8_t *q, int max,
    struct ct_near_find *f, struct ct_err *err)
{
	size_t from, n, i, got, at[TILE];
	const uint8_t *hash;

	f->n = 0;
	for (from = 0; from < x->n; from += TILE) {
		n = x->n - from < TILE ? x->n - from : TILE;
		hash = x->hash + from * CT_HASH_LEN;
		got = ct_ham_scan(q, hash, n, max, at, TILE);
		if (got && more(f, got, err))
			return err->code;
		for (i = 0; i < got; i++)
			f->hit[f->n++] = (struct ct_near_hit){
				(uint32_t)(from + at[i]),
				(uint32_t)ct_ham(q, hash + at[i] * CT_HASH_LEN)
			};
	}
	return 0;
}

/* ---- by lists ------------------------------------------------------------
 */

struct search {
	const struct ct_near *x;
	const struct ct_near_kernel *kernel;
	struct ct_near_find *f;
	const uint8_t *q;
	int max;
	size_t entries; /* of a chunk */
	size_t probes;  /* waiting */
	size_t read;    /* sketches so far */
	size_t found;   /* survivors so far */
};

enum { TOO_MUCH = -1 }; /* brute force is as fast */

/* What has survived is verified: to hits, where they are. */
static int
verify(struct search *s, size_t n, struct ct_err *err)
{
	const struct ct_near *x = s->x;
	uint64_t *found = s->f->found;
	uint32_t *id = (uint32_t *)(void *)found; /* in place, from the front */
	size_t i;
	uint32_t at;

	for (i = 0; i < n; i++)
		__builtin_prefetch(x->id + found[i]);
	for (i = 0; i < n; i++) {
		at = x->id[found[i]];
		if (at >= x->n)
			return ct_fail(err, CT_DATAERR,
			    "the index is damaged: an entry of no hash");
		__builtin_prefetch(x->hash + at * CT_HASH_LEN);
		memcpy(&id[i], &at, sizeof at);
	}
	if (more(s->f, n, err))
		return err->code;
	s->f->n += s->kernel->verify(
	    s->q, x->hash, id, n, s->max, s->f->hit + s->f->n);
	return 0;
}

/* Read the lists that wait. */
static int
sift(struct search *s, struct ct_err *err)
{
	struct ct_near_probe *p = s->f->probe, *end = p + s->probes;
	size_t cap = survivors(s->x), n;

	for (; p < end; p++) {
		p->n = p->list[1] - p->list[0];
		p->at += p->list[0];
		s->read += p->n;
		__builtin_prefetch(p->at);
	}
	if (s->read > SKETCHES * s->x->n)
		return TOO_MUCH;
	n = s->kernel->sift(
	    s->f->probe, s->probes, s->x->sketch, s->f->found, cap - s->found);
	s->found += n;
	s->probes = 0;
	return s->found > cap ? TOO_MUCH : verify(s, n, err);
}

/* The radius dealt out to the chunks, evenly around the ring. */
static void
deal(int max, int quota[CT_NEAR_CHUNKS + 1])
{
	int c, left = (max + 1) % CT_NEAR_CHUNKS;

	for (c = 0; c < CT_NEAR_CHUNKS; c++)
		quota[c] = (max + 1) / CT_NEAR_CHUNKS +
		    (c * left % CT_NEAR_CHUNKS < left);
	quota[CT_NEAR_CHUNKS] = quota[0];
}

/* How many keys of this chunk are looked at. */
static size_t
keys(const struct ct_near *x, int quota)
{
	return quota == 0             ? 0
	    : x->plan == CT_NEAR_WIDE ? 1
				      : ct_near_masks[quota - 1];
}

static int
lists(struct search *s, struct ct_err *err)
{
	const uint16_t *mask = ct_near_mask();
	uint16_t chunk[CT_NEAR_CHUNKS];
	int quota[CT_NEAR_CHUNKS + 1], c, rc;
	const uint32_t *first = s->x->first;
	size_t k, n;

	ct_near_chunks(s->q, chunk);
	deal(s->max, quota);
	for (c = 0; c < CT_NEAR_CHUNKS; c++, first += CT_NEAR_KEYS + 1) {
		n = keys(s->x, quota[c]);
		for (k = 0; k < n; k++) {
			s->f->probe[s->probes] = (struct ct_near_probe){
				.list = first + (chunk[c] ^ mask[k]),
				.at = s->x->sketch + (size_t)c * s->entries,
				.want = chunk[(c + 1) % CT_NEAR_CHUNKS],
				.limit = (int16_t)(quota[c] + quota[c + 1] - 1 -
				    __builtin_popcount(mask[k])),
			};
			__builtin_prefetch(s->f->probe[s->probes].list);
			if (++s->probes == BATCH && (rc = sift(s, err)))
				return rc;
		}
	}
	return sift(s, err);
}

/* ---- hits in order -------------------------------------------------------
 */

static int
by_index(const void *a, const void *b)
{
	const struct ct_near_hit *x = a, *y = b;

	return x->i < y->i ? -1 : x->i > y->i;
}

/* Ascending, each once: several chunks may have led to it. */
static void
order(struct ct_near_find *f)
{
	struct ct_near_hit *h = f->hit, it;
	size_t i, k, n = 0;

	if (f->n > 32)
		qsort(h, f->n, sizeof *h, by_index);
	else
		for (i = 1; i < f->n; i++) {
			it = h[i];
			for (k = i; k && h[k - 1].i > it.i; k--)
				h[k] = h[k - 1];
			h[k] = it;
		}
	for (i = 0; i < f->n; i++)
		if (n == 0 || h[n - 1].i != h[i].i)
			h[n++] = h[i];
	f->n = n;
}

int
ct_near(const struct ct_near *x, const uint8_t q[CT_HASH_LEN], int max,
    struct ct_near_find *f, struct ct_err *err)
{
	struct search s = {
		.x = x,
		.kernel = ct_near_chosen(),
		.f = f,
		.q = q,
		.max = max,
		.entries = ct_near_entries(x->plan, x->n),
	};
	int quota[CT_NEAR_CHUNKS + 1], rc, c;
	size_t n = 0;

	f->n = 0;
	if (max < 0 || x->n == 0)
		return 0;
	if (x->plan == CT_NEAR_BRUTE ||
	    max > (x->plan == CT_NEAR_WIDE ? WIDE_MAX : RING_MAX))
		return brute(x, q, max, f, err);
	deal(max, quota);
	for (c = 0; c < CT_NEAR_CHUNKS; c++)
		n += keys(x, quota[c]);
	if (n * LIST > x->n)
		return brute(x, q, max, f, err);
	if (prepare(x, f, err))
		return err->code;
	rc = lists(&s, err);
	if (rc == TOO_MUCH)
		return brute(x, q, max, f, err);
	if (!rc)
		order(f);
	return rc;
}
