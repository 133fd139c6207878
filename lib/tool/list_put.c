/* list_put.c - entries put, removed, swept; and what was is kept for a while */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "list.h"
#include "list_store.h"
#include "prog.h"
#include "store.h"

#define PAST                                                             \
	"INSERT INTO past(member, entry, content, type, hash, opinion,"  \
	" since, revision) SELECT e.member, e.entry, e.content, s.type," \
	" s.hash, s.opinion, s.revision, ? FROM "

const char *
list_opinion(const char *text)
{
	static const char *const all[] = { "seed", "disputed", "negative" };
	size_t i;

	for (i = 0; i < sizeof all / sizeof all[0]; i++)
		if (text && strcmp(text, all[i]) == 0)
			return all[i];
	return "positive";
}

/* ---- putting ---------------------------------------------------------------
 */

/* A signal that the list has. */
struct had {
	char type[CT_SIGNAL_TYPE];
	uint8_t *hash;
	size_t len;
	const char *opinion;
	bool kept;
};

struct hads {
	struct had *p;
	size_t n, cap;
};

static void
forget(struct hads *h)
{
	while (h->n)
		free(h->p[--h->n].hash);
	free(h->p);
}

static int
had_of(struct ct_list *l, int64_t id, struct hads *all, struct ct_err *err)
{
	struct ct_rows *r;
	struct had *h;
	const char *type;
	const void *hash;
	int rc = ct_rows_open(&r, l->st, err,
	    "SELECT type, hash, opinion FROM signal WHERE entry = ?", "i", id);

	while (!rc && (rc = ct_rows_next(r, err)) == 1) {
		rc = 0;
		if (all->n == all->cap) {
			all->cap = all->cap ? 2 * all->cap : 8;
			all->p = ct_grow(all->p, all->cap, sizeof *all->p);
		}
		h = &all->p[all->n++];
		*h =
		    (struct had){ .opinion = list_opinion(ct_rows_text(r, 2)) };
		type = ct_rows_text(r, 0);
		(void)strncpy(h->type, type ? type : "", sizeof h->type - 1);
		hash = ct_rows_blob(r, 1, &h->len);
		h->hash = ct_alloc(h->len, 1);
		if (h->len)
			memcpy(h->hash, hash, h->len);
	}
	ct_rows_close(r);
	return rc;
}

static struct had *
had(const struct hads *all, const struct ct_signal *s)
{
	struct had *h;

	for (h = all->p; h && h < all->p + all->n; h++)
		if (h->len == s->len && strcmp(h->type, s->type) == 0 &&
		    memcmp(h->hash, s->hash, s->len) == 0)
			return h;
	return NULL;
}

static int
insert(struct ct_list *l, int64_t id, const struct ct_signal *s,
    int64_t generation, struct ct_err *err)
{
	return ct_store_do(l->st, err,
	    "INSERT INTO signal(entry, type, hash, opinion, generation,"
	    " revision) VALUES(?, ?, ?, ?, ?, ?)"
	    " ON CONFLICT DO UPDATE SET opinion = excluded.opinion,"
	    " generation = excluded.generation, revision = excluded.revision",
	    "isbsii", id, s->type, (const void *)s->hash, s->len, s->opinion,
	    generation, l->change);
}

#define OF(s) (s).type, (const void *)(s).hash, (s).len, (s).opinion

/* Four of a new entry, all different: what most have. */
static int
insert_four(struct ct_list *l, int64_t id, const struct ct_signal *s,
    int64_t generation, struct ct_err *err)
{
	/* none is there yet; and what need not fail SQLite need not be able
	 * to undo in part */
	return ct_store_do(l->st, err,
	    "INSERT OR IGNORE INTO signal(entry, generation, revision, type,"
	    " hash, opinion) VALUES(?1, ?2, ?3, ?4, ?5, ?6),"
	    "(?1, ?2, ?3, ?7, ?8, ?9), (?1, ?2, ?3, ?10, ?11, ?12),"
	    "(?1, ?2, ?3, ?13, ?14, ?15)",
	    "iiisbssbssbssbs", id, generation, l->change, OF(s[0]), OF(s[1]),
	    OF(s[2]), OF(s[3]));
}

static bool
same(const struct ct_signal *a, const struct ct_signal *b)
{
	return a->len == b->len && strcmp(a->type, b->type) == 0 &&
	    memcmp(a->hash, b->hash, a->len) == 0;
}

static bool
all_differ(const struct ct_signal *s, size_t n)
{
	size_t i, k;

	for (i = 0; i < n; i++)
		for (k = 0; k < i; k++)
			if (same(&s[i], &s[k]))
				return false;
	return true;
}

/* What it is now goes into the past. */
static int
passed(struct ct_list *l, int64_t id, const struct had *h, struct ct_err *err)
{
	return ct_store_do(l->st, err,
	    PAST "signal s JOIN entry e ON e.id = s.entry"
		 " WHERE s.entry = ? AND s.type = ? AND s.hash = ?",
	    "iisb", l->change, id, h->type, (const void *)h->hash, h->len);
}

static int
drop(struct ct_list *l, int64_t id, const struct had *h, struct ct_err *err)
{
	int rc = passed(l, id, h, err);

	return rc ? rc
		  : ct_store_do(l->st, err,
			"DELETE FROM signal"
			" WHERE entry = ? AND type = ? AND hash = ?",
			"isb", id, h->type, (const void *)h->hash, h->len);
}

/* One that may be there; *changed is set if it is not as it was. */
static int
put_signal(struct ct_list *l, int64_t id, const struct ct_signal *s,
    const struct hads *all, int64_t generation, bool *changed,
    struct ct_err *err)
{
	struct had *h = had(all, s);
	int rc;

	if (h && strcmp(h->opinion, s->opinion) == 0) {
		h->kept = true;
		return ct_store_do(l->st, err,
		    "UPDATE signal SET generation = ?"
		    " WHERE entry = ? AND type = ? AND hash = ?"
		    " AND generation <> ?",
		    "iisbi", generation, id, s->type, (const void *)s->hash,
		    s->len, generation);
	}
	*changed = true;
	if (h && !h->kept && (rc = passed(l, id, h, err)))
		return rc;
	if (h) {
		h->kept = true;
		h->opinion = s->opinion;
	}
	return insert(l, id, s, generation, err);
}

/* The signals of an entry that was there; *changed: not all are as before. */
static int
put_again(struct ct_list *l, int64_t id, const struct ct_entry *e,
    int64_t generation, bool besides, bool *changed, struct ct_err *err)
{
	struct hads all = { 0 };
	size_t i;
	int rc = had_of(l, id, &all, err);

	for (i = 0; !rc && i < e->n; i++)
		rc = put_signal(
		    l, id, &e->signal[i], &all, generation, changed, err);
	for (i = 0; !rc && !besides && i < all.n; i++)
		if (!all.p[i].kept) {
			*changed = true;
			rc = drop(l, id, &all.p[i], err);
		}
	forget(&all);
	return rc;
}

/* Its row: *id; *was: it was there before; *changed: with another text. */
static int
find(struct ct_list *l, const struct ct_entry *e, int64_t *id, bool *changed,
    struct ct_err *err)
{
	struct ct_rows *r;
	const char *class;
	int rc = ct_rows_open(&r, l->st, err,
	    "SELECT id, classification FROM entry"
	    " WHERE member = ? AND entry = ? AND content = ?",
	    "sss", e->member, e->entry, e->content);

	if (!rc && (rc = ct_rows_next(r, err)) == 1) {
		*id = ct_rows_int(r, 0);
		class = ct_rows_text(r, 1);
		*changed = class && e->classification
		    ? strcmp(class, e->classification) != 0
		    : class != e->classification;
	}
	ct_rows_close(r);
	return rc;
}

/* It was put again: it stays. */
static int
spare(struct ct_list *l, int64_t id, struct ct_err *err)
{
	return l->doomed ? ct_store_do(l->st, err,
			       "DELETE FROM doomed WHERE entry = ?", "i", id)
			 : 0;
}

static int
update(struct ct_list *l, const struct ct_entry *e, int64_t generation,
    bool besides, struct ct_err *err)
{
	int64_t id = 0;
	bool changed = false;
	int rc = find(l, e, &id, &changed, err);

	if (rc != 1)
		return rc ? rc : ct_fail(err, CT_SOFTWARE, "no such entry");
	if ((rc = spare(l, id, err)))
		return rc;
	if ((rc = put_again(l, id, e, generation, besides, &changed, err)))
		return rc;
	return ct_store_do(l->st, err,
	    "UPDATE entry SET classification = ?, at = ?, fetched = ?,"
	    " generation = ?, missing_since = NULL,"
	    " revision = iif(?, ?, revision) WHERE id = ?",
	    "ssiiiii", e->classification, e->at, ct_now(), generation,
	    (int64_t)changed, l->change, id);
}

static int
put(struct ct_list *l, const struct ct_entry *e, int64_t generation,
    bool besides, struct ct_err *err)
{
	int64_t id;
	size_t i;
	int rc = ct_store_do(l->st, err,
	    "INSERT INTO entry(member, entry, content, classification, at,"
	    " fetched, generation, revision) VALUES(?, ?, ?, ?, ?, ?, ?, ?)"
	    " ON CONFLICT DO NOTHING",
	    "sssssiii", e->member, e->entry, e->content, e->classification,
	    e->at, ct_now(), generation, l->change);

	if (rc)
		return rc;
	if (ct_store_changes(l->st) == 0)
		return update(l, e, generation, besides, err);
	id = ct_store_last_id(l->st);
	/* the number may be that of an entry which went otherwise */
	if ((rc = spare(l, id, err)))
		return rc;
	rc = ct_store_do(l->st, err,
	    "DELETE FROM tombstone"
	    " WHERE member = ? AND entry = ? AND content = ?",
	    "sss", e->member, e->entry, e->content);
	if (!rc && e->n == 4 && all_differ(e->signal, e->n))
		return insert_four(l, id, e->signal, generation, err);
	for (i = 0; !rc && i < e->n; i++)
		rc = insert(l, id, &e->signal[i], generation, err);
	return rc;
}

/* Here, and in all that it calls, hashes are as they are kept. */
int
ct_list_put(struct ct_list *l, const struct ct_entry *e, int64_t generation,
    bool besides, struct ct_err *err)
{
	struct ct_signal *sealed = list_sealed(l, e->signal, e->n);
	struct ct_entry kept = *e;
	int rc;

	if (sealed)
		kept.signal = sealed;
	rc = put(l, &kept, generation, besides, err);
	free(sealed);
	return rc;
}

/* ---- removing --------------------------------------------------------------
 */

int
ct_list_remove(struct ct_list *l, const struct ct_entry *e, int64_t *gone,
    struct ct_err *err)
{
	int64_t id = 0;
	bool changed;
	int rc = find(l, e, &id, &changed, err);

	if (rc > 1)
		return rc;
	if (rc == 1) {
		++*gone;
		rc = ct_store_do(l->st, err,
		    PAST "signal s JOIN entry e ON e.id = s.entry"
			 " WHERE s.entry = ?",
		    "ii", l->change, id);
		if (!rc)
			rc = ct_store_do(l->st, err,
			    "DELETE FROM signal WHERE entry = ?", "i", id);
		if (!rc)
			rc = ct_store_do(l->st, err,
			    "DELETE FROM entry WHERE id = ?", "i", id);
	}
	return rc
	    ? rc
	    : ct_store_do(l->st, err,
		  "INSERT OR REPLACE INTO tombstone VALUES(?,?,?,?,?)", "ssssi",
		  e->member, e->entry, e->content, e->at, ct_now());
}

int
ct_list_doom(struct ct_list *l, const struct ct_entry *e, int64_t *gone,
    struct ct_err *err)
{
	int64_t id = 0;
	bool changed;
	int rc = find(l, e, &id, &changed, err);

	if (rc == 0)
		return ct_list_remove(l, e, gone, err);
	if (rc != 1)
		return rc;
	rc = ct_store_do(l->st, err,
	    "INSERT OR IGNORE INTO doomed(entry, at) VALUES(?, ?)", "is", id,
	    e->at);
	if (!rc)
		*gone += ct_store_changes(l->st);
	l->doomed = 1;
	return rc;
}

int
ct_list_fall(struct ct_list *l, int64_t *gone, struct ct_err *err)
{
	int rc;

	*gone = 0;
	if (!l->doomed)
		return 0;
	if ((rc = ct_store_do(l->st, err,
		 PAST "doomed d JOIN entry e ON e.id = d.entry"
		      " JOIN signal s ON s.entry = e.id",
		 "i", l->change)) ||
	    (rc = ct_store_do(l->st, err,
		 "INSERT OR REPLACE INTO tombstone SELECT e.member, e.entry,"
		 " e.content, d.at, ? FROM doomed d"
		 " JOIN entry e ON e.id = d.entry",
		 "i", ct_now())) ||
	    (rc = ct_store_do(l->st, err,
		 "DELETE FROM signal WHERE entry IN"
		 " (SELECT entry FROM doomed)",
		 "")) ||
	    (rc = ct_store_do(l->st, err,
		 "DELETE FROM entry WHERE id IN (SELECT entry FROM doomed)",
		 "")))
		return rc;
	*gone = ct_store_changes(l->st);
	l->doomed = 0;
	return ct_store_do(l->st, err, "DELETE FROM doomed", "");
}

int
ct_list_sweep(
    struct ct_list *l, int64_t generation, int64_t *signals, struct ct_err *err)
{
	int rc = ct_store_do(l->st, err,
	    PAST "signal s JOIN entry e ON e.id = s.entry"
		 " WHERE s.generation < ?",
	    "ii", l->change, generation);

	if (rc)
		return rc;
	*signals = ct_store_changes(l->st);
	if (*signals)
		rc = ct_store_do(l->st, err,
		    "UPDATE entry SET revision = ? WHERE id IN"
		    " (SELECT entry FROM signal WHERE generation < ?)",
		    "ii", l->change, generation);
	if (!rc && *signals)
		rc = ct_store_do(l->st, err,
		    "DELETE FROM signal WHERE generation < ?", "i", generation);
	return rc ? rc
		  : ct_store_do(l->st, err,
			"DELETE FROM entry WHERE NOT EXISTS"
			" (SELECT 1 FROM signal WHERE signal.entry = entry.id)",
			"");
}

#define ABSENT "generation < ? AND missing_since IS NOT NULL"

int
ct_list_sweep_twice(
    struct ct_list *l, int64_t generation, int64_t *entries, struct ct_err *err)
{
	int rc = ct_store_do(l->st, err,
	    PAST "entry e JOIN signal s ON s.entry = e.id"
		 " WHERE e.generation < ? AND e.missing_since IS NOT NULL",
	    "ii", l->change, generation);

	if (!rc)
		rc = ct_store_do(l->st, err,
		    "DELETE FROM signal WHERE entry IN"
		    " (SELECT id FROM entry WHERE " ABSENT ")",
		    "i", generation);
	if (!rc)
		rc = ct_store_do(l->st, err, "DELETE FROM entry WHERE " ABSENT,
		    "i", generation);
	if (rc)
		return rc;
	*entries = ct_store_changes(l->st);
	return ct_store_do(l->st, err,
	    "UPDATE entry SET missing_since = ? WHERE generation < ?", "ii",
	    ct_now(), generation);
}
