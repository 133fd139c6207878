/* near_kernel.h - inside the search; for near*.c only */
#ifndef CT_NEAR_KERNEL_H
#define CT_NEAR_KERNEL_H

#include <stdbool.h>

#include "near.h"

/* A list to be read: its sketches, and what the query has there. */
struct ct_near_probe {
	const uint32_t *list; /* where it begins and ends */
	const uint16_t *at;   /* readable for CT_NEAR_PAD behind the last */
	uint32_t n;
	uint16_t want;
	int16_t limit; /* bits that a sketch may differ in */
};

struct ct_near_kernel {
	const char *title; /* "near " and its name */
	bool (*runs)(void);
	/*
	 * Put where the sketches within the limits are, counted from base,
	 * into found, in order.  It has room for cap and CT_NEAR_PAD more;
	 * more than cap: stop.  Returns how many.
	 */
	size_t (*sift)(const struct ct_near_probe *probe, size_t n,
	    const uint16_t *base, uint64_t *found, size_t cap);
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

/*
 * The chunks of a hash.  Row t of its 16 x 16 bits is the t-th 16-bit word
 * from the end, column j of it bit j; chunk k takes column (k + 5 t) mod 16 of
 * row t.
 */
void ct_near_chunks(
    const uint8_t hash[CT_HASH_LEN], uint16_t chunk[CT_NEAR_CHUNKS]);

/* All words of 16 bits by their ones, the first 1, 17, 137, 697 of them with
 * at most 0, 1, 2, 3. */
#define CT_NEAR_MASKS 697
extern const uint16_t ct_near_masks[4]; /* those numbers */
const uint16_t *ct_near_mask(void);

#endif
