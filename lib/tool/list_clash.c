/* list_clash.c - hashes that cannot all be right */
#include "list.h"
#include "list_store.h"
#include "store.h"

int
ct_list_clashes(struct ct_list *l, int64_t *n, struct ct_err *err)
{
	int64_t changed = 0;
	int rc = ct_store_int(l->st, &changed, err,
	    "SELECT count(*) FROM (SELECT 1 FROM entry WHERE revision = ?"
	    " LIMIT 1)",
	    "i", l->change);

	*n = 0;
	if (rc == 1 && changed)
		rc = ct_store_int(l->st, n, err,
		    "SELECT count(*) FROM (SELECT 1 FROM signal m"
		    " JOIN signal s ON s.entry = m.entry AND s.type = 'sha1'"
		    " WHERE m.type = 'md5' AND (SELECT count(*) FROM signal x"
		    " WHERE x.entry = m.entry AND x.type IN ('md5', 'sha1'))"
		    " = 2 GROUP BY m.hash HAVING min(s.hash) <> max(s.hash))",
		    "");
	return rc > 1 ? rc : 0;
}
