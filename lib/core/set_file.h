/*
 * set_file.h - the bytes of the file; for set*.c only
 *
 * All numbers little-endian.  Behind the header stand the sections in the
 * order of the table, each filled up with zero bytes to a multiple of 64.
 */
#ifndef CT_SET_FILE_H
#define CT_SET_FILE_H

#include "set.h"

#define SET_VERSION 2 /* 1: it holds no video */
#define SET_PROBE 0x01020304
#define SET_HEAD ((size_t)4096)
#define SET_ALIGN ((size_t)64)
#define SET_SECTIONS 60

enum set_role {
	SET_HASH = 1,   /* kind; elem: bytes of a hash; n hashes */
	SET_FIRST = 2,  /* kind; u32[n + 1]: where the notes of a hash begin */
	SET_NOTE = 3,   /* kind; u32[]: numbers of notes */
	SET_TEXT = 4,   /* texts of the notes, one behind the other */
	SET_AT = 5,     /* u64[notes + 1]: where a text begins */
	SET_GTEXT = 6,  /* texts of the groups */
	SET_GAT = 7,    /* u64[groups + 1] */
	SET_GFIRST = 8, /* u32[groups + 1]: the first note of a group */
	/* the arrays of struct ct_near, for a kind that is searched by
	 * distance; the number of ids says which plan */
	SET_NEAR_FIRST = 9,   /* kind; u32[CT_NEAR_FIRST] */
	SET_NEAR_SKETCH = 10, /* kind; u16[], CT_NEAR_PAD of them zero */
	SET_NEAR_ID = 11,     /* kind; u32[] */
	SET_UNIT = 12,        /* kind; elem: bytes of one; as many as hashes */
	SET_VALUE = 13,       /* likewise */
	SET_ROLES
};

struct set_section {
	uint32_t role;
	uint32_t elem;          /* bytes of one element */
	uint64_t offset;        /* from the start of the file */
	uint64_t bytes;         /* without the filling */
	uint64_t sum;           /* of bytes and filling */
	char kind[CT_SET_NAME]; /* NUL-filled */
	uint8_t zero[16];
};

struct set_header {
	char magic[8];
	uint32_t version, probe;
	uint32_t size, nsections; /* of this header; in the table */
	uint64_t bytes;           /* of the file */
	uint64_t generation;
	int64_t compiled, asof;
	uint64_t content;
	uint8_t zero[64];
	struct set_section section[SET_SECTIONS];
	uint8_t more[120];
	uint64_t sum; /* of the bytes before it */
};

_Static_assert(sizeof(struct set_section) == 64, "no holes");
_Static_assert(sizeof(struct set_header) == SET_HEAD, "no holes");

/* What ct_set_content gives, from a table; but: NULL, or without this kind. */
uint64_t ct_set_digest(
    const struct set_section *section, size_t n, const char *but);

#endif
