/* fetch_item.c - one input of ct-fetch: what is wanted, what is written */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fetch_impl.h"
#include "hex.h"
#include "prog.h"

#define FRAME "\"frame\":true"
#define GONE "\"object\":{\"gone\":true}"
#define GROWS sizeof GONE /* bytes that a record may get */

/* ---- in --------------------------------------------------------------------
 */

static void
take(struct item *it, const char *line, size_t len)
{
	it->line = memcpy(ct_alloc(len + 1, 1), line, len);
	it->len = len;
}

/* The record of what is a name alone. */
static int
named(struct item *it, const char *text, size_t len, struct ct_err *err)
{
	const bool url = strncmp(text, "http://", 7) == 0 ||
	    strncmp(text, "https://", 8) == 0;
	json_t *rec = json_object(), *id = json_stringn(text, len);

	if (id && strlen(text) == len) {
		(void)json_object_set(rec, "id", id);
		if (url)
			(void)json_object_set(rec, "url", id);
	} else {
		it->bare = true;
		(void)ct_fail(err, CT_DATAERR, "a name that is not UTF-8");
	}
	json_decref(id);
	it->line = ct_rec_dump(rec, &it->len);
	json_decref(rec);
	return err->code;
}

/* What a listing said of the object. */
static void
listed(struct item *it, const json_t *rec)
{
	const char *etag = ct_rec_text(rec, "object.etag");
	const json_t *bytes = ct_rec_get(rec, "object.bytes");
	size_t n = etag ? strlen(etag) : 0, i;

	if (n >= 2 && *etag == '"' && etag[n - 1] == '"') {
		etag++;
		n -= 2;
	}
	for (i = 0; i < n && etag[i] > ' ' && etag[i] <= '~' && etag[i] != '"';
	     i++)
		;
	if (n && i == n && n < sizeof it->etag)
		it->listed = ct_printf("%.*s", (int)n, etag);
	if (json_is_integer(bytes) && json_integer_value(bytes) >= 0)
		it->size = json_integer_value(bytes);
}

/* Is this record's object, of a bucket or a URL, to be asked for?  CT_NO: it
 * only passes. */
static int
where(struct item *it, const json_t *rec, struct ct_err *err)
{
	const struct ct_fetch_how *how = it->run->how;
	const json_t *id = json_object_get(rec, "id");
	const json_t *url = json_object_get(rec, "url");
	const json_t *object = json_object_get(rec, "object");
	int rc = CT_NO;

	if (object && !json_is_object(object))
		return ct_fail(err, CT_DATAERR, "object is no object");
	if (ct_rec_gone(rec))
		return CT_NO;
	if (!how->one &&
	    (json_object_get(rec, "path") || json_object_get(rec, "path_b64")))
		return CT_NO;
	if (!how->one && !how->head &&
	    (json_object_get(rec, "file") || json_object_get(rec, "hashes")))
		return CT_NO;
	if (json_is_string(id))
		rc = ct_key_parse(&it->key, json_string_value(id),
		    json_string_length(id), err);
	if (!rc && it->key.len == 0)
		return ct_fail(err, CT_DATAERR, "a bucket, and no object");
	if (!rc) {
		it->get.exact = true;
		listed(it, rec);
		return fetch_bucket(it, err);
	}
	if (rc != CT_NO || !url)
		return rc;
	if (!json_is_string(id) && !how->one)
		return ct_fail(err, CT_DATAERR, "it has no id");
	if (!json_is_string(url) ||
	    strlen(json_string_value(url)) != json_string_length(url))
		return ct_fail(err, CT_DATAERR, "no URL that can be read");
	it->get.guarded = true;
	return ct_pull_url(&it->get, json_string_value(url), err);
}

/* A record with a frame: what follows may be bytes of a stranger. */
static int
lose(struct item *it, const json_t *rec, struct ct_err *err)
{
	it->lost = true;
	it->bare = json_object_size(rec) == 1;
	if (ct_rec_cut(it->line, &it->len, "frame")) {
		it->len = 2;
		memcpy(it->line, "{}", it->len + 1);
		it->bare = true;
	}
	return ct_fail(
	    err, CT_DATAERR, "it has a frame already; nothing more is read");
}

static int
read_rec(struct item *it, const char *line, size_t len, struct ct_err *err)
{
	json_t *rec = ct_json_object(line, len, err);
	const char *sum;
	int rc = CT_NO;

	if (!rec) {
		take(it, "{}", 2);
		it->bare = true;
		return err->code;
	}
	take(it, line, len);
	it->bare = json_object_size(rec) == 0;
	sum = ct_rec_text(rec, "hashes.sha256");
	if (it->run->how->one && sum)
		it->sha256 = ct_strdup(sum);
	if (json_object_get(rec, "frame")) {
		rc = lose(it, rec, err);
	} else if ((err->code = ct_rec_error(rec)) != 0) {
		it->came = true;
	} else {
		rc = where(it, rec, err);
	}
	json_decref(rec);
	return rc;
}

struct item *
fetch_item(struct run *r, const char *line, size_t len, int got,
    const struct ct_err *err)
{
	struct item *it = ct_alloc(1, sizeof *it);
	struct ct_err why = { 0 };
	int rc;

	it->run = r;
	it->number = r->taken;
	it->size = -1;
	it->whole = UINT64_MAX;
	it->left = r->how->time;
	if (got != 1) {
		why = *err;
		rc = why.code;
		take(it, "{}", 2);
		it->bare = true;
	} else if (*line == '{') {
		rc = read_rec(it, line, len, &why);
	} else if (!(rc = named(it, line, len, &why))) {
		char *text =
		    memcpy(ct_alloc(it->len + 1, 1), it->line, it->len);

		len = it->len;
		free(it->line);
		rc = read_rec(it, text, len, &why);
		if (rc == CT_NO && !it->came)
			rc = ct_fail(&why, CT_DATAERR,
			    "neither a record nor s3://, az:// or a URL");
		free(text);
	}
	if (!rc && it->len + GROWS >= CT_REC_MAX)
		rc = ct_fail(
		    &why, CT_DATAERR, "it would be over %d bytes", CT_REC_MAX);
	if (rc == CT_NO) {
		it->err = why;
		it->state = STATE_DONE;
		it->end = it->came ? END_ERROR : END_PASS;
	} else if (rc) {
		fetch_fail(it, &why);
	}
	return it;
}

void
fetch_item_free(struct item *it)
{
	fetch_only(it, NULL);
	ct_pull_free(&it->get);
	ct_key_free(&it->key);
	free(it->listed);
	free(it->sha256);
	free(it->line);
	free(it);
}

/* ---- out -------------------------------------------------------------------
 */

/* Bytes, as they are or as blocks of the frame. */
int
fetch_put(struct item *it, const void *bytes, size_t len, struct ct_err *err)
{
	struct run *r = it->run;

	if (!r->how->one)
		return ct_frame_put(&r->out, bytes, len, err);
	if (r->sum && ct_digest_add(&r->digest, bytes, len, err))
		return err->code;
	return ct_out_bytes(&r->out, bytes, len, err);
}

int
fetch_begin(struct item *it, struct ct_err *err)
{
	struct run *r = it->run;
	int rc = 0;

	if (!it->begun && !r->how->one)
		rc = ct_out_more(
		    &r->out, it->line, it->len, it->bare, FRAME, err);
	it->begun = true;
	r->owner = it;
	return rc ? rc : fetch_flush(it, err);
}

/* The record whose object is gone: object may be there already. */
static int
put_gone(struct item *it, struct ct_err *err)
{
	json_t *rec = ct_json_object(it->line, it->len, err), *object;
	int rc;

	object = json_object_get(rec, "object");
	if (!object)
		rc = ct_out_more(
		    &it->run->out, it->line, it->len, it->bare, GONE, err);
	else if (json_object_set_new(object, "gone", json_true()))
		rc = ct_fail(err, CT_SOFTWARE, "cannot encode a record");
	else
		rc = ct_out_rec(&it->run->out, rec, err);
	json_decref(rec);
	return rc;
}

/* Of --one: is it what it must be? */
static bool
is_right(struct item *it, struct ct_err *err)
{
	struct run *r = it->run;
	struct ct_digests d;
	char hex[2 * CT_SHA256_LEN + 1];

	if (!r->sum)
		return true;
	if (ct_digest_end(&r->digest, &d, err))
		return false;
	ct_hex(d.sha256, sizeof d.sha256, hex);
	if (strcasecmp(hex, r->sum) != 0)
		(void)ct_fail(
		    err, CT_DATAERR, "its SHA-256 is not what it must be");
	return !err->code;
}

static int
put_bytes(struct item *it, struct ct_err *err)
{
	struct run *r = it->run;
	struct ct_err why = { 0 };
	const struct part *p;
	const struct chunk *c;
	int rc = 0;

	/* what goes out now has been added where it was put, the rest not */
	if (it->begun)
		rc = fetch_flush(it, err);
	for (p = it->part; p && r->sum; p = p->next)
		for (c = p->chunk; c && !rc; c = c->next)
			rc = ct_digest_add(&r->digest, c->bytes, c->n, err);
	if (rc)
		return rc;
	if (!is_right(it, &why)) {
		it->err = why;
		it->end = END_ERROR;
		return 0;
	}
	if (!it->begun) {
		r->sum = NULL;
		rc = fetch_begin(it, err);
	}
	return rc || r->how->one ? rc : ct_frame_end(&r->out, "ok", err);
}

/* What went out of it is worth nothing. */
static int
put_end(struct item *it, struct ct_err *err)
{
	return it->run->how->one
	    ? 0
	    : ct_frame_end(&it->run->out, it->err.msg, err);
}

static int
put_error(struct item *it, struct ct_err *err)
{
	struct run *r = it->run;

	if (!it->came)
		ct_warn("input %zu: %s", it->number, it->err.msg);
	if (it->err.code > r->worst)
		r->worst = it->err.code;
	if (it->begun)
		return put_end(it, err);
	if (r->how->one)
		return 0;
	if (it->came)
		return ct_out_line(&r->out, it->line, it->len, err);
	return ct_out_fail(&r->out, it->line, it->len, it->bare, &it->err, err);
}

int
fetch_finish(struct item *it, struct ct_err *err)
{
	static const char *const word[] = { "passed", "fetched", "gone",
		"there", "error" };
	struct run *r = it->run;
	int rc = 0;

	if (it->end == END_GONE && (it->begun || r->how->one)) {
		(void)ct_fail(&it->err, it->begun ? CT_TEMPFAIL : CT_NO,
		    it->begun ? "it was deleted while it was read"
			      : "it is gone");
		it->end = END_ERROR;
	}
	if (it->end == END_BYTES)
		rc = put_bytes(it, err);
	else if (it->end == END_GONE)
		rc = put_gone(it, err);
	else if (it->end != END_ERROR && !r->how->one)
		rc = ct_out_line(&r->out, it->line, it->len, err);
	if (!rc && it->end == END_ERROR)
		rc = put_error(it, err);
	ct_tally(&r->tally, word[it->end]);
	return rc;
}
