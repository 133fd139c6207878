/*
 * hasher.h - files and frames read, digested and hashed, several at a time
 *
 * Each of the lanes is a thread with a decoder of its own: it reads and
 * digests one file while the decoder is at those before.  One thread, the
 * caller's, gives jobs and takes them back, in the order in which it gave
 * them unless told otherwise; only ct_hasher_wait ever makes it wait.
 *
 * A file system that hangs stops a lane in the middle of a read: after the
 * time limit of a picture the job comes back as CT_TEMPFAIL, the thread is
 * left where it is, and another one goes on with the lane.  So does a file
 * come back that drips: reading may take that limit and 16 s a MiB.
 */
#ifndef CT_HASHER_H
#define CT_HASHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cache.h"
#include "decode.h"
#include "digest.h"
#include "err.h"
#include "video.h"

#define CT_HASHER_LANES 256 /* at most */
#define CT_HASHER_HUNG 16   /* files that may hang in a run */

struct ct_hasher;

struct ct_hasher_how {
	struct ct_decode_how decode;
	int lanes;
	uint64_t read;  /* bytes; a file of more is not read */
	bool follow;    /* symbolic links */
	bool unordered; /* jobs come back as they are done */
	/* videos, and pictures that ct-decode does not know: by a process of
	 * their own each, if there is a ct-decode-video; a lane starts one when
	 * it has its first */
	struct ct_video_how video;
	uint64_t spool; /* bytes of those that come as frames, in memory */
	/* a directory, whole, for files of all frames and, if video.tmk, of
	 * TMK+PDQF; or NULL */
	const char *beside;
};

#define CT_HASHER_READ ((uint64_t)64 << 30) /* what how.read should be */
#define CT_HASHER_SPOOL ((uint64_t)1 << 30) /* and how.spool */

struct ct_hashed {
	uint64_t size;
	bool unread; /* all of it or its end: there are no digests */
	struct ct_digests sums;
	struct ct_decoded res;
	struct ct_video video; /* if it was decoded as one, */
	bool film;             /* and is one, or a picture that moves */
	bool behind;           /* more begins behind the end of the picture */
	uint32_t rate;         /* at which, as in struct ct_video_how */
	bool kept_tmk;         /* its file is there */
	size_t frames;         /* hashed, of which those in video stand, */
	int cover;             /* each for those within so many bits */
};

struct ct_job {     /* zeroed, but for: */
	char *path; /* of its own, or NULL: a frame, whose bytes are given */
	bool named; /* its whole name is wanted */
	/* when it is back: */
	char *whole;       /* that name; NULL if it could not be had */
	struct ct_err err; /* code: why it could not be read, else 0 and */
	char *members;     /* the members file and hashes, as text */
	enum ct_image_status status; /* which is in there */
	bool cached;                 /* it is what the cache said */
	struct ct_err side; /* code: why the files beside it are not there */
	/* private */
	struct ct_hashed hashed;
	struct ct_cache_key key;
	int64_t since; /* ct_now before it was opened */
	int fd;        /* of a video that waits, or -1 */
	uint64_t spooled;
	bool settled, done, whole_frame, lost;
	struct ct_chunk *chunk, **chunk_end;
	struct ct_job *queue, *order;
};

/* The CPUs that this process may use: how many lanes are worth having. */
int ct_hasher_cpus(void);

/* Start the decoders: before anything large, and before any thread; as many
 * descriptors as that takes are allowed, if they may be.  Errors are those of
 * ct_decode_open. */
int ct_hasher_open(
    struct ct_hasher **h, const struct ct_hasher_how *how, struct ct_err *err);
/* Start the lanes; cache may be NULL.  CT_TEMPFAIL: no thread could be made. */
int ct_hasher_start(
    struct ct_hasher *h, struct ct_cache *cache, struct ct_err *err);
/* Every job must have been taken back. */
void ct_hasher_close(struct ct_hasher *h);

/* Are videos decoded here? */
bool ct_hasher_films(void);

/* Would one more job be begun soon, and is not too much done already? */
bool ct_hasher_room(struct ct_hasher *h);
void ct_hasher_put(struct ct_hasher *h, struct ct_job *job);
/* A job that is done already, for the order. */
void ct_hasher_pass(struct ct_hasher *h, struct ct_job *job);
/* The next that is done, or NULL.  ct_job_free releases what is in it. */
struct ct_job *ct_hasher_take(struct ct_hasher *h);
size_t ct_hasher_out(const struct ct_hasher *h); /* jobs not taken back */
void ct_job_free(struct ct_job *job);

/*
 * The frame of the job that was put last: bytes, if ct_hasher_hungry, and the
 * end; why: NULL, or what makes the frame worth nothing.
 */
bool ct_hasher_hungry(struct ct_hasher *h);
void ct_hasher_bytes(
    struct ct_hasher *h, struct ct_job *job, const void *bytes, size_t len);
void ct_hasher_end(
    struct ct_hasher *h, struct ct_job *job, const struct ct_err *why);

/*
 * Wait until a job may be taken or given, SIGUSR1 came, or fd (-1: none) can
 * be read, at most ms; returns whether fd can.  To be called every so often:
 * it also sees what hangs.
 */
bool ct_hasher_wait(struct ct_hasher *h, int fd, int ms);

/* A code if no decoder could be had, or too many files hang: what is under way
 * gets an outcome, but nothing more should be begun. */
int ct_hasher_failed(struct ct_hasher *h, struct ct_err *err);

/* Bytes read so far. */
uint64_t ct_hasher_read(const struct ct_hasher *h);

#endif
