#include "digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

static const EVP_MD *
algorithm(int i)
{
	return i == 0 ? EVP_md5() : i == 1 ? EVP_sha1() : EVP_sha256();
}

static int
first(const struct ct_digest *d)
{
	return d->sha256_only ? 2 : 0;
}

int
ct_digest_start(struct ct_digest *d, struct ct_err *err)
{
	static const char *const name[] = { "MD5", "SHA-1", "SHA-256" };
	int i;

	/* a thread may still be at it when another ends the program */
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
	for (i = first(d); i < 3; i++) {
		if (!d->ctx[i] && !(d->ctx[i] = EVP_MD_CTX_new()))
			return ct_fail(err, CT_OSERR, "out of memory");
		if (EVP_DigestInit_ex(d->ctx[i], algorithm(i), NULL) != 1)
			return ct_fail(err, CT_UNAVAILABLE,
			    "libcrypto does not offer %s (is it in FIPS mode?)",
			    name[i]);
	}
	return 0;
}

int
ct_digest_add(
    struct ct_digest *d, const void *data, size_t len, struct ct_err *err)
{
	int i;

	for (i = first(d); i < 3; i++)
		if (EVP_DigestUpdate(d->ctx[i], data, len) != 1)
			return ct_fail(err, CT_SOFTWARE, "libcrypto failed");
	return 0;
}

int
ct_digest_end(struct ct_digest *d, struct ct_digests *out, struct ct_err *err)
{
	uint8_t *where[] = { out->md5, out->sha1, out->sha256 };
	int i;

	*out = (struct ct_digests){ 0 };
	for (i = first(d); i < 3; i++)
		if (EVP_DigestFinal_ex(d->ctx[i], where[i], NULL) != 1)
			return ct_fail(err, CT_SOFTWARE, "libcrypto failed");
	return 0;
}

void
ct_digest_free(struct ct_digest *d)
{
	int i;

	for (i = 0; i < 3; i++) {
		EVP_MD_CTX_free(d->ctx[i]);
		d->ctx[i] = NULL;
	}
}
