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
#include "net.h"

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
	bool over;            /* it has more bytes than were to be taken */
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

/* ---- many GETs at a time, over curl_multi ----------------------------------
 *
 * What stands above of TLS, proxies and cookies holds here, too.  Connections
 * are kept; HTTP/1.1 only.  No redirect is followed: ct_pull_hop makes the next
 * URL of one, by the same rules.
 *
 * A GET that is guarded goes only to addresses that the caller permits.  That
 * is asked where the socket is made, of the address that a name led to then,
 * and once more before the request is sent, since a connection that was made
 * for another GET may be at hand: so no answer of a resolver, first or second,
 * leads elsewhere.
 */

#define CT_PULL_URL 8192                  /* bytes of a URL at most */
#define CT_PULL_ANSWER ((size_t)64 << 10) /* kept of what is no file */

struct ct_many;
struct ct_pull;

/* What is to be done after bytes were handed over. */
enum ct_pull_said {
	CT_PULL_ON,
	CT_PULL_LATER, /* they come again after ct_pull_resume */
	CT_PULL_ENOUGH /* no more is wanted: it ends, as if all were there */
};

/* Of a body whose status is 200 or 206; got is all there before the first. */
typedef enum ct_pull_said ct_pull_fn(
    struct ct_pull *get, const void *bytes, size_t len);

struct ct_got {
	long status;              /* 0: there was no answer */
	int64_t length;           /* of the body, as said; -1: nobody knows */
	bool part;                /* of a 206: it has */
	uint64_t from, to, total; /* bytes from there on, before to, of so
				     many; total UINT64_MAX: not said */
	bool ranges;              /* Accept-Ranges: bytes */
	bool encoded;             /* Content-Encoding that nobody asked for */
	char etag[256];           /* ETag, whole, or "" */
	char region[64];          /* x-amz-bucket-region, likewise */
	int64_t retry_after; /* ms to wait, if the server asks that; or -1 */
	char *location;      /* Location or NULL */
	char *answer;        /* the body of any other status, its beginning,
				answered bytes and a NUL; or NULL */
	size_t answered;
	uint64_t bytes; /* of a body handed over */
	bool met;       /* there was a server */
	bool denied;    /* the address was not permitted */
	bool enough;    /* CT_PULL_ENOUGH was said */
};

struct ct_pull { /* zeroed; stays the caller's, in its place until it ended */
	/* what is wanted; set anew before each ct_many_add */
	char **header; /* such as "Range: bytes=5-", ended by NULL; or NULL */
	bool guarded;  /* see above */
	bool exact;    /* the path has /../ as it has any other name */
	int64_t stall; /* ms in which at least a byte a ms must come */
	int64_t left;  /* ms that are left, counted down while it goes on and
			  is not paused: at 0 it ends */
	ct_pull_fn *body;
	/* what came of it */
	struct ct_got got;
	struct ct_err err; /* code 0: an answer, and all of it */
	bool paused;       /* body said CT_PULL_LATER */
	/* private */
	struct ct_many *many;
	void *url, *handle, *list;
	struct ct_pull *next, *prev;
	size_t headers;
	int64_t later, date;            /* Retry-After, if it is a time; Date */
	bool begun, tried, wait, waits; /* wait: it is to */
	int64_t window, came; /* ms, and bytes, of the watch for a stall */
};

/* As many at a time as the caller adds; net: where a guarded one may go
 * besides, n of them, which stay the caller's. */
int ct_many_open(struct ct_many **many, const struct ct_network *net, size_t n,
    struct ct_err *err);
void ct_many_close(struct ct_many *many); /* what goes on is dropped */

/*
 * The URL to get: http or https, with a host in ASCII and without a user name,
 * read by the parser that connects.  CT_DATAERR.
 */
int ct_pull_url(struct ct_pull *get, const char *url, struct ct_err *err);

/* The URL that got.location leads to, in its place: by the same rules, and from
 * https to https only.  CT_NOPERM, or CT_PROTOCOL: there is none. */
int ct_pull_hop(struct ct_pull *get, struct ct_err *err);

/* A zeroed one for the same URL, by the same rules. */
void ct_pull_like(struct ct_pull *get, const struct ct_pull *other);

/* Begin: got and err are as new.  CT_OSERR. */
int ct_many_add(struct ct_many *many, struct ct_pull *get, struct ct_err *err);
void ct_pull_resume(struct ct_pull *get); /* body may be called within */
void ct_pull_drop(struct ct_pull *get);   /* it ends, and is not told of */

/*
 * What its server sent stays where it is, but for the first of it, and counts
 * neither as time nor as a stall, until it need not wait.  body may be called
 * within.
 */
void ct_pull_wait(struct ct_pull *get, bool wait);

/* Since many was opened: us by the clock; those in ct_many_wait; bytes of
 * bodies. */
struct ct_flow {
	int64_t time, idle;
	uint64_t bytes;
};
void ct_many_flow(const struct ct_many *many, struct ct_flow *flow);

/* Go on with all; one that ended since, or NULL.  To be called until it is. */
struct ct_pull *ct_many_step(struct ct_many *many);

/* Wait until there is something to do, at most ms; true: fd, if it is not
 * negative, can be read. */
bool ct_many_wait(struct ct_many *many, int fd, int ms);

/* Release what get holds; it has ended, or never began. */
void ct_pull_free(struct ct_pull *get);

#endif
