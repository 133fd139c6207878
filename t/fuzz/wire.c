/*
 * Any bytes as what a ct-decode and its children say: each picture gets an
 * outcome, and of a picture only what may be is believed.
 *
 * No process is made.  The calls that would make one are taken over here:
 * whoever has the other end of a socket pair has said all that he will ever
 * say, as the input has it, and hung up.
 */
#include "fuzz.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "decode_impl.h"

#define THUMB 16
#define NOBODY 0x3ffffff0 /* above all process ids */

static const uint8_t *in;
static size_t nin;
static struct ct_decode *decoder;
static int worker = -1; /* its end of the first pair */

static uint8_t
next(void)
{
	if (!nin)
		return 0;
	nin--;
	return *in++;
}

/* Say what is at p, changed in up to three bytes, or something else. */
static void
say(int fd, const void *p, size_t len)
{
	uint8_t text[2048];
	uint8_t how = next();
	size_t i, at;

	memcpy(text, p, len);
	for (i = 0; i < (how & 3); i++) {
		at = next();
		at |= (size_t)next() << 8;
		text[at % len] = next();
	}
	if (how & 4)
		len = next() * 4;
	if (how & 8)
		for (i = 0; i < len; i++)
			text[i] = next();
	if (!(how & 16))
		(void)send(fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void
answers(int fd)
{
	struct ct_wire_answer a = { .seq = decoder->put,
		.kind = CT_IMAGE_JPEG,
		.w = 640,
		.h = 480,
		.frames = 1,
		.method = decoder->how.method,
		.quality = 90 };
	static const uint8_t pixels[THUMB * THUMB * 3 / 4];
	uint32_t n = next() % 4;

	memset(a.hash[0], 0x0f, sizeof a.hash[0]);
	if (decoder->how.turns)
		memset(a.hash, 0x0f, sizeof a.hash);
	if (decoder->how.thumb) {
		memset(a.hash, 0, sizeof a.hash);
		a.method = a.quality = 0;
		a.thumb_w = THUMB;
		a.thumb_h = THUMB * 3 / 4;
	}
	for (; n; n--, a.seq++) {
		say(fd, &a, sizeof a);
		if (decoder->how.thumb)
			say(fd, pixels, sizeof pixels);
	}
}

/* The worker's words: hello, then that its children are dead. */
static void
news(int fd)
{
	struct ct_worker_news hello = {
		.what = CT_WORKER_HELLO, .seccomp = 1, .kernel = "scalar"
	};
	struct ct_worker_news dead = { .what = CT_WORKER_DEAD,
		.status = SIGSYS };

	say(fd, &hello, sizeof hello);
	for (dead.id = decoder->worker.id + 1; dead.id < decoder->worker.id + 4;
	     dead.id++)
		say(fd, &dead, sizeof dead);
}

/* ---- calls taken over ------------------------------------------------------
 */

int
socketpair(int domain, int type, int protocol, int pair[2])
{
	int rc = (int)syscall(SYS_socketpair, domain, type, protocol, pair);
	int end = rc == 0 ? dup(pair[1]) : -1;

	if (end >= 0 && decoder->worker.pid) {
		answers(end);
		(void)close(end);
	} else {
		worker = end;
	}
	return rc;
}

pid_t
fork(void)
{
	must(worker >= 0);
	news(worker);
	(void)close(worker);
	worker = -1;
	return NOBODY;
}

int
kill(pid_t pid, int sig)
{
	return pid == NOBODY ? 0 : (int)syscall(SYS_kill, pid, sig);
}

pid_t
waitpid(pid_t pid, int *status, int options)
{
	if (pid != NOBODY)
		return (pid_t)syscall(SYS_wait4, pid, status, options, NULL);
	if (status)
		*status = 0;
	return pid;
}

int
nanosleep(const struct timespec *time, struct timespec *left)
{
	(void)time;
	(void)left;
	return 0;
}

/* ---- the target
 * --------------------------------------------------------------
 */

static void
check(const struct ct_decoded *res, const struct ct_decode_how *how)
{
	static const uint8_t zero[sizeof res->pdq];
	bool seen = ct_image_seen(res->status);

	must(res->status < CT_IMAGE_STATUSES && ct_image_status(res->status));
	must(res->kind == CT_IMAGE_JPEG);
	must(res->hashed == (seen && !how->thumb));
	must((res->pixels != NULL) == (seen && how->thumb));
	must(!res->pixels || (res->thumb_w && res->thumb_w <= THUMB));
	must(!res->pixels || (res->thumb_h && res->thumb_h <= THUMB));
	if (!seen) {
		must(!res->info.w && !res->info.h && !res->quality);
		must(memcmp(res->pdq, zero, sizeof zero) == 0);
		return;
	}
	must(res->info.w && res->info.w <= how->limits.side);
	must(res->info.h && res->info.h <= how->limits.side);
	must((uint64_t)res->info.w * res->info.h <= how->limits.pixels);
	must(res->quality >= 0 && res->quality <= 100);
	must(ct_pdq_method(res->method));
	must(how->turns || memcmp(res->pdq[1], zero, CT_PDQ_LEN) == 0);
}

static void
pictures(const struct ct_decode_how *how)
{
	struct ct_decoded res;
	struct ct_err err = { 0 };
	uint8_t *room;
	int sent = 0, got;

	for (got = 0; got < 6; got++) {
		while (sent < 6 && (room = ct_decode_room(decoder))) {
			memcpy(room, "\xff\xd8\xff", 3);
			if (ct_decode_send(decoder, 64, &err)) {
				must(err.code && *err.msg);
				return;
			}
			sent++;
		}
		if (ct_decode_wait(decoder, &res, &err)) {
			must(err.code && *err.msg);
			return;
		}
		check(&res, how);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static char program[] = "/nonexistent";
	struct ct_decode_how how = ct_decode_how;
	struct ct_decode starting = { .first = 0 };
	struct ct_err err = { 0 };
	struct ct_decode *d;
	uint8_t form;

	in = data;
	nin = len;
	how.program = program;
	how.limits.bytes = 4096;
	how.limits.ms = 1000;
	how.batch = 1 + next() % 4;
	form = next();
	how.turns = form & 1;
	how.thumb = form & 2 ? THUMB : 0;
	how.method = (enum ct_pdq_method)(next() % CT_PDQ_METHODS);
	decoder = &starting; /* until it is known */
	if (ct_decode_open(&d, &how, &err)) {
		must(err.code && *err.msg);
		return 0;
	}
	decoder = d;
	if (how.thumb)
		ct_decode_thumb(d, THUMB, false);
	pictures(&how);
	ct_decode_close(d);
	return 0;
}
