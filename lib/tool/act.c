#include "act_impl.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "hook.h"
#include "prog.h"

#define SECONDS 60 /* for one command, if nothing else is said */
#define SECONDS_MAX 3600

const struct ct_act_verb ct_act_verbs[] = {
	{ "hide", false, false, false },
	{ "disable", true, false, false },
	{ "restore", false, true, false },
	{ "enable", true, true, false },
	{ "delete", false, false, true },
	{ NULL, false, false, false },
};

struct run {
	const struct ct_act_how *how;
	struct act_journal *journal;
	struct ct_hook hook;
	struct ct_filter filter;
	struct ct_out out; /* of a rehearsal */
	bool agreed;       /* the index of the vault, see ct_vault_vouches */
};

/* ---- one object, one account -----------------------------------------------
 */

static int
run_hook(struct run *r, const json_t *rec, const struct act_target *t,
    struct ct_err *err)
{
	const char *of_object[] = { t->id, t->account, NULL };
	struct ct_hook_run run = { .more = of_object + r->how->verb->account };
	struct ct_text text = { .s = NULL };
	struct ct_err why;
	int rc;

	if (ct_text_rec(&text, rec) < 0)
		return ct_fail(err, CT_SOFTWARE, "cannot encode a record");
	ct_text_add(&text, "\n", 1);
	run.in = text.s;
	run.len = text.len;
	rc = ct_hook_run(&r->hook, &run, &why);
	ct_text_free(&text);
	free(run.out);
	return rc ? ct_fail(err, rc, "%s: %s", r->how->verb->name, why.msg) : 0;
}

/* A journal that cannot be written is the end: nothing is done unnoted. */
static int
broken(struct run *r, const struct ct_err *err)
{
	ct_stop = 1;
	r->filter.status = err->code;
	return err->code;
}

/* Do it; *state is what came of it. */
static int
act(struct run *r, const json_t *rec, const struct act_target *t,
    const char **state, bool *doubt, struct ct_err *err)
{
	struct ct_err why = { 0 };
	enum act_was was;
	int64_t seq;
	int rc;

	if (act_journal_begin(r->journal, t, r->how->verb, &was, &seq, err))
		return broken(r, err);
	*doubt |= was == ACT_DOUBT;
	*state = "already";
	if (was == ACT_DONE)
		return 0;
	rc = run_hook(r, rec, t, err);
	*state = rc ? "failed" : "done";
	if (act_journal_end(r->journal, seq, rc, &why)) {
		*err = why;
		return broken(r, err);
	}
	return rc;
}

/* What would come of it, as a line of its own. */
static int
rehearse(struct run *r, const struct act_target *t, struct ct_err *err)
{
	static const char *const words[] = {
		[ACT_NEW] = "run", [ACT_DONE] = "already", [ACT_DOUBT] = "doubt"
	};
	enum act_was was;
	json_t *line;
	int rc = act_journal_look(r->journal, t, r->how->verb, &was, err);

	if (rc)
		return rc;
	line = json_pack("{s:s*, s:s*, s:s, s:s}", "id", *t->id ? t->id : NULL,
	    "account", *t->account ? t->account : NULL, "verb",
	    r->how->verb->name, "state", words[was]);
	rc = ct_out_rec(&r->out, line, err);
	json_decref(line);
	ct_tally(&r->filter.tally, words[was]);
	return rc;
}

/* ---- records ----------------------------------------------------------------
 */

/* Of several: the worst of what came of them. */
static const char *
worse(const char *a, const char *b)
{
	static const char *const from[] = { "already", "done", "refused",
		"failed" };
	size_t i;

	for (i = sizeof from / sizeof from[0]; i-- > 0;)
		if (strcmp(a, from[i]) == 0 || strcmp(b, from[i]) == 0)
			return from[i];
	return a;
}

static void
tell(struct run *r, json_t *rec, const char *state, bool doubt, json_t *objects)
{
	json_t *list = json_object_get(rec, "action"), *one;
	char at[CT_TIME_LEN];

	/* within a member that came: its own bytes would not tell of it */
	if (!(r->filter.anew = list != NULL)) {
		list = json_array();
		(void)json_object_set_new(rec, "action", list);
	}
	one = json_pack("{s:s, s:s, s:s}", "verb", r->how->verb->name, "state",
	    state, "at", ct_time_now(at));
	if (doubt)
		(void)json_object_set_new(one, "doubt", json_true());
	if (objects)
		(void)json_object_set(one, "objects", objects);
	(void)json_array_append_new(list, one);
}

/* All that the record names, also where one failed. */
static int
act_all(struct run *r, json_t *rec, const struct act_target *t, size_t n,
    struct ct_err *err)
{
	bool report = json_object_get(rec, "report") && !r->how->verb->account;
	json_t *objects = report ? json_array() : NULL;
	const char *state = "already", *is = NULL;
	struct ct_err why;
	bool doubt = false;
	size_t i;
	int rc = 0;

	for (i = 0; i < n && !(rc && ct_stop); i++) {
		if (i > 0 && ct_stop) {
			rc = ct_fail(err, CT_TEMPFAIL, "stopped by a signal");
			break;
		}
		is = "failed";
		why.code = 0;
		if (act(r, rec, &t[i], &is, &doubt, &why) && !rc) {
			*err = why;
			rc = why.code;
		}
		state = worse(state, is);
		if (objects)
			(void)json_array_append_new(objects,
			    json_pack(
				"{s:s, s:s}", "id", t[i].id, "state", is));
	}
	if (doubt)
		ct_warn("%s: in doubt after a run that was killed; done again",
		    r->how->verb->name);
	tell(r, rec, state, doubt, objects);
	json_decref(objects);
	if (!rc)
		ct_tally(&r->filter.tally, state);
	return rc;
}

static int
each(json_t *rec, void *arg, struct ct_err *err)
{
	struct run *r = arg;
	const json_t *had = json_object_get(rec, "action");
	struct act_target *t;
	const char *passes;
	size_t n, i;
	int rc = 0;

	if (had && !json_is_array(had))
		return ct_fail(err, CT_DATAERR, "action is no array");
	passes = act_judge(rec, r->how, &r->agreed, err);
	if (passes) {
		ct_tally(&r->filter.tally, passes);
		return r->how->dry ? CT_DROP : 0;
	}
	if (err->code == CT_NOPERM && !r->how->dry)
		tell(r, rec, "refused", false, NULL);
	if (err->code)
		return err->code;
	t = act_targets(rec, r->how->verb, &n);
	if (n == 0)
		ct_tally(&r->filter.tally, "of nothing");
	else if (!r->how->dry)
		rc = act_all(r, rec, t, n, err);
	for (i = 0; r->how->dry && i < n && !rc; i++)
		rc = rehearse(r, &t[i], err);
	free(t);
	return rc            ? rc
	    : r->how->dry    ? CT_DROP
	    : r->filter.anew ? CT_REWRITE
			     : 0;
}

/* ---- the filter -------------------------------------------------------------
 */

static int
set_up(struct run *r, struct ct_err *err)
{
	static const char *const known[] = { "hide", "disable", "restore",
		"enable", "delete", "timeout", NULL };
	const struct ct_act_how *how = r->how;
	const char *line = how->command;
	char *name = ct_printf("[act] %s", how->verb->name);
	long seconds = SECONDS;
	int rc = ct_conf_known(how->conf, "act", known, err);

	if (!rc)
		rc = ct_conf_number(
		    how->conf, "act", "timeout", 1, SECONDS_MAX, &seconds, err);
	if (!line)
		line = ct_conf_get(how->conf, "act", NULL, how->verb->name);
	if (!rc && !line)
		rc = ct_fail(
		    err, CT_CONFIG, "the configuration has no %s", name);
	if (!rc)
		rc = ct_hook_parse(&r->hook, name, line, err);
	r->hook.timeout = (int64_t)seconds * 1000;
	if (!rc)
		rc = act_journal_open(&r->journal, how->home, !how->dry, err);
	free(name);
	return rc == CT_NO ? 0 : rc;
}

int
ct_act_run(const struct ct_act_how *how)
{
	struct run r = { .how = how,
		.filter = { .each = each,
		    .in = how->in,
		    .out = how->out,
		    .promise = true,
		    .quiet = how->quiet },
		.out = { .fd = how->out, .each = true } };
	struct ct_err err = { 0 };
	int rc = set_up(&r, &err);

	r.filter.arg = &r;
	if (rc)
		ct_warn("%s", err.msg);
	else
		rc = ct_filter(&r.filter);
	rc = act_journal_fed(r.journal, rc);
	act_journal_close(r.journal);
	ct_hook_free(&r.hook);
	ct_text_free(&r.out.text);
	return rc;
}

int
ct_act_log(const char *home, struct ct_out *out, struct ct_err *err)
{
	struct act_journal *j;
	int rc = act_journal_open(&j, home, false, err);

	if (rc)
		return rc == CT_NO ? 0 : rc;
	rc = act_journal_each(j, out, err);
	act_journal_close(j);
	return rc;
}
