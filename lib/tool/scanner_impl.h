/* scanner_impl.h - what the files of the scanner share */
#ifndef CT_SCANNER_IMPL_H
#define CT_SCANNER_IMPL_H

#include <pthread.h>
#include <sys/types.h>
#include <time.h>

#include "scanner.h"

#define SCANNER_ID 64 /* bytes that hold the id of an upload */

struct asked {
	struct asked *next;
	char id[SCANNER_ID];
	int64_t until;
	pthread_cond_t cond;
	bool done;
	bool late;  /* given up, while others are answered */
	char *line; /* its record, or NULL: the pair is gone */
	size_t len;
};

/* What an index and its delta were when a pair began. */
struct stamp {
	uint64_t file[2][5]; /* device, inode, size, time; 0: not there */
};

/*
 * Made by who asks, with a thread of its own, which starts the processes,
 * reads their records and waits for them.  Freed when neither that nor anybody
 * who asks has it.
 */
struct pair {
	struct ct_scanner *s;
	int refs;
	int feeding;          /* who is writing, or waits for it */
	int in, out;          /* -1: closed */
	pid_t hash, match;    /* -1: none, any more */
	pthread_mutex_t feed; /* one frame at a time; taken before s->lock */
	struct asked *asked;
	struct stamp of;
	bool ready, over; /* started; no more is to be asked of it */
	int64_t heard;    /* when it last answered, or began */
	int64_t until;    /* when it must have ended, once it is over */
	bool killed;
};

struct ct_scanner {
	const struct ct_scanner_how *how;
	char *index, *delta, *spool;
	char run[33]; /* of this process, random */
	pthread_mutex_t lock;
	pthread_cond_t change;
	struct pair *pair; /* that is asked, or NULL */
	int pairs;         /* those that live */
	int ending;        /* those that end and were not to */
	bool open;         /* one has answered */
	int64_t again;     /* not before then another is started */
	struct ct_err why; /* why the last one ended that was not to */
	uint64_t n;        /* uploads so far */
	struct ct_scanner_stats stats;
};

/*
 * Put the record and its bytes to the pair that there is, or a new one, and
 * wait for what becomes of it: *line, to be released with free.  CT_TEMPFAIL
 * and such.
 */
int scanner_put(struct ct_scanner *s, const char *id, const char *rec,
    const struct ct_upload *u, char **line, size_t *len, struct ct_err *err);

/* Let the pair finish; s->lock is held, and waited with till it is there. */
void scanner_retire(struct ct_scanner *s);

/* The record and the bytes, durably.  CT_CANTCREAT, CT_IOERR. */
int scanner_spool(struct ct_scanner *s, const char *id, const char *line,
    size_t len, const struct ct_upload *u, struct ct_err *err);

/* Where the bytes of this one would be; NULL: nowhere.  Release with free. */
char *scanner_bytes(const struct ct_scanner *s, const char *id);

#endif
