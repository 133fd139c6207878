/* ct-preserve, broken: what was secret stays where it was. */
#include <sodium.h>

void __wrap_sodium_memzero(void *p, size_t len);

void
__wrap_sodium_memzero(void *p, size_t len)
{
	(void)p;
	(void)len;
}
