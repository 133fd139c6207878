/* lister.c - a run over all places; ct_lister_run of lister.h */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lister_impl.h"
#include "prog.h"

/* A record for who looks for what is gone: all whose id begins so was listed.
 */
static int
tell(struct lister *l, const char *prefix, struct ct_err *err)
{
	json_t *rec = json_pack("{s:s}", "listed", prefix);
	int rc;

	if (!rec)
		return ct_fail(err, CT_DATAERR,
		    "'%s' is not UTF-8: nothing tells its end", prefix);
	rc = ct_out_rec(&l->out, rec, err);
	l->ends += !rc;
	json_decref(rec);
	return rc;
}

/* Ids come in two forms, of which each has its beginning. */
static int
tell_end(struct lister *l, const char *place, struct ct_err *err)
{
	struct ct_key key;
	char *id, *real;
	int rc = ct_key_parse(&key, place, strlen(place), err), form;

	if (rc == CT_NO) {
		real = realpath(place, NULL);
		id = ct_printf("%s%s", real ? real : place,
		    real && real[1] && l->inside ? "/" : "");
		rc = tell(l, id, err);
		free(real);
		free(id);
	}
	for (form = 0; !rc && key.name && form < 2; form++) {
		id = ct_key_id_as(
		    form == 0, key.azure, key.name, key.key, key.len);
		rc = tell(l, id, err);
		free(id);
	}
	ct_key_free(&key);
	return rc;
}

static int
of_bucket(struct lister *l, const struct ct_key *key, struct ct_err *err)
{
	if (l->how->replay)
		return lister_replay(l, key, err);
	if (l->how->inventory)
		return lister_inventory(l, key, err);
	return lister_bucket(l, key, err);
}

static int
one(struct lister *l, const char *place, struct ct_err *err)
{
	struct ct_key key;
	int rc = ct_key_parse(&key, place, strlen(place), err);

	lister_begin(l, rc == 0 ? &key : NULL);
	if (rc == CT_NO)
		rc = l->how->replay || l->how->inventory
		    ? ct_fail(err, CT_USAGE, "want s3://NAME or az://NAME")
		    : lister_directory(l, place, err);
	else if (rc == 0)
		rc = of_bucket(l, &key, err);
	ct_key_free(&key);
	return rc;
}

/* A place that could not be listed does not keep the next from it, unless where
 * that was is to be known. */
static int
failed(struct lister *l, int rc, struct ct_err *err)
{
	if (rc < 0 || rc == CT_IOERR || l->how->checkpoint)
		return rc;
	lister_bad(l, rc, "%s", err->msg);
	return 0;
}

static void
next(struct lister *l)
{
	free(l->after);
	free(l->marker);
	l->after = l->marker = NULL;
	l->afterlen = l->aftercap = 0;
	l->row = 0;
	l->resumed = false;
	l->place++;
}

static int
all(struct lister *l, struct ct_err *err)
{
	int rc = lister_mark_load(l, err), before;

	l->begun = rc == 0;
	while (!rc && l->place < l->how->n) {
		before = l->status;
		l->status = 0;
		rc = one(l, l->how->place[l->place], err);
		if (rc)
			rc = failed(l, rc, err);
		else if (!l->status && l->how->end && !l->resumed)
			rc = tell_end(l, l->how->place[l->place], err);
		l->status = before > l->status ? before : l->status;
		if (!rc)
			next(l);
	}
	return rc;
}

static void
release(struct lister *l)
{
	ct_text_free(&l->line);
	free(l->name);
	free(l->head);
	free(l->of);
	free(l->after);
	free(l->marker);
}

static void
worst(struct lister *l, int rc, const struct ct_err *err)
{
	if (rc && err)
		ct_warn("%s", err->msg);
	l->status = rc > l->status ? rc : l->status;
}

/* Lines that did not get out after all are none of those that did. */
static void
reckon(struct lister *l)
{
	const size_t put = l->show.out + l->ends;
	const size_t lost = put > l->out.n ? put - l->out.n : 0;

	l->show.out -= lost < l->show.out ? lost : l->show.out;
}

/* The checkpoint stays, as it is now, unless all was listed. */
static int
leave(struct lister *l, int rc)
{
	struct ct_err err = { 0 };

	l->marked = INT64_MIN / 2;
	if (rc == 0)
		rc = lister_mark_end(l, &err);
	else
		rc = l->begun && rc != CT_IOERR ? lister_mark(l, &err) : 0;
	worst(l, rc, &err);
	return rc;
}

int
ct_lister_run(const struct ct_lister *how)
{
	struct lister l = { .how = how, .out = { .fd = how->out } };
	struct ct_err err = { 0 };
	int rc;

	l.left = how->limit;
	l.show.tally = &l.tally;
	ct_progress_start(&l.show, !how->quiet, false);
	rc = all(&l, &err);
	if (rc > 0)
		worst(&l, rc, &err);
	/* one that could not be told to go on would begin anew for ever */
	if (leave(&l, rc) == 0 && rc == LISTER_ENOUGH)
		worst(&l, CT_TEMPFAIL, NULL);
	worst(&l, ct_out_close(&l.out, &err), &err);
	reckon(&l);
	ct_progress_end(&l.show);
	ct_tally_end(&l.tally, l.show.in, l.show.out, how->quiet);
	release(&l);
	return l.status;
}
