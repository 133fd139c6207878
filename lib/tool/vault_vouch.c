/* vault_vouch.c - what the vault knows of a report: ct_vault_vouches */
#include <stdlib.h>
#include <string.h>

#include "vault_dir.h"

/* Is this file, under this id, among those that NCMEC's receipt is of? */
static bool
received(const char *submission, const char *id, const char *sha256)
{
	json_t *sub = json_loads(submission, 0, NULL);
	const json_t *one;
	const char *i, *s;
	bool yes = false;
	size_t k;

	json_array_foreach(json_object_get(sub, "files"), k, one)
	{
		i = ct_rec_text(one, "id");
		s = ct_rec_text(one, "sha256");
		yes |= i && s && strcmp(i, id) == 0 && strcmp(s, sha256) == 0;
	}
	json_decref(sub);
	return yes;
}

static int
vouches(struct ct_store *st, const json_t *rec, const json_t *file,
    struct ct_err *err)
{
	const char *key = ct_rec_text(rec, "report.key");
	const char *receipt = ct_rec_text(rec, "submission.report_id");
	const char *id = ct_rec_text(file, "id");
	const char *sha256 = ct_rec_text(file, "sha256");
	struct ct_rows *rows;
	int rc = ct_rows_open(&rows, st, err,
	    "SELECT receipt.submission FROM object"
	    " JOIN anchor ON anchor.object = object.id"
	    " JOIN receipt ON receipt.env = anchor.env"
	    " AND receipt.report_id = anchor.report_id"
	    " WHERE object.id = ? AND object.sha256 = ? AND object.report = ?"
	    " AND object.env = 'production' AND receipt.env = 'production'"
	    " AND receipt.report = object.report AND receipt.report_id = ?",
	    "ssss", ct_rec_text(file, "vault.id"), sha256, key, receipt);

	if (!rc && (rc = ct_rows_next(rows, err)) == 1)
		rc = id && received(ct_rows_text(rows, 0), id, sha256)
		    ? 0
		    : ct_fail(err, CT_NOPERM,
			  "the stored receipt does not name it");
	else if (!rc)
		rc = ct_fail(err, CT_NOPERM,
		    "the vault knows no receipt in production for it");
	ct_rows_close(rows);
	return rc;
}

int
ct_vault_vouches(
    const char *home, const json_t *rec, size_t *i, struct ct_err *err)
{
	const json_t *files = ct_rec_get(rec, "report.files"), *file;
	struct ct_vault *v;
	int rc;

	*i = 0;
	if (!json_array_size(files))
		return 0;
	if ((rc = ct_vault_enter(&v, home, false, err)))
		return rc;
	for (; !rc && *i < json_array_size(files); ++*i) {
		file = json_array_get(files, *i);
		if ((rc = vouches(v->store, rec, file, err)))
			break;
	}
	ct_vault_leave(v);
	return rc;
}
