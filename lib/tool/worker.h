/*
 * worker.h - a program of ours that makes processes, each for a job of its own
 *
 * It is started once and, as it forks, the time that its libraries take to load
 * is spent once.  It reads nothing but the messages here, all of fixed size and
 * in the byte order of the machine: its descriptor 0 is a socket on which it
 * gets a setup, says hello, and then gets orders.  For CT_WORKER_SPAWN it makes
 * a child that has the descriptors that came with the order.  CT_WORKER_REAP
 * kills a child, if it still lives; CT_WORKER_TELL does, too, and it tells what
 * that died of.  Its children die with it, and it with the thread that started
 * it, or when the socket is closed.
 */
#ifndef CT_WORKER_H
#define CT_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "err.h"

enum ct_worker_what {
	CT_WORKER_HELLO, /* it says: it is set up */
	CT_WORKER_SPAWN, /* to it: make a child of this id */
	CT_WORKER_REAP,  /* to it: a child is done with */
	CT_WORKER_TELL,  /* to it: the same, and say of what it died: */
	CT_WORKER_DEAD
};

struct ct_worker_order {
	uint32_t what;
	uint32_t id; /* of a child */
};

struct ct_worker_news {
	uint32_t what, id;
	int32_t status;   /* DEAD: as of waitpid(2), */
	int32_t error;    /* or errno: there was no child */
	uint32_t seccomp; /* HELLO: 1 if children are filtered, */
	int32_t landlock; /* the version, 0: none */
	char kernel[16];  /* of pdq; a-z, 0-9, the rest NUL */
};

#define CT_WORKER_FIRST 3 /* where descriptors that it starts with begin */
#define CT_WORKER_FILES 4 /* of them, at most */
#define CT_WORKER_PASS 2  /* with an order, at most */
#define CT_WORKER_TRIES 3 /* to have one, or a child: then it is hopeless, */

/* with this, a tenth of a second, between them. */
void ct_worker_nap(void);

struct ct_worker {
	const char *program; /* its path */
	char *env;           /* all of its environment, or NULL: none */
	pid_t pid;           /* 0: there is none */
	int fd;              /* our end of the socket */
	uint32_t id;         /* of the child last made */
};

/*
 * Start it; there is none.  It has the n descriptors from CT_WORKER_FIRST on,
 * and /dev/null as 1 and 2.  CT_UNAVAILABLE: it does not run here; CT_TEMPFAIL:
 * no process could be made; CT_OSERR: no memory, or descriptors.
 */
int ct_worker_start(struct ct_worker *w, const int *fd, size_t n,
    const void *setup, size_t len, struct ct_worker_news *hello,
    struct ct_err *err);

/* It did not say hello as it must: as of ct_worker_start. */
int ct_worker_stillborn(struct ct_worker *w, struct ct_err *err);

/* Kill it, if there is one, and all its children. */
void ct_worker_stop(struct ct_worker *w);

/*
 * Make one more child, w->id, with these descriptors, or be done with one.  -1:
 * the worker is gone.  A child that could not be made shows in its autopsy.
 */
int ct_worker_spawn(struct ct_worker *w, const int *fd, size_t n);
int ct_worker_reap(const struct ct_worker *w, uint32_t id);

/* Be done with it, and know what it died of.  -1: the worker is gone. */
int ct_worker_autopsy(
    const struct ct_worker *w, uint32_t id, struct ct_worker_news *dead);

/* A socket pair; the codes are those of ct_worker_start. */
int ct_worker_pair(int type, int pair[2], struct ct_err *err);

/*
 * Wait for a message of len bytes, for *ms, of which what it took is taken.
 * Time counts only while we run: of one that was stopped, a fifth of a second
 * at most.  Returns what recv(2) says of it, a longer message being longer than
 * len, or -1 with errno ETIMEDOUT.
 */
ssize_t ct_worker_hear(int fd, void *to, size_t len, uint32_t *ms);

/* ---- the other side: be one ------------------------------------------------
 */

/* The setup, of len bytes.  CT_USAGE: no program of ours has started us. */
int ct_worker_setup(void *setup, size_t len);

/* Make a child that has these descriptors, which are closed here.  Its process,
 * or -errno. */
typedef pid_t ct_worker_fn(void *arg, const int *fd);

/*
 * Say hello and obey, making children of n descriptors each, until the program
 * that started us is gone.  Ends the process: 0, CT_IOERR; CT_PROTOCOL if an
 * order makes no sense.
 */
_Noreturn void ct_worker_obey(const struct ct_worker_news *hello,
    ct_worker_fn *spawn, void *arg, size_t n);

#endif
