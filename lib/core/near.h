/*
 * near.h - which of many 256-bit hashes are within some bits of one?
 *
 * All of them are found, always; how is a matter of speed.  Three plans:
 *
 * CT_NEAR_BRUTE compares every hash.
 *
 * CT_NEAR_RING is multi-index hashing on a ring of 16 chunks of 16 bits.  A
 * radius r is dealt out as quotas, one a chunk, whose sum is r + 1.  Of two
 * hashes within r bits some chunk c, together with each run of chunks that
 * begins there, differs in fewer bits than its quotas add up to: were there no
 * such c, the differences would add up to r + 1 (cycle lemma).  So it is
 * enough to look at each chunk for all keys nearer than its quota, and of what
 * stands there at what chunk c + 1 differs in, which is kept beside it as a
 * sketch.  At 31 bits the quotas are 2: 272 short lists are read.
 *
 * CT_NEAR_WIDE is the same for fewer hashes, with each one also under the 16
 * keys next to its own: 16 lists are read, for 17 times the memory.
 *
 * A chunk takes one bit of each row and each column of PDQ's frequencies, since
 * neighbours in a row tend to be alike; that is hidden in here.
 *
 * Sources: Norouzi, Punjani, Fleet, "Fast search in Hamming space with
 * multi-index hashing", CVPR 2012; Qin, Xiao, "Pigeonring", VLDB 2018.
 */
#ifndef CT_NEAR_H
#define CT_NEAR_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "ham.h"

#define CT_NEAR_CHUNKS 16
#define CT_NEAR_KEYS 65536
#define CT_NEAR_FIRST (CT_NEAR_CHUNKS * (CT_NEAR_KEYS + (size_t)1))
#define CT_NEAR_PAD ((size_t)32)      /* sketches readable behind the last */
#define CT_NEAR_MAX ((size_t)1 << 31) /* hashes; more are brute */

/* Hashes up to which no index helps, and up to which the wide one is made
 * rather than the ring: 163 MB at 100,000. */
#define CT_NEAR_FEW ((size_t)512)
#define CT_NEAR_SMALL ((size_t)100000)

enum ct_near_plan { CT_NEAR_BRUTE, CT_NEAR_RING, CT_NEAR_WIDE };

/* An index as arrays, wherever they are; the last three NULL if brute. */
struct ct_near {
	enum ct_near_plan plan;
	size_t n;            /* hashes */
	const uint8_t *hash; /* n * CT_HASH_LEN bytes */
	/* of each chunk: where the list of each key begins, and the end */
	const uint32_t *first; /* CT_NEAR_FIRST */
	/* of each chunk: the lists, ct_near_entries of sketches and of ids */
	const uint16_t *sketch; /* and CT_NEAR_PAD more */
	const uint32_t *id;
};

/* The plan for n hashes. */
enum ct_near_plan ct_near_plan(size_t n);

/* "brute", "ring", "wide" */
const char *ct_near_name(enum ct_near_plan plan);

/* Entries of one chunk. */
size_t ct_near_entries(enum ct_near_plan plan, size_t n);

/*
 * Fill first, sketch and id, as large as struct ct_near says, by hash; not for
 * CT_NEAR_BRUTE.  The same hashes give the same bytes.  CT_OSERR.
 */
int ct_near_build(enum ct_near_plan plan, const uint8_t *hash, size_t n,
    uint32_t *first, uint16_t *sketch, uint32_t *id, struct ct_err *err);

/* Would no list lead outside of the arrays?  CT_DATAERR.  To be asked once of
 * arrays that are not one's own; ids are looked at where they are used. */
int ct_near_check(const struct ct_near *x, struct ct_err *err);

struct ct_near_hit {
	uint32_t i; /* which hash */
	uint32_t distance;
};

/* What one thread searches with, zeroed at first; the hits stay until its next
 * search.  Release with ct_near_free. */
struct ct_near_find {
	struct ct_near_hit *hit; /* n of them, ascending by i */
	size_t n;
	/* private */
	size_t cap;
	struct ct_near_probe *probe;
	uint64_t *found;
	size_t room;
	struct ct_near_block *each;
};
void ct_near_free(struct ct_near_find *f);

/*
 * Find the hashes within max bits of q.  Never takes longer than about two
 * times brute force.  CT_OSERR; CT_DATAERR: an id that there is not.
 */
int ct_near(const struct ct_near *x, const uint8_t q[CT_HASH_LEN], int max,
    struct ct_near_find *f, struct ct_err *err);

/*
 * The same for n queries: each is called for those that have hits, in order,
 * with which it was of q and what was found.  By the wide plan it is faster
 * than one by one, the more so the more there are, up to CT_NEAR_BLOCK; it
 * takes some 20 MiB of memory then, 60 with many hits, until f is released.
 * Nonzero from each ends it and is returned.
 */
#define CT_NEAR_BLOCK ((size_t)1 << 18)
typedef int ct_near_fn(void *arg, size_t query,
    const struct ct_near_find *found, struct ct_err *err);
int ct_near_each(const struct ct_near *x, const uint8_t *q, size_t n, int max,
    struct ct_near_find *f, ct_near_fn *each, void *arg, struct ct_err *err);

/* As ct_ham_kernel and ct_ham_force. */
const char *ct_near_kernel(void);
const char *ct_near_force(int i);

#endif
