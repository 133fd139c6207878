/* list_each.c - all entries in order, gathered from their rows */
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "list_store.h"
#include "prog.h"
#include "store.h"

/* The entry being gathered, in memory of its own. */
struct one {
	struct ct_entry e;
	struct ct_signal *signal;
	size_t cap;
	int64_t id; /* 0: none yet */
};

static char *
copy(const char *s)
{
	return s ? ct_strdup(s) : NULL;
}

static void
clear(struct one *o)
{
	size_t i;

	for (i = 0; i < o->e.n; i++)
		free(o->signal[i].hash);
	free((void *)(uintptr_t)o->e.member);
	free((void *)(uintptr_t)o->e.entry);
	free((void *)(uintptr_t)o->e.content);
	free((void *)(uintptr_t)o->e.classification);
	free((void *)(uintptr_t)o->e.at);
	o->e = (struct ct_entry){ 0 };
	o->id = 0;
}

static void
begin(struct one *o, struct ct_rows *r)
{
	o->id = ct_rows_int(r, 0);
	o->e.member = copy(ct_rows_text(r, 1));
	o->e.entry = copy(ct_rows_text(r, 2));
	o->e.content = copy(ct_rows_text(r, 3));
	o->e.classification = copy(ct_rows_text(r, 4));
	o->e.at = copy(ct_rows_text(r, 5));
}

static int
gather(struct ct_list *l, struct one *o, struct ct_rows *r, struct ct_err *err)
{
	const char *type = ct_rows_text(r, 6);
	struct ct_signal *s;

	if (o->e.n == o->cap) {
		o->cap = o->cap ? 2 * o->cap : 8;
		o->signal = ct_grow(o->signal, o->cap, sizeof *o->signal);
	}
	s = &o->signal[o->e.n++];
	*s = (struct ct_signal){ .opinion = list_opinion(ct_rows_text(r, 8)) };
	(void)strncpy(s->type, type ? type : "", sizeof s->type - 1);
	o->e.signal = o->signal;
	return list_hash(l, r, 7, s, err);
}

/* Rows of an entry and its signals, one entry after the other; type null: it
 * has none. */
int
list_gather(struct ct_list *l, struct ct_rows *r, ct_list_each_fn *each,
    void *arg, struct ct_err *err)
{
	struct one o = { 0 };
	int rc = 0;

	while (!rc && (rc = ct_rows_next(r, err)) == 1) {
		rc = 0;
		if (o.id && o.id != ct_rows_int(r, 0)) {
			rc = each(arg, &o.e, err);
			clear(&o);
		}
		if (!o.id)
			begin(&o, r);
		if (!ct_rows_null(r, 6) && !rc)
			rc = gather(l, &o, r, err);
	}
	if (!rc && o.id)
		rc = each(arg, &o.e, err);
	clear(&o);
	free(o.signal);
	return rc;
}

int
ct_list_each(
    struct ct_list *l, ct_list_each_fn *each, void *arg, struct ct_err *err)
{
	struct ct_rows *r;
	/* each page is looked at many times, as the order is that of names */
	int rc =
	    ct_store_do(l->st, err, "PRAGMA mmap_size = 1099511627776", "");

	if (rc)
		return rc;
	rc = ct_rows_open(&r, l->st, err,
	    "SELECT e.id, e.member, e.entry, e.content, e.classification,"
	    " e.at, s.type, s.hash, s.opinion"
	    " FROM entry e CROSS JOIN signal s ON s.entry = e.id"
	    " ORDER BY e.member, e.entry, e.content",
	    "");

	if (!rc)
		rc = list_gather(l, r, each, arg, err);
	ct_rows_close(r);
	return rc ? rc : list_keyed(l, err);
}

/* list_gather tells of none without a word */
struct seen {
	ct_list_each_fn *each;
	void *arg;
	bool any;
};

static int
see(void *arg, const struct ct_entry *e, struct ct_err *err)
{
	struct seen *s = arg;

	s->any = true;
	return s->each(s->arg, e, err);
}

int
ct_list_one(struct ct_list *l, const char *member, const char *entry,
    const char *content, ct_list_each_fn *each, void *arg, struct ct_err *err)
{
	struct seen s = { .each = each, .arg = arg };
	struct ct_rows *r;
	int rc = ct_rows_open(&r, l->st, err,
	    "SELECT e.id, e.member, e.entry, e.content, e.classification,"
	    " e.at, s.type, s.hash, s.opinion"
	    " FROM entry e JOIN signal s ON s.entry = e.id"
	    " WHERE e.member = ? AND e.entry = ? AND e.content = ?",
	    "sss", member, entry, content);

	if (!rc)
		rc = list_gather(l, r, see, &s, err);
	ct_rows_close(r);
	if (!rc)
		rc = list_keyed(l, err);
	return rc || s.any ? rc : CT_NO;
}
