/* vault_export.c - evidence, sealed anew to who may have it: ct_vault_export */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hex.h"
#include "prog.h"
#include "vault_export.h"
#include "vault_wrap.h"

/* ---- what is asked for -----------------------------------------------------
 */

/* Of all desks, as the reports are our own. */
static int
add_receipts(
    struct vault_exporting *e, struct vault_item *item, struct ct_err *err)
{
	json_t *list = NULL;
	int rc = vault_receipts(e->vault, item->id, &list, NULL, err);

	if (!rc && json_array_size(list) &&
	    json_object_set(item->row, "report_ids", list) < 0)
		rc = ct_fail(err, CT_OSERR, "out of memory");
	json_decref(list);
	return rc;
}

static int
read_row(struct vault_exporting *e, struct vault_item *item, struct ct_err *err)
{
	struct ct_rows *r;
	int rc = ct_rows_open(&r, e->vault->store, err,
	    "SELECT state, file, user, report, part, env, sha256, size,"
	    " staged_at, sealed_at FROM object WHERE id = ?",
	    "s", item->id);

	if (rc)
		return rc;
	rc = ct_rows_next(r, err);
	if (rc == 0)
		rc = ct_fail(err, CT_NOINPUT, "the vault has no such object");
	else if (rc == 1 && strcmp(ct_rows_text(r, 0), "destroyed") == 0)
		rc = ct_fail(err, CT_NOPERM, "it was destroyed");
	else if (rc == 1)
		rc = 0;
	if (!rc)
		item->row = json_pack("{s:s*, s:s*, s:s*, s:o*, s:s*,"
				      " s:s, s:I, s:s*, s:s*}",
		    "file", ct_rows_text(r, 1), "user", ct_rows_text(r, 2),
		    "report", ct_rows_text(r, 3), "part",
		    ct_rows_null(r, 4) ? NULL : json_integer(ct_rows_int(r, 4)),
		    "env", ct_rows_text(r, 5), "sha256", ct_rows_text(r, 6),
		    "size", (json_int_t)ct_rows_int(r, 7), "staged_at",
		    ct_rows_text(r, 8), "sealed_at", ct_rows_text(r, 9));
	ct_rows_close(r);
	return rc ? rc : add_receipts(e, item, err);
}

/* Object of the vault whose bytes have its name: a descriptor, or -1. */
static int
open_whole(struct vault_exporting *e, const struct vault_item *item,
    struct ct_err *err)
{
	char name[CT_VAULT_ID + 1];
	int fd = vault_open_object(e->vault, item->id);

	if (fd < 0) {
		(void)ct_fail_errno(err, CT_NOINPUT, "cannot open it");
	} else if (ct_vault_name(fd, name, err)) {
		(void)close(fd);
		fd = -1;
	} else if (strcmp(name, item->id) != 0) {
		(void)ct_fail(err, CT_DATAERR, "its name is not its digest");
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

/* Can it be exported?  It is opened to its end, and what is in it is what the
 * index says. */
static int
check_item(
    struct vault_exporting *e, struct vault_item *item, struct ct_err *err)
{
	int rc = read_row(e, item, err), fd = -1;
	const char *is;

	if (!rc && (fd = open_whole(e, item, err)) < 0)
		rc = err->code;
	if (!rc)
		rc = vault_open_wrapped(e->vault->dir, item->id, e->how->key,
		    e->how->nkeys, fd, -1, &item->about, NULL, err);
	if (fd >= 0)
		(void)close(fd);
	vault_warn_belied(item->id, item->about);
	is = ct_rec_text(item->about, "sha256");
	if (!rc && is && strcmp(is, ct_rec_text(item->row, "sha256")) != 0)
		rc = ct_fail(err, CT_DATAERR, "it is not what the index says");
	/* sealing compares the bytes with these */
	if (!rc &&
	    (json_object_set(item->about, "sha256",
		 json_object_get(item->row, "sha256")) < 0 ||
		json_object_set(item->about, "size",
		    json_object_get(item->row, "size")) < 0 ||
		json_object_set_new(item->about, "exported",
		    json_pack("{s:s, s:s, s:s}", "object", item->id, "request",
			e->id, "at", e->at)) < 0))
		rc = ct_fail(err, CT_OSERR, "out of memory");
	return rc;
}

/* All of them, so that each that cannot be exported is named. */
static int
check_items(struct vault_exporting *e, struct ct_err *err)
{
	struct ct_err why;
	size_t i, wrong = 0;
	int worst = 0, rc;

	for (i = 0; i < e->n; i++) {
		why = (struct ct_err){ 0 };
		rc = check_item(e, &e->item[i], &why);
		if (ct_stop)
			return ct_fail(err, CT_TEMPFAIL, "stopped by a signal");
		if (!rc)
			continue;
		ct_warn("object %s: %s", e->item[i].id, why.msg);
		wrong++;
		worst = rc > worst ? rc : worst;
	}
	return wrong ? ct_fail(err, worst,
			   "%zu of %zu objects cannot be exported", wrong, e->n)
		     : 0;
}

/* ---- the whole of it --------------------------------------------------------
 */

static int
write_all(
    struct vault_exporting *e, char sum[CT_VAULT_ID + 1], struct ct_err *err)
{
	size_t i;
	int rc = vault_newdir_open(&e->dir, e->how->dir, err);

	for (i = 0; !rc && i < e->n; i++)
		rc = ct_stop ? ct_fail(err, CT_TEMPFAIL, "stopped by a signal")
			     : vault_export_item(e, &e->item[i], err);
	if (!rc)
		rc = vault_export_about(e, sum, err);
	if (!rc)
		return vault_newdir_commit(&e->dir, err);
	vault_newdir_abort(&e->dir);
	return rc;
}

/* Is it to go to this recipient, and for objects that have a name? */
static int
begin(struct vault_exporting *e, struct ct_err *err)
{
	const json_t *ids = json_object_get(e->request, "objects"), *id;
	const char *to = ct_rec_text(e->request, "to");
	char is[2 * sizeof e->how->to->id + 1];
	size_t i;

	ct_hex(e->how->to->id, sizeof e->how->to->id, is);
	if (!to || strcmp(to, is) != 0)
		return ct_fail(err, CT_NOPERM,
		    "it was approved for another recipient's key");
	e->id = ct_rec_text(e->request, "id");
	e->n = json_array_size(ids);
	if (!e->id || e->n == 0)
		return ct_fail(err, CT_DATAERR, "it asks for nothing");
	e->item = ct_alloc(e->n, sizeof *e->item);
	json_array_foreach(ids, i, id)
	{
		e->item[i].id = json_string_value(id);
		if (!e->item[i].id || !vault_is_id(e->item[i].id))
			return ct_fail(err, CT_DATAERR,
			    "request.objects holds what is no object");
	}
	return 0;
}

static int
approved(struct vault_exporting *e, const json_t *rec,
    const struct ct_conf *conf, struct ct_err *err)
{
	int rc = vault_approval(rec, conf, "export", &e->approval, err);

	if (!rc)
		rc = vault_begin(e->vault, NULL, err);
	if (rc)
		return rc;
	rc = vault_may_do(e->vault, e->request, err);
	vault_end(e->vault);
	return rc;
}

int
ct_vault_export(struct ct_vault *v, const struct ct_conf *conf, json_t *rec,
    const struct ct_vault_exported *how, struct ct_err *err)
{
	struct vault_exporting e = { .vault = v,
		.how = how,
		.request = json_object_get(rec, "request") };
	const char *verb = ct_rec_text(rec, "request.verb");
	char sum[CT_VAULT_ID + 1] = "";
	size_t i;
	int rc;

	if (!verb || strcmp(verb, "export") != 0)
		return CT_NO;
	(void)ct_time_now(e.at);
	rc = begin(&e, err);
	if (!rc)
		rc = approved(&e, rec, conf, err);
	if (!rc)
		rc = check_items(&e, err);
	if (!rc)
		rc = write_all(&e, sum, err);
	if (!rc &&
	    json_object_set_new(rec, "export",
		json_pack("{s:I, s:s, s:s, s:s*}", "objects", (json_int_t)e.n,
		    "at", e.at, "sum", sum, "by", how->by)) < 0)
		rc = ct_fail(err, CT_OSERR, "out of memory");
	for (i = 0; i < e.n && e.item; i++) {
		json_decref(e.item[i].row);
		json_decref(e.item[i].about);
	}
	free(e.item);
	json_decref(e.approval);
	return rc;
}
