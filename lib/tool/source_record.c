/* source_record.c - a record of a feed, into the list */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "prog.h"
#include "source_feed.h"
#include "tmk.h"
#include "vpdq.h"

#define PLAIN 12 /* bytes of a .tmk that ThreatExchange has as they are */

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

/* ---- large ones ------------------------------------------------------------
 */

static int
keep(struct ct_feed *f, const char *type, const void *bytes, size_t len,
    struct ct_signal *sig, const char **why, struct ct_err *err)
{
	int rc;

	*why = ct_large_refused(type, bytes, len);
	if (*why)
		return 0;
	*sig = (struct ct_signal){ .opinion = "positive" };
	(void)strncpy(sig->type, type, sizeof sig->type - 1);
	sig->len = CT_LARGE_DIGEST;
	sig->hash = ct_alloc(CT_LARGE_DIGEST, 1);
	rc = ct_large_put(f->src->db, type, bytes, len, sig->hash, err);
	if (rc) {
		free(sig->hash);
		sig->hash = NULL;
	}
	return rc;
}

/* The bytes of a .tmk, in room for them; false: it is another text. */
static bool
tmk_of(const char *text, uint8_t *out)
{
	size_t len = strlen(text), n, plain = 0;

	if (len == PLAIN + 1 + CT_BASE64_LEN(CT_TMK_LEN - PLAIN) &&
	    text[PLAIN] == '|') {
		plain = PLAIN;
		memcpy(out, text, PLAIN);
		text += PLAIN + 1;
		len -= PLAIN + 1;
	} else if (len != CT_BASE64_LEN(CT_TMK_LEN)) {
		return false;
	}
	return ct_unbase64(text, len, out + plain, &n) &&
	    plain + n == CT_TMK_LEN;
}

/* An array becomes lines, so that the same frames are the same file. */
static int
frames(struct ct_feed *f, const char *text, struct ct_signal *sig,
    const char **why, struct ct_err *err)
{
	char *lines;
	size_t len;
	int rc;

	if (text[strspn(text, " \t\r\n")] != '[')
		return keep(f, CT_CLIP_VPDQ, text, strlen(text), sig, why, err);
	*why = "damaged";
	if (!ct_large_lines(text, strlen(text), &lines, &len))
		return 0;
	rc = keep(f, CT_CLIP_VPDQ, lines, len, sig, why, err);
	free(lines);
	return rc;
}

int
ct_feed_signal(struct ct_feed *f, const char *type, const char *text,
    struct ct_signal *sig, const char **why, struct ct_err *err)
{
	uint8_t *bytes;
	bool is;
	int rc;

	*sig = (struct ct_signal){ 0 };
	*why = NULL;
	if (strcmp(type, CT_CLIP_VPDQ) == 0)
		return frames(f, text, sig, why, err);
	if (strcmp(type, "tmk_pdqf") != 0) {
		*why = ct_signal_parse(sig, type, text);
		return 0;
	}
	bytes = ct_alloc(CT_TMK_LEN + 3, 1);
	is = tmk_of(text, bytes);
	rc = is ? keep(f, CT_CLIP_TMK, bytes, CT_TMK_LEN, sig, why, err) : 0;
	free(bytes);
	if (is)
		return rc;
	ct_feed_warn(f, 3,
	    "there are TMK+PDQF hashes in a form that this program does not"
	    " know: kept, not matched");
	*why = ct_signal_parse(sig, type, text);
	return 0;
}
