/* s3_secret.c - who we are to a bucket: our files, or those of AWS's programs
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "blake.h"
#include "cred.h"
#include "file.h"
#include "prog.h"
#include "s3_impl.h"

#define SECRETS_MAX ((size_t)256 << 10)

static int
load(struct ct_conf **conf, const char *path, struct ct_err *err)
{
	uint8_t *text;
	char *p;
	size_t len;
	int rc;

	if (ct_file_secret(path, SECRETS_MAX, &text, &len, err))
		return err->code;
	/* ; begins a comment in AWS's */
	for (p = (char *)text; p && *p; p = strchr(p, '\n'), p += p != NULL)
		if (*p == ';')
			*p = '#';
	rc = ct_conf_parse(conf, path, (char *)text, err);
	ct_wipe(text, len);
	free(text);
	return rc;
}

/* What stands in a header, so that it can hold no other: printable ASCII. */
static char *
take(const struct ct_conf *c, const char *section, const char *name,
    const char *key)
{
	const char *text = ct_conf_get(c, section, name, key), *p;

	for (p = text; p && *p >= '!' && *p <= '~'; p++)
		;
	return text && *text && !*p ? ct_strdup(text) : NULL;
}

static int
ours(struct ct_bucket *b, const char *path, struct ct_err *err)
{
	static const char *const s3[] = { "access_key", "secret_key",
		"session_token", NULL };
	static const char *const az[] = { "sas", NULL };
	struct ct_conf *c = NULL;
	const char *sas;
	int rc = load(&c, path, err);

	if (!rc)
		rc = ct_conf_known(c, "", b->azure ? az : s3, err);
	if (!rc && b->azure) {
		b->sas = take(c, "", NULL, "sas");
		sas = b->sas;
		if (sas && *sas == '?')
			memmove(b->sas, sas + 1, strlen(sas));
		if (!sas || !strstr(b->sas, "sig=") || strpbrk(b->sas, "?#"))
			rc = ct_fail(err, CT_CONFIG,
			    "'%s': want sas, as it stands behind ? in a URL",
			    path);
	} else if (!rc) {
		b->access_key = take(c, "", NULL, "access_key");
		b->secret_key = take(c, "", NULL, "secret_key");
		b->session_token = take(c, "", NULL, "session_token");
		if (!b->access_key || !b->secret_key ||
		    (!b->session_token &&
			ct_conf_get(c, "", NULL, "session_token")))
			rc = ct_fail(err, CT_CONFIG,
			    "'%s': want access_key and secret_key, and "
			    "session_token of credentials for a time",
			    path);
	}
	ct_conf_free(c);
	return rc;
}

/* As AWS's programs read them: [PROFILE] of the file of credentials. */
static int
theirs(struct ct_bucket *b, const char *path, const char *profile,
    struct ct_err *err)
{
	struct ct_conf *c = NULL;
	char *section = ct_strdup(profile),
	     *name = section + strcspn(section, " ");
	int rc = load(&c, path, err);

	if (*name)
		*name++ = '\0';
	else
		name = NULL;
	if (!rc) {
		b->access_key = take(c, section, name, "aws_access_key_id");
		b->secret_key = take(c, section, name, "aws_secret_access_key");
		b->session_token = take(c, section, name, "aws_session_token");
		if (!b->access_key || !b->secret_key)
			rc = ct_fail(err, CT_CONFIG,
			    "'%s': want aws_access_key_id and "
			    "aws_secret_access_key in [%s]",
			    path, profile);
	}
	free(section);
	ct_conf_free(c);
	return rc;
}

int
s3_secrets(struct ct_bucket *b, const char *credential, const char *profile,
    struct ct_err *err)
{
	const char *file = getenv("AWS_SHARED_CREDENTIALS_FILE"),
		   *home = getenv("HOME"), *usual = getenv("AWS_PROFILE");
	char *path;
	int rc;

	if (credential && profile)
		return ct_fail(err, CT_CONFIG,
		    "[bucket %s]: want credential or profile, not both",
		    b->name);
	if (credential) {
		path = ct_cred_path(credential);
		rc = ours(b, path, err);
	} else {
		path = file && *file
		    ? ct_strdup(file)
		    : ct_printf("%s/.aws/credentials", home ? home : "");
		if (!profile)
			profile = usual && *usual ? usual : "default";
		rc = theirs(b, path, profile, err);
	}
	free(path);
	return rc;
}
