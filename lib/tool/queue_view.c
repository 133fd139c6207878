/* queue_view.c - what people saw: logged before they see it */
#include <string.h>

#include "clock.h"
#include "queue_db.h"

int
ct_queue_shift(
    struct ct_queue *q, const char *by, int64_t *seen, struct ct_err *err)
{
	int64_t from = ct_now() - ct_queue_rules(q)->shift;
	char since[CT_TIME_LEN];
	int rc;

	*seen = 0;
	rc = ct_store_int(q->st, seen, err,
	    "SELECT count(DISTINCT sha256) FROM view WHERE by = ?1 AND at > ?2"
	    " AND level IN ('obscured', 'full')",
	    "ss", by, ct_time((from > 0 ? from : 0) / 1000 * 1000, since));
	return rc > 1 ? rc : 0;
}

/* Is this view beyond what a shift has?  What was seen in it already is not
 * counted again. */
static int
over(struct ct_queue *q, const char *sha256, const char *by, struct ct_err *err)
{
	const struct ct_policy *p = ct_queue_rules(q);
	int64_t seen = 0, from = ct_now() - p->shift, again = 0;
	char since[CT_TIME_LEN];
	int rc = ct_queue_shift(q, by, &seen, err);

	if (rc || seen < p->views)
		return rc;
	rc = ct_store_int(q->st, &again, err,
	    "SELECT 1 FROM view WHERE sha256 = lower(?1) AND by = ?2 AND at > "
	    "?3"
	    " AND level IN ('obscured', 'full') LIMIT 1",
	    "sss", sha256, by,
	    ct_time((from > 0 ? from : 0) / 1000 * 1000, since));
	if (rc > 1)
		return rc;
	return again ? 0
		     : ct_fail(err, CT_NOPERM,
			   "'%s' has seen %lld in this shift, and %ld is the "
			   "most",
			   by, (long long)seen, p->views);
}

static int
insert(struct ct_queue *q, const char *sha256, const char *by,
    const struct ct_viewed *v, struct ct_err *err)
{
	char now[CT_TIME_LEN];

	return ct_store_do(q->st, err,
	    "INSERT INTO view (sha256, by, level, entire, exif, seconds, at)"
	    " VALUES (lower(?), ?, ?, ?, ?, 0, ?)",
	    "sssiis", sha256, by, v->level, (int64_t)v->entire,
	    (int64_t)v->exif, ct_time_now(now));
}

int
ct_queue_view_begin(struct ct_queue *q, const char *sha256, const char *by,
    const struct ct_viewed *v, int64_t *view, struct ct_err *err)
{
	bool close =
	    strcmp(v->level, "obscured") == 0 || strcmp(v->level, "full") == 0;
	int rc = ct_queue_admits(q, by, err);

	if (rc || (rc = ct_store_begin(q->st, err)))
		return rc;
	if (close && ct_queue_rules(q)->views)
		rc = over(q, sha256, by, err);
	if (!rc)
		rc = insert(q, sha256, by, v, err);
	*view = ct_store_last_id(q->st);
	return ct_queue_end(q, rc, err);
}

int
ct_queue_view_end(
    struct ct_queue *q, int64_t view, int64_t seconds, struct ct_err *err)
{
	char now[CT_TIME_LEN];

	return ct_store_do(q->st, err,
	    "INSERT INTO view_end (view, seconds, at) VALUES (?, ?, ?)", "iis",
	    view, seconds, ct_time_now(now));
}

int
ct_queue_seen(struct ct_queue *q, const char *sha256, struct ct_viewed *v,
    struct ct_err *err)
{
	static const char *const levels[] = { "none", "metadata", "tile",
		"obscured", "full" };
	struct ct_rows *r;
	int rc = ct_rows_open(&r, q->st, err,
	    "SELECT max(CASE level WHEN 'full' THEN 4 WHEN 'obscured' THEN 3"
	    "  WHEN 'tile' THEN 2 WHEN 'metadata' THEN 1 ELSE 0 END),"
	    " max(entire AND level = 'full'), max(exif)"
	    " FROM view WHERE sha256 = ?",
	    "s", sha256);

	*v = (struct ct_viewed){ .level = "none" };
	if (rc)
		return rc;
	if ((rc = ct_rows_next(r, err)) == 1) {
		v->level = levels[ct_rows_int(r, 0)];
		v->entire = ct_rows_int(r, 1) != 0;
		v->exif = ct_rows_int(r, 2) != 0;
		rc = 0;
	}
	ct_rows_close(r);
	return rc;
}
