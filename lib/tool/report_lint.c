/* report_lint.c - what is legal, but leaves the police with little */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clock.h"
#include "offence.h"
#include "queue.h"
#include "report_impl.h"

/* What may be found, what it costs of 100, whether it is an error. */
enum finding {
	NOTHING,
	NOBODY,
	PLACEHOLDER,
	NOT_PUBLIC,
	FUTURE,
	NO_WORDS,
	NO_ACCOUNT,
	NO_IP,
	NO_EMAIL,
	NOTHING_PROVEN,
	NO_TIME,
	IP_TIME,
	IP_PORT,
	AGE,
	NO_NAME,
	NO_OTHERS,
	BATCH,
	PRIOR,
	FILE_IP,
	NO_CLASS,
	NO_CONTACT,
	FINDINGS
};

/* clang-format off */
static const struct {
	int cost;
	bool error;
	const char *text;
} findings[FINDINGS] = {
	[NOTHING] = { 40, true, "no file, and no text of what was said" },
	[NOBODY] = { 40, true,
	    "nothing tells who it is: no account, name, e-mail, phone, address" },
	[PLACEHOLDER] = { 25, true, "a placeholder for the account's "
	    "'espIdentifier', 'email' or name" },
	[NOT_PUBLIC] = { 20, true, "an 'ipAddress' is not a public one" },
	[FUTURE] = { 20, true, "a time lies in the future" },
	[NO_WORDS] = { 20, true, "a conversation in which no message has 'from' "
	    "or 'text'" },
	[NO_ACCOUNT] = { 20, false,
	    "no account (user.id): one report a file" },
	[NO_IP] = { 20, false, "no 'ipCaptureEvent' of the account" },
	[NO_EMAIL] = { 15, false, "no 'email' of the account" },
	[NOTHING_PROVEN] = { 15, false, "a file rests on a decision alone: "
	    "no view of it is proven, no list has it" },
	[NO_TIME] = { 10, false,
	    "no time of what happened (incident.at), but that of a file" },
	[IP_TIME] = { 10, false, "an 'ipCaptureEvent' has no 'dateTime'" },
	[IP_PORT] = { 5, false, "an 'ipCaptureEvent' has no 'port'" },
	[AGE] = { 5, false, "'age' and 'dateOfBirth' disagree" },
	[NO_NAME] = { 5, false, "no 'screenName' of the account" },
	[NO_OTHERS] = { 5, false,
	    "enticement, but no 'victim' and no 'intendedRecipient'" },
	[BATCH] = { 5, false, "'batchedReport', but only one account" },
	[PRIOR] = { 5, false, "'priorCTReports' that name no environment" },
	[FILE_IP] = { 5, false,
	    "a file does not say from which address it came" },
	[NO_CLASS] = { 3, false, "a file has no 'industryClassification'" },
	[NO_CONTACT] = { 2, false,
	    "no 'contactPerson' whom the police can call" },
};
/* clang-format on */

struct lint {
	const struct ct_reporting *r;
	bool found[FINDINGS];
};

/* ---- of any element ------------------------------------------------------ */

static void
look_time(struct lint *l, const json_t *v)
{
	struct ct_err none;
	int64_t ms;

	if (v && ct_report_time(&ms, "", v, &none) == 0 && ms > l->r->now)
		l->found[FUTURE] = true;
}

static void
look_ip(struct lint *l, const json_t *event)
{
	const char *address = ct_rec_text(event, "ipAddress");

	if (address && ct_ip_private(address))
		l->found[NOT_PUBLIC] = true;
	if (!json_object_get(event, "dateTime"))
		l->found[IP_TIME] = true;
	if (!json_object_get(event, "port"))
		l->found[IP_PORT] = true;
}

/* A birthday gives one of two ages within a year. */
static void
look_age(struct lint *l, const json_t *person)
{
	const json_t *age = json_object_get(person, "age");
	const char *born = ct_rec_text(person, "dateOfBirth");
	char now[CT_TIME_LEN];
	json_int_t years;

	if (!age)
		age = json_object_get(person, "approximateAge");
	if (!json_is_integer(age) || !born)
		return;
	years =
	    strtol(ct_time(l->r->now, now), NULL, 10) - strtol(born, NULL, 10);
	if (json_integer_value(age) != years &&
	    json_integer_value(age) != years - 1)
		l->found[AGE] = true;
}

static void look(struct lint *l, const struct ct_elem *e, const json_t *v);

static void
look_within(struct lint *l, const struct ct_elem *e, const json_t *v)
{
	const struct ct_elem *s;
	const struct ct_attr *a;
	const json_t *value, *one;
	size_t i;

	for (a = e->attr; a && a->name; a++)
		if (a->type->kind == CT_TIME)
			look_time(l, json_object_get(v, a->name));
	for (s = e->sub; s && s->name; s++) {
		value = json_object_get(v, s->name);
		json_array_foreach(value, i, one)
		{
			look(l, s, one);
		}
		if (value && !json_is_array(value))
			look(l, s, value);
	}
}

static void
look(struct lint *l, const struct ct_elem *e, const json_t *v)
{
	if (e->type->kind == CT_TIME)
		look_time(l, v);
	else if (strcmp(e->name, "ipCaptureEvent") == 0)
		look_ip(l, v);
	if (json_is_object(v)) {
		look_age(l, v);
		look_within(l, e, v);
	}
}

/* ---- of the account -------------------------------------------------------
 */

static const char *
value_text(const json_t *v)
{
	return json_string_value(
	    json_is_object(v) ? json_object_get(v, "value") : v);
}

/* Its own words may look like anything; these three it does not choose, or
 * not so. */
static bool
made_up(const json_t *suspect, const json_t *person)
{
	const char *texts[] = { ct_rec_text(suspect, "espIdentifier"),
		ct_rec_text(person, "firstName"),
		ct_rec_text(person, "lastName") };
	const json_t *mail;
	const char *s;
	size_t i;

	for (i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (texts[i] && ct_placeholder(texts[i]))
			return true;
	json_array_foreach(json_object_get(person, "email"), i, mail)
	{
		if ((s = value_text(mail)) && ct_placeholder(s))
			return true;
	}
	return false;
}

static void
look_suspect(struct lint *l, const json_t *model)
{
	const json_t *all = json_object_get(model, "personOrUserReported");
	const json_t *suspect = json_array_get(all, 0);
	const json_t *person =
	    json_object_get(suspect, "personOrUserReportedPerson");

	l->found[NO_ACCOUNT] = !json_object_get(suspect, "espIdentifier");
	l->found[NO_EMAIL] = !json_object_get(person, "email");
	l->found[NO_NAME] = !json_object_get(suspect, "screenName");
	l->found[NO_IP] = !json_object_get(suspect, "ipCaptureEvent");
	l->found[NOBODY] = l->found[NO_ACCOUNT] && l->found[NO_EMAIL] &&
	    l->found[NO_NAME] && l->found[NO_IP] &&
	    !json_object_get(person, "phone");
	l->found[PLACEHOLDER] = made_up(suspect, person);
	l->found[BATCH] =
	    json_object_get(model, "batchedReport") && json_array_size(all) < 2;
}

/* ---- of the case ----------------------------------------------------------
 */

static void
look_files(struct lint *l, const json_t *files)
{
	const struct ct_elem *ip =
	    ct_elem_sub(&ct_file_table, "ipCaptureEvent");
	const json_t *file, *event;
	json_t *named;
	size_t i;

	json_array_foreach(files, i, file)
	{
		/* it accuses nobody */
		if (json_is_true(json_object_get(file, "supplemental")))
			continue;
		if (!json_is_true(json_object_get(file, "viewed")) &&
		    !json_array_size(json_object_get(file, "hits")))
			l->found[NOTHING_PROVEN] = true;
		event = json_object_get(file, "ip");
		named = event ? ct_model_named(ip, event)
			      : ct_rec_get(file, "cybertip.ipCaptureEvent");
		if (named)
			look(l, ip, named);
		else
			l->found[FILE_IP] = true;
		if (event)
			json_decref(named);
		if (!ct_rec_text(file, "review.class") &&
		    !ct_rec_text(file, "cybertip.industryClassification"))
			l->found[NO_CLASS] = true;
	}
}

/* Numbers of earlier reports with no word on where they were made. */
static bool
names_priors(const json_t *v)
{
	const char *name;
	json_t *sub;
	size_t i;

	json_array_foreach(v, i, sub)
	{
		if (names_priors(sub))
			return true;
	}
	json_object_foreach((json_t *)(uintptr_t)v, name, sub)
	{
		if (strncmp(name, "priorCTReport", 13) == 0 ||
		    names_priors(sub))
			return true;
	}
	return false;
}

static void
look_case(struct lint *l, const json_t *recs, const json_t *model,
    const json_t *files)
{
	const char *type = ct_rec_text(model, "incidentSummary.incidentType");
	bool time = false;
	const json_t *rec;
	size_t i;

	json_array_foreach(recs, i, rec)
	{
		time |= (!ct_review_along(rec) &&
			    ct_time_told(ct_rec_get(rec, "incident.at"))) ||
		    ct_rec_get(rec,
			"cybertip.report.incidentSummary.incidentDateTime");
		if (l->r->production &&
		    names_priors(ct_rec_get(rec, "cybertip.report")))
			l->found[PRIOR] = true;
	}
	l->found[NO_WORDS] = ct_thread_wordless(recs);
	l->found[NO_TIME] = !time;
	l->found[NO_CONTACT] = !ct_rec_get(model, "reporter.contactPerson");
	l->found[NO_OTHERS] = type &&
	    strcmp(type, ct_offence_named("enticement")) == 0 &&
	    !json_object_get(model, "victim") &&
	    !json_object_get(model, "intendedRecipient");
	l->found[NOTHING] = !json_array_size(files) && !ct_model_tells(model);
}

json_t *
ct_report_lint(const struct ct_reporting *r, const json_t *recs,
    const json_t *model, const json_t *files)
{
	struct lint l = { .r = r };
	json_t *errors = json_array(), *warnings = json_array();
	int score = 100;
	size_t i;

	look(&l, &ct_report_table, model);
	look_suspect(&l, model);
	look_case(&l, recs, model, files);
	look_files(&l, files);
	for (i = 0; i < FINDINGS; i++) {
		if (!l.found[i])
			continue;
		score -= findings[i].cost;
		(void)json_array_append_new(
		    findings[i].error ? errors : warnings,
		    json_string(findings[i].text));
	}
	return json_pack("{s:i, s:o, s:o}", "score", score < 0 ? 0 : score,
	    "errors", errors, "warnings", warnings);
}
