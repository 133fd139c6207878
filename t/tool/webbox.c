/*
 * webbox - an HTTP server of the web as it is, good and not
 *
 *	webbox DIR
 *
 * Listens on 127.0.0.1, prints its port, serves GET with Range and If-Match, a
 * thread a connection.  "heard" in DIR has each request: its target, and of
 * its headers Range and If-Match.
 *
 *	/f/NAME		a file of DIR
 *	/n/BYTES	so many made-up ones
 *	/n/BYTES/KEY	as the key of a bucket
 *
 * Behind ?, or as the key, words of these, joined by &; N: for the first N
 * requests of this target, or without it for all:
 *
 *	status=S[:N]	this status and no file; retry=T a Retry-After with it
 *	reset=AT[:N]	the connection is reset after AT bytes of the body
 *	stall=AT[:N]	it says no more then
 *	drip=AT[:N]	a byte a second from then on
 *	rate=N		at most N MB a second
 *	ranges		it says that it knows of ranges
 *	norange[=0:N]	it does not know of ranges
 *	lie=N[:N]	Content-Range is N bytes too far
 *	short=N[:N]	a range ends N bytes too soon, and says so
 *	from=AT		all these but rate are of ranges from there alone, and
 *			so is N
 *	noetag, weak	no ETag, or a weak one
 *	change=N	after N requests it is another file, of another ETag
 *	blind		it does not know of If-Match
 *	gone=N		after N requests it is gone
 *	gzip		it says that the body is encoded
 *	chunked, close	the length is not said; close: of what ends, either
 *	endless		there is no end
 *	to=URL		a redirect, percent-encoded; via=S by this status
 *	hops=N		a redirect to the same with N-1
 *	long=N		a redirect to N bytes
 *	headers=N	so many bytes of headers
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"

#define HEAD_MAX ((size_t)32 << 10)
#define PIECE ((size_t)64 << 10)
#define TARGETS 4096
#define PERIOD 65536 /* of bytes that are made up */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	char *target;
	unsigned n;
} seen[TARGETS];
static int heard;
static unsigned char made_up[2][PERIOD + PIECE]; /* 1: of another file */

struct call {
	int fd;
	char head[HEAD_MAX + 1], target[HEAD_MAX + 1];
	unsigned n; /* requests of this target before it */
	int file;
	uint64_t size, from;
	bool ranged, changed;
	bool spared; /* its words are for another range */
};

/* ---- the request -----------------------------------------------------------
 */

static bool
read_head(struct call *c)
{
	size_t n = 0, i = 0;
	unsigned byte;
	char *p, *q;
	ssize_t got;

	/* no client of ours sends the next before it has the answer */
	while (n < HEAD_MAX &&
	    (got = read(c->fd, c->head + n, HEAD_MAX - n)) > 0) {
		n += (size_t)got;
		c->head[n] = '\0';
		if (n >= 4 && strcmp(c->head + n - 4, "\r\n\r\n") == 0)
			break;
	}
	if (got <= 0 || sscanf(c->head, "GET %s HTTP/1.1", c->target) != 1)
		return false;
	/* the words of a key */
	if (strncmp(c->target, "/n/", 3) == 0)
		i = 3 + strspn(c->target + 3, "0123456789");
	if (i <= 3 || c->target[i] != '/')
		return true;
	c->target[i] = '?';
	for (p = q = c->target + i; *p; q++) {
		byte = (unsigned char)*p++;
		if (byte == '%' && sscanf(p, "%2x", &byte) == 1)
			p += 2;
		*q = (char)byte;
	}
	*q = '\0';
	return true;
}

static const char *
header(const struct call *c, const char *name, char out[512])
{
	size_t n = strlen(name);
	const char *at = c->head;

	*out = '\0';
	while ((at = strstr(at, "\r\n"))) {
		at += 2;
		if (strncasecmp(at, name, n) == 0 && at[n] == ':') {
			at += n + 1 + strspn(at + n + 1, " ");
			(void)snprintf(
			    out, 512, "%.*s", (int)strcspn(at, "\r"), at);
			break;
		}
	}
	return out;
}

/* Is this word there?  Its value, and whether it counts this time. */
static bool
word(const struct call *c, const char *name, const char **value)
{
	const char *at = strchr(c->target, '?');
	size_t n = strlen(name), len;

	while (at && *at++) {
		len = strcspn(at, "&");
		if (len >= n && strncmp(at, name, n) == 0 &&
		    (len == n || at[n] == '=')) {
			*value = at + n + (len > n);
			return true;
		}
		at = strchr(at, '&');
	}
	return false;
}

static void
note(struct call *c)
{
	char range[512], match[512];
	const char *at;
	char *name;
	size_t i;

	(void)header(c, "range", range);
	(void)header(c, "if-match", match);
	c->ranged =
	    sscanf(range, "bytes=%llu", (unsigned long long *)&c->from) == 1;
	c->spared = word(c, "from", &at) && strtoull(at, NULL, 10) != c->from;
	name = ct_printf(c->spared ? "%s but" : "%s", c->target);
	(void)pthread_mutex_lock(&lock);
	for (i = 0; i + 1 < TARGETS && seen[i].target &&
	     strcmp(seen[i].target, name) != 0;
	     i++)
		;
	if (!seen[i].target)
		seen[i].target = ct_strdup(name);
	c->n = seen[i].n++;
	(void)dprintf(heard, "%s %s %s\n", c->target, *range ? range : "-",
	    *match ? match : "-");
	(void)pthread_mutex_unlock(&lock);
	free(name);
}

static bool
has(const struct call *c, const char *name)
{
	const char *value;

	return word(c, name, &value);
}

/* NAME=VALUE[:N], of the first N */
static bool
now(const struct call *c, const char *name, uint64_t *n)
{
	const char *value;
	char *end;

	if (c->spared || !word(c, name, &value))
		return false;
	*n = strtoull(value, &end, 10);
	return *end != ':' || c->n < strtoul(end + 1, NULL, 10);
}

/* NAME=N: after the first N */
static bool
after(const struct call *c, const char *name)
{
	const char *value;

	return !c->spared && word(c, name, &value) &&
	    c->n >= strtoul(value, NULL, 10);
}

/* ---- the answer ------------------------------------------------------------
 */

static bool
say(struct call *c, const char *text)
{
	return ct_write_full(c->fd, text, strlen(text)) == 0;
}

static bool
empty(struct call *c, const char *status, const char *more)
{
	char *text = ct_printf("HTTP/1.1 %s\r\n%sContent-Length: 0\r\n\r\n",
	    status, more ? more : "");
	bool well = say(c, text);

	free(text);
	return well;
}

static bool
redirect(struct call *c)
{
	const char *value;
	char *to = NULL, *text, *p, *q;
	uint64_t n, via = 302;
	bool well;

	(void)now(c, "via", &via);
	if (now(c, "long", &n)) {
		to = ct_alloc(n + 1, 1);
		memset(to, 'x', n);
		memcpy(to, "http://127.0.0.1/", 17);
	} else if (now(c, "hops", &n) && n) {
		to = ct_printf("/n/5?hops=%llu", (unsigned long long)n - 1);
	} else if (word(c, "to", &value)) {
		to = ct_printf("%.*s", (int)strcspn(value, "&"), value);
		for (p = q = to; *p; q++) {
			unsigned byte = 0;

			if (*p == '%' && sscanf(p + 1, "%2x", &byte) == 1) {
				*q = (char)byte;
				p += 3;
			} else {
				*q = *p++;
			}
		}
		*q = '\0';
	}
	if (!to)
		return false;
	text = ct_printf("Location: %s\r\n", to);
	p = ct_printf("%llu Over there", (unsigned long long)via);
	well = empty(c, p, text);
	free(p);
	free(text);
	free(to);
	return well;
}

/* Bytes from at on: of the file, or made up. */
static bool
fill(const struct call *c, char *out, size_t len, uint64_t at)
{
	if (c->file >= 0)
		return pread(c->file, out, len, (off_t)at) == (ssize_t)len;
	memcpy(out, made_up[c->changed] + at % PERIOD, len);
	return true;
}

static void
make_up(void)
{
	size_t at;

	for (at = 0; at < PERIOD + PIECE; at++) {
		made_up[0][at] = (at * 7 + (at >> 8) * 13) & 0xff;
		made_up[1][at] = (made_up[0][at] + 1) & 0xff;
	}
}

static bool
put(struct call *c, const char *data, size_t len)
{
	char size[32];

	if (!has(c, "chunked"))
		return ct_write_full(c->fd, data, len) == 0;
	(void)snprintf(size, sizeof size, "%zx\r\n", len);
	return say(c, size) && ct_write_full(c->fd, data, len) == 0 &&
	    say(c, "\r\n");
}

/* Wait until the other side has what was sent: a reset takes the rest back. */
static void
drain(int fd)
{
	int left = 1, n;

	for (n = 0; n < 5000 && left; n++) {
		if (ioctl(fd, SIOCOUTQ, &left) < 0)
			return;
		usleep(1000);
	}
}

/* The body; false: the connection is over. */
static bool
body(struct call *c)
{
	struct linger hard = { .l_onoff = 1 };
	const char *value;
	char piece[PIECE];
	uint64_t at = c->from, reset = UINT64_MAX, stall = UINT64_MAX,
		 drip = UINT64_MAX, rate = 0, part;

	(void)(now(c, "reset", &reset) || (reset = UINT64_MAX));
	(void)(now(c, "stall", &stall) || (stall = UINT64_MAX));
	(void)(now(c, "drip", &drip) || (drip = UINT64_MAX));
	if (word(c, "rate", &value)) /* of its other ranges, too */
		rate = strtoull(value, NULL, 10);
	while (at < c->size || has(c, "endless")) {
		part = has(c, "endless") || c->size - at > PIECE ? PIECE
								 : c->size - at;
		part = at < reset && reset - at < part ? reset - at : part;
		part = at < stall && stall - at < part ? stall - at : part;
		part = at < drip && drip - at < part ? drip - at : part;
		if (at >= drip) {
			part = 1;
			sleep(1);
		}
		if (rate)
			usleep((useconds_t)(part / rate));
		if (at >= reset) {
			drain(c->fd);
			(void)setsockopt(
			    c->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
			return false;
		}
		if (at >= stall) {
			(void)!read(c->fd, piece, 1);
			return false;
		}
		if (!fill(c, piece, part, at) || !put(c, piece, part))
			return false;
		at += part;
	}
	return !has(c, "close") && (!has(c, "chunked") || say(c, "0\r\n\r\n"));
}

static bool
serve(struct call *c)
{
	char *etag = ct_printf("%s\"%s%llu\"", has(c, "weak") ? "W/" : "",
	    c->changed ? "other" : "tag", (unsigned long long)c->size);
	char match[512], range[512], *text;
	uint64_t n = 0;
	bool well;

	(void)header(c, "if-match", match);
	(void)header(c, "range", range);
	if (*match && strcmp(match, etag) != 0 && !has(c, "blind")) {
		free(etag);
		return empty(c, "412 Another", NULL);
	}
	if (now(c, "norange", &n)) {
		c->ranged = false;
		c->from = 0;
	}
	if (c->ranged && c->from >= c->size) {
		free(etag);
		return empty(c, "416 Beyond", NULL);
	}
	text = ct_printf("HTTP/1.1 %s\r\n", c->ranged ? "206 Part" : "200 OK");
	well = say(c, text);
	free(text);
	if (c->ranged) {
		const char *to = strchr(range, '-');

		if (to && to[1] && strtoull(to + 1, NULL, 10) < c->size)
			c->size = strtoull(to + 1, NULL, 10) + 1;
		n = 0;
		if (now(c, "short", &n))
			c->size -= n;
		if (!now(c, "lie", &n))
			n = 0;
		text = ct_printf("Content-Range: bytes %llu-%llu/%llu\r\n",
		    (unsigned long long)(c->from + n),
		    (unsigned long long)(c->size + n) - 1,
		    (unsigned long long)strtoull(
			etag + strcspn(etag, "0123456789"), NULL, 10));
		well = well && say(c, text);
		free(text);
	}
	if (!has(c, "noetag")) {
		text = ct_printf("ETag: %s\r\n", etag);
		well = well && say(c, text);
		free(text);
	}
	free(etag);
	if (has(c, "ranges"))
		well = well && say(c, "Accept-Ranges: bytes\r\n");
	if (has(c, "gzip"))
		well = well && say(c, "Content-Encoding: gzip\r\n");
	if (now(c, "headers", &n))
		for (; n > 100 && well; n -= 100)
			well = say(c,
			    "X-More: "
			    "01234567890123456789012345678901234567890123456789"
			    "0123456789012345678901234567890123456789\r\n");
	if (has(c, "chunked"))
		text = ct_strdup("Transfer-Encoding: chunked\r\n\r\n");
	else if (has(c, "close") || has(c, "endless"))
		text = ct_strdup("Connection: close\r\n\r\n");
	else
		text = ct_printf("Content-Length: %llu\r\n\r\n",
		    (unsigned long long)(c->size - c->from));
	well = well && say(c, text);
	free(text);
	return well && body(c);
}

static bool
answer(struct call *c)
{
	char name[256] = "", status[64], more[512];
	const char *retry = NULL;
	unsigned long long made;
	struct stat st;
	uint64_t n;
	bool well;

	if (now(c, "status", &n)) {
		(void)snprintf(
		    status, sizeof status, "%llu No", (unsigned long long)n);
		*more = '\0';
		if (word(c, "retry", &retry))
			(void)snprintf(more, sizeof more,
			    "Retry-After: %.*s\r\n", (int)strcspn(retry, "&"),
			    retry);
		return empty(c, status, more);
	}
	if (has(c, "to") || has(c, "long") || (now(c, "hops", &n) && n))
		return redirect(c);
	c->changed = after(c, "change");
	if (sscanf(c->target, "/n/%llu", &made) == 1)
		c->size = made;
	else if (sscanf(c->target, "/f/%255[^/?]", name) != 1)
		return empty(c, "404 None", NULL);
	if (after(c, "gone"))
		return empty(c, "404 Gone", NULL);
	if (*name) {
		c->file = open(name, O_RDONLY | O_CLOEXEC);
		if (c->file < 0 || fstat(c->file, &st) < 0)
			return empty(c, "404 None", NULL);
		c->size = (uint64_t)st.st_size;
	}
	well = serve(c);
	if (c->file >= 0)
		(void)close(c->file);
	return well;
}

static void *
talk(void *arg)
{
	struct call *c = arg;
	int fd = c->fd, yes = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	do {
		*c = (struct call){ .fd = fd, .file = -1 };
		if (!read_head(c))
			break;
		note(c);
	} while (answer(c));
	(void)close(fd);
	free(c);
	return NULL;
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof a;
	struct call *c;
	pthread_t t;
	int fd;

	ct_start("webbox");
	(void)signal(SIGPIPE, SIG_IGN);
	make_up();
	if (argc != 2 || chdir(argv[1]) < 0)
		ct_die(CT_USAGE, "usage: webbox DIR");
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	heard = open(
	    "heard", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
	if (heard < 0 || fd < 0 ||
	    bind(fd, (const struct sockaddr *)&a, sizeof a) < 0 ||
	    listen(fd, 256) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		ct_die(CT_OSERR, "cannot listen");
	(void)printf("%d\n", ntohs(a.sin_port));
	(void)fflush(stdout);
	for (;;) {
		c = ct_alloc(1, sizeof *c);
		c->fd = accept(fd, NULL, NULL);
		if (c->fd < 0 || pthread_create(&t, NULL, talk, c))
			ct_die(CT_OSERR, "cannot serve");
		(void)pthread_detach(t);
	}
}
