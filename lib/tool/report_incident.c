/* report_incident.c - what happened, when, and where to look */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "clock.h"
#include "offence.h"
#include "prog.h"
#include "queue.h"
#include "report_impl.h"

#define PRIORITY "escalateToHighPriority"

/* The option, else what the records say, else the configuration.  Files speak
 * for themselves: csam gives way to another offence.  What only goes along says
 * nothing of it. */
static int
type_of(const struct ct_reporting *r, const json_t *recs, const char **type,
    struct ct_err *err)
{
	const char *said, *csam = ct_offence_named("csam");
	const json_t *rec, *v;
	size_t i;

	*type = r->incident ? ct_offence_named(r->incident) : NULL;
	if (*type)
		return 0;
	json_array_foreach(recs, i, rec)
	{
		v = ct_rec_get(rec, "review.incident");
		if (!v || json_is_null(v))
			v = ct_rec_get(rec, "incident.type");
		if (!v || json_is_null(v) || ct_review_along(rec))
			continue;
		said = json_is_string(v)
		    ? ct_offence_named(json_string_value(v))
		    : NULL;
		if (!said)
			return ct_fail(err, CT_DATAERR,
			    "element 'incidentType': incident.type is none");
		if (*type && said == csam)
			continue;
		if (*type && *type != csam && *type != said)
			return ct_fail(err, CT_DATAERR,
			    "element 'incidentType': the records differ; "
			    "each offence is a report of its own");
		*type = said;
	}
	said = ct_conf_get(r->conf, "incident", NULL, "type");
	if (!*type)
		*type = ct_offence_named(said ? said : "csam");
	return 0;
}

/* Whose time is looked at. */
enum whose { ATTACHED, MISSING };

static bool
is_of(const json_t *rec, enum whose whose)
{
	return !ct_review_along(rec) &&
	    json_is_true(ct_rec_get(rec, "object.missing")) ==
	    (whose == MISSING);
}

bool
ct_time_told(const json_t *v)
{
	const char *s = json_string_value(v);

	return v && !json_is_null(v) && !(s && ct_blank(s)) &&
	    !(json_is_number(v) && json_number_value(v) == 0);
}

/* The newest time at this path of any such record; *ms stays if there is none.
 * With soft what is no past time is passed over. */
static int
newest(const json_t *recs, enum whose whose, const char *path, int64_t *ms,
    struct ct_soft *soft, struct ct_err *err)
{
	const json_t *rec, *v;
	int64_t t;
	size_t i;
	int rc;

	json_array_foreach(recs, i, rec)
	{
		v = ct_rec_get(rec, path);
		if (!is_of(rec, whose) || !ct_time_told(v))
			continue;
		rc = ct_report_time(&t, "incidentDateTime", v, err);
		if (soft && (rc || t > soft->now)) {
			*err = (struct ct_err){ 0 };
			ct_note(soft->notes,
			    "a time of modification is none, or in the future: "
			    "not looked at");
			continue;
		}
		if (rc)
			return rc;
		if (t > *ms)
			*ms = t;
	}
	return 0;
}

static void
newest_file(const json_t *recs, int64_t now, int64_t *ms)
{
	struct ct_err none;
	const json_t *rec;
	struct stat st;
	char *path;
	int64_t t;
	size_t i;
	bool there;

	json_array_foreach(recs, i, rec)
	{
		if (!is_of(rec, ATTACHED))
			continue;
		there =
		    ct_rec_path(rec, &path, &none) == 0 && stat(path, &st) == 0;
		free(path);
		if (!there)
			continue;
		t = (int64_t)st.st_mtim.tv_sec * 1000 +
		    st.st_mtim.tv_nsec / 1000000;
		if (t > *ms && t <= now)
			*ms = t;
	}
}

/* *said: how the time was come by, NULL if the records state it. */
static int
time_of(const struct ct_reporting *r, const json_t *recs, int64_t *ms,
    const char **said, json_t *notes, struct ct_err *err)
{
	struct ct_soft soft = { .now = r->now, .notes = notes };
	static const char name[] = "incidentDateTime";
	int rc;

	*ms = -1;
	*said = NULL;
	if ((rc = newest(recs, ATTACHED, "incident.at", ms, NULL, err)))
		return rc;
	if (*ms < 0 &&
	    (rc = newest(recs, MISSING, "incident.at", ms, NULL, err)))
		return rc;
	if (*ms < 0) {
		*said = "When the newest of the files was last modified in the "
			"storage of the provider.";
		if ((rc = newest(
			 recs, ATTACHED, "object.modified", ms, &soft, err)))
			return rc;
	}
	if (*ms < 0)
		newest_file(recs, r->now, ms);
	if (*ms < 0) {
		*said = "When the newest of the messages was sent.";
		ct_thread_newest(recs, r->now, ms);
	}
	if (*ms < 0)
		return ct_fail(err, CT_DATAERR,
		    "element '%s': no record tells the time (incident.at)",
		    name);
	if (*ms > r->now)
		return ct_fail(
		    err, CT_DATAERR, "element '%s' is in the future", name);
	return 0;
}

static const struct ct_elem *
summary_elem(void)
{
	return ct_elem_sub(&ct_report_table, "incidentSummary");
}

/* One text of many into *all, a line each. */
static void
add_text(char **all, json_t *seen, const char *s)
{
	char *longer;

	if (ct_blank(s) || json_object_get(seen, s))
		return;
	(void)json_object_set_new(seen, s, json_true());
	longer = ct_printf("%s%s%s", *all ? *all : "", *all ? "\n" : "", s);
	free(*all);
	*all = longer;
}

char *
ct_texts(const json_t *recs, const char *path, size_t max, json_t *notes)
{
	json_t *seen = json_object(), *list, *v;
	char *all = NULL, *longer;
	const json_t *rec;
	size_t i, k;

	json_array_foreach(recs, i, rec)
	{
		v = ct_rec_get(rec, path);
		list = json_is_array(v) ? json_incref(v) : json_pack("[O?]", v);
		json_array_foreach(list, k, v)
		{
			if (json_is_string(v))
				add_text(&all, seen, json_string_value(v));
			else if (!json_is_null(v))
				ct_soft_note(
				    notes, path, "is no text: left out");
		}
		json_decref(list);
	}
	json_decref(seen);
	if (!all)
		return NULL;
	longer = all;
	all = ct_soft_text(longer, max);
	if (strcmp(all, longer) != 0)
		ct_soft_note(notes, path, CT_WAS_CUT);
	free(longer);
	return all;
}

static char *
texts(const json_t *recs, const char *path, const char *element, json_t *notes)
{
	return ct_texts(
	    recs, path, ct_elem_sub(summary_elem(), element)->type->max, notes);
}

/* A priority that is there and no text would be lost. */
static int
all_texts(const json_t *recs, const char *path, const char *element,
    struct ct_err *err)
{
	const json_t *rec, *v, *one;
	bool texts;
	size_t i, k;

	json_array_foreach(recs, i, rec)
	{
		v = ct_rec_get(rec, path);
		texts = !v || json_is_null(v) || json_is_string(v) ||
		    json_is_array(v);
		json_array_foreach(v, k, one)
		{
			texts = texts && json_is_string(one);
		}
		if (!texts)
			return ct_fail(err, CT_DATAERR,
			    "element '%s' is not a text", element);
	}
	return 0;
}

/* Why it must be looked at first: what the records say, and what a person did
 * who decided. */
static char *
urgency(const json_t *recs, json_t *notes)
{
	char *said = texts(recs, "incident.priority", PRIORITY, notes);
	char *person = texts(recs, "review.priority", PRIORITY, notes);
	char *all, *cut;

	if (!said || !person)
		return said ? said : person;
	all = ct_printf("%s\n%s", person, said);
	cut =
	    ct_soft_text(all, ct_elem_sub(summary_elem(), PRIORITY)->type->max);
	if (strcmp(cut, all) != 0)
		ct_soft_note(notes, "incident.priority", CT_WAS_CUT);
	free(all);
	free(said);
	free(person);
	return cut;
}

static void
annotations(json_t *summary, const json_t *recs)
{
	const json_t *rec, *v;
	size_t i;

	json_array_foreach(recs, i, rec)
	{
		v = ct_rec_get(rec, "incident.annotations");
		if (v && !json_is_null(v))
			ct_model_flags(summary, "reportAnnotations", v);
	}
}

/* Where it is on the internet: the pages of the objects, or of the service. */
static int
details(const struct ct_reporting *r, const json_t *recs, json_t *model,
    struct ct_err *err)
{
	const char *kind =
	    ct_conf_get(r->conf, "incident", NULL, "internet_detail");
	const char *client = ct_conf_get(r->conf, "incident", NULL, "client");
	bool web = !kind || strcmp(kind, "web_page") == 0;
	json_t *pages = ct_told_pages(recs, web), *channel = json_object();
	const char *page =
	    ct_conf_get(r->conf, "company", NULL, "more_info_url");

	if (web && !json_object_size(pages) && page) {
		ct_model_add(pages, "url", json_string(page));
		ct_model_text(pages, "additionalInfo",
		    "A page about the service, not of the files.");
	}
	if (json_object_size(pages))
		ct_model_add(model, "internetDetails",
		    json_pack("{s:O}", "webPageIncident", pages));
	json_decref(pages);
	if (web) {
		json_decref(channel);
		return 0;
	}
	if (strcmp(kind, "chat") == 0) {
		ct_model_text(channel, "chatClient", client);
		ct_model_add(model, "internetDetails",
		    json_pack("{s:O}", "chatImIncident", channel));
	} else if (strcmp(kind, "gaming") == 0) {
		ct_model_text(channel, "gameName", client);
		ct_model_add(model, "internetDetails",
		    json_pack("{s:O}", "onlineGamingIncident", channel));
	} else if (strcmp(kind, "none") != 0) {
		(void)ct_fail(err, CT_CONFIG,
		    "[incident] internet_detail is none of web_page, chat, "
		    "gaming, none");
	}
	json_decref(channel);
	return err->code;
}

/* Of the time: how it was come by, and what the records say of it. */
static void
describe(json_t *summary, const json_t *recs, const char *said, json_t *notes)
{
	static const char name[] = "incidentDateTimeDescription";
	size_t max = ct_elem_sub(summary_elem(), name)->type->max;
	char *text = ct_texts(recs, "incident.description",
	    max - (said ? strlen(said) + 1 : 0), notes);
	char *all = ct_printf("%s%s%s", said ? said : "",
	    said && text ? "\n" : "", text ? text : "");

	ct_model_text(summary, name, all);
	free(all);
	free(text);
}

int
ct_incident_model(const struct ct_reporting *r, const json_t *recs,
    json_t *model, json_t **incident, json_t *files, json_t *notes,
    struct ct_err *err)
{
	json_t *summary = json_object();
	char *text, at[CT_TIME_LEN];
	const char *type, *said;
	int64_t ms;
	int rc;

	(void)json_object_set_new(model, "incidentSummary", summary);
	if ((rc = type_of(r, recs, &type, err)) ||
	    (rc = time_of(r, recs, &ms, &said, notes, err)) ||
	    (rc = all_texts(recs, "incident.priority", PRIORITY, err)))
		return rc;
	ct_model_text(summary, "incidentType", type);
	ct_model_text(summary, "incidentDateTime", ct_time(ms, at));
	*incident = json_pack("{s:s, s:s}", "type", type, "at", at);
	text = texts(recs, "incident.platform", "platform", notes);
	ct_model_text(summary, "platform",
	    text ? text : ct_conf_get(r->conf, "incident", NULL, "platform"));
	free(text);
	if ((text = urgency(recs, notes))) {
		ct_model_text(summary, PRIORITY, text);
		(void)json_object_set_new(*incident, "priority", json_true());
	}
	free(text);
	describe(summary, recs, said, notes);
	annotations(summary, recs);
	if ((rc = details(r, recs, model, err)))
		return rc;
	return ct_told_content(recs, model, files, notes, err);
}
