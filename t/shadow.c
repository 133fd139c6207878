/*
 * shadow.c - a disk that keeps only what was synced, by LD_PRELOAD
 *
 * CT_SHADOW_OF=DIR	of what is done below DIR (absolute, no link),
 * CT_SHADOW=SHADOW	this directory keeps what a power cut would leave:
 *	file.ID		the bytes of that file as of its last fsync
 *	dir.PATH	as of the last fsync of that directory, a line for each
 *			thing in it: f or d, its ID, its name
 * The least that POSIX promises: a name is on the disk when its directory was
 * synced, bytes when the file was; not one thing because of the other.  What
 * the model does not have is the luck of what was written out unasked.
 * t/power.sh makes DIR again from SHADOW.  An ID is an inode and the time it
 * was born, as numbers of inodes come again.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static _Noreturn void
broken(const char *what)
{
	(void)fprintf(stderr, "shadow: %s: %s\n", what, strerror(errno));
	abort(); /* a model that lies proves nothing */
}

/* Where below DIR fd is, or NULL. */
static const char *
below(int fd, char path[4096])
{
	const char *of = getenv("CT_SHADOW_OF");
	size_t n = of ? strlen(of) : 0;
	char link[32];
	ssize_t len;

	if (!n || !getenv("CT_SHADOW"))
		return NULL;
	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	if ((len = readlink(link, path, 4095)) < 0)
		return NULL;
	path[len] = '\0';
	return strncmp(path, of, n) == 0 && (!path[n] || path[n] == '/')
	    ? path + n
	    : NULL;
}

static void
id_of(int dir, const char *name, int flags, char id[64], mode_t *mode)
{
	struct statx sx;

	if (statx(dir, name, flags | AT_SYMLINK_NOFOLLOW,
		STATX_MODE | STATX_INO | STATX_BTIME, &sx) < 0 ||
	    !(sx.stx_mask & STATX_BTIME))
		broken("no time of birth");
	(void)snprintf(id, 64, "%llu.%lld.%u", (unsigned long long)sx.stx_ino,
	    (long long)sx.stx_btime.tv_sec, sx.stx_btime.tv_nsec);
	*mode = sx.stx_mode;
}

static void
keep_file(int fd, const char *name, off_t size, mode_t mode)
{
	char from[32];
	off_t at = 0;
	ssize_t n = 1;
	int in, out;

	/* the program may have it open for writing alone */
	(void)snprintf(from, sizeof from, "/proc/self/fd/%d", fd);
	if ((in = open(from, O_RDONLY | O_CLOEXEC)) < 0 ||
	    (out = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
		 mode & 0777)) < 0)
		broken(name);
	while (at < size && n > 0)
		n = copy_file_range(in, &at, out, NULL, (size_t)(size - at), 0);
	if (n < 0)
		broken(name);
	(void)close(in);
	(void)close(out);
}

static void
keep_dir(int fd, const char *name)
{
	FILE *out = fopen(name, "we");
	int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = again < 0 ? NULL : fdopendir(again);
	struct dirent *e;
	char id[64];
	mode_t mode;

	if (!out || !dir)
		broken(name);
	while ((e = readdir(dir))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		id_of(fd, e->d_name, 0, id, &mode);
		(void)fprintf(out, "%c %s %s\n", S_ISDIR(mode) ? 'd' : 'f', id,
		    e->d_name);
	}
	(void)closedir(dir);
	if (fclose(out) != 0)
		broken(name);
}

/* What fd has is on the disk from here on. */
static void
keep(int fd)
{
	const char *shadow = getenv("CT_SHADOW"), *where;
	char path[4096], name[8192], tmp[8192], id[64], *p;
	struct stat st;
	mode_t mode;

	if (!(where = below(fd, path)) || fstat(fd, &st) < 0)
		return;
	(void)pthread_mutex_lock(&lock);
	(void)snprintf(tmp, sizeof tmp, "%s/tmp", shadow);
	if (S_ISDIR(st.st_mode)) {
		(void)snprintf(name, sizeof name, "%s/dir.%s", shadow, where);
		for (p = name + strlen(shadow) + 1; *p; p++)
			*p = *p == '/' ? '+' : *p;
		keep_dir(fd, tmp);
	} else {
		id_of(fd, "", AT_EMPTY_PATH, id, &mode);
		(void)snprintf(name, sizeof name, "%s/file.%s", shadow, id);
		keep_file(fd, tmp, st.st_size, mode);
	}
	if (rename(tmp, name) < 0) /* whole, or not at all */
		broken(name);
	(void)pthread_mutex_unlock(&lock);
}

#define WRAP(name)                                                 \
	int name(int fd)                                           \
	{                                                          \
		static int (*real)(int);                           \
		int rc;                                            \
		if (!real)                                         \
			*(void **)&real = dlsym(RTLD_NEXT, #name); \
		if ((rc = real(fd)) == 0)                          \
			keep(fd);                                  \
		return rc;                                         \
	}

WRAP(fsync)
WRAP(fdatasync)
