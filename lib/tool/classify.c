#include "classify_impl.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"
#include "queue.h"

#define THRESHOLD 75

struct run {
	const struct ct_classify_how *how;
	struct classifier *c;
	size_t n;
	/* records in hand that somebody is to be asked about, and what each
	 * classifier says of them: ask[k * nrecs + i] */
	json_t *recs;
	struct classify_ask *ask;
	bool asked;
	size_t next; /* whose line is next */
	struct ct_tally tally;
};

/* ---- the classifiers -------------------------------------------------------
 */

static const struct classify_kind *const kinds[] = { &classify_google,
	&classify_arachnid, &classify_command };
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static int
known(const struct ct_conf *conf, struct ct_err *err)
{
	static const char *const all[] = { "type", "threshold", "surfaces",
		"url", "credential", "timeout", "media", "details", "command",
		"at_once", "hashes", NULL };

	return ct_conf_known(conf, "classifier", all, err);
}

/* Keys of another kind are no wish that can be met. */
static int
its_own(
    const struct classifier *c, const struct ct_conf *conf, struct ct_err *err)
{
	const char *const *key, *const *own;
	size_t i;

	for (i = 0; i < KINDS; i++)
		for (key = kinds[i]->keys; *key; key++) {
			for (own = c->kind->keys;
			     *own && strcmp(*own, *key) != 0; own++)
				continue;
			if (!*own && classify_key(c, conf, *key))
				return ct_fail(err, CT_CONFIG,
				    "[classifier %s] %s: not for type %s",
				    c->name, *key, c->kind->type);
		}
	return 0;
}

static int
open_one(struct run *r, const char *name, struct ct_err *err)
{
	const struct ct_conf *conf = r->how->conf;
	struct classifier *c = &r->c[r->n++];
	const char *type;
	size_t i;
	int rc;

	c->name = name;
	c->who = ct_printf("classifier '%s'", name);
	c->threshold = THRESHOLD;
	c->patience.wait = r->how->wait;
	c->surfaces = classify_key(c, conf, "surfaces");
	type = classify_key(c, conf, "type");
	for (i = 0; type && i < KINDS && strcmp(kinds[i]->type, type) != 0; i++)
		continue;
	if (!type || i == KINDS)
		return ct_fail(err, CT_CONFIG,
		    "[classifier %s] type: want google, arachnid or command",
		    name);
	c->kind = kinds[i];
	if (c->surfaces && !ct_conf_words(c->surfaces))
		return ct_fail(err, CT_CONFIG,
		    "[classifier %s] surfaces: want words of lower case, as "
		    "public interpersonal",
		    name);
	if ((rc = its_own(c, conf, err)) ||
	    (rc = classify_number(
		 c, conf, "threshold", 0, CLASSIFY_MAX, &c->threshold, err)))
		return rc;
	return c->kind->open(c, conf, err);
}

static bool
wanted(const struct ct_classify_how *how, const char *name)
{
	size_t i;

	for (i = 0; i < how->n; i++)
		if (strcmp(how->name[i], name) == 0)
			return true;
	return how->n == 0;
}

static int
open_all(struct run *r, struct ct_err *err)
{
	const struct ct_conf *conf = r->how->conf;
	const char *name;
	size_t i, n = 0;
	int rc = known(conf, err);

	while (ct_conf_name(conf, "classifier", n))
		n++;
	r->c = ct_alloc(n + 1, sizeof *r->c);
	for (i = 0; !rc && i < r->how->n; i++)
		if (!ct_conf_get(conf, "classifier", r->how->name[i], "type"))
			rc = ct_fail(err, CT_CONFIG,
			    "the configuration has no [classifier %s] with a "
			    "type",
			    r->how->name[i]);
	for (i = 0; !rc && (name = ct_conf_name(conf, "classifier", i)); i++)
		if (wanted(r->how, name))
			rc = open_one(r, name, err);
	if (!rc && !r->n)
		rc = ct_fail(err, CT_CONFIG,
		    "whom to ask: the configuration has no [classifier NAME]");
	return rc;
}

/* ---- which records ---------------------------------------------------------
 */

/* What it is in place of being asked about: a word for the summary; NULL. */
static const char *
passes(const struct run *r, const json_t *rec)
{
	const char *match = ct_rec_text(rec, "match.verdict");

	if (json_object_get(rec, "report") || !ct_review_bytes(rec) ||
	    json_is_object(json_object_get(rec, "supplemental")))
		return "passed";
	if (ct_rec_text(rec, "review.verdict"))
		return "decided";
	if (!r->how->all && match && strcmp(match, "clean") == 0)
		return "clean";
	return NULL;
}

static int
check(const json_t *rec, struct ct_err *err)
{
	const json_t *scores = json_object_get(rec, "scores");
	const json_t *hashes = json_object_get(rec, "hashes");

	if (!ct_rec_text(rec, "id"))
		return ct_fail(err, CT_DATAERR, "id is not a string");
	if (scores && !json_is_array(scores))
		return ct_fail(err, CT_DATAERR, "scores is not an array");
	if (hashes && !json_is_object(hashes))
		return ct_fail(err, CT_DATAERR, "hashes is not an object");
	return 0;
}

/* Where its scores have that of this classifier; their number: nowhere. */
static size_t
place(const json_t *scores, const char *name)
{
	size_t i, n = json_array_size(scores);
	const char *is;

	for (i = 0; i < n; i++) {
		is = json_string_value(
		    json_object_get(json_array_get(scores, i), "classifier"));
		if (is && strcmp(is, name) == 0)
			break;
	}
	return i;
}

/* Did an earlier run get its answer? */
static bool
answered(const json_t *rec, const char *name)
{
	const json_t *scores = json_object_get(rec, "scores");
	const char *state = json_string_value(json_object_get(
	    json_array_get(scores, place(scores, name)), "state"));

	return state && strcmp(state, "answered") == 0;
}

static void
drop_hand(struct run *r)
{
	size_t i, n = r->n * json_array_size(r->recs);

	for (i = 0; r->ask && i < n; i++) {
		json_decref(r->ask[i].said);
		json_decref(r->ask[i].hashes);
	}
	free(r->ask);
	json_decref(r->recs);
	r->ask = NULL;
	r->recs = NULL;
	r->asked = false;
	r->next = 0;
}

/* All lines go together, whatever they are. */
static bool
with(const char *line, size_t len, const struct ct_err *bad, bool first,
    void *arg)
{
	struct run *r = arg;
	struct ct_err err;
	json_t *rec = bad ? NULL : ct_json_object(line, len, &err);

	if (first) {
		drop_hand(r);
		r->recs = json_array();
	}
	if (rec && !ct_rec_error(rec) && !passes(r, rec) &&
	    check(rec, &err) == 0)
		(void)json_array_append(r->recs, rec);
	json_decref(rec);
	return true;
}

/* ---- asking ----------------------------------------------------------------
 */

/* Those that have no answer of this one yet, and that it looks at. */
static bool
for_it(const struct classifier *c, struct classify_ask *a)
{
	if (answered(a->rec, c->name))
		return false;
	if (classify_looks(c, ct_rec_text(a->rec, "surface")))
		return true;
	a->why = SURFACE;
	return false;
}

static void
ask_one(struct run *r, size_t k)
{
	struct classifier *c = &r->c[k];
	size_t n = json_array_size(r->recs), i, m = 0;
	struct classify_ask *all = &r->ask[k * n], *some;

	some = ct_alloc(n, sizeof *some);
	for (i = 0; i < n; i++)
		if (for_it(c, &all[i]))
			some[m++] = all[i];
	if (m)
		c->kind->ask(c, some, m);
	for (i = m = 0; i < n; i++)
		if (for_it(c, &all[i]))
			all[i] = some[m++];
	free(some);
}

static void
ask_all(struct run *r)
{
	size_t n = json_array_size(r->recs), k, i;

	r->asked = true;
	r->ask = ct_alloc(r->n * n, sizeof *r->ask);
	for (k = 0; k < r->n; k++)
		for (i = 0; i < n; i++)
			r->ask[k * n + i] = (struct classify_ask){
				.rec = json_array_get(r->recs, i),
				.why = GARBAGE,
			};
	for (k = 0; k < r->n; k++)
		ask_one(r, k);
}

/* ---- what comes of a record ------------------------------------------------
 */

struct sum {
	bool asked, answered, review, none;
	int status;
};

static void
put(json_t *o, const char *member, json_t *v)
{
	if (!v || json_object_set_new(o, member, v) < 0)
		ct_die(CT_OSERR, "out of memory");
}

/* What is there already stays. */
static void
put_hashes(json_t *rec, json_t *score, const json_t *hashes)
{
	json_t *all = json_object_get(rec, "hashes"), *names = json_array(), *v;
	const char *name;

	if (!all)
		put(rec, "hashes", all = json_object());
	json_object_foreach((json_t *)(uintptr_t)hashes, name, v)
	{
		if (json_object_get(all, name))
			continue;
		(void)json_object_set(all, name, v);
		(void)json_array_append_new(names, json_string(name));
	}
	if (json_array_size(names))
		(void)json_object_set(score, "hashes", names);
	json_decref(names);
}

static void
put_score(json_t *rec, const struct classifier *c, const struct classify_ask *a,
    struct sum *sum)
{
	json_t *scores = json_object_get(rec, "scores"), *o = json_object();
	const json_t *score = json_object_get(a->said, "score");
	char now[CT_TIME_LEN];
	size_t at;

	put(o, "classifier", json_string(c->name));
	put(o, "type", json_string(c->kind->type));
	put(o, "at", json_string(ct_time_now(now)));
	put(o, "state",
	    json_string(a->why == ANSWERED ? "answered" : "unanswered"));
	if (a->why != ANSWERED)
		put(o, "reason", json_string(classify_word(a->why)));
	(void)json_object_update(o, a->said);
	if (score && json_integer_value(score) >= c->threshold) {
		put(o, "review", json_true());
		sum->review = true;
	}
	if (a->hashes)
		put_hashes(rec, o, a->hashes);
	sum->asked = true;
	sum->answered |= a->why == ANSWERED;
	sum->none |= a->why != ANSWERED;
	if (classify_code(a->why) > sum->status)
		sum->status = classify_code(a->why);
	if (!scores)
		put(rec, "scores", scores = json_array());
	at = place(scores, c->name);
	if (at < json_array_size(scores))
		(void)json_array_set_new(scores, at, o);
	else
		(void)json_array_append_new(scores, o);
}

static int
line(struct ct_line *l, void *arg, struct ct_err *err)
{
	struct run *r = arg;
	struct sum sum = { .status = 0 };
	size_t i, k, n;
	int rc = ct_line_rec(l, err);

	if (rc)
		return rc;
	if ((l->outcome = passes(r, l->rec))) {
		ct_line_put(l, false);
		return 0;
	}
	if (check(l->rec, err))
		return err->code;
	if (!r->asked)
		ask_all(r);
	n = json_array_size(r->recs);
	i = r->next++;
	for (k = 0; k < r->n; k++)
		if (!answered(l->rec, r->c[k].name))
			put_score(l->rec, &r->c[k], &r->ask[k * n + i], &sum);
	l->status = sum.status;
	l->outcome = !sum.asked ? "already"
	    : sum.none          ? "not answered"
	    : sum.review        ? "for review"
				: "scored";
	ct_line_put(l, sum.asked);
	return 0;
}

/* ---- the filter ------------------------------------------------------------
 */

/* Their highest status, or rc. */
static int
close_all(struct run *r, int rc)
{
	size_t i;

	for (i = 0; i < r->n; i++) {
		if (r->c[i].kind)
			r->c[i].kind->close(&r->c[i]);
		rc = r->c[i].status > rc ? r->c[i].status : rc;
		free(r->c[i].who);
	}
	free(r->c);
	return rc;
}

int
ct_classify_run(const struct ct_classify_how *how)
{
	struct run r = { .how = how };
	struct ct_lines l = { .line = line,
		.with = with,
		.arg = &r,
		.in = how->in,
		.out = how->out,
		.block = CT_CLASSIFY_BATCH,
		.quiet = how->quiet,
		.tally = &r.tally };
	struct ct_err err = { 0 };
	int rc = open_all(&r, &err);

	if (rc)
		ct_warn("%s", err.msg);
	else
		rc = ct_lines(&l);
	drop_hand(&r);
	return close_all(&r, rc);
}
