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

/*
 * Hash all of it.  Returns the exit status: the highest code of any record, or
 * what ended the run.  Messages are printed.
 */
int ct_hashrun(const struct ct_hashrun *how);

/* "image/jpeg image/png ...", what is decoded here.  Release with free. */
char *ct_hashrun_formats(void);

#endif
