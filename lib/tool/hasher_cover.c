/* hasher_cover.c - of a long video the frames that stand for all */
#include <stdlib.h>
#include <string.h>

#include "ham.h"
#include "hasher_impl.h"
#include "prog.h"

#define RECENT 16 /* frames kept last, which most are near to */
#define HITS 64
#define STEP 2 /* bits */

/* What is compared at all; above that, one is as good as another. */
static int
worth(const struct ct_vpdq_frame *f)
{
	return f->quality < CT_VPDQ_QUALITY ? f->quality : CT_VPDQ_QUALITY;
}

static size_t
length(const struct ct_vpdq_frame *f)
{
	char text[CT_VPDQ_LINE];

	return ct_vpdq_item(f, text) + 1;
}

static int
by_hash(const void *a, const void *b)
{
	const struct ct_vpdq_frame *x = a, *y = b;
	int c = memcmp(x->hash, y->hash, sizeof x->hash);

	if (c == 0)
		c = worth(y) - worth(x);
	return c ? c : (x->number > y->number) - (x->number < y->number);
}

static int
by_number(const void *a, const void *b)
{
	const struct ct_vpdq_frame *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

/* Each hash once, in the order in which they are shown: of those that are
 * alike the first of the best. */
static void
unlike(struct ct_vpdq *v)
{
	size_t i, n = 1;

	qsort(v->frame, v->n, sizeof *v->frame, by_hash);
	for (i = 1; i < v->n; i++)
		if (memcmp(v->frame[i].hash, v->frame[n - 1].hash,
			sizeof v->frame->hash) != 0)
			v->frame[n++] = v->frame[i];
	v->n = n;
	qsort(v->frame, v->n, sizeof *v->frame, by_number);
}

struct chosen {
	const struct ct_vpdq_frame *frame;
	size_t *at;    /* index of each that is kept */
	uint8_t *hash; /* packed */
	size_t n;
};

static bool
stands_for(const struct chosen *c, size_t i, const struct ct_vpdq_frame *f)
{
	return worth(&c->frame[c->at[i]]) >= worth(f);
}

/* Is one that is kept within so many bits of it, and as good? */
static bool
covered(const struct chosen *c, const struct ct_vpdq_frame *f, int bits)
{
	size_t hit[HITS], n, i, last = c->n > RECENT ? c->n - RECENT : 0;

	for (i = c->n; i > last; i--)
		if (ct_ham(c->hash + (i - 1) * CT_HASH_LEN, f->hash) <= bits &&
		    stands_for(c, i - 1, f))
			return true;
	n = ct_ham_scan(f->hash, c->hash, last, bits, hit, HITS);
	for (i = 0; i < n && i < HITS; i++)
		if (stands_for(c, hit[i], f))
			return true;
	return false;
}

/* Keep what no other is within so many bits of; false: it is too much, and
 * what was kept is the first of it. */
static bool
choose(struct chosen *c, const struct ct_vpdq *v, int bits, size_t most)
{
	size_t i, len = 0;

	c->n = 0;
	for (i = 0; i < v->n; i++) {
		if (bits && covered(c, &v->frame[i], bits))
			continue;
		len += length(&v->frame[i]);
		if (len > most)
			return false;
		memcpy(c->hash + c->n * CT_HASH_LEN, v->frame[i].hash,
		    CT_HASH_LEN);
		c->at[c->n++] = i;
	}
	return true;
}

bool
hasher_cover(struct ct_vpdq *v, size_t most, int *cover)
{
	struct chosen c = { .frame = NULL };
	size_t i, len = 0;
	bool fits;

	*cover = 0;
	for (i = 0; i < v->n; i++)
		len += length(&v->frame[i]);
	if (len <= most)
		return true;
	unlike(v);
	c.frame = v->frame;
	c.at = ct_alloc(v->n, sizeof *c.at);
	c.hash = ct_alloc(v->n, CT_HASH_LEN);
	fits = choose(&c, v, 0, most);
	while (!fits && *cover < HASHER_COVER)
		fits = choose(&c, v, *cover += STEP, most);
	for (i = 0; i < c.n; i++)
		v->frame[i] = v->frame[c.at[i]];
	v->n = c.n;
	free(c.at);
	free(c.hash);
	return fits;
}
