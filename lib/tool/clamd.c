/* clamd.c - the sockets, and a thread a connection */
#include "clamd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "clamd_impl.h"
#include "prog.h"

#define BACKLOG 128

/* ---- sockets ---------------------------------------------------------------
 */

/* Is there a socket that nobody listens at? */
static int
clear(const struct sockaddr_un *at, struct ct_err *err)
{
	struct stat st;
	int fd, rc;

	if (lstat(at->sun_path, &st) < 0)
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return ct_fail(
		    err, CT_CANTCREAT, "'%s' is no socket", at->sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return ct_fail_errno(err, CT_OSERR, "cannot make a socket");
	rc = connect(fd, (const struct sockaddr *)at, sizeof *at);
	if (rc == 0 || errno != ECONNREFUSED)
		rc = ct_fail(
		    err, CT_TEMPFAIL, "another serves '%s'", at->sun_path);
	else
		rc = unlink(at->sun_path) == 0
		    ? 0
		    : ct_fail_errno(err, CT_CANTCREAT, "cannot replace '%s'",
			  at->sun_path);
	(void)close(fd);
	return rc;
}

static int
open_local(struct ct_clamd *c, struct ct_err *err)
{
	const char *path = c->how->socket;
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	mode_t mask;
	int rc;

	if (strlen(path) >= sizeof at.sun_path)
		return ct_fail(
		    err, CT_USAGE, "the path of the socket is too long");
	memcpy(at.sun_path, path, strlen(path) + 1);
	if ((rc = clear(&at, err)))
		return rc;
	c->local = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->local < 0)
		return ct_fail_errno(err, CT_OSERR, "cannot make a socket");
	mask = umask(0777 & ~(mode_t)c->how->mode);
	rc = bind(c->local, (const struct sockaddr *)&at, sizeof at);
	(void)umask(mask);
	if (rc < 0 || listen(c->local, BACKLOG) < 0)
		return ct_fail_errno(
		    err, CT_CANTCREAT, "cannot listen at '%s'", path);
	return 0;
}

static int
open_tcp(struct ct_clamd *c, int *port, struct ct_err *err)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)c->how->port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof at;
	int on = 1;

	c->tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->tcp < 0)
		return ct_fail_errno(err, CT_OSERR, "cannot make a socket");
	(void)setsockopt(c->tcp, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(c->tcp, (const struct sockaddr *)&at, sizeof at) < 0 ||
	    listen(c->tcp, BACKLOG) < 0 ||
	    getsockname(c->tcp, (struct sockaddr *)&at, &len) < 0)
		return ct_fail_errno(err, CT_CANTCREAT,
		    "cannot listen at port %d", c->how->port);
	*port = ntohs(at.sin_port);
	return 0;
}

int
ct_clamd_open(struct ct_clamd **out, const struct ct_clamd_how *how, int *port,
    struct ct_err *err)
{
	struct ct_clamd *c = ct_alloc(1, sizeof *c);
	int rc = 0;

	c->how = how;
	c->local = c->tcp = *port = -1;
	(void)pthread_mutex_init(&c->lock, NULL);
	(void)pthread_cond_init(&c->fewer, NULL);
	if (how->socket)
		rc = open_local(c, err);
	if (!rc && how->port >= 0) {
		rc = open_tcp(c, port, err);
		if (rc && how->socket)
			(void)unlink(how->socket);
	}
	*out = c;
	if (rc) {
		ct_clamd_close(c);
		*out = NULL;
	}
	return rc;
}

void
ct_clamd_close(struct ct_clamd *c)
{
	if (c->local >= 0)
		(void)close(c->local);
	if (c->tcp >= 0)
		(void)close(c->tcp);
	(void)pthread_mutex_destroy(&c->lock);
	(void)pthread_cond_destroy(&c->fewer);
	free(c);
}

/* ---- connections -----------------------------------------------------------
 */

static void *
live(void *arg)
{
	struct client *k = arg, **at;
	struct ct_clamd *c = k->c;

	clamd_talk(k);
	while (k->nfds)
		(void)close(k->fds[--k->nfds]);
	(void)pthread_mutex_lock(&c->lock);
	(void)close(k->fd);
	for (at = &c->clients; *at != k; at = &(*at)->next)
		;
	*at = k->next;
	c->n--;
	(void)pthread_cond_signal(&c->fewer);
	(void)pthread_mutex_unlock(&c->lock);
	free(k);
	return NULL;
}

static void
welcome(struct ct_clamd *c, int fd, bool local)
{
	struct client *k = ct_alloc(1, sizeof *k);
	pthread_attr_t detached;
	pthread_t thread;
	int rc;

	k->c = c;
	k->fd = fd;
	k->local = local;
	k->end = '\n';
	(void)pthread_mutex_lock(&c->lock);
	k->next = c->clients;
	c->clients = k;
	c->n++;
	(void)pthread_mutex_unlock(&c->lock);
	(void)pthread_attr_init(&detached);
	(void)pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	rc = pthread_create(&thread, &detached, live, k);
	(void)pthread_attr_destroy(&detached);
	if (rc == 0)
		return;
	/* this one gets no answer, which is none that lets anything through */
	(void)pthread_mutex_lock(&c->lock);
	c->clients = k->next;
	c->n--;
	(void)pthread_mutex_unlock(&c->lock);
	(void)close(fd);
	free(k);
	ct_warn("cannot make a thread");
}

/* Are there as many as may be? Then wait for one to go, for a while. */
static bool
full(struct ct_clamd *c)
{
	struct timespec until;
	bool full;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec++;
	(void)pthread_mutex_lock(&c->lock);
	if (c->n >= c->how->clients)
		(void)pthread_cond_timedwait(&c->fewer, &c->lock, &until);
	full = c->n >= c->how->clients;
	(void)pthread_mutex_unlock(&c->lock);
	return full;
}

static void
take(struct ct_clamd *c, int from, bool local)
{
	static const struct timespec pause = { 0, 100000000 };
	int fd = accept4(from, NULL, NULL, SOCK_CLOEXEC);

	if (fd >= 0)
		welcome(c, fd, local);
	else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
	    errno == ENOBUFS)
		(void)nanosleep(&pause, NULL);
}

int
ct_clamd_serve(struct ct_clamd *c, const sigset_t *mask, struct ct_err *err)
{
	struct pollfd p[2] = { { .fd = c->local, .events = POLLIN },
		{ .fd = c->tcp, .events = POLLIN } };
	static const struct timespec now = { 0, 0 };
	const struct client *k;
	int i;

	while (!ct_stop) {
		if (full(c)) { /* a signal is heard even so */
			(void)ppoll(NULL, 0, &now, mask);
			continue;
		}
		if (ppoll(p, 2, NULL, mask) < 0) {
			if (errno == EINTR)
				continue;
			return ct_fail_errno(err, CT_OSERR, "cannot wait");
		}
		for (i = 0; i < 2; i++)
			if (p[i].revents)
				take(c, p[i].fd, i == 0);
	}
	if (c->how->socket)
		(void)unlink(c->how->socket);
	(void)pthread_mutex_lock(&c->lock);
	for (k = c->clients; k; k = k->next) /* who says nothing goes */
		(void)shutdown(k->fd, SHUT_RD);
	while (c->n)
		(void)pthread_cond_wait(&c->fewer, &c->lock);
	(void)pthread_mutex_unlock(&c->lock);
	return 0;
}
