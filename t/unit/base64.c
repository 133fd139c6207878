/* The vectors of RFC 4648, and what is no base64. */
#include "base64.h"

#include <string.h>

#include "../tap.h"

static const struct {
	const char *plain, *coded;
} vector[] = { { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" }, { "\xfb\xff\xbf", "+/+/" } };

static const char *const bad[] = { "Zg",
	"Zg=", "Z===", "=Zg=", "Zg==Zg==", "Zm9 ", "Zm9-", "Zm\xc3\xa4" };

int
main(void)
{
	char text[16];
	uint8_t out[16];
	size_t i, n, len;

	for (i = 0; i < sizeof vector / sizeof vector[0]; i++) {
		len = strlen(vector[i].plain);
		ct_base64(vector[i].plain, len, text);
		ok(strcmp(text, vector[i].coded) == 0 &&
			strlen(text) == CT_BASE64_LEN(len),
		    "of %zu bytes: %s", len, vector[i].coded);
		ok(ct_unbase64(text, strlen(text), out, &n) && n == len &&
			memcmp(out, vector[i].plain, n) == 0,
		    "  and back");
	}
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ok(!ct_unbase64(bad[i], strlen(bad[i]), out, &n),
		    "number %zu of what is none", i);
	done();
}
