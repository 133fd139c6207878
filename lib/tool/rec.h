/*
 * rec.h - streams of records, one JSON object a line
 *
 * Every filter is one function applied to every record.  It adds members of
 * its own and changes no other: each member has one writer, see ct-record(5).
 * What came in goes out byte for byte, with the new members before its closing
 * brace; so numbers and members that we do not know stay as they were written.
 * Only to a terminal are DEL and the C1 controls written out as \u007f.
 *
 * An error of one record travels with it: the record is written with
 *	"error": {"tool": "ct-match", "code": 65, "msg": "..."}
 * and every later command passes it on untouched.  So the exit status of
 * the last command of a pipeline tells of an error in any.
 */
#ifndef CT_REC_H
#define CT_REC_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "tally.h"

#define CT_REC_MAX (1 << 20) /* bytes in a line */
#define CT_REC_DEPTH 64      /* objects and arrays within one another */

/* ---- records as text ----------------------------------------------------- */

struct ct_text { /* zeroed */
	char *s; /* no NUL */
	size_t len, cap;
};

void ct_text_add(struct ct_text *text, const void *bytes, size_t len);
/* A record as it is written, without newline; -1: jansson cannot encode it. */
int ct_text_rec(struct ct_text *text, const json_t *rec);
/*
 * A record as it came, a line, with more members before its closing brace:
 * n bytes of "name":value separated by commas; bare: it has none yet.
 */
void ct_text_more(struct ct_text *text, const char *line, size_t len, bool bare,
    const char *more, size_t n);
void ct_text_free(struct ct_text *text);

/* ---- output: whole records per write(2) -------------------------------- */

struct ct_out {
	int fd;
	bool each; /* write every record at once: its maker has promised it */
	struct ct_text text;
	int64_t since; /* ct_mono of the oldest record in text */
	size_t n;      /* records put so far, without those lost */
	int tty;       /* fd is a terminal: 1, or -1; 0: not asked yet */
};

/* A record as text of len bytes, as it is written.  Release with free. */
char *ct_rec_dump(const json_t *rec, size_t *len);

/* Records gather up to 64 KiB or 100 ms.  All return 0 or CT_IOERR. */
int ct_out_rec(struct ct_out *out, const json_t *rec, struct ct_err *err);
/* The bytes that it writes of this value, without newline. */
size_t ct_rec_size(const json_t *rec);
int ct_out_line(struct ct_out *out, const char *line, size_t len,
    struct ct_err *err); /* a newline is added */
/* The line with more members, as ct_text_more makes it. */
int ct_out_more(struct ct_out *out, const char *line, size_t len, bool bare,
    const char *more, struct ct_err *err);
/* The line with the error why; with its id alone, if it would be too long. */
int ct_out_fail(struct ct_out *out, const char *line, size_t len, bool bare,
    const struct ct_err *why, struct ct_err *err);
/* Bytes as they are, behind a record; they gather like records. */
int ct_out_bytes(
    struct ct_out *out, const void *bytes, size_t len, struct ct_err *err);
int ct_out_flush(struct ct_out *out, struct ct_err *err);
/* Flush if the oldest record has waited for 100 ms. */
int ct_out_tick(struct ct_out *out, struct ct_err *err);
/* Flush and close the descriptor: a full disk may show only here. */
int ct_out_close(struct ct_out *out, struct ct_err *err);

/* ---- input: lines, or names ended by NUL -------------------------------- */

/*
 * Of a line that is no record: may it have been meant as one, with a frame
 * behind it?  Then what follows may be bytes of a stranger.  brace: it begins
 * with { behind blanks.  All zero at first; the line may come in pieces.
 */
enum { CT_HINTS = 3 };
struct ct_hint {
	bool begun, brace;
	unsigned n[CT_HINTS]; /* private */
};
void ct_hint_add(struct ct_hint *h, const char *bytes, size_t len);
/* With brace, it holds the word frame or a name may be spelt so by escapes;
 * without, it holds the word in quotes. */
bool ct_hint_frame(const struct ct_hint *h);

struct ct_in {
	int fd;
	char delim;         /* '\n' or '\0' */
	bool names;         /* a CR before LF may be part of a name: keep it */
	struct ct_out *tie; /* flushed before input blocks; may be NULL */
	struct ct_progress *show; /* kept going while it does; may be NULL */
	char *buf;
	size_t cap, start, end;
	size_t seen;          /* bytes behind start that hold no delimiter */
	bool skip;            /* they belong to a line too long */
	size_t lineno;        /* of the line given last, from 1 */
	bool eof, torn;       /* torn: that line had no delimiter */
	struct ct_hint *hint; /* of the last line too long; may be NULL */
};

/*
 * The next line without its delimiter (and without a CR before LF), in memory
 * of ours until the next call, with a NUL after it.  Returns 1; 0 at the end;
 * CT_DATAERR for a line over CT_REC_MAX, which is skipped; CT_IOERR.
 */
int ct_in_next(struct ct_in *in, char **line, size_t *len, struct ct_err *err);
/* The same, but reading at most once: CT_IN_PART if that was not enough. */
enum { CT_IN_PART = -1 };
int ct_in_some(struct ct_in *in, char **line, size_t *len, struct ct_err *err);
/* Is a whole line, or the end, here already? */
bool ct_in_here(struct ct_in *in);

/*
 * What follows the line given last, as bytes, reading once if there are none
 * yet: 1, 0 at the end, CT_IOERR.  They come again but for the first n, once
 * ct_in_took(in, n) was called.
 */
int ct_in_bytes(
    struct ct_in *in, const char **bytes, size_t *len, struct ct_err *err);
void ct_in_took(struct ct_in *in, size_t n);
void ct_in_free(struct ct_in *in);

/* ---- the loop that every filter shares ------------------------------------
 */

enum {
	CT_DROP = -1,    /* do not write this record */
	CT_REWRITE = -2, /* members within members changed: write it anew */
	CT_CAME = -3     /* it came with an error */
};

struct ct_line {          /* of input, in the hands of one thread */
	const char *line; /* a NUL after it */
	size_t len, lineno;
	json_t *rec; /* NULL until ct_line_rec */
	size_t had;  /* members that it had then */
	struct ct_text *out;
	const char *outcome; /* counted, if it does not fail; stays valid */
	int status;          /* the least exit status of the run */
	void *own;           /* of this thread */
	void *ticket;        /* of this line */
	void *later;         /* for settle */
	bool anew;           /* if it fails: write it anew, see CT_REWRITE */
};

/*
 * Append the record that this line becomes to line->out, without newline
 * (several, if that or with is set: with one between them); nothing: it is
 * dropped.  0; CT_CAME, or an error code with *err set: then what was appended
 * is void, and the line is passed on, or the record is written with this error
 * and what members line->rec got.  Who does not call ct_line_rec vouches that
 * the line is a record that came without an error, or fails.
 */
typedef int ct_lines_fn(struct ct_line *line, void *arg, struct ct_err *err);

/*
 * Called for a line that was read: does it go with those before it?  first: it
 * begins anew, and the answer does not matter.  If it says no, line() is called
 * for those before, and then this again for the same line.  err: the line is
 * none, and this says why.
 */
typedef bool ct_with_fn(const char *line, size_t len, const struct ct_err *err,
    bool first, void *arg);

/*
 * Called in the order of the input for a line that set later and did not
 * fail, before it is counted and written: may change out (this record alone,
 * empty to drop it), outcome and status, and releases later.  out NULL: only
 * release it, the line has come to nothing.  Of the rest it has lineno.
 */
typedef void ct_settle_fn(struct ct_line *line, void *arg);

/* Parse line->rec: 0, CT_CAME, CT_DATAERR.  It is released for you. */
int ct_line_rec(struct ct_line *line, struct ct_err *err);

/* Append line->rec: the line's own bytes and the members that it got since, or
 * all of it anew. */
void ct_line_put(struct ct_line *line, bool anew);

struct ct_lines {
	ct_lines_fn *line;
	ct_settle_fn *settle; /* NULL: nothing sets later */
	ct_with_fn *with;     /* jobs up to 1: those that go together are read
				 before line() is called for them, up to block and
				 some MiB, if no second goes by without another */
	void *arg;
	void *(*own)(void *arg); /* a thread's own state; may be NULL */
	void (*disown)(void *own);
	/* what line() gets as its ticket, made in the order of the input before
	 * any thread has the line; not released here.  May be NULL */
	void *(*ticket)(const char *line, size_t len, void *arg);
	int in, out;  /* descriptors */
	int jobs;     /* threads that call line; up to 1: this one */
	size_t block; /* lines that a thread takes at most; 0: some 1000 */
	bool promise; /* line() makes promises: write every record at once, also
			 those in hand when told to stop; refuse a last line
			 without newline (it may be cut) */
	bool several; /* a line may become several records, as with it may */
	bool quiet;   /* no closing summary */
	int status;   /* the least exit status of the run so far */
	struct ct_tally *tally; /* outcomes are counted here, in input order */
};

/*
 * Read lines from in, call line() for each that is not blank, write what comes
 * of them to out in the order of the input, close out.  What is written and
 * said does not depend on jobs.  With more than one, blocks of whole lines, as
 * many as are there, at most some 100 KiB, go from thread to thread; when
 * there is little, no thread is started.
 *
 * Returns the highest code of any record, or CT_IOERR if in or out failed, or
 * CT_TEMPFAIL if ct_stop was set before the end (a line() that sets it may say
 * more with a status from CT_SOFTWARE on); messages are printed.
 */
int ct_lines(struct ct_lines *l);

/* ---- the filter: the same for records, in one thread -----------------------
 */

/* Returns 0, CT_DROP, CT_REWRITE, or an error code with *err set. rec stays
 * ours. */
typedef int ct_each_fn(json_t *rec, void *arg, struct ct_err *err);

struct ct_filter {
	ct_each_fn *each;
	void *arg;
	int in, out;
	bool promise, quiet;   /* as in ct_lines */
	int status;            /* each() may set it, as in ct_lines */
	bool anew;             /* each() may set it, as in ct_line */
	struct ct_tally tally; /* each() counts its outcomes here */
};

/* Read records from in, call each(rec, arg) for those without an error, write
 * them to out, all else as ct_lines does it. */
int ct_filter(struct ct_filter *f);

/* ---- within a record ------------------------------------------------------
 */

/*
 * One JSON object from len bytes: UTF-8, no duplicate names, no NUL, nothing
 * behind it, at most CT_REC_DEPTH deep.  NULL with *err CT_DATAERR.
 */
json_t *ct_json_object(const char *text, size_t len, struct ct_err *err);

/* From now on what values of JSON held is wiped when they are released: for who
 * shows texts to people. */
void ct_json_wipe(void);

/* The same of what a service sent: a byte order mark is skipped, and a text may
 * hold NUL: its json_string_length is then more than its strlen. */
json_t *ct_json_page(const char *text, size_t len, struct ct_err *err);

/* What stands at a path such as "review.viewed.level", borrowed, or NULL. */
json_t *ct_rec_get(const json_t *rec, const char *path);

/* The same if it is a string, else NULL. */
const char *ct_rec_text(const json_t *rec, const char *path);

bool ct_blank(const char *text); /* nothing but white space */

/*
 * The account, user.id: *id is borrowed, NULL if there is none.  CT_DATAERR if
 * user is no object or its id no text, so that a slip of the platform is not
 * taken for an account that is not known.
 */
int ct_rec_account(const json_t *rec, const char **id, struct ct_err *err);

/*
 * The bytes of the hex string at rec.hashes.NAME, exactly len of them.
 * Returns 0, CT_NO if there is none, CT_DATAERR if it is malformed.
 */
int ct_rec_hash(const json_t *rec, const char *name, uint8_t *out, size_t len,
    struct ct_err *err);

/* Put {"tool","code","msg"} of err into rec.error. */
void ct_rec_fail(json_t *rec, const struct ct_err *err);

/* The code of an error that the record came with; 0 if it has none.  A code
 * that makes no sense is CT_DATAERR. */
int ct_rec_error(const json_t *rec);

/* Were its bytes looked for, and are gone: object.gone, without an error? */
bool ct_rec_gone(const json_t *rec);

/*
 * The file name in path, or in path_b64 if it is not UTF-8.  Release with
 * free.  Returns 0, CT_NO if there is neither, CT_DATAERR.
 */
int ct_rec_path(const json_t *rec, char **path, struct ct_err *err);

/* The same file's name from the root, in one spelling.  Release with free. */
char *ct_rec_whole(const char *name);

/* Put this file into rec: as path its whole name, or as path_b64 if that is
 * not UTF-8; as id the same, or "b64:" and that. */
void ct_rec_name(json_t *rec, const char *whole);

/*
 * Cut the member of this name out of a line that parsed as a record and has
 * it: the other bytes stay.  -1 if its name is spelt with escapes.
 */
int ct_rec_cut(char *line, size_t *len, const char *name);

/* ---- sets of names ---------------------------------------------------------
 *
 * A set is an object whose members are all null.  To it the text rec.member, if
 * there is one; is that in it; how many texts of the list rec.member are?
 */
void ct_names_add(json_t *set, const json_t *rec, const char *member);
bool ct_names_has(const json_t *set, const json_t *rec, const char *member);
size_t ct_names_in(const json_t *set, const json_t *rec, const char *member);

#endif
