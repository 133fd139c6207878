/* Any bytes as an object, as a key file, as changes of a good object, and as
 * what somebody sealed who has the public key: none opens but what is right. */
#include "fuzz.h"

#include <sodium.h>

#include "vault.h"

static struct ct_vault_pub pub;
static struct ct_vault_key *key;
static uint8_t good[4096];
static size_t ngood;

static void
setup(void)
{
	static const char empty[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e464"
				    "9b934ca495991b7852b855";
	char dir[] = "/tmp/ct-vault.XXXXXX";
	struct ct_vault_sealed made;
	char name[64], path[2][64];
	json_t *m = json_pack("{s:s}", "sha256", empty);
	struct ct_err err;
	int in = fuzz_fd(NULL, 0), out = fuzz_fd(NULL, 0);
	ssize_t n;

	if (!mkdtemp(dir))
		abort();
	(void)snprintf(name, sizeof name, "%s/k", dir);
	(void)snprintf(path[0], sizeof path[0], "%s/k.pub", dir);
	(void)snprintf(path[1], sizeof path[1], "%s/k.key", dir);
	if (ct_vault_keygen(name, &err) ||
	    ct_vault_pub_read(&pub, path[0], &err) ||
	    ct_vault_key_read(&key, path[1], &err) || unlink(path[0]) < 0 ||
	    unlink(path[1]) < 0 || rmdir(dir) < 0 ||
	    ct_vault_seal(&pub, m, in, out, &made, &err) ||
	    (n = pread(out, good, sizeof good, 0)) < 0)
		abort();
	ngood = (size_t)n;
	json_decref(m);
	(void)close(in);
	(void)close(out);
}

/* May it open?  Only if it is the good one to the last byte. */
static void
try(const uint8_t *p, size_t len)
{
	struct ct_err err = { 0 };
	int fd = fuzz_fd(p, len);
	int rc = ct_vault_open(&key, 1, fd, -1, NULL, &err);

	if ((rc == 0) != (len == ngood && memcmp(p, good, len) == 0))
		abort();
	(void)close(fd);
}

static void
as_key(const uint8_t *p, size_t len)
{
	struct ct_vault_key *k = NULL;
	struct ct_vault_pub other;
	struct ct_err err;
	int fd = fuzz_fd(p, len);
	struct fuzz_path path = fuzz_path(fd);

	(void)ct_vault_pub_read(&other, path.text, &err);
	if (ct_vault_key_read(&k, path.text, &err) == 0)
		ct_vault_key_free(k);
	(void)close(fd);
}

/* Three bytes a change: where, where, and what is added there. */
static void
changed(const uint8_t *p, size_t len)
{
	uint8_t copy[sizeof good];

	memcpy(copy, good, ngood);
	for (; len >= 3; p += 3, len -= 3)
		copy[((size_t)p[0] | (size_t)p[1] << 8) % ngood] ^= p[2];
	try(copy, ngood);
}

#define HEAD ((size_t)152)
#define CHUNK ((size_t)65536)
#define TAG ((size_t)17)
#define CLOSING ((size_t)40)

/* Is it n bytes and, behind them, what ct-vault(5) says of them? */
static bool
closed(const uint8_t *p, size_t len)
{
	uint8_t want[CLOSING];
	size_t n = len - CLOSING, i;

	if (len < CLOSING)
		return false;
	for (i = 0; i < 8; i++)
		want[i] = (uint8_t)((uint64_t)n >> 8 * i);
	crypto_hash_sha256(want + 8, p, n);
	return memcmp(p + n, want, sizeof want) == 0;
}

/* One byte of tags, two of how long the manifest is, manifest, the rest; all
 * encrypted as it should be.  Does it open? */
static bool
made(const uint8_t *p, size_t len)
{
	crypto_secretstream_xchacha20poly1305_state st;
	uint8_t secret[32] = { 1 }, sum[32], *object, *at;
	unsigned char first, last, tag;
	struct ct_err err = { 0 };
	size_t m, n, left;
	bool opens;
	int fd;

	if (len < 3 || (m = (size_t)p[1] | (size_t)p[2] << 8) > len - 3)
		return false;
	first = p[0] & 3;
	last = p[0] >> 2 & 3;
	left = len - 3 - m;
	p += 3;
	object = calloc(1, HEAD + len + TAG * (2 + len / CHUNK));
	must(object);
	memcpy(object, "ct-vault\2", 9);
	object[12] = (uint8_t)m;
	object[13] = (uint8_t)(m >> 8);
	memcpy(object + 16, pub.id, sizeof pub.id);
	must(crypto_box_seal(object + 48, secret, sizeof secret, pub.key) == 0);
	(void)crypto_secretstream_xchacha20poly1305_init_push(
	    &st, object + 128, secret);
	(void)crypto_generichash(sum, sizeof sum, object, HEAD, NULL, 0);
	at = object + HEAD;
	(void)crypto_secretstream_xchacha20poly1305_push(
	    &st, at, NULL, p, m, sum, sizeof sum, first);
	at += m + TAG;
	for (p += m, n = left;; p += CHUNK, left -= CHUNK) {
		tag = left < CHUNK ? last : 0;
		(void)crypto_secretstream_xchacha20poly1305_push(&st, at, NULL,
		    p, left < CHUNK ? left : CHUNK, sum, sizeof sum, tag);
		at += (left < CHUNK ? left : CHUNK) + TAG;
		if (left < CHUNK)
			break;
	}
	p -= n - left;
	fd = fuzz_fd(object, (size_t)(at - object));
	opens = ct_vault_open(&key, 1, fd, -1, NULL, &err) == 0;
	must(!opens || (first == 0 && last == 3 && closed(p, n)));
	(void)close(fd);
	free(object);
	return opens;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t empty[5 + CLOSING] = { 3 << 2, 2, 0, '{', '}' };

	if (!key) {
		setup();
		crypto_hash_sha256(empty + 5 + 8, empty, 0);
		must(made(empty, sizeof empty));
	}
	try(data, len);
	as_key(data, len);
	changed(data, len);
	made(data, len);
	return 0;
}
