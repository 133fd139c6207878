/*
 * hook.h - a command of the operator's: no shell, little environment
 *
 * It gets what it needs on standard input and as arguments, has PATH and LANG
 * and nothing else, / as its directory, no descriptors but the first three, and
 * a process group of its own, which is killed when its time is over, or a
 * second after ct_stop.  What it writes to standard error goes to ours.
 */
#ifndef CT_HOOK_H
#define CT_HOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "err.h"

struct ct_hook {
	char *line;  /* the words of it */
	char **argv; /* words of the command, ended by NULL */
	size_t n;
	int64_t timeout; /* ms */
};

/*
 * The words of a command line, between blanks; nothing else in it has a
 * meaning.  The first must be a path from the root.  CT_CONFIG, with name, the
 * place it is from.  Release with ct_hook_free, which takes a zeroed one, too.
 */
int ct_hook_parse(struct ct_hook *hook, const char *name, const char *line,
    struct ct_err *err);
void ct_hook_free(struct ct_hook *hook);

/* How a program of ours is run: it keeps our directory, and has more of our
 * environment. */
struct ct_hook_ours {
	int in, out;            /* its first two descriptors; they stay ours */
	const char *const *env; /* names of variables, ended by NULL */
};

struct ct_hook_run {
	const struct ct_hook_ours *ours; /* or NULL; then nothing is sent to it
					    and its output is not read */
	const char *const *more; /* arguments behind its own, ended by NULL */
	const void *in;          /* len bytes for its standard input */
	size_t len;
	size_t max; /* bytes of output at most; 0: its output goes nowhere */
	char *out;  /* set: outlen bytes and a NUL; release with free */
	size_t outlen;
	int status; /* set: its exit status; -1: it has none */
};

/*
 * Run it and wait for its end.  0 if it exits with 0; its exit status if that
 * is CT_DATAERR, CT_NOINPUT, CT_UNAVAILABLE, CT_TEMPFAIL or CT_NOPERM,
 * CT_PROTOCOL for any other and for too much output; CT_TEMPFAIL if its time
 * was over, we are to stop, or a signal ended it; CT_UNAVAILABLE if it cannot
 * be run; CT_DATAERR if the arguments are too long; CT_OSERR.  SIGPIPE must be
 * ignored, see ct_stop_gently.
 */
int ct_hook_run(
    const struct ct_hook *hook, struct ct_hook_run *run, struct ct_err *err);

/* ---- one that goes on running --------------------------------------------
 */

struct ct_child {
	pid_t pid; /* 0: none */
	int in;    /* what it reads; -1: closed */
	int out;   /* what it wrote; -1: closed, or its output goes nowhere */
	int ended; /* readable when it has ended */
};

/*
 * Start it, as ct_hook_run does; in and out do not block.  CT_UNAVAILABLE if it
 * cannot be run, CT_DATAERR if the arguments are too long, CT_OSERR; then there
 * is none.
 */
int ct_child_start(struct ct_child *child, char *const argv[], bool output,
    struct ct_err *err);
/* The same of a program of ours; in and out are -1. */
int ct_child_start_ours(struct ct_child *child, char *const argv[],
    const struct ct_hook_ours *ours, struct ct_err *err);
void ct_child_kill(const struct ct_child *child); /* all of its group */
int ct_child_wait(const struct ct_child *child);  /* its wait status */
void ct_child_end(struct ct_child *child);        /* once it was waited for */
void ct_child_shut(int *fd); /* close it, if it is open: -1 */

#endif
