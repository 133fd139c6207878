/* vault_look.c - a vault that is only read: ct_vault_look
 *
 * Its tables are made in memory, of the log; the index.db that is there is only
 * asked whether it has seen more of the log than there is.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "prog.h"
#include "vault_dir.h"

/* What tore its end is for who may write it to cut off. */
static void
tell_torn(const struct ct_vault *v, const char *log)
{
	struct stat st;

	if (stat(log, &st) == 0 && st.st_size > v->head.offset)
		ct_warn("'%s' ends with %" PRId64 " bytes that are no whole"
			" line: this is what it says up to line %" PRId64,
		    log, (int64_t)st.st_size - v->head.offset, v->head.seq);
}

/* Before the log is read: what the index has seen of it. */
static void
ask_index(struct ct_vault *v)
{
	char *db = ct_printf("%s/index.db", v->dir);
	struct ct_store *index;
	struct ct_err ignored = { 0 };

	if (!ct_store_open_still(&index, db, &ignored))
		(void)vault_seen(index, &v->seen, &ignored);
	ct_store_close(index);
	free(db);
}

static int
look(struct ct_vault *v, struct ct_err *err)
{
	char *log = ct_printf("%s/audit/ct-preserve.log", v->home);
	int rc;

	ask_index(v);
	rc = ct_audit_look(&v->audit, log, err);
	if (!rc)
		rc = ct_store_open_memory(&v->store, vault_schema, err);
	if (!rc && !(rc = vault_begin(v, NULL, err)))
		tell_torn(v, log);
	vault_end(v);
	free(log);
	return rc;
}

int
ct_vault_look(struct ct_vault **out, const char *home, struct ct_err *err)
{
	struct ct_err why = { 0 };
	struct ct_vault *v;
	int rc = ct_vault_enter(out, home, false, &why);

	if (rc != CT_CANTCREAT && rc != CT_IOERR && rc != CT_NOPERM) {
		*err = why;
		return rc;
	}
	*out = v = vault_handle(home);
	v->looks = true;
	if ((rc = look(v, err))) {
		ct_vault_leave(v);
		*out = NULL;
	} else {
		ct_warn("this is read from the log, and nothing is logged: %s",
		    why.msg);
	}
	return rc;
}
