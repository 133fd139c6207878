/* preserve_key.c - the keys that evidence is sealed to: keygen */
#include "preserve_impl.h"
#include "prog.h"

int
preserve_keygen(const struct ct_preserve *p)
{
	struct ct_err err = { 0 };

	if (!p->output)
		return CT_USAGE;
	preserve_must(ct_vault_keygen(p->output, &err), &err);
	return 0;
}
