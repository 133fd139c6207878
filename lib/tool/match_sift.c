/* match_sift.c - of many rows, which are worth being looked up? */
#include <stdlib.h>
#include <string.h>

#include "entry.h"
#include "match_impl.h"
#include "prog.h"

#define MIX 0x9e3779b97f4a7c15u
#define BITS_MIN 10
#define BITS_MAX 27
#define FEW ((size_t)24) /* hashes, that are compared as fast */
#define BITS_EACH \
	64 /* of the filter, a hash: one of as many passes by chance */

static const enum match_type types[CT_MATCH_COLUMNS] = { MD5, SHA1, SHA256,
	PDQ };

/* A bit for each hash that there is of a kind: few others have theirs set. */
struct filter {
	const struct ct_set_kind *kind; /* NULL: none */
	uint64_t *bit;
	int shift;
};

/* Hashes that something may be near to; n 0: none. */
struct lot {
	struct ct_near near;
	bool own; /* its lists are ours */
};

enum { PICTURES, FILMS, LOTS };
static const enum match_type lots[LOTS] = { PDQ, VPDQ };

struct ct_match_sieve {
	const struct ct_match *m;
	bool more;     /* the filters and lots are another's */
	int max[LOTS]; /* bits */
	struct filter filter[MATCH_PARTS][CT_MATCH_COLUMNS];
	struct lot lot[MATCH_PARTS][LOTS];
	struct ct_near_find near;
	bool *some;
	const uint8_t *quality; /* of frames; NULL: of rows, any */
};

static inline uint64_t
place(const struct filter *f, const uint8_t *hash)
{
	uint64_t a, b;

	memcpy(&a, hash, 8);
	memcpy(&b, hash + f->kind->len - 8, 8);
	return ((a ^ b) * MIX) >> f->shift;
}

static int
filter(struct filter *f, const struct ct_match *m, size_t part, int column,
    struct ct_err *err)
{
	enum match_type type = types[column];
	uint64_t at;
	int bits = BITS_MIN;
	size_t i;

	f->kind = match_kind(m, part, match_types[type]);
	if (f->kind && f->kind->len != ct_signal_len(match_types[type]))
		return ct_fail(err, CT_DATAERR,
		    "the index is damaged: the length of %s", f->kind->name);
	if (!f->kind || type == PDQ)
		return 0;
	while (bits < BITS_MAX && (size_t)1 << bits < BITS_EACH * f->kind->n)
		bits++;
	f->shift = 64 - bits;
	f->bit = ct_alloc((size_t)1 << (bits - 6), sizeof *f->bit);
	for (i = 0; i < f->kind->n; i++) {
		at = place(f, f->kind->hash + i * f->kind->len);
		f->bit[at / 64] |= (uint64_t)1 << at % 64;
	}
	return 0;
}

/* Of so few hashes a set has no index; so many queries are worth one. */
static int
lot(struct lot *l, const struct ct_set_kind *k, struct ct_err *err)
{
	size_t n = k ? k->near.n : 0;
	size_t m = CT_NEAR_CHUNKS * ct_near_entries(CT_NEAR_WIDE, n);
	uint32_t *first, *id;
	uint16_t *sketch;

	if (k)
		l->near = k->near;
	if (n < FEW || n > CT_NEAR_FEW || l->near.plan != CT_NEAR_BRUTE)
		return 0;
	l->own = true;
	l->near.plan = CT_NEAR_WIDE;
	l->near.first = first = ct_alloc(CT_NEAR_FIRST, sizeof *first);
	l->near.sketch = sketch = ct_alloc(m + CT_NEAR_PAD, sizeof *sketch);
	l->near.id = id = ct_alloc(m, sizeof *id);
	return ct_near_build(
	    CT_NEAR_WIDE, l->near.hash, n, first, sketch, id, err);
}

static void
lot_free(const struct lot *l)
{
	if (!l->own)
		return;
	free((void *)(uintptr_t)l->near.first);
	free((void *)(uintptr_t)l->near.sketch);
	free((void *)(uintptr_t)l->near.id);
}

int
ct_match_sieve(struct ct_match_sieve **out, const struct ct_match *m,
    const struct ct_match_how *how, struct ct_err *err)
{
	struct ct_match_sieve *s = ct_alloc(1, sizeof *s);
	size_t part;
	int i, rc = 0;

	*out = s;
	s->m = m;
	s->max[PICTURES] = how->threshold >= 0 ? how->threshold : m->threshold;
	s->max[FILMS] = match_clip_bits(m, how);
	for (part = 0; !rc && part < MATCH_PARTS; part++) {
		for (i = 0; !rc && i < CT_MATCH_COLUMNS; i++)
			rc = filter(&s->filter[part][i], m, part, i, err);
		for (i = 0; !rc && i < LOTS; i++)
			rc = lot(&s->lot[part][i],
			    match_kind(m, part, match_types[lots[i]]), err);
	}
	if (rc) {
		ct_match_sieve_free(s);
		*out = NULL;
	}
	return rc;
}

struct ct_match_sieve *
ct_match_sieve_more(const struct ct_match_sieve *sieve)
{
	struct ct_match_sieve *s = ct_alloc(1, sizeof *s);

	*s = *sieve;
	s->more = true;
	s->near = (struct ct_near_find){ .hit = NULL };
	return s;
}

void
ct_match_sieve_free(struct ct_match_sieve *s)
{
	size_t part;
	int i;

	if (!s)
		return;
	for (part = 0; !s->more && part < MATCH_PARTS; part++) {
		for (i = 0; i < CT_MATCH_COLUMNS; i++)
			free(s->filter[part][i].bit);
		for (i = 0; i < LOTS; i++)
			lot_free(&s->lot[part][i]);
	}
	ct_near_free(&s->near);
	free(s);
}

static void
digests(const struct filter *f, const uint8_t *hash, size_t n, bool *some)
{
	size_t len = f->kind->len, i;
	uint64_t at;

	for (i = 0; i < n; i++, hash += len) {
		at = place(f, hash);
		if (f->bit[at / 64] >> at % 64 & 1 &&
		    ct_set_find(f->kind, hash) != SIZE_MAX)
			some[i] = true;
	}
}

static int
near_one(
    void *arg, size_t i, const struct ct_near_find *found, struct ct_err *err)
{
	struct ct_match_sieve *s = arg;

	(void)found;
	(void)err;
	if (!s->quality || s->quality[i] >= s->m->least)
		s->some[i] = true;
	return 0;
}

/* Pictures or frames, among listed pictures and frames: either may be of the
 * other. */
static int
near_any(struct ct_match_sieve *s, size_t part, const uint8_t *hash, size_t n,
    struct ct_err *err)
{
	int i, rc = 0;

	for (i = 0; !rc && n && i < LOTS; i++)
		if (s->lot[part][i].near.n)
			rc = ct_near_each(&s->lot[part][i].near, hash, n,
			    s->max[i], &s->near, near_one, s, err);
	return rc;
}

int
ct_match_sift(struct ct_match_sieve *s, const struct ct_match_rows *rows,
    bool news, bool *some, struct ct_err *err)
{
	size_t part = news && s->m->delta ? 1 : 0;
	const struct filter *f;
	int i, rc = 0;

	s->some = some;
	s->quality = NULL;
	memset(some, 0, rows->n * sizeof *some);
	for (; !rc && part < MATCH_PARTS; part++) {
		rc = near_any(
		    s, part, rows->hash[CT_MATCH_COLUMNS - 1], rows->n, err);
		for (i = 0; !rc && types[i] != PDQ; i++) {
			f = &s->filter[part][i];
			if (f->kind)
				digests(f, rows->hash[i], rows->n, some);
		}
	}
	return rc;
}

int
ct_match_sift_frames(struct ct_match_sieve *s,
    const struct ct_match_frames *frames, bool news, bool *some,
    struct ct_err *err)
{
	size_t part = news && s->m->delta ? 1 : 0;
	int rc = 0;

	s->some = some;
	s->quality = frames->quality;
	memset(some, 0, frames->n * sizeof *some);
	for (; !rc && part < MATCH_PARTS; part++)
		rc = near_any(s, part, frames->hash, frames->n, err);
	return rc;
}
