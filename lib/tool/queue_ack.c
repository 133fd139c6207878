/* queue_ack.c - a finished report ends the wait of its items */
#include <string.h>

#include "authority.h"
#include "clock.h"
#include "prog.h"
#include "queue_db.h"

/* Was this file really part of the submission? */
static bool
submitted(const json_t *files, const char *id, const char *sha256)
{
	const char *i, *s;
	const json_t *f;
	size_t k;

	json_array_foreach(files, k, f)
	{
		i = ct_rec_text(f, "id");
		s = ct_rec_text(f, "sha256");
		if (i && s && strcmp(i, id) == 0 && strcmp(s, sha256) == 0)
			return true;
	}
	return false;
}

struct receipt {
	const char *env, *report_id, *at;
};

static int
ack(struct ct_queue *q, const struct receipt *rt, const char *batch,
    const char *id, const char *sha256, struct ct_err *err)
{
	int64_t item;
	int rc = ct_store_int(q->st, &item, err,
	    "SELECT id FROM item WHERE batch = ? AND object = ? AND sha256 = ?",
	    "sss", batch, id, sha256);

	if (rc > 1)
		return rc;
	if (rc == 0)
		return ct_fail(err, CT_DATAERR,
		    "a file of this report is no released item of this queue");
	rc = ct_store_do(q->st, err,
	    "INSERT OR IGNORE INTO ack (item, env, report_id, at)"
	    " VALUES (?, ?, ?, ?)",
	    "isss", item, rt->env, rt->report_id, rt->at);
	if (rc)
		return rc;
	if (strcmp(rt->env, "production") != 0)
		return 0;
	return ct_store_do(q->st, err,
	    "UPDATE item SET state = 'acked' WHERE id = ?", "i", item);
}

/* What ends with its report: files that were sent; and what has no file, the
 * content in that member. */
static int
ack_all(struct ct_queue *q, const struct receipt *rt, const json_t *list,
    const char *content, const json_t *sent, size_t *n, struct ct_err *err)
{
	const char *batch, *id, *sum;
	const json_t *one;
	size_t k;
	int rc;

	json_array_foreach(list, k, one)
	{
		batch = ct_rec_text(one, "review.batch");
		id = ct_rec_text(one, "id");
		sum = ct_rec_text(one, content);
		if (!batch || !id || !sum ||
		    (sent && !submitted(sent, id, sum)))
			continue;
		if ((rc = ack(q, rt, batch, id, sum, err)))
			return rc;
		++*n;
	}
	return 0;
}

int
ct_queue_ack(struct ct_queue *q, const json_t *rec, const char **outcome,
    struct ct_err *err)
{
	const json_t *sent = ct_rec_get(rec, "submission.files");
	const json_t *files = ct_rec_get(rec, "report.files");
	const char *state = ct_rec_text(rec, "submission.state");
	const char *env = ct_rec_text(rec, "report.env");
	char now[CT_TIME_LEN];
	struct receipt rt = { ct_rec_text(rec, "submission.env"),
		ct_rec_text(rec, "submission.report_id"), ct_time_now(now) };
	size_t n = 0;
	int rc;

	*outcome = "no report";
	if (!json_object_get(rec, "report"))
		return 0;
	*outcome = "of another authority";
	if (!ct_authority_is_ncmec(rec))
		return 0;
	*outcome = "not finished";
	if (!state || strcmp(state, "finished") != 0)
		return 0;
	*outcome = "without items";
	if (!rt.env ||
	    (strcmp(rt.env, "test") != 0 && strcmp(rt.env, "production") != 0))
		return ct_fail(err, CT_DATAERR,
		    "submission.env is neither test nor production");
	if (!env || strcmp(env, rt.env) != 0)
		return ct_fail(err, CT_DATAERR,
		    "submission.env is not report.env: no receipt of it");
	if (!rt.report_id)
		return ct_fail(err, CT_DATAERR, "no submission.report_id");
	if (!json_is_array(files) || !json_is_array(sent))
		return ct_fail(
		    err, CT_DATAERR, "no report.files or no submission.files");
	if ((rc = ct_store_begin(q->st, err)))
		return rc;
	rc = ack_all(q, &rt, files, "sha256", sent, &n, err);
	if (!rc)
		rc = ack_all(q, &rt, ct_rec_get(rec, "report.texts"), "content",
		    NULL, &n, err);
	if (!rc)
		rc = ack_all(q, &rt, ct_rec_get(rec, "report.missing"),
		    "sha256", NULL, &n, err);
	if (n)
		*outcome =
		    strcmp(env, "production") == 0 ? "acked" : "acked (test)";
	return ct_queue_end(q, rc, err);
}
