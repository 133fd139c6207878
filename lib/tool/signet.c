#include "signet.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blake.h"
#include "keyfile.h"
#include "prog.h"

static const struct ct_keyfile_kind public = { "ct-sign-public 1 ", 0,
	{ crypto_sign_PUBLICKEYBYTES } };
static const struct ct_keyfile_kind secret = { "ct-sign-secret 1 ", 0,
	{ crypto_sign_SEEDBYTES } };

struct ct_signet {
	struct ct_signet_pub pub;
	struct ct_keyfile file; /* of the seed */
	uint8_t secret[crypto_sign_SECRETKEYBYTES];
};

_Static_assert(CT_SIGNET_LEN == crypto_sign_BYTES, "a signature of libsodium");

static void
name_it(struct ct_signet_pub *pub)
{
	struct ct_blake b;

	ct_blake_start(&b, sizeof pub->id, NULL);
	ct_blake_add(&b, pub->key, sizeof pub->key);
	ct_blake_end(&b, pub->id, sizeof pub->id);
}

int
ct_signet_pub_read(
    struct ct_signet_pub *pub, const char *path, struct ct_err *err)
{
	static const struct ct_keyfile_kind *const kinds[] = { &public, NULL };
	static const char what[] = "public key that signs";
	struct ct_keyfile k;
	int rc = ct_keyfile_read(&k, kinds, false, path, what, err);

	if (rc)
		return rc;
	if (!crypto_core_ed25519_is_valid_point(k.raw))
		return ct_fail(err, CT_CONFIG, "'%s' is no %s", path, what);
	memcpy(pub->key, k.raw, sizeof pub->key);
	name_it(pub);
	return 0;
}

/* All the rest from the seed. */
static int
grow(struct ct_signet *s)
{
	if (crypto_sign_seed_keypair(s->pub.key, s->secret, s->file.raw) != 0)
		return -1;
	name_it(&s->pub);
	return 0;
}

int
ct_signet_read(struct ct_signet **out, const char *path, struct ct_err *err)
{
	static const struct ct_keyfile_kind *const kinds[] = { &secret, NULL };
	struct ct_signet *s = ct_locked(sizeof *s, err);
	int rc;

	*out = NULL;
	if (!s)
		return err->code;
	rc = ct_keyfile_read(
	    &s->file, kinds, true, path, "secret key that signs", err);
	if (!rc && grow(s) < 0)
		rc = ct_fail(err, CT_SOFTWARE, "cannot use '%s'", path);
	if (rc)
		ct_locked_free(s);
	else
		*out = s;
	return rc;
}

void
ct_signet_free(struct ct_signet *s)
{
	ct_locked_free(s);
}

const struct ct_signet_pub *
ct_signet_public(const struct ct_signet *s)
{
	return &s->pub;
}

/* Context and bytes as one text, *all long. */
static uint8_t *
join(const char *context, const void *bytes, size_t len, size_t *all)
{
	size_t before = strlen(context);
	uint8_t *text = ct_alloc(before + len + 1, 1);

	(void)snprintf((char *)text, before + 1, "%s", context);
	if (len > 0)
		memcpy(text + before, bytes, len);
	*all = before + len;
	return text;
}

void
ct_signet_sign(const struct ct_signet *s, const char *context,
    const void *bytes, size_t len, uint8_t sig[CT_SIGNET_LEN])
{
	size_t all;
	uint8_t *text = join(context, bytes, len, &all);

	(void)crypto_sign_detached(sig, NULL, text, all, s->secret);
	free(text);
}

bool
ct_signet_fits(const struct ct_signet_pub *pub, const char *context,
    const void *bytes, size_t len, const uint8_t sig[CT_SIGNET_LEN])
{
	size_t all;
	uint8_t *text = join(context, bytes, len, &all);
	bool fits = crypto_sign_verify_detached(sig, text, all, pub->key) == 0;

	free(text);
	return fits;
}

/* Is what it signs found to be so, and nothing else? */
static bool
works(const struct ct_signet *s)
{
	uint8_t sig[CT_SIGNET_LEN];

	ct_signet_sign(s, "a", "b", 1, sig);
	return ct_signet_fits(&s->pub, "a", "b", 1, sig) &&
	    !ct_signet_fits(&s->pub, "a", "c", 1, sig);
}

int
ct_signet_keygen(const char *name, struct ct_err *err)
{
	struct ct_signet *s = ct_locked(sizeof *s, err);
	struct ct_keyfile pub = { &public, "ct-sign-public 1 ", { 0 } };
	int rc;

	if (!s)
		return err->code;
	s->file.kind = &secret;
	(void)snprintf(s->file.text, sizeof s->file.text, "%s", secret.begin);
	ct_random(s->file.raw, crypto_sign_SEEDBYTES);
	if (grow(s) < 0 || !works(s)) {
		rc = ct_fail(err, CT_SOFTWARE, "a new key pair does not work");
	} else {
		memcpy(pub.raw, s->pub.key, sizeof s->pub.key);
		rc = ct_keyfile_pair(&s->file, &pub, name, err);
	}
	ct_locked_free(s);
	return rc;
}
