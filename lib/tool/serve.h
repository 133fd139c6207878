/*
 * serve.h - the browser's face of ct-review, for one person on this machine
 *
 * It listens on 127.0.0.1 alone, in the thread that calls it, and lets in who
 * has the address that it prints, once: see ct-review(1).  A browser gets
 * pixels of ct-decode and never a byte of a file, each after the view log has
 * it; nothing is written to a disk but by the queue.
 */
#ifndef CT_SERVE_H
#define CT_SERVE_H

#include "queue.h"
#include "rec.h"

struct ct_serve_how {
	const char *by;
	int port;                   /* 0: any that is free */
	const struct ct_pick *pick; /* only such jobs, as of ct_queue_take */
	const struct ct_policy *policy;
};

/*
 * Serve until ct_stop or SIGHUP; addresses go to out.  CT_NOPERM: by is none of
 * the reviewers, or somebody guesses at the address; CT_UNAVAILABLE: no port,
 * no decoder; CT_OSERR; CT_IOERR.
 */
int ct_serve(struct ct_queue *q, const struct ct_serve_how *how,
    struct ct_out *out, struct ct_err *err);

#endif
