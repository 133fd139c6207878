/* vault_find.c - what the vault has: ct_vault_find */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"
#include "rec.h"
#include "vault_dir.h"

/* One row an object; report_id, expires: of the receipt that keeps it longest.
 * Each condition holds where its parameter is null, or 0. */
static const char query[] =
    "SELECT o.id, o.state, o.report, o.part, o.env, o.user, o.file, o.sha256,"
    " o.size, o.bytes, o.key, o.staged_at, o.sealed_at, o.destroyed_at,"
    " o.cause, c.report_id, max(c.expires)"
    " FROM object o LEFT JOIN anchor a ON a.object = o.id"
    " LEFT JOIN receipt c USING (env, authority, report_id)"
    " WHERE (?1 IS NULL OR o.user = ?1) AND (?2 IS NULL OR o.report = ?2"
    "  OR o.id IN (SELECT object FROM anchor WHERE report_id = ?2))"
    " AND (?3 IS NULL OR o.id = ?3) AND (?4 IS NULL OR o.file = ?4)"
    " AND (?5 IS NULL OR o.id IN (SELECT object FROM held WHERE hold = ?5"
    "  AND (until IS NULL OR until > ?6)))"
    " AND CASE ?7 WHEN 'all' THEN 1 WHEN 'live' THEN o.state <> 'destroyed'"
    "  ELSE o.state = ?7 END"
    " GROUP BY o.id HAVING ?8 = 0 OR (max(c.expires) <= ?6"
    "  AND o.state = 'sealed' AND o.id NOT IN (SELECT object FROM held"
    "  WHERE until IS NULL OR until > ?6))"
    " ORDER BY o.seq";

static json_t *
record(struct ct_rows *r)
{
	static const char *const name[] = { "id", "state", "report", "part",
		"env", "user", "file", "sha256", "size", "bytes", "key",
		"staged_at", "sealed_at", "destroyed_at", "cause", "report_id",
		"expires" };
	enum { PART = 3, SIZE = 8, BYTES = 9, EXPIRES = 16 };
	json_t *rec = json_object(), *value;
	char text[CT_TIME_LEN];
	int i;

	for (i = 0; i <= EXPIRES; i++) {
		if (ct_rows_null(r, i))
			continue;
		if (i == EXPIRES)
			value = json_string(ct_time(ct_rows_int(r, i), text));
		else if (i == PART || i == SIZE || i == BYTES)
			value = json_integer(ct_rows_int(r, i));
		else
			value = json_string(ct_rows_text(r, i));
		if (json_object_set_new(rec, name[i], value) < 0) {
			json_decref(rec);
			return NULL;
		}
	}
	return rec;
}

static int
put(struct ct_vault *v, struct ct_rows *rows, struct ct_out *out,
    struct ct_err *err)
{
	json_t *rec = record(rows), *holds = NULL;
	int rc = rec ? vault_held(v, ct_rows_text(rows, 0), &holds, err)
		     : ct_fail(err, CT_OSERR, "out of memory");

	if (rc <= 1) {
		if (holds)
			(void)json_object_set(rec, "hold", holds);
		rc = ct_out_rec(out, rec, err);
	}
	json_decref(holds);
	json_decref(rec);
	return rc;
}

int
ct_vault_find(struct ct_vault *v, const struct ct_vault_find *f,
    struct ct_out *out, struct ct_err *err)
{
	const char *state = f->staged ? "staged"
	    : f->destroyed            ? "destroyed"
	    : f->object               ? "all"
				      : "live";
	struct ct_rows *rows;
	int rc = ct_rows_open(&rows, v->store, err, query, "sssssisi", f->user,
	    f->report, f->object, f->file, f->hold, ct_now(), state,
	    (int64_t)f->due);

	while (!rc && (rc = ct_rows_next(rows, err)) == 1)
		rc = put(v, rows, out, err);
	ct_rows_close(rows);
	return rc;
}
