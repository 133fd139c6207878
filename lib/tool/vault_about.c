/* vault_about.c - what an export says of its objects: vault_export_about */
#include "blake.h"
#include "file.h"
#include "hex.h"
#include "vault_export.h"

int
vault_export_line(struct ct_text *text, json_t *rec, struct ct_err *err)
{
	int rc = rec && ct_text_rec(text, rec) == 0
	    ? 0
	    : ct_fail(err, CT_OSERR, "out of memory");

	ct_text_add(text, "\n", 1);
	json_decref(rec);
	return rc;
}

/* One line an object: what the index says, and what was sealed with it. */
static int
list(struct vault_exporting *e, struct ct_text *text, struct ct_err *err)
{
	static const char *const more[] = { "md5", "sha1", "mime" };
	json_t *rec, *value;
	size_t i, k;
	int rc = 0;

	for (i = 0; !rc && i < e->n; i++) {
		rec = json_pack(
		    "{s:s, s:s}", "id", e->item[i].to, "object", e->item[i].id);
		(void)json_object_update(rec, e->item[i].row);
		for (k = 0; k < sizeof more / sizeof more[0]; k++)
			if ((value =
				    json_object_get(e->item[i].about, more[k])))
				(void)json_object_set(rec, more[k], value);
		rc = vault_export_line(text, rec, err);
	}
	return rc;
}

/* The line of the log comes first, so that it is part of what is told. */
static int
custody(struct vault_exporting *e, struct ct_text *text, struct ct_err *err)
{
	char to[2 * sizeof e->how->to->id + 1];
	int rc = vault_begin(e->vault, NULL, err);

	if (rc)
		return rc;
	ct_hex(e->how->to->id, sizeof e->how->to->id, to);
	rc = vault_log(e->vault, "export",
	    json_pack("{s:s, s:O, s:s, s:O, s:s*}", "request", e->id, "objects",
		json_object_get(e->request, "objects"), "to", to, "approval",
		e->approval, "by", e->how->by),
	    err);
	vault_end(e->vault);
	return rc ? rc
		  : vault_custody(e->vault, e->item, e->n,
			ct_rec_text(e->request, "authority"), text, err);
}

/* What is in the directory, without a word of whom it is about; sum gets its
 * digest. */
static int
put_index(struct vault_exporting *e, const char id[3][CT_VAULT_ID + 1],
    char sum[CT_VAULT_ID + 1], struct ct_err *err)
{
	char to[2 * sizeof e->how->to->id + 1];
	uint8_t digest[CT_VAULT_ID / 2];
	json_t *names = json_array();
	struct ct_text text = { 0 };
	struct ct_blake b;
	size_t i;
	int fd = -1, rc;

	ct_hex(e->how->to->id, sizeof e->how->to->id, to);
	for (i = 0; i < e->n; i++)
		(void)json_array_append_new(names, json_string(e->item[i].to));
	rc = vault_export_line(&text,
	    json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o}",
		"version", VAULT_EXPORT_VERSION, "request", e->id, "at", e->at,
		"to", to, "open", "ct-preserve open -k KEY -o NEWDIR DIR",
		"manifest", id[0], "custody", id[1], "approval", id[2],
		"objects", names),
	    err);
	if (!rc &&
	    (fd = vault_newdir_file(&e->dir, VAULT_EXPORT, 0444, err)) < 0)
		rc = err->code;
	if (!rc && ct_write_full(fd, text.s, text.len) < 0)
		rc = ct_fail_errno(err, CT_IOERR, "cannot write");
	if (fd >= 0)
		rc = vault_newdir_close(fd, rc, err);
	ct_blake_start(&b, sizeof digest, NULL);
	ct_blake_add(&b, text.s, text.len);
	ct_blake_end(&b, digest, sizeof digest);
	ct_hex(digest, sizeof digest, sum);
	ct_text_free(&text);
	return rc;
}

int
vault_export_about(
    struct vault_exporting *e, char sum[CT_VAULT_ID + 1], struct ct_err *err)
{
	static const char *const kind[] = { "manifest", "custody", "approval" };
	char id[3][CT_VAULT_ID + 1] = { "", "", "" };
	struct ct_text text[3] = { { 0 }, { 0 }, { 0 } };
	size_t i;
	int rc = list(e, &text[0], err);

	if (!rc)
		rc = custody(e, &text[1], err);
	if (!rc)
		rc = vault_export_line(&text[2],
		    json_pack("{s:O, s:O*}", "request", e->request, "approval",
			e->approval),
		    err);
	for (i = 0; i < 3; i++) {
		if (!rc)
			rc =
			    vault_export_text(e, kind[i], &text[i], id[i], err);
		ct_text_free(&text[i]);
	}
	return rc ? rc
		  : put_index(e, (const char(*)[CT_VAULT_ID + 1]) id, sum, err);
}
