/* syncdb_prometheus.c - how the lists are, as metrics for a monitor */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "file.h"
#include "prog.h"
#include "syncdb_impl.h"

#define MODE 0644 /* node_exporter is another user; no hash is in it */

enum kind { NUMBER, FLAG, TIME, AGE };

static const struct metric {
	const char *name, *member; /* of the record of ct_source_show */
	enum kind kind;
	const char *help;
} metrics[] = {
	{ "ct_list_age_seconds", "age_s", AGE,
	    "Seconds since the last run that came to its end, as this was"
	    " written." },
	{ "ct_list_last_run_timestamp_seconds", "last_run", TIME,
	    "End of the last run that came to its end, 0: never." },
	{ "ct_list_last_reconcile_timestamp_seconds", "last_reconcile", TIME,
	    "End of the last walk over the whole source, 0: never." },
	{ "ct_list_entries", "entries", NUMBER, "Entries in the list." },
	{ "ct_list_hashes", "hashes", NUMBER, "Hashes in the list." },
	{ "ct_list_tombstones", "tombstones", NUMBER,
	    "Entries that the source withdrew." },
	{ "ct_list_missing", "missing", NUMBER,
	    "Entries that the last whole walk did not see." },
	{ "ct_list_rejects", "rejects", NUMBER,
	    "Records that the last run refused." },
	{ "ct_list_large", "large", NUMBER, "Large fingerprints in the list." },
	{ "ct_list_large_missing", "large_missing", NUMBER,
	    "Large fingerprints that could not be fetched." },
	{ "ct_list_walking", "resume", FLAG,
	    "Is a walk over the source not at its end?" },
	{ "ct_list_compiled", "compiled", FLAG,
	    "Does the index hold the list as it is?" },
};

static void
add(struct ct_text *t, const char *s)
{
	ct_text_add(t, s, strlen(s));
}

static void
head(struct ct_text *t, const char *name, const char *help)
{
	char line[256];

	(void)snprintf(line, sizeof line, "# HELP %s %s\n# TYPE %s gauge\n",
	    name, help, name);
	add(t, line);
}

/* Names of sources and of adapters need no escapes. */
static void
value(struct ct_text *t, const char *name, const struct ct_source *s,
    const char *text)
{
	char line[256];

	(void)snprintf(line, sizeof line, "%s{source=\"%s\",type=\"%s\"} %s\n",
	    name, s->name, s->adapter->type, text);
	add(t, line);
}

static const char *
number(const struct metric *m, const json_t *rec, char room[32])
{
	const json_t *v = json_object_get(rec, m->member);
	int64_t n = json_integer_value(v);

	if (m->kind == AGE && !json_is_integer(v))
		return "+Inf";
	if (m->kind == FLAG)
		n = json_is_true(v);
	if (m->kind == TIME && json_is_string(v) &&
	    ct_time_parse(json_string_value(v), &n) == 0)
		n /= 1000;
	(void)snprintf(room, 32, "%" PRId64, n);
	return room;
}

/* What could be read of all sources that are meant, in their order; null is
 * one that could not. */
static json_t *
records(struct ct_syncdb *r)
{
	json_t *all = json_array(), *rec;
	struct ct_source *s = r->sources.src;
	struct ct_err err;
	size_t i;

	for (i = 0; i < r->sources.n; i++) {
		err = (struct ct_err){ 0 };
		rec = NULL;
		if (syncdb_meant(r, &s[i]) &&
		    ct_source_show(&s[i], r->home, &rec, &err)) {
			ct_warn("%s", err.msg);
			syncdb_worse(r, err.code);
		}
		(void)json_array_append_new(all, rec ? rec : json_null());
	}
	return all;
}

static void
of_lists(const struct ct_syncdb *r, const json_t *all, struct ct_text *t)
{
	const struct ct_source *s = r->sources.src;
	const struct metric *m, *end = metrics + sizeof metrics / sizeof *m;
	const json_t *rec;
	char room[32];
	size_t i;

	head(t, "ct_list_up", "Could the list be read?");
	for (i = 0; i < r->sources.n; i++)
		if (syncdb_meant(r, &s[i]))
			value(t, "ct_list_up", &s[i],
			    json_is_object(json_array_get(all, i)) ? "1" : "0");
	for (m = metrics; m < end; m++) {
		head(t, m->name, m->help);
		for (i = 0; i < r->sources.n; i++) {
			rec = json_array_get(all, i);
			if (json_is_object(rec))
				value(t, m->name, &s[i], number(m, rec, room));
		}
	}
}

static void
of_index(struct ct_syncdb *r, struct ct_text *t)
{
	struct ct_err err = { 0 };
	uint64_t generation, content;
	char line[64];

	if (ct_compile_last(r->home, &generation, &content, &err)) {
		ct_warn("%s", err.msg);
		syncdb_worse(r, err.code);
		return;
	}
	head(t, "ct_index_generation", "Of the index, 0: there is none.");
	(void)snprintf(
	    line, sizeof line, "ct_index_generation %" PRIu64 "\n", generation);
	add(t, line);
}

void
syncdb_prometheus(struct ct_syncdb *r)
{
	struct ct_text t = { 0 };
	struct ct_err err = { 0 };
	json_t *all = records(r);

	of_lists(r, all, &t);
	of_index(r, &t);
	if (r->output ? ct_file_replace(r->output, MODE, t.s, t.len, &err)
		      : ct_out_bytes(&r->out, t.s, t.len, &err))
		ct_die_err(&err);
	ct_text_free(&t);
	json_decref(all);
}
