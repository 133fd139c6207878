/* vault_log.c - the log of ct-preserve, and the index that follows it */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"
#include "rec.h"
#include "vault_dir.h"

int
vault_seen(
    struct ct_store *index, struct ct_audit_head *head, struct ct_err *err)
{
	struct ct_rows *rows;
	const void *sum;
	size_t len;
	int rc = ct_rows_open(&rows, index, err,
	    "SELECT seq, at, offset, sum FROM head WHERE one = 1", "");

	*head = (struct ct_audit_head){ 0 };
	if (!rc && (rc = ct_rows_next(rows, err)) == 1) {
		rc = 0;
		head->seq = ct_rows_int(rows, 0);
		head->at = ct_rows_int(rows, 1);
		head->offset = ct_rows_int(rows, 2);
		sum = ct_rows_blob(rows, 3, &len);
		if (len == sizeof head->sum)
			memcpy(head->sum, sum, len);
	}
	ct_rows_close(rows);
	return rc;
}

static int
set_head(struct ct_store *index, const struct ct_audit_head *head,
    struct ct_err *err)
{
	return ct_store_do(index, err,
	    "INSERT OR REPLACE INTO head (one, seq, at, offset, sum)"
	    " VALUES (1, ?, ?, ?, ?)",
	    "iiib", head->seq, head->at, head->offset, head->sum,
	    sizeof head->sum);
}

struct folding {
	struct ct_vault *vault;
	struct ct_audit_head last;
};

static int
not_these(const struct ct_audit_head *have, struct ct_err *err)
{
	return ct_fail(err, CT_DATAERR,
	    "the log was cut or changed: the index has seen %lld lines"
	    " of it, and not these",
	    (long long)have->seq);
}

/* Are these the same line? */
static bool
is_at(const struct ct_audit_head *a, const struct ct_audit_head *b)
{
	return a->seq == b->seq && memcmp(a->sum, b->sum, sizeof a->sum) == 0;
}

/* CT_NO: that was the last. */
static int
fold_line(const json_t *line, const struct ct_audit_head *head, void *arg,
    struct ct_err *err)
{
	struct folding *f = arg;
	struct ct_vault *v = f->vault;
	const char *act = ct_rec_text(line, "act");
	int rc;

	f->last = *head;
	if (head->seq == v->seen.seq && !is_at(head, &v->seen))
		return not_these(&v->seen, err);
	rc = act ? vault_apply(v->store, act, line, err)
		 : ct_fail(err, CT_DATAERR, "a line of the log has no act");
	/* what is torn behind it is not to be read */
	return !rc && head->seq == v->head.seq ? CT_NO : rc;
}

static int
catch_up(
    struct ct_vault *v, const struct ct_audit_head *from, struct ct_err *err)
{
	struct folding f = { v, *from };
	int rc = ct_store_begin(v->store, err);

	if (rc)
		return rc;
	rc = ct_audit_each(v->audit, from, fold_line, &f, err);
	if (!rc || rc == CT_NO)
		rc = set_head(v->store, &f.last, err);
	if (!rc)
		rc = ct_store_commit(v->store, err);
	if (rc)
		ct_store_rollback(v->store);
	return rc;
}

/* All lines after the index's last, up to v->head, into it. */
static int
fold(struct ct_vault *v, struct ct_err *err)
{
	struct ct_audit_head have;
	int rc = vault_seen(v->store, &have, err);

	if (rc)
		return rc;
	if (have.seq > v->head.seq ||
	    (have.seq == v->head.seq && !is_at(&have, &v->head)))
		return not_these(&have, err);
	if (v->seen.seq > v->head.seq)
		return not_these(&v->seen, err);
	if (have.seq == v->head.seq)
		return 0;
	if (have.seq == 0 && !v->looks)
		ct_warn("the vault has no index; it is made anew of the log");
	return catch_up(v, &have, err);
}

int
vault_begin(struct ct_vault *v, struct ct_audit_head *head, struct ct_err *err)
{
	int rc = v->looks ? ct_audit_last(v->audit, &v->head, err)
			  : ct_audit_lock(v->audit, &v->head, err);

	if (rc)
		return rc;
	v->begun = true;
	if ((rc = fold(v, err)))
		vault_end(v);
	else if (head)
		*head = v->head;
	return rc;
}

void
vault_end(struct ct_vault *v)
{
	if (v->begun)
		ct_audit_unlock(v->audit);
	v->begun = false;
}

/* Into the tables, not yet committed, as the line of this number and time. */
static int
try(struct ct_vault *v, const char *act, json_t *line, int64_t seq, int64_t at,
    struct ct_err *err)
{
	char text[CT_TIME_LEN];
	int rc = ct_store_begin(v->store, err);

	if (!rc &&
	    (json_object_set_new(line, "seq", json_integer(seq)) < 0 ||
		json_object_set_new(
		    line, "at", json_string(ct_time(at, text))) < 0))
		rc = ct_fail(err, CT_OSERR, "out of memory");
	return rc ? rc : vault_apply(v->store, act, line, err);
}

/* The line is durable: so the act is done, whatever becomes of the index,
 * which follows at the next begin.  tried: in the tables as of then. */
static void
follow(struct ct_vault *v, const char *act, json_t *line, int64_t tried)
{
	struct ct_err why = { 0 };
	int rc = 0;

	if (tried != v->head.at) {
		ct_store_rollback(v->store);
		rc = try(v, act, line, v->head.seq, v->head.at, &why);
	}
	if (!rc)
		rc = set_head(v->store, &v->head, &why);
	if (!rc)
		rc = ct_store_commit(v->store, &why);
	if (rc) {
		ct_store_rollback(v->store);
		ct_warn("the index of the vault is behind: %s", why.msg);
	}
}

int
vault_log(
    struct ct_vault *v, const char *act, json_t *members, struct ct_err *err)
{
	int64_t now = ct_now();
	json_t *line = json_copy(members);
	int rc;

	v->unsure = false;
	if (v->looks) {
		json_decref(line);
		json_decref(members);
		return ct_fail(err, CT_CANTCREAT, "the log is only read");
	}
	if (!line) {
		json_decref(members);
		return ct_fail(
		    err, CT_DATAERR, "the log cannot hold what is not UTF-8");
	}
	/* a line that the index missed is not to be passed over */
	rc = fold(v, err);
	/* what the tables do not take must not get into the log */
	if (!rc)
		rc = try(v, act, line, v->head.seq + 1, now, err);
	if (!rc) {
		rc = ct_audit_add(v->audit, act, members, &v->head, err);
		v->unsure = rc == CT_TEMPFAIL;
	}
	if (!rc)
		follow(v, act, line, now);
	else
		ct_store_rollback(v->store);
	json_decref(line);
	json_decref(members);
	return rc;
}

int
vault_note(
    struct ct_vault *v, const char *act, json_t *members, struct ct_err *err)
{
	int rc = vault_begin(v, NULL, err);

	if (rc) {
		json_decref(members);
		return rc;
	}
	rc = vault_log(v, act, members, err);
	vault_end(v);
	return rc;
}
