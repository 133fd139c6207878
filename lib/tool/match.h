/*
 * match.h - is what a record tells of known?
 *
 * Every hash of a record is looked up in a set of known hashes: the digests
 * exactly, PDQ and PhotoDNA within a distance, and of videos their frames and
 * their TMK+PDQF.
 */
#ifndef CT_MATCH_H
#define CT_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clip.h"
#include "err.h"
#include "rec.h"

#define CT_MATCH_HITS 64 /* hits told of one record, unless said otherwise */

struct ct_match; /* a set, ready to be asked; any number of threads may */

struct ct_match_from {
	/* an index (made by ct_compile or ct_match_build), or a list file */
	const char *path;
	const char *type; /* of lines of a list that do not say; or NULL */
	bool verify;      /* check every byte of an index, however large */
	bool delta;       /* a list of what is new: may hold nothing, and much
			     will be looked up in it */
	/* of such a list: the state directory whose lists have the videos that
	 * it names by digest and source; NULL: none does */
	const char *home;
	int quality;     /* of a list: 1 to 100, or 0 for the usual one */
	bool closed;     /* refused if others may read an index, or write */
	int64_t max_age; /* ms; 0: any */
};

/*
 * CT_NOINPUT; CT_DATAERR: damaged, or a line is no hash, or a list holds none
 * that can be matched; CT_TEMPFAIL: it is older than max_age; CT_NOPERM.
 */
int ct_match_open(
    struct ct_match **m, const struct ct_match_from *from, struct ct_err *err);
void ct_match_close(struct ct_match *m);

struct ct_match_how {
	int threshold;   /* bits; -1: what each source says */
	size_t max_hits; /* told of one record; the nearest */
	/* of videos; NULL, or -1 in it: what each source says */
	const struct ct_clip_limits *clips;
};

/* The kernels in use, and the version of the index; release with free. */
char *ct_match_version(void);

enum ct_verdict { CT_CLEAN, CT_MATCH, CT_UNDECIDED };
extern const char *const ct_verdict_name[]; /* by enum ct_verdict */

/*
 * Look the record up and put the member match into it, in place of one that
 * is there.  CT_DATAERR: a hash is malformed, or the index is damaged.
 */
int ct_match_rec(const struct ct_match *m, const struct ct_match_how *how,
    json_t *rec, enum ct_verdict *verdict, struct ct_err *err);

/* ---- a run over lines -------------------------------------------------------
 */

struct ct_match_run {
	const struct ct_match *m;
	struct ct_match_how how;
	bool all;    /* write the clean ones too */
	bool tell;   /* the status is CT_NO if any is not clean */
	bool known;  /* write what matches, and nothing else */
	int in, out; /* descriptors */
	int jobs;
	bool quiet;
	struct ct_tally *tally; /* gets what was counted; may be NULL */
};

/* Returns the exit status; messages are printed. */
int ct_match_run(const struct ct_match_run *run);

/* The same of PDQ hashes, CT_HASH_LEN bytes each: for each that matches a
 * record of its row, from 0, is written. */
int ct_match_packed(const struct ct_match_run *run);

/*
 * How near is what comes to each source?  Reads records and writes a record a
 * source: of how many the nearest PDQ hash is at 0, 1, ... max bits.
 */
int ct_match_histogram(const struct ct_match_run *run, int max);

/* ---- many hashes at once
 * -----------------------------------------------------
 *
 * Of rows that were hashed long ago, those that may match by a digest, by PDQ
 * or by a frame are sifted out, to be looked up as records.
 */

struct ct_match_sieve; /* of one thread */

/* Up to CT_NEAR_BLOCK rows, of each column n hashes; those that are not there
 * are zero. */
enum { CT_MATCH_COLUMNS = 4 };
struct ct_match_rows {
	size_t n;
	const uint8_t *hash[CT_MATCH_COLUMNS]; /* md5, sha1, sha256, pdq */
};

/* m is borrowed.  CT_DATAERR: the index is damaged. */
int ct_match_sieve(struct ct_match_sieve **sieve, const struct ct_match *m,
    const struct ct_match_how *how, struct ct_err *err);
/* Another, for another thread, of what that one is; it is to be freed first. */
struct ct_match_sieve *ct_match_sieve_more(const struct ct_match_sieve *sieve);
void ct_match_sieve_free(struct ct_match_sieve *sieve);

/* some[i]: row i may match, all others do not.  news: only by what changed
 * since the index was made.  CT_DATAERR, CT_OSERR. */
int ct_match_sift(struct ct_match_sieve *sieve,
    const struct ct_match_rows *rows, bool news, bool *some,
    struct ct_err *err);

/* The same of frames of videos: n hashes and their qualities. */
struct ct_match_frames {
	size_t n;
	const uint8_t *hash, *quality;
};
int ct_match_sift_frames(struct ct_match_sieve *sieve,
    const struct ct_match_frames *frames, bool news, bool *some,
    struct ct_err *err);

/* Of a film that is shown turned by so many degrees clockwise, file.turn,
 * frames are looked up upright as well: one of them. */
void ct_match_upright(
    uint8_t to[CT_HASH_LEN], const uint8_t hash[CT_HASH_LEN], int64_t degrees);

/* ---- which lists
 * -------------------------------------------------------------
 *
 * A generation is a number that others have as well: lists of another machine,
 * or those that came of a copy that was put back.  What these held they do not.
 */
struct ct_match_lists {
	uint64_t generation; /* 0: none */
	/* digests of the index, and of what changed since; own 0: nothing */
	uint64_t base, own;
};
void ct_match_lists(const struct ct_match *m, struct ct_match_lists *lists);

/* The generation of the index, without what changed since. */
uint64_t ct_match_base(const struct ct_match *m);

#define CT_MATCH_LISTS 33 /* bytes of both digests as text, with its NUL */
void ct_match_lists_text(
    const struct ct_match_lists *lists, char text[CT_MATCH_LISTS]);
/* NULL, or no such text: lists->base and own are 0. */
void ct_match_lists_parse(struct ct_match_lists *lists, const char *text);

/* In what of m is that to be looked up that was looked up in these? */
enum ct_match_left { CT_MATCH_ALL, CT_MATCH_NEWS, CT_MATCH_NOTHING };
enum ct_match_left ct_match_left(
    const struct ct_match *m, const struct ct_match_lists *then);

/* ---- an index of one's own --------------------------------------------------
 */

struct ct_match_build {
	const char *const *list; /* n files; NULL: standard input */
	size_t n;
	const char *type, *out;
	int threshold; /* -1: the usual one */
	int quality;   /* 1 to 100; 0: the usual one */
};
int ct_match_build(const struct ct_match_build *b, struct ct_err *err);

#endif
