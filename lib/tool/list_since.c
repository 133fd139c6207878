/* list_since.c - what changed since a revision */
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "list_store.h"
#include "prog.h"
#include "store.h"

int
ct_list_compiled(struct ct_list *l, uint64_t generation, int64_t revision,
    struct ct_err *err)
{
	int64_t oldest;
	int rc = ct_list_begin(l, err);

	if (!rc)
		rc = ct_store_do(
		    l->st, err, "UPDATE state SET compiled = ?", "i", revision);
	if (!rc)
		rc = ct_store_do(l->st, err,
		    "INSERT OR REPLACE INTO compiled VALUES(?, ?)", "ii",
		    (int64_t)generation, revision);
	if (!rc &&
	    (rc = ct_store_int(l->st, &oldest, err,
		 "SELECT generation FROM compiled ORDER BY generation DESC"
		 " LIMIT 1 OFFSET ?",
		 "i", (int64_t)CT_LIST_KNOWN)) == 1) {
		rc = ct_store_do(l->st, err,
		    "DELETE FROM compiled WHERE generation <= ?", "i", oldest);
		if (!rc)
			rc = ct_store_do(l->st, err,
			    "DELETE FROM past WHERE revision <="
			    " (SELECT min(revision) FROM compiled)",
			    "");
		if (!rc)
			rc = ct_store_do(
			    l->st, err, "UPDATE state SET lost = 1", "");
	}
	if (!rc)
		rc = ct_list_commit(l, err);
	if (rc)
		ct_list_rollback(l);
	return rc;
}

int
ct_list_held(struct ct_list *l, uint64_t generation, int64_t *revision,
    struct ct_err *err)
{
	int rc = ct_store_int(l->st, revision, err,
	    "SELECT revision FROM compiled WHERE generation = ?", "i",
	    (int64_t)generation);

	return rc > 1 ? rc : rc == 1 ? 0 : CT_NO;
}

int
ct_list_revision(struct ct_list *l, uint64_t generation, int64_t *revision,
    struct ct_err *err)
{
	int64_t lost;
	int rc = ct_store_int(l->st, revision, err,
	    "SELECT revision FROM compiled WHERE generation <= ?"
	    " ORDER BY generation DESC LIMIT 1",
	    "i", (int64_t)generation);

	if (rc)
		return rc == 1 ? 0 : rc;
	*revision = -1;
	rc = ct_store_int(l->st, &lost, err, "SELECT lost FROM state", "");
	if (rc > 1)
		return rc;
	return rc == 1 && !lost ? 0
				: ct_fail(err, CT_NO,
				      "list '%s': how it was then is no longer"
				      " known",
				      l->name);
}

/* ---- entries ---------------------------------------------------------------
 */

#define GONE                                                              \
	"past p WHERE p.revision > ? AND NOT EXISTS (SELECT 1 FROM entry" \
	" e WHERE e.member = p.member AND e.entry = p.entry"              \
	" AND e.content = p.content)"

int
ct_list_each_since(struct ct_list *l, int64_t revision, ct_list_each_fn *each,
    void *arg, struct ct_err *err)
{
	struct ct_rows *r;
	struct ct_entry gone = { 0 };
	int rc = ct_rows_open(&r, l->st, err,
	    "SELECT e.id, e.member, e.entry, e.content, e.classification,"
	    " e.at, s.type, s.hash, s.opinion"
	    " FROM entry e LEFT JOIN signal s ON s.entry = e.id"
	    " WHERE e.revision > ?",
	    "i", revision);

	if (!rc)
		rc = list_gather(l, r, each, arg, err);
	ct_rows_close(r);
	if (rc)
		return rc;
	rc = ct_rows_open(&r, l->st, err,
	    "SELECT DISTINCT p.member, p.entry, p.content FROM " GONE, "i",
	    revision);
	while (!rc && (rc = ct_rows_next(r, err)) == 1) {
		gone.member = ct_rows_text(r, 0);
		gone.entry = ct_rows_text(r, 1);
		gone.content = ct_rows_text(r, 2);
		rc = each(arg, &gone, err);
	}
	ct_rows_close(r);
	return rc ? rc : list_keyed(l, err);
}

int
ct_list_changed(
    struct ct_list *l, int64_t revision, int64_t *entries, struct ct_err *err)
{
	int rc = ct_store_int(l->st, entries, err,
	    "SELECT (SELECT count(*) FROM entry WHERE revision > ?) +"
	    " (SELECT count(*) FROM (SELECT DISTINCT member, entry, content"
	    " FROM " GONE "))",
	    "ii", revision, revision);

	return rc == 1 ? 0 : rc ? rc : ct_fail(err, CT_SOFTWARE, "no count");
}

int
ct_list_withdrawn(
    struct ct_list *l, int64_t revision, int64_t *n, struct ct_err *err)
{
	int rc = ct_store_int(l->st, n, err,
	    "SELECT count(*) FROM past WHERE revision > ? AND since <= ?", "ii",
	    revision, revision);

	return rc == 1 ? 0 : rc ? rc : ct_fail(err, CT_SOFTWARE, "no count");
}

/* ---- signals ---------------------------------------------------------------
 */

struct was {
	struct ct_signal s;
	bool now; /* it is so still */
};

struct diff {
	struct ct_list *l;
	int64_t revision;
	ct_list_diff_fn *each;
	void *arg;
	struct was *was; /* the signals of the entry at hand, then */
	size_t n, cap;
};

static int
take(struct diff *d, struct ct_rows *r, struct ct_err *err)
{
	const char *type = ct_rows_text(r, 0);
	struct ct_signal *s;

	if (d->n == d->cap) {
		d->cap = d->cap ? 2 * d->cap : 8;
		d->was = ct_grow(d->was, d->cap, sizeof *d->was);
	}
	d->was[d->n] = (struct was){ .now = ct_rows_int(r, 3) != 0 };
	s = &d->was[d->n++].s;
	(void)strncpy(s->type, type ? type : "", sizeof s->type - 1);
	s->opinion = list_opinion(ct_rows_text(r, 2));
	return list_hash(d->l, r, 1, s, err);
}

/* As the entry was at that revision. */
static int
then(struct diff *d, const struct ct_entry *e, struct ct_err *err)
{
	struct ct_rows *r;
	int rc = ct_rows_open(&r, d->l->st, err,
	    "SELECT type, hash, opinion, 0 FROM past"
	    " WHERE member = ? AND entry = ? AND content = ?"
	    " AND since <= ? AND revision > ?"
	    " UNION ALL SELECT s.type, s.hash, s.opinion, 1 FROM entry e"
	    " JOIN signal s ON s.entry = e.id WHERE e.member = ?"
	    " AND e.entry = ? AND e.content = ? AND s.revision <= ?",
	    "sssiisssi", e->member, e->entry, e->content, d->revision,
	    d->revision, e->member, e->entry, e->content, d->revision);

	while (!rc && (rc = ct_rows_next(r, err)) == 1)
		rc = take(d, r, err);
	ct_rows_close(r);
	return rc;
}

static const struct ct_signal *
same(const struct ct_signal *all, size_t n, const struct ct_signal *s)
{
	for (; n; n--, all++)
		if (all->len == s->len && strcmp(all->type, s->type) == 0 &&
		    memcmp(all->hash, s->hash, s->len) == 0)
			return all;
	return NULL;
}

static int
rank(const struct ct_signal *s)
{
	return strcmp(s->opinion, "negative") == 0 ? 2
	    : strcmp(s->opinion, "disputed") == 0  ? 1
						   : 0;
}

/* Why what was counts no longer; NULL: it does, or never did. */
static const char *
why(const struct ct_entry *e, const struct was *w)
{
	const struct ct_signal *now;

	if (w->now || rank(&w->s) == 2)
		return NULL;
	now = same(e->signal, e->n, &w->s);
	return !now ? "deleted" : rank(now) > rank(&w->s) ? "downvoted" : NULL;
}

/* Was it so before? */
static bool
old(const struct diff *d, const struct ct_signal *s)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		if (same(&d->was[i].s, 1, s) &&
		    d->was[i].s.opinion == s->opinion)
			return true;
	return false;
}

static int
give(const struct diff *d, const struct ct_entry *e, const struct ct_signal *s,
    const char *reason, struct ct_err *err)
{
	struct ct_entry one = *e;

	one.signal = s;
	one.n = 1;
	return d->each(d->arg, &one, reason, err);
}

static int
diff_entry(void *arg, const struct ct_entry *e, struct ct_err *err)
{
	struct diff *d = arg;
	const char *reason;
	bool lost = false;
	size_t i;
	int rc = d->revision < 0 ? 0 : then(d, e, err); /* there was none */

	for (i = 0; !rc && i < d->n; i++)
		if ((reason = why(e, &d->was[i]))) {
			lost = true;
			rc = give(d, e, &d->was[i].s, reason, err);
		}
	for (i = 0; !rc && i < e->n; i++)
		if (lost || !old(d, &e->signal[i]))
			rc = give(d, e, &e->signal[i], NULL, err);
	while (d->n)
		free(d->was[--d->n].s.hash);
	return rc;
}

int
ct_list_diff(struct ct_list *l, int64_t revision, ct_list_diff_fn *each,
    void *arg, struct ct_err *err)
{
	struct diff d = {
		.l = l, .revision = revision, .each = each, .arg = arg
	};
	int rc = ct_list_each_since(l, revision, diff_entry, &d, err);

	free(d.was);
	return rc;
}
