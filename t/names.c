/*
 * names.c - the Internet as a test wants it, by LD_PRELOAD
 *
 * CT_NAMES=FILE	names, a line each: NAME ADDRESS[,ADDRESS...]...
 *			The first look-up gets the first word of addresses,
 *			the next the next, the last one for ever.  What is not
 *			there is looked up as ever.
 * CT_REACHED=FILE	each address that a connection is to be made to, as
 *			ADDRESS PORT; those out of 127/8 and ::1 are reached
 *			at 127.0.0.1, with the same port
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FDS 1024
#define LINES 64

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct sockaddr_in far_away[FDS]; /* what fd was to reach */
static unsigned asked[LINES];

/* The addresses of this look-up, in line; NULL: it is not ours. */
static char *
addresses(const char *node, char line[4096])
{
	const char *file = getenv("CT_NAMES");
	FILE *f = file && node ? fopen(file, "re") : NULL;
	char *word, *next, *save, *found = NULL;
	unsigned i, n = 0;

	while (f && !found && n < LINES && fgets(line, 4096, f)) {
		word = strtok_r(line, " \n", &save);
		if (word && strcmp(word, node) == 0) {
			found = strtok_r(NULL, " \n", &save);
			for (i = 0; i < asked[n]; i++)
				if ((next = strtok_r(NULL, " \n", &save)))
					found = next;
			asked[n]++;
		}
		n++;
	}
	if (f)
		(void)fclose(f);
	return found;
}

int
getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
    struct addrinfo **res)
{
	static int (*real)(const char *, const char *, const struct addrinfo *,
	    struct addrinfo **);
	struct addrinfo **at = res, numeric = *hints;
	char line[4096], *list, *save, *one;
	int rc = 0;

	(void)pthread_mutex_lock(&lock);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	list = addresses(node, line);
	(void)pthread_mutex_unlock(&lock);
	if (!list)
		return real(node, service, hints, res);
	numeric.ai_family = AF_UNSPEC;
	numeric.ai_flags = AI_NUMERICHOST;
	*res = NULL;
	for (one = strtok_r(list, ",", &save); one && !rc;
	     one = strtok_r(NULL, ",", &save)) {
		rc = real(one, service, &numeric, at);
		while (!rc && *at)
			at = &(*at)->ai_next;
	}
	return rc;
}

int
connect(int fd, __CONST_SOCKADDR_ARG to, socklen_t len)
{
	static int (*real)(int, const struct sockaddr *, socklen_t);
	const struct sockaddr *addr = to.__sockaddr__;
	const char *file = getenv("CT_REACHED");
	char text[INET6_ADDRSTRLEN] = "?", line[128];
	struct sockaddr_in v4 = { .sin_family = AF_UNSPEC };
	struct sockaddr_in6 v6;
	int port = 0, out;

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "connect");
	if (addr->sa_family == AF_INET) {
		memcpy(&v4, addr, sizeof v4);
		(void)inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
		port = ntohs(v4.sin_port);
	} else if (addr->sa_family == AF_INET6) {
		memcpy(&v6, addr, sizeof v6);
		(void)inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
		port = ntohs(v6.sin6_port);
	}
	if (!file || addr->sa_family == AF_UNIX)
		return real(fd, addr, len);
	(void)snprintf(line, sizeof line, "%s %d\n", text, port);
	out = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	(void)!write(out, line, strlen(line));
	(void)close(out);
	if (v4.sin_family != AF_INET || fd >= FDS ||
	    ntohl(v4.sin_addr.s_addr) >> 24 == 127)
		return real(fd, addr, len);
	far_away[fd] = v4;
	v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return real(fd, (const struct sockaddr *)&v4, sizeof v4);
}

/* It is that other machine, for all that the program sees. */
int
getpeername(int fd, __SOCKADDR_ARG of, socklen_t *len)
{
	static int (*real)(int, struct sockaddr *, socklen_t *);
	struct sockaddr *addr = of.__sockaddr__;

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "getpeername");
	if (fd < 0 || fd >= FDS || far_away[fd].sin_family != AF_INET)
		return real(fd, addr, len);
	memcpy(addr, &far_away[fd], sizeof far_away[fd]);
	*len = sizeof far_away[fd];
	return 0;
}

int
close(int fd)
{
	static int (*real)(int);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "close");
	if (fd >= 0 && fd < FDS)
		far_away[fd].sin_family = AF_UNSPEC;
	return real(fd);
}
