/* clamd_impl.h - what the files of clamd share */
#ifndef CT_CLAMD_IMPL_H
#define CT_CLAMD_IMPL_H

#include <pthread.h>

#include "clamd.h"
#include "rec.h"

#define CLAMD_LINE 4096 /* bytes of a command, and of what is read at once */
#define CLAMD_FDS 4     /* descriptors that may wait for their command */

struct ct_clamd {
	const struct ct_clamd_how *how;
	int local, tcp; /* -1: none */
	pthread_mutex_t lock;
	pthread_cond_t fewer;
	struct client *clients;
	int n;
};

struct client {
	struct ct_clamd *c;
	struct client *next;
	int fd;
	bool local;
	char buf[CLAMD_LINE];
	size_t len; /* bytes in buf */
	int fds[CLAMD_FDS], nfds;
	bool session, over; /* over: to be closed */
	unsigned seq;       /* of the command, within a session */
	char end;           /* of its replies: newline or NUL */
};

/* A connection from its first command to its end. */
void clamd_talk(struct client *k);

#endif
