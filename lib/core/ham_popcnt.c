/* ham_popcnt.c - one POPCNT a word; most hashes fail on the first two */
#include "ham_kernel.h"

#if defined(__x86_64__)

#include <string.h>

#define POPCNT __attribute__((target("popcnt")))

POPCNT size_t
ct_ham_scan_popcnt(const uint8_t *q, const uint8_t *list, size_t n, int max,
    size_t *hit, size_t cap)
{
	uint64_t want[4], have[4];
	size_t i, found = 0;
	int bits;

	memcpy(want, q, sizeof want);
	for (i = 0; i < n; i++) {
		memcpy(have, list + i * CT_HASH_LEN, sizeof have);
		bits = __builtin_popcountll(want[0] ^ have[0]) +
		    __builtin_popcountll(want[1] ^ have[1]);
		if (bits > max)
			continue;
		bits += __builtin_popcountll(want[2] ^ have[2]) +
		    __builtin_popcountll(want[3] ^ have[3]);
		if (bits > max)
			continue;
		if (found < cap)
			hit[found] = i;
		found++;
	}
	return found;
}

#else
typedef int ct_ham_popcnt_is_empty; /* ISO C wants a declaration */
#endif
