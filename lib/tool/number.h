/*
 * number.h - numbers in files of others: so many bytes, at most 8, of which the
 * first is the highest (big) or the lowest (little)
 */
#ifndef CT_NUMBER_H
#define CT_NUMBER_H

#include <stdint.h>

static inline uint64_t
ct_big(const uint8_t *p, int bytes)
{
	uint64_t n = 0;

	while (bytes--)
		n = n << 8 | *p++;
	return n;
}

static inline uint64_t
ct_little(const uint8_t *p, int bytes)
{
	uint64_t n = 0;

	while (bytes--)
		n = n << 8 | p[bytes];
	return n;
}

#endif
