/* vault_receipt.c - what an authority said it has, in a file each */
#include <stdlib.h>
#include <string.h>

#include "authority.h"
#include "blake.h"
#include "file.h"
#include "hex.h"
#include "prog.h"
#include "rec.h"
#include "vault_dir.h"

#define NUMBER 32 /* digits that a report id of NCMEC has at most, and more */

static void
sum_of(const void *text, size_t len, char sum[65])
{
	uint8_t raw[32];
	struct ct_blake b;

	ct_blake_start(&b, sizeof raw, NULL);
	ct_blake_add(&b, text, len);
	ct_blake_end(&b, raw, sizeof raw);
	ct_hex(raw, sizeof raw, sum);
}

/* ENV-REPORTID; what is no number of NCMEC's, by its digest: it may be any
 * text. */
char *
vault_receipt_name(
    const char *env, const char *authority, const char *report_id)
{
	char *whole, *name, sum[65];
	size_t len = strlen(report_id);

	if (strcmp(authority, CT_AUTHORITY) == 0 && len <= NUMBER &&
	    strspn(report_id, "0123456789") == len)
		return ct_printf("%s-%s", env, report_id);
	whole = ct_printf("%s\n%s", authority, report_id);
	sum_of(whole, strlen(whole), sum);
	name = ct_printf("%s-%s", env, sum);
	free(whole);
	return name;
}

static char *
path_of(const struct ct_vault *v, const char *env, const char *authority,
    const char *report_id)
{
	char *name = vault_receipt_name(env, authority, report_id);
	char *path = ct_printf("%s/receipts/%s", v->dir, name);

	free(name);
	return path;
}

json_t *
vault_receipt_read(const struct ct_vault *v, const char *env,
    const char *authority, const char *report_id, const char *sum)
{
	char *path = path_of(v, env, authority, report_id), is[65];
	struct ct_err ignored = { 0 };
	uint8_t *text = NULL;
	json_t *receipt = NULL;
	size_t len;

	if (sum && !ct_file_read(path, CT_REC_MAX, &text, &len, &ignored)) {
		sum_of(text, len, is);
		if (strcmp(is, sum) == 0)
			receipt = ct_json_object((char *)text, len, &ignored);
		free(text);
	}
	free(path);
	return receipt;
}

bool
vault_receipt_is(const struct ct_vault *v, const char *env,
    const char *authority, const char *report_id, const char *sum)
{
	json_t *receipt = vault_receipt_read(v, env, authority, report_id, sum);

	json_decref(receipt);
	return receipt != NULL;
}

int
vault_receipt_write(struct ct_vault *v, const char *env, const char *authority,
    const char *report_id, const json_t *submission, char sum[65],
    struct ct_err *err)
{
	char *text = json_dumps(submission, JSON_COMPACT), *path;
	int rc;

	if (!text)
		return ct_fail(err, CT_OSERR, "out of memory");
	sum_of(text, strlen(text), sum);
	path = path_of(v, env, authority, report_id);
	rc = vault_replace(v, path, 0400, text, strlen(text), err);
	free(path);
	free(text);
	return rc;
}

int
vault_receipts(struct ct_vault *v, const char *object, json_t **list,
    int64_t *expires, struct ct_err *err)
{
	struct ct_rows *rows;
	int64_t until = 0;
	int rc = ct_rows_open(&rows, v->store, err,
	    "SELECT authority, env, report_id, r.expires FROM anchor"
	    " JOIN receipt r USING (env, authority, report_id)"
	    " WHERE object = ? ORDER BY 1, 2, 3",
	    "s", object);

	*list = json_array();
	while (!rc && (rc = ct_rows_next(rows, err)) == 1) {
		rc =
		    json_array_append_new(*list,
			json_pack("{s:s, s:s, s:s}", "authority",
			    ct_rows_text(rows, 0), "env", ct_rows_text(rows, 1),
			    "id", ct_rows_text(rows, 2))) == 0
		    ? 0
		    : ct_fail(err, CT_OSERR, "out of memory");
		if (ct_rows_int(rows, 3) > until)
			until = ct_rows_int(rows, 3);
	}
	ct_rows_close(rows);
	if (expires)
		*expires = until;
	return rc;
}
