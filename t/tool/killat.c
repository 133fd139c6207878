/*
 * killat - end a program by SIGKILL at the N-th of its stops
 *
 *	killat [-a | -s CALL,...] N COMMAND [ARGUMENT ...]
 *
 * A stop is either side of a system call that others can see the effect of:
 * of the k-th such call, stop 2k - 1 is before it and stop 2k after it.  The
 * exit status is 137 if the program was killed, else its own, so that a loop
 * over N knows when it is through.  -s names the calls to count, -a counts
 * every one that there is; with neither, all those below count.  The threads
 * of the program count together, its children are not followed.  N 0: none
 * is killed, the number of stops goes to standard error.
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

static int all;

static _Noreturn void
usage(void)
{
	(void)fputs("usage: killat [-a | -s CALL,...] N COMMAND ...\n", stderr);
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

	for (i = 0; i < NCALLS && !all; i++)
		if (calls[i].nr == nr)
			return calls[i].counts;
	return all;
}

/* ---- threads ---------------------------------------------------------------
 */

static struct thread {
	pid_t id;
	int within; /* a call that counts */
} threads[256];

/* A new one, a free place, if it was not seen before. */
static struct thread *
thread(pid_t id)
{
	struct thread *t, *place = NULL;

	for (t = threads; t < threads + sizeof threads / sizeof *threads; t++)
		if (t->id == id)
			return t;
		else if (!t->id && !place)
			place = t;
	if (!place)
		fail("too many threads");
	*place = (struct thread){ id, 0 };
	return place;
}

/* Is this stop of it one that counts? */
static int
stop_counts(struct thread *t)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, t->id, sizeof info, &info) < 0)
		return 0; /* it was ended in the meantime */
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		t->within = counts((long)info.entry.nr);
	return t->within;
}

/* The signal to hand on to a thread that stopped. */
static int
signal_of(int status)
{
	int sig = WSTOPSIG(status);

	/* of our own making: a call, an exec or a clone, a thread's start */
	if (sig == (SIGTRAP | 0x80) || sig == SIGTRAP || status >> 16 ||
	    sig == SIGSTOP)
		return 0;
	return sig;
}

static int
watch(pid_t pid, long n)
{
	struct thread *t;
	long stops = 0;
	int status;
	pid_t id;

	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		fail("cannot start it");
	if (ptrace(PTRACE_SETOPTIONS, pid, 0,
		PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL |
		    PTRACE_O_TRACECLONE) < 0)
		fail("ptrace");
	for (id = pid, status = 0;;) {
		if (ptrace(PTRACE_SYSCALL, id, 0,
			(long)(status ? signal_of(status) : 0)) < 0 &&
		    errno != ESRCH)
			fail("ptrace");
		while ((id = waitpid(-1, &status, __WALL)) > 0 &&
		    !WIFSTOPPED(status)) {
			if (id == pid && !n)
				(void)fprintf(stderr, "%ld\n", stops);
			if (id == pid)
				return WIFEXITED(status)
				    ? WEXITSTATUS(status)
				    : 128 + WTERMSIG(status);
			thread(id)->id = 0;
		}
		if (id < 0)
			fail("waitpid");
		t = thread(id);
		if (WSTOPSIG(status) == (SIGTRAP | 0x80) && stop_counts(t) &&
		    ++stops == n) {
			(void)kill(pid, SIGKILL);
			while (waitpid(-1, &status, __WALL) > 0)
				continue;
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

	while ((ch = getopt(argc, argv, "+as:")) != -1)
		if (ch == 'a')
			all = 1;
		else if (ch == 's')
			choose(optarg);
		else
			usage();
	argv += optind;
	if (argc - optind < 2 || (n = strtol(*argv, NULL, 10)) < 0)
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
