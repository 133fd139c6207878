/* enrich_preserve.c - tell the platform what to keep: ct_preservation_run */
#include <string.h>

#include "authority.h"
#include "clock.h"
#include "enrich_impl.h"
#include "prog.h"
#include "webhook.h"

struct run {
	struct ct_enrich_types types;
	struct ct_webhook webhook;
	bool nobody; /* there is no webhook: all passes */
	struct ct_filter filter;
};

/* Why there is nobody to tell, a word for the summary; NULL: there is. */
static const char *
passes(const json_t *rec)
{
	const char *state = ct_rec_text(rec, "submission.state");
	const char *env = ct_rec_text(rec, "submission.env");

	if (!json_object_get(rec, "report"))
		return "no report";
	if (!ct_authority_is_ncmec(rec))
		return "of another authority";
	if (!state || strcmp(state, "finished") != 0)
		return "not finished";
	if (env && strcmp(env, "test") == 0)
		return "test";
	if (json_object_get(rec, "preservation"))
		return "already";
	return NULL;
}

static int
check(const json_t *rec, struct ct_err *err)
{
	const char *env = ct_rec_text(rec, "submission.env");
	const char *said = ct_rec_text(rec, "report.env"), *account;
	const char *id = ct_rec_text(rec, "submission.report_id");

	if (!env || strcmp(env, "production") != 0 || !said ||
	    strcmp(said, env) != 0)
		return ct_fail(err, CT_DATAERR,
		    "submission.env is not that of the report");
	if (!id || !*id)
		return ct_fail(err, CT_DATAERR, "no submission.report_id");
	if (!json_is_array(ct_rec_get(rec, "report.files")))
		return ct_fail(err, CT_DATAERR, "report.files is no array");
	return ct_rec_account(rec, &account, err);
}

/* The platform's own media in the report: not what came with it, nor what was
 * written for it. */
static json_t *
reported(const json_t *rec, const struct ct_enrich_types *types)
{
	json_t *media = json_array();
	const json_t *file;
	const char *id, *type;
	size_t i;

	json_array_foreach(ct_rec_get(rec, "report.files"), i, file)
	{
		id = ct_rec_text(file, "id");
		type = ct_rec_text(file, "type_id");
		if (id &&
		    !json_is_true(json_object_get(file, "supplemental")) &&
		    !json_object_get(file, "text"))
			(void)json_array_append_new(media,
			    json_pack("{s:s, s:s}", "id", id, "typeId",
				type ? type : types->media));
	}
	return media;
}

static int
tell(struct run *r, const json_t *rec, struct ct_err *err)
{
	struct ct_http_res res;
	json_t *body = json_pack("{s:{s:O, s:s}, s:o, s:O}", "user", "id",
	    ct_rec_get(rec, "user.id"), "typeId",
	    enrich_user_type(rec, &r->types), "reportedMedia",
	    reported(rec, &r->types), "reportId",
	    ct_rec_get(rec, "submission.report_id"));
	int rc = ct_webhook_post(&r->webhook, body, &res, err);

	json_decref(body);
	if (!rc)
		ct_http_done(&res);
	return rc;
}

static int
each(json_t *rec, void *arg, struct ct_err *err)
{
	struct run *r = arg;
	const char *outcome = r->nobody ? "passed" : passes(rec);
	const char *state = "told";
	char at[CT_TIME_LEN];

	if (!outcome && check(rec, err))
		return err->code;
	if (!outcome && !ct_rec_get(rec, "user.id"))
		state = "no-account";
	else if (!outcome && tell(r, rec, err))
		return err->code;
	ct_tally(&r->filter.tally, outcome ? outcome : state);
	if (!outcome)
		(void)json_object_set_new(rec, "preservation",
		    json_pack(
			"{s:s, s:s}", "state", state, "at", ct_time_now(at)));
	return 0;
}

int
ct_preservation_run(const struct ct_enrich_how *how)
{
	struct run r = { .filter = { .each = each,
			     .in = how->in,
			     .out = how->out,
			     .promise = true,
			     .quiet = how->quiet } };
	struct ct_err err = { 0 };
	int rc = enrich_known(how->conf, &err);

	r.filter.arg = &r;
	r.types = enrich_types(how->conf);
	/* the section; one without url is a mistake */
	r.nobody = !ct_conf_get(how->conf, "preservation", NULL, "");
	if (!rc && r.nobody && !how->quiet)
		ct_warn("the configuration has no [preservation]: nobody is "
			"told");
	if (!rc && !r.nobody)
		rc = ct_webhook_open(
		    &r.webhook, how->conf, "preservation", "enrich", &err);
	r.webhook.patience.wait = how->wait;
	if (rc)
		ct_warn("%s", err.msg);
	else
		rc = ct_filter(&r.filter);
	ct_webhook_close(&r.webhook);
	return rc;
}
