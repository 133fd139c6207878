/* decode_serve.c - make confined children that decode; see decode_wire.h */
#include "decode_serve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "err.h"
#include "os.h"

#define FILES 7                  /* descriptors at most, see spawn */
#define SLACK ((size_t)16 << 20) /* heap beside what a picture is allowed */

struct zygote {
	ct_serve_fn *picture;
	const uint8_t *slot[CT_WIRE_SLOTS];
	struct ct_wire_setup setup;
	int before; /* a pipe that ends with the youngest child; -1: none */
};

/* ---- a child --------------------------------------------------------------
 * It has requests and answers as 0 and 1, nothing as 2, the pipe that ends
 * with the child before as 3 and its own as 4.
 */

enum { BEFORE = 3, MINE = 4 };

static int
settle(const struct zygote *z, pid_t parent, int sock, int mine)
{
	if (ct_os_die_with(parent) < 0 || dup2(sock, 0) < 0 ||
	    dup2(sock, 1) < 0 || ct_os_limit_cpu(z->setup.seconds) < 0)
		return -1;
	/* sock is always 3, and so z->before above that, and mine above 4 */
	if (z->before >= 0 && dup2(z->before, BEFORE) < 0)
		return -1;
	if (dup2(mine, MINE) < 0 || close_range(MINE + 1, ~0U, 0) < 0 ||
	    ct_os_limit(RLIMIT_NOFILE, 0) < 0)
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

/* ---- the worker -----------------------------------------------------------
 */

/* Descriptors: 0 to 2, the pipe before, the socket, the new pipe's two. */
static pid_t
spawn(void *arg, const int *fd)
{
	struct zygote *z = arg;
	pid_t me = getpid(), pid = -1;
	int end[2], why;

	if (pipe(end) < 0) {
		why = errno;
		(void)close(*fd);
		return -why;
	}
	pid = fork();
	if (pid == 0) {
		if (settle(z, me, *fd, end[1]) < 0)
			_exit(CT_OSERR);
		child(z);
	}
	why = errno;
	(void)close(*fd);
	(void)close(end[1]);
	if (pid < 0) { /* the next one is to wait for the one before */
		(void)close(end[0]);
		return -why;
	}
	if (z->before >= 0)
		(void)close(z->before);
	z->before = end[0];
	return pid;
}

int
ct_decode_serve(ct_serve_fn *picture, const char *kernel)
{
	struct zygote z = { .picture = picture, .before = -1 };
	struct ct_worker_news hello = { .what = CT_WORKER_HELLO };
	size_t i;
	int fd, works;

	if (ct_worker_setup(&z.setup, sizeof z.setup))
		return CT_USAGE;
	for (fd = 0; fd < CT_WIRE_SLOTS; fd++) {
		z.slot[fd] = ct_os_shown(z.setup.slot, CT_WORKER_FIRST + fd);
		if (!z.slot[fd] || close(CT_WORKER_FIRST + fd) < 0)
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
	ct_worker_obey(&hello, spawn, &z, 1);
}
