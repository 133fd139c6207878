#include "webhook.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "prog.h"

#define TRIES 3
#define SILENT 6 /* tries that met no server, before nothing more is sent */
#define WAIT_MAX 60000 /* ms that a server may ask us to wait */
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

	*hook = (struct ct_webhook){ .wait = WAIT_MS, .max = ANSWER };
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

static int
try(struct ct_webhook *hook, const char *body, size_t len,
    struct ct_http_res *res, struct ct_err *err)
{
	char *header[CT_SIGN_HEADERS];
	struct ct_http_req req = { .method = "POST",
		.url = hook->url,
		.type = "application/json",
		.body = body,
		.len = len,
		.max = hook->max,
		.timeout = hook->timeout,
		.header = (const char *const *)header };
	int rc = ct_signer_headers(hook->signer, body, len, header, err);

	*res = (struct ct_http_res){ .retry_after = -1 };
	if (!rc)
		rc = ct_http_do(hook->http, &req, res, err);
	ct_sign_done(header);
	return rc;
}

/* What an answer means; 0: success. */
static int
judge(const struct ct_http_res *res, struct ct_err *err)
{
	long s = res->status;
	int code = CT_PROTOCOL;

	if (s >= 200 && s < 300)
		return 0;
	if (s == 401 || s == 403)
		code = CT_NOPERM;
	else if (s == 404 || s == 410)
		code = CT_NOINPUT;
	else if (s == 408 || s == 425 || s == 429 || s >= 500)
		code = CT_TEMPFAIL;
	return ct_fail(err, code, "the webhook answers with status %ld", s);
}

static void
nap(int64_t ms)
{
	struct timespec t = { .tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000 };

	(void)nanosleep(&t, NULL); /* a signal ends it: we are to stop */
}

/* Before the next try; false: it is not worth one. */
static bool
again(const struct ct_webhook *hook, const struct ct_http_res *res, int n)
{
	int64_t wait = hook->wait << n;

	if (n + 1 >= TRIES || hook->shaky || ct_stop ||
	    res->retry_after > WAIT_MAX)
		return false;
	nap(res->retry_after > wait ? res->retry_after : wait);
	return !ct_stop;
}

static int
post(struct ct_webhook *hook, const char *body, size_t len,
    struct ct_http_res *res, struct ct_err *err)
{
	int n, rc;

	for (n = 0;; n++) {
		rc = try(hook, body, len, res, err);
		hook->silent =
		    res->fate == CT_HTTP_UNSENT ? hook->silent + 1 : 0;
		if (!rc)
			rc = judge(res, err);
		if (rc != CT_TEMPFAIL || !again(hook, res, n))
			return rc;
		ct_http_done(res);
	}
}

int
ct_webhook_post(struct ct_webhook *hook, const json_t *body,
    struct ct_http_res *res, struct ct_err *err)
{
	char *text;
	size_t len;
	int rc;

	if (hook->refused)
		return ct_fail(err, CT_NOPERM,
		    "not sent: the webhook refused a request before");
	if (hook->silent >= SILENT)
		return ct_fail(err, CT_TEMPFAIL,
		    "not sent: there is no server behind the webhook");
	text = ct_rec_dump(body, &len);
	rc = post(hook, text, len, res, err);
	free(text);
	hook->shaky = rc == CT_TEMPFAIL;
	hook->refused = rc == CT_NOPERM;
	if (rc)
		ct_http_done(res);
	return rc;
}
