/* source_show.c - records that tell how sources and the index are */
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "prog.h"
#include "set.h"
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
	struct ct_cursor cur;
	int rc;

	if ((rc = ct_list_state(db, &state, err)) ||
	    (rc = ct_list_count(db, &n, err)) ||
	    (rc = ct_list_cursor(db, "delta", &cur, err)))
		return rc;
	*rec = json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I}", "source",
	    s->name, "type", s->adapter->type, "entries", (json_int_t)n.entries,
	    "hashes", (json_int_t)n.signals, "tombstones",
	    (json_int_t)n.tombstones, "missing", (json_int_t)n.missing,
	    "rejects", (json_int_t)n.rejects, "generation",
	    (json_int_t)state.generation);
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

int
ct_source_check(
    struct ct_source *s, const char *home, json_t **rec, struct ct_err *err)
{
	char *who;
	int rc = s->adapter->check(s, &who, err);

	(void)home;
	*rec = json_pack("{s:s, s:s, s:b}", "source", s->name, "type",
	    s->adapter->type, "ok", rc == 0);
	if (who)
		(void)json_object_set_new(*rec, "member", json_string(who));
	free(who);
	if (rc)
		ct_rec_fail(*rec, err);
	return rc;
}

/* Was every source of it read to its end? */
static int
complete(const struct ct_set *set, const char *path, struct ct_err *err)
{
	struct ct_err none = { 0 };
	const char *text;
	json_t *group;
	size_t i, len;

	for (i = 0; i < ct_set_ngroups(set); i++) {
		if (ct_set_group(set, i, &text, &len, err))
			return err->code;
		group = ct_json_object(text, len, &none);
		if (json_is_false(json_object_get(group, "complete")))
			(void)ct_fail(err, CT_DATAERR,
			    "'%s': source '%s' was never read to its end", path,
			    json_string_value(
				json_object_get(group, "source")));
		json_decref(group);
		if (err->code)
			return err->code;
	}
	return 0;
}

/* The index, and what is beside it: both sound, and of each other? */
static int
check_sets(const char *path, const char *delta, struct ct_set_head *head,
    struct ct_err *err)
{
	struct ct_set *set, *side = NULL;
	uint64_t base = 0, content;
	int rc = ct_set_open(&set, path, err);

	if (!rc && !(rc = ct_set_verify(set, err))) {
		ct_set_head(set, head);
		rc = complete(set, path, err);
	}
	if (!rc && access(delta, F_OK) == 0 &&
	    !(rc = ct_set_open(&side, delta, err)) &&
	    !(rc = ct_set_verify(side, err)) &&
	    !(rc = ct_delta_base(side, &base, &content, err)) &&
	    base >= head->generation) {
		if (base > head->generation || content != ct_set_content(set))
			rc = ct_fail(err, CT_DATAERR,
			    "'%s' is of another index than '%s'", delta, path);
		else
			ct_set_head(side, head);
	}
	ct_set_close(side);
	ct_set_close(set);
	return rc;
}

int
ct_index_check(const char *home, json_t **rec, struct ct_err *err)
{
	char *path = ct_printf("%s/lists/known.ctx", home);
	char *delta = ct_printf("%s/lists/known.delta", home);
	struct ct_set_head head = { 0 };
	int rc = check_sets(path, delta, &head, err);

	*rec = json_pack("{s:s, s:b, s:I}", "index", path, "ok", rc == 0,
	    "generation", (json_int_t)head.generation);
	if (rc)
		ct_rec_fail(*rec, err);
	free(path);
	free(delta);
	return rc;
}
