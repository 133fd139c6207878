/* decode_worker.c - the worker process and its children, from outside */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "decode_impl.h"
#include "os.h"
#include "prog.h"

#define START_MS 10000 /* for a worker to say that it is ready */
#define SLICE_MS 200   /* of waiting */

#define LAST (CT_WIRE_MEMORY + CT_WIRE_SLOTS - 1) /* descriptor of a worker */

static int
no_socket(struct ct_err *err)
{
	return ct_fail_errno(err, errno == EMFILE ? CT_OSERR : CT_TEMPFAIL,
	    "cannot make a socket");
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

/* ---- the worker -----------------------------------------------------------
 */

void
ct_worker_stop(struct ct_decode *d)
{
	while (d->kids)
		(void)close(d->kid[--d->kids].fd);
	d->put = d->first;
	if (d->pid) {
		(void)kill(d->pid, SIGKILL);
		while (waitpid(d->pid, NULL, 0) < 0 && errno == EINTR)
			;
		(void)close(d->fd);
	}
	d->pid = 0;
	d->fd = -1;
}

static int
above(int fd)
{
	return fd > LAST ? fd : fcntl(fd, F_DUPFD, LAST + 1);
}

/*
 * In the child: nothing but its descriptors and the choice of kernel.  The
 * signals that a terminal or a service manager sends to all are for the
 * program that started it, which may have pictures to finish.
 */
static _Noreturn void
become(const struct ct_decode *d, pid_t parent, char *cpu, int sock)
{
	static const int quiet[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1,
		SIGUSR2 };
	char *argv[] = { d->program, NULL }, *envp[] = { cpu, NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), memory[CT_WIRE_SLOTS];
	sigset_t none;
	size_t i;

	/* out of the way of the low numbers first */
	for (i = 0; i < CT_WIRE_SLOTS; i++)
		memory[i] = above(d->slot[i].memory);
	sock = above(sock);
	null = above(null);
	for (i = 0; i < CT_WIRE_SLOTS; i++)
		if (dup2(memory[i], CT_WIRE_MEMORY + (int)i) < 0)
			_exit(CT_OSERR);
	if (dup2(sock, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0 ||
	    close_range(LAST + 1, ~0U, 0) < 0 || chdir("/") < 0 ||
	    ct_os_die_with(parent) < 0)
		_exit(CT_OSERR);
	for (i = 0; i < sizeof quiet / sizeof *quiet; i++)
		(void)signal(quiet[i], SIG_IGN);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGCHLD, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)execve(d->program, argv, envp);
	_exit(errno == ENOMEM || errno == EAGAIN || errno == EMFILE ||
		    errno == ENFILE
		? CT_OSERR
		: CT_UNAVAILABLE);
}

static int
launch(struct ct_decode *d, int sock, struct ct_err *err)
{
	const char *name = getenv("CT_CPU");
	char *cpu = name ? ct_printf("CT_CPU=%s", name) : NULL;
	pid_t parent = getpid();

	d->pid = fork();
	if (d->pid == 0)
		become(d, parent, cpu, sock);
	free(cpu);
	if (d->pid > 0)
		return 0;
	d->pid = 0;
	return ct_fail_errno(err, CT_TEMPFAIL, "cannot make a process");
}

/* It did not say hello: why? */
static int
stillborn(struct ct_decode *d, struct ct_err *err)
{
	int status = 0, code = 0;

	(void)kill(d->pid, SIGKILL);
	while (waitpid(d->pid, &status, 0) < 0 && errno == EINTR)
		;
	d->pid = 0;
	(void)close(d->fd);
	d->fd = -1;
	if (WIFEXITED(status))
		code = WEXITSTATUS(status);
	if (code == CT_OSERR)
		return ct_fail(
		    err, code, "the decoder lacks memory, or descriptors");
	if (code == CT_TEMPFAIL)
		return ct_fail(err, code, "the decoder can make no process");
	return ct_fail(
	    err, CT_UNAVAILABLE, "the decoder '%s' does not start", d->program);
}

static bool
hello(struct ct_decode *d, const struct ct_wire_news *news)
{
	const char *name = news->kernel;
	size_t n = 0, i;

	while (n < sizeof news->kernel &&
	    ((name[n] >= 'a' && name[n] <= 'z') ||
		(name[n] >= '0' && name[n] <= '9')))
		n++;
	for (i = n; i < sizeof news->kernel; i++)
		if (name[i])
			return false;
	if (n == sizeof news->kernel || news->what != CT_WIRE_HELLO ||
	    news->seccomp > 1 || news->landlock < 0)
		return false;
	d->about.seccomp = news->seccomp;
	d->about.landlock = news->landlock;
	memcpy(d->about.kernel, name, sizeof d->about.kernel);
	return true;
}

static int
unconfined(struct ct_decode *d, struct ct_err *err)
{
	static atomic_flag told = ATOMIC_FLAG_INIT; /* workers may be many */

	if (!ct_os_sanitized()) {
		ct_worker_stop(d);
		return ct_fail(err, CT_UNAVAILABLE,
		    "this system has no seccomp filters, and without them "
		    "no picture is decoded");
	}
	if (!atomic_flag_test_and_set(&told))
		ct_warn("warning: the decoder is not confined: built with "
			"sanitizers");
	return 0;
}

int
ct_worker_start(struct ct_decode *d, struct ct_err *err)
{
	const uint64_t seconds =
	    (uint64_t)d->how.batch * (d->how.limits.ms / 1000 + 1);
	const struct ct_wire_setup setup = { .slot = d->slots,
		.heap = d->how.limits.memory +
		    (uint64_t)d->how.thumb * d->how.thumb * 6,
		.batch = d->how.batch,
		.seconds =
		    seconds < UINT32_MAX ? (uint32_t)seconds : UINT32_MAX };
	struct ct_wire_news news;
	uint32_t ms = START_MS;
	int pair[2], rc;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return no_socket(err);
	rc = launch(d, pair[1], err);
	(void)close(pair[1]);
	if (rc) {
		(void)close(pair[0]);
		return rc;
	}
	d->fd = pair[0];
	(void)send(d->fd, &setup, sizeof setup, MSG_NOSIGNAL);
	if (ct_worker_hear(d->fd, &news, sizeof news, &ms) !=
		(ssize_t)sizeof news ||
	    !hello(d, &news))
		return stillborn(d, err);
	return d->about.seccomp ? 0 : unconfined(d, err);
}

/* ---- its children ---------------------------------------------------------
 */

/* Give an order, with the descriptor if it is not -1.  -1: it is gone. */
static int
order(const struct ct_decode *d, enum ct_wire_what what, uint32_t id, int fd)
{
	struct ct_wire_order o = { .what = what, .id = id };
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec iov = { &o, sizeof o };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;
	ssize_t n;

	if (fd >= 0) {
		msg.msg_control = &control;
		msg.msg_controllen = sizeof control;
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(c), &fd, sizeof fd);
	}
	do
		n = sendmsg(d->fd, &msg, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof o ? 0 : -1;
}

int
ct_worker_spawn(struct ct_decode *d, struct ct_err *err)
{
	int pair[2], rc;

	if (!d->pid)
		return CT_NO;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return no_socket(err);
	if (++d->id == 0)
		d->id = 1;
	rc = order(d, CT_WIRE_SPAWN, d->id, pair[1]);
	(void)close(pair[1]);
	if (rc < 0) {
		(void)close(pair[0]);
		return CT_NO;
	}
	d->kid[d->kids++] = (struct kid){ .id = d->id, .fd = pair[0] };
	return 0;
}

static void
forget(struct ct_decode *d)
{
	(void)close(d->kid[0].fd);
	d->kids--;
	memmove(d->kid, d->kid + 1, d->kids * sizeof *d->kid);
}

void
ct_worker_drop(struct ct_decode *d)
{
	(void)order(d, CT_WIRE_REAP, d->kid[0].id, -1);
	forget(d);
}

void
ct_worker_drop_all(struct ct_decode *d)
{
	while (d->kids)
		ct_worker_drop(d);
	d->put = d->first;
}

enum ct_death
ct_worker_autopsy(struct ct_decode *d)
{
	struct ct_wire_news news;
	uint32_t id = d->kid[0].id, ms = START_MS;
	bool told = order(d, CT_WIRE_TELL, id, -1) == 0 &&
	    ct_worker_hear(d->fd, &news, sizeof news, &ms) ==
		(ssize_t)sizeof news &&
	    news.what == CT_WIRE_DEAD && news.id == id;

	forget(d);
	if (!told)
		return CT_DEATH_WORKER;
	if (news.error) {
		errno = news.error;
		return CT_DEATH_UNBORN;
	}
	return WIFSIGNALED(news.status) && WTERMSIG(news.status) == SIGSYS
	    ? CT_DEATH_VIOLATION
	    : CT_DEATH_CRASH;
}
