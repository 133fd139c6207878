/* list_log.c - the runs of a list, in the audit log of ct-syncdb */
#include <stdlib.h>

#include "audit.h"
#include "clock.h"
#include "list.h"
#include "list_store.h"
#include "prog.h"
#include "store.h"

#define RUNS "10000" /* that are kept for the log */

int
ct_list_ran(struct ct_list *l, const struct ct_list_state *s, int64_t put,
    int64_t gone, struct ct_err *err)
{
	char at[CT_TIME_LEN];
	int rc = ct_store_do(l->st, err,
	    "INSERT INTO run(at, generation, revision, put, gone, rejected)"
	    " VALUES(?, ?, ?, ?, ?, ?)",
	    "siiiii", ct_time(s->last_run / 1000 * 1000, at), s->generation,
	    s->revision, put, gone, s->rejected);

	return rc ? rc
		  : ct_store_do(l->st, err,
			"DELETE FROM run WHERE id <= (SELECT max(id) - " RUNS
			" FROM run)",
			"");
}

int
ct_list_log(struct ct_list *l, const char *home, int status)
{
	char *sql = ct_printf("SELECT id, 'sync', json_object('source', '%s',"
			      " 'generation', generation, 'revision', revision,"
			      " 'put', put, 'gone', gone, 'rejected', rejected,"
			      " 'when', at) FROM run WHERE id > ? ORDER BY id",
	    l->name);
	char *name = ct_printf("%s.verdict", l->name);
	char *verdicts =
	    ct_printf("SELECT id, act, json_object('source', '%s', 'entry',"
		      " entry, 'verdict', verdict, 'by', by, 'when', seen)"
		      " FROM verdict WHERE id > ? AND act <> '' ORDER BY id",
		l->name);
	const struct ct_audit_table tables[] = { { l->name, sql },
		{ name, verdicts }, { NULL, NULL } };
	struct ct_audit_feed feed;

	ct_audit_feed_open(&feed, home, "ct-syncdb", l->st, tables);
	status = ct_audit_feed_close(&feed, status);
	free(sql);
	free(name);
	free(verdicts);
	return status;
}
