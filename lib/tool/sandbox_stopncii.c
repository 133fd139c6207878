/* sandbox_stopncii.c - StopNCII.org: FetchHashes, SubmitFeedback */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blake.h"
#include "clock.h"
#include "prog.h"
#include "sandbox_impl.h"

#define PAGE_MOST 1000
#define TOKEN_MS ((int64_t)3600000)
#define REWIND 7247 /* s, as the owner's own test data has it */

/* A key per endpoint, and one for all: made of the password. */
bool
ct_sandbox_key_may(struct sandbox_req *req, const char *key)
{
	const char *of = ct_sandbox_header(req, "x-functions-key");
	const char *all = ct_sandbox_header(req, "Ocp-Apim-Subscription-Key");
	char *want = ct_printf("%s-%s", key, req->box->password);
	char *whole = ct_printf("subscription-%s", req->box->password);
	bool same = of && all && strlen(of) == strlen(want) &&
	    strlen(all) == strlen(whole) && ct_same(of, want, strlen(want)) &&
	    ct_same(all, whole, strlen(whole));

	ct_wipe(want, strlen(want));
	ct_wipe(whole, strlen(whole));
	free(want);
	free(whole);
	return same;
}

/* START OFFSET GIVEN, which no client should look into */
static char *
token_of(double start, size_t offset, int64_t now)
{
	return ct_printf("%llx-%zx-%llx", (unsigned long long)start, offset,
	    (unsigned long long)now);
}

static bool
read_token(const char *text, double *start, size_t *offset, int64_t *given)
{
	char *end;

	*start = (double)strtoull(text, &end, 16);
	if (*end != '-')
		return false;
	*offset = strtoul(end + 1, &end, 16);
	if (*end != '-')
		return false;
	*given = (int64_t)strtoull(end + 1, &end, 16);
	return !*end;
}

static void
put_page(struct sandbox_req *req, struct sandbox_ans *ans, double start,
    size_t offset, size_t size)
{
	const json_t *feed = req->box->feed[STOPNCII], *item;
	const struct sandbox_plan *plan = &req->plan;
	json_t *all = json_array(), *o;
	double at = start, last = start;
	size_t i, seen = 0;
	bool more = false;
	char *token;

	json_array_foreach(feed, i, item)
	{
		at = json_number_value(json_object_get(item, "at"));
		if (at < start || seen++ < offset)
			continue;
		if (json_array_size(all) == size) {
			more = true;
			break;
		}
		last = at;
		(void)json_array_append(all, json_object_get(item, "wire"));
	}
	if (plan->on[FAULT_REWIND])
		last -= REWIND;
	if (plan->on[FAULT_ENDLESS])
		more = true;
	token = token_of(
	    start, offset + json_array_size(all), ct_sandbox_now(req->box));
	o = json_pack("{s:I, s:I, s:b, s:o}", "count",
	    (json_int_t)json_array_size(all) + plan->on[FAULT_COUNT],
	    "nextSetTimestamp", (json_int_t)last, "hasMoreRecords",
	    more || plan->on[FAULT_NO_TOKEN], "hashRecords", all);
	if (plan->on[FAULT_LOOP] && ct_sandbox_arg(req, "nextPageToken"))
		(void)json_object_set_new(o, "nextPageToken",
		    json_string(ct_sandbox_arg(req, "nextPageToken")));
	else if (more && !plan->on[FAULT_NO_TOKEN])
		(void)json_object_set_new(
		    o, "nextPageToken", json_string(token));
	else
		(void)json_object_set_new(o, "nextPageToken", json_null());
	free(token);
	ct_sandbox_json(ans, 200, o);
}

void
ct_sandbox_fetch(struct sandbox_req *req, struct sandbox_ans *ans)
{
	const char *from = ct_sandbox_arg(req, "startTimestamp");
	const char *size = ct_sandbox_arg(req, "pageSize");
	const char *token = ct_sandbox_arg(req, "nextPageToken");
	double start = from ? strtod(from, NULL) : -1;
	long n = size ? strtol(size, NULL, 10) : 100;
	int64_t given = ct_sandbox_now(req->box);
	size_t offset = 0;

	if (!ct_sandbox_key_may(req, "fetch"))
		ct_sandbox_refuse(ans, 401);
	else if (start < 0 || n < 1 ||
	    (token && !read_token(token, &start, &offset, &given)))
		ct_sandbox_json(ans, 400, json_pack("{s:s}", "error", "bad"));
	else if (ct_sandbox_now(req->box) - given > TOKEN_MS)
		ct_sandbox_json(
		    ans, 400, json_pack("{s:s}", "error", "expired token"));
	else
		put_page(req, ans, start, offset,
		    (size_t)(n > PAGE_MOST ? PAGE_MOST : n));
}

/* ---- feedback --------------------------------------------------------------
 */

static bool
opine(struct ct_sandbox *box, const json_t *f)
{
	const char *hash = json_string_value(json_object_get(f, "hashValue"));
	const char *value =
	    json_string_value(json_object_get(f, "feedbackValue"));
	const json_t *tags = json_object_get(f, "tags"), *is;
	json_t *all, *wire, *one;
	size_t i, k, n = json_array_size(box->feed[STOPNCII]);

	for (i = 0; hash && value && i < n; i++) {
		wire = json_object_get(
		    json_array_get(box->feed[STOPNCII], i), "wire");
		is = json_object_get(wire, "hashValue");
		if (!is || strcmp(json_string_value(is), hash) != 0)
			continue;
		if (!(all = json_object_get(wire, "CSPFeedbacks")))
			(void)json_object_set_new(
			    wire, "CSPFeedbacks", all = json_array());
		json_array_foreach(all, k, one)
		{
			is = json_object_get(one, "source");
			if (is && strcmp(json_string_value(is), box->user) == 0)
				(void)json_array_remove(all, k--);
		}
		(void)json_array_append_new(all,
		    json_pack("{s:s, s:s, s:o}", "source", box->user,
			"feedbackValue", value, "tags",
			tags ? json_deep_copy(tags) : json_array()));
		ct_sandbox_touch(box, STOPNCII, i);
		return true;
	}
	return false;
}

void
ct_sandbox_opinion(struct sandbox_req *req, struct sandbox_ans *ans)
{
	struct ct_err none = { 0 };
	json_t *body =
	    req->text ? ct_json_object(req->text, req->len, &none) : NULL;
	const json_t *all = json_object_get(body, "hashFeedbacks"), *one;
	json_int_t done = 0;
	size_t i;

	if (!ct_sandbox_key_may(req, "feedback")) {
		ct_sandbox_refuse(ans, 401);
	} else if (!json_is_array(all) ||
	    json_integer_value(json_object_get(body, "count")) !=
		(json_int_t)json_array_size(all)) {
		ct_sandbox_json(ans, 400, json_pack("{s:s}", "error", "bad"));
	} else {
		json_array_foreach(all, i, one)
		{
			done += opine(req->box, one);
		}
		ct_sandbox_json(
		    ans, done ? 200 : 404, json_pack("{s:I}", "count", done));
	}
	json_decref(body);
}
