/* source_wipe.c - what is left of an index that was in the clear */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"
#include "source_index.h"

bool
index_keyed(const struct index_job *j)
{
	const struct ct_rest_key *key;
	struct ct_err none = { 0 };
	const char *id;

	if (ct_rest_key(&key, &none))
		return false; /* which is told when it is written */
	id = key ? ct_rest_key_id(key) : "";
	return strcmp(j->old->id, id) == 0 &&
	    (!j->side || strcmp(j->side->id, id) == 0);
}

/* The paths below lists that match; to be freed as glob says, if it is true. */
static bool
find(const struct index_job *j, const char *names, glob_t *g)
{
	char *pattern = ct_printf("%s/%s", j->dir, names);
	bool any = glob(pattern, 0, NULL, g) == 0;

	free(pattern);
	return any;
}

void
index_tidy(const struct index_job *j)
{
	const struct ct_rest_key *key;
	struct ct_err none = { 0 };
	size_t i;
	glob_t g;

	if (!find(j, "known.*.tmp.*", &g))
		return;
	(void)ct_rest_key(&key, &none);
	for (i = 0; i < g.gl_pathc; i++)
		if (!key || ct_file_wipe(g.gl_pathv[i], 0, LONG_MAX, &none))
			(void)unlink(g.gl_pathv[i]);
	globfree(&g);
}

int
index_retire(const char *path, struct ct_err *err)
{
	const struct ct_rest_key *key;
	char *other;
	int rc = ct_rest_key(&key, err);

	if (rc || !key || access(path, F_OK) < 0 || ct_rest_sealed(path, NULL))
		return rc;
	other = ct_printf("%s.clear.%ld", path, (long)getpid());
	if (link(path, other) < 0 && errno != EEXIST)
		rc = ct_fail_errno(
		    err, CT_CANTCREAT, "cannot create '%s'", other);
	free(other);
	return rc;
}

/* Is it the index that is in use now?  Then only its other name is to go. */
static bool
in_place(const struct index_job *j, const char *path)
{
	struct stat it, st;

	return stat(path, &it) == 0 &&
	    ((stat(j->path, &st) == 0 && st.st_ino == it.st_ino) ||
		(stat(j->delta, &st) == 0 && st.st_ino == it.st_ino));
}

/*
 * Does a process have it open, or mapped?  Nobody can open it any more, and a
 * lease is refused while there is one.  Where there are no leases: yes.
 */
static bool
in_use(const char *path)
{
	int fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	bool used = fd < 0 || fcntl(fd, F_SETLEASE, F_WRLCK) < 0;

	if (fd >= 0)
		(void)close(fd);
	return used;
}

int
index_wipe(const struct index_job *j, struct ct_err *err)
{
	struct ct_err why = { 0 };
	const char *path;
	size_t i;
	glob_t g;
	int rc = 0;

	if (!find(j, "known.*.clear.*", &g))
		return 0;
	for (i = 0; i < g.gl_pathc; i++) {
		path = g.gl_pathv[i];
		if (in_place(j, path))
			(void)unlink(path);
		else if (in_use(path))
			rc = ct_fail(err, CT_TEMPFAIL,
			    "'%s', an index in the clear, is still read: the"
			    " next sync overwrites it",
			    path);
		else if (ct_file_wipe(path, 0, LONG_MAX, &why) > CT_NO)
			rc = ct_fail(err, CT_IOERR, "'%s': %s", path, why.msg);
	}
	globfree(&g);
	return rc;
}
