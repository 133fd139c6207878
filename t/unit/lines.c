/* Lines through any number of threads: the same bytes, words and status. */
#include "rec.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../tap.h"
#include "file.h"
#include "prog.h"
#include "scan.h"

static const int jobs[] = { 1, 2, 3, 8 };
enum { JOBS = sizeof jobs / sizeof jobs[0] };

static uint64_t seed = 1;

static unsigned
roll(unsigned n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

/* ---- what is done with a line -----------------------------------------------
 */

enum { ERROR, FAIL, DROP, LATER, STATUS, SLEEP, TREE, WANTED };
static const char *const wanted[] = { "error", "fail", "drop", "later",
	"status", "sleep", "tree" };
static struct ct_scan scan;
static unsigned settled;
static bool gently; /* stop at a signal */

static void *
own(void *arg)
{
	return ct_alloc(1, *(size_t *)arg);
}

static int
answer(struct ct_line *line, const struct ct_scan_got *got)
{
	char more[64];
	int n;

	if (got[SLEEP].kind)
		(void)usleep((useconds_t)got[SLEEP].number);
	line->status = (int)got[STATUS].number;
	line->outcome = got[DROP].kind ? "none" : "some";
	if (got[LATER].kind)
		line->later = ct_strdup("later");
	n = snprintf(more, sizeof more, "\"at\":%zu", line->lineno);
	if (!got[DROP].kind)
		ct_text_more(
		    line->out, line->line, line->len, false, more, (size_t)n);
	return 0;
}

static int
each(struct ct_line *line, void *arg, struct ct_err *err)
{
	struct ct_scan_got got[WANTED] = { { .len = 0 } };
	int rc = ct_scan(&scan, line->line, line->len, got), *used = line->own;

	(void)arg;
	++*used; /* it is nobody else's */
	if (rc <= 0 || got[ERROR].kind || got[TREE].kind) {
		if ((rc = ct_line_rec(line, err)))
			return rc;
		(void)json_object_set_new(
		    line->rec, "at", json_integer((json_int_t)line->lineno));
		if (!got[FAIL].kind) {
			line->outcome = "tree";
			ct_line_put(line, got[TREE].kind == CT_SCAN_TRUE);
			return 0;
		}
	}
	(void)answer(line, got);
	if (!got[FAIL].kind)
		return 0;
	free(line->later); /* of one that fails it may be there or not */
	line->later = line->lineno % 2 ? ct_strdup("lost") : NULL;
	return ct_fail(err, (int)got[FAIL].number, "refused");
}

static void
settle(struct ct_line *line, void *arg)
{
	char more[64];

	(void)arg;
	free(line->later);
	if (!line->out)
		return;
	(void)snprintf(more, sizeof more, "{\"nth\":%u}", ++settled);
	if (settled % 5 == 0)
		line->out->len = 0;
	else
		ct_text_add(line->out, more, strlen(more));
	line->outcome = settled % 3 ? "late" : "very late";
	line->status = settled % 100 == 99;
}

static int
run(int in, int out, int n)
{
	struct ct_tally tally = { .name = { NULL } };
	size_t size = sizeof(int);
	struct ct_lines l = { .line = each,
		.settle = settle,
		.own = own,
		.disown = free,
		.arg = &size,
		.in = in,
		.out = out,
		.jobs = n,
		.tally = &tally };

	ct_scan_want(&scan, wanted, WANTED);
	if (gently)
		ct_stop_gently();
	return ct_lines(&l);
}

/* ---- streams ----------------------------------------------------------------
 */

static void
add(struct ct_text *t, const char *s)
{
	ct_text_add(t, s, strlen(s));
}

static void
one(struct ct_text *t)
{
	static const char *const odd[] = { "", "  \t", "{\"torn\":", "\xff",
		"[]", "{}", "{\"a\":1,\"a\":1}", "\r", "{\"a\\n\":[[1]]}",
		"{\"error\":{\"code\":66,\"msg\":\"x\"},\"drop\":1}",
		"{\"error\":{}}", "{\"error\":5}", "{\"fail\":65}",
		"{\"fail\":69,\"later\":1}", "{\"fail\":66,\"tree\":1}",
		"{\"drop\":1}", "{\"drop\":1,\"later\":2}", "{\"later\":0}",
		"{\"status\":1}", "{\"tree\":true,\"x\":1.0}",
		"{\"tree\":false, \"x\" : 1.00}" };
	char line[64];
	unsigned n;

	if (roll(4) == 0) {
		add(t, odd[roll(sizeof odd / sizeof odd[0])]);
	} else {
		(void)snprintf(line, sizeof line, "{\"sleep\":%u,\"x\":\"",
		    roll(50) ? 0 : roll(2000));
		add(t, line);
		for (n = roll(roll(20) ? 100 : 3000); n; n--)
			add(t, "x");
		add(t, roll(3) ? "\"}" : "\",\"later\":1}");
	}
	if (roll(10) == 0)
		add(t, "\r");
	add(t, "\n");
}

static void
long_line(struct ct_text *t)
{
	char *s = ct_alloc(CT_REC_MAX + 3, 1);

	memset(s, 'y', CT_REC_MAX + roll(2));
	add(t, s);
	add(t, "\n");
	free(s);
}

static void
stream(struct ct_text *t, unsigned lines)
{
	t->len = 0;
	for (; lines; lines--) {
		one(t);
		if (roll(2000) == 0)
			long_line(t);
	}
	if (t->len && roll(2))
		t->len--;
}

/* Written by a process of its own, a few bytes at a time; 0: at once. */
static pid_t
feed(const struct ct_text *t, unsigned most, int *fd)
{
	int p[2];
	pid_t pid;
	size_t i, n;

	(void)fflush(stdout);
	if (pipe(p) < 0 || (pid = fork()) < 0)
		ct_die(CT_OSERR, "cannot start");
	if (pid == 0) {
		(void)signal(SIGPIPE, SIG_DFL);
		(void)close(p[0]);
		for (i = 0; i < t->len; i += n) {
			n = most ? 1 + roll(most) : t->len;
			n = n < t->len - i ? n : t->len - i;
			if (ct_write_full(p[1], t->s + i, n) < 0)
				_exit(1);
			if (roll(20) == 0)
				(void)usleep(roll(300));
		}
		_exit(0);
	}
	(void)close(p[1]);
	*fd = p[0];
	return pid;
}

struct result {
	struct ct_text out, said;
	int status;
};

static void
drain(int fd, struct ct_text *t, unsigned pause)
{
	char buf[4096];
	ssize_t n;

	t->len = 0;
	while ((n = read(fd, buf, sizeof buf)) > 0) {
		ct_text_add(t, buf, (size_t)n);
		if (pause && roll(4) == 0)
			(void)usleep(roll(pause));
	}
	(void)close(fd);
}

static int
status(pid_t pid)
{
	int st;

	if (waitpid(pid, &st, 0) < 0)
		return -1;
	return WIFEXITED(st) ? WEXITSTATUS(st) : -WTERMSIG(st);
}

/* The process that runs it, its output at *out, messages into said; it must
 * not have the descriptor other. */
static pid_t
begin(int in, int n, int said, int *out, int other)
{
	int p[2];
	pid_t pid;

	(void)fflush(stdout);
	if (pipe(p) < 0 || (pid = fork()) < 0)
		ct_die(CT_OSERR, "cannot start");
	if (pid == 0) {
		(void)close(p[0]);
		(void)close(other);
		if (dup2(said, STDERR_FILENO) < 0)
			_exit(99);
		exit(run(in, p[1], n));
	}
	(void)close(p[1]);
	(void)close(in);
	*out = p[0];
	return pid;
}

static void
through(const struct ct_text *t, int n, unsigned most, unsigned pause,
    struct result *res)
{
	char name[] = "/tmp/ct-lines-XXXXXX";
	int said = mkstemp(name), in, out;
	pid_t feeder = feed(t, most, &in), pid;

	pid = begin(in, n, said, &out, -1);
	drain(out, &res->out, pause);
	res->status = status(pid);
	(void)status(feeder);
	(void)lseek(said, 0, SEEK_SET);
	drain(said, &res->said, 0);
	(void)unlink(name);
}

static int
same(const struct ct_text *a, const struct ct_text *b)
{
	return a->len == b->len &&
	    (a->len == 0 || memcmp(a->s, b->s, a->len) == 0);
}

static int
tell(const char *what, const struct result *a, const struct result *b)
{
	int good = same(&a->out, &b->out) && same(&a->said, &b->said) &&
	    a->status == b->status;

	if (!good)
		printf("# %s: out %zu and %zu bytes, said %zu and %zu,"
		       " status %d and %d\n",
		    what, a->out.len, b->out.len, a->said.len, b->said.len,
		    a->status, b->status);
	return good;
}

static void
release(struct result *res)
{
	ct_text_free(&res->out);
	ct_text_free(&res->said);
}

static void
equal(void)
{
	static const unsigned lines[] = { 0, 1, 2, 7, 20, 300, 4000 };
	static const unsigned chunk[] = { 0, 30, 5000, 200000 };
	struct ct_text t = { .s = NULL };
	struct result first = { .status = 0 }, res = { .status = 0 };
	size_t i, j, k;
	int good;

	for (i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		stream(&t, lines[i]);
		through(&t, 1, 0, 0, &first);
		good = 1;
		for (j = 0; j < JOBS; j++)
			for (k = 0; k < 4; k++) {
				if (lines[i] > 1000 && chunk[k] == 30)
					continue;
				through(&t, jobs[j], chunk[k],
				    k == 2 ? 2000 : 0, &res);
				good &= tell("other", &first, &res);
			}
		ct_text_add(&first.out, "", 1);
		ok(good && (first.status > 64 || lines[i] < 100),
		    "%u lines: the same from any number of threads", lines[i]);
	}
	ok(strstr(first.out.s, "\"nth\":101}") != NULL, "settled in order");
	ct_text_free(&t);
	release(&first);
	release(&res);
}

/* ---- time, and ends ---------------------------------------------------------
 */

static int
soon(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) > 0;
}

/* A pipe to the runner and one from its messages. */
struct talk {
	int to[2], said[2], out;
	pid_t pid;
};

static void
open_talk(struct talk *k, int n)
{
	if (pipe(k->to) < 0 || pipe(k->said) < 0)
		ct_die(CT_OSERR, "cannot start");
	k->pid = begin(k->to[0], n, k->said[1], &k->out, k->to[1]);
	(void)close(k->said[1]);
}

static int
ask(struct talk *k)
{
	static const char line[] = "{\"a\":1}\n";
	char buf[64];

	return ct_write_full(k->to[1], line, sizeof line - 1) == 0 &&
	    soon(k->out, 20000) && read(k->out, buf, sizeof buf) == 15 &&
	    buf[14] == '\n';
}

/* Each line is answered before the next is written. */
static void
at_once(int n)
{
	struct result res = { .status = 0 };
	struct talk k;

	open_talk(&k, n);
	ok(ask(&k) && ask(&k), "%d threads: answered before the next comes", n);
	(void)kill(k.pid, SIGUSR1);
	ok(soon(k.said[0], 20000), "  and it says how far it is");
	(void)close(k.to[1]);
	res.status = status(k.pid);
	drain(k.out, &res.out, 0);
	drain(k.said[0], &res.said, 0);
	ct_text_add(&res.said, "", 1);
	ok(res.status == 0 && res.out.len == 0, "  then it ends");
	ok(strncmp(res.said.s, "t: 2 in, 2 out", 14) == 0 &&
		strstr(res.said.s, "2 in = 2 out + 0 dropped: 2 some"),
	    "  and says so");
	release(&res);
}

/* Told to stop, it is at the end of a record. */
static void
stopped(int n)
{
	struct ct_text t = { .s = NULL };
	struct result res = { .status = 0 };
	struct talk k;
	pid_t feeder;
	int in, null = open("/dev/null", O_WRONLY);

	gently = true;
	open_talk(&k, n);
	ok(ask(&k), "%d threads: it runs", n);
	(void)kill(k.pid, SIGTERM);
	ok(status(k.pid) == CT_TEMPFAIL, "  until told to stop");
	(void)close(k.to[1]);
	(void)close(k.out);
	(void)close(k.said[0]);
	stream(&t, 4000);
	feeder = feed(&t, 100, &in);
	k.pid = begin(in, n, null, &k.out, -1);
	(void)soon(k.out, 20000);
	(void)kill(k.pid, SIGTERM);
	drain(k.out, &res.out, 0);
	ok(status(k.pid) == CT_TEMPFAIL, "  in the middle, too");
	ok(res.out.len && res.out.s[res.out.len - 1] == '\n',
	    "  at the end of a record");
	(void)status(feeder);
	(void)close(null);
	gently = false;
	release(&res);
	ct_text_free(&t);
}

/* What was read of it before it was closed is as it should be. */
static void
closed(int n)
{
	struct ct_text t = { .s = NULL };
	struct result whole = { .status = 0 };
	int in, out, null = open("/dev/null", O_WRONLY), i;
	char buf[20000];
	pid_t pid, feeder;

	stream(&t, 4000);
	through(&t, 1, 0, 0, &whole);
	for (i = 0; i < 2; i++) {
		(void)signal(SIGPIPE, i ? SIG_IGN : SIG_DFL);
		feeder = feed(&t, 0, &in);
		pid = begin(in, n, null, &out, -1);
		ok(ct_read_full(out, buf, sizeof buf) == sizeof buf &&
			memcmp(whole.out.s, buf, sizeof buf) == 0,
		    "%d threads: a reader reads the beginning", n);
		(void)close(out);
		ok(status(pid) == (i ? CT_IOERR : -SIGPIPE),
		    "  and goes away: %s", i ? "an error" : "killed");
		(void)status(feeder);
	}
	(void)signal(SIGPIPE, SIG_DFL);
	(void)close(null);
	release(&whole);
	ct_text_free(&t);
}

/* ---- promises ---------------------------------------------------------------
 */

struct promises {
	unsigned tickets, stop_at;
	_Atomic unsigned begun, wrong;
};

static void *
ticket(const char *line, size_t len, void *arg)
{
	struct promises *p = arg;

	p->wrong += strtoul(line + 5, NULL, 10) != p->tickets || !len;
	return (void *)(uintptr_t)++p->tickets;
}

static int
promise(struct ct_line *line, void *arg, struct ct_err *err)
{
	struct promises *p = arg;

	(void)err;
	p->wrong +=
	    (uintptr_t)line->ticket != strtoul(line->line + 5, NULL, 10) + 1;
	(void)usleep(1000 * (1 + (useconds_t)line->lineno % 3));
	if (++p->begun == p->stop_at)
		ct_stop = 1;
	ct_text_add(line->out, line->line, line->len);
	return 0;
}

/* 40 lines one by one through n threads, stopped at some time or never. */
static void
promised(int n, unsigned stop_at)
{
	struct promises p = { .stop_at = stop_at };
	struct ct_tally tally = { .name = { NULL } };
	int in[2], out[2], i;
	struct ct_lines l = { .line = promise,
		.arg = &p,
		.ticket = ticket,
		.jobs = n,
		.block = 1,
		.promise = true,
		.quiet = true,
		.tally = &tally };
	char buf[4096];
	ssize_t got;
	unsigned lines = 0;

	(void)!pipe(in);
	(void)!pipe(out);
	for (i = 0; i < 40; i++)
		(void)dprintf(in[1], "{\"a\":%d}\n", i);
	(void)close(in[1]);
	l.in = in[0];
	l.out = out[1];
	i = ct_lines(&l);
	got = ct_read_full(out[0], buf, sizeof buf);
	while (got > 0)
		lines += buf[--got] == '\n';
	ok(lines == p.begun && (stop_at ? lines < 40 : lines == 40),
	    "%d threads: all %u lines that were begun come out", n, lines);
	ok(!p.wrong, "  tickets are made in their order, and theirs");
	ok(i == (stop_at ? CT_TEMPFAIL : 0), "  exit status %d", i);
	ct_stop = 0;
	(void)close(in[0]);
	(void)close(out[0]);
}

int
main(void)
{
	ct_start("t");
	promised(1, 0);
	promised(1, 7);
	promised(8, 0);
	promised(8, 7);
	equal();
	at_once(1);
	at_once(4);
	stopped(1);
	stopped(4);
	closed(1);
	closed(4);
	done();
}
