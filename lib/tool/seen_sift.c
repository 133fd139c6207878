/*
 * seen_sift.c - which rows may the lists know?
 *
 * The columns are sifted a block at a time by any number of threads; what they
 * found is told by one at a time, in the order of the blocks.  What is read is
 * summed as it comes: of a row that is damaged the columns that are not are
 * looked up all the same, and it is counted, so that nothing counts as looked
 * up that was not.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "near.h"
#include "prog.h"
#include "seen_impl.h"

#define ROWS CT_NEAR_BLOCK /* of a block */

/* Of a row: its info is bad, or one of its hashes, 1 << enum seen_hash. */
#define BAD_INFO (1 << SEEN_HASHES)
#define BAD_FRAMES (2 << SEEN_HASHES)

struct work {
	struct seen_sift *s;
	pthread_mutex_t lock;
	pthread_cond_t moved;
	size_t next; /* block that nobody has in hand */
	size_t turn; /* block that is told next */
	bool over;   /* it failed */
};

struct hand { /* what a thread works with */
	struct work *w;
	pthread_t thread;
	struct ct_match_sieve *sieve;
	struct seen_cursor *cursor;
	bool *some;   /* [ROWS]: it may match */
	bool *hit;    /* [SEEN_MOST]: likewise, a frame */
	uint8_t *bad; /* [ROWS] */
	bool any;     /* of the block is to be told */
	uint64_t others;
};

/* Rows of a file. */
struct block {
	const struct seen_segment *g;
	size_t source, from, n;
};

/* ---- which rows ------------------------------------------------------------
 */

static enum ct_match_left
left_of(const struct seen_sift *s, const struct seen_info *info)
{
	const struct seen_manifest *m = &s->v->m;
	const struct seen_lists *l = seen_lists(m, seen_looked_up(m, info));

	return l ? s->left[l - m->lists] : CT_MATCH_ALL;
}

bool
seen_wanted(const struct seen_sift *s, const struct seen_info *info, bool *old)
{
	enum ct_match_left left;

	if (info->flags & SEEN_GONE)
		return false;
	if (s->how->delta || s->how->all) {
		*old = true;
		return true;
	}
	left = left_of(s, info);
	if (left == CT_MATCH_ALL)
		*old = true;
	return left != CT_MATCH_NOTHING;
}

bool
seen_others(const struct seen_sift *s, const struct seen_info *info)
{
	uint32_t number = seen_looked_up(&s->v->m, info);
	const struct seen_lists *l = seen_lists(&s->v->m, number);

	return number && !s->how->delta && !s->how->all &&
	    (!l ||
		(l->generation >= s->base && left_of(s, info) == CT_MATCH_ALL));
}

/* The k-th block of all files; false: there are not so many. */
static bool
block(const struct seen_view *v, size_t k, struct block *b)
{
	size_t i, n;

	for (i = 0; i < v->n; i++, k -= n) {
		n = (v->segment[i].rows + ROWS - 1) / ROWS;
		if (k >= n)
			continue;
		b->g = &v->segment[i];
		b->source = i + 1;
		b->from = k * ROWS;
		b->n =
		    b->g->rows - b->from < ROWS ? b->g->rows - b->from : ROWS;
		return true;
	}
	return false;
}

/* Which rows of a column are not as they were written? */
static bool
mark(const struct block *b, enum seen_column c, uint8_t bit, uint8_t *bad)
{
	size_t i;

	if (seen_sound(b->g, c, b->from, b->n))
		return false;
	for (i = 0; i < b->n; i++)
		if (!seen_sound(b->g, c, b->from + i, 1))
			bad[i] |= bit;
	return true;
}

/* The same by the frames of those that are videos. */
static int
films(struct hand *h, const struct block *b, bool news, struct ct_err *err)
{
	struct seen_reel r = { .s = h->w->s,
		.sieve = h->sieve,
		.g = b->g,
		.from = b->from,
		.n = b->n,
		.news = news,
		.some = h->some,
		.hit = h->hit,
		.bad = h->bad,
		.bad_frames = BAD_FRAMES,
		.bad_info = BAD_INFO };

	return seen_sift_frames(&r, err);
}

static int
sift(struct hand *h, const struct block *b, struct ct_err *err)
{
	const struct seen_sift *s = h->w->s;
	struct ct_match_rows rows = { .n = b->n };
	bool old = false;
	size_t i;
	int k;

	memset(h->bad, 0, b->n);
	h->any = mark(b, SEEN_INFO, BAD_INFO, h->bad);
	if (h->any)
		old = true;
	h->others = 0;
	for (i = 0; i < b->n; i++)
		if (seen_wanted(s, &b->g->info[b->from + i], &old)) {
			h->any = true;
			h->others += !h->bad[i] &&
			    seen_others(s, &b->g->info[b->from + i]);
		}
	if (!h->any)
		return 0;
	for (k = 0; k < SEEN_HASHES; k++) {
		(void)mark(b, (enum seen_column)(SEEN_HASH + k),
		    (uint8_t)(1 << k), h->bad);
		rows.hash[k] = b->g->hash[k] + b->from * seen_len[k];
	}
	if (ct_match_sift(h->sieve, &rows, !old, h->some, err))
		return err->code;
	return b->g->films ? films(h, b, !old, err) : 0;
}

/* ---- telling of them -------------------------------------------------------
 */

static int
put(struct seen_sift *s, struct seen_place at, unsigned bad, const uint8_t *key,
    size_t len, struct ct_err *err)
{
	struct ct_text text = { NULL, 0, 0 };
	struct seen_frames f;
	struct seen_row row;
	bool film;
	int k, rc;

	seen_row_at(s->v, at, &row);
	for (k = 0; k < SEEN_HASHES; k++)
		if (bad >> k & 1)
			row.info.flags &= (uint16_t) ~(SEEN_HAS << k);
	film = !(bad & BAD_FRAMES) && seen_frames_at(s->v, at, &f);
	seen_record(&text, s->how, s->v, key, len, &row, film ? &f : NULL);
	ct_text_add(&text, "}", 1);
	rc = ct_out_line(&s->out, text.s, text.len, err);
	ct_text_free(&text);
	return rc;
}

/* Is something newer known of its object?  What is damaged does not count: it
 * may be anyone's. */
static bool
newer(struct seen_sift *s, const struct seen_cursor *c, struct seen_place at)
{
	struct seen_place newest;
	struct ct_err err = { 0 };

	if (at.source == 1 && !s->v->log.n)
		return false;
	if (seen_find(s->v, c->key, c->len, &newest, &err)) {
		s->damaged = true;
		return false;
	}
	if (newest.source == at.source && newest.row == at.row)
		return false;
	if (newest.source &&
	    !seen_sound(
		&s->v->segment[newest.source - 1], SEEN_KEYS, newest.row, 1)) {
		s->damaged = true;
		return false;
	}
	return true;
}

/* A row that may match, or is damaged. */
static int
hand_on(struct hand *h, const struct block *b, size_t i, struct ct_err *err)
{
	struct seen_sift *s = h->w->s;
	struct seen_place at = { b->source, b->from + i };
	struct ct_err none = { 0 };
	unsigned bad = h->bad[i];
	bool old = false;

	if (!(bad & BAD_INFO) && !seen_wanted(s, &b->g->info[at.row], &old))
		return 0;
	if (!seen_sound(b->g, SEEN_KEYS, at.row, 1) ||
	    seen_go(h->cursor, at.row, &none)) {
		s->undecided++; /* nobody knows what it is of */
		return 0;
	}
	if (newer(s, h->cursor, at))
		return 0;
	s->undecided += bad != 0;
	return h->some[i] && !(bad & BAD_INFO)
	    ? put(s, at, bad, h->cursor->key, h->cursor->len, err)
	    : 0;
}

static int
tell(struct hand *h, const struct block *b, struct ct_err *err)
{
	size_t i;
	int k, rc = 0;

	h->w->s->rows += b->n;
	h->w->s->others += h->others;
	h->cursor->s = b->g;
	for (i = 0; !rc && h->any && i < b->n; i++)
		if (h->some[i] || h->bad[i])
			rc = hand_on(h, b, i, err);
	for (k = SEEN_INFO; k < SEEN_FILM; k++)
		seen_forget(b->g, (enum seen_column)k, b->from, b->n);
	return rc;
}

/* Is one of these frames near? */
static int
frames_of_log(
    struct hand *h, const struct ct_match_frames *f, struct ct_err *err)
{
	int rc = ct_match_sift_frames(h->sieve, f, false, h->hit, err);
	size_t i;

	for (i = 0; !rc && i < f->n; i++)
		h->some[0] |= h->hit[i];
	return rc;
}

static int
film_of_log(struct hand *h, const struct seen_entry *e, struct ct_err *err)
{
	struct seen_frames f;
	struct ct_match_frames frames;
	uint8_t *upright;
	int rc;

	if (!seen_log_frames(e, &f))
		return 0;
	frames = (struct ct_match_frames){ f.film.n, f.hash, f.quality };
	rc = frames_of_log(h, &frames, err);
	if (rc || !seen_turn(&f.film))
		return rc;
	frames.hash = upright = ct_alloc(f.film.n + (size_t)1, CT_HASH_LEN);
	seen_upright(upright, &f.film, f.hash);
	rc = frames_of_log(h, &frames, err);
	free(upright);
	return rc;
}

/* Rows of the log are few, and in no columns; each was summed. */
static int
all_of_log(struct hand *h, struct ct_err *err)
{
	struct seen_sift *s = h->w->s;
	const struct seen_log *log = &s->v->log;
	const struct seen_entry *e;
	struct ct_match_rows rows = { .n = 1 };
	bool old = false;
	size_t i, k;
	int rc = 0;

	for (i = 0; !rc && !ct_stop && i < log->n; i++) {
		e = log->entry[i];
		s->rows++;
		if (!seen_wanted(s, &e->row.info, &old))
			continue;
		s->others += seen_others(s, &e->row.info);
		for (k = 0; k < SEEN_HASHES; k++)
			rows.hash[k] = e->row.hash + seen_at[k];
		rc = ct_match_sift(h->sieve, &rows, false, h->some, err);
		if (!rc && !h->some[0])
			rc = film_of_log(h, e, err);
		if (!rc && h->some[0])
			rc = put(s, (struct seen_place){ 0, i }, 0,
			    seen_entry_key(e), e->key_len, err);
	}
	return rc;
}

/* ---- threads ---------------------------------------------------------------
 */

/* Tell of the block when those before it were told of. */
static void
in_turn(struct hand *h, size_t k, const struct block *b, int rc,
    const struct ct_err *why)
{
	struct work *w = h->w;
	struct ct_err err = *why;

	(void)pthread_mutex_lock(&w->lock);
	while (w->turn != k)
		(void)pthread_cond_wait(&w->moved, &w->lock);
	if (!w->over && !rc)
		rc = tell(h, b, &err);
	if (rc && !w->over) {
		w->over = true;
		w->s->err = err;
	}
	w->turn++;
	(void)pthread_cond_broadcast(&w->moved);
	(void)pthread_mutex_unlock(&w->lock);
}

static void *
blocks(void *arg)
{
	struct hand *h = arg;
	struct work *w = h->w;
	struct ct_err err;
	struct block b;
	bool more;
	size_t k;
	int rc;

	for (;;) {
		(void)pthread_mutex_lock(&w->lock);
		k = w->next;
		more = !w->over && !ct_stop && block(w->s->v, k, &b);
		w->next += more;
		(void)pthread_mutex_unlock(&w->lock);
		if (!more)
			return NULL;
		err = (struct ct_err){ .code = 0 };
		rc = sift(h, &b, &err);
		in_turn(h, k, &b, rc, &err);
	}
}

static void
take(struct hand *h, struct work *w, const struct ct_match_sieve *sieve)
{
	h->w = w;
	if (sieve)
		h->sieve = ct_match_sieve_more(sieve);
	h->cursor = ct_alloc(1, sizeof *h->cursor);
	h->some = ct_alloc(ROWS, sizeof *h->some);
	h->hit = ct_alloc(SEEN_MOST, sizeof *h->hit);
	h->bad = ct_alloc(ROWS, sizeof *h->bad);
}

static void
drop(struct hand *h)
{
	ct_match_sieve_free(h->sieve);
	free(h->cursor);
	free(h->some);
	free(h->hit);
	free(h->bad);
}

/* The blocks, by this thread and others; where none can be started, fewer. */
static void
all_blocks(struct hand *hand, size_t n)
{
	size_t i, started;
	struct block b;

	while (n > 1 && !block(hand->w->s->v, n - 1, &b))
		n--;
	for (started = 1; started < n; started++) {
		take(&hand[started], hand->w, hand->sieve);
		if (pthread_create(
			&hand[started].thread, NULL, blocks, &hand[started])) {
			drop(&hand[started]);
			break;
		}
	}
	(void)blocks(&hand[0]);
	for (i = 1; i < started; i++) {
		(void)pthread_join(hand[i].thread, NULL);
		drop(&hand[i]);
	}
}

void
seen_sift(struct seen_sift *s)
{
	size_t n = s->how->jobs > 1 ? (size_t)s->how->jobs : 1;
	struct hand *hand = ct_alloc(n, sizeof *hand);
	struct work w = { .s = s,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.moved = PTHREAD_COND_INITIALIZER };
	struct ct_err err = { 0 };

	take(&hand[0], &w, NULL);
	if (!ct_match_sieve(&hand[0].sieve, s->m, &s->how->how, &s->err) &&
	    !all_of_log(&hand[0], &s->err))
		all_blocks(hand, n);
	if (ct_out_close(&s->out, &err) && !s->err.code)
		s->err = err;
	drop(&hand[0]);
	free(hand);
}
