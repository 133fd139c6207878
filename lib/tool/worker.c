#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "os.h"

#define START_MS 30000 /* for a worker to say that it is ready */
#define TELL_MS 10000  /* and of what a child died */
#define SLICE_MS 200   /* of waiting */
#define PAUSE_NS 100000000

#define MOST (CT_WORKER_FIRST + CT_WORKER_FILES)

void
ct_worker_nap(void)
{
	static const struct timespec pause = { 0, PAUSE_NS };

	(void)nanosleep(&pause, NULL);
}

ssize_t
ct_worker_hear(int fd, void *to, size_t len, uint32_t *ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint32_t slice;
	int64_t took;
	int ready;
	bool last;
	ssize_t n;

	for (;;) {
		slice = *ms < SLICE_MS ? *ms : SLICE_MS;
		took = ct_mono();
		ready = poll(&p, 1, (int)slice);
		took = ct_mono() - took;
		last = *ms <= slice;
		*ms -= took < slice ? (uint32_t)took : slice;
		if (ready > 0) {
			n = recv(fd, to, len, MSG_TRUNC);
			/* a reset hides what came before it only once */
			if (n >= 0 || (errno != EINTR && errno != ECONNRESET))
				return n;
		} else if (ready < 0 && errno != EINTR) {
			return -1;
		}
		if (ready == 0 && last) {
			errno = ETIMEDOUT;
			return -1;
		}
	}
}

int
ct_worker_pair(int type, int pair[2], struct ct_err *err)
{
	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair) == 0)
		return 0;
	return ct_fail_errno(err, errno == EMFILE ? CT_OSERR : CT_TEMPFAIL,
	    "cannot make a socket");
}

/* ---- its start ------------------------------------------------------------
 */

static int
above(int fd, int last)
{
	return fd > last ? fd : fcntl(fd, F_DUPFD, last + 1);
}

/*
 * In the child: nothing but its descriptors.  The signals that a terminal or a
 * service manager sends to all are for the program that started it, which may
 * have jobs to finish.
 */
static _Noreturn void
become(const struct ct_worker *w, pid_t parent, const int *fd, size_t n)
{
	static const int quiet[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1,
		SIGUSR2 };
	char program[] = "", *argv[] = { program, NULL };
	char *envp[] = { w->env, NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), from[MOST];
	const int last = (int)n - 1;
	sigset_t none;
	size_t i;

	argv[0] = (char *)(uintptr_t)w->program;
	/* out of the way of the low numbers first */
	for (i = 0; i < n; i++)
		from[i] = above(fd[i] < 0 ? null : fd[i], last);
	for (i = 0; i < n; i++)
		if (dup2(from[i], (int)i) < 0)
			_exit(CT_OSERR);
	if (close_range((unsigned)n, ~0U, 0) < 0 || chdir("/") < 0 ||
	    ct_os_die_with(parent) < 0)
		_exit(CT_OSERR);
	for (i = 0; i < sizeof quiet / sizeof *quiet; i++)
		(void)signal(quiet[i], SIG_IGN);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGCHLD, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)execve(w->program, argv, envp);
	_exit(errno == ENOMEM || errno == EAGAIN || errno == EMFILE ||
		    errno == ENFILE
		? CT_OSERR
		: CT_UNAVAILABLE);
}

static int
bury(struct ct_worker *w)
{
	int status = 0;

	(void)kill(w->pid, SIGKILL);
	while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
		;
	(void)close(w->fd);
	w->pid = 0;
	w->fd = -1;
	return status;
}

int
ct_worker_stillborn(struct ct_worker *w, struct ct_err *err)
{
	int status = bury(w);
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;

	if (code == CT_OSERR)
		return ct_fail(
		    err, code, "the decoder lacks memory, or descriptors");
	if (code == CT_TEMPFAIL)
		return ct_fail(err, code, "the decoder can make no process");
	return ct_fail(
	    err, CT_UNAVAILABLE, "the decoder '%s' does not start", w->program);
}

int
ct_worker_start(struct ct_worker *w, const int *fd, size_t n, const void *setup,
    size_t len, struct ct_worker_news *hello, struct ct_err *err)
{
	int files[MOST] = { -1, -1, -1 }, pair[2], rc;
	pid_t parent = getpid();
	uint32_t ms = START_MS;
	size_t i;

	if ((rc = ct_worker_pair(SOCK_SEQPACKET, pair, err)))
		return rc;
	files[0] = pair[1];
	for (i = 0; i < n; i++)
		files[CT_WORKER_FIRST + i] = fd[i];
	w->pid = fork();
	if (w->pid == 0)
		become(w, parent, files, CT_WORKER_FIRST + n);
	if (w->pid < 0)
		rc = ct_fail_errno(err, CT_TEMPFAIL, "cannot make a process");
	(void)close(pair[1]);
	if (rc) {
		(void)close(pair[0]);
		w->pid = 0;
		return rc;
	}
	w->fd = pair[0];
	(void)send(w->fd, setup, len, MSG_NOSIGNAL);
	if (ct_worker_hear(w->fd, hello, sizeof *hello, &ms) !=
		(ssize_t)sizeof *hello ||
	    hello->what != CT_WORKER_HELLO)
		return ct_worker_stillborn(w, err);
	return 0;
}

void
ct_worker_stop(struct ct_worker *w)
{
	if (w->pid)
		(void)bury(w);
}

/* ---- orders ---------------------------------------------------------------
 */

static int
order(const struct ct_worker *w, enum ct_worker_what what, uint32_t id,
    const int *fd, size_t n)
{
	struct ct_worker_order o = { .what = what, .id = id };
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(CT_WORKER_PASS * sizeof(int))];
	} control = { 0 };
	struct iovec iov = { &o, sizeof o };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;
	ssize_t sent;

	if (n) {
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(n * sizeof *fd);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(n * sizeof *fd);
		memcpy(CMSG_DATA(c), fd, n * sizeof *fd);
	}
	do
		sent = sendmsg(w->fd, &msg, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent == (ssize_t)sizeof o ? 0 : -1;
}

int
ct_worker_spawn(struct ct_worker *w, const int *fd, size_t n)
{
	if (++w->id == 0)
		w->id = 1;
	return order(w, CT_WORKER_SPAWN, w->id, fd, n);
}

int
ct_worker_reap(const struct ct_worker *w, uint32_t id)
{
	return order(w, CT_WORKER_REAP, id, NULL, 0);
}

int
ct_worker_autopsy(
    const struct ct_worker *w, uint32_t id, struct ct_worker_news *dead)
{
	uint32_t ms = TELL_MS;

	if (order(w, CT_WORKER_TELL, id, NULL, 0) < 0 ||
	    ct_worker_hear(w->fd, dead, sizeof *dead, &ms) !=
		(ssize_t)sizeof *dead)
		return -1;
	return dead->what == CT_WORKER_DEAD && dead->id == id ? 0 : -1;
}
