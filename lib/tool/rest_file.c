/* rest_file.c - a file that nobody reads without the key: see rest.h
 *
 *	magic (16)  name of the key (16)  length of the head (4)  version (4)
 *	header of the stream (24)
 *	the head and 17 bytes
 *	64 KiB and 17 bytes, as often as needed; the last has less
 *
 * in libsodium's secretstream; numbers are little-endian.  What comes before
 * the head is bound to it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blake.h"
#include "file.h"
#include "os.h"
#include "prog.h"
#include "rest_impl.h"

#define VERSION 1
#define TAG crypto_secretstream_xchacha20poly1305_ABYTES
#define CHUNK ((size_t)65536)
#define HEAD_MAX ((size_t)16 << 20)
#define KIB ((size_t)1024)
#define SPARE ((size_t)64 << 10) /* locked for keys */

enum { AT_ID = 16, AT_LEN = 32, AT_VERSION = 36, AT_STREAM = 40, FIRST = 64 };

_Static_assert(sizeof CT_REST_MAGIC == AT_ID, "the magic fills its place");
_Static_assert(
    FIRST - AT_STREAM == crypto_secretstream_xchacha20poly1305_HEADERBYTES,
    "so does the header of the stream");

struct stream {
	crypto_secretstream_xchacha20poly1305_state state;
	uint8_t first[FIRST];
};

static void
put32(uint8_t *p, size_t v)
{
	size_t i;

	for (i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static size_t
get32(const uint8_t *p)
{
	return (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 |
	    (size_t)p[3] << 24;
}

/* ---- writing ---------------------------------------------------------------
 */

struct ct_rest_out {
	struct stream s;
	int fd;
	size_t n;
	uint8_t *plain, *cipher; /* a chunk of each */
};

static int
push(struct ct_rest_out *o, const void *p, size_t len, bool last)
{
	(void)crypto_secretstream_xchacha20poly1305_push(&o->s.state, o->cipher,
	    NULL, p, len, NULL, 0,
	    last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0);
	return ct_write_full(o->fd, o->cipher, len + TAG);
}

static int
push_head(struct ct_rest_out *o, const char *head, size_t len)
{
	uint8_t *cipher = ct_alloc(len + TAG, 1);
	int rc;

	(void)crypto_secretstream_xchacha20poly1305_push(&o->s.state, cipher,
	    NULL, (const uint8_t *)head, len, o->s.first, FIRST, 0);
	rc = ct_write_full(o->fd, o->s.first, FIRST);
	if (!rc)
		rc = ct_write_full(o->fd, cipher, len + TAG);
	free(cipher);
	return rc;
}

int
ct_rest_out(struct ct_rest_out **out, const struct ct_rest_key *key, int fd,
    const char *head, size_t len, struct ct_err *err)
{
	struct ct_rest_out *o = ct_alloc(1, sizeof *o);
	uint8_t secret[64];

	o->fd = fd;
	o->plain = ct_alloc(CHUNK, 1);
	o->cipher = ct_alloc(CHUNK + TAG, 1);
	memcpy(o->s.first, CT_REST_MAGIC, sizeof CT_REST_MAGIC);
	memcpy(o->s.first + AT_ID, ct_rest_key_id(key), CT_REST_ID - 1);
	put32(o->s.first + AT_LEN, len);
	put32(o->s.first + AT_VERSION, VERSION);
	rest_derive(key, "ct-lists-key files", "", secret);
	(void)crypto_secretstream_xchacha20poly1305_init_push(
	    &o->s.state, o->s.first + AT_STREAM, secret);
	ct_wipe(secret, sizeof secret);
	if (len <= HEAD_MAX && push_head(o, head, len) == 0) {
		*out = o;
		return 0;
	}
	(void)(len > HEAD_MAX
		? ct_fail(err, CT_DATAERR, "too much is told of sources")
		: ct_fail_errno(err, CT_IOERR, "cannot write"));
	(void)ct_rest_out_end(o, false);
	*out = NULL;
	return err->code;
}

int
ct_rest_out_put(void *out, const void *bytes, size_t len)
{
	struct ct_rest_out *o = out;
	const uint8_t *p = bytes;
	size_t n;

	for (; len; p += n, len -= n) {
		n = CHUNK - o->n < len ? CHUNK - o->n : len;
		memcpy(o->plain + o->n, p, n);
		o->n += n;
		if (o->n < CHUNK)
			continue;
		if (push(o, o->plain, CHUNK, false) < 0)
			return -1;
		o->n = 0;
	}
	return 0;
}

int
ct_rest_out_end(struct ct_rest_out *o, bool whole)
{
	int rc = whole ? push(o, o->plain, o->n, true) : -1;
	int why = errno;

	ct_wipe(o->plain, CHUNK);
	free(o->plain);
	free(o->cipher);
	ct_wipe(o, sizeof *o);
	free(o);
	errno = why;
	return rc;
}

/* ---- reading ---------------------------------------------------------------
 */

struct in {
	struct stream s;
	const char *path;
	int fd;
	char *head;
	size_t len;  /* of the head */
	size_t left; /* bytes of the file */
	uint8_t *cipher;
};

static int
damaged(const char *path, struct ct_err *err)
{
	return ct_fail(err, CT_DATAERR, "the index is damaged: '%s'", path);
}

static void
close_in(struct in *in)
{
	if (in->fd >= 0)
		(void)close(in->fd);
	free(in->head);
	free(in->cipher);
	ct_wipe(in, sizeof *in);
}

static bool
is_first(const uint8_t *first)
{
	return memcmp(first, CT_REST_MAGIC, sizeof CT_REST_MAGIC) == 0;
}

/* Set up the stream with the key that is named. */
static int
unlock(struct in *in, struct ct_err *err)
{
	char id[CT_REST_ID] = "", *what;
	const struct ct_rest_key *key;
	uint8_t secret[64];
	int rc;

	if (get32(in->s.first + AT_VERSION) != VERSION)
		return ct_fail(err, CT_DATAERR,
		    "'%s' was written by a later version", in->path);
	memcpy(id, in->s.first + AT_ID, CT_REST_ID - 1);
	what = ct_printf("'%s'", in->path);
	rc = ct_rest_key_named(id, what, &key, err);
	free(what);
	if (rc)
		return rc;
	rest_derive(key, "ct-lists-key files", "", secret);
	rc = crypto_secretstream_xchacha20poly1305_init_pull(
	    &in->s.state, in->s.first + AT_STREAM, secret);
	ct_wipe(secret, sizeof secret);
	return rc ? damaged(in->path, err) : 0;
}

static int
pull_head(struct in *in, struct ct_err *err)
{
	size_t len = get32(in->s.first + AT_LEN);
	unsigned char tag;
	uint8_t *cipher;
	int rc = 0;

	if (len > HEAD_MAX || in->left < len + TAG)
		return damaged(in->path, err);
	cipher = ct_alloc(len + TAG, 1);
	in->head = ct_alloc(len + 1, 1);
	if (ct_read_full(in->fd, cipher, len + TAG) != (ssize_t)(len + TAG) ||
	    crypto_secretstream_xchacha20poly1305_pull(&in->s.state,
		(uint8_t *)in->head, NULL, &tag, cipher, len + TAG, in->s.first,
		FIRST) != 0 ||
	    tag != 0)
		rc = damaged(in->path, err);
	free(cipher);
	in->head[len] = '\0';
	in->len = len;
	in->left -= len + TAG;
	return rc;
}

static int
open_in(struct in *in, const char *path, struct ct_err *err)
{
	struct stat st;
	int rc = 0;

	*in = (struct in){ .path = path };
	in->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (in->fd < 0 || fstat(in->fd, &st) < 0)
		rc = ct_fail_errno(err, CT_NOINPUT, "cannot open '%s'", path);
	else if (!S_ISREG(st.st_mode) ||
	    ct_read_full(in->fd, in->s.first, FIRST) != FIRST ||
	    !is_first(in->s.first))
		rc = damaged(path, err);
	else
		rc = unlock(in, err);
	if (!rc) {
		in->left = (size_t)st.st_size - FIRST;
		in->cipher = ct_alloc(CHUNK + TAG, 1);
		rc = pull_head(in, err);
	}
	if (rc)
		close_in(in);
	return rc;
}

/* The next *n bytes, of which there is room for a chunk; less: the last. */
static int
pull(struct in *in, uint8_t *out, size_t *n, struct ct_err *err)
{
	size_t len = in->left < CHUNK + TAG ? in->left : CHUNK + TAG;
	unsigned char tag;

	if (len < TAG ||
	    ct_read_full(in->fd, in->cipher, len) != (ssize_t)len ||
	    crypto_secretstream_xchacha20poly1305_pull(
		&in->s.state, out, NULL, &tag, in->cipher, len, NULL, 0) != 0)
		return damaged(in->path, err);
	in->left -= len;
	*n = len - TAG;
	if ((tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL) !=
		(*n < CHUNK) ||
	    (*n < CHUNK && in->left))
		return damaged(in->path, err);
	return 0;
}

bool
ct_rest_sealed(const char *path, char id[CT_REST_ID])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	uint8_t first[FIRST];
	bool is = fd >= 0 && ct_read_full(fd, first, FIRST) == FIRST &&
	    is_first(first);

	if (fd >= 0)
		(void)close(fd);
	if (is && id) {
		memcpy(id, first + AT_ID, CT_REST_ID - 1);
		id[CT_REST_ID - 1] = '\0';
	}
	return is;
}

int
ct_rest_head(const char *path, char **head, size_t *len, struct ct_err *err)
{
	struct in in;
	int rc = open_in(&in, path, err);

	*head = NULL;
	if (rc)
		return rc;
	*head = in.head;
	*len = in.len;
	in.head = NULL;
	close_in(&in);
	return 0;
}

int
ct_rest_check(const char *path, struct ct_err *err)
{
	struct in in;
	uint8_t *plain;
	size_t n = CHUNK;
	int rc = open_in(&in, path, err);

	if (rc)
		return rc;
	plain = ct_alloc(CHUNK, 1);
	while (!rc && n == CHUNK)
		rc = pull(&in, plain, &n, err);
	ct_wipe(plain, CHUNK);
	free(plain);
	close_in(&in);
	return rc;
}

/* Bytes that this process has locked for indexes. */
static size_t locked;

static void *
memory(const char *path, size_t len, bool lock, struct ct_err *err)
{
	void *p = ct_os_secret(len ? len : 1, lock);
	size_t want = (locked + len + SPARE) / KIB + 1;

	if (!p && lock &&
	    (errno == ENOMEM || errno == EPERM || errno == EAGAIN))
		(void)ct_fail(err, CT_OSERR,
		    "cannot lock memory for '%s': RLIMIT_MEMLOCK has to be"
		    " %zu bytes (ulimit -l %zu)",
		    path, want * KIB, want);
	else if (!p)
		(void)ct_fail_errno(err, CT_OSERR, "no memory for '%s'", path);
	if (p && lock)
		locked += len;
	return p;
}

int
ct_rest_map(
    const char *path, bool lock, void **map, size_t *len, struct ct_err *err)
{
	struct in in;
	size_t n = CHUNK, done = 0, chunks;
	uint8_t *p = NULL;
	int rc = open_in(&in, path, err);

	*map = NULL;
	if (rc)
		return rc;
	chunks = in.left / (CHUNK + TAG) + 1;
	if (in.left < chunks * TAG)
		rc = damaged(path, err);
	*len = in.left - chunks * TAG;
	if (!rc && !(p = memory(path, *len, lock, err)))
		rc = err->code;
	for (; !rc && n == CHUNK; done += n)
		rc = pull(&in, p + done, &n, err);
	close_in(&in);
	if (rc && p)
		(void)munmap(p, *len ? *len : 1);
	else
		*map = p;
	return rc;
}
