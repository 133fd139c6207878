#include "hashrun.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hashrun_impl.h"
#include "prog.h"

#define ITEMS 2048              /* under way, most of them done */
#define BYTES ((size_t)8 << 20) /* of their lines */
#define TICK_MS 100

/* Nothing more is taken in.  code: the run ends with it, and this message. */
static void
end(struct run *r, const struct ct_err *err)
{
	if (err && err->code != r->told)
		ct_warn("%s", err->msg);
	if (err)
		r->told = err->code;
	if (err && err->code > r->worst)
		r->worst = err->code;
	r->ended = true;
}

/* ---- in -------------------------------------------------------------------
 */

/* The item goes its way: to a lane, or only into its place in the order. */
static void
take(struct run *r, struct item *it)
{
	it->number = r->taken;
	r->bytes += it->line ? it->len : 0;
	if (it->job.err.code || it->code || it->gone)
		ct_hasher_pass(r->hasher, &it->job);
	else
		ct_hasher_put(r->hasher, &it->job);
}

/* What stands behind a line that may have had a frame is no list of names, but
 * may be a stranger's bytes. */
static void
lose(struct run *r)
{
	struct ct_err err = { 0 };

	(void)ct_fail(&err, CT_DATAERR,
	    "input %zu: where the next record begins is not known; nothing"
	    " more is read",
	    r->taken);
	end(r, &err);
}

/* A line, which ct_in_some gave with this code. */
static void
take_line(struct run *r, const char *line, size_t len, int got,
    const struct ct_err *err)
{
	bool lines = r->in.delim == '\n', frame = false, lost = false, record;
	struct item *it;

	if (got == 1 && len == 0 && lines)
		return;
	r->taken++;
	record = got == 1 && lines && *line == '{';
	it = got != 1 ? item_bad(err)
	    : record  ? item_record(line, len, &frame, &lost)
	    : lines   ? item_name(line, len, &lost)
		      : item_path(line, len);
	if (got != 1 && lines)
		lost = ct_hint_frame(&r->hint);
	if (r->framed && (!record || it->hollow))
		lost = true;
	if (r->framed && it->job.named) {
		(void)ct_fail(&it->job.err, CT_DATAERR,
		    "a path among records with frames");
		it->hollow = true;
	}
	if (got == 1 && r->in.torn)
		ct_warn("input %zu: not ended; it may be cut", r->taken);
	r->inside = frame;
	r->framed |= frame;
	r->frame = (struct ct_frame){ .left = 0 };
	r->item = frame && !it->job.err.code && !it->code ? it : NULL;
	take(r, it);
	if (lost)
		lose(r);
}

/* The frame that we are in is over; why: it is worth nothing. */
static void
leave(struct run *r, const struct ct_err *why)
{
	if (r->inside && r->item)
		ct_hasher_end(r->hasher, &r->item->job, why);
	r->inside = false;
	r->item = NULL;
}

static void
take_frame(struct run *r, const char *bytes, size_t len)
{
	struct ct_err err = { 0 };
	const char *at = bytes, *data = NULL;
	size_t n = 0;
	int rc;

	rc = ct_frame_take(&r->frame, &at, &len, &data, &n, &err);
	ct_in_took(&r->in, (size_t)(at - bytes));
	if (rc == CT_FRAME_DATA && r->item)
		ct_hasher_bytes(r->hasher, &r->item->job, data, n);
	if (rc == CT_FRAME_END && strcmp(r->frame.reason, "ok") != 0)
		leave(r,
		    (ct_fail(
			 &err, CT_TEMPFAIL, "not fetched: %s", r->frame.reason),
			&err));
	else if (rc == CT_FRAME_END)
		leave(r, NULL);
	else if (rc == CT_DATAERR) {
		leave(r, &err);
		lose(r);
	}
}

/* The end of the input, or what makes it one. */
static void
take_end(struct run *r, struct ct_err *err)
{
	if (r->inside && !err->code)
		(void)ct_fail(
		    err, CT_TEMPFAIL, "the input ended within a frame");
	leave(r, err);
	end(r, err->code ? err : NULL);
}

/* Take in one thing; of standard input what one read gives, at most. */
static void
step(struct run *r)
{
	struct ct_err err = { 0 };
	const char *bytes;
	char *line;
	size_t len = 0;
	int got;

	if (r->how->operands) {
		line = r->how->operand[r->taken++];
		take(r, item_path(line, strlen(line)));
		if (r->taken == r->how->operands)
			end(r, NULL);
		return;
	}
	if (r->inside) {
		got = ct_in_bytes(&r->in, &bytes, &len, &err);
		if (got == 1)
			take_frame(r, bytes, len);
		else
			take_end(r, &err);
		return;
	}
	got = ct_in_some(&r->in, &line, &len, &err);
	if (got == 0 || got == CT_IOERR)
		take_end(r, &err);
	else if (got != CT_IN_PART)
		take_line(r, line, len, got, &err);
}

/* Is there room for what step may take in? */
static bool
hungry(const struct run *r)
{
	if (r->ended)
		return false;
	if (r->inside)
		return !r->item || ct_hasher_hungry(r->hasher);
	return ct_hasher_out(r->hasher) < ITEMS && r->bytes < BYTES &&
	    ct_hasher_room(r->hasher);
}

/* Can step do without waiting? */
static bool
here(struct run *r)
{
	if (r->how->operands)
		return true;
	return r->inside ? r->in.end > r->in.start || r->in.eof
			 : ct_in_here(&r->in);
}

/* ---- the run --------------------------------------------------------------
 */

static void
write_done(struct run *r)
{
	struct ct_err err = { 0 };
	struct ct_job *job;
	int rc = 0;

	while ((job = ct_hasher_take(r->hasher))) {
		if (item_finish(r, (struct item *)job, &err))
			end(r, &err);
		if (!rc && (rc = ct_out_tick(&r->out, &err)))
			end(r, &err);
	}
}

/* Wait for jobs or input; without any, what is done is written out. */
static void
await(struct run *r)
{
	struct ct_err err = { 0 };
	int fd = hungry(r) ? r->in.fd : -1;
	bool ready = false;

	if (fd >= 0 && r->out.text.len &&
	    !(ready = ct_hasher_wait(r->hasher, fd, 0)) &&
	    ct_out_flush(&r->out, &err))
		end(r, &err);
	if (!ready)
		ready = ct_hasher_wait(r->hasher, fd, TICK_MS);
	if (ready)
		step(r);
	if (ct_out_tick(&r->out, &err))
		end(r, &err);
}

static void
look(struct run *r)
{
	struct ct_err err = { 0 };

	if (!r->failed && ct_hasher_failed(r->hasher, &err)) {
		r->failed = true;
		take_end(r, &err);
	}
	if (!r->ended && ct_stop) {
		(void)ct_fail(
		    &err, CT_TEMPFAIL, "stopped; what was begun is finished");
		take_end(r, &err);
	}
	if (r->ended && r->inside) /* the output failed */
		leave(r, &err);
	r->show.in = r->taken;
	r->show.out = r->out.n;
	r->show.bytes = ct_hasher_read(r->hasher);
	ct_progress_tick(&r->show);
}

static void
pump(struct run *r)
{
	while (!r->ended || ct_hasher_out(r->hasher)) {
		write_done(r);
		look(r);
		if (hungry(r) && here(r))
			step(r);
		else if (!r->ended || ct_hasher_out(r->hasher))
			await(r);
	}
}

/* The directory for files beside records, from the root, as they name it. */
static int
beside(struct run *r, const char *dir, struct ct_err *err)
{
	json_t *text;
	struct stat st;

	r->dir = realpath(dir, NULL);
	if (!r->dir || stat(r->dir, &st) < 0 || access(r->dir, W_OK) < 0)
		return ct_fail_errno(
		    err, CT_CANTCREAT, "--video-files: '%s'", dir);
	if (!S_ISDIR(st.st_mode))
		return ct_fail(err, CT_CANTCREAT,
		    "--video-files: '%s' is no directory", dir);
	text = json_string(r->dir);
	json_decref(text);
	return text
	    ? 0
	    : ct_fail(err, CT_CANTCREAT, "--video-files: want a name in UTF-8");
}

static int
start(struct run *r, struct ct_err *err)
{
	const struct ct_hashrun *how = r->how;
	struct ct_hasher_how hasher = how->how;
	char *text;
	int rc = 0;

	if (hasher.beside)
		rc = beside(r, hasher.beside, err);
	hasher.beside = r->dir;
	if (!rc)
		rc = ct_hasher_open(&r->hasher, &hasher, err);
	if (!rc && how->cache) {
		text = run_setting(&how->how);
		rc = ct_cache_open(&r->cache, how->cache, text, err);
		free(text);
	}
	return rc ? rc : ct_hasher_start(r->hasher, r->cache, err);
}

static void
summary(const struct run *r)
{
	ct_tally_end(&r->tally, r->taken, r->out.n, r->how->quiet);
	if (r->cache && !r->how->quiet)
		ct_warn("%zu of them by the cache", r->cached);
}

int
ct_hashrun(const struct ct_hashrun *how)
{
	struct run r = { .how = how,
		.in = { .fd = how->operands ? -1 : STDIN_FILENO,
		    .delim = how->delim,
		    .names = true },
		.out = { .fd = STDOUT_FILENO } };
	struct ct_err err = { 0 };

	r.in.hint = &r.hint;
	r.show.tally = &r.tally;
	r.show.expect = how->operands;
	ct_progress_start(&r.show, !how->quiet, how->progress);
	if (start(&r, &err))
		end(&r, &err);
	else
		pump(&r);
	if (ct_out_close(&r.out, &err))
		end(&r, &err);
	ct_progress_end(&r.show);
	summary(&r);
	ct_hasher_close(r.hasher);
	ct_cache_close(r.cache);
	ct_in_free(&r.in);
	free(r.dir);
	return r.worst;
}
