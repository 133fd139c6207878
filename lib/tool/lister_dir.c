/*
 * lister_dir.c - the files of a directory and below, in byte order of paths
 *
 * A directory stands where its name with a / behind it does, so that a/x comes
 * after a.b and before a0, and all paths ascend.  Links are not followed.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "lister_impl.h"
#include "prog.h"

#define DEEP 512 /* directories within one another, each a descriptor */

struct names {
	char **name; /* of a directory with / at its end */
	size_t n, cap;
};

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool
is_directory(DIR *dir, const struct dirent *d)
{
	struct stat st;

	if (d->d_type != DT_UNKNOWN)
		return d->d_type == DT_DIR;
	return fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISDIR(st.st_mode);
}

/* All that are in it, in order; -1 with errno. */
static int
read_names(DIR *dir, struct names *all)
{
	struct dirent *d;

	*all = (struct names){ .name = NULL };
	while (errno = 0, (d = readdir(dir)) != NULL) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		if (all->n == all->cap) {
			all->cap = all->cap ? 2 * all->cap : 64;
			all->name =
			    ct_grow(all->name, all->cap, sizeof *all->name);
		}
		all->name[all->n++] = ct_printf(
		    "%s%s", d->d_name, is_directory(dir, d) ? "/" : "");
	}
	if (all->n)
		qsort(all->name, all->n, sizeof *all->name, by_name);
	return errno ? -1 : 0;
}

static void
free_names(struct names *all)
{
	size_t i;

	for (i = 0; i < all->n; i++)
		free(all->name[i]);
	free(all->name);
}

/* inode, change time: whatever is done to a file changes it. */
static int
put_file(struct lister *l, const char *path, const struct stat *st,
    struct ct_err *err)
{
	char etag[64], modified[CT_TIME_LEN];
	int64_t ms =
	    (int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000;
	struct lister_object o = { .key = path,
		.len = strlen(path),
		.bytes = (int64_t)st->st_size,
		.etag = etag,
		.modified = "" };

	(void)snprintf(etag, sizeof etag, "%" PRIx64 "-%" PRIx64 ".%09ld",
	    (uint64_t)st->st_ino, (uint64_t)st->st_ctim.tv_sec,
	    st->st_ctim.tv_nsec);
	if (ms >= 0)
		o.modified = ct_time(ms, modified);
	return lister_put(l, &o, err);
}

/* Is all below this path done with, by the checkpoint? */
static bool
passed(const struct lister *l, const char *path)
{
	return l->after && strcmp(path, l->after) <= 0 &&
	    strncmp(path, l->after, strlen(path)) != 0;
}

static int walk(
    struct lister *l, int fd, const char *path, int depth, struct ct_err *err);

/* What is gone since its name was read is none of ours. */
static int
enter(struct lister *l, int at, const char *name, const char *path, int depth,
    struct ct_err *err)
{
	int fd;

	if (depth == DEEP) {
		lister_bad(l, CT_DATAERR,
		    "'%s' is over %d directories deep: it is left out", path,
		    DEEP);
		return 0;
	}
	fd = openat(at, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
	if (fd >= 0)
		return walk(l, fd, path, depth + 1, err);
	if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
		lister_bad(l, CT_NOINPUT, "cannot read '%s': %s", path,
		    strerror(errno));
	return 0;
}

static int
one(struct lister *l, int at, const char *name, const char *path, int depth,
    struct ct_err *err)
{
	size_t len = strlen(name);
	struct stat st;

	if (name[len - 1] == '/')
		return passed(l, path) ? 0
				       : enter(l, at, name, path, depth, err);
	if (l->after && l->resumed && strcmp(path, l->after) <= 0)
		return 0;
	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != ENOENT)
			lister_bad(l, CT_NOINPUT, "cannot look at '%s': %s",
			    path, strerror(errno));
		return 0;
	}
	if (S_ISREG(st.st_mode))
		return put_file(l, path, &st, err);
	l->show.in++;
	ct_tally(&l->tally, "no regular file");
	return 0;
}

/* Of the directory that fd has open, which is closed. */
static int
walk(struct lister *l, int fd, const char *path, int depth, struct ct_err *err)
{
	DIR *dir = fdopendir(fd);
	struct names all;
	size_t i;
	int rc = 0;
	char *whole;

	if (!dir) {
		(void)close(fd);
		return ct_fail_errno(err, CT_OSERR, "cannot read '%s'", path);
	}
	if (read_names(dir, &all) < 0)
		lister_bad(
		    l, CT_IOERR, "cannot read '%s': %s", path, strerror(errno));
	for (i = 0; i < all.n && !rc; i++) {
		whole = ct_printf("%s%s", path, all.name[i]);
		rc = ct_stop ? LISTER_ENOUGH
			     : one(l, fd, all.name[i], whole, depth, err);
		free(whole);
	}
	free_names(&all);
	(void)closedir(dir);
	return rc ? rc : ct_out_tick(&l->out, err);
}

int
lister_directory(struct lister *l, const char *path, struct ct_err *err)
{
	char *real = realpath(path, NULL), *whole;
	struct stat st;
	int fd, rc;

	if (!real)
		return ct_fail_errno(err, CT_NOINPUT, "cannot open '%s'", path);
	fd = open(real, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOCTTY);
	l->inside = fd >= 0;
	if (fd >= 0) {
		whole = ct_printf("%s%s", real, real[1] ? "/" : "");
		rc = walk(l, fd, whole, 0, err);
		free(whole);
	} else if (errno == ENOTDIR && lstat(real, &st) == 0 &&
	    S_ISREG(st.st_mode)) {
		rc = put_file(l, real, &st, err);
	} else {
		rc = ct_fail_errno(err, CT_NOINPUT, "cannot open '%s'", path);
	}
	free(real);
	return rc;
}
