/* report_reporter.c - who reports: out of the configuration */
#include <string.h>

#include "offence.h"
#include "report_impl.h"

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
	if (type && !ct_offence_named(type))
		return ct_fail(
		    err, CT_CONFIG, "[incident] type is no incident type");
	if ((rc = ct_desk_ready(r, err)) || !r->production)
		return rc;
	if ((rc = no_placeholder(r->conf, "company", company_keys, err)) ||
	    (rc = no_placeholder(r->conf, "reporter", person_keys, err)))
		return rc;
	return no_placeholder(r->conf, "contact", person_keys, err);
}
