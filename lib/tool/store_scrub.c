/* store_scrub.c - a database without remnants: ct_store_scrub of store.h */
#include "store.h"

/* The log into the file, its beginning next to be written over, or to nothing.
 * The first column tells if that could not be. */
static int
checkpoint(struct ct_store *st, const char *sql, struct ct_err *err)
{
	int64_t busy = 0;
	int rc = ct_store_int(st, &busy, err, sql, "");

	if (rc > 1)
		return rc;
	return busy ? ct_fail(err, CT_TEMPFAIL,
			  "a database is read just now, and cannot be cleared")
		    : 0;
}

int
ct_store_scrub(struct ct_store *st, struct ct_err *err)
{
	/* what it holds need not fit into memory */
	int rc = ct_store_do(st, err, "PRAGMA temp_store = FILE", "");

	if (!rc)
		rc = checkpoint(st, "PRAGMA wal_checkpoint(RESTART)", err);
	if (!rc)
		rc = ct_store_do(st, err, "VACUUM", "");
	if (!rc)
		rc = checkpoint(st, "PRAGMA wal_checkpoint(TRUNCATE)", err);
	return rc;
}
