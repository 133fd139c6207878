/* match_flood.c - a hash that suddenly hits much goes to people only */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "match_impl.h"
#include "prog.h"

#define HOUR 3600000 /* ms */

/* An hour begins with the first object that the hash hits. */
struct count {
	uint64_t key; /* type and index of the hash, and 1 */
	int64_t since;
	size_t n;
};

struct match_flood {
	struct count *at; /* cap of them, a power of two; by hash */
	size_t n, cap;
};

struct match_flood *
match_flood(void)
{
	struct match_flood *f = ct_alloc(1, sizeof *f);

	f->cap = 1024;
	f->at = ct_alloc(f->cap, sizeof *f->at);
	return f;
}

void
match_flood_free(struct match_flood *f)
{
	if (f)
		free(f->at);
	free(f);
}

static struct count *
find(const struct match_flood *f, uint64_t key)
{
	size_t i = (size_t)(key * 0x9e3779b97f4a7c15 >> 20) & (f->cap - 1);

	while (f->at[i].key && f->at[i].key != key)
		i = (i + 1) & (f->cap - 1);
	return &f->at[i];
}

/* Forget what is over; grow if that is not enough. */
static void
make_room(struct match_flood *f, int64_t now)
{
	struct match_flood old = *f;
	size_t i, live = 0;

	for (i = 0; i < old.cap; i++)
		live += old.at[i].key && now - old.at[i].since < HOUR;
	while (f->cap < 4 * live)
		f->cap *= 2;
	f->at = ct_alloc(f->cap, sizeof *f->at);
	f->n = live;
	for (i = 0; i < old.cap; i++)
		if (old.at[i].key && now - old.at[i].since < HOUR)
			*find(f, old.at[i].key) = old.at[i];
	free(old.at);
}

static size_t
count(struct match_flood *f, uint64_t key, int64_t now)
{
	struct count *c;

	if (2 * f->n >= f->cap)
		make_room(f, now);
	c = find(f, key);
	f->n += !c->key;
	if (!c->key || now - c->since >= HOUR || now < c->since)
		*c = (struct count){ key, now, 0 };
	return ++c->n;
}

/* ---- of one record -------------------------------------------------------
 */

struct one {
	uint64_t key;
	size_t limit;
	size_t at;  /* where its policy is told */
	bool flood; /* it is too much */
};

struct later {
	size_t n;
	struct one one[];
};

void *
match_later(const struct ct_match *m, const struct ct_match_how *how,
    const struct ct_match_work *w, size_t offset)
{
	size_t n = w->hits.n < how->max_hits ? w->hits.n : how->max_hits, i;
	const struct match_hit *h = w->hits.p;
	struct ct_err err;
	struct later *l;
	const char *text;
	size_t len, group;

	if (!n)
		return NULL;
	l = ct_alloc(1, sizeof *l + n * sizeof *l->one);
	for (i = 0; i < n; i++, h++) {
		/* what is equal hits as often as it comes, by no chance */
		if (!match_near(h->type) ||
		    match_note(m, h->note, &text, &len, &group, &err) ||
		    !m->group[group].flood)
			continue;
		l->one[l->n++] =
		    (struct one){ (uint64_t)(h->type + 1) << 32 | h->hash,
			    m->group[group].flood, offset + w->at[i], false };
	}
	if (l->n)
		return l;
	free(l);
	return NULL;
}

/* In place of each "policy":"..." that is marked, in one go. */
static void
mark(const struct later *l, struct ct_text *record)
{
	static const char now[] = "\"flood\":true,\"policy\":\"review\"";
	static const char name[] = "\"policy\":\"";
	struct ct_text text = { 0 };
	size_t i, from = 0;

	for (i = 0; i < l->n; i++) {
		if (!l->one[i].flood)
			continue;
		ct_text_add(&text, record->s + from, l->one[i].at - from);
		ct_text_add(&text, now, sizeof now - 1);
		from = l->one[i].at + sizeof name - 1;
		while (record->s[from++] != '"')
			;
	}
	ct_text_add(&text, record->s + from, record->len - from);
	record->len = 0;
	ct_text_add(record, text.s, text.len);
	ct_text_free(&text);
}

static int
by_key(const void *a, const void *b)
{
	const struct one *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

static int
by_place(const void *a, const void *b)
{
	const struct one *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

void
match_settle(struct match_flood *f, void *later, struct ct_text *record)
{
	struct later *l = later;
	int64_t now = ct_now();
	size_t i, n = 0;
	bool any = false;

	qsort(l->one, l->n, sizeof *l->one, by_key);
	for (i = 0; i < l->n; i++) {
		if (i == 0 || l->one[i].key != l->one[i - 1].key)
			n = count(f, l->one[i].key, now);
		l->one[i].flood = n > l->one[i].limit;
		any |= l->one[i].flood;
	}
	if (record && any) {
		qsort(l->one, l->n, sizeof *l->one, by_place);
		mark(l, record);
	}
	free(l);
}
