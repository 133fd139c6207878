/* rec_line.c - one line on its way: the ct_line of rec.h, and blocks */
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "rec.h"
#include "rec_lines.h"

int
ct_line_rec(struct ct_line *line, struct ct_err *err)
{
	if (!line->rec) {
		line->rec = ct_json_object(line->line, line->len, err);
		if (!line->rec)
			return err->code;
		line->had = json_object_size(line->rec);
	}
	return ct_rec_error(line->rec) ? CT_CAME : 0;
}

void
ct_line_put(struct ct_line *line, bool anew)
{
	int bad = anew || line->had == 0 ? ct_text_rec(line->out, line->rec)
					 : rec_text_grown(line->out, line->line,
					       line->len, line->rec, line->had);

	if (bad)
		ct_die(CT_SOFTWARE, "cannot encode a record");
}

/* ---- what comes of it -------------------------------------------------------
 */

/* It goes on as it came, with an error. */
static void
came(struct item *it, struct ct_line *line)
{
	it->rc = ct_rec_error(line->rec);
	it->mute = !ct_rec_text(line->rec, "error.msg");
	ct_text_add(line->out, line->line, line->len);
}

/* It failed here. */
static void
failed(struct item *it, struct ct_line *line, const struct ct_err *err)
{
	if (!it->msg)
		it->msg = ct_strdup(err->msg);
	if (!line->rec) {
		line->rec = json_object();
		line->had = 0;
	}
	ct_rec_fail(line->rec, err);
	ct_line_put(line, line->anew);
}

static void
work(struct block *b, struct item *it, const struct ct_lines *l, void *own)
{
	struct ct_line line = { .line = b->in.s + it->at,
		.len = it->len,
		.lineno = it->lineno,
		.out = &b->out,
		.own = own,
		.ticket = it->ticket };
	struct ct_err err, why;
	int rc = it->rc;

	err.code = 0;
	err.msg[0] = '\0';
	it->from = b->out.len;
	if (rc)
		(void)ct_fail(&err, rc, "%s", it->msg);
	else
		rc = l->line(&line, l->arg, &err);
	if (rc)
		b->out.len = it->from;
	if (rc > 0 && !it->rc && !line.rec && ct_line_rec(&line, &why) < 0)
		rc = CT_CAME;
	if (rc == CT_CAME)
		came(it, &line);
	else if ((it->rc = rc > 0 ? rc : 0))
		failed(it, &line, &err);
	json_decref(line.rec);
	it->to = b->out.len;
	it->status = line.status;
	it->outcome = line.outcome;
	it->later = line.later;
}

/* ---- blocks -----------------------------------------------------------------
 */

void
block_add(struct block *b, const char *line, size_t len, size_t lineno,
    bool torn, const struct ct_err *err)
{
	struct item *it;

	if (b->n == b->cap) {
		b->cap = b->cap ? 2 * b->cap : 16;
		b->item = ct_grow(b->item, b->cap, sizeof *b->item);
	}
	it = &b->item[b->n++];
	*it = (struct item){
		.at = b->in.len, .len = len, .lineno = lineno, .torn = torn
	};
	if (err) {
		it->rc = err->code;
		it->msg = ct_strdup(err->msg);
		it->len = 0;
	} else {
		ct_text_add(&b->in, line, len);
	}
	ct_text_add(&b->in, "", 1);
}

void
block_work(struct block *b, const struct ct_lines *l, void *own)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		work(b, &b->item[i], l, own);
}

void
block_clear(struct block *b, const struct ct_lines *l)
{
	struct ct_line gone = { .out = NULL };
	size_t i;

	for (i = 0; i < b->n; i++) {
		free(b->item[i].msg);
		if (!b->item[i].later)
			continue;
		gone.later = b->item[i].later;
		l->settle(&gone, l->arg);
	}
	b->n = b->in.len = b->out.len = 0;
	b->done = false;
}

void
block_free(struct block *b)
{
	ct_text_free(&b->in);
	ct_text_free(&b->out);
	free(b->item);
}
