#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "prog.h"

/* Why it could not be opened: for want of something of ours, or its own. */
static int
unopened(struct ct_err *err)
{
	bool want = errno == EMFILE || errno == ENFILE || errno == ENOMEM;

	return ct_fail_errno(err, want ? CT_OSERR : CT_NOINPUT, "cannot open");
}

/*
 * For reading, what spot (O_PATH) is at, which is a regular file: so an open
 * that waits, as where another holds a lease, ends.  path is for where there
 * is no /proc; it may be something else by now.
 */
static int
read_at(int spot, const char *path, int flags)
{
	char name[32];
	int fd;

	(void)snprintf(name, sizeof name, "/proc/self/fd/%d", spot);
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 && errno == ENOENT)
		fd = open(
		    path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | flags);
	return fd;
}

/* Is the file at this descriptor one to be read? */
static int
regular(int fd, bool follow, struct stat *st, struct ct_err *err)
{
	if (fstat(fd, st) < 0)
		return ct_fail_errno(err, CT_NOINPUT, "cannot stat");
	if (S_ISREG(st->st_mode))
		return 0;
	return ct_fail(err, CT_NOINPUT,
	    !follow && S_ISLNK(st->st_mode)
		? "cannot open: it is a symbolic link"
		: "cannot open: not a regular file");
}

int
ct_file_open(const char *path, bool follow, struct stat *st, struct ct_err *err)
{
	int flags = follow ? 0 : O_NOFOLLOW, fd = -1;
	int spot = open(path, O_PATH | O_CLOEXEC | flags);

	if (spot < 0) {
		(void)unopened(err);
		return -1;
	}
	if (!regular(spot, follow, st, err)) {
		fd = read_at(spot, path, flags);
		if (fd < 0)
			(void)unopened(err);
	}
	(void)close(spot);
	if (fd < 0 || !regular(fd, follow, st, err))
		return fd;
	(void)close(fd);
	return -1;
}

ssize_t
ct_read_full(int fd, void *buf, size_t len)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = read(fd, (char *)buf + done, len - done);
		if (n == 0)
			break;
		if (n > 0)
			done += (size_t)n;
		else if (errno != EINTR)
			return -1;
	}
	return (ssize_t)done;
}

size_t
ct_write_part(int fd, const void *buf, size_t len)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = write(fd, (const char *)buf + done, len - done);
		if (n >= 0)
			done += (size_t)n;
		else if (errno == EAGAIN) /* somebody made it non-blocking */
			(void)poll(&p, 1, -1);
		else if (errno != EINTR)
			break;
	}
	return done;
}

int
ct_write_full(int fd, const void *buf, size_t len)
{
	return ct_write_part(fd, buf, len) == len ? 0 : -1;
}

static int
slurp(int fd, const char *path, size_t max, uint8_t **buf, size_t *len,
    struct ct_err *err)
{
	size_t cap = 4096, have = 0;
	uint8_t *p = ct_alloc(cap, 1);
	ssize_t n;

	while ((n = ct_read_full(fd, p + have, cap - have - 1)) > 0) {
		have += (size_t)n;
		if (have > max) {
			free(p);
			return ct_fail(err, CT_DATAERR,
			    "'%s' is over %zu bytes", path, max);
		}
		if (have == cap - 1)
			p = ct_grow(p, cap *= 2, 1);
	}
	if (n < 0) {
		free(p);
		return ct_fail_errno(err, CT_IOERR, "cannot read '%s'", path);
	}
	p[have] = '\0';
	*buf = p;
	*len = have;
	return 0;
}

static int
reopen(const char *path, struct stat *st, struct ct_err *err)
{
	struct ct_err why = { 0 };
	int fd = ct_file_open(path, true, st, &why);

	if (fd < 0)
		(void)ct_fail(err, why.code, "'%s': %s", path, why.msg);
	return fd;
}

int
ct_file_read(const char *path, size_t max, uint8_t **buf, size_t *len,
    struct ct_err *err)
{
	struct stat st;
	int fd = reopen(path, &st, err), rc;

	if (fd < 0)
		return err->code;
	rc = slurp(fd, path, max, buf, len, err);
	(void)close(fd);
	return rc;
}

int
ct_file_secret_open(const char *path, struct ct_err *err)
{
	struct stat st;
	int fd = reopen(path, &st, err);

	if (fd < 0)
		return -1;
	if (st.st_uid != geteuid() && st.st_uid != 0)
		(void)ct_fail(err, CT_NOPERM,
		    "'%s' belongs to another user; not read", path);
	else if (st.st_mode & 077)
		(void)ct_fail(err, CT_NOPERM,
		    "'%s' is open to others (mode %03o); not read: chmod 600",
		    path, (unsigned)st.st_mode & 0777);
	else
		return fd;
	(void)close(fd);
	return -1;
}

int
ct_file_closed(const char *path, mode_t mode, struct ct_err *err)
{
	struct stat st;

	if (stat(path, &st) < 0 || !(st.st_mode & 027))
		return 0;
	return ct_fail(err, CT_NOPERM,
	    "'%s' is open to others (mode %03o): chmod %03o", path,
	    (unsigned)st.st_mode & 0777, (unsigned)mode);
}

int
ct_file_secret(const char *path, size_t max, uint8_t **buf, size_t *len,
    struct ct_err *err)
{
	int fd = ct_file_secret_open(path, err), rc;

	if (fd < 0)
		return err->code;
	rc = slurp(fd, path, max, buf, len, err);
	(void)close(fd);
	return rc;
}

/* A device or a pipe that was named by mistake, as root may, is none to all
 * others when a file has its name. */
static int
stays(const char *path, struct ct_err *err)
{
	struct stat st;

	return lstat(path, &st) < 0 || S_ISREG(st.st_mode)
	    ? 0
	    : ct_fail(err, CT_CANTCREAT,
		  "'%s' is there and no regular file; it stays", path);
}

/* tmp is taken. */
static int
open_as(struct ct_newfile *f, const char *path, char *tmp, mode_t mode,
    struct ct_err *err)
{
	if (stays(path, err)) {
		free(tmp);
		*f = (struct ct_newfile){ .fd = -1 };
		return err->code;
	}
	f->path = ct_strdup(path);
	f->tmp = tmp;
	(void)unlink(f->tmp);
	f->fd = open(
	    f->tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (f->fd < 0 || fchmod(f->fd, mode) < 0) {
		(void)ct_fail_errno(
		    err, CT_CANTCREAT, "cannot create '%s'", f->tmp);
		ct_newfile_abort(f);
		return err->code;
	}
	return 0;
}

int
ct_newfile_open(
    struct ct_newfile *f, const char *path, mode_t mode, struct ct_err *err)
{
	return open_as(
	    f, path, ct_printf("%s.tmp.%ld", path, (long)getpid()), mode, err);
}

/* The file without a name that fd is, by which it can get one. */
static char *
unnamed(int fd)
{
	return ct_printf("/proc/self/fd/%d", fd);
}

int
ct_newfile_hidden(
    struct ct_newfile *f, const char *path, mode_t mode, struct ct_err *err)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash ? ct_printf("%.*s", (int)(slash - path + 1), path)
			  : ct_strdup("."),
	     *by;
	int fd = open(dir, O_WRONLY | O_TMPFILE | O_CLOEXEC, mode);
	bool usable;

	free(dir);
	if (fd < 0)
		return ct_newfile_open(f, path, mode, err);
	by = unnamed(fd);
	usable = access(by, F_OK) == 0;
	free(by);
	if (!usable) {
		(void)close(fd);
		return ct_newfile_open(f, path, mode, err);
	}
	*f = (struct ct_newfile){ .fd = fd, .path = ct_strdup(path) };
	return 0;
}

int
ct_file_scratch(const char *path, struct ct_err *err)
{
	char *name = ct_printf("%s.tmp.XXXXXX", path);
	int fd = mkostemp(name, O_CLOEXEC);

	if (fd < 0)
		(void)ct_fail_errno(
		    err, CT_CANTCREAT, "cannot create '%s'", name);
	else
		(void)unlink(name);
	free(name);
	return fd;
}

static int
link_unnamed(struct ct_newfile *f, struct ct_err *err)
{
	char *by = unnamed(f->fd);
	int rc = 0;

	if (fsync(f->fd) < 0)
		rc = ct_fail_errno(err, CT_IOERR, "cannot sync '%s'", f->path);
	else if (linkat(AT_FDCWD, by, AT_FDCWD, f->path, AT_SYMLINK_FOLLOW) < 0)
		rc = ct_fail_errno(
		    err, CT_CANTCREAT, "cannot create '%s'", f->path);
	free(by);
	return rc;
}

/* Close the synced file and give it its name by put. */
static int
name(struct ct_newfile *f, int (*put)(const char *, const char *),
    struct ct_err *err)
{
	int rc = 0, fd = f->fd;

	f->fd = -1;
	if (fsync(fd) < 0) {
		rc = ct_fail_errno(err, CT_IOERR, "cannot sync '%s'", f->tmp);
		(void)close(fd);
	} else if (close(fd) < 0) {
		rc = ct_fail_errno(err, CT_IOERR, "cannot close '%s'", f->tmp);
	} else if (put(f->tmp, f->path) < 0) {
		rc = ct_fail_errno(
		    err, CT_CANTCREAT, "cannot create '%s'", f->path);
	}
	return rc;
}

int
ct_newfile_commit(struct ct_newfile *f, struct ct_err *err)
{
	int rc = name(f, rename, err);

	if (!rc) {
		free(f->tmp);
		f->tmp = NULL;
		rc = ct_file_sync_dir(f->path, err);
	}
	ct_newfile_abort(f);
	return rc;
}

int
ct_newfile_link(struct ct_newfile *f, struct ct_err *err)
{
	int rc = f->tmp ? name(f, link, err) : link_unnamed(f, err);

	if (!rc) {
		if (f->tmp)
			(void)unlink(f->tmp);
		free(f->tmp);
		f->tmp = NULL;
		if ((rc = ct_file_sync_dir(f->path, err)))
			(void)unlink(f->path); /* it was not there before */
	}
	ct_newfile_abort(f);
	return rc;
}

void
ct_newfile_abort(struct ct_newfile *f)
{
	if (f->fd >= 0)
		(void)close(f->fd);
	if (f->tmp)
		(void)unlink(f->tmp);
	free(f->tmp);
	free(f->path);
	*f = (struct ct_newfile){ .fd = -1 };
}

/* A new file with these bytes, which end gives its name. */
static int
whole(struct ct_newfile *f, const void *buf, size_t len,
    int (*end)(struct ct_newfile *, struct ct_err *), struct ct_err *err)
{
	int rc;

	if (ct_write_full(f->fd, buf, len) < 0) {
		rc = ct_fail_errno(err, CT_IOERR, "cannot write '%s'", f->tmp);
		ct_newfile_abort(f);
		return rc;
	}
	return end(f, err);
}

int
ct_file_replace(const char *path, mode_t mode, const void *buf, size_t len,
    struct ct_err *err)
{
	struct ct_newfile f;
	int rc = ct_newfile_open(&f, path, mode, err);

	return rc ? rc : whole(&f, buf, len, ct_newfile_commit, err);
}

int
ct_file_replace_by(const char *path, const char *tmp, mode_t mode,
    const void *buf, size_t len, struct ct_err *err)
{
	struct ct_newfile f;
	int rc = open_as(&f, path, ct_strdup(tmp), mode, err);

	return rc ? rc : whole(&f, buf, len, ct_newfile_commit, err);
}

int
ct_file_create(const char *path, mode_t mode, const void *buf, size_t len,
    struct ct_err *err)
{
	struct ct_newfile f;
	int rc;

	if (access(path, F_OK) == 0)
		return ct_fail(err, CT_CANTCREAT, "'%s' exists", path);
	rc = ct_newfile_open(&f, path, mode, err);
	return rc ? rc : whole(&f, buf, len, ct_newfile_link, err);
}

int
ct_file_sync_dir(const char *path, struct ct_err *err)
{
	char *dir = ct_strdup(path), *slash = strrchr(dir, '/');
	int fd, rc = 0;

	if (slash)
		slash[slash == dir] = '\0';
	fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* some file systems cannot sync a directory, and say so with EINVAL */
	if (fd < 0 ? errno != EACCES : fsync(fd) < 0 && errno != EINVAL)
		rc = ct_fail_errno(
		    err, CT_IOERR, "cannot sync the directory of '%s'", path);
	if (fd >= 0)
		(void)close(fd);
	free(dir);
	return rc;
}

int
ct_mkdirs(const char *path, struct ct_err *err)
{
	char *dir = ct_strdup(path), *p = dir;
	struct stat st;
	int rc = 0;

	do {
		p = strchr(p + 1, '/');
		if (p)
			*p = '\0';
		if (mkdir(dir, 0700) == 0)
			rc = ct_file_sync_dir(dir, err);
		else if (errno != EEXIST &&
		    !(errno == EROFS && stat(dir, &st) == 0))
			rc = ct_fail_errno(err, CT_CANTCREAT,
			    "cannot make the directory '%s'", dir);
		if (p)
			*p = '/';
	} while (!rc && p && p[1]);
	if (!rc && (stat(path, &st) < 0 || !S_ISDIR(st.st_mode)))
		rc =
		    ct_fail(err, CT_CANTCREAT, "'%s' is not a directory", path);
	free(dir);
	return rc;
}

int
ct_file_lock(const char *path, int *fd, struct ct_err *err)
{
	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*fd < 0)
		return ct_fail_errno(
		    err, CT_CANTCREAT, "cannot create '%s'", path);
	if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno == EWOULDBLOCK)
		(void)ct_fail(err, CT_TEMPFAIL,
		    "another process holds '%s'; run again later", path);
	else
		(void)ct_fail_errno(err, CT_IOERR, "cannot lock '%s'", path);
	(void)close(*fd);
	*fd = -1;
	return err->code;
}

int
ct_file_lock_within(const char *path, int64_t ms, int *fd, struct ct_err *err)
{
	static const struct timespec tick = { 0, 100000000 };
	int rc;

	while ((rc = ct_file_lock(path, fd, err)) == CT_TEMPFAIL && ms > 0 &&
	    !ct_stop) {
		(void)nanosleep(&tick, NULL);
		ms -= 100;
	}
	return rc;
}
