/* vault_needs.c - which keys are needed still: ct_vault_keys, ct_vault_shred */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "file.h"
#include "hex.h"
#include "prog.h"
#include "vault_keys.h"
#include "vault_wrap.h"

/* What hangs on a key; times are null as long as no object has one. */
static const char by_key[] =
    "WITH o AS (SELECT object.key AS key, state,"
    " state <> 'destroyed' AS live,"
    " (SELECT max(expires) FROM anchor JOIN receipt"
    "   USING (env, authority, report_id) WHERE object = object.id) AS expires,"
    " EXISTS (SELECT 1 FROM held WHERE held.object = object.id"
    "   AND (until IS NULL OR until > ?)) AS held FROM object)"
    " SELECT key, sum(live), sum(state = 'staged'), sum(live AND held),"
    " sum(live AND expires IS NULL), min(CASE WHEN live THEN expires END),"
    " max(CASE WHEN live THEN expires END) FROM o GROUP BY key";

static int
set(json_t *rec, const char *name, json_t *value, struct ct_err *err)
{
	return json_object_set_new(rec, name, value) == 0
	    ? 0
	    : ct_fail(err, CT_OSERR, "out of memory");
}

/* The record of a key in all, made if it is not there. */
static json_t *
of_key(json_t *all, const char *id)
{
	json_t *rec = json_object_get(all, id);

	if (!rec) {
		rec = json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:i}", "id", id,
		    "objects", 0, "staged", 0, "held", 0, "undated", 0,
		    "wrapped", 0, "wraps", 0);
		if (json_object_set_new(all, id, rec) < 0)
			return NULL;
	}
	return rec;
}

static int
add_time(json_t *rec, const char *name, struct ct_rows *rows, int col,
    struct ct_err *err)
{
	char text[CT_TIME_LEN];

	return ct_rows_null(rows, col)
	    ? 0
	    : set(rec, name, json_string(ct_time(ct_rows_int(rows, col), text)),
		  err);
}

static int
count(struct ct_vault *v, json_t *all, struct ct_err *err)
{
	static const char *const name[] = { "objects", "staged", "held",
		"undated" };
	struct ct_rows *rows;
	json_t *rec;
	int rc = ct_rows_open(&rows, v->store, err, by_key, "i", ct_now());

	while (!rc && (rc = ct_rows_next(rows, err)) == 1) {
		if (!(rec = of_key(all, ct_rows_text(rows, 0))))
			rc = ct_fail(err, CT_OSERR, "out of memory");
		else
			rc = 0;
		for (int i = 0; !rc && i < 4; i++)
			rc = set(rec, name[i],
			    json_integer(ct_rows_int(rows, i + 1)), err);
		if (!rc)
			rc = add_time(rec, "first_expires", rows, 5, err);
		if (!rc)
			rc = add_time(rec, "last_expires", rows, 6, err);
	}
	ct_rows_close(rows);
	return rc;
}

static int
one_more(json_t *all, const char *id, const char *name, struct ct_err *err)
{
	json_t *rec = of_key(all, id);

	return rec
	    ? set(rec, name,
		  json_integer(
		      json_integer_value(json_object_get(rec, name)) + 1),
		  err)
	    : ct_fail(err, CT_OSERR, "out of memory");
}

/* Live objects whose own key was wrapped anew, and that were opened by it; what
 * nobody has opened may be anything.  One that is lost again does not count.
 * The key of a wrap is needed as long as that is the newest, opened or not. */
static int
count_wraps(struct ct_vault *v, json_t *all, struct ct_err *err)
{
	struct vault_wrap wrap;
	struct ct_rows *rows;
	const char *id, *to;
	int rc = ct_rows_open(&rows, v->store, err,
	    "SELECT object.id, object.key, w.key, max(w.proved) FROM"
	    " (SELECT object, key, 1 AS proved FROM proved"
	    "  UNION ALL SELECT object, key, 0 FROM wrap) w"
	    " JOIN object ON object.id = w.object WHERE state <> 'destroyed'"
	    " AND w.key <> object.key GROUP BY object.id, w.key",
	    "");

	while (!rc && (rc = ct_rows_next(rows, err)) == 1) {
		id = ct_rows_text(rows, 0);
		to = ct_rows_text(rows, 2);
		rc = vault_wrap_get(v->dir, id, to, &wrap, err);
		if (rc == 0)
			ct_warn("the wrapped key of object %.16s is lost", id);
		if (rc == 1) {
			rc = ct_rows_int(rows, 3)
			    ? one_more(
				  all, ct_rows_text(rows, 1), "wrapped", err)
			    : 0;
			if (!rc)
				rc = one_more(all, to, "wraps", err);
		}
	}
	ct_rows_close(rows);
	return rc;
}

/* One that is installed. */
static int
installed(const struct ct_vault_pub *pub, const char *path, void *arg,
    struct ct_err *err)
{
	char id[2 * sizeof pub->id + 1], now[CT_VAULT_MONTH];
	json_t *rec;

	(void)path;
	ct_hex(pub->id, sizeof pub->id, id);
	ct_vault_month(now);
	if (!(rec = of_key(arg, id)))
		return ct_fail(err, CT_OSERR, "out of memory");
	/* seals: it is sealed to, now or later */
	if (!*pub->month || strcmp(pub->month, now) >= 0)
		(void)json_object_set_new(rec, "seals", json_true());
	return *pub->month ? set(rec, "month", json_string(pub->month), err)
			   : 0;
}

/* Those that sealed in this month may do so again, whether they are installed
 * here or not. */
static int
sealing(struct ct_vault *v, json_t *all, struct ct_err *err)
{
	char now[CT_VAULT_MONTH];
	struct ct_rows *rows;
	json_t *rec;
	int rc;

	ct_vault_month(now);
	rc = ct_rows_open(&rows, v->store, err,
	    "SELECT key FROM known WHERE month >= ?", "s", now);
	while (!rc && (rc = ct_rows_next(rows, err)) == 1) {
		rec = of_key(all, ct_rows_text(rows, 0));
		rc = rec ? set(rec, "seals", json_true(), err)
			 : ct_fail(err, CT_OSERR, "out of memory");
	}
	ct_rows_close(rows);
	return rc;
}

static int64_t
number(const json_t *rec, const char *name)
{
	return json_integer_value(json_object_get(rec, name));
}

static bool
destroyable(const json_t *rec)
{
	return !json_object_get(rec, "seals") &&
	    number(rec, "objects") == number(rec, "wrapped") &&
	    number(rec, "wraps") == 0;
}

/* A record for each key that is installed or that an object was sealed to, by
 * its id. */
static int
table(struct ct_vault *v, const char *conf, json_t *all, struct ct_err *err)
{
	json_t *rec;
	const char *id;
	int rc = count(v, all, err);

	if (!rc)
		rc = count_wraps(v, all, err);
	if (!rc)
		rc = sealing(v, all, err);
	if (!rc)
		rc = vault_pub_each(conf, installed, all, err);
	json_object_foreach(all, id, rec)
	{
		if (!rc && destroyable(rec))
			rc = set(rec, "destroyable", json_true(), err);
	}
	return rc;
}

struct entry {
	json_t *rec; /* borrowed */
};

static int
by_month(const void *a, const void *b)
{
	const json_t *x = ((const struct entry *)a)->rec;
	const json_t *y = ((const struct entry *)b)->rec;
	const char *mx = ct_rec_text(x, "month"), *my = ct_rec_text(y, "month");
	int c = strcmp(mx ? mx : "", my ? my : "");

	return c ? c
		 : strcmp(json_string_value(json_object_get(x, "id")),
		       json_string_value(json_object_get(y, "id")));
}

static int
put_sorted(json_t *all, struct ct_out *out, struct ct_err *err)
{
	struct entry *e = ct_alloc(json_object_size(all) + 1, sizeof *e);
	const char *id;
	json_t *rec;
	size_t n = 0;
	int rc = 0;

	json_object_foreach(all, id, rec) e[n++].rec = rec;
	if (n > 0)
		qsort(e, n, sizeof *e, by_month);
	for (size_t i = 0; !rc && i < n; i++)
		rc = ct_out_rec(out, e[i].rec, err);
	free(e);
	return rc;
}

int
ct_vault_keys(struct ct_vault *v, const char *conf, struct ct_out *out,
    struct ct_err *err)
{
	json_t *all = json_object();
	int rc = vault_must_agree(v, err);

	if (!rc && !(rc = vault_begin(v, NULL, err))) {
		rc = table(v, conf, all, err);
		vault_end(v);
	}
	if (!rc)
		rc = put_sorted(all, out, err);
	json_decref(all);
	return rc;
}

/* Did the log ever see this key?  What it never saw may be all that opens what
 * another log tells of. */
static int
check_known(struct ct_vault *v, const char *id, struct ct_err *err)
{
	char at[CT_TIME_LEN];
	int64_t n = 0;
	int rc = ct_store_int(v->store, &n, err,
	    "SELECT count(*) FROM known WHERE key = ?", "s", id);

	if (rc > 1 || n)
		return rc > 1 ? rc : 0;
	return ct_fail(err, CT_NOPERM,
	    "the log of '%s', which reaches line %lld of %s, never saw this "
	    "key",
	    v->home, (long long)v->head.seq, ct_time(v->head.at, at));
}

/* Between begin and end: one file, whose key has this record, if any. */
static int
shred(struct ct_vault *v, const char *path, const char *id, const json_t *rec,
    bool yes, const char **state, struct ct_err *err)
{
	struct ct_err why = { 0 };
	int rc;

	*state = "unknown";
	if ((rc = check_known(v, id, err)))
		return rc;
	*state = "needed";
	if (!json_object_get(rec, "destroyable"))
		return ct_fail(err, CT_NOPERM,
		    "the key of '%s' is needed, see ct-preserve keys", path);
	*state = "destroyable";
	if (!yes)
		return 0;
	if ((rc = vault_log(v, "shred", json_pack("{s:s}", "key", id), err)))
		return rc;
	if (ct_file_wipe(path, 0, CT_REC_MAX, &why) > CT_NO)
		return ct_fail(err, why.code, "'%s': %s", path, why.msg);
	*state = "destroyed";
	return 0;
}

int
ct_vault_shred(struct ct_vault *v, const char *conf, const char *path, bool yes,
    struct ct_out *out, struct ct_err *err)
{
	json_t *all = json_object(), *rec;
	const char *state = NULL;
	struct ct_err ignored;
	char id[65];
	int rc = vault_key_id(path, id, err);

	if (!rc)
		rc = vault_must_agree(v, err);
	if (!rc && !(rc = vault_begin(v, NULL, err))) {
		if (!(rc = table(v, conf, all, err)))
			rc = shred(v, path, id, json_object_get(all, id), yes,
			    &state, err);
		vault_end(v);
	}
	if (state) {
		rec = json_pack("{s:s, s:s}", "id", id, "state", state);
		(void)ct_out_rec(out, rec, rc ? &ignored : err);
		json_decref(rec);
	}
	json_decref(all);
	return rc;
}
