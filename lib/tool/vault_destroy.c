/* vault_destroy.c - objects end: vault_destroy, vault_resume of vault_end.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "prog.h"
#include "vault_end.h"
#include "vault_format.h"

/* The object, and then its key where that was wrapped anew: without the header
 * of the stream no wrap opens it, so what still has its header is whole. */
static void
erase(struct ct_vault *v, struct vault_fate *fate)
{
	if (vault_wipe(v, fate->id, &fate->missing, &fate->why))
		ct_warn("object %.16s is not destroyed: %s", fate->id,
		    fate->why.msg);
}

/* Is there such an object, and may it end? */
static int
may_end(struct ct_vault *v, struct vault_fate *fate, struct ct_err *err)
{
	char *state = NULL;
	int rc = ct_store_text(v->store, &state, err,
	    "SELECT state FROM object WHERE id = ?", "s", fate->id);

	if (rc > 1)
		return rc;
	if (rc == 0)
		(void)ct_fail(
		    &fate->why, CT_NOINPUT, "there is no such object");
	else if (strcmp(state, "destroyed") == 0)
		(void)ct_fail(&fate->why, CT_NO, "it is destroyed already");
	else if ((rc = vault_unheld(v, fate->id, &fate->why)) &&
	    rc != CT_NOPERM)
		*err = fate->why;
	free(state);
	return rc > 1 && rc != CT_NOPERM ? rc : 0;
}

/* Those of them that have ended, or with missing: whose file was not there. */
static json_t *
ended(const struct vault_fate *fate, size_t n, bool missing)
{
	json_t *ids = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		if (!fate[i].why.code && (!missing || fate[i].missing))
			(void)json_array_append_new(
			    ids, json_string(fate[i].id));
	return ids;
}

/* The line that says so; missing files are told of unless we may have unlinked
 * them ourselves. */
static int
say_ended(struct ct_vault *v, const struct vault_fate *fate, size_t n,
    bool resumed, struct ct_err *err)
{
	json_t *gone = ended(fate, n, false), *missing = ended(fate, n, true);
	json_t *members = json_pack("{s:O}", "objects", gone);
	int rc = 0;

	if (json_array_size(missing) && !resumed)
		(void)json_object_set(members, "missing", missing);
	if (json_array_size(gone))
		rc = vault_log(v, "destroyed", json_incref(members), err);
	json_decref(members);
	json_decref(missing);
	json_decref(gone);
	return rc;
}

int
vault_destroy(struct ct_vault *v, struct vault_fate *fate, size_t n,
    const char *cause, const struct vault_word *word, const char *by,
    struct ct_err *err)
{
	json_t *ids;
	size_t i;
	int rc = vault_must_agree(v, err);

	for (i = 0; !rc && i < n; i++)
		rc = may_end(v, &fate[i], err);
	if (rc)
		return rc;
	ids = ended(fate, n, false); /* will have */
	if (json_array_size(ids) == 0) {
		json_decref(ids);
		return 0;
	}
	rc = vault_log(v, "destroy",
	    json_pack("{s:o, s:s, s:s*, s:O*, s:s*}", "objects", ids, "cause",
		cause, "request", word ? word->request : NULL, "approval",
		word ? word->approval : NULL, "by", by),
	    err);
	for (i = 0; !rc && i < n; i++)
		if (!fate[i].why.code)
			erase(v, &fate[i]);
	return rc ? rc : say_ended(v, fate, n, false, err);
}

/* ---- what a killed run left ------------------------------------------------
 */

/* Does the file in the place of this object still hold its key?  If that cannot
 * be told, it does. */
static bool
has_key(const struct ct_vault *v, const char *id)
{
	uint8_t head[VAULT_SECRETS] = { 0 };
	int fd = vault_open_object(v, id);
	ssize_t n;
	size_t i;

	if (fd < 0)
		return errno != ENOENT;
	n = pread(fd, head, sizeof head, VAULT_AT_SEALED);
	(void)close(fd);
	for (i = 0; n >= 0 && i < sizeof head; i++)
		if (head[i])
			return true;
	return n < 0;
}

/* A clock that is ahead now does not count: the log had come to the date when
 * it began. */
static int
has_expired(struct ct_vault *v, const char *id, struct ct_err *err)
{
	int64_t steady = 0;
	int rc =
	    ct_store_int(v->store, &steady, err, "SELECT at FROM steady", "");

	return rc > 1 ? rc : vault_is_due(v, id, steady, err);
}

static int
resume_one(struct ct_vault *v, struct vault_fate *fate, bool expired,
    struct ct_err *err)
{
	json_t *holds = NULL;
	int rc = vault_held(v, fate->id, &holds, err);
	bool stays = rc == 1;

	if (rc == 0 && expired) {
		rc = has_expired(v, fate->id, err);
		stays = rc == 0;
	}
	if (rc <= 1 && stays && has_key(v, fate->id)) {
		(void)ct_fail(&fate->why, CT_NOPERM, "%s",
		    holds ? "it is on hold" : "it has a later date");
		rc = vault_log(v, "spared",
		    json_pack(
			"{s:[s], s:O*}", "objects", fate->id, "hold", holds),
		    err);
	} else if (rc <= 1) {
		erase(v, fate);
		rc = 0;
	}
	json_decref(holds);
	return rc;
}

/* No path is made of what is no id. */
static int
copy_id(char to[CT_VAULT_ID + 1], const char *id, struct ct_err *err)
{
	if (!vault_is_id(id))
		return ct_fail(err, CT_DATAERR,
		    "the log tells of the end of what is no object");
	memcpy(to, id, CT_VAULT_ID + 1);
	return 0;
}

int
vault_resume(struct ct_vault *v, json_t *certificates, struct ct_err *err)
{
	struct vault_fate fate[VAULT_BATCH];
	char id[VAULT_BATCH][CT_VAULT_ID + 1];
	char last[CT_VAULT_ID + 1] = "";
	bool expired[VAULT_BATCH];
	struct ct_rows *rows;
	json_t *one;
	size_t i, n;
	int64_t any;
	int rc = ct_store_int(
	    v->store, &any, err, "SELECT 1 FROM intent LIMIT 1", "");

	if (rc != 1 || (rc = vault_must_agree(v, err)))
		return rc;
	do {
		memset(fate, 0, sizeof fate);
		rc = ct_rows_open(&rows, v->store, err,
		    "SELECT object, cause = 'expired' FROM intent"
		    " WHERE object > ?"
		    " ORDER BY object LIMIT ?",
		    "si", last, (int64_t)VAULT_BATCH);
		n = 0;
		while (!rc && (rc = ct_rows_next(rows, err)) == 1) {
			rc = copy_id(id[n], ct_rows_text(rows, 0), err);
			fate[n].id = id[n];
			expired[n] = ct_rows_int(rows, 1) != 0;
			n++;
		}
		ct_rows_close(rows);
		for (i = 0; !rc && i < n; i++)
			rc = resume_one(v, &fate[i], expired[i], err);
		if (!rc)
			rc = say_ended(v, fate, n, true, err);
		one = NULL;
		if (!rc && certificates)
			rc = vault_certify(v, fate, n, NULL, &one, err);
		if (one)
			(void)json_array_append_new(certificates, one);
		if (n)
			memcpy(last, id[n - 1], sizeof last);
	} while (!rc && n == VAULT_BATCH);
	return rc;
}
