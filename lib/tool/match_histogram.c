/* match_histogram.c - how near is what comes to each source? */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "match_impl.h"
#include "prog.h"

struct histogram {
	const struct ct_match *m;
	struct ct_match_work *w;
	int max;
	uint64_t *at;     /* [group][max + 1]: records by their nearest hash */
	uint64_t *least;  /* [group]: of this record; UINT64_MAX: none */
	uint64_t *looked; /* [group]: records that were looked up */
	struct ct_tally *tally;
};

/* Of one hash in the set: for each source that has it. */
static int
nearer(struct histogram *h, size_t part, const struct ct_set_kind *k,
    const struct ct_near_hit *hit, struct ct_err *err)
{
	const uint32_t *notes;
	const char *text;
	size_t n, len, group;
	uint32_t note;
	int rc;

	if (ct_set_notes(k, hit->i, &notes, &n, err))
		return err->code;
	for (; n; n--) {
		note = *notes++;
		if ((rc = match_noted(h->m, part, &note, err)) == CT_NO)
			continue;
		if (rc || match_note(h->m, note, &text, &len, &group, err))
			return err->code;
		if (hit->distance < h->least[group])
			h->least[group] = hit->distance;
	}
	return 0;
}

static int
look(struct histogram *h, size_t part, const uint8_t *pdq, struct ct_err *err)
{
	const struct ct_set_kind *k = match_kind(h->m, part, match_types[PDQ]);
	const struct ct_near_find *near = &h->w->near;
	size_t i;

	if (!k || ct_ham_flat(pdq))
		return 0;
	if (ct_set_near(k, pdq, h->max, &h->w->near, err))
		return err->code;
	for (i = 0; i < near->n; i++)
		if (nearer(h, part, k, &near->hit[i], err))
			return err->code;
	return 0;
}

static void
count(struct histogram *h)
{
	const struct match_view *v = &h->w->view;
	size_t i;

	for (i = 0; i < h->m->ngroups; i++) {
		const struct match_group *g = &h->m->group[i];

		if (!match_surface(g, v->surface, v->surface_len) ||
		    (v->quality >= 0 && v->quality < g->quality))
			continue;
		h->looked[i]++;
		if (h->least[i] != UINT64_MAX)
			h->at[i * (size_t)(h->max + 1) + h->least[i]]++;
	}
}

static int
each(json_t *rec, void *arg, struct ct_err *err)
{
	struct histogram *h = arg;
	struct match_view *v = &h->w->view;
	size_t i, part;

	if (match_view(v, rec, err))
		return err->code;
	if (!v->has[PDQ] && !v->dihedral) {
		ct_tally(h->tally, "without PDQ");
		return CT_DROP;
	}
	if (v->has[PDQ] && ct_ham_flat(v->pdq)) {
		ct_tally(h->tally, "flat");
		return CT_DROP;
	}
	for (i = 0; i < h->m->ngroups; i++)
		h->least[i] = UINT64_MAX;
	for (part = 0; part < MATCH_PARTS; part++) {
		if (v->has[PDQ] && look(h, part, v->pdq, err))
			return err->code;
		for (i = 0; i < MATCH_TURNS; i++)
			if (v->has_turned[i] &&
			    look(h, part, v->turned[i], err))
				return err->code;
	}
	count(h);
	ct_tally(h->tally, "looked up");
	return CT_DROP;
}

/* A record of one source. */
static int
tell(
    const struct histogram *h, size_t i, struct ct_out *out, struct ct_err *err)
{
	const struct match_group *g = &h->m->group[i];
	json_t *at = json_array(), *o;
	int d, rc;

	for (d = 0; d <= h->max; d++)
		(void)json_array_append_new(at,
		    json_integer(
			(json_int_t)
			    h->at[i * (size_t)(h->max + 1) + (size_t)d]));
	o = json_pack("{s:s, s:s, s:i, s:i, s:I, s:o}", "source", g->name,
	    "type", "pdq", "threshold", g->threshold, "quality", g->quality,
	    "looked", (json_int_t)h->looked[i], "distance", at);
	if (!o)
		return ct_fail(err, CT_SOFTWARE, "cannot make a record");
	rc = ct_out_rec(out, o, err);
	json_decref(o);
	return rc;
}

int
ct_match_histogram(const struct ct_match_run *how, int max)
{
	size_t n = how->m->ngroups, i;
	struct histogram h = { .m = how->m,
		.w = match_work(),
		.max = max,
		.at = ct_alloc(n * (size_t)(max + 1) + 1, sizeof *h.at),
		.least = ct_alloc(n + 1, sizeof *h.least),
		.looked = ct_alloc(n + 1, sizeof *h.looked) };
	struct ct_filter f = { .each = each,
		.arg = &h,
		.in = how->in,
		.out = dup(how->out),
		.quiet = how->quiet };
	struct ct_out out = { .fd = how->out };
	struct ct_err err = { 0 };
	int rc, bad = 0;

	h.tally = &f.tally;
	if (f.out < 0)
		ct_die(CT_OSERR, "cannot duplicate a descriptor");
	rc = ct_filter(&f);
	for (i = 0; !bad && i < n; i++)
		bad = tell(&h, i, &out, &err);
	if ((bad = ct_out_close(&out, &err) ? err.code : bad))
		ct_warn("%s", err.msg);
	match_work_free(h.w);
	free(h.at);
	free(h.least);
	free(h.looked);
	return bad > rc ? bad : rc;
}
