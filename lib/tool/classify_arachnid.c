/*
 * classify_arachnid.c - Project Arachnid's Shield: is it, or is it near to,
 * what its analysts know?
 *
 * By PDQ hashes, a hundred a call, or with "media" by the bytes of the file, as
 * the SDKs of C3P call it.  A path without the slash at its end is tried where
 * one with it leads nowhere.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base64.h"
#include "classify_impl.h"
#include "hex.h"
#include "prog.h"

#define PRODUCTION "https://shield.projectarachnid.com"
#define HASHES ((size_t)100)
#define PDQ ((size_t)32)
#define PDQ_TEXT (CT_BASE64_LEN(PDQ) + 1)
#define QUALITY 50 /* below it a PDQ hash is near to anything */
#define MEDIA_MOST ((size_t)100 << 20)
#define ANSWER ((size_t)1 << 20)
#define NEAR 16 /* what is near that is told of */

static const struct {
	const char *word;
	long score;
} labels[] = { { "csam", CLASSIFY_MAX }, { "harmful-abusive-material", 75 },
	{ "no-known-match", 0 }, { "test", -1 } };
enum { LABELS = sizeof labels / sizeof labels[0] };

/* ---- what an answer says ---------------------------------------------------
 */

static bool
is_word(const json_t *v, const char *word)
{
	return json_is_string(v) && strcmp(json_string_value(v), word) == 0;
}

/* Of labels; LABELS: none of them. */
static size_t
label_of(const char *word)
{
	size_t i;

	for (i = 0; word && i < LABELS && strcmp(labels[i].word, word) != 0;
	     i++)
		continue;
	return word ? i : LABELS;
}

/* What it is near to: the first of it, and the worst of all. */
struct near {
	json_t *some;
	size_t worst; /* of labels; LABELS: nothing known is near */
};

/* One of those that are near; at: seconds into the film. */
static void
near_one(struct near *near, const json_t *d, const json_t *at)
{
	const char *class =
	    json_string_value(json_object_get(d, "classification"));
	const char *sha256 =
	    json_string_value(json_object_get(d, "sha256_hex"));
	const json_t *distance = json_object_get(d, "distance");
	double s = json_number_value(at);
	size_t label = label_of(class);
	uint8_t raw[32];
	json_t *o;

	if (label < LABELS &&
	    (near->worst == LABELS ||
		labels[label].score > labels[near->worst].score))
		near->worst = label;
	if (!json_is_object(d) || json_array_size(near->some) >= NEAR)
		return;
	o = json_object();
	if (class && strlen(class) <= CLASSIFY_TEXT)
		(void)json_object_set_new(o, "label", json_string(class));
	if (sha256 && strlen(sha256) == 64 &&
	    ct_unhex(sha256, raw, sizeof raw) == 0)
		(void)json_object_set_new(o, "sha256", json_string(sha256));
	if (json_is_integer(distance) && json_integer_value(distance) >= 0 &&
	    json_integer_value(distance) <= 1000000)
		(void)json_object_set_new(
		    o, "distance", json_integer(json_integer_value(distance)));
	if (json_is_number(at) && s >= 0 && s < 1e9)
		(void)json_object_set_new(
		    o, "at_ms", json_integer((json_int_t)(s * 1000 + 0.5)));
	(void)json_array_append_new(near->some, o);
}

/* Flat, a list, or each with a list of its own: all as one list. */
static struct near
near_all(const json_t *details)
{
	struct near near = { json_array(), LABELS };
	const json_t *d, *m, *matches;
	size_t i, k, n = json_is_object(details) ? 1 : json_array_size(details);

	for (i = 0; i < n; i++) {
		d = json_is_object(details) ? details
					    : json_array_get(details, i);
		matches = json_object_get(d, "matches");
		if (!json_is_array(matches)) {
			near_one(&near, d, json_object_get(d, "timestamp"));
			continue;
		}
		json_array_foreach(matches, k, m)
		{
			near_one(&near, m, json_object_get(d, "timestamp"));
		}
	}
	return near;
}

/* The worst wins, of all that is near, too; but not over a test, and what is
 * near says nothing of a word that there is none of, unless it is csam. */
static size_t
worst(const char *word, const struct near *near)
{
	size_t label = label_of(word), other = near->worst;

	if (other == LABELS || (label < LABELS && labels[label].score < 0))
		return label;
	if (label == LABELS)
		return word && labels[other].score == CLASSIFY_MAX ? other
								   : label;
	return labels[other].score > labels[label].score ? other : label;
}

/* What is not known to be an answer is none. */
static void
take(const struct classifier *c, struct classify_ask *a, const json_t *said)
{
	struct near near =
	    near_all(json_object_get(said, "near_match_details"));
	const json_t *how = json_object_get(said, "match_type");
	const char *word =
	    json_string_value(json_object_get(said, "classification"));
	size_t label = worst(word, &near);

	if (label == LABELS) {
		a->why = word ? UNKNOWN : GARBAGE;
	} else {
		classify_says(a, labels[label].word, labels[label].score);
		if (is_word(how, "exact") || is_word(how, "near"))
			classify_note(a, "match", how);
		if (c->details && json_array_size(near.some))
			(void)json_object_set(a->said, "near", near.some);
	}
	json_decref(near.some);
}

/* ---- asking ----------------------------------------------------------------
 */

static json_t *
post(struct classifier *c, const char *path, struct classify_post *post,
    enum classify_why *why)
{
	char *other = ct_printf("%.*s", (int)strlen(path) - 1, path);
	struct ct_err err = { 0 };
	struct ct_http_res res;
	json_t *o = NULL;
	int rc;

	post->path = c->bare ? other : path;
	post->max = ANSWER;
	rc = classify_send(c, post, &res, &err);
	if (!c->bare && (res.status == 404 || res.status == 308)) {
		ct_http_done(&res);
		post->path = other;
		rc = classify_send(c, post, &res, &err);
		c->bare = !rc;
	}
	if (!rc && !(o = ct_json_page(res.body, res.len, &err)))
		rc = ct_fail(&err, CT_PROTOCOL,
		    "%s answers with what is no JSON object", c->who);
	*why = rc ? classify_failed(rc) : ANSWERED;
	if (res.status == 400 || res.status == 413 || res.status == 415 ||
	    res.status == 422) {
		*why = DECLINED;
		c->declined++;
	}
	if (rc)
		classify_warn(c, &err);
	ct_http_done(&res);
	free(other);
	return o;
}

static void
by_media(struct classifier *c, struct classify_ask *a)
{
	const char *mime = ct_rec_text(a->rec, "file.mime"), *is;
	const char *want = ct_rec_text(a->rec, "hashes.sha256");
	struct classify_post p = { .type = mime && strpbrk(mime, "\r\n") == NULL
		    ? mime
		    : "application/octet-stream" };
	uint8_t *bytes;
	json_t *o;

	a->why = classify_bytes(a->rec, MEDIA_MOST, &bytes, &p.len);
	if (a->why != ANSWERED)
		return;
	p.body = bytes;
	o = post(c, "/v1/media/", &p, &a->why);
	if (o) {
		is = json_string_value(json_object_get(o, "sha256_hex"));
		if (is && strcasecmp(is, want) == 0)
			take(c, a, o);
		else
			a->why = GARBAGE; /* of something else */
		json_decref(o);
	}
	free(bytes);
}

/* Its PDQ hash as they want it; false: it has none that says anything. */
static bool
pdq_of(struct classify_ask *a, char text[PDQ_TEXT])
{
	const json_t *quality = ct_rec_get(a->rec, "hashes.pdq_quality");
	struct ct_err err;
	uint8_t raw[PDQ];

	a->why = NO_HASH;
	if (ct_rec_hash(a->rec, "pdq", raw, sizeof raw, &err) ||
	    ct_rec_get(a->rec, "hashes.pdq_degenerate") ||
	    (json_is_integer(quality) && json_integer_value(quality) < QUALITY))
		return false;
	ct_base64(raw, sizeof raw, text);
	a->why = ANSWERED;
	return true;
}

/* hash: those that stand for the n asks, of which those with ANSWERED count. */
static void
by_pdq(struct classifier *c, struct classify_ask *const ask[], size_t n,
    char hash[][PDQ_TEXT])
{
	json_t *list = json_array(), *seen = json_object(), *body, *o, *said;
	struct classify_post p = { .type = "application/json" };
	enum classify_why why;
	size_t i;
	char *text;

	for (i = 0; i < n; i++)
		if (!json_object_get(seen, hash[i])) {
			(void)json_object_set_new(seen, hash[i], json_true());
			(void)json_array_append_new(list, json_string(hash[i]));
		}
	body = json_pack("{s:o}", "hashes", list);
	p.body = text = ct_rec_dump(body, &p.len);
	o = post(c, "/v1/pdq/", &p, &why);
	for (i = 0; i < n; i++) {
		said = json_object_get(
		    json_object_get(o, "scanned_hashes"), hash[i]);
		if (!o)
			ask[i]->why = why == DECLINED ? GARBAGE : why;
		else if (!said)
			ask[i]->why =
			    json_is_object(json_object_get(o, "scanned_hashes"))
			    ? SHORT
			    : GARBAGE;
		else
			take(c, ask[i], said);
	}
	json_decref(o);
	json_decref(body);
	json_decref(seen);
	free(text);
}

static void
ask_arachnid(struct classifier *c, struct classify_ask *ask, size_t n)
{
	char hash[HASHES][PDQ_TEXT];
	struct classify_ask *of[HASHES];
	size_t i, k = 0;

	for (i = 0; i < n; i++) {
		if (c->media) {
			by_media(c, &ask[i]);
			if (ask[i].why != NO_BYTES)
				continue;
		}
		if (pdq_of(&ask[i], hash[k]))
			of[k++] = &ask[i];
		if (k == HASHES) {
			by_pdq(c, of, k, hash);
			k = 0;
		}
	}
	if (k)
		by_pdq(c, of, k, hash);
}

static int
open_arachnid(
    struct classifier *c, const struct ct_conf *conf, struct ct_err *err)
{
	int rc;

	if ((rc = classify_yes(c, conf, "media", &c->media, err)) ||
	    (rc = classify_yes(c, conf, "details", &c->details, err)))
		return rc;
	return classify_service(c, conf, CT_CRED_USER, PRODUCTION, err);
}

static const char *const keys[] = { "url", "credential", "timeout", "media",
	"details", NULL };
const struct classify_kind classify_arachnid = { "arachnid", keys,
	open_arachnid, ask_arachnid, classify_service_close };
