/* hasher_impl.h - what hasher.c and hasher_lane.c share */
#ifndef CT_HASHER_IMPL_H
#define CT_HASHER_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "hasher.h"

#define CHUNK ((size_t)256 << 10) /* bytes in one read */
#define HEAD 4096                 /* bytes that tell the kind */
#define LEAST_MS 1000             /* a disk may take so long */
#define READ_RATE 64              /* bytes a millisecond, at least */
#define CHUNKS 32                 /* of frames in memory */

struct ct_chunk {
	struct ct_chunk *next;
	size_t len;
	uint8_t bytes[CHUNK];
};

/*
 * A lane belongs to its thread, but for step.  It is odd while the thread is
 * in a call that may hang, and one more afterwards; whoever adds that one, the
 * thread or the watch, has the lane.
 */
struct lane {
	struct ct_hasher *h;
	pthread_t thread;
	bool runs; /* the thread is there to be joined */
	struct ct_decode *decoder;
	struct ct_job *job; /* that it is at, or NULL */
	struct ct_job *sent[CT_DECODE_DEPTH];
	unsigned first, next; /* of sent */
	_Atomic uint64_t step;
	/* the watch's */
	uint64_t seen;
	int64_t stuck; /* ms since step was seen to change */
};

/* A thread's own: it stays with it when it loses its lane. */
struct hand {
	struct lane *lane;
	uint64_t step;
	struct ct_digest digest;
	uint8_t head[HEAD]; /* the first bytes, of what is read in pieces */
	uint8_t bytes[CHUNK];
};

struct ct_hasher {
	struct ct_hasher_how how;
	struct ct_cache *cache;
	int n, hung;
	struct lane *lane;
	int event; /* for ct_hasher_wait */
	int64_t watched;
	_Atomic uint64_t read;
	/* the caller's */
	struct ct_job *order, **order_end; /* not yet taken back */
	size_t out;

	pthread_mutex_t lock; /* of all that follows, and of job.done */
	pthread_cond_t work, food;
	struct ct_job *queue, **queue_end;
	size_t queued, low; /* when it falls to that, the caller is wanted */
	struct ct_job *done, **done_end; /* if unordered */
	struct ct_chunk *spare;
	int chunks, idle, alive;
	bool waiting, closing;
	struct ct_err failed;
};

void *lane_run(void *hand);
/* The job has its outcome: this error, or NULL and what was hashed. */
void lane_deliver(
    struct ct_hasher *h, struct ct_job *job, const struct ct_err *err);
/* All that the lane has under way ends like this, and the run. */
void lane_fail(struct lane *l, const struct ct_err *err);
/* Locked: tell the caller that it may have something to do. */
void hasher_wake(struct ct_hasher *h);

/* ,"file":{...},"hashes":{...} without the comma.  Release with free. */
char *hasher_text(const struct ct_hashed *h);

#endif
