/* seen_new.c - what a listing has that is not in the store, and what not */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base64.h"
#include "prog.h"
#include "seen_impl.h"

#define CODED 4     /* bytes of b64: */
#define NEAR 4096   /* rows that are asked for together: are they sound? */
#define BATCH 65536 /* lines whose keys are looked up in their order */

/* A line of a batch. */
struct asked {
	uint8_t key[SEEN_KEYED];
	int rc; /* of seen_find, or CT_CAME: it was not asked for */
	struct seen_place at;
};

struct new
{
	const struct ct_seen *how;
	struct seen_view *v; /* NULL: there is no store */
	struct seen_names names;
	struct seen_scan *scan;
	struct ct_tally tally;
	struct ct_text listed; /* prefixes, each with a NUL */
	uint8_t **came;        /* of each source a bit for each row */
	size_t *came_rows;
	struct asked *asked; /* of a store that keeps no ids */
	struct asked **order;
	size_t n;
	bool looked;
	uint8_t **sound; /* of each file: what is known of NEAR rows each */
	size_t damaged;  /* lines */
	size_t lines;
};

/* ---- is it as it was put? ---------------------------------------------------
 */

enum { UNKNOWN, GOOD, BAD };

/* The row, with all that it has; those near it are asked for, too. */
static bool
sound(const struct new *n, struct seen_place at)
{
	size_t near = at.row / NEAR, from = near * NEAR;
	const struct seen_segment *g;
	uint8_t *is;

	if (!at.source)
		return true;
	g = &n->v->segment[at.source - 1];
	is = &n->sound[at.source - 1][near];
	if (*is == UNKNOWN)
		*is = seen_sound_rows(g, from,
			  g->rows - from < NEAR ? g->rows - from : NEAR)
		    ? GOOD
		    : BAD;
	return *is == GOOD || seen_sound_at(n->v, at);
}

/* 0, CT_NO, or CT_DATAERR: it is not where it would stand, but what stands
 * there is damaged. */
static int
look(const struct new *n, const uint8_t *key, size_t len, struct seen_place *at)
{
	struct ct_err none = { 0 };
	int rc = seen_find(n->v, key, len, at, &none);
	const struct seen_cursor *c;
	size_t i;

	for (i = 0; rc == CT_NO && i < n->v->n; i++) {
		c = &n->v->cursor[i];
		if (!seen_sound(c->s, SEEN_KEYS, c->block * SEEN_BLOCK, 1))
			rc = CT_DATAERR;
	}
	return rc;
}

/* ---- by batches, for keys that come in any order ---------------------------
 */

static void *
ticket(const char *text, size_t len, void *arg)
{
	struct new *n = arg;
	struct ct_line line = { .line = text, .len = len };
	struct ct_err none = { 0 };
	struct seen_said said;
	struct asked *a;
	size_t key_len;

	if (n->looked)
		n->n = 0;
	n->looked = false;
	if (n->n == BATCH)
		return NULL;
	a = &n->asked[n->n];
	if (seen_say(n->scan, &line, &said, &none) == 0 && !said.listed) {
		(void)seen_key(
		    &n->names, said.id, said.id_len, a->key, &key_len);
		a->rc = CT_CAME;
		n->order[n->n++] = a;
	} else {
		a = NULL;
	}
	json_decref(line.rec);
	return a;
}

static int
by_key(const void *a, const void *b)
{
	const struct asked *x = *(const struct asked *const *)a,
			   *y = *(const struct asked *const *)b;

	return memcmp(x->key, y->key, SEEN_KEYED);
}

static void
look_all(struct new *n)
{
	struct asked *a;
	size_t i;

	n->looked = true;
	if (n->n)
		qsort(n->order, n->n, sizeof(void *), by_key);
	for (i = 0; i < n->n; i++) {
		a = n->order[i];
		a->rc = look(n, a->key, SEEN_KEYED, &a->at);
	}
}

static bool
with(const char *line, size_t len, const struct ct_err *err, bool first,
    void *arg)
{
	(void)line;
	(void)len;
	(void)err;
	(void)first;
	(void)arg;
	return true;
}

/* ---- a line ---------------------------------------------------------------
 */

/* 0, CT_NO, or CT_DATAERR: what may be it is not as it was put. */
static int
find(struct new *n, const struct ct_line *l, const struct seen_said *said,
    struct seen_place *at)
{
	const struct asked *a = l->ticket;
	uint8_t buf[SEEN_KEYED];
	const uint8_t *key;
	size_t len;
	int rc;

	if (!n->v)
		return CT_NO;
	if (a && !n->looked)
		look_all(n);
	if (a && a->rc >= 0) {
		*at = a->at;
		rc = a->rc;
	} else {
		key = seen_key(&n->names, said->id, said->id_len, buf, &len);
		rc = look(n, key, len, at);
	}
	return rc || sound(n, *at) ? rc : CT_DATAERR;
}

static int
line(struct ct_line *l, void *arg, struct ct_err *err)
{
	struct new *n = arg;
	struct seen_place at = { 0, 0 };
	struct seen_said said;
	uint64_t stamp;
	bool known;
	int rc = seen_say(n->scan, l, &said, err);

	if (rc)
		return rc;
	if (said.listed) {
		l->outcome = "listed";
		ct_text_add(&n->listed, said.id, said.id_len);
		ct_text_add(&n->listed, "", 1);
		return 0;
	}
	if (n->v && ++n->lines % SEEN_FORGET == 0)
		seen_view_forget(n->v);
	rc = find(n, l, &said, &at);
	if (rc == 0 && n->came && at.row < n->came_rows[at.source])
		n->came[at.source][at.row / 8] |= (uint8_t)(1 << at.row % 8);
	if (rc == 0 && seen_flags_at(n->v, at) & SEEN_GONE)
		rc = CT_NO;
	stamp = rc ? 0 : seen_stamp(&n->v->m, &said);
	known = stamp && stamp == seen_stamp_at(n->v, at) && !said.gone;
	if (known && !(n->how->videos && seen_unkept(n->v, at))) {
		l->outcome = "seen";
		return 0;
	}
	l->outcome = known ? "video"
	    : said.gone    ? "gone"
	    : rc > CT_NO   ? "damaged"
	    : rc           ? "new"
			   : "changed";
	n->damaged += rc > CT_NO;
	ct_text_add(l->out, l->line, l->len);
	return 0;
}

/* ---- what is gone ---------------------------------------------------------
 */

static void
mark(struct new *n)
{
	size_t i, rows;

	n->came = ct_alloc(n->v->n + 1, sizeof *n->came);
	n->came_rows = ct_alloc(n->v->n + 1, sizeof *n->came_rows);
	for (i = 0; i <= n->v->n; i++) {
		rows = i ? n->v->segment[i - 1].rows : n->v->log.n;
		n->came_rows[i] = rows;
		n->came[i] = ct_alloc(rows / 8 + 1, 1);
	}
}

static bool
begins(const struct new *n, const void *name, size_t len)
{
	const char *p = n->listed.s, *end = p + n->listed.len;
	size_t m;

	for (; p < end; p += m + 1) {
		m = strlen(p);
		if (m <= len && memcmp(p, name, m) == 0)
			return true;
	}
	return false;
}

/* A name that is not UTF-8 is within a directory by its bytes. */
static bool
in_listing(const struct new *n, uint16_t flags, const uint8_t *key, size_t len)
{
	uint8_t *path;
	size_t m;
	bool is;

	if (!(flags & SEEN_PATH_B64) || len <= CODED)
		return begins(n, key, len);
	path = ct_alloc(len, 1);
	is = ct_unbase64((const char *)key + CODED, len - CODED, path, &m) &&
	    begins(n, path, m);
	free(path);
	return is;
}

static int
tell_gone(struct new *n, struct ct_out *out, size_t *told, struct ct_err *err)
{
	static const char gone_text[] = ",\"object\":{\"gone\":true}}";
	struct ct_text text = { 0 };
	struct seen_walk w;
	struct seen_row row;
	int rc;

	for (rc = seen_walk_first(&w, n->v, true, n->v->n, err); !rc;
	     rc = seen_walk_next(&w, err)) {
		if (n->came[w.at.source][w.at.row / 8] >> w.at.row % 8 & 1 ||
		    !sound(n, w.at) || seen_flags_at(n->v, w.at) & SEEN_GONE ||
		    !in_listing(n, seen_flags_at(n->v, w.at), w.key, w.len))
			continue;
		seen_row_at(n->v, w.at, &row);
		text.len = 0;
		ct_text_add(&text, "{", 1);
		seen_row_id(&text, &row, (const char *)w.key, w.len);
		ct_text_add(&text, gone_text, sizeof gone_text - 1);
		if ((rc = ct_out_line(out, text.s, text.len, err)))
			break;
		++*told;
	}
	seen_walk_end(&w);
	ct_text_free(&text);
	return rc == CT_NO ? 0 : rc;
}

static int
gone(struct new *n, int fd, int rc)
{
	struct ct_out out = { .fd = fd };
	struct ct_err err = { 0 }, late = { 0 };
	size_t told = 0;
	int bad = 0;

	if (rc || !n->listed.len) {
		ct_warn("the listing did not end well: what is gone is not"
			" told");
		rc = rc > CT_TEMPFAIL ? rc : CT_TEMPFAIL;
	} else if (n->v) {
		bad = tell_gone(n, &out, &told, &err);
	}
	if (ct_out_close(&out, &late) && !bad)
		bad = late.code;
	if (bad)
		ct_warn("%s", err.code ? err.msg : late.msg);
	else if (!n->how->quiet)
		ct_warn("%zu gone", told);
	return bad > rc ? bad : rc;
}

/* ---- all ------------------------------------------------------------------
 */

static int
open_store(struct new *n, struct ct_err *err)
{
	int rc = seen_view_open(&n->v, n->how, err);
	size_t i;

	if (rc > CT_NO)
		return rc;
	err->code = 0;
	n->sound = ct_alloc(SEEN_SEGMENTS, sizeof *n->sound);
	for (i = 0; n->v && i < n->v->n; i++) {
		n->v->segment[i].passing = true;
		n->sound[i] = ct_alloc(n->v->segment[i].rows / NEAR + 1, 1);
	}
	if (seen_names(&n->names, n->how, n->v ? &n->v->m : NULL, err))
		return err->code;
	if (n->v && n->how->gone)
		mark(n);
	if (n->v && n->names.keyed) {
		n->asked = ct_alloc(BATCH, sizeof *n->asked);
		n->order = ct_alloc(BATCH, sizeof(void *));
	}
	return 0;
}

static void
release(struct new *n)
{
	size_t i;

	for (i = 0; n->came && i <= n->v->n; i++)
		free(n->came[i]);
	free(n->came);
	free(n->came_rows);
	for (i = 0; n->sound && n->v && i < n->v->n; i++)
		free(n->sound[i]);
	free(n->sound);
	free(n->asked);
	free(n->order);
	ct_text_free(&n->listed);
	seen_scan_free(n->scan);
	seen_view_close(n->v);
}

int
ct_seen_new(const struct ct_seen *s)
{
	struct new n = { .how = s, .scan = seen_scan_new() };
	struct ct_lines l = { .line = line,
		.arg = &n,
		.in = s->in,
		.out = s->out,
		.jobs = 1,
		.quiet = s->quiet,
		.tally = &n.tally };
	struct ct_err err = { 0 };
	int more = -1, rc;

	rc = open_store(&n, &err);
	if (!rc && s->gone && (more = fcntl(s->out, F_DUPFD_CLOEXEC, 3)) < 0)
		rc = ct_fail_errno(&err, CT_OSERR, "cannot write");
	if (rc) {
		ct_warn("%s", err.msg);
	} else {
		if (n.asked) {
			l.with = with;
			l.ticket = ticket;
			l.block = BATCH;
		}
		rc = ct_lines(&l);
		if (s->gone)
			rc = gone(&n, more, rc);
		if (n.damaged) {
			ct_warn("the store is damaged: %zu objects that it had"
				" are as new: they are to be read again",
			    n.damaged);
			rc = rc > CT_DATAERR ? rc : CT_DATAERR;
		}
	}
	release(&n);
	return rc;
}
