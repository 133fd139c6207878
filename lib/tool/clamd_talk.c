/* clamd_talk.c - commands, and what is replied */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "clamd_impl.h"
#include "clock.h"
#include "prog.h"

#define LINGER 2000 /* ms that a client may go on sending */

/* ---- bytes -----------------------------------------------------------------
 */

static void
keep(struct client *k, struct msghdr *m)
{
	struct cmsghdr *c;
	int fds[CLAMD_FDS];
	size_t i, n;

	for (c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof *fds;
		memcpy(fds, CMSG_DATA(c), n * sizeof *fds);
		for (i = 0; i < n; i++)
			if (k->nfds < CLAMD_FDS)
				k->fds[k->nfds++] = fds[i];
			else
				(void)close(fds[i]);
	}
}

/* More bytes into buf behind len, or into to if that is not NULL: 1; 0 at the
 * end, or if the client is silent for too long, or we are to stop. */
static int
receive(struct client *k, void *to, size_t max, size_t *got)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(CLAMD_FDS * sizeof(int))];
	} u;
	struct iovec v = { to ? to : k->buf + k->len,
		to ? max : sizeof k->buf - k->len };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	struct pollfd p = { .fd = k->fd, .events = POLLIN };
	ssize_t n;

	*got = 0;
	do {
		if (poll(&p, 1, (int)k->c->how->silence) <= 0)
			return 0;
		m.msg_control = u.room;
		m.msg_controllen = sizeof u.room;
		n = recvmsg(k->fd, &m, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return 0;
	keep(k, &m);
	*got = (size_t)n;
	if (!to)
		k->len += (size_t)n;
	return 1;
}

/* Forget the first n bytes of buf. */
static void
took(struct client *k, size_t n)
{
	k->len -= n;
	memmove(k->buf, k->buf + n, k->len);
}

/* All of it, or the client is given up, as one that reads nothing is. */
static void
put(struct client *k, const char *text, size_t len)
{
	struct pollfd p = { .fd = k->fd, .events = POLLOUT };
	ssize_t n;

	while (len && !k->over) {
		n = send(k->fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN) {
			k->over = poll(&p, 1, (int)k->c->how->silence) == 0;
		} else if (errno != EINTR) {
			k->over = true;
		}
	}
}

/* A line of reply; what is no text in it is a question mark. */
CT_PRINTF(2, 3)
static void
reply(struct client *k, const char *fmt, ...)
{
	char text[2 * CLAMD_LINE], head[16] = "";
	va_list ap;
	size_t i, len;

	if (k->session)
		(void)snprintf(head, sizeof head, "%u: ", k->seq);
	len = strlen(head);
	memcpy(text, head, len);
	va_start(ap, fmt);
	(void)vsnprintf(text + len, sizeof text - len - 1, fmt, ap);
	va_end(ap);
	len = strlen(text);
	/* a name must not look like another reply */
	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			text[i] = '?';
	text[len++] = k->end;
	put(k, text, len);
}

/* Who is cut off while sending must still hear why. */
static void
linger(struct client *k)
{
	int64_t until = ct_mono() + LINGER, left;
	struct pollfd p = { .fd = k->fd, .events = POLLIN };
	char waste[CLAMD_LINE];

	(void)shutdown(k->fd, SHUT_WR);
	while ((left = until - ct_mono()) > 0 && poll(&p, 1, (int)left) > 0)
		if (read(k->fd, waste, sizeof waste) <= 0)
			break;
}

/* ---- what is said of files -------------------------------------------------
 */

static void
say(struct client *k, const char *what, const struct ct_said *said)
{
	/* a name may be longer than a path may be that is asked about */
	if (said->answer == CT_ANSWER_OK)
		reply(k, "%.*s: OK", CLAMD_LINE, what);
	else
		reply(k, "%.*s: %s %s", CLAMD_LINE, what, said->text,
		    said->answer == CT_ANSWER_FOUND ? "FOUND" : "ERROR");
}

struct tour {
	struct client *k;
	bool go_on, told;
};

static bool
told(const char *path, const struct ct_said *said, void *arg)
{
	struct tour *t = arg;

	if (said->answer == CT_ANSWER_OK)
		return !t->k->over;
	t->told = true;
	say(t->k, path, said);
	return !t->k->over && (t->go_on || said->answer == CT_ANSWER_ERROR);
}

/* Those that are not OK by name; if there are none, the path is. */
static void
scan(struct client *k, const char *path, bool go_on)
{
	struct tour t = { k, go_on, false };

	if (*path != '/' || !k->local) {
		reply(k, "%s: %s. ERROR", path,
		    k->local ? "want a path from /"
			     : "paths only over the local socket");
		return;
	}
	ct_scanner_walk(k->c->how->scanner, path, told, &t);
	if (!t.told && ct_stop)
		reply(k, "%s: it was not scanned to its end ERROR", path);
	else if (!t.told)
		reply(k, "%s: OK", path);
}

static void
scan_fd(struct client *k)
{
	struct ct_said said;
	char what[32];
	size_t got;
	int fd;

	/* the descriptor comes with a byte of its own */
	if (k->len == 0 && !receive(k, NULL, 0, &got)) {
		k->over = true;
		return;
	}
	took(k, 1);
	if (k->nfds == 0) {
		reply(k, "No file descriptor received. ERROR");
		k->over = true; /* it is not known where the next begins */
		return;
	}
	fd = k->fds[0];
	k->nfds--;
	memmove(k->fds, k->fds + 1, (size_t)k->nfds * sizeof *k->fds);
	ct_scanner_file(k->c->how->scanner, fd, NULL, &said);
	(void)snprintf(what, sizeof what, "fd[%d]", fd);
	(void)close(fd);
	say(k, what, &said);
}

/* The rest of a chunk, into the upload; the first bytes are in buf. */
static int
chunk(struct client *k, struct ct_upload *u, uint32_t left, bool *large)
{
	uint8_t *room;
	size_t n;

	for (; left; left -= (uint32_t)n) {
		room = ct_upload_room(k->c->how->scanner, u, left, large);
		if (!room)
			return CT_NO;
		n = k->len < left ? k->len : left;
		if (n) {
			memcpy(room, k->buf, n);
			took(k, n);
		} else if (!receive(k, room, left, &n)) {
			return CT_TEMPFAIL;
		}
		ct_upload_more(u, n);
	}
	return 0;
}

static void
stream(struct client *k)
{
	struct ct_upload u = { .name = NULL };
	struct ct_said said;
	bool large = false;
	uint32_t n = 0;
	size_t got;
	int rc = 0;

	do {
		while (!rc && k->len < 4)
			rc = receive(k, NULL, 0, &got) ? 0 : CT_TEMPFAIL;
		if (rc)
			break;
		n = (uint32_t)(uint8_t)k->buf[0] << 24 |
		    (uint32_t)(uint8_t)k->buf[1] << 16 |
		    (uint32_t)(uint8_t)k->buf[2] << 8 | (uint8_t)k->buf[3];
		took(k, 4);
		rc = chunk(k, &u, n, &large);
	} while (!rc && n);
	if (!rc) {
		ct_scanner_ask(k->c->how->scanner, &u, &said);
		say(k, "stream", &said);
	} else {
		reply(k, "%s ERROR",
		    large             ? "INSTREAM size limit exceeded."
			: rc == CT_NO ? "stream: no memory for it now"
				      : "stream: it ended early");
		k->over = true;
	}
	ct_upload_free(k->c->how->scanner, &u);
}

/* ---- commands --------------------------------------------------------------
 */

static const char names[] =
    "SCAN CONTSCAN MULTISCAN ALLMATCHSCAN INSTREAM FILDES PING VERSION "
    "VERSIONCOMMANDS STATS RELOAD IDSESSION END";

static void
stats(struct client *k)
{
	struct ct_scanner_stats s;
	int live;

	ct_scanner_stats(k->c->how->scanner, &s);
	(void)pthread_mutex_lock(&k->c->lock);
	live = k->c->n;
	(void)pthread_mutex_unlock(&k->c->lock);
	/* as clamdtop reads it, without its memory of pools */
	reply(k, "POOLS: 1");
	reply(k, "STATE: VALID PRIMARY");
	reply(k, "THREADS: live %d  idle 0 max %d idle-timeout %d", live,
	    k->c->how->clients, (int)(k->c->how->silence / 1000));
	reply(k, "QUEUE: %zu items", s.waiting);
	reply(k, "MEMSTATS: heap N/A mmap N/A used %zu.%03zuM", s.memory >> 20,
	    (s.memory >> 10) % 1024 * 1000 / 1024);
	reply(k, "SCANNED: %ju found %ju undecided %ju failed %ju started %ju",
	    (uintmax_t)s.asked, (uintmax_t)s.found, (uintmax_t)s.undecided,
	    (uintmax_t)s.failed, (uintmax_t)s.started);
	reply(k, "END");
}

/* Is the command this word, alone or with what follows? */
static const char *
after(const char *cmd, const char *word)
{
	size_t len = strlen(word);

	return strncmp(cmd, word, len) == 0 && cmd[len] == ' ' ? cmd + len + 1
							       : NULL;
}

static bool
scans(struct client *k, const char *cmd)
{
	const char *path;

	if ((path = after(cmd, "SCAN")))
		scan(k, path, false);
	else if ((path = after(cmd, "CONTSCAN")) ||
	    (path = after(cmd, "MULTISCAN")) ||
	    (path = after(cmd, "ALLMATCHSCAN")))
		scan(k, path, true);
	else if (strcmp(cmd, "INSTREAM") == 0)
		stream(k);
	else if (strcmp(cmd, "FILDES") == 0 && k->local)
		scan_fd(k);
	else
		return false;
	return true;
}

static void
obey(struct client *k, const char *cmd, bool prefixed)
{
	if (!k->session && prefixed && strcmp(cmd, "IDSESSION") == 0) {
		k->session = true;
		return;
	}
	k->seq++;
	if (scans(k, cmd))
		;
	else if (strcmp(cmd, "PING") == 0)
		reply(k, "PONG");
	else if (strcmp(cmd, "VERSION") == 0)
		reply(k, "%s %s", ct_prog, CT_VERSION);
	else if (strcmp(cmd, "VERSIONCOMMANDS") == 0)
		reply(k, "%s %s| COMMANDS: %s", ct_prog, CT_VERSION, names);
	else if (strcmp(cmd, "STATS") == 0)
		stats(k);
	else if (strcmp(cmd, "RELOAD") == 0) {
		ct_scanner_reload(k->c->how->scanner);
		reply(k, "RELOADING");
	} else {
		if (!k->session || strcmp(cmd, "END") != 0)
			reply(k, "UNKNOWN COMMAND");
		k->over = true;
	}
	if (!k->session)
		k->over = true;
}

/* The next command, into cmd: 1; 0: there is none. */
static int
command(struct client *k, char cmd[CLAMD_LINE], bool *prefixed)
{
	const char *end = NULL;
	size_t got, len, skip;

	for (;;) {
		*prefixed = k->len && (k->buf[0] == 'n' || k->buf[0] == 'z');
		if (k->len) {
			k->end = k->buf[0] == 'z' ? '\0' : '\n';
			end = memchr(k->buf, k->end, k->len);
		}
		/* one of old is what a read gives */
		if (end || (k->len && !*prefixed && !k->session))
			break;
		if (k->len == sizeof k->buf) {
			reply(k, "COMMAND TOO LONG ERROR");
			return 0;
		}
		if (!receive(k, NULL, 0, &got)) {
			if (k->len)
				reply(k, "COMMAND READ TIMED OUT");
			return 0;
		}
	}
	skip = *prefixed;
	len = (end ? (size_t)(end - k->buf) : k->len) - skip;
	if (len == CLAMD_LINE)
		return 0;
	memcpy(cmd, k->buf + skip, len);
	if (len && k->end == '\n' && cmd[len - 1] == '\r')
		len--;
	cmd[len] = '\0';
	took(k, end ? (size_t)(end - k->buf) + 1 : k->len);
	/* a NUL within is of no command */
	return 1;
}

void
clamd_talk(struct client *k)
{
	char cmd[CLAMD_LINE];
	bool prefixed;

	while (!k->over && !ct_stop && command(k, cmd, &prefixed)) {
		if (k->session && !prefixed) {
			reply(k, "UNKNOWN COMMAND");
			break;
		}
		obey(k, cmd, prefixed);
	}
	linger(k);
}
