/* vault_conf.c - the section [vault] of the configuration: ct_vault_conf */
#include <stdlib.h>

#include "conf.h"
#include "prog.h"
#include "vault.h"

int
ct_vault_conf(
    const char *file, char **public_key, long *days, struct ct_err *err)
{
	static const char *const known[] = { "public_key", "days", NULL };
	struct ct_conf *conf;
	const char *text;
	long n = CT_VAULT_DAYS;
	int rc = ct_conf_load(&conf, file, err);

	if (rc)
		return rc;
	rc = ct_conf_known(conf, "vault", known, err);
	if (!rc)
		rc = ct_conf_number(conf, "vault", "days", CT_VAULT_DAYS_MIN,
		    CT_VAULT_DAYS_MAX, &n, err);
	text = ct_conf_get(conf, "vault", NULL, "public_key");
	if (!rc && public_key)
		*public_key = text ? ct_strdup(text) : NULL;
	if (!rc && days)
		*days = n;
	ct_conf_free(conf);
	return rc;
}
