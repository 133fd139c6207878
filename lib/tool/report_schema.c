/* report_schema.c - the table, told: every element there is */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "report_impl.h"

static const char *const kinds[] = {
	[CT_NODE] = "object",
	[CT_CHOICE] = "one of",
	[CT_FLAGS] = "flags",
	[CT_FLAG] = "flag",
	[CT_TEXT] = "text",
	[CT_BOOL] = "boolean",
	[CT_INT] = "integer",
	[CT_REAL] = "number",
	[CT_TIME] = "time",
	[CT_DATE] = "date",
	[CT_URL] = "url",
	[CT_HTTP] = "http url",
	[CT_MAIL] = "e-mail",
	[CT_IP] = "ip",
};

struct tell {
	struct ct_out *out;
	struct ct_err *err;
	bool json;
	int rc;
};

static const char *
times(const struct ct_elem *e)
{
	bool must = e->flags & CT_MUST;

	return e->flags & CT_MANY ? must ? "+" : "*" : must ? "1" : "?";
}

static json_t *
attributes(const struct ct_elem *e)
{
	json_t *list = json_array();
	const struct ct_attr *a;

	for (a = e->attr; a && a->name; a++)
		(void)json_array_append_new(list,
		    json_pack("{s:s, s:b, s:s}", "name", a->name, "must",
			a->must, "kind", kinds[a->kind]));
	return list;
}

static void
tell_json(struct tell *t, const struct ct_elem *e, const char *path)
{
	json_t *line = json_pack("{s:s, s:s, s:s}", "path", path, "times",
	    times(e), "kind", kinds[e->kind]);

	if (e->attr)
		(void)json_object_set_new(line, "attributes", attributes(e));
	if (e->flags & CT_LATER)
		(void)json_object_set_new(line, "later", json_true());
	t->rc = ct_out_rec(t->out, line, t->err);
	json_decref(line);
}

static void
tell_line(struct tell *t, const struct ct_elem *e, const char *path)
{
	char *line = ct_printf("%-64s %s  %-8s%s", path, times(e),
	    kinds[e->kind], e->flags & CT_LATER ? "  later" : "");
	const struct ct_attr *a;
	char *more;

	for (a = e->attr; a && a->name; a++) {
		more =
		    ct_printf("%s  @%s%s", line, a->name, a->must ? "!" : "");
		free(line);
		line = more;
	}
	t->rc = ct_out_line(t->out, line, strlen(line), t->err);
	free(line);
}

static void
tell(struct tell *t, const struct ct_elem *e, const char *path)
{
	const struct ct_elem *s;
	char *sub;

	(t->json ? tell_json : tell_line)(t, e, path);
	for (s = e->sub; !t->rc && s && s->name; s++) {
		sub = ct_printf("%s/%s", path, s->name);
		tell(t, s, sub);
		free(sub);
	}
}

int
ct_report_schema(struct ct_out *out, bool json, struct ct_err *err)
{
	struct tell t = { out, err, json, 0 };

	tell(&t, &ct_report_table, ct_report_table.name);
	if (!t.rc)
		tell(&t, &ct_file_table, ct_file_table.name);
	return t.rc;
}
