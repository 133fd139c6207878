/*
 * hashrun.h - the run of ct-hash: paths, records and frames in, records out
 */
#ifndef CT_HASHRUN_H
#define CT_HASHRUN_H

#include <stdbool.h>
#include <stddef.h>

#include "hasher.h"
#include "rec.h"

struct ct_hashrun {
	struct ct_hasher_how how;
	char **operand; /* paths, */
	size_t operands;
	char delim;        /* of standard input, if there are none */
	json_t *user;      /* of records made of paths, or NULL */
	const char *cache; /* its file, or NULL */
	bool quiet, progress;
};

/* Set what an option of this name, without dashes, is given to: a limit, or
 * video-rate.  A wrong value exits with CT_USAGE. */
void ct_hashrun_limit(
    struct ct_hasher_how *how, const char *name, const char *arg);

/*
 * Hash all of it.  Returns the exit status: the highest code of any record, or
 * what ended the run.  Messages are printed.
 */
int ct_hashrun(const struct ct_hashrun *how);

/*
 * Kernels in use, formats that are decoded and how the decoder is confined, as
 * lines of text; it is started for that.  NULL with *err if it does not start.
 * Release with free.
 */
char *ct_hashrun_about(const struct ct_decode_how *how, struct ct_err *err);

#endif
