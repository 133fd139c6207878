#include "match.h"

#include <stdlib.h>
#include <string.h>

#include "match_impl.h"
#include "prog.h"

const char *const ct_verdict_name[] = { "clean", "match", "undecided" };

char *
ct_match_version(void)
{
	return ct_printf("kernels: search %s, distance %s, PhotoDNA %s;"
			 " index version 2",
	    ct_near_kernel(), ct_ham_kernel(), ct_pdna_kernel());
}

struct ct_match_work *
match_work(void)
{
	return ct_alloc(1, sizeof(struct ct_match_work));
}

void
match_work_free(void *work)
{
	struct ct_match_work *w = work;

	if (!w)
		return;
	ct_near_free(&w->near);
	ct_text_free(&w->text);
	free(w->pdna);
	free(w->view.urls.p);
	ct_vpdq_free(&w->view.frames);
	match_clip_free(w->clips);
	match_clip_free(w->upright);
	match_tmk_free(w->tmk);
	free(w->hits.p);
	free(w->shadow.p);
	free(w->allowed.p);
	free(w->at);
	free(w);
}

/* The text of the member as the member of rec. */
int
match_attach(json_t *rec, const struct ct_text *text, struct ct_err *err)
{
	struct ct_text whole = { 0 };
	json_t *o;
	int rc;

	ct_text_add(&whole, "{", 1);
	ct_text_add(&whole, text->s, text->len);
	ct_text_add(&whole, "}", 1);
	o = ct_json_object(whole.s, whole.len, err);
	ct_text_free(&whole);
	rc = o ? json_object_update(rec, o) : -1;
	json_decref(o);
	return rc ? ct_fail(err, CT_SOFTWARE, "cannot add the match") : 0;
}

int
match_found(const struct ct_match *m, const struct ct_match_how *how,
    struct ct_match_work *w, enum ct_verdict *verdict, struct ct_err *err)
{
	if (match_look(m, how, w, err))
		return err->code;
	*verdict = match_verdict(m, w);
	w->text.len = 0;
	if (!w->at)
		w->at = ct_alloc(how->max_hits + 1, sizeof *w->at);
	return match_tell(m, how, w, *verdict, &w->text, w->at, err);
}

int
ct_match_rec(const struct ct_match *m, const struct ct_match_how *how,
    json_t *rec, enum ct_verdict *verdict, struct ct_err *err)
{
	struct ct_match_work *w = match_work();
	int rc = match_view(&w->view, rec, err);

	if (!rc)
		rc = match_found(m, how, w, verdict, err);
	if (!rc)
		rc = match_attach(rec, &w->text, err);
	match_work_free(w);
	return rc;
}
