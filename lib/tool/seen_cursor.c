/*
 * seen_cursor.c - a place in the keys of a sorted file
 *
 * Of each key stands there how many bytes it shares with the one before it,
 * how many more it has, and these; the first of a block shares none.
 */
#include <string.h>

#include "seen_impl.h"

static int
damaged(struct ct_err *err)
{
	return ct_fail(err, CT_DATAERR, "the store is damaged: a key");
}

/* A number of one byte or two, the high bit of the first says which. */
static inline const uint8_t *
number(const uint8_t *p, const uint8_t *end, size_t *n)
{
	if (p < end && *p < 0x80) {
		*n = *p;
		return p + 1;
	}
	if (end - p < 2)
		return NULL;
	*n = (size_t)(p[0] & 0x7f) << 8 | p[1];
	return p + 2;
}

/* Read the key at c->p.  Returns 0 or -1. */
static inline int
take(struct seen_cursor *c)
{
	size_t shared, more;
	const uint8_t *p = number(c->p, c->end, &shared);

	p = p ? number(p, c->end, &more) : NULL;
	if (!p || more > (size_t)(c->end - p) || shared > c->len ||
	    more > CT_SEEN_ID - shared)
		return -1;
	memcpy(c->key + shared, p, more);
	c->len = shared + more;
	c->p = p + more;
	return 0;
}

/* Where a block is. */
static int
block(const struct seen_segment *s, size_t b, const uint8_t **p,
    const uint8_t **end, struct ct_err *err)
{
	uint64_t from = s->at[b], to = s->at[b + 1];

	if (from > to || to > s->key_len)
		return damaged(err);
	*p = s->key + from;
	*end = s->key + to;
	return 0;
}

static int
enter(struct seen_cursor *c, size_t b, struct ct_err *err)
{
	if (block(c->s, b, &c->p, &c->end, err))
		return err->code;
	c->block = b;
	c->row = b * SEEN_BLOCK;
	c->len = 0;
	return take(c) < 0 ? damaged(err) : 0;
}

/* The first of a block, or of one behind it. */
static int
enter_from(struct seen_cursor *c, size_t b, struct ct_err *err)
{
	size_t at;

	for (; b < c->s->blocks; b++) {
		at = b * SEEN_BLOCK;
		if (!c->sound || seen_sound(c->s, SEEN_KEYS, at, 1))
			return enter(c, b, err);
		c->left +=
		    c->s->rows - at < SEEN_BLOCK ? c->s->rows - at : SEEN_BLOCK;
	}
	c->row = c->s->rows;
	return 0;
}

int
seen_first(struct seen_cursor *c, struct ct_err *err)
{
	return enter_from(c, 0, err);
}

int
seen_next(struct seen_cursor *c, struct ct_err *err)
{
	if (c->row + 1 >= c->s->rows) {
		c->row = c->s->rows;
		return 0;
	}
	if ((c->row + 1) % SEEN_BLOCK == 0)
		return enter_from(c, c->block + 1, err);
	c->row++;
	return take(c) < 0 ? damaged(err) : 0;
}

int
seen_go(struct seen_cursor *c, size_t row, struct ct_err *err)
{
	int rc = enter(c, row / SEEN_BLOCK, err);

	while (!rc && c->row < row)
		rc = seen_next(c, err);
	return rc;
}

/* The order of the first key of a block to this one. */
static int
compare(const struct seen_segment *s, size_t b, const uint8_t *key, size_t len,
    int *order, struct ct_err *err)
{
	const uint8_t *p, *end;
	size_t shared, n;

	if (block(s, b, &p, &end, err))
		return err->code;
	p = number(p, end, &shared);
	p = p ? number(p, end, &n) : NULL;
	if (!p || shared || n > (size_t)(end - p))
		return damaged(err);
	*order = seen_order(p, n, key, len);
	return 0;
}

/* The last block whose first key is not behind this one, from lo on, whose is
 * not; found is near lo. */
static int
leap(const struct seen_segment *s, size_t lo, const uint8_t *key, size_t len,
    size_t *found, struct ct_err *err)
{
	size_t hi = s->blocks, step = 1, mid;
	int order;

	for (; lo + step < hi; step *= 2) {
		if (compare(s, lo + step, key, len, &order, err))
			return err->code;
		if (order > 0)
			hi = lo + step;
		else
			lo += step;
	}
	while (hi - lo > 1) {
		mid = lo + (hi - lo) / 2;
		if (compare(s, mid, key, len, &order, err))
			return err->code;
		if (order > 0)
			hi = mid;
		else
			lo = mid;
	}
	*found = lo;
	return 0;
}

/* The first block, if its first key is not behind this one. */
static int
rewound(
    struct seen_cursor *c, const uint8_t *key, size_t len, struct ct_err *err)
{
	size_t b;
	int order;

	if (compare(c->s, 0, key, len, &order, err))
		return err->code;
	if (order >= 0)
		return enter(c, 0, err);
	return leap(c->s, 0, key, len, &b, err) ? err->code : enter(c, b, err);
}

int
seen_seek(
    struct seen_cursor *c, const uint8_t *key, size_t len, struct ct_err *err)
{
	bool end = c->row == c->s->rows;
	int order = 1;
	size_t b;

	if (c->p) /* at the end it is the last key */
		order = seen_order(c->key, c->len, key, len);
	if (order == 0 && !end)
		return 0;
	if (order < 0 && end)
		return 0;
	if (order >= 0 && rewound(c, key, len, err))
		return err->code;
	if (order < 0) { /* in a listing it is the next */
		if (seen_next(c, err))
			return err->code;
		if (c->row == c->s->rows ||
		    seen_order(c->key, c->len, key, len) >= 0)
			return 0;
		if (leap(c->s, c->block, key, len, &b, err))
			return err->code;
		if (b != c->block && enter(c, b, err))
			return err->code;
	}
	while (c->row < c->s->rows && seen_order(c->key, c->len, key, len) < 0)
		if (seen_next(c, err))
			return err->code;
	return 0;
}
