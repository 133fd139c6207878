/* sandbox_control.c - /_state: all that is held; /_control: changing it */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"
#include "rec.h"
#include "sandbox_impl.h"

static void
set(json_t *o, const char *name, json_t *value)
{
	if (!value || json_object_set_new(o, name, value) < 0)
		ct_die(CT_OSERR, "out of memory");
}

static json_t *
time_json(int64_t ms)
{
	char text[CT_TIME_LEN];

	return json_string(ct_time(ms, text));
}

/* A number as text: every identifier is a string. */
static json_t *
id_json(int64_t id)
{
	return json_sprintf("%lld", (long long)id);
}

/* A file's name is whatever a client sent. */
static json_t *
text_json(const char *s)
{
	json_t *v = json_string(s);

	return v ? v : json_null();
}

static json_t *
report_json(const struct ct_sandbox *box, const struct sandbox_report *r)
{
	json_t *o = json_object(), *files = json_array(), *f;
	size_t i;

	set(o, "report_id", id_json(r->id));
	set(o, "state", json_string(ct_sandbox_state(box, r)));
	set(o, "opened", time_json(r->opened));
	set(o, "changed", time_json(r->changed));
	if (r->is_finished)
		set(o, "finished", time_json(r->finished));
	set(o, "xml", json_string(r->xml));
	for (i = 0; i < r->nfiles; i++) {
		f = json_object();
		set(f, "file_id", json_string(r->file[i].id));
		set(f, "name", text_json(r->file[i].name));
		set(f, "size", json_integer((json_int_t)r->file[i].size));
		set(f, "md5", json_string(r->file[i].md5));
		set(f, "sha256", json_string(r->file[i].sha256));
		set(f, "details",
		    r->file[i].details ? json_string(r->file[i].details)
				       : json_null());
		(void)json_array_append_new(files, f);
	}
	set(o, "files", files);
	return o;
}

static json_t *
log_json(const struct ct_sandbox *box)
{
	json_t *all = json_array(), *o;
	const struct sandbox_log *l;
	size_t i =
	    box->nlogs > SANDBOX_LOG_MAX ? box->nlogs - SANDBOX_LOG_MAX : 0;

	for (; i < box->nlogs; i++) {
		l = &box->log[i % SANDBOX_LOG_MAX];
		o = json_object();
		set(o, "method", text_json(l->method));
		set(o, "path", text_json(l->path));
		set(o, "at", json_string(l->at));
		set(o, "status", json_integer(l->status));
		if (l->code >= 0)
			set(o, "code", json_integer(l->code));
		if (l->report_id)
			set(o, "report_id", id_json(l->report_id));
		(void)json_array_append_new(all, o);
	}
	return all;
}

static json_t *
hashes_json(const struct ct_sandbox *box)
{
	size_t i, live = 0, prints = 0;

	for (i = 0; i < box->nentries; i++) {
		live += !box->entry[i].deleted;
		prints += box->entry[i].nprints;
	}
	return json_pack("{s:I, s:I, s:I}", "entries", (json_int_t)live,
	    "deleted", (json_int_t)(box->nentries - live), "fingerprints",
	    (json_int_t)prints);
}

static json_t *
feed_json(const json_t *feed)
{
	json_t *all = json_array();
	const json_t *item;
	size_t i;

	json_array_foreach(feed, i, item)
	{
		(void)json_array_append(all, json_object_get(item, "wire"));
	}
	return all;
}

static json_t *
votes_json(const struct ct_sandbox *box)
{
	json_t *all = json_array(), *o, *why;
	const struct sandbox_entry *e;
	const struct sandbox_vote *v;
	size_t i, n, k;

	for (i = 0; i < box->nentries; i++)
		for (n = 0; n < box->entry[i].nvotes; n++) {
			e = &box->entry[i];
			v = &e->vote[n];
			o = json_object();
			why = json_array();
			set(o, "member", json_string(e->member));
			set(o, "entry", json_string(e->id));
			set(o, "type", json_string(v->type));
			set(o, "vote", json_string(v->up ? "up" : "down"));
			for (k = 0; k < v->nreasons; k++)
				(void)json_array_append_new(
				    why, json_string(v->reason[k]));
			set(o, "reasons", why);
			set(o, "at", time_json(v->at));
			(void)json_array_append_new(all, o);
		}
	return all;
}

void
ct_sandbox_json(struct sandbox_ans *ans, int status, json_t *o)
{
	if (!o)
		ct_die(CT_OSERR, "out of memory");
	ans->status = status;
	ans->type = "application/json";
	ans->body = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	if (!ans->body)
		ct_die(CT_OSERR, "out of memory");
	ans->len = strlen(ans->body);
}

void
ct_sandbox_show(struct sandbox_req *req, struct sandbox_ans *ans)
{
	const struct ct_sandbox *box = req->box;
	json_t *o = json_object(), *reports = json_array();
	size_t i;

	for (i = 0; i < box->nreports; i++)
		(void)json_array_append_new(
		    reports, report_json(box, &box->report[i]));
	set(o, "clock", time_json(ct_sandbox_now(box)));
	set(o, "reports", reports);
	set(o, "hashes", hashes_json(box));
	set(o, "votes", votes_json(box));
	for (i = 0; i < SERVICES; i++)
		set(o, ct_sandbox_service[i], feed_json(box->feed[i]));
	set(o, "webhooks", ct_sandbox_webhook_calls(box));
	set(o, "requests_total", json_integer((json_int_t)box->nlogs));
	set(o, "requests", log_json(box));
	ct_sandbox_json(ans, 200, o);
}

/* ---- control --------------------------------------------------------------
 */

static int
set_clock(struct ct_sandbox *box, const json_t *v, struct ct_err *err)
{
	if (!json_is_string(v) && !json_is_null(v))
		return ct_fail(err, CT_DATAERR, "clock: want a time or null");
	return ct_sandbox_clock(box, json_string_value(v), err);
}

/* One, several, or null: none any more. */
static int
set_fault(struct ct_sandbox *box, const json_t *v, struct ct_err *err)
{
	size_t i;

	if (json_is_null(v)) {
		box->nfaults = 0;
		(void)atomic_fetch_add(&box->recalled, 1);
		return 0;
	}
	if (json_is_string(v))
		return ct_sandbox_fault(box, json_string_value(v), err);
	if (!json_is_array(v))
		return ct_fail(err, CT_DATAERR, "fault: want text");
	for (i = 0; i < json_array_size(v); i++)
		if (set_fault(box, json_array_get(v, i), err))
			return err->code;
	return 0;
}

/* How a link to a page counts: "offset" or "entry". */
static int
set_paging(struct ct_sandbox *box, const json_t *v, struct ct_err *err)
{
	const char *how = json_string_value(v);

	if (!how || (strcmp(how, "offset") != 0 && strcmp(how, "entry") != 0))
		return ct_fail(err, CT_DATAERR, "paging: want offset or entry");
	box->by_entry = strcmp(how, "entry") == 0;
	return 0;
}

static int
set_churn(struct ct_sandbox *box, const json_t *v, struct ct_err *err)
{
	if (!json_is_integer(v) || json_integer_value(v) < 0 ||
	    json_integer_value(v) > 1000000)
		return ct_fail(err, CT_DATAERR, "churn: want a number");
	box->churn = (long)json_integer_value(v);
	return 0;
}

static int
set_graph(struct ct_sandbox *box, const json_t *v, struct ct_err *err)
{
	return ct_sandbox_feed(box, GRAPH, v, err);
}

static int
set_stopncii(struct ct_sandbox *box, const json_t *v, struct ct_err *err)
{
	return ct_sandbox_feed(box, STOPNCII, v, err);
}

static int
set_tat(struct ct_sandbox *box, const json_t *v, struct ct_err *err)
{
	return ct_sandbox_feed(box, TAT, v, err);
}

static int
set_entries(struct ct_sandbox *box, const json_t *v, struct ct_err *err)
{
	int64_t now = ct_sandbox_now(box);
	size_t i;

	now -= now % 1000;
	if (!json_is_array(v))
		return ct_fail(err, CT_DATAERR, "entries: want an array");
	for (i = 0; i < json_array_size(v); i++)
		if (ct_sandbox_entry(box, json_array_get(v, i), now, err))
			return err->code;
	return 0;
}

void
ct_sandbox_control(struct sandbox_req *req, struct sandbox_ans *ans)
{
	static const struct {
		const char *name;
		int (*fn)(struct ct_sandbox *box, const json_t *v,
		    struct ct_err *err);
	} verbs[] = { { "clock", set_clock }, { "fault", set_fault },
		{ "entries", set_entries }, { "webhook", ct_sandbox_webhook },
		{ "fill", ct_sandbox_fill }, { "churn", set_churn },
		{ "paging", set_paging }, { "threatexchange", set_graph },
		{ "stopncii", set_stopncii }, { "tat", set_tat },
		{ "group", ct_sandbox_group }, { "file", ct_sandbox_files },
		{ "body", ct_sandbox_body },
		{ "priorities", ct_sandbox_priorities },
		{ "classifications", ct_sandbox_classifications } };
	enum { NVERBS = sizeof verbs / sizeof verbs[0] };
	struct ct_err err = { 0 };
	const char *name;
	json_t *o = NULL, *v;
	size_t i;

	if (req->text)
		o = ct_json_page(req->text, req->len, &err);
	else
		(void)ct_fail(&err, CT_DATAERR, "want a JSON object");
	json_object_foreach(o, name, v)
	{
		for (i = 0; i < NVERBS && strcmp(verbs[i].name, name) != 0; i++)
			continue;
		if (i == NVERBS)
			(void)ct_fail(&err, CT_USAGE, "no control '%s'", name);
		if (i == NVERBS || verbs[i].fn(req->box, v, &err))
			break;
	}
	json_decref(o);
	ct_sandbox_json(ans, err.code ? 400 : 200,
	    err.code ? json_pack("{s:s}", "error", err.msg)
		     : json_pack("{s:b}", "ok", 1));
}
