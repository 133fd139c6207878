#include "webhook.h"

#include <stdlib.h>
#include <string.h>

#include "prog.h"

#define WAIT_MS 1000
#define ANSWER ((size_t)1 << 20)

static int
read_keys(struct ct_webhook *hook, const struct ct_conf *conf,
    const char *section, struct ct_err *err)
{
	const char *name;
	size_t i;

	for (i = 0; (name = ct_conf_nth(conf, section, NULL, "key", i)); i++)
		if (ct_signer_add(&hook->signer, name, err))
			return err->code;
	return 0;
}

int
ct_webhook_open(struct ct_webhook *hook, const struct ct_conf *conf,
    const char *section, const char *keys, struct ct_err *err)
{
	const char *url = ct_conf_get(conf, section, NULL, "url");
	struct ct_err why;
	long seconds = CT_WEBHOOK_SECONDS;

	*hook = (struct ct_webhook){ .patience = { .who = "the webhook",
					 .wait = WAIT_MS },
		.max = ANSWER };
	if (ct_conf_number(conf, section, "timeout", 1, CT_WEBHOOK_SECONDS_MAX,
		&seconds, err))
		return err->code;
	hook->timeout = (int64_t)seconds * 1000;
	if (!url)
		return ct_fail(err, CT_CONFIG,
		    "the configuration has no [%s] url", section);
	if (ct_http_allowed(url, &why))
		return ct_fail(
		    err, CT_CONFIG, "[%s] url: %s", section, why.msg);
	hook->url = ct_strdup(url);
	if (read_keys(hook, conf, section, err))
		return err->code;
	if (!hook->signer && keys && read_keys(hook, conf, keys, err))
		return err->code;
	if (!hook->signer)
		return ct_fail(err, CT_CONFIG,
		    "[%s] has no key: requests must be signed", section);
	return ct_http_new(&hook->http, err);
}

void
ct_webhook_close(struct ct_webhook *hook)
{
	ct_http_free(hook->http);
	ct_signer_free(hook->signer);
	free(hook->url);
	*hook = (struct ct_webhook){ .url = NULL };
}

struct post {
	struct ct_webhook *hook;
	char *body;
	size_t len;
};

static int
try(void *arg, struct ct_http_res *res, struct ct_err *err)
{
	const struct post *p = arg;
	char *header[CT_SIGN_HEADERS];
	struct ct_http_req req = { .method = "POST",
		.url = p->hook->url,
		.type = "application/json",
		.body = p->body,
		.len = p->len,
		.max = p->hook->max,
		.timeout = p->hook->timeout,
		.header = (const char *const *)header };
	int rc =
	    ct_signer_headers(p->hook->signer, p->body, p->len, header, err);

	if (!rc)
		rc = ct_http_do(p->hook->http, &req, res, err);
	ct_sign_done(header);
	return rc;
}

int
ct_webhook_post(struct ct_webhook *hook, const json_t *body,
    struct ct_http_res *res, struct ct_err *err)
{
	struct post p = { .hook = hook };
	int rc;

	p.body = ct_rec_dump(body, &p.len);
	rc = ct_http_patiently(&hook->patience, try, &p, res, err);
	free(p.body);
	if (rc)
		ct_http_done(res);
	return rc;
}
