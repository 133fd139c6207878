/*
 * vpdq.h - vPDQ: a video as the PDQ hashes of some of its frames
 *
 * A frame's hash is PDQ by CT_PDQ_TENT of its luma at its own size.  No frame
 * is hashed again by CT_PDQ_EXACT: what that changes has a quality of which
 * nothing is compared, and decoders differ by more.
 *
 * Two videos are compared as the reference implementations do (ThreatExchange,
 * vpdq/README.md, vpdq/cpp, python-threatexchange): frames of low quality are
 * left out; a frame of one counts if any of the other is near; then there are
 * two percentages.  Near is at most the distance, both included, as their
 * Python says; their C++ says less than.  All is thread-safe.
 */
#ifndef CT_VPDQ_H
#define CT_VPDQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "pdq.h"

#define CT_VPDQ_FRAMES ((size_t)1 << 22)  /* of a video, at most */
#define CT_VPDQ_MS INT64_C(1000000000000) /* of a time, below */
#define CT_VPDQ_LINE 112 /* room for the text of a frame, with NUL */

/* What the references take if not told. */
#define CT_VPDQ_DISTANCE 31
#define CT_VPDQ_QUALITY CT_PDQ_GOOD
#define CT_VPDQ_QUERY 80.0   /* percent of the frames asked about */
#define CT_VPDQ_COMPARED 0.0 /* percent of the frames of the list's */

struct ct_vpdq_frame {
	uint8_t hash[CT_PDQ_LEN];
	int64_t ms;      /* when it is shown, from the first; not negative */
	uint32_t number; /* of all that were decoded, from 0 */
	uint8_t quality; /* 0 to 100 */
};

/* ---- a frame's hash ------------------------------------------------------ */

struct ct_vpdq_hasher { /* all of it private; zeros at first */
	struct ct_pdq pdq;
	void *work;
	size_t room;
};

/* Rows of a frame from the top: w pixels each, stride bytes from one to the
 * next, which may be negative; each side 1 to 65535. */
struct ct_vpdq_rows {
	const uint8_t *at;
	ptrdiff_t stride;
	uint32_t w, h;
	enum ct_pdq_pixel pixel;
};

/*
 * Its hash and quality.  A side under CT_PDQ_MIN: zeros.  Frames of any size
 * may follow each other.  CT_OSERR.
 */
int ct_vpdq_hash(struct ct_vpdq_hasher *h, const struct ct_vpdq_rows *rows,
    struct ct_vpdq_frame *frame, struct ct_err *err);
void ct_vpdq_hasher_free(struct ct_vpdq_hasher *h);

/* ---- a video's frames, and their two forms of text ----------------------- */

struct ct_vpdq { /* zeros at first */
	struct ct_vpdq_frame *frame;
	size_t n, room;
};

/* CT_DATAERR: CT_VPDQ_FRAMES are there.  CT_OSERR. */
int ct_vpdq_add(
    struct ct_vpdq *v, const struct ct_vpdq_frame *frame, struct ct_err *err);
void ct_vpdq_free(struct ct_vpdq *v);

/*
 * "number,quality,hash,seconds" LF, as vpdq-hash-video writes a file of them;
 * and "hash,quality,seconds" in quotes, of which an array is the JSON that
 * python-threatexchange exchanges as a signal.  Seconds have three decimals in
 * both: Python itself keeps three digits in all, so that 123.456 becomes
 * 1.23e+02, and reads either.  Returns the length.
 */
size_t ct_vpdq_line(const struct ct_vpdq_frame *frame, char out[CT_VPDQ_LINE]);
size_t ct_vpdq_item(const struct ct_vpdq_frame *frame, char out[CT_VPDQ_LINE]);

/*
 * Add the frames of a text in either form to v; JSON begins with '['.  Its
 * frames have their place as number.  Of a line, what follows a fourth comma
 * is not looked at.  On CT_DATAERR (it is neither, or has too many; a file of
 * lines has none) and CT_OSERR v has those before.
 */
int ct_vpdq_read(
    struct ct_vpdq *v, const char *text, size_t len, struct ct_err *err);

/* ---- comparing ----------------------------------------------------------- */

/* The frames that count, each hash once. */
struct ct_vpdq_set {
	uint8_t *hash;   /* n hashes, packed, in order */
	uint32_t *times; /* how many frames have it */
	size_t n;
	uint64_t frames; /* the sum of times */
};

/* Those of at least that quality, and not flat (ham.h).  CT_OSERR. */
int ct_vpdq_set(struct ct_vpdq_set *set, const struct ct_vpdq *v, int quality,
    struct ct_err *err);
void ct_vpdq_set_free(struct ct_vpdq_set *set);

struct ct_vpdq_score {
	uint64_t query, query_near;       /* hashes or frames; those of */
	uint64_t compared, compared_near; /* them that are near to one */
};

/*
 * How much of each is in the other, at a distance of at most so many bits.
 * every: identical hashes count as often as there are frames, as in the C++;
 * otherwise once, as in README.md and Python.  CT_OSERR.
 */
int ct_vpdq_compare(const struct ct_vpdq_set *query,
    const struct ct_vpdq_set *compared, int distance, bool every,
    struct ct_vpdq_score *score, struct ct_err *err);

/* near as percent of all; 0 of none. */
double ct_vpdq_percent(uint64_t near, uint64_t all);

/* Is it a match: at least these percentages, and at least one frame? */
bool ct_vpdq_match(
    const struct ct_vpdq_score *score, double query, double compared);

#endif
