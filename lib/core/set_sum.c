/* set_sum.c - the checksums of the file */
#include <string.h>

#include "set_file.h"

#define MIX 0x9e3779b97f4a7c15u /* odd: multiplying by it loses nothing */

static uint64_t
step(uint64_t h, uint64_t word)
{
	h = (h ^ word) * MIX;
	return h << 29 | h >> 35;
}

uint64_t
ct_set_sum(const void *bytes, size_t len)
{
	const uint64_t *p = bytes;
	uint64_t h[4] = { 1, 2, 3, 4 }, all = len;
	size_t n = len / sizeof *p, i;

	for (i = 0; i + 4 <= n; i += 4) {
		h[0] = step(h[0], p[i]);
		h[1] = step(h[1], p[i + 1]);
		h[2] = step(h[2], p[i + 2]);
		h[3] = step(h[3], p[i + 3]);
	}
	for (; i < n; i++)
		h[i % 4] = step(h[i % 4], p[i]);
	for (i = 0; i < 4; i++)
		all = step(all, h[i]);
	return all ^ all >> 31;
}

uint64_t
ct_set_digest(const struct set_section *c, size_t n, const char *but)
{
	uint64_t word[5], all[2] = { 0 };
	size_t i;

	for (i = 0; i < n; i++) {
		if (but && strcmp(c[i].kind, but) == 0)
			continue;
		word[0] = c[i].role;
		word[1] = c[i].bytes;
		word[2] = c[i].sum;
		memcpy(&word[3], c[i].kind, sizeof c[i].kind);
		all[1] = ct_set_sum(word, sizeof word);
		all[0] = ct_set_sum(all, sizeof all);
	}
	return all[0];
}
