/*
 * s3box - the S3 calls of contrib/objectlock, for a bucket with object lock
 *
 *	s3box DIR
 *
 * Listens on 127.0.0.1, prints its port, serves PUT, PUT ?retention=, GET and
 * HEAD, one request at a time.  It locks as S3 says it does: what has a lock
 * is not written again, nor unlocked sooner.  Signatures it does not check:
 * Swift does.
 *
 * In DIR: each key with '+' for '/' (KEY.lock: mode and date); "heard", every
 * request line and header; "answers", if it is there, a status a line to be
 * given in place of an answer, "drop" to close without one, "lose" to serve
 * and then close without one, "-" to serve.  "nolock" there: a server that
 * takes headers of locks for noise.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "hex.h"
#include "prog.h"

#define HEAD_MAX ((size_t)16 << 10)
#define BODY_MAX ((size_t)16 << 20)

static struct call {
	char head[HEAD_MAX + 1], method[8], key[512];
	char *body;
	size_t len;
	bool retention;
} call;

/* The value of a header, to the end of its line; "" if it is not there. */
static const char *
header(const char *name, char out[512])
{
	size_t n = strlen(name);
	const char *at = call.head;

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

static bool
take(int fd)
{
	size_t n = 0;
	ssize_t got;
	char text[512], *end = NULL;

	while (!end && n < HEAD_MAX && read(fd, call.head + n, 1) == 1) {
		call.head[++n] = '\0';
		end = n >= 4 ? strstr(call.head + n - 4, "\r\n\r\n") : NULL;
	}
	if (!end || sscanf(call.head, "%7s /%511s", call.method, call.key) != 2)
		return false;
	call.retention =
	    (end = strchr(call.key, '?')) && strcmp(end, "?retention=") == 0;
	if (end)
		*end = '\0';
	for (end = call.key; (end = strchr(end, '/'));)
		*end = '+';
	call.len = strtoul(header("content-length", text), NULL, 10);
	if (call.len > BODY_MAX)
		return false;
	if (strcasecmp(header("expect", text), "100-continue") == 0)
		(void)!write(fd, "HTTP/1.1 100 Continue\r\n\r\n", 25);
	free(call.body);
	call.body = ct_alloc(call.len + 1, 1);
	for (n = 0; n < call.len; n += (size_t)got)
		if ((got = read(fd, call.body + n, call.len - n)) <= 0)
			return false;
	return true;
}

static void
sum(const EVP_MD *kind, const void *p, size_t n, char hex[65], char b64[65])
{
	uint8_t raw[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	(void)EVP_Digest(p, n, raw, &len, kind, NULL);
	ct_hex(raw, len, hex);
	(void)EVP_EncodeBlock((unsigned char *)b64, raw, (int)len);
}

static void
save(const char *name, const void *p, size_t n)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || ct_write_full(fd, p, n) < 0)
		ct_die(CT_IOERR, "cannot write '%s'", name);
	(void)close(fd);
}

/* "MODE DATE" of a key into lock; "" if there is none. */
static const char *
lock_of(char lock[512])
{
	char *name = ct_printf("%s.lock", call.key);
	struct ct_err err;
	uint8_t *buf;
	size_t len;

	*lock = '\0';
	if (ct_file_read(name, 511, &buf, &len, &err) == 0) {
		(void)snprintf(lock, 512, "%s", (char *)buf);
		free(buf);
	}
	free(name);
	return lock;
}

static void
set_lock(const char *mode, const char *date)
{
	char *name = ct_printf("%s.lock", call.key);
	char *text = ct_printf("%s %s", mode, date);

	save(name, text, strlen(text));
	free(text);
	free(name);
}

static int
put(void)
{
	char mode[512], date[512], md5[512], hex[65], b64[65], sha[65];
	bool locks = access("nolock", F_OK) < 0;

	sum(EVP_sha256(), call.body, call.len, sha, b64);
	if (strcmp(header("x-amz-content-sha256", md5), sha) != 0)
		return 400;
	sum(EVP_md5(), call.body, call.len, hex, b64);
	if (strcmp(header("content-md5", md5), b64) != 0)
		return 400;
	if (access(call.key, F_OK) == 0 &&
	    (strcmp(header("if-none-match", mode), "*") == 0 || locks))
		return 412;
	header("x-amz-object-lock-mode", mode);
	header("x-amz-object-lock-retain-until-date", date);
	if (locks && (!*mode || !*date))
		return 400;
	save(call.key, call.body, call.len);
	if (locks)
		set_lock(mode, date);
	return 200;
}

static int
retain(void)
{
	char lock[512], date[32] = "", mode[16] = "";
	const char *at = strstr(call.body, "<RetainUntilDate>");

	if (!*lock_of(lock))
		return 404;
	if (at)
		(void)snprintf(date, sizeof date, "%.20s", at + 17);
	if (sscanf(lock, "%15s", mode) != 1 || strlen(date) != 20 ||
	    !strstr(call.body, mode))
		return 400;
	if (strcmp(date, strchr(lock, ' ') + 1) < 0)
		return 403;
	set_lock(mode, date);
	return 200;
}

static void
answer(int fd, int status, const char *more, const void *body, size_t n)
{
	char *head = ct_printf("HTTP/1.1 %d Said\r\nConnection: close\r\n"
			       "Content-Length: %zu\r\n%s\r\n",
	    status, n, more);

	(void)ct_write_full(fd, head, strlen(head));
	if (strcmp(call.method, "HEAD") != 0)
		(void)ct_write_full(fd, body, n);
	free(head);
}

static void
get(int fd)
{
	char hex[65], b64[65], lock[512], mode[16] = "", date[32] = "", *more;
	struct ct_err err;
	uint8_t *buf;
	size_t len;

	if (ct_file_read(call.key, BODY_MAX, &buf, &len, &err)) {
		answer(fd, 404, "", "", 0);
		return;
	}
	sum(EVP_md5(), buf, len, hex, b64);
	more = ct_printf("ETag: \"%s\"\r\n", hex);
	if (sscanf(lock_of(lock), "%15s %19s", mode, date) == 2) {
		free(more);
		more =
		    ct_printf("ETag: \"%s\"\r\nx-amz-object-lock-mode: %s\r\n"
			      "x-amz-object-lock-retain-until-date: "
			      "%s.000Z\r\n",
			hex, mode, date);
	}
	answer(fd, 200, more, buf, len);
	free(more);
	free(buf);
}

/* The next of the answers that a test has planned; "-" if there is none. */
static const char *
planned(char plan[16])
{
	FILE *f = fopen("answers", "r+");
	char rest[4096];
	size_t n = 0;

	(void)snprintf(plan, 16, "-");
	if (!f)
		return plan;
	if (fscanf(f, "%15s\n", plan) == 1)
		n = fread(rest, 1, sizeof rest, f);
	(void)fclose(f);
	save("answers", rest, n);
	return plan;
}

static void
serve(int fd)
{
	FILE *heard = fopen("heard", "a");
	char plan[16];

	if (!heard)
		ct_die(CT_CANTCREAT, "cannot open 'heard'");
	if (!take(fd)) {
		(void)fclose(heard);
		return;
	}
	(void)fprintf(heard, "%s", call.head);
	(void)fclose(heard);
	planned(plan);
	if (strcmp(plan, "drop") == 0)
		return;
	if (*plan >= '0' && *plan <= '9')
		answer(fd, (int)strtol(plan, NULL, 10), "", "<Error/>", 8);
	else if (strcmp(plan, "lose") == 0)
		(void)put();
	else if (strcmp(call.method, "PUT") == 0)
		answer(fd, call.retention ? retain() : put(), "", "", 0);
	else
		get(fd);
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof at;
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), fd;

	ct_start("s3box");
	if (argc != 2 || chdir(argv[1]) < 0)
		ct_usage("usage: s3box DIR\n");
	if (s < 0 || bind(s, (const struct sockaddr *)&at, len) < 0 ||
	    listen(s, 8) < 0 ||
	    getsockname(s, (struct sockaddr *)&at, &len) < 0)
		ct_die(CT_OSERR, "cannot listen");
	(void)printf("%d\n", ntohs(at.sin_port));
	(void)fflush(stdout);
	while ((fd = accept(s, NULL, NULL)) >= 0) {
		serve(fd);
		(void)close(fd);
	}
	return 0;
}
