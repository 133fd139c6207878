#include "tally.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "prog.h"

#define SHOW_MS 200 /* between two lines on a terminal */
#define LINE 512

void
ct_tally(struct ct_tally *tally, const char *name)
{
	size_t i;

	for (i = 0; i < CT_TALLY_MAX; i++) {
		if (!tally->name[i])
			tally->name[i] = name;
		if (strcmp(tally->name[i], name) == 0) {
			tally->count[i]++;
			return;
		}
	}
}

/* ": 3 match, 4 clean", or nothing */
static void
outcomes(const struct ct_tally *tally, char line[LINE])
{
	size_t i, len = 0;

	line[0] = '\0';
	for (i = 0; i < CT_TALLY_MAX && tally->name[i]; i++) {
		int n = snprintf(line + len, LINE - len, "%s%zu %s",
		    i ? ", " : ": ", tally->count[i], tally->name[i]);

		if (n > 0 && (size_t)n < LINE - len)
			len += (size_t)n;
	}
}

/* Names of outcomes and programs are ours: nothing in them needs an escape. */
static void
append(const struct ct_tally *tally, size_t in, size_t out, const char *path)
{
	char line[2 * LINE];
	int len,
	    fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	size_t i;

	len = snprintf(line, sizeof line,
	    "{\"program\":\"%s\",\"in\":%zu,\"out\":%zu,\"outcomes\":{",
	    ct_prog, in, out);
	for (i = 0; i < CT_TALLY_MAX && tally->name[i]; i++)
		len += snprintf(line + len, sizeof line - (size_t)len,
		    "%s\"%.24s\":%zu", i ? "," : "", tally->name[i],
		    tally->count[i]);
	len += snprintf(line + len, sizeof line - (size_t)len, "}}\n");
	if (fd < 0 || write(fd, line, (size_t)len) != len)
		ct_warn("cannot add to the summary: %s", strerror(errno));
	if (fd >= 0)
		(void)close(fd);
}

void
ct_tally_end(const struct ct_tally *tally, size_t in, size_t out, bool quiet)
{
	const char *path = getenv("CT_SUMMARY");
	char line[LINE];

	if (path && *path)
		append(tally, in, out, path);
	if (quiet)
		return;
	outcomes(tally, line);
	if (out > in)
		ct_warn(
		    "%zu in + %zu more = %zu out%s", in, out - in, out, line);
	else
		ct_warn("%zu in = %zu out + %zu dropped%s", in, out, in - out,
		    line);
}

/* ---- progress -------------------------------------------------------------
 */

static int wake = -1; /* an eventfd, for those who wait */
static volatile sig_atomic_t asked;

static void
on_usr1(int sig)
{
	static const uint64_t one = 1;
	int kept = errno;

	(void)sig;
	asked = 1;
	if (write(wake, &one, sizeof one) < 0)
		errno = kept; /* it was asked for before */
	errno = kept;
}

void
ct_progress_start(struct ct_progress *p, bool live, bool always)
{
	struct sigaction sa = { .sa_handler = on_usr1, .sa_flags = SA_RESTART };
	struct stat st;

	p->since = p->shown = ct_mono();
	p->live = live && isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO) &&
	    (always || fstat(STDOUT_FILENO, &st) < 0 || !S_ISFIFO(st.st_mode));
	if (wake < 0)
		wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	(void)sigemptyset(&sa.sa_mask);
	if (wake >= 0)
		(void)sigaction(SIGUSR1, &sa, NULL);
}

int
ct_progress_fd(void)
{
	return wake;
}

/* "118 out of 120 in, 31 MB, 52/s, 4 s left: 100 ok, 18 corrupt" */
static void
line(const struct ct_progress *p, int64_t now, char text[LINE])
{
	char what[LINE], bytes[32] = "", left[32] = "";
	int64_t ms = now - p->since;
	uint64_t rate = ms > 0 ? (uint64_t)p->out * 1000 / (uint64_t)ms : 0;

	outcomes(p->tally, what);
	if (p->bytes)
		(void)snprintf(bytes, sizeof bytes, ", %" PRIu64 " MB",
		    (p->bytes + 500000) / 1000000);
	if (p->expect > p->out && p->out && ms > 2000)
		(void)snprintf(left, sizeof left, ", %" PRIu64 " s left",
		    (uint64_t)ms * (p->expect - p->out) / p->out / 1000);
	(void)snprintf(text, LINE, "%zu in, %zu out%s, %" PRIu64 "/s%s%.300s",
	    p->in, p->out, bytes, rate, left, what);
}

void
ct_progress_tick(struct ct_progress *p)
{
	char text[LINE];
	uint64_t n;
	int64_t now;

	if (asked) {
		asked = 0;
		(void)!read(wake, &n, sizeof n);
		line(p, ct_mono(), text);
		ct_warn("%s", text);
	}
	if (!p->live || (now = ct_mono()) - p->shown < SHOW_MS)
		return;
	p->shown = now;
	line(p, now, text);
	ct_status(text);
}

void
ct_progress_end(struct ct_progress *p)
{
	if (p->live)
		ct_status(NULL);
	p->live = false;
}
