#include "review.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "prog.h"
#include "review_coop.h"
#include "review_face.h"
#include "serve.h"

/* What a filter's each is given. */
struct piping {
	struct ct_filter filter;
	struct ct_reviewing *r;
};

static int
add(json_t *rec, void *arg, struct ct_err *err)
{
	struct piping *p = arg;
	const char *outcome;
	int rc;

	rc = ct_queue_add(p->r->queue, rec, &p->r->taking, &outcome, err);
	if (!rc)
		ct_tally(&p->filter.tally, outcome);
	return rc;
}

/* A report of what is queued already is a reason more to look at that. */
static int
add_report(json_t *rec, void *arg, struct ct_err *err)
{
	struct piping *p = arg;
	struct ct_taking how = p->r->taking;
	struct ct_pick pick = { NULL, NULL, NULL };
	const char *outcome = "known";
	char *reason, *by;
	int rc = review_coop(rec, &p->r->policy, &reason, &by, err);

	if (rc)
		return rc;
	p->filter.anew = true;
	how.reason = reason;
	how.by = by;
	pick.item = ct_rec_text(rec, "id");
	pick.account = ct_rec_text(rec, "user.id");
	rc = ct_queue_reported(p->r->queue, &pick, &how, err);
	if (rc == CT_NO)
		rc = ct_queue_add(p->r->queue, rec, &how, &outcome, err);
	free(reason);
	free(by);
	if (rc)
		return rc;
	ct_tally(&p->filter.tally, outcome);
	return CT_REWRITE;
}

static int
ack(json_t *rec, void *arg, struct ct_err *err)
{
	struct piping *p = arg;
	const char *outcome;
	int rc = ct_queue_ack(p->r->queue, rec, &outcome, err);

	if (!rc)
		ct_tally(&p->filter.tally, outcome);
	return rc;
}

static int
print(json_t *rec, void *arg, struct ct_err *err)
{
	return ct_out_rec(arg, rec, err);
}

static int
list(struct ct_reviewing *r, struct ct_err *err)
{
	return ct_queue_list(r->queue, &r->pick, print, &r->out, err);
}

static int
decide(struct ct_reviewing *r, struct ct_err *err)
{
	return ct_queue_decide(
	    r->queue, &r->pick, &r->decision, print, &r->out, err);
}

static int
decided(struct ct_reviewing *r, struct ct_err *err)
{
	return ct_queue_decided(r->queue, &r->wanted, print, &r->out, err);
}

/* Without a terminal: the job in hand as records. */
static int
hand_out(struct ct_reviewing *r, struct ct_err *err)
{
	json_t *job;
	int rc = ct_queue_take(r->queue, r->by, &r->pick, &job, err);

	json_decref(job);
	return rc ? rc : ct_queue_job(r->queue, r->by, print, &r->out, err);
}

static int
next(struct ct_reviewing *r, struct ct_err *err)
{
	int rc = isatty(STDIN_FILENO) && isatty(r->out.fd) ? review_face(r, err)
							   : hand_out(r, err);

	return rc == CT_NO
	    ? ct_fail(err, CT_NOINPUT, "nothing waits for '%s'", r->by)
	    : rc;
}

static int
serve(struct ct_reviewing *r, struct ct_err *err)
{
	const struct ct_serve_how how = { .by = r->by,
		.port = r->port,
		.pick = &r->pick,
		.policy = &r->policy };

	return ct_serve(r->queue, &how, &r->out, err);
}

static int
give(struct ct_reviewing *r, struct ct_err *err)
{
	int rc = ct_queue_give(r->queue, r->by, err);

	return rc == CT_NO
	    ? ct_fail(err, CT_NOINPUT, "'%s' has nothing in hand", r->by)
	    : rc;
}

static int
agree(struct ct_reviewing *r, struct ct_err *err)
{
	return ct_queue_agree(r->queue, r->by, print, &r->out, err);
}

static int
stats(struct ct_reviewing *r, struct ct_err *err)
{
	json_t *counts = NULL;
	int rc = ct_queue_stats(r->queue, &counts, err);

	if (!rc)
		rc = ct_out_rec(&r->out, counts, err);
	json_decref(counts);
	return rc;
}

static const struct ct_review_verb verbs[] = {
	{ "add", " all undecided replace reason by coop ", NULL, add },
	{ "list", " account item sha256 ", list, NULL },
	{ "next", " account item sha256 by ", next, NULL },
	{ "serve", " account item sha256 by port ", serve, NULL },
	{ "give", " by ", give, NULL },
	{ "agree", " by ", agree, NULL },
	{ "decide",
	    " account item sha256 verdict class annotation incident priority"
	    " by note ",
	    decide, NULL },
	{ "decided", " all account item dry-run settle test ", decided, NULL },
	{ "ack", " ", NULL, ack },
	{ "stats", " ", stats, NULL },
	{ NULL, NULL, NULL, NULL },
};

const struct ct_review_verb *
ct_review_verb(const char *name)
{
	const struct ct_review_verb *v;

	for (v = verbs; v->name; v++)
		if (strcmp(v->name, name) == 0)
			return v;
	return NULL;
}

int
ct_review_check(const struct ct_review_verb *v, const struct ct_reviewing *r,
    struct ct_err *err)
{
	json_t *name = NULL;

	if (v->run != decided && json_array_size(r->wanted.items) > 1)
		return ct_fail(err, CT_USAGE, "%s: one --item only", v->name);
	if (r->by && !(name = json_string(r->by)))
		return ct_fail(err, CT_USAGE, "--by: want UTF-8");
	json_decref(name);
	if (v->run == decide)
		return ct_decision_check(&r->pick, &r->decision, err);
	if (v->run == decided && r->pick.item && !r->pick.account)
		return ct_fail(
		    err, CT_USAGE, "decided: --item wants --account");
	if ((v->run == next || v->run == serve || v->run == give ||
		v->run == agree) &&
	    !r->by)
		return ct_fail(err, CT_USAGE, "%s: want --by", v->name);
	if (v->each == add && r->coop && (r->taking.reason || r->taking.all))
		return ct_fail(
		    err, CT_USAGE, "add: --coop brings reasons of its own");
	if (v->each == add && r->by && !r->taking.reason)
		return ct_fail(err, CT_USAGE, "add: --by wants --reason");
	return 0;
}

/* Where the verbs that print end. */
static int
end(struct ct_reviewing *r, int rc, struct ct_err *err)
{
	struct ct_err why = { 0 };

	if (rc)
		ct_warn("%s", err->msg);
	if (ct_out_close(&r->out, &why)) {
		ct_warn("%s", why.msg);
		rc = why.code > rc ? why.code : rc;
	}
	return rc;
}

int
ct_review_run(const struct ct_review_verb *v, struct ct_reviewing *r)
{
	struct piping p = { .filter = { .each = v->each,
				.out = STDOUT_FILENO,
				.promise = true,
				.quiet = r->quiet },
		.r = r };
	struct ct_err err = { 0 };

	if (r->coop)
		p.filter.each = add_report;
	p.filter.arg = &p;
	return v->run ? end(r, v->run(r, &err), &err) : ct_filter(&p.filter);
}
