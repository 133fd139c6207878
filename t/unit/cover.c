/* cover - a video of more frames than its text may take: those that stay stand
 * for all */
#include <stdlib.h>
#include <string.h>

#include "ham.h"
#include "hasher_impl.h"
#include "prog.h"

#include "../tap.h"

#define ITEM 82 /* bytes of a frame at most, with its comma */

static uint64_t state;

static uint64_t
rnd(void)
{
	state = state * 6364136223846793005U + 1442695040888963407U;
	return state >> 33;
}

/* n frames near to a few: so many bits are turned of one of them. */
static void
make(struct ct_vpdq *v, size_t n, size_t few, int bits)
{
	uint8_t base[64][CT_PDQ_LEN];
	struct ct_vpdq_frame f;
	struct ct_err err;
	size_t i;
	int b;

	for (i = 0; i < sizeof base; i++)
		base[i / CT_PDQ_LEN][i % CT_PDQ_LEN] = (uint8_t)rnd();
	for (i = 0; i < n; i++) {
		f = (struct ct_vpdq_frame){ .number = (uint32_t)i,
			.ms = (int64_t)i * 1000,
			.quality = (uint8_t)(rnd() % 101) };
		memcpy(f.hash, base[rnd() % few], sizeof f.hash);
		for (b = 0; b < bits; b++)
			f.hash[rnd() % CT_PDQ_LEN] ^= (uint8_t)(1 << rnd() % 8);
		if (ct_vpdq_add(v, &f, &err))
			ct_die_err(&err);
	}
}

static int
worth(const struct ct_vpdq_frame *f)
{
	return f->quality < 50 ? f->quality : 50;
}

/* Is each of all within so many bits of one of some that is as good? */
static bool
stand(const struct ct_vpdq *all, const struct ct_vpdq *some, int bits)
{
	size_t i, j;

	for (i = 0; i < all->n; i++) {
		for (j = 0; j < some->n; j++)
			if (worth(&some->frame[j]) >= worth(&all->frame[i]) &&
			    ct_ham(some->frame[j].hash, all->frame[i].hash) <=
				bits)
				break;
		if (j == some->n)
			return false;
	}
	return true;
}

/* Are they frames of all, in order? */
static bool
among(const struct ct_vpdq *all, const struct ct_vpdq *some)
{
	const struct ct_vpdq_frame *a, *b;
	size_t j;

	for (j = 0; j < some->n; j++) {
		a = &some->frame[j];
		b = &all->frame[a->number];
		if (memcmp(a->hash, b->hash, sizeof a->hash) != 0 ||
		    a->ms != b->ms || a->quality != b->quality ||
		    (j && a->number <= some->frame[j - 1].number))
			return false;
	}
	return true;
}

static size_t
text(const struct ct_vpdq *v)
{
	char s[CT_VPDQ_LINE];
	size_t i, len = 0;

	for (i = 0; i < v->n; i++)
		len += ct_vpdq_item(&v->frame[i], s) + 1;
	return len;
}

/* What becomes of n of them if most bytes are allowed: the bits, or -1. */
static int
tried(size_t n, size_t few, int bits, size_t most, const char *what)
{
	struct ct_vpdq all = { .n = 0 }, some = { .n = 0 };
	int cover;
	bool fits;

	state = 7;
	make(&all, n, few, bits);
	state = 7;
	make(&some, n, few, bits);
	fits = hasher_cover(&some, most, &cover);
	ok(text(&some) <= most && some.n > 0, "%s: no more than may be", what);
	ok(among(&all, &some), "  frames of it, in order");
	ok(!fits || stand(&all, &some, cover),
	    "  %zu stand for %zu within %d bits", some.n, all.n, cover);
	ct_vpdq_free(&all);
	ct_vpdq_free(&some);
	return fits ? cover : -1;
}

int
main(void)
{
	const size_t most = (size_t)64 * ITEM;

	ok(tried(60, 64, 3, most, "what fits") == 0, "  as it is");
	ok(tried(900, 32, 0, most, "identical ones") == 0, "  alone go");
	ok(tried(900, 4, 1, most, "near ones") == 2, "  go at 2 bits");
	ok(tried(900, 4, 3, most, "less near ones") == 6, "  at 6");
	ok(tried(900, 4, 8, most, "others") == 16 ||
		tried(900, 4, 8, most, "others") == 14,
	    "  at 14 or 16");
	ok(tried(900, 64, 99, most, "of no likeness") == -1, "  are too many");
	done();
}
