/* vault_check.c - what is held, and is it whole: list and verify of vault.h */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "prog.h"
#include "rec.h"
#include "vault_wrap.h"

struct check {
	struct ct_vault *vault;
	struct ct_vault_key *const *key;
	size_t nkeys;
	struct ct_out *out;
	struct ct_tally *tally;
	bool bad; /* something was not "ok" */
};

static int
put(struct ct_out *out, json_t *rec, struct ct_err *err)
{
	int rc = rec ? ct_out_rec(out, rec, err)
		     : ct_fail(err, CT_OSERR, "out of memory");

	json_decref(rec);
	return rc;
}

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

/* The state of the object of a row, and why; NULL with *err: cannot tell. */
static const char *
state_of(struct check *c, struct ct_rows *r, struct ct_err *why)
{
	const char *id = ct_rows_text(r, 0);
	char name[CT_VAULT_ID + 1];
	json_t *m = NULL;
	int fd = vault_open_object(c->vault, id), rc;

	if (fd < 0) {
		rc = errno;
		(void)ct_fail_errno(why, CT_IOERR, "cannot open");
		return rc == ENOENT ? "missing" : "damaged";
	}
	rc = ct_vault_name(fd, name, why);
	if (!rc && strcmp(name, id) != 0)
		rc = ct_fail(why, CT_DATAERR, "its name is not its digest");
	if (!rc && c->nkeys) {
		rc = lseek(fd, 0, SEEK_SET) < 0
		    ? ct_fail_errno(why, CT_IOERR, "cannot seek")
		    : vault_open_wrapped(
			  c->vault->dir, id, c->key, c->nkeys, fd, -1, &m, why);
		if (!rc && !is_of_row(m, r))
			rc = ct_fail(
			    why, CT_DATAERR, "it is not what its row says");
		json_decref(m);
	}
	(void)close(fd);
	return !rc ? "ok" : rc == CT_NOPERM ? "locked" : "damaged";
}

static int
check_rows(struct check *c, struct ct_err *err)
{
	struct ct_err why;
	struct ct_rows *r;
	const char *state;
	int rc = ct_rows_open(&r, c->vault->store, err,
	    "SELECT id, ifnull(sealed_at, staged_at), report, sha256, size"
	    " FROM object WHERE state <> 'destroyed' ORDER BY seq",
	    "");

	while (!rc && (rc = ct_rows_next(r, err)) == 1) {
		why = (struct ct_err){ 0 };
		state = state_of(c, r, &why);
		c->bad |= why.code != 0;
		ct_tally(c->tally, state);
		rc = put(c->out,
		    json_pack("{s:s, s:s, s:s, s:s*}", "id", ct_rows_text(r, 0),
			"state", state, "sealed_at", ct_rows_text(r, 1),
			"reason", why.code ? why.msg : NULL),
		    err);
		if (ct_stop && !rc)
			rc = ct_fail(err, CT_TEMPFAIL, "stopped by a signal");
	}
	ct_rows_close(r);
	return rc;
}

/* A name below objects/dir: one that no row put there is a stray. */
static int
check_name(
    struct check *c, const char *dir, const char *name, struct ct_err *err)
{
	int64_t seq;
	int rc = 0;

	if (vault_is_id(name) && strlen(dir) == 2 && strncmp(dir, name, 2) == 0)
		rc = ct_store_int(c->vault->store, &seq, err,
		    "SELECT seq FROM object WHERE id = ?"
		    " AND state <> 'destroyed'",
		    "s", name);
	if (rc)
		return rc == 1 ? 0 : rc;
	c->bad = true;
	ct_tally(c->tally, "stray");
	/* the name of a stray may be anything: not always text */
	return put(c->out,
	    json_pack("{s:s?, s:s, s:s}", "id", vault_is_id(name) ? name : NULL,
		"state", "stray", "reason", "no row put it where it is"),
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
	struct check c = { v, key, n, out, tally, false };
	int rc = check_rows(&c, err);

	if (!rc)
		rc = walk(&c, "", err);
	return rc ? rc : c.bad ? CT_NO : 0;
}
