#include "enrich_impl.h"

#include <stdlib.h>
#include <string.h>

#include "hook.h"
#include "prog.h"
#include "webhook.h"

#define ANSWER ((size_t)1 << 20) /* bytes of an answer */

/* Records in hand at once: those of one account and batch. */
struct hand {
	char *account, *batch; /* NULL: none */
	json_t *recs;          /* those to be asked for */
	bool others;           /* one of these is no medium */
	bool asked;
	struct ct_answer answer;
	int rc; /* of asking, with err if it is not 0 */
	struct ct_err err;
	bool files; /* those of the answer are written */
};

struct run {
	struct ct_enrich_types types;
	const char *by;
	struct ct_hook hook;       /* either this, */
	struct ct_webhook webhook; /* or that */
	struct hand hand;
	struct ct_tally tally;
};

struct ct_enrich_types
enrich_types(const struct ct_conf *conf)
{
	const char *user = ct_conf_get(conf, "enrich", NULL, "user_type");
	const char *media = ct_conf_get(conf, "enrich", NULL, "media_type");

	return (struct ct_enrich_types){ user ? user : "user",
		media ? media : "media" };
}

int
enrich_known(const struct ct_conf *conf, struct ct_err *err)
{
	static const char *const enrich[] = { "command", "url", "key",
		"timeout", "user_type", "media_type", NULL };
	static const char *const preservation[] = { "url", "key", "timeout",
		NULL };
	int rc = ct_conf_known(conf, "enrich", enrich, err);

	return rc ? rc : ct_conf_known(conf, "preservation", preservation, err);
}

/* ---- asking ----------------------------------------------------------------
 */

static int
ask_hook(struct run *r, const json_t *request, struct ct_err *err)
{
	struct ct_hook_run run = { .max = ANSWER };
	char *text = ct_rec_dump(request, &run.len);
	int rc;

	run.in = text;
	rc = ct_hook_run(&r->hook, &run, err);
	if (!rc)
		rc = ct_enrich_answer(&r->hand.answer, request, r->hand.others,
		    run.out ? run.out : "", run.outlen, err);
	free(run.out);
	free(text);
	return rc;
}

static int
ask_webhook(struct run *r, const json_t *request, struct ct_err *err)
{
	struct ct_http_res res;
	int rc = ct_webhook_post(&r->webhook, request, &res, err);

	if (rc)
		return rc;
	rc = ct_enrich_answer(
	    &r->hand.answer, request, r->hand.others, res.body, res.len, err);
	ct_http_done(&res);
	return rc;
}

static void
ask(struct run *r)
{
	struct hand *h = &r->hand;
	json_t *request = ct_enrich_request(h->recs, &r->types);

	h->asked = true;
	h->rc = r->hook.n ? ask_hook(r, request, &h->err)
			  : ask_webhook(r, request, &h->err);
	json_decref(request);
}

/* ---- records ---------------------------------------------------------------
 */

static void
drop_hand(struct hand *h)
{
	free(h->account);
	free(h->batch);
	json_decref(h->recs);
	ct_answer_done(&h->answer);
	*h = (struct hand){ .account = NULL };
}

static bool
same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Is it as it must be, to be asked for? */
static int
check(const json_t *rec, struct ct_err *err)
{
	const char *account;

	if (!ct_rec_text(rec, "id"))
		return ct_fail(err, CT_DATAERR, "id is not a string");
	if (json_object_get(rec, "object") &&
	    !json_is_object(json_object_get(rec, "object")))
		return ct_fail(err, CT_DATAERR, "object is not an object");
	return ct_rec_account(rec, &account, err);
}

/* Of no account: each is for itself. */
static bool
with(const char *line, size_t len, const struct ct_err *bad, bool first,
    void *arg)
{
	struct hand *h = &((struct run *)arg)->hand;
	const char *account, *batch;
	struct ct_err err;
	json_t *rec = bad ? NULL : ct_json_object(line, len, &err);
	bool goes;

	account = ct_rec_text(rec, "user.id");
	batch = ct_rec_text(rec, "review.batch");
	goes = account && same(account, h->account) && same(batch, h->batch);
	if (first) {
		drop_hand(h);
		h->account = account ? ct_strdup(account) : NULL;
		h->batch = batch ? ct_strdup(batch) : NULL;
		h->recs = json_array();
	}
	if ((goes || first) && rec && !ct_rec_error(rec) &&
	    !ct_enrich_passes(rec) && check(rec, &err) == 0) {
		(void)json_array_append(h->recs, rec);
		h->others |= !enrich_medium(rec);
	}
	json_decref(rec);
	return goes;
}

/* The further files go with the first record that is written. */
static void
put_files(struct run *r, struct ct_line *l)
{
	json_t *files, *file;
	size_t i;

	if (r->hand.files)
		return;
	r->hand.files = true;
	files = ct_enrich_files(l->rec, &r->hand.answer, r->by);
	json_array_foreach(files, i, file)
	{
		ct_text_add(l->out, "\n", 1);
		if (ct_text_rec(l->out, file) < 0)
			ct_die(CT_SOFTWARE, "cannot encode a record");
	}
	json_decref(files);
}

static int
line(struct ct_line *l, void *arg, struct ct_err *err)
{
	struct run *r = arg;
	int rc = ct_line_rec(l, err);

	if (rc)
		return rc;
	if ((l->outcome = ct_enrich_passes(l->rec))) {
		ct_line_put(l, false);
		return 0;
	}
	if (check(l->rec, err))
		return err->code;
	if (!r->hand.asked)
		ask(r);
	if (r->hand.rc)
		return ct_fail(err, r->hand.rc, "%s", r->hand.err.msg);
	if (ct_enrich_apply(l->rec, &r->hand.answer, &r->types, r->by, err))
		return err->code;
	l->outcome = json_is_true(ct_rec_get(l->rec, "object.missing"))
	    ? "missing"
	    : "enriched";
	ct_line_put(l, true);
	put_files(r, l);
	return 0;
}

/* ---- the filter ------------------------------------------------------------
 */

static int
open_hook(struct run *r, const struct ct_conf *conf, const char *command,
    struct ct_err *err)
{
	long seconds = CT_WEBHOOK_SECONDS;
	int rc = ct_conf_number(conf, "enrich", "timeout", 1,
	    CT_WEBHOOK_SECONDS_MAX, &seconds, err);

	if (!rc)
		rc = ct_hook_parse(&r->hook, "[enrich] command", command, err);
	r->hook.timeout = (int64_t)seconds * 1000;
	return rc;
}

static int
open_run(struct run *r, const struct ct_enrich_how *how, struct ct_err *err)
{
	const char *command = how->command, *url;
	int rc = enrich_known(how->conf, err);

	if (rc)
		return rc;
	r->types = enrich_types(how->conf);
	url = ct_conf_get(how->conf, "enrich", NULL, "url");
	if (!command)
		command = ct_conf_get(how->conf, "enrich", NULL, "command");
	else
		url = NULL;
	if (!command == !url)
		return ct_fail(err, CT_CONFIG,
		    "whom to ask: want either command or url in [enrich]");
	r->by = command ? "command" : "webhook";
	if (command)
		return open_hook(r, how->conf, command, err);
	rc = ct_webhook_open(&r->webhook, how->conf, "enrich", NULL, err);
	r->webhook.patience.wait = how->wait;
	return rc;
}

int
ct_enrich_run(const struct ct_enrich_how *how)
{
	struct run r = { .by = NULL };
	struct ct_lines l = { .line = line,
		.with = with,
		.arg = &r,
		.in = how->in,
		.out = how->out,
		.block = CT_ENRICH_ADJACENT,
		.quiet = how->quiet,
		.tally = &r.tally };
	struct ct_err err = { 0 };
	int rc = open_run(&r, how, &err);

	if (rc)
		ct_warn("%s", err.msg);
	else
		rc = ct_lines(&l);
	drop_hand(&r.hand);
	ct_hook_free(&r.hook);
	ct_webhook_close(&r.webhook);
	return rc;
}
