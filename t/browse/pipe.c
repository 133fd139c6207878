/* pipe.c - chromium-headless-shell, by its DevTools protocol */
#include "pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "prog.h"

static struct {
	pid_t pid; /* 0: it is gone */
	int to, from;
	struct ct_text in; /* what came and was not read yet */
	long id;           /* of the last call */
	char *session;
	bool loaded;
	json_t *said;
} b;

size_t browse_line;

_Noreturn void
browse_fail(const char *what, const char *why)
{
	if (b.pid)
		(void)kill(-b.pid, SIGKILL);
	(void)fflush(stdout);
	ct_die(1, "line %zu: %s: %s", browse_line, what, why);
}

/* ---- JSON ended by NUL -----------------------------------------------------
 */

static _Noreturn void
become(const char *profile, const int to[2], const int from[2])
{
	char *dir = ct_printf("--user-data-dir=%s", profile);
	char *log = ct_printf("%s.log", profile);
	int in = fcntl(to[0], F_DUPFD, 10), out = fcntl(from[1], F_DUPFD, 10);
	int said = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);

	(void)setpgid(0, 0);
	if (in < 0 || out < 0 || said < 0 || dup2(said, 1) < 0 ||
	    dup2(said, 2) < 0 || dup2(in, 3) < 0 || dup2(out, 4) < 0)
		_exit(CT_OSERR);
	(void)close_range(5, ~0U, 0);
	(void)close(0);
	(void)open("/dev/null", O_RDONLY);
	(void)execlp(BROWSER, BROWSER, dir, "--remote-debugging-pipe",
	    "--no-sandbox", "--disable-gpu", "--no-first-run",
	    "--disable-background-networking", "--window-size=1280,900",
	    "about:blank", (char *)NULL);
	_exit(CT_UNAVAILABLE);
}

static void
launch(const char *profile)
{
	int to[2], from[2];

	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		ct_die(CT_OSERR, "no pipe can be had");
	b.pid = fork();
	if (b.pid < 0)
		ct_die(CT_OSERR, "cannot fork");
	if (b.pid == 0)
		become(profile, to, from);
	(void)setpgid(b.pid, b.pid);
	(void)close(to[0]);
	(void)close(from[1]);
	b.to = to[1];
	b.from = from[0];
	b.said = json_array();
}

static void
complaint(const json_t *event, const char *path)
{
	const char *text = ct_rec_text(event, path);

	(void)json_array_append_new(b.said, json_string(text ? text : "?"));
}

static void
happened(const json_t *event)
{
	const char *method = ct_rec_text(event, "method");
	const json_t *args = ct_rec_get(event, "params.args");

	if (!method)
		return;
	if (strcmp(method, "Page.loadEventFired") == 0)
		b.loaded = true;
	else if (strcmp(method, "Log.entryAdded") == 0)
		complaint(event, "params.entry.text");
	else if (strcmp(method, "Runtime.exceptionThrown") == 0)
		complaint(
		    event, "params.exceptionDetails.exception.description");
	else if (strcmp(method, "Runtime.consoleAPICalled") == 0)
		complaint(json_array_get(args, 0), "value");
}

/* The next message, before this time. */
static json_t *
receive(int64_t until, const char *what)
{
	struct pollfd p = { .fd = b.from, .events = POLLIN };
	char piece[65536], *end;
	json_t *msg;
	ssize_t n;

	while (!(end = b.in.len ? memchr(b.in.s, '\0', b.in.len) : NULL)) {
		int64_t left = until - ct_mono();

		if (left <= 0)
			browse_fail(what, "no answer within a minute");
		if (poll(&p, 1, (int)left) <= 0)
			continue;
		n = read(b.from, piece, sizeof piece);
		if (n <= 0)
			browse_fail(what, "the browser is gone");
		ct_text_add(&b.in, piece, (size_t)n);
	}
	msg = json_loads(b.in.s, 0, NULL);
	n = end + 1 - b.in.s;
	b.in.len -= (size_t)n;
	memmove(b.in.s, b.in.s + n, b.in.len);
	if (!msg)
		browse_fail(what, "the browser sent no JSON");
	return msg;
}

/* Sent; its number.  params become ours. */
static long
post(const char *method, json_t *params)
{
	json_t *msg = json_pack("{s:i, s:s, s:o}", "id", (int)++b.id, "method",
	    method, "params", params ? params : json_object());
	char *text;

	if (b.session)
		(void)json_object_set_new(
		    msg, "sessionId", json_string(b.session));
	text = json_dumps(msg, JSON_COMPACT);
	if (!b.pid || !text || ct_write_full(b.to, text, strlen(text) + 1))
		browse_fail(method, "the browser is gone");
	free(text);
	json_decref(msg);
	return b.id;
}

/* The result; release with json_decref. */
json_t *
browser_call(const char *method, json_t *params)
{
	int64_t until = ct_mono() + PATIENCE;
	long id = post(method, params);
	json_t *msg, *result;

	for (;; json_decref(msg)) {
		msg = receive(until, method);
		if (json_integer_value(json_object_get(msg, "id")) == id)
			break;
		happened(msg);
	}
	if (ct_rec_text(msg, "error.message"))
		browse_fail(method, ct_rec_text(msg, "error.message"));
	result = json_incref(json_object_get(msg, "result"));
	json_decref(msg);
	return result;
}

void
browser_tell(const char *method, json_t *params)
{
	json_decref(browser_call(method, params));
}

/* ---- one page of it --------------------------------------------------------
 */

/* A page, and we are attached to it. */
static void
attach(void)
{
	json_t *page = browser_call("Target.createTarget",
		   json_pack("{s:s, s:i, s:i}", "url", "about:blank", "width",
		       1280, "height", 900)),
	       *got;

	got = browser_call("Target.attachToTarget",
	    json_pack("{s:O, s:b}", "targetId",
		json_object_get(page, "targetId"), "flatten", 1));
	json_decref(page);
	b.session = ct_strdup(ct_rec_text(got, "sessionId"));
	json_decref(got);
	browser_tell("Page.enable", NULL);
	browser_tell("Runtime.enable", NULL);
	browser_tell("Log.enable", NULL);
}

void
browser_go(const char *url)
{
	int64_t until = ct_mono() + PATIENCE;
	json_t *got, *msg;

	b.loaded = false;
	got = browser_call("Page.navigate", json_pack("{s:s}", "url", url));
	if (ct_rec_text(got, "errorText"))
		browse_fail(url, ct_rec_text(got, "errorText"));
	json_decref(got);
	while (!b.loaded) {
		msg = receive(until, url);
		happened(msg);
		json_decref(msg);
	}
}

/* Until it is gone, or for so long; false: it is there still. */
static bool
gone(int64_t ms)
{
	struct pollfd p = { .fd = b.from, .events = POLLIN };
	int64_t until = ct_mono() + ms;
	char piece[4096];

	while (ct_mono() < until)
		if (poll(&p, 1, (int)(until - ct_mono())) > 0 &&
		    read(b.from, piece, sizeof piece) <= 0)
			return true;
	return false;
}

static void
reap(bool kill_it)
{
	if (b.pid && kill_it)
		(void)kill(-b.pid, SIGKILL);
	while (b.pid && waitpid(b.pid, NULL, 0) < 0 && errno == EINTR)
		;
	b.pid = 0;
}

void
browser_start(const char *profile)
{
	launch(profile);
	attach();
}

void
browser_kill(void)
{
	reap(true);
}

void
browser_end(void)
{
	free(b.session);
	b.session = NULL;
	if (b.pid)
		(void)post("Browser.close", NULL);
	reap(b.pid && !gone(PATIENCE));
}

json_t *
browser_said(void)
{
	return b.said;
}
