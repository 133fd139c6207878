/* rec_lines.c - from in to out, by blocks of lines: ct_lines of rec.h */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "prog.h"
#include "rec.h"
#include "rec_lines.h"

#define BLOCK_BYTES ((size_t)128 << 10)
#define BLOCK_LINES ((size_t)1024)
#define FEW ((size_t)8) /* lines not worth a thread */
#define WAIT_MS 100
#define STOP_MS 1000 /* a signal just before poll is seen after it */
#define WITH_MS 1000 /* for one that may go with those in hand */
#define WITH_BYTES ((size_t)8 << 20)

struct worker {
	struct run *run;
	pthread_t thread;
	void *own;
};

struct run {
	struct ct_lines *l;
	struct ct_in in;
	struct ct_out out;
	struct ct_progress show;
	struct ct_err fail; /* of in, once all before it is written */
	size_t taken;       /* lines that have an outcome */
	int worst;
	bool end; /* of input */
	bool over;
	void *own;
	bool owned;
	struct ct_text settled;
	struct block held; /* a line that does not go with those in hand */

	/* a ring of blocks, by number: head is written next, tail is filled
	 * next; without threads they are the same */
	struct block *ring;
	size_t slots, head, tail;
	struct worker *worker;
	int workers;
	bool started;
	int woken; /* readable when a block is done */
	pthread_mutex_t lock;
	pthread_cond_t food;
	size_t todo; /* worked next; locked, like tail, done and quit */
	bool quit;
};

/* ---- what comes of a line ---------------------------------------------------
 */

static void
fatal(struct run *r, const struct ct_err *err)
{
	ct_warn("%s", err->msg);
	r->worst = err->code;
	r->over = true;
}

static void
say_torn(struct item *it)
{
	if (it->torn)
		ct_warn("line %zu: no newline at its end", it->lineno);
	it->torn = false;
}

/* The last word on a record, which then is in r->settled. */
static void
settle(struct run *r, const struct block *b, struct item *it)
{
	struct ct_line line = { .lineno = it->lineno,
		.out = &r->settled,
		.outcome = it->outcome,
		.status = it->status,
		.later = it->later };

	r->settled.len = 0;
	ct_text_add(&r->settled, b->out.s + it->from, it->to - it->from);
	it->later = NULL;
	r->l->settle(&line, r->l->arg);
	it->outcome = line.outcome;
	it->status = line.status;
}

static void
count(struct run *r, const struct item *it)
{
	if (it->rc)
		ct_tally(r->l->tally, "error");
	else if (it->outcome)
		ct_tally(r->l->tally, it->outcome);
	if (it->mute)
		ct_warn("line %zu: it came with an error that says nothing",
		    it->lineno);
	else if (it->msg)
		ct_warn("line %zu: %s", it->lineno, it->msg);
	if (it->status > r->l->status)
		r->l->status = it->status;
}

static size_t
newlines(const char *text, size_t len)
{
	const char *end = text + len, *nl;
	size_t n = 0;

	for (; (nl = memchr(text, '\n', (size_t)(end - text))); text = nl + 1)
		n++;
	return n;
}

static void
emit(struct run *r, const struct block *b, struct item *it)
{
	size_t len = it->to - it->from;
	const char *text = len ? b->out.s + it->from : "";
	struct ct_err err;

	say_torn(it);
	if (it->later && !it->rc) {
		settle(r, b, it);
		text = r->settled.s;
		len = r->settled.len;
	}
	r->taken++;
	count(r, it);
	if (len && ct_out_line(&r->out, text, len, &err)) {
		fatal(r, &err);
		return;
	}
	if (r->l->with || r->l->several) /* it may have become several */
		r->out.n += newlines(text, len);
	if (it->rc > r->worst)
		r->worst = it->rc;
	r->show.in = r->taken;
	r->show.out = r->out.n;
	ct_progress_tick(&r->show);
}

/* Write a block that was worked.  A single line was in hand when we were told
 * to stop; of more, the rest comes to nothing. */
static void
emit_block(struct run *r, struct block *b)
{
	size_t i;

	for (i = 0; i < b->n && !r->over; i++)
		if (i == 0 || !ct_stop || r->l->with)
			emit(r, b, &b->item[i]);
	block_clear(b, r->l);
}

/* ---- threads ----------------------------------------------------------------
 */

static void *
own(struct run *r)
{
	return r->l->own ? r->l->own(r->l->arg) : NULL;
}

static void
disown(struct run *r, void *p)
{
	if (r->l->disown)
		r->l->disown(p);
}

static void *
work(void *arg)
{
	static const uint64_t one = 1;
	struct worker *me = arg;
	struct run *r = me->run;
	struct block *b;

	(void)pthread_mutex_lock(&r->lock);
	for (;;) {
		while (!r->quit && r->todo == r->tail)
			(void)pthread_cond_wait(&r->food, &r->lock);
		if (r->quit)
			break;
		b = &r->ring[r->todo++ % r->slots];
		(void)pthread_mutex_unlock(&r->lock);
		block_work(b, r->l, me->own);
		(void)pthread_mutex_lock(&r->lock);
		b->done = true;
		(void)!write(r->woken, &one, sizeof one);
	}
	(void)pthread_mutex_unlock(&r->lock);
	return NULL;
}

/* As many threads as we get; they leave signals to this one. */
static void
start(struct run *r)
{
	sigset_t all, old;
	struct worker *w;

	r->started = true;
	r->woken = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (r->woken < 0)
		return;
	json_object_seed(0);
	(void)pthread_mutex_init(&r->lock, NULL);
	(void)pthread_cond_init(&r->food, NULL);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	r->worker = ct_alloc((size_t)r->l->jobs, sizeof *r->worker);
	for (; r->workers < r->l->jobs; r->workers++) {
		w = &r->worker[r->workers];
		w->run = r;
		w->own = own(r);
		if (pthread_create(&w->thread, NULL, work, w)) {
			disown(r, w->own);
			break;
		}
	}
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void
finish(struct run *r)
{
	int i;

	if (!r->started || r->woken < 0)
		return;
	(void)pthread_mutex_lock(&r->lock);
	r->quit = true;
	(void)pthread_cond_broadcast(&r->food);
	(void)pthread_mutex_unlock(&r->lock);
	for (i = 0; i < r->workers; i++) {
		(void)pthread_join(r->worker[i].thread, NULL);
		disown(r, r->worker[i].own);
	}
	free(r->worker);
	(void)pthread_cond_destroy(&r->food);
	(void)pthread_mutex_destroy(&r->lock);
	(void)close(r->woken);
}

/* ---- blocks -----------------------------------------------------------------
 */

/* Can reading go on without waiting for anybody, or for longer than ms? */
static bool
here(struct run *r, int ms)
{
	struct pollfd p = { .fd = r->in.fd, .events = POLLIN };

	return ct_in_here(&r->in) || poll(&p, 1, ms) > 0;
}

/* The next line into the block, if it is there after reading once. */
static void
take(struct run *r, struct block *b)
{
	struct ct_err err;
	char *line;
	size_t len;
	int got = ct_in_some(&r->in, &line, &len, &err);

	if (got == CT_IN_PART)
		return;
	/* what is cut because we stop was not cut by anybody */
	if (ct_stop && r->in.torn)
		got = 0;
	if (got == 0 || got == CT_IOERR) {
		r->end = true;
		r->fail.code = 0;
		if (got)
			r->fail = err;
		return;
	}
	if (got == 1 && strspn(line, " \t") == len)
		return;
	if (got == 1 && r->in.torn && r->l->promise)
		got = ct_fail(&err, CT_DATAERR,
		    "the last line has no newline; it may be cut");
	block_add(b, line, len, r->in.lineno, got == 1 && r->in.torn,
	    got == 1 ? NULL : &err);
	if (got == 1 && r->l->ticket)
		b->item[b->n - 1].ticket = r->l->ticket(line, len, r->l->arg);
}

/* Lines that a thread takes at most. */
static size_t
share(const struct run *r)
{
	return r->l->block && r->l->block < BLOCK_LINES ? r->l->block
							: BLOCK_LINES;
}

/* Lines that are here; only for the first of all do we wait. */
static void
gather(struct run *r, struct block *b)
{
	size_t n, most = r->l->jobs > 1 ? share(r) : 1;

	for (n = 0; n < most && b->in.len < BLOCK_BYTES; n++) {
		if (r->end || ct_stop)
			break;
		if (most > 1 && (b->n || r->head != r->tail) && !here(r, 0))
			break;
		take(r, b);
	}
}

/* A line of one block to the end of another. */
static void
move(struct block *to, struct block *from, size_t i)
{
	const struct item *it = &from->item[i];
	struct ct_err err;

	if (it->rc)
		(void)ct_fail(&err, it->rc, "%s", it->msg);
	block_add(to, from->in.s + it->at, it->len, it->lineno, it->torn,
	    it->rc ? &err : NULL);
}

/* Does the last line of the block go with those before it? */
static bool
goes(struct run *r, struct block *b)
{
	const struct item *it = &b->item[b->n - 1];
	struct ct_err err;

	if (it->rc)
		(void)ct_fail(&err, it->rc, "%s", it->msg);
	return r->l->with(b->in.s + it->at, it->len, it->rc ? &err : NULL,
		   b->n == 1, r->l->arg) ||
	    b->n == 1;
}

/* Lines that go together; the one that does not is held for the next block. */
static void
gather_with(struct run *r, struct block *b)
{
	struct ct_err err;
	size_t had;

	if (r->held.n) {
		move(b, &r->held, 0);
		block_clear(&r->held, r->l);
		(void)goes(r, b);
	}
	while (!r->end && !ct_stop && b->n < r->l->block &&
	    b->in.len < WITH_BYTES) {
		if (b->n && !here(r, 0)) {
			if (ct_out_flush(&r->out, &err)) {
				fatal(r, &err);
				return;
			}
			if (!here(r, WITH_MS))
				return;
		}
		had = b->n;
		take(r, b);
		if (b->n > had && !goes(r, b)) {
			move(&r->held, b, --b->n);
			free(b->item[b->n].msg);
			b->in.len = b->item[b->n].at;
			return;
		}
	}
}

/* Give it to a thread, or do it here. */
static void
hand(struct run *r, struct block *b)
{
	size_t enough = share(r) < FEW ? share(r) : FEW;
	bool few = r->l->jobs <= 1 ||
	    (r->head == r->tail && (r->end || b->n < enough));

	if (!few && !r->started)
		start(r);
	if (!few && r->workers) {
		(void)pthread_mutex_lock(&r->lock);
		r->tail++;
		(void)pthread_cond_signal(&r->food);
		(void)pthread_mutex_unlock(&r->lock);
		return;
	}
	if (!r->owned)
		r->own = own(r);
	r->owned = true;
	if (b->n == 1)
		say_torn(&b->item[0]);
	block_work(b, r->l, r->own);
	emit_block(r, b);
}

/* The oldest block, if it was worked. */
static struct block *
ready(struct run *r)
{
	struct block *b = &r->ring[r->head % r->slots];
	bool done;

	if (r->head == r->tail)
		return NULL;
	(void)pthread_mutex_lock(&r->lock);
	done = b->done;
	(void)pthread_mutex_unlock(&r->lock);
	return done ? b : NULL;
}

/* Until a block is done, or there is input that can be taken. */
static void
await(struct run *r, bool hungry)
{
	struct pollfd p[3] = { { .fd = r->woken, .events = POLLIN },
		{ .fd = ct_progress_fd(), .events = POLLIN },
		{ .fd = hungry ? r->in.fd : -1, .events = POLLIN } };
	struct ct_err err;
	uint64_t n;
	int rc = hungry ? ct_out_flush(&r->out, &err) : 0;

	if (!rc) {
		(void)poll(
		    p, 3, r->out.text.len || r->show.live ? WAIT_MS : STOP_MS);
		(void)!read(r->woken, &n, sizeof n);
		ct_progress_tick(&r->show);
		rc = ct_out_tick(&r->out, &err);
	}
	if (rc)
		fatal(r, &err);
}

static void
run(struct run *r)
{
	struct block *b;
	bool hungry;

	while (!r->over && !ct_stop) {
		if ((b = ready(r))) {
			emit_block(r, b);
			r->head++;
			continue;
		}
		b = &r->ring[r->tail % r->slots];
		hungry = (!r->end || r->held.n) && r->tail - r->head < r->slots;
		if (hungry && (r->head == r->tail || here(r, 0))) {
			if (r->l->with)
				gather_with(r, b);
			else
				gather(r, b);
			if (b->n)
				hand(r, b);
		} else if (r->head != r->tail) {
			await(r, hungry);
		} else {
			break;
		}
	}
	if (!r->over && !ct_stop && r->fail.code)
		fatal(r, &r->fail);
}

/* We were told to stop; what the threads had in hand is done by now. */
static void
drain(struct run *r)
{
	struct block *b = &r->ring[r->head % r->slots];

	for (; r->head != r->tail && b->done;
	     b = &r->ring[++r->head % r->slots])
		emit_block(r, b);
}

static void
release(struct run *r)
{
	size_t i;

	for (i = 0; i < r->slots; i++) {
		block_clear(&r->ring[i], r->l);
		block_free(&r->ring[i]);
	}
	free(r->ring);
	block_clear(&r->held, r->l);
	block_free(&r->held);
	if (r->owned)
		disown(r, r->own);
	ct_text_free(&r->settled);
	ct_in_free(&r->in);
}

int
ct_lines(struct ct_lines *l)
{
	struct run r = { .l = l,
		.in = { .fd = l->in, .delim = '\n' },
		.out = { .fd = l->out, .each = l->promise },
		.show = { .tally = l->tally },
		.slots = l->jobs > 1 ? 2 * (size_t)l->jobs + 2 : 1 };
	struct ct_err err;

	r.in.tie = &r.out;
	r.in.show = &r.show;
	r.ring = ct_alloc(r.slots, sizeof *r.ring);
	ct_progress_start(&r.show, !l->quiet, false);
	run(&r);
	finish(&r);
	if (l->promise)
		drain(&r);
	ct_progress_end(&r.show);
	/* one that stops by itself says with its status why */
	if (ct_stop && l->status < CT_SOFTWARE && r.worst < CT_TEMPFAIL)
		r.worst = CT_TEMPFAIL;
	if (ct_out_close(&r.out, &err) && r.worst < CT_IOERR) {
		ct_warn("%s", err.msg);
		r.worst = CT_IOERR;
	}
	ct_tally_end(l->tally, r.taken, r.out.n, l->quiet);
	release(&r);
	return l->status > r.worst ? l->status : r.worst;
}
