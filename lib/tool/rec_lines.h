/* rec_lines.h - within the part rec: blocks of lines, and text */
#ifndef CT_REC_LINES_H
#define CT_REC_LINES_H

#include "rec.h"

/* What a terminal would obey is written out as \u007f. */
void rec_text_tame(struct ct_text *text, const char *bytes, size_t len);
/* The line of a record that had this many members then, with those that it
 * got since; -1: jansson cannot encode them. */
int rec_text_grown(struct ct_text *text, const char *line, size_t len,
    const json_t *rec, size_t had);

/* ---- a line, and what came of it ------------------------------------------
 */

struct item {
	size_t at, len;  /* the line, in the block's in */
	size_t from, to; /* the record, in its out; nothing: dropped */
	size_t lineno;
	int rc;     /* its error; 0: none */
	char *msg;  /* of that, to be said; NULL: it came with it */
	bool mute;  /* it came, and says nothing */
	bool torn;  /* to be said */
	int status; /* as of ct_line */
	const char *outcome;
	void *later, *ticket;
};

struct block {
	struct ct_text in, out;
	struct item *item;
	size_t n, cap;
	bool done; /* worked, and waits for those before it */
};

/* Another line; err: it is none. */
void block_add(struct block *b, const char *line, size_t len, size_t lineno,
    bool torn, const struct ct_err *err);
/* Call l->line for all. */
void block_work(struct block *b, const struct ct_lines *l, void *own);
/* Empty it; what was not settled has come to nothing. */
void block_clear(struct block *b, const struct ct_lines *l);
void block_free(struct block *b);

#endif
