/* report_user.c - the accounts of the records: reported, and others */
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "report_impl.h"

/* ---- members of user, as the records name them --------------------------- */

static const struct {
	const char *from, *to;
} fields[] = {
	{ "first_name", "firstName" },
	{ "middle_name", "middleName" },
	{ "last_name", "lastName" },
	{ "phone", "phone" },
	{ "email", "email" },
	{ "address", "address" },
	{ "age", "age" },
	{ "date_of_birth", "dateOfBirth" },
	{ "vehicle", "vehicleDescription" },
	{ "id", "espIdentifier" },
	{ "service", "espService" },
	{ "platform", "platform" },
	{ "compromised", "compromisedAccount" },
	{ "screen_name", "screenName" },
	{ "display_name", "displayName" },
	{ "profile_url", "profileUrl" },
	{ "bio", "profileBio" },
	{ "ip", "ipCaptureEvent" },
	{ "device", "deviceId" },
	{ "third_party", "thirdPartyUserReported" },
	{ "school", "schoolName" },
	{ "group", "groupIdentifier" },
	{ "suspended", "accountTemporarilyDisabled" },
	{ "disabled", "accountPermanentlyDisabled" },
	{ "location", "estimatedLocation" },
	{ "all_emails", "allEmailsReported" },
	{ "associated", "associatedAccount" },
	{ "additional_info", "additionalInfo" },
};

#define FIELDS (sizeof fields / sizeof fields[0])

/* The element of a field in an account, or in its person; NULL: it has none. */
static const struct ct_elem *
place(const struct ct_elem *account, const char *to, bool *person)
{
	const struct ct_elem *e = ct_elem_sub(account, to);

	*person = false;
	if (!e && strcmp(to, "age") == 0)
		e = ct_elem_sub(account, "approximateAge");
	if (e || account->sub[0].type->kind != CT_NODE)
		return e;
	*person = true;
	return ct_elem_sub(&account->sub[0], to);
}

/* An empty text, list or object says nothing. */
static bool
says_nothing(const json_t *v)
{
	return !v || json_is_null(v) ||
	    (json_is_string(v) && ct_blank(json_string_value(v))) ||
	    (json_is_array(v) && !json_array_size(v)) ||
	    (json_is_object(v) && !json_object_size(v));
}

/* One that may be many need not be written as an array. */
static void
add_each(json_t *all, const char *name, json_t *v)
{
	json_t *one;
	size_t i;

	if (!json_is_array(v)) {
		if (!says_nothing(v))
			ct_model_add(all, name, json_incref(v));
		return;
	}
	json_array_foreach(v, i, one)
	{
		if (!says_nothing(one))
			ct_model_add(all, name, json_incref(one));
	}
}

static void
merge(json_t *all, const json_t *user)
{
	const struct ct_elem *suspect =
	    ct_elem_sub(&ct_report_table, "personOrUserReported");
	const struct ct_elem *e;
	json_t *v;
	size_t k;
	bool person;

	for (k = 0; k < FIELDS; k++) {
		v = json_object_get(user, fields[k].from);
		e = place(suspect, fields[k].to, &person);
		if (e && e->flags & CT_MANY)
			add_each(all, fields[k].from, v);
		else if (!says_nothing(v))
			(void)json_object_set(all, fields[k].from, v);
	}
	/* for those who ask the platform about it */
	if (json_is_string(v = json_object_get(user, "type_id")))
		(void)json_object_set(all, "type_id", v);
}

json_t *
ct_user_merge(const json_t *recs)
{
	json_t *all = json_object(), *user, *last = NULL, *at;
	const json_t *rec;
	size_t i;

	json_array_foreach(recs, i, rec)
	{
		user = json_object_get(rec, "user");
		/* most say the same: then to compare them is enough */
		if (!last || !json_equal(user, last))
			merge(all, user);
		last = user;
		/* a file's document takes one address: the rest go here */
		at = ct_rec_get(rec, "object.ip");
		if (json_array_size(at) > 1)
			add_each(all, "ip", at);
	}
	return all;
}

/* ---- an account as an element --------------------------------------------
 */

struct account {
	const struct ct_reporting *r;
	struct ct_soft soft;
	const char *name;
	json_t *model, *person;
};

/* One value of a member as much of it as fits; NULL: nothing. */
static json_t *
value_of(struct account *a, const struct ct_elem *e, const char *name,
    const json_t *v)
{
	json_t *value, *named;

	if (strcmp(e->name, "associatedAccount") == 0) {
		value = ct_account_model(a->r, e, name, v, a->soft.notes);
		if (!value)
			ct_soft_left(&a->soft, name, v);
		return value;
	}
	if (e->type->kind == CT_DATE && ct_soft_future(&a->soft, v)) {
		ct_soft_left(&a->soft, name, v);
		return NULL;
	}
	if (!(value = ct_soft_value(&a->soft, e, name, v)))
		return NULL;
	named = ct_model_named(e, value);
	json_decref(value);
	return named;
}

static void
put(struct account *a, const struct ct_elem *account, size_t k, const json_t *v)
{
	char *name = ct_printf("%s.%s", a->name, fields[k].from);
	const struct ct_elem *e;
	json_t *value = NULL;
	bool person;

	if (!(e = place(account, fields[k].to, &person)))
		ct_soft_left(&a->soft, name, v);
	else
		value = value_of(a, e, name, v);
	if (value && e->flags & CT_MANY)
		ct_model_add(person ? a->person : a->model, e->name, value);
	else if (value)
		(void)json_object_set_new(
		    person ? a->person : a->model, e->name, value);
	free(name);
}

/* What kind of account it is, in words of the schema. */
static bool
put_type(struct account *a, const struct ct_elem *e, const json_t *user)
{
	const struct ct_attr *type = ct_elem_attr(e, "type");
	const struct ct_where at = { e->name, "type" };
	json_t *v = json_object_get(user, "type");
	struct ct_err none;
	char *text;

	if (!type)
		return true;
	if (ct_report_value(&text, &at, type->type, v, &none))
		return false;
	free(text);
	(void)json_object_set(a->model, "type", v);
	return true;
}

/* What was known already, and what does not fit. */
static void
put_info(struct account *a, const struct ct_elem *e)
{
	static const char name[] = "additionalInfo";
	bool many = ct_elem_sub(e, name)->flags & CT_MANY;
	json_t *said = json_object_get(a->model, name);
	char *all = ct_soft_lines(
	    &a->soft, json_string_value(many ? json_array_get(said, 0) : said));

	if (!ct_blank(all))
		(void)json_object_set_new(a->model, name,
		    many ? json_pack("[s]", all) : json_string(all));
	free(all);
}

json_t *
ct_account_model(const struct ct_reporting *r, const struct ct_elem *e,
    const char *name, const json_t *user, json_t *notes)
{
	struct account a = { r, { r->now, notes, json_array() }, name,
		json_object(), json_object() };
	const json_t *v, *one;
	size_t k, i;

	for (k = 0; k < FIELDS; k++) {
		v = json_object_get(user, fields[k].from);
		if (!json_is_array(v)) {
			if (!says_nothing(v))
				put(&a, e, k, v);
			continue;
		}
		json_array_foreach(v, i, one)
		{
			if (!says_nothing(one))
				put(&a, e, k, one);
		}
	}
	if (json_object_size(a.person) || e->sub[0].flags & CT_MUST)
		(void)json_object_set(a.model, e->sub[0].name, a.person);
	put_info(&a, e);
	json_decref(a.person);
	json_decref(a.soft.left);
	if (put_type(&a, e, user))
		return a.model;
	json_decref(a.model);
	return NULL;
}

void
ct_others_model(const struct ct_reporting *r, const json_t *recs, json_t *model,
    json_t *notes)
{
	static const struct {
		const char *from, *to;
	} kinds[] = { { "recipient", "intendedRecipient" },
		{ "victim", "victim" } };
	const json_t *rec, *one;
	json_t *all;
	size_t i, k;

	for (k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
		all = json_object();
		json_array_foreach(recs, i, rec)
		{
			add_each(
			    all, "all", json_object_get(rec, kinds[k].from));
		}
		json_array_foreach(json_object_get(all, "all"), i, one)
		{
			ct_model_add(model, kinds[k].to,
			    json_is_object(one)
				? ct_account_model(r,
				      ct_elem_sub(
					  &ct_report_table, kinds[k].to),
				      kinds[k].from, one, notes)
				: json_incref((json_t *)(uintptr_t)one));
		}
		json_decref(all);
	}
}

static void
add_priors(const char *want, const json_t *list, json_t *suspect, json_t *notes)
{
	const json_t *prior, *id;
	const char *env;
	size_t i;

	json_array_foreach(list, i, prior)
	{
		env = ct_rec_text(prior, "env");
		id = json_object_get(prior, "report_id");
		if (!env || (!json_is_string(id) && !json_is_integer(id)))
			ct_soft_note(notes, "prior",
			    "has one without env or report_id: left out");
		else if (strcmp(env, want) != 0)
			continue;
		else if (json_is_string(id))
			ct_model_add(suspect, "priorCTReports",
			    json_incref((json_t *)(uintptr_t)id));
		else
			ct_model_add(suspect, "priorCTReports",
			    json_sprintf("%" JSON_INTEGER_FORMAT,
				json_integer_value(id)));
	}
}

void
ct_priors(const struct ct_reporting *r, const json_t *recs, json_t *suspect,
    json_t *notes)
{
	const char *want = r->production ? "production" : "test";
	const json_t *rec;
	size_t i;

	json_array_foreach(recs, i, rec)
	{
		add_priors(
		    want, ct_rec_get(rec, "review.prior"), suspect, notes);
		add_priors(want, ct_rec_get(rec, "prior"), suspect, notes);
	}
}
