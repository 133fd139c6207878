/* vault_put.c - the files of a report into the vault: ct_vault_report */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bytes.h"
#include "clock.h"
#include "digest.h"
#include "hex.h"
#include "prog.h"
#include "rec.h"
#include "vault_dir.h"

static bool
is_hex(const char *s, size_t len)
{
	return s && strlen(s) == len && strspn(s, "0123456789abcdef") == len;
}

int
vault_report_of(const json_t *rec, struct vault_report *r, struct ct_err *err)
{
	const json_t *part = ct_rec_get(rec, "report.part");

	if (!json_object_get(rec, "report"))
		return CT_NO;
	r->key = ct_rec_text(rec, "report.key");
	r->env = ct_rec_text(rec, "report.env");
	r->files = ct_rec_get(rec, "report.files");
	r->part = part ? json_integer_value(part) : 1;
	if (!is_hex(r->key, 32))
		return ct_fail(
		    err, CT_DATAERR, "report.key is not 32 hex digits");
	if (!r->env ||
	    (strcmp(r->env, "test") != 0 && strcmp(r->env, "production") != 0))
		return ct_fail(err, CT_DATAERR,
		    "report.env is neither test nor production");
	if (r->part < 1)
		return ct_fail(
		    err, CT_DATAERR, "report.part is not a positive number");
	if (!json_is_array(r->files))
		return ct_fail(err, CT_DATAERR, "report.files is no array");
	return ct_rec_account(rec, &r->user, err);
}

/* All that is known of a file, but for its bytes and what is our own. */
static json_t *
known(const json_t *file)
{
	json_t *copy = json_copy((json_t *)(uintptr_t)file);

	(void)json_object_del(copy, "text");
	(void)json_object_del(copy, "vault");
	return copy;
}

static json_t *
manifest(const struct vault_report *r, const json_t *file, const char *sha256)
{
	json_t *size = json_object_get(file, "size");
	char at[CT_TIME_LEN];
	const char *source = ct_rec_text(file, "path");

	if (!source)
		source = ct_rec_text(file, "path_b64");
	return json_pack("{s:s, s:s*, s:s, s:s*, s:s*, s:O*, s:s*, s:s*, s:s,"
			 " s:I, s:s, s:s*, s:s, s:o}",
	    "kind", "file", "id", ct_rec_text(file, "id"), "sha256", sha256,
	    "sha1", ct_rec_text(file, "sha1"), "md5", ct_rec_text(file, "md5"),
	    "size", size, "mime", ct_rec_text(file, "mime"), "user", r->user,
	    "report", r->key, "part", (json_int_t)r->part, "env", r->env,
	    "source", source, "at", ct_time_now(at), "record", known(file));
}

/* What the log says of an object for this file of this report. */
static json_t *
line_of(const struct vault_report *r, const json_t *file)
{
	return json_pack("{s:s, s:I, s:s, s:s*, s:s*}", "report", r->key,
	    "part", (json_int_t)r->part, "env", r->env, "user", r->user, "file",
	    ct_rec_text(file, "id"));
}

static const char of_report[] =
    "SELECT id, bytes FROM object WHERE report = ? AND sha256 = ?"
    " AND state <> 'destroyed'";

/* The first row that sql gives whose object is whole: 0, and id is that; CT_NO:
 * there is none, and id is one that is not whole, or ""; or a code. */
static int
look_up(struct ct_vault *v, const char *sql, const char *first,
    const char *second, char id[CT_VAULT_ID + 1], struct ct_err *err)
{
	struct ct_rows *rows;
	int whole = CT_NO, rc;

	*id = '\0';
	rc = ct_rows_open(&rows, v->store, err, sql, "ss", first, second);
	while (!rc && whole == CT_NO && (rc = ct_rows_next(rows, err)) == 1) {
		rc = 0;
		memcpy(id, ct_rows_text(rows, 0), CT_VAULT_ID + 1);
		whole = vault_is_whole(v, id, ct_rows_int(rows, 1), err);
	}
	ct_rows_close(rows);
	return rc ? rc : whole;
}

/*
 * Evidence that was staged while a person looked at it becomes that of the
 * report, though the file may be gone by now.  CT_NO if there is none.  A test
 * report takes none: the one in production is still to come.
 */
static int
claim(struct ct_vault *v, const struct vault_report *r, const json_t *file,
    const char *sha256, char id[CT_VAULT_ID + 1], struct ct_err *err)
{
	char now[CT_VAULT_ID + 1];
	int64_t bytes;
	json_t *line;
	int rc;

	if (strcmp(r->env, "production") != 0)
		return CT_NO;
	rc = look_up(v,
	    "SELECT id, bytes FROM object WHERE state = 'staged'"
	    " AND id NOT IN (SELECT object FROM intent)"
	    " AND sha256 = ? AND user IS ? ORDER BY seq",
	    sha256, r->user, id, err);
	if (rc || (rc = vault_begin(v, NULL, err)))
		return rc;
	/* another may have sealed or claimed one meanwhile, or destroyed it */
	rc = look_up(v, of_report, r->key, sha256, now, err);
	if (rc != CT_NO || *now) {
		memcpy(id, now, sizeof now);
		vault_end(v);
		return rc;
	}
	rc = ct_store_int(v->store, &bytes, err,
	    "SELECT bytes FROM object WHERE id = ? AND state = 'staged'"
	    " AND id NOT IN (SELECT object FROM intent)",
	    "s", id);
	if (rc == 1) {
		line = line_of(r, file);
		(void)json_object_set_new(line, "object", json_string(id));
		rc = vault_log(v, "claim", line, err);
	} else if (rc == 0) {
		rc = CT_NO;
	}
	vault_end(v);
	return rc;
}

int
vault_was_destroyed(struct ct_vault *v, const struct vault_report *r,
    const json_t *file, char id[CT_VAULT_ID + 1], struct ct_err *err)
{
	char *is = NULL;
	int rc = ct_store_text(v->store, &is, err,
	    "SELECT id FROM object WHERE sha256 = lower(?1)"
	    " AND state = 'destroyed' AND cause = 'request' AND (report = ?2"
	    "  OR (report IS NULL AND user IS ?3 AND file IS ?4))"
	    " ORDER BY seq DESC LIMIT 1",
	    "ssss", ct_rec_text(file, "sha256"), r->key, r->user,
	    ct_rec_text(file, "id"));

	if (rc == 1)
		memcpy(id, is, CT_VAULT_ID + 1);
	free(is);
	return rc;
}

/* 0 if the object of this file is not just being destroyed, or a code. */
static int
stays(struct ct_vault *v, const struct vault_report *r, const char *sha256,
    struct ct_err *err)
{
	int64_t one;
	int rc = ct_store_int(v->store, &one, err,
	    "SELECT 1 FROM intent JOIN object ON id = object"
	    " WHERE report = ? AND sha256 = ? AND state <> 'destroyed'",
	    "ss", r->key, sha256);

	return rc == 1
	    ? ct_fail(err, CT_TEMPFAIL, "its object is being destroyed")
	    : rc;
}

/* What was written becomes the object id, unless one that is whole is there by
 * now, which is it then: another process has made it, or what was lost was
 * found. */
static int
enter(struct ct_vault *v, const struct ct_vault_pub *pub,
    const struct vault_report *r, const json_t *file,
    const struct ct_vault_sealed *made, char id[CT_VAULT_ID + 1],
    struct ct_err *err)
{
	int rc = vault_begin(v, NULL, err);

	*id = '\0';
	if (!rc && !(rc = stays(v, r, made->sha256, err)))
		rc = look_up(v, of_report, r->key, made->sha256, id, err);
	if (rc == CT_NO && !*id) {
		rc = vault_was_destroyed(v, r, file, id, err);
		rc = rc == 1
		    ? ct_fail(err, CT_TEMPFAIL, "it was destroyed meanwhile")
		    : rc == 0 ? CT_NO
			      : rc;
	}
	if (rc == CT_NO) {
		rc = vault_commit(v, pub, made, "seal", line_of(r, file),
		    *id ? id : NULL, err);
		memcpy(id, made->id, CT_VAULT_ID + 1);
	} else {
		vault_discard(v);
	}
	vault_end(v);
	return rc;
}

static int
seal(struct ct_vault *v, const struct ct_vault_pub *pub,
    const struct vault_report *r, const json_t *file, const char *sha256,
    char id[CT_VAULT_ID + 1], struct ct_err *err)
{
	json_t *about = manifest(r, file, sha256);
	struct ct_vault_sealed made;
	int in = -1, rc = 0;

	if (!about)
		rc = ct_fail(err, CT_DATAERR, "no manifest can be made");
	else
		rc = ct_bytes_open(file, CT_BYTES_ANY, CT_BYTES_TIME, &in, err);
	if (!rc)
		rc = vault_write(v, pub, about, in, &made, err);
	if (!rc)
		rc = enter(v, pub, r, file, &made, id, err);
	if (in >= 0)
		(void)close(in);
	json_decref(about);
	return rc;
}

/* *state, with 0: "sealed", or "destroyed". */
static int
put(struct ct_vault *v, const struct ct_vault_pub *pub,
    const struct vault_report *r, const json_t *file, char id[CT_VAULT_ID + 1],
    const char **state, struct ct_err *err)
{
	const char *text = ct_rec_text(file, "sha256");
	uint8_t raw[CT_SHA256_LEN];
	char sha256[2 * CT_SHA256_LEN + 1], lost[CT_VAULT_ID + 1];
	int rc;

	if (!text || strlen(text) != 2 * CT_SHA256_LEN ||
	    ct_unhex(text, raw, sizeof raw) < 0)
		return ct_fail(err, CT_DATAERR, "sha256 is not 64 hex digits");
	ct_hex(raw, sizeof raw, sha256);
	*state = "sealed";
	if (!(rc = stays(v, r, sha256, err)))
		rc = look_up(v, of_report, r->key, sha256, lost, err);
	if (rc == 0) {
		memcpy(id, lost, sizeof lost);
	} else if (rc == CT_NO && *lost) {
		ct_warn("a sealed object is gone or damaged; "
			"it is sealed again");
	} else if (rc == CT_NO) {
		if ((rc = vault_was_destroyed(v, r, file, id, err)) == 1) {
			*state = "destroyed";
			return 0;
		}
		rc = rc ? rc : claim(v, r, file, sha256, id, err);
	}
	return rc == CT_NO ? seal(v, pub, r, file, sha256, id, err) : rc;
}

int
ct_vault_report(struct ct_vault *v, const struct ct_vault_pub *pub,
    const char *why, json_t *rec, size_t *failed, struct ct_err *err)
{
	char id[CT_VAULT_ID + 1];
	struct vault_report r;
	struct ct_err fault;
	const char *state = NULL;
	json_t *file, *is;
	size_t i;
	int rc = vault_report_of(rec, &r, err);

	*failed = 0;
	if (rc)
		return rc;
	json_array_foreach(r.files, i, file)
	{
		if (!json_is_object(file))
			return ct_fail(err, CT_DATAERR,
			    "report.files holds what is no object");
		fault = (struct ct_err){ 0 };
		if (!v)
			(void)ct_fail(&fault, CT_TEMPFAIL, "%s", why);
		else
			(void)put(v, pub, &r, file, id, &state, &fault);
		if (fault.code) {
			ct_warn("file %zu of a report is not sealed: %s", i + 1,
			    fault.msg);
			++*failed;
			is = json_pack("{s:s, s:s}", "state", "failed",
			    "reason", fault.msg);
		} else {
			is = json_pack("{s:s, s:s}", "state", state, "id", id);
		}
		if (!is) /* a directory whose name is no UTF-8 */
			is = json_pack("{s:s, s:s}", "state", "failed",
			    "reason", "see the message");
		if (json_object_set_new(file, "vault", is) < 0)
			return ct_fail(err, CT_OSERR, "out of memory");
	}
	return 0;
}
