/* An answer that ends too early, at whatever byte, is none. */
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

static int listening;
static const char *text;

/* Each request gets a byte of the answer more than the one before. */
static void *
serve(void *arg)
{
	size_t n, len = strlen(text);
	char buf[4096];
	int fd;

	(void)arg;
	for (n = 0; n <= len; n++) {
		if ((fd = accept(listening, NULL, NULL)) < 0)
			break;
		(void)recv(fd, buf, sizeof buf, 0);
		(void)send(fd, text, n, MSG_NOSIGNAL);
		(void)shutdown(fd, SHUT_WR);
		while (recv(fd, buf, sizeof buf, 0) > 0)
			continue; /* a reset would be another fault */
		(void)close(fd);
	}
	return NULL;
}

static void
each(struct ct_http *http, const char *url, const char *how, size_t spare)
{
	struct ct_http_req req = { .method = "POST",
		.url = url,
		.body = "x",
		.len = 1,
		.timeout = 5000 };
	struct ct_http_res res;
	struct ct_err err;
	size_t n, len = strlen(text), wrong = 0;
	int rc;

	for (n = 0; n < len; n++) {
		err = (struct ct_err){ 0 };
		rc = ct_http_do(http, &req, &res, &err);
		if (n + spare >= len)
			wrong += rc && res.fate != CT_HTTP_UNKNOWN;
		else if (!rc || res.fate != CT_HTTP_UNKNOWN || !*err.msg) {
			printf("# cut at %zu: code %d\n", n, rc);
			wrong++;
		}
		ct_http_done(&res);
	}
	ok(!wrong, "%s: cut at each of %zu bytes, and nobody knows", how, len);
	rc = ct_http_do(http, &req, &res, &err);
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
	ct_http_free(http);
	free(url);
	done();
}
