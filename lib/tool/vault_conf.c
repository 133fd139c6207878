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
	char *end;
	long n = CT_VAULT_DAYS;
	int rc = ct_conf_load(&conf, file, err);

	if (rc)
		return rc;
	rc = ct_conf_known(conf, "vault", known, err);
	if (!rc && (text = ct_conf_get(conf, "vault", NULL, "days"))) {
		n = strtol(text, &end, 10);
		if (!*text || *end || n < CT_VAULT_DAYS_MIN ||
		    n > CT_VAULT_DAYS_MAX)
			rc = ct_fail(err, CT_CONFIG,
			    "days of [vault]: want a number from %d to %d",
			    CT_VAULT_DAYS_MIN, CT_VAULT_DAYS_MAX);
	}
	text = ct_conf_get(conf, "vault", NULL, "public_key");
	if (!rc && public_key)
		*public_key = text ? ct_strdup(text) : NULL;
	if (!rc && days)
		*days = n;
	ct_conf_free(conf);
	return rc;
}
