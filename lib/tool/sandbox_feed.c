/* sandbox_feed.c - the exchanges that speak JSON: their records, in order */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"
#include "sandbox_impl.h"

#define GROUP "300000000000001"

const char *const ct_sandbox_service[SERVICES] = { "threatexchange", "stopncii",
	"tat" };

/* Where a record has its name and its time. */
static const struct {
	const char *key, *more, *at; /* more: the name is both, or NULL */
} named[SERVICES] = { { "id", NULL, "last_updated" },
	{ "hashValue", "signalType", "lastModtimestamp" },
	{ "id", NULL, "updated_on" } };

static json_t *
must(json_t *v)
{
	if (!v)
		ct_die(CT_OSERR, "out of memory");
	return v;
}

void
ct_sandbox_feeds_new(struct ct_sandbox *box)
{
	size_t i;

	for (i = 0; i < SERVICES; i++)
		box->feed[i] = must(json_array());
	box->token = must(json_object());
	box->file = must(json_object());
	box->body = must(json_object());
	box->priority = must(json_object());
	box->class = must(json_object());
	box->group =
	    must(json_pack("{s:{s:s, s:s, s:s, s:b, s:b, s:b, s:s, s:s}}",
		GROUP, "id", GROUP, "name", "Sandbox group", "description",
		"made up", "members_can_see", 1, "members_can_use", 1,
		"threat_updates_enabled", 1, "last_updated",
		"2026-01-01T00:00:00+0000", "added_on",
		"2025-01-01T00:00:00+0000"));
}

void
ct_sandbox_feeds_free(struct ct_sandbox *box)
{
	size_t i;

	for (i = 0; i < SERVICES; i++)
		json_decref(box->feed[i]);
	json_decref(box->token);
	json_decref(box->file);
	json_decref(box->body);
	json_decref(box->priority);
	json_decref(box->class);
	json_decref(box->group);
}

double
ct_sandbox_seconds(const json_t *v)
{
	char *end;
	double s;

	if (json_is_number(v))
		return json_number_value(v);
	if (!json_is_string(v) || !json_string_length(v))
		return -1;
	s = strtod(json_string_value(v), &end);
	return *end || s < 0 ? -1 : s;
}

/* A text or an integer as text; NULL if it is neither. */
static char *
name_of(const json_t *v)
{
	if (json_is_string(v))
		return ct_strdup(json_string_value(v));
	if (json_is_integer(v))
		return ct_printf("%lld", (long long)json_integer_value(v));
	return NULL;
}

static char *
key_of(enum sandbox_service s, const json_t *wire)
{
	char *key = name_of(json_object_get(wire, named[s].key));
	char *more = named[s].more && key
	    ? name_of(json_object_get(wire, named[s].more))
	    : NULL;
	char *both = more ? ct_printf("%s %s", key, more) : NULL;

	free(more);
	if (!both)
		return key;
	free(key);
	return both;
}

/* Behind all that changed no later. */
static void
insert(json_t *feed, json_t *item)
{
	double at = json_number_value(json_object_get(item, "at"));
	size_t i = json_array_size(feed);

	while (i > 0 &&
	    json_number_value(
		json_object_get(json_array_get(feed, i - 1), "at")) > at)
		i--;
	if (json_array_insert_new(feed, i, item) < 0)
		ct_die(CT_OSERR, "out of memory");
}

static void
drop(json_t *feed, const char *key)
{
	const json_t *item;
	size_t i;

	json_array_foreach(feed, i, item)
	{
		if (strcmp(json_string_value(json_object_get(item, "key")),
			key) == 0) {
			(void)json_array_remove(feed, i);
			return;
		}
	}
}

int
ct_sandbox_feed(struct ct_sandbox *box, enum sandbox_service s,
    const json_t *records, struct ct_err *err)
{
	json_int_t now = ct_sandbox_now(box) / 1000;
	json_t *wire, *at;
	char *key;
	size_t i;

	if (!json_is_array(records))
		return ct_fail(err, CT_DATAERR, "%s: want an array",
		    ct_sandbox_service[s]);
	json_array_foreach(records, i, wire)
	{
		if (!json_is_object(wire) || !(key = key_of(s, wire)))
			return ct_fail(err, CT_DATAERR,
			    "%s: want objects with %s", ct_sandbox_service[s],
			    named[s].key);
		wire = must(json_deep_copy(wire));
		if (!(at = json_object_get(wire, named[s].at))) {
			at = must(s == TAT ? json_real((double)now)
					   : json_integer(now));
			(void)json_object_set_new(wire, named[s].at, at);
		}
		drop(box->feed[s], key);
		insert(box->feed[s],
		    must(json_pack("{s:s, s:f, s:o}", "key", key, "at",
			ct_sandbox_seconds(at), "wire", wire)));
		free(key);
	}
	return 0;
}

void
ct_sandbox_touch(struct ct_sandbox *box, enum sandbox_service s, size_t i)
{
	int64_t seconds = ct_sandbox_now(box) / 1000;
	double now = (double)seconds;
	json_t *item = json_incref(json_array_get(box->feed[s], i));
	json_t *wire = json_object_get(item, "wire");

	(void)json_object_set_new(wire, named[s].at,
	    must(s == TAT ? json_real(now) : json_integer((json_int_t)now)));
	(void)json_object_set_new(item, "at", must(json_real(now)));
	(void)json_array_remove(box->feed[s], i);
	insert(box->feed[s], item);
}

int
ct_sandbox_group(struct ct_sandbox *box, const json_t *v, struct ct_err *err)
{
	const char *id = json_string_value(json_object_get(v, "id"));
	json_t *is;

	if (!id)
		return ct_fail(err, CT_DATAERR, "group: want an id");
	if (!(is = json_object_get(box->group, id))) {
		is = must(json_object());
		(void)json_object_set_new(box->group, id, is);
	}
	return json_object_update(is, (json_t *)(uintptr_t)v) < 0
	    ? ct_fail(err, CT_OSERR, "out of memory")
	    : 0;
}
