/*
 * answers - a server that says what a test has written down
 *
 *	answers DIR
 *
 * Listens on 127.0.0.1, prints its port.  The N-th request from 1, of a
 * connection of its own, gets the bytes of DIR/N, head and all, or where that
 * is not there DIR/last; "" is no answer for as long as the client waits.  The
 * first lines of all requests are in DIR/heard.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"

#define HEAD_MAX ((size_t)64 << 10)
#define BODY_MAX ((size_t)64 << 20)

static int
hear(int fd)
{
	static char head[HEAD_MAX + 1];
	FILE *heard = fopen("heard", "a");
	size_t n = 0;

	head[0] = '\0';
	while (n < HEAD_MAX && !strstr(head, "\r\n\r\n") &&
	    read(fd, head + n, 1) == 1)
		head[++n] = '\0';
	if (!heard)
		ct_die(CT_CANTCREAT, "cannot open 'heard'");
	(void)fprintf(heard, "%.*s\n", (int)strcspn(head, "\r"), head);
	(void)fclose(heard);
	return n > 0;
}

static void
say(int fd, int n)
{
	struct ct_err err;
	char name[16], byte;
	uint8_t *buf;
	size_t len;

	(void)snprintf(name, sizeof name, "%d", n);
	if (ct_file_read(access(name, F_OK) == 0 ? name : "last", BODY_MAX,
		&buf, &len, &err))
		return;
	(void)ct_write_full(fd, buf, len);
	if (!len)
		(void)!read(fd, &byte, 1);
	free(buf);
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof at;
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), fd, n = 0;

	ct_start("answers");
	if (argc != 2 || chdir(argv[1]) < 0)
		ct_usage("usage: answers DIR\n");
	if (s < 0 || bind(s, (const struct sockaddr *)&at, len) < 0 ||
	    listen(s, 8) < 0 ||
	    getsockname(s, (struct sockaddr *)&at, &len) < 0)
		ct_die(CT_OSERR, "cannot listen");
	(void)printf("%d\n", ntohs(at.sin_port));
	(void)fflush(stdout);
	while ((fd = accept(s, NULL, NULL)) >= 0) {
		if (hear(fd))
			say(fd, ++n);
		(void)close(fd);
	}
	return 0;
}
