/* list_tidy.c - large fingerprints: those that nobody names, those that are
 * lost, another key */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "hex.h"
#include "list_store.h"
#include "prog.h"

#define NAMED                                                         \
	"SELECT type, hash FROM signal WHERE type IN ('tmk', 'vpdq')" \
	" UNION SELECT type, hash FROM large WHERE hash IS NOT NULL"

struct tidy {
	struct ct_list *l;
	char *dir;
	char **name; /* of the files in hand, ascending; NULL at the end */
	int at;      /* the directory they are in, 0 to 255; -1: none yet */
	size_t next; /* of them */
	int64_t lost;
};

/* A file that nobody names.  In the clear, where nothing is to be, its bytes
 * go, too. */
static int
drop(const struct tidy *t, const char *name, struct ct_err *err)
{
	char *path = ct_printf("%s/%02x/%s", t->dir, (unsigned)t->at, name);
	struct ct_err why = { 0 };
	int rc = 0;

	if (t->l->rest && !ct_rest_sealed(path, NULL)) {
		if (ct_file_wipe(path, 0, LONG_MAX, &why) > CT_NO)
			rc = ct_fail(err, CT_IOERR, "'%s': %s", path, why.msg);
	} else if (unlink(path) < 0 && errno != ENOENT) {
		rc = ct_fail_errno(err, CT_IOERR, "cannot remove '%s'", path);
	}
	free(path);
	return rc;
}

static void
release(struct tidy *t)
{
	size_t i;

	for (i = 0; t->name && t->name[i]; i++)
		free(t->name[i]);
	free(t->name);
	t->name = NULL;
	t->next = 0;
}

/* The rest of this directory is named by nobody; on to the next one. */
static int
turn_to(struct tidy *t, int at, struct ct_err *err)
{
	char *dir;
	int rc = 0;

	while (!rc && t->at < at) {
		for (; !rc && t->name && t->name[t->next]; t->next++)
			rc = drop(t, t->name[t->next], err);
		release(t);
		if (rc || ++t->at > UINT8_MAX)
			break;
		dir = ct_printf("%s/%02x", t->dir, (unsigned)t->at);
		t->name = ct_file_names(dir, "");
		if (!t->name && errno != ENOENT)
			rc = ct_fail_errno(
			    err, CT_IOERR, "cannot read '%s'", dir);
		free(dir);
	}
	return rc;
}

/* What the list names, in order: all before it is named by nobody. */
static int
see(struct tidy *t, const uint8_t *kept, size_t len, bool *there,
    struct ct_err *err)
{
	char name[2 * (CT_LARGE_DIGEST + CT_REST_MORE) + 1];
	int cmp = 1, rc = turn_to(t, kept[0], err);

	ct_hex(kept, len, name);
	while (!rc && t->name && t->name[t->next] &&
	    (cmp = strcmp(t->name[t->next], name)) < 0)
		rc = drop(t, t->name[t->next++], err);
	*there = cmp == 0;
	t->next += *there;
	return rc;
}

static int
lost(struct tidy *t, const uint8_t *kept, size_t len, struct ct_err *err)
{
	t->lost++;
	return ct_store_do(t->l->st, err,
	    "UPDATE large SET due = 1 WHERE hash = ?", "b", (const void *)kept,
	    len);
}

static int
sweep(struct tidy *t, struct ct_err *err)
{
	struct ct_rows *r;
	const uint8_t *kept;
	size_t len, want = CT_LARGE_DIGEST + (t->l->rest ? CT_REST_MORE : 0);
	bool there;
	int rc = ct_rows_open(&r, t->l->st, err,
	    "SELECT DISTINCT hash FROM (" NAMED ") ORDER BY hash", "");

	while (!rc && (rc = ct_rows_next(r, err)) == 1) {
		rc = 0;
		kept = ct_rows_blob(r, 0, &len);
		if (len != want) /* of a text that was not known then */
			continue;
		rc = see(t, kept, len, &there, err);
		if (!rc && !there)
			rc = lost(t, kept, len, err);
	}
	ct_rows_close(r);
	return rc ? rc : turn_to(t, UINT8_MAX + 1, err);
}

int
list_large_sweep(struct ct_list *l, struct ct_err *err)
{
	struct tidy t = { .l = l,
		.dir = ct_printf("%s/lists/%s/large", l->home, l->name),
		.at = -1 };
	int rc = 0;

	if (access(t.dir, F_OK) == 0)
		rc = sweep(&t, err);
	if (t.lost)
		ct_warn("%s: %lld files of large fingerprints are not there",
		    l->name, (long long)t.lost);
	release(&t);
	free(t.dir);
	return rc;
}

int
list_large_tidy(struct ct_list *l, struct ct_err *err)
{
	struct ct_list_state state;
	int rc = ct_list_state(l, &state, err);

	return rc || state.revision != state.compiled
	    ? rc
	    : list_large_sweep(l, err);
}

/* ---- another key -----------------------------------------------------------
 */

/* One file, as the list keeps it now, once more as it shall be. */
static int
copy(const struct ct_list *l, const struct list_large_how *to, const char *type,
    const uint8_t *digest, const char *path, struct ct_err *err)
{
	struct ct_large_bytes b;
	int rc = list_large_load(path, type, digest, &b, err);

	if (rc == CT_NO || rc == CT_DATAERR) {
		ct_warn("%s: a large fingerprint is %s", l->name,
		    rc == CT_NO ? "not there" : "damaged");
		*err = (struct ct_err){ 0 };
		return 0;
	}
	if (!rc)
		rc = list_large_write(to, type, digest, b.at, b.len, err);
	ct_large_release(&b);
	return rc;
}

int
list_large_turn(struct ct_list *l, const struct ct_rest_key *key,
    const struct ct_rest_list *rest, struct ct_err *err)
{
	struct list_large_how to = { .key = key, .rest = rest };
	struct ct_signal s;
	const char *type;
	const uint8_t *kept;
	struct ct_rows *r;
	size_t len;
	char *path;
	int rc;

	rc = ct_rows_open(&r, l->st, err, NAMED, "");
	to.dir = ct_printf("%s/lists/%s/large", l->home, l->name);
	while (!rc && (rc = ct_rows_next(r, err)) == 1) {
		s = (struct ct_signal){ 0 };
		type = ct_rows_text(r, 0);
		(void)strncpy(s.type, type ? type : "", sizeof s.type - 1);
		kept = ct_rows_blob(r, 1, &len);
		rc = list_hash(l, r, 1, &s, err);
		if (!rc && s.len == CT_LARGE_DIGEST) {
			path = list_large_path(to.dir, kept, len);
			rc = copy(l, &to, s.type, s.hash, path, err);
			free(path);
		}
		free(s.hash);
	}
	ct_rows_close(r);
	free(to.dir);
	return rc;
}
