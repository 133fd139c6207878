/* stats_chart.c - pictures of counts and times, as SVG */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "stats_impl.h"

/* In units of the picture, which the page scales. */
#define WIDE 760
#define HIGH 250
#define LEFT 64   /* of the scale */
#define RIGHT 24  /* half a name */
#define BOTTOM 34 /* of the names */
#define TOP 22
#define NAMES_WIDE 190
#define BAR 26
#define LABELS 13  /* at most, along a scale of months */
#define NUMBERS 26 /* columns that still have theirs above them */
#define BARS 20
#define NAME 28 /* of a longer one the middle is left out */
#define DOTS "\342\200\246"
#define NBSP "\302\240"     /* a space that no line breaks at */
#define THIN "\342\200\257" /* the same, narrow */

/* ---- words -------------------------------------------------------------- */

const char *
stats_grouped(int64_t n, char room[STATS_WORD])
{
	char digits[24];
	size_t len, i;
	char *p = room;

	(void)snprintf(digits, sizeof digits, "%" PRId64, n);
	len = strlen(digits);
	for (i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0) {
			memcpy(p, THIN, strlen(THIN));
			p += strlen(THIN);
		}
		*p++ = digits[i];
	}
	*p = '\0';
	return room;
}

const char *
stats_span(int64_t s, char room[STATS_WORD])
{
	static const struct {
		int64_t from, unit;
		const char *name;
	} units[] = { { 172800, 86400, "d" }, { 7200, 3600, "h" },
		{ 120, 60, "min" } };
	int64_t tenths;
	size_t i;

	for (i = 0; i < sizeof units / sizeof *units; i++) {
		if (s < units[i].from)
			continue;
		tenths = (s * 10 + units[i].unit / 2) / units[i].unit;
		if (tenths % 10)
			(void)snprintf(room, STATS_WORD,
			    "%" PRId64 ".%d" NBSP "%s", tenths / 10,
			    (int)(tenths % 10), units[i].name);
		else
			(void)snprintf(room, STATS_WORD, "%" PRId64 NBSP "%s",
			    tenths / 10, units[i].name);
		return room;
	}
	(void)snprintf(room, STATS_WORD, "%" PRId64 NBSP "s", s);
	return room;
}

const char *
stats_share(int64_t part, int64_t of, char room[STATS_WORD])
{
	int64_t tenths = of ? (part * 1000 + of / 2) / of : 0;
	size_t len = strlen(stats_grouped(part, room));

	(void)snprintf(room + len, STATS_WORD - len,
	    " (%" PRId64 ".%d" NBSP "%%)", tenths / 10, (int)(tenths % 10));
	return room;
}

/* ---- scales ------------------------------------------------------------- */

/* The least number that is not under n and reads well, as does its half. */
static int64_t
above(int64_t n)
{
	static const int64_t steps[] = { 10, 12, 16, 20, 30, 40, 60, 80 };
	int64_t ten = 1;
	size_t i;

	if (n < 10)
		return n < 2 ? 1 : n + n % 2;
	for (;; ten *= 10)
		for (i = 0; i < sizeof steps / sizeof *steps; i++)
			if (n <= steps[i] * ten)
				return steps[i] * ten;
}

/* The same of seconds, so that the half of it reads well, too. */
static int64_t
above_span(int64_t s)
{
	static const int64_t steps[] = { 10, 20, 60, 120, 600, 1200, 3600, 7200,
		14400, 28800, 43200, 86400, 172800, 345600, 864000 };
	size_t i;

	for (i = 0; i < sizeof steps / sizeof *steps; i++)
		if (s <= steps[i])
			return steps[i];
	return above((s + 86399) / 86400) * 86400;
}

static int
scaled(int64_t n, int64_t most, int size)
{
	return (int)((double)n * size / (double)(most ? most : 1) + 0.5);
}

static void
open_chart(struct ct_text *text, const char *title, int high)
{
	stats_add(text,
	    "<figure><figcaption>%s</figcaption>\n<div class=\"wide\">"
	    "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s; the "
	    "numbers are in the tables below\">\n",
	    title, WIDE, high, title);
}

static void
close_chart(struct ct_text *text)
{
	stats_add(text, "</svg></div></figure>\n");
}

/* Lines across at 0, the half and all of it; word says a number of it. */
static void
grid(struct ct_text *text, int64_t most,
    const char *(*word)(int64_t, char[STATS_WORD]))
{
	char room[STATS_WORD];
	int64_t at[] = { 0, most / 2, most };
	size_t i;
	int y;

	for (i = 0; i < 3; i++) {
		if (i == 1 && most < 2)
			continue;
		y = HIGH - BOTTOM - scaled(at[i], most, HIGH - BOTTOM - TOP);
		stats_add(text,
		    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%d\" "
		    "y2=\"%d\"/><text class=\"scale\" x=\"%d\" y=\"%d\">%s"
		    "</text>\n",
		    LEFT, WIDE - RIGHT, y, y, LEFT - 8, y + 4,
		    word(at[i], room));
	}
}

/* Names along the bottom, as many as there is room for, the last one always. */
static void
months(struct ct_text *text, const json_t *groups)
{
	size_t n = json_array_size(groups), step = (n + LABELS - 1) / LABELS, i;
	const json_t *one;

	json_array_foreach(groups, i, one)
	{
		if ((n - 1 - i) % step != 0)
			continue;
		stats_add(text,
		    "<text class=\"name\" x=\"%d\" y=\"%d\">%s"
		    "</text>\n",
		    LEFT + (int)((2 * i + 1) * (WIDE - LEFT - RIGHT) / (2 * n)),
		    HIGH - BOTTOM + 18, ct_rec_text(one, "name"));
	}
}

static int64_t
most_of(const json_t *groups, const char *path)
{
	const json_t *one;
	int64_t most = 0, n;
	size_t i;

	json_array_foreach(groups, i, one)
	{
		n = stats_number(one, path);
		most = n > most ? n : most;
	}
	return most;
}

/* ---- charts ------------------------------------------------------------- */

void
stats_columns(
    struct ct_text *text, const json_t *groups, const struct stats_chart *chart)
{
	size_t n = json_array_size(groups), i;
	int64_t most = above(most_of(groups, chart->path)), value;
	double step = (double)(WIDE - LEFT - RIGHT) / (double)(n ? n : 1);
	double wide = step * 0.7 < 64 ? step * 0.7 : 64;
	const json_t *one;
	char room[STATS_WORD];
	int high;

	if (!n)
		return;
	open_chart(text, chart->title, HIGH);
	grid(text, most, stats_grouped);
	json_array_foreach(groups, i, one)
	{
		value = stats_number(one, chart->path);
		high = scaled(value, most, HIGH - BOTTOM - TOP);
		stats_add(text,
		    "<rect class=\"one\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" "
		    "height=\"%d\"><title>%s: %" PRId64 "</title></rect>\n",
		    LEFT + step * ((double)i + 0.5) - wide / 2,
		    HIGH - BOTTOM - high, wide, high, ct_rec_text(one, "name"),
		    value);
		if (n <= NUMBERS && value)
			stats_add(text,
			    "<text class=\"name\" x=\"%.1f\" "
			    "y=\"%d\">%s</text>\n",
			    LEFT + step * ((double)i + 0.5),
			    HIGH - BOTTOM - high - 5,
			    stats_grouped(value, room));
	}
	months(text, groups);
	close_chart(text);
}

struct member {
	const json_t *of;
};

static int
shorter(const void *a, const void *b, void *path)
{
	const struct member *x = a, *y = b;
	int64_t m = stats_number(x->of, path), n = stats_number(y->of, path);

	if (m != n)
		return m < n ? 1 : -1;
	return strcmp(ct_rec_text(x->of, "name"), ct_rec_text(y->of, "name"));
}

static const char *
shown_name(const char *name, char room[STATS_WORD])
{
	size_t len = strlen(name);

	if (len <= NAME)
		return name;
	(void)snprintf(room, STATS_WORD, "%.*s" DOTS "%s", NAME / 2, name,
	    name + len - (NAME - NAME / 2 - 1));
	return room;
}

static void
bar(struct ct_text *text, const json_t *one, const struct stats_chart *chart,
    int64_t most, int y)
{
	int64_t n = stats_number(one, chart->path);
	int64_t part = chart->part ? stats_number(one, chart->part) : 0;
	int wide = WIDE - NAMES_WIDE - 170;
	char room[STATS_WORD];

	stats_add(text,
	    "<text class=\"scale\" x=\"%d\" y=\"%d\">%s</text>"
	    "<rect class=\"one\" x=\"%d\" y=\"%d\" width=\"%d\" "
	    "height=\"%d\"/>",
	    NAMES_WIDE - 8, y + 16, shown_name(ct_rec_text(one, "name"), room),
	    NAMES_WIDE, y + 3, scaled(n, most, wide), BAR - 8);
	if (part)
		stats_add(text,
		    "<rect class=\"two\" x=\"%d\" y=\"%d\" width=\"%d\" "
		    "height=\"%d\"/>",
		    NAMES_WIDE, y + 3, scaled(part, most, wide), BAR - 8);
	stats_add(text, "<text class=\"end\" x=\"%d\" y=\"%d\">%s</text>\n",
	    NAMES_WIDE + scaled(n, most, wide) + 6, y + 16,
	    chart->part ? stats_share(part, n, room) : stats_grouped(n, room));
}

void
stats_bars(
    struct ct_text *text, const json_t *groups, const struct stats_chart *chart)
{
	size_t n = json_array_size(groups), shown = 0, bars, i;
	struct member *all = ct_alloc(n + 1, sizeof *all);
	int64_t most = most_of(groups, chart->path);
	char *title = NULL;

	for (i = 0; i < n; i++)
		if (stats_number(json_array_get(groups, i), chart->path))
			all[shown++].of = json_array_get(groups, i);
	qsort_r(
	    all, shown, sizeof *all, shorter, (void *)(uintptr_t)chart->path);
	bars = shown > BARS ? BARS : shown;
	if (bars < shown)
		title = ct_printf(
		    "%s; the first %zu of %zu", chart->title, bars, shown);
	if (bars) {
		open_chart(
		    text, title ? title : chart->title, (int)bars * BAR + 4);
		for (i = 0; i < bars; i++)
			bar(text, all[i].of, chart, most, (int)i * BAR);
		close_chart(text);
	}
	free(title);
	free(all);
}

/* A quantile of each group that has one; where there is none, the line ends. */
static void
line(struct ct_text *text, const json_t *groups, const char *path,
    const char *class, int64_t most)
{
	size_t n = json_array_size(groups), i;
	bool on = false;
	const json_t *one;
	double x;
	int y;

	stats_add(text, "<path class=\"%s\" d=\"", class);
	json_array_foreach(groups, i, one)
	{
		if (!ct_rec_get(one, path)) {
			on = false;
			continue;
		}
		x = LEFT +
		    (WIDE - LEFT - RIGHT) * ((double)i + 0.5) /
			(double)(n ? n : 1);
		y = HIGH - BOTTOM -
		    scaled(stats_number(one, path), most, HIGH - BOTTOM - TOP);
		/* the end of a line of no length is a dot */
		stats_add(text, "%c%.1f %d", on ? 'L' : 'M', x, y);
		if (!on)
			stats_add(text, "h0");
		on = true;
	}
	stats_add(text, "\"/>\n");
}

static void
legend(struct ct_text *text, int x, const char *class, const char *word)
{
	stats_add(text,
	    "<path class=\"%s\" d=\"M%d 10h24\"/><text class=\"end\" "
	    "x=\"%d\" y=\"14\">%s</text>\n",
	    class, x, x + 32, word);
}

void
stats_lines(
    struct ct_text *text, const json_t *groups, const struct stats_chart *chart)
{
	static const char *const classes[] = { "half", "most" };
	char path[2][64], word[32];
	int64_t most = 0, n;
	size_t i;

	for (i = 0; i < 2; i++) {
		(void)snprintf(path[i], sizeof path[i], "%s.p%d_s", chart->path,
		    (int)stats_nth[i]);
		n = most_of(groups, path[i]);
		most = n > most ? n : most;
	}
	(void)snprintf(word, sizeof word, "%s.n", chart->path);
	if (!most_of(groups, word))
		return;
	most = above_span(most);
	open_chart(text, chart->title, HIGH);
	grid(text, most, stats_span);
	for (i = 0; i < 2; i++) {
		line(text, groups, path[i], classes[i], most);
		(void)snprintf(word, sizeof word, "%d %% took no longer",
		    (int)stats_nth[i]);
		legend(text, LEFT + (int)i * 220, classes[i], word);
	}
	months(text, groups);
	close_chart(text);
}
