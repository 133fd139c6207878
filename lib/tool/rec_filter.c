/* rec_filter.c - the loop that every filter shares: ct_filter of rec.h */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "prog.h"
#include "rec.h"

struct item {
	const char *line;
	size_t len, had, lineno;
	json_t *rec;
};

/* The outcome of one line: a code, 0, or one of CT_DROP.. */
static int
outcome(struct ct_filter *f, struct item *it, struct ct_err *err)
{
	int rc;

	if (!it->rec)
		it->rec = ct_json_object(it->line, it->len, err);
	if (!it->rec) {
		it->rec = json_object();
		it->had = 0;
		rc = err->code;
	} else if ((rc = ct_rec_error(it->rec))) {
		it->had = json_object_size(it->rec);
		ct_tally(&f->tally, "error");
		if (!ct_rec_text(it->rec, "error.msg"))
			ct_warn("line %zu: it came with an error that says"
				" nothing",
			    it->lineno);
		return rc;
	} else {
		it->had = json_object_size(it->rec);
		rc = f->each(it->rec, f->arg, err);
	}
	if (rc > 0) {
		ct_tally(&f->tally, "error");
		ct_rec_fail(it->rec, err);
		ct_warn("line %zu: %s", it->lineno, err->msg);
	}
	return rc;
}

static int
emit(struct ct_out *out, struct item *it, int rc, struct ct_err *err)
{
	if (rc == CT_DROP)
		return 0;
	if (rc == CT_REWRITE || it->had == 0)
		return ct_out_rec(out, it->rec, err);
	if (json_object_size(it->rec) == it->had)
		return ct_out_line(out, it->line, it->len, err);
	return ct_out_grown(out, it->line, it->len, it->rec, it->had, err);
}

/* One line of input, from ct_in_next's result rc on. */
static int
one(struct ct_filter *f, struct ct_out *out, struct item *it, int got,
    bool torn, struct ct_err *err)
{
	struct ct_err fault = { 0 };
	int rc;

	if (got != 1 || (torn && f->promise)) {
		if (got == 1)
			(void)ct_fail(err, CT_DATAERR,
			    "the last line has no newline; it may be cut");
		ct_warn("line %zu: %s", it->lineno, err->msg);
		ct_tally(&f->tally, "error");
		it->rec = json_object();
		ct_rec_fail(it->rec, err);
		rc = err->code;
	} else {
		if (torn)
			ct_warn("line %zu: no newline at its end", it->lineno);
		rc = outcome(f, it, err);
	}
	if (emit(out, it, rc, &fault)) {
		ct_warn("%s", fault.msg);
		rc = -fault.code - 100;
	}
	json_decref(it->rec);
	it->rec = NULL;
	return rc;
}

int
ct_filter(struct ct_filter *f)
{
	struct ct_out out = { .fd = f->out, .each = f->promise };
	struct ct_progress show = { .tally = &f->tally };
	struct ct_in in = {
		.fd = f->in, .delim = '\n', .tie = &out, .show = &show
	};
	struct item it = { 0 };
	struct ct_err err = { 0 };
	size_t blank = 0;
	int got, rc = 0, worst = 0;
	char *line;

	ct_progress_start(&show, !f->quiet, false);
	while (!ct_stop && (got = ct_in_next(&in, &line, &it.len, &err))) {
		if (got == CT_IOERR) {
			ct_warn("%s", err.msg);
			worst = CT_IOERR;
			break;
		}
		it.line = line;
		it.lineno = in.lineno;
		if (got == 1 && strspn(line, " \t") == it.len) {
			blank++;
			continue;
		}
		it.had = 0;
		rc = one(f, &out, &it, got, in.torn, &err);
		if (rc < -100) {
			worst = -rc - 100;
			break;
		}
		if (rc > worst)
			worst = rc;
		err = (struct ct_err){ 0 };
		show.in = in.lineno - blank;
		show.out = out.n;
		ct_progress_tick(&show);
	}
	ct_progress_end(&show);
	/* one that stops by itself says with its status why */
	if (ct_stop && f->status < CT_SOFTWARE && worst < CT_TEMPFAIL)
		worst = CT_TEMPFAIL;
	if (ct_out_close(&out, &err) && worst < CT_IOERR) {
		ct_warn("%s", err.msg);
		worst = CT_IOERR;
	}
	if (!f->quiet)
		ct_tally_print(&f->tally, in.lineno - blank, out.n);
	ct_in_free(&in);
	return f->status > worst ? f->status : worst;
}
