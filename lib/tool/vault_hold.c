/* vault_hold.c - what may not end, whatever its date: holds of vault.h */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"
#include "vault_end.h"

#define HOLDS                                                                  \
	"SELECT h.id, h.kind, h.authority, h.ref, h.user, h.report, h.object," \
	" h.until, h.by, h.at, h.released_at, h.released_by, h.reason,"        \
	" (SELECT count(DISTINCT object) FROM held WHERE hold = h.id)"         \
	" FROM hold h"

static const char *
state_of(struct ct_rows *r)
{
	return !ct_rows_null(r, 10)                               ? "released"
	    : !ct_rows_null(r, 7) && ct_rows_int(r, 7) < ct_now() ? "ended"
								  : "active";
}

/* A row of HOLDS as a record; NULL: no memory. */
static json_t *
record(struct ct_rows *r)
{
	char until[CT_TIME_LEN];
	char *id = ct_printf("hold:%s", ct_rows_text(r, 0));
	json_t *released = NULL, *rec;

	if (!ct_rows_null(r, 10))
		released = json_pack("{s:s, s:s*, s:s*}", "at",
		    ct_rows_text(r, 10), "by", ct_rows_text(r, 11), "reason",
		    ct_rows_text(r, 12));
	rec = json_pack("{s:s, s:{s:s, s:s, s:s, s:s*, s:s*, s:s*, s:s*, s:s*,"
			" s:s*, s:s, s:s*, s:I, s:o*}}",
	    "id", id, "hold", "id", ct_rows_text(r, 0), "state", state_of(r),
	    "kind", ct_rows_text(r, 1), "authority", ct_rows_text(r, 2), "ref",
	    ct_rows_text(r, 3), "user", ct_rows_text(r, 4), "report",
	    ct_rows_text(r, 5), "object", ct_rows_text(r, 6), "by",
	    ct_rows_text(r, 8), "at", ct_rows_text(r, 9), "until",
	    ct_rows_null(r, 7) ? NULL : ct_time(ct_rows_int(r, 7), until),
	    "objects", (json_int_t)ct_rows_int(r, 13), "released", released);
	free(id);
	return rec;
}

int
vault_unheld(struct ct_vault *v, const char *id, struct ct_err *err)
{
	json_t *holds = NULL;
	int rc = vault_held(v, id, &holds, err);

	if (rc == 1)
		rc = ct_fail(err, CT_NOPERM, "object %.16s is on hold, by %s",
		    id, json_string_value(json_array_get(holds, 0)));
	json_decref(holds);
	return rc;
}

/* The hold of this id as a record: 1, 0 if there is none, or a code. */
static int
look_up(struct ct_vault *v, const char *id, json_t **rec, struct ct_err *err)
{
	struct ct_rows *rows;
	int rc = ct_rows_open(
	    &rows, v->store, err, HOLDS " WHERE h.id = ?", "s", id);

	*rec = NULL;
	if (!rc && (rc = ct_rows_next(rows, err)) == 1 &&
	    !(*rec = record(rows)))
		rc = ct_fail(err, CT_OSERR, "out of memory");
	ct_rows_close(rows);
	return rc;
}

/* The end of that day, UTC. */
static int64_t
day_end(int64_t ms)
{
	return ms - ms % VAULT_DAY + VAULT_DAY - 1000;
}

/*
 * A request under 2703(f) is good for 90 days, and for 90 more if it is
 * renewed: then they count from the end of the one before.  A clock that is
 * behind shortens neither.
 */
static int
usual_end(struct ct_vault *v, const struct ct_vault_hold *h, int64_t *until,
    struct ct_err *err)
{
	int64_t from = ct_now(), other = 0;
	int rc =
	    ct_store_int(v->store, &other, err, "SELECT at FROM steady", "");

	if (rc == 1 && other > from)
		from = other;
	if (rc <= 1)
		rc = ct_store_int(v->store, &other, err,
		    "SELECT max(until) FROM hold WHERE kind = '2703f'"
		    " AND released_at IS NULL AND authority = ? AND ref = ?"
		    " AND user IS ? AND report IS ? AND object IS ?",
		    "sssss", h->authority, h->ref, h->user, h->report,
		    h->object);
	if (rc == 1 && other > from)
		from = other;
	*until = day_end(from + 90 * VAULT_DAY);
	return rc > 1 ? rc : 0;
}

static int
is_live(struct ct_vault *v, const char *id, struct ct_err *err)
{
	int64_t seq;
	int rc = ct_store_int(v->store, &seq, err,
	    "SELECT seq FROM object WHERE id = ? AND state <> 'destroyed'", "s",
	    id);

	return rc == 1 ? 0
	    : rc
	    ? rc
	    : ct_fail(err, CT_NOINPUT, "there is no such object, or no longer");
}

int
ct_vault_hold_add(struct ct_vault *v, const struct ct_vault_hold *h,
    json_t **rec, struct ct_err *err)
{
	struct ct_audit_head head;
	struct ct_vault_hold is = *h;
	char id[32], until[CT_TIME_LEN], *key = NULL;
	int rc = vault_begin(v, &head, err);

	*rec = NULL;
	if (rc)
		return rc;
	vault_clock_warn(v);
	if (is.object)
		rc = is_live(v, is.object, err);
	if (is.report && !(rc = vault_report_key(v, is.report, &key, err)))
		is.report = key;
	if (!rc && !is.until && strcmp(is.kind, "2703f") == 0)
		rc = usual_end(v, &is, &is.until, err);
	(void)snprintf(id, sizeof id, "H%lld", (long long)head.seq + 1);
	if (!rc)
		rc = vault_log(v, "hold",
		    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s*, s:s*, s:s*,"
			      " s:s*}",
			"hold", id, "kind", is.kind, "authority", is.authority,
			"ref", is.ref, "by", is.by, "until",
			is.until ? ct_time(is.until, until) : NULL, "user",
			is.user, "report", is.report, "object", is.object),
		    err);
	if (!rc && (rc = look_up(v, id, rec, err)) == 0)
		rc = ct_fail(err, CT_TEMPFAIL,
		    "hold %s is in the log, but not yet in the index", id);
	vault_end(v);
	free(key);
	return rc == 1 ? 0 : rc;
}

int
ct_vault_hold_release(struct ct_vault *v, const char *id, const char *by,
    const char *reason, bool clock_ok, json_t **rec, struct ct_err *err)
{
	int rc = vault_begin(v, NULL, err);

	*rec = NULL;
	if (rc)
		return rc;
	if (!(rc = vault_clock(v, clock_ok, err)) &&
	    (rc = look_up(v, id, rec, err)) == 0)
		rc = ct_fail(err, CT_NOINPUT, "there is no hold '%s'", id);
	if (rc == 1 && ct_rec_get(*rec, "hold.released"))
		goto out; /* as it was */
	if (rc == 1) {
		json_decref(*rec);
		*rec = NULL;
		rc = vault_log(v, "release",
		    json_pack("{s:s, s:s, s:s*}", "hold", id, "by", by,
			"reason", reason),
		    err);
		if (!rc)
			rc = look_up(v, id, rec, err);
	}
out:
	vault_end(v);
	return rc == 1 ? 0 : rc;
}

int
ct_vault_hold_list(struct ct_vault *v, const struct ct_vault_of *of,
    const char *hold, struct ct_out *out, struct ct_err *err)
{
	struct ct_rows *rows;
	json_t *rec;
	int rc = vault_begin(v, NULL, err);

	if (rc)
		return rc;
	vault_end(v);
	rc = ct_rows_open(&rows, v->store, err,
	    HOLDS " WHERE (?1 IS NULL OR h.id = ?1)"
		  " AND (?2 IS NULL OR h.user = ?2)"
		  " AND (?3 IS NULL OR h.report = ?3)"
		  " AND (?4 IS NULL OR h.object = ?4) ORDER BY h.at, h.rowid",
	    "ssss", hold, of->user, of->report, of->object);
	while (!rc && (rc = ct_rows_next(rows, err)) == 1) {
		rec = record(rows);
		rc = rec ? ct_out_rec(out, rec, err)
			 : ct_fail(err, CT_OSERR, "out of memory");
		json_decref(rec);
	}
	ct_rows_close(rows);
	return rc;
}
