/* match_span.c - the longest part of a video that is like a listed one */
#include <stdlib.h>

#include "match_impl.h"
#include "prog.h"

void
match_spans_free(struct match_spans *s)
{
	free(s->like);
	free(s->when);
	free(s->room);
	*s = (struct match_spans){ .n = 0 };
}

void
match_spans_start(struct match_spans *s, int64_t step)
{
	free(s->when);
	free(s->room);
	s->when = NULL;
	s->room = NULL;
	s->n = 0;
	s->step = step;
}

void
match_spans_add(struct match_spans *s, uint32_t note, size_t i)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 256;
		s->like = ct_grow(s->like, s->cap, sizeof *s->like);
	}
	s->like[s->n++] = (struct match_like){ note, (uint32_t)i };
}

static int
by_ms(const void *a, const void *b, void *times)
{
	const uint32_t *x = a, *y = b;
	const int64_t *ms = times;

	if (ms[*x] != ms[*y])
		return ms[*x] < ms[*y] ? -1 : 1;
	return *x < *y ? -1 : *x > *y;
}

static int
by_note(const void *a, const void *b)
{
	const struct match_like *x = a, *y = b;

	if (x->note != y->note)
		return x->note < y->note ? -1 : 1;
	return x->frame < y->frame ? -1 : x->frame > y->frame;
}

/* From now on a frame is known by its place in time. */
void
match_spans_order(struct match_spans *s, const int64_t *ms, size_t n)
{
	uint32_t *order = ct_alloc(n, sizeof *order);
	uint32_t *place = ct_alloc(n, sizeof *place);
	size_t i;

	s->when = ct_alloc(n, sizeof *s->when);
	s->room = ct_alloc(n, sizeof *s->room);
	s->frames = n;
	for (i = 0; i < n; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, n, sizeof *order, by_ms,
	    (void *)(uintptr_t)(const void *)ms);
	for (i = 0; i < n; i++) {
		place[order[i]] = (uint32_t)i;
		s->when[i] = ms[order[i]];
	}
	for (i = 0; i < s->n; i++)
		s->like[i].frame = place[s->like[i].frame];
	if (s->n > 1)
		qsort(s->like, s->n, sizeof *s->like, by_note);
	free(order);
	free(place);
}

/* How long the part from one to another of these is. */
static int64_t
length(const struct match_spans *s, const struct match_like *from,
    const struct match_like *to)
{
	const size_t next = to->frame + (size_t)1;

	return (next < s->frames ? s->when[next]
				 : s->when[to->frame] + s->step) -
	    s->when[from->frame];
}

/*
 * From the a-th to the b-th that is near there are b - a + 1 of frame[b] -
 * frame[a] + 1 frames: percent of these, if what b comes to is no less than
 * what a does.  A part need only begin where that is less than ever before; and
 * seen from behind, the one that begins earliest is the longest.
 */
int64_t
match_spans_longest(const struct match_spans *s, uint32_t note, int percent)
{
	const struct match_like *of;
	size_t from = 0, to = s->n, at, k, b, top = 0;
	int64_t best, least = INT64_MAX, sum, end;

	while (from < to) {
		at = from + (to - from) / 2;
		if (s->like[at].note < note)
			from = at + 1;
		else
			to = at;
	}
	of = s->like + from;
	for (k = 0; from + k < s->n && of[k].note == note; k++) {
		sum = (int64_t)k * 100 - (int64_t)of[k].frame * percent;
		if (sum < least)
			s->room[top++] = (uint32_t)k;
		least = sum < least ? sum : least;
	}
	best = k && s->step > 0 ? s->step : 0;
	for (b = k; b-- > 0;) {
		end = (int64_t)b * 100 - (int64_t)of[b].frame * percent + 100 -
		    percent;
		for (; top; top--) {
			at = s->room[top - 1];
			sum =
			    (int64_t)at * 100 - (int64_t)of[at].frame * percent;
			if (sum > end)
				break;
			sum = at < b ? length(s, of + at, of + b) : 0;
			best = sum > best ? sum : best;
		}
	}
	return best;
}
