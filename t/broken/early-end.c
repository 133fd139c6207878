/* ct-preserve, broken: an object goes before the log says that it will. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vault_dir.h"

int __real_vault_log(
    struct ct_vault *v, const char *act, json_t *members, struct ct_err *err);
int __wrap_vault_log(
    struct ct_vault *v, const char *act, json_t *members, struct ct_err *err);

int
__wrap_vault_log(
    struct ct_vault *v, const char *act, json_t *members, struct ct_err *err)
{
	json_t *id;
	char *path;
	size_t i;

	if (strcmp(act, "destroy") == 0)
		json_array_foreach(json_object_get(members, "objects"), i, id)
		{
			path = vault_object(v, json_string_value(id));
			(void)unlink(path);
			free(path);
		}
	return __real_vault_log(v, act, members, err);
}
