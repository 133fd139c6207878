/* store_env.c - a store of the test environment, one of production */
#include <stdlib.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"
#include "store.h"

int
ct_store_open_env(struct ct_store **st, int *lock, const char *dir,
    const char *name, bool production, bool own, const char *const schema[],
    struct ct_err *err)
{
	const char *env = production ? "production" : "test";
	char *path = ct_printf("%s/%s-%s.db", dir, name, env);
	char *guard = ct_printf("%s/%s-%s.lock", dir, name, env);
	int rc = 0;

	*st = NULL;
	*lock = -1;
	if (own) {
		/* dir may be of a run that was killed before it was durable */
		if (!(rc = ct_mkdirs(dir, err)) &&
		    !(rc = ct_file_sync_dir(dir, err)))
			rc = ct_file_lock(guard, lock, err);
	} else if (access(path, F_OK) < 0) {
		rc = ct_fail(err, CT_NO, "there is no '%s'", path);
	}
	if (!rc)
		rc = ct_store_open(st, path, schema, err);
	free(path);
	free(guard);
	return rc;
}
