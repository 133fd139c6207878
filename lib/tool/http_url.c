/* http_url.c - the URL of a GET, and where a redirect leads: http.h */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http_impl.h"
#include "prog.h"

/* Is this part there, and what? */
static bool
is(CURLU *u, CURLUPart part, const char *text)
{
	char *got = NULL;
	bool yes = curl_url_get(u, part, &got, 0) == CURLUE_OK &&
	    strcmp(got, text) == 0;

	curl_free(got);
	return yes;
}

static bool
host_is_plain(CURLU *u)
{
	char *host = NULL;
	size_t i = 0;

	if (curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK)
		while (host[i] > ' ' && host[i] <= '~')
			i++;
	i = host && !host[i] ? i : 0;
	curl_free(host);
	return i > 0;
}

/* libcurl takes a third slash for none. */
static bool
has_third_slash(const char *text)
{
	return strncasecmp(text, "http:///", 8) == 0 ||
	    strncasecmp(text, "https:///", 9) == 0;
}

/* 0, or CT_DATAERR with why. */
static int
read_url(CURLU *u, const char *text, bool exact, struct ct_err *err)
{
	unsigned flags = CURLU_DISALLOW_USER | (exact ? CURLU_PATH_AS_IS : 0);
	CURLUcode rc = strlen(text) < CT_PULL_URL && !has_third_slash(text)
	    ? curl_url_set(u, CURLUPART_URL, text, flags)
	    : CURLUE_MALFORMED_INPUT;

	if (rc == CURLUE_USER_NOT_ALLOWED)
		return ct_fail(
		    err, CT_DATAERR, "a URL may not hold a user name");
	if (rc == CURLUE_OK && !is(u, CURLUPART_SCHEME, "https") &&
	    !is(u, CURLUPART_SCHEME, "http"))
		rc = CURLUE_UNSUPPORTED_SCHEME;
	if (rc == CURLUE_UNSUPPORTED_SCHEME || rc == CURLUE_BAD_SCHEME)
		return ct_fail(err, CT_DATAERR, "no URL of http or https");
	if (rc != CURLUE_OK)
		return ct_fail(err, CT_DATAERR, "no URL that can be read");
	if (!host_is_plain(u))
		return ct_fail(err, CT_DATAERR, "a host that is not in ASCII");
	return 0;
}

int
ct_pull_url(struct ct_pull *g, const char *url, struct ct_err *err)
{
	curl_url_cleanup(g->url);
	g->url = curl_url();
	if (!g->url)
		return ct_fail(err, CT_OSERR, "cannot set up libcurl");
	return read_url(g->url, url, g->exact, err);
}

int
ct_pull_hop(struct ct_pull *g, struct ct_err *err)
{
	CURLU *u = curl_url_dup(g->url);
	int rc;

	if (!u)
		return ct_fail(err, CT_OSERR, "cannot set up libcurl");
	rc = !g->got.location
	    ? ct_fail(err, CT_PROTOCOL, "a redirect to nowhere")
	    : read_url(u, g->got.location, g->exact, err);
	if (!rc && is(g->url, CURLUPART_SCHEME, "https") &&
	    !is(u, CURLUPART_SCHEME, "https"))
		rc = ct_fail(err, CT_NOPERM, "a redirect from https to http");
	if (rc) {
		curl_url_cleanup(u);
		return rc;
	}
	curl_url_cleanup(g->url);
	g->url = u;
	return 0;
}

void
ct_pull_like(struct ct_pull *get, const struct ct_pull *other)
{
	get->guarded = other->guarded;
	get->exact = other->exact;
	get->url = other->url ? curl_url_dup(other->url) : NULL;
	if (other->url && !get->url)
		ct_die(CT_OSERR, "out of memory");
}
