/* feedback_store.c - votes, durable: feedback-test.db, feedback-production.db
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit.h"
#include "clock.h"
#include "feedback_impl.h"
#include "prog.h"
#include "store.h"

struct fb_store {
	struct ct_store *st;
	int lock;
	bool production;
	struct ct_audit_feed feed;
};

/* sent: it ever was; turned: the contrary was, before; judged: when the person
 * decided; object: the record */
static const char *const schema[] = {
	"CREATE TABLE vote(id INTEGER PRIMARY KEY, source TEXT NOT NULL,"
	" member TEXT NOT NULL, entry TEXT NOT NULL, content TEXT NOT NULL,"
	" type TEXT NOT NULL, up INTEGER NOT NULL, by TEXT NOT NULL,"
	" judged INTEGER NOT NULL, object TEXT,"
	" state TEXT NOT NULL DEFAULT 'queued' CHECK(state IN"
	"  ('queued', 'sent', 'done', 'dropped', 'failed')),"
	" sent INTEGER NOT NULL DEFAULT 0, turned INTEGER NOT NULL DEFAULT 0,"
	" tries INTEGER NOT NULL DEFAULT 0, until INTEGER NOT NULL DEFAULT 0,"
	" at INTEGER NOT NULL, code INTEGER NOT NULL DEFAULT 0, why TEXT,"
	" UNIQUE(source, member, entry, content, type));"
	"CREATE INDEX vote_state ON vote(state, tries, id);"
	/* in the order in which they ended, for the audit log */
	"CREATE TABLE ended(row INTEGER PRIMARY KEY, vote INTEGER NOT NULL"
	" REFERENCES vote, up INTEGER NOT NULL, by TEXT NOT NULL, object TEXT,"
	" state TEXT NOT NULL, code INTEGER NOT NULL, at INTEGER NOT NULL);"
	"CREATE TRIGGER vote_ended AFTER UPDATE OF state ON vote"
	" WHEN new.state IN ('done', 'dropped', 'failed') BEGIN"
	" INSERT INTO ended(vote, up, by, object, state, code, at)"
	" VALUES(new.id, new.up, new.by, new.object, new.state, new.code,"
	"  new.at); END;"
	"CREATE TABLE service(source TEXT PRIMARY KEY, until INTEGER NOT NULL,"
	" refused TEXT NOT NULL, why TEXT NOT NULL) WITHOUT ROWID",
	NULL
};

/* Who decided, and on what; the entry is named, its hash is not. */
#define ENDED(env)                                                     \
	"SELECT e.row, 'vote', json_object('source', v.source, 'env'," \
	" '" env "', 'member', v.member, 'entry', v.entry, 'content'," \
	" v.content, 'type', v.type, 'vote', iif(e.up, 'up', 'down')," \
	" 'by', e.by, 'file', e.object, 'state', e.state, 'code',"     \
	" nullif(e.code, 0), 'when', strftime('%Y-%m-%dT%H:%M:%SZ',"   \
	" e.at / 1000, 'unixepoch')) FROM ended e JOIN vote v"         \
	" ON v.id = e.vote WHERE e.row > ? ORDER BY e.row"

static const struct ct_audit_table tables[][2] = {
	{ { "test", ENDED("test") }, { NULL, NULL } },
	{ { "production", ENDED("production") }, { NULL, NULL } },
};

int
fb_open(struct fb_store **out, const char *home, bool production, bool own,
    struct ct_err *err)
{
	struct fb_store *s = ct_alloc(1, sizeof *s);
	int rc;

	*out = NULL;
	s->production = production;
	rc = ct_store_open_env(
	    &s->st, &s->lock, home, "feedback", production, own, schema, err);
	if (rc)
		fb_close(s);
	else
		*out = s;
	return rc;
}

void
fb_close(struct fb_store *s)
{
	if (!s)
		return;
	ct_store_close(s->st);
	if (s->lock >= 0)
		(void)close(s->lock);
	free(s);
}

void
fb_feed(struct fb_store *s, const char *home)
{
	ct_audit_feed_open(
	    &s->feed, home, "ct-feedback", s->st, tables[s->production]);
}

int
fb_fed(struct fb_store *s, int status)
{
	return s && s->feed.store ? ct_audit_feed_close(&s->feed, status)
				  : status;
}

/* ---- votes ----------------------------------------------------------------
 */

static char *
copy(struct ct_rows *r, int col)
{
	const char *s = ct_rows_text(r, col);

	return s ? ct_strdup(s) : NULL;
}

void
fb_row_free(struct fb_row *row)
{
	free(row->source);
	free(row->member);
	free(row->entry);
	free(row->content);
	free(row->type);
	free(row->by);
	free(row->why);
	*row = (struct fb_row){ 0 };
}

int
fb_load(struct fb_store *s, int64_t id, struct fb_row *row, struct ct_err *err)
{
	struct ct_rows *r;
	int rc = ct_rows_open(&r, s->st, err,
	    "SELECT source, member, entry, content, type, by, up, turned,"
	    " state, tries, until, at, code, why FROM vote WHERE id = ?",
	    "i", id);

	*row = (struct fb_row){ .id = id };
	if (!rc && (rc = ct_rows_next(r, err)) == 1) {
		row->source = copy(r, 0);
		row->member = copy(r, 1);
		row->entry = copy(r, 2);
		row->content = copy(r, 3);
		row->type = copy(r, 4);
		row->by = copy(r, 5);
		row->up = ct_rows_int(r, 6) != 0;
		row->turned = ct_rows_int(r, 7) != 0;
		(void)strncat(
		    row->state, ct_rows_text(r, 8), sizeof row->state - 1);
		row->tries = (int)ct_rows_int(r, 9);
		row->until = ct_rows_int(r, 10);
		row->at = ct_rows_int(r, 11);
		row->code = ct_rows_int(r, 12);
		row->why = copy(r, 13);
		rc = 0;
	} else if (!rc) {
		rc = ct_fail(err, CT_SOFTWARE, "there is no such vote");
	}
	ct_rows_close(r);
	return rc;
}

/* Into the store, if it is news: then the trigger's states are behind it. */
static int
queue(struct fb_store *s, const struct fb_said *said, struct ct_err *err)
{
	const struct ct_vote *v = &said->vote;

	/* said again: a contrary verdict from between the two is an older one
	 */
	if (ct_store_do(s->st, err,
		"UPDATE vote SET judged = ?6 WHERE source = ?1 AND member = ?2"
		" AND entry = ?3 AND content = ?4 AND type = ?5 AND up = ?7"
		" AND judged < ?6 AND ?8",
		"sssssiii", said->src->name, v->member, v->entry, v->content,
		v->type, said->at, (int64_t)v->up, (int64_t)said->exact))
		return err->code;
	return ct_store_do(s->st, err,
	    "INSERT INTO vote(source, member, entry, content, type, up, by,"
	    " judged, object, at) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)"
	    " ON CONFLICT(source, member, entry, content, type) DO UPDATE SET"
	    " up = ?6, by = ?7, judged = ?8, object = ?9, at = ?10,"
	    " state = 'queued', turned = turned OR sent, tries = 0, until = 0,"
	    " code = 0, why = NULL"
	    " WHERE up <> ?6 AND judged <= ?8 AND (NOT ?6 OR ?11)",
	    "sssssisisii", said->src->name, v->member, v->entry, v->content,
	    v->type, (int64_t)v->up, said->by, said->at, said->object, ct_now(),
	    (int64_t)said->exact);
}

int
fb_put(struct fb_store *s, const struct fb_said *said, struct fb_row *row,
    struct ct_err *err)
{
	const struct ct_vote *v = &said->vote;
	int64_t id = 0;
	int rc;

	*row = (struct fb_row){ 0 };
	if ((rc = queue(s, said, err)))
		return rc;
	rc = ct_store_int(s->st, &id, err,
	    "SELECT id FROM vote WHERE source=? AND member=? AND entry=?"
	    " AND content=? AND type=?",
	    "sssss", said->src->name, v->member, v->entry, v->content, v->type);
	return rc > 1 ? rc : fb_load(s, id, row, err);
}

int
fb_become(struct fb_store *s, struct fb_row *row, const char *state,
    struct ct_err *err)
{
	int rc;

	row->state[0] = '\0';
	(void)strncat(row->state, state, sizeof row->state - 1);
	row->at = ct_now();
	rc = ct_store_do(s->st, err,
	    "UPDATE vote SET sent = sent OR ?2 = 'sent', tries = ?3,"
	    " until = ?4, at = ?5, code = ?6, why = ?7, state = ?2"
	    " WHERE id = ?1",
	    "isiiiis", row->id, row->state, (int64_t)row->tries, row->until,
	    row->at, row->code, row->why);
	if (!rc)
		ct_audit_feed_tick(&s->feed);
	return rc;
}

int
fb_ids(
    struct fb_store *s, bool all, int64_t **ids, size_t *n, struct ct_err *err)
{
	struct ct_rows *r;
	int rc = ct_rows_open(&r, s->st, err,
	    all ? "SELECT id FROM vote ORDER BY id"
		: "SELECT id FROM vote WHERE state IN ('queued', 'sent')"
		  " ORDER BY tries, id",
	    "");

	*ids = NULL;
	*n = 0;
	while (!rc && (rc = ct_rows_next(r, err)) == 1) {
		*ids = ct_grow(*ids, *n + 1, sizeof **ids);
		(*ids)[(*n)++] = ct_rows_int(r, 0);
		rc = 0;
	}
	ct_rows_close(r);
	return rc;
}

int
fb_again(struct fb_store *s, struct ct_err *err)
{
	return ct_store_do(s->st, err,
	    "UPDATE vote SET state = 'queued', tries = 0, until = 0"
	    " WHERE state = 'failed'",
	    "");
}

/* ---- sources --------------------------------------------------------------
 */

int
fb_service(struct fb_store *s, const char *source, struct fb_service *service,
    struct ct_err *err)
{
	struct ct_rows *r;
	int rc = ct_rows_open(&r, s->st, err,
	    "SELECT until, refused, why FROM service WHERE source=?", "s",
	    source);

	*service = (struct fb_service){ 0 };
	if (!rc && (rc = ct_rows_next(r, err)) == 1) {
		service->until = ct_rows_int(r, 0);
		(void)strncat(service->refused, ct_rows_text(r, 1),
		    sizeof service->refused - 1);
		(void)strncat(
		    service->why, ct_rows_text(r, 2), sizeof service->why - 1);
		rc = 0;
	}
	ct_rows_close(r);
	return rc;
}

int
fb_service_keep(struct fb_store *s, const char *source,
    const struct fb_service *service, struct ct_err *err)
{
	return ct_store_do(s->st, err,
	    "INSERT OR REPLACE INTO service(source, until, refused, why)"
	    " VALUES(?,?,?,?)",
	    "siss", source, service->until, service->refused, service->why);
}
