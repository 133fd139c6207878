/* source_own.c - a list of what one's own people decided, see syncdb_own.c */
#include <string.h>

#include "clock.h"
#include "source.h"

static const char *
class_own(const struct ct_source *s)
{
	(void)s;
	return "own";
}

/* action = report wants another class, so it is refused already. */
static int
conf_own(struct ct_source *s, struct ct_err *err)
{
	if (s->path || s->url || s->credential || s->hash || s->members)
		return ct_fail(err, CT_CONFIG,
		    "source '%s': type = own wants no path, url, credential,"
		    " hash or members",
		    s->name);
	if (strcmp(s->class, "own") != 0)
		return ct_fail(err, CT_CONFIG,
		    "source '%s': type = own is of class = own", s->name);
	return 0;
}

bool
ct_source_allows(const struct ct_source *s)
{
	return strcmp(s->action, "allow") == 0;
}

int
ct_own_begin(
    struct ct_source *s, struct ct_list_state *state, struct ct_err *err)
{
	int rc;

	/* what one list holds is harmless, what the other holds is not */
	if ((rc = ct_list_begin(s->db, err)) ||
	    (rc = ct_list_origin(
		 s->db, ct_source_allows(s) ? "own, allow" : "own", err)) ||
	    (rc = ct_list_state(s->db, state, err)))
		return rc;
	if (!state->generation)
		state->generation = 1;
	state->last_run = state->last_reconcile = ct_now();
	return ct_list_keep(s->db, state, err);
}

/* It comes from nowhere, so it is as new as can be. */
static int
sync_own(struct ct_source *s, struct ct_err *err)
{
	struct ct_list_state state;
	int rc;

	if ((rc = ct_own_begin(s, &state, err)) ||
	    (rc = ct_list_ran(s->db, &state, 0, 0, err)))
		return rc;
	return ct_list_commit(s->db, err);
}

static int
check_own(struct ct_source *s, char **what, struct ct_err *err)
{
	(void)s;
	(void)err;
	*what = NULL;
	return 0;
}

const struct ct_adapter ct_source_own = { "own", conf_own, sync_own, check_own,
	class_own, NULL };
