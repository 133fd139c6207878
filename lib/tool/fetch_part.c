/* fetch_part.c - objects in parts, over several connections, and memory */
#include <stdlib.h>
#include <string.h>

#include "fetch_impl.h"
#include "os.h"
#include "prog.h"

#define CHUNK (((size_t)2 << 20) - sizeof(struct chunk)) /* a large page */
#define MIDDLE (((size_t)256 << 10) - sizeof(struct chunk))
#define FIRST ((size_t)16 << 10) /* of what nobody knows the size */

/* ---- memory ----------------------------------------------------------------
 *
 * Each connection has a window beside how->memory.  What is kept free beyond
 * it counts against that memory, and so does what is held of parts that have no
 * connection: so it is all in all that, and a window for each, at most.
 */

static size_t
beyond(const struct run *r, size_t room)
{
	return room > r->window ? room - r->window : 0;
}

void
fetch_count(struct part *p)
{
	struct run *r = p->it->run;
	size_t kept = p->state == STATE_GOING ? beyond(r, p->room) : p->n;

	r->freed |= kept < p->kept;
	r->kept -= p->kept;
	r->kept += kept;
	p->kept = kept;
}

/* Is there memory for this part, of so many bytes? */
static bool
is_room(const struct run *r, size_t bytes)
{
	return r->kept < r->how->memory &&
	    beyond(r, bytes) <= r->how->memory - r->kept;
}

/* ---- what is held ----------------------------------------------------------
 *
 * In chunks, which are used again, the last first: it is in the cache still.
 */

static const size_t size[] = { MIDDLE, CHUNK };

/* No more than may be in use. */
static void
forget_spares(struct run *r, size_t most)
{
	struct chunk *c;
	int i;

	for (i = 0; i < 2; i++)
		while ((c = r->spare[i]) && r->chunks[i] > most / size[i]) {
			r->spare[i] = c->next;
			r->chunks[i]--;
			free(c);
		}
}

void
fetch_drop(struct part *p)
{
	struct run *r = p->it->run;
	struct chunk *c;
	int i;

	while ((c = p->chunk)) {
		p->chunk = c->next;
		if (c->cap < MIDDLE) {
			free(c);
			continue;
		}
		i = c->cap == CHUNK;
		c->next = r->spare[i];
		r->spare[i] = c;
	}
	r->freed |= p->n > 0;
	r->held -= p->n;
	p->last = NULL;
	p->n = 0;
}

void
fetch_part_end(struct run *r)
{
	forget_spares(r, 0);
}

/* For so many bytes, of those that come next. */
static struct chunk *
chunk(struct run *r, size_t want)
{
	const int i = want >= CHUNK - CHUNK / 4;
	struct chunk *c;

	if (want >= MIDDLE / 2) {
		want = size[i];
		if ((c = r->spare[i])) {
			r->spare[i] = c->next;
			c->next = NULL;
			c->n = 0;
			return c;
		}
		r->chunks[i]++;
	}
	c = i ? ct_os_large(sizeof *c + want) : NULL;
	if (!c)
		c = ct_grow(NULL, sizeof *c + want, 1);
	c->cap = want;
	c->next = NULL;
	c->n = 0;
	return c;
}

static void
keep(struct part *p, const char *bytes, size_t len, uint64_t will)
{
	struct chunk *c = p->last;
	size_t n, want;

	for (; len; bytes += n, len -= n) {
		if (!c || c->n == c->cap) {
			/* what is to come may go out as it comes, or wait */
			want = 2 * p->n > FIRST ? 2 * p->n : FIRST;
			if (will > p->n)
				want = MIDDLE > want ? MIDDLE : want;
			if (will > p->n && will - p->n < want)
				want = (size_t)(will - p->n);
			want = want > len ? want : len;
			c = chunk(p->it->run, want);
			*(p->last ? &p->last->next : &p->chunk) = c;
			p->last = c;
		}
		n = c->cap - c->n < len ? c->cap - c->n : len;
		memcpy(c->bytes + c->n, bytes, n);
		c->n += n;
		p->n += n;
		p->it->run->held += n;
	}
}

/* Bytes that the part will have; 0: nobody knows. */
static uint64_t
expected(const struct part *p)
{
	uint64_t to = p->to;
	int64_t length = p->get.got.length;

	if (to == UINT64_MAX && p->it->whole != UINT64_MAX)
		to = p->it->whole;
	if (to == UINT64_MAX && length > 0)
		to = p->from + (uint64_t)length;
	return to == UINT64_MAX ? 0 : to - p->from;
}

/* May it hold so much? */
static bool
more_room(struct part *p, size_t want)
{
	struct run *r = p->it->run;
	const size_t had = p->room, half = r->how->memory / 2;
	const bool split = p->it->split;
	const size_t most =
	    split || half < 2 * r->window ? 2 * r->window : half;
	uint64_t will = expected(p);

	if (want <= r->window || want <= had)
		return true;
	if (want > most)
		return false;
	if (will < want || will > most)
		will = 2 * want < most ? 2 * want : most;
	/* what can be had in parts leaves half to those of the first */
	p->room = (size_t)will;
	if (is_room(r, (split ? half : 0) + p->room - beyond(r, had))) {
		fetch_count(p);
		return true;
	}
	p->room = had;
	return false;
}

bool
fetch_hold(struct part *p, const void *bytes, size_t len)
{
	if (!fetch_flow_may(p, len) || !more_room(p, p->n + len))
		return false;
	keep(p, bytes, len, expected(p));
	return true;
}

/* ---- parts of an object ----------------------------------------------------
 */

struct part *
fetch_part(struct item *it, uint64_t to)
{
	struct part *p = ct_alloc(1, sizeof *p), **end = &it->part;

	p->it = it;
	p->from = p->at = it->asked;
	p->to = it->asked = to;
	ct_pull_like(&p->get, &it->get);
	while (*end)
		end = &(*end)->next;
	*end = p;
	return p;
}

void
fetch_part_free(struct part *p)
{
	struct run *r = p->it->run;
	struct part **at = &p->it->part;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	if (p->state == STATE_GOING) {
		ct_pull_drop(&p->get);
		r->going--;
	}
	r->resting -= p->state == STATE_RESTING;
	fetch_drop(p);
	p->state = STATE_DONE;
	fetch_count(p);
	forget_spares(r, r->how->memory + (size_t)r->how->jobs * r->window);
	ct_pull_free(&p->get);
	free(p);
}

void
fetch_only(struct item *it, const struct part *p)
{
	struct part *q = it->part, *next;

	for (; q; q = next) {
		next = q->next;
		if (q != p)
			fetch_part_free(q);
	}
}

int
fetch_flush(struct item *it, struct ct_err *err)
{
	const struct chunk *c;
	struct part *p, *next;
	int rc = 0;

	for (p = it->part; p && !rc; p = next) {
		next = p->next;
		for (c = p->chunk; c && !rc; c = c->next)
			rc = fetch_put(it, c->bytes, c->n, err);
		if (p->state == STATE_DONE) {
			fetch_part_free(p);
			continue;
		}
		fetch_drop(p);
		p->room = 0;
		fetch_count(p);
		break;
	}
	return rc;
}

uint64_t
fetch_first_to(const struct item *it)
{
	const struct run *r = it->run;

	return r->flow.won && r->how->jobs > 1 && !r->how->head && !it->plain &&
		it->bucket && it->size > 0 &&
		(uint64_t)it->size > 2 * (uint64_t)r->window
	    ? r->window
	    : UINT64_MAX;
}

bool
fetch_first(struct item *it, bool must)
{
	const struct run *r = it->run;
	uint64_t to = fetch_first_to(it);
	size_t room = 0;
	struct part *p;

	if (to != UINT64_MAX)
		room = r->window;
	else if (it->size > 0 && !r->how->head)
		room = (size_t)it->size <= 2 * r->window ? (size_t)it->size
							 : r->window;
	if (!is_room(r, room)) {
		if (!must)
			return false;
		room = 0;
	}
	p = fetch_part(it, to);
	p->room = room;
	fetch_try(p);
	return true;
}

/* ---- more of them ----------------------------------------------------------
 */

bool
fetch_is_next(const struct item *it)
{
	const struct run *r = it->run;

	if (r->owner)
		return r->owner == it;
	return r->how->unordered || r->first == it;
}

static struct part *
last_of(const struct item *it)
{
	struct part *p = it->part;

	while (p && p->next)
		p = p->next;
	return p;
}

/* One that waits for its turn behind it, and can be gone on with by another
 * GET, leaves its connection. */
static bool
take_connection(const struct item *it)
{
	struct run *r = it->run;
	struct item *o;
	struct part *p;

	for (o = r->last; o != it; o = o->prev) {
		p = last_of(o);
		if (!o->split || !p || !p->get.paused || p->skip ||
		    p->at == p->since)
			continue;
		ct_pull_drop(&p->get);
		p->get.paused = false;
		r->going--;
		p->state = STATE_DONE;
		p->to = o->asked = p->at;
		fetch_count(p);
		return true;
	}
	return false;
}

/* Of one whose last part is fetched to its end: where may another begin?  0:
 * nowhere, or it is not worth it. */
static uint64_t
cut_at(const struct item *it, const struct part *p)
{
	const struct run *r = it->run;
	const uint64_t window = r->window;

	if (!p || !p->judged || p->skip || it->plain ||
	    it->whole - p->at <= 2 * window)
		return 0;
	/* as long as it is not known to bring more: if nobody else would */
	if (!r->flow.won && (!r->flow.all || r->going > r->how->jobs / 2))
		return 0;
	return ((p->at + window / 2) / window + 1) * window;
}

/* Another part of it; false: there is none, or no room for one. */
static bool
another(struct item *it)
{
	struct run *r = it->run;
	struct part *p = last_of(it);
	const uint64_t window = r->window;
	const bool must = !p && fetch_is_next(it);
	bool cut = it->asked >= it->whole;
	uint64_t from = cut ? cut_at(it, p) : it->asked, to = it->whole;
	size_t room;

	if ((cut && !from) || (it->plain && p && p->state != STATE_DONE))
		return false;
	if (to - from > 2 * window && (r->flow.won || r->flow.all))
		to = from + window;
	/* what is not cut goes out as it comes */
	room = (size_t)(to - from <= 2 * window ? to - from : window);
	if (!must &&
	    (!is_room(r, room) ||
		(r->going >= r->how->jobs && !take_connection(it))))
		return false;
	if (cut)
		p->to = from;
	it->asked = from;
	p = fetch_part(it, it->plain ? UINT64_MAX : to);
	p->room = must || it->plain ? 0 : room;
	fetch_try(p);
	return true;
}

void
fetch_more(struct run *r)
{
	struct item *it;
	size_t n = r->splits;

	for (it = r->first; it && n; it = it->next) {
		if (!it->split)
			continue;
		n--;
		while (it->state == STATE_GOING && it->split && another(it))
			;
	}
}
