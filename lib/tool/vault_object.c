/* vault_object.c - one object in the directory: is it whole, how it goes */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"
#include "rec.h"
#include "vault_dir.h"
#include "vault_format.h"

bool
vault_is_id(const char *name)
{
	return strlen(name) == CT_VAULT_ID &&
	    strspn(name, "0123456789abcdef") == CT_VAULT_ID;
}

char *
vault_object(const struct ct_vault *v, const char *id)
{
	return ct_printf("%s/objects/%.2s/%s", v->dir, id, id);
}

char *
vault_tmp(const struct ct_vault *v, const char *name)
{
	return ct_printf("%s/tmp/%s", v->dir, name);
}

int
vault_open_object(const struct ct_vault *v, const char *id)
{
	char *path = vault_object(v, id);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	free(path);
	return fd;
}

/* 0: fd is a file; CT_NO: it is not, by itself or as what errno says of -1;
 * CT_TEMPFAIL: that cannot be told. */
static int
look_at(int fd, struct stat *st, struct ct_err *err)
{
	if (fd < 0 && (errno == ENOENT || errno == ELOOP || errno == ENXIO))
		return CT_NO;
	if (fd < 0 || fstat(fd, st) < 0)
		return ct_fail_errno(
		    err, CT_TEMPFAIL, "its object cannot be looked at");
	return S_ISREG(st->st_mode) ? 0 : CT_NO;
}

int
vault_is_whole(
    const struct ct_vault *v, const char *id, int64_t bytes, struct ct_err *err)
{
	int fd = vault_open_object(v, id);
	char name[CT_VAULT_ID + 1];
	struct ct_err why = { 0 };
	struct stat st;
	int rc = look_at(fd, &st, err);

	if (!rc && st.st_size != bytes)
		rc = CT_NO;
	if (!rc && ct_vault_name(fd, name, &why))
		rc = ct_fail(err, CT_TEMPFAIL, "%s", why.msg);
	if (!rc && strcmp(name, id) != 0)
		rc = CT_NO;
	if (fd >= 0)
		(void)close(fd);
	return rc;
}

int
vault_whose(
    struct ct_vault *v, const char *name, const char *id, struct ct_err *err)
{
	int64_t one;

	return ct_store_int(v->store, &one, err,
	    "SELECT 1 FROM object WHERE id = ? AND id <> ?"
	    " AND state <> 'destroyed'",
	    "ss", name, id);
}

/* 0, or CT_DATAERR: fd, of so many bytes, in the place of object id, is all of
 * another that lives.  Only if one is as long is it read. */
static int
is_nobodys(struct ct_vault *v, int fd, int64_t bytes, const char *id,
    struct ct_err *err)
{
	char name[CT_VAULT_ID + 1];
	int64_t one;
	int rc = ct_store_int(v->store, &one, err,
	    "SELECT 1 FROM object WHERE bytes = ? AND id <> ?"
	    " AND state <> 'destroyed' LIMIT 1",
	    "is", bytes, id);

	if (rc != 1)
		return rc;
	if ((rc = ct_vault_name(fd, name, err)))
		return rc;
	rc = vault_whose(v, name, id, err);
	return rc == 1 ? ct_fail(err, CT_DATAERR,
			     "in its place are the bytes of object %s", name)
		       : rc;
}

static int
wipe_object(struct ct_vault *v, const char *id, struct ct_err *err)
{
	char *path = vault_object(v, id);
	int fd = vault_open_object(v, id);
	struct stat st;
	int rc;

	if (fd < 0 && errno == ENOENT) {
		/* or unlinked, but not yet durably */
		rc = ct_file_sync_dir(path, err);
		rc = rc ? rc : CT_NO;
	} else if ((rc = look_at(fd, &st, err)) == CT_NO) {
		rc =
		    ct_fail(err, CT_DATAERR, "what is in its place is no file");
	} else if (rc) {
		err->code = rc = CT_IOERR;
	} else if (!(rc = is_nobodys(v, fd, st.st_size, id, err))) {
		rc = ct_file_wipe_open(
		    fd, path, VAULT_AT_SEALED, VAULT_SECRETS, err);
	}
	if (fd >= 0)
		(void)close(fd);
	free(path);
	return rc;
}

static int
wipe_wrap(const struct ct_vault *v, const char *id, struct ct_err *err)
{
	char *path = ct_printf("%s/wraps/%s", v->dir, id);
	int rc = access(path, F_OK) < 0 && errno == ENOENT
	    ? 0
	    : ct_file_wipe(path, 0, CT_REC_MAX, err);

	free(path);
	return rc == CT_NO ? 0 : rc;
}

int
vault_wipe(
    struct ct_vault *v, const char *id, bool *missing, struct ct_err *err)
{
	int rc = wipe_object(v, id, err);

	*missing = rc == CT_NO;
	return rc > CT_NO ? rc : wipe_wrap(v, id, err);
}

int
vault_supersede(
    struct ct_vault *v, const char *old, const char *id, struct ct_err *err)
{
	struct ct_err why = { 0 };
	int rc = vault_held(v, id, NULL, &why);

	if (rc == 1)
		rc = ct_fail(&why, CT_DATAERR, "it is on hold");
	else if (!rc)
		rc = wipe_object(v, old, &why);
	if (rc == CT_DATAERR) {
		ct_warn("what is left of object %.16s stays: %s", old, why.msg);
		return 0;
	}
	if (rc > CT_NO)
		return ct_fail(err, rc, "%s", why.msg);
	return wipe_wrap(v, old, err);
}

int
vault_unlink(const struct ct_vault *v, const char *id, struct ct_err *err)
{
	char *path = vault_object(v, id);
	int rc = 0;

	if (unlink(path) == 0)
		rc = ct_file_sync_dir(path, err);
	else if (errno != ENOENT)
		rc = ct_fail_errno(err, CT_IOERR, "cannot remove '%s'", path);
	free(path);
	return rc;
}
