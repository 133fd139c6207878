/*
 * file.h - whole files: read, written so that they are old or new, locked
 *
 * Paths are opened once, never followed through a symbolic link at their last
 * component unless asked, and only regular files are read.
 */
#ifndef CT_FILE_H
#define CT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "err.h"

/*
 * Open path for reading and tell about it in *st.  Refused: what is no
 * regular file, which is looked at and not opened, and a link unless follow.
 * Waits while another has a lease on the file.  Returns the descriptor, or -1
 * with *err CT_NOINPUT, or CT_OSERR if there are no descriptors or memory.
 */
int ct_file_open(
    const char *path, bool follow, struct stat *st, struct ct_err *err);

/* Read until len bytes or the end; returns how many, or -1 with errno. */
ssize_t ct_read_full(int fd, void *buf, size_t len);

/* Write all of it, waiting where it would block; returns 0, or -1 with errno.
 */
int ct_write_full(int fd, const void *buf, size_t len);

/* The same; returns how much was written: less than len with errno. */
size_t ct_write_part(int fd, const void *buf, size_t len);

/*
 * The whole file, at most max bytes, into memory of its own (release with
 * free) with a NUL after its end.  Links are followed: for our own files and
 * those of the configuration.  CT_NOINPUT, CT_IOERR, or CT_DATAERR if larger.
 */
int ct_file_read(const char *path, size_t max, uint8_t **buf, size_t *len,
    struct ct_err *err);

/*
 * A secret's file: as ct_file_read, but refused with CT_NOPERM unless it is
 * ours or root's and nobody else may read or write it.  Wipe after use.
 */
int ct_file_secret(const char *path, size_t max, uint8_t **buf, size_t *len,
    struct ct_err *err);

/* The same, opened for a caller with memory of its own kind: a descriptor,
 * or -1. */
int ct_file_secret_open(const char *path, struct ct_err *err);

/*
 * May nobody but the owner write to the file, and but its group read it?  0,
 * also if there is none; CT_NOPERM, which names the chmod to that mode.
 */
int ct_file_closed(const char *path, mode_t mode, struct ct_err *err);

/*
 * Make path hold exactly these bytes: written beside it, synced, renamed, the
 * directory synced.  A reader sees the old file or the new one.  CT_CANTCREAT,
 * too, if what is there is no regular file.
 */
int ct_file_replace(const char *path, mode_t mode, const void *buf, size_t len,
    struct ct_err *err);

/* The same, but written as tmp, on the same file system: what a killed run left
 * there goes.  For one process at a time. */
int ct_file_replace_by(const char *path, const char *tmp, mode_t mode,
    const void *buf, size_t len, struct ct_err *err);

/* As the first, for a file that is not there yet, nor after a failure:
 * CT_CANTCREAT if it is. */
int ct_file_create(const char *path, mode_t mode, const void *buf, size_t len,
    struct ct_err *err);

/* Replacing in steps, for what is written piecemeal (fd to tmp in between). */
struct ct_newfile {
	int fd;
	char *path, *tmp;
};
int ct_newfile_open(
    struct ct_newfile *f, const char *path, mode_t mode, struct ct_err *err);
/* The same, for secrets, and only for ct_newfile_link: where the file system
 * can do it, the file has no name till then, and goes with a killed process.
 * tmp is NULL then. */
int ct_newfile_hidden(
    struct ct_newfile *f, const char *path, mode_t mode, struct ct_err *err);
int ct_newfile_commit(struct ct_newfile *f, struct ct_err *err);
/* Commit, but never over a file that is there: CT_CANTCREAT.  After a failure
 * there is none. */
int ct_newfile_link(struct ct_newfile *f, struct ct_err *err);
void ct_newfile_abort(struct ct_newfile *f);

/* A file of ours without a name, mode 0600, on the file system of path; a
 * killed process may leave path.tmp.* there, empty.  A descriptor, or -1. */
int ct_file_scratch(const char *path, struct ct_err *err);

/* Sync the directory that holds path, so that a new name in it is durable; one
 * that we may not read cannot be. */
int ct_file_sync_dir(const char *path, struct ct_err *err);

/* The names in a directory that end so, but for those that begin with a dot, in
 * byte order and ended by NULL; release each, and the list, with free.  NULL
 * with errno. */
char **ct_file_names(const char *dir, const char *ending);

/*
 * Zeros over len bytes of a regular file from from on, as far as it has them,
 * and then it is unlinked, both durably.  That is the place where the bytes
 * were; what a disk or a copy keeps elsewhere is not reached.  CT_NO if there
 * is no such file; CT_IOERR.
 */
int ct_file_wipe(const char *path, off_t from, off_t len, struct ct_err *err);
/* The same of the file that fd reads, which stays open: if another has taken
 * its path, CT_IOERR. */
int ct_file_wipe_open(
    int fd, const char *path, off_t from, off_t len, struct ct_err *err);

/* Make the directory and those above it, mode 0700, durably.  CT_CANTCREAT,
 * CT_IOERR. */
int ct_mkdirs(const char *path, struct ct_err *err);

/*
 * Lock path (created empty) against other processes until this one ends.
 * CT_TEMPFAIL if another holds it.  The descriptor goes into *fd.
 */
int ct_file_lock(const char *path, int *fd, struct ct_err *err);

/* The same, but wait so many ms for it, or until ct_stop. */
int ct_file_lock_within(
    const char *path, int64_t ms, int *fd, struct ct_err *err);

#endif
