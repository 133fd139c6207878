/*
 * set.h - a compiled set of known hashes: one file, mapped and searched
 *
 * The set holds hashes of several kinds ("md5", "pdq", ...: any name of up to
 * 15 bytes, any fixed length), each hash once, sorted.  A hash has one or more
 * notes: what is known of it, a text that is not looked at here.  Notes are
 * numbered from 0 in the order they were added and stand in groups, one for
 * each source; a group has a text of its own.
 *
 * The file is little-endian: a header of 4096 bytes with magic, version, a
 * table of sections and a checksum, then the sections, each aligned to 64
 * bytes and with a checksum; set_file.h has it in full.  A reader skips
 * sections of a role that it does not know, so an index over the hashes can be
 * added without a new version.  The same content gives the same bytes.
 * Version 2 holds videos, which a program that knows version 1 only would pass
 * over; what holds none is version 1 still.
 *
 * Opening checks the header and that every section lies within the file;
 * what a section says is checked where it is used.  So no file, however
 * damaged, leads a reader outside of it.  That the bytes are those that were
 * written is what ct_set_verify finds out.
 */
#ifndef CT_SET_H
#define CT_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "near.h"

#define CT_SET_NAME 16          /* bytes of a kind's name with its NUL */
#define CT_SET_HASH_MAX 256     /* bytes of the longest hash */
#define CT_SET_MAGIC "ct-known" /* the first 8 bytes of the file */

struct ct_set_head {
	uint64_t generation; /* higher whenever the content is another */
	int64_t compiled;    /* ms since 1970: when it was made */
	int64_t asof;        /* ms: the content was complete at this time */
};

/* ---- reading ------------------------------------------------------------ */

struct ct_set;

/*
 * Map the file.  CT_NOINPUT if it cannot be opened, CT_DATAERR if it is
 * damaged or of another version, CT_OSERR.  Release with ct_set_close.
 */
int ct_set_open(struct ct_set **set, const char *path, struct ct_err *err);

/* The same from memory, borrowed, aligned to 8 bytes. */
int ct_set_bytes(
    struct ct_set **set, const void *bytes, size_t len, struct ct_err *err);
/* The same from a mapping of one's own, which is unmapped with the set, or at
 * once if it is none. */
int ct_set_take(struct ct_set **set, void *map, size_t len, struct ct_err *err);
void ct_set_close(struct ct_set *set);

/* Are all bytes those that were written?  CT_DATAERR names the section. */
int ct_set_verify(const struct ct_set *set, struct ct_err *err);

void ct_set_head(const struct ct_set *set, struct ct_set_head *head);
/* A digest of the content, that is of all but the head. */
uint64_t ct_set_content(const struct ct_set *set);
/* The same without the hashes of a kind. */
uint64_t ct_set_content_but(const struct ct_set *set, const char *kind);
/* Bytes of the file. */
size_t ct_set_size(const struct ct_set *set);

/* One kind; borrowed from the set. */
struct ct_set_kind {
	char name[CT_SET_NAME];
	size_t len;          /* bytes of a hash */
	size_t n;            /* hashes */
	const uint8_t *hash; /* n * len bytes, ascending, no two the same */
	const uint32_t *first;
	const uint32_t *note;
	size_t nnotes;
	struct ct_near near; /* of hashes of CT_HASH_LEN bytes */
	/* of each hash a unit and a value of those many bytes, packed, aligned
	 * to 64; NULL: it has none.  What they say is not checked. */
	const void *unit, *value;
	size_t unit_len, value_len;
};

/* By name (NULL if the set has none), or the i-th in order of the names. */
const struct ct_set_kind *ct_set_kind(
    const struct ct_set *set, const char *name);
const struct ct_set_kind *ct_set_nth(const struct ct_set *set, size_t i);

/*
 * The index of this hash of kind->len bytes, or SIZE_MAX.  A few probes if
 * the hashes are digests; whatever they are, log2(n) + 9 at most.  In a
 * damaged set, not sorted, it may miss one; it reads nothing outside.
 */
size_t ct_set_find(const struct ct_set_kind *kind, const uint8_t *hash);

/*
 * The hashes of a kind of CT_HASH_LEN bytes (none of any other kind) within
 * max bits of q: see near.h.  CT_OSERR, CT_DATAERR.
 */
int ct_set_near(const struct ct_set_kind *kind, const uint8_t *q, int max,
    struct ct_near_find *found, struct ct_err *err);

/* The same for n queries in order, as ct_near_each. */
int ct_set_near_each(const struct ct_set_kind *kind, const uint8_t *q, size_t n,
    int max, struct ct_near_find *found, ct_near_fn *each, void *arg,
    struct ct_err *err);

/* The notes of hash i: *n of them, ascending.  CT_DATAERR: damaged. */
int ct_set_notes(const struct ct_set_kind *kind, size_t i,
    const uint32_t **note, size_t *n, struct ct_err *err);

/* The text of a note, len bytes without a NUL, and the group it is in. */
int ct_set_note(const struct ct_set *set, uint32_t note, const char **text,
    size_t *len, size_t *group, struct ct_err *err);

size_t ct_set_nnotes(const struct ct_set *set);
size_t ct_set_ngroups(const struct ct_set *set);
int ct_set_group(const struct ct_set *set, size_t group, const char **text,
    size_t *len, struct ct_err *err);

/*
 * Its checksum, of len bytes, a multiple of 8, aligned to 8: of this machine's
 * order of bytes.  A change within one word of 8 bytes never goes unnoticed; of
 * others 1 in 2^64 does.
 */
uint64_t ct_set_sum(const void *bytes, size_t len);

/* ---- making ------------------------------------------------------------- */

struct ct_build;

/* NULL if memory is short, which the others say with CT_OSERR; CT_IOERR: a
 * file of ct_build_spill cannot be written. */
struct ct_build *ct_build_new(void);
void ct_build_free(struct ct_build *b);

/* Keep the notes and the values in three files in place of memory: borrowed,
 * empty, open for both.  Their descriptors are needed until ct_build_finish. */
void ct_build_spill(struct ct_build *b, int text, int at, int value);

/* Begin a group; the notes added from now on are in it. */
int ct_build_group(
    struct ct_build *b, const char *text, size_t len, struct ct_err *err);
int ct_build_note(struct ct_build *b, const char *text, size_t len,
    uint32_t *note, struct ct_err *err);
/* A hash with a note; the same pair may be added again.  All hashes of one
 * kind have the same length, or CT_DATAERR. */
int ct_build_hash(struct ct_build *b, const char *kind, const uint8_t *hash,
    size_t len, uint32_t note, struct ct_err *err);

/*
 * A unit and a value with a note, for one kind of the set, whose hashes are
 * their places from 0 as 4 bytes, high byte first.  All units have the same
 * length, and all values, or CT_DATAERR.
 */
struct ct_build_value {
	const void *unit, *value;
	size_t unit_len, value_len;
};
int ct_build_value(struct ct_build *b, const char *kind,
    const struct ct_build_value *v, uint32_t note, struct ct_err *err);

/* A program that knows version 1 only is not to read it. */
void ct_build_newer(struct ct_build *b);

/*
 * Index this kind, of hashes of CT_HASH_LEN bytes, for ct_set_near: up to so
 * many hashes by the wide plan, at most CT_NEAR_SMALL make sense; 0: it is
 * searched too little for the memory.  Without it all hashes are compared.
 */
void ct_build_near(struct ct_build *b, const char *kind, size_t wide);

/* Sort; nothing can be added afterwards.  *content is as ct_set_content. */
int ct_build_finish(struct ct_build *b, uint64_t *content, struct ct_err *err);

/* Of what is finished: as ct_set_content, the notes, the groups, and the text
 * of one, borrowed. */
uint64_t ct_build_content(const struct ct_build *b);
uint64_t ct_build_content_but(const struct ct_build *b, const char *kind);
size_t ct_build_nnotes(const struct ct_build *b);
size_t ct_build_ngroups(const struct ct_build *b);
const char *ct_build_group_text(
    const struct ct_build *b, size_t group, size_t *len);

/* Takes len bytes of the file in order; returns 0 or -1, which ends it. */
typedef int ct_set_write_fn(void *arg, const void *bytes, size_t len);

/* Write the file.  CT_IOERR if write failed (it knows why). */
int ct_build_write(const struct ct_build *b, const struct ct_set_head *head,
    ct_set_write_fn *write, void *arg, struct ct_err *err);

/* The file of an open set again, with another head. */
int ct_set_rewrite(const struct ct_set *set, const struct ct_set_head *head,
    ct_set_write_fn *write, void *arg, struct ct_err *err);

#endif
