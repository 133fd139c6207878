/*
 * clip.h - a listed video: a file of its hashes, and what an index keeps of it
 *
 * Of type vpdq the file is frames, in either form of vpdq.h; those that count
 * become hashes of a kind of that name, each once for each video.  Of type tmk
 * it is a .tmk: the index has its unit and all of it as values (set.h).
 */
#ifndef CT_CLIP_H
#define CT_CLIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "rec.h"
#include "set.h"
#include "tmk.h"
#include "vpdq.h"

#define CT_CLIP_VPDQ "vpdq"
#define CT_CLIP_TMK "tmk"
#define CT_CLIP_MAX ((size_t)32 << 20) /* bytes of a file */

bool ct_clip_type(const char *type); /* is it one of these? */

struct ct_clip {                   /* zeros at first */
	struct ct_vpdq_set frames; /* of vpdq, those that count; or none */
	int64_t ms;                /* from the first of these to the last */
	struct ct_tmk *tmk;        /* of tmk; NULL */
};

/*
 * Take len bytes of a file; quality: the least of a frame that counts.
 * CT_DATAERR: it is no such file.  CT_OSERR.
 */
int ct_clip_take(struct ct_clip *c, const char *type, const uint8_t *bytes,
    size_t len, int quality, struct ct_err *err);
void ct_clip_free(struct ct_clip *c);

/* Nothing of it can match: no frame counts, or it has no picture. */
bool ct_clip_empty(const struct ct_clip *c);

/* What the note of a vpdq says: how many frames count, and ms as above. */
#define CT_CLIP_FRAMES "frames"
#define CT_CLIP_MS "duration_ms"
void ct_clip_note(const struct ct_clip *c, json_t *note);

/* Into an index, under a note; of vpdq, one of its own. */
int ct_clip_build(const struct ct_clip *c, struct ct_build *b, uint32_t note,
    struct ct_err *err);

/* The bytes of a regular file of at most CT_CLIP_MAX; release with free.
 * CT_NOINPUT, CT_IOERR, CT_DATAERR: larger. */
int ct_clip_file(
    const char *path, uint8_t **bytes, size_t *len, struct ct_err *err);

/* What a record says of the frames of a video; zeros at first. */
struct ct_clip_said {
	struct ct_vpdq frames; /* of hashes.vpdq; used again, to be released */
	const char *method;    /* hashes.vpdq_method, borrowed; NULL: untold */
	int cover;             /* hashes.vpdq_cover, bits; -1: untold */
};

/* 0; CT_NO: it has none; CT_DATAERR: one of them is not as it should be. */
int ct_clip_said(
    struct ct_clip_said *said, const json_t *rec, struct ct_err *err);

/*
 * When one that is listed matches.  By vPDQ: at least query percent of the
 * frames asked about are near to any of its frames, and compared percent of
 * its frames are near to any of those; or, unless that is 0, contained percent
 * of its frames, or query percent of the frames asked about in a part as long
 * as contained percent of it.  By TMK: at least both levels.  In ct.conf and in
 * an index they have the names vpdq_distance, vpdq_query, and so on.
 */
struct ct_clip_limits {
	int distance;                   /* bits */
	int query, compared, contained; /* percent */
	int level1, level2;             /* ten-thousandths */
};
#define CT_CLIP_CONTAINED 80
#define CT_CLIP_LEVEL 10000 /* of a level 1 */
extern const struct ct_clip_limits ct_clip_usual;

/* The i-th of those numbers, by name, and how large it may be; NULL: there are
 * no more.  decimal: it is written as a level, in CT_CLIP_LEVEL parts. */
struct ct_clip_limit {
	const char *name;
	int most;
	bool decimal;
};
const struct ct_clip_limit *ct_clip_limit(size_t i);
int *ct_clip_limit_of(struct ct_clip_limits *limits, size_t i);

/* From text, as it is written: -1 if it is none, or too large. */
int ct_clip_limit_parse(const struct ct_clip_limit *l, const char *text);

/* The i-th as it was given on a command line; dies with CT_USAGE.  False: there
 * is no such. */
bool ct_clip_limit_option(
    struct ct_clip_limits *limits, int i, const char *text);

/* What is not usual, as members of an object; and the reverse. */
void ct_clip_limits_put(const struct ct_clip_limits *limits, json_t *o);
void ct_clip_limits_get(struct ct_clip_limits *limits, const json_t *o);

#endif
