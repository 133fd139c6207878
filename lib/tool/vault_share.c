/* vault_share.c - a secret in shares, and back: vault_keys.h */
#include <string.h>

#include "vault_keys.h"

static uint8_t
mul(uint8_t a, uint8_t b)
{
	unsigned x = a, y = b, r = 0;

	for (int i = 0; i < 8; i++) {
		r ^= x & (0U - (y & 1));
		y >>= 1;
		x = x << 1 ^ (0x11b & (0U - (x >> 7)));
	}
	return (uint8_t)r;
}

/* a to the 254th: 1 / a, and 0 for 0 */
static uint8_t
inverse(uint8_t a)
{
	uint8_t r = 1;

	for (int i = 0; i < 7; i++) {
		a = mul(a, a);
		r = mul(r, a);
	}
	return r;
}

void
vault_split(const uint8_t secret[VAULT_SECRET], const uint8_t *random, size_t k,
    size_t n, uint8_t (*share)[VAULT_SECRET])
{
	for (size_t i = 0; i < n; i++) {
		memset(share[i], 0, VAULT_SECRET);
		for (size_t c = k; c-- > 0;)
			for (size_t b = 0; b < VAULT_SECRET; b++)
				share[i][b] =
				    mul(share[i][b], (uint8_t)(i + 1)) ^
				    (c > 0 ? random[(c - 1) * VAULT_SECRET + b]
					   : secret[b]);
	}
}

void
vault_join(const uint8_t *place, const uint8_t *const share[], size_t m,
    uint8_t secret[VAULT_SECRET])
{
	uint8_t factor;

	memset(secret, 0, VAULT_SECRET);
	for (size_t i = 0; i < m; i++) {
		factor = 1;
		for (size_t j = 0; j < m; j++)
			if (j != i)
				factor = mul(factor,
				    mul(place[j],
					inverse(place[i] ^ place[j])));
		for (size_t b = 0; b < VAULT_SECRET; b++)
			secret[b] ^= mul(share[i][b], factor);
	}
}
