/* vault_new.c - an object gets into the vault, or what is left of it goes */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "hex.h"
#include "prog.h"
#include "rec.h"
#include "vault_dir.h"

#define PART "new.part"

/* ---- what a killed process, or a sync that failed, left -------------------
 */

/* The object that tmp/new.part is: does the log tell of it? */
static int
settle(struct ct_vault *v, const char *id, struct ct_err *err)
{
	char *old = NULL;
	int rc = ct_store_text(v->store, &old, err,
	    "SELECT ifnull(replaces, '') FROM object WHERE id = ?", "s", id);

	if (rc == 1)
		rc = vault_is_id(old) ? vault_unlink(v, old, err) : 0;
	else if (rc == 0 && !(rc = vault_unlink(v, id, err)))
		rc = vault_log(
		    v, "recovered", json_pack("{s:s}", "object", id), err);
	free(old);
	return rc;
}

static int
recover(struct ct_vault *v, struct ct_err *err)
{
	char *part = vault_tmp(v, PART), id[CT_VAULT_ID + 1];
	int fd = open(part, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;
	int rc = 0;

	if (fd < 0 && errno != ENOENT)
		rc = ct_fail_errno(err, CT_IOERR, "cannot open '%s'", part);
	/* without a second link it got no place yet, and no line */
	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_nlink > 1 &&
	    !(rc = ct_vault_name(fd, id, err)))
		rc = settle(v, id, err);
	if (fd >= 0) {
		(void)close(fd);
		if (!rc && unlink(part) < 0)
			rc = ct_fail_errno(
			    err, CT_IOERR, "cannot remove '%s'", part);
	}
	free(part);
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
	return rc ? rc : recover(v, err);
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

void
vault_discard(struct ct_vault *v)
{
	char *part = vault_tmp(v, PART);

	(void)unlink(part);
	free(part);
}

/* What an earlier one in this process left, as its sync failed. */
static int
clear(struct ct_vault *v, const char *part, struct ct_err *err)
{
	int rc;

	if (access(part, F_OK) < 0)
		return 0;
	if ((rc = vault_begin(v, NULL, err)))
		return rc;
	rc = vault_recover(v, err);
	vault_end(v);
	return rc;
}

static int
write_part(const char *part, const struct ct_vault_pub *pub,
    const json_t *manifest, int in, struct ct_vault_sealed *made,
    struct ct_err *err)
{
	int fd = open(
	    part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	int rc;

	if (fd < 0)
		return ct_fail_errno(
		    err, CT_CANTCREAT, "cannot create '%s'", part);
	rc = ct_vault_seal(pub, manifest, in, fd, made, err);
	if (!rc && (fchmod(fd, 0400) < 0 || fsync(fd) < 0))
		rc = ct_fail_errno(err, CT_IOERR, "cannot sync '%s'", part);
	(void)close(fd);
	if (rc)
		(void)unlink(part);
	return rc;
}

int
vault_write(struct ct_vault *v, const struct ct_vault_pub *pub,
    const json_t *manifest, int in, struct ct_vault_sealed *made,
    struct ct_err *err)
{
	char *part = vault_tmp(v, PART);
	int rc = v->lock < 0 ? ct_fail(err, CT_SOFTWARE, "no lock to seal with")
			     : clear(v, part, err);

	if (!rc)
		rc = write_part(part, pub, manifest, in, made, err);
	free(part);
	return rc;
}

static int
place(const struct ct_vault *v, const char *id, struct ct_err *err)
{
	char *part = vault_tmp(v, PART), *to = vault_object(v, id);
	int rc = link(part, to) < 0
	    ? ct_fail_errno(err, CT_CANTCREAT, "cannot create '%s'", to)
	    : ct_file_sync_dir(to, err);

	free(part);
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
	if (rc && v->unsure) /* the next run reads in the log what it is */
		return rc;
	/* what cannot be unlinked stays with its new.part for the next run */
	if (rc ? vault_unlink(v, made->id, &also)
	       : replaces && vault_unlink(v, replaces, &also))
		ct_warn("%s", also.msg);
	else
		vault_discard(v);
	return rc;
}
