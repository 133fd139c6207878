/* vault_seal.c - bytes into an object: ct_vault_seal of vault.h */
#include <stdlib.h>
#include <string.h>

#include "blake.h"
#include "file.h"
#include "hex.h"
#include "prog.h"
#include "rec.h"
#include "vault_format.h"

struct sealing {
	crypto_secretstream_xchacha20poly1305_state stream;
	uint8_t head[VAULT_HEAD], bound[32]; /* bound: digest of head */
	struct ct_blake name;
	int out;
	int64_t bytes;   /* written */
	uint8_t *cipher; /* room for the largest chunk */
};

static int
emit(struct sealing *s, const uint8_t *p, size_t len, struct ct_err *err)
{
	ct_blake_add(&s->name, p, len);
	if (ct_write_full(s->out, p, len) < 0)
		return ct_fail_errno(err, CT_IOERR, "cannot write an object");
	s->bytes += (int64_t)len;
	return 0;
}

static int
push(struct sealing *s, const uint8_t *p, size_t len, int last,
    struct ct_err *err)
{
	unsigned char tag = last
	    ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
	    : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;

	if (crypto_secretstream_xchacha20poly1305_push(&s->stream, s->cipher,
		NULL, p, len, s->bound, sizeof s->bound, tag) != 0)
		return ct_fail(err, CT_SOFTWARE, "cannot encrypt");
	return emit(s, s->cipher, len + VAULT_TAG, err);
}

static int
start(struct sealing *s, const struct ct_vault_pub *pub, size_t manifest,
    struct ct_err *err)
{
	uint8_t key[VAULT_OBJECT_KEY];
	struct ct_blake b;
	int rc = 0;

	ct_random(key, sizeof key);
	memcpy(s->head, vault_magic, VAULT_AT_VERSION);
	vault_put32(s->head + VAULT_AT_VERSION, VAULT_VERSION);
	vault_put32(s->head + VAULT_AT_LEN, (uint32_t)manifest);
	memcpy(s->head + VAULT_AT_KEY, pub->id, sizeof pub->id);
	/* a public key that is no point of the curve is found here */
	if (crypto_box_seal(
		s->head + VAULT_AT_SEALED, key, sizeof key, pub->key) != 0 ||
	    crypto_secretstream_xchacha20poly1305_init_push(
		&s->stream, s->head + VAULT_AT_STREAM, key) != 0)
		rc = ct_fail(err, CT_CONFIG, "the public key is not usable");
	ct_wipe(key, sizeof key);
	ct_blake_start(&b, sizeof s->bound, NULL);
	ct_blake_add(&b, s->head, VAULT_HEAD);
	ct_blake_end(&b, s->bound, sizeof s->bound);
	return rc;
}

/* The last len bytes, fewer than a chunk, and what closes them: if need be, in
 * two chunks. */
static int
finish(struct sealing *s, uint8_t *plain, size_t len, struct vault_sum *sum,
    struct ct_err *err)
{
	size_t all = len + VAULT_CLOSE, done = 0;
	int rc = vault_sum_end(sum, err);

	if (rc)
		return rc;
	vault_sum_close(sum, plain + len);
	if (all >= VAULT_CHUNK) {
		rc = push(s, plain, VAULT_CHUNK, 0, err);
		done = VAULT_CHUNK;
	}
	return rc ? rc : push(s, plain + done, all - done, 1, err);
}

/* All of in, 64 KiB a chunk; the last is the one that is shorter. */
static int
body(struct sealing *s, int in, struct vault_sum *sum, struct ct_err *err)
{
	uint8_t *plain = ct_alloc(VAULT_CHUNK + VAULT_CLOSE, 1);
	ssize_t n;
	int rc;

	do {
		n = ct_read_full(in, plain, VAULT_CHUNK);
		if (n < 0) {
			rc = ct_fail_errno(err, CT_NOINPUT, "cannot read");
			break;
		}
		if ((rc = vault_sum_add(sum, plain, (size_t)n, err)))
			break;
		rc = (size_t)n < VAULT_CHUNK
		    ? finish(s, plain, (size_t)n, sum, err)
		    : push(s, plain, VAULT_CHUNK, 0, err);
	} while (!rc && (size_t)n == VAULT_CHUNK);
	sodium_memzero(plain, VAULT_CHUNK + VAULT_CLOSE);
	free(plain);
	return rc;
}

static int
seal(struct sealing *s, const struct ct_vault_pub *pub, const json_t *manifest,
    const char *text, int in, struct vault_sum *sum, struct ct_err *err)
{
	struct ct_err why = { 0 };
	int rc = vault_sum_start(sum, err);

	if (!rc)
		rc = start(s, pub, strlen(text), err);
	if (!rc)
		rc = emit(s, s->head, VAULT_HEAD, err);
	if (!rc)
		rc = push(s, (const uint8_t *)text, strlen(text), 0, err);
	if (!rc)
		rc = body(s, in, sum, err);
	if (!rc && (rc = vault_sum_compare(sum, manifest, &why)))
		rc = ct_fail(err, why.code,
		    "the bytes are not those of the record: %s", why.msg);
	return rc;
}

int
ct_vault_seal(const struct ct_vault_pub *pub, const json_t *manifest, int in,
    int out, struct ct_vault_sealed *made, struct ct_err *err)
{
	struct sealing s = { .out = out };
	/* the others are compared by who opens it: here they would cost more
	 * time than all the rest */
	struct vault_sum sum = { .digest.sha256_only = true };
	char *text = json_dumps(manifest, JSON_COMPACT);
	uint8_t name[32];
	size_t len = text ? strlen(text) : 0;
	int rc;

	if (!text || len > VAULT_MANIFEST_MAX) {
		free(text);
		return ct_fail(err, CT_DATAERR, "no manifest, or too long");
	}
	s.cipher =
	    ct_alloc((len > VAULT_CHUNK ? len : VAULT_CHUNK) + VAULT_TAG, 1);
	ct_blake_start(&s.name, sizeof name, NULL);
	rc = seal(&s, pub, manifest, text, in, &sum, err);
	ct_blake_end(&s.name, name, sizeof name);
	ct_hex(name, sizeof name, made->id);
	ct_hex(sum.got.sha256, CT_SHA256_LEN, made->sha256);
	made->size = (int64_t)sum.size;
	made->bytes = s.bytes;
	vault_sum_free(&sum);
	free(s.cipher);
	sodium_memzero(&s, sizeof s);
	free(text);
	return rc;
}
