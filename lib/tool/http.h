/*
 * http.h - one request over libcurl
 *
 * https only, TLS 1.2 or later, peer and host verified always; plain http is
 * accepted for 127.0.0.0/8 and [::1] alone (the sandbox).  No redirect is
 * followed, no proxy, .netrc, cookie or environment variable is used, and no
 * body is asked for compressed.  A request that changes state goes out on a
 * connection of its own, so that libcurl never sends it twice by itself.
 */
#ifndef CT_HTTP_H
#define CT_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct ct_http; /* a client: connections kept, one request at a time */

int ct_http_new(struct ct_http **http, struct ct_err *err);
void ct_http_free(struct ct_http *http);

/* A part of a multipart/form-data body: text, or a descriptor's bytes. */
struct ct_http_part {
	const char *name;
	const char *text; /* NULL: the part is a file */
	int fd;           /* read from its start, len bytes */
	uint64_t len;
	const char *filename, *type;
};

struct ct_http_req {
	const char *method; /* "GET", "POST", "PUT" */
	const char *url;
	const char *user, *password; /* Basic auth; user NULL: none */
	const char *type;            /* Content-Type of body */
	const void *body;
	size_t len;
	const struct ct_http_part *part; /* a form in place of body */
	size_t nparts;
	size_t max;      /* bytes of answer accepted; 0: 1 MiB */
	int64_t timeout; /* ms for the whole; 0: 60 s.  Stalls (less than
			    100 bytes a second over 60 s) end it too */
	const char *const *header; /* further ones, ended by NULL; or NULL */
	int out;  /* > 0: the body of a 200 goes there, and not into res */
	bool cut; /* only status and headers are wanted, of a GET */
};

/* What is known of the request when no whole answer came. */
enum ct_http_fate {
	CT_HTTP_ANSWERED, /* status and body are the server's */
	CT_HTTP_UNSENT,   /* the server cannot have seen it: safe to repeat */
	CT_HTTP_UNKNOWN   /* it may have been acted on */
};

struct ct_http_res {
	enum ct_http_fate fate;
	long status;
	char *body; /* len bytes and a NUL; never NULL once answered */
	size_t len;
	bool bounded;         /* a body that was cut would have been noticed */
	char *type;           /* Content-Type or NULL */
	char request_id[128]; /* Request-ID or "" */
	char usage[128];      /* X-App-Usage or "" */
	char etag[256];       /* ETag, whole, or "" */
	char modified[64];    /* Last-Modified, likewise */
	char region[64];      /* x-amz-bucket-region or "" */
	int64_t date;         /* Date, ms since 1970; 0 if there is none */
	int64_t retry_after;  /* ms to wait that the server asks, at most those
				 of a  year; -1: none */
};

/*
 * Send it and wait for the whole answer.  Returns 0 if there was one, of any
 * status; else CT_TEMPFAIL (network), CT_NOPERM (the server's certificate or
 * version of TLS is not good, or the URL is not allowed), CT_PROTOCOL (answer
 * too large or not HTTP), CT_IOERR (out cannot be written).  res->fate is
 * always set.  Release res with
 * ct_http_done.
 */
int ct_http_do(struct ct_http *http, const struct ct_http_req *req,
    struct ct_http_res *res, struct ct_err *err);
void ct_http_done(struct ct_http_res *res);

/* ---- a server that is asked with patience --------------------------------
 */

struct ct_patience {
	const char *who; /* for messages, such as "the webhook" */
	int64_t wait;    /* ms before the second try; then twice that */
	unsigned silent; /* tries in a row that met no server at all */
	bool shaky;      /* it failed for now: the next request has one try */
	bool refused;    /* it does not want us: nothing more is sent */
};

/* One try: as ct_http_do. */
typedef int ct_try_fn(void *arg, struct ct_http_res *res, struct ct_err *err);

/*
 * Try, three times at most, until there is an answer of 2xx: 0.  Else
 * CT_TEMPFAIL (no answer, or one of 408, 425, 429, 5xx), CT_NOINPUT (404, 410),
 * CT_NOPERM (401, 403; and for all requests after it, which are not sent),
 * CT_PROTOCOL (any other, or too large).  Only for what may be sent again, and
 * every try is told of in *res alone: release it with ct_http_done whatever
 * came.  Its status is 0 if nothing did.
 */
int ct_http_patiently(struct ct_patience *p, ct_try_fn *try, void *arg,
    struct ct_http_res *res, struct ct_err *err);

/* May this URL be used at all, by the rules above?  0, or CT_NOPERM. */
int ct_http_allowed(const char *url, struct ct_err *err);

/*
 * The host that a request to this URL goes to: percent-decoded, in lower case,
 * without a dot at its end.  NULL if it cannot be a URL, or the host has
 * other bytes than ASCII, which may be read as another name.  Release with
 * free.
 */
char *ct_http_host(const char *url);

/*
 * The URL as it may be told in messages and kept in state: without user name
 * and password and without what stands behind # ; of the query the names, and
 * "*" for each value.  Text that is no URL becomes "*".  Release with free.
 */
char *ct_http_redacted(const char *url);

/* Is the host of this URL a loopback address? */
bool ct_http_loopback(const char *url);

#endif
