/*
 * killat - end a program by SIGKILL at the N-th of its stops
 *
 *	killat [-s CALL,...] N COMMAND [ARGUMENT ...]
 *
 * A stop is either side of a system call that others can see the effect of:
 * of the k-th such call, stop 2k - 1 is before it and stop 2k after it.  The
 * exit status is 137 if the program was killed, else its own, so that a loop
 * over N knows when it is through.  -s names the calls to count; with none,
 * all those below count.  Children of the program are not followed.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define KILLED 137
#define FAILED 125

static struct call {
	const char *name;
	long nr;
	int counts;
} calls[] = {
	{ "write", SYS_write, 1 },
	{ "pwrite64", SYS_pwrite64, 1 },
	{ "fsync", SYS_fsync, 1 },
	{ "fdatasync", SYS_fdatasync, 1 },
	{ "sendto", SYS_sendto, 1 },
	{ "sendmsg", SYS_sendmsg, 1 },
	{ "connect", SYS_connect, 1 },
	{ "ftruncate", SYS_ftruncate, 1 },
	{ "renameat2", SYS_renameat2, 1 },
	{ "linkat", SYS_linkat, 1 },
	{ "unlinkat", SYS_unlinkat, 1 },
#ifdef SYS_rename /* not on arm64 */
	{ "rename", SYS_rename, 1 },
	{ "renameat", SYS_renameat, 1 },
	{ "link", SYS_link, 1 },
	{ "unlink", SYS_unlink, 1 },
#endif
};

#define NCALLS (sizeof calls / sizeof *calls)

static _Noreturn void
usage(void)
{
	(void)fputs("usage: killat [-s CALL,...] N COMMAND ...\n", stderr);
	exit(FAILED);
}

static _Noreturn void
fail(const char *what)
{
	(void)fprintf(stderr, "killat: %s: %s\n", what, strerror(errno));
	exit(FAILED);
}

static void
choose(char *names)
{
	char *name;
	size_t i;

	for (i = 0; i < NCALLS; i++)
		calls[i].counts = 0;
	while ((name = strsep(&names, ","))) {
		for (i = 0; i < NCALLS; i++)
			if (strcmp(calls[i].name, name) == 0)
				break;
		if (i == NCALLS)
			usage();
		calls[i].counts = 1;
	}
}

static int
counts(long nr)
{
	size_t i;

	for (i = 0; i < NCALLS; i++)
		if (calls[i].nr == nr)
			return calls[i].counts;
	return 0;
}

/* Its status if it has ended, else -1 and the signal to hand on. */
static int
ended(int status, int *sig)
{
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	if (WIFSIGNALED(status))
		return 128 + WTERMSIG(status);
	*sig = WSTOPSIG(status);
	return -1;
}

static int
watch(pid_t pid, long left)
{
	struct __ptrace_syscall_info info;
	int status, sig, rc, within = 0;

	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		fail("cannot start it");
	if (ptrace(PTRACE_SETOPTIONS, pid, 0,
		PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) < 0)
		fail("ptrace");
	for (sig = 0;;) {
		if (ptrace(PTRACE_SYSCALL, pid, 0, (long)sig) < 0 ||
		    waitpid(pid, &status, 0) != pid)
			fail("ptrace");
		sig = 0;
		if ((rc = ended(status, &sig)) >= 0)
			return rc;
		if (sig == SIGTRAP)
			sig = 0; /* its exec */
		if (sig != (SIGTRAP | 0x80))
			continue;
		sig = 0;
		if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <
		    0)
			fail("ptrace");
		if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
			within = counts((long)info.entry.nr);
		if (within && --left == 0) {
			(void)kill(pid, SIGKILL);
			(void)waitpid(pid, &status, 0);
			return KILLED;
		}
	}
}

int
main(int argc, char **argv)
{
	pid_t pid;
	long n;
	int ch;

	while ((ch = getopt(argc, argv, "+s:")) != -1) {
		if (ch != 's')
			usage();
		choose(optarg);
	}
	argv += optind;
	if (argc - optind < 2 || (n = strtol(*argv, NULL, 10)) < 1)
		usage();
	if ((pid = fork()) < 0)
		fail("fork");
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0) < 0)
			fail("ptrace");
		(void)execvp(argv[1], argv + 1);
		fail(argv[1]);
	}
	return watch(pid, n);
}
