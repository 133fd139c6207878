#include "decode.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "decode_wire.h"
#include "pdq.h"
#include "prog.h"

_Static_assert(CT_DECODE_DEPTH == CT_WIRE_SLOTS, "a slot each");

#define START_MS 10000 /* for a new worker to say that it is ready */
#define TRIES 3

const struct ct_decode_how ct_decode_how = {
	.limits = CT_IMAGE_LIMITS,
	.method = CT_PDQ_TENT,
	.batch = 64,
};

struct ct_decode {
	char *program;
	struct ct_decode_how how;
	int memory;           /* the memory file, */
	uint8_t *slot;        /* mapped */
	pid_t pid;            /* 0: no worker */
	int fd;               /* our end of the socket to it */
	uint32_t first, next; /* seq of the oldest under way, of the next */
	int64_t since;        /* ct_mono when the worker began with first */
	struct ct_wire_ask ask[CT_WIRE_SLOTS];
	enum ct_image_kind kind[CT_WIRE_SLOTS];
};

/* ---- the process ----------------------------------------------------------
 */

static void
stop(struct ct_decode *d)
{
	if (d->pid) {
		(void)kill(d->pid, SIGKILL);
		while (waitpid(d->pid, NULL, 0) < 0 && errno == EINTR)
			;
		(void)close(d->fd);
	}
	d->pid = 0;
	d->fd = -1;
}

/* In the child: nothing but its three descriptors, no environment, no core. */
static _Noreturn void
become(const struct ct_decode *d, int sock)
{
	static const struct rlimit none = { 0, 0 };
	char *argv[] = { d->program, NULL }, *envp[] = { NULL };
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int memory = fcntl(d->memory, F_DUPFD, 10);

	if (null < 0 || memory < 0 || dup2(sock, 0) < 0 || dup2(sock, 1) < 0 ||
	    dup2(null, 2) < 0 || dup2(memory, CT_WIRE_MEMORY) < 0 ||
	    close_range(CT_WIRE_MEMORY + 1, ~0U, 0) < 0 || chdir("/") < 0 ||
	    setrlimit(RLIMIT_CORE, &none) < 0 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		_exit(127);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)execve(d->program, argv, envp);
	_exit(127);
}

/* Read one whole answer by the deadline: 1, 0 too late, -1 end or error. */
static int
answer(struct ct_decode *d, struct ct_wire_answer *a, int64_t deadline)
{
	struct pollfd p = { .fd = d->fd, .events = POLLIN };
	size_t have = 0;
	int64_t left;
	ssize_t n;
	int ready;

	while (have < sizeof *a) {
		left = deadline - ct_mono();
		ready = poll(&p, 1, left < 0 ? 0 : (int)left);
		if (ready == 0)
			return 0;
		n = ready < 0
		    ? -1
		    : recv(d->fd, (uint8_t *)a + have, sizeof *a - have, 0);
		if (n > 0)
			have += (size_t)n;
		else if (n == 0 || errno != EINTR)
			return -1;
	}
	return 1;
}

static int
start(struct ct_decode *d, struct ct_err *err)
{
	static const struct timespec pause = { 0, 100000000 };
	static const struct ct_wire_answer want = { .status = CT_IMAGE_OK };
	struct ct_wire_answer hello;
	int pair[2], tries;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return ct_fail_errno(err, CT_TEMPFAIL, "cannot make a socket");
	for (tries = 1; (d->pid = fork()) < 0 && tries < TRIES; tries++)
		(void)nanosleep(&pause, NULL);
	if (d->pid == 0)
		become(d, pair[1]);
	(void)close(pair[1]);
	d->fd = pair[0];
	if (d->pid < 0) {
		(void)ct_fail_errno(err, CT_TEMPFAIL, "cannot make a process");
		(void)close(d->fd);
		d->pid = 0;
		return err->code;
	}
	if (answer(d, &hello, ct_mono() + START_MS) != 1 ||
	    memcmp(&hello, &want, sizeof want) != 0) {
		stop(d);
		return ct_fail(err, CT_UNAVAILABLE,
		    "the decoder '%s' does not start", d->program);
	}
	return 0;
}

/* ---- asking ---------------------------------------------------------------
 */

static int
put(struct ct_decode *d, uint32_t seq)
{
	const struct ct_wire_ask *ask = &d->ask[seq % CT_WIRE_SLOTS];
	ssize_t n;

	do
		n = send(d->fd, ask, sizeof *ask, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof *ask ? 0 : -1;
}

/* A worker that has all that is under way; the old one is gone. */
static int
renew(struct ct_decode *d, struct ct_err *err)
{
	uint32_t seq;
	int rc;

	stop(d);
	if ((rc = start(d, err)))
		return rc;
	for (seq = d->first; seq != d->next; seq++)
		if (put(d, seq) < 0)
			break; /* it died at once; ct_decode_wait will see */
	d->since = ct_mono();
	return 0;
}

static int
map(struct ct_decode *d, struct ct_err *err)
{
	size_t len = CT_WIRE_SLOTS * CT_WIRE_SLOT;

	d->memory = memfd_create("ct-decode", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (d->memory < 0 || ftruncate(d->memory, (off_t)len) < 0)
		return ct_fail_errno(err, CT_OSERR, "cannot make memory");
	d->slot = mmap(NULL, len, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_NORESERVE, d->memory, 0);
	if (d->slot == MAP_FAILED) {
		d->slot = NULL;
		return ct_fail_errno(err, CT_OSERR, "cannot map memory");
	}
	/* from now on nobody else can write to it, whatever became of them */
	if (fcntl(d->memory, F_ADD_SEALS,
		F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE |
		    F_SEAL_SEAL) < 0)
		return ct_fail_errno(err, CT_UNAVAILABLE, "cannot seal memory");
	return 0;
}

int
ct_decode_open(
    struct ct_decode **out, const struct ct_decode_how *how, struct ct_err *err)
{
	struct ct_decode *d = ct_alloc(1, sizeof *d);
	int rc;

	d->how = *how;
	d->program =
	    how->program ? ct_strdup(how->program) : ct_sibling("ct-decode");
	if (d->how.limits.bytes > CT_WIRE_SLOT)
		d->how.limits.bytes = CT_WIRE_SLOT;
	d->fd = -1;
	d->first = d->next = 1;
	rc = map(d, err);
	if (!rc)
		rc = start(d, err);
	if (rc) {
		ct_decode_close(d);
		d = NULL;
	}
	*out = d;
	return rc;
}

void
ct_decode_close(struct ct_decode *d)
{
	if (!d)
		return;
	stop(d);
	if (d->slot)
		(void)munmap(d->slot, CT_WIRE_SLOTS * CT_WIRE_SLOT);
	if (d->memory >= 0)
		(void)close(d->memory);
	free(d->program);
	free(d);
}

uint8_t *
ct_decode_room(struct ct_decode *d)
{
	if (d->next - d->first == CT_WIRE_SLOTS)
		return NULL;
	return d->slot + d->next % CT_WIRE_SLOTS * CT_WIRE_SLOT;
}

size_t
ct_decode_max(const struct ct_decode *d)
{
	return d->how.limits.bytes;
}

/* With nothing to do, has it died, or spoken? */
static bool
restless(const struct ct_decode *d)
{
	struct pollfd p = { .fd = d->fd, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

int
ct_decode_send(struct ct_decode *d, size_t len, struct ct_err *err)
{
	uint32_t seq = d->next, slot = seq % CT_WIRE_SLOTS;

	d->kind[slot] = ct_image_kind(d->slot + slot * CT_WIRE_SLOT, len);
	d->ask[slot] = (struct ct_wire_ask){ .seq = seq,
		.slot = slot,
		.len = (uint32_t)len,
		.pixels = d->how.limits.pixels,
		.side = d->how.limits.side,
		.scans = d->how.limits.scans,
		.memory = d->how.limits.memory,
		.method = d->how.method,
		.turns = d->how.turns };
	if (d->first == d->next) {
		if (d->pid && restless(d))
			stop(d);
		d->since = ct_mono();
	}
	d->next++;
	/* if it is dead while older ones wait, it is their end, not ours */
	if (d->pid && put(d, seq) == 0)
		return 0;
	return d->next - d->first > 1 ? 0 : renew(d, err);
}

/* ---- answers: from a process that may be an enemy's by now ----------------
 */

static int
ones(const uint8_t hash[CT_PDQ_LEN])
{
	int i, n = 0;

	for (i = 0; i < 256; i++)
		n += hash[i / 8] >> i % 8 & 1;
	return n;
}

/* Is a that of something not seen: has it neither sides nor hash? */
static bool
blank(const struct ct_wire_answer *a)
{
	const struct ct_wire_answer none = {
		.seq = a->seq, .status = a->status, .kind = a->kind
	};

	return memcmp(a, &none, sizeof none) == 0;
}

/* May the hashes of a picture seen be what they say? */
static bool
hashes_credible(const struct ct_decode *d, const struct ct_wire_answer *a)
{
	bool tiny = a->w < CT_PDQ_MIN || a->h < CT_PDQ_MIN;
	int t, most;

	if (a->quality > (tiny ? 0 : 100))
		return false;
	if (a->method != (uint32_t)d->how.method &&
	    (d->how.method == CT_PDQ_COMPAT ||
		(a->method != CT_PDQ_EXACT &&
		    (a->method != CT_PDQ_TENT ||
			d->how.method != CT_PDQ_FAST))))
		return false;
	for (t = 0; t < CT_PDQ_TURNS; t++) {
		/* those above the median */
		most = tiny || (t && !d->how.turns) ? 0 : 128;
		if (ones(a->hash[t]) > most)
			return false;
	}
	return true;
}

static bool
credible(const struct ct_decode *d, const struct ct_wire_answer *a)
{
	const struct ct_image_limits *l = &d->how.limits;
	const struct ct_wire_ask *ask = &d->ask[d->first % CT_WIRE_SLOTS];

	if (a->seq != d->first || a->status >= CT_IMAGE_TIMEOUT ||
	    a->kind != (uint32_t)d->kind[a->seq % CT_WIRE_SLOTS])
		return false;
	if (!ct_image_seen((enum ct_image_status)a->status))
		return blank(a);
	if (a->w == 0 || a->h == 0 || a->w > l->side || a->h > l->side ||
	    (uint64_t)a->w * a->h > l->pixels)
		return false;
	if (a->frames == 0 || a->frames > ask->len || a->trailing > ask->len)
		return false;
	/* of a damaged one partial is said, however many it has */
	if (a->status != CT_IMAGE_PARTIAL &&
	    (a->frames > 1) != (a->status == CT_IMAGE_TOO_MANY_FRAMES))
		return false;
	return hashes_credible(d, a);
}

int
ct_decode_wait(struct ct_decode *d, struct ct_decoded *res, struct ct_err *err)
{
	struct ct_wire_answer a = { 0 };
	enum ct_image_kind kind = d->kind[d->first % CT_WIRE_SLOTS];
	int got;

	got = d->pid ? answer(d, &a, d->since + d->how.limits.ms) : -1;
	memset(res, 0, sizeof *res);
	res->kind = kind;
	if (got == 1 && credible(d, &a)) {
		res->status = (enum ct_image_status)a.status;
		res->info = (struct ct_image_info){ .w = a.w,
			.h = a.h,
			.frames = a.frames,
			.trailing = a.trailing };
		res->hashed = a.w > 0;
		res->method = (enum ct_pdq_method)a.method;
		res->quality = (int)a.quality;
		res->turns = d->how.turns ? CT_PDQ_TURNS : 1;
		memcpy(res->pdq, a.hash, sizeof res->pdq);
		d->first++;
		d->since = ct_mono();
		return 0;
	}
	res->status = got == 1 ? CT_IMAGE_VIOLATION
	    : got == 0         ? CT_IMAGE_TIMEOUT
			       : CT_IMAGE_CRASH;
	d->first++;
	return renew(d, err);
}
