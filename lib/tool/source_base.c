/* source_base.c - what a delta is on top of; by itself, for who only reads one:
 * a program is linked with what its files need */
#include <stdlib.h>

#include "rec.h"
#include "source.h"

int
ct_delta_base(const char *text, size_t len, uint64_t *generation,
    uint64_t *content, struct ct_err *err)
{
	struct ct_err none = { 0 };
	const char *hex;
	json_t *o, *base;

	o = ct_json_object(text, len, &none);
	base = json_object_get(o, "base");
	hex = json_string_value(json_object_get(o, "content"));
	*generation = (uint64_t)json_integer_value(base);
	*content = hex ? strtoull(hex, NULL, 16) : 0;
	if (!json_is_integer(base) || !hex)
		(void)ct_fail(err, CT_DATAERR,
		    "the index is damaged: on top of which it is");
	json_decref(o);
	return err->code;
}
