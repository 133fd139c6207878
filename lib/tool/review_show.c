/* review_show.c - items and pictures on a terminal */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "review_face.h"

#define LONG 400     /* characters of what a record says */
#define ID_MOST 1000 /* and of its id */
#define HITS 5       /* that are shown */
/* greys of a terminal of 256 colours */
#define FIRST 232
#define RAMP 24

/* ---- text ------------------------------------------------------------------
 */

/* The next character of UTF-8, and how many bytes it has. */
static uint32_t
next(const char *s, size_t *n)
{
	const unsigned char *p = (const unsigned char *)s;
	uint32_t c = p[0];
	size_t more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;

	*n = 1;
	c &= more == 3 ? 7 : more == 2 ? 15 : more == 1 ? 31 : 127;
	while (more-- && (p[*n] & 0xc0) == 0x80)
		c = c << 6 | (p[(*n)++] & 63);
	return c;
}

/* Would a terminal obey it, or turn the line round? */
static bool
obeyed(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x200e ||
	    c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2066 && c <= 0x2069);
}

void
review_say(const char *text, size_t most)
{
	size_t n;
	uint32_t c;

	for (; text && *text && most; most--, text += n) {
		c = next(text, &n);
		if (obeyed(c))
			(void)putchar(c == '\n' || c == '\t' ? ' ' : '?');
		else
			(void)fwrite(text, 1, n, stdout);
	}
	if (text && *text)
		(void)fputs(" ...", stdout);
}

/* The text at this path of the record, behind a word of ours. */
static void
say(const char *word, const json_t *rec, const char *path)
{
	const char *text = ct_rec_text(rec, path);

	if (!text)
		return;
	printf("%s", word);
	review_say(text, LONG);
}

static void
label(const char *name)
{
	printf("  %-10s", name);
}

/* ---- an item ---------------------------------------------------------------
 */

static void
file(const json_t *rec)
{
	const json_t *f = json_object_get(rec, "file");

	if (!json_is_object(f))
		return;
	label("file");
	say("", f, "mime");
	if (json_is_integer(json_object_get(f, "width")))
		printf(", %lld x %lld",
		    (long long)json_integer_value(json_object_get(f, "width")),
		    (long long)json_integer_value(
			json_object_get(f, "height")));
	if (json_is_integer(json_object_get(f, "size")))
		printf(", %lld bytes",
		    (long long)json_integer_value(json_object_get(f, "size")));
	say(", decoded: ", f, "decode");
	say(", of ", rec, "object.modified");
	(void)putchar('\n');
}

static void
matches(const json_t *rec)
{
	const json_t *hits = ct_rec_get(rec, "match.hits"), *hit;
	size_t i;

	say("  found     ", rec, "match.verdict");
	if (ct_rec_text(rec, "match.verdict"))
		(void)putchar('\n');
	json_array_foreach(hits, i, hit)
	{
		if (i == HITS) {
			printf("            and %zu more\n",
			    json_array_size(hits) - HITS);
			break;
		}
		say("            ", hit, "source");
		say(" ", hit, "list");
		say(", ", hit, "type");
		if (json_is_integer(json_object_get(hit, "distance")))
			printf(", %lld bits away",
			    (long long)json_integer_value(
				json_object_get(hit, "distance")));
		say(", class ", hit, "classification");
		(void)putchar('\n');
	}
}

/* What classifiers said; of those that did not answer, that. */
static void
scores(const json_t *rec)
{
	const json_t *one, *score;
	size_t i;

	json_array_foreach(json_object_get(rec, "scores"), i, one)
	{
		if (i == HITS) {
			printf("            and more\n");
			break;
		}
		score = json_object_get(one, "score");
		say("  scored    ", one, "classifier");
		if (json_is_integer(score))
			printf(": %lld of 100",
			    (long long)json_integer_value(score));
		else
			say(": ", one, "state");
		say(", ", one, "label");
		say(", ", one, "match");
		(void)putchar('\n');
	}
}

static void
people(const json_t *rec)
{
	const json_t *why, *reasons = ct_rec_get(rec, "review.reasons");
	const json_t *s = ct_rec_get(rec, "review.suggest"), *d;
	size_t i;

	json_array_foreach(reasons, i, why)
	{
		say("  reported  \"", why, "reason");
		say("\" by ", why, "by");
		say(", ", why, "at");
		(void)putchar('\n');
	}
	if (ct_rec_text(rec, "review.wants")) {
		say("  wants     ", rec, "review.wants");
		(void)putchar('\n');
	}
	if (!json_is_object(s))
		return;
	d = json_object_get(s, "distance");
	if (d)
		printf("  like it   %lld bits away: ",
		    (long long)json_integer_value(d));
	else
		printf("  the same  was decided: ");
	say("", s, "verdict");
	say(" ", s, "class");
	say(", by ", s, "by");
	say(", ", s, "at");
	(void)putchar('\n');
}

void
review_say_item(const json_t *rec, size_t nth, size_t of)
{
	printf("\nitem %zu of %zu: ", nth, of);
	review_say(ct_rec_text(rec, "id"), ID_MOST);
	(void)putchar('\n');
	file(rec);
	matches(rec);
	scores(rec);
	if (ct_rec_text(rec, "incident.type")) {
		say("  incident  ", rec, "incident.type");
		say(", ", rec, "incident.at");
		(void)putchar('\n');
	}
	if (ct_rec_text(rec, "incident.priority")) {
		say("  priority  ", rec, "incident.priority");
		(void)putchar('\n');
	}
	people(rec);
	say("  seen      ", rec, "review.viewed.level");
	(void)putchar('\n');
}

bool
review_say_content(const json_t *rec)
{
	const char *text = ct_rec_text(rec, "incident.text"), *end;
	const json_t *urls = ct_rec_get(rec, "incident.url"), *url;
	bool any = text != NULL;
	char *line;
	size_t i;

	if (json_is_string(urls)) {
		say("  url       ", rec, "incident.url");
		(void)putchar('\n');
		any = true;
	}
	json_array_foreach(urls, i, url)
	{
		printf("  url       ");
		review_say(json_string_value(url), SIZE_MAX);
		(void)putchar('\n');
		any = true;
	}
	for (; text && *text; text = *end ? end + 1 : end) {
		end = strchrnul(text, '\n');
		line = strndup(text, (size_t)(end - text));
		printf("  | ");
		review_say(line, SIZE_MAX);
		(void)putchar('\n');
		free(line);
	}
	return any;
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
