/* vault_check.c - what is held, and is it whole: list and verify of vault.h */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "prog.h"
#include "rec.h"
#include "vault_wrap.h"

#define PROVED 1000 /* objects that a line says so of */

struct check {
	struct ct_vault *vault;
	struct ct_vault_key *const *key;
	size_t nkeys;
	struct ct_out *out;
	struct ct_tally *tally;
	json_t *proved;          /* by key: ids of what its wraps opened */
	json_int_t objects, bad; /* bad: whatever was not "ok" */
};

/* One more record; taken. */
static int
put(struct check *c, const char *state, json_t *rec, struct ct_err *err)
{
	int rc = rec ? ct_out_rec(c->out, rec, err)
		     : ct_fail(err, CT_OSERR, "out of memory");

	ct_tally(c->tally, state);
	c->bad += strcmp(state, "ok") != 0;
	json_decref(rec);
	if (ct_stop && !rc)
		rc = ct_fail(err, CT_TEMPFAIL, "stopped by a signal");
	return rc;
}

/* ---- the log, the index, the receipts -------------------------------------
 */

static int
differs(const char *table, int64_t rows, void *arg, struct ct_err *err)
{
	char why[64];

	(void)snprintf(why, sizeof why, "%lld rows are not as the log says",
	    (long long)rows);
	return put(arg, "damaged",
	    json_pack("{s:s, s:s, s:s}", "index", table, "state", "damaged",
		"reason", why),
	    err);
}

static int
check_index(struct check *c, struct ct_err *err)
{
	struct ct_err why = { 0 };
	int rc = vault_agrees(c->vault, differs, c, &why);

	if (rc == CT_DATAERR || rc == CT_CONFIG)
		return put(c, "damaged",
		    json_pack("{s:s, s:s, s:s}", "log", "ct-preserve", "state",
			"damaged", "reason", why.msg),
		    err);
	if (rc)
		*err = why;
	return rc;
}

static int
check_receipts(struct check *c, struct ct_err *err)
{
	struct ct_rows *r;
	char *name;
	int rc = ct_rows_open(&r, c->vault->store, err,
	    "SELECT env, authority, report_id, sum FROM receipt"
	    " ORDER BY env, authority, report_id",
	    "");

	while (!rc && (rc = ct_rows_next(r, err)) == 1) {
		rc = 0;
		if (vault_receipt_is(c->vault, ct_rows_text(r, 0),
			ct_rows_text(r, 1), ct_rows_text(r, 2),
			ct_rows_text(r, 3)))
			continue;
		name = vault_receipt_name(
		    ct_rows_text(r, 0), ct_rows_text(r, 1), ct_rows_text(r, 2));
		rc = put(c, "damaged",
		    json_pack("{s:s, s:s, s:s}", "receipt", name, "state",
			"damaged", "reason",
			"it is gone, or not what was stored"),
		    err);
		free(name);
	}
	ct_rows_close(r);
	return rc;
}

/* ---- objects --------------------------------------------------------------
 */

/* Does what is in it belong to its row, as far as the manifest says?  What was
 * staged knows of no report. */
static bool
is_of_row(const json_t *m, struct ct_rows *r)
{
	const char *report = ct_rec_text(m, "report");
	const char *sha256 = ct_rec_text(m, "sha256");
	const char *want = ct_rows_text(r, 2);
	const json_t *size = json_object_get(m, "size");

	return (!report || (want && strcmp(report, want) == 0)) &&
	    (!sha256 || strcasecmp(sha256, ct_rows_text(r, 3)) == 0) &&
	    (!size || json_integer_value(size) == ct_rows_int(r, 4));
}

static int
note_proved(
    struct check *c, const char *key, const char *id, struct ct_err *err)
{
	json_t *ids = json_object_get(c->proved, key);

	if (!ids)
		(void)json_object_set_new(c->proved, key, ids = json_array());
	return json_array_append_new(ids, json_string(id)) == 0
	    ? 0
	    : ct_fail(err, CT_OSERR, "out of memory");
}

/* A line of the log (members: taken); where none can be written, what was
 * checked is as true. */
static int
note(struct check *c, const char *act, json_t *members, struct ct_err *err)
{
	struct ct_err why = { 0 };
	int rc;

	if (c->vault->looks) {
		json_decref(members);
		return 0;
	}
	rc = vault_note(c->vault, act, members, &why);
	if (rc != CT_CANTCREAT && rc != CT_IOERR) {
		*err = why;
		return rc;
	}
	ct_warn("what was found is not in the log: %s", why.msg);
	return 0;
}

/* Lines of the log, so many objects in each. */
static int
log_proved(struct check *c, struct ct_err *err)
{
	json_t *ids, *part, *id;
	const char *key;
	size_t i;
	int rc = 0;

	json_object_foreach(c->proved, key, ids)
	{
		part = json_array();
		json_array_foreach(ids, i, id)
		{
			(void)json_array_append(part, id);
			if (rc ||
			    ((i + 1) % PROVED != 0 &&
				i + 1 < json_array_size(ids)))
				continue;
			rc = note(c, "proved",
			    json_pack(
				"{s:s, s:O}", "key", key, "objects", part),
			    err);
			(void)json_array_clear(part);
		}
		json_decref(part);
	}
	json_decref(c->proved);
	return rc;
}

/* The state of the object of a row, and why; NULL with *err: cannot tell. */
static const char *
state_of(struct check *c, struct ct_rows *r, struct ct_err *why)
{
	const char *id = ct_rows_text(r, 0);
	char name[CT_VAULT_ID + 1], by[65] = "";
	const char *belied;
	json_t *m = NULL;
	int fd = vault_open_object(c->vault, id), rc;

	if (fd < 0) {
		rc = errno;
		(void)ct_fail_errno(why, CT_IOERR, "cannot open");
		return rc == ENOENT ? "missing" : "damaged";
	}
	rc = ct_vault_name(fd, name, why);
	if (!rc && strcmp(name, id) != 0) {
		rc = vault_whose(c->vault, name, id, why);
		if (rc == 1)
			rc = ct_fail(why, CT_DATAERR, "it is object %s", name);
		else if (!rc)
			rc = ct_fail(
			    why, CT_DATAERR, "its name is not its digest");
	}
	if (!rc && c->nkeys) {
		rc = lseek(fd, 0, SEEK_SET) < 0
		    ? ct_fail_errno(why, CT_IOERR, "cannot seek")
		    : vault_open_wrapped(c->vault->dir, id, c->key, c->nkeys,
			  fd, -1, &m, by, why);
		if (!rc && !is_of_row(m, r))
			rc = ct_fail(
			    why, CT_DATAERR, "it is not what its row says");
		if (!rc && (belied = vault_belied(m)))
			(void)snprintf(why->msg, sizeof why->msg,
			    "its bytes have not the %s of its record", belied);
		if (!rc && *by)
			rc = note_proved(c, by, id, why);
		json_decref(m);
	}
	(void)close(fd);
	return !rc ? "ok" : rc == CT_NOPERM ? "locked" : "damaged";
}

/* With the log to ourselves: is this object still alive, its destruction not
 * begun?  1, 0, or a code. */
static int
is_alive(struct check *c, const char *id, struct ct_err *err)
{
	int64_t seq;
	int rc = vault_begin(c->vault, NULL, err);

	if (rc)
		return rc;
	rc = ct_store_int(c->vault->store, &seq, err,
	    "SELECT seq FROM object WHERE id = ? AND state <> 'destroyed'"
	    " AND id NOT IN (SELECT object FROM intent)",
	    "s", id);
	vault_end(c->vault);
	return rc;
}

static int
check_row(struct check *c, struct ct_rows *r, struct ct_err *err)
{
	struct ct_err why = { 0 };
	const char *state = state_of(c, r, &why);
	int rc = why.code ? is_alive(c, ct_rows_text(r, 0), err) : 1;

	if (rc != 1)
		return rc;
	c->objects++;
	return put(c, state,
	    json_pack("{s:s, s:s, s:s, s:s*}", "id", ct_rows_text(r, 0),
		"state", state, "sealed_at", ct_rows_text(r, 1), "reason",
		*why.msg ? why.msg : NULL),
	    err);
}

static int
check_rows(struct check *c, struct ct_err *err)
{
	struct ct_rows *r;
	int rc = ct_rows_open(&r, c->vault->store, err,
	    "SELECT id, ifnull(sealed_at, staged_at), report, sha256, size"
	    " FROM object WHERE state <> 'destroyed' ORDER BY seq",
	    "");

	while (!rc && (rc = ct_rows_next(r, err)) == 1)
		rc = check_row(c, r, err);
	ct_rows_close(r);
	return rc;
}

/* ---- what nobody put there ------------------------------------------------
 */

/* Does the log know it, or what is being destroyed?  An object gets its place
 * and its line while nobody else has the log; where somebody was killed between
 * the two, the next run that makes objects settles it. */
static int
is_known(struct check *c, const char *id, struct ct_err *err)
{
	static const char query[] =
	    "SELECT seq FROM object WHERE id = ? AND (state <> 'destroyed'"
	    " OR id IN (SELECT object FROM intent))";
	int64_t seq;
	int rc = ct_store_int(c->vault->store, &seq, err, query, "s", id);

	if (rc || (rc = vault_begin(c->vault, NULL, err)))
		return rc;
	rc = ct_store_int(c->vault->store, &seq, err, query, "s", id);
	if (rc == 0)
		rc = vault_is_part(c->vault, id);
	vault_end(c->vault);
	return rc;
}

/* A name below objects/dir. */
static int
check_name(
    struct check *c, const char *dir, const char *name, struct ct_err *err)
{
	bool id = vault_is_id(name);
	int rc = id && strlen(dir) == 2 && strncmp(dir, name, 2) == 0
	    ? is_known(c, name, err)
	    : 0;

	if (rc)
		return rc == 1 ? 0 : rc;
	/* the name of a stray may be anything: not always text */
	return put(c, "stray",
	    json_pack("{s:s?, s:s, s:s}", "id", id ? name : NULL, "state",
		"stray", "reason", "the log does not know it there"),
	    err);
}

static bool
is_dot(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Calls check_name for all below objects/; what is right there is in no dir. */
static int
walk(struct check *c, const char *dir, struct ct_err *err)
{
	char *path = ct_printf("%s/objects/%s", c->vault->dir, dir);
	DIR *d = opendir(path);
	struct dirent *e;
	int rc = 0;

	if (!d && errno == ENOTDIR && *dir)
		rc = check_name(c, "", dir, err);
	else if (!d)
		rc = ct_fail_errno(err, CT_IOERR, "cannot read '%s'", path);
	while (d && !rc && (errno = 0, e = readdir(d)))
		if (!is_dot(e->d_name))
			rc = *dir ? check_name(c, dir, e->d_name, err)
				  : walk(c, e->d_name, err);
	if (d && !rc && errno)
		rc = ct_fail_errno(err, CT_IOERR, "cannot read '%s'", path);
	if (d)
		(void)closedir(d);
	free(path);
	return rc;
}

int
ct_vault_verify(struct ct_vault *v, struct ct_vault_key *const key[], size_t n,
    struct ct_out *out, struct ct_tally *tally, struct ct_err *err)
{
	struct check c = { v, key, n, out, tally, json_object(), 0, 0 };
	int rc = check_index(&c, err);

	if (!rc)
		rc = check_receipts(&c, err);
	if (!rc)
		rc = check_rows(&c, err);
	if (!rc)
		rc = walk(&c, "", err);
	if (!rc)
		rc = log_proved(&c, err);
	else
		json_decref(c.proved);
	if (!rc)
		rc = note(&c, "verify",
		    json_pack("{s:I, s:I, s:I}", "objects", c.objects, "bad",
			c.bad, "keys", (json_int_t)n),
		    err);
	return rc ? rc : c.bad ? CT_NO : 0;
}
