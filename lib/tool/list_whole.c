/* list_whole.c - what a source tells of as one, and is several entries */
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "list_store.h"
#include "prog.h"
#include "store.h"

struct part {
	char *member, *entry, *content;
};

/* The entries that it had. */
static int
load(struct ct_list *l, const char *whole, struct part **part, size_t *n,
    struct ct_err *err)
{
	struct ct_rows *r;
	int rc = ct_rows_open(&r, l->st, err,
	    "SELECT member, entry, content FROM part WHERE whole = ?", "s",
	    whole);

	*part = NULL;
	*n = 0;
	while (!rc && (rc = ct_rows_next(r, err)) == 1) {
		*part = ct_grow(*part, *n + 1, sizeof **part);
		(*part)[(*n)++] = (struct part){ ct_strdup(ct_rows_text(r, 0)),
			ct_strdup(ct_rows_text(r, 1)),
			ct_strdup(ct_rows_text(r, 2)) };
		rc = 0;
	}
	ct_rows_close(r);
	return rc;
}

static bool
is_one(const struct part *p, const struct ct_entry *e, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(p->entry, e[i].entry) == 0 &&
		    strcmp(p->member, e[i].member) == 0 &&
		    strcmp(p->content, e[i].content) == 0)
			return true;
	return false;
}

static int
leave(struct ct_list *l, const char *whole, const struct part *p,
    const char *at, int64_t *gone, struct ct_err *err)
{
	struct ct_entry e = { .member = p->member,
		.entry = p->entry,
		.content = p->content,
		.at = at };
	int rc = ct_list_doom(l, &e, gone, err);

	return rc ? rc
		  : ct_store_do(l->st, err,
			"DELETE FROM part WHERE whole = ? AND member = ?"
			" AND entry = ? AND content = ?",
			"ssss", whole, e.member, e.entry, e.content);
}

int
ct_list_put_whole(struct ct_list *l, const char *whole, const char *at,
    const struct ct_entry *e, size_t n, int64_t generation, int64_t *gone,
    struct ct_err *err)
{
	const struct ct_entry none = {
		.member = "", .entry = whole, .content = "unknown", .at = at
	};
	struct part *part;
	size_t had, i;
	int rc = load(l, whole, &part, &had, err);

	for (i = 0; !rc && i < had; i++)
		if (!is_one(&part[i], e, n))
			rc = leave(l, whole, &part[i], at, gone, err);
	if (!rc && !had && !n)
		rc = ct_list_doom(l, &none, gone, err);
	for (i = 0; !rc && i < n; i++)
		if (!(rc = ct_list_put(l, &e[i], generation, false, err)))
			rc = ct_store_do(l->st, err,
			    "INSERT OR IGNORE INTO part VALUES(?, ?, ?, ?)",
			    "ssss", whole, e[i].member, e[i].entry,
			    e[i].content);
	for (i = 0; i < had; i++) {
		free(part[i].member);
		free(part[i].entry);
		free(part[i].content);
	}
	free(part);
	return rc;
}

int
ct_list_forget_parts(struct ct_list *l, struct ct_err *err)
{
	return ct_store_do(l->st, err,
	    "DELETE FROM part WHERE NOT EXISTS (SELECT 1 FROM entry"
	    " WHERE entry.member = part.member AND entry.entry = part.entry"
	    " AND entry.content = part.content)",
	    "");
}
