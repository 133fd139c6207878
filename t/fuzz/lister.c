/* What is read of a page of a listing in one pass, libxml2 reads the same way.
 */
#include "fuzz.h"

#include "lister_impl.h"

static int
parse(
    struct lister_page *page, const uint8_t *data, size_t len, const char *more)
{
	char *text = malloc(len + strlen(more) + 1);
	struct ct_err err = { 0 };
	int rc;

	must(text);
	if (len)
		memcpy(text, data, len);
	memcpy(text + len, more, strlen(more) + 1);
	*page = (struct lister_page){ .next = "" };
	rc = lister_page_parse(page, text, len + strlen(more), &err);
	free(text);
	return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct lister_page a, b;
	size_t i;
	int rc = parse(&a, data, len, "");

	/* a comment is nothing that is read in one pass */
	must(parse(&b, data, len, "<!---->") == rc);
	must(rc || (a.n == b.n && a.nprefix == b.nprefix));
	must(rc || (a.truncated == b.truncated && strcmp(a.next, b.next) == 0));
	for (i = 0; !rc && i < a.n; i++) {
		must(a.object[i].len == b.object[i].len);
		must(memcmp(a.object[i].key, b.object[i].key,
			 a.object[i].len) == 0);
		must(a.object[i].bytes == b.object[i].bytes);
		must(strcmp(a.object[i].etag, b.object[i].etag) == 0);
		must(strcmp(a.object[i].modified, b.object[i].modified) == 0);
	}
	for (i = 0; !rc && i < a.nprefix; i++)
		must(a.prefix[i].len == b.prefix[i].len &&
		    memcmp(a.prefix[i].text, b.prefix[i].text,
			a.prefix[i].len) == 0);
	lister_page_free(&a);
	lister_page_free(&b);
	return 0;
}
