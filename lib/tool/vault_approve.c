/* vault_approve.c - what needs two people: officers, and what they signed */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "conf.h"
#include "hex.h"
#include "vault_end.h"

#define APPROVAL_AGE ((int64_t)30 * VAULT_DAY) /* that approvals count */
#define APPROVALS_MAX 16 /* that are looked at; two are needed */

/* The key of the officer of this name.  CT_NOPERM if there is none. */
static int
officer(struct ct_signet_pub *pub, const struct ct_conf *conf, const char *name,
    struct ct_err *err)
{
	static const char *const known[] = { "public_key", NULL };
	const char *path;
	int rc = ct_conf_known(conf, "officer", known, err);

	if (rc)
		return rc;
	path = name ? ct_conf_get(conf, "officer", name, "public_key") : NULL;
	if (!path) /* the name may be that of a stranger */
		return ct_fail(err, CT_NOPERM,
		    "it is approved by somebody who is no [officer]");
	return ct_signet_pub_read(pub, path, err);
}

/* What is signed; release with free.  NULL: it cannot be written. */
static char *
canonical(const json_t *rec)
{
	const json_t *request = json_object_get(rec, "request");

	return json_is_object(request)
	    ? json_dumps(request, JSON_COMPACT | JSON_SORT_KEYS)
	    : NULL;
}

/* One approval of this text: by whom.  CT_NOPERM if it is none. */
static int
holds(const json_t *approval, const struct ct_conf *conf, const char *text,
    struct ct_signet_pub *pub, struct ct_err *err)
{
	const char *by = ct_rec_text(approval, "by");
	const char *hex = ct_rec_text(approval, "signature");
	uint8_t sig[CT_SIGNET_LEN];
	int rc = officer(pub, conf, by, err);

	if (rc)
		return rc;
	if (!hex || strlen(hex) != 2 * sizeof sig ||
	    ct_unhex(hex, sig, sizeof sig) < 0 ||
	    !ct_signet_fits(pub, CT_SIGNET_REQUEST, text, strlen(text), sig))
		return ct_fail(err, CT_NOPERM,
		    "the approval by '%s' is not of this request, or not with "
		    "the key of that [officer]",
		    by);
	return 0;
}

/* All approvals of a record: *n different people.  One that does not hold, or
 * a second of the same person, spoils it. */
static int
approvals(const json_t *rec, const struct ct_conf *conf, const char *text,
    struct ct_signet_pub pub[APPROVALS_MAX], size_t *n, struct ct_err *err)
{
	const json_t *all = json_object_get(rec, "approval");
	int rc = 0;

	*n = 0;
	if (all &&
	    (!json_is_array(all) || json_array_size(all) > APPROVALS_MAX))
		return ct_fail(err, CT_DATAERR, "approval is no list");
	for (size_t i = 0; !rc && i < json_array_size(all); i++) {
		rc = holds(json_array_get(all, i), conf, text, &pub[i], err);
		for (size_t j = 0; !rc && j < i; j++)
			if (memcmp(pub[i].id, pub[j].id, sizeof pub[i].id) == 0)
				rc = ct_fail(err, CT_NOPERM,
				    "one person has approved it twice");
		*n += !rc;
	}
	return rc;
}

/* Only what was looked at goes into the log. */
static json_t *
said(const json_t *rec, const struct ct_signet_pub *pub, size_t n)
{
	const json_t *all = json_object_get(rec, "approval"), *one;
	char key[2 * sizeof pub->key + 1];
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < n; i++) {
		one = json_array_get(all, i);
		ct_hex(pub[i].key, sizeof pub[i].key, key);
		(void)json_array_append_new(list,
		    json_pack("{s:s, s:s*, s:s, s:s}", "by",
			ct_rec_text(one, "by"), "at", ct_rec_text(one, "at"),
			"key", key, "signature",
			ct_rec_text(one, "signature")));
	}
	return list;
}

int
vault_approval(const json_t *rec, const struct ct_conf *conf, const char *verb,
    json_t **approval, struct ct_err *err)
{
	const char *wants = ct_rec_text(rec, "request.verb");
	struct ct_signet_pub pub[APPROVALS_MAX];
	char *text;
	size_t n;
	int rc;

	if (!wants || strcmp(wants, verb) != 0)
		return ct_fail(
		    err, CT_NOPERM, "it is not a request to %s", verb);
	if (!(text = canonical(rec)))
		return ct_fail(err, CT_DATAERR, "request cannot be written");
	rc = approvals(rec, conf, text, pub, &n, err);
	if (!rc && n < 2)
		rc = ct_fail(
		    err, CT_NOPERM, "two officers must approve it; %zu did", n);
	if (!rc)
		*approval = said(rec, pub, n);
	free(text);
	return rc;
}

int
ct_vault_approved(const json_t *rec, const struct ct_conf *conf,
    const char *verb, struct ct_err *err)
{
	json_t *approval = NULL;
	int rc = vault_approval(rec, conf, verb, &approval, err);

	json_decref(approval);
	return rc;
}

static int
add(json_t *rec, const char *by, const uint8_t sig[CT_SIGNET_LEN],
    struct ct_err *err)
{
	json_t *all = json_object_get(rec, "approval"), *one;
	char hex[2 * CT_SIGNET_LEN + 1], at[CT_TIME_LEN];

	ct_hex(sig, CT_SIGNET_LEN, hex);
	one = json_pack("{s:s, s:s, s:s}", "by", by, "at", ct_time_now(at),
	    "signature", hex);
	if (!one)
		return ct_fail(err, CT_DATAERR, "'%s' is no UTF-8", by);
	if (!all)
		(void)json_object_set_new(rec, "approval", all = json_array());
	return json_array_append_new(all, one) == 0
	    ? 0
	    : ct_fail(err, CT_OSERR, "out of memory");
}

/* The officer's own signature of this text, if nothing speaks against it. */
static int
sign(const json_t *rec, const struct ct_conf *conf, const char *by,
    const struct ct_signet *key, const char *text, uint8_t sig[CT_SIGNET_LEN],
    struct ct_err *err)
{
	struct ct_signet_pub pub[APPROVALS_MAX], own;
	size_t n;
	int rc = approvals(rec, conf, text, pub, &n, err);

	if (!rc && !ct_conf_get(conf, "officer", by, "public_key"))
		rc = ct_fail(err, CT_NOPERM, "there is no [officer %s]", by);
	if (!rc)
		rc = officer(&own, conf, by, err);
	if (rc)
		return rc;
	if (memcmp(own.id, ct_signet_public(key)->id, sizeof own.id) != 0)
		return ct_fail(
		    err, CT_NOPERM, "the key is not that of [officer %s]", by);
	for (size_t i = 0; i < n; i++)
		if (memcmp(own.id, pub[i].id, sizeof own.id) == 0)
			return ct_fail(
			    err, CT_NOPERM, "'%s' has approved it before", by);
	if (n == APPROVALS_MAX)
		return ct_fail(err, CT_NOPERM, "it has approvals enough");
	ct_signet_sign(key, CT_SIGNET_REQUEST, text, strlen(text), sig);
	return 0;
}

/* The line of the log, if the request is one of this vault, and as it is
 * there. */
static int
log_it(
    struct ct_vault *v, const json_t *rec, const char *by, struct ct_err *err)
{
	const json_t *request = json_object_get(rec, "request");
	int rc = vault_begin(v, NULL, err);

	if (rc)
		return rc;
	rc = vault_is_logged(v, request, err);
	if (!rc)
		rc = vault_log(v, "approve",
		    json_pack("{s:s, s:s}", "request",
			ct_rec_text(request, "id"), "by", by),
		    err);
	vault_end(v);
	return rc;
}

int
ct_vault_approve(struct ct_vault *v, json_t *rec, const struct ct_conf *conf,
    const char *by, const struct ct_signet *key, struct ct_err *err)
{
	uint8_t sig[CT_SIGNET_LEN];
	char *text;
	int rc;

	if (!json_object_get(rec, "request"))
		return CT_NO;
	if (!ct_rec_text(rec, "request.verb") || !(text = canonical(rec)))
		return ct_fail(err, CT_DATAERR, "request is none");
	rc = sign(rec, conf, by, key, text, sig, err);
	if (!rc && v)
		rc = log_it(v, rec, by, err);
	if (!rc)
		rc = add(rec, by, sig, err);
	free(text);
	return rc;
}

/* The log's name for a member of a request, NULL: it is not in the log. */
static const char *
logged_as(const char *name)
{
	return strcmp(name, "id") == 0 ? "request"
	    : strcmp(name, "at") == 0  ? NULL
				       : name;
}

/* Do all members of the one say what the other does?  Both ways the line's own
 * members apart. */
static int
same(json_t *line, const json_t *request, struct ct_err *err)
{
	static const char *const own[] = { "seq", "prev", "at", "mono", "boot",
		"uid", "tool", "act" };
	json_t *copy = json_deep_copy(request), *value;
	const char *name, *as;
	size_t i;
	bool equal = copy != NULL;

	for (i = 0; i < sizeof own / sizeof own[0]; i++)
		(void)json_object_del(line, own[i]);
	json_object_foreach(copy, name, value)
	{
		if (!(as = logged_as(name)))
			continue;
		equal = equal && json_equal(json_object_get(line, as), value);
		(void)json_object_del(line, as);
	}
	json_decref(copy);
	return equal && json_object_size(line) == 0
	    ? 0
	    : ct_fail(err, CT_NOPERM, "the request is not as the log has it");
}

int
vault_is_logged(struct ct_vault *v, const json_t *request, struct ct_err *err)
{
	struct ct_err ignored = { 0 };
	char *text = NULL;
	json_t *line;
	int rc = ct_store_text(v->store, &text, err,
	    "SELECT json FROM request WHERE id = ?", "s",
	    ct_rec_text(request, "id"));

	if (rc != 1)
		return rc ? rc
			  : ct_fail(err, CT_NOPERM,
				"the log of this vault knows no such request");
	line = ct_json_object(text, strlen(text), &ignored);
	rc = line ? same(line, request, err)
		  : ct_fail(err, CT_SOFTWARE, "a request that is none");
	json_decref(line);
	free(text);
	return rc;
}

/* Counted by the clock or by the time that the log has come to, whichever is
 * later: a clock that was put back makes no approval young. */
static int
check_age(struct ct_vault *v, const char *id, struct ct_err *err)
{
	char *text = NULL;
	int64_t at, steady = 0, now = ct_now();
	int rc = ct_store_text(v->store, &text, err,
	    "SELECT at FROM request WHERE id = ?", "s", id);

	if (rc == 1)
		rc = ct_store_int(
		    v->store, &steady, err, "SELECT at FROM steady", "");
	if (rc > 1 || !text || ct_time_parse(text, &at) < 0)
		rc = rc > 1
		    ? rc
		    : ct_fail(err, CT_SOFTWARE, "a request without a time");
	else
		rc = (steady > now ? steady : now) - at <= APPROVAL_AGE
		    ? 0
		    : ct_fail(err, CT_NOPERM,
			  "it was asked for on %.10s, and approvals count for "
			  "30 days: ask again",
			  text);
	free(text);
	return rc;
}

/* Was it done?  What a killed run has left of it is done still, and what has
 * ended by it gets its certificate again; but what was spared then stays. */
static int
check_done(struct ct_vault *v, const char *id, struct ct_err *err)
{
	int64_t n = 0;
	int rc = ct_store_int(v->store, &n, err,
	    "SELECT count(*) FROM done JOIN request ON request.id = "
	    "done.request"
	    " WHERE request = ?1 AND (verb = 'export' OR (object NOT IN"
	    "  (SELECT object FROM intent) AND object IN"
	    "  (SELECT id FROM object WHERE state <> 'destroyed')))",
	    "s", id);

	if (rc > 1)
		return rc;
	return n ? ct_fail(err, CT_NOPERM, "done already: ask again") : 0;
}

int
vault_may_do(struct ct_vault *v, const json_t *request, struct ct_err *err)
{
	const char *id = ct_rec_text(request, "id");
	int rc = vault_is_logged(v, request, err);

	if (!rc)
		rc = check_age(v, id, err);
	return rc ? rc : check_done(v, id, err);
}
