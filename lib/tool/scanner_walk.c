/* scanner_walk.c - files by their paths */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "prog.h"
#include "scanner.h"

#define DEEP 32 /* directories within one another */

struct walk {
	struct ct_scanner *s;
	ct_told_fn *told;
	void *arg;
	bool stop;
};

static void
tell(struct walk *w, const char *path, const struct ct_said *said)
{
	w->stop = !w->told(path, said, w->arg) || ct_stop;
}

static void
fails(struct walk *w, const char *path, const char *why)
{
	struct ct_said said = { .answer = CT_ANSWER_ERROR };

	(void)snprintf(said.text, sizeof said.text, "%s", why);
	tell(w, path, &said);
}

static void
file(struct walk *w, int dir, const char *name, const char *path, int follow)
{
	struct ct_said said;
	/* not held up by what became a pipe meanwhile */
	int fd = openat(dir, name,
	    O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK |
		(follow ? 0 : O_NOFOLLOW));

	if (fd < 0) {
		fails(w, path, "it cannot be opened");
		return;
	}
	ct_scanner_file(w->s, fd, path, &said);
	(void)close(fd);
	tell(w, path, &said);
}

static void directory(struct walk *w, int dir, const char *path, int depth);

/* One name of a directory: files and directories, nothing else. */
static void
entry(struct walk *w, int dir, const char *name, const char *path, int depth)
{
	struct stat st;
	int fd;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != ENOENT) /* what is gone need not be scanned */
			fails(w, path, "it cannot be opened");
	} else if (S_ISREG(st.st_mode)) {
		file(w, dir, name, path, 0);
	} else if (S_ISDIR(st.st_mode) && depth == DEEP) {
		fails(w, path, "it is too deep");
	} else if (S_ISDIR(st.st_mode)) {
		fd = openat(
		    dir, name, O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW);
		if (fd < 0)
			fails(w, path, "it cannot be opened");
		else
			directory(w, fd, path, depth + 1);
	}
}

/* All below it; dir is closed. */
static void
directory(struct walk *w, int dir, const char *path, int depth)
{
	DIR *d = fdopendir(dir);
	const struct dirent *e;
	char *name;

	if (!d) {
		(void)close(dir);
		fails(w, path, "it cannot be read");
		return;
	}
	while (!w->stop) {
		errno = 0;
		if (!(e = readdir(d))) {
			if (errno)
				fails(w, path, "it cannot be read");
			break;
		}
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		name = ct_printf("%s%s%s", path,
		    path[strlen(path) - 1] == '/' ? "" : "/", e->d_name);
		entry(w, dirfd(d), e->d_name, name, depth);
		free(name);
	}
	(void)closedir(d);
}

void
ct_scanner_walk(
    struct ct_scanner *s, const char *path, ct_told_fn *told, void *arg)
{
	struct walk w = { s, told, arg, false };
	struct stat st;
	int fd;

	if (!*path || stat(path, &st) < 0) {
		fails(&w, path, "no such file or directory");
	} else if (S_ISDIR(st.st_mode)) {
		fd = open(path, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
		if (fd < 0)
			fails(&w, path, "it cannot be opened");
		else
			directory(&w, fd, path, 0);
	} else if (S_ISREG(st.st_mode)) {
		file(&w, AT_FDCWD, path, path, 1);
	} else {
		fails(&w, path, "it is no regular file");
	}
}
