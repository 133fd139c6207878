/* Objects: whatever is changed, cut, added or swapped is found. */
#include "vault.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../tap.h"
#include "digest.h"
#include "file.h"
#include "hex.h"
#include "rec.h"

#define CHUNK ((size_t)64 << 10)
#define HEAD ((size_t)152)
#define CLOSE ((size_t)40)

static struct ct_vault_pub pub;
static struct ct_vault_key *key[2];

/* A descriptor whose bytes, from its start, are these. */
static int
fd_of(const void *p, size_t len)
{
	int fd = memfd_create("t", MFD_CLOEXEC);

	if (fd < 0 || ct_write_full(fd, p, len) < 0 || lseek(fd, 0, SEEK_SET))
		abort();
	return fd;
}

static size_t
read_all(int fd, uint8_t *p, size_t cap)
{
	ssize_t n;

	if (lseek(fd, 0, SEEK_SET) < 0 || (n = ct_read_full(fd, p, cap)) < 0)
		abort();
	return (size_t)n;
}

static json_t *
about(const uint8_t *p, size_t len)
{
	struct ct_digest d = { 0 };
	struct ct_digests sum;
	struct ct_err err;
	char hex[65];

	if (ct_digest_start(&d, &err) || ct_digest_add(&d, p, len, &err) ||
	    ct_digest_end(&d, &sum, &err))
		abort();
	ct_digest_free(&d);
	ct_hex(sum.sha256, 32, hex);
	return json_pack("{s:s, s:I}", "sha256", hex, "size", (json_int_t)len);
}

/* Returns the length of the object in out, 0 if it was refused. */
static size_t
seal(const json_t *m, const uint8_t *p, size_t len, uint8_t *out, size_t cap,
    char id[CT_VAULT_ID + 1], struct ct_err *err)
{
	struct ct_vault_sealed made;
	json_t *is = about(p, len);
	int in = fd_of(p, len), to = fd_of("", 0);
	int rc = ct_vault_seal(&pub, m, in, to, &made, err);
	size_t n = rc ? 0 : read_all(to, out, cap);

	if (!rc &&
	    (made.size != (int64_t)len || made.bytes != (int64_t)n ||
		strcmp(made.sha256, ct_rec_text(is, "sha256")) != 0))
		abort();
	memcpy(id, made.id, sizeof made.id);
	json_decref(is);

	(void)close(in);
	(void)close(to);
	return n;
}

/* The code that opening gives, and what it wrote. */
static int
unseal(const uint8_t *p, size_t len, uint8_t *back, size_t cap, size_t *got)
{
	struct ct_err err = { 0 };
	int in = fd_of(p, len), to = fd_of("", 0);
	int rc = ct_vault_open(key, 1, in, to, NULL, &err);

	*got = read_all(to, back, cap);
	(void)close(in);
	(void)close(to);
	return rc == err.code ? rc : -1;
}

static void
sizes(void)
{
	static const size_t size[] = { 0, 1, 2, CHUNK - CLOSE - 1,
		CHUNK - CLOSE, CHUNK - CLOSE + 1, CHUNK - 17, CHUNK - 1, CHUNK,
		CHUNK + 1, CHUNK + 17, 2 * CHUNK - CLOSE - 1, 2 * CHUNK - CLOSE,
		2 * CHUNK - CLOSE + 1, 2 * CHUNK - 1, 2 * CHUNK,
		2 * CHUNK + 1 };
	size_t cap = 3 * CHUNK, i, k, n, got, whole;
	uint8_t *p = malloc(cap), *sealed = malloc(cap), *back = malloc(cap);
	char id[CT_VAULT_ID + 1], name[CT_VAULT_ID + 1];
	struct ct_err err = { 0 };
	json_t *m;
	int fd;

	for (i = 0; i < cap; i++)
		p[i] = (uint8_t)(i * 2654435761u >> 16);
	for (k = 0; k < sizeof size / sizeof size[0]; k++) {
		m = about(p, size[k]);
		n = seal(m, p, size[k], sealed, cap, id, &err);
		fd = fd_of(sealed, n);
		ok(n > size[k] && ct_vault_name(fd, name, &err) == 0 &&
			strcmp(id, name) == 0,
		    "%zu bytes are sealed and named", size[k]);
		(void)close(fd);
		ok(unseal(sealed, n, back, cap, &got) == 0 && got == size[k] &&
			memcmp(back, p, got) == 0,
		    "and open");
		/* only whole chunks come out of what is cut, and not their
		 * end, which may be what closes it */
		whole = (size[k] + CLOSE) / CHUNK * CHUNK;
		ok(unseal(sealed, n - 1, back, cap, &got) == CT_DATAERR &&
			got == (whole ? whole - CLOSE : 0) &&
			memcmp(back, p, got) == 0,
		    "what is cut gives no byte that was not authenticated");
		json_decref(m);
	}
	free(p);
	free(sealed);
	free(back);
}

static void
damage(void)
{
	static const uint8_t bytes[] = "some bytes";
	uint8_t sealed[4096], bad[4096 + 64], back[4096];
	char id[CT_VAULT_ID + 1], id2[CT_VAULT_ID + 1];
	struct ct_err err = { 0 };
	json_t *m = about(bytes, sizeof bytes);
	size_t n, i, got, opened = 0, wrote = 0, odd = 0;
	int rc;

	n = seal(m, bytes, sizeof bytes, sealed, sizeof sealed, id, &err);
	for (i = 0; i < 8 * n; i++) {
		memcpy(bad, sealed, n);
		bad[i / 8] ^= (uint8_t)(1 << (i % 8));
		rc = unseal(bad, n, back, sizeof back, &got);
		opened += rc == 0;
		wrote += got > 0;
		/* bytes 16 to 47 say which key */
		odd +=
		    rc != (i / 8 >= 16 && i / 8 < 48 ? CT_NOPERM : CT_DATAERR);
	}
	ok(n > HEAD && opened == 0, "no object with a bit changed opens");
	ok(wrote == 0, "nor gives a byte");
	ok(odd == 0, "each is damaged, or sealed to a key we do not know");
	for (i = opened = wrote = 0; i < n; i++) {
		rc = unseal(sealed, i, back, sizeof back, &got);
		opened += rc != CT_DATAERR;
		wrote += got > 0;
	}
	ok(opened == 0 && wrote == 0, "cut anywhere it is damaged");
	memcpy(bad, sealed, n);
	memset(bad + n, 0, 64);
	for (i = 1, opened = 0; i <= 64; i++)
		opened +=
		    unseal(bad, n + i, back, sizeof back, &got) != CT_DATAERR;
	ok(opened == 0, "with more bytes too");

	n = seal(m, bytes, sizeof bytes, bad, sizeof bad, id2, &err);
	ok(n > 0 && strcmp(id, id2) != 0, "no two objects are the same");
	memcpy(bad, sealed, HEAD);
	ok(unseal(bad, n, back, sizeof back, &got) == CT_DATAERR,
	    "the header of another object does not fit");
	json_decref(m);
}

/* An object of one byte made by hand as ct-vault(5) says; or with something
 * left out or wrong. */
enum hand {
	RIGHT,
	ENDLESS,
	UNBOUND,
	OTHER_SIZE,
	OTHER_SUM,
	UNCLOSED,
	OTHER_MD5
};

static int
by_hand(enum hand how)
{
	static const uint8_t byte[] = "x";
	crypto_secretstream_xchacha20poly1305_state st;
	uint8_t k[32], sum[32], back[64], object[4096] = "ct-vault\2";
	uint8_t plain[1 + CLOSE] = "x\1";
	json_t *m = about(byte, 1);
	size_t len, got, end = how == UNCLOSED ? 1 : sizeof plain;
	bool bound = how != UNBOUND;
	char *text;

	if (how == OTHER_MD5)
		(void)json_object_set_new(m, "md5", json_string("00"));
	text = json_dumps(m, 0);
	len = strlen(text);
	(void)crypto_hash_sha256(plain + 9, byte, 1);
	plain[1] ^= how == OTHER_SIZE;
	plain[9] ^= how == OTHER_SUM;
	randombytes_buf(k, sizeof k);
	object[12] = (uint8_t)len;
	memcpy(object + 16, pub.id, 32);
	(void)crypto_box_seal(object + 48, k, sizeof k, pub.key);
	(void)crypto_secretstream_xchacha20poly1305_init_push(
	    &st, object + 128, k);
	(void)crypto_generichash(sum, sizeof sum, object, HEAD, NULL, 0);
	(void)crypto_secretstream_xchacha20poly1305_push(&st, object + HEAD,
	    NULL, (uint8_t *)text, len, sum, bound ? sizeof sum : 0, 0);
	(void)crypto_secretstream_xchacha20poly1305_push(&st,
	    object + HEAD + len + 17, NULL, plain, end, sum,
	    bound ? sizeof sum : 0, how == ENDLESS ? 0 : 3);
	free(text);
	json_decref(m);
	return unseal(
	    object, HEAD + len + 17 + end + 17, back, sizeof back, &got);
}

static int
refused(const json_t *m, const char *bytes, int code)
{
	char id[CT_VAULT_ID + 1];
	struct ct_err err = { 0 };
	uint8_t out[4096];

	return seal(m, (const uint8_t *)bytes, strlen(bytes), out, sizeof out,
		   id, &err) == 0 &&
	    err.code == code;
}

static void
manifests(void)
{
	json_t *m = about((const uint8_t *)"abc", 3);
	char *long_id = malloc((2 << 20) + 1);
	struct ct_vault_pub good = pub;

	ok(!refused(m, "abc", CT_DATAERR), "what the manifest says is sealed");
	ok(refused(m, "abd", CT_DATAERR), "other bytes are refused");
	ok(refused(m, "abcd", CT_DATAERR), "more bytes");
	(void)json_object_set_new(
	    m, "md5", json_string("900150983cd24fb0d6963f7d28e17f72"));
	(void)json_object_set_new(
	    m, "sha1", json_string("A9993E364706816ABA3E25717850C26C9CD0D89D"));
	ok(!refused(m, "abc", CT_DATAERR), "with its MD5 and SHA-1");
	(void)json_object_set_new(m, "sha256", json_integer(1));
	ok(refused(m, "abc", CT_DATAERR), "not with a digest that is no text");
	(void)json_object_del(m, "sha256");
	ok(!refused(m, "abc", CT_DATAERR), "but with none");
	(void)json_object_set_new(m, "size", json_integer(4));
	ok(refused(m, "abc", CT_DATAERR), "not with another size");
	(void)json_object_del(m, "size");
	memset(&pub.key, 0, sizeof pub.key);
	ok(refused(m, "abc", CT_CONFIG), "a public key that is no point");
	pub = good;
	memset(long_id, 'x', 2 << 20);
	long_id[2 << 20] = '\0';
	(void)json_object_set_new(m, "id", json_string(long_id));
	ok(refused(m, "abc", CT_DATAERR), "a manifest that is too long");
	json_decref(m);
	free(long_id);
}

int
main(void)
{
	char dir[] = "/tmp/ct-vault.XXXXXX";
	struct ct_err err = { 0 };

	if (!mkdtemp(dir) || chdir(dir) < 0)
		abort();
	ok(ct_vault_keygen("k", &err) == 0 &&
		ct_vault_keygen("k", &err) == CT_CANTCREAT,
	    "a key pair is made once");
	ok(ct_vault_pub_read(&pub, "k.pub", &err) == 0 &&
		ct_vault_key_read(&key[0], "k.key", &err) == 0,
	    "and read");
	ok(ct_vault_pub_read(&pub, "k.key", &err) == CT_CONFIG &&
		ct_vault_key_read(&key[1], "k.pub", &err) == CT_NOPERM &&
		!key[1],
	    "each is only what it is");
	if (ct_vault_pub_read(&pub, "k.pub", &err))
		abort();
	ok(by_hand(RIGHT) == 0, "what is made as documented opens");
	ok(by_hand(ENDLESS) == CT_DATAERR, "not without its end");
	ok(by_hand(UNBOUND) == CT_DATAERR, "nor if not bound to its header");
	ok(by_hand(OTHER_SIZE) == CT_DATAERR,
	    "nor if it closes with another size");
	ok(by_hand(OTHER_SUM) == CT_DATAERR, "or another SHA-256");
	ok(by_hand(UNCLOSED) == CT_DATAERR, "or with neither");
	ok(by_hand(OTHER_MD5) == 0,
	    "but with another MD5, which is what the record said");
	sizes();
	damage();
	manifests();
	ct_vault_key_free(key[0]);
	(void)unlink("k.key");
	(void)unlink("k.pub");
	(void)rmdir(dir);
	done();
}
