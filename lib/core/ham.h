/*
 * ham.h - Hamming distance between 256-bit hashes
 *
 * A hash is CT_HASH_LEN bytes in the order its hex text is read.  Every kernel
 * gives the same result to the bit; they differ only in speed.  All functions
 * are thread-safe; none can fail.
 *
 * Source: PDQ, facebook/ThreatExchange, hashing/hashing.pdf (threshold 31).
 */
#ifndef CT_HAM_H
#define CT_HAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CT_HASH_LEN ((size_t)32) /* bytes */
#define CT_HAM_MAX 256           /* bits */
#define CT_HAM_DEFAULT 31        /* bits; at most this far apart is a match */

/* A hash with fewer or more ones is of something flat, and near to much that
 * is flat: it never matches.  A good one has 128. */
#define CT_HAM_ONES_MIN 64
#define CT_HAM_ONES_MAX 192
bool ct_ham_flat(const uint8_t hash[CT_HASH_LEN]);

/* Distance of a and b in bits, 0 (same) to CT_HAM_MAX (inverted). */
int ct_ham(const uint8_t a[CT_HASH_LEN], const uint8_t b[CT_HASH_LEN]);

/*
 * Find the hashes of list within max bits of q.
 *
 * list: n hashes, packed, CT_HASH_LEN * n bytes, no alignment needed.
 * hit: room for cap indices into list; filled in ascending order.
 * Returns how many there are, which may be more than cap.
 */
size_t ct_ham_scan(const uint8_t q[CT_HASH_LEN], const uint8_t *list, size_t n,
    int max, size_t *hit, size_t cap);

/*
 * All pairs: call pair for every query of q and hash of list that are within
 * max bits of each other, with the index of both and their distance.
 *
 * q, list: nq and n hashes, packed, no alignment needed.  The order of the
 * calls is not specified; each pair comes once.  Up to 100 KiB of stack.
 *
 * This is for many queries, or for new hashes against many that are stored:
 * each hash is read once, not once for each query.
 */
typedef void ct_ham_pair_fn(void *arg, size_t query, size_t hash, int distance);
void ct_ham_pairs(const uint8_t *q, size_t nq, const uint8_t *list, size_t n,
    int max, ct_ham_pair_fn *pair, void *arg);

/*
 * The kernel in use: the best this CPU runs, or what CT_CPU names.  To try
 * them all, ct_ham_force(i) for i = 0, 1, ... until it returns NULL; a
 * kernel this CPU lacks is not counted.  Not thread-safe; for tests.
 */
const char *ct_ham_kernel(void);
const char *ct_ham_force(int i);

/* Hold every kernel of this CPU to a count bit by bit; say of each, as
 * "ham popcnt", whether it agrees.  Returns how many do not. */
int ct_ham_self_test(
    void (*say)(void *arg, const char *kernel, bool good), void *arg);

#endif
