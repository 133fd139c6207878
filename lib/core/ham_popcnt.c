/* ham_popcnt.c - one POPCNT a word; most hashes fail on the first two */
#include "ham_kernel.h"

#if defined(__x86_64__)

#include <string.h>

#define POPCNT __attribute__((target("popcnt")))
#define AT_ONCE 4 /* queries, whose first words are in registers */

/* Two words of a query and of a hash; each is read as one, as gcc 12 would
 * copy an array of them to the stack first. */
POPCNT static inline int
half(const uint64_t *want, const uint8_t *at)
{
	uint64_t a, b;

	memcpy(&a, at, sizeof a);
	memcpy(&b, at + sizeof a, sizeof b);
	return __builtin_popcountll(want[0] ^ a) +
	    __builtin_popcountll(want[1] ^ b);
}

POPCNT size_t
ct_ham_scan_popcnt(const uint8_t *q, const uint8_t *list, size_t n, int max,
    size_t *hit, size_t cap)
{
	uint64_t want[4];
	size_t i, found = 0;
	int bits;

	memcpy(want, q, sizeof want);
	for (i = 0; i < n; i++, list += CT_HASH_LEN) {
		bits = half(want, list);
		if (bits > max)
			continue;
		bits += half(want + 2, list + CT_HASH_LEN / 2);
		if (bits > max)
			continue;
		if (found < cap)
			hit[found] = i;
		found++;
	}
	return found;
}

struct job {
	const uint8_t *list;
	int max;
	ct_ham_pair_fn *pair;
	void *arg;
};

/* Near in the first half: and as a whole? */
POPCNT static void
check(const struct job *job, size_t query, const uint64_t *want, size_t i,
    int bits)
{
	bits += half(want + 2, job->list + i * CT_HASH_LEN + CT_HASH_LEN / 2);
	if (bits <= job->max)
		job->pair(job->arg, query, i, bits);
}

/* AT_ONCE queries, of which the first has number from, with part of the list */
POPCNT static void
some_queries(const struct job *job, size_t from, uint64_t want[AT_ONCE][4],
    size_t i, size_t end)
{
	const uint8_t *have = job->list + i * CT_HASH_LEN;
	int k, bits;

	for (; i < end; i++, have += CT_HASH_LEN) {
		UNROLL
		for (k = 0; k < AT_ONCE; k++) {
			bits = half(want[k], have);
			if (bits <= job->max)
				check(job, from + (size_t)k, want[k], i, bits);
		}
	}
}

/* One query with part of the list. */
POPCNT static void
one_query(const struct job *job, size_t query, const uint64_t *want, size_t i,
    size_t end)
{
	const uint8_t *have = job->list + i * CT_HASH_LEN;
	int bits;

	for (; i < end; i++, have += CT_HASH_LEN) {
		bits = half(want, have);
		if (bits <= job->max)
			check(job, query, want, i, bits);
	}
}

POPCNT void
ct_ham_pairs_popcnt(const uint8_t *q, size_t nq, const uint8_t *list, size_t n,
    int max, ct_ham_pair_fn *pair, void *arg)
{
	const struct job job = { list, max, pair, arg };
	uint64_t want[AT_ONCE][4];
	size_t tile, end, i;

	for (tile = 0; tile < n; tile = end) {
		end = n - tile < CT_HAM_TILE ? n : tile + CT_HAM_TILE;
		for (i = 0; i + AT_ONCE <= nq; i += AT_ONCE) {
			memcpy(want, q + i * CT_HASH_LEN, sizeof want);
			some_queries(&job, i, want, tile, end);
		}
		for (; i < nq; i++) {
			memcpy(want[0], q + i * CT_HASH_LEN, sizeof want[0]);
			one_query(&job, i, want[0], tile, end);
		}
	}
}

#else
typedef int ct_ham_popcnt_is_empty; /* ISO C wants a declaration */
#endif
