/* review_face.h - the terminal's face of ct-review; private to the part review
 */
#ifndef CT_REVIEW_FACE_H
#define CT_REVIEW_FACE_H

#include <stdbool.h>

#include "review.h"
#include "tile.h"

/*
 * Jobs one after another on the terminal that is standard input and output,
 * until the person ends it.  CT_NO: there was none.
 */
int review_face(struct ct_reviewing *r, struct ct_err *err);

/* ---- a session ------------------------------------------------------------
 */

struct face {
	struct ct_reviewing *r;
	struct ct_in in;
	json_t *items;              /* of the job, */
	bool *done;                 /* which are decided, */
	size_t at;                  /* and which is looked at */
	size_t jobs;                /* that were taken */
	struct ct_tiler *tiler;     /* NULL: no picture was asked for yet */
	int64_t view, since;        /* what is being seen, if not 0 */
	enum ct_step step;          /* of the picture that comes next */
	int64_t ms[CT_TILE_STILLS]; /* of the stills that were seen as tiles */
	uint32_t stills, still;     /* how many; which comes next, closer */
	bool plain;   /* a terminal without greys, or other screens */
	bool covered; /* another screen is shown, with a picture on it */
	/* for the next decision */
	json_t *annotations;
	char *incident, *priority;
};

/* What comes after an answer. */
enum { STAY, AGAIN, NEXT, ANEW, QUIT };

json_t *review_item(const struct face *f);
/* What went wrong, told. */
void review_complain(const struct ct_err *err);

/* What is seen, see review_look.c.  Begin: logged before it is shown; false, it
 * must not be. */
bool review_look(struct face *f, const char *level, bool entire, bool exif);
void review_look_end(struct face *f);
/* On: another screen, for a picture; off: back, and the picture is gone. */
void review_cover(struct face *f, bool on);

/* Answers: rest is what follows the word.  Each returns what comes then. */
typedef int review_answer_fn(struct face *f, const char *rest);
review_answer_fn review_see, review_read, review_record;
review_answer_fn review_all, review_same, review_all_same, review_annotate,
    review_offence, review_urgent;

/* A verdict, see review_judge.c; class: one, in capitals or not, or "". */
int review_judge(struct face *f, const char *verdict, const char *class);
/* The verdict that this word, or its letter, means; or NULL. */
const char *review_verdict_of(const char *word);
/* The word at the beginning, ended; the rest behind it. */
char *review_cut(char *text, char **rest);
/* What was noted for the next verdict is not. */
void review_forget(struct face *f);

/* ---- what is put on the screen, cleaned as item.h says ---------------------
 */

/* Text, cut to so many characters; what is no text is told as none. */
void review_say(const char *text, size_t most);

/* What is known of an item, which is the nth of so many, without its content.
 */
void review_say_item(const json_t *rec, size_t nth, size_t of);

/* What it tells: incident.text and incident.url.  False: nothing. */
bool review_say_content(const json_t *rec);

/* Pixels in grey blocks, each two columns wide, or with small a column for two
 * of them one above the other; plain: by characters. */
void review_say_tile(const struct ct_tile *tile, bool small, bool plain);

/* Stills of what moves, small, several in a row, each with its time below it;
 * or the one that is the nth of so many. */
void review_say_strip(const struct ct_tile *strip, bool plain);
void review_say_still(const struct ct_tile *still, uint32_t nth, uint32_t of);

#endif
