/* source_record.c - a record of a feed, into the list */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "source_feed.h"

int
ct_feed_put(struct ct_feed *f, const struct ct_entry *e, struct ct_err *err)
{
	if (!ct_entry_fits(e))
		return ct_feed_reject(f, NULL, "too long", err);
	f->src->put++;
	return ct_list_put(f->src->db, e, f->state.generation, false, err);
}

int
ct_feed_gone(struct ct_feed *f, const struct ct_entry *e, struct ct_err *err)
{
	if (!ct_entry_fits(e))
		return ct_feed_reject(f, NULL, "too long", err);
	return ct_list_doom(f->src->db, e, &f->src->gone, err);
}

int
ct_feed_put_whole(struct ct_feed *f, const char *whole,
    const struct ct_entry *e, size_t n, struct ct_err *err)
{
	const struct ct_entry name = {
		.member = "", .entry = whole, .content = ""
	};
	size_t i;

	for (i = 0; i < n && ct_entry_fits(&e[i]); i++)
		;
	if (i < n || !ct_entry_fits(&name))
		return ct_feed_reject(f, whole, "too long", err);
	f->src->put += (int64_t)n;
	return ct_list_put_whole(f->src->db, whole, e->at, e, n,
	    f->state.generation, &f->src->gone, err);
}

int
ct_feed_reject(
    struct ct_feed *f, const char *id, const char *why, struct ct_err *err)
{
	char where[64], name[128];

	(void)snprintf(
	    where, sizeof where, "page %zu record %zu", f->pages, f->at);
	if (id)
		(void)snprintf(name, sizeof name, "%.120s", id);
	return ct_source_reject(f->src, where, id ? name : NULL, why, err);
}

const char *
ct_feed_text(const json_t *v, char room[32])
{
	const char *s = json_string_value(v);

	if (s && strlen(s) == json_string_length(v))
		return s;
	if (!json_is_integer(v))
		return NULL;
	(void)snprintf(room, 32, "%lld", (long long)json_integer_value(v));
	return room;
}

const char *
ct_feed_get(const json_t *rec, const char *name, char room[32])
{
	return ct_feed_text(json_object_get(rec, name), room);
}

int64_t
ct_feed_ms(const json_t *v)
{
	double s;

	if (json_is_string(v)) {
		char *end;
		const char *text = json_string_value(v);

		s = strtod(text, &end);
		if (end == text || *end)
			return -1;
	} else if (json_is_number(v)) {
		s = json_number_value(v);
	} else {
		return -1;
	}
	/* up to the year 9999 */
	return s >= 0 && s < 253402300800.0 ? (int64_t)(s * 1000 + 0.5) : -1;
}

void
ct_feed_type(char out[CT_SIGNAL_TYPE], const char *text)
{
	size_t n = 0;

	for (; *text && n < CT_SIGNAL_TYPE - 1; text++)
		out[n++] = isalnum((unsigned char)*text)
		    ? (char)tolower((unsigned char)*text)
		    : '_';
	out[n] = '\0';
	if (strcmp(out, "photodna") == 0)
		memcpy(out, "pdna", sizeof "pdna");
	else if (strcmp(out, "tmk") == 0)
		memcpy(out, "tmk_pdqf", sizeof "tmk_pdqf");
	else if (strcmp(out, "uri") == 0 || strcmp(out, "raw_uri") == 0)
		memcpy(out, "url", sizeof "url");
}

void
ct_feed_warn(struct ct_feed *f, int n, const char *what)
{
	if (!f->told[n])
		ct_warn("%s: %s", f->src->name, what);
	f->told[n] = true;
}
