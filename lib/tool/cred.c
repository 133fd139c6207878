#include "cred.h"

#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "file.h"
#include "prog.h"

#define CRED_MAX ((size_t)64 << 10)

char *
ct_cred_path(const char *name)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");

	return strchr(name, '/') || !dir ? ct_strdup(name)
					 : ct_printf("%s/%s", dir, name);
}

static char *
copy(const char *s)
{
	return s ? ct_strdup(s) : NULL;
}

static int
take(struct ct_cred *cred, const struct ct_conf *c, const char *path,
    struct ct_err *err)
{
	static const char *const known[] = { "environment", "username",
		"password", "url", NULL };
	const char *env = ct_conf_get(c, "", NULL, "environment");
	const char *user = ct_conf_get(c, "", NULL, "username");
	const char *password = ct_conf_get(c, "", NULL, "password");

	if (ct_conf_known(c, "", known, err))
		return err->code;
	if (!env ||
	    (strcmp(env, "test") != 0 && strcmp(env, "production") != 0))
		return ct_fail(err, CT_CONFIG,
		    "'%s': want environment = test or production", path);
	if (!user || !*user || !password || !*password)
		return ct_fail(
		    err, CT_CONFIG, "'%s': want username and password", path);
	cred->production = strcmp(env, "production") == 0;
	cred->user = copy(user);
	cred->password = copy(password);
	cred->url = copy(ct_conf_get(c, "", NULL, "url"));
	return 0;
}

int
ct_cred_read(struct ct_cred *cred, const char *name, struct ct_err *err)
{
	char *path = ct_cred_path(name);
	struct ct_conf *conf = NULL;
	uint8_t *text;
	size_t len;
	int rc;

	*cred = (struct ct_cred){ 0 };
	rc = ct_file_secret(path, CRED_MAX, &text, &len, err);
	if (!rc) {
		rc = ct_conf_parse(&conf, path, (char *)text, err);
		ct_wipe(text, len);
		free(text);
	}
	if (!rc)
		rc = take(cred, conf, path, err);
	ct_conf_free(conf);
	free(path);
	return rc;
}

/* All of it as one text, to be wiped and released. */
static char *
whole(const struct ct_cred *cred, size_t *len)
{
	char *text =
	    ct_printf("%d %zu %s %s %s", cred->production, strlen(cred->user),
		cred->user, cred->password, cred->url ? cred->url : "");

	*len = strlen(text);
	return text;
}

int
ct_cred_seal(const struct ct_cred *cred, char seal[CT_SEAL])
{
	size_t len;
	char *text = whole(cred, &len);
	int rc = ct_seal_make(seal, text, len);

	ct_wipe(text, len);
	free(text);
	return rc;
}

bool
ct_cred_fits(const struct ct_cred *cred, const char *seal)
{
	size_t len;
	char *text = whole(cred, &len);
	bool fits = ct_seal_fits(seal, text, len);

	ct_wipe(text, len);
	free(text);
	return fits;
}

void
ct_cred_free(struct ct_cred *cred)
{
	if (cred->user)
		ct_wipe(cred->user, strlen(cred->user));
	if (cred->password)
		ct_wipe(cred->password, strlen(cred->password));
	free(cred->user);
	free(cred->password);
	free(cred->url);
	*cred = (struct ct_cred){ 0 };
}
