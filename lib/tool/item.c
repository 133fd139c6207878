#include "item.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blake.h"
#include "prog.h"

#define LONG 400 /* characters of what a record says */
#define HITS 5   /* that are told */

const char *
ct_item_content(const json_t *rec)
{
	const char *sha256 = ct_rec_text(rec, "hashes.sha256");

	return sha256 ? sha256 : ct_rec_text(rec, "review.content");
}

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
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c ||
	    c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2066 && c <= 0x2069);
}

static void
clean(struct ct_text *to, const char *text, size_t most)
{
	size_t n;
	uint32_t c;

	for (; text && *text && most; most--, text += n) {
		c = next(text, &n);
		if (obeyed(c))
			ct_text_add(to, c == '\n' || c == '\t' ? " " : "?", 1);
		else
			ct_text_add(to, text, n);
	}
	if (text && *text)
		ct_text_add(to, " ...", 4);
}

char *
ct_item_clean(const char *text, size_t most)
{
	struct ct_text to = { 0 };

	clean(&to, text, most);
	ct_text_add(&to, "", 1);
	return to.s;
}

char *
ct_item_clock(int64_t ms, char text[CT_ITEM_CLOCK])
{
	const long long s = ms / 1000, h = s / 3600;
	const int tenths = (int)(ms / 100 % 10);

	if (h)
		(void)snprintf(text, CT_ITEM_CLOCK, "%lld:%02lld:%02lld.%d", h,
		    s / 60 % 60, s % 60, tenths);
	else
		(void)snprintf(text, CT_ITEM_CLOCK, "%lld:%02lld.%d", s / 60,
		    s % 60, tenths);
	return text;
}

static void
put(struct ct_text *to, const char *word)
{
	ct_text_add(to, word, strlen(word));
}

/* The text at this path of the record, behind a word of ours. */
static void
say(struct ct_text *to, const char *word, const json_t *rec, const char *path)
{
	const char *text = ct_rec_text(rec, path);

	if (!text)
		return;
	put(to, word);
	clean(to, text, LONG);
}

/* The number of this name, if it is one, between words of ours. */
static void
say_number(struct ct_text *to, const char *before, const json_t *rec,
    const char *name, const char *after)
{
	const json_t *number = json_object_get(rec, name);
	char text[24];

	if (!json_is_integer(number))
		return;
	(void)snprintf(
	    text, sizeof text, "%lld", (long long)json_integer_value(number));
	put(to, before);
	put(to, text);
	put(to, after);
}

/* ---- facts -----------------------------------------------------------------
 */

/* What was gathered is one; nothing is none. */
static void
fact(json_t *facts, const char *label, struct ct_text *text)
{
	if (text->len)
		(void)json_array_append_new(facts,
		    json_pack(
			"[s, o]", label, json_stringn(text->s, text->len)));
	text->len = 0;
}

static void
file(json_t *facts, const json_t *rec, struct ct_text *t)
{
	const json_t *f = json_object_get(rec, "file");
	char clock[CT_ITEM_CLOCK];

	if (!json_is_object(f))
		return;
	say(t, "", f, "mime");
	if (json_is_integer(json_object_get(f, "height"))) {
		say_number(t, ", ", f, "width", " x ");
		say_number(t, "", f, "height", "");
	}
	say_number(t, ", ", f, "size", " bytes");
	if (json_is_integer(json_object_get(f, "duration_ms"))) {
		put(t, ", ");
		put(t,
		    ct_item_clock(
			json_integer_value(json_object_get(f, "duration_ms")),
			clock));
		put(t, " long");
	}
	say(t, ", decoded: ", f, "decode");
	say(t, ", of ", rec, "object.modified");
	fact(facts, "file", t);
}

static void
matches(json_t *facts, const json_t *rec, struct ct_text *t)
{
	const json_t *hits = ct_rec_get(rec, "match.hits"), *hit;
	char more[40], clock[CT_ITEM_CLOCK];
	size_t i;

	say(t, "", rec, "match.verdict");
	fact(facts, "found", t);
	json_array_foreach(hits, i, hit)
	{
		if (i == HITS) {
			(void)snprintf(more, sizeof more, "and %zu more",
			    json_array_size(hits) - HITS);
			put(t, more);
			fact(facts, "hit", t);
			break;
		}
		say(t, "", hit, "source");
		say(t, " ", hit, "list");
		say(t, ", ", hit, "type");
		say_number(t, ", ", hit, "distance", " bits away");
		if (json_is_integer(json_object_get(hit, "at_ms"))) {
			put(t, ", at ");
			put(t,
			    ct_item_clock(json_integer_value(
					      json_object_get(hit, "at_ms")),
				clock));
		}
		say_number(
		    t, ", ", hit, "query_percent", " % of its frames and");
		say_number(t, " ", hit, "compared_percent",
		    " % of the listed video's");
		say(t, ", class ", hit, "classification");
		fact(facts, "hit", t);
	}
}

/* What classifiers said; of those that did not answer, that. */
static void
scores(json_t *facts, const json_t *rec, struct ct_text *t)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(rec, "scores"), i, one)
	{
		if (i == HITS) {
			put(t, "and more");
			fact(facts, "scored", t);
			break;
		}
		say(t, "", one, "classifier");
		if (json_is_integer(json_object_get(one, "score")))
			say_number(t, ": ", one, "score", " of 100");
		else
			say(t, ": ", one, "state");
		say(t, ", ", one, "label");
		say(t, ", ", one, "match");
		fact(facts, "scored", t);
	}
}

static void
suggested(json_t *facts, const json_t *s, struct ct_text *t)
{
	bool like = json_is_integer(json_object_get(s, "distance"));

	if (!json_is_object(s))
		return;
	say_number(t, "", s, "distance", " bits away: ");
	if (!like)
		put(t, "was decided: ");
	say(t, "", s, "verdict");
	say(t, " ", s, "class");
	say(t, ", by ", s, "by");
	say(t, ", ", s, "at");
	fact(facts, like ? "like it" : "the same", t);
}

static void
people(json_t *facts, const json_t *rec, struct ct_text *t)
{
	const json_t *why, *reasons = ct_rec_get(rec, "review.reasons");
	size_t i;

	json_array_foreach(reasons, i, why)
	{
		say(t, "\"", why, "reason");
		say(t, "\" by ", why, "by");
		say(t, ", ", why, "at");
		fact(facts, "reported", t);
	}
	say(t, "", rec, "review.wants");
	fact(facts, "wants", t);
	suggested(facts, ct_rec_get(rec, "review.suggest"), t);
}

json_t *
ct_item_facts(const json_t *rec)
{
	struct ct_text t = { 0 };
	json_t *facts = json_array();

	file(facts, rec, &t);
	matches(facts, rec, &t);
	scores(facts, rec, &t);
	if (ct_rec_text(rec, "incident.type")) {
		say(&t, "", rec, "incident.type");
		say(&t, ", ", rec, "incident.at");
		fact(facts, "incident", &t);
	}
	say(&t, "", rec, "incident.priority");
	fact(facts, "priority", &t);
	people(facts, rec, &t);
	say(&t, "", rec, "review.viewed.level");
	fact(facts, "seen", &t);
	ct_text_free(&t);
	return facts;
}

/* ---- what it tells ---------------------------------------------------------
 */

static void
line(json_t *lines, const char *text, size_t len)
{
	char *raw = memcpy(ct_alloc(len + 1, 1), text, len), *tidy;

	tidy = ct_item_clean(raw, SIZE_MAX);
	(void)json_array_append_new(lines, json_string(tidy));
	ct_wipe(tidy, strlen(tidy));
	ct_wipe(raw, len);
	free(tidy);
	free(raw);
}

json_t *
ct_item_urls(const json_t *rec)
{
	json_t *urls = ct_rec_get(rec, "incident.url"), *url;
	json_t *lines = json_array();
	size_t i;

	if (json_is_string(urls))
		line(lines, json_string_value(urls), json_string_length(urls));
	json_array_foreach(urls, i, url)
	{
		if (json_is_string(url))
			line(lines, json_string_value(url),
			    json_string_length(url));
	}
	return lines;
}

json_t *
ct_item_lines(const json_t *rec)
{
	const char *text = ct_rec_text(rec, "incident.text"), *end;
	json_t *lines = json_array();

	for (; text && *text; text = *end ? end + 1 : end) {
		end = strchrnul(text, '\n');
		line(lines, text, (size_t)(end - text));
	}
	return lines;
}

json_t *
ct_item_exif(const json_t *rec)
{
	json_t *all = ct_rec_get(rec, "object.exif"), *value;
	json_t *lines = json_array();
	struct ct_text t = { 0 };
	const char *name;
	char *text;

	json_object_foreach(all, name, value)
	{
		text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
		clean(&t, name, LONG);
		put(&t, ": ");
		clean(&t,
		    json_is_string(value) ? json_string_value(value) : text,
		    LONG);
		(void)json_array_append_new(lines, json_stringn(t.s, t.len));
		t.len = 0;
		free(text);
	}
	ct_text_free(&t);
	return lines;
}

bool
ct_item_tells(const json_t *rec)
{
	json_t *urls = ct_item_urls(rec);
	bool any =
	    ct_rec_text(rec, "incident.text") || json_array_size(urls) > 0;

	json_decref(urls);
	return any;
}
