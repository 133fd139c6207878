/* vault_extract.c - what is in an object, to a file: ct_vault_extract */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"
#include "vault_wrap.h"

/* A name is an id, or a path whose last component is one: the object, if its
 * bytes have that name, else -1. */
static int
open_named(const char *home, const char *name, struct ct_err *err)
{
	struct ct_vault v = { 0 };
	const char *slash = strrchr(name, '/');
	const char *id = slash ? slash + 1 : name;
	char is[CT_VAULT_ID + 1];
	int fd, rc;

	if (!vault_is_id(id)) {
		(void)ct_fail(err, CT_USAGE,
		    "no name of an object: want %d "
		    "lower-case hex digits",
		    CT_VAULT_ID);
		return -1;
	}
	v.dir = ct_printf("%s/vault", home);
	fd = slash ? open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
		   : vault_open_object(&v, name);
	free(v.dir);
	if (fd < 0) {
		(void)ct_fail_errno(err, CT_NOINPUT, "cannot open the object");
		return -1;
	}
	rc = ct_vault_name(fd, is, err);
	if (!rc && strcmp(is, id) != 0)
		rc = ct_fail(err, CT_DATAERR,
		    "damaged object: its name is not its digest");
	if (!rc)
		return fd;
	(void)close(fd);
	return -1;
}

int
ct_vault_whole(const char *home, const char *id, struct ct_err *err)
{
	int fd = vault_is_id(id)
	    ? open_named(home, id, err)
	    : (ct_fail(err, CT_USAGE, "no name of an object"), -1);

	if (fd < 0)
		return err->code;
	(void)close(fd);
	return 0;
}

/* What is opened here is told of before a byte of it is written; a log that is
 * not ours to write belongs to a copy, or to somebody else's vault. */
static int
tell(const char *home, const char *id, const char *by, struct ct_err *err)
{
	char *log = ct_printf("%s/audit/ct-preserve.log", home);
	struct ct_vault *v;
	int rc;

	if (access(log, W_OK) < 0) {
		ct_warn("not logged: '%s' cannot be written", log);
		free(log);
		return 0;
	}
	free(log);
	if ((rc = ct_vault_enter(&v, home, false, err)))
		return rc;
	rc = vault_note(
	    v, "open", json_pack("{s:s, s:s*}", "object", id, "by", by), err);
	ct_vault_leave(v);
	return rc;
}

/* The object name is open as in; what its key was wrapped to is below dir. */
static int
extract(int in, const char *dir, const char *name,
    struct ct_vault_key *const key[], size_t n, const char *output,
    struct ct_err *err)
{
	const char *slash = strrchr(name, '/');
	struct ct_newfile f;
	json_t *m = NULL;
	struct stat st;
	int rc;

	if (!output) {
		rc = vault_open_wrapped(
		    dir, name, key, n, in, STDOUT_FILENO, &m, NULL, err);
		vault_warn_belied(slash ? slash + 1 : name, m);
		json_decref(m);
		if (!rc && close(STDOUT_FILENO) < 0)
			rc = ct_fail_errno(
			    err, CT_IOERR, "cannot write what was opened");
		return rc;
	}
	if (lstat(output, &st) == 0) /* before the work; the link is for good */
		return ct_fail(err, CT_CANTCREAT, "'%s' exists", output);
	if ((rc = ct_newfile_hidden(&f, output, 0600, err)))
		return rc;
	rc = vault_open_wrapped(dir, name, key, n, in, f.fd, &m, NULL, err);
	vault_warn_belied(slash ? slash + 1 : name, m);
	json_decref(m);
	if (!rc)
		return ct_newfile_link(&f, err);
	ct_newfile_abort(&f);
	return rc;
}

int
ct_vault_extract(const char *home, const char *name, const char *const path[],
    size_t n, const char *output, const char *by, struct ct_err *err)
{
	struct ct_vault_key *key[CT_VAULT_KEYS_MAX];
	char *dir = NULL;
	int rc, fd;

	if (n > CT_VAULT_KEYS_MAX)
		return ct_fail(err, CT_USAGE, "too many keys");
	if ((rc = ct_vault_keys_read(key, path, n, err)))
		return rc;
	fd = open_named(home, name, err);
	rc = fd < 0 ? err->code : 0;
	if (!strchr(name, '/')) {
		dir = ct_printf("%s/vault", home);
		rc = rc ? rc : tell(home, name, by, err);
	}
	if (!rc)
		rc = extract(fd, dir, name, key, n, output, err);
	free(dir);
	if (fd >= 0)
		(void)close(fd);
	ct_vault_keys_free(key, n);
	return rc;
}
