#include "cred.h"

#include <stddef.h>
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

/* A secret: the key of its line, its place in a struct ct_cred. */
struct key {
	const char *name;
	size_t at;
	bool must;
};

#define KEY(field) offsetof(struct ct_cred, field)
static const struct key user[] = { { "username", KEY(user), true },
	{ "password", KEY(password), true }, { NULL, 0, false } };
static const struct key token[] = { { "token", KEY(token), true },
	{ NULL, 0, false } };
static const struct key keys[] = { { "fetch_key", KEY(fetch_key), true },
	{ "subscription_key", KEY(subscription_key), true },
	{ "feedback_key", KEY(feedback_key), false }, { NULL, 0, false } };

static const struct {
	const struct key *key;
	const char *want;
} kinds[] = { [CT_CRED_USER] = { user, "username and password" },
	[CT_CRED_TOKEN] = { token, "token" },
	[CT_CRED_KEYS] = { keys, "fetch_key and subscription_key" } };

static char **
field(struct ct_cred *cred, const struct key *k)
{
	return (char **)(void *)((char *)cred + k->at);
}

static int
take(struct ct_cred *cred, const struct ct_conf *c, const char *path,
    enum ct_cred_kind kind, struct ct_err *err)
{
	const char *known[8] = { "environment", "url" };
	const char *env = ct_conf_get(c, "", NULL, "environment"), *value;
	const struct key *k;
	size_t n = 2;

	for (k = kinds[kind].key; k->name; k++)
		known[n++] = k->name;
	if (ct_conf_known(c, "", known, err))
		return err->code;
	if (!env ||
	    (strcmp(env, "test") != 0 && strcmp(env, "production") != 0))
		return ct_fail(err, CT_CONFIG,
		    "'%s': want environment = test or production", path);
	for (k = kinds[kind].key; k->name; k++) {
		value = ct_conf_get(c, "", NULL, k->name);
		if (value && *value)
			*field(cred, k) = ct_strdup(value);
		else if (k->must)
			return ct_fail(err, CT_CONFIG, "'%s': want %s", path,
			    kinds[kind].want);
	}
	cred->production = strcmp(env, "production") == 0;
	value = ct_conf_get(c, "", NULL, "url");
	cred->url = value ? ct_strdup(value) : NULL;
	return 0;
}

int
ct_cred_read(struct ct_cred *cred, const char *name, struct ct_err *err)
{
	return ct_cred_read_kind(cred, name, CT_CRED_USER, err);
}

int
ct_cred_read_kind(struct ct_cred *cred, const char *name,
    enum ct_cred_kind kind, struct ct_err *err)
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
		rc = take(cred, conf, path, kind, err);
	ct_conf_free(conf);
	free(path);
	return rc;
}

/* All of it as one text, to be wiped and released. */
static char *
whole(const struct ct_cred *cred, size_t *len)
{
	const char *name = cred->user, *secret = cred->password;
	char *several = NULL, *text;

	if (cred->token) {
		name = "token";
		secret = cred->token;
	} else if (!name) {
		name = "keys";
		secret = several = ct_printf("%s %s %s", cred->fetch_key,
		    cred->subscription_key,
		    cred->feedback_key ? cred->feedback_key : "");
	}
	text = ct_printf("%d %zu %s %s %s", cred->production, strlen(name),
	    name, secret, cred->url ? cred->url : "");
	if (several)
		ct_wipe(several, strlen(several));
	free(several);
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
	const struct key *k;
	size_t i;
	char **text;

	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		for (k = kinds[i].key; k->name; k++) {
			text = field(cred, k);
			if (*text)
				ct_wipe(*text, strlen(*text));
			free(*text);
		}
	free(cred->url);
	*cred = (struct ct_cred){ 0 };
}
