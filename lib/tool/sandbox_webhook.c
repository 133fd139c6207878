/* sandbox_webhook.c - a platform's webhooks: Additional Info, preservation */
#include <stdlib.h>
#include <string.h>

#include "blake.h"
#include "clock.h"
#include "prog.h"
#include "sandbox_impl.h"
#include "sign.h"

#define CALLS 1000 /* remembered */

struct sandbox_webhook {
	struct ct_sign_key *key[2];
	json_t *told;  /* what the control said to answer */
	json_t *nonce; /* those that were used */
	json_t *calls;
};

/* ---- who asks? -------------------------------------------------------------
 */

/* Signed by this key, just now, and no copy of an earlier request? */
static bool
fresh(struct sandbox_req *req, const struct ct_signed *s)
{
	json_t *used = req->box->webhook->nonce;
	int64_t at, now = ct_sandbox_now(req->box);

	if (ct_time_parse(s->timestamp, &at) < 0 || at > now + CT_SIGN_SKEW ||
	    at < now - CT_SIGN_SKEW || json_object_get(used, s->nonce))
		return false;
	return json_object_set_new(used, s->nonce, json_true()) == 0;
}

/* Every key that was given must have signed; *by names them. */
static bool
known(struct sandbox_req *req, json_t *by)
{
	const struct sandbox_webhook *w = req->box->webhook;
	const struct ct_signed s = { .key = ct_sandbox_header(req, "ct-key"),
		.timestamp = ct_sandbox_header(req, "ct-timestamp"),
		.nonce = ct_sandbox_header(req, "ct-nonce"),
		.signature = ct_sandbox_header(req, "ct-signature"),
		.coop = ct_sandbox_header(req, "coop-signature"),
		.body = req->text ? req->text : "",
		.len = req->len };
	bool is_rsa;
	size_t i;

	for (i = 0; i < 2 && w->key[i]; i++) {
		is_rsa = ct_sign_key_rsa(w->key[i]);
		if (!ct_sign_verify(w->key[i], &s) ||
		    (!is_rsa && !fresh(req, &s)))
			return false;
		(void)json_array_append_new(
		    by, json_string(is_rsa ? "rsa" : "ed25519"));
	}
	return true;
}

static json_t *
headers(const struct sandbox_req *req)
{
	static const char *const names[] = { "ct-key", "ct-timestamp",
		"ct-nonce", "ct-signature", "coop-signature" };
	json_t *o = json_object(), *v;
	const char *text;
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if ((text = ct_sandbox_header(req, names[i])) &&
		    (v = json_string(text)))
			(void)json_object_set_new(o, names[i], v);
	return o;
}

static void
remember(struct sandbox_req *req, const char *call, json_t *by, json_t *body)
{
	json_t *calls = req->box->webhook->calls;
	char at[CT_TIME_LEN];

	if (json_array_size(calls) == CALLS)
		(void)json_array_remove(calls, 0);
	(void)json_array_append_new(calls,
	    json_pack("{s:s, s:s, s:O, s:o, s:O, s:s}", "call", call, "at",
		ct_time(ct_sandbox_now(req->box), at), "signed", by, "headers",
		headers(req), "body", body, "text", req->text));
}

/* {"id","typeId"} each? */
static bool
named(const json_t *list)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		if (!ct_rec_text(one, "id") || !ct_rec_text(one, "typeId"))
			return false;
	}
	return json_is_array(list);
}

/* The body of a request that is in order, else NULL and the answer is set.
 * Borrowed list members are checked by the caller. */
static json_t *
take(struct sandbox_req *req, struct sandbox_ans *ans, const char *call,
    bool (*right)(const json_t *))
{
	json_t *by = json_array(), *body = NULL;
	struct ct_err err;

	if (!known(req, by))
		ct_sandbox_refuse(ans, 401);
	else if (!ct_sandbox_typed(req, "application/json"))
		ct_sandbox_refuse(ans, 415);
	else if (req->too_large || !req->text ||
	    !(body = ct_json_object(req->text, req->len, &err)) || !right(body))
		ct_sandbox_refuse(ans, 400);
	else
		remember(req, call, by, body);
	json_decref(by);
	if (!ans->status)
		return body;
	json_decref(body);
	return NULL;
}

/* ---- what it answers -------------------------------------------------------
 */

/* Something that is always the same for the same id. */
static unsigned
draw(const char *id)
{
	struct ct_blake b;
	uint8_t out[16];

	ct_blake_start(&b, sizeof out, NULL);
	ct_blake_field(&b, id);
	ct_blake_end(&b, out, sizeof out);
	return (unsigned)out[0] << 8 | out[1];
}

static json_t *
made_up(struct sandbox_req *req, const json_t *asked, bool user)
{
	const char *id = ct_rec_text(asked, "id"), *base = strrchr(id, '/');
	char at[CT_TIME_LEN];
	unsigned n = draw(id);
	json_t *o = json_pack("{s:O, s:O, s:[{s:o, s:s, s:s, s:i}]}", "id",
	    json_object_get(asked, "id"), "typeId",
	    json_object_get(asked, "typeId"), "ipCaptureEvent", "ipAddress",
	    json_sprintf("203.0.114.%u", n % 250 + 1), "eventName",
	    user ? "Login" : "Upload", "dateTime",
	    ct_time(ct_sandbox_now(req->box) - 3600000, at), "port",
	    (int)(1024 + n % 60000));

	if (user) {
		(void)json_object_set(
		    o, "screenName", json_object_get(asked, "id"));
		(void)json_object_set_new(o, "email",
		    json_pack("[{s:o, s:b}]", "email",
			json_sprintf("user%u@users.example", n), "verified",
			1));
	} else {
		(void)json_object_set_new(
		    o, "fileName", json_string(base ? base + 1 : id));
	}
	return o;
}

/* For each that was asked for what the control said of it, else made up. */
static json_t *
answers(struct sandbox_req *req, const json_t *asked, const char *name)
{
	const json_t *told = json_object_get(req->box->webhook->told, name);
	json_t *all = json_array(), *one, *said, *found;
	size_t i, k;

	json_array_foreach(asked, i, one)
	{
		found = NULL;
		json_array_foreach(told, k, said)
		{
			if (json_equal(json_object_get(said, "id"),
				json_object_get(one, "id")))
				found = json_deep_copy(said);
		}
		if (!found)
			found = made_up(req, one, *name == 'u');
		else if (!json_object_get(found, "typeId"))
			(void)json_object_set(
			    found, "typeId", json_object_get(one, "typeId"));
		(void)json_array_append_new(all, found);
	}
	return all;
}

static bool
is_question(const json_t *body)
{
	return named(json_object_get(body, "users")) &&
	    named(json_object_get(body, "media"));
}

static char *
answer(struct sandbox_req *req, const json_t *body)
{
	static const char *const as_told[] = { "messages", "additionalFiles",
		"additionalInfo" };
	const json_t *told = req->box->webhook->told;
	const char *raw = ct_rec_text(told, "body");
	json_t *o, *v;
	char *text;
	size_t i;

	if (raw)
		return ct_strdup(raw);
	o = json_pack("{s:o, s:o}", "users",
	    answers(req, json_object_get(body, "users"), "users"), "media",
	    answers(req, json_object_get(body, "media"), "media"));
	for (i = 0; i < sizeof as_told / sizeof as_told[0]; i++)
		if ((v = json_object_get(told, as_told[i])))
			(void)json_object_set(o, as_told[i], v);
	text = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	return text;
}

void
ct_sandbox_enrich(struct sandbox_req *req, struct sandbox_ans *ans)
{
	json_t *body = take(req, ans, "enrich", is_question);

	if (!body)
		return;
	ans->status = 200;
	ans->type = "application/json";
	ans->body = answer(req, body);
	ans->len = strlen(ans->body);
	json_decref(body);
}

static bool
is_notice(const json_t *body)
{
	return ct_rec_text(body, "user.id") &&
	    ct_rec_text(body, "user.typeId") && ct_rec_text(body, "reportId") &&
	    named(json_object_get(body, "reportedMedia"));
}

void
ct_sandbox_preserve(struct sandbox_req *req, struct sandbox_ans *ans)
{
	json_t *body = take(req, ans, "preserve", is_notice);

	if (body)
		ct_sandbox_refuse(ans, 204);
	json_decref(body);
}

/* ---- state and control ------------------------------------------------------
 */

void
ct_sandbox_webhook_new(struct ct_sandbox *box)
{
	box->webhook = ct_alloc(1, sizeof *box->webhook);
	box->webhook->nonce = json_object();
	box->webhook->calls = json_array();
}

static void
forget(struct sandbox_webhook *w)
{
	ct_sign_key_free(w->key[0]);
	ct_sign_key_free(w->key[1]);
	w->key[0] = w->key[1] = NULL;
	json_decref(w->told);
	w->told = NULL;
}

void
ct_sandbox_webhook_free(struct ct_sandbox *box)
{
	forget(box->webhook);
	json_decref(box->webhook->nonce);
	json_decref(box->webhook->calls);
	free(box->webhook);
}

json_t *
ct_sandbox_webhook_calls(const struct ct_sandbox *box)
{
	return json_incref(box->webhook->calls);
}

int
ct_sandbox_webhook(struct ct_sandbox *box, const json_t *v, struct ct_err *err)
{
	struct sandbox_webhook *w = box->webhook;
	const json_t *keys = json_object_get(v, "keys"), *pem;
	size_t i;

	forget(w);
	if (json_is_null(v))
		return 0;
	if (!json_is_object(v))
		return ct_fail(err, CT_DATAERR, "webhook: want an object");
	if (json_array_size(keys) > 2)
		return ct_fail(err, CT_DATAERR, "webhook: over two keys");
	json_array_foreach(keys, i, pem)
	{
		if (ct_sign_key_parse(&w->key[i],
			json_is_string(pem) ? json_string_value(pem) : "",
			json_string_length(pem), err))
			return err->code;
	}
	w->told = json_deep_copy(v);
	return 0;
}
