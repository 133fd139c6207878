/* What a scan calls regular, jansson reads the same way. */
#include "fuzz.h"

#include "../scandiff.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *bad;
	int n;

	bad = scan_differs((const char *)data, len, &n);
	if (bad)
		(void)fprintf(stderr, "%s\n", bad);
	must(!bad);
	return 0;
}
