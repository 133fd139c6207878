/* source_run.c - the run of a source that is read in pages */
#include "clock.h"
#include "source_get.h"

int
ct_run_begin(struct ct_source *s, const char *origin,
    struct ct_list_state *state, struct ct_err *err)
{
	struct ct_list_count count;
	int rc;

	if ((rc = ct_list_begin(s->db, err)) ||
	    (rc = ct_list_origin(s->db, origin, err)) ||
	    (rc = ct_list_state(s->db, state, err)) ||
	    (rc = ct_list_forget(s->db, err)))
		return rc;
	if (state->guard_live < 0) {
		if ((rc = ct_list_count(s->db, &count, err)))
			return rc;
		state->guard_live = count.entries;
		state->guard_gone = 0;
	}
	if (!state->generation)
		state->generation = 1;
	return (rc = ct_list_keep(s->db, state, err))
	    ? rc
	    : ct_list_commit(s->db, err);
}

int
ct_run_settle(
    struct ct_source *s, struct ct_list_state *state, struct ct_err *err)
{
	int64_t gone;
	int rc;

	if ((rc = ct_list_begin(s->db, err)) ||
	    (rc = ct_list_fall(s->db, &gone, err)))
		return rc;
	state->revision += gone > 0;
	return (rc = ct_list_keep(s->db, state, err))
	    ? rc
	    : ct_list_commit(s->db, err);
}

int
ct_run_end(struct ct_source *s, struct ct_list_state *state, struct ct_err *err)
{
	int rc;

	state->last_run = ct_now();
	if (!state->last_reconcile) /* the first run is a complete walk */
		state->last_reconcile = state->last_run;
	state->guard_live = -1;
	state->guard_gone = 0;
	state->rejected = s->rejected;
	if ((rc = ct_list_begin(s->db, err)) ||
	    (rc = ct_list_keep(s->db, state, err)) ||
	    (rc = ct_list_ran(s->db, state, s->put, s->gone, err)))
		return rc;
	return ct_list_commit(s->db, err);
}

int
ct_get_conf(struct ct_source *s, struct ct_err *err)
{
	if (s->credential && !s->path && !s->hash)
		return 0;
	return ct_fail(err, CT_CONFIG,
	    "source '%s': type = %s wants credential, no path or hash", s->name,
	    s->adapter->type);
}
