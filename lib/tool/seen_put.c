/* seen_put.c - what was done with objects into the store, durably */
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "seen_impl.h"

#define BLOCK 1024 /* lines whose rows become durable at once */

struct put {
	const struct ct_seen *how;
	struct seen_writer w;
	struct seen_scan *scan;
	struct seen_taking taking;
	struct ct_tally tally;
	bool forget;            /* all of them are gone */
	bool failed;            /* the store cannot be written any more */
	size_t matches, errors; /* of the store's own; came with an error */
};

/* ---- what "match" said of the store's own ----------------------------------
 */

/* The last line of it: all its matches came here, so that the rows that it
 * looked at are up to date. */
static int
raise_floor(
    struct put *p, struct ct_line *l, const json_t *seen, struct ct_err *err)
{
	struct ct_match_lists lists;
	json_int_t epoch = json_integer_value(json_object_get(seen, "epoch"));
	json_int_t told = json_integer_value(json_object_get(seen, "told"));

	seen_lists_said(&lists, seen);
	if (!lists.generation || !lists.base || epoch <= 0 ||
	    epoch > p->w.m.epoch || told < 0)
		return ct_fail(err, CT_DATAERR,
		    "seen is not what ct-seen match says of this store");
	if (p->errors || (uint64_t)told != p->matches) {
		l->outcome = "incomplete";
		ct_warn("%zu of %llu matches came, %zu lines with an error:"
			" the rows stay to be looked up again",
		    p->matches, (unsigned long long)told, p->errors);
		l->status = CT_TEMPFAIL;
		return 0;
	}
	l->outcome = "matched";
	p->w.floor = lists;
	p->w.floor_epoch = (uint32_t)epoch;
	return 0;
}

/* ---- a line ---------------------------------------------------------------
 */

/* The store cannot be written: that is no fault of any record. */
static void
fail(struct put *p, const struct ct_err *err)
{
	ct_warn("%s", err->msg);
	p->failed = true;
	ct_stop = 1;
}

static int
store(struct put *p, struct ct_line *l, struct ct_err *err)
{
	struct seen_said said;
	struct seen_row row = { .stamp = 0 };
	const struct seen_frames *frames = NULL;
	struct ct_match_lists lists = { .generation = 0 };
	uint8_t buf[SEEN_KEYED];
	const uint8_t *key;
	size_t len;
	int rc = seen_say(p->scan, l, &said, err);

	if (rc)
		return rc;
	if (said.listed)
		return ct_fail(err, CT_DATAERR,
		    "listed is for ct-seen new, which takes it away");
	if (p->forget || said.gone) {
		l->outcome = "gone";
		row.info = (struct seen_info){ .size = SEEN_UNTOLD,
			.flags = SEEN_GONE,
			.quality = SEEN_NO_QUALITY };
	} else {
		l->outcome = "put";
		if (seen_row_of(&row, l->rec, err))
			return err->code;
		rc = seen_frames_take(&p->taking, l->rec, err);
		if (rc > CT_NO)
			return rc;
		frames = rc ? NULL : &p->taking.frames;
		seen_lists_said(&lists, ct_rec_get(l->rec, "match.db"));
		row.stamp = seen_stamp(&p->w.m, &said);
		if (p->w.names.keyed) /* they would tell of ids */
			row.info.flags &=
			    (uint16_t) ~(SEEN_PATH | SEEN_PATH_B64);
	}
	key = seen_key(&p->w.names, said.id, said.id_len, buf, &len);
	if (seen_writer_put(&p->w, key, len, &row, &lists, frames, err))
		fail(p, err);
	return 0;
}

static int
line(struct ct_line *l, void *arg, struct ct_err *err)
{
	struct put *p = arg;
	const json_t *seen;
	const char *of;
	int rc = ct_line_rec(l, err);

	if (!rc) {
		seen = json_object_get(l->rec, "seen");
		of = ct_rec_text(seen, "store");
		if (p->forget || !of || strcmp(of, p->how->store) != 0) {
			rc = store(p, l, err);
		} else if (json_object_get(seen, "generation")) {
			rc = raise_floor(p, l, seen, err);
		} else { /* its row is there, with its stamp */
			l->outcome = "known";
			p->matches += json_object_get(l->rec, "match") != NULL;
		}
	}
	if (rc) {
		p->errors++;
		return rc;
	}
	l->later = p;
	ct_text_add(l->out, l->line, l->len);
	return 0;
}

/* Nothing is written before its row is durable. */
static void
settle(struct ct_line *l, void *arg)
{
	struct put *p = arg;
	struct ct_err err = { 0 };

	if (!l->out)
		return;
	if (!p->failed && seen_writer_sync(&p->w, &err))
		fail(p, &err);
	if (p->failed) {
		l->out->len = 0;
		l->outcome = "not stored";
		l->status = CT_IOERR;
	}
}

static bool
with(const char *text, size_t len, const struct ct_err *err, bool first,
    void *arg)
{
	(void)text;
	(void)len;
	(void)err;
	(void)first;
	(void)arg;
	return true;
}

static int
run(const struct ct_seen *s, bool forget)
{
	struct put p = { .how = s, .forget = forget, .scan = seen_scan_new() };
	struct ct_lines l = { .line = line,
		.settle = settle,
		.with = with,
		.arg = &p,
		.in = s->in,
		.out = s->out,
		.jobs = 1,
		.block = BLOCK,
		.quiet = s->quiet,
		.tally = &p.tally };
	struct ct_err err = { 0 };
	int rc;

	ct_stop_gently();
	rc = seen_writer_open(&p.w, s, !forget, &err);
	if (rc) {
		ct_warn("%s", err.msg);
		seen_scan_free(p.scan);
		return rc == CT_NO ? CT_NOINPUT : rc;
	}
	rc = ct_lines(&l);
	/* a file too many is no reason to lose what was put */
	if (!p.failed && seen_writer_settle(&p.w, false, &err)) {
		ct_warn("%s", err.msg);
		rc = err.code > rc ? err.code : rc;
		p.failed = true;
	}
	if (seen_writer_close(&p.w, !p.failed, &err)) {
		ct_warn("%s", err.msg);
		rc = err.code > rc ? err.code : rc;
	}
	seen_scan_free(p.scan);
	seen_taking_free(&p.taking);
	return p.w.left && rc < CT_DATAERR ? CT_DATAERR : rc;
}

int
ct_seen_put(const struct ct_seen *s)
{
	return run(s, false);
}

int
ct_seen_gone(const struct ct_seen *s)
{
	return run(s, true);
}
