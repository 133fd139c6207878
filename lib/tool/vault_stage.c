/* vault_stage.c - what people still have to look at: ct_vault_stage and so on
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bytes.h"
#include "clock.h"
#include "hex.h"
#include "prog.h"
#include "rec.h"
#include "vault_dir.h"
#include "vault_end.h"

/* Which bytes of whom: borrowed from a record, but for sha256. */
struct item {
	const char *file, *user; /* ids; user may be NULL */
	char sha256[65];         /* empty: not known yet */
};

/* What the index has of an item: its object, which may be lost. */
struct known {
	char id[CT_VAULT_ID + 1]; /* empty: nothing */
	const char *state;        /* staged, sealed or destroyed */
	bool whole;
	bool lost; /* one that was sealed is not whole: as if there were none */
};

static int
item_of(const json_t *rec, struct item *it, struct ct_err *err)
{
	uint8_t raw[32];
	int rc = ct_rec_account(rec, &it->user, err);

	if (rc)
		return rc;
	it->file = ct_rec_text(rec, "id");
	it->sha256[0] = '\0';
	rc = ct_rec_hash(rec, "sha256", raw, sizeof raw, err);
	if (rc == 0)
		ct_hex(raw, sizeof raw, it->sha256);
	return rc;
}

/* ---- what there is already -------------------------------------------------
 */

/*
 * The content of an account is staged once, under whatever name; of no account,
 * once a name.  What was reported under this name, and is there, or what people
 * had destroyed, is not staged anew: nobody will look at it again.  What has
 * expired was evidence: who shows it again is looked at again.
 */
static int
look_up(struct ct_vault *v, const struct item *it, struct known *known,
    struct ct_err *err)
{
	static const char *const states[] = { "staged", "sealed", "destroyed" };
	enum { SEALED = 1, GONE };
	struct ct_rows *rows;
	const char *id;
	int rc = ct_rows_open(&rows, v->store, err,
	    "SELECT id, bytes, CASE state WHEN 'staged' THEN 0"
	    "  WHEN 'sealed' THEN 1 ELSE 2 END AS s FROM object"
	    " WHERE sha256 = ?1 AND user IS ?2 AND (file IS ?3"
	    "   OR (state = 'staged' AND ?2 IS NOT NULL))"
	    "  AND (state <> 'sealed' OR env = 'production')"
	    "  AND CASE state WHEN 'destroyed' THEN cause <> 'expired'"
	    "   ELSE id NOT IN (SELECT object FROM intent) END"
	    " ORDER BY s, seq",
	    "sss", it->sha256, it->user, it->file);

	*known = (struct known){ 0 };
	while (!rc && (rc = ct_rows_next(rows, err)) == 1) {
		rc = 0;
		id = ct_rows_text(rows, 0);
		known->state = states[ct_rows_int(rows, 2)];
		if (ct_rows_int(rows, 2) != GONE)
			rc = vault_is_whole(v, id, ct_rows_int(rows, 1), err);
		if (rc > CT_NO)
			break;
		known->whole = rc == 0;
		rc = 0;
		if (!known->whole && ct_rows_int(rows, 2) == SEALED) {
			known->lost = true; /* the evidence of a report */
			continue;
		}
		memcpy(known->id, id, strlen(id) + 1);
		break;
	}
	ct_rows_close(rows);
	return rc;
}

static int
look_up_now(struct ct_vault *v, const struct item *it, struct known *known,
    struct ct_err *err)
{
	int rc = vault_begin(v, NULL, err);

	if (rc)
		return rc;
	rc = look_up(v, it, known, err);
	vault_end(v);
	return rc;
}

/* ---- staging ---------------------------------------------------------------
 */

static json_t *
manifest(const json_t *rec, const struct item *it)
{
	json_t *about, *copy = json_copy((json_t *)(uintptr_t)rec);
	const char *source = ct_rec_text(rec, "path");
	char at[CT_TIME_LEN];

	(void)json_object_del(copy, "text");
	(void)json_object_del(copy, "vault");
	about =
	    json_pack("{s:s, s:s*, s:s*, s:s*, s:s*, s:O*, s:s*, s:s*, s:s*,"
		      " s:s, s:O*}",
		"kind", "file", "id", it->file, "sha256",
		*it->sha256 ? it->sha256 : NULL, "sha1",
		ct_rec_text(rec, "hashes.sha1"), "md5",
		ct_rec_text(rec, "hashes.md5"), "size",
		ct_rec_get(rec, "file.size"), "mime",
		ct_rec_text(rec, "file.mime"), "user", it->user, "source",
		source ? source : ct_rec_text(rec, "path_b64"), "at",
		ct_time_now(at), "record", copy);
	json_decref(copy);
	return about;
}

/* What was written becomes an object, unless there is one by now. */
static int
enter(struct ct_vault *v, const struct ct_vault_pub *pub, const struct item *it,
    const struct ct_vault_sealed *made, struct known *known, struct ct_err *err)
{
	int rc = vault_begin(v, NULL, err);

	if (rc) {
		vault_discard(v);
		return rc;
	}
	rc = look_up(v, it, known, err);
	if (rc || known->whole) {
		vault_discard(v);
	} else {
		rc = vault_commit(v, pub, made, "stage",
		    json_pack(
			"{s:s*, s:s*}", "user", it->user, "file", it->file),
		    *known->id ? known->id : NULL, err);
		memcpy(known->id, made->id, sizeof known->id);
		known->state = "staged";
	}
	vault_end(v);
	return rc;
}

static int
make(struct ct_vault *v, const struct ct_vault_pub *pub, const json_t *rec,
    struct item *it, int in, struct known *known, struct ct_vault_sealed *made,
    struct ct_err *err)
{
	json_t *about = manifest(rec, it);
	int rc;

	if (!about)
		return ct_fail(err, CT_DATAERR, "no manifest can be made");
	rc = vault_write(v, pub, about, in, made, err);
	if (!rc) {
		memcpy(it->sha256, made->sha256, sizeof it->sha256);
		rc = enter(v, pub, it, made, known, err);
	}
	json_decref(about);
	return rc;
}

/* The bytes of in, or if that is -1, those that the record names. */
static int
stage(struct ct_vault *v, const struct ct_vault_pub *pub, const json_t *rec,
    struct item *it, int in, struct known *known, struct ct_vault_sealed *made,
    struct ct_err *err)
{
	int fd = in, rc = *it->sha256 ? look_up_now(v, it, known, err) : 0;

	if (rc || known->whole)
		return rc;
	if (*known->id || known->lost)
		ct_warn("a %s object is gone or damaged; it is staged again",
		    *known->id ? "staged" : "sealed");
	if (fd < 0 &&
	    (rc = ct_bytes_open(rec, CT_BYTES_ANY, CT_BYTES_TIME, &fd, err)))
		return rc;
	rc = make(v, pub, rec, it, fd, known, made, err);
	if (in < 0)
		(void)close(fd);
	return rc;
}

static int
set(json_t *rec, json_t *is, struct ct_err *err)
{
	if (!is) /* a path that is no UTF-8 */
		is = json_pack("{s:s, s:s}", "state", "failed", "reason",
		    "see the message");
	return json_object_set_new(rec, "vault", is) < 0
	    ? ct_fail(err, CT_OSERR, "out of memory")
	    : 0;
}

static int
set_known(json_t *rec, const struct known *known, struct ct_err *err)
{
	return set(rec,
	    json_pack("{s:s, s:s}", "state", known->state, "id", known->id),
	    err);
}

/* It could not be done: the record says so and goes on. */
static int
set_failed(json_t *rec, const struct ct_err *why, struct ct_err *err)
{
	return set(rec,
	    json_pack("{s:s, s:s}", "state", "failed", "reason", why->msg),
	    err);
}

/* What was not known before the bytes were read. */
static int
set_read(json_t *rec, const struct ct_vault_sealed *made, struct ct_err *err)
{
	json_t *file = json_pack("{s:I}", "size", (json_int_t)made->size);
	json_t *hashes = json_pack("{s:s}", "sha256", made->sha256);
	const json_t *mime = ct_rec_get(rec, "file.mime");

	if (mime)
		(void)json_object_set(file, "mime", (json_t *)(uintptr_t)mime);
	if (json_object_set_new(rec, "file", file) < 0 ||
	    json_object_set_new(rec, "hashes", hashes) < 0)
		return ct_fail(err, CT_OSERR, "out of memory");
	return 0;
}

int
ct_vault_stage(struct ct_vault *v, const struct ct_vault_pub *pub,
    const char *why, int in, json_t *rec, const char **outcome,
    struct ct_err *err)
{
	struct ct_vault_sealed made = { 0 };
	struct known known = { 0 };
	struct ct_err fault = { 0 };
	struct item it;
	int rc = item_of(rec, &it, err);

	if (rc > CT_NO || (rc && in < 0))
		return rc;
	rc = v ? stage(v, pub, rec, &it, in, &known, &made, &fault)
	       : ct_fail(&fault, CT_TEMPFAIL, "%s", why);
	if (rc)
		ct_warn("a file is not staged: %s", fault.msg);
	*outcome = rc ? "failed" : known.state;
	if (!rc && in >= 0)
		rc = set_read(rec, &made, &fault);
	return rc ? set_failed(rec, &fault, err) : set_known(rec, &known, err);
}

/* ---- what is not_csam ------------------------------------------------------
 */

/* Objects of an item. */
struct found {
	char (*id)[CT_VAULT_ID + 1];
	struct vault_fate *fate; /* of each */
	size_t n;
	bool was; /* the one that there is has ended */
};

/* The staged objects of an item, all of them, or else one that ended. */
static int
find(struct ct_vault *v, const struct item *it, struct found *f,
    struct ct_err *err)
{
	struct ct_rows *rows;
	size_t i, cap = 0;
	int rc = ct_rows_open(&rows, v->store, err,
	    "SELECT id, state = 'destroyed' AS gone FROM object"
	    " WHERE sha256 = ?1 AND (user = ?2 OR (file = ?3"
	    "   AND (user IS NULL OR ?2 IS NULL)))"
	    "  AND (state = 'staged'"
	    "   OR (state = 'destroyed' AND cause = 'not_csam'))"
	    " ORDER BY gone, seq",
	    "sss", it->sha256, it->user, it->file);

	while (!rc && !f->was && (rc = ct_rows_next(rows, err)) == 1) {
		rc = 0;
		f->was = ct_rows_int(rows, 1) != 0;
		if (f->was && f->n) {
			f->was = false;
			break;
		}
		if (f->n == cap)
			f->id = ct_grow(
			    f->id, cap = 2 * cap + VAULT_BATCH, sizeof *f->id);
		memcpy(f->id[f->n++], ct_rows_text(rows, 0), sizeof *f->id);
	}
	ct_rows_close(rows);
	f->fate = ct_alloc(f->n + 1, sizeof *f->fate);
	for (i = 0; i < f->n; i++)
		f->fate[i].id = f->id[i];
	return rc;
}

/* What the record says of objects of which each has a fate. */
static int
tell(struct ct_vault *v, json_t *rec, const struct vault_fate *fate, size_t n,
    const char **outcome, struct ct_err *err)
{
	json_t *holds = NULL;
	size_t i, held = n;
	int rc;

	for (i = 0; i < n; i++)
		if (fate[i].why.code == CT_NOPERM)
			held = i;
		else if (fate[i].why.code > CT_NO)
			return ct_fail(err, CT_TEMPFAIL, "%s", fate[i].why.msg);
	*outcome = held < n ? "held" : "destroyed";
	if (held == n)
		return set(rec,
		    json_pack(
			"{s:s, s:s}", "state", "destroyed", "id", fate[0].id),
		    err);
	if ((rc = vault_held(v, fate[held].id, &holds, err)) > CT_NO)
		return rc;
	rc = set(rec,
	    json_pack("{s:s, s:s, s:O*}", "state", "staged", "id",
		fate[held].id, "hold", holds),
	    err);
	json_decref(holds);
	return rc;
}

static int
destroy(struct ct_vault *v, const struct found *f, const char *by,
    bool clock_ok, struct ct_err *err)
{
	size_t i, n;
	int rc = vault_clock(v, clock_ok, err);

	for (i = 0; !rc && i < f->n; i += n) {
		n = f->n - i < VAULT_BATCH ? f->n - i : VAULT_BATCH;
		rc =
		    vault_destroy(v, f->fate + i, n, "not_csam", NULL, by, err);
	}
	return rc;
}

static int
unstage(struct ct_vault *v, json_t *rec, const struct item *it, bool clock_ok,
    const char **outcome, struct ct_err *err)
{
	struct found f = { 0 };
	int rc = vault_begin(v, NULL, err);

	if (rc)
		return rc;
	rc = find(v, it, &f, err);
	if (!rc && f.n && !f.was && !v->agreed) {
		/* others may act while the log is read */
		vault_end(v);
		free(f.fate);
		free(f.id);
		f = (struct found){ 0 };
		if (!(rc = vault_must_agree(v, err)) &&
		    !(rc = vault_begin(v, NULL, err)))
			rc = find(v, it, &f, err);
	}
	if (!rc && f.n && !f.was)
		rc = destroy(
		    v, &f, ct_rec_text(rec, "review.by"), clock_ok, err);
	if (!rc)
		rc = f.n ? tell(v, rec, f.fate, f.n, outcome, err) : CT_NO;
	vault_end(v);
	free(f.fate);
	free(f.id);
	return rc;
}

int
ct_vault_unstage(struct ct_vault *v, const char *why, json_t *rec,
    bool clock_ok, const char **outcome, struct ct_err *err)
{
	struct ct_err fault = { 0 };
	struct item it;
	int rc = item_of(rec, &it, err);

	if (rc)
		return rc;
	rc = v ? unstage(v, rec, &it, clock_ok, outcome, &fault)
	       : ct_fail(&fault, CT_TEMPFAIL, "%s", why);
	if (rc <= CT_NO)
		return rc;
	ct_warn("what is staged is not destroyed: %s", fault.msg);
	*outcome = rc == CT_NOPERM ? "refused" : "failed";
	return set_failed(rec, &fault, err);
}
