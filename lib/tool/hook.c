#include "hook.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "os.h"
#include "prog.h"

#define PIECE ((size_t)64 << 10)
#define GRACE 1000 /* ms to its end, once we are to stop */

int
ct_hook_parse(struct ct_hook *hook, const char *name, const char *line,
    struct ct_err *err)
{
	char *rest, *word;

	*hook = (struct ct_hook){ .line = ct_strdup(line) };
	rest = hook->line;
	while ((word = strsep(&rest, " \t"))) {
		if (!*word)
			continue;
		hook->argv =
		    ct_grow(hook->argv, hook->n + 2, sizeof *hook->argv);
		hook->argv[hook->n++] = word;
	}
	if (hook->n && *hook->argv[0] == '/')
		return 0;
	ct_hook_free(hook);
	return ct_fail(
	    err, CT_CONFIG, "%s: want a command with its path from /", name);
}

void
ct_hook_free(struct ct_hook *hook)
{
	free(hook->argv);
	free(hook->line);
	*hook = (struct ct_hook){ .n = 0 };
}

/* ---- the child -------------------------------------------------------------
 */

struct ends {
	int in,
	    out; /* of ours: what it reads, what it wrote; -1: none, any more */
	int its_in, its_out; /* the other ends */
	int told, tell;      /* errno, if it cannot become the command */
	int ended;           /* readable when it has ended */
};

static void
shut(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

static void
shut_all(struct ends *e)
{
	shut(&e->in);
	shut(&e->out);
	shut(&e->its_in);
	shut(&e->its_out);
	shut(&e->told);
	shut(&e->tell);
	shut(&e->ended);
}

static int
tube(int *from, int *to)
{
	int fd[2];

	if (pipe2(fd, O_CLOEXEC) < 0)
		return -1;
	*from = fd[0];
	*to = fd[1];
	return 0;
}

static int
open_ends(struct ends *e, bool output)
{
	*e = (struct ends){ -1, -1, -1, -1, -1, -1, -1 };
	if (tube(&e->its_in, &e->in) < 0 || tube(&e->told, &e->tell) < 0 ||
	    fcntl(e->in, F_SETFL, O_NONBLOCK) < 0)
		return -1;
	if (output)
		return tube(&e->out, &e->its_out) < 0 ||
			fcntl(e->out, F_SETFL, O_NONBLOCK) < 0
		    ? -1
		    : 0;
	e->its_out = open("/dev/null", O_WRONLY | O_CLOEXEC);
	return e->its_out < 0 ? -1 : 0;
}

static _Noreturn void
become(char *const argv[], pid_t parent, const struct ends *e)
{
	static char path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
	static char lang[] = "LANG=C.UTF-8";
	char *const envp[] = { path, lang, NULL };
	sigset_t none;
	int sig, why;

	for (sig = 1; sig < NSIG; sig++)
		(void)signal(sig, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	/* our descriptors are above the first three, see ct_start */
	if (setpgid(0, 0) == 0 && dup2(e->its_in, 0) == 0 &&
	    dup2(e->its_out, 1) == 1 && chdir("/") == 0 &&
	    close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == 0 &&
	    ct_os_die_with(parent) == 0)
		(void)execve(argv[0], argv, envp);
	why = errno;
	(void)ct_write_full(e->tell, &why, sizeof why);
	_exit(CT_UNAVAILABLE);
}

/* Start it: its process, or -1 with *err. */
static pid_t
start(char *const argv[], struct ends *e, struct ct_err *err)
{
	pid_t parent = getpid(), pid = fork();
	int why = 0;

	if (pid == 0)
		become(argv, parent, e);
	if (pid < 0) {
		(void)ct_fail_errno(err, CT_OSERR, "cannot make a process");
		return -1;
	}
	(void)setpgid(pid, pid); /* whoever is first */
	e->ended = ct_os_watch(pid);
	if (e->ended < 0)
		why = errno;
	shut(&e->its_in);
	shut(&e->its_out);
	shut(&e->tell);
	if (!why && ct_read_full(e->told, &why, sizeof why) == 0)
		return pid;
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	errno = why;
	(void)ct_fail_errno(err, why == E2BIG ? CT_DATAERR : CT_UNAVAILABLE,
	    "cannot run '%s'", argv[0]);
	return -1;
}

/* ---- while it runs ---------------------------------------------------------
 */

struct talk {
	struct ends *e;
	struct ct_hook_run *run;
	size_t sent, cap;
	bool over, large; /* its time; its output */
	bool stop;        /* we are to stop */
};

static void
feed(struct talk *t)
{
	const char *in = t->run->in;
	ssize_t n = 0;

	if (t->sent < t->run->len)
		n = write(t->e->in, in + t->sent, t->run->len - t->sent);
	if (n > 0)
		t->sent += (size_t)n;
	/* one that reads no further may still do what it is for */
	if (t->sent == t->run->len ||
	    (n < 0 && errno != EAGAIN && errno != EINTR))
		shut(&t->e->in);
}

/* What it has written so far. */
static void
drain(struct talk *t)
{
	struct ct_hook_run *run = t->run;
	ssize_t n = 1;

	while (t->e->out >= 0 && n > 0 && !t->large) {
		if (t->cap - run->outlen < PIECE + 1) {
			t->cap = 2 * t->cap + PIECE + 1;
			run->out = ct_grow(run->out, t->cap, 1);
		}
		n = read(t->e->out, run->out + run->outlen, PIECE);
		if (n > 0)
			run->outlen += (size_t)n;
		else if (n == 0 || (errno != EAGAIN && errno != EINTR))
			shut(&t->e->out);
		t->large = run->outlen > run->max;
	}
}

/* Until it has ended; or kill it, and all of its group. */
static void
attend(struct talk *t, pid_t pid, int64_t timeout)
{
	int64_t until = ct_mono() + timeout, left;
	struct pollfd p[3];

	for (;;) {
		p[0] = (struct pollfd){ .fd = t->e->ended, .events = POLLIN };
		p[1] = (struct pollfd){ .fd = t->e->in, .events = POLLOUT };
		p[2] = (struct pollfd){ .fd = t->e->out, .events = POLLIN };
		if (ct_stop && !t->stop && until > ct_mono() + GRACE) {
			t->stop = true;
			until = ct_mono() + GRACE;
		}
		left = until - ct_mono();
		t->over = left <= 0;
		if (t->over || t->large)
			break;
		/* a signal may come just before it waits */
		(void)poll(p, 3, left < GRACE ? (int)left : GRACE);
		if (p[2].revents)
			drain(t);
		if (p[0].revents)
			return;
		if (p[1].revents)
			feed(t);
	}
	(void)kill(-pid, SIGKILL);
	(void)kill(pid, SIGKILL);
}

static int
verdict(const struct talk *t, int status, struct ct_err *err)
{
	int code = t->run->status =
	    WIFEXITED(status) ? WEXITSTATUS(status) : -1;

	if (t->over)
		return ct_fail(err, CT_TEMPFAIL, "the command %s",
		    t->stop ? "was stopped by a signal" : "took too long");
	if (t->large)
		return ct_fail(err, CT_PROTOCOL,
		    "the command wrote over %zu bytes", t->run->max);
	if (WIFSIGNALED(status))
		return ct_fail(err, CT_TEMPFAIL, "signal %d ended the command",
		    WTERMSIG(status));
	if (code == 0)
		return 0;
	return ct_fail(err,
	    code == CT_DATAERR || code == CT_NOINPUT ||
		    code == CT_UNAVAILABLE || code == CT_TEMPFAIL ||
		    code == CT_NOPERM
		? code
		: CT_PROTOCOL,
	    "the command ended with exit status %d", code);
}

int
ct_hook_run(
    const struct ct_hook *hook, struct ct_hook_run *run, struct ct_err *err)
{
	size_t n = 0, i;
	struct ends e;
	struct talk t = { .e = &e, .run = run };
	char **argv;
	pid_t pid = -1;
	int status = 0, rc = 0;

	run->out = NULL;
	run->outlen = 0;
	run->status = -1;
	while (run->more && run->more[n])
		n++;
	argv = ct_alloc(hook->n + n + 1, sizeof *argv);
	for (i = 0; i < hook->n; i++)
		argv[i] = hook->argv[i];
	for (i = 0; i < n; i++)
		argv[hook->n + i] = (char *)(uintptr_t)run->more[i];
	if (open_ends(&e, run->max > 0) < 0)
		rc = ct_fail_errno(err, CT_OSERR, "cannot make a pipe");
	else if ((pid = start(argv, &e, err)) < 0)
		rc = err->code;
	else
		attend(&t, pid, hook->timeout);
	if (pid > 0) {
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		drain(&t);
		rc = verdict(&t, status, err);
		if (run->out)
			run->out[run->outlen] = '\0';
	}
	shut_all(&e);
	free(argv);
	return rc;
}
