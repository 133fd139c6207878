/* vault_open.c - an object back into bytes: ct_vault_open of vault.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blake.h"
#include "file.h"
#include "hex.h"
#include "prog.h"
#include "rec.h"
#include "vault_wrap.h"

#define BELIED "\001belied" /* between prove and vault_belied */

struct opening {
	struct vault_wraps *wraps; /* NULL: none */
	crypto_secretstream_xchacha20poly1305_state stream;
	uint8_t bound[32];
	int in, out;
	/* room bytes; cipher also a tag; plain also, before them, what may be
	 * the end that closes the bytes */
	uint8_t *cipher, *plain;
	size_t room, held;
};

static int
damaged(struct ct_err *err, const char *what)
{
	return ct_fail(err, CT_DATAERR, "damaged object: %s", what);
}

/* Up to len bytes into cipher; returns how many, or -1. */
static ssize_t
take(struct opening *o, size_t len, struct ct_err *err)
{
	ssize_t n = ct_read_full(o->in, o->cipher, len);

	if (n < 0)
		(void)ct_fail_errno(err, CT_IOERR, "cannot read an object");
	return n;
}

/* len bytes of cipher into plain, behind what is held; the tag must be final
 * exactly if last. */
static int
pull(struct opening *o, size_t len, bool last, struct ct_err *err)
{
	unsigned char tag,
	    want = last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
			: crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;

	if (len < VAULT_TAG)
		return damaged(err, "it is cut");
	if (crypto_secretstream_xchacha20poly1305_pull(&o->stream,
		o->plain + o->held, NULL, &tag, o->cipher, len, o->bound,
		sizeof o->bound) != 0)
		return damaged(err, "a chunk is not what was sealed");
	if (tag != want)
		return damaged(err, "its chunks do not end where it ends");
	return 0;
}

/* The object's own key: out of its header, else out of a wrap. */
static int
own_key(const struct opening *o, const uint8_t *head,
    struct ct_vault_key *const key[], size_t n, uint8_t own[VAULT_OBJECT_KEY],
    struct ct_err *err)
{
	struct vault_wraps *w = o->wraps;
	int rc;

	for (size_t i = 0; i < n; i++)
		if (memcmp(head + VAULT_AT_KEY, key[i]->pub.id,
			sizeof key[i]->pub.id) == 0)
			return crypto_box_seal_open(own, head + VAULT_AT_SEALED,
				   VAULT_SEALED, key[i]->pub.key,
				   key[i]->secret) == 0
			    ? 0
			    : damaged(err, "its key does not open");
	rc = w
	    ? vault_wraps_open(w->wrap, w->n, w->id, key, n, own, &w->by, err)
	    : 0;
	return rc == 1 ? 0
	    : rc       ? rc
		       : ct_fail(err, CT_NOPERM, "it is sealed to another key");
}

/* The stream, with the key that fits; head is the object's header. */
static int
unlock(struct opening *o, const uint8_t *head, struct ct_vault_key *const key[],
    size_t n, struct ct_err *err)
{
	uint8_t secret[VAULT_OBJECT_KEY];
	struct ct_blake b;
	int rc = own_key(o, head, key, n, secret, err);

	if (!rc &&
	    crypto_secretstream_xchacha20poly1305_init_pull(
		&o->stream, head + VAULT_AT_STREAM, secret) != 0)
		rc = damaged(err, "its key does not open");
	ct_wipe(secret, sizeof secret);
	ct_blake_start(&b, sizeof o->bound, NULL);
	ct_blake_add(&b, head, VAULT_HEAD);
	ct_blake_end(&b, o->bound, sizeof o->bound);
	return rc;
}

static int
start(struct opening *o, struct ct_vault_key *const key[], size_t n,
    json_t **manifest, struct ct_err *err)
{
	uint8_t head[VAULT_HEAD];
	ssize_t had = ct_read_full(o->in, head, sizeof head);
	ssize_t got;
	size_t len;
	int rc;

	if (had < 0)
		return ct_fail_errno(err, CT_IOERR, "cannot read an object");
	if ((size_t)had != sizeof head ||
	    memcmp(head, vault_magic, VAULT_AT_VERSION) != 0)
		return damaged(err, "it has no header of ct-vault");
	if (vault_get32(head + VAULT_AT_VERSION) != VAULT_VERSION)
		return damaged(err, "its version is not one we know");
	len = vault_get32(head + VAULT_AT_LEN);
	if (len > VAULT_MANIFEST_MAX)
		return damaged(err, "its manifest is too long");
	if ((rc = unlock(o, head, key, n, err)))
		return rc;
	o->room = len > VAULT_CHUNK ? len : VAULT_CHUNK;
	o->cipher = ct_alloc(o->room + VAULT_TAG, 1);
	o->plain = ct_alloc(VAULT_CLOSE + o->room, 1);
	if ((got = take(o, len + VAULT_TAG, err)) < 0)
		return err->code;
	if ((size_t)got != len + VAULT_TAG)
		return damaged(err, "it is cut");
	if ((rc = pull(o, len + VAULT_TAG, false, err)))
		return rc;
	*manifest = ct_json_object((char *)o->plain, len, err);
	return *manifest ? 0 : damaged(err, "its manifest is no record");
}

/* Give out all but the end of what is there, which may be what closes it. */
static int
give(struct opening *o, size_t got, struct vault_sum *sum, struct ct_err *err)
{
	size_t all = o->held + got;
	size_t out = all > VAULT_CLOSE ? all - VAULT_CLOSE : 0;
	int rc = vault_sum_add(sum, o->plain, out, err);

	if (rc)
		return rc;
	if (o->out >= 0 && ct_write_full(o->out, o->plain, out) < 0)
		return ct_fail_errno(
		    err, CT_IOERR, "cannot write what was opened");
	o->held = all - out;
	memmove(o->plain, o->plain + out, o->held);
	return 0;
}

static int
body(struct opening *o, struct vault_sum *sum, struct ct_err *err)
{
	ssize_t n;
	bool last;
	int rc;

	do {
		if (ct_stop)
			return ct_fail(err, CT_TEMPFAIL, "stopped by a signal");
		if ((n = take(o, VAULT_CHUNK + VAULT_TAG, err)) < 0)
			return err->code;
		last = (size_t)n < VAULT_CHUNK + VAULT_TAG;
		if ((rc = pull(o, (size_t)n, last, err)))
			return rc;
		if ((rc = give(o, (size_t)n - VAULT_TAG, sum, err)))
			return rc;
	} while (!last);
	return vault_sum_end(sum, err);
}

/* Are the bytes what closes them says, and what the manifest says? */
static int
prove(const struct opening *o, const struct vault_sum *sum, json_t *m,
    struct ct_err *err)
{
	const char *belied = vault_sum_belied(sum, m);
	uint8_t want[VAULT_CLOSE];
	struct ct_err why = { 0 };

	vault_sum_close(sum, want);
	if (o->held != VAULT_CLOSE || memcmp(o->plain, want, sizeof want) != 0)
		return damaged(err, "its bytes are not those it closes with");
	if (vault_sum_compare(sum, m, &why))
		return ct_fail(err, CT_DATAERR,
		    "damaged object: its bytes are not those of its manifest:"
		    " %s",
		    why.msg);
	(void)json_object_del(m, BELIED);
	return belied && json_object_set_new(m, BELIED, json_string(belied)) < 0
	    ? ct_fail(err, CT_OSERR, "out of memory")
	    : 0;
}

const char *
vault_belied(json_t *m)
{
	const char *is = ct_rec_text(m, BELIED);
	bool md5 = is && strcmp(is, "md5") == 0;

	(void)json_object_del(m, BELIED);
	return !is ? NULL : md5 ? "md5" : "sha1";
}

void
vault_warn_belied(const char *id, json_t *m)
{
	const char *is = vault_belied(m);

	if (is)
		ct_warn("object %.16s: its bytes, which SHA-256 proves, have"
			" not the %s of its record",
		    id, is);
}

/* Of all digests that the manifest has; without MD5 where libcrypto refuses
 * that: SHA-256 proves the same. */
static int
start_sum(struct vault_sum *sum, const json_t *m, struct ct_err *err)
{
	struct ct_err why = { 0 };

	sum->digest.sha256_only =
	    !json_object_get(m, "md5") && !json_object_get(m, "sha1");
	if (!vault_sum_start(sum, &why))
		return 0;
	vault_sum_free(sum);
	*sum = (struct vault_sum){ .digest.sha256_only = true };
	return vault_sum_start(sum, err);
}

int
vault_open_by(struct vault_wraps *wraps, struct ct_vault_key *const key[],
    size_t n, int in, int out, json_t **manifest, struct ct_err *err)
{
	struct opening o = { .wraps = wraps, .in = in, .out = out };
	struct vault_sum sum = { 0 };
	json_t *m = NULL;
	int rc = start(&o, key, n, &m, err);

	if (!rc)
		rc = start_sum(&sum, m, err);
	if (!rc)
		rc = body(&o, &sum, err);
	if (!rc)
		rc = prove(&o, &sum, m, err);
	vault_sum_free(&sum);
	if (o.plain)
		sodium_memzero(o.plain, VAULT_CLOSE + o.room);
	free(o.plain);
	free(o.cipher);
	sodium_memzero(&o, sizeof o);
	if (rc || !manifest)
		json_decref(m);
	else
		*manifest = m;
	return rc;
}

int
ct_vault_open(struct ct_vault_key *const key[], size_t n, int in, int out,
    json_t **manifest, struct ct_err *err)
{
	return vault_open_by(NULL, key, n, in, out, manifest, err);
}

int
ct_vault_name(int fd, char id[CT_VAULT_ID + 1], struct ct_err *err)
{
	uint8_t *buf = ct_grow(NULL, VAULT_CHUNK, 1), name[CT_VAULT_ID / 2];
	struct ct_blake b;
	off_t at = 0;
	ssize_t n;

	ct_blake_start(&b, sizeof name, NULL);
	while ((n = pread(fd, buf, VAULT_CHUNK, at)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		ct_blake_add(&b, buf, (size_t)n);
		at += n;
	}
	ct_blake_end(&b, name, sizeof name);
	ct_hex(name, sizeof name, id);
	free(buf);
	if (n < 0)
		return ct_fail_errno(err, CT_IOERR, "cannot read an object");
	return 0;
}
