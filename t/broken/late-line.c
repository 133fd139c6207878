/* ct-preserve, broken: what was sealed is in the log only when it ends. */
#include <string.h>

#include "vault_dir.h"

int __real_vault_log(
    struct ct_vault *v, const char *act, json_t *members, struct ct_err *err);
int __wrap_vault_log(
    struct ct_vault *v, const char *act, json_t *members, struct ct_err *err);
void __real_ct_vault_leave(struct ct_vault *v);
void __wrap_ct_vault_leave(struct ct_vault *v);

static json_t *late[16];
static size_t n;

int
__wrap_vault_log(
    struct ct_vault *v, const char *act, json_t *members, struct ct_err *err)
{
	if (strcmp(act, "seal") != 0 || n == sizeof late / sizeof late[0])
		return __real_vault_log(v, act, members, err);
	late[n++] = members;
	return 0;
}

void
__wrap_ct_vault_leave(struct ct_vault *v)
{
	struct ct_err ignored = { 0 };
	size_t i;

	if (n && vault_begin(v, NULL, &ignored) == 0)
		for (i = 0; i < n; i++)
			(void)__real_vault_log(v, "seal", late[i], &ignored);
	vault_end(v);
	__real_ct_vault_leave(v);
}
