/* vault_conf.c - the section [vault] of the configuration: ct_vault_conf */
#include <string.h>

#include "conf.h"
#include "vault_keys.h"

int
vault_conf(struct ct_conf **conf, const char *file, struct ct_err *err)
{
	static const char *const known[] = { "public_key", "root", "keys",
		"days", "preserve", NULL };
	int rc = ct_conf_load(conf, file, err);

	if (!rc && (rc = ct_conf_known(*conf, "vault", known, err))) {
		ct_conf_free(*conf);
		*conf = NULL;
	}
	return rc;
}

int
ct_vault_conf(const char *file, long *days, struct ct_err *err)
{
	struct ct_conf *conf;
	long n = CT_VAULT_DAYS;
	int rc = vault_conf(&conf, file, err);

	if (rc)
		return rc;
	rc = ct_conf_number(conf, "vault", "days", CT_VAULT_DAYS_MIN,
	    CT_VAULT_DAYS_MAX, &n, err);
	if (!rc)
		*days = n;
	ct_conf_free(conf);
	return rc;
}

int
ct_vault_forbidden(const char *file, bool *forbidden, struct ct_err *err)
{
	struct ct_conf *conf;
	const char *text;
	int rc = vault_conf(&conf, file, err);

	if (rc)
		return rc;
	text = ct_conf_get(conf, "vault", NULL, "preserve");
	*forbidden = text && strcmp(text, "forbidden") == 0;
	if (text && !*forbidden && strcmp(text, "required") != 0)
		rc = ct_fail(err, CT_CONFIG,
		    "[vault] preserve is neither required nor forbidden");
	ct_conf_free(conf);
	return rc;
}
