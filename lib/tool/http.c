#include "http.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "file.h"
#include "http_impl.h"
#include "prog.h"

#define ANSWER_MAX ((size_t)1 << 20)
#define TIMEOUT_MS 60000
#define RETRY_MAX ((curl_off_t)366 * 24 * 3600) /* seconds */

/*
 * Each request has a handle of its own; connections they share.  libcurl up
 * to 7.88 at least keeps a pointer to the last header of the transfer before,
 * freed by then, and grows it if the next answer begins with a folded line.
 */
struct ct_http {
	CURLSH *share;
};

/* One transfer, as the callbacks see it. */
struct flight {
	struct ct_http_res *res;
	size_t max, cap, headers;
	bool too_large, begun; /* begun: all headers are there */
	bool cut, enough;      /* of a body nothing is wanted; it began */
	int out, failed;       /* errno of writing there */
	CURL *c;
	int64_t later; /* ms: Retry-After, if it is a time; 0: none */
	char why[CURL_ERROR_SIZE];
};

int
ct_http_new(struct ct_http **http, struct ct_err *err)
{
	*http = ct_alloc(1, sizeof **http);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		(*http)->share = curl_share_init();
	if ((*http)->share &&
	    curl_share_setopt((*http)->share, CURLSHOPT_SHARE,
		CURL_LOCK_DATA_CONNECT) == CURLSHE_OK)
		return 0;
	(void)curl_share_cleanup((*http)->share);
	free(*http);
	*http = NULL;
	return ct_fail(err, CT_OSERR, "cannot set up libcurl");
}

void
ct_http_free(struct ct_http *http)
{
	if (!http)
		return;
	(void)curl_share_cleanup(http->share);
	curl_global_cleanup();
	free(http);
}

/* In lower case, the dots at its end off; false: a byte that no name has. */
static bool
plain_name(char *host)
{
	size_t i;

	for (i = 0; host[i]; i++) {
		if (host[i] <= ' ' || host[i] > '~' || host[i] == '%')
			return false;
		if (host[i] >= 'A' && host[i] <= 'Z')
			host[i] = (char)(host[i] - 'A' + 'a');
	}
	while (i && host[i - 1] == '.')
		host[--i] = '\0';
	return i > 0;
}

char *
ct_http_host(const char *url)
{
	CURLU *u = curl_url();
	char *got = NULL, *host = NULL;

	if (u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_HOST, &got, CURLU_URLDECODE) == CURLUE_OK)
		host = ct_strdup(got);
	curl_free(got);
	curl_url_cleanup(u);
	if (host && plain_name(host))
		return host;
	free(host);
	return NULL;
}

/* The query's names, and * for each value. */
static char *
redact_query(const char *query)
{
	char *out = ct_alloc(2 * strlen(query) + 2, 1), *p = out;
	size_t n;

	while (*query) {
		n = strcspn(query, "&=");
		/* one without = may be the secret itself */
		if (query[n] == '=') {
			memcpy(p, query, n);
			p += n;
			*p++ = '=';
		}
		*p++ = '*';
		query += n + strcspn(query + n, "&");
		if (*query)
			*p++ = *query++;
	}
	return out;
}

char *
ct_http_redacted(const char *url)
{
	CURLU *u = curl_url();
	char *query = NULL, *all = NULL, *cut = NULL, *out;

	if (u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK) {
		(void)curl_url_get(u, CURLUPART_QUERY, &query, 0);
		(void)curl_url_set(u, CURLUPART_QUERY, NULL, 0);
		(void)curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0);
		(void)curl_url_set(u, CURLUPART_USER, NULL, 0);
		(void)curl_url_set(u, CURLUPART_PASSWORD, NULL, 0);
		(void)curl_url_set(u, CURLUPART_OPTIONS, NULL, 0);
		(void)curl_url_get(u, CURLUPART_URL, &all, 0);
	}
	if (query)
		cut = redact_query(query);
	out = all
	    ? ct_printf("%s%s%s", all, cut && *cut ? "?" : "", cut ? cut : "")
	    : ct_strdup("*");
	free(cut);
	curl_free(query);
	curl_free(all);
	curl_url_cleanup(u);
	return out;
}

bool
ct_http_loopback(const char *url)
{
	char *host = ct_http_host(url);
	struct in_addr a4;
	bool yes = host &&
	    (strcmp(host, "[::1]") == 0 ||
		(inet_pton(AF_INET, host, &a4) == 1 &&
		    ntohl(a4.s_addr) >> 24 == 127));

	free(host);
	return yes;
}

int
ct_http_allowed(const char *url, struct ct_err *err)
{
	CURLU *u = curl_url();
	char *scheme = NULL, *user = NULL;
	int rc = 0;

	if (!u || curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK)
		rc = ct_fail(err, CT_NOPERM, "not a URL that can be used");
	else if (curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_OK)
		rc = ct_fail(err, CT_NOPERM, "a URL may not hold a user name");
	else if (strcmp(scheme, "https") != 0 &&
	    !(strcmp(scheme, "http") == 0 && ct_http_loopback(url)))
		rc = ct_fail(err, CT_NOPERM,
		    "want https (http is for 127.0.0.1 and [::1] only)");
	curl_free(scheme);
	curl_free(user);
	curl_url_cleanup(u);
	return rc;
}

static size_t
on_body(char *data, size_t size, size_t n, void *arg)
{
	struct flight *fl = arg;
	struct ct_http_res *res = fl->res;
	size_t len = size * n;
	long status = 0;

	if (fl->cut) {
		fl->enough = true;
		return 0;
	}
	if (len > fl->max - res->len) {
		fl->too_large = fl->res->over = true;
		return 0;
	}
	if (fl->out > 0 &&
	    curl_easy_getinfo(fl->c, CURLINFO_RESPONSE_CODE, &status) ==
		CURLE_OK &&
	    status == 200) {
		if (ct_write_full(fl->out, data, len) < 0) {
			fl->failed = errno;
			return 0;
		}
		res->len += len;
		return len;
	}
	if (fl->cap - res->len <= len) {
		while (fl->cap - res->len <= len)
			fl->cap *= 2;
		res->body = ct_grow(res->body, fl->cap, 1);
	}
	memcpy(res->body + res->len, data, len);
	res->len += len;
	res->body[res->len] = '\0';
	return len;
}

static size_t
on_header(char *data, size_t size, size_t n, void *arg)
{
	struct flight *fl = arg;
	char value[128];
	size_t len = size * n;
	time_t t;

	if (len >= 6 && memcmp(data, "HTTP/", 5) == 0) {
		fl->begun = false;
		fl->res->bounded = data[5] > '1';
	} else if (len && (*data == '\r' || *data == '\n')) {
		fl->begun = true; /* for good: trailers may come */
	} else if (http_header(
		       data, len, "Content-Length", value, sizeof value) ||
	    http_header(data, len, "Transfer-Encoding", value, sizeof value)) {
		fl->res->bounded = true;
	}
	fl->headers += len;
	if (fl->headers > HTTP_HEADERS) {
		fl->too_large = fl->res->over = true;
		return 0;
	}
	if (http_header(data, len, "Request-ID", value, sizeof value))
		memcpy(fl->res->request_id, value, sizeof value);
	else if (http_header(data, len, "X-App-Usage", value, sizeof value))
		memcpy(fl->res->usage, value, sizeof value);
	else if (http_header(data, len, "x-amz-bucket-region", value,
		     sizeof fl->res->region))
		memcpy(fl->res->region, value, sizeof fl->res->region);
	else if (http_header_whole(
		     data, len, "ETag", fl->res->etag, sizeof fl->res->etag) ||
	    http_header_whole(data, len, "Last-Modified", fl->res->modified,
		sizeof fl->res->modified))
		;
	else if (http_header(data, len, "Date", value, sizeof value) &&
	    (t = curl_getdate(value, NULL)) > 0)
		fl->res->date = (int64_t)t * 1000;
	else if (http_header(data, len, "Retry-After", value, sizeof value))
		fl->later = strspn(value, "0123456789") < strlen(value) &&
			(t = curl_getdate(value, NULL)) > 0
		    ? (int64_t)t * 1000
		    : 0;
	return len;
}

static size_t
on_read(char *out, size_t size, size_t n, void *arg)
{
	ssize_t got;

	do
		got = read(*(int *)arg, out, size * n);
	while (got < 0 && errno == EINTR);
	return got < 0 ? CURL_READFUNC_ABORT : (size_t)got;
}

static int
on_seek(void *arg, curl_off_t offset, int origin)
{
	return lseek(*(int *)arg, offset, origin) < 0 ? CURL_SEEKFUNC_FAIL
						      : CURL_SEEKFUNC_OK;
}

static curl_mime *
form(CURL *c, const struct ct_http_req *req, int *fd)
{
	curl_mime *mime = curl_mime_init(c);
	curl_mimepart *part = NULL;
	CURLcode rc = mime ? CURLE_OK : CURLE_OUT_OF_MEMORY;
	size_t i;

	for (i = 0; !rc && i < req->nparts; i++) {
		const struct ct_http_part *p = &req->part[i];

		part = curl_mime_addpart(mime);
		rc = curl_mime_name(part, p->name);
		if (!rc && p->text) {
			rc =
			    curl_mime_data(part, p->text, CURL_ZERO_TERMINATED);
			continue;
		}
		fd[i] = p->fd;
		if (rc || (rc = curl_mime_filename(part, p->filename)) ||
		    (rc = curl_mime_type(part, p->type)))
			break;
		(void)lseek(p->fd, 0, SEEK_SET);
		rc = curl_mime_data_cb(
		    part, (curl_off_t)p->len, on_read, on_seek, NULL, &fd[i]);
	}
	if (rc) /* a form that lacks a part is another one */
		ct_die(CT_OSERR, "out of memory");
	return mime;
}

static void
set_safe(CURL *c, const struct ct_http_req *req)
{
	bool safe = strcmp(req->method, "GET") == 0;

	http_plain(c);
	/* a key of a bucket may hold /../ */
	(void)curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L);
	(void)curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, safe ? 0L : 1L);
	(void)curl_easy_setopt(c, CURLOPT_FORBID_REUSE, safe ? 0L : 1L);
	(void)curl_easy_setopt(c, CURLOPT_TIMEOUT_MS,
	    (long)(req->timeout ? req->timeout : TIMEOUT_MS));
	(void)curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 100L);
	(void)curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, 60L);
	if (req->user) {
		(void)curl_easy_setopt(
		    c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		(void)curl_easy_setopt(c, CURLOPT_USERNAME, req->user);
		(void)curl_easy_setopt(
		    c, CURLOPT_PASSWORD, req->password ? req->password : "");
	}
}

/* Could the server have seen the request?  req_size counts what was sent. */
static enum ct_http_fate
fate_of(CURL *c, CURLcode rc)
{
	long sent = 0;

	if (curl_easy_getinfo(c, CURLINFO_REQUEST_SIZE, &sent) != CURLE_OK)
		sent = 1;
	/* the code proves nothing: CURLE_UNSUPPORTED_PROTOCOL is also what an
	 * answer of HTTP/1.7 gets, when the server has acted */
	if (rc == CURLE_OK)
		return CT_HTTP_ANSWERED;
	return sent ? CT_HTTP_UNKNOWN : CT_HTTP_UNSENT;
}

static int
explain(CURLcode rc, const struct flight *fl, struct ct_err *err)
{
	const char *why = *fl->why ? fl->why : curl_easy_strerror(rc);

	if (fl->failed) {
		errno = fl->failed;
		return ct_fail_errno(
		    err, CT_IOERR, "cannot keep the server's answer");
	}
	if (fl->too_large)
		return ct_fail(err, CT_PROTOCOL,
		    "the server's answer is over %zu bytes", fl->max);
	return http_explain(rc, why, true, err);
}

static void
take_info(CURL *c, const struct flight *fl)
{
	struct ct_http_res *res = fl->res;
	curl_off_t wait = 0;
	char *type = NULL;

	(void)curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &res->status);
	(void)curl_easy_getinfo(c, CURLINFO_CONTENT_TYPE, &type);
	res->type = type ? ct_strdup(type) : NULL;
	(void)curl_easy_getinfo(c, CURLINFO_RETRY_AFTER, &wait);
	/* a time is one of the server's clock, which need not be ours */
	if (fl->later && res->date)
		wait = (fl->later - res->date) / 1000;
	wait = wait < RETRY_MAX ? wait : RETRY_MAX;
	res->retry_after = wait > 0 ? (int64_t)wait * 1000 : -1;
}

static struct curl_slist *
headers(const struct ct_http_req *req)
{
	struct curl_slist *list = http_more(NULL, "Expect:");
	const char *const *h;
	char *type;

	if (req->type) {
		type = ct_printf("Content-Type: %s", req->type);
		list = http_more(list, type);
		free(type);
	}
	for (h = req->header; h && *h; h++)
		list = http_more(list, *h);
	return list;
}

static void
set_body(CURL *c, const struct ct_http_req *req, curl_mime *mime)
{
	bool get = strcmp(req->method, "GET") == 0;

	if (mime) {
		(void)curl_easy_setopt(c, CURLOPT_MIMEPOST, mime);
	} else if (!get) {
		(void)curl_easy_setopt(
		    c, CURLOPT_POSTFIELDS, req->body ? req->body : "");
		(void)curl_easy_setopt(
		    c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)req->len);
	}
	if (!get && strcmp(req->method, "POST") != 0)
		(void)curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, req->method);
}

int
ct_http_do(struct ct_http *http, const struct ct_http_req *req,
    struct ct_http_res *res, struct ct_err *err)
{
	struct flight fl = { .res = res,
		.max = req->max ? req->max : ANSWER_MAX,
		.cap = 4096,
		.out = req->out,
		.cut = req->cut };
	struct curl_slist *list;
	curl_mime *mime = NULL;
	CURL *c;
	CURLcode rc;
	int *fd;

	*res =
	    (struct ct_http_res){ .fate = CT_HTTP_UNSENT, .retry_after = -1 };
	if (ct_http_allowed(req->url, err))
		return err->code;
	if (!(c = curl_easy_init()))
		return ct_fail(err, CT_OSERR, "cannot set up libcurl");
	fl.c = c;
	res->body = ct_alloc(fl.cap, 1);
	fd = ct_alloc(req->nparts, sizeof *fd);
	(void)curl_easy_setopt(c, CURLOPT_SHARE, http->share);
	set_safe(c, req);
	list = headers(req);
	if (req->nparts)
		mime = form(c, req, fd);
	set_body(c, req, mime);
	(void)curl_easy_setopt(c, CURLOPT_URL, req->url);
	(void)curl_easy_setopt(c, CURLOPT_HTTPHEADER, list);
	(void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(c, CURLOPT_WRITEDATA, &fl);
	(void)curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	(void)curl_easy_setopt(c, CURLOPT_HEADERDATA, &fl);
	(void)curl_easy_setopt(c, CURLOPT_ERRORBUFFER, fl.why);
	rc = curl_easy_perform(c);
	if (rc == CURLE_WRITE_ERROR && fl.enough)
		rc = CURLE_OK;
	/* one that ends within its headers is to libcurl one without body */
	if (rc == CURLE_OK && !fl.begun)
		rc = CURLE_PARTIAL_FILE;
	res->fate = fate_of(c, rc);
	if (rc == CURLE_OK)
		take_info(c, &fl);
	else
		(void)explain(rc, &fl, err);
	curl_mime_free(mime);
	curl_slist_free_all(list);
	free(fd);
	curl_easy_cleanup(c);
	return rc == CURLE_OK ? 0 : err->code;
}

void
ct_http_done(struct ct_http_res *res)
{
	free(res->body);
	free(res->type);
	*res = (struct ct_http_res){ 0 };
}
