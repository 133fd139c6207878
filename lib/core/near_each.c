/*
 * near_each.c - many queries, a chunk at a time
 *
 * So what is read at random is one chunk's lists, which a CPU's caches hold,
 * and not those of all.
 */
#include <stdlib.h>
#include <string.h>

#include "near_kernel.h"

#define BLOCK CT_NEAR_BLOCK  /* queries that share loading the lists */
#define LEAST ((size_t)1024) /* fewer are searched one by one */
#define CACHE                                                          \
	((size_t)4 << 20) /* sketches of a chunk that a cache may hold \
			   */
#define LINE 32           /* sketches in a cache line */
#define SHARED 4          /* lists for each line of them; fewer do not pay */
#define PAD ((size_t)2 * CT_NEAR_SOON)
#define PAIRS ((size_t)1 << 17) /* that wait to be verified */
#define TOGETHER ((size_t)128)  /* of them are loaded at a time */
#define HITS ((size_t)1 << 21)  /* of a block; more are searched one by one */
#define SAMPLE 61 /* one in so many queries is looked at beforehand: */
#define SHARE 4   /* its lists may have one in so many of all hashes */

struct hit {
	uint32_t query;
	struct ct_near_hit is;
};

/* What one thread keeps of it, until ct_near_free: that much memory is not
 * cheap to get. */
struct ct_near_block {
	size_t row;      /* room for queries, and PAD more */
	uint16_t *chunk; /* [CT_NEAR_CHUNKS][row] */
	uint16_t *key;   /* [row]: of a chunk, some bits the other way */
	struct ct_near_pair *pair;
	struct hit *hit;
	size_t cap;
};

struct stream {
	const struct ct_near *x;
	const struct ct_near_kernel *kernel;
	const uint8_t *q; /* the block's */
	size_t n;
	int max;
	struct ct_near_block *r;
	size_t hits;
};

enum { TOO_MUCH = -1 };

void
ct_near_block_free(struct ct_near_block *r)
{
	if (!r)
		return;
	free(r->chunk);
	free(r->key);
	free(r->pair);
	free(r->hit);
	free(r);
}

static int
no_memory(struct ct_err *err)
{
	return ct_fail(err, CT_OSERR, "out of memory");
}

static int
keep(struct stream *s, const struct ct_near_hit *is, uint32_t query,
    struct ct_err *err)
{
	struct ct_near_block *r = s->r;
	size_t cap = r->cap ? 2 * r->cap : 1024;
	struct hit *p;

	if (s->hits == HITS)
		return TOO_MUCH;
	if (s->hits == r->cap) {
		p = realloc(r->hit, cap * sizeof *p);
		if (!p)
			return no_memory(err);
		r->hit = p;
		r->cap = cap;
	}
	r->hit[s->hits++] = (struct hit){ query, *is };
	return 0;
}

/* Pairs whose sketches agree, few enough to be loaded together. */
static int
verify_some(struct stream *s, const uint32_t *id, struct ct_near_pair *p,
    size_t n, struct ct_err *err)
{
	struct ct_near_hit hit;
	size_t i;
	int rc;

	for (i = 0; i < n; i++) {
		p[i].at = id[p[i].at];
		if (p[i].at >= s->x->n)
			return ct_fail(err, CT_DATAERR,
			    "the index is damaged: an entry of no hash");
		__builtin_prefetch(s->x->hash + p[i].at * CT_HASH_LEN);
		__builtin_prefetch(s->q + p[i].query * CT_HASH_LEN);
	}
	for (i = 0; i < n; i++)
		if (s->kernel->verify(s->q + p[i].query * CT_HASH_LEN,
			s->x->hash, &p[i].at, 1, s->max, &hit) &&
		    (rc = keep(s, &hit, p[i].query, err)))
			return rc;
	return 0;
}

/* All of them; id: those of the chunk. */
static int
verify(struct stream *s, const uint32_t *id, size_t n, struct ct_err *err)
{
	struct ct_near_pair *p = s->r->pair;
	size_t i, k, m;
	int rc = 0;

	for (i = 0; !rc && i < n; i += m) {
		m = n - i < TOGETHER ? n - i : TOGETHER;
		for (k = i; k < i + m; k++)
			__builtin_prefetch(&id[p[k].at]);
		rc = verify_some(s, id, p + i, m, err);
	}
	return rc;
}

/* Load it in order, which is faster than piece by piece. */
static void
sweep(const void *p, size_t len)
{
	const char *at = p, *end = at + len;

	for (; at < end; at += 64)
		(void)*(const volatile char *)at;
}

/* The lists of a chunk, of each query the one of its key in p. */
static int
pass(struct stream *s, struct ct_near_pass *p, const uint32_t *id,
    struct ct_err *err)
{
	size_t next = 0, before, n;
	int rc = 0;

	while (!rc && next < s->n) {
		before = next;
		n = s->kernel->stream(p, &next, s->r->pair, PAIRS);
		rc = n || next > before ? verify(s, id, n, err) : TOO_MUCH;
	}
	return rc;
}

/* On average, by a sample. */
static size_t
length(const struct stream *s, const struct ct_near_pass *p)
{
	size_t i, total = 0;

	for (i = 0; i < s->n; i += SAMPLE)
		total += p->first[p->key[i] + 1] - p->first[p->key[i]];
	return total / (s->n / SAMPLE + 1);
}

/* Keys with some bits the other way. */
static const uint16_t *
turned(struct stream *s, const uint16_t *key, uint16_t mask)
{
	size_t i;

	for (i = 0; i < s->r->row; i++)
		s->r->key[i] = key[i] ^ mask;
	return s->r->key;
}

static int
chunk(struct stream *s, size_t c, const int quota[CT_NEAR_CHUNKS + 1],
    struct ct_err *err)
{
	bool ring = s->x->plan == CT_NEAR_RING;
	size_t m = ct_near_entries(s->x->plan, s->x->n), k, read = 0;
	size_t keys = ring ? ct_near_masks[quota[c] - 1] : 1;
	const uint16_t *mask = ct_near_mask(),
		       *own = s->r->chunk + c * s->r->row;
	struct ct_near_pass p = {
		.first = s->x->first + c * (CT_NEAR_KEYS + 1),
		.sketch = s->x->sketch + c * m,
		.key = own,
		.want = s->r->chunk + (c + 1) % CT_NEAR_CHUNKS * s->r->row,
		.n = s->n,
	};
	int rc = 0;

	sweep(p.sketch, m * sizeof *p.sketch);
	for (k = 0; !rc && k < keys; k++) {
		if (mask[k])
			p.key = turned(s, own, mask[k]);
		p.limit =
		    quota[c] + quota[c + 1] - 1 - __builtin_popcount(mask[k]);
		read += length(s, &p);
		rc = read > s->x->n / SHARE
		    ? TOO_MUCH
		    : pass(s, &p, s->x->id + c * m, err);
	}
	return rc;
}

/* The chunks of all queries, chunk by chunk. */
static void
turn(struct stream *s)
{
	uint16_t chunk[CT_NEAR_CHUNKS];
	size_t i, c;

	for (i = 0; i < s->n; i++) {
		s->kernel->chunks(s->q + i * CT_HASH_LEN, chunk);
		for (c = 0; c < CT_NEAR_CHUNKS; c++)
			s->r->chunk[c * s->r->row + i] = chunk[c];
	}
	for (c = 0; c < CT_NEAR_CHUNKS; c++)
		memset(s->r->chunk + c * s->r->row + s->n, 0,
		    (s->r->row - s->n) * sizeof *s->r->chunk);
}

static int
by_query(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	if (x->query != y->query)
		return x->query < y->query ? -1 : 1;
	return x->is.i < y->is.i ? -1 : x->is.i > y->is.i;
}

/* The hits of one query, from h on, into f, each once; returns the next. */
static const struct hit *
gather(const struct hit *h, const struct hit *end, struct ct_near_find *f)
{
	uint32_t query = h->query;

	for (f->n = 0; h < end && h->query == query; h++)
		if (f->n == 0 || f->hit[f->n - 1].i != h->is.i)
			f->hit[f->n++] = h->is;
	return h;
}

static int
block(struct stream *s, struct ct_near_find *f, struct ct_err *err)
{
	int quota[CT_NEAR_CHUNKS + 1], rc = 0;
	size_t c;

	s->hits = 0;
	turn(s);
	ct_near_deal(s->max, quota);
	for (c = 0; !rc && c < CT_NEAR_CHUNKS; c++)
		if (quota[c])
			rc = chunk(s, c, quota, err);
	if (rc || !s->hits)
		return rc;
	qsort(s->r->hit, s->hits, sizeof *s->r->hit, by_query);
	f->n = 0;
	return ct_near_room(f, s->hits, err);
}

static int
one_by_one(const struct ct_near *x, const uint8_t *q, size_t n, size_t from,
    int max, struct ct_near_find *f, ct_near_fn *each, void *arg,
    struct ct_err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; !rc && i < n; i++) {
		rc = ct_near(x, q + i * CT_HASH_LEN, max, f, err);
		if (!rc && f->n)
			rc = each(arg, from + i, f, err);
	}
	return rc;
}

/* Is it worth it?  The lists of one chunk should fit a cache, and enough of
 * them be read. */
static bool
together(const struct ct_near *x, size_t n, int max)
{
	size_t m = ct_near_entries(x->plan, x->n);

	if (x->plan == CT_NEAR_BRUTE || max < 0 || max > CT_NEAR_WIDE_MAX ||
	    n < LEAST)
		return false;
	return x->plan == CT_NEAR_WIDE ||
	    (m * sizeof *x->sketch <= CACHE &&
		n * ct_near_masks[1] > SHARED * m / LINE);
}

/* What a block has found, query by query. */
static int
give(const struct stream *s, size_t from, struct ct_near_find *f,
    ct_near_fn *each, void *arg, struct ct_err *err)
{
	const struct hit *h = s->r->hit, *last;
	size_t query;
	int rc = 0;

	if (!s->hits)
		return 0;
	last = h + s->hits;
	while (!rc && h < last) {
		query = from + h->query;
		h = gather(h, last, f);
		rc = each(arg, query, f, err);
	}
	return rc;
}

static int
prepare(
    struct stream *s, size_t row, struct ct_near_find *f, struct ct_err *err)
{
	struct ct_near_block *r = f->each;

	if (r && r->row < row) {
		ct_near_block_free(r);
		r = f->each = NULL;
	}
	if (!r) {
		r = f->each = calloc(1, sizeof *r);
		if (!r)
			return no_memory(err);
		r->row = row;
		r->chunk = malloc(CT_NEAR_CHUNKS * row * sizeof *r->chunk);
		r->key = malloc(row * sizeof *r->key);
		r->pair = malloc(PAIRS * sizeof *r->pair);
	}
	s->r = r;
	if (r->chunk && r->key && r->pair)
		return 0;
	ct_near_block_free(r);
	f->each = NULL;
	return no_memory(err);
}

int
ct_near_each(const struct ct_near *x, const uint8_t *q, size_t n, int max,
    struct ct_near_find *f, ct_near_fn *each, void *arg, struct ct_err *err)
{
	struct stream s = { .x = x, .kernel = ct_near_chosen(), .max = max };
	size_t i;
	int rc = 0;

	if (!together(x, n, max))
		return one_by_one(x, q, n, 0, max, f, each, arg, err);
	rc = prepare(&s, (n < BLOCK ? n : BLOCK) + PAD, f, err);
	for (i = 0; !rc && i < n; i += s.n) {
		s.q = q + i * CT_HASH_LEN;
		s.n = n - i < BLOCK ? n - i : BLOCK;
		rc = block(&s, f, err);
		rc = rc == TOO_MUCH
		    ? one_by_one(x, s.q, s.n, i, max, f, each, arg, err)
		    : rc ? rc
			 : give(&s, i, f, each, arg, err);
	}
	return rc;
}
