/*
 * fetch.h - the run of ct-fetch: records in, records with frames out
 *
 * Bytes are held in memory until they are all there or the window is full, and
 * only then does a frame begin: so what fails before has a record with its
 * error and no frame, and what is smaller is handed on whole or not at all.
 */
#ifndef CT_FETCH_H
#define CT_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CT_FETCH_JOBS 256 /* at most */
#define CT_FETCH_HOPS 3   /* redirects that are followed */

struct ct_fetch_how {
	char **operand; /* ids and URLs, */
	size_t operands;
	const char *conf;   /* its file, or NULL */
	int jobs;           /* connections */
	uint64_t bytes;     /* of an object, at most */
	size_t memory;      /* bytes held, beside one window a connection */
	unsigned retries;   /* after the first try */
	int64_t wait;       /* ms before the first of them; then twice that */
	int64_t stall;      /* ms, see http.h */
	int64_t time;       /* ms that an object may take */
	const char *sha256; /* with one: what it must be, in hex; or NULL */
	bool one;           /* of one object the bytes alone */
	bool head;          /* only ask whether they are there */
	bool unordered, quiet, progress;
};

/* Fetch all of it.  Returns the exit status; messages are printed. */
int ct_fetch(const struct ct_fetch_how *how);

#endif
