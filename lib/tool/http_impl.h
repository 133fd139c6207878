/* http_impl.h - what http.c and http_many.c share */
#ifndef CT_HTTP_IMPL_H
#define CT_HTTP_IMPL_H

#include <curl/curl.h>

#include "http.h"

#define HTTP_HEADERS ((size_t)256 << 10) /* bytes of them in an answer */

/* What holds for every transfer, see http.h. */
void http_plain(CURL *c);

/*
 * What this failure means, as ct_http_do returns it.  why is libcurl's word
 * for it; tell: say it, for it names nothing that came from a record.
 */
int http_explain(CURLcode rc, const char *why, bool tell, struct ct_err *err);

/* The list with a header more: none is left out, or the program ends. */
struct curl_slist *http_more(struct curl_slist *list, const char *header);

/* If the header line is NAME: VALUE, copy VALUE to out, cut to its size; whole:
 * all of it in printable ASCII, or "". */
bool http_header(
    const char *line, size_t len, const char *name, char *out, size_t cap);
bool http_header_whole(
    const char *line, size_t len, const char *name, char *out, size_t cap);

#endif
