/* Any bytes as an address: its normal form is its own, of few bytes, and names
 * a host. */
#include "fuzz.h"

#include "url.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789"
				    "-._~!$&()*+,;=:@/?%[]";
	char form[CT_URL_MAX], again[CT_URL_MAX];
	const char *why = ct_url_normal((const char *)data, len, form, &len);
	size_t n;

	if (why) {
		must(*why);
		return 0;
	}
	must(len < sizeof form && strspn(form, plain) == len && !form[len]);
	must(strncmp(form, "http://", 7) == 0 ||
	    strncmp(form, "https://", 8) == 0);
	must(strcspn(strstr(form, "//") + 2, "/") > 0);
	must(strchr(form, '?') ||
	    !(strstr(form, "/../") || strstr(form, "/./")));
	must(!ct_url_normal(form, len, again, &n));
	must(n == len && memcmp(form, again, n) == 0);
	return 0;
}
