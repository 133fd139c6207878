/* hasher_impl.h - what hasher.c and hasher_lane.c share */
#ifndef CT_HASHER_IMPL_H
#define CT_HASHER_IMPL_H

#include <pthread.h>
#include <stdatomic.h>

#include "hasher.h"

#define CHUNK ((size_t)256 << 10)       /* bytes in one read */
#define HEAD 4096                       /* bytes that tell the kind */
#define LEAST_MS 1000                   /* a disk may take so long */
#define READ_RATE 64                    /* bytes a millisecond, at least */
#define CHUNKS 32                       /* of frames in memory */
#define HASHER_TEXT ((size_t)640 << 10) /* bytes of a video's frames */
#define HASHER_COVER 16                 /* bits, at most */

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
	unsigned first, next;            /* of sent */
	struct ct_job *film, **film_end; /* that wait, with a descriptor each */
	_Atomic uint64_t step;
	/* the watch's */
	uint64_t seen;
	int64_t stuck;        /* ms since step was seen to change */
	_Atomic int64_t more; /* ms that the call may take besides */
};

/* A thread's own: it stays with it when it loses its lane. */
struct hand {
	struct lane *lane;
	uint64_t step;
	struct ct_digest digest;
	struct ct_video_decoder *films;
	struct ct_video video;
	uint8_t head[HEAD]; /* the first bytes, of what is read in pieces */
	uint8_t bytes[CHUNK];
};

struct ct_hasher {
	struct ct_hasher_how how;
	struct ct_cache *cache;
	int n, hung;
	bool films; /* videos are decoded */
	struct lane *lane;
	int event; /* for ct_hasher_wait */
	int64_t watched;
	_Atomic uint64_t read;
	/* the caller's */
	struct ct_job *order, **order_end; /* not yet taken back */
	size_t out;

	pthread_mutex_t lock; /* of all that follows, and of job.done */
	pthread_cond_t work, food, given;
	struct ct_job *queue, **queue_end;
	size_t queued, low; /* when it falls to that, the caller is wanted */
	struct ct_job *done, **done_end; /* if unordered */
	struct ct_chunk *spare;
	int chunks, idle, alive;
	size_t held;          /* bytes of members not yet taken back */
	uint64_t spooled;     /* bytes in memory of all videos */
	struct ct_job *grows; /* the one that grows there */
	bool waiting, closing;
	struct ct_err failed;

	pthread_mutex_t side; /* for hasher_beside */
};

void *lane_run(void *hand);
/* Around a call that may hang; if the lane was taken from us meanwhile, the
 * second never returns. */
void lane_begin(struct hand *me);
void lane_end(struct hand *me);
/* All pictures under way come to their ends.  Nonzero: so does the lane. */
int lane_collect(struct lane *l);
/* The job's file, read to its end, is as it was when it was opened? */
bool lane_settle(struct hand *me, struct ct_job *job, int fd);
/* The job has its outcome: this error, or NULL and what was hashed. */
void lane_deliver(
    struct ct_hasher *h, struct ct_job *job, const struct ct_err *err);
/* All that the lane has under way ends like this, and the run. */
void lane_fail(struct lane *l, const struct ct_err *err);
/* Locked: tell the caller that it may have something to do. */
void hasher_wake(struct ct_hasher *h);

/* ---- videos: hasher_film.c ------------------------------------------------
 */

bool film_kind(const struct ct_hasher *h, enum ct_image_kind kind);
/* The job, whose fd is a video, waits for lane_films. */
void film_put(struct lane *l, struct ct_job *job);
/* The same, if it is a picture that moves and was sent just now. */
bool film_moves(struct lane *l, struct ct_job *job);
/* The first of those that wait: nothing else may be under way in this lane,
 * as it may take hours.  Nonzero: the lane is done for. */
int lane_films(struct hand *me);

/* hasher_spool.c: len bytes in the hand are of a video's frame, and those
 * before are in its head.  -1: the lane is done for; else a code.  Then, at
 * its end, nothing more is to come. */
int spool_add(
    struct hand *me, struct ct_job *job, size_t len, struct ct_err *err);
int spool_end(struct ct_hasher *h, struct ct_job *job, struct ct_err *err);
/* Give back what there is of it, if there is anything. */
void spool_free(struct ct_hasher *h, struct ct_job *job);

/*
 * Of a video whose frames take more than most bytes of text, let those stay
 * that stand for all: none is as another; if need be, those left out are
 * within *cover bits of one that stays.  false: they are still too many, and
 * the first are there.
 */
bool hasher_cover(struct ct_vpdq *v, size_t most, int *cover);

/* hasher_side.c: the files beside a record, each whole or as it was before. */
int hasher_beside(
    struct ct_hasher *h, struct ct_hashed *hashed, struct ct_err *err);
/* The path of one; release with free. */
char *hasher_side(
    const char *dir, const struct ct_digests *sums, const char *ending);

/* "file":{...},"hashes":{...}.  Release with free. */
char *hasher_text(const struct ct_hasher_how *how, const struct ct_hashed *h);

#endif
