/* sandbox_graph.c - Meta's ThreatExchange: groups, threat_updates, reactions */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blake.h"
#include "hex.h"
#include "prog.h"
#include "sandbox_impl.h"

#define LIMIT 100
#define USUAL "id,indicator,type,last_updated,should_delete"

static void
fail(struct sandbox_ans *ans, int status, int code, const char *type,
    const char *msg)
{
	ct_sandbox_json(ans, status,
	    json_pack("{s:{s:s, s:s, s:i, s:b, s:s}}", "error", "message", msg,
		"type", type, "code", code, "is_transient", code == 4,
		"fbtrace_id", ans->request_id));
}

/* The token is APP|SECRET. */
bool
ct_sandbox_graph_may(struct sandbox_req *req)
{
	char *token = ct_sandbox_param(req, "access_token");
	char *want = ct_printf(SANDBOX_APP "|%s", req->box->password);
	bool same = token && strlen(token) == strlen(want) &&
	    ct_same(token, want, strlen(want));

	ct_wipe(want, strlen(want));
	free(want);
	free(token);
	return same;
}

static bool
refused(struct sandbox_req *req, struct sandbox_ans *ans)
{
	if (ct_sandbox_graph_may(req))
		return false;
	fail(ans, 400, 190, "OAuthException", "Malformed access token");
	return true;
}

/* ---- fields ----------------------------------------------------------------
 */

/* Those of an object that are asked for, as a,b{c,d}; *s is left behind them.
 * A collection, {"data":[...]}, is that of its elements. */
static json_t *
chosen(const json_t *v, const char **s)
{
	json_t *out = json_object(), *all = NULL, *one;
	const char *at = *s, *from;
	size_t n, i;
	char *name;

	if (json_is_array(json_object_get(v, "data"))) {
		all = json_array();
		json_array_foreach(json_object_get(v, "data"), i, one)
		{
			at = *s;
			(void)json_array_append_new(all, chosen(one, &at));
		}
		(void)json_object_set_new(out, "data", all);
		if (i)
			*s = at;
		else
			*s += strcspn(*s, "}");
		return out;
	}
	while (*at && *at != '}') {
		at += *at == ',';
		n = strcspn(at, ",{}");
		from = at;
		at += n;
		name = ct_printf("%.*s", (int)n, from);
		one = json_object_get(v, name);
		if (*at == '{') {
			at++;
			one = one ? chosen(one, &at) : NULL;
			if (!one)
				at += strcspn(at, "}");
			at += *at == '}';
		} else {
			json_incref(one);
		}
		if (one)
			(void)json_object_set_new(out, name, one);
		free(name);
	}
	*s = at;
	return out;
}

static json_t *
fields_of(const json_t *wire, const char *fields)
{
	return chosen(wire, &fields);
}

/* ---- groups ----------------------------------------------------------------
 */

/* {version}/{app}/threat_privacy_groups_member, or _owner: what is behind the
 * version in a path.  NULL if it has none. */
static const char *
behind_version(const char *tail)
{
	const char *slash = strchr(tail, '/');

	return *tail == 'v' && slash ? slash + 1 : NULL;
}

static void
groups(struct sandbox_req *req, struct sandbox_ans *ans)
{
	json_t *all = json_array(), *one;
	const char *id;

	json_object_foreach(req->box->group, id, one)
	{
		(void)json_array_append(all, one);
	}
	ct_sandbox_json(ans, 200, json_pack("{s:o}", "data", all));
}

static void
group(struct sandbox_req *req, struct sandbox_ans *ans, const char *id)
{
	char *fields = ct_sandbox_param(req, "fields");
	json_t *is = json_object_get(req->box->group, id);

	if (!is)
		fail(ans, 400, 100, "GraphMethodException",
		    "Unsupported get request. Object does not exist");
	else
		ct_sandbox_json(
		    ans, 200, fields_of(is, fields ? fields : "id,name"));
	free(fields);
}

/* ---- threat_updates --------------------------------------------------------
 */

struct asked {
	char *types, *fields, *after;
	double from, to; /* s */
	long limit;
};

static double
number(const struct sandbox_req *req, const char *name, double fallback)
{
	char *text = ct_sandbox_param(req, name), *end;
	double v = fallback;

	if (text) {
		v = strtod(text, &end);
		v = *end || end == text ? -1 : v;
	}
	free(text);
	return v;
}

static bool
listed(const char *types, const char *type)
{
	size_t n = type ? strlen(type) : 0;
	const char *s;

	for (s = types; n && s; s = strchr(s, ',') ? strchr(s, ',') + 1 : NULL)
		if (strncmp(s, type, n) == 0 && strchr(",", s[n]))
			return true;
	return !types;
}

/* A cursor says behind what record, by its time and its id. */
static char *
cursor(const json_t *item)
{
	char *text =
	    ct_printf("%.0f %s", json_number_value(json_object_get(item, "at")),
		json_string_value(json_object_get(item, "key")));
	char *hex = ct_alloc(2 * strlen(text) + 1, 1);
	size_t i;

	for (i = 0; text[i]; i++)
		(void)snprintf(
		    hex + 2 * i, 3, "%02x", (unsigned char)text[i] ^ 0x5a);
	free(text);
	return hex;
}

static bool
is_after(const json_t *item, const char *after)
{
	char text[256], *key;
	double at = json_number_value(json_object_get(item, "at")), was;
	size_t n = strlen(after) / 2, i;

	n = n < sizeof text ? n : sizeof text - 1;
	if (ct_unhex(after, (uint8_t *)text, n) < 0)
		return false;
	for (i = 0; i < n; i++)
		text[i] = (char)(text[i] ^ 0x5a);
	text[n] = '\0';
	was = strtod(text, &key);
	return at > was ||
	    (at >= was && *key == ' ' &&
		strcmp(json_string_value(json_object_get(item, "key")),
		    key + 1) > 0);
}

static char *
escaped(const char *s)
{
	char *out = ct_alloc(3 * strlen(s) + 1, 1), *to = out;

	for (; *s; s++)
		if (strchr("|{},%&#+ \"", *s))
			to += sprintf(to, "%%%02X", (unsigned char)*s);
		else
			*to++ = *s;
	*to = '\0';
	return out;
}

/* The whole URL of the next page, the token in it, as Graph has it. */
static json_t *
paging(const struct sandbox_req *req, const struct asked *a,
    const json_t *first, const json_t *last)
{
	static const char *const hosts[] = { "http://other.example",
		"https://other.example", "https://user:pw@127.0.0.1", NULL };
	static const char *const kept[] = { "start_time", "stop_time", "limit",
		"types", "fields", "access_token" };
	const struct sandbox_plan *plan = &req->plan;
	long foreign = plan->arg[FAULT_FOREIGN];
	char *before = first ? cursor(first) : ct_strdup("");
	char *after = last ? cursor(last) : ct_strdup(a->after ? a->after : "");
	const char *host = plan->on[FAULT_FOREIGN] && foreign < 3
	    ? hosts[foreign < 0 ? 0 : foreign]
	    : req->box->url;
	char *url = ct_printf("%s%s%s?after=%s", host,
	    plan->on[FAULT_FOREIGN] && foreign == 3 ? "/graph/.." : "",
	    req->url, plan->on[FAULT_LOOP] && a->after ? a->after : after);
	char *value, *safe, *more;
	json_t *o;
	size_t i;

	for (i = 0; i < sizeof kept / sizeof kept[0]; i++) {
		if (!(value = ct_sandbox_param(req, kept[i])))
			continue;
		safe = escaped(value);
		more = ct_printf("%s&%s=%s", url, kept[i], safe);
		free(url);
		free(safe);
		free(value);
		url = more;
	}
	o = json_pack("{s:{s:s, s:s}, s:s}", "cursors", "before", before,
	    "after", after, "next", url);
	free(url);
	free(before);
	free(after);
	return o;
}

static void
page(struct sandbox_req *req, struct sandbox_ans *ans, const struct asked *a)
{
	const json_t *feed = req->box->feed[GRAPH], *item, *wire;
	const json_t *first = NULL, *last = NULL;
	json_t *data = json_array(), *o;
	bool more = req->plan.on[FAULT_EMPTY];
	size_t i;
	double at;

	json_array_foreach(feed, i, item)
	{
		if (req->plan.on[FAULT_EMPTY])
			break;
		wire = json_object_get(item, "wire");
		at = json_number_value(json_object_get(item, "at"));
		if (at < a->from || at > a->to ||
		    !listed(a->types,
			json_string_value(json_object_get(wire, "type"))) ||
		    (a->after && !is_after(item, a->after)))
			continue;
		if ((long)json_array_size(data) == a->limit) {
			more = true;
			break;
		}
		first = first ? first : item;
		last = item;
		(void)json_array_append_new(
		    data, fields_of(wire, a->fields ? a->fields : USUAL));
	}
	o = json_pack("{s:o}", "data", data);
	if (more || req->plan.on[FAULT_LOOP] || req->plan.on[FAULT_FOREIGN] ||
	    req->plan.on[FAULT_ENDLESS])
		(void)json_object_set_new(
		    o, "paging", paging(req, a, first, last));
	ct_sandbox_json(ans, 200, o);
}

static void
updates(struct sandbox_req *req, struct sandbox_ans *ans, const char *id)
{
	const json_t *group = json_object_get(req->box->group, id);
	struct asked a = { .types = ct_sandbox_param(req, "types"),
		.fields = ct_sandbox_param(req, "fields"),
		.after = ct_sandbox_param(req, "after"),
		.from = number(req, "start_time", 0),
		.to = number(req, "stop_time", 1e15),
		.limit = (long)number(req, "limit", LIMIT) };

	if (!group)
		fail(ans, 400, 100, "GraphMethodException",
		    "Unsupported get request. Object does not exist");
	else if (!json_is_true(
		     json_object_get(group, "threat_updates_enabled")))
		fail(ans, 500, 1, "OAuthException",
		    "threat_updates is not enabled for this privacy group");
	else if (a.from < 0 || a.to < 0 || a.limit < 1)
		fail(ans, 400, 100, "OAuthException", "Invalid parameter");
	else
		page(req, ans, &a);
	free(a.types);
	free(a.fields);
	free(a.after);
}

/* /graph/vN.N/{group}/threat_updates, {group} alone, or
 * {app}/threat_privacy_groups_member */
void
ct_sandbox_graph_get(struct sandbox_req *req, struct sandbox_ans *ans)
{
	const char *rest = behind_version(req->tail);
	size_t n = rest ? strcspn(rest, "/") : 0;
	char *id = ct_printf("%.*s", (int)n, rest ? rest : "");

	if (refused(req, ans)) {
		free(id);
		return;
	}
	if (n &&
	    (strcmp(rest + n, "/threat_updates") == 0 ||
		strcmp(rest + n, "/threat_updates/") == 0))
		updates(req, ans, id);
	else if (n &&
	    strncmp(rest + n, "/threat_privacy_groups_",
		strlen("/threat_privacy_groups_")) == 0)
		groups(req, ans);
	else if (n && (!rest[n] || strcmp(rest + n, "/") == 0))
		group(req, ans, id);
	else
		fail(ans, 404, 2500, "OAuthException", "Unknown path");
	free(id);
}

/* ---- reactions -------------------------------------------------------------
 */

/* The record that has this descriptor, and where in the feed; or NULL. */
static json_t *
descriptor(const struct ct_sandbox *box, const char *id, size_t *at)
{
	const json_t *item, *all;
	json_t *one;
	size_t k;

	for (*at = 0; (item = json_array_get(box->feed[GRAPH], *at)); ++*at) {
		all = json_object_get(
		    json_object_get(
			json_object_get(item, "wire"), "descriptors"),
		    "data");
		json_array_foreach(all, k, one)
		{
			if (json_is_string(json_object_get(one, "id")) &&
			    strcmp(
				json_string_value(json_object_get(one, "id")),
				id) == 0)
				return one;
		}
	}
	return NULL;
}

/* Without this app's name, or with it. */
static char *
names(const char *was, const char *app, bool with)
{
	char *all = ct_strdup(was), *rest = all, *name, *out = ct_strdup("");
	char *next;

	while ((name = strsep(&rest, ",")))
		if (*name && strcmp(name, app) != 0) {
			next = ct_printf("%s%s%s", out, *out ? "," : "", name);
			free(out);
			out = next;
		}
	free(all);
	if (with) {
		next = ct_printf("%s%s%s", out, *out ? "," : "", app);
		free(out);
		out = next;
	}
	return out;
}

static void
react(json_t *one, const char *name, const char *app, bool with)
{
	json_t *all = json_object_get(one, "reactions"), *r = NULL;
	const char *key;
	char *value;
	size_t i;

	if (!all)
		(void)json_object_set_new(one, "reactions", all = json_array());
	json_array_foreach(all, i, r)
	{
		key = json_string_value(json_object_get(r, "key"));
		if (key && strcmp(key, name) == 0)
			break;
		r = NULL;
	}
	value = names(
	    r ? json_string_value(json_object_get(r, "value")) : "", app, with);
	if (r)
		(void)json_array_remove(all, i);
	if (*value)
		(void)json_array_append_new(
		    all, json_pack("{s:s, s:s}", "key", name, "value", value));
	free(value);
}

void
ct_sandbox_graph_post(struct sandbox_req *req, struct sandbox_ans *ans)
{
	static const char *const known[] = { "HELPFUL", "NOT_HELPFUL",
		"DISAGREE_WITH_TAGS", "NON_MALICIOUS", "OUTDATED",
		"SAW_THIS_TOO", "WANT_MORE_INFO" };
	const char *rest = behind_version(req->tail);
	char *id = ct_printf(
	    "%.*s", rest ? (int)strcspn(rest, "/") : 0, rest ? rest : "");
	char *add = ct_sandbox_param(req, "reactions");
	char *gone = ct_sandbox_param(req, "reactions_to_remove");
	const char *name = add ? add : gone ? gone : "";
	json_t *one;
	size_t i, at = 0;

	for (i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(name, known[i]) == 0)
			break;
	if (refused(req, ans)) {
		;
	} else if (!(one = descriptor(req->box, id, &at))) {
		fail(ans, 400, 100, "GraphMethodException",
		    "Unsupported post request. Object does not exist");
	} else if (i == sizeof known / sizeof known[0] || (add && gone)) {
		fail(ans, 400, 100, "OAuthException", "Invalid parameter");
	} else {
		react(one, name, SANDBOX_APP, add != NULL);
		ct_sandbox_touch(req->box, GRAPH, at);
		ct_sandbox_json(ans, 200, json_pack("{s:b}", "success", 1));
	}
	free(id);
	free(add);
	free(gone);
}
