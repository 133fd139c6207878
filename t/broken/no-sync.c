/* ct-submit, broken: nothing is made durable. */
#include <sqlite3.h>
#include <string.h>

int __real_sqlite3_exec(sqlite3 *db, const char *sql,
    int (*row)(void *, int, char **, char **), void *arg, char **err);
int __wrap_sqlite3_exec(sqlite3 *db, const char *sql,
    int (*row)(void *, int, char **, char **), void *arg, char **err);

int
__wrap_sqlite3_exec(sqlite3 *db, const char *sql,
    int (*row)(void *, int, char **, char **), void *arg, char **err)
{
	int rc = __real_sqlite3_exec(db, sql, row, arg, err);

	return rc == SQLITE_OK && strstr(sql, "synchronous")
	    ? __real_sqlite3_exec(db, "PRAGMA synchronous=OFF", row, arg, err)
	    : rc;
}
