/* http_patience.c - when to ask a server again, and when never more */
#include <time.h>

#include "http.h"
#include "prog.h"

#define TRIES 3
#define SILENT 6 /* tries that met no server, before nothing more is sent */
#define WAIT_MAX 60000 /* ms that a server may ask us to wait */

/* What an answer means; 0: success. */
static int
judge(const struct ct_patience *p, const struct ct_http_res *res,
    struct ct_err *err)
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
	return ct_fail(err, code, "%s answers with status %ld", p->who, s);
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
again(const struct ct_patience *p, const struct ct_http_res *res, int n)
{
	int64_t wait = p->wait << n;

	if (n + 1 >= TRIES || p->shaky || ct_stop ||
	    res->retry_after > WAIT_MAX)
		return false;
	nap(res->retry_after > wait ? res->retry_after : wait);
	return !ct_stop;
}

static int
ask(struct ct_patience *p, ct_try_fn *try, void *arg, struct ct_http_res *res,
    struct ct_err *err)
{
	int n, rc;

	for (n = 0;; n++) {
		*res = (struct ct_http_res){ .retry_after = -1 };
		rc = try(arg, res, err);
		p->silent = res->fate == CT_HTTP_UNSENT ? p->silent + 1 : 0;
		if (!rc)
			rc = judge(p, res, err);
		if (rc != CT_TEMPFAIL || !again(p, res, n))
			return rc;
		ct_http_done(res);
	}
}

int
ct_http_patiently(struct ct_patience *p, ct_try_fn *try, void *arg,
    struct ct_http_res *res, struct ct_err *err)
{
	int rc;

	*res = (struct ct_http_res){ .retry_after = -1 };
	if (p->refused)
		return ct_fail(err, CT_NOPERM,
		    "not sent: %s refused a request before", p->who);
	if (p->silent >= SILENT)
		return ct_fail(err, CT_TEMPFAIL,
		    "not sent: there is no server behind %s", p->who);
	rc = ask(p, try, arg, res, err);
	p->shaky = rc == CT_TEMPFAIL;
	p->refused = rc == CT_NOPERM;
	return rc;
}
