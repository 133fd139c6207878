#include "hex.h"

void
ct_hex(const uint8_t *bytes, size_t len, char *hex)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < len; i++) {
		hex[2 * i] = digits[bytes[i] >> 4];
		hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	hex[2 * len] = '\0';
}

/* Without a branch: which digit comes next cannot be foretold. */
static int
digit(char c)
{
	unsigned n = (unsigned char)c - (unsigned)'0';
	unsigned a = ((unsigned char)c | 32u) - (unsigned)'a';
	int v = a < 6 ? (int)a + 10 : -1;

	return n < 10 ? (int)n : v;
}

int
ct_unhex(const char *hex, uint8_t *out, size_t len)
{
	size_t i;
	int hi, lo;

	for (i = 0; i < len; i++) {
		hi = digit(hex[2 * i]);
		lo = hi < 0 ? -1 : digit(hex[2 * i + 1]);
		if ((hi | lo) < 0)
			return -1;
		out[i] = (uint8_t)(hi << 4 | lo);
	}
	return 0;
}
