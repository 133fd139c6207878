/* act_impl.h - what the files of act share; for no one else */
#ifndef CT_ACT_IMPL_H
#define CT_ACT_IMPL_H

#include <stdint.h>

#include "act.h"

/* ---- what is acted on ---------------------------------------------------- */

struct act_target {
	const char *id; /* of the object; "" of an account */
	const char
	    *content; /* its SHA-256, or digest of what it tells; or "" */
	const char *account; /* "" if none is known */
	const char *reason;  /* key of the report, batch of the review, or "" */
};

/*
 * Is this record one to act on?  NULL, or a word for the summary: it passes.
 * With *err code CT_NOPERM or CT_DATAERR it is refused.  agreed: false at the
 * start of a run, see ct_vault_vouches.
 */
const char *act_judge(const json_t *rec, const struct ct_act_how *how,
    bool *agreed, struct ct_err *err);

/* What there is to act on, n of them; borrowed from rec, release the array. */
struct act_target *act_targets(
    const json_t *rec, const struct ct_act_verb *verb, size_t *n);

/* ---- the journal ----------------------------------------------------------
 */

struct act_journal;

/* CT_NO if there is none, and make is false.  With make, what ends goes into
 * the audit log of ct-act below home, see audit.h. */
int act_journal_open(struct act_journal **journal, const char *home, bool make,
    struct ct_err *err);
/* No more of that; returns the status of the run.  journal may be NULL. */
int act_journal_fed(struct act_journal *journal, int status);
void act_journal_close(struct act_journal *journal);

enum act_was {
	ACT_NEW,
	ACT_DONE,
	ACT_DOUBT
}; /* DOUBT: begun by a killed run */

/* What does the journal (NULL: none) know of doing this? */
int act_journal_look(struct act_journal *journal, const struct act_target *t,
    const struct ct_act_verb *verb, enum act_was *was, struct ct_err *err);

/* The same; and unless it is done, note that it begins, as row *seq. */
int act_journal_begin(struct act_journal *journal, const struct act_target *t,
    const struct ct_act_verb *verb, enum act_was *was, int64_t *seq,
    struct ct_err *err);

/* It ended: with 0, or with what it failed with. */
int act_journal_end(
    struct act_journal *journal, int64_t seq, int code, struct ct_err *err);

/* One record a row. */
int act_journal_each(
    struct act_journal *journal, struct ct_out *out, struct ct_err *err);

#endif
