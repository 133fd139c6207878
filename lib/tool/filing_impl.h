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
void ct_drive_later(struct ct_drive *d, const struct ct_tip_answer *a);

/* What the kinds mean that mean the same for every call. */
int ct_drive_not_ok(
    struct ct_drive *d, enum ct_tip_call call, const struct ct_tip_answer *a);

/* The draft is no more; what it was made for begins anew. */
int ct_drive_lost(struct ct_drive *d, const struct ct_tip_answer *a);

/* It is filed. */
int ct_drive_filed(struct ct_drive *d, const struct ct_tip_answer *a);

/* ---- the steps ------------------------------------------------------------
 */

int ct_drive_act(struct ct_drive *d, enum ct_step step);

#endif
