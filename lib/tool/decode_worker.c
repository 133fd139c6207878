/* decode_worker.c - the worker process and its children, from outside */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "decode_impl.h"
#include "os.h"
#include "prog.h"

/* ---- the worker -----------------------------------------------------------
 */

void
decode_stop(struct ct_decode *d)
{
	while (d->kids)
		(void)close(d->kid[--d->kids].fd);
	d->put = d->first;
	ct_worker_stop(&d->worker);
}

static bool
hello(struct ct_decode *d, const struct ct_worker_news *news)
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
	if (n == sizeof news->kernel || news->seccomp > 1 || news->landlock < 0)
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
		decode_stop(d);
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
decode_start(struct ct_decode *d, struct ct_err *err)
{
	const uint64_t seconds =
	    (uint64_t)d->how.batch * (d->how.limits.ms / 1000 + 1);
	const struct ct_wire_setup setup = { .slot = d->slots,
		.heap = d->how.limits.memory +
		    (uint64_t)d->how.thumb * d->how.thumb * 6,
		.batch = d->how.batch,
		.seconds =
		    seconds < UINT32_MAX ? (uint32_t)seconds : UINT32_MAX };
	const char *cpu = getenv("CT_CPU");
	struct ct_worker_news news;
	int memory[CT_WIRE_SLOTS], i, rc;

	free(d->env);
	d->env = cpu ? ct_printf("CT_CPU=%s", cpu) : NULL;
	d->worker.program = d->program;
	d->worker.env = d->env;
	for (i = 0; i < CT_WIRE_SLOTS; i++)
		memory[i] = d->slot[i].memory;
	rc = ct_worker_start(&d->worker, memory, CT_WIRE_SLOTS, &setup,
	    sizeof setup, &news, err);
	if (rc)
		return rc;
	if (!hello(d, &news))
		return ct_worker_stillborn(&d->worker, err);
	return d->about.seccomp ? 0 : unconfined(d, err);
}

/* ---- its children ---------------------------------------------------------
 */

int
kid_spawn(struct ct_decode *d, struct ct_err *err)
{
	int pair[2], rc;

	if (!d->worker.pid)
		return CT_NO;
	if ((rc = ct_worker_pair(SOCK_SEQPACKET, pair, err)))
		return rc;
	rc = ct_worker_spawn(&d->worker, &pair[1], 1);
	(void)close(pair[1]);
	if (rc < 0) {
		(void)close(pair[0]);
		return CT_NO;
	}
	d->kid[d->kids++] = (struct kid){ .id = d->worker.id, .fd = pair[0] };
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
kid_drop(struct ct_decode *d)
{
	(void)ct_worker_reap(&d->worker, d->kid[0].id);
	forget(d);
}

void
kid_drop_all(struct ct_decode *d)
{
	while (d->kids)
		kid_drop(d);
	d->put = d->first;
}

enum death
kid_autopsy(struct ct_decode *d)
{
	struct ct_worker_news news;
	int rc = ct_worker_autopsy(&d->worker, d->kid[0].id, &news);

	forget(d);
	if (rc < 0)
		return DEATH_WORKER;
	if (news.error) {
		errno = news.error;
		return DEATH_UNBORN;
	}
	return WIFSIGNALED(news.status) && WTERMSIG(news.status) == SIGSYS
	    ? DEATH_VIOLATION
	    : DEATH_CRASH;
}
