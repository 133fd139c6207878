/* report_user.c - the account of the records, and who reports it */
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "report_impl.h"

void
ct_model_text(json_t *model, const char *name, const char *text)
{
	if (text && !ct_blank(text))
		(void)json_object_set_new(model, name, json_string(text));
}

void
ct_model_add(json_t *model, const char *name, json_t *value)
{
	json_t *list = json_object_get(model, name), *one;
	size_t i;

	if (!list) {
		list = json_array();
		(void)json_object_set_new(model, name, list);
	}
	json_array_foreach(list, i, one)
	{
		if (json_equal(one, value)) {
			json_decref(value);
			return;
		}
	}
	(void)json_array_append_new(list, value);
}

/* ---- members of user, as the records name them --------------------------- */

struct field {
	const char *from, *to;
	bool many;
	bool person; /* within personOrUserReportedPerson */
};

static const struct field fields[] = {
	{ "first_name", "firstName", false, true },
	{ "last_name", "lastName", false, true },
	{ "phone", "phone", true, true },
	{ "email", "email", true, true },
	{ "address", "address", true, true },
	{ "age", "age", false, true },
	{ "date_of_birth", "dateOfBirth", false, true },
	{ "id", "espIdentifier", false, false },
	{ "service", "espService", false, false },
	{ "compromised", "compromisedAccount", false, false },
	{ "screen_name", "screenName", false, false },
	{ "display_name", "displayName", true, false },
	{ "profile_url", "profileUrl", true, false },
	{ "bio", "profileBio", false, false },
	{ "ip", "ipCaptureEvent", true, false },
	{ "device", "deviceId", true, false },
	{ "group", "groupIdentifier", false, false },
	{ "suspended", "accountTemporarilyDisabled", false, false },
	{ "disabled", "accountPermanentlyDisabled", false, false },
	{ "location", "estimatedLocation", false, false },
	{ "all_emails", "allEmailsReported", false, false },
	{ "additional_info", "additionalInfo", false, false },
};

/* An empty text, list or object says nothing. */
static bool
says_nothing(const json_t *v)
{
	return !v || json_is_null(v) ||
	    (json_is_string(v) && ct_blank(json_string_value(v))) ||
	    (json_is_array(v) && !json_array_size(v)) ||
	    (json_is_object(v) && !json_object_size(v));
}

static void
merge(json_t *all, const struct field *f, json_t *v)
{
	json_t *one;
	size_t i;

	if (says_nothing(v))
		return;
	if (!f->many) {
		(void)json_object_set(all, f->from, v);
	} else if (json_is_array(v)) {
		json_array_foreach(v, i, one)
		{
			if (!says_nothing(one))
				ct_model_add(all, f->from, json_incref(one));
		}
	} else {
		ct_model_add(all, f->from, json_incref(v));
	}
}

json_t *
ct_user_merge(const json_t *recs)
{
	static const struct field ip = { "ip", NULL, true, false };
	json_t *all = json_object(), *user, *at;
	const json_t *rec;
	size_t i, k;

	json_array_foreach(recs, i, rec)
	{
		user = json_object_get(rec, "user");
		for (k = 0; k < sizeof fields / sizeof fields[0]; k++)
			merge(all, &fields[k],
			    json_object_get(user, fields[k].from));
		/* a file's document takes one address: the rest go here */
		at = ct_rec_get(rec, "object.ip");
		if (json_array_size(at) > 1)
			merge(all, &ip, at);
	}
	return all;
}

/* The names of an event in our records, and in the document. */
static json_t *
renamed(const json_t *from, const char *const names[][2])
{
	json_t *to, *v;

	if (!json_is_object(from)) /* the writer says what is wrong with it */
		return json_deep_copy(from);
	to = json_object();
	for (; (*names)[0]; names++)
		if (!says_nothing(v = json_object_get(from, (*names)[0])))
			(void)json_object_set(to, (*names)[1], v);
	return to;
}

json_t *
ct_model_ip(const json_t *ip)
{
	static const char *const names[][2] = { { "address", "ipAddress" },
		{ "event", "eventName" }, { "at", "dateTime" },
		{ "proxy", "possibleProxy" }, { "port", "port" },
		{ NULL, NULL } };

	return renamed(ip, names);
}

static json_t *
device(const json_t *from)
{
	static const char *const names[][2] = { { "type", "idType" },
		{ "value", "idValue" }, { "event", "eventName" },
		{ "at", "dateTime" }, { NULL, NULL } };

	return renamed(from, names);
}

static json_t *
as_person(const char *element, const json_t *v, bool many, bool person)
{
	json_t *copy = json_incref((json_t *)(uintptr_t)v);
	json_t *leaf = json_pack(many ? "{s:[o]}" : "{s:o}", element, copy);

	return json_pack("{s:{s:s, s:i}, s:{s:{s:[s]}}, s:[o]}",
	    "incidentSummary", "incidentType", ct_report_incident("csam"),
	    "incidentDateTime", 0, "reporter", "reportingPerson", "email",
	    "a@b.example", "personOrUserReported",
	    person ? json_pack("{s:o}", "personOrUserReportedPerson", leaf)
		   : leaf);
}

static json_t *
wrap(const char *element, const json_t *v, const struct ct_elem **root)
{
	const struct field *f = fields;
	json_t *as, *model;

	*root = &ct_report_table;
	while (strcmp(f->to, element) != 0)
		f++;
	as = strcmp(f->from, "ip") == 0      ? ct_model_ip(v)
	    : strcmp(f->from, "device") == 0 ? device(v)
					     : json_deep_copy(v);
	model = as_person(element, as, f->many, f->person);
	json_decref(as);
	return model;
}

/* One value of a member into the model, or as much of it as fits. */
static void
put(struct ct_soft *soft, json_t *to, const struct field *f, const json_t *v)
{
	char *name = ct_printf("user.%s", f->from);
	json_t *value = NULL, *as;

	if (strcmp(f->from, "date_of_birth") == 0 && ct_soft_future(soft, v))
		ct_soft_left(soft, name, v);
	else
		value = ct_soft_value(soft, wrap, f->to, name, v);
	free(name);
	if (!value)
		return;
	as = strcmp(f->from, "ip") == 0      ? ct_model_ip(value)
	    : strcmp(f->from, "device") == 0 ? device(value)
					     : json_incref(value);
	json_decref(value);
	if (f->many)
		ct_model_add(to, f->to, as);
	else
		(void)json_object_set_new(to, f->to, as);
}

json_t *
ct_user_model(const struct ct_reporting *r, const json_t *user, json_t *notes)
{
	struct ct_soft soft = { r->xsd, r->now, notes, json_array() };
	json_t *model = json_object(), *person = json_object(), *to, *v;
	size_t k, i;
	char *more;

	for (k = 0; k < sizeof fields / sizeof fields[0]; k++) {
		to = fields[k].person ? person : model;
		v = json_object_get(user, fields[k].from);
		/* one that may be many need not be written as an array */
		if (v && !(fields[k].many && json_is_array(v)))
			put(&soft, to, &fields[k], v);
		else
			for (i = 0; i < json_array_size(v); i++)
				put(&soft, to, &fields[k],
				    json_array_get(v, i));
	}
	if (json_object_size(person))
		(void)json_object_set(
		    model, "personOrUserReportedPerson", person);
	json_decref(person);
	more = ct_soft_lines(&soft, ct_rec_text(model, "additionalInfo"));
	ct_model_text(model, "additionalInfo", more);
	free(more);
	json_decref(soft.left);
	return model;
}

/* ---- the reporter ----------------------------------------------------------
 */

static json_t *
person(const struct ct_conf *conf, const char *section)
{
	json_t *p = json_object();
	const char *v;
	size_t i;

	ct_model_text(
	    p, "firstName", ct_conf_get(conf, section, NULL, "first_name"));
	ct_model_text(
	    p, "lastName", ct_conf_get(conf, section, NULL, "last_name"));
	for (i = 0; (v = ct_conf_nth(conf, section, NULL, "phone", i)); i++)
		ct_model_add(p, "phone", json_string(v));
	for (i = 0; (v = ct_conf_nth(conf, section, NULL, "email", i)); i++)
		ct_model_add(p, "email", json_string(v));
	return p;
}

json_t *
ct_reporter_model(const struct ct_conf *conf)
{
	json_t *contact = person(conf, "contact");
	json_t *model =
	    json_pack("{s:o}", "reportingPerson", person(conf, "reporter"));

	if (json_object_size(contact))
		(void)json_object_set(model, "contactPerson", contact);
	json_decref(contact);
	ct_model_text(model, "companyTemplate",
	    ct_conf_get(conf, "company", NULL, "name"));
	ct_model_text(model, "termsOfService",
	    ct_conf_get(conf, "company", NULL, "terms"));
	ct_model_text(
	    model, "legalURL", ct_conf_get(conf, "company", NULL, "legal_url"));
	return model;
}

static const char *const person_keys[] = { "first_name", "last_name", "email",
	"phone", NULL };
static const char *const company_keys[] = { "name", "legal_url", "terms",
	"more_info_url", NULL };
static const char *const incident_keys[] = { "type", "platform", "service",
	"internet_detail", "client", NULL };

static int
no_placeholder(const struct ct_conf *conf, const char *section,
    const char *const keys[], struct ct_err *err)
{
	const char *v;
	size_t i;

	/* what the terms of service say is their own affair */
	for (; *keys; keys++)
		for (i = 0; strcmp(*keys, "terms") != 0 &&
		     (v = ct_conf_nth(conf, section, NULL, *keys, i));
		     i++)
			if (ct_placeholder(v))
				return ct_fail(err, CT_CONFIG,
				    "[%s] %s is a placeholder; not in "
				    "production",
				    section, *keys);
	return 0;
}

int
ct_report_ready(const struct ct_reporting *r, struct ct_err *err)
{
	const char *mail = ct_conf_get(r->conf, "reporter", NULL, "email");
	const char *type = ct_conf_get(r->conf, "incident", NULL, "type");
	int rc;

	if ((rc = ct_conf_known(r->conf, "company", company_keys, err)) ||
	    (rc = ct_conf_known(r->conf, "reporter", person_keys, err)) ||
	    (rc = ct_conf_known(r->conf, "contact", person_keys, err)) ||
	    (rc = ct_conf_known(r->conf, "incident", incident_keys, err)))
		return rc;
	if (!mail)
		return ct_fail(err, CT_CONFIG,
		    "the configuration has no [reporter] email");
	if (!ct_mail_ok(mail))
		return ct_fail(err, CT_CONFIG,
		    "[reporter] email is not an e-mail address");
	if (type && !ct_report_incident(type))
		return ct_fail(
		    err, CT_CONFIG, "[incident] type is no incident type");
	if ((rc = ct_desk_ready(r, err)) || !r->production)
		return rc;
	if ((rc = no_placeholder(r->conf, "company", company_keys, err)) ||
	    (rc = no_placeholder(r->conf, "reporter", person_keys, err)))
		return rc;
	return no_placeholder(r->conf, "contact", person_keys, err);
}
