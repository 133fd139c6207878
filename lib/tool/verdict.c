#include "verdict.h"

#include <stddef.h>
#include <string.h>

const struct ct_verdict ct_verdicts[] = {
	{ "csam", true, true, false },
	{ "exploitative", false, false, false },
	{ "ncii", false, false, false },
	{ "text_offence", true, false, true },
	{ "not_csam", false, false, false },
	{ "unsure", false, false, false },
	{ NULL, false, false, false },
};

const struct ct_verdict *
ct_verdict_named(const char *name)
{
	const struct ct_verdict *v;

	for (v = ct_verdicts; v->name; v++)
		if (strcmp(v->name, name) == 0)
			return v;
	return NULL;
}

bool
ct_class_ok(const char *name)
{
	return strlen(name) == 2 && strchr("AB", name[0]) &&
	    strchr("12", name[1]);
}
