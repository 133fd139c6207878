/* outbox_log.c - what became of reports, in the audit log */
#include "outbox_impl.h"

/*
 * Events that only say what is about to be done, or that a detail is done, are
 * no acts.  Why a report is held is not told: it may quote.
 */
#define EVENTS(env)                                                        \
	"WITH e AS (SELECT seq, key, attempt, at, event,"                  \
	" iif(json_valid(detail), detail, '{}') AS d FROM events"          \
	" WHERE seq > ? AND event NOT IN ('upload-sent', 'fileinfo-sent'," \
	"  'fileinfo-done', 'finish-sent', 'retract-sent'))"               \
	" SELECT e.seq, CASE e.event WHEN 'submit-sent' THEN 'submit'"     \
	"  WHEN 'uploaded' THEN 'upload' WHEN 'done' THEN 'finish'"        \
	"  WHEN 'retracted' THEN 'retract' WHEN 'failed' THEN 'fail'"      \
	"  ELSE e.event END,"                                              \
	" json_object('report', e.key, 'env', '" env "', 'user', account," \
	"  'attempt', nullif(e.attempt, 0),"                               \
	"  'report_id', coalesce(json_extract(d, '$.report_id'),"          \
	"   (SELECT json_extract(o.detail, '$.report_id') FROM events o"   \
	"    WHERE o.key = e.key AND o.event = 'open'"                     \
	"    AND o.attempt = e.attempt AND o.seq < e.seq"                  \
	"    ORDER BY o.seq DESC LIMIT 1)),"                               \
	"  'file_id', json_extract(d, '$.file_id'),"                       \
	"  'call', json_extract(d, '$.call'),"                             \
	"  'code', json_extract(d, '$.code'),"                             \
	"  'authority', json_extract(d, '$.authority'),"                   \
	"  'ref', json_extract(d, '$.ref'),"                               \
	"  'when', strftime('%Y-%m-%dT%H:%M:%SZ', e.at / 1000,"            \
	"   'unixepoch'))"                                                 \
	" FROM e LEFT JOIN reports ON reports.key = e.key ORDER BY e.seq"

static const struct ct_audit_table tables[][2] = {
	{ { "test", EVENTS("test") }, { NULL, NULL } },
	{ { "production", EVENTS("production") }, { NULL, NULL } },
};

void
ct_outbox_feed(struct ct_outbox *ob, const char *home)
{
	ct_outbox_enter(ob);
	ct_audit_feed_open(
	    &ob->feed, home, "ct-submit", ob->st, tables[ob->production]);
	ct_outbox_leave(ob);
}

int
ct_outbox_fed(struct ct_outbox *ob, int status)
{
	if (!ob || !ob->feed.store)
		return status;
	ct_outbox_enter(ob);
	status = ct_audit_feed_close(&ob->feed, status);
	ct_outbox_leave(ob);
	return status;
}
