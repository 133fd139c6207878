/* urls - of each line the normal form, or "- REASON" */
#include <stdio.h>
#include <string.h>

#include "url.h"

int
main(void)
{
	char line[16384], out[CT_URL_MAX];
	const char *why;
	size_t n;

	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = '\0';
		why = ct_url_normal(line, strlen(line), out, &n);
		(void)printf("%s%s\n", why ? "- " : "", why ? why : out);
	}
	return 0;
}
