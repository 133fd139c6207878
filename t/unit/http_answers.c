/* Answers of HTTP cut at whatever byte, and those that are none as they are. */
#include "http.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../tap.h"
#include "prog.h"

#define BODY "<reportResponse><responseCode>0</responseCode></reportResponse>"

static const struct {
	const char *how;
	size_t spare; /* bytes at the end that nobody needs */
	const char *text;
} answers[] = {
	{ "of a length", 0,
	    "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n"
	    "Request-ID: r-1\r\nContent-Length: 63\r\n\r\n" BODY },
	{ "in chunks", 1,
	    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "20\r\n<reportResponse><responseCode>0<\r\n"
	    "1f\r\n/responseCode></reportResponse>\r\n0\r\n\r\n" },
	{ "with a trailer", 1,
	    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3f\r\n" BODY
	    "\r\n0\r\nX-Sum: 1\r\n\r\n" },
	{ "after a 100", 0,
	    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"
	    "Content-Length: 63\r\n\r\n" BODY },
};

/* What a server may say instead, and what is made of it. */
static const struct {
	const char *what, *text;
	bool answered; /* else nobody knows */
	long status;
	const char *body;
} odd[] = {
	{ "no body allowed", "HTTP/1.1 204 No\r\n\r\n", true, 204, "" },
	{ "a part of one", "HTTP/1.1 206 P\r\nContent-Length: 1\r\n\r\nx", true,
	    206, "x" },
	{ "a status of no class",
	    "HTTP/1.1 299 X\r\nContent-Length: 1\r\n\r\nx", true, 299, "x" },
	{ "a length that is too big",
	    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", false, 0, NULL },
	{ "one too small", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxy",
	    true, 200, "x" },
	{ "a negative one", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx",
	    false, 0, NULL },
	{ "one of words", "HTTP/1.1 200 OK\r\nContent-Length: all\r\n\r\nx",
	    false, 0, NULL },
	{ "chunks of no size",
	    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nz\r\nx",
	    false, 0, NULL },
	{ "a chunk of 2^64",
	    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "10000000000000000\r\nx",
	    false, 0, NULL },
	{ "chunks without the last",
	    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n",
	    false, 0, NULL },
	{ "both lengths",
	    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
	    true, 200, "x" },
	{ "two answers",
	    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"
	    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\ny",
	    true, 200, "x" },
	{ "compressed, unasked",
	    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
	    "Content-Length: 2\r\n\r\n\x1f\x8b",
	    true, 200, "\x1f\x8b" },
	{ "a cookie, and another port",
	    "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nAlt-Svc: h2=\":1\"\r\n"
	    "Content-Length: 1\r\n\r\nx",
	    true, 200, "x" },
	{ "another place",
	    "HTTP/1.1 307 X\r\nLocation: http://127.0.0.1:1/\r\n"
	    "Content-Length: 0\r\n\r\n",
	    true, 307, "" },
	{ "HTTP/0.9", "x\r\n", false, 0, NULL },
	{ "nothing", "", false, 0, NULL },
};

/* Of these only as much is taken as is allowed. */
static const struct {
	const char *what, *head, *more;
	size_t times;
} large[] = {
	{ "headers without end", "HTTP/1.1 200 OK\r\n", "X-Y: 0123456789\r\n",
	    1 << 20 },
	{ "one header without end", "HTTP/1.1 200 OK\r\nX-Y: ", "0123456789",
	    1 << 20 },
	{ "a body without end", "HTTP/1.1 200 OK\r\n\r\n", "0123456789",
	    1 << 20 },
	{ "a long one", "HTTP/1.1 200 OK\r\nContent-Length: 10485760\r\n\r\n",
	    "0123456789", 1 << 20 },
};

static int listening;
static const char *text;

/* To the next request: n bytes of this, and the end. */
static void
answer(const char *with, size_t n)
{
	int fd = accept(listening, NULL, NULL);
	char buf[4096];

	if (fd < 0)
		return;
	(void)recv(fd, buf, sizeof buf, 0);
	(void)send(fd, with, n, MSG_NOSIGNAL);
	(void)shutdown(fd, SHUT_WR);
	while (recv(fd, buf, sizeof buf, 0) > 0)
		continue; /* a reset would be another fault */
	(void)close(fd);
}

/* Each request gets a byte of the answer more than the one before. */
static void *
serve(void *arg)
{
	size_t n, len = strlen(text);

	for (n = 0; n <= len; n++)
		answer(text, n);
	return arg;
}

static void *
serve_odd(void *arg)
{
	size_t i;

	for (i = 0; i < sizeof odd / sizeof *odd; i++)
		answer(odd[i].text, strlen(odd[i].text));
	return arg;
}

static void *
serve_large(void *arg)
{
	char block[4096];
	size_t i, n, len;
	int fd;

	for (i = 0; i < sizeof large / sizeof *large; i++) {
		if ((fd = accept(listening, NULL, NULL)) < 0)
			break;
		(void)recv(fd, block, sizeof block, 0);
		(void)send(
		    fd, large[i].head, strlen(large[i].head), MSG_NOSIGNAL);
		len = strlen(large[i].more);
		for (n = 0; n < large[i].times; n++)
			if (send(fd, large[i].more, len, MSG_NOSIGNAL) < 0)
				break; /* it has hung up */
		(void)close(fd);
	}
	return arg;
}

static const struct ct_http_req *
request(const char *url)
{
	static struct ct_http_req req = {
		.method = "POST", .body = "x", .len = 1, .timeout = 5000
	};

	req.url = url;
	return &req;
}

static void
each_large(struct ct_http *http, const char *url, size_t i)
{
	struct ct_err err = { 0 };
	struct ct_http_res res;
	int rc = ct_http_do(http, request(url), &res, &err);

	ok(rc && res.fate == CT_HTTP_UNKNOWN && res.len <= 1 << 20,
	    "%s: cut off, nobody knows (%s)", large[i].what, err.msg);
	ct_http_done(&res);
}

static void
each_odd(struct ct_http *http, const char *url, size_t i)
{
	struct ct_err err = { 0 };
	struct ct_http_res res;
	int rc = ct_http_do(http, request(url), &res, &err);

	if (odd[i].answered)
		ok(!rc && res.fate == CT_HTTP_ANSWERED &&
			res.status == odd[i].status &&
			strcmp(res.body, odd[i].body) == 0,
		    "%s: an answer", odd[i].what);
	else
		ok(rc && res.fate == CT_HTTP_UNKNOWN, "%s: nobody knows",
		    odd[i].what);
	ct_http_done(&res);
}

static void
each(struct ct_http *http, const char *url, const char *how, size_t spare)
{
	struct ct_http_res res;
	struct ct_err err;
	size_t n, len = strlen(text), wrong = 0;
	int rc;

	for (n = 0; n < len; n++) {
		err = (struct ct_err){ 0 };
		rc = ct_http_do(http, request(url), &res, &err);
		if (n + spare >= len)
			wrong += rc && res.fate != CT_HTTP_UNKNOWN;
		else if (!rc || res.fate != CT_HTTP_UNKNOWN || !*err.msg) {
			printf("# cut at %zu: code %d\n", n, rc);
			wrong++;
		}
		ct_http_done(&res);
	}
	ok(!wrong, "%s: cut at each of %zu bytes, and nobody knows", how, len);
	rc = ct_http_do(http, request(url), &res, &err);
	ok(!rc && res.fate == CT_HTTP_ANSWERED && res.status == 200 &&
		res.len == strlen(BODY) && strcmp(res.body, BODY) == 0,
	    "%s: whole, it is one", how);
	ct_http_done(&res);
}

int
main(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof at;
	struct ct_http *http;
	struct ct_err err;
	pthread_t thread;
	char *url;
	size_t i;

	if ((listening = socket(AF_INET, SOCK_STREAM, 0)) < 0 ||
	    bind(listening, (struct sockaddr *)&at, len) < 0 ||
	    listen(listening, 8) < 0 ||
	    getsockname(listening, (struct sockaddr *)&at, &len) < 0 ||
	    ct_http_new(&http, &err))
		return 1;
	url = ct_printf("http://127.0.0.1:%d/", ntohs(at.sin_port));
	for (i = 0; i < sizeof answers / sizeof *answers; i++) {
		text = answers[i].text;
		if (pthread_create(&thread, NULL, serve, NULL))
			return 1;
		each(http, url, answers[i].how, answers[i].spare);
		(void)pthread_join(thread, NULL);
	}
	if (pthread_create(&thread, NULL, serve_odd, NULL))
		return 1;
	for (i = 0; i < sizeof odd / sizeof *odd; i++)
		each_odd(http, url, i);
	(void)pthread_join(thread, NULL);
	if (pthread_create(&thread, NULL, serve_large, NULL))
		return 1;
	for (i = 0; i < sizeof large / sizeof *large; i++)
		each_large(http, url, i);
	(void)pthread_join(thread, NULL);
	ct_http_free(http);
	free(url);
	done();
}
