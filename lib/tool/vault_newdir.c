/* vault_newdir.c - a directory that is there complete or not at all */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"
#include "vault_export.h"

static int
absent(const char *path, struct ct_err *err)
{
	struct stat st;

	return lstat(path, &st) == 0
	    ? ct_fail(err, CT_CANTCREAT, "'%s' exists", path)
	    : 0;
}

static void
forget(struct vault_newdir *d)
{
	free(d->path);
	free(d->tmp);
	*d = (struct vault_newdir){ 0 };
}

int
vault_newdir_open(struct vault_newdir *d, const char *path, struct ct_err *err)
{
	size_t len = strlen(path);
	int rc;

	while (len > 1 && path[len - 1] == '/')
		len--;
	d->path = ct_printf("%.*s", (int)len, path);
	d->tmp = ct_printf("%s.XXXXXX", d->path);
	rc = absent(d->path, err);
	if (!rc && !mkdtemp(d->tmp))
		rc = ct_fail_errno(
		    err, CT_CANTCREAT, "cannot make a directory '%s'", d->tmp);
	if (rc)
		forget(d);
	return rc;
}

int
vault_newdir_file(const struct vault_newdir *d, const char *name, mode_t mode,
    struct ct_err *err)
{
	char *path = ct_printf("%s/%s", d->tmp, name);
	int fd = open(
	    path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);

	if (fd < 0)
		(void)ct_fail_errno(
		    err, CT_CANTCREAT, "cannot create '%s'", path);
	free(path);
	return fd;
}

int
vault_newdir_close(int fd, int rc, struct ct_err *err)
{
	if (!rc && fsync(fd) < 0)
		rc = ct_fail_errno(err, CT_IOERR, "cannot sync");
	if (close(fd) < 0 && !rc)
		rc = ct_fail_errno(err, CT_IOERR, "cannot close");
	return rc;
}

int
vault_newdir_commit(struct vault_newdir *d, struct ct_err *err)
{
	char *in = ct_printf("%s/.", d->tmp);
	int rc = ct_file_sync_dir(in, err);

	if (!rc)
		rc = absent(d->path, err);
	if (!rc && rename(d->tmp, d->path) < 0)
		rc = ct_fail_errno(
		    err, CT_CANTCREAT, "cannot create '%s'", d->path);
	if (rc) {
		vault_newdir_abort(d);
	} else {
		rc = ct_file_sync_dir(d->path, err);
		forget(d);
	}
	free(in);
	return rc;
}

void
vault_newdir_abort(struct vault_newdir *d)
{
	DIR *dir = d->tmp ? opendir(d->tmp) : NULL;
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			(void)unlinkat(dirfd(dir), e->d_name, 0);
	if (dir)
		(void)closedir(dir);
	if (d->tmp && rmdir(d->tmp) < 0 && errno != ENOENT)
		ct_warn("'%s' is left over", d->tmp);
	forget(d);
}
