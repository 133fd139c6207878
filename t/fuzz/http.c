/* Any bytes as what a server sends: an answer, or why there is none. */
#include "fuzz.h"

#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

#include "http.h"

static int listener, port;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of these two */
static uint8_t answer[1 << 16];
static size_t nanswer;

/* Read a request's head, send the bytes, close. */
static void *
serve(void *arg)
{
	char c[4096];
	int fd;

	(void)arg;
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		(void)recv(fd, c, sizeof c, 0);
		(void)pthread_mutex_lock(&lock);
		(void)send(fd, answer, nanswer, MSG_NOSIGNAL | MSG_DONTWAIT);
		(void)pthread_mutex_unlock(&lock);
		(void)shutdown(fd, SHUT_WR);
		(void)close(fd);
	}
	return NULL;
}

static void
setup(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof at;
	pthread_t thread;

	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(listener >= 0 &&
	    bind(listener, (struct sockaddr *)&at, len) == 0 &&
	    listen(listener, 64) == 0 &&
	    getsockname(listener, (struct sockaddr *)&at, &len) == 0 &&
	    pthread_create(&thread, NULL, serve, NULL) == 0);
	port = ntohs(at.sin_port);
}

static void
ask(void)
{
	static struct ct_http *http;
	struct ct_err err = { 0 };
	struct ct_http_res res;
	char url[64];
	struct ct_http_req req = {
		.method = "POST", .url = url, .max = 4096, .timeout = 2000
	};
	int rc;

	if (!http) {
		setup();
		must(ct_http_new(&http, &err) == 0);
	}
	(void)snprintf(url, sizeof url, "http://127.0.0.1:%d/x", port);
	rc = ct_http_do(http, &req, &res, &err);
	must((rc == 0) == (res.fate == CT_HTTP_ANSWERED));
	if (rc == 0) {
		must(res.body && res.len <= 4096 && !res.body[res.len]);
		must(res.retry_after >= -1 &&
		    res.retry_after <= (int64_t)366 * 86400 * 1000);
	} else {
		must(err.code == rc && *err.msg);
	}
	must(memchr(res.request_id, 0, sizeof res.request_id));
	ct_http_done(&res);
}

/* Twice: what one answer leaves behind meets the next. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	(void)pthread_mutex_lock(&lock);
	nanswer = len < sizeof answer ? len : sizeof answer;
	if (len)
		memcpy(answer, data, nanswer);
	(void)pthread_mutex_unlock(&lock);
	ask();
	ask();
	return 0;
}
