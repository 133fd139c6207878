/* near_build.c - the lists of an index, in order of their keys */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "near_kernel.h"

#define HIGH 256 /* values of the upper half of a key */

const uint16_t ct_near_masks[4] = { 1, 17, 137, 697 };

static uint16_t masks[CT_NEAR_MASKS];

static void
make_masks(void)
{
	unsigned i, j, k;
	size_t n = 1;

	for (i = 0; i < 16; i++)
		masks[n++] = (uint16_t)(1U << i);
	for (i = 0; i < 16; i++)
		for (j = 0; j < i; j++)
			masks[n++] = (uint16_t)(1U << i | 1U << j);
	for (i = 0; i < 16; i++)
		for (j = 0; j < i; j++)
			for (k = 0; k < j; k++)
				masks[n++] =
				    (uint16_t)(1U << i | 1U << j | 1U << k);
}

const uint16_t *
ct_near_mask(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, make_masks);
	return masks;
}

/* Four rows of 16 bits a word: exchange the bits of mask, s lower in a. */
static void
swap(uint64_t *a, uint64_t *b, int s, uint64_t mask)
{
	uint64_t t = (*a >> s ^ *b) & mask;

	*a ^= t << s;
	*b ^= t;
}

/* The same of rows within a word that are so many bits apart. */
static uint64_t
fold(uint64_t x, int s, int apart, uint64_t mask)
{
	uint64_t t = (x >> s ^ x >> apart) & mask;

	return x ^ t << s ^ t << apart;
}

void
ct_near_chunks(const uint8_t hash[CT_HASH_LEN], uint16_t chunk[CT_NEAR_CHUNKS])
{
	uint64_t w[4] = { 0 }, row;
	int t, turn;

	for (t = 0; t < 16; t++) {
		row = (uint64_t)(hash[30 - 2 * t] << 8 | hash[31 - 2 * t]);
		turn = 5 * t % 16;
		row = (row >> turn | row << (16 - turn)) & 0xffff;
		w[t / 4] |= row << 16 * (t % 4);
	}
	/* transpose: bit j of row i becomes bit i of row j */
	swap(&w[0], &w[2], 8, 0x00ff00ff00ff00ff);
	swap(&w[1], &w[3], 8, 0x00ff00ff00ff00ff);
	swap(&w[0], &w[1], 4, 0x0f0f0f0f0f0f0f0f);
	swap(&w[2], &w[3], 4, 0x0f0f0f0f0f0f0f0f);
	for (t = 0; t < 16; t++) {
		if (t % 4 == 0) {
			w[t / 4] = fold(w[t / 4], 2, 32, 0x33333333);
			w[t / 4] = fold(w[t / 4], 1, 16, 0x0000555500005555);
		}
		chunk[t] = (uint16_t)(w[t / 4] >> 16 * (t % 4));
	}
}

enum ct_near_plan
ct_near_plan(size_t n)
{
	return n <= CT_NEAR_FEW || n > CT_NEAR_MAX ? CT_NEAR_BRUTE
	    : n <= CT_NEAR_SMALL                   ? CT_NEAR_WIDE
						   : CT_NEAR_RING;
}

const char *
ct_near_name(enum ct_near_plan plan)
{
	static const char *const name[] = { "brute", "ring", "wide" };

	return name[plan];
}

static size_t
copies(enum ct_near_plan plan)
{
	return plan == CT_NEAR_BRUTE ? 0
	    : plan == CT_NEAR_RING   ? ct_near_masks[0]
				     : ct_near_masks[1];
}

size_t
ct_near_entries(enum ct_near_plan plan, size_t n)
{
	return n * copies(plan);
}

struct entry {
	uint16_t key, sketch;
	uint32_t id;
};

struct job {
	size_t n, copies;
	uint16_t *chunk; /* [n][CT_NEAR_CHUNKS] */
	struct entry *part;
	const uint16_t *mask;
};

/* Entries of chunk c by the upper half of their keys, whose bounds are at. */
static void
part(const struct job *j, size_t c, uint32_t at[HIGH])
{
	const uint16_t *chunk = j->chunk;
	struct entry e;
	size_t i, k;

	for (i = 0; i < j->n; i++, chunk += CT_NEAR_CHUNKS) {
		e.sketch = chunk[(c + 1) % CT_NEAR_CHUNKS];
		e.id = (uint32_t)i;
		for (k = 0; k < j->copies; k++) {
			e.key = chunk[c] ^ j->mask[k];
			j->part[at[e.key >> 8]++] = e;
		}
	}
}

static void
count(const struct job *j, size_t c, uint32_t *first)
{
	const uint16_t *chunk = j->chunk + c;
	size_t i, k;

	memset(first, 0, (CT_NEAR_KEYS + 1) * sizeof *first);
	for (i = 0; i < j->n; i++, chunk += CT_NEAR_CHUNKS)
		for (k = 0; k < j->copies; k++)
			first[(*chunk ^ j->mask[k]) + 1]++;
	for (i = 0; i < CT_NEAR_KEYS; i++)
		first[i + 1] += first[i];
}

/* One chunk.  In two steps, so that neither writes to 65536 places at once. */
static void
build(const struct job *j, size_t c, uint32_t *first, uint16_t *sketch,
    uint32_t *id)
{
	uint32_t at[HIGH];
	const struct entry *e = j->part, *end = e + j->n * j->copies;
	size_t i;

	count(j, c, first);
	for (i = 0; i < HIGH; i++)
		at[i] = first[i * HIGH];
	part(j, c, at);
	/* the bounds serve as cursors, and are moved back afterwards */
	for (; e < end; e++) {
		uint32_t to = first[e->key]++;

		sketch[to] = e->sketch;
		id[to] = e->id;
	}
	memmove(first + 1, first, CT_NEAR_KEYS * sizeof *first);
	first[0] = 0;
}

int
ct_near_build(enum ct_near_plan plan, const uint8_t *hash, size_t n,
    uint32_t *first, uint16_t *sketch, uint32_t *id, struct ct_err *err)
{
	struct job j = {
		.n = n, .copies = copies(plan), .mask = ct_near_mask()
	};
	size_t i, c, m = n * j.copies;

	j.chunk = malloc(n * CT_NEAR_CHUNKS * sizeof *j.chunk + 1);
	j.part = malloc(m * sizeof *j.part + 1);
	if (!j.chunk || !j.part || m > UINT32_MAX) {
		free(j.chunk);
		free(j.part);
		return ct_fail(err, CT_OSERR, "out of memory");
	}
	for (i = 0; i < n; i++)
		ct_near_chunks(
		    hash + i * CT_HASH_LEN, j.chunk + i * CT_NEAR_CHUNKS);
	for (c = 0; c < CT_NEAR_CHUNKS; c++)
		build(&j, c, first + c * (CT_NEAR_KEYS + 1), sketch + c * m,
		    id + c * m);
	memset(sketch + CT_NEAR_CHUNKS * m, 0, CT_NEAR_PAD * sizeof *sketch);
	free(j.chunk);
	free(j.part);
	return 0;
}

int
ct_near_check(const struct ct_near *x, struct ct_err *err)
{
	size_t m = ct_near_entries(x->plan, x->n), c, i;
	const uint32_t *first = x->first;
	uint32_t bad = 0;

	if (x->plan == CT_NEAR_BRUTE)
		return 0;
	for (c = 0; c < CT_NEAR_CHUNKS; c++, first += CT_NEAR_KEYS + 1) {
		bad |= first[0];
		for (i = 0; i < CT_NEAR_KEYS; i++)
			bad |= first[i] > first[i + 1];
		bad |= first[CT_NEAR_KEYS] != m;
	}
	return bad ? ct_fail(err, CT_DATAERR,
			 "the index is damaged: lists out of order")
		   : 0;
}
