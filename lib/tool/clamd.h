/*
 * clamd.h - the protocol of ClamAV's clamd, in front of a scanner
 *
 * As clamd(8) of ClamAV 1.4 describes it: commands that begin with n or z and
 * end with a newline or NUL, or neither and one read; replies end alike.  A
 * connection is one command, or a session.  See ct-clamd(1) for those that are
 * known.
 */
#ifndef CT_CLAMD_H
#define CT_CLAMD_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "scanner.h"

struct ct_clamd_how {
	struct ct_scanner *scanner;
	const char *socket; /* its path, or NULL */
	int mode;           /* of that */
	int port;           /* of 127.0.0.1; 0: any; -1: none */
	int clients;        /* connections at a time */
	int64_t silence;    /* ms that a client may say nothing */
};

struct ct_clamd;

/*
 * Listen.  A socket that nobody listens at any more is replaced: CT_TEMPFAIL
 * if somebody does, CT_CANTCREAT.  *port is the one of 127.0.0.1, or -1.
 */
int ct_clamd_open(struct ct_clamd **out, const struct ct_clamd_how *how,
    int *port, struct ct_err *err);

/*
 * Serve until ct_stop, a thread a connection.  Then take no more in, finish
 * what was asked, and return.  To be called with SIGINT and SIGTERM blocked;
 * it waits for them with that mask.  0 or CT_OSERR.
 */
int ct_clamd_serve(
    struct ct_clamd *c, const sigset_t *mask, struct ct_err *err);
void ct_clamd_close(struct ct_clamd *c);

#endif
