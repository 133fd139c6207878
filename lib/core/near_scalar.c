/* near_scalar.c - the specification of the kernels */
#include "near_kernel.h"

static bool
runs(void)
{
	return true;
}

static size_t
sift(const struct ct_near_probe *probe, size_t n, const uint16_t *base,
    uint64_t *found, size_t cap)
{
	const struct ct_near_probe *end = probe + n;
	size_t got = 0;
	uint32_t i;

	for (; probe < end; probe++)
		for (i = 0; i < probe->n; i++) {
			if (__builtin_popcount(probe->at[i] ^ probe->want) >
			    probe->limit)
				continue;
			if (got > cap)
				return got;
			found[got++] = (uint64_t)(probe->at + i - base);
		}
	return got;
}

static size_t
verify(const uint8_t *q, const uint8_t *hash, const uint32_t *id, size_t n,
    int max, struct ct_near_hit *hit)
{
	size_t i, got = 0;
	int bits;

	for (i = 0; i < n; i++) {
		bits = ct_ham(q, hash + id[i] * CT_HASH_LEN);
		if (bits <= max)
			hit[got++] =
			    (struct ct_near_hit){ id[i], (uint32_t)bits };
	}
	return got;
}

const struct ct_near_kernel ct_near_scalar = { "near scalar", runs, sift,
	verify };
