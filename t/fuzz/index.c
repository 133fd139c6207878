/* An index that is sound but for some words, its checksums made good: nothing
 * outside is read, whatever plan it has and whatever it is asked. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "set.h"
#include "set_file.h"
#include "tmk.h"

#define HASHES (CT_NEAR_FEW + 88)
#define STREAM 1100 /* queries: enough for a chunk at a time */

struct mem {
	uint8_t *p;
	size_t len;
};

/* one index by each plan */
static struct mem sound[2];
static uint8_t query[STREAM * CT_HASH_LEN];

static int
put(void *arg, const void *bytes, size_t len)
{
	struct mem *m = arg;

	m->p = realloc(m->p, m->len + len);
	must(m->p);
	memcpy(m->p + m->len, bytes, len);
	m->len += len;
	return 0;
}

static void
build(struct mem *m, size_t wide)
{
	static const struct ct_set_head head = { 1, 1, 1 };
	struct ct_build *b = ct_build_new();
	struct ct_err err;
	uint8_t hash[CT_HASH_LEN];
	uint64_t content, x = 88172645463325252u;
	static struct ct_tmk tmk;
	const struct ct_build_value value = { tmk.average, &tmk,
		sizeof tmk.average, sizeof tmk };
	uint32_t note;
	size_t i, k;

	must(b && ct_build_group(b, "{}", 2, &err) == 0);
	for (i = 0; i < HASHES; i++) {
		for (k = 0; k < sizeof hash; k++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			hash[k] = (uint8_t)(x >> 24);
		}
		must(ct_build_note(b, "{\"entry\":\"1\"}", 13, &note, &err) ==
		    0);
		must(ct_build_hash(b, "pdq", hash, sizeof hash, note, &err) ==
		    0);
		must(ct_build_hash(b, "md5", hash, 16, note, &err) == 0);
		must(ct_build_hash(
			 b, "vpdq", hash, sizeof hash, i & ~7u, &err) == 0);
		tmk.average[i % CT_TMK_DIM] = (float)hash[0];
		memcpy(query + i * CT_HASH_LEN, hash, sizeof hash);
		memcpy(
		    query + (STREAM - 1 - i) * CT_HASH_LEN, hash, sizeof hash);
	}
	must(ct_build_value(b, "tmk", &value, note, &err) == 0);
	ct_build_newer(b);
	ct_build_near(b, "pdq", wide);
	ct_build_near(b, "vpdq", wide);
	must(ct_build_finish(b, &content, &err) == 0);
	must(ct_build_write(b, &head, put, m, &err) == 0);
	ct_build_free(b);
}

static int
seen(void *arg, size_t i, const struct ct_near_find *f, struct ct_err *err)
{
	(void)err;
	must(i < STREAM && f->n > 0);
	return *(int *)arg;
}

/* Whatever its floats say. */
static void
ask_values(const struct ct_set_kind *k)
{
	static struct ct_tmk of;
	struct ct_tmk_shift shift[CT_TMK_PERIODS];
	struct ct_tmk_hit hit[2];
	float unit[CT_TMK_DIM] = { 1 };
	int i;

	if (k->unit_len == sizeof unit)
		(void)ct_tmk_scan(unit, k->unit, k->n, 0, hit, 2);
	if (k->value_len != sizeof of || k->n == 0)
		return;
	of.cos[0][0][0] = 1;
	(void)ct_tmk_level2(&of, k->value, shift);
	for (i = 0; i < CT_TMK_PERIODS; i++)
		must(shift[i].frames < shift[i].period);
}

/* what: 0 for all of it, else one kind of question, so that more inputs are
 * tried in a time. */
static void
ask(const struct ct_set *set, int what)
{
	const struct ct_set_kind *vpdq = ct_set_kind(set, "vpdq");
	const struct ct_set_kind *tmk = ct_set_kind(set, "tmk");
	const struct ct_set_kind *pdq = ct_set_kind(set, "pdq");
	const struct ct_set_kind *md5 = ct_set_kind(set, "md5");
	struct ct_near_find found = { 0 };
	const uint32_t *note;
	struct ct_err err;
	const char *text;
	size_t i, n, len, group;
	int more = 0;

	if (what) {
		what = 1 + what % 4;
		md5 = what == 1 ? md5 : NULL;
		pdq = what == 2 ? pdq : NULL;
		vpdq = what == 3 ? vpdq : NULL;
		tmk = what == 4 ? tmk : NULL;
	}
	if (md5)
		(void)ct_set_find(md5, query);
	if (pdq && ct_set_near(pdq, query, 31, &found, &err) == 0)
		for (i = 0; i < found.n; i++)
			if (ct_set_notes(
				pdq, found.hit[i].i, &note, &n, &err) == 0)
				for (; n; n--, note++)
					(void)ct_set_note(set, *note, &text,
					    &len, &group, &err);
	if (pdq) {
		(void)ct_set_near(pdq, query, 15, &found, &err);
		(void)ct_set_near(pdq, query, 47, &found, &err);
		(void)ct_set_near_each(
		    pdq, query, STREAM, 31, &found, seen, &more, &err);
	}
	if (vpdq)
		(void)ct_set_near_each(
		    vpdq, query, STREAM, 31, &found, seen, &more, &err);
	if (tmk && tmk->unit)
		ask_values(tmk);
	ct_near_free(&found);
}

/* data: which of both and what is asked, then places in units of 4 bytes and
 * what stands there; below 2^16 in the header, above it anywhere. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct set_header *h;
	struct mem *m;
	struct ct_set *set;
	struct ct_err err;
	uint32_t at, word;
	uint8_t *copy;
	int what;

	if (!sound[0].p) {
		build(&sound[0], 0);
		build(&sound[1], CT_NEAR_SMALL);
	}
	if (len == 0)
		return 0;
	m = &sound[data[0] & 1];
	what = data[0] >> 1;
	copy = malloc(m->len);
	must(copy);
	memcpy(copy, m->p, m->len);
	for (data++, len--; len >= 8; data += 8, len -= 8) {
		memcpy(&at, data, 4);
		memcpy(&word, data + 4, 4);
		at = at < 1U << 16 ? at % (SET_HEAD / 4)
				   : at % (uint32_t)(m->len / 4);
		memcpy(copy + at * (size_t)4, &word, 4);
	}
	h = (void *)copy;
	h->sum = ct_set_sum(h, SET_HEAD - sizeof h->sum);
	if (ct_set_bytes(&set, copy, m->len, &err) == 0) {
		ask(set, what);
		ct_set_close(set);
	}
	free(copy);
	return 0;
}
