/* vault_put.c - the files of a report into the vault: ct_vault_report */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "hex.h"
#include "prog.h"
#include "rec.h"
#include "vault_dir.h"
#include "vault_format.h"

/* A row whose object is gone or damaged. */
struct lost {
	int64_t seq;              /* 0: there is no such row */
	char id[CT_VAULT_ID + 1]; /* empty if it is no name of an object */
};

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
	r->user = ct_rec_text(rec, "user.id");
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
	return 0;
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
			 " s:I, s:s, s:s*, s:s}",
	    "kind", "file", "id", ct_rec_text(file, "id"), "sha256", sha256,
	    "sha1", ct_rec_text(file, "sha1"), "md5", ct_rec_text(file, "md5"),
	    "size", size, "mime", ct_rec_text(file, "mime"), "user", r->user,
	    "report", r->key, "part", (json_int_t)r->part, "env", r->env,
	    "source", source, "at", ct_time_now(at));
}

/* tmp/new.part, complete, becomes tmp/ID, and both are durable. */
static int
finish(const struct ct_vault *v, int fd, const char *part, const char *id,
    struct ct_err *err)
{
	char *tmp = vault_tmp(v, id);
	int rc = 0;

	if (fchmod(fd, 0400) < 0 || fsync(fd) < 0)
		rc = ct_fail_errno(err, CT_IOERR, "cannot sync '%s'", part);
	else if (rename(part, tmp) < 0)
		rc =
		    ct_fail_errno(err, CT_CANTCREAT, "cannot create '%s'", tmp);
	else if ((rc = ct_file_sync_dir(tmp, err)))
		(void)unlink(tmp);
	free(tmp);
	return rc;
}

static int
write_object(struct ct_vault *v, const struct ct_vault_pub *pub,
    const json_t *about, int in, char id[CT_VAULT_ID + 1], int64_t *bytes,
    struct ct_err *err)
{
	char *part = vault_tmp(v, "new.part");
	struct stat st;
	int fd, rc;

	(void)unlink(part);
	fd = open(
	    part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		rc = ct_fail_errno(
		    err, CT_CANTCREAT, "cannot create '%s'", part);
	} else {
		rc = ct_vault_seal(pub, about, in, fd, id, err);
		if (!rc && fstat(fd, &st) < 0)
			rc = ct_fail_errno(err, CT_IOERR, "cannot stat");
		if (!rc)
			*bytes = st.st_size;
		if (!rc)
			rc = finish(v, fd, part, id, err);
		(void)close(fd);
		if (rc)
			(void)unlink(part);
	}
	free(part);
	return rc;
}

/* seq: of the row whose object was lost, or 0.  Its sealed_at stays: a receipt
 * may be older than the object that took the place of the lost one. */
static int
write_row(struct ct_vault *v, const struct ct_vault_pub *pub,
    const struct vault_report *r, const json_t *about, const char *id,
    int64_t bytes, int64_t size, int64_t seq, struct ct_err *err)
{
	char key[2 * sizeof pub->id + 1];

	ct_hex(pub->id, sizeof pub->id, key);
	if (seq)
		return ct_store_do(v->store, err,
		    "UPDATE object SET id = ?, bytes = ?, key = ? WHERE seq = "
		    "?",
		    "sisi", id, bytes, key, seq);
	return ct_store_do(v->store, err,
	    "INSERT INTO object (id, report, part, env, user, file, sha256,"
	    " size, bytes, key, sealed_at) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
	    "ssissssiiss", id, r->key, r->part, r->env, r->user,
	    ct_rec_text(about, "id"), ct_rec_text(about, "sha256"), size, bytes,
	    key, ct_rec_text(about, "at"));
}

/* Without a row nobody will look for it; if that cannot be told, it stays for
 * the next run to settle. */
static void
withdraw(struct ct_vault *v, const char *id)
{
	char *tmp = vault_tmp(v, id);
	struct ct_err ignored = { 0 };
	int64_t seq;

	if (ct_store_int(v->store, &seq, &ignored,
		"SELECT seq FROM object WHERE id = ?", "s", id) == 0)
		(void)unlink(tmp);
	free(tmp);
}

/* The new object stands in tmp/: give it its row and its place. */
static int
enter(struct ct_vault *v, const struct ct_vault_pub *pub,
    const struct vault_report *r, const json_t *about, const char *id,
    int64_t bytes, int64_t size, const struct lost *lost, struct ct_err *err)
{
	char *old = vault_tmp(v, lost->id);
	int rc = *lost->id ? vault_retire(v, lost->id, err) : 0;

	if (!rc)
		rc = write_row(
		    v, pub, r, about, id, bytes, size, lost->seq, err);
	if (rc)
		withdraw(v, id);
	else if (*lost->id)
		(void)unlink(old); /* else the next run does it */
	free(old);
	return rc ? rc : vault_place(v, id, err);
}

static int
seal(struct ct_vault *v, const struct ct_vault_pub *pub,
    const struct vault_report *r, const json_t *file, const char *sha256,
    const struct lost *lost, char id[CT_VAULT_ID + 1], struct ct_err *err)
{
	json_t *about = manifest(r, file, sha256);
	int64_t bytes = 0;
	int in = -1, rc = 0;

	if (!about)
		rc = ct_fail(err, CT_DATAERR, "no manifest can be made");
	else if ((in = ct_rec_open(file, err)) < 0)
		rc = err->code;
	if (!rc)
		rc = write_object(v, pub, about, in, id, &bytes, err);
	if (!rc) /* the size is of what was read, not of what was opened */
		rc = enter(v, pub, r, about, id, bytes, lseek(in, 0, SEEK_CUR),
		    lost, err);
	if (in >= 0)
		(void)close(in);
	json_decref(about);
	return rc;
}

/* 0 with its id if this file of this report is held; CT_NO, and what was lost
 * if its object is gone or damaged. */
static int
look_up(struct ct_vault *v, const struct vault_report *r, const char *sha256,
    char id[CT_VAULT_ID + 1], struct lost *lost, struct ct_err *err)
{
	struct ct_rows *rows;
	const char *have;
	int rc;

	rc = ct_rows_open(&rows, v->store, err,
	    "SELECT seq, id, bytes FROM object WHERE report = ? AND sha256 = ?",
	    "ss", r->key, sha256);
	if (rc)
		return rc;
	rc = ct_rows_next(rows, err);
	if (rc == 0) {
		rc = CT_NO;
	} else if (rc == 1) {
		have = ct_rows_text(rows, 1);
		have = have && vault_is_id(have) ? have : "";
		if (vault_is_held(v, have, ct_rows_int(rows, 2))) {
			memcpy(id, have, CT_VAULT_ID + 1);
			rc = 0;
		} else {
			lost->seq = ct_rows_int(rows, 0);
			memcpy(lost->id, have, strlen(have) + 1);
			ct_warn("a sealed object is gone or damaged; "
				"it is sealed again");
		}
	}
	ct_rows_close(rows);
	return rc;
}

static int
put(struct ct_vault *v, const struct ct_vault_pub *pub,
    const struct vault_report *r, const json_t *file, char id[CT_VAULT_ID + 1],
    struct ct_err *err)
{
	const char *text = ct_rec_text(file, "sha256");
	uint8_t raw[CT_SHA256_LEN];
	char sha256[2 * CT_SHA256_LEN + 1];
	struct lost lost = { 0 };
	int rc;

	if (!text || strlen(text) != 2 * CT_SHA256_LEN ||
	    ct_unhex(text, raw, sizeof raw) < 0)
		return ct_fail(err, CT_DATAERR, "sha256 is not 64 hex digits");
	ct_hex(raw, sizeof raw, sha256);
	rc = look_up(v, r, sha256, id, &lost, err);
	return rc == CT_NO ? seal(v, pub, r, file, sha256, &lost, id, err) : rc;
}

int
ct_vault_report(struct ct_vault *v, const struct ct_vault_pub *pub,
    const char *why, json_t *rec, size_t *failed, struct ct_err *err)
{
	char id[CT_VAULT_ID + 1];
	struct vault_report r;
	struct ct_err fault;
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
			(void)put(v, pub, &r, file, id, &fault);
		if (fault.code) {
			ct_warn("file %zu of a report is not sealed: %s", i + 1,
			    fault.msg);
			++*failed;
			is = json_pack("{s:s, s:s}", "state", "failed",
			    "reason", fault.msg);
		} else {
			is = json_pack(
			    "{s:s, s:s}", "state", "sealed", "id", id);
		}
		if (!is) /* a directory whose name is no UTF-8 */
			is = json_pack("{s:s, s:s}", "state", "failed",
			    "reason", "see the message");
		if (json_object_set_new(file, "vault", is) < 0)
			return ct_fail(err, CT_OSERR, "out of memory");
	}
	return 0;
}
