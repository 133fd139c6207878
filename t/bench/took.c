/*
 * took - what a command takes, in seconds
 *
 *	took N COMMAND [ARGUMENT]...
 *
 * Runs it N times, each from the beginning of standard input, which is a file;
 * standard output is thrown away.  One line of NAME=VALUE, the medians: cpu of
 * it and its children, and wall, from before the fork to its end.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "prog.h"

#define MOST 1000

static double
cpu_of(const struct rusage *u)
{
	return (double)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) +
	    (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec) / 1e6;
}

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
once(char *argv[], int null, double *cpu, double *wall)
{
	struct rusage u;
	double start;
	int status;
	pid_t pid;

	if (lseek(STDIN_FILENO, 0, SEEK_SET) < 0)
		ct_die(CT_NOINPUT, "standard input is not a file");
	start = now();
	if ((pid = fork()) == 0) {
		if (dup2(null, STDOUT_FILENO) >= 0)
			(void)execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &u) < 0)
		ct_die(CT_OSERR, "cannot run %s", argv[0]);
	if (WIFSIGNALED(status))
		ct_die(
		    CT_UNAVAILABLE, "%s: signal %d", argv[0], WTERMSIG(status));
	if (status)
		ct_die(CT_UNAVAILABLE, "%s: exit status %d", argv[0],
		    WEXITSTATUS(status));
	*wall = now() - start;
	*cpu = cpu_of(&u);
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int
main(int argc, char *argv[])
{
	static double cpu[MOST], wall[MOST];
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	long n, i;

	ct_start("took");
	if (argc < 3)
		ct_usage("usage: took N COMMAND [ARGUMENT]...\n");
	n = ct_number("N", argv[1], 1, MOST);
	for (i = 0; i < n; i++)
		once(argv + 2, null, &cpu[i], &wall[i]);
	qsort(cpu, (size_t)n, sizeof *cpu, by_size);
	qsort(wall, (size_t)n, sizeof *wall, by_size);
	(void)printf("cpu=%.6f wall=%.6f\n", cpu[n / 2], wall[n / 2]);
	return 0;
}
