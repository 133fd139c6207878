/* stats_report.c - rows about reports, as they come together, into counts */
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "stats_impl.h"

struct report {
	uint8_t key[16];
	bool any, other;     /* other: filed with another authority */
	bool judged, counts; /* once all of it but its items has come */
	int env;             /* -1: nothing says that it is finished */
	int64_t finished, acked, decided; /* times, or 0 */
	int64_t told, uploads;            /* how many files */
	bool has_told;
	uint8_t (*account)[16];
	size_t accounts;
	unsigned month, group; /* of its items that now come */
	int64_t items, files;  /* of all its items; of those that are files */
	bool in_group;
};

bool
stats_within(const struct stats *s, int64_t at)
{
	return at >= s->how->from && (!s->how->to || at < s->how->to);
}

/* To all its accounts the group. */
static int
accounts(
    struct stats *s, const struct report *r, unsigned group, struct ct_err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < r->accounts && !rc; i++)
		rc = stats_has(s, group, STATS_ACCOUNT, r->account[i], err);
	return rc;
}

/* It is one of the group. */
static int
enter(
    struct stats *s, const struct report *r, unsigned group, struct ct_err *err)
{
	int64_t end = r->finished;
	int rc;

	s->group[group].c.reports++;
	rc = accounts(s, r, group, err);
	/* decided anew since: what was known when it was filed is not here */
	if (rc || !r->decided || r->decided > end)
		return rc;
	return stats_took(
	    s, group, STATS_TO_REPORT, end - r->decided, r->key, err);
}

/* Does it count?  Then it is one of the month; all is told of its items. */
static int
judge(struct stats *s, struct report *r, struct ct_err *err)
{
	r->judged = true;
	if (!r->finished)
		r->finished = r->acked;
	if (r->other || r->env < 0 || !stats_within(s, r->finished))
		return 0;
	if ((r->env == STATS_TEST) != s->how->test) {
		s->left_out++;
		return 0;
	}
	r->counts = true;
	r->month = stats_month(s, r->finished);
	return enter(s, r, r->month, err);
}

/* One of its items, in one group; those of a group come together. */
static int
item(struct stats *s, struct report *r, const struct stats_row *row,
    struct ct_err *err)
{
	static const uint8_t none[16];
	struct stats_counts *c = &s->group[row->value].c;
	bool file = memcmp(row->ref, none, 16) != 0;
	int rc = 0;

	if (!r->counts)
		return 0;
	if ((!r->in_group || r->group != row->value) && row->value)
		rc = enter(s, r, row->value, err);
	r->in_group = true;
	r->group = row->value;
	if (rc || !file)
		return rc;
	if (row->value)
		c->files++;
	else
		r->files++;
	if (!row->value)
		rc = stats_has(s, r->month, STATS_FILE, row->ref, err);
	return rc ? rc : stats_has(s, row->value, STATS_FILE, row->ref, err);
}

static void
add(struct stats *s, struct report *r, const struct stats_row *row)
{
	switch (row->kind) {
	case STATS_FINISHED:
	case STATS_ACKED:
		if (r->env < 0)
			r->env = (int)row->value;
		if (row->kind == STATS_FINISHED && !r->finished)
			r->finished = row->at;
		if (row->kind == STATS_ACKED && !r->acked)
			r->acked = row->at;
		break;
	case STATS_COUNT:
		r->has_told = true;
		if ((int64_t)row->value > r->told)
			r->told = row->value;
		break;
	case STATS_UPLOAD:
		r->uploads++;
		break;
	case STATS_ACCOUNT:
		r->account =
		    ct_grow(r->account, r->accounts + 1, sizeof *r->account);
		memcpy(r->account[r->accounts++], row->ref, 16);
		break;
	case STATS_DECIDED:
		if (!r->decided)
			r->decided = row->at;
		break;
	case STATS_OTHER:
		r->other = true;
		if ((row->value == STATS_TEST) == s->how->test &&
		    stats_within(s, row->at))
			s->filed++;
		break;
	default:
		break;
	}
}

/* Of what it is, nothing is known. */
static int
unknown(struct stats *s, const struct report *r, struct ct_err *err)
{
	enum stats_dim dim;
	int rc = 0;

	for (dim = STATS_LIST; dim < STATS_DIMS && !rc; dim++)
		rc = enter(s, r, stats_group(s, dim, "unknown"), err);
	return rc;
}

/* What is known of all of it. */
static int
end(struct stats *s, struct report *r, struct ct_err *err)
{
	int64_t files;
	int rc = 0;

	if (!r->judged)
		rc = judge(s, r, err);
	if (rc || !r->counts)
		return rc;
	files = r->has_told ? r->told : r->uploads ? r->uploads : r->files;
	s->group[0].c.files += files;
	s->group[r->month].c.files += files;
	if (!r->in_group)
		rc = unknown(s, r, err);
	return rc ? rc : enter(s, r, 0, err);
}

static void
anew(struct report *r, const uint8_t key[16])
{
	*r = (struct report){ .account = r->account, .any = true, .env = -1 };
	memcpy(r->key, key, 16);
}

int
stats_reports(struct stats *s, struct ct_err *err)
{
	struct report r = { .any = false };
	struct stats_row row;
	int rc;

	while ((rc = stats_sort_next(s->reports, &row, err)) == 1) {
		if (!r.any || memcmp(r.key, row.key, 16) != 0) {
			if (r.any && (rc = end(s, &r, err)))
				break;
			anew(&r, row.key);
		}
		if (row.kind == STATS_ITEM && !r.judged &&
		    (rc = judge(s, &r, err)))
			break;
		if (row.kind != STATS_ITEM)
			add(s, &r, &row);
		else if ((rc = item(s, &r, &row, err)))
			break;
	}
	if (!rc && r.any)
		rc = end(s, &r, err);
	free(r.account);
	return rc;
}
