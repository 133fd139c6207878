/* Any bytes as a page of Hash Sharing, and as one signal. */
#include "source.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *const types[] = { "md5", "pdq", "pdna", "new" };
	char *text = malloc(len + 1);
	struct ct_signal s;
	struct ct_page page;
	struct ct_err err;
	size_t i;

	if (!text)
		return 0;
	if (len)
		memcpy(text, data, len);
	text[len] = '\0';
	(void)ct_page_parse(&page, text, len, &err);
	ct_page_free(&page);
	for (i = 0; i < sizeof types / sizeof types[0]; i++) {
		(void)ct_signal_parse(&s, types[i], text);
		free(s.hash);
	}
	(void)ct_signal_parse(&s, text, "00");
	free(s.hash);
	free(text);
	return 0;
}
