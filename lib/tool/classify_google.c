/*
 * classify_google.c - Google's Content Safety API: how urgently a person should
 * look at a picture
 *
 * images:classify as roostorg/coop calls it: 32 pictures and 10 MB of JSON a
 * call, priorities in their order.  One that it cannot read is refused with
 * all of its call, so a call that is refused is asked again in halves.
 */
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "blake.h"
#include "classify_impl.h"
#include "prog.h"

#define PRODUCTION "https://contentsafety.googleapis.com/v1beta1"
#define PICTURES ((size_t)32)   /* in a call */
#define CALL ((size_t)10000000) /* bytes of it */
#define FRAME ((size_t)64)      /* of those, what is around the pictures */
#define FILE_MOST ((CALL - FRAME) / 4 * 3 - 3)
#define ANSWER ((size_t)64 << 10)

static const struct {
	const char *word;
	long score;
} priorities[] = { { "VERY_LOW", 0 }, { "LOW", 25 }, { "MEDIUM", 50 },
	{ "HIGH", 75 }, { "VERY_HIGH", CLASSIFY_MAX } };
enum { PRIORITIES = sizeof priorities / sizeof priorities[0] };

/* By their first bytes: BMP GIF ICO JPEG PNG PPM TIFF WEBP. */
static bool
taken(const uint8_t *b, size_t len)
{
	static const struct {
		const char *bytes;
		size_t len;
	} magic[] = { { "BM", 2 }, { "GIF8", 4 }, { "\0\0\1\0", 4 },
		{ "\xff\xd8\xff", 3 }, { "\x89PNG", 4 }, { "P3", 2 },
		{ "P6", 2 }, { "II*\0", 4 }, { "MM\0*", 4 } };
	size_t i;

	for (i = 0; i < sizeof magic / sizeof magic[0]; i++)
		if (len >= magic[i].len &&
		    memcmp(b, magic[i].bytes, magic[i].len) == 0)
			return true;
	return len >= 12 && memcmp(b, "RIFF", 4) == 0 &&
	    memcmp(b + 8, "WEBP", 4) == 0;
}

struct picture {
	struct classify_ask *ask;
	char *base64;
	size_t len;
};

/* ---- a call ----------------------------------------------------------------
 */

static char *
body_of(const struct picture *p, size_t n, size_t *len)
{
	struct ct_text t = { 0 };
	size_t i;

	ct_text_add(&t, "{\"images\":[", 11);
	for (i = 0; i < n; i++) {
		ct_text_add(&t, i ? ",\"" : "\"", i ? 2 : 1);
		ct_text_add(&t, p[i].base64, p[i].len);
		ct_text_add(&t, "\"", 1);
	}
	ct_text_add(&t, "]}", 2);
	*len = t.len;
	return t.s;
}

static void
none(const struct picture *p, size_t n, enum classify_why why)
{
	size_t i;

	for (i = 0; i < n; i++)
		p[i].ask->why = why;
}

static void
read_answer(struct classifier *c, const struct picture *p, size_t n,
    const struct ct_http_res *res)
{
	struct ct_err err = { 0 };
	json_t *o = ct_json_page(res->body, res->len, &err), *all;
	const char *word;
	size_t i, k;

	all = json_object_get(o, "reviewPriorities");
	if (!json_is_array(all) || json_array_size(all) != n) {
		(void)ct_fail(&err, CT_PROTOCOL,
		    "%s does not answer with as many priorities as pictures",
		    c->who);
		classify_warn(c, &err);
		none(p, n, json_is_array(all) ? SHORT : GARBAGE);
		json_decref(o);
		return;
	}
	for (i = 0; i < n; i++) {
		word = json_string_value(json_array_get(all, i));
		for (k = 0; word && k < PRIORITIES &&
		     strcmp(priorities[k].word, word) != 0;
		     k++)
			continue;
		if (!word || k == PRIORITIES) {
			p[i].ask->why = UNKNOWN;
			continue;
		}
		classify_says(p[i].ask, word, priorities[k].score);
		classify_note(
		    p[i].ask, "model", json_object_get(o, "model_version"));
		classify_note(
		    p[i].ask, "model", json_object_get(o, "modelVersion"));
	}
	json_decref(o);
}

/* A key that is none is told of as a bad request, too. */
static bool
bad_key(const struct ct_http_res *res)
{
	return res->body && strstr(res->body, "API_KEY_INVALID");
}

static void
call(struct classifier *c, const struct picture *p, size_t n)
{
	struct classify_post post = { .path = "/images:classify",
		.type = "application/json",
		.max = ANSWER };
	struct ct_http_res res;
	struct ct_err err = { 0 };
	char *body = body_of(p, n, &post.len);
	bool halves = false;
	int rc;

	post.body = body;
	post.query = ct_printf("?key=%s", c->cred.token);
	rc = classify_send(c, &post, &res, &err);
	ct_wipe(post.query, strlen(post.query));
	free(post.query);
	free(body);
	if (!rc) {
		read_answer(c, p, n, &res);
	} else if (rc == CT_PROTOCOL &&
	    (res.status == 400 || res.status == 413) && !bad_key(&res)) {
		halves = n > 1 && !classify_useless(c);
		if (!halves)
			none(p, n, n > 1 ? GARBAGE : DECLINED);
		c->declined += n == 1;
	} else {
		if (bad_key(&res)) {
			rc = ct_fail(
			    &err, CT_NOPERM, "%s refuses the key", c->who);
			c->patience.refused = true;
		}
		classify_warn(c, &err);
		none(p, n, classify_failed(rc));
	}
	ct_http_done(&res);
	if (halves) {
		call(c, p, n / 2);
		call(c, p + n / 2, n - n / 2);
	}
}

/* ---- pictures --------------------------------------------------------------
 */

static bool
read_picture(struct picture *p, struct classify_ask *ask)
{
	uint8_t *bytes;
	size_t len;

	ask->why = classify_bytes(ask->rec, FILE_MOST, &bytes, &len);
	if (ask->why == ANSWERED && !taken(bytes, len))
		ask->why = UNSUPPORTED;
	if (ask->why == ANSWERED) {
		p->ask = ask;
		p->len = CT_BASE64_LEN(len);
		p->base64 = ct_alloc(p->len + 1, 1);
		ct_base64(bytes, len, p->base64);
	}
	free(bytes);
	return ask->why == ANSWERED;
}

static void
flush(struct classifier *c, struct picture *p, size_t *n, size_t *bytes)
{
	size_t i;

	if (*n)
		call(c, p, *n);
	for (i = 0; i < *n; i++)
		free(p[i].base64);
	*n = 0;
	*bytes = FRAME;
}

static void
ask_google(struct classifier *c, struct classify_ask *ask, size_t nasks)
{
	struct picture p[PICTURES];
	size_t n = 0, bytes = FRAME, i;

	for (i = 0; i < nasks; i++) {
		if (!read_picture(&p[n], &ask[i]))
			continue;
		if (bytes + p[n].len + 3 > CALL) {
			struct picture last = p[n];

			flush(c, p, &n, &bytes);
			p[0] = last;
		}
		bytes += p[n++].len + 3;
		if (n == PICTURES)
			flush(c, p, &n, &bytes);
	}
	flush(c, p, &n, &bytes);
}

static int
open_google(
    struct classifier *c, const struct ct_conf *conf, struct ct_err *err)
{
	const char *t;
	int rc = classify_service(c, conf, CT_CRED_TOKEN, PRODUCTION, err);

	if (rc)
		return rc;
	for (t = c->cred.token; *t; t++)
		if (!strchr("-_.~", *t) && (*t < '0' || *t > '9') &&
		    ((*t | 32) < 'a' || (*t | 32) > 'z'))
			return ct_fail(err, CT_CONFIG,
			    "[classifier %s] credential: token is no key",
			    c->name);
	return 0;
}

static const char *const keys[] = { "url", "credential", "timeout", NULL };
const struct classify_kind classify_google = { "google", keys, open_google,
	ask_google, classify_service_close };
