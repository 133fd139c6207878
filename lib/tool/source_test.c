/* source_test.c - the list of the harmless picture and video that ship with ct
 */
#include <string.h>

#include "prog.h"
#include "source.h"

#define LIST "test/harmless.ndjson"

static const char *
class_test(const struct ct_source *s)
{
	(void)s;
	return "own";
}

/* What it hits is shown to people and never reported: class = own. */
static int
conf_test(struct ct_source *s, struct ct_err *err)
{
	if (s->path || s->url || s->credential || s->hash)
		return ct_fail(err, CT_CONFIG,
		    "source '%s': type = test wants no path, url, credential"
		    " or hash",
		    s->name);
	if (strcmp(s->class, "own") != 0)
		return ct_fail(err, CT_CONFIG,
		    "source '%s': type = test is of class = own", s->name);
	s->path = ct_shipped(LIST);
	return 0;
}

static int
sync_test(struct ct_source *s, struct ct_err *err)
{
	return ct_source_file.sync(s, err);
}

static int
check_test(struct ct_source *s, char **what, struct ct_err *err)
{
	return ct_source_file.check(s, what, err);
}

const struct ct_adapter ct_source_test = { "test", conf_test, sync_test,
	check_test, class_test, NULL };
