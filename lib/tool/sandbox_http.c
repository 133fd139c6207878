/* sandbox_http.c - HTTP over libmicrohttpd: bodies, broken answers */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "blake.h"
#include "clock.h"
#include "prog.h"
#include "sandbox_impl.h"

#define POST_BUFFER ((size_t)64 << 10)
#define TEXT_SWALLOWED ((uint64_t)64 << 20)
#define BIG ((size_t)2 << 20)

const char *
ct_sandbox_arg(const struct sandbox_req *req, const char *name)
{
	return MHD_lookup_connection_value(
	    req->conn, MHD_GET_ARGUMENT_KIND, name);
}

const char *
ct_sandbox_header(const struct sandbox_req *req, const char *name)
{
	return MHD_lookup_connection_value(req->conn, MHD_HEADER_KIND, name);
}

bool
ct_sandbox_typed(const struct sandbox_req *req, const char *type)
{
	const char *is = ct_sandbox_header(req, "Content-Type");
	size_t n = strlen(type);

	return is && strncasecmp(is, type, n) == 0 && strchr("; \t", is[n]);
}

/* NAME=VALUE of a form, decoded. */
static char *
of_form(const char *text, const char *name)
{
	size_t n = strlen(name), len;
	char *value, *s;

	for (; text && *text; text += *text == '&') {
		len = strcspn(text, "&");
		if (len > n && text[n] == '=' && strncmp(text, name, n) == 0) {
			value =
			    ct_printf("%.*s", (int)(len - n - 1), text + n + 1);
			for (s = value; *s; s++)
				if (*s == '+')
					*s = ' ';
			(void)MHD_http_unescape(value);
			return value;
		}
		text += len;
	}
	return NULL;
}

char *
ct_sandbox_param(const struct sandbox_req *req, const char *name)
{
	const char *v = ct_sandbox_arg(req, name);

	if (v)
		return ct_strdup(v);
	return ct_sandbox_typed(req, "application/x-www-form-urlencoded")
	    ? of_form(req->text, name)
	    : NULL;
}

/* ---- the request as it comes in ------------------------------------------ */

static void
copy_field(char *to, size_t cap, const char *data, uint64_t off, size_t size,
    bool *bad)
{
	if (off + size >= cap) {
		*bad = true;
		return;
	}
	memcpy(to + off, data, size);
	to[off + size] = '\0';
}

static enum MHD_Result
on_form(void *arg, enum MHD_ValueKind kind, const char *key,
    const char *filename, const char *type, const char *encoding,
    const char *data, uint64_t off, size_t size)
{
	struct sandbox_req *req = arg;
	struct ct_err err = { 0 };

	(void)kind;
	(void)type;
	(void)encoding;
	if (strcmp(key, "id") == 0 && !filename) {
		copy_field(
		    req->id, sizeof req->id, data, off, size, &req->form_bad);
		req->has_id = true;
	} else if (strcmp(key, "file") == 0 && filename && req->hashing) {
		if (off == 0 && req->has_file)
			req->form_bad = true; /* a second one */
		if (!req->has_file) {
			req->has_file = true;
			req->name = ct_strdup(filename);
		}
		req->size += size;
		if (req->size > SANDBOX_FILE_MAX)
			req->too_large = true;
		else if (ct_digest_add(&req->digest, data, size, &err))
			req->form_bad = true;
	}
	return MHD_YES;
}

static void *
on_uri(void *arg, const char *uri, struct MHD_Connection *conn)
{
	struct sandbox_req *req = ct_alloc(1, sizeof *req);

	(void)arg;
	(void)conn;
	req->path = ct_strdup(uri);
	return req;
}

static void
begin(struct sandbox_req *req, struct ct_sandbox *box,
    struct MHD_Connection *conn, const char *url, const char *method)
{
	struct ct_err err = { 0 };

	req->box = box;
	req->conn = conn;
	req->method = method;
	req->url = url;
	req->control = strncmp(url, "/_", 2) == 0;
	ct_sandbox_route(req);
	if (req->kind != BODY_FORM || req->refused)
		return;
	req->multipart = ct_sandbox_typed(req, "multipart/form-data");
	req->hashing = ct_digest_start(&req->digest, &err) == 0;
	req->post = MHD_create_post_processor(conn, POST_BUFFER, on_form, req);
}

/* Take in one piece of the body; false: the connection is to be cut. */
static bool
take(struct sandbox_req *req, const char *data, size_t len)
{
	req->total += len;
	if (req->refused || req->kind == BODY_NONE)
		return req->total <= SANDBOX_FILE_MAX;
	if (req->kind == BODY_FORM) {
		if (!req->post ||
		    MHD_post_process(req->post, data, len) != MHD_YES)
			req->form_bad = true;
		return req->total <= SANDBOX_FILE_MAX + TEXT_SWALLOWED;
	}
	if (req->total >
	    (req->kind == BODY_LARGE ? SANDBOX_LARGE_MAX : SANDBOX_XML_MAX)) {
		req->too_large = true;
		return req->total <= TEXT_SWALLOWED;
	}
	req->text = ct_grow(req->text, req->len + len + 1, 1);
	memcpy(req->text + req->len, data, len);
	req->len += len;
	req->text[req->len] = '\0';
	return true;
}

static void
on_done(void *arg, struct MHD_Connection *conn, void **slot,
    enum MHD_RequestTerminationCode why)
{
	struct sandbox_req *req = *slot;

	(void)arg;
	(void)conn;
	(void)why;
	if (!req)
		return;
	if (req->post)
		(void)MHD_destroy_post_processor(req->post);
	ct_digest_free(&req->digest);
	free(req->text);
	free(req->name);
	free(req->path);
	free(req);
	*slot = NULL;
}

/* ---- the answer as it goes out ------------------------------------------- */

struct broken {
	char *body;
	size_t len;
	struct ct_sandbox *box;
	bool quiet; /* it ends as if that were all */
	long ms;    /* before each byte; 0: they come as they can */
	unsigned recalled;
};

/* So long, or until the faults of then are taken back. */
static void
wait_ms(struct ct_sandbox *box, long ms, unsigned recalled)
{
	int64_t until = ct_mono() + ms;

	while (ct_mono() < until && !atomic_load(&box->stopping) &&
	    atomic_load(&box->recalled) == recalled)
		(void)usleep(10000);
}

static ssize_t
on_broken(void *arg, uint64_t pos, char *buf, size_t max)
{
	const struct broken *b = arg;
	size_t n = b->len - (size_t)pos;

	if (pos >= b->len)
		return b->quiet ? MHD_CONTENT_READER_END_OF_STREAM
				: MHD_CONTENT_READER_END_WITH_ERROR;
	n = n < max ? n : max;
	if (b->ms) {
		wait_ms(b->box, b->ms, b->recalled);
		n = 1;
	}
	memcpy(buf, b->body + pos, n);
	return (ssize_t)n;
}

static void
free_broken(void *arg)
{
	struct broken *b = arg;

	free(b->body);
	free(b);
}

/* Of a body of the length promised, or of none promised, only the first bytes
 * come, or one after the other. */
static struct MHD_Response *
broken(const struct sandbox_req *req, struct sandbox_ans *ans)
{
	const struct sandbox_plan *plan = &req->plan;
	struct broken *b = ct_alloc(1, sizeof *b);
	size_t keep = ans->len;
	uint64_t promised = ans->len;
	struct MHD_Response *r;

	if (plan->on[FAULT_TRUNCATE]) {
		keep = (size_t)plan->arg[FAULT_TRUNCATE];
		promised += keep >= ans->len;
	} else if (plan->on[FAULT_CHUNK_CUT]) {
		keep = (size_t)plan->arg[FAULT_CHUNK_CUT];
		promised = MHD_SIZE_UNKNOWN;
	} else if (plan->on[FAULT_CLOSE_CUT]) {
		keep = (size_t)plan->arg[FAULT_CLOSE_CUT];
		promised = MHD_SIZE_UNKNOWN;
		b->quiet = true;
	}
	b->body = ans->body;
	b->len = keep < ans->len ? keep : ans->len;
	b->box = req->box;
	b->ms = plan->on[FAULT_DRIP] ? plan->arg[FAULT_DRIP] : 0;
	b->recalled = plan->recalled;
	r = MHD_create_response_from_callback(
	    promised, 4096, on_broken, b, free_broken);
	if (r && b->quiet) /* then only the end of the connection tells */
		(void)MHD_set_response_options(
		    r, MHD_RF_HTTP_1_0_SERVER, MHD_RO_END);
	return r;
}

static void
http_date(int64_t ms, char out[64])
{
	time_t s = (time_t)(ms / 1000);
	struct tm tm = { 0 };

	(void)gmtime_r(&s, &tm);
	(void)strftime(out, 64, "%a, %d %b %Y %H:%M:%S GMT", &tm);
}

/* What is to be waited for, as seconds or as a time. */
static void
say_wait(const struct sandbox_plan *plan, struct MHD_Response *r, int64_t now)
{
	char text[64];
	long s = plan->on[FAULT_BUSY] ? plan->arg[FAULT_BUSY]
	    : plan->on[FAULT_LIMIT]   ? plan->arg[FAULT_LIMIT]
				      : -1;

	(void)snprintf(text, sizeof text, "%ld", s);
	if (plan->on[FAULT_LIMIT_DATE])
		http_date(now + 1000 * plan->arg[FAULT_LIMIT_DATE], text);
	else if (s < 0)
		return;
	(void)MHD_add_response_header(r, "Retry-After", text);
}

static void
say_where(const struct sandbox_req *req, struct MHD_Response *r)
{
	char *url = ct_printf("http://localhost:%d/elsewhere", req->box->port);

	(void)MHD_add_response_header(r, "Location", url);
	free(url);
}

static void
say_more(const struct sandbox_ans *ans, struct MHD_Response *r)
{
	const char *name;
	json_t *value;

	json_object_foreach(ans->header, name, value)
	{
		(void)MHD_add_response_header(
		    r, name, json_string_value(value));
	}
	json_decref(ans->header);
}

static enum MHD_Result
send_answer(struct sandbox_req *req, struct sandbox_ans *ans, int64_t now)
{
	const struct sandbox_plan *plan = &req->plan;
	struct MHD_Response *r;
	enum MHD_Result rc;
	char date[64];

	if ((plan->on[FAULT_TRUNCATE] || plan->on[FAULT_CHUNK_CUT] ||
		plan->on[FAULT_CLOSE_CUT] || plan->on[FAULT_DRIP]) &&
	    ans->body)
		r = broken(req, ans);
	else
		r = MHD_create_response_from_buffer(
		    ans->len, ans->body, MHD_RESPMEM_MUST_FREE);
	if (!r)
		ct_die(CT_OSERR, "out of memory");
	http_date(now, date);
	if (!plan->on[FAULT_NO_DATE])
		(void)MHD_add_response_header(r, "Date", date);
	(void)MHD_add_response_header(r, "Request-ID", ans->request_id);
	if (ans->type)
		(void)MHD_add_response_header(r, "Content-Type", ans->type);
	if (ans->status == MHD_HTTP_UNAUTHORIZED)
		(void)MHD_add_response_header(
		    r, "WWW-Authenticate", "Basic realm=\"ESP Web Services\"");
	if (ans->status == MHD_HTTP_METHOD_NOT_ALLOWED)
		(void)MHD_add_response_header(r, "Allow", "GET, POST, PUT");
	say_wait(plan, r, now);
	if (plan->on[FAULT_REDIRECT])
		say_where(req, r);
	say_more(ans, r);
	rc = MHD_queue_response(req->conn, (unsigned)ans->status, r);
	MHD_destroy_response(r);
	return rc;
}

static void
plain(struct sandbox_ans *ans, int status, const char *type, const char *text)
{
	ans->status = status;
	ans->type = type;
	ans->body = ct_strdup(text);
	ans->len = strlen(text);
}

static void
pad(struct sandbox_ans *ans)
{
	ans->body = ct_grow(ans->body, ans->len + BIG, 1);
	memset(ans->body + ans->len, '\n', BIG);
	ans->len += BIG;
}

/* Past the server: bytes that are no answer of HTTP/1.1.  It then closes. */
static void
junk(const struct sandbox_req *req)
{
	static const char *const bytes[] = { "HTTP/1.7 200 OK\r\n\r\n",
		"\x15\x03\x03 no HTTP at all\r\n" };
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    req->conn, MHD_CONNECTION_INFO_CONNECTION_FD);
	const char *b = bytes[req->plan.arg[FAULT_JUNK] == 1];

	if (info)
		(void)send(info->connect_fd, b, strlen(b), MSG_NOSIGNAL);
}

/* The faults that come in place of the work. */
static bool
instead(struct sandbox_req *req, struct sandbox_ans *ans)
{
	const struct sandbox_plan *plan = &req->plan;
	long arg;

	if (plan->on[FAULT_EMPTY401])
		plain(ans, MHD_HTTP_UNAUTHORIZED, NULL, "");
	else if (plan->on[FAULT_HTTP])
		plain(ans, (int)plan->arg[FAULT_HTTP], NULL, "");
	else if (plan->on[FAULT_LIMIT] || plan->on[FAULT_LIMIT_DATE])
		plain(ans, MHD_HTTP_TOO_MANY_REQUESTS, NULL, "");
	else if (plan->on[FAULT_REDIRECT])
		plain(ans,
		    (arg = plan->arg[FAULT_REDIRECT]) > 0 ? (int)arg
							  : MHD_HTTP_FOUND,
		    NULL, "");
	else if (plan->on[FAULT_BODY])
		ct_sandbox_instead(req, ans);
	else if (plan->on[FAULT_BUSY])
		plain(ans, MHD_HTTP_SERVICE_UNAVAILABLE, NULL, "");
	else if (plan->on[FAULT_HTML])
		plain(ans,
		    (arg = plan->arg[FAULT_HTML]) > 0 ? (int)arg
						      : MHD_HTTP_BAD_GATEWAY,
		    "text/html",
		    "<html><head><title>Bad Gateway</title></head>"
		    "<body><h1>Bad Gateway</h1><br></body></html>\n");
	else if (plan->on[FAULT_CODE])
		ct_sandbox_code(
		    req, ans, plan->arg[FAULT_CODE], "Fault as ordered");
	else
		return false;
	return true;
}

static void
remember(struct sandbox_req *req, const struct sandbox_ans *ans, int64_t now)
{
	struct ct_sandbox *box = req->box;
	struct sandbox_log *l = &box->log[box->nlogs++ % SANDBOX_LOG_MAX];

	if (req->control) {
		box->nlogs--;
		return;
	}
	free(l->method);
	free(l->path);
	l->method = ct_strdup(req->method);
	l->path = ct_strdup(req->path ? req->path : req->url);
	(void)ct_time(now, l->at);
	l->status = ans->status;
	l->code = ans->code;
	l->report_id = ans->report_id;
}

static enum MHD_Result
answer(struct sandbox_req *req)
{
	struct sandbox_ans ans = { .code = -1 };
	struct ct_sandbox *box = req->box;
	const struct sandbox_route *r = req->route;
	bool drop = false;
	int64_t now;

	(void)pthread_mutex_lock(&box->lock);
	now = ct_sandbox_now(box);
	ct_random_id(ans.request_id);
	if (r)
		req->plan = ct_sandbox_plan(box, r->call);
	if (req->plan.on[FAULT_DROP_BEFORE]) {
		drop = true;
	} else if (!r) {
		plain(&ans, req->refused, NULL, "");
	} else if (!instead(req, &ans)) {
		r->fn(req, &ans);
		drop =
		    req->plan.on[FAULT_DROP_AFTER] || req->plan.on[FAULT_JUNK];
		if (req->plan.on[FAULT_BARE]) {
			free(ans.body);
			plain(&ans, (int)req->plan.arg[FAULT_BARE], NULL, "");
		}
		if (req->plan.on[FAULT_BIG])
			pad(&ans);
	}
	if (drop)
		ans.status = 0; /* in the log: no answer was sent */
	remember(req, &ans, now);
	(void)pthread_mutex_unlock(&box->lock);
	if (req->plan.on[FAULT_SLOW])
		wait_ms(box, req->plan.arg[FAULT_SLOW], req->plan.recalled);
	if (!drop)
		return send_answer(req, &ans, now);
	if (req->plan.on[FAULT_JUNK] && !req->plan.on[FAULT_DROP_BEFORE])
		junk(req);
	json_decref(ans.header);
	free(ans.body);
	return MHD_NO;
}

static enum MHD_Result
on_request(void *arg, struct MHD_Connection *conn, const char *url,
    const char *method, const char *version, const char *data, size_t *len,
    void **slot)
{
	struct sandbox_req *req = *slot;

	(void)version;
	if (!req->box) {
		begin(req, arg, conn, url, method);
		return MHD_YES;
	}
	if (!*len)
		return answer(req);
	if (!take(req, data, *len))
		return MHD_NO;
	*len = 0;
	return MHD_YES;
}

int
ct_sandbox_start(
    struct ct_sandbox *box, int port, const char **url, struct ct_err *err)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	const union MHD_DaemonInfo *info;

	box->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD |
		MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL |
		MHD_USE_SUPPRESS_DATE_NO_CLOCK,
	    0, NULL, NULL, on_request, box, MHD_OPTION_SOCK_ADDR, &at,
	    MHD_OPTION_URI_LOG_CALLBACK, on_uri, NULL,
	    MHD_OPTION_NOTIFY_COMPLETED, on_done, NULL,
	    MHD_OPTION_CONNECTION_LIMIT, 128U, MHD_OPTION_CONNECTION_TIMEOUT,
	    60U, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)128 << 10,
	    MHD_OPTION_END);
	if (!box->daemon)
		return ct_fail_errno(err, CT_UNAVAILABLE,
		    "cannot listen on 127.0.0.1 port %d", port);
	info = MHD_get_daemon_info(box->daemon, MHD_DAEMON_INFO_BIND_PORT);
	box->port = info ? info->port : port;
	/* a client of a port it knows may be here already */
	(void)pthread_mutex_lock(&box->lock);
	(void)snprintf(
	    box->url, sizeof box->url, "http://127.0.0.1:%d", box->port);
	(void)pthread_mutex_unlock(&box->lock);
	*url = box->url;
	return 0;
}

void
ct_sandbox_stop(struct ct_sandbox *box)
{
	atomic_store(&box->stopping, true);
	if (box->daemon)
		MHD_stop_daemon(box->daemon);
	box->daemon = NULL;
}
