/*
 * scanner.h - what comes in, answered at once: a running ct-hash | ct-match
 *
 * The two programs run as children of this one and are asked by frames, see
 * ct-frame(5), so that whoever takes bytes from strangers decodes none.  They
 * are started again when they end, hang, or when there is another list.
 *
 * It fails closed: what has no verdict is never OK.
 */
#ifndef CT_SCANNER_H
#define CT_SCANNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

enum ct_answer { CT_ANSWER_OK, CT_ANSWER_FOUND, CT_ANSWER_ERROR };

/*
 * What is undecided, by why: no picture and no video by its first bytes, or
 * nothing at all ("other"); the hash says little or a list was never read
 * ("hash"); else file.decode.
 */
enum { CT_SCANNER_WHYS = 13 };
extern const char *const ct_scanner_why[CT_SCANNER_WHYS];
enum { CT_WHY_OTHER, CT_WHY_HASH, CT_WHY_LARGE = 5 };

struct ct_scanner_how {
	const char *dir;   /* the state directory, for known.ctx */
	const char *list;  /* asked in place of it, or NULL */
	const char *conf;  /* -c of ct-match, or NULL */
	const char *bits;  /* -t of ct-match, or NULL */
	int jobs;          /* pictures that are decoded at a time */
	int64_t max_age;   /* of the lists, in ms; 0: any */
	int64_t timeout;   /* ms for one answer */
	size_t max_bytes;  /* of one upload */
	size_t max_memory; /* of all that are in memory */
	const char *spool; /* directory of what is found, or NULL */
	bool spool_all;    /* also of what is undecided */
	const char *user;  /* user.id of what is found, or NULL */
	enum ct_answer undecided[CT_SCANNER_WHYS];
};

/* What holds without options: ct-clamd(1) says it. */
void ct_scanner_defaults(struct ct_scanner_how *how);

/*
 * Options that all commands in front of a scanner have, for getopt_long, and
 * one of them into *how: false if it is another.  One that is malformed exits
 * with CT_USAGE.
 */
enum {
	CT_SCANNER_AGE = 512,
	CT_SCANNER_BYTES,
	CT_SCANNER_SPOOL,
	CT_SCANNER_SPOOL_ALL,
	CT_SCANNER_TIMEOUT,
	CT_SCANNER_UNDECIDED
};
#define CT_SCANNER_SHORT "c:d:j:l:t:"
#define CT_SCANNER_LONG                                           \
	{ "config", 1, NULL, 'c' }, { "dir", 1, NULL, 'd' },      \
	    { "jobs", 1, NULL, 'j' }, { "list", 1, NULL, 'l' },   \
	    { "threshold", 1, NULL, 't' },                        \
	    { "max-age", 1, NULL, CT_SCANNER_AGE },               \
	    { "max-bytes", 1, NULL, CT_SCANNER_BYTES },           \
	    { "spool", 1, NULL, CT_SCANNER_SPOOL },               \
	    { "spool-undecided", 0, NULL, CT_SCANNER_SPOOL_ALL }, \
	    { "timeout", 1, NULL, CT_SCANNER_TIMEOUT },           \
	{                                                         \
		"undecided", 1, NULL, CT_SCANNER_UNDECIDED        \
	}
bool ct_scanner_option(struct ct_scanner_how *how, int c, const char *arg);

struct ct_scanner;

/*
 * Start the pair and have it answer once: CT_UNAVAILABLE, CT_TEMPFAIL, or what
 * it ended with, if it does not.  *how must stay.  The spool is made if it is
 * not there: CT_CANTCREAT, CT_USAGE if its name is not UTF-8.  SIGPIPE must be
 * ignored, see ct_stop_gently.
 */
int ct_scanner_open(struct ct_scanner **out, const struct ct_scanner_how *how,
    struct ct_err *err);

/* Waits for the pair to end; nobody may be asking any more. */
void ct_scanner_close(struct ct_scanner *s);

/* ---- uploads ---------------------------------------------------------------
 */

struct ct_upload {        /* zeroed */
	const char *name; /* as its uploader calls it, or NULL */
	const uint8_t *bytes;
	size_t len;
	size_t cap;   /* of the room that there is */
	uint8_t *mem; /* private */
};

/* Room for n more bytes behind those that are there, or NULL: more than
 * max_bytes (then *large) or max_memory, or none.  They are the upload's once
 * ct_upload_more says how many came. */
uint8_t *ct_upload_room(
    struct ct_scanner *s, struct ct_upload *u, size_t n, bool *large);
void ct_upload_more(struct ct_upload *u, size_t n);
void ct_upload_free(struct ct_scanner *s, struct ct_upload *u);

struct ct_said {
	enum ct_answer answer;
	char text[256]; /* what was found, or what failed: printable ASCII */
};

/*
 * Ask about the bytes of an upload, and wait; what is found is on the disk,
 * under its name and synced, before this returns.  From any thread.
 */
void ct_scanner_ask(
    struct ct_scanner *s, const struct ct_upload *u, struct ct_said *said);

/* The same of one over max_bytes, which was not read. */
void ct_scanner_large(struct ct_scanner *s, struct ct_said *said);

/* Read a regular file and ask about it; name is kept with what is found, or
 * NULL.  fd stays open. */
void ct_scanner_file(
    struct ct_scanner *s, int fd, const char *name, struct ct_said *said);

/*
 * Ask about the file at this path, or of all below it, and tell of each; a link
 * is followed only if it is the path itself.  Stops where told() says false.
 * Of a directory that cannot be read, and what is too deep, an error is told.
 */
typedef bool ct_told_fn(
    const char *path, const struct ct_said *said, void *arg);
void ct_scanner_walk(
    struct ct_scanner *s, const char *path, ct_told_fn *told, void *arg);

/* Have the next be asked of a new pair. */
void ct_scanner_reload(struct ct_scanner *s);

struct ct_scanner_stats {
	uint64_t asked, found, undecided, failed, started;
	size_t waiting, memory; /* now */
};
void ct_scanner_stats(struct ct_scanner *s, struct ct_scanner_stats *stats);

#endif
