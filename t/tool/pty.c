/*
 * pty - a program on a terminal, and a person who answers it
 *
 * usage: pty [-p PROMPT] PROGRAM [ARGUMENT...] <answers
 * Each time that the last thing on the screen is the prompt ("> "), the next
 * line is typed; behind the last one control-D.  What is on the screen goes to
 * standard output, without CR; the status is the program's.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"

#define MOST_S 300 /* seconds that all of it may take */

static _Noreturn void
become(const char *name, char *argv[])
{
	const struct winsize size = { .ws_row = 50, .ws_col = 80 };
	int fd;

	(void)setsid();
	fd = open(name, O_RDWR);
	if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) < 0 ||
	    ioctl(fd, TIOCSWINSZ, &size) < 0 || dup2(fd, 0) < 0 ||
	    dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		_exit(CT_OSERR);
	(void)close_range(3, ~0U, 0);
	(void)execvp(argv[0], argv);
	_exit(CT_UNAVAILABLE);
}

/* The next answer, typed. */
static void
answer(int fd)
{
	static char *line;
	static size_t cap;
	ssize_t n;

	(void)fflush(stdout); /* who answers may look at it */
	n = getline(&line, &cap, stdin);
	if (n > 0)
		(void)ct_write_full(fd, line, (size_t)n);
	else
		(void)ct_write_full(fd, "\4", 1);
}

static void
talk(int fd, const char *prompt)
{
	char piece[4096], last[64] = "";
	size_t len = strlen(prompt);
	ssize_t n, i;

	while ((n = read(fd, piece, sizeof piece)) > 0 ||
	    (n < 0 && errno == EINTR)) {
		for (i = 0; i < n; i++) {
			if (piece[i] == '\r')
				continue;
			(void)putchar(piece[i]);
			memmove(last, last + 1, len);
			last[len - 1] = piece[i];
		}
		(void)fflush(stdout);
		if (n > 0 && memcmp(last, prompt, len) == 0)
			answer(fd);
	}
}

int
main(int argc, char *argv[])
{
	const char *prompt = "> ";
	int fd, status = 0;
	pid_t pid;

	ct_start("pty");
	if (argc > 2 && strcmp(argv[1], "-p") == 0) {
		prompt = argv[2];
		argv += 2;
		argc -= 2;
	}
	if (argc < 2 || !*prompt || strlen(prompt) > 60)
		ct_die(CT_USAGE,
		    "usage: pty [-p PROMPT] PROGRAM [ARGUMENT...] <answers");
	fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || grantpt(fd) < 0 || unlockpt(fd) < 0)
		ct_die(CT_OSERR, "no terminal can be had");
	pid = fork();
	if (pid == 0)
		become(ptsname(fd), argv + 1);
	(void)alarm(MOST_S);
	talk(fd, prompt);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (fflush(stdout))
		return CT_IOERR;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
