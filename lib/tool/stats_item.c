/* stats_item.c - rows about items, as they come together, into counts */
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "stats_impl.h"

enum { NO_VERDICT = -1 };

struct item {
	uint8_t key[16], content[16];
	bool any, seen, scanned;
	bool file, sure, bare;   /* it has a file, by its record, has none */
	bool hit;                /* a list hit it */
	bool placed[STATS_DIMS]; /* in a group of it */
	enum stats_match match;
	unsigned *in;     /* groups, each once */
	size_t ins, told; /* told: of these, those that lines told of */
	int64_t known, decided, harmful, gone; /* times, or 0 */
	int verdict, first; /* the last, the first; or NO_VERDICT */
	int64_t first_at;
	struct stats_row *sent;
	size_t sents;
};

/* ---- gathering ---------------------------------------------------------- */

static void
belongs(struct item *it, const struct stats *s, unsigned group)
{
	size_t i;

	for (i = 0; i < it->ins; i++)
		if (it->in[i] == group)
			return;
	it->in = ct_grow(it->in, it->ins + 1, sizeof *it->in);
	it->in[it->ins++] = group;
	it->placed[s->group[group].dim] = true;
}

/* They come in order of time. */
static void
verdict(struct item *it, const struct stats_row *row)
{
	bool was = stats_harmful(it->verdict);

	it->verdict = (int)STATS_VERDICT_OF(row->value);
	it->decided = row->at;
	if (it->first == NO_VERDICT) {
		it->first = it->verdict;
		it->first_at = row->at;
	}
	/* that somebody says so again is no later knowledge */
	if (stats_harmful(it->verdict) && !was)
		it->harmful = row->at;
	else if (!stats_harmful(it->verdict))
		it->harmful = 0;
}

static void
gather(struct item *it, const struct stats *s, const struct stats_row *row)
{
	switch (row->kind) {
	case STATS_SEEN:
		it->seen = true;
		break;
	case STATS_SCANNED:
		it->seen = it->scanned = true;
		if (row->value > it->match)
			it->match = (enum stats_match)row->value;
		break;
	case STATS_IN:
		belongs(it, s, row->value);
		break;
	case STATS_KNOWN:
		/* verdicts are told to the second */
		if (!it->known || row->at < it->known)
			it->known = row->at - row->at % 1000;
		break;
	case STATS_VERDICT:
		verdict(it, row);
		break;
	case STATS_GONE:
		if (row->value || !it->gone)
			it->gone = row->value ? 0 : row->at;
		break;
	case STATS_FILE:
		memcpy(it->content, row->ref, 16);
		it->file = true;
		it->sure |= row->value > 0;
		break;
	case STATS_BARE:
		it->bare = true;
		break;
	case STATS_SENT:
		it->sent = ct_grow(it->sent, it->sents + 1, sizeof *it->sent);
		it->sent[it->sents++] = *row;
		break;
	default:
		break;
	}
}

/* ---- what became of one ------------------------------------------------- */

/* Every item is in a group of each dimension. */
static void
place(struct item *it, struct stats *s)
{
	static const enum stats_dim dims[] = { STATS_LIST, STATS_SURFACE,
		STATS_METHOD };
	size_t i;

	belongs(it, s, 0);
	for (i = 0; i < sizeof dims / sizeof *dims; i++)
		if (!it->placed[dims[i]])
			belongs(it, s,
			    stats_group(s, dims[i],
				it->seen && dims[i] != STATS_SURFACE
				    ? "none"
				    : "unknown"));
}

static void
count_verdict(struct stats_counts *c, const struct item *it)
{
	const char *name = ct_verdicts[it->verdict].name;

	c->decided++;
	c->verdict[it->verdict]++;
	if (!it->hit || strcmp(name, "unsure") == 0)
		return;
	c->matched++;
	if (strcmp(name, "not_csam") == 0)
		c->wrong++;
}

/* In all its groups and in the month of what happened. */
static int
took(struct stats *s, struct item *it, enum stats_span span, int64_t at,
    int64_t ms, struct ct_err *err)
{
	unsigned month = stats_month(s, at);
	size_t i;
	int rc = stats_took(s, month, span, ms, it->key, err);

	for (i = 0; i < it->ins && !rc; i++)
		rc = stats_took(s, it->in[i], span, ms, it->key, err);
	if (span != STATS_TO_REMOVAL)
		return rc;
	s->group[month].c.removed++;
	for (i = 0; i < it->ins; i++)
		s->group[it->in[i]].c.removed++;
	return rc;
}

static void
decided(struct stats *s, const struct item *it)
{
	unsigned month;
	size_t i;

	if (!stats_within(s, it->decided))
		return;
	month = stats_month(s, it->decided);
	count_verdict(&s->group[month].c, it);
	for (i = 0; i < it->ins; i++)
		count_verdict(&s->group[it->in[i]].c, it);
}

/* Is it what ct-report makes a report of, and in none? */
static void
waits(struct stats *s, const struct item *it)
{
	size_t i;

	if (!it->harmful || !ct_verdicts[it->verdict].report)
		return;
	for (i = 0; i < it->sents; i++)
		if (it->sent[i].value == STATS_DESK ||
		    it->sent[i].value ==
			(s->how->test ? STATS_TEST : STATS_PRODUCTION))
			return;
	s->waiting++;
	if (!s->oldest || it->harmful < s->oldest)
		s->oldest = it->harmful;
	if (s->now - it->harmful > s->how->max)
		s->overdue++;
}

/* What the reports that it is in need of it. */
static int
sent(struct stats *s, const struct item *it, struct ct_err *err)
{
	struct stats_row row = { .kind = STATS_ITEM };
	size_t i, k;
	int rc = 0;

	memcpy(row.more, it->key, 16);
	if (it->file && (it->sure || !it->bare))
		memcpy(row.ref, it->content, 16);
	for (i = 0; i < it->sents && !rc; i++) {
		if (it->sent[i].value == STATS_DESK)
			continue;
		memcpy(row.key, it->sent[i].ref, 16);
		for (k = 0; k < it->ins && !rc; k++) {
			row.value = it->in[k];
			rc = stats_sort_add(s->reports, &row, err);
		}
		if (it->harmful && !rc)
			rc = stats_put(s->reports, row.key, STATS_DECIDED,
			    it->harmful, 0, NULL, err);
	}
	return rc;
}

static int
count(struct stats *s, struct item *it, struct ct_err *err)
{
	int64_t gone;
	int rc = 0;

	if (it->verdict == NO_VERDICT && !it->sents)
		return 0;
	it->hit = it->placed[STATS_LIST];
	place(it, s);
	if (it->verdict != NO_VERDICT)
		decided(s, it);
	if (it->known && it->verdict != NO_VERDICT &&
	    it->first_at >= it->known && stats_within(s, it->first_at))
		rc = took(s, it, STATS_TO_VERDICT, it->first_at,
		    it->first_at - it->known, err);
	/* what was hidden before a person looked took no time */
	gone = it->gone > it->harmful ? it->gone : it->harmful;
	if (!rc && it->harmful && it->gone && stats_within(s, gone))
		rc = took(
		    s, it, STATS_TO_REMOVAL, gone, gone - it->harmful, err);
	if (it->harmful)
		waits(s, it);
	return rc ? rc : sent(s, it, err);
}

/* ---- all of them -------------------------------------------------------- */

/* Of another thing: memory stays. */
static void
anew(struct item *it, const uint8_t key[16])
{
	*it = (struct item){ .in = it->in,
		.sent = it->sent,
		.any = true,
		.verdict = NO_VERDICT,
		.first = NO_VERDICT };
	memcpy(it->key, key, 16);
}

/* That of an account: what is so for all of them is so for it. */
static void
inherit(struct item *it, const struct item *all, const struct stats *s,
    const uint8_t key[16])
{
	size_t i;

	anew(it, key);
	if (!all->any || memcmp(all->key, key, STATS_OBJECT) != 0)
		return;
	it->seen = all->seen;
	it->known = all->known;
	it->gone = all->gone;
	for (i = 0; i < all->told; i++)
		belongs(it, s, all->in[i]);
}

static int
finish(struct stats *s, struct item *it, struct ct_err *err)
{
	it->told = it->ins;
	if (it->any && it->scanned)
		s->scanned[it->match]++;
	return it->any ? count(s, it, err) : 0;
}

int
stats_items(struct stats *s, struct ct_err *err)
{
	static const uint8_t none[16 - STATS_OBJECT];
	struct item all = { .any = false }, one = { .any = false }, *it = &all;
	struct stats_row row;
	int rc;

	while ((rc = stats_sort_next(s->items, &row, err)) == 1) {
		if (row.kind == STATS_VIEW) {
			if (stats_within(s, row.at))
				s->views[row.value]++;
			continue;
		}
		if (!it->any || memcmp(it->key, row.key, 16) != 0) {
			if ((rc = finish(s, it, err)))
				break;
			it = memcmp(
				 row.key + STATS_OBJECT, none, sizeof none) == 0
			    ? &all
			    : &one;
			if (it == &all)
				anew(it, row.key);
			else
				inherit(it, &all, s, row.key);
		}
		gather(it, s, &row);
	}
	if (!rc)
		rc = finish(s, it, err);
	free(all.in);
	free(all.sent);
	free(one.in);
	free(one.sent);
	return rc;
}
