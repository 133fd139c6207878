/* source_get.c - GET with patience */
#include "source_get.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "blake.h"
#include "clock.h"
#include "prog.h"

#define TRIES 6
#define WAIT_MOST ((int64_t)60 * 1000)
#define ASKED_MOST ((int64_t)15 * 60 * 1000)
#define PAGE_MAX ((size_t)64 << 20)
#define PAGE_MS 120000

int
ct_get_open(struct ct_get *g, struct ct_source *src, enum ct_cred_kind kind,
    const char *production, const char *test, struct ct_err *err)
{
	const char *url;
	size_t n;

	*g = (struct ct_get){
		.src = src, .max = PAGE_MAX, .basic = kind == CT_CRED_USER
	};
	if (ct_cred_read_kind(&g->cred, src->credential, kind, err))
		return err->code;
	if (g->cred.url && g->cred.production)
		return ct_fail(err, CT_CONFIG,
		    "source '%s': a production credential may name no url",
		    src->name);
	url = g->cred.url        ? g->cred.url
	    : src->url           ? src->url
	    : g->cred.production ? production
				 : test;
	if (!url)
		return ct_fail(
		    err, CT_CONFIG, "source '%s': want url", src->name);
	/* it is kept as what the list is a copy of */
	if (strpbrk(url, "?#"))
		return ct_fail(err, CT_CONFIG,
		    "source '%s': url may have no query; what is secret is for"
		    " the credential",
		    src->name);
	n = strlen(url);
	while (n && url[n - 1] == '/')
		n--;
	g->base = ct_printf("%.*s", (int)n, url);
	if (ct_http_allowed(g->base, err))
		return err->code;
	return ct_http_new(&g->http, err);
}

void
ct_get_close(struct ct_get *g)
{
	ct_http_free(g->http);
	ct_cred_free(&g->cred);
	free(g->base);
	if (g->query)
		ct_wipe(g->query, strlen(g->query));
	free(g->query);
	*g = (struct ct_get){ 0 };
}

int
ct_get_wait(const struct ct_get *g, int n, int64_t least, struct ct_err *err)
{
	int64_t ms = g->src->retry_ms;
	struct timespec t;
	uint8_t luck;

	while (n-- > 0 && ms < WAIT_MOST)
		ms *= 2;
	if (ms > WAIT_MOST)
		ms = WAIT_MOST;
	ct_random(&luck, 1);
	ms += ms * luck / 1024; /* so that clients do not come all at once */
	if (ms < least)
		ms = least;
	t = (struct timespec){ ms / 1000, ms % 1000 * 1000000 };
	while (!ct_stop && ms && nanosleep(&t, &t) < 0 && errno == EINTR)
		;
	return ct_stop ? ct_fail(err, CT_TEMPFAIL, "stopped") : 0;
}

/* What an answer of this status means; CT_TEMPFAIL: worth another try. */
static int
judge(const struct ct_get *g, const struct ct_http_res *res, struct ct_err *err)
{
	switch (res->status) {
	case 200:
		return 0;
	case 401:
	case 403:
		return ct_fail(err, CT_NOPERM,
		    "source '%s': the %s credentials are refused (HTTP %ld)",
		    g->src->name, g->cred.production ? "production" : "test",
		    res->status);
	case 408:
	case 429:
	case 500:
	case 502:
	case 503:
	case 504:
		return ct_fail(err, CT_TEMPFAIL,
		    "source '%s': the server answers HTTP %ld", g->src->name,
		    res->status);
	default:
		return ct_fail(err, CT_PROTOCOL,
		    "source '%s': the server answers HTTP %ld", g->src->name,
		    res->status);
	}
}

/* The greatest number of {"call_count":28,"total_time":25,...} */
static long
used(const char *usage)
{
	long most = 0, n;
	const char *p;

	for (p = usage; (p = strchr(p, ':')); p++) {
		n = strtol(p + 1, NULL, 10);
		if (n > most)
			most = n;
	}
	return most;
}

/* As many requests a minute as the configuration allows; fewer before the
 * service refuses them. */
static int
pace(struct ct_get *g, struct ct_err *err)
{
	int64_t gap = g->src->per_minute ? 60000 / g->src->per_minute : 0;
	int64_t slow = g->src->retry_ms * (g->used >= 100 ? 60 : 5), due;
	struct timespec t;

	if (g->used > 80 && slow > gap)
		gap = slow < WAIT_MOST ? slow : WAIT_MOST;
	due = g->last + gap - ct_mono();
	t = (struct timespec){ due / 1000, due % 1000 * 1000000 };

	if (g->last && due > 0)
		while (!ct_stop && nanosleep(&t, &t) < 0 && errno == EINTR)
			;
	g->last = ct_mono();
	return ct_stop ? ct_fail(err, CT_TEMPFAIL, "stopped") : 0;
}

static char *
url_of(const struct ct_get *g, const char *path)
{
	return ct_printf("%s%s%s%s", g->base, path,
	    !g->query               ? ""
		: strchr(path, '?') ? "&"
				    : "?",
	    g->query ? g->query : "");
}

static int
send_it(struct ct_get *g, const struct ct_http_req *what,
    struct ct_http_res *res, struct ct_err *err)
{
	struct ct_http_req req = *what;
	struct ct_err why = { 0 };
	int rc;

	*res =
	    (struct ct_http_res){ .fate = CT_HTTP_UNSENT, .retry_after = -1 };
	if (pace(g, err))
		return err->code;
	req.user = g->basic ? g->cred.user : NULL;
	req.password = g->cred.password;
	req.max = g->max;
	req.header = g->header;
	req.out = g->out;
	req.cut = g->cut;
	if (g->out > 0 &&
	    (ftruncate(g->out, 0) < 0 || lseek(g->out, 0, SEEK_SET) < 0))
		return ct_fail_errno(err, CT_IOERR, "cannot begin a file anew");
	rc = ct_http_do(g->http, &req, res, &why);
	g->src->requests++;
	g->status = rc ? 0 : res->status;
	g->over = res->over;
	if (rc)
		return ct_fail(
		    err, rc, "source '%s': %s", g->src->name, why.msg);
	if (res->date)
		g->date = res->date;
	g->used = used(res->usage);
	return 0;
}

static int
once(struct ct_get *g, const struct ct_http_req *req, struct ct_http_res *res,
    struct ct_err *err)
{
	int rc = send_it(g, req, res, err);

	if (rc)
		return rc;
	rc = g->judge ? g->judge(g, res, err) : -1;
	return rc < 0 ? judge(g, res, err) : rc;
}

int
ct_get_once(struct ct_get *g, const char *path, const struct ct_http_req *what,
    struct ct_http_res *res, struct ct_err *err)
{
	struct ct_http_req req = *what;
	char *url = url_of(g, path);
	int rc;

	req.url = url;
	rc = send_it(g, &req, res, err);
	ct_wipe(url, strlen(url));
	free(url);
	return rc;
}

static int
patiently(struct ct_get *g, const char *path, struct ct_http_req *req,
    struct ct_http_res *res, struct ct_err *err)
{
	char *url = url_of(g, path);
	int64_t asked;
	int n, rc;

	req->url = url;
	req->timeout = g->timeout ? g->timeout : PAGE_MS;
	for (n = 0;; n++) {
		rc = once(g, req, res, err);
		if (rc == 0)
			break;
		asked = res->retry_after;
		ct_http_done(res);
		if (rc != CT_TEMPFAIL || n + 1 == TRIES || ct_stop)
			break;
		if (asked > ASKED_MOST) {
			rc = ct_fail(err, CT_TEMPFAIL,
			    "source '%s': the server asks to wait %lld s",
			    g->src->name, (long long)(asked / 1000));
			break;
		}
		if ((rc = ct_get_wait(g, n, asked, err)))
			break;
	}
	ct_wipe(url, strlen(url));
	free(url);
	return rc;
}

int
ct_get_path(struct ct_get *g, const char *path, struct ct_http_res *res,
    struct ct_err *err)
{
	struct ct_http_req req = { .method = "GET" };

	return patiently(g, path, &req, res, err);
}

int
ct_get_post(struct ct_get *g, const char *path, const char *form,
    struct ct_http_res *res, struct ct_err *err)
{
	struct ct_http_req req = { .method = "POST",
		.type = "application/x-www-form-urlencoded",
		.body = form,
		.len = strlen(form) };

	return patiently(g, path, &req, res, err);
}
