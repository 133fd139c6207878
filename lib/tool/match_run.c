/* match_run.c - lines in, lines with a match out; and packed hashes */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "match_impl.h"
#include "prog.h"

#define BLOCK 65536 /* hits of a block of lines that are told at most */

struct run {
	const struct ct_match_run *how;
	struct match_flood *flood;
	struct ct_tally tally;
};

/* ---- records -------------------------------------------------------------
 */

/* The line as it came, but for a match that it came with. */
static void
plain(const struct ct_line *l, struct ct_text *text, bool *bare)
{
	bool again = json_object_get(l->rec, "match") != NULL;
	size_t len = l->len;

	ct_text_add(text, l->line, l->len + 1);
	*bare = json_object_size(l->rec) == again;
	if (again && ct_rec_cut(text->s, &len, "match") < 0) {
		/* its name is spelt with escapes: write all anew */
		(void)json_object_del(l->rec, "match");
		text->len = 0;
		(void)ct_text_rec(text, l->rec);
		len = text->len;
	}
	text->len = len;
}

/* A record that is too long for others to read: what it is, and the error. */
static int
too_long(struct ct_line *l, struct ct_err *err)
{
	json_t *id;
	int rc = l->rec ? 0 : ct_line_rec(l, err);

	if (rc)
		return rc;
	id = json_incref(json_object_get(l->rec, "id"));
	(void)json_object_clear(l->rec);
	if (id)
		(void)json_object_set_new(l->rec, "id", id);
	l->had = 0;
	return ct_fail(err, CT_DATAERR,
	    "the record and its match would be over %d bytes", CT_REC_MAX);
}

/* The record of the line and of w->text; fewer hits are told if it would be
 * too long for others to read. */
static int
put(const struct run *r, struct ct_line *l, enum ct_verdict verdict,
    struct ct_err *err)
{
	struct ct_match_work *w = l->own;
	struct ct_match_how how = r->how->how;
	size_t start = l->out->len, len = l->len;
	struct ct_text line = { 0 };
	const char *text = l->line;
	bool bare = false;
	int rc = 0;

	if (l->rec) {
		plain(l, &line, &bare);
		text = line.s;
		len = line.len;
	}
	while (!rc && len + w->text.len + 2 > CT_REC_MAX && how.max_hits) {
		how.max_hits =
		    (w->hits.n < how.max_hits ? w->hits.n : how.max_hits) / 2;
		w->text.len = 0;
		rc = match_tell(
		    r->how->m, &how, w, verdict, &w->text, w->at, err);
	}
	if (!rc && len + w->text.len + 2 > CT_REC_MAX)
		rc = too_long(l, err);
	if (!rc) {
		ct_text_more(l->out, text, len, bare, w->text.s, w->text.len);
		l->later = match_later(
		    r->how->m, &how, w, l->out->len - 1 - w->text.len - start);
	}
	ct_text_free(&line);
	return rc;
}

/* Nothing of it is known, for its bytes are gone: it only passes. */
static bool
is_gone(struct ct_line *l)
{
	const struct ct_match_work *w = l->own;
	struct ct_err err = { 0 };
	size_t i;

	for (i = 0; i < MATCH_TYPES; i++)
		if (w->view.has[i])
			return false;
	return !w->view.dihedral && memmem(l->line, l->len, "gone", 4) &&
	    (l->rec || !ct_line_rec(l, &err)) && ct_rec_gone(l->rec);
}

static int
line(struct ct_line *l, void *arg, struct ct_err *err)
{
	const struct run *r = arg;
	const struct ct_match_run *how = r->how;
	struct ct_match_work *w = l->own;
	enum ct_verdict verdict;
	int rc;

	if (!match_view_line(how->m, &w->view, l->line, l->len) &&
	    ((rc = ct_line_rec(l, err)) ||
		(rc = match_view(&w->view, l->rec, err))))
		return rc;
	if ((rc = match_found(how->m, &how->how, w, &verdict, err)))
		return rc;
	if (verdict == CT_UNDECIDED && !w->shadow.n && !w->allowed.n &&
	    is_gone(l)) {
		l->outcome = "gone";
		if (how->all)
			ct_text_add(l->out, l->line, l->len);
		return 0;
	}
	l->outcome = how->known && verdict != CT_MATCH
	    ? "other"
	    : ct_verdict_name[verdict];
	if (verdict != CT_CLEAN && how->tell)
		l->status = CT_NO;
	if (how->known ? verdict != CT_MATCH
		       : verdict == CT_CLEAN && !how->all && !w->shadow.n &&
		    !w->allowed.n)
		return 0;
	return put(r, l, verdict, err);
}

static void
settle(struct ct_line *l, void *arg)
{
	struct run *r = arg;

	match_settle(r->flood, l->later, l->out);
}

static void *
own(void *arg)
{
	(void)arg;
	return match_work();
}

/* What was not looked up as a whole is told of in the status. */
static int
part_of(const struct ct_match *m, int rc)
{
	return m->absent && rc < CT_DATAERR ? CT_DATAERR : rc;
}

int
ct_match_run(const struct ct_match_run *how)
{
	struct run r = { .how = how, .flood = match_flood() };
	struct ct_lines l = { .line = line,
		.settle = settle,
		.arg = &r,
		.own = own,
		.disown = match_work_free,
		.in = how->in,
		.out = how->out,
		.jobs = how->jobs,
		.block = BLOCK / (how->how.max_hits + 1),
		.quiet = how->quiet,
		.tally = &r.tally };
	int rc = ct_lines(&l);

	match_flood_free(r.flood);
	if (how->tally)
		*how->tally = r.tally;
	if (how->tell && !r.tally.name[0]) { /* those in error count, too */
		ct_warn("no record came");
		rc = rc > CT_NOINPUT ? rc : CT_NOINPUT;
	}
	return part_of(how->m, rc);
}

/* ---- packed hashes -------------------------------------------------------
 */

struct pack {
	const struct ct_match_run *how;
	struct ct_match_work *w;
	struct ct_near_find near;
	struct ct_out out;
	uint8_t *hash;   /* at hand */
	bool *near_some; /* of each */
	uint64_t row;    /* of the first of them */
	size_t matches;
};

static int
one(struct pack *p, const uint8_t *hash, uint64_t row, struct ct_err *err)
{
	struct ct_match_work *w = p->w;
	struct ct_text text = { 0 };
	enum ct_verdict verdict;
	char *head;
	int rc;

	memcpy(w->view.pdq, hash, CT_HASH_LEN);
	if (match_found(p->how->m, &p->how->how, w, &verdict, err))
		return err->code;
	if (verdict != CT_MATCH)
		return 0;
	p->matches++;
	head = ct_printf("{\"id\":\"row:%llu\",", (unsigned long long)row);
	ct_text_add(&text, head, strlen(head));
	ct_text_add(&text, w->text.s, w->text.len);
	ct_text_add(&text, "}", 1);
	rc = ct_out_line(&p->out, text.s, text.len, err);
	free(head);
	ct_text_free(&text);
	return rc;
}

/* A hash that is near something, of those at hand. */
static int
near_one(
    void *arg, size_t i, const struct ct_near_find *found, struct ct_err *err)
{
	struct pack *p = arg;
	(void)found;
	(void)err;
	p->near_some[i] = !ct_ham_flat(p->hash + i * CT_HASH_LEN);
	return 0;
}

static int
pack(struct pack *p, size_t n, struct ct_err *err)
{
	const struct ct_match_run *how = p->how;
	int max =
	    how->how.threshold >= 0 ? how->how.threshold : how->m->threshold;
	const struct ct_set_kind *k;
	size_t part, i;
	int rc = 0;

	memset(p->near_some, 0, n * sizeof *p->near_some);
	for (part = 0; !rc && part < MATCH_PARTS; part++) {
		if ((k = match_kind(how->m, part, match_types[PDQ])))
			rc = ct_set_near_each(
			    k, p->hash, n, max, &p->near, near_one, p, err);
		if (!rc && (k = match_kind(how->m, part, CT_CLIP_VPDQ)))
			rc = ct_set_near_each(k, p->hash, n,
			    match_clip_bits(how->m, &how->how), &p->near,
			    near_one, p, err);
	}
	for (i = 0; !rc && i < n; i++)
		if (p->near_some[i])
			rc = one(p, p->hash + i * CT_HASH_LEN, p->row + i, err);
	p->row += n;
	return rc ? rc : ct_out_tick(&p->out, err);
}

/* Whole hashes, as many as there are now: bytes, 0 at the end, or -1. */
static ssize_t
take(struct pack *p, size_t room)
{
	struct pollfd in = { .fd = p->how->in, .events = POLLIN };
	size_t have = 0;
	ssize_t n;

	while (have < room &&
	    (have < CT_HASH_LEN || have % CT_HASH_LEN || poll(&in, 1, 0) > 0)) {
		n = read(p->how->in, p->hash + have, room - have);
		if (n == 0)
			break;
		if (n > 0)
			have += (size_t)n;
		else if (errno != EINTR && errno != EAGAIN)
			return -1;
		else if (errno == EAGAIN)
			(void)poll(&in, 1, -1);
	}
	return (ssize_t)have;
}

static int
packs(struct pack *p, struct ct_err *err)
{
	size_t room = CT_NEAR_BLOCK * CT_HASH_LEN, n = 1;
	ssize_t got;
	int rc = 0;

	p->hash = ct_alloc(room, 1);
	p->near_some = ct_alloc(CT_NEAR_BLOCK, sizeof *p->near_some);
	while (!rc && n) {
		got = take(p, room);
		if (got < 0) {
			rc = ct_fail_errno(err, CT_IOERR, "cannot read");
			break;
		}
		n = (size_t)got / CT_HASH_LEN;
		rc = pack(p, n, err);
		if (!rc && (size_t)got % CT_HASH_LEN)
			rc = ct_fail(err, CT_DATAERR,
			    "the last hash is cut: the input is no whole"
			    " number of 32 bytes");
		if (!rc)
			rc = ct_out_flush(&p->out, err);
	}
	free(p->hash);
	free(p->near_some);
	return rc;
}

int
ct_match_packed(const struct ct_match_run *how)
{
	struct pack p = {
		.how = how, .w = match_work(), .out = { .fd = how->out }
	};
	struct ct_err err = { 0 };
	int rc;

	(void)signal(SIGUSR1, SIG_IGN); /* it has no progress to show */
	p.w->view.has[PDQ] = true;
	p.w->view.quality = -1;
	rc = packs(&p, &err);
	if (rc)
		ct_warn("%s", err.msg);
	if (ct_out_close(&p.out, &err) && rc < CT_IOERR) {
		ct_warn("%s", err.msg);
		rc = CT_IOERR;
	}
	if (how->tell && !rc)
		rc = p.matches ? CT_NO : p.row ? 0 : CT_NOINPUT;
	if (!how->quiet)
		ct_warn("%llu hashes: %zu match, %llu other",
		    (unsigned long long)p.row, p.matches,
		    (unsigned long long)(p.row - p.matches));
	match_work_free(p.w);
	ct_near_free(&p.near);
	return part_of(how->m, rc);
}
