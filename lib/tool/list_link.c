/* list_link.c - large fingerprints that a source tells of by link */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "list_store.h"
#include "prog.h"

#define OF_ENTRY "member = ? AND entry = ? AND content = ?"
#define THE_ENTRY                                                        \
	"(SELECT e.id FROM entry e, large l WHERE l.id = ? AND e.member" \
	" = l.member AND e.entry = l.entry AND e.content = l.content)"
#define HAS_ENTRY                                                     \
	"EXISTS (SELECT 1 FROM entry e WHERE e.member = large.member" \
	" AND e.entry = large.entry AND e.content = large.content)"

/* ---- what is known ---------------------------------------------------------
 */

/* Is its file there, and whole? */
static int
is_there(struct ct_list *l, struct ct_rows *r, const struct ct_signal *s,
    bool *there, struct ct_err *err)
{
	struct list_large_how how;
	struct ct_large_bytes bytes;
	struct ct_err none = { 0 };
	const uint8_t *kept;
	size_t len;
	char *path;
	int rc = list_large_how(l, &how, err);

	kept = ct_rows_blob(r, 0, &len);
	if (!rc && s->len == CT_LARGE_DIGEST) {
		path = list_large_path(how.dir, kept, len);
		*there =
		    list_large_load(path, s->type, s->hash, &bytes, &none) == 0;
		ct_large_release(&bytes);
		free(path);
	}
	free(how.dir);
	return rc;
}

int
ct_large_known(struct ct_list *l, const struct ct_entry *e,
    struct ct_large_link *link, struct ct_err *err)
{
	struct ct_rows *r;
	struct ct_signal s = { 0 };
	int rc = ct_rows_open(&r, l->st, err,
	    "SELECT hash, due = 0 AND at IS ? FROM large WHERE " OF_ENTRY
	    " AND type = ? AND link = ? AND hash IS NOT NULL",
	    "ssssss", e->at, e->member, e->entry, e->content, link->type,
	    link->link);
	bool there = false;

	link->have = false;
	link->due = true;
	(void)strncpy(s.type, link->type, sizeof s.type - 1);
	if (!rc && (rc = ct_rows_next(r, err)) == 1 &&
	    !(rc = list_hash(l, r, 0, &s, err)) &&
	    !(rc = is_there(l, r, &s, &there, err)) && there) {
		memcpy(link->digest, s.hash, CT_LARGE_DIGEST);
		link->have = true;
		link->due = !ct_rows_int(r, 1);
	}
	ct_rows_close(r);
	free(s.hash);
	return rc;
}

static int
put(struct ct_list *l, const struct ct_entry *e,
    const struct ct_large_link *link, struct ct_err *err)
{
	struct ct_signal s = { .hash = (uint8_t *)(uintptr_t)link->digest,
		.len = CT_LARGE_DIGEST };
	struct ct_signal *sealed;
	int rc;

	(void)strncpy(s.type, link->type, sizeof s.type - 1);
	sealed = list_sealed(l, &s, 1);
	if (sealed)
		s = *sealed;
	rc = ct_store_do(l->st, err,
	    "INSERT OR REPLACE INTO large(member, entry, content, type, link,"
	    " opinion, at, hash, due, asked)"
	    " VALUES(?, ?, ?, ?, ?, ?, ?, iif(?, ?, NULL), ?, ?)",
	    "sssssssibii", e->member, e->entry, e->content, link->type,
	    link->link, link->opinion, e->at, (int64_t)link->have,
	    (const void *)s.hash, s.len, (int64_t)link->due, ct_now());
	free(sealed);
	l->linked = 1;
	return rc;
}

int
ct_large_got(struct ct_list *l, const struct ct_entry *e,
    const struct ct_large_link *link, struct ct_err *err)
{
	return put(l, e, link, err);
}

int
ct_large_links(struct ct_list *l, const struct ct_entry *e,
    const struct ct_large_link *link, size_t n, struct ct_err *err)
{
	size_t i;
	int rc = l->linked
	    ? ct_store_do(l->st, err, "DELETE FROM large WHERE " OF_ENTRY,
		  "sss", e->member, e->entry, e->content)
	    : 0;

	for (i = 0; !rc && i < n; i++)
		rc = put(l, e, &link[i], err);
	return rc;
}

/* ---- what is due -----------------------------------------------------------
 */

int
ct_large_next(struct ct_list *l, int64_t id, int64_t before,
    struct ct_large_due *d, struct ct_err *err)
{
	struct ct_rows *r;
	int rc = ct_rows_open(&r, l->st, err,
	    "SELECT id, member, entry, content, type, link FROM large"
	    " WHERE due AND id > ? AND asked < ? AND " HAS_ENTRY
	    " ORDER BY id LIMIT 1",
	    "ii", id, before);

	*d = (struct ct_large_due){ 0 };
	if (!rc && (rc = ct_rows_next(r, err)) == 1) {
		d->id = ct_rows_int(r, 0);
		d->e.member = ct_strdup(ct_rows_text(r, 1));
		d->e.entry = ct_strdup(ct_rows_text(r, 2));
		d->e.content = ct_strdup(ct_rows_text(r, 3));
		d->type = ct_strdup(ct_rows_text(r, 4));
		d->link = ct_strdup(ct_rows_text(r, 5));
	}
	ct_rows_close(r);
	return rc;
}

void
ct_large_due_free(struct ct_large_due *d)
{
	free((void *)(uintptr_t)d->e.member);
	free((void *)(uintptr_t)d->e.entry);
	free((void *)(uintptr_t)d->e.content);
	free(d->type);
	free(d->link);
	*d = (struct ct_large_due){ 0 };
}

/* What was got before goes, unless another link of the entry has it. */
static int
drop(struct ct_list *l, int64_t id, struct ct_err *err)
{
#define GOES                                                                 \
	" s.entry = " THE_ENTRY " AND (s.type, s.hash) IN (SELECT type,"     \
	" hash FROM large WHERE id = ?) AND NOT EXISTS (SELECT 1 FROM large" \
	" o, large m WHERE m.id = ? AND o.id <> m.id AND o.member ="         \
	" m.member AND o.entry = m.entry AND o.content = m.content"          \
	" AND o.type = m.type AND o.hash = m.hash)"
	int rc = ct_store_do(l->st, err,
	    "INSERT INTO past(member, entry, content, type, hash, opinion,"
	    " since, revision) SELECT e.member, e.entry, e.content, s.type,"
	    " s.hash, s.opinion, s.revision, ? FROM signal s JOIN entry e"
	    " ON e.id = s.entry WHERE" GOES,
	    "iiii", l->change, id, id, id);

	return rc
	    ? rc
	    : ct_store_do(l->st, err, "DELETE FROM signal AS s WHERE" GOES,
		  "iii", id, id, id);
}

int
ct_large_done(struct ct_list *l, const struct ct_large_due *d,
    const uint8_t *digest, struct ct_err *err)
{
	struct ct_signal s = { .len = CT_LARGE_DIGEST };
	struct ct_signal *sealed;
	uint8_t hash[CT_LARGE_DIGEST];
	int rc;

	if (!digest)
		return ct_store_do(l->st, err,
		    "UPDATE large SET asked = ? WHERE id = ?", "ii", ct_now(),
		    d->id);
	(void)strncpy(s.type, d->type, sizeof s.type - 1);
	memcpy(hash, digest, sizeof hash);
	s.hash = hash;
	sealed = list_sealed(l, &s, 1);
	if (sealed)
		s = *sealed;
	rc = drop(l, d->id, err);
	if (!rc)
		rc = ct_store_do(l->st, err,
		    "UPDATE large SET hash = ?, due = 0, asked = ?"
		    " WHERE id = ?",
		    "bii", (const void *)s.hash, s.len, ct_now(), d->id);
	if (!rc)
		rc = ct_store_do(l->st, err,
		    "INSERT OR IGNORE INTO signal(entry, type, hash, opinion,"
		    " generation, revision) SELECT e.id, l.type, l.hash,"
		    " l.opinion, e.generation, ? FROM large l, entry e"
		    " WHERE l.id = ? AND e.member = l.member"
		    " AND e.entry = l.entry AND e.content = l.content",
		    "ii", l->change, d->id);
	if (!rc)
		rc = ct_store_do(l->st, err,
		    "UPDATE entry SET revision = ? WHERE id = " THE_ENTRY, "ii",
		    l->change, d->id);
	free(sealed);
	return rc;
}

/* ---- of all ----------------------------------------------------------------
 */

int
ct_large_forget(struct ct_list *l, bool all, struct ct_err *err)
{
	if (!l->linked)
		return 0;
	return ct_store_do(l->st, err,
	    "DELETE FROM large WHERE ? OR NOT " HAS_ENTRY, "i", (int64_t)all);
}

int
ct_large_count(struct ct_list *l, struct ct_large_count *c, struct ct_err *err)
{
	struct ct_rows *r;
	int rc = ct_rows_open(&r, l->st, err,
	    "SELECT (SELECT count(*) FROM (SELECT DISTINCT type, hash"
	    " FROM signal WHERE type IN ('tmk', 'vpdq'))),"
	    " (SELECT count(*) FROM large WHERE due AND " HAS_ENTRY ")",
	    "");

	*c = (struct ct_large_count){ 0 };
	if (!rc && (rc = ct_rows_next(r, err)) == 1) {
		c->files = ct_rows_int(r, 0);
		c->missing = ct_rows_int(r, 1);
		rc = 0;
	}
	ct_rows_close(r);
	return rc;
}

int
ct_large_seen(struct ct_list *l, enum ct_large_seen *seen, struct ct_err *err)
{
	int64_t n = CT_LARGE_NONE;
	int rc =
	    ct_store_int(l->st, &n, err, "SELECT large_seen FROM state", "");

	*seen = n == CT_LARGE_ALL ? CT_LARGE_ALL
	    : n == CT_LARGE_WALK  ? CT_LARGE_WALK
				  : CT_LARGE_NONE;
	return rc > 1 ? rc : 0;
}

int
ct_large_see(struct ct_list *l, enum ct_large_seen seen, struct ct_err *err)
{
	return ct_store_do(
	    l->st, err, "UPDATE state SET large_seen = ?", "i", (int64_t)seen);
}
