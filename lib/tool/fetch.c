#include "fetch.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "fetch_impl.h"
#include "prog.h"

#define ITEMS 2048               /* under way, most of them done */
#define LINES ((size_t)8 << 20)  /* bytes of their records */
#define AHEAD 4                  /* read for each connection */
#define WINDOW ((size_t)1 << 20) /* at least */
#define TICK_MS 100

void
fetch_end(struct run *r, const struct ct_err *err)
{
	if (err && err->code != r->told)
		ct_warn("%s", err->msg);
	if (err)
		r->told = err->code;
	if (err && err->code > r->worst)
		r->worst = err->code;
	r->ended = true;
}

/* ---- in --------------------------------------------------------------------
 */

static void
take(struct run *r, const char *line, size_t len, int got,
    const struct ct_err *err)
{
	struct item *it;

	if (!r->how->operands && got == 1 && strlen(line) == len &&
	    ct_blank(line))
		return;
	r->taken++;
	it = fetch_item(r, line, len, got, err);
	it->prev = r->last;
	*(r->last ? &r->last->next : &r->first) = it;
	r->last = it;
	r->items++;
	r->lines += it->len;
	r->waiting += it->state == STATE_NEW;
	if (!r->fresh)
		r->fresh = it;
	if (r->in.torn && got == 1)
		ct_warn("input %zu: not ended; it may be cut", r->taken);
	if (r->how->one)
		r->sum = r->how->sha256 ? r->how->sha256 : it->sha256;
	if (it->lost || r->how->one)
		fetch_end(r, NULL);
}

/* Take in one thing; of standard input what one read gives, at most. */
static void
step(struct run *r)
{
	struct ct_err err = { 0 };
	char *line;
	size_t len = 0;
	int got;

	if (r->how->operands) {
		line = r->how->operand[r->taken];
		take(r, line, strlen(line), 1, NULL);
		if (r->taken == r->how->operands)
			fetch_end(r, NULL);
		return;
	}
	got = ct_in_some(&r->in, &line, &len, &err);
	if (got == 0 || got == CT_IOERR)
		fetch_end(r, got ? &err : NULL);
	else if (got != CT_IN_PART)
		take(r, line, len, got, &err);
}

static bool
hungry(const struct run *r)
{
	return !r->ended && r->items < ITEMS && r->lines < LINES &&
	    r->waiting < (size_t)r->how->jobs * AHEAD;
}

static bool
here(struct run *r)
{
	return r->how->operands || (!r->ended && ct_in_here(&r->in));
}

/* ---- out -------------------------------------------------------------------
 */

/* Does it wait for its turn? */
static bool
is_ready(const struct item *it)
{
	return it->state == STATE_DONE ||
	    (it->part &&
		(it->part->get.paused || it->part->state == STATE_DONE));
}

/* Whose bytes may go out now?  NULL: nobody's. */
static struct item *
turn(const struct run *r)
{
	struct item *it;

	if (r->owner || !r->how->unordered)
		return r->owner ? r->owner : r->first;
	for (it = r->first; it; it = it->next)
		if (is_ready(it))
			return it;
	return NULL;
}

static void
unlink_item(struct run *r, struct item *it)
{
	if (r->fresh == it)
		r->fresh = it->next;
	if (r->owner == it)
		r->owner = NULL;
	*(it->prev ? &it->prev->next : &r->first) = it->next;
	*(it->next ? &it->next->prev : &r->last) = it->prev;
	r->items--;
	r->lines -= it->len;
	fetch_item_free(it);
}

/* False: there was nothing to do. */
static bool
write_done(struct run *r)
{
	struct ct_err err = { 0 };
	struct item *it;
	bool did = false;
	int rc = 0;

	while (!rc && !r->broken && (it = turn(r)) && is_ready(it)) {
		did = true;
		if (it->state == STATE_DONE) {
			rc = fetch_finish(it, &err);
			unlink_item(r, it);
			if (!rc)
				rc = ct_out_tick(&r->out, &err);
			continue;
		}
		/* it waited for its turn, and is larger than the window */
		rc = fetch_begin(it, &err);
		if (it->part)
			ct_pull_resume(&it->part->get);
		break;
	}
	if (rc) {
		fetch_end(r, &err);
		r->broken = true;
	}
	return did;
}

/* ---- under way -------------------------------------------------------------
 */

/* A part to be tried again.  Of whose turn it is the first need not wait for
 * those that wait for it. */
static struct part *
due(const struct item *it)
{
	const struct run *r = it->run;
	struct part *p;

	for (p = it->part; p; p = p->next)
		if (p->state == STATE_RESTING && p->due <= ct_mono() &&
		    (r->going < r->how->jobs ||
			(p == it->part && it == turn(r))))
			return p;
	return NULL;
}

/* Those that wait for memory go on, the first first. */
static void
wake(struct run *r)
{
	struct item *it;
	struct part *p;

	r->freed = false;
	for (it = r->first; it && it != r->fresh; it = it->next)
		for (p = it->part; p; p = p->next) {
			if (r->kept >= r->how->memory)
				return;
			if (p->get.paused && !p->get.wait &&
			    (p != it->part || it != turn(r)))
				ct_pull_resume(&p->get);
		}
}

static void
begin_some(struct run *r)
{
	struct item *it;
	struct part *p;

	for (it = r->first; it && r->resting; it = it->next)
		while ((p = due(it)))
			fetch_try(p);
	fetch_more(r);
	if (r->freed)
		wake(r);
	while ((it = r->fresh) &&
	    (it->state != STATE_NEW ||
		(r->going < r->how->jobs && fetch_first(it, it == r->first))))
		r->fresh = it->next;
}

/* What is not under way is not begun any more. */
static void
stop(struct run *r)
{
	struct ct_err err = { 0 };
	struct item *it;
	struct part *p;

	if (r->stopped)
		return;
	r->stopped = true;
	(void)ct_fail(&err, CT_TEMPFAIL, "stopped; what was begun is finished");
	fetch_end(r, &err);
	(void)ct_fail(&err, CT_TEMPFAIL, "stopped before it was fetched");
	for (it = r->first; it; it = it->next) {
		for (p = it->part; p && p->state != STATE_RESTING; p = p->next)
			;
		if (it->state != STATE_NEW && !p)
			continue;
		r->waiting -= it->state == STATE_NEW;
		fetch_fail(it, &err);
	}
}

static void
await(struct run *r)
{
	struct ct_err err = { 0 };
	int fd = hungry(r) && !r->how->operands ? r->in.fd : -1;
	bool idle = !r->first;

	if ((idle ? ct_out_flush(&r->out, &err) : ct_out_tick(&r->out, &err))) {
		fetch_end(r, &err);
		r->broken = true;
		return;
	}
	if (ct_many_wait(r->many, fd, fetch_flow_tick(r, TICK_MS)))
		step(r);
}

static void
pump(struct run *r)
{
	struct ct_pull *get;
	bool did;

	while (!r->broken && (!r->ended || r->first)) {
		fetch_flow(r);
		while ((get = ct_many_step(r->many)))
			fetch_tried((struct part *)get);
		if (ct_stop)
			stop(r);
		begin_some(r);
		did = write_done(r);
		r->show.in = r->taken;
		r->show.out = r->out.n;
		ct_progress_tick(&r->show);
		/* what went out has made room for others */
		if (!did && (!hungry(r) || !here(r))) {
			if (!r->broken && (!r->ended || r->first))
				await(r);
		}
		while (hungry(r) && here(r))
			step(r);
	}
}

static int
start(struct run *r, struct ct_err *err)
{
	const struct ct_fetch_how *how = r->how;
	int rc = fetch_conf(r, err);

	r->window = how->memory / (size_t)how->jobs;
	r->window = r->window > WINDOW ? r->window : WINDOW;
	r->digest.sha256_only = true;
	if (!rc && how->one)
		rc = ct_digest_start(&r->digest, err);
	return rc ? rc : ct_many_open(&r->many, r->net, r->nets, err);
}

int
ct_fetch(const struct ct_fetch_how *how)
{
	struct run r = { .how = how,
		.in = { .fd = how->operands ? -1 : STDIN_FILENO,
		    .delim = '\n' },
		.out = { .fd = STDOUT_FILENO } };
	struct ct_err err = { 0 };

	r.show.tally = &r.tally;
	r.show.expect = how->operands;
	ct_progress_start(&r.show, !how->quiet, how->progress);
	if (start(&r, &err))
		fetch_end(&r, &err);
	else
		pump(&r);
	if (how->one && !r.taken && !r.worst) {
		(void)ct_fail(&err, CT_NOINPUT, "no record came");
		fetch_end(&r, &err);
	}
	if (ct_out_close(&r.out, &err) && !r.broken)
		fetch_end(&r, &err);
	ct_progress_end(&r.show);
	ct_tally_end(&r.tally, r.taken, r.out.n, how->quiet);
	ct_many_close(r.many);
	while (r.first)
		unlink_item(&r, r.first);
	fetch_part_end(&r);
	fetch_conf_free(&r);
	ct_digest_free(&r.digest);
	ct_in_free(&r.in);
	return r.worst;
}
