/* list_verdict.c - a list of one's own: which verdict stands, and whose it is
 */
#include <stdlib.h>

#include "clock.h"
#include "list.h"
#include "list_store.h"
#include "prog.h"
#include "store.h"

int
ct_list_verdict(struct ct_list *l, const char *entry, int64_t *at,
    char **verdict, struct ct_err *err)
{
	struct ct_rows *r;
	int rc = ct_rows_open(&r, l->st, err,
	    "SELECT at, verdict FROM verdict WHERE entry = ?"
	    " ORDER BY id DESC LIMIT 1",
	    "s", entry);

	*verdict = NULL;
	if (!rc && (rc = ct_rows_next(r, err)) == 1) {
		*at = ct_rows_int(r, 0);
		*verdict = ct_strdup(ct_rows_text(r, 1));
	}
	ct_rows_close(r);
	return rc;
}

int
ct_list_decide(struct ct_list *l, const char *entry,
    const struct ct_list_decision *d, struct ct_err *err)
{
	char now[CT_TIME_LEN];

	return ct_store_do(l->st, err,
	    "INSERT INTO verdict(entry, act, verdict, by, at, seen)"
	    " VALUES(?, ?, ?, ?, ?, ?)",
	    "ssssis", entry, d->act, d->verdict, d->by, d->at,
	    ct_time_now(now));
}
