/* list_large.c - large fingerprints: files kept and read */
#include "list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blake.h"
#include "file.h"
#include "hex.h"
#include "list_store.h"
#include "prog.h"
#include "rest.h"
#include "tmk.h"
#include "vpdq.h"

#define MODE 0640     /* ct-match runs as another user of the group */
#define DIR_MODE 0750 /* the same */
#define WAYS 3        /* with the key, in the clear, with the old key */

/* ---- what they may be ------------------------------------------------------
 */

static bool
is_tmk(const uint8_t *bytes, size_t len)
{
	struct ct_tmk *t = ct_alloc(1, sizeof *t);
	struct ct_err none = { 0 };
	bool is = ct_tmk_read(t, bytes, len, &none) == 0;

	free(t);
	return is;
}

static bool
is_vpdq(const char *text, size_t len)
{
	struct ct_vpdq v = { 0 };
	struct ct_err none = { 0 };
	bool is = ct_vpdq_read(&v, text, len, &none) == 0 && v.n > 0;

	ct_vpdq_free(&v);
	return is;
}

bool
ct_large_lines(const char *json, size_t n, char **lines, size_t *len)
{
	struct ct_vpdq v = { 0 };
	struct ct_err none = { 0 };
	bool is = ct_vpdq_read(&v, json, n, &none) == 0 && v.n > 0;
	size_t i;

	*len = 0;
	*lines = is ? ct_alloc(v.n, CT_VPDQ_LINE) : NULL;
	for (i = 0; is && i < v.n; i++)
		*len += ct_vpdq_line(&v.frame[i], *lines + *len);
	ct_vpdq_free(&v);
	return is;
}

static bool
fits(const char *type, size_t len)
{
	return strcmp(type, CT_CLIP_TMK) == 0 ? len == CT_TMK_LEN
					      : len > 0 && len <= CT_CLIP_MAX;
}

const char *
ct_large_refused(const char *type, const void *bytes, size_t len)
{
	if (!fits(type, len))
		return "length";
	return (strcmp(type, CT_CLIP_TMK) == 0 ? is_tmk(bytes, len)
					       : is_vpdq(bytes, len))
	    ? NULL
	    : "damaged";
}

/* ---- names -----------------------------------------------------------------
 */

char *
list_large_path(const char *dir, const uint8_t *kept, size_t len)
{
	char name[2 * (CT_LARGE_DIGEST + CT_REST_MORE) + 1];

	ct_hex(kept, len, name);
	return ct_printf("%s/%.2s/%s", dir, name, name);
}

/* The same of a digest; rest NULL: in the clear. */
static char *
path_of(const char *dir, const struct ct_rest_list *rest, const char *type,
    const uint8_t *digest)
{
	uint8_t kept[CT_LARGE_DIGEST + CT_REST_MORE];

	if (!rest)
		return list_large_path(dir, digest, CT_LARGE_DIGEST);
	ct_rest_hash(rest, type, digest, CT_LARGE_DIGEST, kept);
	return list_large_path(dir, kept, sizeof kept);
}

/* ---- reading ---------------------------------------------------------------
 */

struct ct_large {
	char *dir;
	struct ct_rest_list *rest[WAYS]; /* NULL: in the clear, or no way */
	bool way[WAYS];
};

static int
find_way(struct ct_large *l, size_t i, const struct ct_rest_key *key,
    const char *name, struct ct_err *err)
{
	l->way[i] = key != NULL;
	return key ? ct_rest_list(&l->rest[i], key, name, err) : 0;
}

int
ct_large_open(struct ct_large **out, const char *home, const char *name,
    struct ct_err *err)
{
	struct ct_large *l = ct_alloc(1, sizeof *l);
	const struct ct_rest_key *key, *old;
	struct ct_err none = { 0 }; /* who lacks the old key may not need it */
	int rc;

	*out = l;
	l->dir = ct_printf("%s/lists/%s/large", home, name);
	l->way[1] = true;
	if (access(l->dir, F_OK) < 0 && errno == ENOENT)
		return 0;
	if ((rc = ct_rest_key(&key, err)) ||
	    (rc = find_way(l, 0, key, name, err)) ||
	    (ct_rest_old_key(&old, &none) == 0 &&
		(rc = find_way(l, 2, old, name, err)))) {
		ct_large_close(l);
		*out = NULL;
	}
	return rc;
}

void
ct_large_close(struct ct_large *l)
{
	size_t i;

	if (!l)
		return;
	for (i = 0; i < WAYS; i++)
		ct_rest_list_free(l->rest[i]);
	free(l->dir);
	free(l);
}

static int
slurp(
    const char *path, size_t max, struct ct_large_bytes *b, struct ct_err *err)
{
	uint8_t *text;
	void *map;
	int rc = ct_file_closed(path, MODE, err);

	if (rc)
		return rc;
	if (ct_rest_sealed(path, NULL)) {
		if ((rc = ct_rest_map(path, false, &map, &b->len, err)))
			return rc;
		b->mapped = true;
		b->own = map;
		b->at = map;
		return 0;
	}
	if ((rc = ct_file_read(path, max, &text, &b->len, err)))
		return rc;
	b->own = text;
	b->at = text;
	return 0;
}

int
list_large_load(const char *path, const char *type,
    const uint8_t digest[CT_LARGE_DIGEST], struct ct_large_bytes *b,
    struct ct_err *err)
{
	uint8_t is[CT_LARGE_DIGEST];
	struct stat st;
	int rc;

	*b = (struct ct_large_bytes){ 0 };
	if (stat(path, &st) < 0)
		return errno == ENOENT
		    ? CT_NO
		    : ct_fail_errno(err, CT_IOERR, "cannot open '%s'", path);
	/* what is no regular file has no bytes that are right */
	rc = S_ISREG(st.st_mode) ? slurp(path, CT_CLIP_MAX, b, err) : 0;
	if (!rc && b->at && fits(type, b->len)) {
		ct_blake_sha256(b->at, b->len, is);
		if (memcmp(is, digest, sizeof is) == 0)
			return 0;
	}
	if (!rc)
		rc = ct_fail(err, CT_DATAERR,
		    "a large fingerprint is damaged: '%s'", path);
	ct_large_release(b);
	return rc;
}

int
ct_large_read(const struct ct_large *l, const char *type,
    const uint8_t digest[CT_LARGE_DIGEST], struct ct_large_bytes *b,
    struct ct_err *err)
{
	char *path;
	size_t i;
	int rc = CT_NO;

	*b = (struct ct_large_bytes){ 0 };
	for (i = 0; i < WAYS && rc == CT_NO; i++) {
		if (!l->way[i])
			continue;
		path = path_of(l->dir, l->rest[i], type, digest);
		rc = list_large_load(path, type, digest, b, err);
		free(path);
	}
	return rc;
}

void
ct_large_release(struct ct_large_bytes *b)
{
	if (b->mapped)
		(void)munmap(b->own, b->len ? b->len : 1);
	else
		free(b->own);
	*b = (struct ct_large_bytes){ 0 };
}

/* ---- writing ---------------------------------------------------------------
 */

/* The directory of path, and those above it up to that of the list. */
static int
make_dirs(const char *path, struct ct_err *err)
{
	char *dir = ct_strdup(path), *slash;
	size_t i;
	int rc;

	*strrchr(dir, '/') = '\0';
	rc = access(dir, F_OK) == 0 ? 0 : ct_mkdirs(dir, err);
	for (i = 0; !rc && i < 3; i++) { /* NAME/large/HH */
		if (chmod(dir, DIR_MODE) < 0 && errno != EPERM)
			rc = ct_fail_errno(err, CT_CANTCREAT,
			    "cannot set the mode of '%s'", dir);
		slash = strrchr(dir, '/');
		*slash = '\0';
	}
	free(dir);
	return rc;
}

static int
seal(const struct ct_rest_key *key, int fd, const void *bytes, size_t len,
    struct ct_err *err)
{
	struct ct_rest_out *out;
	int rc = ct_rest_out(&out, key, fd, "", 0, err);
	bool whole;

	if (rc)
		return rc;
	whole = ct_rest_out_put(out, bytes, len) == 0;
	return ct_rest_out_end(out, whole);
}

int
list_large_write(const struct list_large_how *how, const char *type,
    const uint8_t *digest, const void *bytes, size_t len, struct ct_err *err)
{
	struct ct_large_bytes had;
	struct ct_newfile f;
	struct ct_err none = { 0 };
	char *path = path_of(how->dir, how->rest, type, digest);
	int rc = list_large_load(path, type, digest, &had, &none);

	if (!rc) { /* it may be there without its name being durable */
		ct_large_release(&had);
		rc = ct_file_sync_dir(path, err);
		free(path);
		return rc;
	}
	rc = make_dirs(path, err);
	if (!rc && !(rc = ct_newfile_open(&f, path, MODE, err))) {
		rc = how->key ? seal(how->key, f.fd, bytes, len, err)
			      : ct_write_full(f.fd, bytes, len);
		if (rc < 0)
			rc = ct_fail_errno(
			    err, CT_IOERR, "cannot write '%s'", f.tmp);
		if (rc)
			ct_newfile_abort(&f);
		else
			rc = ct_newfile_commit(&f, err);
	}
	free(path);
	return rc;
}

int
list_large_how(
    const struct ct_list *l, struct list_large_how *how, struct ct_err *err)
{
	*how = (struct list_large_how){ .dir = ct_printf("%s/lists/%s/large",
					    l->home, l->name),
		.rest = l->rest };
	return l->rest ? ct_rest_key_named(l->sealed, "list", &how->key, err)
		       : 0;
}

int
ct_large_put(struct ct_list *l, const char *type, const void *bytes, size_t len,
    uint8_t digest[CT_LARGE_DIGEST], struct ct_err *err)
{
	struct list_large_how how;
	const char *why = ct_large_refused(type, bytes, len);
	int rc;

	if (why)
		return ct_fail(
		    err, CT_DATAERR, "a large fingerprint is refused: %s", why);
	ct_blake_sha256(bytes, len, digest);
	rc = list_large_how(l, &how, err);
	if (!rc)
		rc = list_large_write(&how, type, digest, bytes, len, err);
	free(how.dir);
	return rc;
}
