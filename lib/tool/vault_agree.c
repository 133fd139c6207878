/* vault_agree.c - does the index say what the log says? */
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "rec.h"
#include "vault_dir.h"

/* The log up to a line, in tables of its own. */
struct again {
	struct ct_store *store;
	int64_t until;
	int64_t seen;
};

static int
apply(const json_t *line, const struct ct_audit_head *head, void *arg,
    struct ct_err *err)
{
	struct again *a = arg;
	const char *act = ct_rec_text(line, "act");
	int rc;

	if (head->seq > a->until)
		return CT_NO;
	rc = act ? vault_apply(a->store, act, line, err)
		 : ct_fail(err, CT_DATAERR, "a line has no act");
	a->seen = head->seq;
	if (!rc && ct_stop)
		rc = ct_fail(err, CT_TEMPFAIL, "stopped by a signal");
	return rc;
}

static int
read_log(struct ct_vault *v, struct again *a, struct ct_err *err)
{
	int rc = a->until ? ct_audit_each(v->audit, NULL, apply, a, err) : 0;

	if (rc == CT_NO)
		rc = 0;
	return !rc && a->seen < a->until
	    ? ct_fail(err, CT_DATAERR, "the log was cut")
	    : rc;
}

/*
 * How many rows of a table are not the same?  Both got theirs in the same
 * order: so rows of the same number are compared, column by column.
 */
static int
compare(
    struct ct_store *scratch, const char *table, int64_t *n, struct ct_err *err)
{
	char *columns = NULL, *sql = NULL;
	int rc = ct_store_text(scratch, &columns, err,
	    "SELECT group_concat('a.\"' || name || '\" IS NOT b.\"' || name"
	    " || '\"', ' OR ') FROM pragma_table_info(?)",
	    "s", table);

	if (rc == 1) {
		sql = ct_printf(
		    "SELECT (SELECT count(*) FROM main.%s a"
		    " LEFT JOIN was.%s b ON a.rowid = b.rowid"
		    " WHERE %s) + (SELECT count(*) FROM was.%s"
		    " WHERE rowid NOT IN (SELECT rowid FROM main.%s))",
		    table, table, columns, table, table);
		rc = ct_store_int(scratch, n, err, sql, "");
	}
	free(columns);
	free(sql);
	return rc <= 1 ? 0 : rc;
}

/* Attach the index, as it is at a line of the log, the last to compare: nobody
 * writes to either meanwhile, and the read that begins then sees only that. */
static int
attach(struct ct_vault *v, struct again *a, struct ct_err *err)
{
	char *db = ct_printf("%s/index.db", v->dir);
	bool begun = v->begun;
	int64_t n;
	int rc =
	    ct_store_do(a->store, err, "ATTACH DATABASE ? AS was", "s", db);

	if (!rc && !begun)
		rc = vault_begin(v, NULL, err);
	if (!rc) {
		a->until = v->head.seq;
		rc = ct_store_do(a->store, err, "BEGIN", "");
		if (!rc)
			rc = ct_store_int(a->store, &n, err,
			    "SELECT count(*) FROM was.head", "");
	}
	if (!begun)
		vault_end(v);
	free(db);
	return rc <= 1 ? 0 : rc;
}

static int
compare_all(struct ct_vault *v, struct again *a, vault_differ_fn *differ,
    void *arg, struct ct_err *err)
{
	static const char *const table[] = { "object", "receipt", "anchor",
		"hold", "intent", "request", "done", "known", "proved", "wrap",
		"uncertified", "steady" };
	int64_t n = 0;
	size_t i;
	int rc = attach(v, a, err);

	if (!rc)
		rc = read_log(v, a, err);
	for (i = 0; !rc && i < sizeof table / sizeof table[0]; i++) {
		rc = compare(a->store, table[i], &n, err);
		if (!rc && n)
			rc = differ(table[i], n, arg, err);
	}
	ct_store_rollback(a->store);
	return rc;
}

/* Tables for it: on the disk, as they may be large, if that has room. */
static int
open_tables(struct ct_vault *v, bool memory, struct ct_store **tables,
    struct ct_err *err)
{
	char *path = vault_tmp(v, VAULT_CHECK);
	bool begun = v->begun;
	int rc;

	/* it has this name only while nobody else acts */
	rc = memory || begun ? 0 : vault_begin(v, NULL, err);
	if (!rc)
		rc = memory
		    ? ct_store_open_memory(tables, vault_tables, err)
		    : ct_store_open_scratch(tables, path, vault_tables, err);
	if (!begun)
		vault_end(v);
	free(path);
	return rc;
}

struct telling {
	vault_differ_fn *differ;
	void *arg;
	bool told;
};

static int
tell(const char *table, int64_t rows, void *arg, struct ct_err *err)
{
	struct telling *t = arg;

	t->told = true;
	return t->differ(table, rows, t->arg, err);
}

int
vault_agrees(
    struct ct_vault *v, vault_differ_fn *differ, void *arg, struct ct_err *err)
{
	struct telling t = { differ, arg, false };
	struct again a;
	bool memory = false;
	int rc;

	if (v->looks) /* its tables are just what the log says */
		return 0;
	for (;;) {
		a = (struct again){ 0 };
		rc = open_tables(v, memory, &a.store, err);
		if (!rc)
			rc = compare_all(v, &a, tell, &t, err);
		ct_store_close(a.store);
		if (memory || t.told || (rc != CT_CANTCREAT && rc != CT_IOERR))
			return rc;
		memory = true; /* the disk may be full */
	}
}

static int
differs(const char *table, int64_t rows, void *arg, struct ct_err *err)
{
	(void)arg;
	return ct_fail(err, CT_DATAERR,
	    "the index is not what the log says (%s: %lld); without it, it is "
	    "made again",
	    table, (long long)rows);
}

int
vault_must_agree(struct ct_vault *v, struct ct_err *err)
{
	int rc = v->agreed ? 0 : vault_agrees(v, differs, NULL, err);

	v->agreed = rc == 0;
	return rc;
}
