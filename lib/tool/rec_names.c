/* rec_names.c - sets of names, to follow them through records */
#include "rec.h"

void
ct_names_add(json_t *set, const json_t *rec, const char *member)
{
	const char *name = ct_rec_text(rec, member);

	if (name)
		(void)json_object_set_new(set, name, json_null());
}

bool
ct_names_has(const json_t *set, const json_t *rec, const char *member)
{
	const char *name = ct_rec_text(rec, member);

	return name && json_object_get(set, name);
}

size_t
ct_names_in(const json_t *set, const json_t *rec, const char *member)
{
	const json_t *list = json_object_get(rec, member), *one;
	size_t i, n = 0;

	json_array_foreach(list, i, one) n += json_is_string(one) &&
	    json_object_get(set, json_string_value(one)) != NULL;
	return n;
}
