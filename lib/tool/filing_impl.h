/* filing_impl.h - between the files of filing alone */
#ifndef CT_FILING_IMPL_H
#define CT_FILING_IMPL_H

#include "filing.h"

enum ct_step {
	STEP_OVER,
	STEP_ORPHAN,
	STEP_SUBMIT,
	STEP_UPLOAD,
	STEP_FILEINFO,
	STEP_FINISH,
	STEP_RETRACT
};

/* one report in this run */
struct ct_drive {
	struct ct_filing *f;
	struct ct_outbox_report *r;
	struct ct_filing_end *end;
	struct ct_err *err;
	json_t *rec;
	struct ct_sheet sheet;
	size_t i; /* the file in hand */
	int failures, bad_bytes;
	bool over;    /* end is set */
	bool undoing; /* held, and its draft was tried to be given up */
};

/* ---- how a step ends: 0, or a code of the journal ------------------------ */

/* Journal an event with what of the answer (may be NULL) should be kept. */
int ct_drive_note(struct ct_drive *d, const char *event, json_t *detail,
    const struct ct_tip_answer *a, bool verbatim);

/* A person must look; what is held stays held for its first reason. */
int ct_drive_hold(struct ct_drive *d, const struct ct_tip_answer *a,
    const char *fmt, ...) CT_PRINTF(3, 4);

/* This is as far as it goes in this run. */
void ct_drive_over(struct ct_drive *d, int status, const char *why);

/* It did not work, or may not have: wait before the next step. */
int ct_drive_later(struct ct_drive *d, const struct ct_tip_answer *a);

/* The time at which the n-th pause in a row ends that begins now. */
#define PAUSE_TIMES 60       /* the first is so many f->wait */
#define PAUSE_TIMES_MAX 3600 /* each is twice as long, at most so many */
int64_t ct_drive_pause(const struct ct_filing *f, int n);

/* Is it so now that this time is not yet?  One too far off was written under
 * a clock that was wrong. */
bool ct_drive_paused(int64_t until);

/* What the kinds mean that mean the same for every call. */
int ct_drive_not_ok(
    struct ct_drive *d, enum ct_tip_call call, const struct ct_tip_answer *a);

/* The draft is no more; what it was made for begins anew. */
int ct_drive_lost(struct ct_drive *d, const struct ct_tip_answer *a);

/* It is filed. */
int ct_drive_filed(struct ct_drive *d, const struct ct_tip_answer *a);

/* ---- the service, as all threads of the run know it ------------------------
 *
 * What would be good to know in the next run is kept in the outbox; then a
 * code is one of the journal.
 */

int ct_service_new(struct ct_filing *f, struct ct_err *err);
void ct_service_free(struct ct_service *s);

/* May it be called?  Else end says why. */
bool ct_service_may(struct ct_filing *f, struct ct_filing_end *end);

/* It did what it was asked to; a credential that it refused stays refused. */
int ct_service_good(struct ct_filing *f, struct ct_err *err);
/* It was asked whether it knows the credential, and does. */
int ct_service_known(struct ct_filing *f, struct ct_err *err);
/* Our credential is of no use: nothing more is sent in this run, and if the
 * service itself said so (certain), not until it is another. */
int ct_service_refused(
    struct ct_filing *f, const char *why, bool certain, struct ct_err *err);
/* It wants no call before this time. */
int ct_service_busy(
    struct ct_filing *f, int64_t until, const char *why, struct ct_err *err);
/* A report was given up for now, as no answer came that can be used. */
int ct_service_silent(struct ct_filing *f, const char *why, struct ct_err *err);
/* Was that so with the last one? */
bool ct_service_down(struct ct_filing *f);

/* The journal or the output failed with this code, or 0: the first of such. */
int ct_service_broken(struct ct_filing *f, int code);

/* ---- verbs on all there is: see ct-submit(1) --------------------------------
 */

int ct_filing_sweep(struct ct_filing *f, struct ct_out *out);
int ct_filing_check(struct ct_filing *f, struct ct_out *out);
int ct_filing_fetch(struct ct_filing *f, struct ct_out *out);
int ct_filing_due(struct ct_filing *f, struct ct_out *out);
int ct_filing_prior(struct ct_filing *f, struct ct_out *out);

/* ---- whose numbers they are
 * --------------------------------------------------
 */

/* CT_DATAERR if the document for production names a report of ours that is of
 * the test environment. */
int ct_filing_no_test_ids(
    struct ct_filing *f, const struct ct_sheet *s, struct ct_err *err);

/* ---- reports for other authorities (r->desk)
 * ----------------------------------
 */

/* Is it exempt by now?  Then that is noted. */
int ct_desk_settle(struct ct_filing *f, struct ct_outbox_report *r,
    const json_t *rec, struct ct_err *err);

json_t *ct_desk_submission(
    const struct ct_filing *f, const struct ct_outbox_report *r);

/* A person has filed this one, as f->ref.  Else as ct_filing_key. */
int ct_desk_filed(struct ct_filing *f, const char *key, json_t **rec,
    int *status, struct ct_err *err);

/* ---- the steps ------------------------------------------------------------
 */

int ct_drive_act(struct ct_drive *d, enum ct_step step);

#endif
