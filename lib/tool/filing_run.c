/* filing_run.c - a record from the pipe or the outbox, filed */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "filing_impl.h"
#include "prog.h"

#define LATE ((int64_t)3600 * 1000)

static const char *
state_of(const struct ct_filing_end *end)
{
	return end->status == 0          ? "finished"
	    : end->status == CT_PROTOCOL ? "held"
					 : "pending";
}

static json_t *
sent_files(const struct ct_filing *f, const struct ct_outbox_report *r)
{
	json_t *files = json_array(), *file;
	struct ct_err err = { 0 };
	json_t *rec = ct_json_object(r->record, strlen(r->record), &err);
	struct ct_sheet s;
	size_t i;

	if (rec && !ct_sheet_read(&s, rec, f->production, &err))
		for (i = 0; i < r->nfiles; i++) {
			file = json_array_get(s.files, i);
			if (r->file[i].uploaded && file)
				(void)json_array_append_new(files,
				    json_pack("{s:O, s:O, s:s}", "id",
					json_object_get(file, "id"), "sha256",
					json_object_get(file, "sha256"),
					"file_id", r->file[i].id));
		}
	json_decref(rec);
	return files;
}

json_t *
ct_filing_submission(const struct ct_filing *f,
    const struct ct_outbox_report *r, const struct ct_filing_end *end)
{
	char at[CT_TIME_LEN];
	json_t *sub;

	if (r->desk) {
		sub = ct_desk_submission(f, r);
		if (end->already)
			(void)json_object_set_new(sub, "already", json_true());
		return sub;
	}
	sub = json_pack("{s:s}", "env", f->production ? "production" : "test");
	if (*r->id)
		(void)json_object_set_new(sub, "report_id", json_string(r->id));
	(void)json_object_set_new(sub, "state", json_string(state_of(end)));
	(void)json_object_set_new(sub, "at",
	    json_string(
		r->finished ? ct_time(r->finished_at, at) : ct_time_now(at)));
	(void)json_object_set_new(sub, "files", sent_files(f, r));
	if (end->already)
		(void)json_object_set_new(sub, "already", json_true());
	if (end->changed)
		(void)json_object_set_new(sub, "changed", json_true());
	if (end->status)
		(void)json_object_set_new(sub, "reason", json_string(end->why));
	return sub;
}

/* The finished report lacks these: kept once, for whoever asks later. */
static int
lacking(struct ct_filing *f, struct ct_outbox_report *r, json_t *files,
    struct ct_err *err)
{
	size_t i, k, known = 0, n = json_array_size(files);

	for (i = 0; i < n; i++)
		for (k = 0; k < json_array_size(r->lacks); k++)
			known += (size_t)json_equal(json_array_get(files, i),
			    json_array_get(r->lacks, k));
	if (known >= n)
		return 0;
	return ct_outbox_note(f->ob, r, "lacks",
	    json_pack("{s:O}", "files", files), NULL, 0, err);
}

/* Finished before: is all of this record in what was filed? */
static int
already(struct ct_filing *f, struct ct_outbox_report *r,
    const struct ct_sheet *s, struct ct_filing_end *end, struct ct_err *err)
{
	json_t *old = ct_json_object(r->record, strlen(r->record), err);
	json_t *files = NULL;
	struct ct_sheet filed;
	char where[CT_SHEET_WHERE];
	int rc;

	*end = (struct ct_filing_end){ .already = true };
	rc = old ? ct_sheet_read(&filed, old, f->production, err) : err->code;
	if (!rc)
		files = ct_sheet_lacks(&filed, s, where);
	if (json_array_size(files)) {
		*end = (struct ct_filing_end){ .status = CT_PROTOCOL };
		(void)snprintf(end->why, sizeof end->why,
		    "the report was finished without %s", where);
		rc = lacking(f, r, files, err);
	}
	end->changed = !rc && !end->status && ct_sheet_changed(&filed, s);
	json_decref(files);
	json_decref(old);
	return rc;
}

static int
go(struct ct_filing *f, struct ct_outbox_report *r, const struct ct_sheet *s,
    struct ct_filing_end *end, struct ct_err *err)
{
	bool other = strcmp(r->digest, s->digest) != 0;
	int rc;

	if (r->finished)
		return already(f, r, s, end, err);
	if (r->split &&
	    ct_outbox_note(f->ob, r, "hold",
		json_pack("{s:s}", "why",
		    "an earlier run cut this report into other parts"),
		NULL, 0, err))
		return err->code;
	rc = ct_filing_drive(f, r, end, err);
	/* it was about to be, or was, when this came */
	return !rc && other && r->finished ? already(f, r, s, end, err) : rc;
}

/* On a copy in memory of what the outbox, if there is one, knows of it. */
static int
rehearse(struct ct_filing *f, const char *record, const struct ct_sheet *s,
    struct ct_outbox_report *r, struct ct_filing_end *end, struct ct_err *err)
{
	struct ct_outbox *ob = f->ob;
	int rc;

	rc = ob ? ct_outbox_load(ob, s->key, r, err) : CT_NO;
	if (rc == CT_NO || (!rc && !r->finished && !r->doubt.finish)) {
		free(r->record);
		r->record = ct_strdup(record);
		memcpy(r->key, s->key, sizeof r->key);
		memcpy(r->digest, s->digest, sizeof r->digest);
		rc = 0;
	}
	f->ob = NULL;
	if (!rc)
		rc = go(f, r, s, end, err);
	f->ob = ob;
	return rc;
}

/* Without a seal the evidence stays where it is: somebody must run it again */
static bool
unsealed(const struct ct_sheet *s)
{
	const char *state;
	size_t i;

	for (i = 0; i < json_array_size(s->files); i++) {
		state = ct_rec_text(json_array_get(s->files, i), "vault.state");
		if (state && strcmp(state, "failed") == 0)
			return true;
	}
	return false;
}

static void
say(const struct ct_filing *f, const struct ct_outbox_report *r,
    const struct ct_filing_end *end)
{
	if (f->tip && end->status && !end->waits)
		ct_warn(
		    "'report:%s' is %s: %s", r->key, state_of(end), end->why);
}

/* What is finished, and not all in order: somebody must see to it. */
static void
say_finished(const struct ct_outbox_report *r, const struct ct_filing_end *end,
    bool sealed, int *status)
{
	if (!sealed) {
		ct_warn("'report:%s' is finished, its evidence is not sealed",
		    r->key);
		*status = CT_TEMPFAIL;
	}
	if (end->changed) {
		ct_warn("'report:%s' is finished; what changed in it since is "
			"not filed: tell NCMEC, report number %s",
		    r->key, r->id);
		*status = CT_PROTOCOL;
	}
}

/* Accept it, and take it as far as it goes. */
static int
accept(struct ct_filing *f, const struct ct_sheet *s, const json_t *rec,
    const char *text, struct ct_outbox_report *r, struct ct_filing_end *end,
    struct ct_err *err)
{
	const struct ct_outbox_new new_ = { .key = s->key,
		.record = text,
		.digest = s->digest,
		.account = ct_rec_text(rec, "user.id"),
		.authority = s->authority };
	int rc = ct_outbox_accept(f->ob, &new_, r, err);

	if (rc)
		return rc;
	if (!r->desk)
		return go(f, r, s, end, err);
	end->already = r->filed || r->exempt;
	return ct_desk_settle(f, r, rec, err);
}

int
ct_filing_record(struct ct_filing *f, json_t *rec, const char **outcome,
    int *status, struct ct_err *err)
{
	struct ct_outbox_report r = { 0 };
	struct ct_filing_end end = { 0 };
	struct ct_sheet s;
	char *text;
	int rc;

	if (ct_sheet_read(&s, rec, f->production, err) ||
	    ct_sheet_tells(&s, err) || ct_filing_no_test_ids(f, &s, err))
		return err->code;
	(void)json_object_del(rec, "submission"); /* ours, of an earlier run */
	if (!(text = json_dumps(rec, JSON_COMPACT)))
		return ct_fail(err, CT_OSERR, "out of memory");
	if (f->tip)
		rc = accept(f, &s, rec, text, &r, &end, err);
	else if ((r.desk = s.authority)) /* there is nothing to rehearse */
		rc = 0;
	else
		rc = rehearse(f, text, &s, &r, &end, err);
	free(text);
	if (!rc) {
		(void)json_object_set_new(
		    rec, "submission", ct_filing_submission(f, &r, &end));
		say(f, &r, &end);
		*outcome = end.already ? "already"
		    : r.desk           ? ct_outbox_state(&r)
				       : state_of(&end);
		*status = end.status;
	}
	if (!rc && f->tip && !end.status && !r.desk)
		say_finished(&r, &end, !unsealed(&s), status);
	ct_outbox_done(&r);
	return rc;
}

/* One for another authority: only that it is exempt by now is news. */
static int
look_at(struct ct_filing *f, struct ct_outbox_report *r, const json_t *rec,
    bool give_up, bool *news, struct ct_err *err)
{
	int rc;

	if (give_up)
		return ct_fail(err, CT_NOPERM,
		    "'report:%s' is not one that this program files", r->key);
	rc = ct_desk_settle(f, r, rec, err);
	*news = r->exempt;
	return rc;
}

static int
go_on(struct ct_filing *f, struct ct_outbox_report *r, bool give_up,
    struct ct_filing_end *end, struct ct_err *err)
{
	if (give_up && r->finished)
		return ct_fail(err, CT_NOPERM,
		    "'report:%s' is finished; ask NCMEC", r->key);
	if (give_up)
		return ct_filing_retract(f, r, end, err);
	if (!r->finished && ct_now() - r->accepted > LATE)
		ct_warn("'report:%s' was accepted %lld min ago", r->key,
		    (long long)((ct_now() - r->accepted) / 60000));
	return ct_filing_drive(f, r, end, err);
}

int
ct_filing_key(struct ct_filing *f, const char *key, bool give_up, json_t **rec,
    int *status, struct ct_err *err)
{
	struct ct_outbox_report r;
	struct ct_filing_end end = { 0 };
	bool news = true;
	int rc;

	*rec = NULL;
	if (!f->ob)
		return CT_NO;
	if ((rc = ct_outbox_load(f->ob, key, &r, err)))
		return rc;
	if (!(*rec = ct_json_object(r.record, strlen(r.record), err)))
		rc = err->code;
	else if (r.desk)
		rc = look_at(f, &r, *rec, give_up, &news, err);
	else
		rc = go_on(f, &r, give_up, &end, err);
	if (!rc && news) {
		(void)json_object_set_new(
		    *rec, "submission", ct_filing_submission(f, &r, &end));
		say(f, &r, &end);
	} else {
		json_decref(*rec);
		*rec = NULL;
	}
	*status = end.status;
	ct_outbox_done(&r);
	return rc;
}

static void
add_text(json_t *line, const char *name, const char *text)
{
	if (text && *text)
		(void)json_object_set_new(line, name, json_string(text));
}

/* Of a report for another authority. */
static void
add_desk(json_t *line, const struct ct_outbox_report *r)
{
	struct ct_err err = { 0 };
	json_t *rec = ct_json_object(r->record, strlen(r->record), &err);

	add_text(line, "authority", ct_rec_text(rec, "report.authority"));
	add_text(line, "due", ct_rec_text(rec, "report.due"));
	if (r->filed || r->exempt)
		add_text(line, r->filed ? "report_id" : "exempt", r->ref);
	json_decref(rec);
}

json_t *
ct_filing_status(const struct ct_filing *f, const struct ct_outbox_report *r)
{
	bool waits = ct_drive_paused(r->until) && !r->held && !r->finished;
	char at[CT_TIME_LEN];
	json_t *line = json_pack("{s:o, s:s, s:s, s:s, s:i, s:s, s:I}", "id",
	    json_sprintf("report:%s", r->key), "key", r->key, "env",
	    f->production ? "production" : "test", "state", ct_outbox_state(r),
	    "attempts", r->attempts, "accepted", ct_time(r->accepted, at),
	    "age_s", (json_int_t)((ct_now() - r->accepted) / 1000));

	add_text(line, "report_id", r->id);
	if (r->desk)
		add_desk(line, r);
	if (r->finished || r->filed || r->exempt)
		add_text(line, "finished", ct_time(r->finished_at, at));
	if (r->lacks)
		(void)json_object_set_new(line, "lacks",
		    json_integer((json_int_t)json_array_size(r->lacks)));
	if (r->orphans)
		(void)json_object_set_new(
		    line, "orphans", json_integer(r->orphans));
	if (waits)
		add_text(line, "next", ct_time(r->until, at));
	if (waits || (r->held && !r->finished))
		add_text(line, "reason", r->why);
	return line;
}
