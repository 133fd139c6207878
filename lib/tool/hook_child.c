/* hook_child.c - the process of a command */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file.h"
#include "hook.h"
#include "os.h"
#include "prog.h"

struct ends {
	int in, out;    /* its own */
	int told, tell; /* errno, if it cannot become the command */
	char **env;
	const char *dir; /* NULL: ours */
};

void
ct_child_shut(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

static void
shut_all(struct ends *e)
{
	ct_child_shut(&e->in);
	ct_child_shut(&e->out);
	ct_child_shut(&e->told);
	ct_child_shut(&e->tell);
}

void
ct_child_end(struct ct_child *child)
{
	ct_child_shut(&child->in);
	ct_child_shut(&child->out);
	ct_child_shut(&child->ended);
	child->pid = 0;
}

void
ct_child_kill(const struct ct_child *child)
{
	(void)kill(-child->pid, SIGKILL);
	(void)kill(child->pid, SIGKILL);
}

int
ct_child_wait(const struct ct_child *child)
{
	int status = 0;

	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
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

static char path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
static char lang[] = "LANG=C.UTF-8";

static int
open_ends(struct ct_child *child, struct ends *e, bool output)
{
	if (tube(&e->in, &child->in) < 0 || tube(&e->told, &e->tell) < 0 ||
	    fcntl(child->in, F_SETFL, O_NONBLOCK) < 0)
		return -1;
	if (output)
		return tube(&child->out, &e->out) < 0 ||
			fcntl(child->out, F_SETFL, O_NONBLOCK) < 0
		    ? -1
		    : 0;
	e->out = open("/dev/null", O_WRONLY | O_CLOEXEC);
	return e->out < 0 ? -1 : 0;
}

static _Noreturn void
become(char *const argv[], pid_t parent, const struct ends *e)
{
	sigset_t none;
	int sig, why;

	for (sig = 1; sig < NSIG; sig++)
		(void)signal(sig, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	/* our descriptors are above the first three, see ct_start */
	if (setpgid(0, 0) == 0 && dup2(e->in, 0) == 0 && dup2(e->out, 1) == 1 &&
	    (!e->dir || chdir(e->dir) == 0) &&
	    close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == 0 &&
	    ct_os_die_with(parent) == 0)
		(void)execve(argv[0], argv, e->env);
	why = errno;
	(void)ct_write_full(e->tell, &why, sizeof why);
	_exit(CT_UNAVAILABLE);
}

static int
start(struct ct_child *child, char *const argv[], struct ends *e,
    struct ct_err *err)
{
	pid_t parent = getpid(), pid = fork();
	int why = 0;

	if (pid == 0)
		become(argv, parent, e);
	if (pid < 0)
		return ct_fail_errno(err, CT_OSERR, "cannot make a process");
	child->pid = pid;
	(void)setpgid(pid, pid); /* whoever is first */
	child->ended = ct_os_watch(pid);
	if (child->ended < 0)
		why = errno;
	ct_child_shut(&e->tell);
	if (!why && ct_read_full(e->told, &why, sizeof why) == 0)
		return 0;
	(void)kill(pid, SIGKILL);
	(void)ct_child_wait(child);
	errno = why;
	return ct_fail_errno(err, why == E2BIG ? CT_DATAERR : CT_UNAVAILABLE,
	    "cannot run '%s'", argv[0]);
}

/* opened: its ends, or not. */
static int
started(struct ct_child *child, char *const argv[], struct ends *e, bool opened,
    struct ct_err *err)
{
	int rc = opened ? start(child, argv, e, err)
			: ct_fail_errno(err, CT_OSERR, "cannot make a pipe");

	shut_all(e);
	if (rc)
		ct_child_end(child);
	return rc;
}

int
ct_child_start(
    struct ct_child *child, char *const argv[], bool output, struct ct_err *err)
{
	char *env[] = { path, lang, NULL };
	struct ends e = { -1, -1, -1, -1, env, "/" };

	*child = (struct ct_child){ 0, -1, -1, -1 };
	return started(child, argv, &e, open_ends(child, &e, output) == 0, err);
}

int
ct_child_start_ours(struct ct_child *child, char *const argv[],
    const struct ct_hook_ours *ours, struct ct_err *err)
{
	struct ends e = { -1, -1, -1, -1, NULL, NULL };
	const char *value;
	size_t i, n = 2;
	int rc;

	for (i = 0; ours->env[i]; i++)
		;
	e.env = ct_alloc(n + i + 1, sizeof *e.env);
	e.env[0] = path;
	e.env[1] = lang;
	for (i = 0; ours->env[i]; i++)
		if ((value = getenv(ours->env[i])))
			e.env[n++] = ct_printf("%s=%s", ours->env[i], value);
	*child = (struct ct_child){ 0, -1, -1, -1 };
	e.in = fcntl(ours->in, F_DUPFD_CLOEXEC, 3);
	e.out = fcntl(ours->out, F_DUPFD_CLOEXEC, 3);
	rc = started(child, argv, &e,
	    e.in >= 0 && e.out >= 0 && tube(&e.told, &e.tell) == 0, err);
	while (n > 2)
		free(e.env[--n]);
	free(e.env);
	return rc;
}
