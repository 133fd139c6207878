/* seen_view.c - a store as it was when it was opened */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "prog.h"
#include "seen_impl.h"

#define TRIES 100 /* at a store that another process changes */

/* CT_NO: a file is missing, so that it may have changed. */
static int
fill(struct seen_view *v, const char *dir, struct ct_err *err)
{
	int rc = seen_log_open(&v->log, dir, v->m.store, v->m.log, err);

	while (!rc && v->n < v->m.n) {
		rc = seen_segment_open(&v->segment[v->n], dir, v->m.store,
		    v->m.segment[v->n].id, err);
		if (!rc && v->segment[v->n].rows != v->m.segment[v->n].rows) {
			seen_segment_close(&v->segment[v->n]);
			rc = ct_fail(err, CT_DATAERR,
			    "the store '%s' is damaged: a file has not as many"
			    " rows as it should",
			    dir);
		}
		v->n += !rc;
	}
	return rc;
}

static void
empty(struct seen_view *v)
{
	seen_log_close(&v->log);
	while (v->n)
		seen_segment_close(&v->segment[--v->n]);
}

static void
cursors(struct seen_view *v)
{
	size_t i;

	v->cursor = ct_alloc(v->n + 1, sizeof *v->cursor);
	for (i = 0; i < v->n; i++)
		v->cursor[i].s = &v->segment[i];
}

int
seen_view_of(struct seen_view **out, const char *dir,
    const struct seen_manifest *m, struct ct_err *err)
{
	struct seen_view *v = ct_alloc(1, sizeof *v);
	int rc;

	v->m = *m;
	rc = fill(v, dir, err);
	if (rc == CT_NO)
		rc = err->code = CT_DATAERR;
	if (!rc)
		cursors(v);
	else
		seen_view_close(v);
	*out = rc ? NULL : v;
	return rc;
}

int
seen_view_open(
    struct seen_view **out, const struct ct_seen *s, struct ct_err *err)
{
	struct seen_view *v = ct_alloc(1, sizeof *v);
	char *dir = seen_dir(s);
	struct seen_manifest now;
	int rc, i;

	rc = seen_manifest_read(&v->m, dir, err);
	for (i = 0; !rc && i < TRIES; i++) {
		rc = fill(v, dir, err);
		if (rc != CT_NO)
			break;
		/* what is gone was replaced, if there is a newer manifest */
		empty(v);
		rc = seen_manifest_read(&now, dir, err);
		if (!rc && now.sum == v->m.sum)
			rc = ct_fail(err, CT_DATAERR,
			    "the store '%s' is damaged: a file is missing",
			    dir);
		v->m = now;
	}
	if (!rc && i == TRIES)
		rc = ct_fail(err, CT_TEMPFAIL,
		    "the store '%s' changes too fast to be read", dir);
	free(dir);
	if (!rc) {
		err->code = 0; /* what was missing at first was replaced */
		cursors(v);
	} else {
		seen_view_close(v);
	}
	*out = rc ? NULL : v;
	return rc;
}

void
seen_view_close(struct seen_view *v)
{
	if (!v)
		return;
	empty(v);
	free(v->cursor);
	free(v);
}

void
seen_view_forget(const struct seen_view *v)
{
	size_t i;

	for (i = 0; i < v->n; i++)
		(void)madvise((void *)(uintptr_t)v->segment[i].map,
		    v->segment[i].len, MADV_DONTNEED);
}

void
seen_view_passed(struct seen_view *v, size_t frames)
{
	v->passed += frames;
	if (v->passed < SEEN_FORGET)
		return;
	seen_view_forget(v);
	v->passed = 0;
}

/* ---- one object -----------------------------------------------------------
 */

int
seen_find(struct seen_view *v, const uint8_t *key, size_t len,
    struct seen_place *at, struct ct_err *err)
{
	const struct seen_entry *e;
	struct seen_cursor *c;
	size_t i;

	if (v->log.n) {
		if (v->at == v->log.n ||
		    (e = v->log.entry[v->at],
			seen_order(seen_entry_key(e), e->key_len, key, len) >
			    0))
			v->at = 0;
		v->at = seen_log_seek(&v->log, v->at, key, len);
		e = v->at < v->log.n ? v->log.entry[v->at] : NULL;
		if (e && e->key_len == len &&
		    memcmp(seen_entry_key(e), key, len) == 0) {
			*at = (struct seen_place){ 0, v->at };
			return 0;
		}
	}
	for (i = 0; i < v->n; i++) {
		c = &v->cursor[i];
		if (seen_seek(c, key, len, err)) {
			c->p = NULL; /* the next begins anew */
			c->row = 0;
			return err->code;
		}
		if (c->row < c->s->rows && c->len == len &&
		    memcmp(c->key, key, len) == 0) {
			*at = (struct seen_place){ i + 1, c->row };
			return 0;
		}
	}
	return CT_NO;
}

uint64_t
seen_stamp_at(const struct seen_view *v, struct seen_place at)
{
	return at.source ? v->segment[at.source - 1].stamp[at.row]
			 : v->log.entry[at.row]->row.stamp;
}

uint16_t
seen_flags_at(const struct seen_view *v, struct seen_place at)
{
	return at.source ? v->segment[at.source - 1].info[at.row].flags
			 : v->log.entry[at.row]->row.info.flags;
}

void
seen_row_at(
    const struct seen_view *v, struct seen_place at, struct seen_row *row)
{
	if (at.source)
		seen_segment_row(&v->segment[at.source - 1], at.row, row);
	else
		*row = v->log.entry[at.row]->row;
}

bool
seen_frames_at(
    const struct seen_view *v, struct seen_place at, struct seen_frames *frames)
{
	return at.source
	    ? seen_segment_frames(&v->segment[at.source - 1], at.row, frames)
	    : seen_log_frames(v->log.entry[at.row], frames);
}

bool
seen_unkept(const struct seen_view *v, struct seen_place at)
{
	uint32_t film = at.source ? v->segment[at.source - 1].info[at.row].film
				  : v->log.entry[at.row]->row.info.film;
	struct seen_frames f;

	return film ? !seen_frames_at(v, at, &f) || f.film.flags & SEEN_TMK
		    : (seen_flags_at(v, at) & SEEN_FRAMES) != 0;
}

bool
seen_sound_at(const struct seen_view *v, struct seen_place at)
{
	return !at.source ||
	    seen_sound_rows(&v->segment[at.source - 1], at.row, 1);
}

uint32_t
seen_looked_up(const struct seen_manifest *m, const struct seen_info *info)
{
	return info->epoch < m->floor_epoch ? m->floor : info->lists;
}

/* ---- all of them ----------------------------------------------------------
 */

/* The least key that any source is at becomes the walk's; of those that are
 * at it, the newest is where it stands. */
static int
choose(struct seen_walk *w)
{
	const struct seen_entry *e;
	const struct seen_cursor *c;
	size_t i;

	w->key = NULL;
	w->len = 0;
	if (w->log && w->logat < w->v->log.n) {
		e = w->v->log.entry[w->logat];
		w->key = seen_entry_key(e);
		w->len = e->key_len;
		w->at = (struct seen_place){ 0, w->logat };
	}
	for (i = 0; i < w->end; i++) {
		c = &w->cursor[i];
		if (c->row == c->s->rows ||
		    (w->key && seen_order(c->key, c->len, w->key, w->len) >= 0))
			continue;
		w->key = c->key;
		w->len = c->len;
		w->at = (struct seen_place){ i + 1, c->row };
	}
	return w->key ? 0 : CT_NO;
}

int
seen_walk_first(struct seen_walk *w, struct seen_view *v, bool log, size_t end,
    struct ct_err *err)
{
	size_t i;

	*w = (struct seen_walk){ .v = v, .log = log, .end = end };
	w->cursor = ct_alloc(end + 1, sizeof *w->cursor);
	for (i = 0; i < end; i++) {
		w->cursor[i].s = &v->segment[i];
		w->cursor[i].sound = v->sound;
		if (seen_first(&w->cursor[i], err))
			return err->code;
	}
	return choose(w);
}

int
seen_walk_next(struct seen_walk *w, struct ct_err *err)
{
	struct seen_cursor *c;
	size_t i;

	if (++w->steps % SEEN_FORGET == 0)
		seen_view_forget(w->v);
	/* those behind the one that stands: they may be older ones of it */
	for (i = w->at.source ? w->at.source : 0; i < w->end; i++) {
		c = &w->cursor[i];
		if (w->at.source == i + 1 || c->row == c->s->rows ||
		    c->len != w->len || memcmp(c->key, w->key, w->len) != 0)
			continue;
		if (seen_next(c, err))
			return err->code;
	}
	if (!w->at.source)
		w->logat++;
	else if (seen_next(&w->cursor[w->at.source - 1], err))
		return err->code;
	return choose(w);
}

void
seen_walk_end(struct seen_walk *w)
{
	size_t i;

	for (i = 0; w->cursor && i < w->end; i++)
		w->v->left += w->cursor[i].left;
	free(w->cursor);
	w->cursor = NULL;
}
