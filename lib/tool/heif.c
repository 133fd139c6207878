#include "heif.h"

#include <string.h>

#include "number.h"

#define ITEMS 4096 /* that are looked at */

/* What is left to read; bad: it was not enough. */
struct left {
	const uint8_t *p;
	size_t n;
	bool bad;
};

static void
skip(struct left *l, size_t n)
{
	l->bad |= n > l->n;
	n = n < l->n ? n : l->n;
	if (n)
		l->p += n; /* it may be NULL */
	l->n -= n;
}

/* A number, highest byte first; of no bytes, 0. */
static uint64_t
number(struct left *l, size_t bytes)
{
	const uint8_t *p = l->p;

	skip(l, bytes);
	return l->bad ? 0 : ct_big(p, (int)bytes);
}

static uint32_t
small(struct left *l, size_t bytes)
{
	return (uint32_t)number(l, bytes);
}

/* ---- boxes ----------------------------------------------------------------
 */

/* The next box, and what is in it; false: there is none. */
static bool
next(struct left *l, uint8_t type[4], struct ct_heif_box *box)
{
	uint64_t size = number(l, 4);
	size_t head = 8;

	if (l->bad || l->n < 4)
		return false;
	memcpy(type, l->p, 4);
	skip(l, 4);
	if (size == 1) {
		size = number(l, 8);
		head = 16;
	} else if (size == 0) {
		size = l->n + head;
	}
	if (l->bad || size < head || size - head > l->n)
		return false;
	*box = (struct ct_heif_box){ l->p, (size_t)size - head };
	skip(l, box->n);
	return true;
}

static bool
is(const uint8_t type[4], const char *name)
{
	return memcmp(type, name, 4) == 0;
}

/* The first of that name. */
static struct ct_heif_box
child(struct left l, const char *name)
{
	struct ct_heif_box box;
	uint8_t type[4];

	while (next(&l, type, &box))
		if (is(type, name))
			return box;
	return (struct ct_heif_box){ NULL, 0 };
}

/* A full box: what follows its version and flags. */
static struct left
full(struct ct_heif_box box, uint32_t *version, uint32_t *flags)
{
	struct left l = { box.p, box.n, false };

	*version = small(&l, 1);
	*flags = small(&l, 3);
	return l;
}

bool
ct_heif_open(struct ct_heif *h, const uint8_t *meta, size_t len)
{
	struct left l = { meta, len, false }, in;
	struct ct_heif_box iprp;

	skip(&l, 4);
	h->pitm = child(l, "pitm");
	h->iinf = child(l, "iinf");
	h->iloc = child(l, "iloc");
	h->iref = child(l, "iref");
	h->idat = child(l, "idat");
	iprp = child(l, "iprp");
	in = (struct left){ iprp.p, iprp.n, false };
	h->ipco = child(in, "ipco");
	h->ipma = child(in, "ipma");
	return h->pitm.p && h->iinf.p && h->iloc.p;
}

/* ---- items ----------------------------------------------------------------
 */

/* What kind it is. */
static bool
type_of(const struct ct_heif *h, uint32_t id, char type[5])
{
	uint32_t version, flags, its;
	struct left l = full(h->iinf, &version, &flags), in;
	struct ct_heif_box box;
	uint8_t name[4];

	skip(&l, version ? 4 : 2);
	while (next(&l, name, &box)) {
		if (!is(name, "infe"))
			continue;
		in = full(box, &version, &flags);
		if (version < 2)
			continue;
		its = small(&in, version == 2 ? 2 : 4);
		skip(&in, 2);
		if (its != id || in.bad || in.n < 4)
			continue;
		memcpy(type, in.p, 4);
		type[4] = '\0';
		return true;
	}
	return false;
}

/* The widths of numbers in iloc. */
struct widths {
	size_t id, offset, length, base, index;
	bool how; /* it says in what they lie */
};

static void
piece(const struct ct_heif *h, uint32_t how, uint64_t base, uint64_t at,
    uint64_t len, struct ct_heif_item *item)
{
	struct ct_heif_piece *p = &item->piece[item->pieces++];
	uint64_t from;

	if (__builtin_add_overflow(base, at, &from))
		from = UINT64_MAX;
	*p = (struct ct_heif_piece){ .at = from, .len = len };
	if (how == 0)
		return;
	p->here = h->idat.p ? h->idat.p : h->iloc.p;
	if (from > h->idat.n) {
		p->len = 0;
		return;
	}
	p->here += from;
	if (len == 0 || len > h->idat.n - from)
		p->len = h->idat.n - from;
}

/* One item of iloc; is it this one, and can it be had? */
static bool
located(const struct ct_heif *h, struct left *l, const struct widths *w,
    struct ct_heif_item *item)
{
	uint32_t id = small(l, w->id), how = w->how ? small(l, 2) & 15 : 0;
	uint32_t other = small(l, 2), pieces, i;
	uint64_t base = number(l, w->base), at, len;
	bool wanted = id == item->id, good;

	pieces = small(l, 2);
	good = wanted && how <= 1 && other == 0 && pieces > 0 &&
	    pieces <= CT_HEIF_PIECES;
	for (i = 0; i < pieces && !l->bad; i++) {
		skip(l, w->index);
		at = number(l, w->offset);
		len = number(l, w->length);
		if (good && !l->bad)
			piece(h, how, base, at, len, item);
	}
	return good && !l->bad;
}

static bool
locate(const struct ct_heif *h, struct ct_heif_item *item)
{
	uint32_t version, flags, sizes, n, i;
	struct left l = full(h->iloc, &version, &flags);
	struct widths w;

	sizes = small(&l, 2);
	w = (struct widths){ .id = version < 2 ? 2 : 4,
		.offset = sizes >> 12,
		.length = sizes >> 8 & 15,
		.base = sizes >> 4 & 15,
		.index = version ? sizes & 15 : 0,
		.how = version > 0 };
	if (version > 2 || w.offset > 8 || w.length > 8 || w.base > 8 ||
	    w.index > 8)
		return false;
	n = small(&l, w.id);
	for (i = 0; i < n && !l.bad; i++) {
		item->pieces = 0;
		if (located(h, &l, &w, item))
			return true;
	}
	return false;
}

/* ---- properties -----------------------------------------------------------
 */

static void
colours(struct left l, struct ct_heif_item *item)
{
	if (l.n < 11 || !is(l.p, "nclx"))
		return;
	skip(&l, 10);
	item->range = small(&l, 1) >> 7 ? 1 : 0;
}

/* Property number n, from 1. */
static void
property(const struct ct_heif *h, uint32_t n, struct ct_heif_item *item)
{
	struct left l = { h->ipco.p, h->ipco.n, false }, in;
	struct ct_heif_box box = { NULL, 0 };
	uint8_t type[4];

	for (; n; n--)
		if (!next(&l, type, &box))
			return;
	if (!box.p)
		return;
	in = (struct left){ box.p, box.n, false };
	if (is(type, "hvcC") || is(type, "av1C")) {
		item->code = box.p;
		item->code_len = box.n;
	} else if (is(type, "irot")) {
		item->turn = (4 - (small(&in, 1) & 3)) % 4 * 90;
	} else if (is(type, "colr")) {
		colours(in, item);
	} else if (is(type, "ispe")) {
		skip(&in, 4);
		item->w = small(&in, 4);
		item->h = small(&in, 4);
	}
}

static void
properties(const struct ct_heif *h, struct ct_heif_item *item)
{
	uint32_t version, flags, n, i, id, each, k, which;
	struct left l;

	if (!h->ipma.p || !h->ipco.p)
		return;
	l = full(h->ipma, &version, &flags);
	n = small(&l, 4);
	for (i = 0; i < n && !l.bad; i++) {
		id = small(&l, version ? 4 : 2);
		each = small(&l, 1);
		for (k = 0; k < each && !l.bad; k++) {
			which = small(&l, flags & 1 ? 2 : 1) &
			    (flags & 1 ? 0x7fff : 0x7f);
			if (id == item->id)
				property(h, which, item);
		}
		if (id == item->id)
			return;
	}
}

bool
ct_heif_item(const struct ct_heif *h, uint32_t id, struct ct_heif_item *item)
{
	*item = (struct ct_heif_item){ .id = id, .range = -1 };
	if (!type_of(h, id, item->type) || !locate(h, item))
		return false;
	properties(h, item);
	return true;
}

bool
ct_heif_primary(const struct ct_heif *h, struct ct_heif_item *item)
{
	uint32_t version, flags, id;
	struct left l = full(h->pitm, &version, &flags);

	id = small(&l, version ? 4 : 2);
	return !l.bad && ct_heif_item(h, id, item);
}

/* ---- grids, and what belongs together ---------------------------------------
 */

/* Is it a tile of another, its thumbnail, its depth or transparency? */
static bool
belongs(const struct ct_heif *h, uint32_t id)
{
	uint32_t version, flags;
	struct left l, in;
	struct ct_heif_box box;
	uint8_t type[4];
	size_t wide, n;

	if (!h->iref.p)
		return false;
	l = full(h->iref, &version, &flags);
	wide = version ? 4 : 2;
	while (next(&l, type, &box)) {
		in = (struct left){ box.p, box.n, false };
		if (small(&in, wide) == id &&
		    (is(type, "thmb") || is(type, "auxl")))
			return true;
		if (!is(type, "dimg"))
			continue;
		for (n = small(&in, 2); n && !in.bad; n--)
			if (small(&in, wide) == id)
				return true;
	}
	return false;
}

static bool
pictorial(const uint8_t type[4])
{
	static const char types[][5] = { "hvc1", "hvc2", "av01", "avc1", "jpeg",
		"j2k1", "grid", "iovl", "iden", "unci" };
	size_t i;

	for (i = 0; i < sizeof types / sizeof *types; i++)
		if (is(type, types[i]))
			return true;
	return false;
}

bool
ct_heif_others(const struct ct_heif *h, uint32_t primary)
{
	uint32_t version, flags, id, n = 0;
	struct left l = full(h->iinf, &version, &flags), in;
	struct ct_heif_box box;
	uint8_t name[4];

	skip(&l, version ? 4 : 2);
	while (next(&l, name, &box)) {
		in = full(box, &version, &flags);
		if (!is(name, "infe") || version < 2)
			continue;
		id = small(&in, version == 2 ? 2 : 4);
		skip(&in, 2);
		if (id == primary || in.bad || in.n < 4 || !pictorial(in.p))
			continue;
		if (++n > ITEMS || !belongs(h, id))
			return true;
	}
	return false;
}

size_t
ct_heif_made_of(
    const struct ct_heif *h, uint32_t id, uint32_t *ids, size_t most)
{
	uint32_t version, flags;
	struct left l, in;
	struct ct_heif_box box;
	uint8_t type[4];
	size_t wide, n, i;

	if (!h->iref.p)
		return 0;
	l = full(h->iref, &version, &flags);
	wide = version ? 4 : 2;
	while (next(&l, type, &box)) {
		in = (struct left){ box.p, box.n, false };
		if (!is(type, "dimg") || small(&in, wide) != id)
			continue;
		n = small(&in, 2);
		if (n > most)
			return 0;
		for (i = 0; i < n; i++)
			ids[i] = small(&in, wide);
		return in.bad ? 0 : n;
	}
	return 0;
}

bool
ct_heif_grid(struct ct_heif_grid *g, const uint8_t *bytes, size_t len)
{
	struct left l = { bytes, len, false };
	uint32_t version = small(&l, 1), flags = small(&l, 1);
	size_t wide = flags & 1 ? 4 : 2;

	g->rows = small(&l, 1) + 1;
	g->columns = small(&l, 1) + 1;
	g->w = small(&l, wide);
	g->h = small(&l, wide);
	return !l.bad && version == 0 && g->w && g->h &&
	    g->rows * g->columns <= CT_HEIF_TILES;
}
