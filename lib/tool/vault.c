#include "vault.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"
#include "vault_dir.h"

#define PATIENCE 30000 /* ms that it waits for another that seals */

/* object: report, part: of the record it was sealed for; bytes: of the object.
 * receipt: expires in ms since 1970, null where no clock runs. */
static const char *const schema[] = {
	"CREATE TABLE object (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
	" report TEXT NOT NULL, part INTEGER NOT NULL,"
	" env TEXT NOT NULL CHECK (env IN ('test', 'production')),"
	" user TEXT, file TEXT, sha256 TEXT NOT NULL, size INTEGER NOT NULL,"
	" bytes INTEGER NOT NULL, key TEXT NOT NULL, sealed_at TEXT NOT NULL,"
	" UNIQUE (report, sha256));"
	"CREATE TABLE receipt (env TEXT NOT NULL, report_id TEXT NOT NULL,"
	" report TEXT NOT NULL, part INTEGER NOT NULL, at TEXT NOT NULL,"
	" expires INTEGER, submission TEXT NOT NULL,"
	" PRIMARY KEY (env, report_id));"
	"CREATE TABLE anchor (object TEXT NOT NULL"
	" REFERENCES object (id) ON UPDATE CASCADE,"
	" env TEXT NOT NULL, report_id TEXT NOT NULL,"
	" PRIMARY KEY (object, env, report_id),"
	" FOREIGN KEY (env, report_id) REFERENCES receipt);",
	NULL
};

/* One thing that a killed process left in tmp/. */
static int
settle(struct ct_vault *v, const char *name, struct ct_err *err)
{
	char *tmp = vault_tmp(v, name), *object;
	int64_t seq;
	int rc = 0, row = 0;

	if (vault_is_id(name))
		row = ct_store_int(v->store, &seq, err,
		    "SELECT seq FROM object WHERE id = ?", "s", name);
	if (row > 1) {
		rc = row;
	} else if (row == 1) {
		object = vault_object(v, name);
		if (access(object, F_OK) < 0)
			rc = vault_place(v, name, err);
		free(object);
	}
	if (!rc && unlink(tmp) < 0 && errno != ENOENT)
		rc = ct_fail_errno(err, CT_IOERR, "cannot remove '%s'", tmp);
	free(tmp);
	return rc;
}

static int
recover(struct ct_vault *v, struct ct_err *err)
{
	char *path = vault_tmp(v, "");
	DIR *d = opendir(path);
	struct dirent *e;
	int rc = 0;

	if (!d)
		rc = ct_fail_errno(err, CT_IOERR, "cannot read '%s'", path);
	while (!rc && (errno = 0, e = readdir(d)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			rc = settle(v, e->d_name, err);
	if (!rc && errno)
		rc = ct_fail_errno(err, CT_IOERR, "cannot read '%s'", path);
	if (d)
		(void)closedir(d);
	free(path);
	return rc;
}

/* The directories, durable from the state directory down. */
static int
make_dirs(struct ct_vault *v, struct ct_err *err)
{
	char *objects = ct_printf("%s/objects", v->dir);
	char *tmp = ct_printf("%s/tmp", v->dir);
	int rc = ct_mkdirs(objects, err);

	if (!rc)
		rc = ct_mkdirs(tmp, err);
	if (!rc)
		rc = ct_file_sync_dir(tmp, err);
	if (!rc)
		rc = ct_file_sync_dir(v->dir, err);
	free(objects);
	free(tmp);
	return rc;
}

int
ct_vault_enter(
    struct ct_vault **out, const char *home, bool seal, struct ct_err *err)
{
	struct ct_vault *v = ct_alloc(1, sizeof *v);
	char *lock, *db;
	int rc;

	v->lock = -1;
	v->dir = ct_printf("%s/vault", home);
	lock = ct_printf("%s/lock", v->dir);
	db = ct_printf("%s/vault.db", v->dir);
	rc = make_dirs(v, err);
	if (!rc && seal)
		rc = ct_file_lock_within(lock, PATIENCE, &v->lock, err);
	if (!rc)
		rc = ct_store_open(&v->store, db, schema, err);
	if (!rc && seal)
		rc = recover(v, err);
	free(lock);
	free(db);
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
	if (v->lock >= 0)
		(void)close(v->lock);
	free(v->dir);
	free(v);
}
