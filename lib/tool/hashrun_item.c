/* hashrun_item.c - one input of ct-hash: what is asked, what is written */
#include <stdlib.h>
#include <string.h>

#include "hashrun_impl.h"
#include "prog.h"

/* ---- in ------------------------------------------------------------------ */

struct item *
item_bad(const struct ct_err *err)
{
	struct item *it = ct_alloc(1, sizeof *it);

	it->hollow = true;
	it->job.err = *err;
	return it;
}

struct item *
item_path(const char *path, size_t len)
{
	struct ct_err err = { 0 };
	struct item *it;

	if (strlen(path) != len) {
		(void)ct_fail(&err, CT_DATAERR,
		    "a path with a NUL; names ended by NUL want -0");
		return item_bad(&err);
	}
	it = ct_alloc(1, sizeof *it);
	it->job.path = ct_strdup(path);
	it->job.named = true;
	return it;
}

static bool
may_have_frame(const char *line, size_t len)
{
	struct ct_hint hint = { .begun = false };

	ct_hint_add(&hint, line, len);
	return ct_hint_frame(&hint);
}

struct item *
item_name(const char *line, size_t len, bool *lost)
{
	struct ct_hint hint = { .begun = false };
	struct ct_err err = { 0 };

	ct_hint_add(&hint, line, len);
	*lost = ct_hint_frame(&hint);
	if (hint.brace)
		(void)ct_fail(&err, CT_DATAERR,
		    "a brace that is not the first byte begins no record");
	else if (*lost)
		(void)ct_fail(&err, CT_DATAERR,
		    "neither a record nor, with a \"frame\", a path");
	else
		return item_path(line, len);
	return item_bad(&err);
}

/* Where the bytes of this record are: *path, or NULL for its frame. */
static int
whereabouts(const json_t *rec, bool frame, char **path, struct ct_err *err)
{
	int rc;

	if (json_object_get(rec, "file") || json_object_get(rec, "hashes"))
		return ct_fail(err, CT_DATAERR, "it has file or hashes");
	if (frame)
		return ct_rec_text(rec, "id")
		    ? 0
		    : ct_fail(err, CT_DATAERR, "it has a frame and no id");
	rc = ct_rec_path(rec, path, err);
	return rc == CT_NO ? ct_fail(err, CT_DATAERR, "it has no path") : rc;
}

/* The text of the record, without the word that a frame follows: it is said
 * of the stream, and is no longer true of what is written. */
static void
keep(struct item *it, const char *line, size_t len, json_t *rec, bool frame)
{
	it->line = memcpy(ct_alloc(len + 1, 1), line, len);
	it->len = len;
	if (frame && ct_rec_cut(it->line, &it->len, "frame")) {
		free(it->line);
		(void)json_object_del(rec, "frame");
		it->line = ct_rec_dump(rec, &it->len);
	}
	it->bare = json_object_size(rec) == (frame ? 1 : 0);
}

struct item *
item_record(const char *line, size_t len, bool *frame, bool *lost)
{
	struct ct_err err = { 0 };
	json_t *rec = ct_json_object(line, len, &err), *mark;
	struct item *it;

	*frame = false;
	*lost = !rec && may_have_frame(line, len);
	if (!rec)
		return item_bad(&err);
	it = ct_alloc(1, sizeof *it);
	mark = json_object_get(rec, "frame");
	*frame = json_is_true(mark);
	*lost = mark && !*frame;
	keep(it, line, len, rec, *frame);
	if (*lost)
		(void)ct_fail(&it->job.err, CT_DATAERR, "frame is not true");
	else if (!*frame && ct_rec_gone(rec))
		it->gone = true;
	else if ((it->code = ct_rec_error(rec)) == 0)
		(void)whereabouts(rec, *frame, &it->job.path, &it->job.err);
	else if (!ct_rec_text(rec, "error.msg"))
		it->mute = true;
	json_decref(rec);
	return it;
}

/* ---- out ------------------------------------------------------------------
 */

/* The record of what came as no record. */
static void
name(struct run *r, struct item *it)
{
	json_t *rec = json_object();

	if (!it->hollow)
		ct_rec_name(rec, it->job.whole ? it->job.whole : it->job.path);
	if (!it->hollow && r->how->user)
		(void)json_object_set(rec, "user", r->how->user);
	it->bare = it->hollow;
	it->line = ct_rec_dump(rec, &it->len);
	json_decref(rec);
}

/* The item becomes an error, which is told unless it ends the run. */
static int
refuse(struct run *r, const struct item *it, struct ct_err *err)
{
	struct ct_err fatal = { 0 };

	(void)ct_hasher_failed(r->hasher, &fatal);
	if (strcmp(fatal.msg, it->job.err.msg) != 0)
		ct_warn("input %zu: %s", it->number, it->job.err.msg);
	return ct_out_fail(
	    &r->out, it->line, it->len, it->bare, &it->job.err, err);
}

int
item_finish(struct run *r, struct item *it, struct ct_err *err)
{
	struct ct_job *job = &it->job;
	int rc;

	r->bytes -= it->line ? it->len : 0;
	if (!it->line)
		name(r, it);
	if (it->mute)
		ct_warn("input %zu: it came with an error that says nothing",
		    it->number);
	if (!job->err.code && job->members &&
	    it->len + strlen(job->members) >= CT_REC_MAX)
		(void)ct_fail(&job->err, CT_DATAERR,
		    "with its hashes it would be over %d bytes", CT_REC_MAX);
	rc = job->err.code ? refuse(r, it, err)
	    : job->members ? ct_out_more(&r->out, it->line, it->len, it->bare,
				 job->members, err)
			   : ct_out_line(&r->out, it->line, it->len, err);
	if (job->side.code)
		ct_warn("input %zu: %s", it->number, job->side.msg);
	it->code = job->err.code ? job->err.code : it->code;
	ct_tally(&r->tally,
	    it->code       ? "error"
		: it->gone ? "gone"
			   : ct_image_status(job->status));
	r->cached += job->cached && !it->code;
	if (it->code > r->worst)
		r->worst = it->code;
	if (job->side.code > r->worst)
		r->worst = job->side.code;
	ct_job_free(job);
	free(it->line);
	free(it);
	return rc;
}
