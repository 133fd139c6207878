/* decode_serve.c - make confined children that decode; see decode_wire.h */
#include "decode_serve.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "err.h"
#include "os.h"

#define FILES 7                  /* descriptors at most, see spawn */
#define SLACK ((size_t)16 << 20) /* heap beside what a picture is allowed */

struct zygote {
	ct_serve_fn *picture;
	const uint8_t *slot[CT_WIRE_SLOTS];
	struct ct_wire_setup setup;
	struct child {
		uint32_t id; /* 0: none */
		pid_t pid;   /* or -errno */
	} child[CT_WIRE_SLOTS + 1];
	int before; /* a pipe that ends with the youngest child; -1: none */
};

/* ---- a child --------------------------------------------------------------
 * It has requests and answers as 0 and 1, nothing as 2, the pipe that ends
 * with the child before as 3 and its own as 4.
 */

enum { BEFORE = 3, MINE = 4 };

/* A lower limit that came from outside stays. */
static int
limit_cpu(rlim_t seconds)
{
	struct rlimit cpu;

	if (getrlimit(RLIMIT_CPU, &cpu) < 0)
		return -1;
	if (cpu.rlim_max == RLIM_INFINITY || cpu.rlim_max > seconds)
		cpu.rlim_max = seconds;
	cpu.rlim_cur = cpu.rlim_max;
	return setrlimit(RLIMIT_CPU, &cpu);
}

static int
settle(const struct zygote *z, pid_t parent, int sock, int mine)
{
	static const struct rlimit none = { 0, 0 };

	if (ct_os_die_with(parent) < 0 || dup2(sock, 0) < 0 ||
	    dup2(sock, 1) < 0 || limit_cpu(z->setup.seconds) < 0)
		return -1;
	/* sock is always 3, and so z->before above that, and mine above 4 */
	if (z->before >= 0 && dup2(z->before, BEFORE) < 0)
		return -1;
	if (dup2(mine, MINE) < 0 || close_range(MINE + 1, ~0U, 0) < 0 ||
	    setrlimit(RLIMIT_NOFILE, &none) < 0)
		return -1;
	return ct_os_sanitized() ? 0 : ct_os_filter();
}

/* The answer, and the pixels that it has. */
static int
answer(const struct ct_wire_ask *ask, const struct ct_wire_answer *a,
    const uint8_t *pixels)
{
	size_t left = (size_t)a->thumb_w * a->thumb_h * ask->bytes, n;

	if (write(1, a, sizeof *a) != (ssize_t)sizeof *a)
		return -1;
	for (; left; left -= n, pixels += n) {
		n = left < CT_WIRE_PIECE ? left : CT_WIRE_PIECE;
		if (write(1, pixels, n) != (ssize_t)n)
			return -1;
	}
	return 0;
}

static bool
makes_sense(const struct zygote *z, const struct ct_wire_ask *ask)
{
	return ask->slot < CT_WIRE_SLOTS && ask->len <= z->setup.slot &&
	    ask->method < CT_PDQ_METHODS && ask->thumb <= CT_WIRE_THUMB &&
	    (ask->bytes == 1 || ask->bytes == 3);
}

static _Noreturn void
child(const struct zygote *z)
{
	struct ct_wire_answer a;
	uint8_t *pixels;
	struct ct_wire_ask ask;
	uint32_t left = z->setup.batch;
	bool fit = true;
	ssize_t n;
	char c;

	if (z->before >= 0)
		while (read(BEFORE, &c, 1) > 0)
			;
	while (fit && left-- && (n = read(0, &ask, sizeof ask)) > 0) {
		if (n != (ssize_t)sizeof ask || !makes_sense(z, &ask))
			_exit(CT_PROTOCOL);
		memset(&a, 0, sizeof a);
		a.seq = ask.seq;
		pixels = NULL;
		fit = z->picture(&ask, z->slot[ask.slot], &a, &pixels);
		if (answer(&ask, &a, pixels) < 0)
			_exit(CT_IOERR);
		free(pixels);
	}
	_exit(CT_OK);
}

/* ---- orders ---------------------------------------------------------------
 */

static struct child *
find(struct zygote *z, uint32_t id)
{
	size_t i;

	for (i = 0; i < sizeof z->child / sizeof *z->child; i++)
		if (z->child[i].id == id)
			return &z->child[i];
	_exit(CT_PROTOCOL);
}

/* Descriptors: 0 to 2, the pipe before, the socket, the new pipe's two. */
static void
spawn(struct zygote *z, uint32_t id, int sock)
{
	struct child *c = find(z, 0);
	pid_t me = getpid();
	int end[2];

	c->id = id;
	if (pipe(end) < 0) {
		c->pid = -errno;
		(void)close(sock);
		return;
	}
	c->pid = fork();
	if (c->pid == 0) {
		if (settle(z, me, sock, end[1]) < 0)
			_exit(CT_OSERR);
		child(z);
	}
	if (c->pid < 0)
		c->pid = -errno;
	(void)close(sock);
	(void)close(end[1]);
	if (c->pid < 0) { /* the next one is to wait for the one before */
		(void)close(end[0]);
		return;
	}
	if (z->before >= 0)
		(void)close(z->before);
	z->before = end[0];
}

static void
reap(struct zygote *z, uint32_t id, bool tell)
{
	struct ct_wire_news news = { .what = CT_WIRE_DEAD, .id = id };
	struct child *c = find(z, id);
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

/* One message of len bytes, and the descriptor that came with it, or -1. */
static ssize_t
get(void *to, size_t len, int *fd)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = { to, len };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control };
	struct cmsghdr *c;
	ssize_t n;

	*fd = -1;
	do
		n = recvmsg(0, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	c = n > 0 ? CMSG_FIRSTHDR(&msg) : NULL;
	if (c && c->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(c), sizeof *fd);
	return n;
}

static _Noreturn void
obey(struct zygote *z)
{
	struct ct_wire_order o = { 0 };
	ssize_t n;
	int fd;

	while ((n = get(&o, sizeof o, &fd)) == (ssize_t)sizeof o) {
		if (o.what == CT_WIRE_SPAWN && fd >= 0 && o.id)
			spawn(z, o.id, fd);
		else if (o.what == CT_WIRE_REAP || o.what == CT_WIRE_TELL)
			reap(z, o.id, o.what == CT_WIRE_TELL);
		else
			_exit(CT_PROTOCOL);
	}
	_exit(n == 0 ? CT_OK : CT_IOERR);
}

int
ct_decode_serve(ct_serve_fn *picture, const char *kernel)
{
	struct zygote z = { .picture = picture, .before = -1 };
	struct ct_wire_news hello = { .what = CT_WIRE_HELLO };
	size_t i;
	int fd, works;

	if (get(&z.setup, sizeof z.setup, &fd) != (ssize_t)sizeof z.setup)
		return CT_USAGE;
	for (fd = 0; fd < CT_WIRE_SLOTS; fd++) {
		z.slot[fd] = ct_os_shown(z.setup.slot, CT_WIRE_MEMORY + fd);
		if (!z.slot[fd] || close(CT_WIRE_MEMORY + fd) < 0)
			_exit(CT_OSERR);
	}
	/* before any fork, and touched by none: a child copies no page of it */
	if (ct_os_heap(z.setup.heap + SLACK) < 0)
		_exit(CT_OSERR);
	if ((works = ct_os_filter_works()) < 0)
		_exit(CT_TEMPFAIL);
	hello.seccomp = (uint32_t)works;
	if ((hello.landlock = ct_os_confine(FILES)) < 0)
		_exit(CT_UNAVAILABLE);
	for (i = 0; i < sizeof hello.kernel - 1 && kernel[i]; i++)
		hello.kernel[i] = kernel[i];
	if (write(0, &hello, sizeof hello) != (ssize_t)sizeof hello)
		_exit(CT_IOERR);
	obey(&z);
}
