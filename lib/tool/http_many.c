/* http_many.c - many GETs at a time: http.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "http_impl.h"
#include "prog.h"

#define TICK 50       /* ms between two looks at who is slow */
#define TICK_MOST 250 /* ms of one look that count: the caller may wait */
#define BUFFER (128L << 10)
#define LITTLE ((uint64_t)256 << 10) /* bytes, before it need not wait */

struct ct_many {
	CURLM *multi;
	const struct ct_network *net;
	size_t nets;
	struct ct_pull *first; /* of those that go on */
	int64_t looked;
	bool went;           /* on, since all that ended was told of */
	struct ct_flow flow; /* time: when that began */
};

static int64_t
micros(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int
ct_many_open(struct ct_many **many, const struct ct_network *net, size_t n,
    struct ct_err *err)
{
	struct ct_many *m = ct_alloc(1, sizeof *m);

	*many = m;
	m->net = net;
	m->nets = n;
	m->looked = ct_mono();
	m->flow.time = micros();
	if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		m->multi = curl_multi_init();
	if (m->multi)
		return 0;
	free(m);
	*many = NULL;
	return ct_fail(err, CT_OSERR, "cannot set up libcurl");
}

/* It goes on no longer. */
static void
leave(struct ct_pull *g)
{
	struct ct_many *m = g->many;

	(void)curl_multi_remove_handle(m->multi, g->handle);
	curl_easy_cleanup(g->handle);
	curl_slist_free_all(g->list);
	g->handle = g->list = NULL;
	*(g->prev ? &g->prev->next : &m->first) = g->next;
	if (g->next)
		g->next->prev = g->prev;
	g->next = g->prev = NULL;
}

void
ct_many_close(struct ct_many *m)
{
	if (!m)
		return;
	while (m->first)
		leave(m->first);
	(void)curl_multi_cleanup(m->multi);
	curl_global_cleanup();
	free(m);
}

static void
forget(struct ct_got *got)
{
	free(got->location);
	free(got->answer);
	*got = (struct ct_got){
		.length = -1, .retry_after = -1, .total = UINT64_MAX
	};
}

void
ct_pull_free(struct ct_pull *g)
{
	forget(&g->got);
	curl_url_cleanup(g->url);
	g->url = NULL;
}

void
ct_pull_drop(struct ct_pull *g)
{
	if (g->handle)
		leave(g);
}

/* ---- where it goes ---------------------------------------------------------
 */

static curl_socket_t
on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct ct_pull *g = arg;
	int fd;

	(void)purpose;
	if (g->guarded &&
	    !ct_network_may(&to->addr, g->many->net, g->many->nets)) {
		g->got.denied = true;
		return CURL_SOCKET_BAD;
	}
	g->tried = true;
	fd = socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* A connection is there, it may be an old one. */
static int
/* NOLINTNEXTLINE(readability-non-const-parameter): libcurl's type */
on_request(void *arg, char *ip, char *ours, int port, int our_port)
{
	struct ct_pull *g = arg;

	(void)ours;
	(void)port;
	(void)our_port;
	if (g->guarded &&
	    !ct_network_may_text(ip, g->many->net, g->many->nets)) {
		g->got.denied = true;
		return CURL_PREREQFUNC_ABORT;
	}
	g->got.met = true;
	return CURL_PREREQFUNC_OK;
}

/* ---- what comes ------------------------------------------------------------
 */

/* Digits, and what must stand behind them. */
static bool
digits(const char **text, char behind, uint64_t *n)
{
	char *end = NULL;

	if (**text < '0' || **text > '9')
		return false;
	errno = 0;
	*n = strtoull(*text, &end, 10);
	if (errno || *end != behind)
		return false;
	*text = end + (behind != '\0');
	return true;
}

/* bytes 10-99/100, or an asterisk for the last */
static void
content_range(struct ct_got *got, const char *text)
{
	uint64_t from, to, total = UINT64_MAX;

	if (strncasecmp(text, "bytes ", 6) != 0)
		return;
	text += 6;
	if (!digits(&text, '-', &from) || !digits(&text, '/', &to) ||
	    (strcmp(text, "*") != 0 && !digits(&text, '\0', &total)))
		return;
	got->part = true;
	got->from = from;
	got->to = to + 1;
	got->total = total;
}

static void
take_header(struct ct_pull *g, const char *data, size_t len)
{
	struct ct_got *got = &g->got;
	char value[CT_PULL_URL];
	time_t t;

	if (http_header_whole(data, len, "ETag", got->etag, sizeof got->etag) ||
	    http_header_whole(data, len, "x-amz-bucket-region", got->region,
		sizeof got->region))
		return;
	if (http_header(data, len, "Content-Range", value, 128))
		content_range(got, value);
	else if (http_header(data, len, "Accept-Ranges", value, 128))
		got->ranges = strcasecmp(value, "bytes") == 0;
	else if (http_header(data, len, "Content-Encoding", value, 128))
		got->encoded = *value && strcasecmp(value, "identity") != 0;
	else if (http_header(data, len, "Date", value, 128) &&
	    (t = curl_getdate(value, NULL)) > 0)
		g->date = (int64_t)t * 1000;
	else if (http_header(data, len, "Retry-After", value, 128))
		g->later = value[strspn(value, "0123456789")] &&
			(t = curl_getdate(value, NULL)) > 0
		    ? (int64_t)t * 1000
		    : 0;
	else if (http_header_whole(
		     data, len, "Location", value, sizeof value) &&
	    *value) {
		free(got->location);
		got->location = ct_strdup(value);
	}
}

static size_t
on_header(char *data, size_t size, size_t n, void *arg)
{
	struct ct_pull *g = arg;
	size_t len = size * n;
	bool met = g->got.met;

	g->headers += len;
	if (g->headers > HTTP_HEADERS)
		return 0;
	if (len >= 6 && memcmp(data, "HTTP/", 5) == 0) {
		forget(&g->got); /* of an answer like 100 before it */
		g->got.met = met;
		g->begun = false;
		g->later = g->date = 0;
	} else if (len && (*data == '\r' || *data == '\n')) {
		g->begun = true; /* for good: trailers may come */
	} else if (!g->begun) {
		take_header(g, data, len);
	}
	return len;
}

/* What is known of the answer before its body, or at the end. */
static void
take_status(struct ct_pull *g)
{
	curl_off_t length = -1, wait = 0;

	(void)curl_easy_getinfo(
	    g->handle, CURLINFO_RESPONSE_CODE, &g->got.status);
	(void)curl_easy_getinfo(
	    g->handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	(void)curl_easy_getinfo(g->handle, CURLINFO_RETRY_AFTER, &wait);
	g->got.length = length;
	/* a time is one of the server's clock, which need not be ours */
	if (g->later && g->date)
		wait = (curl_off_t)((g->later - g->date) / 1000);
	g->got.retry_after = wait > 0 && wait < 1000000 ? wait * 1000 : -1;
}

/* Of what is no file the beginning is kept: it may say why. */
static size_t
keep(struct ct_got *got, const char *data, size_t len)
{
	size_t room = CT_PULL_ANSWER - got->answered;

	if (!got->answer)
		got->answer = ct_alloc(CT_PULL_ANSWER + 1, 1);
	if (len > room) {
		got->enough = true;
		return 0;
	}
	memcpy(got->answer + got->answered, data, len);
	got->answered += len;
	got->answer[got->answered] = '\0';
	return len;
}

/* It waits, or goes on.  What is nearly there is not worth it. */
static void
turn(struct ct_pull *g)
{
	const bool wait = g->wait && g->got.bytes >= LITTLE &&
	    (g->got.length < 0 || g->got.bytes < (uint64_t)g->got.length);

	if (!g->handle || g->paused || g->waits == wait)
		return;
	g->waits = wait;
	(void)curl_easy_pause(
	    g->handle, wait ? CURLPAUSE_RECV : CURLPAUSE_CONT);
}

static size_t
on_body(char *data, size_t size, size_t n, void *arg)
{
	struct ct_pull *g = arg;
	size_t len = size * n;

	if (!g->got.status)
		take_status(g);
	if (g->got.status != 200 && g->got.status != 206)
		return keep(&g->got, data, len);
	switch (g->body(g, data, len)) {
	case CT_PULL_LATER:
		g->paused = true;
		return CURL_WRITEFUNC_PAUSE;
	case CT_PULL_ENOUGH:
		g->got.enough = true;
		return 0;
	default:
		g->came += (int64_t)len;
		g->got.bytes += len;
		g->many->flow.bytes += len;
		if (g->wait) /* within one step much may come of one */
			turn(g);
		return len;
	}
}

void
ct_pull_resume(struct ct_pull *g)
{
	if (!g->handle || !g->paused)
		return;
	g->paused = g->waits = false;
	(void)curl_easy_pause(g->handle, CURLPAUSE_CONT);
}

void
ct_pull_wait(struct ct_pull *g, bool wait)
{
	g->wait = wait;
	turn(g);
}

void
ct_many_flow(const struct ct_many *m, struct ct_flow *flow)
{
	*flow = m->flow;
	flow->time = micros() - m->flow.time;
}

/* ---- one GET ---------------------------------------------------------------
 */

int
ct_many_add(struct ct_many *m, struct ct_pull *g, struct ct_err *err)
{
	CURL *c = curl_easy_init();
	char **h;

	forget(&g->got);
	g->err = (struct ct_err){ .code = 0 };
	g->many = m;
	g->headers = 0;
	g->later = g->date = g->window = g->came = 0;
	g->begun = g->paused = g->tried = g->waits = false;
	if (!c)
		return ct_fail(err, CT_OSERR, "cannot set up libcurl");
	http_plain(c);
	g->handle = c;
	for (h = g->header; h && *h; h++)
		g->list = http_more(g->list, *h);
	(void)curl_easy_setopt(c, CURLOPT_CURLU, g->url);
	(void)curl_easy_setopt(c, CURLOPT_PATH_AS_IS, (long)g->exact);
	(void)curl_easy_setopt(c, CURLOPT_HTTPHEADER, g->list);
	(void)curl_easy_setopt(c, CURLOPT_BUFFERSIZE, BUFFER);
	(void)curl_easy_setopt(c, CURLOPT_PRIVATE, g);
	(void)curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	(void)curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, g);
	(void)curl_easy_setopt(c, CURLOPT_PREREQFUNCTION, on_request);
	(void)curl_easy_setopt(c, CURLOPT_PREREQDATA, g);
	(void)curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	(void)curl_easy_setopt(c, CURLOPT_HEADERDATA, g);
	(void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(c, CURLOPT_WRITEDATA, g);
	if (curl_multi_add_handle(m->multi, c) != CURLM_OK) {
		curl_easy_cleanup(c);
		curl_slist_free_all(g->list);
		g->handle = g->list = NULL;
		return ct_fail(err, CT_OSERR, "cannot set up libcurl");
	}
	g->next = m->first;
	if (g->next)
		g->next->prev = g;
	m->first = g;
	return 0;
}

static void
ended(struct ct_pull *g, CURLcode rc)
{
	take_status(g);
	if (rc == CURLE_WRITE_ERROR && g->got.enough)
		rc = CURLE_OK;
	/* one that ends within its headers is to libcurl one without body */
	if (rc == CURLE_OK && !g->begun)
		rc = CURLE_PARTIAL_FILE;
	if (rc == CURLE_OK)
		return;
	if (g->got.denied && !g->tried && !g->got.met)
		(void)ct_fail(&g->err, CT_NOPERM,
		    "it leads to an address that is not to be reached");
	else if (rc == CURLE_WRITE_ERROR ||
	    (rc == CURLE_OUT_OF_MEMORY && g->got.met))
		(void)ct_fail(&g->err, CT_PROTOCOL,
		    "the server's headers are over %zu bytes", HTTP_HEADERS);
	else
		(void)http_explain(rc, curl_easy_strerror(rc), false, &g->err);
}

/* Time goes by: the first that has none left, or is too slow. */
static struct ct_pull *
look(struct ct_many *m)
{
	int64_t now = ct_mono(), ms = now - m->looked;
	struct ct_pull *g, *out = NULL;

	if (ms < TICK)
		return NULL;
	m->looked = now;
	ms = ms < TICK_MOST ? ms : TICK_MOST;
	for (g = m->first; g; g = g->next) {
		if (g->paused || g->waits)
			continue;
		g->left -= ms;
		g->window += ms;
		if (g->window >= g->stall && g->came >= g->window)
			g->window = g->came = 0;
		if (!out && (g->left <= 0 || g->window >= g->stall))
			out = g;
	}
	if (out)
		(void)ct_fail(&out->err, CT_TEMPFAIL,
		    out->left <= 0 ? "it takes too long" : "the server stalls");
	return out;
}

struct ct_pull *
ct_many_step(struct ct_many *m)
{
	struct ct_pull *g = look(m);
	CURLMsg *msg;
	int n;

	if (!g) {
		if (!m->went)
			(void)curl_multi_perform(m->multi, &n);
		msg = curl_multi_info_read(m->multi, &n);
		m->went = msg != NULL;
		if (!msg)
			return NULL;
		(void)curl_easy_getinfo(
		    msg->easy_handle, CURLINFO_PRIVATE, (char **)&g);
		ended(g, msg->data.result);
	}
	leave(g);
	return g;
}

bool
ct_many_wait(struct ct_many *m, int fd, int ms)
{
	struct curl_waitfd in = { .fd = fd, .events = CURL_WAIT_POLLIN };
	const int64_t since = micros();
	int n;

	(void)curl_multi_poll(m->multi, &in, fd >= 0, ms, &n);
	m->flow.idle += micros() - since;
	return in.revents != 0;
}
