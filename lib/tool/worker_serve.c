/* worker_serve.c - make children as ordered; see worker.h */
#include "worker.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN 5 /* at a time, those that ended and were not reaped too */

struct nest {
	ct_worker_fn *spawn;
	void *arg;
	struct child {
		uint32_t id; /* 0: none */
		pid_t pid;   /* or -errno */
	} child[CHILDREN];
};

/* One message of len bytes, and the descriptors that came with it; the others
 * are -1. */
static ssize_t
get(void *to, size_t len, int fd[CT_WORKER_PASS])
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(CT_WORKER_PASS * sizeof(int))];
	} control;
	struct iovec iov = { to, len };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control };
	struct cmsghdr *c;
	ssize_t n;
	size_t i;

	for (i = 0; i < CT_WORKER_PASS; i++)
		fd[i] = -1;
	do
		n = recvmsg(0, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	c = n > 0 ? CMSG_FIRSTHDR(&msg) : NULL;
	if (c && c->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(c), c->cmsg_len - CMSG_LEN(0));
	return n;
}

int
ct_worker_setup(void *setup, size_t len)
{
	int fd[CT_WORKER_PASS];

	return get(setup, len, fd) == (ssize_t)len ? 0 : CT_USAGE;
}

static struct child *
find(struct nest *nest, uint32_t id)
{
	size_t i;

	for (i = 0; i < CHILDREN; i++)
		if (nest->child[i].id == id)
			return &nest->child[i];
	_exit(CT_PROTOCOL);
}

static void
reap(struct nest *nest, uint32_t id, bool tell)
{
	struct ct_worker_news news = { .what = CT_WORKER_DEAD, .id = id };
	struct child *c = find(nest, id);
	int status = 0;

	if (c->pid > 0) {
		(void)kill(c->pid, SIGKILL);
		while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
			;
		news.status = status;
	} else {
		news.error = -c->pid;
	}
	c->id = 0;
	if (tell && write(0, &news, sizeof news) != (ssize_t)sizeof news)
		_exit(CT_IOERR);
}

static void
spawn(struct nest *nest, uint32_t id, const int *fd)
{
	struct child *c = find(nest, 0);

	c->id = id;
	c->pid = nest->spawn(nest->arg, fd);
}

void
ct_worker_obey(
    const struct ct_worker_news *hello, ct_worker_fn *make, void *arg, size_t n)
{
	struct nest nest = { .spawn = make, .arg = arg };
	struct ct_worker_order o = { 0 };
	int fd[CT_WORKER_PASS];
	ssize_t got;

	if (write(0, hello, sizeof *hello) != (ssize_t)sizeof *hello)
		_exit(CT_IOERR);
	while ((got = get(&o, sizeof o, fd)) == (ssize_t)sizeof o) {
		if (o.what == CT_WORKER_SPAWN && fd[n - 1] >= 0 && o.id)
			spawn(&nest, o.id, fd);
		else if (o.what == CT_WORKER_REAP || o.what == CT_WORKER_TELL)
			reap(&nest, o.id, o.what == CT_WORKER_TELL);
		else
			_exit(CT_PROTOCOL);
	}
	_exit(got == 0 ? CT_OK : CT_IOERR);
}
