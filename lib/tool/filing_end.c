/* filing_end.c - what follows from the answer to a step's call */
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "blake.h"
#include "clock.h"
#include "filing_impl.h"
#include "prog.h"

#define TRIES 4              /* calls without success, for one report a run */
#define WAIT_TIMES_MAX 60    /* a pause is at most so many f->wait */
#define SERVER_TIMES_MAX 300 /* and if the server asks for it, so many */

void
ct_drive_over(struct ct_drive *d, int status, const char *why)
{
	d->over = true;
	d->end->status = status;
	(void)snprintf(d->end->why, sizeof d->end->why, "%s", why);
}

int
ct_drive_note(struct ct_drive *d, const char *event, json_t *detail,
    const struct ct_tip_answer *a, bool verbatim)
{
	static const struct ct_tip_answer none = { .code = -1 };
	int rc;

	if (!a)
		a = &none;
	if (!detail)
		detail = json_object();
	if (a->status)
		(void)json_object_set_new(
		    detail, "status", json_integer(a->status));
	if (a->code >= 0)
		(void)json_object_set_new(
		    detail, "code", json_integer(a->code));
	if (*a->request_id)
		(void)json_object_set_new(
		    detail, "request_id", json_string(a->request_id));
	rc = ct_outbox_note(d->f->ob, d->r, event, detail,
	    verbatim ? a->body : NULL, verbatim ? a->len : 0, d->err);
	return !rc && a->kind == CT_TIP_OK && a->status
	    ? ct_service_good(d->f, d->err)
	    : rc;
}

int
ct_drive_hold(
    struct ct_drive *d, const struct ct_tip_answer *a, const char *fmt, ...)
{
	char why[256];
	va_list ap;

	if (d->r->held)
		return 0;
	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	return ct_drive_note(
	    d, "hold", json_pack("{s:s}", "why", why), a, true);
}

static void
pause_for(int64_t ms)
{
	int64_t end = ct_mono() + ms, left;
	struct timespec ts;

	/* short naps: a signal just before a long one would be slept over */
	while (!ct_stop && (left = end - ct_mono()) > 0) {
		left = left < 200 ? left : 200;
		ts = (struct timespec){ 0, (long)left * 1000000 };
		(void)nanosleep(&ts, NULL);
	}
}

/* No more of it in this run, and not at once in the next. */
static int
give_up(struct ct_drive *d, const struct ct_tip_answer *a)
{
	int rc = ct_drive_note(d, "pause",
	    json_pack("{s:I, s:s}", "until",
		(json_int_t)ct_drive_pause(d->f, d->r->pauses + 1), "why",
		a->why),
	    NULL, false);

	ct_drive_over(d, CT_TEMPFAIL, a->why);
	return rc ? rc : ct_service_silent(d->f, a->why, d->err);
}

int
ct_drive_later(struct ct_drive *d, const struct ct_tip_answer *a)
{
	int64_t unit = d->f->wait, wait = unit << d->failures, asked = -1;
	uint16_t dice; /* so that many clients do not come at once */

	if (wait > WAIT_TIMES_MAX * unit)
		wait = WAIT_TIMES_MAX * unit;
	ct_random(&dice, sizeof dice);
	wait += wait / 4 * dice / UINT16_MAX;
	if (a->retry_after >= 0)
		asked = a->retry_after / 1000 * unit;
	if (asked > PAUSE_TIMES_MAX * unit)
		asked = PAUSE_TIMES_MAX * unit;
	if (asked > SERVER_TIMES_MAX * unit) {
		ct_drive_over(d, CT_TEMPFAIL, a->why);
		return ct_service_busy(d->f, ct_now() + asked, a->why, d->err);
	}
	d->failures++;
	if (d->failures >= TRIES || ct_service_down(d->f))
		return give_up(d, a);
	pause_for(asked > wait ? asked : wait);
	return 0;
}

int
ct_drive_not_ok(
    struct ct_drive *d, enum ct_tip_call call, const struct ct_tip_answer *a)
{
	/* an answer says that nothing was done; /finish is not taken at that
	 * word, as asking again is free and a report filed twice is not: only
	 * if it never went out, or by the service's word that it refuses us */
	bool sure = a->undone &&
	    (call != CT_TIP_FINISH || a->status == 0 || a->kind == CT_TIP_AUTH);
	int rc = 0;

	if (sure &&
	    (a->kind == CT_TIP_AUTH || a->kind == CT_TIP_AGAIN ||
		a->kind == CT_TIP_INVALID))
		rc = ct_drive_note(d, "failed",
		    json_pack("{s:s}", "call", ct_tip_name(call)), a, false);
	if (rc)
		return rc;
	switch (a->kind) {
	case CT_TIP_AUTH:
		ct_drive_over(d, CT_NOPERM, a->why);
		return ct_service_refused(d->f, a->why, a->status != 0, d->err);
	case CT_TIP_AGAIN:
	case CT_TIP_UNKNOWN:
		return ct_drive_later(d, a);
	default:
		return ct_drive_hold(
		    d, a, "/%s: %s", ct_tip_name(call), a->why);
	}
}

int
ct_drive_lost(struct ct_drive *d, const struct ct_tip_answer *a)
{
	int rc = ct_drive_note(d, "retracted", NULL, a, false);

	return rc ? rc : ct_drive_later(d, a);
}

int
ct_drive_filed(struct ct_drive *d, const struct ct_tip_answer *a)
{
	json_t *files = json_array();
	size_t i;

	for (i = 0; i < d->r->nfiles; i++)
		(void)json_array_append_new(
		    files, json_string(d->r->file[i].id));
	return ct_drive_note(
	    d, "done", json_pack("{s:o}", "files", files), a, true);
}
