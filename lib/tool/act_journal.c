/* act_journal.c - what was done to what, in act.db */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "act_impl.h"
#include "audit.h"
#include "clock.h"
#include "file.h"
#include "prog.h"
#include "store.h"

struct act_journal {
	struct ct_store *st;
	struct ct_audit_feed feed;
};

/* id: '' if an account; code: what it failed with */
static const char *const schema[] = {
	"CREATE TABLE act (seq INTEGER PRIMARY KEY, verb TEXT NOT NULL,"
	" id TEXT NOT NULL, content TEXT NOT NULL, account TEXT NOT NULL,"
	" reason TEXT NOT NULL, at TEXT NOT NULL, ended TEXT,"
	" state TEXT NOT NULL DEFAULT 'begun' CHECK"
	"  (state IN ('begun', 'done', 'failed')),"
	" code INTEGER);"
	"CREATE INDEX act_target ON act (id, content, account, seq)",
	/* in the order in which they ended, for the audit log */
	"CREATE TABLE ended (row INTEGER PRIMARY KEY, act INTEGER NOT NULL"
	" REFERENCES act, state TEXT NOT NULL, code INTEGER, at TEXT NOT NULL);"
	"INSERT INTO ended (act, state, code, at) SELECT seq, state, code, "
	"ended"
	" FROM act WHERE state <> 'begun' ORDER BY ended, seq;"
	"CREATE TRIGGER act_ended AFTER UPDATE OF state ON act BEGIN"
	" INSERT INTO ended (act, state, code, at)"
	" VALUES (new.seq, new.state, new.code, new.ended); END",
	NULL,
};

static const struct ct_audit_table tables[] = {
	{ "act",
	    "SELECT e.row, a.verb, json_object('file', nullif(a.id, ''),"
	    " 'content', nullif(a.content, ''), 'user', nullif(a.account, ''),"
	    " 'reason', nullif(a.reason, ''), 'state', e.state, 'code', e.code,"
	    " 'when', e.at) FROM ended e JOIN act a ON a.seq = e.act"
	    " WHERE e.row > ? ORDER BY e.row" },
	{ NULL, NULL },
};

int
act_journal_open(
    struct act_journal **out, const char *home, bool make, struct ct_err *err)
{
	char *path = ct_printf("%s/act.db", home);
	struct act_journal *j = NULL;
	int rc = 0;

	*out = NULL;
	if (!make && access(path, F_OK) < 0)
		rc = CT_NO;
	else
		rc = ct_mkdirs(home, err);
	if (!rc) {
		j = ct_alloc(1, sizeof *j);
		if (!(rc = ct_store_open(&j->st, path, schema, err)))
			rc = ct_file_sync_dir(path, err);
	}
	free(path);
	if (rc) {
		act_journal_close(j);
		return rc;
	}
	if (make)
		ct_audit_feed_open(&j->feed, home, "ct-act", j->st, tables);
	*out = j;
	return 0;
}

int
act_journal_fed(struct act_journal *j, int status)
{
	return j && j->feed.store ? ct_audit_feed_close(&j->feed, status)
				  : status;
}

void
act_journal_close(struct act_journal *j)
{
	if (!j)
		return;
	ct_store_close(j->st);
	free(j);
}

int
act_journal_look(struct act_journal *j, const struct act_target *t,
    const struct ct_act_verb *verb, enum act_was *was, struct ct_err *err)
{
	struct ct_rows *r;
	const char *state;
	int rc;

	*was = ACT_NEW;
	if (!j)
		return 0;
	rc = ct_rows_open(&r, j->st, err,
	    "SELECT verb, reason, state FROM act"
	    " WHERE id = ? AND content = ? AND account = ?"
	    " ORDER BY seq DESC LIMIT 1",
	    "sss", t->id, t->content, t->account);
	if (rc)
		return rc;
	/* whatever is last, if it is not this, may have undone it */
	if ((rc = ct_rows_next(r, err)) == 1 &&
	    strcmp(ct_rows_text(r, 0), verb->name) == 0) {
		state = ct_rows_text(r, 2);
		if (strcmp(state, "begun") == 0)
			*was = ACT_DOUBT;
		else if (strcmp(state, "done") == 0 &&
		    strcmp(ct_rows_text(r, 1), t->reason) == 0)
			*was = ACT_DONE;
	}
	ct_rows_close(r);
	return rc == 1 ? 0 : rc;
}

int
act_journal_begin(struct act_journal *j, const struct act_target *t,
    const struct ct_act_verb *verb, enum act_was *was, int64_t *seq,
    struct ct_err *err)
{
	char now[CT_TIME_LEN];
	int rc = ct_store_begin(j->st, err);

	if (rc)
		return rc;
	rc = act_journal_look(j, t, verb, was, err);
	if (rc || *was == ACT_DONE) {
		ct_store_rollback(j->st);
		return rc;
	}
	rc = ct_store_do(j->st, err,
	    "INSERT INTO act (verb, id, content, account, reason, at)"
	    " VALUES (?, ?, ?, ?, ?, ?)",
	    "ssssss", verb->name, t->id, t->content, t->account, t->reason,
	    ct_time_now(now));
	*seq = ct_store_last_id(j->st);
	if (!rc)
		rc = ct_store_commit(j->st, err);
	if (rc)
		ct_store_rollback(j->st);
	return rc;
}

int
act_journal_end(
    struct act_journal *j, int64_t seq, int code, struct ct_err *err)
{
	char now[CT_TIME_LEN];
	int rc = ct_store_do(j->st, err,
	    "UPDATE act SET state = CASE ?1 WHEN 0 THEN 'done' ELSE 'failed'"
	    " END, code = nullif(?1, 0), ended = ?2 WHERE seq = ?3",
	    "isi", (int64_t)code, ct_time_now(now), seq);

	if (!rc)
		ct_audit_feed_tick(&j->feed);
	return rc;
}

int
act_journal_each(struct act_journal *j, struct ct_out *out, struct ct_err *err)
{
	struct ct_rows *r;
	json_t *rec;
	int rc = ct_rows_open(&r, j->st, err,
	    "SELECT verb, nullif(id, ''), nullif(content, ''),"
	    " nullif(account, ''), nullif(reason, ''), at, ended, state, code"
	    " FROM act ORDER BY seq",
	    "");

	while (!rc && (rc = ct_rows_next(r, err)) == 1) {
		rec = json_pack("{s:s*, s:s*, s:s*, s:s, s:s, s:s*, s:s, s:s*}",
		    "id", ct_rows_text(r, 1), "content", ct_rows_text(r, 2),
		    "account", ct_rows_text(r, 3), "verb", ct_rows_text(r, 0),
		    "state", ct_rows_text(r, 7), "reason", ct_rows_text(r, 4),
		    "at", ct_rows_text(r, 5), "ended", ct_rows_text(r, 6));
		if (!ct_rows_null(r, 8))
			(void)json_object_set_new(rec, "code",
			    json_integer((json_int_t)ct_rows_int(r, 8)));
		rc = ct_out_rec(out, rec, err);
		json_decref(rec);
	}
	ct_rows_close(r);
	return rc;
}
