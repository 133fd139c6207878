/*
 * look - how long a person waits for a picture in a browser
 *
 * usage: look DIR ITEMS
 *
 * DIR is the state of a queue with so many pictures of one account.  Each is
 * looked at as a tile, from POST /look to the last byte of its PNG; the first
 * of a server that was just started, several times, and the others.
 */
#include <arpa/inet.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"

#define STARTS 7

static char answer[1 << 20], cookie[128];
static char base[128]; /* of the session, to its last slash */
static int port;

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* As the page asks; the answer, headers and all. */
static void
ask(const char *method, const char *path, const char *body)
{
	const struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char *text = ct_printf("%s %s%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
			       "Origin: http://127.0.0.1:%d\r\nCookie: %s\r\n"
			       "Content-Type: application/json\r\n"
			       "Content-Length: %zu\r\nConnection: close"
			       "\r\n\r\n%s",
	    method, *path == '/' ? "" : base, path, port, port, cookie,
	    strlen(body), body);
	size_t len = 0;
	ssize_t n;

	if (fd < 0 ||
	    connect(fd, (const struct sockaddr *)&at, sizeof at) < 0 ||
	    ct_write_full(fd, text, strlen(text)) < 0)
		ct_die(CT_UNAVAILABLE, "cannot ask");
	while ((n = read(fd, answer + len, sizeof answer - 1 - len)) > 0)
		len += (size_t)n;
	answer[len] = '\0';
	(void)close(fd);
	free(text);
}

/* What stands behind this in the answer, up to one of those. */
static void
part(const char *behind, const char *to, char *out, size_t cap)
{
	const char *at = strstr(answer, behind);

	if (!at)
		ct_die(CT_SOFTWARE, "not what was wanted: %.200s", answer);
	at += strlen(behind);
	(void)snprintf(out, cap, "%.*s", (int)strcspn(at, to), at);
}

static pid_t
start(const char *dir)
{
	char program[] = "ct-review", verb[] = "serve", by[] = "--by",
	     who[] = "bench", d[] = "-d", *home = ct_strdup(dir);
	char *argv[] = { program, verb, by, who, d, home, NULL };
	extern char **environ;
	posix_spawn_file_actions_t io;
	char line[256], token[128];
	int fd[2];
	pid_t pid;
	FILE *f;

	if (pipe(fd) < 0 || posix_spawn_file_actions_init(&io) ||
	    posix_spawn_file_actions_adddup2(&io, fd[1], 1) ||
	    posix_spawn_file_actions_addclose(&io, fd[0]) ||
	    posix_spawn_file_actions_addopen(&io, 2, "/dev/null", 1, 0) ||
	    posix_spawnp(&pid, program, &io, NULL, argv, environ))
		ct_die(CT_OSERR, "cannot start ct-review");
	(void)posix_spawn_file_actions_destroy(&io);
	(void)close(fd[1]);
	f = fdopen(fd[0], "r");
	if (!f || !fgets(line, sizeof line, f) ||
	    sscanf(line, "http://127.0.0.1:%d/open/%100s", &port, token) != 2)
		ct_die(CT_UNAVAILABLE, "ct-review does not serve");
	(void)fclose(f);
	free(home);
	(void)snprintf(line, sizeof line, "/open/%s", token);
	ask("GET", line, "");
	part("Set-Cookie: ", ";", cookie, sizeof cookie);
	part("Location: ", "\r", base, sizeof base);
	ask("POST", "job", "{}");
	return pid;
}

static void
stop(pid_t pid)
{
	(void)kill(pid, SIGTERM);
	(void)waitpid(pid, NULL, 0);
}

/* ms until the nth is there. */
static double
look(int n)
{
	double since = now();
	char body[64], path[128];

	(void)snprintf(
	    body, sizeof body, "{\"job\":1,\"n\":%d,\"step\":\"tile\"}", n);
	ask("POST", "look", body);
	part("\"picture\":\"", "\"", path, sizeof path);
	ask("GET", path, "");
	since = now() - since;
	part("\r\n\r\n\x89PNG", "", path, sizeof path);
	return since;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
row(const char *what, double *ms, size_t n)
{
	qsort(ms, n, sizeof *ms, by_size);
	printf("a picture of 12 million pixels\t%s: of 200 ms\t%.1f ms"
	       "\t%.2f\t1\n",
	    what, ms[n / 2], ms[n / 2] / 200);
}

int
main(int argc, char *argv[])
{
	double first[STARTS], *ms;
	int i, n;
	pid_t pid = 0;

	ct_start("look");
	if (argc != 3)
		ct_usage("usage: look DIR ITEMS\n");
	n = (int)ct_number("ITEMS", argv[2], 2, 10000);
	ms = ct_alloc((size_t)n, sizeof *ms);
	for (i = 0; i < STARTS; i++) {
		if (pid)
			stop(pid);
		pid = start(argv[1]);
		first[i] = look(0);
	}
	for (i = 1; i < n; i++)
		ms[i - 1] = look(i);
	stop(pid);
	row("its tile in a browser, the first", first, STARTS);
	row("its tile in a browser, the next", ms, (size_t)n - 1);
	free(ms);
	return 0;
}
