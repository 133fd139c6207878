/* vault_object.c - one object in the directory: its places, is it whole? */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"
#include "vault_dir.h"

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
	char *path = vault_object(v, id), *tmp = vault_tmp(v, id);
	int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
	int fd = open(path, flags);

	if (fd < 0 && errno == ENOENT)
		fd = open(tmp, flags);
	if (fd < 0 && errno == ENOENT) /* moved in between */
		fd = open(path, flags);
	free(path);
	free(tmp);
	return fd;
}

int
vault_place(const struct ct_vault *v, const char *id, struct ct_err *err)
{
	char *from = vault_tmp(v, id), *to = vault_object(v, id);
	char *dir = ct_printf("%s/objects/%.2s", v->dir, id);
	int rc = 0;

	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		rc = ct_fail_errno(
		    err, CT_CANTCREAT, "cannot make the directory '%s'", dir);
	else if (rename(from, to) < 0)
		rc = ct_fail_errno(err, CT_CANTCREAT, "cannot create '%s'", to);
	/* the directory may be new, or one that a killed run did not sync */
	if (!rc && !(rc = ct_file_sync_dir(to, err)))
		rc = ct_file_sync_dir(dir, err);
	free(from);
	free(to);
	free(dir);
	return rc;
}

bool
vault_is_held(const struct ct_vault *v, const char *id, int64_t bytes)
{
	int fd = vault_is_id(id) ? vault_open_object(v, id) : -1;
	char name[CT_VAULT_ID + 1];
	struct ct_err ignored = { 0 };
	struct stat st;
	bool held;

	held = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size == bytes && ct_vault_name(fd, name, &ignored) == 0 &&
	    strcmp(name, id) == 0;
	if (fd >= 0)
		(void)close(fd);
	return held;
}

int
vault_retire(const struct ct_vault *v, const char *id, struct ct_err *err)
{
	char *from = vault_object(v, id), *to = vault_tmp(v, id);
	struct stat st;
	int rc = 0;

	/* a directory of that name is not ours: a stray */
	if (lstat(from, &st) == 0 && !S_ISDIR(st.st_mode)) {
		if (rename(from, to) < 0)
			rc = ct_fail_errno(
			    err, CT_CANTCREAT, "cannot create '%s'", to);
		if (!rc && !(rc = ct_file_sync_dir(to, err)))
			rc = ct_file_sync_dir(from, err);
	}
	free(from);
	free(to);
	return rc;
}
