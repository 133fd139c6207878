/*
 * vault_end.h - objects that end, and the clock that says when, for vault_*.c
 *
 * An object ends in this order: the line "destroy" says what will go and why;
 * its own key and the header of its stream are overwritten where they stand,
 * and its file unlinked, both durably; the line "destroyed" says what has
 * gone.  Who dies on the way is gone on from by vault_resume.
 */
#ifndef CT_VAULT_END_H
#define CT_VAULT_END_H

#include "vault_dir.h"

#define VAULT_BATCH 64 /* objects that end with one line */
#define VAULT_DAY ((int64_t)24 * 60 * 60 * 1000) /* ms */
#define VAULT_EPOCH 1767225600000   /* ms: 2026; no vault is older */
#define VAULT_AHEAD (7 * VAULT_DAY) /* the clock may be: vault_clock */

/* 0, or CT_NOPERM that names a hold on object id, or a code. */
int vault_unheld(struct ct_vault *v, const char *id, struct ct_err *err);

/* Is object id past its date at that time?  1, 0, or a code. */
int vault_is_due(
    struct ct_vault *v, const char *id, int64_t now, struct ct_err *err);

/* What has become of an object. */
struct vault_fate {
	const char *id;    /* borrowed */
	bool missing;      /* it ended, but its file was not there */
	struct ct_err why; /* code 0: it has ended.  Else it has not:
			      CT_NOPERM it is held, CT_NO it ended before,
			      CT_NOINPUT no such object, or what failed */
};

/*
 * Between vault_begin and vault_end: end these objects, sealed or staged, of
 * which there are at most VAULT_BATCH.  What is held never ends.  cause is
 * "expired", "not_csam" or "request"; word and by may be NULL.  0 if the log
 * says what has become of each, whatever that is; else the index knows those
 * that are begun, and vault_resume goes on.
 */
struct vault_word { /* on whose word */
	const char *request;
	json_t *approval; /* vault_approval */
};
int vault_destroy(struct ct_vault *v, struct vault_fate *fate, size_t n,
    const char *cause, const struct vault_word *word, const char *by,
    struct ct_err *err);

/*
 * Between vault_begin and vault_end: what an earlier run has begun to end.
 * What is held since, or has expired but got a later date since, and whose key
 * is still there, is spared.  What cannot be
 * ended is told of and stays for the next run; CT_DATAERR: all of it does, as
 * the index does not say what the log says.  certificates, an array
 * (may be NULL), gets one for each line "destroyed".
 */
int vault_resume(struct ct_vault *v, json_t *certificates, struct ct_err *err);

/*
 * Between vault_begin and vault_end: *certificate (the caller's; NULL if there
 * is nothing to certify) says what the log says of those that have ended, and
 * with request, also of those that had before.
 */
int vault_certify(struct ct_vault *v, const struct vault_fate *fate, size_t n,
    const char *request, json_t **certificate, struct ct_err *err);

/* Between vault_begin and vault_end: certificates, an array, gets those of what
 * ended by its date in a run that did not come to its end: nobody may have
 * them. */
int vault_certify_late(
    struct ct_vault *v, json_t *certificates, struct ct_err *err);

/* It, if there is one, into the directory that how names, if it names one, as
 * ID.json.  CT_CANTCREAT also if another certificate is there. */
int vault_hand_over(const struct ct_vault_ending *how,
    const json_t *certificate, struct ct_err *err);

/*
 * Between vault_begin and vault_end: can what the clock says be true?  The
 * log has a steady time: the last one that came at most 7 days after the
 * steady time before it.  CT_NOPERM if it is now more than 5 minutes before
 * that, or more than 7 days after, unless ok: then the log says that somebody
 * vouched for the clock, and the steady time is now.  CT_NOPERM in any case
 * before VAULT_EPOCH.
 */
int vault_clock(struct ct_vault *v, bool ok, struct ct_err *err);

/* For what must be done whatever the clock says: print what is wrong. */
void vault_clock_warn(struct ct_vault *v);

#endif
