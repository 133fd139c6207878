/* near_scalar.c - the specification of the kernels */
#include "near_kernel.h"

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
stream(const struct ct_near_pass *p, size_t *next, struct ct_near_pair *found,
    size_t cap)
{
	size_t got = 0, i;
	uint32_t at, end;

	for (i = *next; i < p->n; i++) {
		ct_near_ahead(p, i);
		at = p->first[p->key[i]];
		end = p->first[p->key[i] + 1];
		if (end - at > cap - got)
			break;
		for (; at < end; at++)
			if (__builtin_popcount(p->sketch[at] ^ p->want[i]) <=
			    p->limit)
				found[got++] =
				    (struct ct_near_pair){ (uint32_t)i, at };
	}
	*next = i;
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

const struct ct_near_kernel ct_near_scalar = { { "near scalar", ct_cpu_always },
	ct_near_chunks, sift, stream, verify };
