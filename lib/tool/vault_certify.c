/* vault_certify.c - what has been destroyed, on paper: vault_certify */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "file.h"
#include "hex.h"
#include "prog.h"
#include "vault_end.h"

/* What the index says of an object that has ended: 1, 0 if it does not know
 * it as such, or a code. */
static int
object(struct ct_vault *v, const struct vault_fate *fate, json_t *objects,
    struct ct_err *err)
{
	json_t *numbers = NULL;
	char text[CT_TIME_LEN];
	int64_t expires = 0;
	struct ct_rows *r;
	int rc = vault_receipts(v, fate->id, &numbers, &expires, err);

	if (!rc)
		rc = ct_rows_open(&r, v->store, err,
		    "SELECT id, sha256, size, report, env, staged_at,"
		    " sealed_at, destroyed_at, cause FROM object"
		    " WHERE id = ? AND state = 'destroyed'",
		    "s", fate->id);
	if (rc) {
		json_decref(numbers);
		return rc;
	}
	if ((rc = ct_rows_next(r, err)) == 1)
		(void)json_array_append_new(objects,
		    json_pack("{s:s, s:s, s:I, s:s*, s:s*, s:O, s:s*, s:s*,"
			      " s:s*, s:s*, s:s*, s:o*}",
			"id", ct_rows_text(r, 0), "sha256", ct_rows_text(r, 1),
			"size", (json_int_t)ct_rows_int(r, 2), "report",
			ct_rows_text(r, 3), "env", ct_rows_text(r, 4),
			"report_ids", numbers, "staged_at", ct_rows_text(r, 5),
			"sealed_at", ct_rows_text(r, 6), "expires",
			expires ? ct_time(expires, text) : NULL, "destroyed_at",
			ct_rows_text(r, 7), "cause", ct_rows_text(r, 8),
			"missing", fate->missing ? json_true() : NULL));
	ct_rows_close(r);
	json_decref(numbers);
	return rc;
}

int
vault_certify(struct ct_vault *v, const struct vault_fate *fate, size_t n,
    const char *request, json_t **certificate, struct ct_err *err)
{
	char at[CT_TIME_LEN], sum[2 * sizeof v->head.sum + 1];
	char *id = ct_printf("%s%sD%lld", request ? request : "",
	    request ? "-" : "", (long long)v->head.seq);
	json_t *objects = json_array();
	size_t i;
	int rc = 0;

	*certificate = NULL;
	for (i = 0; rc <= 1 && i < n; i++)
		if (!fate[i].why.code || (request && fate[i].why.code == CT_NO))
			rc = object(v, &fate[i], objects, err);
	ct_hex(v->head.sum, sizeof v->head.sum, sum);
	if (rc <= 1 && json_array_size(objects))
		*certificate = json_pack("{s:s, s:s, s:s*, s:{s:I, s:s}, s:O}",
		    "id", id, "at", ct_time(v->head.at, at), "request", request,
		    "log", "seq", (json_int_t)v->head.seq, "sum", sum,
		    "objects", objects);
	json_decref(objects);
	free(id);
	return rc > 1 ? rc : 0;
}

/* As DIR/ID.json.  CT_CANTCREAT also if another certificate is there. */
static int
write_file(const char *dir, const json_t *certificate, struct ct_err *err)
{
	char *path = ct_printf("%s/%s.json", dir,
	    json_string_value(json_object_get(certificate, "id")));
	size_t len, had;
	char *text = ct_rec_dump(certificate, &len);
	uint8_t *old = NULL;
	int rc;

	text[len++] = '\n';
	rc = ct_file_create(path, 0600, text, len, err);
	/* the same, made by a run that was killed later */
	if (rc == CT_CANTCREAT &&
	    ct_file_read(path, len, &old, &had, &(struct ct_err){ 0 }) == 0 &&
	    had == len && memcmp(old, text, len) == 0)
		rc = 0;
	free(old);
	free(text);
	free(path);
	return rc;
}

int
vault_hand_over(const struct ct_vault_ending *how, const json_t *certificate,
    struct ct_err *err)
{
	return how->certificates && certificate
	    ? write_file(how->certificates, certificate, err)
	    : 0;
}

/* ---- what nobody may have been handed --------------------------------------
 */

/* Of those that one line told of, as D, its number, -D, where the log is. */
static int
certify_line(
    struct ct_vault *v, int64_t seq, json_t *certificates, struct ct_err *err)
{
	struct vault_fate fate[VAULT_BATCH] = { 0 };
	char id[VAULT_BATCH][CT_VAULT_ID + 1];
	json_t *one = NULL;
	struct ct_rows *rows;
	size_t n = 0;
	char *name;
	int rc = ct_rows_open(&rows, v->store, err,
	    "SELECT object FROM uncertified WHERE seq = ? LIMIT ?", "ii", seq,
	    (int64_t)VAULT_BATCH);

	while (!rc && (rc = ct_rows_next(rows, err)) == 1) {
		rc = 0;
		memcpy(id[n], ct_rows_text(rows, 0), sizeof id[n]);
		fate[n].id = id[n];
		n++;
	}
	ct_rows_close(rows);
	if (!rc)
		rc = vault_certify(v, fate, n, NULL, &one, err);
	if (!one)
		return rc;
	name = ct_printf("D%lld-D%lld", (long long)seq, (long long)v->head.seq);
	(void)json_object_set_new(one, "id", json_string(name));
	(void)json_array_append_new(certificates, one);
	free(name);
	return 0;
}

int
vault_certify_late(struct ct_vault *v, json_t *certificates, struct ct_err *err)
{
	int64_t seq = 0;
	int rc;

	while ((rc = ct_store_int(v->store, &seq, err,
		    "SELECT seq FROM uncertified WHERE seq > ?"
		    " ORDER BY seq LIMIT 1",
		    "i", seq)) == 1)
		if ((rc = certify_line(v, seq, certificates, err)))
			break;
	return rc;
}
