/* base64.h - bytes as base64 of RFC 4648, with padding */
#ifndef CT_BASE64_H
#define CT_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CT_BASE64_LEN(n) (((n) + 2) / 3 * 4) /* characters of n bytes */

/* Write CT_BASE64_LEN(len) characters and a NUL to text. */
void ct_base64(const void *bytes, size_t len, char *text);

/* Parse len characters into out, which has room for len / 4 * 3 bytes, and
 * say in *n how many they are; false: they are no base64, with all its
 * padding. */
bool ct_unbase64(const char *text, size_t len, uint8_t *out, size_t *n);

#endif
