/* The index finds what was put in, and no damage to it goes unnoticed. */
#include "set.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ham.h"

#include "../tap.h"

#define N 3000

struct mem {
	uint64_t p[1 << 17]; /* aligned to 8 */
	size_t len;
};

static struct mem file, again;
static uint8_t hash[N][CT_HASH_LEN];

#define VALUES 5

static int spill[3] = { -1, -1, -1 }; /* files for notes and values, if any */

static uint32_t
rnd(void)
{
	static uint32_t x = 2463534242;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

static int
put(void *arg, const void *bytes, size_t len)
{
	struct mem *m = arg;

	if (len > sizeof m->p - m->len)
		return -1;
	memcpy((uint8_t *)m->p + m->len, bytes, len);
	m->len += len;
	return 0;
}

/* n hashes of hash[], the order given by turn, every note its own text */
static int
build(struct mem *out, size_t n, size_t turn)
{
	static const struct ct_set_head head = { 412, 1000, 900 };
	struct ct_build *b = ct_build_new();
	struct ct_err err = { 0 };
	uint64_t content;
	uint32_t *note = calloc(n + 1, sizeof *note);
	char text[32];
	size_t i, k;
	int rc;

	if (spill[0] >= 0)
		ct_build_spill(b, spill[0], spill[1], spill[2]);
	rc = ct_build_group(b, "group", 5, &err);

	for (i = 0; i < n && !rc; i++) {
		if (i == n / 2)
			rc = ct_build_group(b, "", 0, &err);
		(void)snprintf(text, sizeof text, "n%zu", i);
		rc |= ct_build_note(b, text, strlen(text), &note[i], &err);
	}
	for (i = 0; i < n && !rc; i++) {
		k = (i + turn) % n;
		rc = ct_build_hash(
		    b, "pdq", hash[k], CT_HASH_LEN, note[k], &err);
		if (!rc && k % 3 == 0)
			rc =
			    ct_build_hash(b, "md5", hash[k], 16, note[k], &err);
	}
	for (i = 0; i < n && i < VALUES && !rc; i++) {
		(void)snprintf(text, sizeof text, "value %zu", i);
		rc = ct_build_value(b, "value",
		    &(struct ct_build_value){ text, hash[i], 8, 12 }, note[i],
		    &err);
	}
	if (n % 2)
		ct_build_newer(b);
	out->len = 0;
	rc = rc || ct_build_finish(b, &content, &err) ||
	    ct_build_write(b, &head, put, out, &err);
	ct_build_free(b);
	free(note);
	return rc;
}

/* Is note of index i of kind? */
static int
has(const struct ct_set_kind *k, size_t i, uint32_t note)
{
	struct ct_err err;
	const uint32_t *p;
	size_t n;

	if (ct_set_notes(k, i, &p, &n, &err))
		return 0;
	while (n && *p != note) {
		p++;
		n--;
	}
	return n > 0;
}

/* The notes near q at max bits: those that brute force over hash[] finds? */
static int
agrees(const struct ct_set *s, size_t n, const uint8_t *q, int max)
{
	static struct ct_near_find near;
	static uint8_t seen[N];
	const struct ct_set_kind *k = ct_set_kind(s, "pdq");
	struct ct_err err;
	const uint32_t *p;
	size_t found, i, m, want = 0, got = 0;

	memset(seen, 0, sizeof seen);
	if (k && ct_set_near(k, q, max, &near, &err))
		return 0;
	found = k ? near.n : 0;
	for (i = 0; i < found; i++) {
		if (ct_set_notes(k, near.hit[i].i, &p, &m, &err))
			return 0;
		for (; m; m--, p++, got++)
			if (*p < N)
				seen[*p] = 1;
	}
	for (i = 0; i < n; i++)
		if (ct_ham(q, hash[i]) <= max) {
			want++;
			if (!seen[i])
				return 0;
		}
	return want == got;
}

static void
search(const char *what, size_t n)
{
	static const int radius[] = { 0, 1, 15, 31, 63, 256 };
	const struct ct_set_kind *k;
	struct ct_err err = { 0 };
	struct ct_set *s = NULL;
	size_t i, r, flips, at;
	uint8_t q[CT_HASH_LEN] = { 0 };
	int good = 1;

	ok(build(&file, n, 0) == 0 &&
		ct_set_bytes(&s, file.p, file.len, &err) == 0 &&
		ct_set_verify(s, &err) == 0,
	    "%s: built, opened, verified", what);
	for (i = 0; i < 100 && s; i++) {
		memcpy(q, hash[n ? rnd() % n : 0], sizeof q);
		for (flips = i % 70; flips; flips--)
			q[rnd() % sizeof q] ^= (uint8_t)(1 << rnd() % 8);
		for (r = 0; r < sizeof radius / sizeof *radius; r++)
			good &= agrees(s, n, q, radius[r]);
	}
	ok(good, "%s: the same as brute force at every radius", what);
	k = ct_set_kind(s, "md5");
	for (i = 0; i < n; i++) {
		at = k ? ct_set_find(k, hash[i]) : SIZE_MAX;
		if (i % 3 == 0)
			good &= at != SIZE_MAX && has(k, at, (uint32_t)i);
	}
	k = ct_set_kind(s, "value");
	ok(n == 0 ||
		(k && k->n == (n < VALUES ? n : VALUES) && k->unit_len == 8 &&
		    k->value_len == 12),
	    "%s: a value for each", what);
	for (i = 0; k && i < k->n; i++)
		good &= ((const char *)k->unit)[8 * i + 6] == (char)('0' + i) &&
		    memcmp((const char *)k->value + 12 * i, hash[i], 12) == 0 &&
		    has(k, i, (uint32_t)i);
	k = ct_set_kind(s, "md5");
	q[0] ^= 0x80;
	ok(good && (!k || ct_set_find(k, q) == SIZE_MAX), "%s: exact", what);
	ct_set_close(s);
}

/* Nothing but the text that was written may come out of a damaged file. */
static void
damage(void)
{
	size_t bytes = file.len, i, missed = 0, opened = 0, n, g;
	struct ct_set *s;
	struct ct_err err;
	const char *text;

	for (i = 0; i < bytes; i++) {
		((uint8_t *)file.p)[i] ^= (uint8_t)(1 + rnd() % 255);
		memcpy(again.p, file.p, bytes);
		if (ct_set_bytes(&s, again.p, bytes, &err) == 0) {
			opened++;
			missed += ct_set_verify(s, &err) == 0;
			(void)agrees(s, 0, hash[0], 31);
			(void)ct_set_note(s, 0, &text, &n, &g, &err);
			ct_set_close(s);
		}
		(void)build(&file, 7, 0);
	}
	ok(missed == 0, "every byte changed: noticed (%zu of %zu late)", opened,
	    bytes);
	for (i = 0, missed = 0; i < bytes; i++)
		missed += ct_set_bytes(&s, file.p, i, &err) == 0;
	ok(missed == 0, "cut anywhere: refused");
}

static void
texts(void)
{
	struct ct_set_head head;
	struct ct_err err = { 0 };
	struct ct_set *s;
	const char *text;
	size_t len, group;

	(void)build(&file, 10, 0);
	ok(ct_set_bytes(&s, file.p, file.len, &err) == 0, "open");
	ct_set_head(s, &head);
	ok(head.generation == 412 && head.compiled == 1000 && head.asof == 900,
	    "the head is what was written");
	ok(ct_set_note(s, 7, &text, &len, &group, &err) == 0 && len == 2 &&
		memcmp(text, "n7", 2) == 0 && group == 1,
	    "the text and the group of a note");
	ok(ct_set_note(s, 4, &text, &len, &group, &err) == 0 && group == 0,
	    "the last of the first group");
	ok(ct_set_note(s, 10, &text, &len, &group, &err) == CT_DATAERR,
	    "no note beyond the last");
	ok(ct_set_group(s, 0, &text, &len, &err) == 0 && len == 5 &&
		ct_set_group(s, 2, &text, &len, &err) == CT_DATAERR,
	    "groups");
	ok(ct_set_kind(s, "sha1") == NULL && ct_set_nth(s, 0) &&
		ct_set_nth(s, 2) && !ct_set_nth(s, 3),
	    "kinds");
	head.generation = 500;
	again.len = 0;
	ok(ct_set_rewrite(s, &head, put, &again, &err) == 0 &&
		again.len == file.len,
	    "written again with another head");
	ct_set_close(s);
	ok(ct_set_bytes(&s, again.p, again.len, &err) == 0 &&
		ct_set_verify(s, &err) == 0,
	    "and sound");
	ct_set_close(s);
}

static void
spilt(size_t n, const char *what)
{
	FILE *text = tmpfile(), *at = tmpfile(), *value = tmpfile();

	(void)build(&file, n, 0);
	if (!text || !at || !value)
		exit(1);
	spill[0] = fileno(text);
	spill[1] = fileno(at);
	spill[2] = fileno(value);
	ok(build(&again, n, 0) == 0 && file.len == again.len &&
		memcmp(file.p, again.p, file.len) == 0,
	    "%s with notes and values in files, the same bytes", what);
	(void)fclose(text);
	(void)fclose(at);
	(void)fclose(value);
	spill[0] = open("/dev/full", O_RDWR);
	if (spill[0] >= 0 && n) {
		spill[1] = spill[2] = spill[0];
		ok(build(&again, n, 0) != 0, "%s and a full disk: refused",
		    what);
		(void)close(spill[0]);
	}
	spill[0] = -1;
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof hash; i++)
		((uint8_t *)hash)[i] = (uint8_t)rnd();
	search("empty", 0);
	search("one", 1);
	search("unique", N);
	for (i = 0; i < N / 2; i++) /* duplicates, and a dense cluster */
		memcpy(hash[2 * i], hash[i % 10], CT_HASH_LEN);
	for (i = 0; i < N / 4; i++)
		hash[4 * i][i % CT_HASH_LEN] ^= (uint8_t)(1 << i % 8);
	search("duplicates", N);

	ok(build(&file, N, 0) == 0 && build(&again, N, 1234) == 0 &&
		file.len == again.len && memcmp(file.p, again.p, file.len) == 0,
	    "another order, the same bytes");
	spilt(N, "many");
	spilt(1, "one");
	spilt(0, "none");
	texts();
	(void)build(&file, 7, 0);
	damage();
	done();
}
