/* serve_http.c - HTTP over libmicrohttpd: connections, bodies, answers */
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "blake.h"
#include "clock.h"
#include "prog.h"
#include "serve_impl.h"

#define CONNS 512U     /* never met: */
#define CROWD 48       /* then the stranger that rests longest is cut */
#define PATIENCE 20000 /* ms for a whole request to come, or for none */
#define SENDING 120000 /* ms for its answer to go: the line may be thin */
#define PENALTY 1000   /* ms before a wrong token gets its answer */
#define TICK 1000      /* ms */

struct serve_conn {
	struct MHD_Connection *conn;
	int64_t until; /* then it is cut */
	int64_t due;   /* when it goes on; 0: it is not held up */
	bool known;    /* who has the cookie asked by it */
	struct serve_conn *next;
};

/* ---- answers ---------------------------------------------------------------
 */

static const char *const headers[][2] = {
	{ "Cache-Control", "no-store" },
	{ "Content-Security-Policy",
	    "default-src 'none'; script-src 'self'; style-src 'self'; img-src "
	    "'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
	    "frame-ancestors 'none'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "X-Frame-Options", "DENY" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Permissions-Policy",
	    "camera=(), clipboard-read=(), clipboard-write=(), "
	    "display-capture=(), geolocation=(), microphone=(), "
	    "picture-in-picture=()" },
};

/* The body goes with all that it showed. */
static void
sent(void *arg)
{
	struct serve_ans *a = arg;

	if (a->body)
		ct_wipe(a->body, a->len);
	free(a->body);
	free(a);
}

static void
dress(const struct ct_serve *s, struct MHD_Response *r,
    const struct serve_ans *ans)
{
	char *cookie, *where;
	size_t i;

	for (i = 0; i < sizeof headers / sizeof *headers; i++)
		(void)MHD_add_response_header(r, headers[i][0], headers[i][1]);
	if (ans->type)
		(void)MHD_add_response_header(r, "Content-Type", ans->type);
	if (ans->status == MHD_HTTP_METHOD_NOT_ALLOWED)
		(void)MHD_add_response_header(r, "Allow", "GET, POST");
	if (!ans->in)
		return;
	cookie = ct_printf("ct-%d=%s; HttpOnly; SameSite=Strict; Path=%s",
	    s->port, s->session, s->base);
	where = ct_printf("%s/", s->base);
	(void)MHD_add_response_header(r, "Location", where);
	(void)MHD_add_response_header(r, "Set-Cookie", cookie);
	ct_wipe(cookie, strlen(cookie));
	ct_wipe(where, strlen(where));
	free(cookie);
	free(where);
}

static struct serve_conn *
conn_of(struct MHD_Connection *conn)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(conn, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static enum MHD_Result
give(const struct ct_serve *s, struct MHD_Connection *conn,
    const struct serve_ans *ans)
{
	struct serve_ans *own = ct_alloc(1, sizeof *own);
	struct MHD_Response *r;
	enum MHD_Result rc;

	*own = *ans;
	r = MHD_create_response_from_buffer_with_free_callback_cls(
	    own->len, own->body ? own->body : own, sent, own);
	if (!r)
		ct_die(CT_OSERR, "out of memory");
	dress(s, r, ans);
	rc = MHD_queue_response(conn, ans->status, r);
	MHD_destroy_response(r);
	conn_of(conn)->until = ct_mono() + SENDING;
	return rc;
}

static void
ask(struct ct_serve *s, const struct serve_req *req, struct serve_ans *ans)
{
	struct ct_err err;
	json_t *what =
		   ct_json_object(req->text ? req->text : "", req->len, &err),
	       *value;
	const char *name;
	char word[32];

	if (!what) {
		serve_deny(ans, MHD_HTTP_BAD_REQUEST, NULL, &err);
		return;
	}
	json_object_foreach(what, name, value)
	{
		(void)snprintf(word, sizeof word, " %s ", name);
		if (strchr(name, ' ') || !strstr(req->verb->members, word)) {
			(void)ct_fail(&err, CT_DATAERR,
			    "what is asked has a member too many");
			serve_deny(ans, MHD_HTTP_BAD_REQUEST, NULL, &err);
			break;
		}
	}
	if (!ans->status)
		req->verb->fn(s, what, ans);
	json_decref(what);
}

static enum MHD_Result
answer(struct ct_serve *s, struct MHD_Connection *conn,
    const struct serve_req *req, const char *whole)
{
	const char *url = serve_below(s, whole);
	static const char picture[] = "/picture/";
	struct serve_ans ans = { 0 };
	struct ct_err err;

	if (!url) { /* the session ended while it was asked */
		(void)ct_fail(&err, CT_NOPERM, "this session is over");
		serve_deny(&ans, MHD_HTTP_FORBIDDEN, "over", &err);
	} else if (req->len > SERVE_BODY) {
		(void)ct_fail(&err, CT_NOPERM, "too much asked");
		serve_deny(&ans, MHD_HTTP_CONTENT_TOO_LARGE, NULL, &err);
	} else if (req->post) {
		ask(s, req, &ans);
	} else if (serve_verb_at(url)) {
		(void)ct_fail(&err, CT_NOPERM, "it is to be asked by POST");
		serve_deny(&ans, MHD_HTTP_METHOD_NOT_ALLOWED, NULL, &err);
	} else if (!serve_page(&ans, url) &&
	    !(strncmp(url, picture, sizeof picture - 1) == 0 &&
		serve_picture(s, url + sizeof picture - 1, &ans))) {
		(void)ct_fail(&err, CT_NOINPUT, "there is no such thing");
		serve_deny(&ans, MHD_HTTP_NOT_FOUND, NULL, &err);
	}
	return give(s, conn, &ans);
}

/* ---- requests --------------------------------------------------------------
 */

/* Its answer waits a while; nobody else does. */
static void
hold_up(struct MHD_Connection *conn)
{
	struct serve_conn *c = conn_of(conn);

	c->due = ct_mono() + PENALTY;
	MHD_suspend_connection(conn);
}

/* One piece of what is asked; false: the connection is to be cut. */
static bool
take(struct serve_req *req, const char *data, size_t len)
{
	if (!req->post)
		return false;
	if (req->len + len > SERVE_BODY) {
		req->len += len;
		return req->len <= 16 * SERVE_BODY;
	}
	req->text = ct_grow(req->text, req->len + len + 1, 1);
	memcpy(req->text + req->len, data, len);
	req->len += len;
	req->text[req->len] = '\0';
	return true;
}

static enum MHD_Result
on_request(void *arg, struct MHD_Connection *conn, const char *url,
    const char *method, const char *version, const char *data, size_t *len,
    void **slot)
{
	struct ct_serve *s = arg;
	struct serve_req *req = *slot;
	bool first = !req;

	(void)version;
	if (first) {
		*slot = req = ct_alloc(1, sizeof *req);
		serve_admit(s, conn, req, url, method);
		if (!req->denied.status)
			conn_of(conn)->known = true;
		if (req->guess && !s->closing) {
			hold_up(conn);
			return MHD_YES;
		}
	}
	if (req->denied.status) {
		struct serve_ans ans = req->denied;

		*len = 0;
		req->denied = (struct serve_ans){ 0 };
		return give(s, conn, &ans);
	}
	if (first)
		return MHD_YES;
	if (!*len)
		return answer(s, conn, req, url);
	if (!take(req, data, *len))
		return MHD_NO;
	*len = 0;
	return MHD_YES;
}

static void
on_done(void *arg, struct MHD_Connection *conn, void **slot,
    enum MHD_RequestTerminationCode why)
{
	struct serve_req *req = *slot;
	struct serve_conn *c = conn_of(conn);

	(void)arg;
	(void)why;
	if (c)
		c->until = ct_mono() + PATIENCE;
	if (!req)
		return;
	free(req->denied.body);
	if (req->text)
		ct_wipe(req->text, strlen(req->text));
	free(req->text);
	free(req);
	*slot = NULL;
}

/* ---- connections -----------------------------------------------------------
 */

/* It is over; the server finds out by itself. */
static void
cut(const struct serve_conn *c)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(c->conn, MHD_CONNECTION_INFO_CONNECTION_FD);

	if (info)
		(void)shutdown(info->connect_fd, SHUT_RDWR);
}

static void
on_connection(void *arg, struct MHD_Connection *conn, void **context,
    enum MHD_ConnectionNotificationCode what)
{
	struct ct_serve *s = arg;
	struct serve_conn **at, *c, *rests = NULL;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		for (c = s->conns; c; c = c->next)
			if (!c->known && (!rests || c->until <= rests->until))
				rests = c;
		if (rests && s->nconns >= CROWD)
			cut(rests);
		c = ct_alloc(1, sizeof *c);
		*c = (struct serve_conn){ .conn = conn,
			.until = ct_mono() + PATIENCE,
			.next = s->conns };
		s->conns = *context = c;
		s->nconns++;
		return;
	}
	for (at = &s->conns; *at && *at != *context; at = &(*at)->next)
		;
	if ((c = *at)) {
		*at = c->next;
		s->nconns--;
		free(c);
	}
	*context = NULL;
}

/* Those that were held up long enough, or all, go on; those that take too long
 * are cut. */
static void
attend(struct ct_serve *s, bool all)
{
	int64_t now = ct_mono();
	struct serve_conn *c;

	for (c = s->conns; c; c = c->next) {
		if (c->due && (all || now >= c->due)) {
			c->due = 0;
			MHD_resume_connection(c->conn);
		}
		if (now > c->until)
			cut(c);
	}
}

/* ---- the server ------------------------------------------------------------
 */

int
serve_listen(struct ct_serve *s, struct ct_err *err)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)s->how->port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	const union MHD_DaemonInfo *info;

	s->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME,
	    0, NULL, NULL, on_request, s, MHD_OPTION_SOCK_ADDR, &at,
	    MHD_OPTION_NOTIFY_COMPLETED, on_done, NULL,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
	    MHD_OPTION_CONNECTION_LIMIT, CONNS, MHD_OPTION_CONNECTION_TIMEOUT,
	    (unsigned)(PATIENCE / 1000), MHD_OPTION_CONNECTION_MEMORY_LIMIT,
	    (size_t)32 << 10, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
	if (!s->daemon)
		return ct_fail_errno(err, CT_UNAVAILABLE,
		    "cannot listen on 127.0.0.1 port %d", s->how->port);
	info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);
	s->port = info ? info->port : s->how->port;
	return 0;
}

/* ms until there is something to do, at most. */
static int
patience(const struct ct_serve *s)
{
	MHD_UNSIGNED_LONG_LONG its;
	int64_t ms = TICK, now = ct_mono();
	const struct serve_conn *c;

	if (MHD_get_timeout(s->daemon, &its) == MHD_YES && its < TICK)
		ms = (int64_t)its;
	for (c = s->conns; c; c = c->next)
		if (c->due && c->due - now < ms)
			ms = c->due > now ? c->due - now : 0;
	return (int)ms;
}

int
serve_wait(struct ct_serve *s, bool *line, struct ct_err *err)
{
	const union MHD_DaemonInfo *info =
	    MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	struct pollfd fds[2] = { { .fd = info ? info->epoll_fd : -1,
				     .events = POLLIN },
		{ .fd = *line ? STDIN_FILENO : -1, .events = POLLIN } };
	int n = poll(fds, 2, patience(s));

	*line = n > 0 && fds[1].revents;
	if (n < 0 && errno != EINTR)
		return ct_fail_errno(err, CT_OSERR, "cannot wait");
	attend(s, false);
	return MHD_run(s->daemon) == MHD_YES
	    ? 0
	    : ct_fail(err, CT_OSERR, "the server of HTTP fails");
}

void
serve_hang_up(struct ct_serve *s)
{
	if (!s->daemon)
		return;
	s->closing = true; /* none may be held up when it stops */
	attend(s, true);
	(void)MHD_run(s->daemon);
	MHD_stop_daemon(s->daemon);
	s->daemon = NULL;
}
