/* Any bytes as a configuration, as a credential file. */
#include "fuzz.h"

#include "conf.h"
#include "cred.h"
#include "source.h"
#include "vault.h"

static void
as_conf(const char *text, const char *path)
{
	struct ct_conf *conf = NULL;
	struct ct_sources all = { 0 };
	struct ct_err err = { 0 };
	long days = 0;
	size_t i;

	if (ct_conf_parse(&conf, "fuzz", text, &err) == 0) {
		for (i = 0; ct_conf_name(conf, "source", i); i++)
			(void)ct_conf_get(conf, "source",
			    ct_conf_name(conf, "source", i), "type");
		for (i = 0; ct_conf_nth(conf, "company", NULL, "name", i); i++)
			;
		if (ct_sources_load(&all, conf, &err) == 0)
			ct_sources_free(&all);
		else
			must(err.code == CT_CONFIG && *err.msg);
		ct_conf_free(conf);
	} else {
		must(err.code == CT_CONFIG && *err.msg);
	}
	if (ct_vault_conf(path, &days, &err) == 0)
		must(days >= CT_VAULT_DAYS_MIN && days <= CT_VAULT_DAYS_MAX);
}

static void
as_cred(const char *path)
{
	struct ct_err err = { 0 };
	struct ct_cred cred;

	if (ct_cred_read(&cred, path, &err) == 0)
		must(cred.user && *cred.user && cred.password);
	else
		must(*err.msg);
	ct_cred_free(&cred);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = fuzz_text(data, len);
	int fd = fuzz_fd(data, len);

	as_conf(text, fuzz_path(fd).text);
	as_cred(fuzz_path(fd).text);
	(void)close(fd);
	free(text);
	return 0;
}
