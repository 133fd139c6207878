/* vault_vouch.c - what the index says for who wants to delete: ct_vault_vouches
 */
#include <stdlib.h>
#include <string.h>

#include "authority.h"
#include "clock.h"
#include "prog.h"
#include "rec.h"
#include "vault_dir.h"

static void
add_once(json_t **ids, const char *id)
{
	const json_t *one;
	size_t i;

	if (!*ids)
		*ids = json_array();
	json_array_foreach(*ids, i, one)
	{
		if (strcmp(json_string_value(one), id) == 0)
			return;
	}
	(void)json_array_append_new(*ids, json_string(id));
}

int
vault_held(
    struct ct_vault *v, const char *id, json_t **holds, struct ct_err *err)
{
	struct ct_rows *rows;
	int held = 0,
	    rc = ct_rows_open(&rows, v->store, err,
		"SELECT DISTINCT hold FROM held WHERE object = ?"
		" AND (until IS NULL OR until > ?) ORDER BY hold",
		"si", id, ct_now());

	while (!rc && (rc = ct_rows_next(rows, err)) == 1) {
		held = 1;
		rc = 0;
		if (holds)
			add_once(holds, ct_rows_text(rows, 0));
	}
	ct_rows_close(rows);
	return rc ? rc : held;
}

/* Numbers are given by each authority, in test and in production. */
static int
key_of_number(
    struct ct_vault *v, const char *number, char **key, struct ct_err *err)
{
	struct ct_rows *rows;
	int rc = ct_rows_open(&rows, v->store, err,
	    "SELECT count(DISTINCT report), min(report), group_concat("
	    "report || ' (' || env || ', ' || authority || ')', ', ')"
	    " FROM receipt WHERE report_id = ?",
	    "s", number);

	if (!rc && (rc = ct_rows_next(rows, err)) == 1) {
		rc = 0;
		if (ct_rows_int(rows, 0) == 0)
			rc = ct_fail(err, CT_NOINPUT,
			    "the vault knows of no such report");
		else if (ct_rows_int(rows, 0) > 1)
			rc = ct_fail(err, CT_USAGE,
			    "more than one report has this number, so name it"
			    " by its key: %s",
			    ct_rows_text(rows, 2));
		else
			*key = ct_strdup(ct_rows_text(rows, 1));
	}
	ct_rows_close(rows);
	return rc;
}

int
vault_report_key(
    struct ct_vault *v, const char *report, char **key, struct ct_err *err)
{
	int rc = ct_store_text(v->store, key, err,
	    "SELECT report FROM object WHERE report = ?1"
	    " UNION SELECT report FROM receipt WHERE report = ?1",
	    "s", report);

	return rc == 1 ? 0 : rc ? rc : key_of_number(v, report, key, err);
}

/* Is this file, under this id, among those that NCMEC's receipt is of? */
static bool
received(const json_t *submission, const char *id, const char *sha256)
{
	const json_t *one;
	const char *i, *s;
	size_t k;

	json_array_foreach(json_object_get(submission, "files"), k, one)
	{
		i = ct_rec_text(one, "id");
		s = ct_rec_text(one, "sha256");
		if (i && s && strcmp(i, id) == 0 && strcmp(s, sha256) == 0)
			return true;
	}
	return false;
}

/* The digest of the receipt's file in *sum: 0, CT_NOPERM, or a code. */
static int
find_receipt(struct ct_vault *v, const json_t *rec, const json_t *file,
    char **sum, struct ct_err *err)
{
	int rc = ct_store_text(v->store, sum, err,
	    "SELECT receipt.sum FROM object"
	    " JOIN anchor ON anchor.object = object.id"
	    " JOIN receipt USING (env, authority, report_id)"
	    " WHERE object.id = ? AND object.sha256 = ? AND object.report = ?"
	    " AND object.state = 'sealed' AND object.env = 'production'"
	    " AND object.id NOT IN (SELECT object FROM intent)"
	    " AND receipt.env = 'production' AND receipt.authority = ?"
	    " AND receipt.report = object.report AND receipt.report_id = ?",
	    "sssss", ct_rec_text(file, "vault.id"), ct_rec_text(file, "sha256"),
	    ct_rec_text(rec, "report.key"), CT_AUTHORITY,
	    ct_rec_text(rec, "submission.report_id"));

	return rc == 1 ? 0
	    : rc       ? rc
		       : ct_fail(err, CT_NOPERM,
			     "the vault knows no receipt in production for it");
}

/* Can it still be opened, as far as the log knows?  Its key is not destroyed,
 * or it was opened by another that is not. */
static int
check_key(struct ct_vault *v, const char *id, struct ct_err *err)
{
	int64_t n = 0;
	int rc = ct_store_int(v->store, &n, err,
	    "SELECT count(*) FROM object o JOIN known k ON k.key = o.key"
	    " WHERE o.id = ? AND k.shredded AND NOT EXISTS (SELECT 1 FROM"
	    "  proved p JOIN known q USING (key) WHERE p.object = o.id"
	    "  AND NOT q.shredded)",
	    "s", id);

	if (rc > 1)
		return rc;
	return n ? ct_fail(err, CT_NOPERM, "its key is destroyed") : 0;
}

static int
vouches(struct ct_vault *v, const json_t *rec, const json_t *file,
    struct ct_err *err)
{
	const char *id = ct_rec_text(file, "id");
	const char *object = ct_rec_text(file, "vault.id");
	char *sum;
	json_t *receipt;
	int rc = find_receipt(v, rec, file, &sum, err);

	if (rc) {
		free(sum);
		return rc;
	}
	receipt = vault_receipt_read(v, "production", CT_AUTHORITY,
	    ct_rec_text(rec, "submission.report_id"), sum);
	free(sum);
	if (!receipt)
		rc = ct_fail(
		    err, CT_NOPERM, "the stored receipt is gone or damaged");
	else if (!id || !received(receipt, id, ct_rec_text(file, "sha256")))
		rc = ct_fail(
		    err, CT_NOPERM, "the stored receipt does not name it");
	else if ((rc = vault_held(v, object, NULL, err)) == 1)
		rc = ct_fail(err, CT_NOPERM, "it is on hold");
	if (!rc)
		rc = check_key(v, object, err);
	json_decref(receipt);
	return rc;
}

int
ct_vault_vouches(const char *home, const json_t *rec, bool *agreed, size_t *i,
    struct ct_err *err)
{
	const json_t *files = ct_rec_get(rec, "report.files"), *file;
	struct ct_vault *v;
	int rc;

	*i = 0;
	if (!json_array_size(files))
		return 0;
	if ((rc = ct_vault_enter(&v, home, false, err)))
		return rc;
	if (!*agreed)
		rc = vault_must_agree(v, err);
	*agreed = !rc;
	for (; !rc && *i < json_array_size(files); ++*i) {
		file = json_array_get(files, *i);
		if ((rc = vouches(v, rec, file, err)))
			break;
	}
	ct_vault_leave(v);
	return rc;
}
