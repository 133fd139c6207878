/* match_view.c - what a record says that matters to a match */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "entry.h"
#include "hex.h"
#include "match_impl.h"
#include "prog.h"

#define URLS 64 /* in a line that is not parsed */

const char *const match_types[MATCH_TYPES] = { "md5", "sha1", "sha256",
	"sha512", "pdq", "pdna", CT_CLIP_VPDQ, CT_CLIP_TMK, CT_SIGNAL_URL };

const char *const match_turns[MATCH_TURNS] = { "orig", "rot90", "rot180",
	"rot270", "flipx", "flipy", "flipp", "flipm" };

static void
set_mime(struct match_view *v, const char *mime, size_t len)
{
	v->mime = true;
	v->picture = len >= 6 && strncasecmp(mime, "image/", 6) == 0;
	v->video = len >= 6 && strncasecmp(mime, "video/", 6) == 0;
	v->still = len == 10 &&
	    (strncasecmp(mime, "image/heic", 10) == 0 ||
		strncasecmp(mime, "image/jpeg", 10) == 0);
}

static void
set_decode(struct match_view *v, const char *decode, size_t len)
{
	v->decode =
	    len == 2 && memcmp(decode, "ok", 2) == 0 ? DECODE_OK : DECODE_BAD;
}

static bool
take_pdna(struct match_view *v, const char *text, size_t len)
{
	v->has[PDNA] = ct_signal_pdna(text, len, v->pdna);
	return v->has[PDNA];
}

/* What degrees clockwise are among match_turns; others turn nothing. */
static size_t
turn_of(int64_t degrees)
{
	return degrees == 90 ? 3 : degrees == 180 ? 2 : degrees == 270 ? 1 : 0;
}

void
ct_match_upright(
    uint8_t to[CT_HASH_LEN], const uint8_t hash[CT_HASH_LEN], int64_t degrees)
{
	ct_pdq_turned(hash, turn_of(degrees), to);
}

/* Keyframes only, or less than one frame a second, a number that begins with
 * 0: what lies between them was not looked at. */
static void
set_method(struct match_view *v, const char *method, size_t len)
{
	v->sparse = (len == 3 && memcmp(method, "key", 3) == 0) ||
	    (len > 0 && *method == '0');
}

static void
add_url(struct match_urls *u, const char *text, size_t len)
{
	if (u->n == u->cap) {
		u->cap = u->cap ? 2 * u->cap : 16;
		u->p = ct_grow(u->p, u->cap, sizeof *u->p);
	}
	u->p[u->n++] = (struct match_url){ text, len };
}

/* ---- of a parsed record ----------------------------------------------------
 */

/* What the verdict goes by must be what it seems. */
static int
view_file(struct match_view *v, const json_t *rec, struct ct_err *err)
{
	const json_t *file = json_object_get(rec, "file"), *text;

	if (file && !json_is_object(file))
		return ct_fail(err, CT_DATAERR, "file is not an object");
	if ((text = json_object_get(file, "decode"))) {
		if (!json_is_string(text))
			return ct_fail(
			    err, CT_DATAERR, "file.decode is not a string");
		set_decode(
		    v, json_string_value(text), json_string_length(text));
	}
	if ((text = json_object_get(file, "mime"))) {
		if (!json_is_string(text))
			return ct_fail(
			    err, CT_DATAERR, "file.mime is not a string");
		set_mime(v, json_string_value(text), json_string_length(text));
	}
	if ((text = json_object_get(file, "turn"))) {
		if (!json_is_integer(text))
			return ct_fail(
			    err, CT_DATAERR, "file.turn is not an integer");
		v->turn = turn_of(json_integer_value(text));
	}
	if ((text = json_object_get(rec, "surface"))) {
		if (!json_is_string(text))
			return ct_fail(
			    err, CT_DATAERR, "surface is not a string");
		v->surface = json_string_value(text);
		v->surface_len = json_string_length(text);
	}
	return 0;
}

static int
view_turned(
    struct match_view *v, const json_t *hex, size_t i, struct ct_err *err)
{
	if (!json_is_string(hex) ||
	    json_string_length(hex) != 2 * CT_HASH_LEN ||
	    ct_unhex(json_string_value(hex), v->turned[i], CT_HASH_LEN) < 0)
		return ct_fail(err, CT_DATAERR,
		    "hashes.pdq_dihedral: %s is not 64 hex digits",
		    match_turns[i]);
	v->has_turned[i] = true;
	return 0;
}

/* All eight orientations, by name or in order. */
static int
view_dihedral(struct match_view *v, const json_t *all, struct ct_err *err)
{
	const json_t *hex;
	size_t i, seen = 0;
	int rc = 0;

	if (!json_is_object(all) &&
	    (!json_is_array(all) || json_array_size(all) != MATCH_TURNS))
		return ct_fail(err, CT_DATAERR,
		    "hashes.pdq_dihedral: want an object, or an array of 8");
	v->dihedral = true;
	for (i = 0; !rc && i < MATCH_TURNS; i++) {
		hex = json_is_array(all) ? json_array_get(all, i)
					 : json_object_get(all, match_turns[i]);
		if (!hex)
			continue;
		seen++;
		rc = view_turned(v, hex, i, err);
	}
	if (!rc && json_is_object(all) && seen != json_object_size(all))
		rc = ct_fail(err, CT_DATAERR,
		    "hashes.pdq_dihedral: an unknown orientation");
	return rc;
}

static int
view_pdq(struct match_view *v, const json_t *rec, struct ct_err *err)
{
	const json_t *quality = ct_rec_get(rec, "hashes.pdq_quality");
	const json_t *all = ct_rec_get(rec, "hashes.pdq_dihedral");
	int rc = ct_rec_hash(rec, "pdq", v->pdq, sizeof v->pdq, err);

	if (rc > CT_NO)
		return rc;
	v->has[PDQ] = rc == 0;
	v->degenerate = ct_rec_get(rec, "hashes.pdq_degenerate") != NULL;
	if (!v->has[PDQ] && !all)
		return 0;
	if (quality &&
	    (!json_is_integer(quality) || json_integer_value(quality) < 0 ||
		json_integer_value(quality) > 100))
		return ct_fail(err, CT_DATAERR,
		    "hashes.pdq_quality is not a number from 0 to 100");
	if (quality)
		v->quality = (int)json_integer_value(quality);
	return all ? view_dihedral(v, all, err) : 0;
}

static int
view_clip(struct match_view *v, const json_t *rec, struct ct_err *err)
{
	const json_t *tmk = ct_rec_get(rec, "hashes.tmk");
	struct ct_clip_said said = { .frames = v->frames };
	int rc;

	if (tmk && !json_is_string(tmk))
		return ct_fail(err, CT_DATAERR, "hashes.tmk is not a string");
	v->has[TMK] = tmk != NULL;
	v->tmk = json_string_value(tmk);
	v->tmk_len = tmk ? json_string_length(tmk) : 0;
	rc = ct_clip_said(&said, rec, err);
	v->frames = said.frames;
	if (rc)
		return rc == CT_NO ? 0 : rc;
	v->has[VPDQ] = true;
	v->cover = said.cover > 0 ? (uint16_t)said.cover : 0;
	if (said.method)
		set_method(v, said.method, strlen(said.method));
	return 0;
}

/* url is one address, urls are some; either may be the other. */
static int
view_urls(struct match_view *v, const json_t *of, const char *name,
    struct ct_err *err)
{
	const json_t *one;
	size_t i;

	if (json_is_string(of))
		add_url(
		    &v->urls, json_string_value(of), json_string_length(of));
	else if (of && !json_is_array(of))
		return ct_fail(
		    err, CT_DATAERR, "%s is no string and no array", name);
	json_array_foreach(of, i, one)
	{
		if (!json_is_string(one))
			return ct_fail(err, CT_DATAERR,
			    "%s: want an array of strings", name);
		add_url(
		    &v->urls, json_string_value(one), json_string_length(one));
	}
	return 0;
}

int
match_view(struct match_view *v, const json_t *rec, struct ct_err *err)
{
	const json_t *pdna = ct_rec_get(rec, "hashes.pdna");
	struct match_urls urls = v->urls;
	struct ct_vpdq frames = v->frames;
	int rc, i;

	urls.n = frames.n = 0;
	*v = (struct match_view){
		.quality = -1, .urls = urls, .frames = frames
	};
	rc = view_file(v, rec, err);
	if (!rc)
		rc = view_urls(v, json_object_get(rec, "url"), "url", err);
	if (!rc)
		rc = view_urls(v, json_object_get(rec, "urls"), "urls", err);
	for (i = 0; !rc && i < MATCH_DIGESTS; i++) {
		rc = ct_rec_hash(rec, match_types[i], v->digest[i],
		    ct_signal_len(match_types[i]), err);
		v->has[i] = rc == 0;
		rc = rc == CT_NO ? 0 : rc;
	}
	if (!rc)
		rc = view_pdq(v, rec, err);
	if (!rc)
		rc = view_clip(v, rec, err);
	if (!rc && pdna &&
	    (!json_is_string(pdna) ||
		!take_pdna(
		    v, json_string_value(pdna), json_string_length(pdna))))
		rc = ct_fail(err, CT_DATAERR,
		    "hashes.pdna is not 144 bytes as base64 or hex digits");
	return rc;
}

/* ---- of a line -------------------------------------------------------------
 */

enum {
	W_ERROR,
	W_MATCH,
	W_SURFACE,
	W_URL,
	W_URLS,
	W_FILE,
	W_DECODE,
	W_MIME,
	W_TURN,
	W_HASHES,
	W_MD5, /* and the others in the order of match_types */
	W_QUALITY = W_MD5 + MATCH_HASHES,
	W_DEGENERATE,
	W_DIHEDRAL,
	W_METHOD,
	W_COVER,
	WANTS
};

void
match_view_want(struct ct_scan *scan)
{
	static const char *const paths[WANTS] = { "error", "match", "surface",
		"url", "urls", "file", "file.decode", "file.mime", "file.turn",
		"hashes", "hashes.md5", "hashes.sha1", "hashes.sha256",
		"hashes.sha512", "hashes.pdq", "hashes.pdna", "hashes.vpdq",
		"hashes.tmk", "hashes.pdq_quality", "hashes.pdq_degenerate",
		"hashes.pdq_dihedral", "hashes.vpdq_method",
		"hashes.vpdq_cover" };

	ct_scan_want(scan, paths, WANTS);
}

/* Is it absent, or of this kind? */
static bool
fits(const struct ct_scan_got *g, enum ct_scan_kind kind)
{
	return g->kind == CT_SCAN_NONE || g->kind == kind;
}

/* Hex digits of len bytes, if there are any. */
static bool
line_hash(const struct ct_scan_got *g, uint8_t *out, size_t len, bool *has)
{
	*has = g->kind == CT_SCAN_STRING;
	return g->kind == CT_SCAN_NONE ||
	    (*has && g->len == 2 * len && ct_unhex(g->text, out, len) == 0);
}

static bool
line_dihedral(struct match_view *v, const struct ct_scan_got *g)
{
	struct ct_scan_got item[MATCH_TURNS];
	size_t i;

	if (g->kind == CT_SCAN_NONE)
		return true;
	if (g->kind != CT_SCAN_ARRAY ||
	    ct_scan_items(g, item, MATCH_TURNS) != MATCH_TURNS)
		return false;
	for (i = 0; i < MATCH_TURNS; i++)
		if (!line_hash(&item[i], v->turned[i], CT_HASH_LEN,
			&v->has_turned[i]) ||
		    !v->has_turned[i])
			return false;
	v->dihedral = true;
	return true;
}

/* The text of an array without escapes is what ct_vpdq_read takes. */
static bool
line_clip(struct match_view *v, const struct ct_scan_got *g)
{
	const struct ct_scan_got *frames = &g[W_MD5 + VPDQ];
	const struct ct_scan_got *tmk = &g[W_MD5 + TMK];
	struct ct_err none = { 0 };

	if (!fits(frames, CT_SCAN_ARRAY) || !fits(tmk, CT_SCAN_STRING) ||
	    !fits(&g[W_METHOD], CT_SCAN_STRING) ||
	    !fits(&g[W_COVER], CT_SCAN_INTEGER) || g[W_COVER].number < 0 ||
	    g[W_COVER].number > CT_HAM_MAX)
		return false;
	v->has[TMK] = tmk->kind != CT_SCAN_NONE;
	v->tmk = tmk->text;
	v->tmk_len = tmk->len;
	v->cover = (uint16_t)g[W_COVER].number;
	v->frames.n = 0;
	if (g[W_METHOD].kind)
		set_method(v, g[W_METHOD].text, g[W_METHOD].len);
	if (frames->kind == CT_SCAN_NONE)
		return true;
	v->has[VPDQ] = true;
	return ct_vpdq_read(&v->frames, frames->text, frames->len, &none) == 0;
}

static bool
line_urls(struct match_view *v, const struct ct_scan_got *g)
{
	struct ct_scan_got item[URLS];
	size_t i, n;

	if (g->kind == CT_SCAN_NONE)
		return true;
	if (g->kind == CT_SCAN_STRING)
		add_url(&v->urls, g->text, g->len);
	if (g->kind != CT_SCAN_ARRAY)
		return g->kind == CT_SCAN_STRING;
	n = ct_scan_items(g, item, URLS);
	for (i = 0; i < n && i < URLS && item[i].kind == CT_SCAN_STRING; i++)
		add_url(&v->urls, item[i].text, item[i].len);
	return i == n;
}

bool
match_view_line(const struct ct_match *m, struct match_view *v,
    const char *line, size_t len)
{
	struct ct_scan_got g[WANTS];
	size_t i;

	if (ct_scan(&m->line, line, len, g) < 1 || g[W_ERROR].kind ||
	    g[W_MATCH].kind || !fits(&g[W_SURFACE], CT_SCAN_STRING) ||
	    !fits(&g[W_FILE], CT_SCAN_OBJECT) ||
	    !fits(&g[W_DECODE], CT_SCAN_STRING) ||
	    !fits(&g[W_MIME], CT_SCAN_STRING) ||
	    !fits(&g[W_TURN], CT_SCAN_INTEGER) ||
	    !fits(&g[W_HASHES], CT_SCAN_OBJECT) ||
	    !fits(&g[W_QUALITY], CT_SCAN_INTEGER) || g[W_QUALITY].number < 0 ||
	    g[W_QUALITY].number > 100)
		return false;
	memset(v->has, 0, sizeof v->has);
	memset(v->has_turned, 0, sizeof v->has_turned);
	v->mime = v->picture = v->video = v->still = false;
	v->dihedral = v->sparse = false;
	v->decode = DECODE_UNTOLD;
	v->turn = turn_of(g[W_TURN].kind ? g[W_TURN].number : 0);
	v->degenerate = g[W_DEGENERATE].kind != CT_SCAN_NONE;
	v->quality = g[W_QUALITY].kind ? (int)g[W_QUALITY].number : -1;
	v->surface = g[W_SURFACE].kind ? g[W_SURFACE].text : NULL;
	v->surface_len = g[W_SURFACE].len;
	v->urls.n = 0;
	if (!line_urls(v, &g[W_URL]) || !line_urls(v, &g[W_URLS]))
		return false;
	if (g[W_DECODE].kind)
		set_decode(v, g[W_DECODE].text, g[W_DECODE].len);
	if (g[W_MIME].kind)
		set_mime(v, g[W_MIME].text, g[W_MIME].len);
	for (i = 0; i < MATCH_DIGESTS; i++)
		if (!line_hash(&g[W_MD5 + i], v->digest[i],
			ct_signal_len(match_types[i]), &v->has[i]))
			return false;
	if (!line_hash(&g[W_MD5 + PDQ], v->pdq, CT_HASH_LEN, &v->has[PDQ]) ||
	    !line_dihedral(v, &g[W_DIHEDRAL]) || !line_clip(v, g))
		return false;
	return g[W_MD5 + PDNA].kind == CT_SCAN_NONE ||
	    (g[W_MD5 + PDNA].kind == CT_SCAN_STRING &&
		take_pdna(v, g[W_MD5 + PDNA].text, g[W_MD5 + PDNA].len));
}
