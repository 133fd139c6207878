/* near_kernel.h - inside the search; for near*.c only */
#ifndef CT_NEAR_KERNEL_H
#define CT_NEAR_KERNEL_H

#include "cpu.h"
#include "near.h"

/* A list to be read: its sketches, and what the query has there. */
struct ct_near_probe {
	const uint32_t *list; /* where it begins and ends */
	const uint16_t *at;   /* readable for CT_NEAR_PAD behind the last */
	uint32_t n;
	uint16_t want;
	int16_t limit; /* bits that a sketch may differ in */
};

/* What a stream of queries has found: of the queries at hand, in the lists. */
struct ct_near_pair {
	uint32_t query, at;
};

/* One chunk, and n queries: their keys in it, and their sketches. */
struct ct_near_pass {
	const uint32_t *first;
	const uint16_t *sketch; /* readable for CT_NEAR_PAD behind the last */
	const uint16_t *key, *want;
	size_t n;
	int limit;
};
#define CT_NEAR_SOON 32 /* queries ahead whose list is looked for, and */
#define CT_NEAR_NEXT 16 /* whose list is loaded */

struct ct_near_kernel {
	struct ct_cpu cpu;
	void (*chunks)(const uint8_t *hash, uint16_t *chunk); /* see below */
	/*
	 * Put where the sketches within the limits are, counted from base,
	 * into found, in order.  It has room for cap and CT_NEAR_PAD more;
	 * more than cap: stop.  Returns how many.
	 */
	size_t (*sift)(const struct ct_near_probe *probe, size_t n,
	    const uint16_t *base, uint64_t *found, size_t cap);
	/*
	 * From query *i on, the sketches within the limit of a list each; stops
	 * before the one that there may be no room for, cap being more than
	 * the longest list.  Returns how many pairs; *i is the next query.
	 */
	size_t (*stream)(const struct ct_near_pass *pass, size_t *i,
	    struct ct_near_pair *found, size_t cap);
	/* Of n hashes by id those within max bits of q.  Returns how many. */
	size_t (*verify)(const uint8_t *q, const uint8_t *hash,
	    const uint32_t *id, size_t n, int max, struct ct_near_hit *hit);
};

extern const struct ct_near_kernel ct_near_scalar;
#if defined(__x86_64__)
extern const struct ct_near_kernel ct_near_avx2, ct_near_avx512;
#elif defined(__aarch64__)
extern const struct ct_near_kernel ct_near_neon;
#endif

const struct ct_near_kernel *ct_near_chosen(void);

/* Load what the queries behind i want; key and want end with queries of no
 * use, so that there always are some.  Inlined at once: gcc takes a function
 * that only loads ahead for one that does nothing. */
static inline __attribute__((always_inline)) void
ct_near_ahead(const struct ct_near_pass *p, size_t i)
{
	const uint32_t *list = p->first + p->key[i + CT_NEAR_NEXT];

	__builtin_prefetch(p->first + p->key[i + CT_NEAR_SOON]);
	__builtin_prefetch(p->sketch + list[0]);
	__builtin_prefetch(p->sketch + list[1]);
}

/* The radius dealt out to the chunks, evenly around the ring; the last is the
 * first again. */
void ct_near_deal(int max, int quota[CT_NEAR_CHUNKS + 1]);

/* Room for so many hits more. */
int ct_near_room(struct ct_near_find *f, size_t n, struct ct_err *err);

/* What ct_near_each keeps in f->each. */
void ct_near_block_free(struct ct_near_block *r);

#define CT_NEAR_WIDE_MAX 31 /* bits: an entry is under the keys next to its */

/*
 * The chunks of a hash.  Row t of its 16 x 16 bits is the t-th 16-bit word
 * from the end, column j of it bit j; chunk k takes column (k + 5 t) mod 16 of
 * row t.
 */
void ct_near_chunks(
    const uint8_t hash[CT_HASH_LEN], uint16_t chunk[CT_NEAR_CHUNKS]);
#if defined(__x86_64__)
void ct_near_chunks_avx2(const uint8_t *hash, uint16_t *chunk);
#endif

/* All words of 16 bits by their ones, the first 1, 17, 137, 697 of them with
 * at most 0, 1, 2, 3. */
#define CT_NEAR_MASKS 697
extern const uint16_t ct_near_masks[4]; /* those numbers */
const uint16_t *ct_near_mask(void);

#endif
