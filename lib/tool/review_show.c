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
lines(const char *before, json_t *all)
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
	lines("url       ", ct_item_urls(rec));
	lines("| ", ct_item_lines(rec));
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

void
review_say_tile(const struct ct_tile *t, bool small, bool plain)
{
	uint32_t x, y, step = small ? 2 : 1;
	const uint8_t *p, *below;
	int grey, last;

	for (y = 0; y < t->h; y += step) {
		p = t->pixels + (size_t)y * t->w;
		below = small && y + 1 < t->h ? p + t->w : p;
		for (last = -1, x = 0; x < t->w; x++) {
			grey = (p[x] + below[x]) / 2;
			block(grey, last, small ? " " : "  ", plain);
			last = grey * RAMP / 256;
		}
		(void)fputs(plain ? "\n" : "\033[0m\n", stdout);
	}
}
