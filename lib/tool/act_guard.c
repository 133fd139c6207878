/* act_guard.c - what may be acted on, and what it is: act_judge, act_targets */
#include <string.h>

#include "act_impl.h"
#include "authority.h"
#include "prog.h"
#include "queue.h"
#include "vault.h"

static bool
is(const json_t *rec, const char *path, const char *text)
{
	const char *said = ct_rec_text(rec, path);

	return said && strcmp(said, text) == 0;
}

/* ---- records of files ------------------------------------------------------
 */

/* A verdict that something is harmful; not_csam is none, nor is unsure. */
static bool
harmful(const json_t *rec)
{
	static const char *const not [] = { "not_csam", "unsure" };
	const char *verdict = ct_rec_text(rec, "review.verdict");
	size_t i;

	for (i = 0; i < sizeof not / sizeof not [0]; i++)
		if (verdict && strcmp(verdict, not [i]) == 0)
			return false;
	return verdict && ct_verdict_named(verdict);
}

/*
 * A match without a verdict is enough to hide an object, and for nothing else.
 * One that nobody judged is the operator's own word.
 */
static const char *
judge_file(const json_t *rec, const struct ct_act_verb *verb)
{
	const json_t *review = json_object_get(rec, "review");
	const json_t *match = json_object_get(rec, "match");

	if (json_object_get(rec, "supplemental"))
		return "supplement";
	if (!review && !match)
		return NULL;
	if (verb->back)
		return !verb->account && is(rec, "review.verdict", "not_csam")
		    ? NULL
		    : "not to undo";
	if (review)
		return harmful(rec) ? NULL : "not harmful";
	if (is(rec, "match.verdict", "clean"))
		return "clean";
	if (is(rec, "match.verdict", "match"))
		return verb->account ? "not reviewed" : NULL;
	return "undecided";
}

/* ---- reports, and their evidence -------------------------------------------
 */

static int
check_evidence(
    const json_t *rec, const char *home, bool *agreed, struct ct_err *err)
{
	const json_t *files = ct_rec_get(rec, "report.files"), *file;
	const char *id;
	struct ct_err why;
	size_t i;

	json_array_foreach(files, i, file)
	{
		id = ct_rec_text(file, "vault.id");
		if (!is(file, "vault.state", "sealed") || !id)
			return ct_fail(err, CT_NOPERM,
			    "delete: report.files[%zu] is not sealed", i);
		if (ct_vault_whole(home, id, &why))
			return ct_fail(err, CT_NOPERM,
			    "delete: the evidence of report.files[%zu]: %s", i,
			    why.msg);
	}
	if (ct_vault_vouches(home, rec, agreed, &i, &why))
		return ct_fail(err, CT_NOPERM,
		    "delete: the evidence of report.files[%zu]: %s", i,
		    why.msg);
	return 0;
}

static int
check_finished(const json_t *rec, struct ct_err *err)
{
	const char *id = ct_rec_text(rec, "submission.report_id");

	if (!is(rec, "report.env", "production") ||
	    !is(rec, "submission.env", "production"))
		return ct_fail(
		    err, CT_NOPERM, "delete: no report in production");
	if (!ct_authority_is_ncmec(rec) ||
	    !is(rec, "submission.state", "finished") || !id || !*id)
		return ct_fail(
		    err, CT_NOPERM, "delete: the report is not finished");
	if (!is(rec, "vault.receipt", id))
		return ct_fail(err, CT_NOPERM,
		    "delete: the receipt is not with the evidence");
	if (ct_rec_get(rec, "vault.hold"))
		return ct_fail(err, CT_NOPERM, "delete: the report is on hold");
	return 0;
}

static const char *
judge_report(const json_t *rec, const struct ct_act_how *how, bool *agreed,
    struct ct_err *err)
{
	if (!json_is_array(ct_rec_get(rec, "report.files")) ||
	    !ct_rec_text(rec, "report.key")) {
		(void)ct_fail(err, CT_DATAERR, "no report.files or report.key");
		return NULL;
	}
	if (how->verb->back) {
		(void)ct_fail(err, CT_NOPERM, "%s: what it is of is reported",
		    how->verb->name);
		return NULL;
	}
	if (how->verb->last) {
		if (check_finished(rec, err) == 0)
			(void)check_evidence(rec, how->home, agreed, err);
		return NULL;
	}
	return is(rec, "report.env", "production") || how->test ? NULL : "test";
}

const char *
act_judge(const json_t *rec, const struct ct_act_how *how, bool *agreed,
    struct ct_err *err)
{
	const char *account, *passes;

	err->code = 0;
	if (ct_rec_account(rec, &account, err))
		return NULL;
	if (how->verb->account && !account)
		return "of no account";
	if (json_object_get(rec, "report"))
		return judge_report(rec, how, agreed, err);
	passes = judge_file(rec, how->verb);
	if (!passes && how->verb->last)
		(void)ct_fail(err, CT_NOPERM, "%s: only by a finished report",
		    how->verb->name);
	else if (!passes && !how->verb->account && !ct_rec_text(rec, "id"))
		(void)ct_fail(err, CT_DATAERR, "id is not a string");
	return passes;
}

/* ---- targets
 * -----------------------------------------------------------------
 */

static void
add(struct act_target **t, size_t *n, const char *id, const char *content,
    const char *account, const char *reason)
{
	*t = ct_grow(*t, *n + 1, sizeof **t);
	(*t)[(*n)++] = (struct act_target){ id, content ? content : "",
		account ? account : "", reason ? reason : "" };
}

/* What the platform has of a report: not what came with it or was made of it,
 * nor, to delete, what is no file. */
static void
add_reported(struct act_target **t, size_t *n, const json_t *rec,
    const struct ct_act_verb *verb)
{
	const json_t *files = ct_rec_get(rec, "report.files"), *one;
	const json_t *texts = ct_rec_get(rec, "report.texts");
	const char *account = ct_rec_text(rec, "user.id"), *id;
	const char *key = ct_rec_text(rec, "report.key");
	size_t i;

	json_array_foreach(files, i, one)
	{
		id = ct_rec_text(one, "id");
		if (id && !json_is_true(json_object_get(one, "supplemental")) &&
		    !json_object_get(one, "text"))
			add(t, n, id, ct_rec_text(one, "sha256"), account, key);
	}
	if (verb->last)
		return;
	json_array_foreach(texts, i, one)
	{
		if ((id = ct_rec_text(one, "id")))
			add(t, n, id, ct_rec_text(one, "content"), account,
			    key);
	}
}

struct act_target *
act_targets(const json_t *rec, const struct ct_act_verb *verb, size_t *n)
{
	const char *account = ct_rec_text(rec, "user.id"), *content;
	const char *batch = ct_rec_text(rec, "review.batch");
	struct act_target *t = NULL;

	*n = 0;
	if (json_object_get(rec, "report")) {
		if (verb->account)
			add(&t, n, "", "", account,
			    ct_rec_text(rec, "report.key"));
		else
			add_reported(&t, n, rec, verb);
		return t;
	}
	content = ct_rec_text(rec, "hashes.sha256");
	if (!content)
		content = ct_rec_text(rec, "review.content");
	if (verb->account)
		add(&t, n, "", "", account, batch);
	else
		add(&t, n, ct_rec_text(rec, "id"), content, account, batch);
	return t;
}
