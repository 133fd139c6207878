/* vault_apply.c - what the log says, as tables: vault_schema, vault_apply */
#include <string.h>

#include "clock.h"
#include "rec.h"
#include "vault_end.h"

/*
 * Times are as in the log, but receipt.expires and hold.until: in ms since
 * 1970, null if there is none.  object: bytes are those of the object, size of
 * the file; report, part, env are null while it is staged; steady is that of
 * the log when it was first sealed, or null.  receipt: sum is the
 * BLAKE2b-256 of its file, report the key and not NCMEC's number.  intent: what
 * is being destroyed.  done: what was done of a request.  known: every key that
 * the log has seen, and the last month that it sealed in.  proved: the newest
 * key by whose wrap an object was opened.  uncertified: what ended by its date
 * since expire last came to its end, in line seq.  steady: the time that the
 * log has come to, in ms, see vault_clock; none as long as no line is of a time
 * that can be.  held: whoever asks also looks at until.
 */
static const char tables[] =
    "CREATE TABLE object (id TEXT PRIMARY KEY NOT NULL"
    "  CHECK (length(id) = 64 AND id NOT GLOB '*[^0-9a-f]*'),"
    " seq INTEGER NOT NULL, state TEXT NOT NULL"
    "  CHECK (state IN ('staged', 'sealed', 'destroyed')),"
    " report TEXT, part INTEGER,"
    " env TEXT CHECK (env IN ('test', 'production')),"
    " user TEXT, file TEXT, sha256 TEXT NOT NULL, size INTEGER NOT NULL,"
    " bytes INTEGER NOT NULL, key TEXT NOT NULL, staged_at TEXT,"
    " sealed_at TEXT, destroyed_at TEXT, cause TEXT, replaces TEXT,"
    " steady INTEGER,"
    " CHECK (state <> 'sealed' OR (report IS NOT NULL AND part IS NOT NULL"
    "  AND env IS NOT NULL AND sealed_at IS NOT NULL)));"
    "CREATE UNIQUE INDEX object_report ON object (report, sha256)"
    "  WHERE state <> 'destroyed';"
    "CREATE TABLE receipt (env TEXT NOT NULL, authority TEXT NOT NULL,"
    " report_id TEXT NOT NULL, report TEXT NOT NULL, part INTEGER NOT NULL,"
    " at TEXT NOT NULL, expires INTEGER, sum TEXT NOT NULL,"
    " PRIMARY KEY (env, authority, report_id));"
    "CREATE TABLE anchor (object TEXT NOT NULL, env TEXT NOT NULL,"
    " authority TEXT NOT NULL, report_id TEXT NOT NULL,"
    " PRIMARY KEY (object, env, authority, report_id));"
    "CREATE TABLE hold (id TEXT PRIMARY KEY NOT NULL, kind TEXT NOT NULL,"
    " authority TEXT, ref TEXT, user TEXT, report TEXT, object TEXT,"
    " until INTEGER, by TEXT, at TEXT NOT NULL, released_at TEXT,"
    " released_by TEXT, reason TEXT);"
    "CREATE TABLE intent (object TEXT PRIMARY KEY NOT NULL,"
    " cause TEXT NOT NULL, request TEXT, by TEXT, at TEXT NOT NULL);"
    "CREATE TABLE request (id TEXT PRIMARY KEY NOT NULL,"
    " verb TEXT NOT NULL, by TEXT, at TEXT NOT NULL, json TEXT NOT NULL);"
    "CREATE TABLE done (request TEXT NOT NULL, object TEXT NOT NULL,"
    " PRIMARY KEY (request, object));"
    "CREATE TABLE known (key TEXT PRIMARY KEY NOT NULL, month TEXT,"
    " shredded INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE proved (object TEXT PRIMARY KEY NOT NULL,"
    " key TEXT NOT NULL);"
    "CREATE TABLE wrap (object TEXT PRIMARY KEY NOT NULL,"
    " key TEXT NOT NULL);"
    "CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1),"
    " seq INTEGER NOT NULL, at INTEGER NOT NULL, offset INTEGER NOT NULL,"
    " sum BLOB NOT NULL);"
    "CREATE TABLE uncertified (object TEXT PRIMARY KEY NOT NULL,"
    " seq INTEGER NOT NULL);"
    "CREATE TABLE steady (one INTEGER PRIMARY KEY CHECK (one = 1),"
    " at INTEGER NOT NULL);"
    "CREATE VIEW held AS"
    " SELECT o.id AS object, h.id AS hold, h.until AS until"
    "  FROM object o JOIN hold h ON h.object = o.id"
    "  WHERE h.released_at IS NULL AND o.state <> 'destroyed'"
    " UNION ALL SELECT o.id, h.id, h.until"
    "  FROM object o JOIN hold h ON h.report = o.report"
    "  WHERE h.released_at IS NULL AND o.state <> 'destroyed'"
    " UNION ALL SELECT o.id, h.id, h.until"
    "  FROM object o JOIN hold h ON h.user = o.user"
    "  WHERE h.released_at IS NULL AND o.state <> 'destroyed';";

/* What makes searching quick; vault_tables does without. */
static const char indexes[] = "CREATE INDEX object_sha256 ON object (sha256);"
			      "CREATE INDEX object_user ON object (user);"
			      "CREATE INDEX object_seq ON object (seq);"
			      "CREATE INDEX object_bytes ON object (bytes);"
			      "CREATE INDEX hold_object ON hold (object);"
			      "CREATE INDEX hold_report ON hold (report);"
			      "CREATE INDEX hold_user ON hold (user);";

const char *const vault_schema[] = { tables, indexes, NULL };
const char *const vault_tables[] = { tables, NULL };

/* What an act does to the tables; :NAME is that member of its line, $line all
 * of it. */
#define KNOWN                                               \
	"INSERT INTO known (key, month)"                    \
	" VALUES (:key, substr(:at, 1, 7))"                 \
	" ON CONFLICT DO UPDATE SET month = excluded.month" \
	" WHERE month IS NULL OR month < excluded.month"

static const char *const seal[] = { KNOWN,
	"INSERT INTO object (id, seq, state, report, part, env, user, file,"
	" sha256, size, bytes, key, sealed_at, steady)"
	" SELECT :object, :seq, 'sealed', :report,"
	" :part, :env, :user, :file,"
	" :sha256, :size, :bytes, :key,"
	" :at, (SELECT at FROM steady)",
	NULL };

static const char *const stage[] = { KNOWN,
	"INSERT INTO object (id, seq, state, user, file, sha256, size, bytes,"
	" key, staged_at)"
	" SELECT :object, :seq, 'staged', :user,"
	" :file, :sha256, :size, :bytes,"
	" :key, :at",
	NULL };

/* Refuses a line, as no id may be null, unless there is such a row. */
#define ONLY_IF(where)                                                 \
	"INSERT INTO object (id) SELECT NULL WHERE NOT EXISTS (SELECT" \
	" 1 FROM object WHERE " where ")"
/* Refuses it unless each of its objects is there. */
#define ONLY_OF(where)                                                   \
	"INSERT INTO object (id) SELECT NULL FROM json_each(:objects) j" \
	" WHERE NOT EXISTS (SELECT 1 FROM " where ")"
#define STAYS " AND id NOT IN (SELECT object FROM intent)"

/* A seal or stage in place of a lost object takes over its row, and all that
 * hangs on that but its wrapped key; if that lives, and will. */
static const char *const replace[] = { KNOWN,
	ONLY_IF("id = :replaces AND state <> 'destroyed' AND report IS :report"
		" AND sha256 = :sha256" STAYS),
	"UPDATE object SET id = :object, bytes = :bytes,"
	" key = :key, replaces = id WHERE id = :replaces",
	"UPDATE anchor SET object = :object"
	" WHERE object = :replaces",
	"UPDATE hold SET object = :object"
	" WHERE object = :replaces",
	"DELETE FROM wrap WHERE object = :replaces",
	"DELETE FROM proved WHERE object = :replaces", NULL };

static const char *const claim[] = {
	ONLY_IF("id = :object AND state = 'staged'" STAYS),
	"UPDATE object SET state = 'sealed', report = :report,"
	" part = :part, env = :env,"
	" file = ifnull(:file, file), sealed_at = :at,"
	" steady = (SELECT at FROM steady)"
	" WHERE id = :object AND state = 'staged'",
	NULL
};

static const char *const anchor[] = {
	"INSERT INTO receipt (env, authority, report_id, report, part, at,"
	" expires, sum) VALUES (:env, ifnull(:authority,"
	" 'ncmec'), :report_id, :report, :part,"
	" :finished, unixepoch(:expires) * 1000,"
	" :receipt)"
	" ON CONFLICT (env, authority, report_id) DO UPDATE SET"
	" sum = excluded.sum, expires = CASE WHEN expires IS NULL THEN"
	" excluded.expires ELSE max(expires, ifnull(excluded.expires, 0)) END",
	"INSERT OR IGNORE INTO anchor (object, env, authority, report_id)"
	" SELECT value, :env, ifnull(:authority, 'ncmec'),"
	" :report_id FROM json_each(:objects)",
	NULL
};

static const char *const hold[] = {
	"INSERT INTO hold (id, kind, authority, ref, user, report, object,"
	" until, by, at) VALUES (:hold, :kind,"
	" :authority, :ref, :user, :report,"
	" :object, unixepoch(:until) * 1000, :by,"
	" :at)",
	NULL
};

static const char *const release[] = {
	"UPDATE hold SET released_at = :at, released_by = :by,"
	" reason = :reason WHERE id = :hold"
	" AND released_at IS NULL",
	NULL
};

static const char *const request[] = {
	"INSERT INTO request (id, verb, by, at, json) VALUES"
	" (:request, :verb, :by, :at, json_remove($line, '$.seq', '$.prev',"
	" '$.at', '$.mono', '$.boot', '$.uid', '$.tool', '$.act'))",
	NULL
};

#define DONE                                               \
	"INSERT OR IGNORE INTO done (request, object)"     \
	" SELECT :request, value FROM json_each(:objects)" \
	" WHERE :request NOT NULL"

static const char *const destroy[] = { DONE,
	ONLY_OF("object WHERE id = j.value AND state <> 'destroyed'"),
	"INSERT OR REPLACE INTO intent (object, cause, request, by, at)"
	" SELECT value, :cause, :request, :by,"
	" :at FROM json_each(:objects)",
	NULL };

static const char *const export[] = { DONE, NULL };

#define INTENDED ONLY_OF("intent WHERE object = j.value")

static const char *const destroyed[] = { INTENDED,
	"UPDATE object SET state = 'destroyed', destroyed_at = :at,"
	" cause = (SELECT cause FROM intent WHERE intent.object = object.id)"
	" WHERE id IN (SELECT value FROM json_each(:objects))",
	"DELETE FROM intent WHERE object IN"
	" (SELECT value FROM json_each(:objects))",
	"DELETE FROM wrap WHERE object IN"
	" (SELECT value FROM json_each(:objects))",
	"DELETE FROM proved WHERE object IN"
	" (SELECT value FROM json_each(:objects))",
	"INSERT OR REPLACE INTO uncertified (object, seq)"
	" SELECT id, :seq FROM object WHERE cause = 'expired'"
	" AND id IN (SELECT value FROM json_each(:objects))",
	NULL };

/* A run came to its end: it has handed over all certificates. */
static const char *const expire[] = { "DELETE FROM uncertified", NULL };

static const char *const spared[] = {
	"DELETE FROM intent WHERE object IN"
	" (SELECT value FROM json_each(:objects))",
	NULL
};

static const char *const wrap[] = {
	"INSERT OR IGNORE INTO known (key) VALUES (:key)",
	"INSERT OR REPLACE INTO wrap (object, key)"
	" VALUES (:object, :key)",
	NULL
};

static const char *const proved[] = {
	"INSERT OR REPLACE INTO proved (object, key) SELECT value, :key"
	" FROM json_each(:objects)",
	NULL
};

static const char *const shred[] = {
	"UPDATE known SET shredded = 1 WHERE key = :key", NULL
};

static const char *const nothing[] = { NULL };

static const struct {
	const char *act, *const *sql;
} acts[] = {
	{ "anchor", anchor },
	{ "approve", nothing },
	{ "claim", claim },
	{ "clock", nothing },
	{ "cut", nothing },
	{ "destroy", destroy },
	{ "destroyed", destroyed },
	{ "expire", expire },
	{ "export", export },
	{ "hold", hold },
	{ "open", nothing },
	{ "proved", proved },
	{ "recovered", nothing },
	{ "release", release },
	{ "request", request },
	{ "seal", seal },
	{ "shred", shred },
	{ "spared", spared },
	{ "stage", stage },
	{ "verify", nothing },
	{ "wrap", wrap },
};

/* The time of this line is the steady one, if it comes within a week, or if
 * somebody vouched for it. */
static int
keep_time(struct ct_store *index, const char *act, const json_t *line,
    struct ct_err *err)
{
	const char *at = ct_rec_text(line, "at");
	int64_t ms;

	if (!at || ct_time_parse(at, &ms) < 0)
		return ct_fail(
		    err, CT_DATAERR, "a line of the log has no time");
	if (ms < VAULT_EPOCH)
		return 0;
	return ct_store_do(index, err,
	    "INSERT INTO steady (one, at) VALUES (1, ?1) ON CONFLICT DO UPDATE"
	    " SET at = ?1 WHERE ?3 OR (?1 > at AND ?1 - at <= ?2)",
	    "iii", ms, VAULT_AHEAD, (int64_t)(strcmp(act, "clock") == 0));
}

int
vault_apply(struct ct_store *index, const char *act, const json_t *line,
    struct ct_err *err)
{
	const char *const *sql = NULL;
	size_t i;
	int rc = 0;

	for (i = 0; i < sizeof acts / sizeof acts[0]; i++)
		if (strcmp(act, acts[i].act) == 0)
			sql = acts[i].sql;
	if (!sql)
		return ct_fail(err, CT_CONFIG,
		    "the log tells of an act that this version does not know");
	if (json_object_get(line, "replaces"))
		sql = replace;
	rc = keep_time(index, act, line, err);
	for (; !rc && *sql; sql++)
		rc = ct_store_do_named(index, err, *sql, line);
	/* what the tables do not take: the line says what cannot be */
	if (rc == CT_SOFTWARE)
		(void)ct_fail(err, rc = CT_DATAERR,
		    "the log says what cannot be: a line '%s'", act);
	return rc;
}
