/*
 * raw - bytes to a port of 127.0.0.1, as a hostile client sends them
 *
 *	raw [-c] PORT <BYTES
 *
 * Sends standard input, then prints what comes back until the server closes,
 * carriage returns dropped, at most 5 s.  -c: closes at once after sending.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"

int
main(int argc, char *argv[])
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct timeval limit = { .tv_sec = 5 };
	int hurry = argc == 3 && strcmp(argv[1], "-c") == 0, fd;
	char buf[65536];
	ssize_t n, i;

	ct_start("raw");
	ct_stop_gently();
	if (argc != 2 + hurry)
		return CT_USAGE;
	at.sin_port = htons((uint16_t)atoi(argv[1 + hurry]));
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&at, sizeof at) < 0)
		ct_die(CT_UNAVAILABLE, "cannot connect");
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	while ((n = read(STDIN_FILENO, buf, sizeof buf)) > 0)
		if (ct_write_full(fd, buf, (size_t)n) < 0)
			break; /* it would hear no more: what does it say? */
	if (hurry)
		return close(fd);
	(void)shutdown(fd, SHUT_WR);
	while ((n = read(fd, buf, sizeof buf)) > 0)
		for (i = 0; i < n; i++)
			if (buf[i] != '\r')
				putchar(buf[i]);
	return close(fd);
}
