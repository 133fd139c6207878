/* preserve_approve.c - what needs two people: approve */
#include <stdlib.h>
#include <unistd.h>

#include "preserve_impl.h"
#include "prog.h"

struct approve {
	struct ct_filter filter;
	struct ct_conf *conf;
	struct ct_vault *vault;
	struct ct_signet *key;
	const char *by;
};

static int
approve_one(json_t *rec, void *arg, struct ct_err *err)
{
	struct approve *a = arg;
	int rc = ct_vault_approve(a->vault, rec, a->conf, a->by, a->key, err);

	if (rc <= CT_NO)
		ct_tally(&a->filter.tally, rc ? "passed" : "approved");
	return rc == CT_NO ? 0 : rc ? rc : CT_REWRITE;
}

int
preserve_approve(const struct ct_preserve *p)
{
	struct approve a = { .by = p->by };
	struct ct_err err = { 0 };
	char *log;
	int rc;

	preserve_must(ct_conf_load(&a.conf, p->conf, &err), &err);
	preserve_must(ct_signet_read(&a.key, p->key[0], &err), &err);
	log = ct_printf("%s/audit/ct-preserve.log", ct_home(p->dir));
	if (access(log, F_OK) == 0)
		a.vault = preserve_enter(p, false);
	else
		ct_warn("there is no vault here: what is approved is not "
			"compared with its log, nor logged");
	free(log);
	rc = preserve_filter(p, &a.filter, approve_one, &a);
	ct_vault_leave(a.vault);
	ct_signet_free(a.key);
	ct_conf_free(a.conf);
	return rc;
}
