/* rec_filter.c - records through one function: ct_filter of rec.h */
#include "rec.h"

static int
line(struct ct_line *line, void *arg, struct ct_err *err)
{
	struct ct_filter *f = arg;
	int rc = ct_line_rec(line, err);

	if (rc)
		return rc;
	f->anew = false;
	rc = f->each(line->rec, f->arg, err);
	line->status = f->status;
	line->anew = f->anew;
	if (rc == 0 || rc == CT_REWRITE)
		ct_line_put(line, rc == CT_REWRITE);
	return rc > 0 ? rc : 0;
}

int
ct_filter(struct ct_filter *f)
{
	struct ct_lines l = { .line = line,
		.arg = f,
		.in = f->in,
		.out = f->out,
		.promise = f->promise,
		.quiet = f->quiet,
		.status = f->status,
		.tally = &f->tally };

	return ct_lines(&l);
}
