/* match_spans_longest against looking at every part. */
#include "match_impl.h"

#include "../tap.h"

#define FRAMES 24
#define NOTES 3

static uint32_t x = 1;

static uint32_t
random_below(uint32_t n)
{
	x = x * 1664525U + 1013904223U;
	return (x >> 16) % n;
}

static int64_t ms[FRAMES];
static bool is[NOTES][FRAMES];

static int64_t
slowly(uint32_t note, size_t n, int percent, int64_t step)
{
	int64_t best = 0, lasts;
	size_t a, b, i, near;

	for (a = 0; a < n; a++)
		for (b = a; b < n; b++) {
			if (!is[note][a] || !is[note][b])
				continue;
			for (near = 0, i = a; i <= b; i++)
				near += is[note][i];
			if (near * 100 < (b - a + 1) * (size_t)percent)
				continue;
			lasts = b + 1 < n ? ms[b + 1] - ms[a]
					  : ms[b] + step - ms[a];
			lasts = a == b ? step : lasts;
			best = lasts > best ? lasts : best;
		}
	return best;
}

int
main(void)
{
	static const int percents[] = { 1, 50, 80, 100 };
	struct match_spans s = { .n = 0 };
	size_t round, n, i, at[FRAMES], wrong = 0, some = 0;
	int64_t shuffled[FRAMES], best, step = 700;
	uint32_t note, p, density;

	for (round = 0; round < 20000; round++) {
		n = 1 + random_below(FRAMES);
		density = 1 + random_below(4);
		match_spans_start(&s, step);
		for (i = 0; i < n; i++) {
			ms[i] = (i ? ms[i - 1] : 0) + 1 + random_below(3000);
			at[i] = i;
		}
		for (i = n; i-- > 1;) { /* they come in any order */
			size_t k = random_below((uint32_t)i + 1), t = at[i];

			at[i] = at[k];
			at[k] = t;
		}
		for (i = 0; i < n; i++)
			shuffled[i] = ms[at[i]];
		for (i = 0; i < n; i++)
			for (note = 0; note < NOTES; note++) {
				is[note][at[i]] = random_below(5) < density;
				if (is[note][at[i]])
					match_spans_add(&s, 7 * note, i);
			}
		match_spans_order(&s, shuffled, n);
		for (note = 0; note < NOTES; note++)
			for (p = 0; p < sizeof percents / sizeof *percents;
			     p++) {
				best = match_spans_longest(
				    &s, 7 * note, percents[p]);
				wrong +=
				    best != slowly(note, n, percents[p], step);
				some += best > step;
			}
	}
	ok(wrong == 0 && some > round,
	    "the longest part of %zu videos, some of %zu", round, some);
	ok(match_spans_longest(&s, 6, 80) == 0, "of another: none");
	match_spans_free(&s);
	done();
}
