#include "near.h"

#include <stdlib.h>
#include <string.h>

#include "near_kernel.h"

#define BATCH 512    /* lists that are opened together */
#define LINE 32      /* sketches in a cache line */
#define AHEAD 256    /* sketches of a list that are loaded beforehand */
#define TILE 2048    /* hashes compared at once by brute force */
#define RING_MAX 47  /* bits: farther the lists hold too much of all */
#define LIST 16      /* hashes compared while one list is opened */
#define SKETCHES 4   /* sketches read while one hash is compared */
#define SURVIVORS 64 /* one in so many hashes may be verified */

/* ---- what one thread keeps -----------------------------------------------
 */

void
ct_near_free(struct ct_near_find *f)
{
	free(f->hit);
	free(f->probe);
	free(f->found);
	ct_near_block_free(f->each);
	*f = (struct ct_near_find){ 0 };
}

static int
no_memory(struct ct_err *err)
{
	return ct_fail(err, CT_OSERR, "out of memory");
}

int
ct_near_room(struct ct_near_find *f, size_t n, struct ct_err *err)
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
		if (got && ct_near_room(f, got, err))
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
	if (n == 0)
		return 0;
	if (ct_near_room(s->f, n, err))
		return err->code;
	s->f->n += s->kernel->verify(
	    s->q, x->hash, id, n, s->max, s->f->hit + s->f->n);
	return 0;
}

/* Begin to load a list, the CPU goes on by itself with a long one. */
static void
fetch(const uint16_t *at, uint32_t n)
{
	const uint16_t *end = at + (n < AHEAD ? n : AHEAD);

	for (; at < end; at += LINE)
		__builtin_prefetch(at);
	__builtin_prefetch(end);
}

/* Where the lists that wait are, and how long. */
static void
open_lists(struct search *s)
{
	struct ct_near_probe *p = s->f->probe, *end = p + s->probes;

	for (; p < end; p++) {
		p->n = p->list[1] - p->list[0];
		p->at += p->list[0];
		fetch(p->at, p->n);
	}
}

/* Read n of them. */
static int
read_lists(struct search *s, const struct ct_near_probe *p, size_t n,
    struct ct_err *err)
{
	size_t cap = survivors(s->x), found, i;

	for (i = 0; i < n; i++)
		s->read += p[i].n;
	if (s->read > SKETCHES * s->x->n)
		return TOO_MUCH;
	found =
	    s->kernel->sift(p, n, s->x->sketch, s->f->found, cap - s->found);
	s->found += found;
	return s->found > cap ? TOO_MUCH : verify(s, found, err);
}

static int
sift(struct search *s, struct ct_err *err)
{
	size_t n = s->probes;

	open_lists(s);
	s->probes = 0;
	return read_lists(s, s->f->probe, n, err);
}

void
ct_near_deal(int max, int quota[CT_NEAR_CHUNKS + 1])
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

/* The lists of the keys of chunk c that differ from it in so many bits. */
static int
lists(struct search *s, const uint16_t chunk[CT_NEAR_CHUNKS], size_t c,
    int flips, int limit, struct ct_err *err)
{
	const uint32_t *first = s->x->first + c * (CT_NEAR_KEYS + 1);
	const uint16_t *mask = ct_near_mask();
	struct ct_near_probe p = { .at = s->x->sketch + c * s->entries,
		.want = chunk[(c + 1) % CT_NEAR_CHUNKS],
		.limit = (int16_t)(limit - flips) };
	size_t k = flips ? ct_near_masks[flips - 1] : 0;
	int rc;

	for (; k < ct_near_masks[flips]; k++) {
		p.list = first + (chunk[c] ^ mask[k]);
		__builtin_prefetch(p.list);
		s->f->probe[s->probes] = p;
		if (++s->probes == BATCH && (rc = sift(s, err)))
			return rc;
	}
	return 0;
}

/* Ask for the lists of the query; what a batch has no room for is read. */
static int
ask(struct search *s, const int quota[CT_NEAR_CHUNKS + 1], struct ct_err *err)
{
	bool wide = s->x->plan == CT_NEAR_WIDE;
	uint16_t chunk[CT_NEAR_CHUNKS];
	int flips, limit, rc;
	size_t c;

	s->kernel->chunks(s->q, chunk);
	for (c = 0; c < CT_NEAR_CHUNKS; c++) {
		limit = quota[c] + quota[c + 1] - 1;
		for (flips = 0; flips < (wide ? quota[c] > 0 : quota[c]);
		     flips++)
			if ((rc = lists(s, chunk, c, flips, limit, err)))
				return rc;
	}
	return 0;
}

static int
all_lists(
    struct search *s, const int quota[CT_NEAR_CHUNKS + 1], struct ct_err *err)
{
	int rc = ask(s, quota, err);

	return rc ? rc : sift(s, err);
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

/* The quotas, and how many lists they mean; 0: all hashes are compared as
 * fast. */
static size_t
plan(const struct ct_near *x, int max, int quota[CT_NEAR_CHUNKS + 1])
{
	size_t n = 0;
	int c;

	if (x->plan == CT_NEAR_BRUTE ||
	    max > (x->plan == CT_NEAR_WIDE ? CT_NEAR_WIDE_MAX : RING_MAX))
		return 0;
	ct_near_deal(max, quota);
	for (c = 0; c < CT_NEAR_CHUNKS; c++)
		n += keys(x, quota[c]);
	return n * LIST > x->n ? 0 : n;
}

static struct search
begin(
    const struct ct_near *x, const uint8_t *q, int max, struct ct_near_find *f)
{
	f->n = 0;
	return (struct search){
		.x = x,
		.kernel = ct_near_chosen(),
		.f = f,
		.q = q,
		.max = max,
		.entries = ct_near_entries(x->plan, x->n),
	};
}

/* After the lists were read. */
static int
end(const struct search *s, int rc, struct ct_err *err)
{
	if (rc == TOO_MUCH)
		return brute(s->x, s->q, s->max, s->f, err);
	if (!rc)
		order(s->f);
	return rc;
}

int
ct_near(const struct ct_near *x, const uint8_t q[CT_HASH_LEN], int max,
    struct ct_near_find *f, struct ct_err *err)
{
	struct search s = begin(x, q, max, f);
	int quota[CT_NEAR_CHUNKS + 1];

	if (max < 0 || x->n == 0)
		return 0;
	if (!plan(x, max, quota))
		return brute(x, q, max, f, err);
	if (prepare(x, f, err))
		return err->code;
	return end(&s, all_lists(&s, quota, err), err);
}
