/* serve_impl.h - what the files of serve share; for no one else */
#ifndef CT_SERVE_IMPL_H
#define CT_SERVE_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "serve.h"
#include "tile.h"

#define SERVE_SECRET                                                           \
	64                /* digits of a token, a session, a path, a picture's \
			     name */
#define SERVE_PICTURES 64 /* that wait to be fetched, at most */
#define SERVE_VIEWS 256   /* open at once, at most */
#define SERVE_GUESSES 10  /* in a row, then it ends */

struct MHD_Connection;
struct MHD_Daemon;
struct serve_conn; /* see serve_http.c */

struct serve_view {
	int64_t id;  /* as the page knows it */
	int64_t row; /* in the log: another, once it is of the whole */
	int64_t since;
};

struct serve_picture {
	char name[SERVE_SECRET + 1];
	uint8_t *png;
	size_t len;
	int64_t view, since;
	char *whole; /* the content that it is all of; NULL: it is not */
};

struct ct_serve {
	struct ct_queue *queue;
	const struct ct_serve_how *how;
	struct ct_out *out;
	/* serve_http.c */
	struct MHD_Daemon *daemon;
	int port;
	struct serve_conn *conns; /* the oldest last */
	size_t nconns;
	bool closing;
	char token[SERVE_SECRET + 1], session[SERVE_SECRET + 1]; /* "": none */
	/* Below this is all of the session: a browser gives its cookie to
	 * every server of this machine, whatever the port, that is asked for
	 * such a path, which none but ours can make it do. */
	char base[1 + SERVE_SECRET + 1]; /* with a slash; "": none */
	unsigned guesses;                /* in a row */
	int64_t alive;                   /* when the person was heard of last */
	/* serve_look.c */
	struct ct_tiler *tiler; /* NULL: it could not be had again */
	struct serve_view view[SERVE_VIEWS];
	size_t nviews;
	struct serve_picture picture[SERVE_PICTURES];
	size_t npictures;
	/* serve_job.c */
	json_int_t job;
	char *key;       /* what the job is of; NULL: there is none */
	json_t *items;   /* of the job, with those that are decided */
	json_t *known;   /* their numbers by what they are */
	json_t *verdict; /* of each, or null */
};

/* ---- asking and answering --------------------------------------------------
 */

struct serve_ans {
	unsigned status;
	const char *type; /* of the body; NULL: there is none */
	void *body;       /* wiped and freed once it is sent */
	size_t len;
	bool in; /* the session begins */
};

/* A verb of the page's; ask has only members that it knows. */
typedef void serve_fn(
    struct ct_serve *s, const json_t *ask, struct serve_ans *ans);

/* A message: as much of it as is UTF-8, for it may name what a stranger named,
 * and be cut within a letter. */
json_t *serve_words(const char *text);
/* Answer with this value, which is released; or with what is wrong, and with
 * the member more set true, unless it is NULL. */
void serve_say(struct serve_ans *ans, unsigned status, json_t *value);
void serve_deny(struct serve_ans *ans, unsigned status, const char *more,
    const struct ct_err *err);
/* What the queue says is wrong. */
void serve_fail(struct serve_ans *ans, const struct ct_err *err);

/* The member of this name: an integer from 0; a text, NULL if it is absent,
 * null or empty; a list of texts, or NULL.  What is none is told, and false. */
bool serve_number(
    struct serve_ans *ans, const json_t *ask, const char *name, json_int_t *n);
bool serve_text(struct serve_ans *ans, const json_t *ask, const char *name,
    const char **text);
bool serve_texts(struct serve_ans *ans, const json_t *ask, const char *name,
    const json_t **list);

/* ---- who may ask, see serve_admit.c ----------------------------------------
 */

#define SERVE_BODY ((size_t)64 << 10) /* bytes of what is asked, at most */

struct serve_verb {
	const char *path;
	serve_fn *fn;
	const char *members; /* of what is asked: " job n " */
};
const struct serve_verb *serve_verb_at(const char *path); /* or NULL */

struct serve_req {
	bool post, guess; /* guess: its answer is to wait */
	const struct serve_verb *verb;
	struct serve_ans denied; /* in place of an answer, if it has a status */
	char *text;
	size_t len;
};

/* As soon as its headers are here: what may not be asked is denied. */
void serve_admit(struct ct_serve *s, struct MHD_Connection *conn,
    struct serve_req *req, const char *url, const char *method);

/* What this is called below the path of the session; NULL: it is not there. */
const char *serve_below(const struct ct_serve *s, const char *url);

/* ---- HTTP, see serve_http.c ------------------------------------------------
 */

int serve_listen(struct ct_serve *s, struct ct_err *err);
/* Wait, answer what there is, cut what takes too long; the rest of a second at
 * most.  line: and standard input, which is then to be read.  CT_OSERR. */
int serve_wait(struct ct_serve *s, bool *line, struct ct_err *err);
void serve_hang_up(struct ct_serve *s);

/* A file of the page; false: there is none.  ans NULL: only that. */
bool serve_page(struct serve_ans *ans, const char *path);

/* ---- the job, see serve_job.c ----------------------------------------------
 */

serve_fn serve_job, serve_alive, serve_decide, serve_decide_all, serve_agree,
    serve_give;
/* It is not known any more. */
void serve_drop(struct ct_serve *s);
/* The item that is asked about, of the job that is in hand still, or done and
 * none came after it; NULL: it is not, and that is answered.  at: or NULL. */
const json_t *serve_item(struct ct_serve *s, const json_t *ask,
    struct serve_ans *ans, json_int_t *at);
/* Seen closer than as a tile in this shift, and how many there may be. */
json_t *serve_shift(struct ct_serve *s);

/* ---- what is seen, see serve_look.c ----------------------------------------
 */

serve_fn serve_look, serve_cover;
/* The picture of this name, once.  False: there is none, or it could not be
 * logged that the whole of it is seen now. */
bool serve_picture(struct ct_serve *s, const char *name, struct serve_ans *ans);
/* All that is seen is not any more. */
void serve_covered(struct ct_serve *s);
/* What nobody fetched goes; what is seen by nobody ends. */
void serve_tick(struct ct_serve *s);

#endif
