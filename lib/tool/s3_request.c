/* s3_request.c - one request to a bucket, signed; and what its answer means */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "blake.h"
#include "prog.h"
#include "s3.h"

#define CODE_MAX 64

/* http://host/BUCKET/KEY or http://BUCKET.host/KEY, without what is behind ? */
static char *
path_of(const struct ct_bucket *b, const char *key, size_t len)
{
	const char *slash = strchr(strstr(b->endpoint, "://") + 3, '/');
	char *coded = ct_alloc(3 * len + 1, 1), *path;

	(void)ct_s3_escape(key, len, true, coded);
	path = ct_printf("%s%s%s%s%s", slash ? slash : "",
	    b->virtual ? "" : "/", b->virtual ? "" : b->bucket,
	    len || b->virtual ? "/" : "", coded);
	free(coded);
	return path;
}

/* The endpoint as far as its host. */
static int
root_of(const struct ct_bucket *b)
{
	const char *host = strstr(b->endpoint, "://") + 3;

	return (int)(host + strcspn(host, "/") - b->endpoint);
}

static void
sign(const struct ct_bucket *b, const char *method, const char *path,
    const char *query, int64_t now, struct ct_signed *out)
{
	struct ct_pair header[4];
	struct ct_sigv4 s = { .method = method,
		.path = path,
		.query = query,
		.header = header,
		.payload = CT_SHA256_EMPTY,
		.region = b->region,
		.service = "s3",
		.access_key = b->access_key,
		.secret_key = b->secret_key };
	time_t t = (time_t)(now / 1000);
	struct tm tm;
	char date[32], *all;
	size_t i;

	(void)gmtime_r(&t, &tm);
	(void)strftime(date, sizeof date, "%Y%m%dT%H%M%SZ", &tm);
	s.date = date;
	header[s.nheaders++] = (struct ct_pair){ "host", b->host };
	header[s.nheaders++] =
	    (struct ct_pair){ "x-amz-content-sha256", CT_SHA256_EMPTY };
	header[s.nheaders++] = (struct ct_pair){ "x-amz-date", date };
	if (b->session_token)
		header[s.nheaders++] = (struct ct_pair){ "x-amz-security-token",
			b->session_token };
	all = ct_sigv4(&s);
	out->header[0] = ct_printf("Authorization: %s", all);
	free(all);
	/* the host is what the client sends of itself */
	for (i = 1; i < s.nheaders; i++)
		out->header[i] =
		    ct_printf("%s: %s", header[i].name, header[i].value);
}

void
ct_bucket_sign(const struct ct_bucket *b, const char *method, const char *key,
    size_t len, const struct ct_pair *pair, size_t n, int64_t now,
    struct ct_signed *out)
{
	char *path = path_of(b, key, len), *query = ct_s3_query(pair, n);

	*out = (struct ct_signed){ .url = NULL };
	if (!b->azure)
		sign(b, method, path, query, now, out);
	out->url = ct_printf("%.*s%s%s%s%s%s", root_of(b), b->endpoint, path,
	    *query || b->azure ? "?" : "", query, *query && b->azure ? "&" : "",
	    b->azure ? b->sas : "");
	free(path);
	free(query);
}

void
ct_signed_free(struct ct_signed *s)
{
	size_t i;

	if (s->url)
		ct_wipe(s->url, strlen(s->url));
	free(s->url);
	for (i = 0; i < sizeof s->header / sizeof s->header[0]; i++) {
		if (s->header[i])
			ct_wipe(s->header[i], strlen(s->header[i]));
		free(s->header[i]);
	}
	*s = (struct ct_signed){ .url = NULL };
}

/* ---- answers --------------------------------------------------------------
 */

/* The text of <NAME> in an <Error>, if it is one of plain characters. */
static void
element(const char *body, size_t len, const char *name, char out[CODE_MAX])
{
	char tag[32];
	const char *p, *end = body + len;
	size_t n = 0;

	*out = '\0';
	(void)snprintf(tag, sizeof tag, "<%s>", name);
	p = len ? memmem(body, len, tag, strlen(tag)) : NULL;
	if (!p)
		return;
	for (p += strlen(tag); p < end && n + 1 < CODE_MAX &&
	     ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		 (*p >= '0' && *p <= '9') || *p == '-');
	     p++)
		out[n++] = *p;
	out[p < end && *p == '<' ? n : 0] = '\0';
}

static const struct {
	const char *code; /* of S3 or Azure */
	int means;
	const char *words;
} answers[] = {
	{ "SignatureDoesNotMatch", CT_NOPERM, "the secret key is wrong" },
	{ "InvalidAccessKeyId", CT_NOPERM, "it does not know the access key" },
	{ "ExpiredToken", CT_NOPERM, "the credentials have expired" },
	{ "TokenRefreshRequired", CT_NOPERM, "the credentials have expired" },
	{ "InvalidToken", CT_NOPERM, "the session token is wrong" },
	{ "AuthenticationFailed", CT_NOPERM, "the SAS is wrong or expired" },
	{ "AccessDenied", CT_NOPERM, "access denied" },
	{ "AllAccessDisabled", CT_NOPERM, "access denied" },
	{ "RequestTimeTooSkewed", CT_TEMPFAIL,
	    "its clock and ours are over 15 minutes apart" },
	{ "RequestTimeout", CT_TEMPFAIL, "the request took too long" },
	{ "SlowDown", CT_TEMPFAIL, "it wants fewer requests" },
	{ "ServerBusy", CT_TEMPFAIL, "it wants fewer requests" },
	{ "NoSuchBucket", CT_NOINPUT, "there is no such bucket" },
	{ "ContainerNotFound", CT_NOINPUT, "there is no such container" },
	{ "NoSuchKey", CT_NOINPUT, "there is no such object" },
	{ "BlobNotFound", CT_NOINPUT, "there is no such object" },
	{ "InvalidBucketName", CT_CONFIG, "that is no name of a bucket" },
	{ "AuthorizationHeaderMalformed", CT_CONFIG, "wrong region" },
	{ "PermanentRedirect", CT_CONFIG, "wrong region or endpoint" },
	{ "TemporaryRedirect", CT_CONFIG, "wrong region or endpoint" },
};

static int
by_status(long status)
{
	if (status == 401 || status == 403)
		return CT_NOPERM;
	if (status == 404 || status == 410)
		return CT_NOINPUT;
	if (status == 408 || status == 425 || status == 429 || status >= 500)
		return CT_TEMPFAIL;
	if (status >= 300 && status < 400)
		return CT_CONFIG;
	return CT_PROTOCOL;
}

int
ct_bucket_judge(const struct ct_bucket *b, long status, const char *body,
    size_t len, const char *region, struct ct_err *err)
{
	char code[CODE_MAX], place[CODE_MAX];
	const char *words = NULL;
	int means = by_status(status);
	size_t i;

	element(body, len, "Code", code);
	element(body, len, "Region", place);
	/* a header has it where the answer has no body */
	if (!*place && region && strlen(region) < sizeof place &&
	    region[strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-")] ==
		'\0')
		(void)snprintf(place, sizeof place, "%s", region);
	for (i = 0; i < sizeof answers / sizeof answers[0]; i++)
		if (strcmp(code, answers[i].code) == 0) {
			means = answers[i].means;
			words = answers[i].words;
		}
	if ((status == 301 || status == 400 || status == 307) && *place &&
	    b->region && strcmp(place, b->region) != 0)
		return ct_fail(err, CT_CONFIG,
		    "bucket '%s': wrong region: it is in '%s'", b->name, place);
	if (words)
		return ct_fail(err, means, "bucket '%s': %s", b->name, words);
	return ct_fail(
	    err, means, "bucket '%s' answers with status %ld", b->name, status);
}

bool
ct_bucket_stale(long status, const char *body, size_t len)
{
	static const char *const codes[] = { "InvalidArgument",
		"InvalidRequest", "InvalidQueryParameterValue",
		"OutOfRangeInput", NULL };
	char code[CODE_MAX];
	size_t i;

	element(body, len, "Code", code);
	for (i = 0; codes[i] && strcmp(codes[i], code) != 0; i++)
		;
	return status == 400 && codes[i];
}
