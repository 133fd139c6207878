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
	char *path = vault_object(v, id);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	free(path);
	return fd;
}

bool
vault_is_whole(const struct ct_vault *v, const char *id, int64_t bytes)
{
	int fd = vault_is_id(id) ? vault_open_object(v, id) : -1;
	char name[CT_VAULT_ID + 1];
	struct ct_err ignored = { 0 };
	struct stat st;
	bool whole;

	whole = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size == bytes && ct_vault_name(fd, name, &ignored) == 0 &&
	    strcmp(name, id) == 0;
	if (fd >= 0)
		(void)close(fd);
	return whole;
}

int
vault_unlink(const struct ct_vault *v, const char *id, struct ct_err *err)
{
	char *path = vault_object(v, id);
	char *wraps = ct_printf("%s/wraps/%s", v->dir, id);
	int rc = access(wraps, F_OK) < 0
	    ? 0
	    : ct_file_wipe(wraps, 0, CT_REC_MAX, err);

	free(wraps);
	if (rc > CT_NO) {
		free(path);
		return rc;
	}
	rc = 0;
	/* a directory of that name is not ours: a stray */
	if (unlink(path) == 0)
		rc = ct_file_sync_dir(path, err);
	else if (errno != ENOENT && errno != EISDIR && errno != ENOTDIR)
		rc = ct_fail_errno(err, CT_IOERR, "cannot remove '%s'", path);
	free(path);
	return rc;
}
