/* queue_log.c - what people saw and decided, in the audit log */
#include "queue_db.h"

#define ITEM                                     \
	"'file', i.object, 'content', i.sha256," \
	" 'user', nullif(i.account, '')"

/* Tables to which rows are only added.  No note, reason, priority or record
 * goes in: they may say anything. */
static const struct ct_audit_table tables[] = {
	{ "view",
	    "SELECT id, 'view', json_object('content', sha256, 'by', by,"
	    " 'level', level, 'entire', json(iif(entire, 'true', 'false')),"
	    " 'exif', json(iif(exif, 'true', 'false')), 'seconds', seconds,"
	    " 'when', at) FROM view WHERE id > ? ORDER BY id" },
	{ "decision",
	    "SELECT d.id, 'verdict', json_object(" ITEM ", 'verdict',"
	    " d.verdict, 'class', d.class, 'annotations',"
	    " json(d.annotations), 'incident', d.incident, 'by', d.by,"
	    " 'agrees', d.agrees, 'when', d.at)"
	    " FROM decision d LEFT JOIN item i ON i.id = d.item"
	    " WHERE d.id > ? ORDER BY d.id" },
	{ "batch",
	    "SELECT b.rowid, 'release', json_object('batch', b.id, 'user',"
	    " nullif(b.account, ''), 'items',"
	    " (SELECT count(*) FROM item WHERE batch = b.id), 'when', b.at)"
	    " FROM batch b WHERE b.rowid > ? ORDER BY b.rowid" },
	{ "ack",
	    "SELECT a.id, 'ack', json_object(" ITEM ", 'bytes',"
	    " iif(json_extract(i.record, '$.hashes.sha256') IS NULL,"
	    "  json('false'), NULL), 'env', a.env,"
	    " 'report_id', a.report_id, 'when', a.at)"
	    " FROM ack a LEFT JOIN item i ON i.id = a.item"
	    " WHERE a.id > ? ORDER BY a.id" },
	{ "cause",
	    "SELECT c.id, 'reported', json_object(" ITEM ", 'by', c.by, 'when',"
	    " c.at) FROM cause c LEFT JOIN item i ON i.id = c.item"
	    " WHERE c.id > ? ORDER BY c.id" },
	{ "view_end",
	    "SELECT e.id, 'seen', json_object('content', v.sha256, 'by', v.by,"
	    " 'level', v.level, 'seconds', e.seconds, 'when', e.at)"
	    " FROM view_end e LEFT JOIN view v ON v.id = e.view"
	    " WHERE e.id > ? ORDER BY e.id" },
	{ NULL, NULL },
};

void
ct_queue_feed(struct ct_queue *q, const char *home)
{
	ct_audit_feed_open(&q->feed, home, "ct-review", q->st, tables);
}

int
ct_queue_fed(struct ct_queue *q, int status)
{
	return ct_audit_feed_close(&q->feed, status);
}
