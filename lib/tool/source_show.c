/* source_show.c - records that tell how sources and the index are */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "prog.h"
#include "rest.h"
#include "source.h"

static void
put_time(json_t *rec, const char *name, int64_t ms)
{
	char text[CT_TIME_LEN];

	(void)json_object_set_new(
	    rec, name, ms > 0 ? json_string(ct_time(ms, text)) : json_null());
}

static int
show(const struct ct_source *s, struct ct_list *db, json_t **rec,
    struct ct_err *err)
{
	struct ct_list_state state;
	struct ct_list_count n;
	struct ct_large_count large;
	struct ct_cursor cur;
	int rc;

	if ((rc = ct_list_state(db, &state, err)) ||
	    (rc = ct_list_count(db, &n, err)) ||
	    (rc = ct_large_count(db, &large, err)) ||
	    (rc = ct_list_cursor(db, "delta", &cur, err)))
		return rc;
	*rec = json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
	    "source", s->name, "type", s->adapter->type, "entries",
	    (json_int_t)n.entries, "hashes", (json_int_t)n.signals,
	    "tombstones", (json_int_t)n.tombstones, "missing",
	    (json_int_t)n.missing, "rejects", (json_int_t)n.rejects, "large",
	    (json_int_t)large.files, "large_missing", (json_int_t)large.missing,
	    "generation", (json_int_t)state.generation);
	put_time(*rec, "done_to", cur.done_to);
	(void)json_object_set_new(
	    *rec, "resume", json_boolean(cur.next != NULL));
	put_time(*rec, "last_run", state.last_run);
	put_time(*rec, "last_reconcile", state.last_reconcile);
	(void)json_object_set_new(*rec, "age_s",
	    state.last_run ? json_integer((ct_now() - state.last_run) / 1000)
			   : json_null());
	(void)json_object_set_new(
	    *rec, "compiled", json_boolean(state.compiled == state.revision));
	free(cur.next);
	return 0;
}

int
ct_source_show(
    struct ct_source *s, const char *home, json_t **rec, struct ct_err *err)
{
	struct ct_list *db;
	int rc = ct_list_open(&db, home, s->name, false, err);

	*rec = NULL;
	if (!rc)
		rc = show(s, db, rec, err);
	ct_list_close(db);
	return rc;
}

/* Seconds since then, and whether that is too long. */
static int
age(const char *what, int64_t since, int64_t max, json_t **age_s,
    struct ct_err *err)
{
	int64_t ms = ct_now() - since;

	*age_s = since > 0 ? json_integer(ms / 1000) : json_null();
	if (since <= 0)
		return ct_fail(
		    err, CT_TEMPFAIL, "%s was never brought up to date", what);
	if (ms < 0)
		return ct_fail(err, CT_TEMPFAIL,
		    "%s was brought up to date in the future:"
		    " one of the clocks is wrong",
		    what);
	return ms <= max ? 0
			 : ct_fail(err, CT_TEMPFAIL,
			       "%s was brought up to date %lld minutes ago",
			       what, (long long)(ms / 60000));
}

static int
check_age(const struct ct_source *s, const char *home, json_t **age_s,
    struct ct_err *err)
{
	struct ct_list_state state;
	struct ct_list *db;
	char *what;
	int rc = ct_list_open(&db, home, s->name, false, err);

	*age_s = json_null();
	if (!rc && !(rc = ct_list_state(db, &state, err))) {
		what = ct_printf("source '%s'", s->name);
		rc = age(what, state.last_run, s->max_age, age_s, err);
		free(what);
	}
	ct_list_close(db);
	return rc;
}

int
ct_source_check(
    struct ct_source *s, const char *home, json_t **rec, struct ct_err *err)
{
	json_t *age_s = NULL;
	char *who = NULL;
	int rc = s->max_age ? check_age(s, home, &age_s, err)
			    : s->adapter->check(s, &who, err);

	*rec = json_pack("{s:s, s:s, s:b}", "source", s->name, "type",
	    s->adapter->type, "ok", rc == 0);
	if (age_s)
		(void)json_object_set_new(*rec, "age_s", age_s);
	if (who)
		(void)json_object_set_new(*rec, "member", json_string(who));
	free(who);
	if (rc)
		ct_rec_fail(*rec, err);
	return rc;
}

/* Was every source of it read to its end? */
static int
complete(const struct ct_rest_peek *set, const char *path, struct ct_err *err)
{
	struct ct_err none = { 0 };
	json_t *group;
	size_t i;

	for (i = 0; i < set->ngroups; i++) {
		group =
		    ct_json_object(set->group[i], strlen(set->group[i]), &none);
		if (json_is_false(json_object_get(group, "complete")))
			(void)ct_fail(err, CT_DATAERR,
			    "'%s': source '%s' was never read to its end", path,
			    json_string_value(
				json_object_get(group, "source")));
		if (json_is_true(json_object_get(group, "lacks")))
			(void)ct_fail(err, CT_DATAERR,
			    "'%s': source '%s' lacks large fingerprints", path,
			    json_string_value(
				json_object_get(group, "source")));
		json_decref(group);
		if (err->code)
			return err->code;
	}
	return 0;
}

#define TRIES 100
#define PAUSE 10000000 /* ns, for a writer between two files */

/* The index, and what is beside it, looked at whole up to so many bytes.
 * CT_NO: of another index. */
static int
look_at(const char *path, const char *delta, size_t verify,
    struct ct_rest_peek *set, struct ct_rest_peek *side, struct ct_err *err)
{
	uint64_t base, content;
	const char *text;
	int rc = ct_file_closed(path, 0640, err);

	if (!rc)
		rc = ct_rest_peek(set, path, verify, err);
	if (rc || access(delta, F_OK) < 0)
		return rc;
	rc = ct_file_closed(delta, 0640, err);
	if (!rc)
		rc = ct_rest_peek(side, delta, verify, err);
	if (rc == CT_NOINPUT && access(delta, F_OK) < 0) {
		*err = (struct ct_err){ 0 };
		return CT_NO;
	}
	text = side->ngroups ? side->group[0] : "";
	if (rc ||
	    (rc = ct_delta_base(text, strlen(text), &base, &content, err)))
		return rc;
	if (base == set->head.generation && content == set->content)
		return 0;
	ct_rest_peek_free(side);
	return base < set->head.generation ? 0 : CT_NO;
}

static int
check_sets(const char *path, const char *delta, bool verify,
    struct ct_set_head *head, struct ct_err *err)
{
	const struct timespec pause = { .tv_nsec = PAUSE };
	struct ct_rest_peek set = { 0 }, side = { 0 };
	int i, rc = CT_NO;

	for (i = 0; i < TRIES && rc == CT_NO; i++) {
		if (i)
			(void)nanosleep(&pause, NULL);
		ct_rest_peek_free(&set);
		rc = look_at(
		    path, delta, verify ? SIZE_MAX : 0, &set, &side, err);
	}
	if (rc == CT_NO)
		rc = ct_fail(err, CT_DATAERR,
		    "'%s' is of another index than '%s'", delta, path);
	*head = side.ngroups ? side.head : set.head;
	if (!rc)
		rc = complete(&set, path, err);
	ct_rest_peek_free(&side);
	ct_rest_peek_free(&set);
	return rc;
}

int
ct_index_check(
    const char *home, int64_t max_age, json_t **rec, struct ct_err *err)
{
	char *path = ct_printf("%s/lists/known.ctx", home);
	char *delta = ct_printf("%s/lists/known.delta", home);
	struct ct_set_head head = { 0 };
	json_t *age_s = NULL;
	int rc = check_sets(path, delta, !max_age, &head, err);

	if (!rc && max_age)
		rc = age("the oldest list of the index", head.asof, max_age,
		    &age_s, err);
	*rec = json_pack("{s:s, s:b, s:I}", "index", path, "ok", rc == 0,
	    "generation", (json_int_t)head.generation);
	if (age_s)
		(void)json_object_set_new(*rec, "age_s", age_s);
	if (rc)
		ct_rec_fail(*rec, err);
	free(path);
	free(delta);
	return rc;
}
