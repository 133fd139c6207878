/* http_common.c - what holds for every transfer */
#include <string.h>
#include <strings.h>

#include "http_impl.h"
#include "prog.h"

#define CONNECT_MS 10000

void
http_plain(CURL *c)
{
	(void)curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(c, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	(void)curl_easy_setopt(
	    c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	(void)curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(
	    c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	(void)curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	(void)curl_easy_setopt(c, CURLOPT_USERAGENT, "ct/" CT_VERSION);
}

struct curl_slist *
http_more(struct curl_slist *list, const char *header)
{
	struct curl_slist *more = curl_slist_append(list, header);

	if (!more)
		ct_die(CT_OSERR, "out of memory");
	return more;
}

int
http_explain(CURLcode rc, const char *why, bool tell, struct ct_err *err)
{
	const char *told = tell ? why : curl_easy_strerror(rc);

	/* for this libcurl has no code; the words are OpenSSL's */
	if (rc == CURLE_SSL_CONNECT_ERROR &&
	    (strstr(why, "protocol version") ||
		strstr(why, "unsupported protocol")))
		return ct_fail(err, CT_NOPERM,
		    "the server does not speak TLS 1.2 or later: %s", told);
	switch (rc) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
		return ct_fail(err, CT_NOPERM,
		    "the server's certificate is not good: %s", told);
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_UNSUPPORTED_PROTOCOL:
		return ct_fail(err, CT_PROTOCOL,
		    "the server does not speak HTTP: %s", told);
	default:
		return ct_fail(
		    err, CT_TEMPFAIL, "the request failed: %s", told);
	}
}

bool
http_header(
    const char *line, size_t len, const char *name, char *out, size_t cap)
{
	size_t n = strlen(name);

	if (len <= n || strncasecmp(line, name, n) != 0 || line[n] != ':')
		return false;
	line += n + 1;
	len -= n + 1;
	while (len && strchr(" \t", *line)) {
		line++;
		len--;
	}
	while (len && strchr(" \t\r\n", line[len - 1]))
		len--;
	if (len >= cap)
		len = cap - 1;
	memcpy(out, line, len);
	out[len] = '\0';
	return true;
}

bool
http_header_whole(
    const char *line, size_t len, const char *name, char *out, size_t cap)
{
	size_t i;

	if (!http_header(line, len, name, out, cap))
		return false;
	for (i = 0; out[i] >= ' ' && out[i] <= '~'; i++)
		;
	if (out[i] || i + 1 == cap)
		*out = '\0';
	return true;
}
