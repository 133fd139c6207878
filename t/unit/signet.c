/* Keys that sign: what is signed fits, nothing else does; key files. */
#include "signet.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tap.h"
#include "blake.h"
#include "file.h"
#include "hex.h"

static char dir[] = "/tmp/ct-signet-XXXXXX";

static void
put(const char *path, mode_t mode, const void *p, size_t len)
{
	struct ct_err err = { 0 };

	if (ct_file_replace(path, mode, p, len, &err))
		abort();
}

static int
opens(const char *path, bool secret)
{
	struct ct_err err = { 0 };
	struct ct_signet_pub pub;
	struct ct_signet *s = NULL;
	int rc = secret ? ct_signet_read(&s, path, &err)
			: ct_signet_pub_read(&pub, path, &err);

	ct_signet_free(s);
	return rc;
}

/* A key file with any byte changed, or cut anywhere, is none. */
static void
damage(const char *path, bool secret)
{
	struct ct_err err = { 0 };
	size_t len, found = 0, cut = 0;
	uint8_t *text;
	char bit;

	if (ct_file_read(path, 4096, &text, &len, &err))
		abort();
	for (size_t i = 0; i < len; i++) {
		/* 'a' and 'A' are one digit */
		bit = text[i] >= 'a' ? 1 : 4;
		text[i] ^= (uint8_t)bit;
		put("x", 0600, text, len);
		found += opens("x", secret) == CT_CONFIG;
		text[i] ^= (uint8_t)bit;
		put("x", 0600, text, i);
		cut += opens("x", secret) == CT_CONFIG;
	}
	ok(found == len, "%s: %zu of %zu changed bytes found", path, found,
	    len);
	ok(cut == len, "%s: %zu of %zu cuts found", path, cut, len);
	put("x", 0600, text, len);
	ok(opens("x", secret) == 0, "%s: whole it opens", path);
	text[len] = '\n';
	put("x", 0600, text, len + 1);
	ok(opens("x", secret) == CT_CONFIG, "%s: but no byte more", path);
	free(text);
}

/* RFC 8032, 7.1, test 1, as a file of ours */
static void
known(void)
{
	static const char begin[] = "ct-sign-secret 1 ";
	static const char seed[] =
	    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
	static const char pub[] =
	    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
	static const char sig[] =
	    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
	    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
	struct ct_err err = { 0 };
	struct ct_signet *s;
	struct ct_blake b;
	uint8_t raw[64], sum[32];
	char line[256], hex[129];
	int n;

	if (ct_unhex(seed, raw, 32) < 0)
		abort();
	ct_blake_start(&b, sizeof sum, NULL);
	ct_blake_add(&b, begin, strlen(begin));
	ct_blake_add(&b, raw, 32);
	ct_blake_end(&b, sum, sizeof sum);
	ct_hex(sum, 8, hex);
	n = snprintf(line, sizeof line, "%s%s %s\n", begin, seed, hex);
	put("rfc", 0600, line, (size_t)n);
	ok(ct_signet_read(&s, "rfc", &err) == 0, "the seed of RFC 8032");
	ct_hex(ct_signet_public(s)->key, 32, hex);
	ok(strcmp(hex, pub) == 0, "  has its public key");
	ct_signet_sign(s, "", NULL, 0, raw);
	ct_hex(raw, 64, hex);
	ok(strcmp(hex, sig) == 0, "  and its signature");
	ct_signet_free(s);
}

/* libcrypto, too, says that it fits. */
static int
elsewhere(const struct ct_signet_pub *pub, const char *text, const uint8_t *sig)
{
	EVP_PKEY *key = EVP_PKEY_new_raw_public_key(
	    EVP_PKEY_ED25519, NULL, pub->key, sizeof pub->key);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int rc = key && ctx &&
	    EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1 &&
	    EVP_DigestVerify(ctx, sig, CT_SIGNET_LEN,
		(const unsigned char *)text, strlen(text)) == 1;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return rc;
}

static void
signs(void)
{
	struct ct_err err = { 0 };
	struct ct_signet_pub pub, other;
	struct ct_signet *s;
	uint8_t sig[CT_SIGNET_LEN];
	int refused = 0;

	ok(ct_signet_keygen("k", &err) == 0, "keygen");
	ok(ct_signet_keygen("k2", &err) == 0, "another");
	ok(ct_signet_pub_read(&pub, "k.pub", &err) == 0, "the public half");
	ok(ct_signet_pub_read(&other, "k2.pub", &err) == 0, "both");
	ok(ct_signet_read(&s, "k.key", &err) == 0, "the secret half");
	ok(memcmp(&pub, ct_signet_public(s), sizeof pub) == 0, "are one pair");
	ct_signet_sign(s, CT_SIGNET_HEAD, "text", 4, sig);
	ok(ct_signet_fits(&pub, CT_SIGNET_HEAD, "text", 4, sig), "it fits");
	ok(elsewhere(&pub, CT_SIGNET_HEAD "text", sig), "says libcrypto, too");
	ok(!ct_signet_fits(&pub, CT_SIGNET_MONTH, "text", 4, sig),
	    "not for another purpose");
	ok(!ct_signet_fits(&pub, CT_SIGNET_HEAD, "texT", 4, sig),
	    "not another text");
	ok(!ct_signet_fits(&pub, CT_SIGNET_HEAD, "text", 3, sig), "nor less");
	ok(!ct_signet_fits(&other, CT_SIGNET_HEAD, "text", 4, sig),
	    "not another key");
	for (size_t i = 0; i < 8 * sizeof sig; i++) {
		sig[i / 8] ^= (uint8_t)(1 << i % 8);
		refused +=
		    !ct_signet_fits(&pub, CT_SIGNET_HEAD, "text", 4, sig);
		sig[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	ok(refused == 512, "%d of 512 changed bits refused", refused);
	ct_signet_free(s);
}

int
main(void)
{
	struct ct_err err = { 0 };
	struct stat st;
	char away[64];

	if (!mkdtemp(dir) || chdir(dir) < 0)
		abort();
	signs();
	known();
	ok(stat("k.key", &st) == 0 && (st.st_mode & 0777) == 0600, "0600");
	ok(stat("k.pub", &st) == 0 && (st.st_mode & 0777) == 0644, "0644");
	damage("k.key", true);
	damage("k.pub", false);
	ok(opens("k.pub", true) == CT_NOPERM, "a file open to all: refused");
	ok(opens("k.key", false) == CT_CONFIG, "a secret is no public key");
	ok(chmod("k.pub", 0600) == 0 && opens("k.pub", true) == CT_CONFIG,
	    "nor the other way");
	ok(opens("none", true) == CT_NOINPUT, "none there");
	ok(ct_signet_keygen("k", &err) == CT_CANTCREAT, "never overwritten");
	ok(unlink("k.key") == 0 &&
		ct_signet_keygen("k", &err) == CT_CANTCREAT &&
		access("k.key", F_OK) < 0,
	    "no half of a pair");
	ok(ct_signet_keygen("none/k", &err) == CT_CANTCREAT, "no directory");
	(void)snprintf(away, sizeof away, "rm -rf %s", dir);
	ok(chdir("/") == 0 && system(away) == 0, "tidied up");
	done();
}
