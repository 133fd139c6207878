/*
 * ham_slice.h - all pairs, bit by bit, in terms of a vector of 64 bits a lane
 *
 * Included once, by the file of each kernel, which defines
 *
 *	TARGET	the attribute of its functions
 *	NAME	the name of the function that is made
 *	ROWS	the one for what is not worth slicing
 *	WORDS	2, 4 or 8
 *	vec	WORDS uint64_t
 *
 * and these functions: load, store (WORDS words, aligned), all (one word in
 * all lanes), both (and), flip (not), up and down (shift each lane by n bits),
 *odd (the exclusive or of three), most (of three bits the majority), some (is
 *any bit not set?).
 *
 * A tile is TILE hashes, turned so that vector i holds their bits i: then one
 * operation serves TILE hashes.  Of two hashes that differ in bits a, b and c
 * or not, odd and most of the three say in how many, 1 and 2 by weight.  Which
 * of the three a query negates has but 8 cases: the tile keeps most of each in
 * a table, so a query looks up what else it would compute.  What is odd is
 * bits again, three of which make a group, until of the BITS one is left:
 *
 *	distance over BITS = 2 * (groups whose most is set) + (the one left)
 *
 * A full adder is odd and most too.  More than max in these bits is too far;
 * the few others are counted whole.
 */
#include <string.h>

#define TILE (64 * WORDS)
#define BITS CT_HAM_SLICE_BITS
#define GROUPS CT_HAM_SLICE_GROUPS
#define ENTRY (8 * WORDS) /* words in the table for a group */
#define INLINE static inline TARGET __attribute__((always_inline))
#define ALIGNED __attribute__((aligned(8 * WORDS)))

/* Bit j of vector i and bit i of vector j change places, in every lane. */
INLINE void
turn(uint64_t *m)
{
	uint64_t mask = 0xffffffff;
	int i, j;
	vec a, b, t;

	for (j = 32; j; j >>= 1, mask ^= mask << j)
		for (i = 0; i < 64; i = ((i | j) + 1) & ~j) {
			a = load(m + i * WORDS);
			b = load(m + (i | j) * WORDS);
			t = both(odd(down(a, j), b, all(0)), all(mask));
			store(m + (i | j) * WORDS, odd(b, t, all(0)));
			store(m + i * WORDS, odd(a, up(t, j), all(0)));
		}
}

/* The first BITS bits of n hashes, and zeros up to TILE. */
INLINE void
slice(uint64_t *bits, const uint8_t *list, size_t n)
{
	size_t i, word, to;

	memset(bits, 0, 128 * WORDS * sizeof *bits);
	for (i = 0; i < n; i++)
		for (word = 0; word < 2; word++) {
			to = (word * 64 + i % 64) * WORDS + i / 64;
			memcpy(bits + to, list + i * CT_HASH_LEN + word * 8, 8);
		}
	turn(bits);
	turn(bits + 64 * WORDS);
}

TARGET static void
make_table(uint64_t *table, const uint8_t *list, size_t n)
{
	uint64_t bits[(128 + GROUPS) * WORDS] ALIGNED;
	int group, which;
	vec a, b, c, v;

	slice(bits, list, n);
	for (group = 0; group < GROUPS; group++) {
		a = load(bits + (3 * group + 0) * WORDS);
		b = load(bits + (3 * group + 1) * WORDS);
		c = load(bits + (3 * group + 2) * WORDS);
		store(bits + (BITS + group) * WORDS, odd(a, b, c));
		for (which = 0; which < 4; which++) {
			v = most(which & 1 ? flip(a) : a,
			    which & 2 ? flip(b) : b, c);
			store(table + which * WORDS, v);
			store(table + (7 - which) * WORDS, flip(v));
		}
		table += ENTRY;
	}
}

/* What a query looks up in each group: words from the start of its entry. */
static void
make_query(uint8_t *at, const uint8_t *q)
{
	uint8_t bit[BITS + GROUPS];
	uint64_t word[2];
	int i;

	memcpy(word, q, sizeof word);
	for (i = 0; i < BITS; i++)
		bit[i] = word[i / 64] >> i % 64 & 1;
	for (i = 0; i < GROUPS; i++) {
		const uint8_t *b = bit + (size_t)3 * (size_t)i;

		bit[BITS + i] = b[0] ^ b[1] ^ b[2];
		at[i] = (uint8_t)((b[0] + 2 * b[1] + 4 * b[2]) * WORDS);
	}
}

/* *sum += a + b, the bits that are carried are returned. */
INLINE vec
add(vec *sum, vec a, vec b)
{
	vec carry = most(*sum, a, b);

	*sum = odd(*sum, a, b);
	return carry;
}

#define AT(i) load(table + (i)*ENTRY + at[i])
#define ADD_TWO(sum, i) add(sum, AT(i), AT((i) + 1))

/* To sum[], by weight, add 16 groups; those that have sixteen are returned. */
INLINE vec
sixteen(vec sum[4], const uint64_t *table, const uint8_t *at)
{
	vec two, four, eight;

	two = ADD_TWO(&sum[0], 0);
	four = add(&sum[1], two, ADD_TWO(&sum[0], 2));
	two = ADD_TWO(&sum[0], 4);
	eight = add(&sum[2], four, add(&sum[1], two, ADD_TWO(&sum[0], 6)));
	two = ADD_TWO(&sum[0], 8);
	four = add(&sum[1], two, ADD_TWO(&sum[0], 10));
	two = ADD_TWO(&sum[0], 12);
	four = add(&sum[2], four, add(&sum[1], two, ADD_TWO(&sum[0], 14)));
	return add(&sum[3], eight, four);
}

/* Bit i of base as a vector of it. */
INLINE vec
fill(unsigned base, int i)
{
	return all(base >> i & 1 ? ~(uint64_t)0 : 0);
}

/*
 * Which hashes of the tile are too far: have more than half groups set?  The
 * count starts at 63 - half, so these are those at which it reaches 64.
 */
INLINE vec
too_far(const uint64_t *table, const uint8_t *at, unsigned base)
{
	vec sum[4] = { fill(base, 0), fill(base, 1), fill(base, 2),
		fill(base, 3) };
	vec b4 = fill(base, 4), b5 = fill(base, 5), c[3], two;

	c[0] = sixteen(sum, table, at);
	c[1] = sixteen(sum, table + 16 * ENTRY, at + 16);
	c[2] = sixteen(sum, table + 32 * ENTRY, at + 32);
	two = add(&c[0], c[1], c[2]);
	return most(two, b5, both(c[0], b4));
}

struct job {
	const uint8_t *list;
	size_t first, n; /* of the tile: the hash it begins with, how many */
	int max;
	ct_ham_pair_fn *pair;
	void *arg;
};

TARGET static int
distance(const uint8_t *a, const uint8_t *b)
{
	uint64_t x[4], y[4];

	memcpy(x, a, sizeof x);
	memcpy(y, b, sizeof y);
	return __builtin_popcountll(x[0] ^ y[0]) +
	    __builtin_popcountll(x[1] ^ y[1]) +
	    __builtin_popcountll(x[2] ^ y[2]) +
	    __builtin_popcountll(x[3] ^ y[3]);
}

/* Count those of the tile that are not far in full. */
TARGET static void
check(const struct job *job, const uint8_t *q, size_t query, vec far)
{
	uint64_t word[WORDS] ALIGNED;
	size_t i, in;
	int d;

	store(word, flip(far));
	for (i = 0; i < WORDS; i++)
		for (; word[i]; word[i] &= word[i] - 1) {
			in = i * 64 + (size_t)__builtin_ctzll(word[i]);
			if (in >= job->n)
				break;
			d = distance(
			    q, job->list + (job->first + in) * CT_HASH_LEN);
			if (d <= job->max)
				job->pair(job->arg, query, job->first + in, d);
		}
}

/* CT_HAM_SLICE_QUERIES queries or fewer, of which the first has number from. */
TARGET static void
some_queries(
    struct job *job, const uint8_t *q, size_t from, size_t nq, size_t n)
{
	uint8_t at[CT_HAM_SLICE_QUERIES * GROUPS];
	uint64_t table[GROUPS * ENTRY] ALIGNED;
	const unsigned base = 63 - (unsigned)job->max / 2;
	size_t i;
	vec far;

	for (i = 0; i < nq; i++)
		make_query(at + i * GROUPS, q + i * CT_HASH_LEN);
	for (job->first = 0; job->first < n; job->first += TILE) {
		job->n = n - job->first < TILE ? n - job->first : TILE;
		make_table(table, job->list + job->first * CT_HASH_LEN, job->n);
		for (i = 0; i < nq; i++) {
			far = too_far(table, at + i * GROUPS, base);
			if (some(far))
				check(job, q + i * CT_HASH_LEN, from + i, far);
		}
	}
}

TARGET void
NAME(const uint8_t *q, size_t nq, const uint8_t *list, size_t n, int max,
    ct_ham_pair_fn *pair, void *arg)
{
	struct job job = { list, 0, 0, max, pair, arg };
	size_t i, step;

	if (nq < CT_HAM_SLICE_FEW || max < 0 || max > CT_HAM_SLICE_MAX) {
		ROWS(q, nq, list, n, max, pair, arg);
		return;
	}
	for (i = 0; i < nq; i += step) {
		step = nq - i < CT_HAM_SLICE_QUERIES ? nq - i
						     : CT_HAM_SLICE_QUERIES;
		some_queries(&job, q + i * CT_HASH_LEN, i, step, n);
	}
}
