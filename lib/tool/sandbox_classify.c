/* sandbox_classify.c - Google's Content Safety API, Project Arachnid's Shield
 */
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "blake.h"
#include "hex.h"
#include "prog.h"
#include "sandbox_impl.h"

#define PICTURES ((size_t)32)
#define CALL ((size_t)10000000) /* bytes of JSON */
#define PDQ ((size_t)32)

/* {NAME: WORD or null} onto what is known by digest. */
static int
learn(json_t *known, const char *what, const json_t *v, struct ct_err *err)
{
	const char *name;
	json_t *word;

	json_object_foreach((json_t *)(uintptr_t)v, name, word)
	{
		if (!json_is_string(word) && !json_is_null(word))
			return ct_fail(err, CT_DATAERR, "%s: want words", what);
		(void)json_object_set(known, name, word);
	}
	return json_is_object(v)
	    ? 0
	    : ct_fail(err, CT_DATAERR, "%s: want {}", what);
}

int
ct_sandbox_priorities(
    struct ct_sandbox *box, const json_t *v, struct ct_err *err)
{
	return learn(box->priority, "priorities", v, err);
}

int
ct_sandbox_classifications(
    struct ct_sandbox *box, const json_t *v, struct ct_err *err)
{
	return learn(box->class, "classifications", v, err);
}

static bool
digest(const void *bytes, size_t len, struct ct_digests *d)
{
	struct ct_digest md = { 0 };
	struct ct_err err = { 0 };
	bool good = ct_digest_start(&md, &err) == 0 &&
	    ct_digest_add(&md, bytes, len, &err) == 0 &&
	    ct_digest_end(&md, d, &err) == 0;

	ct_digest_free(&md);
	return good;
}

/* ---- Google ----------------------------------------------------------------
 */

static void
google_error(struct sandbox_ans *ans, const char *reason, const char *text)
{
	ct_sandbox_json(ans, 400,
	    json_pack("{s:{s:i, s:s, s:s, s:[{s:s}]}}", "error", "code", 400,
		"message", text, "status", "INVALID_ARGUMENT", "details",
		"reason", reason));
}

/* The priority of one, or NULL: it cannot be read. */
static const char *
priority(const struct ct_sandbox *box, const json_t *image)
{
	size_t len = json_string_length(image), n;
	uint8_t *bytes = ct_alloc(len / 4 * 3 + 1, 1);
	struct ct_digests d;
	const json_t *word = NULL;
	char hex[65];
	bool good = json_is_string(image) && len &&
	    ct_unbase64(json_string_value(image), len, bytes, &n) &&
	    digest(bytes, n, &d);

	free(bytes);
	if (!good)
		return NULL;
	ct_hex(d.sha256, sizeof d.sha256, hex);
	word = json_object_get(box->priority, hex);
	return word ? json_string_value(word) : "VERY_LOW";
}

void
ct_sandbox_classify(struct sandbox_req *req, struct sandbox_ans *ans)
{
	const char *key = ct_sandbox_arg(req, "key"), *word;
	const char *want = req->box->password;
	struct ct_err err = { 0 };
	json_t *body = NULL, *all = json_array(), *images, *image;
	size_t i, n;

	if (req->text && req->len <= CALL)
		body = ct_json_page(req->text, req->len, &err);
	images = json_object_get(body, "images");
	n = json_array_size(images);
	json_array_foreach(images, i, image)
	{
		if (!(word = priority(req->box, image)))
			break;
		(void)json_array_append_new(all, json_string(word));
	}
	if (!key || strlen(key) != strlen(want) ||
	    !ct_same(key, want, strlen(want))) {
		google_error(ans, "API_KEY_INVALID", "API key not valid.");
	} else if (req->too_large || req->len > CALL || n == 0 ||
	    n > PICTURES || json_array_size(all) != n) {
		google_error(ans, "INVALID", "Invalid request.");
	} else {
		if (req->plan.on[FAULT_COUNT])
			(void)json_array_remove(all, 0);
		if (req->plan.on[FAULT_UNKNOWN])
			(void)json_array_set_new(
			    all, 0, json_string("UNHEARD_OF"));
		ct_sandbox_json(ans, 200,
		    json_pack("{s:O, s:s}", "reviewPriorities", all,
			"model_version", "sandbox-1"));
	}
	ans->code = (long)n;
	json_decref(all);
	json_decref(body);
}

/* ---- Arachnid --------------------------------------------------------------
 */

static void
detail(struct sandbox_ans *ans, int status, const char *text)
{
	ct_sandbox_json(ans, status, json_pack("{s:s}", "detail", text));
}

/* What is known of this digest; near it is what has the same words. */
static json_t *
scanned(
    const struct sandbox_req *req, const char *hex, const char *how, bool many)
{
	const char *word =
	    json_string_value(json_object_get(req->box->class, hex));
	json_t *o = json_object(), *near;

	if (req->plan.on[FAULT_UNKNOWN])
		word = "unheard-of";
	(void)json_object_set_new(
	    o, "classification", json_string(word ? word : "no-known-match"));
	(void)json_object_set_new(
	    o, "match_type", word ? json_string(how) : json_null());
	near = word
	    ? json_pack("{s:f, s:s, s:s, s:s}", "timestamp", 0.0, "sha1_base32",
		  "VSBKDM7YXBYL5FZHLGABRHPAPLO5WIEH", "sha256_hex",
		  "47885204a833e26acd68805258d293375784638478dce096f8a3"
		  "b3a5956c4252",
		  "classification", word)
	    : NULL;
	if (many)
		near = near ? json_pack("[o]", near) : json_array();
	(void)json_object_set_new(
	    o, "near_match_details", near ? near : json_null());
	return o;
}

void
ct_sandbox_media(struct sandbox_req *req, struct sandbox_ans *ans)
{
	struct ct_digests d;
	char hex[65];
	json_t *o;

	if (req->too_large || !req->text || !digest(req->text, req->len, &d)) {
		detail(ans, req->too_large ? 413 : 400, "bad media");
		return;
	}
	ct_hex(d.sha256, sizeof d.sha256, hex);
	o = scanned(req, hex, "exact", true);
	if (req->plan.on[FAULT_WRONG_HASH])
		hex[0] = hex[0] == '0' ? '1' : '0';
	(void)json_object_set_new(
	    o, "size_bytes", json_integer((json_int_t)req->len));
	(void)json_object_set_new(
	    o, "sha1_base32", json_string("IAPTRYF5KK6XSR5BXBK463JIDMZREDGT"));
	(void)json_object_set_new(o, "sha256_hex", json_string(hex));
	ct_sandbox_json(ans, 200, o);
}

void
ct_sandbox_pdq(struct sandbox_req *req, struct sandbox_ans *ans)
{
	struct ct_err err = { 0 };
	json_t *body =
	    req->text ? ct_json_page(req->text, req->len, &err) : NULL;
	const json_t *hashes = json_object_get(body, "hashes"), *hash;
	json_t *all = json_object();
	uint8_t raw[PDQ + 4];
	char hex[2 * PDQ + 1];
	size_t i, n;

	json_array_foreach(hashes, i, hash)
	{
		if (json_string_length(hash) != CT_BASE64_LEN(PDQ) ||
		    !ct_unbase64(
			json_string_value(hash), CT_BASE64_LEN(PDQ), raw, &n) ||
		    n != PDQ)
			break;
		ct_hex(raw, PDQ, hex);
		(void)json_object_set_new(all, json_string_value(hash),
		    scanned(req, hex, "near", false));
	}
	ans->code = (long)json_array_size(hashes);
	if (!json_array_size(hashes) || i < json_array_size(hashes)) {
		detail(ans, 400, "invalid pdq hash");
		json_decref(all);
	} else {
		if (req->plan.on[FAULT_COUNT])
			(void)json_object_del(
			    all, json_string_value(json_array_get(hashes, 0)));
		ct_sandbox_json(
		    ans, 200, json_pack("{s:o}", "scanned_hashes", all));
	}
	json_decref(body);
}
