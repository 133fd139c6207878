/* What ct-match finds of videos is what ct_vpdq_compare counts of each pair, by
 * every plan of the index, or that a part of one is like the other. */
#include "clip.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ham.h"
#include "match.h"
#include "prog.h"

#include "../tap.h"

#define FILMS 12
#define LONG ((size_t)90) /* frames of a film */
#define LISTED 60
#define ASKED 60

static uint8_t film[FILMS * LONG * CT_HASH_LEN];
static struct ct_vpdq listed[LISTED];
static char *dir;

static uint32_t
rnd(uint32_t below)
{
	static uint32_t x = 2463534242;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x % below;
}

/* A piece of a film, its frames some bits away, some of them bad, flat or
 * there before. */
static void
piece(struct ct_vpdq *v, size_t most)
{
	const uint8_t *from = film + rnd(FILMS) * LONG * CT_HASH_LEN;
	size_t n = 1 + rnd((uint32_t)most), at = rnd(LONG), i, bits;
	struct ct_err err = { 0 };
	struct ct_vpdq_frame f = { .ms = 0 };

	v->n = 0;
	for (i = 0; i < n; i++, f.ms += 500) {
		if (i == 0 || rnd(8))
			memcpy(f.hash, from + (at + i) % LONG * CT_HASH_LEN,
			    CT_HASH_LEN);
		for (bits = rnd(4) ? rnd(24) : 0; bits; bits--)
			f.hash[rnd(CT_HASH_LEN)] ^= (uint8_t)(1 << rnd(8));
		if (rnd(20) == 0)
			memset(f.hash, 0, CT_HASH_LEN);
		f.quality = rnd(6) == 0 ? (uint8_t)(49 + rnd(2)) : 100;
		f.number = (uint32_t)i;
		if (ct_vpdq_add(v, &f, &err))
			ct_die_err(&err);
	}
}

static void
write_list(const char *path)
{
	FILE *list = fopen(path, "w"), *f;
	char line[CT_VPDQ_LINE], *name;
	size_t i, k;

	if (!list)
		ct_die(CT_CANTCREAT, "cannot write");
	for (i = 0; i < LISTED; i++) {
		name = ct_printf("%s/v%zu", dir, i);
		f = fopen(name, "w");
		if (!f)
			ct_die(CT_CANTCREAT, "cannot write");
		for (k = 0; k < listed[i].n; k++) {
			(void)ct_vpdq_line(&listed[i].frame[k], line);
			(void)fputs(line, f);
		}
		(void)fclose(f);
		(void)fprintf(list, "vpdq v%zu %zu\n", i, i);
		free(name);
	}
	(void)fclose(list);
}

static json_t *
record(const struct ct_vpdq *v)
{
	char item[CT_VPDQ_LINE];
	json_t *frames = json_array();
	size_t i, len;

	for (i = 0; i < v->n; i++) {
		len = ct_vpdq_item(&v->frame[i], item);
		(void)json_array_append_new(
		    frames, json_stringn(item + 1, len - 2));
	}
	return json_pack("{s:s, s:{s:s}, s:{s:o}}", "id", "x", "file", "decode",
	    "ok", "hashes", "vpdq", frames);
}

/* The frames that count, each hash when it comes first; how many. */
static size_t
counted(const struct ct_vpdq *v, const struct ct_vpdq_frame *of[LONG])
{
	size_t i, k, n = 0;

	for (i = 0; i < v->n; i++) {
		const struct ct_vpdq_frame *f = &v->frame[i];

		for (k = 0; k < n; k++)
			if (memcmp(of[k]->hash, f->hash, CT_HASH_LEN) == 0)
				break;
		if (k == n && f->quality >= 50 && !ct_ham_flat(f->hash))
			of[n++] = f;
	}
	return n;
}

/* Is there a part of q that is like l, for contained percent of its time? */
static bool
part(const struct ct_vpdq *q, const struct ct_vpdq *l,
    const struct ct_clip_limits *limits)
{
	const struct ct_vpdq_frame *of[LONG], *to[LONG];
	size_t n = counted(q, of), m = counted(l, to), a, b, i, k, near;
	const int64_t step = q->n > 1 ? 500 : 0;
	const size_t percent = limits->query ? (size_t)limits->query : 80;
	int64_t first = -1, last = 0, lasts;
	bool is[LONG] = { false };

	for (i = 0; i < l->n; i++)
		if (l->frame[i].quality >= 50 &&
		    !ct_ham_flat(l->frame[i].hash)) {
			first = first < 0 ? l->frame[i].ms : first;
			last = l->frame[i].ms;
		}
	if (last <= first || first < 0 || !limits->contained)
		return false;
	for (i = 0; i < n; i++)
		for (k = 0; k < m; k++)
			is[i] |= ct_ham(of[i]->hash, to[k]->hash) <=
			    limits->distance;
	for (a = 0; a < n; a++)
		for (b = a, near = 0; b < n; b++) {
			near += is[b];
			lasts = a == b  ? step
			    : b + 1 < n ? of[b + 1]->ms - of[a]->ms
					: of[b]->ms + step - of[a]->ms;
			if (is[a] && is[b] &&
			    near * 100 >= (b - a + 1) * percent &&
			    lasts * 100 >= (last - first) * limits->contained)
				return true;
		}
	return false;
}

/* What a hit should say of a pair; false: it is none. */
static bool
brute(const struct ct_vpdq *q, const struct ct_vpdq *l,
    const struct ct_clip_limits *limits, struct ct_vpdq_score *score)
{
	struct ct_vpdq_set a, b;
	struct ct_err err = { 0 };

	if (ct_vpdq_set(&a, q, 50, &err) || ct_vpdq_set(&b, l, 50, &err) ||
	    ct_vpdq_compare(&a, &b, limits->distance, false, score, &err))
		ct_die_err(&err);
	ct_vpdq_set_free(&a);
	ct_vpdq_set_free(&b);
	return ct_vpdq_match(score, limits->query, limits->compared) ||
	    (limits->contained && ct_vpdq_match(score, 0, limits->contained)) ||
	    part(q, l, limits);
}

static const json_t *
hit_of(const json_t *hits, size_t listed_as)
{
	const json_t *hit;
	char name[24];
	size_t i;

	(void)snprintf(name, sizeof name, "%zu", listed_as);
	json_array_foreach(hits, i, hit)
	{
		if (strcmp(ct_rec_text(hit, "entry"), name) == 0)
			return hit;
	}
	return NULL;
}

static json_int_t
number(const json_t *hit, const char *name)
{
	return json_integer_value(json_object_get(hit, name));
}

/* All pairs of one that is asked for: as many hits, and those. */
static bool
agrees(const struct ct_match *m, const struct ct_vpdq *q,
    const struct ct_clip_limits *limits, size_t *matches)
{
	const struct ct_match_how how = { -1, LISTED, limits };
	struct ct_vpdq_score s;
	enum ct_verdict verdict;
	struct ct_err err = { 0 };
	json_t *rec = record(q);
	const json_t *hits, *hit;
	bool good = ct_match_rec(m, &how, rec, &verdict, &err) == 0;
	size_t i, n = 0;

	hits = ct_rec_get(rec, "match.hits");
	for (i = 0; good && i < LISTED; i++) {
		hit = hit_of(hits, i);
		if (!brute(q, &listed[i], limits, &s)) {
			good = !hit;
			continue;
		}
		n++;
		good = hit &&
		    number(hit, "query_percent") ==
			(json_int_t)(s.query_near * 100 / s.query) &&
		    number(hit, "compared_percent") ==
			(json_int_t)(s.compared_near * 100 / s.compared) &&
		    number(hit, "frames") == (json_int_t)s.compared;
	}
	good &= n == json_array_size(hits) && (verdict == CT_MATCH) == (n > 0);
	*matches += n;
	json_decref(rec);
	return good;
}

static void
all(const char *path, const char *plan)
{
	static const struct ct_clip_limits how[] = { { 31, 80, 0, 80, 0, 0 },
		{ 31, 80, 0, 0, 0, 0 }, { 0, 10, 10, 100, 0, 0 },
		{ 15, 0, 50, 0, 0, 0 }, { 31, 0, 0, 0, 0, 0 } };
	const struct ct_match_from from = { .path = path };
	struct ct_vpdq q = { 0 };
	struct ct_match *m;
	struct ct_err err = { 0 };
	size_t i, k, matches = 0;
	bool good = true;

	if (ct_match_open(&m, &from, &err))
		ct_die_err(&err);
	for (i = 0; i < ASKED; i++) {
		piece(&q, i % 2 ? 10 : LONG);
		for (k = 0; k < sizeof how / sizeof how[0]; k++)
			good &= agrees(m, &q, &how[k], &matches);
	}
	ok(good && matches > ASKED, "%s: as brute force has it, %zu times",
	    plan, matches);
	ct_match_close(m);
	ct_vpdq_free(&q);
}

static void
run(size_t most, const char *what)
{
	char *list = ct_printf("%s/list", dir);
	char *index = ct_printf("%s/index.ctx", dir), *name;
	const char *const lists[] = { list };
	const struct ct_match_build b = { lists, 1, NULL, index, -1, 0 };
	struct ct_err err = { 0 };
	size_t i;

	for (i = 0; i < LISTED; i++)
		piece(&listed[i], most);
	write_list(list);
	all(list, what);
	if (ct_match_build(&b, &err))
		ct_die_err(&err);
	all(index, what);
	for (i = 0; i < LISTED; i++) {
		name = ct_printf("%s/v%zu", dir, i);
		(void)unlink(name);
		free(name);
	}
	(void)unlink(list);
	(void)unlink(index);
	free(list);
	free(index);
}

int
main(void)
{
	char name[] = "/tmp/clip.XXXXXX";
	size_t i;

	ct_start("clip");
	dir = mkdtemp(name);
	if (!dir)
		ct_die(CT_CANTCREAT, "no directory");
	for (i = 0; i < sizeof film; i++)
		film[i] = (uint8_t)rnd(256);
	run(8, "few frames, none indexed");
	run(LONG, "many, by the ring and the wide plan");
	(void)rmdir(dir);
	for (i = 0; i < LISTED; i++)
		ct_vpdq_free(&listed[i]);
	done();
}
