/* audit_follow.c - lines of the rows that are new in a table */
#include <string.h>

#include "audit_impl.h"
#include "clock.h"
#include "prog.h"

/* The member row of the last line that has one, or an empty object. */
static int
got_to(struct ct_audit *a, json_t **row, struct ct_err *err)
{
	int64_t end = a->head.offset;
	json_t *rec, *found = NULL;
	char *line;
	size_t len;
	int rc = 0;

	while (!rc && !found && end > 0) {
		if ((rc = audit_line_before(a, end, &line, &len, err)))
			break;
		rec = ct_json_object(line, len - 1, err);
		free(line);
		if (!rec)
			rc = ct_fail(err, CT_DATAERR,
			    "'%s': a line near its end is none of a log",
			    a->path);
		else if (json_is_object(json_object_get(rec, "row")))
			found = json_incref(json_object_get(rec, "row"));
		json_decref(rec);
		end -= (int64_t)len;
	}
	*row = found ? found : json_object();
	return rc;
}

static json_t *
without_null(json_t *rec)
{
	const char *name;
	json_t *value;
	void *next;

	json_object_foreach_safe(rec, next, name,
	    value) if (json_is_null(value))(void) json_object_del(rec, name);
	return rec;
}

static int
line(struct ct_audit *a, struct ct_rows *r, const char *name, json_t *row,
    struct ct_err *err)
{
	const char *act = ct_rows_text(r, 1), *text = ct_rows_text(r, 2);
	json_t *rec =
	    text ? ct_json_object(text, strlen(text), err) : json_object();
	int rc = CT_DATAERR;

	if (!rec || !act)
		return ct_fail(err, CT_SOFTWARE,
		    "'%s': a row of '%s' is no act", a->path, name);
	(void)without_null(rec);
	(void)json_object_set_new(
	    row, name, json_integer((json_int_t)ct_rows_int(r, 0)));
	(void)json_object_set(rec, "row", row);
	rc = audit_put(a, act, rec, err);
	json_decref(rec);
	return rc;
}

/* The table is another than it was. */
static int
restart(struct ct_audit *a, const char *name, json_t *row, struct ct_err *err)
{
	json_t *rec = json_pack("{s:s}", "table", name);
	int rc;

	(void)json_object_set_new(row, name, json_integer(0));
	(void)json_object_set(rec, "row", row);
	rc = audit_put(a, "restart", rec, err);
	json_decref(rec);
	return rc;
}

/* Lines of the rows behind after. */
static int
rows(struct ct_audit *a, struct ct_store *st, const char *name, const char *sql,
    json_t *row, int64_t after, struct ct_err *err)
{
	struct ct_rows *r;
	int rc = ct_rows_open(&r, st, err, sql, "i", after);

	while (!rc && (rc = ct_rows_next(r, err)) == 1)
		rc = line(a, r, name, row, err);
	ct_rows_close(r);
	return rc;
}

/* Is the row that the log has got to still the first behind the one before? */
static int
there(struct ct_store *st, const char *sql, int64_t last, struct ct_err *err)
{
	int64_t row = 0;
	int rc = ct_store_int(st, &row, err, sql, "i", last - 1);

	return rc > 1 ? rc : rc == 1 && row == last ? 0 : CT_NO;
}

static int
table(struct ct_audit *a, struct ct_store *st, const struct ct_audit_table *t,
    json_t *row, struct ct_err *err)
{
	int64_t last =
	    (int64_t)json_integer_value(json_object_get(row, t->name));
	int rc = 0;

	if (last && (rc = there(st, t->sql, last, err)) == CT_NO) {
		last = 0;
		rc = restart(a, t->name, row, err);
	}
	return rc ? rc : rows(a, st, t->name, t->sql, row, last, err);
}

int
ct_audit_follow(struct ct_audit *a, struct ct_store *st,
    const struct ct_audit_table *t, struct ct_err *err)
{
	json_t *row = NULL;
	int rc = ct_audit_lock(a, NULL, err);

	if (rc)
		return rc;
	rc = got_to(a, &row, err);
	for (; !rc && t->name; t++)
		rc = table(a, st, t, row, err);
	if (!rc)
		rc = audit_sync(a, err);
	json_decref(row);
	ct_audit_unlock(a);
	return rc;
}

int
ct_audit_reach(struct ct_audit *a, const char *name, int64_t to,
    const char *act, const json_t *members, struct ct_err *err)
{
	json_t *row = NULL, *rec = json_object();
	int rc = ct_audit_lock(a, NULL, err);

	if (!rc)
		rc = got_to(a, &row, err);
	if (!rc && json_integer_value(json_object_get(row, name)) != to) {
		(void)json_object_update(rec, (json_t *)(uintptr_t)members);
		(void)json_object_set_new(
		    row, name, json_integer((json_int_t)to));
		(void)json_object_set(rec, "row", row);
		rc = ct_audit_add(a, act, rec, NULL, err);
	}
	json_decref(row);
	json_decref(rec);
	ct_audit_unlock(a);
	return rc;
}

/* ---- a run ----------------------------------------------------------------
 */

static void
take(struct ct_audit_feed *f)
{
	f->why.code = 0;
	(void)ct_audit_follow(f->audit, f->store, f->tables, &f->why);
	f->last = ct_mono();
}

void
ct_audit_feed_open(struct ct_audit_feed *f, const char *home,
    const char *program, struct ct_store *st, const struct ct_audit_table *t)
{
	*f = (struct ct_audit_feed){ .store = st, .tables = t };
	if (!ct_audit_open(&f->audit, home, program, &f->why))
		take(f);
}

void
ct_audit_feed_tick(struct ct_audit_feed *f)
{
	if (f->audit && ct_mono() - f->last >= 1000)
		take(f);
}

int
ct_audit_missed(const struct ct_err *why, int status)
{
	if (!why->code)
		return status;
	ct_warn("%s; what was done is not in the log yet: run again", why->msg);
	return status > CT_TEMPFAIL ? status : CT_TEMPFAIL;
}

int
ct_audit_feed_close(struct ct_audit_feed *f, int status)
{
	if (f->audit)
		take(f);
	ct_audit_close(f->audit);
	f->audit = NULL;
	return ct_audit_missed(&f->why, status);
}
