/*
 * seen_impl.h - inside a store; for seen*.c only
 *
 * What is read may be any bytes: that sections lie within the file is checked
 * when it is opened, all else where it is used.
 */
#ifndef CT_SEEN_IMPL_H
#define CT_SEEN_IMPL_H

#include <sys/types.h>

#include "clip.h"
#include "match.h"
#include "rec.h"
#include "seen.h"

/* ---- an object ------------------------------------------------------------
 */

enum seen_hash { SEEN_MD5, SEEN_SHA1, SEEN_SHA256, SEEN_PDQ, SEEN_HASHES };

static const uint8_t seen_len[SEEN_HASHES] = { 16, 20, 32, 32 };
static const uint8_t seen_at[SEEN_HASHES] = { 0, 16, 36, 68 };

enum {
	SEEN_GONE = 1,         /* there is no such object any more */
	SEEN_HAS = 2,          /* and the next three bits: has this hash */
	SEEN_PATH = 32,        /* its path is its id */
	SEEN_PATH_B64 = 64,    /* its id is b64: and its path_b64 */
	SEEN_DEGENERATE = 128, /* hashes.pdq_degenerate: ties */
	SEEN_TINY = 256,       /* the same: tiny */
	SEEN_FRAMES = 512,     /* of a video: it had frames, none even */
	SEEN_MIME = 1024       /* times the number of a type, 0 to 63 */
};

#define SEEN_UNTOLD UINT64_MAX /* size */
#define SEEN_NO_QUALITY 255

struct seen_info {
	uint64_t size;     /* bytes of the object, or SEEN_UNTOLD */
	uint32_t lists;    /* that it was looked up in: see seen_lists */
	uint32_t at;       /* s since 1970: when it was put */
	uint32_t epoch;    /* of the session that put it */
	uint32_t modified; /* s since 1970, 0: not told */
	uint16_t flags;
	uint8_t decode, quality;
	uint32_t film; /* 1 and its place among the films; 0: none is kept */
};

struct seen_row {
	uint64_t stamp; /* 0: none that could be the same */
	struct seen_info info;
	uint8_t hash[104]; /* at seen_at; zeros at the end */
};

_Static_assert(sizeof(struct seen_info) == 32, "no holes");
_Static_assert(sizeof(struct seen_row) == 144, "no holes");

/* Of a video, what is kept besides its row. */
struct seen_film {
	uint64_t from;   /* the first of its frames among all */
	uint32_t row, n; /* whose it is; frames */
	uint32_t all;    /* hashes.vpdq_frames, or SEEN_NO_NUMBER */
	uint16_t cover;  /* hashes.vpdq_cover, or SEEN_NO_COVER */
	uint8_t flags;   /* SEEN_TMK, and how it is turned */
	char method[17]; /* hashes.vpdq_method, up to a NUL; of a longer one
			    nothing */
};
#define SEEN_NO_NUMBER UINT32_MAX
#define SEEN_NO_COVER UINT16_MAX
#define SEEN_TMK 1  /* it had hashes.tmk, which is not kept */
#define SEEN_TURN 2 /* times file.turn in quarters, 0 to 3 */

_Static_assert(sizeof(struct seen_film) == 40, "no holes");

/* Degrees, as file.turn has them; 0: it is shown as it is stored. */
static inline unsigned
seen_turn(const struct seen_film *f)
{
	return f->flags / SEEN_TURN % 4 * 90;
}

/* Its frames, of which a video has no more than SEEN_MOST, nor are as text
 * over SEEN_TEXT bytes kept: with all else they would be no record. */
#define SEEN_MOST ((uint32_t)1 << 18)
#define SEEN_TEXT ((size_t)896 << 10)

struct seen_frames { /* borrowed */
	struct seen_film film;
	const uint64_t *ms;
	const uint8_t *hash, *quality; /* hash: CT_HASH_LEN bytes each */
};

#define SEEN_KEYED 16 /* bytes of a key made of an id */

/* What a line of input says of an object.  Zeroed; the text is borrowed. */
struct seen_said {
	const char *id;
	size_t id_len;
	const char *etag, *modified;
	size_t etag_len, modified_len;
	int64_t bytes; /* -1: not told */
	bool gone;
	bool listed; /* id is a prefix, all of which was listed */
};

struct seen_scan; /* ready to read lines */
struct seen_scan *seen_scan_new(void);
void seen_scan_free(struct seen_scan *s);

/* Of a line: 0, CT_CAME, CT_DATAERR: it has no id that could be a key. */
int seen_say(const struct seen_scan *s, struct ct_line *line,
    struct seen_said *said, struct ct_err *err);

/* The row of a parsed record, but its stamp, lists, epoch, time and film.
 * CT_DATAERR: it has no hash, or one that is none. */
int seen_row_of(struct seen_row *row, const json_t *rec, struct ct_err *err);

/* Which lists a record says it was looked up in: of match.db, or of seen. */
void seen_lists_said(struct ct_match_lists *lists, const json_t *o);

/* What is to be kept of its frames; zeroed at first, used again. */
struct seen_taking {
	struct ct_clip_said said;
	struct ct_text room;
	struct seen_frames frames;
};
/* 0; CT_NO: nothing; CT_DATAERR: they are none. */
int seen_frames_take(
    struct seen_taking *t, const json_t *rec, struct ct_err *err);
void seen_taking_free(struct seen_taking *t);

/* The members id and path of a record, without braces; and what follows them,
 * from a comma on.  frames: NULL: not kept. */
void seen_row_id(struct ct_text *text, const struct seen_row *row,
    const char *id, size_t len);
void seen_row_text(struct ct_text *text, const struct seen_row *row,
    const struct seen_frames *frames);
/* Of hashes, from a comma on. */
void seen_frames_text(struct ct_text *text, const struct seen_frames *frames);

/* Their bytes in a log, a multiple of 8: a film, times, hashes, qualities. */
size_t seen_frames_size(uint32_t n);
void seen_frames_add(struct ct_text *text, const struct seen_frames *frames);
/* The same of film->n frames as they come. */
void seen_frames_pack(struct ct_text *text, const struct seen_film *film,
    const struct ct_vpdq_frame *frame);
/* Of len such bytes; false: they are none. */
bool seen_frames_of(struct seen_frames *frames, const void *bytes, size_t len);

/* ---- the manifest ---------------------------------------------------------
 */

#define SEEN_SEGMENTS 64

/* Lists that rows were looked up in, by a number of the store's own, which is
 * never used again.  Below the first it is a generation, as versions up to 2
 * have it: nobody knows of which lists. */
#define SEEN_LISTS 64
#define SEEN_LISTS_FIRST ((uint32_t)1 << 31)
struct seen_lists {
	uint64_t base, own;          /* see struct ct_match_lists */
	uint32_t number, generation; /* generation: the least of 32 bits */
};

/* The file "current": which files there are, newest first. */
struct seen_manifest {
	char magic[8];
	uint32_t version, probe;
	uint64_t store;    /* by chance: what else belongs to it */
	uint8_t key[16];   /* by chance: of stamps */
	uint8_t check[16]; /* of the secret of --keyed; zero: ids are kept */
	uint64_t next;     /* number of the next file */
	uint64_t log;      /* number of the log */
	uint32_t epoch;    /* of the session that writes, or will */
	/* rows of sessions before floor_epoch were looked up in these lists */
	uint32_t floor_epoch, floor;
	uint32_t n;
	struct seen_listed {
		uint64_t id, rows;
	} segment[SEEN_SEGMENTS];
	uint32_t nlists, lists_next;         /* 0: SEEN_LISTS_FIRST */
	struct seen_lists lists[SEEN_LISTS]; /* by number */
	uint64_t sum;                        /* of the bytes before it */
};

/* Up to version 2 the sum stands in the place of lists. */
#define SEEN_MANIFEST_2 \
	(offsetof(struct seen_manifest, lists) + sizeof(uint64_t))

_Static_assert(sizeof(struct seen_manifest) % 8 == 0, "no holes");
_Static_assert(SEEN_MANIFEST_2 == 1128, "as it was");

/* The lists of a number; NULL: they are not known. */
const struct seen_lists *seen_lists(
    const struct seen_manifest *m, uint32_t number);
/* Their number, which is new if *added; 0: they are none that could be known
 * again. */
uint32_t seen_lists_number(
    struct seen_manifest *m, const struct ct_match_lists *lists, bool *added);

/* CT_NO: there is none; CT_DATAERR. */
int seen_manifest_read(
    struct seen_manifest *m, const char *dir, struct ct_err *err);
int seen_manifest_parse(
    struct seen_manifest *m, const void *bytes, size_t len, struct ct_err *err);
/* Swap it, durably. */
int seen_manifest_write(
    struct seen_manifest *m, const char *dir, struct ct_err *err);

char *seen_dir(const struct ct_seen *s);
/* A file of the store; release with free. */
char *seen_path(const char *dir, uint64_t id, const char *ending);

/* How ids become keys. */
struct seen_names {
	bool keyed;
	uint8_t secret[32];
};
/* CT_NOPERM: the manifest (NULL: a new one) wants another, or one at all. */
int seen_names(struct seen_names *names, const struct ct_seen *s,
    const struct seen_manifest *m, struct ct_err *err);
/* What a manifest says of it. */
void seen_names_check(const struct seen_names *names, uint8_t check[16]);
/* The key of an id: it, or made in buf. */
const uint8_t *seen_key(const struct seen_names *names, const char *id,
    size_t len, uint8_t buf[SEEN_KEYED], size_t *key_len);

/* The stamp of what was said; 0: nothing was. */
uint64_t seen_stamp(
    const struct seen_manifest *m, const struct seen_said *said);

/* ---- sorted files ---------------------------------------------------------
 */

#define SEEN_BLOCK 32        /* keys in a block */
#define SEEN_HEAD 512        /* bytes of the header */
#define SEEN_CHUNK (1 << 20) /* bytes that a checksum is of */
#define SEEN_ALIGN 64        /* of sections */

enum seen_column {
	SEEN_KEYS,  /* blocks of keys */
	SEEN_AT,    /* u64[blocks + 1]: where a block begins */
	SEEN_STAMP, /* u64[rows] */
	SEEN_INFO,  /* struct seen_info[rows] */
	SEEN_HASH,  /* and the next three: hashes, zero if there is none */
	SEEN_FILM = SEEN_HASH + SEEN_HASHES, /* struct seen_film[films] */
	SEEN_MS,                             /* u64[frames] */
	SEEN_FRAME,   /* hash[frames]: those of a film, then of the next */
	SEEN_QUALITY, /* u8[frames] */
	SEEN_SUM,     /* u64 a chunk of those before */
	SEEN_COLUMNS  /* version 1 has no SEEN_FILM to SEEN_QUALITY */
};

struct seen_head {
	char magic[8];
	uint32_t version, probe;
	uint64_t bytes; /* of the file */
	uint64_t store, id;
	uint64_t rows, gone;
	uint64_t key_bytes; /* of all keys, each whole */
	struct seen_section {
		uint64_t offset, bytes;
	} column[SEEN_COLUMNS];
	uint8_t zero[SEEN_HEAD - 72 - 16 * SEEN_COLUMNS];
	uint64_t sum; /* of the bytes before it */
};

_Static_assert(sizeof(struct seen_head) == SEEN_HEAD, "no holes");

struct seen_segment {
	const uint8_t *map;
	size_t len;
	struct seen_head head;
	size_t rows, blocks, key_len, films, frames;
	const uint8_t *key;
	const uint64_t *at, *stamp;
	const struct seen_info *info;
	const uint8_t *hash[SEEN_HASHES];
	const struct seen_film *film;
	const uint64_t *ms;
	const uint8_t *frame, *quality;
	bool passing;   /* its hashes are only summed: no need to keep them */
	uint8_t *sound; /* private: of each chunk, what is known of it */
};

/* From bytes, aligned to 8, borrowed.  CT_DATAERR. */
int seen_segment_take(
    struct seen_segment *s, const void *bytes, size_t len, struct ct_err *err);
/* CT_NO: there is no such file. */
int seen_segment_open(struct seen_segment *s, const char *dir, uint64_t store,
    uint64_t id, struct ct_err *err);
void seen_segment_close(struct seen_segment *s);
/* Every checksum; and are the keys in order, too? */
int seen_segment_sums(const struct seen_segment *s, struct ct_err *err);
int seen_segment_check(const struct seen_segment *s, struct ct_err *err);

/*
 * Is it as it was written: of these rows a column, or all?  Of keys, all of
 * their blocks.  What is summed once is remembered of a file that is open; any
 * number of threads may ask.  A row that is not sound may say anything.
 */
bool seen_sound(
    const struct seen_segment *s, enum seen_column c, size_t from, size_t n);
bool seen_sound_rows(const struct seen_segment *s, size_t from, size_t n);
/* The frames of a row whose info is sound; false: they are not, or it has none
 * that are kept. */
bool seen_segment_frames(
    const struct seen_segment *s, size_t row, struct seen_frames *frames);
size_t seen_sound_chunks(const struct seen_segment *s);

/* Bytes of an element. */
size_t seen_width(enum seen_column c);
/* Of these elements the memory is not needed any more; the file is in the
 * system's. */
void seen_forget(
    const struct seen_segment *s, enum seen_column c, size_t from, size_t n);

/* The row, but its stamp's place is no matter. */
void seen_segment_row(
    const struct seen_segment *s, size_t i, struct seen_row *row);

/* ---- a place in a sorted file, or in a log ---------------------------------
 */

struct seen_cursor {
	const struct seen_segment *s;
	size_t row, block;      /* row: s->rows at the end */
	const uint8_t *p, *end; /* behind the key, in its block */
	bool sound;             /* blocks whose keys are not are passed over, */
	uint64_t left;          /* and so many rows with them */
	size_t len;
	uint8_t key[CT_SEEN_ID];
};

/* To the first, the next, or the first from this key on; the end is row ==
 * rows.  0 or CT_DATAERR. */
int seen_first(struct seen_cursor *c, struct ct_err *err);
int seen_next(struct seen_cursor *c, struct ct_err *err);
int seen_seek(
    struct seen_cursor *c, const uint8_t *key, size_t len, struct ct_err *err);
/* To a row. */
int seen_go(struct seen_cursor *c, size_t row, struct ct_err *err);

static inline int
seen_order(const uint8_t *a, size_t la, const uint8_t *b, size_t lb)
{
	int d = __builtin_memcmp(a, b, la < lb ? la : lb);

	return d ? d : la < lb ? -1 : la > lb;
}

/* ---- the log --------------------------------------------------------------
 */

struct seen_log_head {
	char magic[8];
	uint32_t version, probe;
	uint64_t store, id;
	uint8_t zero[24];
	uint64_t sum;
};

_Static_assert(sizeof(struct seen_log_head) == 64, "no holes");

struct seen_entry { /* of a log: what follows is the key, filled up to 8, and
			if row.info.film, frames */
	uint32_t len, key_len; /* len: of all */
	uint64_t sum;          /* of all behind it, and of those two */
	struct seen_row row;
};

struct seen_log {
	uint32_t version;
	const uint8_t *map;
	size_t len;
	size_t good; /* bytes up to the first that is no entry */
	size_t n;    /* objects, each as it was put last, by key */
	size_t entries;
	const struct seen_entry **entry;
};

/* From bytes, aligned to 8, borrowed. */
int seen_log_take(struct seen_log *log, const void *bytes, size_t len,
    uint64_t store, uint64_t id, struct ct_err *err);
int seen_log_open(struct seen_log *log, const char *dir, uint64_t store,
    uint64_t id, struct ct_err *err);
void seen_log_close(struct seen_log *log);
/* The first from this key on; from: one that is not behind it, or 0. */
size_t seen_log_seek(
    const struct seen_log *log, size_t from, const uint8_t *key, size_t len);
/* Append an entry to text, which holds only such; frames: NULL: none. */
void seen_log_add(struct ct_text *text, uint64_t store, uint64_t id,
    const uint8_t *key, size_t len, const struct seen_row *row,
    const struct seen_frames *frames);
bool seen_log_frames(const struct seen_entry *e, struct seen_frames *frames);
/* A new one, durable but for its name. */
int seen_log_make(
    const char *dir, uint64_t store, uint64_t id, struct ct_err *err);

static inline const uint8_t *
seen_entry_key(const struct seen_entry *e)
{
	return (const uint8_t *)(e + 1);
}

/* ---- all of a store, as it was when it was opened --------------------------
 */

struct seen_view {
	struct seen_manifest m;
	struct seen_log log;
	struct seen_segment segment[SEEN_SEGMENTS]; /* newest first */
	size_t n;
	bool sound;    /* walks pass over blocks whose keys are not sound, */
	uint64_t left; /* and so many rows with them */
	/* private: where the last search ended */
	struct seen_cursor *cursor; /* of each */
	size_t at;                  /* in the log */
	size_t passed;              /* frames */
};

/* Where a row stands: source 0 is the log, 1 the newest file. */
struct seen_place {
	size_t source, row;
};

/* CT_NO: there is no store. */
int seen_view_open(
    struct seen_view **v, const struct ct_seen *s, struct ct_err *err);
/* Of these files alone. */
int seen_view_of(struct seen_view **v, const char *dir,
    const struct seen_manifest *m, struct ct_err *err);
void seen_view_close(struct seen_view *v);
/* After so many rows or lines: no need to keep in memory what was read of the
 * files; what is wanted again is in the system's, or on the disk. */
#define SEEN_FORGET ((size_t)1 << 18)
void seen_view_forget(const struct seen_view *v);
/* So many frames more were read: likewise. */
void seen_view_passed(struct seen_view *v, size_t frames);

/* As it was put last: 0, CT_NO, CT_DATAERR. */
int seen_find(struct seen_view *v, const uint8_t *key, size_t len,
    struct seen_place *at, struct ct_err *err);
uint64_t seen_stamp_at(const struct seen_view *v, struct seen_place at);
uint16_t seen_flags_at(const struct seen_view *v, struct seen_place at);
void seen_row_at(
    const struct seen_view *v, struct seen_place at, struct seen_row *row);
/* As seen_segment_frames. */
bool seen_frames_at(const struct seen_view *v, struct seen_place at,
    struct seen_frames *frames);
/* Was it a video of which there is more than the store has? */
bool seen_unkept(const struct seen_view *v, struct seen_place at);
/* All of the row, and its key; a log has no others. */
bool seen_sound_at(const struct seen_view *v, struct seen_place at);

/* Each object once, by key, as it was put last; from the log, if log is set,
 * and the newest files up to and without end. */
struct seen_walk {
	struct seen_view *v;
	const uint8_t *key;
	size_t len;
	struct seen_place at;
	/* private */
	size_t end, logat, steps;
	bool log;
	struct seen_cursor *cursor;
};
/* CT_NO: that was the last. */
int seen_walk_first(struct seen_walk *w, struct seen_view *v, bool log,
    size_t end, struct ct_err *err);
int seen_walk_next(struct seen_walk *w, struct ct_err *err);
void seen_walk_end(struct seen_walk *w);

/* The number of the lists that it was last looked up in. */
uint32_t seen_looked_up(
    const struct seen_manifest *m, const struct seen_info *info);

/* As seen_view_open, but where there is no store CT_NOINPUT. */
int seen_open(
    struct seen_view **v, const struct ct_seen *s, struct ct_err *err);

/* Append what a row becomes, without the last brace; frames: NULL: none. */
void seen_record(struct ct_text *text, const struct ct_seen *s,
    const struct seen_view *v, const uint8_t *key, size_t len,
    const struct seen_row *row, const struct seen_frames *frames);

/* ---- what the lists may know of -------------------------------------------
 */

struct seen_sift {
	const struct ct_seen *how;
	const struct ct_match *m;
	struct seen_view *v;
	struct ct_match_lists now; /* of m; base: without what changed since */
	uint64_t base;
	enum ct_match_left left[SEEN_LISTS]; /* of those of the store */
	struct ct_out out;  /* gets a record of each row that may match */
	uint64_t rows;      /* that were looked at */
	uint64_t undecided; /* of these, not whole: they are damaged */
	uint64_t others;    /* of these, of lists that had the same number */
	bool damaged; /* so are others, that may be newer than what is told */
	struct ct_err err;
};

/* Sift all of the store, in order, by how->jobs threads, and close out. */
void seen_sift(struct seen_sift *s);
/* Is the row to be looked up?  *old: in more than what is new. */
bool seen_wanted(
    const struct seen_sift *s, const struct seen_info *info, bool *old);
/* Was it looked up in others than its generation says, or nobody knows? */
bool seen_others(const struct seen_sift *s, const struct seen_info *info);

/*
 * The frames of the rows [from, from + n) that are wanted: of those that may
 * match some is set, of those whose frames are damaged a bit of bad.  Nothing
 * is asked of rows that have the other bit.  hit: room for SEEN_MOST.
 */
struct seen_reel {
	const struct seen_sift *s;
	struct ct_match_sieve *sieve;
	const struct seen_segment *g;
	size_t from, n;
	bool news;
	bool *some, *hit;
	uint8_t *bad, bad_frames, bad_info;
	/* private */
	size_t film, films, frame,
	    frames; /* of a run, the first and how many */
};
int seen_sift_frames(struct seen_reel *r, struct ct_err *err);

/* The hashes of a film that is shown turned, upright, n of them. */
void seen_upright(
    uint8_t *to, const struct seen_film *film, const uint8_t *hash);

/* ---- writing --------------------------------------------------------------
 */

/*
 * A new file of what the walk gives: of the log, if log is set, and of the
 * newest files up to and without end.  What is gone is left out if last.  rows
 * 0: there was nothing, and there is no file.  What is damaged is left out, as
 * if it were gone: v->left counts it.
 */
int seen_segment_write(const char *dir, uint64_t id, struct seen_view *v,
    bool log, size_t end, bool last, uint64_t *rows, struct ct_err *err);

struct seen_writer {
	char *dir;
	int lock, fd; /* fd: of the log */
	struct seen_manifest m;
	struct seen_names names;
	struct ct_text text;         /* not in the log yet */
	uint64_t bytes;              /* of the log */
	bool begun;                  /* this session has an epoch of its own */
	uint32_t floor_epoch;        /* to be set by close, if it is higher, */
	struct ct_match_lists floor; /* with these */
	uint64_t left; /* rows left out of new files: they were damaged */
};

/* Lock the store, which is made if make is set; else CT_NO if there is none. */
int seen_writer_open(struct seen_writer *w, const struct ct_seen *s, bool make,
    struct ct_err *err);
/* lists: that it was looked up in; NULL: none. */
int seen_writer_put(struct seen_writer *w, const uint8_t *key, size_t len,
    struct seen_row *row, const struct ct_match_lists *lists,
    const struct seen_frames *frames, struct ct_err *err);
/* All that was put is durable. */
int seen_writer_sync(struct seen_writer *w, struct ct_err *err);
/* The log into a file, if there is enough in it or all is set; and files that
 * are much alike in size into one. */
int seen_writer_settle(struct seen_writer *w, bool all, struct ct_err *err);
/* All into one file. */
int seen_writer_merge(struct seen_writer *w, struct ct_err *err);
/* Release; good: all that was put is durable, and nothing failed. */
int seen_writer_close(struct seen_writer *w, bool good, struct ct_err *err);

#endif
