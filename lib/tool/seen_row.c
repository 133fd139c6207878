/* seen_row.c - what a record says of an object, and a row as a record */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "hex.h"
#include "prog.h"
#include "scan.h"
#include "seen_impl.h"

static const char *const hashes[SEEN_HASHES] = { "md5", "sha1", "sha256",
	"pdq" };

/* By their number in a row, which never changes; 0: not told, or another. */
static const char *const decodes[] = { NULL, "ok", "partial", "corrupt",
	"unsupported", "too-large", "too-many-pixels", "too-many-scans",
	"too-many-frames", "out-of-memory", "timeout", "decoder-crash",
	"sandbox-violation" };
#define DECODES (sizeof decodes / sizeof *decodes)
#define UNKNOWN 255 /* a word that is not here: told as corrupt */

static const char *const mimes[] = { NULL, "application/octet-stream",
	"image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp",
	"image/tiff", "image/heic", "image/avif", "video/mp4",
	"video/quicktime", "video/x-matroska", "image/jxl", "image/jp2",
	"image/heic-sequence", "video/3gpp", "video/3gpp2", "video/x-msvideo",
	"video/mpeg", "video/mp2t", "video/x-flv", "video/x-ms-asf",
	"video/ogg", "application/vnd.rn-realmedia", "application/mxf",
	"video/dv", "video/x-ivf", "video/x-nut" };
#define MIMES (sizeof mimes / sizeof *mimes)

/* ---- a line of a listing, or of what came of it ----------------------------
 */

enum {
	W_ERROR,
	W_ID,
	W_LISTED,
	W_OBJECT,
	W_ETAG,
	W_BYTES,
	W_MODIFIED,
	W_GONE,
	WANTS
};

struct seen_scan {
	struct ct_scan scan;
};

struct seen_scan *
seen_scan_new(void)
{
	static const char *const paths[WANTS] = { "error", "id", "listed",
		"object", "object.etag", "object.bytes", "object.modified",
		"object.gone" };
	struct seen_scan *s = ct_alloc(1, sizeof *s);

	ct_scan_want(&s->scan, paths, WANTS);
	return s;
}

void
seen_scan_free(struct seen_scan *s)
{
	free(s);
}

static int
sized(const struct seen_said *said, struct ct_err *err)
{
	if (!said->id || !said->id_len)
		return ct_fail(err, CT_DATAERR, "id is not a string");
	if (said->id_len > CT_SEEN_ID)
		return ct_fail(
		    err, CT_DATAERR, "id is over %d bytes", CT_SEEN_ID);
	return 0;
}

static const char *
text(const json_t *o, size_t *len)
{
	*len = json_string_length(o);
	return json_string_value(o);
}

static int
say_rec(const json_t *rec, struct seen_said *said, struct ct_err *err)
{
	const json_t *listed = json_object_get(rec, "listed");
	const json_t *object = json_object_get(rec, "object"), *bytes;

	*said = (struct seen_said){ .bytes = -1 };
	if (listed) {
		said->listed = true;
		said->id = text(listed, &said->id_len);
		return sized(said, err);
	}
	said->id = text(json_object_get(rec, "id"), &said->id_len);
	if (object && !json_is_object(object))
		return ct_fail(err, CT_DATAERR, "object is not an object");
	said->etag = text(json_object_get(object, "etag"), &said->etag_len);
	said->modified =
	    text(json_object_get(object, "modified"), &said->modified_len);
	bytes = json_object_get(object, "bytes");
	if (json_is_integer(bytes) && json_integer_value(bytes) >= 0)
		said->bytes = json_integer_value(bytes);
	said->gone = json_is_true(json_object_get(object, "gone"));
	return sized(said, err);
}

/* What the scan got; false: it is to be parsed. */
static bool
say_line(const struct seen_scan *s, const struct ct_line *line,
    struct seen_said *said)
{
	struct ct_scan_got g[WANTS];

	if (ct_scan(&s->scan, line->line, line->len, g) < 1 ||
	    g[W_ERROR].kind || g[W_LISTED].kind ||
	    g[W_ID].kind != CT_SCAN_STRING || !g[W_ID].len ||
	    g[W_ID].len > CT_SEEN_ID ||
	    (g[W_OBJECT].kind && g[W_OBJECT].kind != CT_SCAN_OBJECT))
		return false;
	said->listed = false;
	said->id = g[W_ID].text;
	said->id_len = g[W_ID].len;
	said->etag = g[W_ETAG].text;
	said->etag_len = g[W_ETAG].kind == CT_SCAN_STRING ? g[W_ETAG].len : 0;
	said->modified = g[W_MODIFIED].text;
	said->modified_len =
	    g[W_MODIFIED].kind == CT_SCAN_STRING ? g[W_MODIFIED].len : 0;
	said->bytes =
	    g[W_BYTES].kind == CT_SCAN_INTEGER && g[W_BYTES].number >= 0
	    ? g[W_BYTES].number
	    : -1;
	said->gone = g[W_GONE].kind == CT_SCAN_TRUE;
	return true;
}

int
seen_say(const struct seen_scan *s, struct ct_line *line,
    struct seen_said *said, struct ct_err *err)
{
	int rc;

	if (say_line(s, line, said))
		return 0;
	rc = ct_line_rec(line, err);
	return rc ? rc : say_rec(line->rec, said, err);
}

/* ---- a row ----------------------------------------------------------------
 */

/* The number of a word; other: of one that is not there. */
static unsigned
number_of(const char *word, const char *const *words, size_t n, unsigned other)
{
	unsigned i;

	for (i = 1; word && i < n; i++)
		if (strcmp(word, words[i]) == 0)
			return i;
	return word ? other : 0;
}

static int
take_hashes(struct seen_row *row, const json_t *rec, struct ct_err *err)
{
	bool any = false;
	int i, rc;

	for (i = 0; i < SEEN_HASHES; i++) {
		rc = ct_rec_hash(
		    rec, hashes[i], row->hash + seen_at[i], seen_len[i], err);
		if (rc > CT_NO)
			return rc;
		if (rc == CT_NO)
			continue;
		any = true;
		row->info.flags = (uint16_t)(row->info.flags | SEEN_HAS << i);
	}
	return any ? 0
		   : ct_fail(err, CT_DATAERR,
			 "it has no hash that could be kept: it was not read");
}

static uint16_t
take_path(const json_t *rec)
{
	const char *id = ct_rec_text(rec, "id");
	const char *path = ct_rec_text(rec, "path");
	const char *coded = ct_rec_text(rec, "path_b64");

	if (path && strcmp(path, id) == 0)
		return SEEN_PATH;
	return coded && strncmp(id, "b64:", 4) == 0 &&
		strcmp(coded, id + 4) == 0
	    ? SEEN_PATH_B64
	    : 0;
}

static uint16_t
take_degenerate(const json_t *rec)
{
	const char *why = ct_rec_text(rec, "hashes.pdq_degenerate");

	if (!ct_rec_get(rec, "hashes.pdq_degenerate"))
		return 0;
	return why && strcmp(why, "tiny") == 0 ? SEEN_TINY : SEEN_DEGENERATE;
}

/* Seconds, or 0. */
static uint32_t
take_time(const char *time)
{
	int64_t ms;

	return time && ct_time_parse(time, &ms) == 0 && ms / 1000 <= UINT32_MAX
	    ? (uint32_t)(ms / 1000)
	    : 0;
}

int
seen_row_of(struct seen_row *row, const json_t *rec, struct ct_err *err)
{
	const json_t *size = ct_rec_get(rec, "file.size");
	const json_t *quality = ct_rec_get(rec, "hashes.pdq_quality");
	struct seen_info *i = &row->info;
	json_int_t n;

	*row = (struct seen_row){ .info = { .size = SEEN_UNTOLD,
				      .quality = SEEN_NO_QUALITY } };
	if (take_hashes(row, rec, err))
		return err->code;
	if (json_is_integer(size) && json_integer_value(size) >= 0)
		i->size = (uint64_t)json_integer_value(size);
	n = quality ? json_integer_value(quality) : -1;
	if (n >= 0 && n <= 100)
		i->quality = (uint8_t)n;
	i->modified = take_time(ct_rec_text(rec, "object.modified"));
	i->decode = (uint8_t)number_of(
	    ct_rec_text(rec, "file.decode"), decodes, DECODES, UNKNOWN);
	n = number_of(ct_rec_text(rec, "file.mime"), mimes, MIMES, 0);
	i->flags = (uint16_t)(i->flags | take_path(rec) | take_degenerate(rec) |
	    (ct_rec_get(rec, "hashes.vpdq") ? SEEN_FRAMES : 0) |
	    SEEN_MIME * (int)n);
	return 0;
}

/* ---- a record -------------------------------------------------------------
 */

static void
add(struct ct_text *t, const char *s)
{
	ct_text_add(t, s, strlen(s));
}

/* A text of UTF-8 in quotes, as jansson writes it. */
static void
add_string(struct ct_text *t, const char *s, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	char code[7] = "\\u00";
	size_t i, from = 0;
	unsigned char c;

	add(t, "\"");
	for (i = 0; i < len; i++) {
		c = (unsigned char)s[i];
		if (c >= ' ' && c != '"' && c != '\\')
			continue;
		ct_text_add(t, s + from, i - from);
		from = i + 1;
		if (c < ' ') {
			code[4] = digits[c >> 4];
			code[5] = digits[c & 15];
			add(t, code);
		} else {
			code[1] = (char)c;
			ct_text_add(t, code, 2);
			code[1] = 'u';
		}
	}
	ct_text_add(t, s + from, len - from);
	add(t, "\"");
}

/* "name":number behind a comma, if there are members before it in its object */
static void
add_number(struct ct_text *t, const char *name, uint64_t n)
{
	char s[64];

	(void)snprintf(s, sizeof s, "%s\"%s\":%" PRIu64,
	    t->s[t->len - 1] == '{' ? "" : ",", name, n);
	add(t, s);
}

static void
add_word(struct ct_text *t, const char *name, const char *word)
{
	add(t, t->s[t->len - 1] == '{' ? "\"" : ",\"");
	add(t, name);
	add(t, "\":\"");
	add(t, word);
	add(t, "\"");
}

static void
add_file(struct ct_text *t, const struct seen_info *i,
    const struct seen_frames *frames)
{
	size_t mime = i->flags / SEEN_MIME;

	add(t, ",\"file\":{");
	if (i->size != SEEN_UNTOLD)
		add_number(t, "size", i->size);
	if (mime && mime < MIMES)
		add_word(t, "mime", mimes[mime]);
	if (frames && seen_turn(&frames->film))
		add_number(t, "turn", seen_turn(&frames->film));
	if (i->decode)
		add_word(t, "decode",
		    i->decode < DECODES ? decodes[i->decode] : "corrupt");
	add(t, "}");
}

static void
add_hashes(struct ct_text *t, const struct seen_row *row,
    const struct seen_frames *frames)
{
	char hex[2 * 32 + 1];
	int i;

	add(t, ",\"hashes\":{");
	for (i = 0; i < SEEN_HASHES; i++)
		if (row->info.flags & SEEN_HAS << i) {
			ct_hex(row->hash + seen_at[i], seen_len[i], hex);
			add_word(t, hashes[i], hex);
		}
	if (row->info.quality <= 100)
		add_number(t, "pdq_quality", row->info.quality);
	if (row->info.flags & (SEEN_TINY | SEEN_DEGENERATE))
		add_word(t, "pdq_degenerate",
		    row->info.flags & SEEN_TINY ? "tiny" : "ties");
	/* where they are not kept, none: so that it is not clean */
	if (row->info.flags & SEEN_FRAMES) {
		add(t, t->s[t->len - 1] == '{' ? "" : ",");
		seen_frames_text(t, frames);
	}
	add(t, "}");
}

void
seen_row_id(
    struct ct_text *t, const struct seen_row *row, const char *id, size_t len)
{
	add(t, "\"id\":");
	add_string(t, id, len);
	if (row->info.flags & SEEN_PATH) {
		add(t, ",\"path\":");
		add_string(t, id, len);
	} else if (row->info.flags & SEEN_PATH_B64 && len > 4) {
		add(t, ",\"path_b64\":");
		add_string(t, id + 4, len - 4);
	}
}

void
seen_row_text(struct ct_text *t, const struct seen_row *row,
    const struct seen_frames *frames)
{
	char time[CT_TIME_LEN];

	if (row->info.modified) {
		add(t, ",\"object\":{");
		add_word(t, "modified",
		    ct_time((int64_t)row->info.modified * 1000, time));
		add(t, "}");
	}
	add_file(t, &row->info, frames);
	add_hashes(t, row, frames);
}
