/*
 * trust.c - let a program trust a certificate authority of ours, by LD_PRELOAD
 *
 * CT_TRUST=FILE	libcurl takes the authorities in FILE for those of the
 *			system; a program of ct asks no environment for them
 */
#include <curl/curl.h>
#include <dlfcn.h>
#include <stdlib.h>

#undef curl_easy_setopt

static void
trust(CURL *c)
{
	static CURLcode (*set)(CURL *, CURLoption, ...);
	const char *file = getenv("CT_TRUST");

	if (!set)
		*(void **)&set = dlsym(RTLD_NEXT, "curl_easy_setopt");
	if (file)
		(void)set(c, CURLOPT_CAINFO, file);
}

CURLcode
curl_easy_perform(CURL *c)
{
	static CURLcode (*real)(CURL *);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "curl_easy_perform");
	trust(c);
	return real(c);
}

CURLMcode
curl_multi_add_handle(CURLM *m, CURL *c)
{
	static CURLMcode (*real)(CURLM *, CURL *);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "curl_multi_add_handle");
	trust(c);
	return real(m, c);
}
