#include "vault.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"
#include "vault_end.h"

/* Where objects go, 00 to ff, so that a new one costs no sync of objects/. */
static int
make_places(const struct ct_vault *v, struct ct_err *err)
{
	char *dir;
	int i, rc = 0;

	for (i = 0; !rc && i < 256; i++) {
		dir = ct_printf("%s/objects/%02x", v->dir, (unsigned)i);
		if (mkdir(dir, 0700) < 0 && errno != EEXIST)
			rc = ct_fail_errno(err, CT_CANTCREAT,
			    "cannot make the directory '%s'", dir);
		else if (!rc && i == 255)
			/* also if a killed run made them and did not sync */
			rc = ct_file_sync_dir(dir, err);
		free(dir);
	}
	return rc;
}

/* The directories, durable from the state directory down. */
static int
make_dirs(const struct ct_vault *v, struct ct_err *err)
{
	static const char *const name[] = { "objects", "tmp", "receipts",
		"wraps" };
	char *dir = NULL;
	size_t i;
	int rc = 0;

	for (i = 0; !rc && i < sizeof name / sizeof name[0]; i++) {
		free(dir);
		dir = ct_printf("%s/%s", v->dir, name[i]);
		rc = ct_mkdirs(dir, err);
	}
	if (!rc)
		rc = ct_file_sync_dir(dir, err);
	if (!rc)
		rc = ct_file_sync_dir(v->dir, err);
	free(dir);
	return rc;
}

static int
refuse_old(const struct ct_vault *v, struct ct_err *err)
{
	char *db = ct_printf("%s/vault.db", v->dir);
	int rc = access(db, F_OK) < 0
	    ? 0
	    : ct_fail(err, CT_CONFIG,
		  "'%s' is of a version before the first release: its objects"
		  " cannot be read; move the vault away",
		  db);

	free(db);
	return rc;
}

static void
remove_index(const char *db)
{
	static const char *const suffix[] = { "-wal", "-shm", "" };
	char *path;
	size_t i;

	for (i = 0; i < sizeof suffix / sizeof suffix[0]; i++) {
		path = ct_printf("%s%s", db, suffix[i]);
		(void)unlink(path);
		free(path);
	}
}

/* A damaged index is removed, but only while nobody else does the same. */
static int
open_index(struct ct_vault *v, struct ct_err *err)
{
	char *db = ct_printf("%s/index.db", v->dir);
	struct ct_audit_head end;
	int rc = ct_store_open_index(&v->store, db, vault_schema, err);

	if (rc == CT_DATAERR && !(rc = ct_audit_lock(v->audit, &end, err))) {
		rc = ct_store_open_index(&v->store, db, vault_schema, err);
		if (rc == CT_DATAERR) {
			ct_warn("%s; it is made again", err->msg);
			remove_index(db);
			rc = ct_store_open_index(
			    &v->store, db, vault_schema, err);
		}
		ct_audit_unlock(v->audit);
	}
	free(db);
	return rc;
}

int
vault_ready(struct ct_vault *v, struct ct_err *err)
{
	int rc;

	if (v->ready)
		return 0;
	if ((rc = make_places(v, err)) || (rc = vault_begin(v, NULL, err)))
		return rc;
	if (!(rc = vault_recover(v, err)))
		rc = vault_resume(v, NULL, err);
	if (rc == CT_DATAERR) { /* no reason to seal nothing */
		ct_warn("nothing is destroyed: %s", err->msg);
		*err = (struct ct_err){ 0 };
		rc = 0;
	}
	vault_end(v);
	v->ready = !rc;
	return rc;
}

/* What another user puts there its owner can neither read nor wipe; what others
 * can write proves nothing.  What is not there is made as it should be. */
static int
check_ours(const struct ct_vault *v, struct ct_err *err)
{
	static const char *const name[] = { "vault", "audit",
		"audit/ct-preserve.log" };
	struct stat st;
	char *path;
	size_t i;
	int rc = 0;

	for (i = 0; !rc && i < sizeof name / sizeof name[0]; i++) {
		path = ct_printf("%s/%s", v->home, name[i]);
		if (stat(path, &st) < 0)
			rc = 0; /* who opens it says why */
		else if (i == 0 && st.st_uid != geteuid())
			rc = ct_fail(err, CT_NOPERM,
			    "'%s' belongs to another user (uid %ld): run as"
			    " that one",
			    path, (long)st.st_uid);
		else if (st.st_mode & 022)
			rc = ct_fail(err, CT_NOPERM,
			    "others can write '%s' (mode %04o): chmod go-w",
			    path, (unsigned)st.st_mode & 07777);
		else if (S_ISREG(st.st_mode) && (st.st_mode & 044))
			ct_warn("others can read '%s' (mode %04o): chmod 600",
			    path, (unsigned)st.st_mode & 07777);
		free(path);
	}
	return rc;
}

struct ct_vault *
vault_handle(const char *home)
{
	struct ct_vault *v = ct_alloc(1, sizeof *v);

	v->part.fd = -1;
	v->home = ct_strdup(home);
	v->dir = ct_printf("%s/vault", home);
	return v;
}

int
ct_vault_enter(
    struct ct_vault **out, const char *home, bool seal, struct ct_err *err)
{
	struct ct_vault *v = vault_handle(home);
	int rc = refuse_old(v, err);

	if (!rc)
		rc = check_ours(v, err);
	if (!rc)
		rc = make_dirs(v, err);
	if (!rc)
		rc = ct_audit_open(&v->audit, home, "ct-preserve", err);
	if (!rc)
		rc = open_index(v, err);
	if (!rc && seal)
		rc = vault_ready(v, err);
	if (!rc && !(rc = vault_begin(v, NULL, err))) {
		if (seal)
			vault_clock_warn(v);
		vault_end(v);
	}
	if (rc) {
		ct_vault_leave(v);
		v = NULL;
	}
	*out = v;
	return rc;
}

void
ct_vault_leave(struct ct_vault *v)
{
	if (!v)
		return;
	ct_store_close(v->store);
	if (v->audit)
		ct_audit_close(v->audit);
	free(v->home);
	free(v->dir);
	free(v);
}
