#include "filing.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "filing_impl.h"
#include "prog.h"
#include "schema.h"

#define HOUR ((int64_t)3600 * 1000)

/* ---- what next ------------------------------------------------------------
 */

/* Would NCMEC delete it before the files still missing are there? */
static bool
expiring(const struct ct_outbox_report *r)
{
	int64_t day = r->opened + 24 * HOUR, hour = r->changed + HOUR;

	return ct_now() + HOUR > (day > hour ? day : hour);
}

static enum ct_step
next(struct ct_drive *d)
{
	const struct ct_outbox_report *r = d->r;
	size_t n = json_array_size(d->sheet.files);

	if (r->finished)
		return STEP_OVER;
	if (r->held)
		return r->open && !r->doubt.finish && !d->undoing ? STEP_RETRACT
								  : STEP_OVER;
	if (r->doubt.retract)
		return STEP_RETRACT;
	if (r->doubt.finish)
		return STEP_FINISH;
	if (r->doubt.submit)
		return STEP_ORPHAN;
	if (!r->open)
		return STEP_SUBMIT;
	if (r->doubt.draft || strcmp(r->digest, r->sent_digest) != 0)
		return STEP_RETRACT;
	for (d->i = 0; d->i < n; d->i++)
		if (d->i >= r->nfiles || !r->file[d->i].described)
			break;
	if (d->i == n)
		return STEP_FINISH;
	if (expiring(r))
		return STEP_RETRACT;
	return d->i < r->nfiles && r->file[d->i].uploaded ? STEP_FILEINFO
							  : STEP_UPLOAD;
}

/* ---- the whole ------------------------------------------------------------
 */

static int
begin(struct ct_drive *d)
{
	d->rec = ct_json_object(d->r->record, strlen(d->r->record), d->err);
	return d->rec
	    ? ct_sheet_read(&d->sheet, d->rec, d->f->production, d->err)
	    : d->err->code;
}

static void
conclude(struct ct_drive *d)
{
	if (d->r->finished)
		ct_drive_over(d, 0, "");
	else if (d->r->held)
		ct_drive_over(d, CT_PROTOCOL, d->r->why);
}

static bool
may_call(struct ct_drive *d)
{
	char at[CT_TIME_LEN], why[256];

	if (d->over || !d->f->tip)
		return !d->over;
	if (!ct_service_may(d->f, d->end)) {
		d->over = true;
	} else if (ct_drive_paused(d->r->until) && !d->f->now) {
		(void)snprintf(why, sizeof why, "no call before %s: %.160s",
		    ct_time(d->r->until, at), d->r->why);
		ct_drive_over(d, CT_TEMPFAIL, why);
		d->end->waits = true;
	} else if (ct_stop) {
		ct_drive_over(d, CT_TEMPFAIL, "stopped by a signal");
	}
	return !d->over;
}

int
ct_filing_drive(struct ct_filing *f, struct ct_outbox_report *r,
    struct ct_filing_end *end, struct ct_err *err)
{
	struct ct_drive d = { .f = f, .r = r, .end = end, .err = err };
	enum ct_step step;
	int rc;

	*end = (struct ct_filing_end){ 0 };
	rc = begin(&d);
	while (!rc && (step = next(&d)) != STEP_OVER && may_call(&d))
		rc = ct_drive_act(&d, step);
	conclude(&d);
	json_decref(d.rec);
	return rc;
}

int
ct_filing_retract(struct ct_filing *f, struct ct_outbox_report *r,
    struct ct_filing_end *end, struct ct_err *err)
{
	struct ct_drive d = { .f = f, .r = r, .end = end, .err = err };
	int rc;

	*end = (struct ct_filing_end){ 0 };
	rc = begin(&d);
	if (!rc && !r->held)
		rc = ct_drive_hold(&d, NULL, "retracted by hand");
	if (!rc && r->doubt.submit)
		rc = ct_drive_note(&d, "orphan", NULL, NULL, false);
	if (!rc && r->open && may_call(&d))
		rc = ct_drive_act(&d, STEP_RETRACT);
	if (!rc && r->open && !d.over)
		ct_drive_over(&d, CT_TEMPFAIL, "the draft may still be open");
	if (!d.over)
		conclude(&d);
	json_decref(d.rec);
	return rc;
}

int
ct_filing_start(struct ct_filing *f, struct ct_err *err)
{
	int rc = ct_schema(&f->xsd, err);

	if (!rc && f->dir)
		rc = ct_schema_live(&f->live, f->dir, f->production, err);
	return rc > CT_NO ? rc : ct_service_new(f, err);
}

void
ct_filing_done(struct ct_filing *f)
{
	ct_xsd_free(f->xsd);
	ct_live_free(f->live);
	ct_service_free(f->service);
	f->xsd = NULL;
	f->live = NULL;
	f->service = NULL;
}
