/* preserve_export.c - evidence for who may have it: export-request, export */
#include <string.h>

#include "conf.h"
#include "hex.h"
#include "preserve_impl.h"
#include "prog.h"

int
preserve_export_request(const struct ct_preserve *p)
{
	struct ct_vault_pub to;
	char id[2 * sizeof to.id + 1];
	struct ct_err err = { 0 };

	preserve_must(ct_vault_pub_read(&to, p->to, &err), &err);
	ct_hex(to.id, sizeof to.id, id);
	return preserve_request(p, "export", id);
}

struct line {
	struct ct_filter filter;
	struct ct_vault *vault;
	struct ct_conf *conf;
	struct ct_vault_exported how;
};

static int
export_one(json_t *rec, void *arg, struct ct_err *err)
{
	struct line *l = arg;
	int rc = ct_vault_export(l->vault, l->conf, rec, &l->how, err);

	if (rc <= CT_NO)
		ct_tally(&l->filter.tally, rc ? "passed" : "exported");
	return rc == CT_NO ? 0 : rc;
}

int
preserve_export(const struct ct_preserve *p)
{
	struct ct_vault_key *key[CT_VAULT_KEYS_MAX];
	struct ct_vault_pub to;
	struct line l = { .how = { .to = &to,
			      .key = key,
			      .nkeys = p->nkeys,
			      .dir = p->output,
			      .by = p->by } };
	struct ct_err err = { 0 };
	int rc;

	preserve_must(ct_conf_load(&l.conf, p->conf, &err), &err);
	preserve_must(ct_vault_pub_read(&to, p->to, &err), &err);
	preserve_must(ct_vault_keys_read(key, p->key, p->nkeys, &err), &err);
	l.vault = preserve_enter(p, false);
	rc = preserve_filter(p, &l.filter, export_one, &l);
	ct_vault_keys_free(key, p->nkeys);
	ct_vault_leave(l.vault);
	ct_conf_free(l.conf);
	return rc;
}
