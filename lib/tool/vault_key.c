/* vault_key.c - the keys that evidence is sealed to and opened with */
#include <stdlib.h>
#include <string.h>

#include "blake.h"
#include "keyfile.h"
#include "vault_format.h"

static const struct ct_keyfile_kind public = { "ct-vault-public 1 ", 0,
	{ crypto_box_PUBLICKEYBYTES } };
static const struct ct_keyfile_kind secret = { "ct-vault-secret 1 ", 0,
	{ crypto_box_SECRETKEYBYTES } };

static void
key_id(struct ct_vault_pub *pub)
{
	struct ct_blake b;

	ct_blake_start(&b, sizeof pub->id, NULL);
	ct_blake_add(&b, pub->key, sizeof pub->key);
	ct_blake_end(&b, pub->id, sizeof pub->id);
}

int
ct_vault_pub_read(
    struct ct_vault_pub *pub, const char *path, struct ct_err *err)
{
	static const struct ct_keyfile_kind *const kinds[] = { &public, NULL };
	struct ct_keyfile k;
	int rc = ct_keyfile_read(
	    &k, kinds, false, path, "public key of ct-vault", err);

	if (rc)
		return rc;
	memcpy(pub->key, k.raw, sizeof pub->key);
	key_id(pub);
	return 0;
}

static int
read_secret(struct ct_vault_key *key, struct ct_keyfile *k, const char *path,
    struct ct_err *err)
{
	static const struct ct_keyfile_kind *const kinds[] = { &secret, NULL };
	static const char what[] = "secret key of ct-vault";
	int rc = ct_keyfile_read(k, kinds, true, path, what, err);

	if (rc)
		return rc;
	memcpy(key->secret, k->raw, sizeof key->secret);
	if (crypto_scalarmult_base(key->pub.key, key->secret) != 0)
		return ct_fail(err, CT_CONFIG, "'%s' is no %s", path, what);
	key_id(&key->pub);
	return 0;
}

int
ct_vault_key_read(
    struct ct_vault_key **out, const char *path, struct ct_err *err)
{
	struct ct_vault_key *key = ct_locked(sizeof *key, err);
	struct ct_keyfile *k = key ? ct_locked(sizeof *k, err) : NULL;
	int rc = k ? read_secret(key, k, path, err) : err->code;

	*out = NULL;
	ct_locked_free(k);
	if (rc)
		ct_vault_key_free(key);
	else
		*out = key;
	return rc;
}

void
ct_vault_key_free(struct ct_vault_key *key)
{
	ct_locked_free(key);
}

int
ct_vault_keys_read(struct ct_vault_key *key[], const char *const path[],
    size_t n, struct ct_err *err)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (ct_vault_key_read(&key[i], path[i], err)) {
			ct_vault_keys_free(key, i);
			return err->code;
		}
	return 0;
}

void
ct_vault_keys_free(struct ct_vault_key *key[], size_t n)
{
	while (n > 0)
		ct_vault_key_free(key[--n]);
}

/* Does what is sealed to this pair open again? */
static int
works(const struct ct_vault_key *key)
{
	uint8_t probe[32], back[32], box[32 + crypto_box_SEALBYTES];

	ct_random(probe, sizeof probe);
	return crypto_box_seal(box, probe, sizeof probe, key->pub.key) == 0 &&
	    crypto_box_seal_open(
		back, box, sizeof box, key->pub.key, key->secret) == 0 &&
	    ct_same(probe, back, sizeof probe);
}

int
ct_vault_keygen(const char *name, struct ct_err *err)
{
	struct ct_vault_key *key = ct_locked(sizeof *key, err);
	struct ct_keyfile *k = key ? ct_locked(sizeof *k, err) : NULL;
	struct ct_keyfile pub = { &public, "ct-vault-public 1 ", { 0 } };
	int rc = k ? 0 : err->code;

	if (!rc &&
	    (crypto_box_keypair(key->pub.key, key->secret) != 0 || !works(key)))
		rc = ct_fail(err, CT_SOFTWARE, "a new key pair does not work");
	if (!rc) {
		*k =
		    (struct ct_keyfile){ &secret, "ct-vault-secret 1 ", { 0 } };
		memcpy(k->raw, key->secret, sizeof key->secret);
		memcpy(pub.raw, key->pub.key, sizeof key->pub.key);
		rc = ct_keyfile_pair(k, &pub, name, err);
	}
	ct_locked_free(k);
	ct_vault_key_free(key);
	return rc;
}
