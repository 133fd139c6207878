#include "hook.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
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
		hook->argv[hook->n] = NULL;
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

/* ---- while it runs ---------------------------------------------------------
 */

struct talk {
	struct ct_child *e;
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
		ct_child_shut(&t->e->in);
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
			ct_child_shut(&t->e->out);
		t->large = run->outlen > run->max;
	}
}

/* Until it has ended; or kill it, and all of its group. */
static void
attend(struct talk *t, int64_t timeout)
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
	ct_child_kill(t->e);
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
	struct ct_child child;
	struct talk t = { .e = &child, .run = run };
	char **argv;
	int status, rc;

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
	rc = run->ours ? ct_child_start_ours(&child, argv, run->ours, err)
		       : ct_child_start(&child, argv, run->max > 0, err);
	if (!rc) {
		attend(&t, hook->timeout);
		status = ct_child_wait(&child);
		drain(&t);
		ct_child_end(&child);
		rc = verdict(&t, status, err);
		if (run->out)
			run->out[run->outlen] = '\0';
	}
	free(argv);
	return rc;
}
