/*
 * fetch_flow.c - are many connections read, or of one object alone the next
 *
 * Of one object bytes go out as they come; those of others have to be held, and
 * are copied for it, into memory that is not in the cache.  As long as its
 * connection alone brings as much as we or who reads us can take, the others
 * wait: what was sent stays with the kernel, and is there when their turn
 * comes.  If it brings less all are read, on trial: unless they bring more,
 * they wait again.  Where two thirds of the time are left there is no trial.
 */
#include <limits.h>

#include "fetch_impl.h"

#define SPAN 10000    /* us after which it is judged anew, */
#define SILENT 100000 /* or these, if there is no answer yet */
#define BUSY 20       /* if less of it than a 20th was without work, */
#define IDLE 3        /* a third: there is time for others */
#define FAST                                                               \
	1000000 /* and while so many bytes a ms come, however idle we are: \
		   hashing them takes longer */
#define TRIAL 250000 /* us in which they are to bring more, */
#define MORE 15      /* tenths of what the first does: */
#define MUCH 25      /* if there is no time left, for they cost more; */
#define LITTLE ((size_t)1 << 20) /* bytes held of each until then */
#define AGAIN 1000000            /* us after which it is tried again */
#define TICK_MS 5

/* Whose bytes go out while they come, or will soon, for all we know?  NULL:
 * nobody's. */
static const struct item *
favourite(const struct run *r)
{
	const struct item *it = r->owner;
	uint64_t size;

	if (!it && !r->how->unordered)
		it = r->first;
	if (!it || it->begun)
		return it;
	size = it->whole == UINT64_MAX && it->size >= 0 ? (uint64_t)it->size
							: it->whole;
	return it->state != STATE_DONE && size > r->window ? it : NULL;
}

static void
begin(struct flow *f)
{
	f->spent = (struct ct_flow){ .time = 0 };
	f->one = 0;
}

/* Judge a span.  Rates are bytes a ms. */
static void
judge(struct flow *f, int64_t now, bool full)
{
	const struct ct_flow *s = &f->spent;
	const uint64_t time = (uint64_t)s->time;
	const uint64_t one = f->one * 1000 / time;
	const bool busy = s->idle < s->time / BUSY;
	const bool roomy = s->time - s->idle < s->time / IDLE;

	if (!f->all) {
		if (s->idle < s->time / IDLE || one >= FAST ||
		    (now < f->next && 2 * one >= f->alone))
			return;
		f->alone = f->heard ? one : 0;
		f->all = true;
		f->won = roomy;
		f->since = now;
		f->next = now + AGAIN;
	} else if (roomy ||
	    10 * (s->bytes * 1000 / time) >
		(uint64_t)(busy ? MUCH : MORE) * f->alone) {
		f->won = true;
		f->since = now;
		if (busy && now >= f->next)
			f->all = false; /* one may be enough by now */
	} else if (busy || (now - f->since >= TRIAL && !full)) {
		f->all = f->won = false;
		f->next = now + AGAIN;
	}
}

/* Of whose turn it is: is there an answer?  Until there is, the others are not
 * better for bringing more. */
static void
hear(struct flow *f, const struct item *best)
{
	const bool heard = best->begun || (best->part && best->part->judged);

	if (heard == f->heard)
		return;
	f->heard = heard;
	begin(f);
	if (heard && f->alone == 0) {
		f->all = f->won = false;
		f->next = 0;
	}
}

/* Of those under way that need not wait for memory the first is read, or all.
 */
static void
apply(struct run *r, const struct item *best)
{
	const int most = best && !r->flow.all ? 1 : INT_MAX;
	const struct item *it = best ? best : r->first;
	struct part *p;
	int n = 0, going = 0;

	while (it && going < r->going) {
		for (p = it->part; p; p = p->next)
			if (p->state == STATE_GOING) {
				r->freed |= p->get.wait && n < most;
				ct_pull_wait(&p->get, n >= most);
				n += !p->get.paused;
				going++;
			}
		it = it == best ? r->first : it->next;
		if (it && it == best)
			it = it->next;
	}
}

void
fetch_flow(struct run *r)
{
	struct flow *f = &r->flow;
	const struct item *best = favourite(r);
	struct ct_flow now;
	bool won;

	if (!best && !f->on)
		return;
	ct_many_flow(r->many, &now);
	if (f->on) {
		f->spent.time += now.time - f->last.time;
		f->spent.idle += now.idle - f->last.idle;
		f->spent.bytes += now.bytes - f->last.bytes;
	}
	if (best)
		hear(f, best);
	if (f->spent.time >= (f->heard ? SPAN : SILENT)) {
		won = f->won;
		judge(f, now.time, r->kept >= r->how->memory / 2);
		r->freed |= f->won && !won;
		begin(f);
	}
	f->last = now;
	f->on = best != NULL;
	apply(r, best);
}

void
fetch_flow_came(const struct part *p, size_t len)
{
	struct run *r = p->it->run;

	if (p->it->part == p && fetch_is_next(p->it))
		r->flow.one += len;
}

bool
fetch_flow_may(const struct part *p, size_t len)
{
	const struct run *r = p->it->run;

	return !r->flow.on || r->flow.won || r->going < 2 ||
	    (r->flow.all && p->n + len <= LITTLE) ||
	    (p->it->part == p && fetch_is_next(p->it)) ||
	    r->held + len <= 2 * r->window;
}

int
fetch_flow_tick(const struct run *r, int ms)
{
	return r->flow.on && ms > TICK_MS ? TICK_MS : ms;
}
