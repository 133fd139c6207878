/* vault_new.c - an object gets into the vault, or what is left of it goes */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "hex.h"
#include "prog.h"
#include "rec.h"
#include "vault_dir.h"

#define PART ".part"

/* ---- what a killed process, or a sync that failed, left -------------------
 */

/* The object that a part is: does the log tell of it? */
static int
settle(struct ct_vault *v, const char *id, struct ct_err *err)
{
	char *old = NULL;
	int rc = ct_store_text(v->store, &old, err,
	    "SELECT ifnull(replaces, '') FROM object WHERE id = ?", "s", id);

	if (rc == 1)
		rc = vault_is_id(old) ? vault_supersede(v, old, id, err) : 0;
	else if (rc == 0 && !(rc = vault_unlink(v, id, err)))
		rc = vault_log(
		    v, "recovered", json_pack("{s:s}", "object", id), err);
	free(old);
	return rc;
}

/* 1: nobody has this part locked who lives, and it is still in its place; 0; or
 * a code.  Until fd is closed nobody else settles it. */
static int
is_left(int fd, const char *part, struct stat *st, struct ct_err *err)
{
	struct stat there;

	if (flock(fd, LOCK_SH | LOCK_NB) < 0)
		return errno == EWOULDBLOCK
		    ? 0
		    : ct_fail_errno(err, CT_IOERR, "cannot lock '%s'", part);
	if (fstat(fd, st) < 0)
		return ct_fail_errno(err, CT_IOERR, "cannot stat '%s'", part);
	return lstat(part, &there) == 0 && there.st_ino == st->st_ino &&
	    there.st_dev == st->st_dev;
}

static int
settle_part(struct ct_vault *v, const char *part, struct ct_err *err)
{
	char id[CT_VAULT_ID + 1];
	int fd = open(part, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;
	int rc;

	if (fd < 0)
		return errno == ENOENT
		    ? 0
		    : ct_fail_errno(err, CT_IOERR, "cannot open '%s'", part);
	if ((rc = is_left(fd, part, &st, err)) == 1) {
		rc = 0;
		/* without a second link it got no place yet, and no line */
		if (st.st_nlink > 1 && !(rc = ct_vault_name(fd, id, err)))
			rc = settle(v, id, err);
		if (!rc && unlink(part) < 0)
			rc = ct_fail_errno(
			    err, CT_IOERR, "cannot remove '%s'", part);
	}
	(void)close(fd);
	return rc;
}

/* What cannot be put right now, as it is another user's or cannot be read, is
 * no reason to seal nothing: either nobody was told of it, or it is whole.  But
 * a line that may not be in the log is one. */
static int
recover(const char *part, void *arg, struct ct_err *err)
{
	struct ct_vault *v = arg;
	struct ct_err why = { 0 };
	int rc = settle_part(v, part, &why);

	if (rc == CT_IOERR && !v->unsure) {
		ct_warn("what a killed run left stays: %s", why.msg);
		return 0;
	}
	*err = why;
	return rc;
}

/* Calls each for all parts, until it does not give 0: what the last gave, or a
 * code. */
static int
each_part(const struct ct_vault *v,
    int (*each)(const char *part, void *arg, struct ct_err *err), void *arg,
    struct ct_err *err)
{
	char *tmp = ct_printf("%s/tmp", v->dir), *part;
	char **name = ct_file_names(tmp, PART);
	int rc =
	    name ? 0 : ct_fail_errno(err, CT_IOERR, "cannot read '%s'", tmp);
	size_t i;

	for (i = 0; name && name[i]; i++) {
		part = ct_printf("%s/%s", tmp, name[i]);
		if (!rc)
			rc = each(part, arg, err);
		free(part);
		free(name[i]);
	}
	free(name);
	free(tmp);
	return rc;
}

int
vault_recover(struct ct_vault *v, struct ct_err *err)
{
	static const char *const name[] = { VAULT_WHOLE, VAULT_CHECK };
	char *left;
	size_t i;
	int rc = 0;

	for (i = 0; !rc && i < sizeof name / sizeof name[0]; i++) {
		left = vault_tmp(v, name[i]);
		if (unlink(left) < 0 && errno != ENOENT)
			rc = ct_fail_errno(
			    err, CT_IOERR, "cannot remove '%s'", left);
		free(left);
	}
	return rc ? rc : each_part(v, recover, v, err);
}

static int
is_same(const char *part, void *arg, struct ct_err *err)
{
	const struct stat *object = arg;
	struct stat st;

	(void)err;
	return lstat(part, &st) == 0 && st.st_ino == object->st_ino &&
	    st.st_dev == object->st_dev;
}

bool
vault_is_part(const struct ct_vault *v, const char *id)
{
	char *path = vault_object(v, id);
	struct ct_err ignored = { 0 };
	struct stat st;
	bool is =
	    lstat(path, &st) == 0 && each_part(v, is_same, &st, &ignored) == 1;

	free(path);
	return is;
}

int
vault_replace(const struct ct_vault *v, const char *path, mode_t mode,
    const void *buf, size_t len, struct ct_err *err)
{
	char *whole = vault_tmp(v, VAULT_WHOLE);
	int rc = ct_file_replace_by(path, whole, mode, buf, len, err);

	free(whole);
	return rc;
}

/* ---- a new one ------------------------------------------------------------
 */

/* From now on it is for the next run that makes objects to settle. */
static void
let_go(struct ct_vault *v)
{
	if (v->part.fd >= 0)
		(void)close(v->part.fd);
	free(v->part.path);
	v->part.fd = -1;
	v->part.path = NULL;
}

void
vault_discard(struct ct_vault *v)
{
	if (v->part.fd >= 0)
		(void)unlink(v->part.path);
	let_go(v);
}

/* A part that is ours: 0; CT_NO if another, of our number elsewhere, has that
 * name, or one took ours for left, before it was locked; or a code. */
static int
open_part(struct ct_vault *v, struct ct_err *err)
{
	struct stat st;

	v->part.path =
	    ct_printf("%s/tmp/%ld-%u" PART, v->dir, (long)getpid(), v->parts++);
	v->part.fd = open(v->part.path,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (v->part.fd < 0 && errno == EEXIST) {
		let_go(v);
		return CT_NO;
	}
	if (v->part.fd < 0)
		(void)ct_fail_errno(
		    err, CT_CANTCREAT, "cannot create '%s'", v->part.path);
	else if (flock(v->part.fd, LOCK_EX) < 0 || fstat(v->part.fd, &st) < 0)
		(void)ct_fail_errno(
		    err, CT_IOERR, "cannot lock '%s'", v->part.path);
	else if (st.st_nlink > 0)
		return 0;
	else {
		let_go(v);
		return CT_NO;
	}
	vault_discard(v);
	return err->code;
}

int
vault_write(struct ct_vault *v, const struct ct_vault_pub *pub,
    const json_t *manifest, int in, struct ct_vault_sealed *made,
    struct ct_err *err)
{
	int rc = vault_ready(v, err);

	if (rc)
		return rc;
	while ((rc = open_part(v, err)) == CT_NO)
		;
	if (rc)
		return rc;
	rc = ct_vault_seal(pub, manifest, in, v->part.fd, made, err);
	if (!rc && (fchmod(v->part.fd, 0400) < 0 || fsync(v->part.fd) < 0))
		rc = ct_fail_errno(
		    err, CT_IOERR, "cannot sync '%s'", v->part.path);
	if (rc)
		vault_discard(v);
	return rc;
}

static int
place(const struct ct_vault *v, const char *id, struct ct_err *err)
{
	char *to = vault_object(v, id);
	int rc = link(v->part.path, to) < 0
	    ? ct_fail_errno(err, CT_CANTCREAT, "cannot create '%s'", to)
	    : ct_file_sync_dir(to, err);

	free(to);
	return rc;
}

static int
log_new(struct ct_vault *v, const struct ct_vault_pub *pub,
    const struct ct_vault_sealed *made, const char *act, json_t *members,
    const char *replaces, struct ct_err *err)
{
	char key[2 * sizeof pub->id + 1];
	json_t *made_of;
	int rc;

	ct_hex(pub->id, sizeof pub->id, key);
	made_of = json_pack("{s:s, s:s, s:I, s:I, s:s, s:s*}", "object",
	    made->id, "sha256", made->sha256, "size", (json_int_t)made->size,
	    "bytes", (json_int_t)made->bytes, "key", key, "replaces", replaces);
	rc = made_of && members && json_object_update(members, made_of) == 0
	    ? 0
	    : ct_fail(err, CT_DATAERR, "the log cannot hold what is not UTF-8");
	json_decref(made_of);
	if (!rc)
		return vault_log(v, act, members, err);
	json_decref(members);
	return rc;
}

int
vault_commit(struct ct_vault *v, const struct ct_vault_pub *pub,
    const struct ct_vault_sealed *made, const char *act, json_t *members,
    const char *replaces, struct ct_err *err)
{
	struct ct_err also = { 0 };
	int rc = place(v, made->id, err);

	v->unsure = false;
	if (rc)
		json_decref(members);
	else
		rc = log_new(v, pub, made, act, members, replaces, err);
	/* the next run reads in the log what an unsure one is; and what cannot
	 * be unlinked stays with its part */
	if (rc && v->unsure) {
		v->ready = false;
	} else if (rc
		? vault_unlink(v, made->id, &also)
		: replaces && vault_supersede(v, replaces, made->id, &also)) {
		ct_warn("%s", also.msg);
		v->ready = false;
	} else {
		vault_discard(v);
	}
	let_go(v);
	return rc;
}
