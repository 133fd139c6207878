/* Any bytes as a manifest, as a file of rows and as a log of a store, their
 * checksums made good: nothing outside is read, and what is found is there. */
#include "fuzz.h"

#include "seen_impl.h"
#include "set.h"

#define STORE 7
#define ID 3

static const char *const keys[] = { "", "a", "s3://m/00001", "\xff\xff" };

static void
seek(struct seen_cursor *c, const void *key, size_t len)
{
	struct ct_err err = { 0 };

	if (seen_seek(c, key, len, &err) == 0 && c->row < c->s->rows)
		must(c->len <= CT_SEEN_ID);
}

static void
use_rows(const struct seen_segment *s)
{
	struct seen_cursor *c = calloc(1, sizeof *c);
	struct ct_text text = { 0 };
	struct ct_err err = { 0 };
	struct seen_frames f;
	struct seen_row row;
	size_t i;
	int rc;

	must(c);
	(void)seen_segment_check(s, &err);
	c->s = s;
	for (rc = seen_first(c, &err); !rc && c->row < s->rows;
	     rc = seen_next(c, &err)) {
		seen_segment_row(s, c->row, &row);
		text.len = 0;
		seen_row_id(&text, &row, (const char *)c->key, c->len);
		seen_row_text(&text, &row,
		    seen_segment_frames(s, c->row, &f) ? &f : NULL);
	}
	memset(c, 0, sizeof *c);
	c->s = s;
	c->sound = true;
	for (rc = seen_first(c, &err); !rc && c->row < s->rows;
	     rc = seen_next(c, &err))
		(void)seen_sound_rows(s, c->row, 1);
	memset(c, 0, sizeof *c);
	c->s = s;
	for (i = 0; i < sizeof keys / sizeof *keys; i++)
		seek(c, keys[i], strlen(keys[i]));
	for (i = s->rows; i-- && i + 70 > s->rows;)
		if (seen_go(c, i, &err) == 0)
			must(c->row == i);
	memset(c, 0, sizeof *c);
	c->s = s;
	for (i = sizeof keys / sizeof *keys; i--;)
		seek(c, keys[i], strlen(keys[i]));
	ct_text_free(&text);
	free(c);
}

/* The sum of every chunk, where a file of this length could have them. */
static void
sums(uint8_t *p, size_t len, const struct seen_head *h)
{
	const struct seen_section *c =
	    &h->column[h->version == 1 ? SEEN_FILM : SEEN_SUM];
	uint64_t at, n, from = SEEN_HEAD, sum;

	if (c->offset > len || c->offset < SEEN_HEAD || c->offset % 8)
		return;
	for (at = 0; at < c->offset; at += SEEN_CHUNK, from = at) {
		n = at + SEEN_CHUNK < c->offset ? SEEN_CHUNK : c->offset - at;
		sum = ct_set_sum(p + from, at + n - from);
		if (c->offset + at / SEEN_CHUNK * 8 + 8 <= len)
			memcpy(p + c->offset + at / SEEN_CHUNK * 8, &sum, 8);
	}
}

static void
rows(void *bytes, size_t len)
{
	struct seen_head *h = bytes;
	struct seen_segment s;
	struct ct_err err = { 0 };

	if (len >= sizeof *h) {
		memcpy(h->magic, "ct-seen1", 8);
		h->version = h->version == 1 ? 1 : CT_SEEN_VERSION;
		h->probe = 0x01020304;
		h->bytes = len;
		h->sum = ct_set_sum(h, sizeof *h - 8);
		sums(bytes, len, h);
	}
	if (seen_segment_take(&s, bytes, len, &err) == 0)
		use_rows(&s);
	else
		must(err.code == CT_DATAERR);
}

/* Every entry that could be one, its sum made good. */
static void
mend(uint8_t *p, size_t len)
{
	size_t at = sizeof(struct seen_log_head), to;
	struct seen_frames f;
	bool film;
	struct seen_entry *e;
	struct ct_text text = { 0 };

	while (len - at > sizeof *e) {
		e = (struct seen_entry *)(p + at);
		to = sizeof *e + (e->key_len + (size_t)7) / 8 * 8;
		if (!e->key_len || e->key_len > CT_SEEN_ID || to > len - at)
			break;
		film = e->row.info.film && e->len <= len - at && e->len > to &&
		    seen_frames_of(&f, (uint8_t *)e + to, e->len - to);
		text.len = 0;
		seen_log_add(&text, STORE, ID, (const uint8_t *)(e + 1),
		    e->key_len, &e->row, film ? &f : NULL);
		memcpy(e, text.s, text.len);
		at += text.len;
	}
	ct_text_free(&text);
}

static void
log_of(void *bytes, size_t len)
{
	struct seen_log_head *h = bytes;
	struct seen_log log = { .map = NULL };
	struct ct_err err = { 0 };
	const struct seen_entry *e;
	struct ct_text text = { 0 };
	struct seen_frames f;
	size_t i, at;

	if (len >= sizeof *h) {
		memcpy(h->magic, "ct-seenl", 8);
		h->version = CT_SEEN_VERSION;
		h->probe = 0x01020304;
		h->store = STORE;
		h->id = ID;
		h->sum = ct_set_sum(h, sizeof *h - 8);
		mend(bytes, len);
	}
	if (seen_log_take(&log, bytes, len, STORE, ID, &err) == 0) {
		must(log.good <= len && log.n <= log.entries);
		for (i = 0; i < log.n; i++) {
			e = log.entry[i];
			at = seen_log_seek(
			    &log, 0, seen_entry_key(e), e->key_len);
			must(at == i);
			text.len = 0;
			if (seen_log_frames(e, &f))
				seen_frames_text(&text, &f);
			must(seen_log_seek(
				 &log, i, seen_entry_key(e), e->key_len) == i);
		}
	} else {
		must(err.code == CT_DATAERR);
	}
	ct_text_free(&text);
	free(log.entry);
}

static void
manifest(const void *bytes, size_t len)
{
	struct seen_manifest m, got;
	struct ct_err err = { 0 };

	if (len > sizeof m)
		len = sizeof m;
	memset(&m, 0, sizeof m);
	memcpy(&m, bytes, len);
	(void)seen_manifest_parse(&got, bytes, len, &err);
	memcpy(m.magic, "ct-seenm", 8);
	m.version = CT_SEEN_VERSION;
	m.probe = 0x01020304;
	m.sum = ct_set_sum(&m, sizeof m - 8);
	if (seen_manifest_parse(&got, &m, sizeof m, &err) == 0)
		must(got.n <= SEEN_SEGMENTS);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint64_t *room = calloc(len / 8 + 1, 8);

	must(room);
	if (len)
		memcpy(room, data, len);
	manifest(room, len);
	rows(room, len);
	if (len)
		memcpy(room, data, len);
	log_of(room, len);
	free(room);
	return 0;
}
