/* hex.h - bytes as hexadecimal text: lower case out, either case in */
#ifndef CT_HEX_H
#define CT_HEX_H

#include <stddef.h>
#include <stdint.h>

/* Write 2 * len digits and a NUL to hex. */
void ct_hex(const uint8_t *bytes, size_t len, char *hex);

/* Parse exactly 2 * len digits; what follows them is not looked at.
 * Returns 0, or -1 if one is no digit; out is then undefined. */
int ct_unhex(const char *hex, uint8_t *out, size_t len);

#endif
