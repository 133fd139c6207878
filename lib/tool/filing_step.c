/* filing_step.c - one call of the CyberTipline, journalled on either side */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "filing_impl.h"
#include "report.h"

#define BAD_BYTES_MAX 3 /* uploads that arrive as something else */

static bool
all_uploaded(const struct ct_drive *d)
{
	size_t i, n = json_array_size(d->sheet.files);

	for (i = 0; i < n; i++)
		if (i >= d->r->nfiles || !d->r->file[i].uploaded)
			return false;
	return true;
}

/* In a rehearsal every call is shown, and works. */
static bool
rehearsed(struct ct_drive *d, enum ct_tip_call call, const char *xml,
    struct ct_tip_answer *a)
{
	if (d->f->tip)
		return false;
	*a = (struct ct_tip_answer){ .retry_after = -1 };
	(void)snprintf(a->report_id, sizeof a->report_id, "1");
	(void)snprintf(a->file_id, sizeof a->file_id, "%032zx", d->i);
	d->f->show(d->f->arg, call, d->i, xml);
	return true;
}

/* A report at fault is held; what is our own fault holds up no report. */
static int
at_fault(struct ct_drive *d)
{
	int rc = d->err->code;

	return rc == CT_DATAERR || rc == CT_NOINPUT
	    ? ct_drive_hold(d, NULL, "%s", d->err->msg)
	    : rc;
}

static int
submit(struct ct_drive *d)
{
	struct ct_tip_answer a;
	int rc;

	if (ct_sheet_check(d->f, &d->sheet, d->err))
		return at_fault(d);
	if ((rc = ct_drive_note(d, "submit-sent",
		 json_pack("{s:s}", "digest", d->sheet.digest), NULL, false)))
		return rc;
	if (!rehearsed(d, CT_TIP_SUBMIT, d->sheet.xml, &a))
		ct_tip_submit(
		    d->f->tip, d->sheet.xml, strlen(d->sheet.xml), &a);
	if (a.kind == CT_TIP_OK)
		rc = ct_drive_note(d, "open",
		    json_pack("{s:s}", "report_id", a.report_id), &a, false);
	else
		rc = ct_drive_not_ok(d, CT_TIP_SUBMIT, &a);
	ct_tip_done(&a);
	return rc;
}

/* What an answer to /upload or /fileinfo that is not OK means for the draft */
static int
not_in_draft(
    struct ct_drive *d, enum ct_tip_call call, const struct ct_tip_answer *a)
{
	switch (a->kind) {
	case CT_TIP_GONE:
	case CT_TIP_RETRACTED:
		return ct_drive_lost(d, a);
	case CT_TIP_NO_FILE:
		if (call == CT_TIP_UPLOAD)
			break;
		/* it stays in doubt, so the draft is given up */
		return ct_drive_later(d, a);
	case CT_TIP_FINISHED:
		return ct_drive_hold(d, a,
		    "/%s: somebody else has finished the report",
		    ct_tip_name(call));
	default:
		break;
	}
	return ct_drive_not_ok(d, call, a);
}

static json_t *
uploaded(const struct ct_drive *d, const struct ct_tip_answer *a)
{
	return json_pack("{s:I, s:s, s:s}", "i", (json_int_t)d->i, "file_id",
	    a->file_id, "md5", a->md5);
}

/* A media type that is one, or the one for any bytes. */
static const char *
type_of(const json_t *file)
{
	const char *mime = ct_rec_text(file, "mime");

	if (mime && strchr(mime, '/') &&
	    strspn(mime, "abcdefghijklmnopqrstuvwxyz0123456789.+-/") ==
		strlen(mime))
		return mime;
	return "application/octet-stream";
}

static int
upload(struct ct_drive *d)
{
	const json_t *file = json_array_get(d->sheet.files, d->i);
	struct ct_tip_answer a;
	char name[32], md5[33];
	uint64_t len;
	int rc, fd;

	if ((fd = ct_sheet_open(&d->sheet, d->i, &len, md5, d->err)) < 0)
		return at_fault(d);
	(void)snprintf(name, sizeof name, "file-%zu", d->i);
	rc = ct_drive_note(d, "upload-sent",
	    json_pack("{s:I}", "i", (json_int_t)d->i), NULL, false);
	if (rc) {
		(void)close(fd);
		return rc;
	}
	if (!rehearsed(d, CT_TIP_UPLOAD, NULL, &a))
		ct_tip_upload(
		    d->f->tip, d->r->id, fd, len, name, type_of(file), md5, &a);
	(void)close(fd);
	if (a.kind == CT_TIP_OK)
		rc = ct_drive_note(d, "uploaded", uploaded(d, &a), &a, false);
	else if (a.kind == CT_TIP_UNKNOWN && *a.md5 &&
	    ++d->bad_bytes == BAD_BYTES_MAX)
		rc = ct_drive_hold(d, &a,
		    "report.files[%zu] arrived as other bytes %d times", d->i,
		    BAD_BYTES_MAX);
	else
		rc = not_in_draft(d, CT_TIP_UPLOAD, &a);
	ct_tip_done(&a);
	return rc;
}

static int
fileinfo(struct ct_drive *d)
{
	const json_t *file = json_array_get(d->sheet.files, d->i);
	json_t *at = json_pack("{s:I}", "i", (json_int_t)d->i);
	struct ct_tip_answer a;
	char *xml = NULL;
	size_t len;
	int rc;

	if (ct_report_file_xml(d->f->xsd, file, d->r->id, d->r->file[d->i].id,
		&xml, &len, d->err)) {
		json_decref(at);
		return ct_drive_hold(
		    d, NULL, "report.files[%zu]: %.200s", d->i, d->err->msg);
	}
	rc = ct_drive_note(d, "fileinfo-sent", json_incref(at), NULL, false);
	if (rc) {
		json_decref(at);
		free(xml);
		return rc;
	}
	if (!rehearsed(d, CT_TIP_FILEINFO, xml, &a))
		ct_tip_fileinfo(d->f->tip, d->r->id, xml, len, &a);
	free(xml);
	if (a.kind == CT_TIP_OK)
		rc = ct_drive_note(
		    d, "fileinfo-done", json_incref(at), &a, false);
	else
		rc = not_in_draft(d, CT_TIP_FILEINFO, &a);
	json_decref(at);
	ct_tip_done(&a);
	return rc;
}

static bool
listed(const struct ct_tip_answer *a, const char *id)
{
	size_t i;

	for (i = 0; i < a->nfiles; i++)
		if (strcmp(a->files[i], id) == 0)
			return true;
	return false;
}

/* Exactly the files that we sent? */
static bool
lists_ours(const struct ct_outbox_report *r, const struct ct_tip_answer *a)
{
	size_t i;

	if (a->nfiles != r->nfiles)
		return false;
	for (i = 0; i < r->nfiles; i++)
		if (!listed(a, r->file[i].id))
			return false;
	return true;
}

static int
finish(struct ct_drive *d)
{
	struct ct_tip_answer a;
	bool again; /* an earlier call may have filed it */
	int rc;

	if ((rc = ct_drive_note(d, "finish-sent", NULL, NULL, false)))
		return rc;
	again = d->r->before.finish;
	if (rehearsed(d, CT_TIP_FINISH, NULL, &a))
		return ct_drive_filed(d, &a);
	ct_tip_finish(d->f->tip, d->r->id, &a);
	if (a.kind == CT_TIP_OK ? lists_ours(d->r, &a)
				: a.kind == CT_TIP_FINISHED && again)
		rc = ct_drive_filed(d, &a);
	else if (a.kind == CT_TIP_OK)
		rc = ct_drive_hold(
		    d, &a, "the finished report lists other files");
	else if (a.kind == CT_TIP_FINISHED)
		rc = ct_drive_hold(
		    d, &a, "somebody else has finished the report");
	else if (a.kind == CT_TIP_RETRACTED ||
	    (a.kind == CT_TIP_GONE && !again))
		rc = ct_drive_lost(d, &a);
	else if (a.kind == CT_TIP_GONE)
		rc = ct_drive_hold(d, &a,
		    "the report may be filed, and now there is no such report");
	else
		rc = ct_drive_not_ok(d, CT_TIP_FINISH, &a);
	ct_tip_done(&a);
	return rc;
}

static int
retracted(struct ct_drive *d, const struct ct_tip_answer *a)
{
	switch (a->kind) {
	case CT_TIP_GONE:
		if (d->r->doubt.finish)
			return ct_drive_hold(d, a,
			    "the report may be filed, and now there is no such "
			    "report");
		return ct_drive_note(d, "retracted", NULL, a, false);
	case CT_TIP_OK:
	case CT_TIP_RETRACTED:
		return ct_drive_note(d, "retracted", NULL, a, false);
	case CT_TIP_FINISHED:
		if (strcmp(d->r->digest, d->r->sent_digest) == 0 &&
		    all_uploaded(d))
			return ct_drive_filed(d, a);
		return ct_drive_hold(
		    d, a, "somebody else has finished the report, in part");
	default:
		return ct_drive_not_ok(d, CT_TIP_RETRACT, a);
	}
}

static int
retract(struct ct_drive *d)
{
	struct ct_tip_answer a;
	int rc;

	d->undoing = d->r->held;
	if ((rc = ct_drive_note(d, "retract-sent", NULL, NULL, false)))
		return rc;
	if (!rehearsed(d, CT_TIP_RETRACT, NULL, &a))
		ct_tip_retract(d->f->tip, d->r->id, &a);
	rc = retracted(d, &a);
	ct_tip_done(&a);
	return rc;
}

int
ct_drive_act(struct ct_drive *d, enum ct_step step)
{
	switch (step) {
	case STEP_ORPHAN:
		return ct_drive_note(d, "orphan", NULL, NULL, false);
	case STEP_SUBMIT:
		return submit(d);
	case STEP_UPLOAD:
		return upload(d);
	case STEP_FILEINFO:
		return fileinfo(d);
	case STEP_FINISH:
		return finish(d);
	case STEP_RETRACT:
		return retract(d);
	default:
		return ct_fail(d->err, CT_SOFTWARE, "no such step");
	}
}
