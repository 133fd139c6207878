/* rec_text.c - records as text: the ct_text of rec.h */
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "rec.h"
#include "rec_lines.h"

#define FIRST ((size_t)128 << 10) /* bytes to begin with */

static void
room(struct ct_text *t, size_t more)
{
	if (t->cap - t->len >= more)
		return;
	while (t->cap - t->len < more)
		t->cap = t->cap ? 2 * t->cap : FIRST;
	t->s = ct_grow(t->s, t->cap, 1);
}

void
ct_text_add(struct ct_text *t, const void *bytes, size_t len)
{
	room(t, len);
	if (len)
		memcpy(t->s + t->len, bytes, len);
	t->len += len;
}

void
ct_text_free(struct ct_text *t)
{
	free(t->s);
	*t = (struct ct_text){ .s = NULL };
}

/* jansson leaves DEL and the C1 controls as they are; terminals obey them. */
void
rec_text_tame(struct ct_text *text, const char *bytes, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	char esc[6] = { '\\', 'u', '0', '0', 0, 0 };
	size_t i, skip;
	unsigned char c = 0;

	for (i = 0; i < len; i += skip) {
		for (skip = i; skip < len; skip++) {
			c = (unsigned char)bytes[skip];
			if (c == 0x7f || c == 0xc2)
				break;
		}
		ct_text_add(text, bytes + i, skip - i);
		i = skip;
		if (i == len)
			break;
		skip = 1;
		if (c == 0xc2 && i + 1 < len &&
		    (unsigned char)bytes[i + 1] < 0xa0) {
			c = (unsigned char)bytes[i + 1];
			skip = 2;
		}
		if (skip == 2 || c == 0x7f) {
			esc[4] = hex[c >> 4];
			esc[5] = hex[c & 15];
			ct_text_add(text, esc, sizeof esc);
		} else {
			ct_text_add(text, bytes + i, 1);
		}
	}
}

static int
dump(const char *text, size_t len, void *arg)
{
	rec_text_tame(arg, text, len);
	return 0;
}

int
ct_text_rec(struct ct_text *t, const json_t *rec)
{
	size_t start = t->len;

	if (json_dump_callback(rec, dump, t, JSON_COMPACT) == 0)
		return 0;
	t->len = start;
	return -1;
}

void
ct_text_more(struct ct_text *t, const char *line, size_t len, bool bare,
    const char *more, size_t n)
{
	while (line[len - 1] != '}') /* it parsed: there is one */
		len--;
	room(t, len + n + 1);
	ct_text_add(t, line, len - 1);
	ct_text_add(t, ",", !bare);
	ct_text_add(t, more, n);
	ct_text_add(t, "}", 1);
}

int
rec_text_grown(struct ct_text *t, const char *line, size_t len,
    const json_t *rec, size_t had)
{
	struct ct_text news = { .s = NULL };
	json_t *more = json_object(), *value;
	const char *key;
	size_t n = 0;
	int bad;

	json_object_foreach((json_t *)(uintptr_t)rec, key,
	    value) if (n++ >= had)(void) json_object_set(more, key, value);
	bad = n > had ? ct_text_rec(&news, more) : 0;
	if (n <= had)
		ct_text_add(t, line, len);
	else if (!bad)
		ct_text_more(t, line, len, had == 0, news.s + 1, news.len - 2);
	json_decref(more);
	ct_text_free(&news);
	return bad;
}

/* What rec_text_tame makes of these bytes, counted. */
static int
measure(const char *text, size_t len, void *arg)
{
	const unsigned char *c = (const unsigned char *)text;
	size_t i, *n = arg;

	*n += len;
	for (i = 0; i < len; i++)
		if (c[i] == 0x7f)
			*n += 5;
		else if (c[i] == 0xc2 && i + 1 < len && c[i + 1] < 0xa0)
			*n += 4;
	return 0;
}

size_t
ct_rec_size(const json_t *rec)
{
	size_t n = 0;

	(void)json_dump_callback(
	    rec, measure, &n, JSON_COMPACT | JSON_ENCODE_ANY);
	return n;
}

char *
ct_rec_dump(const json_t *rec, size_t *len)
{
	struct ct_text text = { .s = NULL };

	if (ct_text_rec(&text, rec) < 0)
		ct_die(CT_SOFTWARE, "cannot encode a record");
	*len = text.len;
	ct_text_add(&text, "", 1);
	return text.s;
}
