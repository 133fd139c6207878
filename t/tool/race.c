/*
 * race - change a file while somebody reads it, until killed
 *
 *	race swap A B NAME	NAME is now A, now B, never missing
 *	race resize A NAME	NAME is the beginning of A, now more of it, now
 *				less, cut and written again in place; cut it is
 *				for as long as whole
 *	race socket NAME	make a socket of that name, and no more
 *	race lease NAME [MS]	hold a lease on it, so that who opens it waits;
 *				give it back so long after being asked
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"

static void
put(const char *file, const char *tmp, const char *name)
{
	if (link(file, tmp) < 0 || rename(tmp, name) < 0)
		ct_die(CT_CANTCREAT, "cannot swap");
	(void)unlink(tmp); /* if name was that file, it is still there */
	(void)usleep(50);
}

static _Noreturn void
swap(const char *a, const char *b, const char *name)
{
	char *tmp = ct_printf("%s.tmp", name);

	for (;;) {
		put(a, tmp, name);
		put(b, tmp, name);
	}
}

static _Noreturn void
resize(const char *from, const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	struct ct_err err;
	uint8_t *bytes;
	size_t len, at;

	if (fd < 0 || ct_file_read(from, (size_t)64 << 20, &bytes, &len, &err))
		ct_die(CT_NOINPUT, "cannot open");
	for (;; (void)usleep(50)) {
		at = (size_t)random() % len;
		if (ftruncate(fd, (off_t)at) < 0)
			ct_die(CT_IOERR, "cannot cut");
		(void)usleep(50);
		if (lseek(fd, (off_t)at, SEEK_SET) < 0 ||
		    ct_write_full(fd, bytes + at, len - at) < 0)
			ct_die(CT_IOERR, "cannot write");
	}
}

static int
make_socket(const char *name)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(at.sun_path, sizeof at.sun_path, "%s", name);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof at) < 0)
		ct_die(CT_CANTCREAT, "cannot make a socket");
	return 0;
}

static _Noreturn void
lease(const char *name, const char *ms)
{
	int fd = open(name, O_RDWR | O_CLOEXEC), sig;
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGIO);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	if (fd < 0 || fcntl(fd, F_SETLEASE, F_WRLCK) < 0)
		ct_die(CT_NOINPUT, "cannot have a lease");
	(void)puts("held");
	(void)fflush(stdout);
	(void)sigwait(&set, &sig);
	if (ms) {
		(void)usleep((useconds_t)atoi(ms) * 1000);
		(void)fcntl(fd, F_SETLEASE, F_UNLCK);
	}
	for (;;)
		(void)pause();
}

int
main(int argc, char *argv[])
{
	ct_start("race");
	if (argc == 5 && strcmp(argv[1], "swap") == 0)
		swap(argv[2], argv[3], argv[4]);
	if (argc == 4 && strcmp(argv[1], "resize") == 0)
		resize(argv[2], argv[3]);
	if (argc == 3 && strcmp(argv[1], "socket") == 0)
		return make_socket(argv[2]);
	if ((argc == 3 || argc == 4) && strcmp(argv[1], "lease") == 0)
		lease(argv[2], argv[3]);
	return CT_USAGE;
}
