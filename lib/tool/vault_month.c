/* vault_month.c - whom to seal to today: keys of months, signed by a root */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "conf.h"
#include "file.h"
#include "prog.h"
#include "vault_keys.h"

#define WARN ((int64_t)7 * 24 * 60 * 60 * 1000) /* before a month ends */

/* ---- months -------------------------------------------------------------- */

/* When it begins, in ms; -1: it is none. */
static int64_t
begins(const char *month)
{
	char text[CT_TIME_LEN];
	int64_t ms;

	if (strlen(month) + 1 != CT_VAULT_MONTH)
		return -1;
	(void)snprintf(text, sizeof text, "%s-01T00:00:00Z", month);
	return ct_time_parse(text, &ms) == 0 ? ms : -1;
}

int
vault_month_add(const char *month, long n, char later[CT_VAULT_MONTH])
{
	long year, m;

	if (begins(month) < 0)
		return -1;
	year = strtol(month, NULL, 10);
	m = strtol(month + 5, NULL, 10) - 1 + n;
	year += m / 12;
	if (year > 9999)
		return -1;
	(void)snprintf(later, CT_VAULT_MONTH, "%04u-%02u",
	    (unsigned)year % 10000, (unsigned)(m % 12 + 1));
	return 0;
}

void
ct_vault_month(char month[CT_VAULT_MONTH])
{
	char text[CT_TIME_LEN];

	(void)snprintf(month, CT_VAULT_MONTH, "%.7s", ct_time_now(text));
}

/* ---- signatures ---------------------------------------------------------- */

/* What a root signs: the words of the key, KEY and ROOTID. */
static size_t
signed_bytes(const struct ct_keyfile *k, uint8_t text[CT_KEYFILE_TEXT + 64])
{
	size_t len = strlen(k->text);

	memcpy(text, k->text, len);
	memcpy(text + len, k->raw, VAULT_AT_SIGNATURE);
	return len + VAULT_AT_SIGNATURE;
}

void
vault_month_sign(struct ct_keyfile *k, const struct ct_signet *root)
{
	uint8_t text[CT_KEYFILE_TEXT + 64];

	ct_signet_sign(root, CT_SIGNET_MONTH, text, signed_bytes(k, text),
	    k->raw + VAULT_AT_SIGNATURE);
}

static bool
is_signed(const struct ct_vault_pub *pub, const struct ct_signet_pub *root)
{
	struct ct_keyfile k = { .kind = &vault_month };
	uint8_t text[CT_KEYFILE_TEXT + 64];

	(void)snprintf(
	    k.text, sizeof k.text, "%s%s ", vault_month.begin, pub->month);
	memcpy(k.raw, pub->key, sizeof pub->key);
	memcpy(k.raw + VAULT_AT_ROOT, pub->root, sizeof pub->root);
	return ct_signet_fits(root, CT_SIGNET_MONTH, text,
	    signed_bytes(&k, text), pub->signature);
}

/* ---- what the configuration allows --------------------------------------- */

struct rule {
	struct ct_conf *conf;
	const char *key, *keys; /* NULL: not given */
	bool root;              /* there is one */
	struct ct_signet_pub signer;
};

static int
rule(struct rule *r, const char *file, struct ct_err *err)
{
	const char *root;
	int rc = vault_conf(&r->conf, file, err);

	if (rc)
		return rc;
	root = ct_conf_get(r->conf, "vault", NULL, "root");
	r->keys = ct_conf_get(r->conf, "vault", NULL, "keys");
	r->key = ct_conf_get(r->conf, "vault", NULL, "public_key");
	r->root = root != NULL;
	if (ct_conf_nth(r->conf, "vault", NULL, "root", 1))
		return ct_fail(
		    err, CT_CONFIG, "[vault] root is given more than once");
	if (!root != !r->keys)
		return ct_fail(err, CT_CONFIG,
		    "[vault] has root without keys, or keys without root");
	if (root && r->key)
		return ct_fail(
		    err, CT_CONFIG, "[vault] has both root and public_key");
	return root ? ct_signet_pub_read(&r->signer, root, err) : 0;
}

/* May it be sealed to, whatever the month? */
static int
allowed(const struct rule *r, const struct ct_vault_pub *pub, const char *path,
    struct ct_err *err)
{
	if (!r->root)
		return 0;
	if (!*pub->month)
		return ct_fail(err, CT_NOPERM,
		    "'%s' is not signed, and [vault] names a root", path);
	if (memcmp(pub->root, r->signer.id, sizeof pub->root) != 0)
		return ct_fail(err, CT_NOPERM,
		    "'%s' is signed by another root than that of [vault]",
		    path);
	if (!is_signed(pub, &r->signer))
		return ct_fail(err, CT_NOPERM,
		    "'%s': the signature of the root does not fit", path);
	return 0;
}

bool
ct_vault_pub_now(const struct ct_vault_pub *pub)
{
	char now[CT_VAULT_MONTH];

	ct_vault_month(now);
	return !*pub->month || strcmp(pub->month, now) == 0;
}

static int
given(const struct rule *r, struct ct_vault_pub *pub, const char *path,
    struct ct_err *err)
{
	char now[CT_VAULT_MONTH];
	int rc = ct_vault_pub_read(pub, path, err);

	if (!rc)
		rc = allowed(r, pub, path, err);
	if (rc || ct_vault_pub_now(pub))
		return rc;
	ct_vault_month(now);
	return ct_fail(err, CT_NOPERM,
	    "'%s' is the key of %s and %s, it is %s now: is the clock right",
	    path, pub->month,
	    strcmp(pub->month, now) < 0 ? "has expired" : "not valid yet", now);
}

/* ---- a directory of keys ------------------------------------------------- */

struct choice {
	char now[CT_VAULT_MONTH], next[CT_VAULT_MONTH]; /* next "": none */
	char from[CT_VAULT_MONTH], to[CT_VAULT_MONTH];  /* months there are */
	bool found, prepared;     /* this month's; the next one's */
	struct ct_vault_pub *pub; /* this month's */
	struct ct_err bad;        /* the first that is no key to seal to */
};

static int
consider(const struct ct_vault_pub *one, const char *path, void *arg,
    struct ct_err *err)
{
	struct choice *c = arg;

	if (!*c->from || strcmp(one->month, c->from) < 0)
		memcpy(c->from, one->month, sizeof c->from);
	if (strcmp(one->month, c->to) > 0)
		memcpy(c->to, one->month, sizeof c->to);
	c->prepared |= strcmp(one->month, c->next) == 0;
	if (strcmp(one->month, c->now) != 0)
		return 0;
	if (c->found && memcmp(one->id, c->pub->id, sizeof one->id) != 0)
		return ct_fail(err, CT_CONFIG,
		    "'%s' is not the only key of %s: which one", path, c->now);
	*c->pub = *one;
	c->found = true;
	return 0;
}

/* bad gets the first that may not. */
static int
one_file(const struct rule *r, const char *name, vault_pub_fn *each, void *arg,
    struct ct_err *bad, struct ct_err *err)
{
	char *path = ct_printf("%s/%s", r->keys, name);
	struct ct_vault_pub one;
	struct ct_err why = { 0 };
	int rc = 0;

	if (ct_vault_pub_read(&one, path, &why) == 0 &&
	    allowed(r, &one, path, &why) == 0)
		rc = each(&one, path, arg, err);
	if (why.code)
		ct_warn("not used: %s", why.msg);
	if (why.code && !bad->code)
		*bad = why;
	free(path);
	return rc;
}

static int
all_files(const struct rule *r, vault_pub_fn *each, void *arg,
    struct ct_err *bad, struct ct_err *err)
{
	char **name = ct_file_names(r->keys, ".pub");
	int rc = 0;

	if (!name)
		return ct_fail_errno(
		    err, CT_NOINPUT, "cannot read '%s'", r->keys);
	for (char **p = name; *p; p++) {
		if (!rc)
			rc = one_file(r, *p, each, arg, bad, err);
		free(*p);
	}
	free(name);
	return rc;
}

/* There is none for this month: why? */
static int
none(const struct rule *r, const struct choice *c, struct ct_err *err)
{
	if (*c->from)
		return ct_fail(err, CT_NOPERM,
		    "'%s' has keys of %s to %s but none of %s: is the clock "
		    "right",
		    r->keys, c->from, c->to, c->now);
	if (c->bad.code) {
		*err = c->bad;
		return err->code;
	}
	return ct_fail(err, CT_CONFIG, "'%s' holds no key", r->keys);
}

static int
choose(const struct rule *r, struct ct_vault_pub *pub, struct ct_err *err)
{
	struct choice c = { .pub = pub };
	int rc;

	ct_vault_month(c.now);
	(void)vault_month_add(c.now, 1, c.next);
	rc = all_files(r, consider, &c, &c.bad, err);
	if (!rc && !c.found)
		rc = none(r, &c, err);
	if (!rc && *c.next && !c.prepared && ct_now() > begins(c.next) - WARN)
		ct_warn("'%s' has no key of %s, and nothing can be sealed "
			"then",
		    r->keys, c.next);
	return rc;
}

int
ct_vault_pub_given(struct ct_vault_pub *pub, const char *conf, const char *path,
    struct ct_err *err)
{
	struct rule r = { 0 };
	int rc = rule(&r, conf, err);

	if (!rc)
		rc = given(&r, pub, path, err);
	ct_conf_free(r.conf);
	return rc;
}

int
ct_vault_pub_choose(
    struct ct_vault_pub *pub, const char *conf, struct ct_err *err)
{
	struct rule r = { 0 };
	int rc = rule(&r, conf, err);

	if (!rc && r.root)
		rc = choose(&r, pub, err);
	else if (!rc && r.key)
		rc = given(&r, pub, r.key, err);
	else if (!rc)
		rc = ct_fail(err, CT_CONFIG,
		    "no public key: -k, or public_key or root in [vault]");
	ct_conf_free(r.conf);
	return rc;
}

int
vault_pub_each(
    const char *conf, vault_pub_fn *each, void *arg, struct ct_err *err)
{
	struct rule r = { 0 };
	struct ct_err bad = { 0 };
	struct ct_vault_pub pub;
	int rc = rule(&r, conf, err);

	if (!rc && r.root)
		rc = all_files(&r, each, arg, &bad, err);
	else if (!rc && r.key && !(rc = ct_vault_pub_read(&pub, r.key, err)))
		rc = each(&pub, r.key, arg, err);
	ct_conf_free(r.conf);
	return rc;
}
