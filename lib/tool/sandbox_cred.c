/* sandbox_cred.c - credential files for the clients of a sandbox */
#include <stdlib.h>
#include <string.h>

#include "blake.h"
#include "file.h"
#include "prog.h"
#include "sandbox_impl.h"

struct writer {
	const char *dir, *url;
	json_t *written; /* paths by name */
};

/* DIR/NAME.cred; text is taken. */
static int
put(const struct writer *w, const char *name, char *text, struct ct_err *err)
{
	char *path = ct_printf("%s/%s.cred", w->dir, name);
	int rc = ct_file_replace(path, 0600, text, strlen(text), err);

	(void)json_object_set_new(w->written, name, json_string(path));
	ct_wipe(text, strlen(text));
	free(text);
	free(path);
	return rc;
}

static int
login(const struct writer *w, const char *name, const char *service,
    const char *user, const char *password, struct ct_err *err)
{
	return put(w, name,
	    ct_printf("environment = test\nurl = %s/%s\n"
		      "username = \"%s\"\npassword = \"%s\"\n",
		w->url, service, user, password),
	    err);
}

static int
token(const struct writer *w, const char *name, const char *service,
    const char *secret, struct ct_err *err)
{
	return put(w, name,
	    ct_printf("environment = test\nurl = %s/%s\ntoken = \"%s|%s\"\n",
		w->url, service, SANDBOX_APP, secret),
	    err);
}

static int
keys(const struct writer *w, const char *name, const char *service,
    const char *secret, struct ct_err *err)
{
	return put(w, name,
	    ct_printf(
		"environment = test\nurl = %s/%s\n"
		"fetch_key = \"fetch-%s\"\nfeedback_key = \"feedback-%s\"\n"
		"subscription_key = \"subscription-%s\"\n",
		w->url, service, secret, secret, secret),
	    err);
}

json_t *
ct_sandbox_creds(const char *dir, const char *url, const char *user,
    const char *password, struct ct_err *err)
{
	struct writer w = { dir, url, json_object() };

	if (!w.written)
		(void)ct_fail(err, CT_OSERR, "out of memory");
	else if (login(&w, "cybertip", "ispws", user, password, err) ||
	    login(&w, "hashsharing", "hashsharing", user, password, err) ||
	    token(&w, "threatexchange", "graph/v21.0", password, err) ||
	    keys(&w, "stopncii", "stopncii/v1", password, err) ||
	    login(&w, "tat", "tat", user, password, err) ||
	    login(&w, "arachnid", "arachnid", user, password, err))
		return w.written;
	else
		(void)put(&w, "google",
		    ct_printf("environment = test\n"
			      "url = %s/google/v1beta1\ntoken = \"%s\"\n",
			url, password),
		    err);
	return w.written;
}
