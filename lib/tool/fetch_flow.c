/*
 * fetch_flow.c - are many connections read, or of one object alone the next
 *
 * Of one object bytes go out as they come; those of others have to be held, and
 * are copied for it, into memory that is not in the cache.  As long as its
 * connection alone brings as much as we or who reads us can take, the others
 * wait: what was sent stays with the kernel, and is there when their turn
 * comes.
 */
#include <limits.h>

#include "fetch_impl.h"

#define SPAN 10000 /* us after which it is judged anew: they wait */
#define BUSY 20    /* if less of it than a 20th was without work, */
#define IDLE 3     /* until a third is; */
#define FAST                                                            \
	1000 /* and while so many bytes a us come, however idle we are: \
		hashing them takes longer */
#define VAIN INT64_C(1000000) /* us after which that is tried again */
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

static bool
is_enough(struct flow *f, int64_t now)
{
	const uint64_t fast = (uint64_t)f->spent.time * FAST;

	if (f->spent.idle < f->spent.time / (f->all ? BUSY : IDLE))
		return true;
	if (!f->all && f->spent.bytes < fast)
		f->vain = now;
	return f->spent.bytes >= fast && (!f->all || now - f->vain >= VAIN);
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

	if (!best && !f->on)
		return;
	ct_many_flow(r->many, &now);
	if (f->on) {
		f->spent.time += now.time - f->last.time;
		f->spent.idle += now.idle - f->last.idle;
		f->spent.bytes += now.bytes - f->last.bytes;
	}
	if (f->spent.time >= SPAN) {
		f->all = !is_enough(f, now.time);
		f->spent = (struct ct_flow){ .time = 0 };
	}
	f->last = now;
	f->on = best != NULL;
	apply(r, best);
}

bool
fetch_flow_may(const struct part *p, size_t len)
{
	const struct run *r = p->it->run;

	return !r->flow.on || r->flow.all || r->going < 2 ||
	    (p->it->part == p && fetch_is_next(p->it)) ||
	    r->held + len <= 2 * r->window;
}

int
fetch_flow_tick(const struct run *r, int ms)
{
	return r->flow.on && ms > TICK_MS ? TICK_MS : ms;
}
