/* file_wipe.c - a file's bytes overwritten, and the file gone: ct_file_wipe */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "file.h"

/* A descriptor that writes to the regular file that fd is, at path. */
static int
writable(int fd, const char *path, struct ct_err *err)
{
	struct stat is, st;
	int to = -1;

	if (fstat(fd, &is) < 0 || fchmod(fd, 0600) < 0 ||
	    (to = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)) < 0) {
		(void)ct_fail_errno(err, CT_IOERR, "cannot write to it");
		return -1;
	}
	if (fstat(to, &st) < 0 || st.st_dev != is.st_dev ||
	    st.st_ino != is.st_ino) {
		(void)close(to);
		(void)ct_fail(err, CT_IOERR, "another file took its place");
		return -1;
	}
	return to;
}

/* Zeros over len bytes from from on, but not behind the end; durable. */
static int
overwrite(int fd, off_t from, off_t len, struct ct_err *err)
{
	static const char zero[4096];
	struct stat st;
	off_t end;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return ct_fail_errno(err, CT_IOERR, "cannot stat");
	end = st.st_size - from < len ? st.st_size : from + len;
	while (from < end) {
		n = pwrite(fd, zero,
		    (size_t)(end - from < (off_t)sizeof zero
			    ? end - from
			    : (off_t)sizeof zero),
		    from);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return ct_fail_errno(
			    err, CT_IOERR, "cannot overwrite it");
		from += n;
	}
	return fsync(fd) < 0
	    ? ct_fail_errno(err, CT_IOERR, "cannot overwrite it")
	    : 0;
}

int
ct_file_wipe_open(
    int fd, const char *path, off_t from, off_t len, struct ct_err *err)
{
	int to = -1, rc;
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		rc = ct_fail(err, CT_IOERR, "what is in its place is no file");
	else if ((to = writable(fd, path, err)) < 0)
		rc = err->code;
	else
		rc = overwrite(to, from, len, err);
	if (!rc && unlink(path) < 0 && errno != ENOENT)
		rc = ct_fail_errno(err, CT_IOERR, "cannot remove it");
	if (!rc)
		rc = ct_file_sync_dir(path, err);
	if (to >= 0)
		(void)close(to);
	return rc;
}

int
ct_file_wipe(const char *path, off_t from, off_t len, struct ct_err *err)
{
	int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	int fd = open(path, flags), rc;

	if (fd < 0 && errno == ENOENT) { /* or unlinked, but not yet durably */
		rc = ct_file_sync_dir(path, err);
		return rc ? rc : CT_NO;
	}
	if (fd < 0)
		return ct_fail_errno(err, CT_IOERR, "cannot open it");
	rc = ct_file_wipe_open(fd, path, from, len, err);
	(void)close(fd);
	return rc;
}
