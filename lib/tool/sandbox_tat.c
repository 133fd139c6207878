/* sandbox_tat.c - Tech Against Terrorism's hash list: a token, then pages */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "blake.h"
#include "clock.h"
#include "prog.h"
#include "sandbox_impl.h"

#define TOKEN_MS ((int64_t)3600000)
#define LIMIT 1000

static bool
same(const char *is, const char *want)
{
	return is && strlen(is) == strlen(want) &&
	    ct_same(is, want, strlen(want));
}

void
ct_sandbox_token(struct sandbox_req *req, struct sandbox_ans *ans)
{
	char *user = ct_sandbox_param(req, "username");
	char *password = ct_sandbox_param(req, "password");
	char token[33];

	if (same(user, req->box->user) && same(password, req->box->password)) {
		ct_random_id(token);
		(void)json_object_set_new(req->box->token, token,
		    json_integer(ct_sandbox_now(req->box)));
		ct_sandbox_json(ans, 200, json_pack("{s:s}", "token", token));
	} else {
		ct_sandbox_json(ans, 401,
		    json_pack("{s:s}", "detail", "Invalid credentials"));
	}
	free(user);
	free(password);
}

bool
ct_sandbox_bearer_may(struct sandbox_req *req)
{
	const char *auth = ct_sandbox_header(req, "Authorization");
	const json_t *given;
	int64_t age;

	if (!auth || strncasecmp(auth, "Bearer ", 7) != 0 ||
	    !(given = json_object_get(req->box->token, auth + 7)))
		return false;
	age = ct_sandbox_now(req->box) - json_integer_value(given);
	return age >= 0 && age <= TOKEN_MS;
}

/* TIME,ID: all behind that. */
static bool
behind(const json_t *item, double at, long long id)
{
	double is = json_number_value(json_object_get(item, "at"));

	return is > at ||
	    (is >= at &&
		strtoll(json_string_value(json_object_get(item, "key")), NULL,
		    10) > id);
}

static json_t *
link_to(
    const struct sandbox_req *req, const char *after, long limit, size_t offset)
{
	static const char *const hosts[] = { "http://other.example",
		"https://other.example", "https://user:pw@127.0.0.1" };
	long foreign = req->plan.arg[FAULT_FOREIGN];
	const char *host = !req->plan.on[FAULT_FOREIGN] || foreign > 2
	    ? req->box->url
	    : hosts[foreign < 0 ? 0 : foreign];
	char *url = ct_printf("%s%s?limit=%ld&offset=%zu&order=asc%s%s", host,
	    req->url, limit, offset, *after ? "&after=" : "", after);
	json_t *v = json_string(url);

	free(url);
	return v;
}

static void
put_page(struct sandbox_req *req, struct sandbox_ans *ans, const char *after,
    long limit, size_t offset)
{
	const json_t *item, *last = NULL;
	json_t *all = json_array(), *o;
	char *id = NULL, *checkpoint;
	double at = strtod(after, &id);
	long long than = *id == ',' ? strtoll(id + 1, NULL, 10) : -1;
	size_t i, seen = 0;

	json_array_foreach(req->box->feed[TAT], i, item)
	{
		if ((*after && !behind(item, at, than)) || seen++ < offset ||
		    (long)json_array_size(all) == limit)
			continue;
		last = item;
		(void)json_array_append(all, json_object_get(item, "wire"));
	}
	checkpoint = last ? ct_printf("%.6f,%s",
				json_number_value(json_object_get(last, "at")),
				json_string_value(json_object_get(last, "key")))
			  : ct_strdup("");
	o = json_pack("{s:I, s:n, s:s, s:o}", "count",
	    (json_int_t)seen + req->plan.on[FAULT_COUNT], "previous",
	    "checkpoint", checkpoint, "results", all);
	(void)json_object_set_new(o, "next",
	    seen > offset + json_array_size(all) ||
		    req->plan.on[FAULT_ENDLESS] || req->plan.on[FAULT_FOREIGN]
		? link_to(req, after, limit, offset + json_array_size(all))
		: req->plan.on[FAULT_LOOP] ? link_to(req, after, limit, offset)
					   : json_null());
	free(checkpoint);
	ct_sandbox_json(ans, 200, o);
}

void
ct_sandbox_list(struct sandbox_req *req, struct sandbox_ans *ans)
{
	const char *after = ct_sandbox_arg(req, "after");
	const char *limit = ct_sandbox_arg(req, "limit");
	const char *offset = ct_sandbox_arg(req, "offset");
	long n = limit ? strtol(limit, NULL, 10) : LIMIT;

	if (!ct_sandbox_bearer_may(req))
		ct_sandbox_json(
		    ans, 401, json_pack("{s:s}", "detail", "Invalid token."));
	else
		put_page(req, ans, after ? after : "",
		    n < 1 || n > LIMIT ? LIMIT : n,
		    offset ? strtoul(offset, NULL, 10) : 0);
}
