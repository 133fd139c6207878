#include "feedback.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "feedback_impl.h"
#include "prog.h"

/* ---- a run ----------------------------------------------------------------
 */

static int
open_desk(struct ct_feedback *f, size_t i, struct ct_err *err)
{
	struct ct_source *src = &f->sources->src[i];
	struct fb_desk *d = &f->desk[i];
	const struct ct_cred *cred;
	int rc;

	if (!ct_source_votes(src))
		return 0;
	if ((rc = ct_voter_open(&d->voter, src, f->home, err)))
		return rc;
	cred = ct_voter_cred(d->voter);
	d->other = cred->production != f->production;
	rc = fb_service(f->store, src->name, &d->kept, err);
	d->noted = d->kept.until || *d->kept.refused;
	/* the last takes a while */
	if (*d->kept.refused &&
	    (f->now || d->other || !ct_cred_fits(cred, d->kept.refused)))
		*d->kept.refused = '\0';
	if (f->now)
		d->kept.until = 0;
	return rc;
}

int
ct_feedback_start(struct ct_feedback *f, struct ct_err *err)
{
	size_t i;
	int rc;

	f->desk = ct_alloc(f->sources->n + 1, sizeof *f->desk);
	if ((rc = fb_open(&f->store, f->home, f->production, true, err)))
		return rc;
	fb_feed(f->store, f->home);
	for (i = 0; !rc && i < f->sources->n; i++)
		rc = open_desk(f, i, err);
	return rc;
}

int
ct_feedback_end(struct ct_feedback *f, int status)
{
	size_t i;

	for (i = 0; f->desk && i < f->sources->n; i++)
		ct_voter_close(f->desk[i].voter);
	free(f->desk);
	f->desk = NULL;
	status = fb_fed(f->store, status);
	fb_close(f->store);
	f->store = NULL;
	return status;
}

/* ---- records --------------------------------------------------------------
 */

struct run {
	struct ct_feedback *f;
	struct ct_filter filter;
	struct ct_out out; /* of a rehearsal */
};

/* Of several: the worst of what came of them. */
static const char *
worse(const char *a, const char *b)
{
	static const char *const from[] = { "superseded", "already", "done",
		"dropped", "queued", "refused", "failed" };
	size_t i;

	for (i = sizeof from / sizeof from[0]; i-- > 0;)
		if (strcmp(a, from[i]) == 0 || strcmp(b, from[i]) == 0)
			return from[i];
	return a;
}

static bool
over(const struct fb_row *row)
{
	return strcmp(row->state, "queued") != 0 &&
	    strcmp(row->state, "sent") != 0;
}

static const char *
second(int64_t ms, char at[CT_TIME_LEN])
{
	return ct_time(ms - ms % 1000, at);
}

static json_t *
told(const struct ct_feedback *f, const struct fb_said *s, const char *state)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s*}", "env",
	    f->production ? "production" : "test", "source", s->src->name,
	    "member", s->vote.member, "entry", s->vote.entry, "content",
	    s->vote.content, "type", s->vote.type, "vote",
	    s->vote.up ? "up" : "down", "state", state);
}

/* One vote of a record: *outcome, and what the record gets of it. */
static int
vote(struct run *r, const struct fb_said *s, json_t *list, const char **outcome,
    struct ct_err *err)
{
	struct fb_row row = { 0 };
	char at[CT_TIME_LEN];
	int rc, status = 0;
	bool already;
	json_t *one;

	if (fb_desk(r->f, s->src->name)->other) {
		*outcome = "refused";
		(void)json_array_append_new(list, told(r->f, s, *outcome));
		r->filter.status = CT_NOPERM;
		return 0;
	}
	if ((rc = fb_put(r->f->store, s, &row, err)))
		return rc;
	already = over(&row);
	if (row.up == s->vote.up && !already)
		rc = fb_drive(r->f, &row, &status, err);
	*outcome = row.up != s->vote.up ? "superseded"
	    : over(&row)                ? row.state[1] == 'o' ? "done"
			       : row.state[0] == 'd'          ? "dropped"
							      : "failed"
					: "queued";
	one = told(r->f, s, *outcome);
	(void)json_object_set_new(one, "at", json_string(second(row.at, at)));
	if (already && row.up == s->vote.up)
		(void)json_object_set_new(one, "already", json_true());
	if (row.why && row.up == s->vote.up)
		(void)json_object_set_new(one, "reason", json_string(row.why));
	(void)json_array_append_new(list, one);
	if (already && row.up == s->vote.up)
		*outcome = "already";
	if (status > r->filter.status)
		r->filter.status = status;
	fb_row_free(&row);
	return rc;
}

/* A store that cannot be written is the end: nothing is sent unnoted. */
static int
broken(struct run *r, const struct ct_err *err)
{
	ct_stop = 1;
	r->filter.status = err->code;
	return err->code;
}

static int
each(json_t *rec, void *arg, struct ct_err *err)
{
	struct run *r = arg;
	const char *outcome = "superseded", *is = NULL, *passes;
	struct fb_said *said;
	json_t *list;
	size_t n, i;
	int rc = 0;

	if ((passes = fb_judge(rec, r->f->sources, &said, &n))) {
		ct_tally(&r->filter.tally, passes);
		return 0;
	}
	/* of an earlier run: its own bytes would not tell of this one */
	r->filter.anew = json_object_get(rec, "vote") != NULL;
	list = json_array();
	(void)json_object_set_new(rec, "vote", list);
	for (i = 0; i < n && !rc; i++) {
		rc = vote(r, &said[i], list, &is, err);
		if (!rc)
			outcome = worse(outcome, is);
	}
	free(said);
	if (rc)
		return broken(r, err);
	ct_tally(&r->filter.tally, outcome);
	return r->filter.anew ? CT_REWRITE : 0;
}

int
ct_feedback_filter(struct ct_feedback *f)
{
	struct run r = { .f = f,
		.filter = { .each = each,
		    .in = STDIN_FILENO,
		    .out = STDOUT_FILENO,
		    .promise = true,
		    .quiet = f->quiet } };

	r.filter.arg = &r;
	return ct_filter(&r.filter);
}

/* What would be sent, as lines of its own. */
static int
rehearse(json_t *rec, void *arg, struct ct_err *err)
{
	struct run *r = arg;
	const char *passes, *state;
	struct fb_said *said;
	json_t *line;
	size_t n, i;
	int rc = 0;

	if ((passes = fb_judge(rec, r->f->sources, &said, &n)))
		ct_tally(&r->filter.tally, passes);
	for (i = 0; i < n && !rc; i++) {
		state = ct_vote_ready(said[i].src, &said[i].vote) ? "send"
								  : "no reason";
		line = told(r->f, &said[i], state);
		rc = ct_out_rec(&r->out, line, err);
		json_decref(line);
		ct_tally(&r->filter.tally, state);
	}
	free(said);
	return rc ? rc : CT_DROP;
}

int
ct_feedback_rehearse(struct ct_feedback *f)
{
	struct run r = { .f = f,
		.filter = { .each = rehearse,
		    .in = STDIN_FILENO,
		    .out = STDOUT_FILENO,
		    .quiet = f->quiet },
		.out = { .fd = STDOUT_FILENO, .each = true } };
	int rc;

	r.filter.arg = &r;
	rc = ct_filter(&r.filter);
	ct_text_free(&r.out.text);
	return rc;
}

/* ---- verbs ----------------------------------------------------------------
 */

static int
put(struct ct_out *out, json_t *line, struct ct_err *err)
{
	int rc = ct_out_rec(out, line, err);

	json_decref(line);
	return rc;
}

static int
send_one(struct ct_feedback *f, int64_t id, struct ct_out *out, int *worst,
    struct ct_err *err)
{
	struct fb_row row;
	int status = 0;
	int rc = fb_load(f->store, id, &row, err);

	if (!rc)
		rc = fb_drive(f, &row, &status, err);
	if (status > *worst)
		*worst = status;
	if (!rc)
		rc = put(out, fb_tell(f, &row), err);
	fb_row_free(&row);
	return rc;
}

bool
ct_feedback_any(const struct ct_feedback *f)
{
	struct fb_store *store;
	struct ct_err err;
	int rc = fb_open(&store, f->home, f->production, false, &err);

	fb_close(store);
	return rc != CT_NO;
}

int
ct_feedback_send(struct ct_feedback *f, struct ct_out *out)
{
	struct ct_err err = { 0 };
	int64_t *ids = NULL;
	size_t n = 0, i;
	int worst = 0;
	int rc = f->again ? fb_again(f->store, &err) : 0;

	if (!rc)
		rc = fb_ids(f->store, false, &ids, &n, &err);
	for (i = 0; !rc && i < n && !ct_stop; i++)
		rc = send_one(f, ids[i], out, &worst, &err);
	free(ids);
	if (rc)
		ct_warn("%s", err.msg);
	if (i < n && worst < CT_TEMPFAIL)
		worst = CT_TEMPFAIL;
	return rc ? rc : worst;
}

int
ct_feedback_status(struct ct_feedback *f, struct ct_out *out)
{
	struct fb_store *store = NULL;
	struct ct_err err = { 0 };
	struct fb_row row;
	int64_t *ids = NULL;
	size_t n = 0, i;
	int rc = fb_open(&store, f->home, f->production, false, &err);

	if (!rc)
		rc = fb_ids(store, true, &ids, &n, &err);
	for (i = 0; !rc && i < n; i++) {
		if (!(rc = fb_load(store, ids[i], &row, &err)))
			rc = put(out, fb_tell(f, &row), &err);
		fb_row_free(&row);
	}
	free(ids);
	fb_close(store);
	if (rc > CT_NO)
		ct_warn("%s", err.msg);
	return rc == CT_NO ? 0 : rc;
}

int
ct_feedback_reasons(struct ct_feedback *f, const char *source, const char *type,
    struct ct_out *out)
{
	struct ct_source *src = ct_source_named(f->sources, source);
	struct ct_voter *v = NULL;
	struct ct_err err = { 0 };
	json_t *all = NULL, *one;
	size_t i;
	int rc;

	if (!src || !ct_source_votes(src))
		rc = ct_fail(&err, CT_USAGE,
		    "no source '%s' that takes votes in the configuration",
		    source);
	else if (!(rc = ct_voter_open(&v, src, f->home, &err)))
		rc = ct_voter_reasons(v, type, &all, &err);
	json_array_foreach(all, i, one)
	{
		(void)json_object_set_new(one, "source", json_string(source));
		(void)json_object_set_new(one, "type", json_string(type));
		if (!rc)
			rc = ct_out_rec(out, one, &err);
	}
	json_decref(all);
	ct_voter_close(v);
	if (rc)
		ct_warn("%s", err.msg);
	return rc;
}
