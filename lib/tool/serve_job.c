/* serve_job.c - the job in hand: taken, kept, decided, given back */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "item.h"
#include "prog.h"
#include "serve_impl.h"

/* ---- what is in hand -------------------------------------------------------
 */

void
serve_drop(struct ct_serve *s)
{
	free(s->key);
	json_decref(s->items);
	json_decref(s->known);
	json_decref(s->verdict);
	s->key = NULL;
	s->items = s->known = s->verdict = NULL;
}

/* By what an item is known in the job.  Release with free. */
static char *
name_of(const json_t *rec)
{
	const char *sha256 = ct_rec_text(rec, "hashes.sha256");
	struct ct_err err;
	char content[65];

	if (!sha256 && ct_review_content(rec, content, &err) == 0)
		sha256 = content;
	return ct_printf("%s %s", sha256 ? sha256 : "", ct_rec_text(rec, "id"));
}

/* An item of the job, unless it is there. */
static int
collect(json_t *rec, void *arg, struct ct_err *err)
{
	struct ct_serve *s = arg;
	char *name = name_of(rec);

	(void)err;
	if (!json_object_get(s->known, name)) {
		(void)json_object_set_new(s->known, name,
		    json_integer((json_int_t)json_array_size(s->items)));
		(void)json_array_append(s->items, rec);
		(void)json_array_append_new(s->verdict, json_null());
	}
	free(name);
	return 0;
}

/* Take one, or go on with that in hand. *job as of ct_queue_take; CT_NO. */
static int
take(struct ct_serve *s, json_t **job, struct ct_err *err)
{
	const char *of;
	char *key;
	int rc = s->key ? ct_queue_keep(s->queue, s->how->by, err) : 0;

	*job = NULL;
	if (rc == CT_NO)
		serve_drop(s);
	else if (rc)
		return rc;
	rc = ct_queue_take(s->queue, s->how->by, s->how->pick, job, err);
	if (rc)
		return rc;
	of = ct_rec_text(*job, "account");
	key = ct_printf("%s %s", of ? "account" : "item",
	    of ? of : ct_rec_text(*job, "item"));
	if (s->key && strcmp(s->key, key) != 0)
		serve_drop(s);
	if (!s->key) {
		s->job++;
		s->key = key;
		s->items = json_array();
		s->known = json_object();
		s->verdict = json_array();
	} else {
		free(key);
	}
	return ct_queue_job(s->queue, s->how->by, collect, s, err);
}

/* Is there a verdict on every item?  Then nobody has the job in hand. */
static bool
done(const struct ct_serve *s)
{
	const json_t *verdict;
	size_t i;

	json_array_foreach(s->verdict, i, verdict)
	{
		if (json_is_null(verdict))
			return false;
	}
	return true;
}

/* Is this the job that is in hand still, or with after, that was and is done?
 * If not, that is answered. */
static bool
in_hand(
    struct ct_serve *s, const json_t *ask, bool after, struct serve_ans *ans)
{
	struct ct_err err;
	json_int_t job;
	bool ours;
	int rc;

	if (!serve_number(ans, ask, "job", &job))
		return false;
	ours = s->key && job == s->job;
	rc = ours ? ct_queue_keep(s->queue, s->how->by, &err) : CT_NO;
	if (!rc || (rc == CT_NO && after && ours && done(s)))
		return true;
	if (rc != CT_NO) {
		serve_fail(ans, &err);
		return false;
	}
	serve_covered(s);
	(void)ct_fail(&err, CT_TEMPFAIL, "the time for this job is over");
	serve_deny(ans, 409, NULL, &err);
	return false;
}

const json_t *
serve_item(struct ct_serve *s, const json_t *ask, struct serve_ans *ans,
    json_int_t *at)
{
	const json_t *rec = NULL;
	struct ct_err err;
	json_int_t n;

	if (!in_hand(s, ask, true, ans) || !serve_number(ans, ask, "n", &n))
		return NULL;
	if (n < (json_int_t)json_array_size(s->items))
		rec = json_array_get(s->items, (size_t)n);
	if (!rec) {
		(void)ct_fail(&err, CT_NOINPUT, "the job has no such item");
		serve_deny(ans, 422, NULL, &err);
	}
	if (at)
		*at = n;
	return rec;
}

/* ---- told ------------------------------------------------------------------
 */

json_t *
serve_shift(struct ct_serve *s)
{
	struct ct_err err;
	int64_t seen = 0;

	if (ct_queue_shift(s->queue, s->how->by, &seen, &err))
		ct_warn("%s", err.msg);
	return json_pack("{s:I, s:I}", "seen", (json_int_t)seen, "most",
	    (json_int_t)s->how->policy->views);
}

static void
put(json_t *to, const char *name, const char *text)
{
	char *tidy = text ? ct_item_clean(text, CT_ITEM_ID) : NULL;

	(void)json_object_set_new(
	    to, name, tidy ? json_string(tidy) : json_null());
	free(tidy);
}

/* What a picture, a film or a text it is, in a word. */
static json_t *
kind_of(const json_t *rec)
{
	const char *mime = ct_rec_text(rec, "file.mime");

	if (!ct_review_bytes(rec))
		return json_string("text");
	if (!mime || strncmp(mime, "application/", 12) == 0)
		return json_string("file");
	return json_stringn(mime, strcspn(mime, "/"));
}

static json_t *
told(const struct ct_serve *s, size_t n)
{
	const json_t *rec = json_array_get(s->items, n), *distance;
	const json_t *same = ct_rec_get(rec, "review.suggest");
	const char *at = ct_rec_text(rec, "object.modified");
	json_t *item = json_pack("{s:i, s:b, s:b, s:b, s:o, s:O}", "n", (int)n,
	    "has_picture", ct_review_bytes(rec), "text", ct_item_tells(rec),
	    "exif", json_object_size(ct_rec_get(rec, "object.exif")) > 0,
	    "kind", kind_of(rec), "done", json_array_get(s->verdict, n));
	json_t *suggest = json_null();

	put(item, "id", ct_rec_text(rec, "id"));
	put(item, "at", at ? at : ct_rec_text(rec, "incident.at"));
	put(item, "wants", ct_rec_text(rec, "review.wants"));
	if (json_is_object(same)) {
		suggest = json_object();
		put(suggest, "verdict", ct_rec_text(same, "verdict"));
		put(suggest, "class", ct_rec_text(same, "class"));
		put(suggest, "by", ct_rec_text(same, "by"));
		put(suggest, "at", ct_rec_text(same, "at"));
		put(suggest, "incident", ct_rec_text(same, "incident"));
		(void)json_object_set(suggest, "annotations",
		    json_object_get(same, "annotations"));
		distance = json_object_get(same, "distance");
		(void)json_object_set_new(suggest, "distance",
		    json_is_integer(distance)
			? json_integer(json_integer_value(distance))
			: json_null());
	}
	(void)json_object_set_new(item, "suggest", suggest);
	return item;
}

static json_t *
waits(struct ct_serve *s)
{
	struct ct_err err;
	int64_t open = 0, accounts = 0;

	if (ct_queue_waits(s->queue, &open, &accounts, &err))
		ct_warn("%s", err.msg);
	return json_pack("{s:I, s:I, s:b}", "open", (json_int_t)open,
	    "accounts", (json_int_t)accounts, "more", open == CT_WAITS);
}

void
serve_job(struct ct_serve *s, const json_t *ask, struct serve_ans *ans)
{
	json_t *job, *all, *items;
	struct ct_err err;
	size_t i;
	int rc = take(s, &job, &err);

	(void)ask;
	serve_covered(s);
	if (rc) {
		serve_drop(s);
		json_decref(job);
		if (rc == CT_NO)
			ans->status = 204;
		else
			serve_fail(ans, &err);
		return;
	}
	items = json_array();
	for (i = 0; i < json_array_size(s->items); i++)
		(void)json_array_append_new(items, told(s, i));
	all = json_pack("{s:I, s:o, s:o, s:{s:I}, s:o}", "job", s->job, "shift",
	    serve_shift(s), "waits", waits(s), "policy", "least",
	    (json_int_t)s->how->policy->least, "items", items);
	put(all, "account", ct_rec_text(job, "account"));
	put(all, "by", ct_rec_text(job, "by"));
	put(all, "until", ct_rec_text(job, "until"));
	json_decref(job);
	serve_say(ans, 200, all);
}

void
serve_alive(struct ct_serve *s, const json_t *ask, struct serve_ans *ans)
{
	char until[CT_TIME_LEN];

	if (in_hand(s, ask, false, ans))
		serve_say(ans, 200,
		    json_pack("{s:s, s:o}", "until",
			ct_time(
			    (ct_now() + s->how->policy->lease) / 1000 * 1000,
			    until),
			"shift", serve_shift(s)));
}

/* ---- verdicts --------------------------------------------------------------
 */

/* What a call of the queue decided. */
struct outcome {
	struct ct_serve *s;
	json_int_t n;
	char *wants;
};

static int
decided(json_t *rec, void *arg, struct ct_err *err)
{
	struct outcome *o = arg;
	const char *wants = ct_rec_text(rec, "review.wants");
	char *name = name_of(rec);
	const json_t *at = json_object_get(o->s->known, name);

	(void)err;
	free(name);
	o->n++;
	if (wants && !o->wants)
		o->wants = ct_strdup(wants);
	if (at)
		(void)json_array_set(o->s->verdict,
		    (size_t)json_integer_value(at),
		    ct_rec_get(rec, "review.verdict"));
	return 0;
}

static void
conclude(
    struct serve_ans *ans, int rc, struct outcome *o, const struct ct_err *err)
{
	if (rc)
		serve_fail(ans, err);
	else
		serve_say(ans, 200,
		    json_pack(
			"{s:I, s:s?}", "decided", o->n, "wants", o->wants));
	free(o->wants);
}

/* The verdict that is asked for; what is not one is answered. */
static bool
verdict_of(struct ct_serve *s, const json_t *ask, struct ct_decision *d,
    struct serve_ans *ans)
{
	const char *verdict;
	struct ct_err err;

	*d = (struct ct_decision){ .by = s->how->by };
	if (!serve_text(ans, ask, "verdict", &verdict) ||
	    !serve_text(ans, ask, "class", &d->class) ||
	    !serve_text(ans, ask, "incident", &d->incident) ||
	    !serve_text(ans, ask, "priority", &d->priority) ||
	    !serve_text(ans, ask, "note", &d->note) ||
	    !serve_texts(ans, ask, "annotations", &d->annotations))
		return false;
	if (verdict)
		d->verdict = ct_verdict_named(verdict);
	if (d->verdict)
		return true;
	(void)ct_fail(&err, CT_USAGE, "verdict: there is no such verdict");
	serve_deny(ans, 422, NULL, &err);
	return false;
}

static void
decide(struct ct_serve *s, const json_t *ask, const struct ct_pick *pick,
    struct serve_ans *ans)
{
	struct outcome o = { .s = s };
	struct ct_decision d;
	struct ct_err err;
	int rc;

	if (!verdict_of(s, ask, &d, ans))
		return;
	serve_covered(s);
	rc = ct_decision_check(pick, &d, &err);
	if (!rc)
		rc = ct_queue_decide(s->queue, pick, &d, decided, &o, &err);
	conclude(ans, rc, &o, &err);
}

void
serve_decide(struct ct_serve *s, const json_t *ask, struct serve_ans *ans)
{
	const json_t *rec = serve_item(s, ask, ans, NULL);
	struct ct_pick pick;

	if (!rec)
		return;
	/* another may be the same but of some account: "" is of none */
	pick.account = ct_rec_text(rec, "user.id");
	if (!pick.account)
		pick.account = "";
	pick.item = ct_rec_text(rec, "id");
	pick.sha256 = ct_item_content(rec);
	decide(s, ask, &pick, ans);
}

void
serve_decide_all(struct ct_serve *s, const json_t *ask, struct serve_ans *ans)
{
	struct ct_pick pick = { NULL, NULL, NULL };
	struct ct_err err;
	size_t had;

	if (!in_hand(s, ask, false, ans))
		return;
	had = json_array_size(s->items);
	pick.account = ct_rec_text(json_array_get(s->items, 0), "user.id");
	if (!pick.account) {
		(void)ct_fail(&err, CT_NOINPUT, "it is of no account");
		serve_deny(ans, 422, NULL, &err);
	} else if (ct_queue_job(s->queue, s->how->by, collect, s, &err)) {
		serve_fail(ans, &err);
	} else if (json_array_size(s->items) > had) {
		/* nobody decides what was never before them */
		(void)ct_fail(&err, CT_TEMPFAIL, "more came to the account");
		serve_deny(ans, 422, "anew", &err);
	} else {
		decide(s, ask, &pick, ans);
	}
}

void
serve_agree(struct ct_serve *s, const json_t *ask, struct serve_ans *ans)
{
	struct outcome o = { .s = s };
	struct ct_err err;

	if (!in_hand(s, ask, false, ans))
		return;
	serve_covered(s);
	conclude(ans, ct_queue_agree(s->queue, s->how->by, decided, &o, &err),
	    &o, &err);
}

void
serve_give(struct ct_serve *s, const json_t *ask, struct serve_ans *ans)
{
	struct ct_err err;
	int rc;

	if (!in_hand(s, ask, false, ans))
		return;
	serve_covered(s);
	rc = ct_queue_give(s->queue, s->how->by, &err);
	if (rc > CT_NO) {
		serve_fail(ans, &err);
		return;
	}
	serve_drop(s);
	ans->status = 204;
}
