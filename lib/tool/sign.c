#include "sign.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "blake.h"
#include "clock.h"
#include "cred.h"
#include "file.h"
#include "hex.h"
#include "prog.h"
#include "rec.h"

#define RSA_BITS 2048
#define HEAD "ct-webhook-1\n"

struct ct_sign_key {
	EVP_PKEY *pkey;
	char id[CT_SIGN_ID + 1];
};

struct ct_signer {
	struct ct_sign_key *key[2]; /* Ed25519, RSA */
};

bool
ct_sign_key_rsa(const struct ct_sign_key *key)
{
	return EVP_PKEY_base_id(key->pkey) == EVP_PKEY_RSA;
}

const char *
ct_sign_key_id(const struct ct_sign_key *key)
{
	return key->id;
}

void
ct_sign_key_free(struct ct_sign_key *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->pkey);
	free(key);
}

/* ---- text ------------------------------------------------------------------
 */

static char *
base64(const unsigned char *data, size_t len)
{
	char *text = ct_alloc(len / 3 * 4 + 5, 1);

	(void)EVP_EncodeBlock((unsigned char *)text, data, (int)len);
	return text;
}

/* The bytes of it, len of them; NULL if it is none.  Release with free. */
static unsigned char *
unbase64(const char *text, size_t *len)
{
	size_t n = strlen(text);
	unsigned char *data;
	int got;

	if (n == 0 || n % 4 || n > CT_SIGN_FILE)
		return NULL;
	data = ct_alloc(n / 4 * 3 + 1, 1);
	got = EVP_DecodeBlock(data, (const unsigned char *)text, (int)n);
	if (got < 0) {
		free(data);
		return NULL;
	}
	*len = (size_t)got - (text[n - 1] == '=') - (text[n - 2] == '=');
	return data;
}

/* What a BIO in memory holds.  Release with free. */
static char *
text_of(BIO *bio)
{
	char *data = NULL, *text;
	long n = BIO_get_mem_data(bio, &data);

	text = ct_alloc((size_t)n + 1, 1);
	memcpy(text, data, (size_t)n);
	return text;
}

static BIO *
memory(void)
{
	BIO *bio = BIO_new(BIO_s_secmem());

	if (!bio)
		ct_die(CT_OSERR, "out of memory");
	return bio;
}

char *
ct_sign_key_pem(const struct ct_sign_key *key)
{
	BIO *bio = memory();
	char *text;

	if (PEM_write_bio_PUBKEY(bio, key->pkey) != 1)
		ct_die(CT_SOFTWARE, "cannot write a public key");
	text = text_of(bio);
	(void)BIO_free(bio);
	return text;
}

/* The key as DER: SubjectPublicKeyInfo.  Release with OPENSSL_free. */
static unsigned char *
der(const EVP_PKEY *pkey, size_t *len)
{
	unsigned char *out = NULL;
	int n = i2d_PUBKEY((EVP_PKEY *)(uintptr_t)pkey, &out);

	if (n <= 0)
		ct_die(CT_SOFTWARE, "cannot write a public key");
	*len = (size_t)n;
	return out;
}

char *
ct_sign_key_base64(const struct ct_sign_key *key)
{
	unsigned char raw[32], *spki;
	size_t len = sizeof raw;
	char *text;

	if (EVP_PKEY_get_raw_public_key(key->pkey, raw, &len) == 1)
		return base64(raw, len);
	ERR_clear_error();
	spki = der(key->pkey, &len);
	text = base64(spki, len);
	OPENSSL_free(spki);
	return text;
}

/* ---- keys ------------------------------------------------------------------
 */

static int
take(struct ct_sign_key **out, EVP_PKEY *pkey, struct ct_err *err)
{
	int kind = pkey ? EVP_PKEY_base_id(pkey) : EVP_PKEY_NONE;
	unsigned char sum[EVP_MAX_MD_SIZE], *spki;
	struct ct_sign_key *key;
	size_t len;

	*out = NULL;
	ERR_clear_error();
	if (kind != EVP_PKEY_ED25519 &&
	    !(kind == EVP_PKEY_RSA && EVP_PKEY_bits(pkey) >= RSA_BITS)) {
		EVP_PKEY_free(pkey);
		return ct_fail(err, CT_DATAERR,
		    "no key of Ed25519, or of RSA with %d bits or more",
		    RSA_BITS);
	}
	key = ct_alloc(1, sizeof *key);
	key->pkey = pkey;
	spki = der(pkey, &len);
	if (EVP_Digest(spki, len, sum, NULL, EVP_sha256(), NULL) != 1)
		ct_die(CT_SOFTWARE, "libcrypto failed");
	OPENSSL_free(spki);
	ct_hex(sum, CT_SIGN_ID / 2, key->id);
	*out = key;
	return 0;
}

static EVP_PKEY *
parse(const char *pem, size_t len, bool secret)
{
	static char none[] = ""; /* a password, so that no terminal is asked */
	BIO *bio = BIO_new_mem_buf(pem, (int)len);
	EVP_PKEY *pkey;

	if (!bio)
		ct_die(CT_OSERR, "out of memory");
	pkey = secret ? PEM_read_bio_PrivateKey(bio, NULL, NULL, none)
		      : PEM_read_bio_PUBKEY(bio, NULL, NULL, none);
	(void)BIO_free(bio);
	return pkey;
}

int
ct_sign_key_parse(
    struct ct_sign_key **key, const char *pem, size_t len, struct ct_err *err)
{
	EVP_PKEY *pkey = NULL;

	if (len <= CT_SIGN_FILE && !(pkey = parse(pem, len, false)))
		pkey = parse(pem, len, true);
	return take(key, pkey, err);
}

int
ct_signer_add(struct ct_signer **signer, const char *name, struct ct_err *err)
{
	char *path = ct_cred_path(name);
	struct ct_sign_key *key = NULL, **to;
	uint8_t *pem;
	size_t len;
	int rc = ct_file_secret(path, CT_SIGN_FILE, &pem, &len, err);

	if (!*signer)
		*signer = ct_alloc(1, sizeof **signer);
	if (!rc) {
		if (take(&key, parse((char *)pem, len, true), err))
			rc = ct_fail(err, CT_CONFIG,
			    "'%s' holds no secret key that can sign", path);
		ct_wipe(pem, len);
		free(pem);
	}
	if (!rc && *(to = &(*signer)->key[ct_sign_key_rsa(key)])) {
		rc = ct_fail(
		    err, CT_CONFIG, "'%s': a second key of its kind", path);
		ct_sign_key_free(key);
	} else if (!rc) {
		*to = key;
	}
	free(path);
	return rc;
}

void
ct_signer_free(struct ct_signer *signer)
{
	if (!signer)
		return;
	ct_sign_key_free(signer->key[0]);
	ct_sign_key_free(signer->key[1]);
	free(signer);
}

/* ---- making them -----------------------------------------------------------
 */

static EVP_PKEY *
generate(bool rsa)
{
	EVP_PKEY_CTX *ctx =
	    EVP_PKEY_CTX_new_id(rsa ? EVP_PKEY_RSA : EVP_PKEY_ED25519, NULL);
	EVP_PKEY *pkey = NULL;

	if (ctx && EVP_PKEY_keygen_init(ctx) == 1 &&
	    (!rsa || EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, RSA_BITS) == 1))
		(void)EVP_PKEY_keygen(ctx, &pkey);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static int
write_pair(const char *secret, const char *public,
    const struct ct_sign_key *key, struct ct_err *err)
{
	BIO *bio = memory();
	char *text;
	int rc;

	if (PEM_write_bio_PrivateKey(
		bio, key->pkey, NULL, NULL, 0, NULL, NULL) != 1)
		ct_die(CT_SOFTWARE, "cannot write a secret key");
	text = text_of(bio);
	(void)BIO_free(bio);
	rc = ct_file_create(secret, 0600, text, strlen(text), err);
	ct_wipe(text, strlen(text));
	free(text);
	if (rc)
		return rc;
	text = ct_sign_key_pem(key);
	rc = ct_file_create(public, 0644, text, strlen(text), err);
	free(text);
	return rc;
}

int
ct_sign_keygen(const char *name, bool rsa, struct ct_err *err)
{
	char *secret = ct_printf("%s.key", name);
	char *public = ct_printf("%s.pub", name);
	struct stat st;
	struct ct_sign_key *key = NULL;
	int rc = 0;

	/* before the secret is written: half a pair is a trap */
	if (lstat(public, &st) == 0)
		rc = ct_fail(err, CT_CANTCREAT, "'%s' exists", public);
	if (!rc && take(&key, generate(rsa), err))
		rc = ct_fail(
		    err, CT_UNAVAILABLE, "libcrypto makes no such keys");
	if (!rc)
		rc = write_pair(secret, public, key, err);
	ct_sign_key_free(key);
	free(secret);
	free(public);
	return rc;
}

/* ---- signatures ------------------------------------------------------------
 */

/* What is signed with Ed25519. */
static void
message(struct ct_text *all, const char *timestamp, const char *nonce,
    const void *body, size_t len)
{
	char *head = ct_printf(HEAD "%s\n%s\n", timestamp, nonce);

	ct_text_add(all, head, strlen(head));
	ct_text_add(all, body, len);
	free(head);
}

static const EVP_MD *
md_of(const struct ct_sign_key *key)
{
	return ct_sign_key_rsa(key) ? EVP_sha256() : NULL;
}

/* In base64; NULL if libcrypto does not. */
static char *
sign(const struct ct_sign_key *key, const void *data, size_t len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char *sig = NULL;
	char *text = NULL;
	size_t n = 0;

	if (ctx &&
	    EVP_DigestSignInit(ctx, NULL, md_of(key), NULL, key->pkey) == 1 &&
	    EVP_DigestSign(ctx, NULL, &n, data, len) == 1) {
		sig = ct_alloc(n, 1);
		if (EVP_DigestSign(ctx, sig, &n, data, len) == 1)
			text = base64(sig, n);
	}
	EVP_MD_CTX_free(ctx);
	free(sig);
	return text;
}

static int
ed25519(const struct ct_sign_key *key, const void *body, size_t len,
    char *header[], struct ct_err *err)
{
	char at[CT_TIME_LEN], nonce[33], *sig;
	struct ct_text all = { .s = NULL };

	ct_time_now(at);
	ct_random_id(nonce);
	message(&all, at, nonce, body, len);
	sig = sign(key, all.s, all.len);
	ct_text_free(&all);
	if (!sig)
		return ct_fail(err, CT_SOFTWARE, "libcrypto does not sign");
	header[0] = ct_printf("ct-key: %s", key->id);
	header[1] = ct_printf("ct-timestamp: %s", at);
	header[2] = ct_printf("ct-nonce: %s", nonce);
	header[3] = ct_printf("ct-signature: %s", sig);
	free(sig);
	return 0;
}

int
ct_signer_headers(const struct ct_signer *signer, const void *body, size_t len,
    char *header[CT_SIGN_HEADERS], struct ct_err *err)
{
	size_t n = 0;
	char *sig;

	memset(header, 0, CT_SIGN_HEADERS * sizeof *header);
	if (!signer || (!signer->key[0] && !signer->key[1]))
		return ct_fail(err, CT_CONFIG, "no key to sign with");
	if (signer->key[0]) {
		if (ed25519(signer->key[0], body, len, header, err))
			return err->code;
		n = 4;
	}
	if (!signer->key[1])
		return 0;
	if (!(sig = sign(signer->key[1], body, len)))
		return ct_fail(err, CT_SOFTWARE, "libcrypto does not sign");
	header[n] = ct_printf("coop-signature: %s", sig);
	free(sig);
	return 0;
}

void
ct_sign_done(char *header[CT_SIGN_HEADERS])
{
	size_t i;

	for (i = 0; i < CT_SIGN_HEADERS; i++)
		free(header[i]);
}

static bool
verify(const struct ct_sign_key *key, const char *base64d, const void *data,
    size_t len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t n = 0;
	unsigned char *sig = unbase64(base64d, &n);
	bool good = ctx && sig &&
	    EVP_DigestVerifyInit(ctx, NULL, md_of(key), NULL, key->pkey) == 1 &&
	    EVP_DigestVerify(ctx, sig, n, data, len) == 1;

	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	free(sig);
	return good;
}

bool
ct_sign_verify(const struct ct_sign_key *key, const struct ct_signed *what)
{
	struct ct_text all = { .s = NULL };
	bool good;

	if (ct_sign_key_rsa(key))
		return what->coop &&
		    verify(key, what->coop, what->body, what->len);
	if (!what->key || !what->timestamp || !what->nonce || !what->signature)
		return false;
	message(&all, what->timestamp, what->nonce, what->body, what->len);
	good = strcmp(what->key, key->id) == 0 &&
	    verify(key, what->signature, all.s, all.len);
	ct_text_free(&all);
	return good;
}
