/*
 * review_coop.c - a report of a user, as platforms send it to Coop
 *
 * {"reporter": {"kind": "user", "typeId", "id"}, "reportedAt",
 *  "reportedForReason": {"policyId", "reason", "csam": true},
 *  "reportedItem": {"id", "typeId", "data": {NAME: VALUE, "images": [URL]}},
 *  "reportedItemThread", "reportedItemsInThread", "additionalItems": [...]}
 *
 * What data holds is the platform's own.
 */
#include "review_coop.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"

/* A text, or the id of what Coop calls a related item; or NULL. */
static const char *
named(const json_t *data, const char *member)
{
	const json_t *v = member ? json_object_get(data, member) : NULL;

	return json_is_object(v) ? ct_rec_text(v, "id") : json_string_value(v);
}

static char *
why(const json_t *body)
{
	const json_t *r = json_object_get(body, "reportedForReason");
	const char *csam =
	    json_is_true(json_object_get(r, "csam")) ? "csam" : "";
	const char *text = ct_rec_text(r, "reason");
	const char *policy = ct_rec_text(r, "policyId");

	if (text && !ct_blank(text))
		return ct_printf("%s%s%s", csam, *csam ? ": " : "", text);
	if (policy && !ct_blank(policy))
		return ct_printf(
		    "%s%spolicy %s", csam, *csam ? ", " : "", policy);
	return ct_strdup(*csam ? csam : "reported");
}

/* Does this member of data go into the text? */
static bool
told(const char *name, const json_t *v, const struct ct_policy *p)
{
	return json_is_string(v) &&
	    !(p->coop_account && strcmp(name, p->coop_account) == 0) &&
	    !(p->coop_time && strcmp(name, p->coop_time) == 0);
}

/* All that is text in it, a line each, but for account and time. */
static char *
written(json_t *data, const struct ct_policy *p)
{
	struct ct_text all = { .s = NULL };
	const char *name;
	json_t *v;
	char *line;

	json_object_foreach(data, name, v)
	{
		if (!told(name, v, p))
			continue;
		line = ct_printf("%s: %s\n", name, json_string_value(v));
		ct_text_add(&all, line, strlen(line));
		free(line);
	}
	if (all.s)
		ct_text_add(&all, "", 1);
	return all.s;
}

/* When it happened; or when it was reported, which is said. */
static void
when(json_t *i, const json_t *body, const json_t *data,
    const struct ct_policy *p)
{
	const char *at = named(data, p->coop_time);
	int64_t ms;

	if (!at || ct_time_parse(at, &ms)) {
		at = ct_rec_text(body, "reportedAt");
		if (!at || ct_time_parse(at, &ms))
			return;
		(void)json_object_set_new(
		    i, "description", json_string("When it was reported."));
	}
	(void)json_object_set_new(i, "at", json_string(at));
}

static json_t *
incident(const json_t *body, json_t *data, const struct ct_policy *p)
{
	json_t *i = json_object(), *images = json_object_get(data, "images");
	char *text = written(data, p);

	if (json_is_true(ct_rec_get(body, "reportedForReason.csam")))
		(void)json_object_set_new(i, "type", json_string("csam"));
	when(i, body, data, p);
	if (text)
		(void)json_object_set_new(i, "text", json_string(text));
	if (json_array_size(images))
		(void)json_object_set(i, "url", images);
	free(text);
	return i;
}

/* What the record does not have elsewhere stays, as it came: the thread, the
 * items around it, what of data is no text. */
static json_t *
rest(json_t *body, const struct ct_policy *p)
{
	json_t *all = json_copy(body), *item, *data, *v;
	const char *name;
	void *next;

	item = json_copy(json_object_get(body, "reportedItem"));
	data = json_copy(json_object_get(item, "data"));
	(void)json_object_set_new(all, "reportedItem", item);
	(void)json_object_set_new(item, "data", data);
	(void)json_object_del(item, "id");
	json_object_foreach_safe(data, next, name, v)
	{
		if (told(name, v, p) ||
		    (strcmp(name, "images") == 0 && json_is_array(v)))
			(void)json_object_del(data, name);
	}
	return all;
}

int
review_coop(json_t *body, const struct ct_policy *p, char **reason, char **by,
    struct ct_err *err)
{
	const char *id = ct_rec_text(body, "reportedItem.id"), *who, *account;
	json_t *data = ct_rec_get(body, "reportedItem.data"), *rec;

	*reason = *by = NULL;
	if (!id || !*id)
		return ct_fail(
		    err, CT_DATAERR, "reportedItem.id is not a string");
	if (!json_is_object(data))
		return ct_fail(
		    err, CT_DATAERR, "reportedItem.data is not an object");
	account = named(data, p->coop_account);
	rec = json_pack("{s:s, s:o, s:o}", "id", id, "incident",
	    incident(body, data, p), "coop", rest(body, p));
	if (!rec)
		return ct_fail(err, CT_SOFTWARE, "cannot make a record");
	if (account)
		(void)json_object_set_new(
		    rec, "user", json_pack("{s:s}", "id", account));
	*reason = why(body);
	who = ct_rec_text(body, "reporter.id");
	*by = who ? ct_strdup(who) : NULL;
	(void)json_object_clear(body);
	(void)json_object_update(body, rec);
	json_decref(rec);
	return 0;
}
