/* rest_hash.c - a hash as what nobody reads without the key, and always as the
 * same: the nonce is a keyed digest of it, which also tells if it is right */
#include <sodium.h>
#include <string.h>

#include "blake.h"
#include "keyfile.h"
#include "rest_impl.h"

struct ct_rest_list {
	uint8_t digest[CT_BLAKE_KEY]; /* the key of the nonces, */
	uint8_t cipher[crypto_stream_xchacha20_KEYBYTES];
};

_Static_assert(sizeof(struct ct_rest_list) == 64, "two keys of one digest");

int
ct_rest_list(struct ct_rest_list **out, const struct ct_rest_key *key,
    const char *name, struct ct_err *err)
{
	struct ct_rest_list *l = *out = ct_locked(sizeof *l, err);

	if (!l)
		return err->code;
	rest_derive(key, "ct-lists-key hashes", name, (uint8_t *)l);
	return 0;
}

void
ct_rest_list_free(struct ct_rest_list *l)
{
	ct_locked_free(l);
}

static void
nonce_of(const struct ct_rest_list *l, const char *type, const uint8_t *hash,
    size_t len, uint8_t nonce[CT_REST_MORE])
{
	struct ct_blake b;

	ct_blake_start(&b, CT_REST_MORE, l->digest);
	ct_blake_field(&b, type);
	ct_blake_add(&b, hash, len);
	ct_blake_end(&b, nonce, CT_REST_MORE);
}

static void
turn(const struct ct_rest_list *l, const uint8_t *siv, const uint8_t *in,
    size_t len, uint8_t *out)
{
	uint8_t nonce[crypto_stream_xchacha20_NONCEBYTES] = { 0 };

	memcpy(nonce, siv, CT_REST_MORE);
	(void)crypto_stream_xchacha20_xor(out, in, len, nonce, l->cipher);
}

void
ct_rest_hash(const struct ct_rest_list *l, const char *type,
    const uint8_t *hash, size_t len, uint8_t *out)
{
	nonce_of(l, type, hash, len, out);
	turn(l, out, hash, len, out + CT_REST_MORE);
}

int
ct_rest_unhash(const struct ct_rest_list *l, const char *type,
    const uint8_t *in, size_t len, uint8_t *hash)
{
	uint8_t nonce[CT_REST_MORE];

	if (len < CT_REST_MORE)
		return -1;
	turn(l, in, in + CT_REST_MORE, len - CT_REST_MORE, hash);
	nonce_of(l, type, hash, len - CT_REST_MORE, nonce);
	return ct_same(nonce, in, sizeof nonce) ? 0 : -1;
}
