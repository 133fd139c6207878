/*
 * act.h - the operator's commands on what was found, each once
 *
 * Before a command runs, and after it has, the journal says so durably.  An
 * object is known by its id, content and account, an account by its id.  What
 * was last done to it, for the same report or batch, is not done again; what a
 * killed run may have done is.  So commands must not mind being run twice.
 */
#ifndef CT_ACT_H
#define CT_ACT_H

#include <stdbool.h>

#include "conf.h"
#include "err.h"
#include "rec.h"

struct ct_act_verb {
	const char *name;
	bool account; /* done to accounts, not to objects */
	bool back;    /* undoes another: not for what is to be reported */
	bool last;    /* cannot be undone: only when a report is finished */
};

extern const struct ct_act_verb ct_act_verbs[]; /* ended by name NULL */

struct ct_act_how {
	const struct ct_act_verb *verb;
	const struct ct_conf *conf;
	const char *command; /* in place of the configuration's; or NULL */
	const char *home;    /* the state directory */
	bool dry;            /* say what would be done, do nothing */
	bool test;           /* for test reports, too */
	int in, out;
	bool quiet;
};

/* Records in, records out with member action.  Returns an exit status. */
int ct_act_run(const struct ct_act_how *how);

/* A record for each row of the journal, oldest first. */
int ct_act_log(const char *home, struct ct_out *out, struct ct_err *err);

#endif
