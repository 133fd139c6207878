#include "tipline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http.h"
#include "prog.h"
#include "schema.h"

/* The only place where these stand. */
#define PRODUCTION "https://report.cybertip.org/ispws"
#define TEST_HOST "exttest.cybertip.org"
#define TEST "https://" TEST_HOST "/ispws"

#define TYPE "text/xml; charset=utf-8"
#define CALL_MS 60000
#define UPLOAD_MS 600000
#define UPLOAD_RATE 8 /* bytes a millisecond, slower lines are cut off */

struct ct_tipline {
	struct ct_http *http;
	const struct ct_cred *cred;
	char *base;
};

const char *
ct_tip_name(enum ct_tip_call call)
{
	static const char *const name[] = { "status", "submit", "upload",
		"fileinfo", "finish", "retract", "xsd" };

	return name[call];
}

static bool
within(const char *host, const char *domain)
{
	size_t len = strlen(host), n = strlen(domain);

	return len >= n && strcmp(host + len - n, domain) == 0;
}

/* A test report may go to a server of our own, to NCMEC's test host, and to
 * no other of theirs.  The host is compared as libcurl will read it. */
static int
check_host(const char *url, struct ct_err *err)
{
	char *host = ct_http_host(url);
	int rc = 0;

	if (!host)
		rc = ct_fail(err, CT_NOPERM, "not a URL that can be used");
	else if (strcmp(host, TEST_HOST) != 0 &&
	    (within(host, "cybertip.org") || within(host, "ncmec.org")))
		rc = ct_fail(err, CT_NOPERM,
		    "the URL of a test credential is that of production");
	free(host);
	return rc;
}

static int
check(const struct ct_cred *cred, bool production, struct ct_err *err)
{
	if (cred->production && cred->url)
		return ct_fail(err, CT_CONFIG,
		    "a production credential may not name a URL");
	if (cred->production != production)
		return ct_fail(err, CT_NOPERM,
		    "the credential is for the %s environment, this is %s",
		    cred->production ? "production" : "test",
		    production ? "production" : "test");
	if (!cred->url)
		return 0;
	return check_host(cred->url, err) ? err->code
					  : ct_http_allowed(cred->url, err);
}

int
ct_tip_base(char **base, const struct ct_cred *cred, bool production,
    struct ct_err *err)
{
	size_t len;

	*base = NULL;
	if (cred && check(cred, production, err))
		return err->code;
	*base = ct_strdup(production ? PRODUCTION
		: cred && cred->url  ? cred->url
				     : TEST);
	len = strlen(*base);
	while (len && (*base)[len - 1] == '/')
		(*base)[--len] = '\0';
	return 0;
}

int
ct_tipline_new(struct ct_tipline **out, const struct ct_cred *cred,
    bool production, struct ct_err *err)
{
	struct ct_tipline *tip = ct_alloc(1, sizeof *tip);

	*out = NULL;
	if (ct_tip_base(&tip->base, cred, production, err) ||
	    ct_http_new(&tip->http, err)) {
		free(tip->base);
		free(tip);
		return err->code;
	}
	tip->cred = cred;
	*out = tip;
	return 0;
}

void
ct_tipline_free(struct ct_tipline *tip)
{
	if (!tip)
		return;
	ct_http_free(tip->http);
	free(tip->base);
	free(tip);
}

void
ct_tip_done(struct ct_tip_answer *a)
{
	free(a->files);
	free(a->body);
	*a = (struct ct_tip_answer){ 0 };
}

/* No whole answer came; what is known is whether the request went out. */
static void
no_answer(struct ct_tip_answer *a, const struct ct_http_res *res,
    const struct ct_err *err)
{
	a->code = -1;
	a->undone = res->fate == CT_HTTP_UNSENT;
	a->kind = res->fate != CT_HTTP_UNSENT ? CT_TIP_UNKNOWN
	    : err->code == CT_NOPERM          ? CT_TIP_AUTH
					      : CT_TIP_AGAIN;
	(void)snprintf(
	    a->why, sizeof a->why, "%.*s", (int)sizeof a->why - 1, err->msg);
}

static void
call(struct ct_tipline *tip, enum ct_tip_call call_, const char *report_id,
    struct ct_http_req *req, struct ct_tip_answer *a)
{
	struct ct_err err = { 0 };
	struct ct_http_res res;
	char *url = ct_printf("%s/%s", tip->base, ct_tip_name(call_));

	*a = (struct ct_tip_answer){ .retry_after = -1 };
	req->method =
	    call_ == CT_TIP_STATUS || call_ == CT_TIP_XSD ? "GET" : "POST";
	req->url = url;
	req->user = tip->cred->user;
	req->password = tip->cred->password;
	if (!req->timeout)
		req->timeout = CALL_MS;
	if (ct_http_do(tip->http, req, &res, &err)) {
		no_answer(a, &res, &err);
	} else {
		a->status = res.status;
		a->body = res.body;
		a->len = res.len;
		a->retry_after = res.retry_after;
		(void)snprintf(
		    a->request_id, sizeof a->request_id, "%s", res.request_id);
		res.body = NULL;
		ct_tip_read(call_, report_id, a);
	}
	ct_http_done(&res);
	free(url);
}

void
ct_tip_status(struct ct_tipline *tip, struct ct_tip_answer *a)
{
	struct ct_http_req req = { 0 };

	call(tip, CT_TIP_STATUS, NULL, &req, a);
}

void
ct_tip_xsd(struct ct_tipline *tip, struct ct_tip_answer *a)
{
	struct ct_http_req req = { .max = CT_LIVE_MAX };

	call(tip, CT_TIP_XSD, NULL, &req, a);
}

void
ct_tip_submit(struct ct_tipline *tip, const char *xml, size_t len,
    struct ct_tip_answer *a)
{
	struct ct_http_req req = { .type = TYPE, .body = xml, .len = len };

	call(tip, CT_TIP_SUBMIT, NULL, &req, a);
}

void
ct_tip_upload(struct ct_tipline *tip, const char *report_id, int fd,
    uint64_t len, const char *filename, const char *type, const char *md5,
    struct ct_tip_answer *a)
{
	struct ct_http_part part[] = {
		{ .name = "id", .text = report_id },
		{ .name = "file",
		    .fd = fd,
		    .len = len,
		    .filename = filename,
		    .type = type },
	};
	struct ct_http_req req = { .part = part,
		.nparts = 2,
		.timeout = UPLOAD_MS + (int64_t)(len / UPLOAD_RATE) };

	call(tip, CT_TIP_UPLOAD, report_id, &req, a);
	if (a->kind == CT_TIP_OK && strcasecmp(a->md5, md5) != 0) {
		a->kind = CT_TIP_UNKNOWN;
		(void)snprintf(a->why, sizeof a->why,
		    "what the server received is not what was sent");
	}
}

void
ct_tip_fileinfo(struct ct_tipline *tip, const char *report_id, const char *xml,
    size_t len, struct ct_tip_answer *a)
{
	struct ct_http_req req = { .type = TYPE, .body = xml, .len = len };

	call(tip, CT_TIP_FILEINFO, report_id, &req, a);
}

static void
form(struct ct_tipline *tip, enum ct_tip_call which, const char *report_id,
    struct ct_tip_answer *a)
{
	struct ct_http_part part = { .name = "id", .text = report_id };
	struct ct_http_req req = { .part = &part, .nparts = 1 };

	call(tip, which, report_id, &req, a);
}

void
ct_tip_finish(
    struct ct_tipline *tip, const char *report_id, struct ct_tip_answer *a)
{
	form(tip, CT_TIP_FINISH, report_id, a);
}

void
ct_tip_retract(
    struct ct_tipline *tip, const char *report_id, struct ct_tip_answer *a)
{
	form(tip, CT_TIP_RETRACT, report_id, a);
}
