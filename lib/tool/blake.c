#include "blake.h"

#include <sodium.h>
#include <string.h>

#include "hex.h"
#include "prog.h"

_Static_assert(sizeof(struct ct_blake) >= sizeof(crypto_generichash_state) + 64,
    "room for libsodium's state at its alignment");

/* libsodium wants its state aligned to 64 bytes. */
static crypto_generichash_state *
state(struct ct_blake *b)
{
	uintptr_t p = ((uintptr_t)b->state + 63) & ~(uintptr_t)63;

	return (crypto_generichash_state *)p;
}

static void
init(void)
{
	if (sodium_init() < 0)
		ct_die(CT_OSERR, "cannot set up libsodium");
}

void
ct_blake_start(struct ct_blake *b, size_t len, const uint8_t *key)
{
	init();
	if (crypto_generichash_init(
		state(b), key, key ? CT_BLAKE_KEY : 0, len) != 0)
		ct_die(CT_SOFTWARE, "BLAKE2b of %zu bytes", len);
}

void
ct_blake_add(struct ct_blake *b, const void *data, size_t len)
{
	(void)crypto_generichash_update(state(b), data, len);
}

void
ct_blake_field(struct ct_blake *b, const char *text)
{
	uint64_t len = text ? strlen(text) : 0;
	uint8_t le[8];
	size_t i;

	for (i = 0; i < sizeof le; i++)
		le[i] = (uint8_t)(len >> (8 * i));
	ct_blake_add(b, le, sizeof le);
	ct_blake_add(b, text, len);
}

void
ct_blake_end(struct ct_blake *b, uint8_t *out, size_t len)
{
	(void)crypto_generichash_final(state(b), out, len);
	sodium_memzero(b, sizeof *b);
}

void
ct_blake_sha256(const void *data, size_t len, uint8_t out[CT_BLAKE_SHA256])
{
	(void)crypto_hash_sha256(out, data, len);
}

uint64_t
ct_short_hash(const uint8_t key[CT_SHORT_KEY], const void *data, size_t len)
{
	uint8_t hash[crypto_shorthash_BYTES];
	uint64_t n = 0;
	size_t i;

	(void)crypto_shorthash(hash, data, len, key);
	for (i = sizeof hash; i--;)
		n = n << 8 | hash[i];
	return n;
}

void
ct_blake_hmac(const void *key, size_t klen, const void *data, size_t len,
    uint8_t mac[CT_BLAKE_SHA256])
{
	crypto_auth_hmacsha256_state st;

	(void)crypto_auth_hmacsha256_init(&st, key, klen);
	(void)crypto_auth_hmacsha256_update(&st, data, len);
	(void)crypto_auth_hmacsha256_final(&st, mac);
	sodium_memzero(&st, sizeof st);
}

void
ct_random(void *out, size_t len)
{
	init();
	randombytes_buf(out, len);
}

void
ct_random_id(char id[33])
{
	uint8_t raw[16];

	ct_random(raw, sizeof raw);
	ct_hex(raw, sizeof raw, id);
}

int
ct_same(const void *a, const void *b, size_t len)
{
	return sodium_memcmp(a, b, len) == 0;
}

_Static_assert(CT_SEAL >= crypto_pwhash_STRBYTES, "a seal fits");

int
ct_seal_make(char seal[CT_SEAL], const void *secret, size_t len)
{
	init();
	return crypto_pwhash_str(seal, secret, len,
		   crypto_pwhash_OPSLIMIT_INTERACTIVE,
		   crypto_pwhash_MEMLIMIT_INTERACTIVE)
	    ? -1
	    : 0;
}

int
ct_seal_fits(const char *seal, const void *secret, size_t len)
{
	init();
	return crypto_pwhash_str_verify(seal, secret, len) == 0;
}

void
ct_wipe(void *p, size_t len)
{
	sodium_memzero(p, len);
}
