#include "base64.h"

#include <string.h>

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

void
ct_base64(const void *bytes, size_t len, char *text)
{
	const uint8_t *b = bytes;
	size_t i;
	uint32_t v;

	for (i = 0; i < len; i += 3, text += 4) {
		v = (uint32_t)b[i] << 16;
		if (i + 1 < len)
			v |= (uint32_t)b[i + 1] << 8;
		if (i + 2 < len)
			v |= b[i + 2];
		text[0] = digits[v >> 18];
		text[1] = digits[v >> 12 & 63];
		text[2] = digits[i + 1 < len ? v >> 6 & 63 : 64];
		text[3] = digits[i + 2 < len ? v & 63 : 64];
	}
	*text = '\0';
}

static void
table(uint8_t value[256])
{
	size_t i;

	memset(value, 64, 256);
	for (i = 0; i < 64; i++)
		value[(uint8_t)digits[i]] = (uint8_t)i;
}

bool
ct_unbase64(const char *text, size_t len, uint8_t *out, size_t *n)
{
	size_t pad = len > 0 && text[len - 1] == '=', i;
	uint8_t value[256], d;
	uint32_t v = 0;

	pad += pad && len > 1 && text[len - 2] == '=';
	*n = 0;
	if (len % 4)
		return false;
	table(value);
	for (i = 0; i < len; i++) {
		d = i < len - pad ? value[(uint8_t)text[i]] : 0;
		if (d > 63)
			return false;
		v = v << 6 | d;
		if (i % 4 == 3) {
			out[(*n)++] = (uint8_t)(v >> 16 & 255);
			out[(*n)++] = (uint8_t)(v >> 8 & 255);
			out[(*n)++] = (uint8_t)(v & 255);
		}
	}
	*n -= pad;
	return true;
}
