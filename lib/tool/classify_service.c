/* classify_service.c - a service over HTTP: where it is, who we are to it */
#include <stdlib.h>
#include <string.h>

#include "blake.h"
#include "classify_impl.h"
#include "prog.h"

#define WAIT_MS 1000
#define SECONDS 60
#define RATE 50    /* bytes a ms that a body may take in addition */
#define DECLINES 8 /* without an answer: it is not these pictures */

static int
base_of(struct classifier *c, const struct ct_conf *conf,
    const char *production, struct ct_err *err)
{
	const char *url = classify_key(c, conf, "url");
	struct ct_err why;
	size_t n;

	if (c->cred.url && c->cred.production)
		return ct_fail(err, CT_CONFIG,
		    "[classifier %s] credential: url is only for test",
		    c->name);
	if (c->cred.url)
		url = c->cred.url;
	else if (!url && !c->cred.production)
		return ct_fail(err, CT_CONFIG,
		    "[classifier %s] has no url: there is no usual one for "
		    "test",
		    c->name);
	c->base = ct_strdup(url ? url : production);
	for (n = strlen(c->base); n && c->base[n - 1] == '/'; n--)
		c->base[n - 1] = '\0';
	if (ct_http_allowed(c->base, &why))
		return ct_fail(err, CT_CONFIG, "[classifier %s] url: %s",
		    c->name, why.msg);
	return 0;
}

int
classify_service(struct classifier *c, const struct ct_conf *conf,
    enum ct_cred_kind kind, const char *production, struct ct_err *err)
{
	const char *cred = classify_key(c, conf, "credential");
	long seconds = SECONDS;
	int rc;

	if (!cred)
		return ct_fail(err, CT_CONFIG,
		    "[classifier %s] has no credential", c->name);
	if ((rc = classify_number(
		 c, conf, "timeout", 1, 3600, &seconds, err)) ||
	    (rc = ct_cred_read_kind(&c->cred, cred, kind, err)) ||
	    (rc = base_of(c, conf, production, err)))
		return rc;
	c->timeout = (int64_t)seconds * 1000;
	c->patience.who = c->who;
	if (!c->patience.wait)
		c->patience.wait = WAIT_MS;
	return ct_http_new(&c->http, err);
}

bool
classify_useless(const struct classifier *c)
{
	return !c->ever && c->declined >= DECLINES;
}

void
classify_service_close(struct classifier *c)
{
	struct ct_err err;

	if (classify_useless(c)) {
		c->status = ct_fail(&err, CT_PROTOCOL,
		    "%s declines whatever it is asked", c->who);
		classify_warn(c, &err);
	}
	ct_http_free(c->http);
	ct_cred_free(&c->cred);
	free(c->base);
}

struct sending {
	struct classifier *c;
	const struct classify_post *post;
	char *url;
};

static int
try(void *arg, struct ct_http_res *res, struct ct_err *err)
{
	static const char *const header[] = { "Accept: application/json",
		NULL };
	const struct sending *s = arg;
	struct ct_http_req req = { .method = "POST",
		.url = s->url,
		.user = s->c->cred.user,
		.password = s->c->cred.password,
		.type = s->post->type,
		.body = s->post->body,
		.len = s->post->len,
		.max = s->post->max,
		.timeout = s->c->timeout + (int64_t)(s->post->len / RATE),
		.header = header };

	return ct_http_do(s->c->http, &req, res, err);
}

int
classify_send(struct classifier *c, const struct classify_post *post,
    struct ct_http_res *res, struct ct_err *err)
{
	struct sending s = { .c = c, .post = post };
	int rc;

	*res = (struct ct_http_res){ .retry_after = -1 };
	if (ct_stop)
		return ct_fail(err, CT_TEMPFAIL, "stopped by a signal");
	s.url = ct_printf(
	    "%s%s%s", c->base, post->path, post->query ? post->query : "");
	rc = ct_http_patiently(&c->patience, try, &s, res, err);
	ct_wipe(s.url, strlen(s.url));
	free(s.url);
	c->ever |= !rc;
	return rc;
}

enum classify_why
classify_failed(int code)
{
	if (ct_stop)
		return STOPPED;
	return code == CT_NOPERM  ? REFUSED
	    : code == CT_TEMPFAIL ? UNREACHED
				  : GARBAGE;
}
