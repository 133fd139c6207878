/*
 * mklog - an audit log of many lines
 *
 *	mklog HOME PROGRAM N
 *
 * As of a program that has filed N reports: so many lines are added, in one
 * go.
 */
#include <stdlib.h>
#include <unistd.h>

#include "audit.h"
#include "prog.h"
#include "store.h"

static const char *const schema[] = {
	"CREATE TABLE done (id INTEGER PRIMARY KEY)",
	NULL,
};

static const struct ct_audit_table tables[] = {
	{ "done",
	    "SELECT id, 'finish', json_object('report', printf('%032x', id),"
	    " 'env', 'test', 'user', 'u' || (id % 7), 'attempt', 1,"
	    " 'report_id', cast(990000000 + id AS TEXT), 'when',"
	    " strftime('%Y-%m-%dT%H:%M:%SZ', 1795860000 + id, 'unixepoch'))"
	    " FROM done WHERE id > ? ORDER BY id" },
	{ NULL, NULL },
};

int
main(int argc, char **argv)
{
	struct ct_store *st;
	struct ct_audit *log;
	struct ct_err err = { 0 };
	char *db;

	ct_start("mklog");
	if (argc != 4)
		ct_die(CT_USAGE, "usage: mklog HOME PROGRAM N");
	if (ct_audit_open(&log, argv[1], argv[2], &err))
		ct_die_err(&err);
	db = ct_printf("%s/mklog.db", argv[1]);
	if (ct_store_open(&st, db, schema, &err) ||
	    ct_store_do(st, &err,
		"WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL"
		" SELECT i + 1 FROM n WHERE i < ?)"
		" INSERT INTO done SELECT i FROM n",
		"i", (int64_t)ct_number("N", argv[3], 1, 100000000)) ||
	    ct_audit_follow(log, st, tables, &err))
		ct_die_err(&err);
	ct_store_close(st);
	ct_audit_close(log);
	(void)unlink(db);
	free(db);
	return 0;
}
