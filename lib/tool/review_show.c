/* review_show.c - items and pictures on a terminal */
#include <stdio.h>
#include <stdlib.h>

#include "item.h"
#include "review_face.h"

/* greys of a terminal of 256 colours */
#define FIRST 232
#define RAMP 24

void
review_say(const char *text, size_t most)
{
	char *tidy = ct_item_clean(text, most);

	(void)fputs(tidy, stdout);
	free(tidy);
}

/* ---- an item ---------------------------------------------------------------
 */

void
review_say_item(const json_t *rec, size_t nth, size_t of)
{
	json_t *facts = ct_item_facts(rec), *fact;
	size_t i;

	printf("\nitem %zu of %zu: ", nth, of);
	review_say(ct_rec_text(rec, "id"), CT_ITEM_ID);
	(void)putchar('\n');
	json_array_foreach(facts, i, fact)
	{
		printf("  %-10s%s\n",
		    json_string_value(json_array_get(fact, 0)),
		    json_string_value(json_array_get(fact, 1)));
	}
	json_decref(facts);
}

static void
say_lines(const char *before, json_t *all)
{
	const json_t *line;
	size_t i;

	json_array_foreach(all, i, line)
	{
		printf("  %s%s\n", before, json_string_value(line));
	}
	json_decref(all);
}

bool
review_say_content(const json_t *rec)
{
	say_lines("url       ", ct_item_urls(rec));
	say_lines("| ", ct_item_lines(rec));
	return ct_item_tells(rec);
}

/* ---- a picture -------------------------------------------------------------
 */

/* last: the one before in this row, or -1. */
static void
block(int grey, int last, const char *blanks, bool plain)
{
	static const char marks[] = " .:-=+*#%@";

	if (!plain && grey * RAMP / 256 != last)
		printf("\033[48;5;%dm", FIRST + grey * RAMP / 256);
	for (; *blanks; blanks++)
		(void)putchar(plain ? marks[grey * 10 / 256] : *blanks);
}

/* Two rows of pixels, one above the other, or one, as a line. */
static void
line(const struct ct_tile *t, uint32_t y, const char *blanks, bool two,
    bool plain)
{
	const uint8_t *p = t->pixels + (size_t)y * t->w,
		      *below = two && y + 1 < t->h ? p + t->w : p;
	int grey, last = -1;
	uint32_t x;

	for (x = 0; x < t->w; x++) {
		grey = (p[x] + below[x]) / 2;
		block(grey, last, blanks, plain);
		last = grey * RAMP / 256;
	}
	if (!plain)
		(void)fputs("\033[0m", stdout);
}

void
review_say_tile(const struct ct_tile *t, bool small, bool plain)
{
	uint32_t y;

	for (y = 0; y < t->h; y += small ? 2 : 1) {
		line(t, y, small ? " " : "  ", small, plain);
		(void)putchar('\n');
	}
}

/* ---- what moves ------------------------------------------------------------
 */

#define ROW 4   /* stills side by side, */
#define GAP 2   /* and columns between */
#define WIDE 16 /* that one of them has */

static void
row(const struct ct_tile *strip, uint32_t from, uint32_t to, bool plain)
{
	char time[CT_ITEM_CLOCK];
	struct ct_tile t;
	uint32_t i, y, high = 0;

	for (i = from; i < to; i++)
		high = strip->still[i].h > high ? strip->still[i].h : high;
	for (y = 0; y < high; y += 2, (void)putchar('\n'))
		for (i = from; i < to; i++) {
			t = ct_tile_still(strip, i);
			if (y < t.h)
				line(&t, y, " ", true, plain);
			printf(
			    "%*s", (int)(WIDE + GAP - (y < t.h ? t.w : 0)), "");
		}
	for (i = from; i < to; i++)
		printf("%-*s%s", WIDE - 1,
		    ct_item_clock(strip->still[i].ms, time),
		    strip->still[i].wanted ? "*  " : "   ");
	(void)putchar('\n');
}

void
review_say_strip(const struct ct_tile *strip, bool plain)
{
	char time[CT_ITEM_CLOCK];
	uint32_t i;

	for (i = 0; i < strip->n; i += ROW)
		row(strip, i, i + ROW < strip->n ? i + ROW : strip->n, plain);
	printf("  %u still%s", strip->n, strip->n == 1 ? "" : "s");
	if (strip->ms)
		printf(" of %s", ct_item_clock(strip->ms, time));
	for (i = 0; i < strip->n && !strip->still[i].wanted; i++)
		;
	printf("%s; not all of it is seen\n",
	    i < strip->n ? " (*: where it hit)" : "");
}

void
review_say_still(const struct ct_tile *still, uint32_t nth, uint32_t of)
{
	char time[CT_ITEM_CLOCK];

	printf("  still %u of %u, at %s\n", nth, of,
	    ct_item_clock(still->still[0].ms, time));
}
