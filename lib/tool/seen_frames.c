/* seen_frames.c - what is kept of a video's frames: taken, packed, as text */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "seen_impl.h"

/* ---- packed ----------------------------------------------------------------
 */

static const uint8_t zero[8];

size_t
seen_frames_size(uint32_t n)
{
	return sizeof(struct seen_film) +
	    n * (sizeof(uint64_t) + CT_HASH_LEN + (size_t)1) + -n % 8;
}

void
seen_frames_pack(struct ct_text *t, const struct seen_film *film,
    const struct ct_vpdq_frame *f)
{
	uint32_t i, n = film->n;

	ct_text_add(t, film, sizeof *film);
	for (i = 0; i < n; i++)
		ct_text_add(t, &f[i].ms, sizeof f[i].ms);
	for (i = 0; i < n; i++)
		ct_text_add(t, f[i].hash, CT_HASH_LEN);
	for (i = 0; i < n; i++)
		ct_text_add(t, &f[i].quality, 1);
	ct_text_add(t, zero, -n % 8);
}

void
seen_frames_add(struct ct_text *text, const struct seen_frames *f)
{
	uint32_t n = f->film.n;

	ct_text_add(text, &f->film, sizeof f->film);
	if (!n)
		return;
	ct_text_add(text, f->ms, n * sizeof *f->ms);
	ct_text_add(text, f->hash, (size_t)n * CT_HASH_LEN);
	ct_text_add(text, f->quality, n);
	ct_text_add(text, zero, -n % 8);
}

bool
seen_frames_of(struct seen_frames *f, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	if (len < sizeof f->film)
		return false;
	memcpy(&f->film, p, sizeof f->film);
	if (f->film.n > SEEN_MOST || len != seen_frames_size(f->film.n))
		return false;
	f->ms = (const void *)(p + sizeof f->film);
	f->hash = p + sizeof f->film + f->film.n * sizeof *f->ms;
	f->quality = f->hash + (size_t)f->film.n * CT_HASH_LEN;
	return true;
}

/* ---- of a record -----------------------------------------------------------
 */

/* Bytes of a word that stands in a text as it is; 0: it does not. */
static size_t
plain(const char *word, size_t most)
{
	size_t n = strnlen(word, most), i;

	for (i = 0; i < n; i++)
		if (!strchr(
			"abcdefghijklmnopqrstuvwxyz0123456789./_-", word[i]))
			return 0;
	return n;
}

/* Would they be too much in a record? */
static bool
too_many(const struct ct_vpdq *v)
{
	char item[CT_VPDQ_LINE];
	size_t i, len = 0;

	for (i = 0; i < v->n && len <= SEEN_TEXT; i++)
		len += ct_vpdq_item(&v->frame[i], item) + 1;
	return v->n > SEEN_MOST || len > SEEN_TEXT;
}

/* How it is turned, as a flag; what is no quarter turns nothing. */
static uint8_t
turned(const json_t *rec)
{
	const json_int_t n = json_integer_value(ct_rec_get(rec, "file.turn"));

	return n > 0 && n < 360 && n % 90 == 0 ? (uint8_t)(n / 90 * SEEN_TURN)
					       : 0;
}

static struct seen_film
film(const struct ct_clip_said *said, const json_t *rec)
{
	const json_t *all = ct_rec_get(rec, "hashes.vpdq_frames");
	json_int_t n = json_is_integer(all) ? json_integer_value(all) : -1;
	struct seen_film f = { .n = (uint32_t)said->frames.n,
		.all =
		    n >= 0 && n < SEEN_NO_NUMBER ? (uint32_t)n : SEEN_NO_NUMBER,
		.cover =
		    said->cover < 0 ? SEEN_NO_COVER : (uint16_t)said->cover,
		.flags = turned(rec) };

	if (ct_rec_get(rec, "hashes.tmk"))
		f.flags |= SEEN_TMK;
	if (said->method && strlen(said->method) < sizeof f.method)
		memcpy(f.method, said->method,
		    plain(said->method, sizeof f.method));
	return f;
}

int
seen_frames_take(struct seen_taking *t, const json_t *rec, struct ct_err *err)
{
	int rc = ct_clip_said(&t->said, rec, err);
	const struct ct_vpdq *v = &t->said.frames;
	struct seen_film f;

	if (rc > CT_NO)
		return rc;
	if ((rc == CT_NO && !ct_rec_get(rec, "hashes.tmk")) || too_many(v))
		return CT_NO;
	f = film(&t->said, rec);
	t->room.len = 0;
	seen_frames_pack(&t->room, &f, v->frame);
	(void)seen_frames_of(&t->frames, t->room.s, t->room.len);
	return 0;
}

void
seen_taking_free(struct seen_taking *t)
{
	ct_vpdq_free(&t->said.frames);
	ct_text_free(&t->room);
}

/* ---- text ------------------------------------------------------------------
 */

static void
member(struct ct_text *t, const char *name, uint64_t n)
{
	char s[64];
	int len = snprintf(s, sizeof s, ",\"%s\":%" PRIu64, name, n);

	ct_text_add(t, s, (size_t)len);
}

void
seen_frames_text(struct ct_text *t, const struct seen_frames *f)
{
	static const char begin[] = "\"vpdq\":[", how[] = ",\"vpdq_method\":\"";
	size_t len = f ? plain(f->film.method, sizeof f->film.method) : 0;
	char item[CT_VPDQ_LINE];
	struct ct_vpdq_frame v = { .number = 0 };
	uint32_t i;

	ct_text_add(t, begin, sizeof begin - 1);
	for (i = 0; f && i < f->film.n; i++) {
		memcpy(v.hash, f->hash + (size_t)i * CT_HASH_LEN, CT_HASH_LEN);
		v.ms = (int64_t)f->ms[i];
		v.quality = f->quality[i];
		ct_text_add(t, ",", i > 0);
		ct_text_add(t, item, ct_vpdq_item(&v, item));
	}
	ct_text_add(t, "]", 1);
	if (!f)
		return;
	if (len) {
		ct_text_add(t, how, sizeof how - 1);
		ct_text_add(t, f->film.method, len);
		ct_text_add(t, "\"", 1);
	}
	if (f->film.cover != SEEN_NO_COVER)
		member(t, "vpdq_cover", f->film.cover);
	if (f->film.all != SEEN_NO_NUMBER)
		member(t, "vpdq_frames", f->film.all);
}
