/*
 * raw - bytes to a port of 127.0.0.1, as a hostile client sends them
 *
 *	raw [-c] [-f FILE]... PORT|/SOCKET <BYTES
 *
 * Sends standard input, then prints what comes back until the server closes,
 * carriage returns dropped, or says nothing for a minute.  -c: closes at once
 * after sending.  -f: behind the bytes go a NUL each with a descriptor of these
 * files.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"

static int
reach(const char *where)
{
	struct sockaddr_in port = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct sockaddr_un local = { .sun_family = AF_UNIX };
	const bool path = *where == '/';
	int fd =
	    socket(path ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	port.sin_port = htons((uint16_t)atoi(where));
	(void)snprintf(local.sun_path, sizeof local.sun_path, "%s", where);
	if (fd < 0 ||
	    (path ? connect(fd, (const struct sockaddr *)&local, sizeof local)
		  : connect(fd, (const struct sockaddr *)&port, sizeof port)) <
		0)
		ct_die(CT_UNAVAILABLE, "cannot connect");
	return fd;
}

static void
pass(int to, const char *file)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} u = { .room = { 0 } };
	char nul = 0;
	struct iovec v = { &nul, 1 };
	struct msghdr m = { .msg_iov = &v,
		.msg_iovlen = 1,
		.msg_control = u.room,
		.msg_controllen = sizeof u.room };
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	u.head.cmsg_level = SOL_SOCKET;
	u.head.cmsg_type = SCM_RIGHTS;
	u.head.cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(&u.head), &fd, sizeof fd);
	if (fd < 0 || sendmsg(to, &m, 0) < 0)
		ct_die(CT_IOERR, "cannot pass '%s'", file);
	(void)close(fd);
}

int
main(int argc, char *argv[])
{
	struct timeval limit = { .tv_sec = 60 };
	const char *file[8];
	bool hurry = false;
	int fd, files = 0, c;
	char buf[65536];
	ssize_t n, i;

	ct_start("raw");
	ct_stop_gently();
	while ((c = getopt(argc, argv, "cf:")) != -1)
		if (c == 'c')
			hurry = true;
		else if (c == 'f' && files < 8)
			file[files++] = optarg;
		else
			return CT_USAGE;
	if (argc != optind + 1)
		return CT_USAGE;
	fd = reach(argv[optind]);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	while ((n = read(STDIN_FILENO, buf, sizeof buf)) > 0)
		if (ct_write_full(fd, buf, (size_t)n) < 0)
			break; /* it would hear no more: what does it say? */
	for (c = 0; c < files; c++)
		pass(fd, file[c]);
	if (hurry)
		return close(fd);
	(void)shutdown(fd, SHUT_WR);
	while ((n = read(fd, buf, sizeof buf)) > 0)
		for (i = 0; i < n; i++)
			if (buf[i] != '\r')
				putchar(buf[i]);
	return close(fd);
}
