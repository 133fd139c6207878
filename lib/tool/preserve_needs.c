/* preserve_needs.c - keys that come to their end: keys, rewrap, shred */
#include <unistd.h>

#include "preserve_impl.h"
#include "prog.h"

int
preserve_keys(const struct ct_preserve *p)
{
	struct ct_out out = { .fd = STDOUT_FILENO };
	struct ct_vault *vault = preserve_look(p);
	struct ct_err err = { 0 };
	int rc = ct_vault_keys(vault, p->conf, &out, &err);

	rc = preserve_shown(&out, rc, &err);
	ct_vault_leave(vault);
	return rc;
}

int
preserve_shred(const struct ct_preserve *p)
{
	struct ct_out out = { .fd = STDOUT_FILENO };
	struct ct_vault *vault;
	struct ct_err err;
	int rc, worst = 0;

	vault = preserve_enter_old(p);
	for (char **path = p->operand; *path; path++) {
		err = (struct ct_err){ 0 };
		rc = ct_vault_shred(vault, p->conf, *path, p->yes, &out, &err);
		if (rc)
			ct_warn("%s", err.msg);
		worst = rc > worst ? rc : worst;
	}
	(void)preserve_shown(&out, 0, &err);
	ct_vault_leave(vault);
	return worst;
}

/* ---- rewrap ---------------------------------------------------------------
 */

struct rewrap {
	struct ct_filter filter;
	struct ct_vault *vault; /* to take them in; or */
	struct ct_vault_key *key[CT_VAULT_KEYS_MAX];
	size_t nkeys;
	struct ct_vault_pub to; /* to make them */
};

static int
make_one(json_t *rec, void *arg, struct ct_err *err)
{
	struct rewrap *r = arg;
	int rc = ct_vault_rewrap(r->key, r->nkeys, &r->to, rec, err);

	if (rc <= CT_NO)
		ct_tally(&r->filter.tally, rc ? "passed" : "wrapped");
	return rc == CT_NO ? 0 : rc ? rc : CT_REWRITE;
}

static int
take_one(json_t *rec, void *arg, struct ct_err *err)
{
	struct rewrap *r = arg;
	int rc = ct_vault_rewrap_take(r->vault, rec, err);

	if (rc <= CT_NO)
		ct_tally(&r->filter.tally, rc ? "passed" : "taken");
	return rc == CT_NO ? 0 : rc;
}

static int
ask(const struct ct_preserve *p)
{
	struct ct_out out = { .fd = STDOUT_FILENO };
	struct ct_vault *vault = preserve_look(p);
	struct ct_err err = { 0 };
	int rc = ct_vault_rewrap_ask(vault, p->hold, p->object, &out, &err);

	rc = preserve_shown(&out, rc, &err);
	ct_vault_leave(vault);
	return rc;
}

int
preserve_rewrap(const struct ct_preserve *p)
{
	struct rewrap r = { .nkeys = p->nkeys };
	struct ct_err err = { 0 };
	int rc;

	if (p->yes) {
		r.vault = preserve_enter(p, false);
		rc = preserve_filter(p, &r.filter, take_one, &r);
		ct_vault_leave(r.vault);
		return rc;
	}
	if (p->nkeys == 0)
		return ask(p);
	preserve_must(ct_vault_pub_read(&r.to, p->to, &err), &err);
	preserve_must(ct_vault_keys_read(r.key, p->key, p->nkeys, &err), &err);
	rc = preserve_filter(p, &r.filter, make_one, &r);
	ct_vault_keys_free(r.key, p->nkeys);
	return rc;
}
