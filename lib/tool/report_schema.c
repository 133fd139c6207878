/* report_schema.c - the table, told: every element and attribute there is */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "report_impl.h"

#define NAMED 10 /* values that a line for people has, at most */

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
	[CT_CALLING] = "+digits",
	[CT_DIGITS] = "digits",
};

struct tell {
	struct ct_out *out;
	struct ct_err *err;
	bool json;
};

struct row {
	const char *path, *times;
	const struct ct_type *type;
	bool later;
};

static json_t *
values(const struct ct_type *type)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; type->values[i]; i++)
		(void)json_array_append_new(list, json_string(type->values[i]));
	return list;
}

static int
tell_json(const struct tell *t, const struct row *r)
{
	json_t *line = json_pack("{s:s, s:s, s:s}", "path", r->path, "times",
	    r->times, "kind", kinds[r->type->kind]);
	int rc;

	if (r->type->max)
		(void)json_object_set_new(
		    line, "max", json_integer((json_int_t)r->type->max));
	if (r->type->low || r->type->high)
		(void)json_object_set_new(line, "range",
		    json_pack("[I, I]", (json_int_t)r->type->low,
			(json_int_t)r->type->high));
	if (r->type->values)
		(void)json_object_set_new(line, "values", values(r->type));
	if (r->later)
		(void)json_object_set_new(line, "later", json_true());
	rc = ct_out_rec(t->out, line, t->err);
	json_decref(line);
	return rc;
}

/* What it may be, as far as the kind and the length do not say it. */
static char *
may_be(const struct ct_type *type)
{
	char *all = NULL, *more;
	size_t i;

	for (i = 0; type->values && type->values[i] && i <= NAMED; i++) {
		more = ct_printf("%s%s%s", all ? all : "", all ? " | " : "  = ",
		    type->values[i]);
		free(all);
		all = more;
	}
	if (i <= NAMED && all)
		return all;
	free(all);
	return type->values || (type->kind == CT_INT && type->low != 1) ||
		type->kind == CT_REAL || type->high == 65535
	    ? ct_printf("  = %s", type->what)
	    : ct_strdup("");
}

static int
tell_line(const struct tell *t, const struct row *r)
{
	char max[16] = "", *what = may_be(r->type), *line;
	int rc;

	if (r->type->max)
		(void)snprintf(max, sizeof max, "%u", r->type->max);
	line = ct_printf("%s %-8s %4s  %s%s%s", r->times, kinds[r->type->kind],
	    max, r->path, what, r->later ? "  (later)" : "");
	rc = ct_out_line(t->out, line, strlen(line), t->err);
	free(what);
	free(line);
	return rc;
}

static int
tell_row(const struct tell *t, const char *path, const char *times,
    const struct ct_type *type, bool later)
{
	const struct row r = { path, times, type, later };

	return t->json ? tell_json(t, &r) : tell_line(t, &r);
}

static int
tell_attrs(const struct tell *t, const struct ct_elem *e, const char *path)
{
	const struct ct_attr *a;
	char *name;
	int rc = 0;

	for (a = e->attr; !rc && a && a->name; a++) {
		name = ct_printf("%s/@%s", path, a->name);
		rc = tell_row(t, name, a->must ? "1" : "?", a->type, false);
		free(name);
	}
	return rc;
}

static int
tell(const struct tell *t, const struct ct_elem *e, const char *path,
    bool choice)
{
	bool must = e->flags & CT_MUST && !choice;
	const char *times = e->flags & CT_MANY ? must ? "+" : "*"
	    : must                             ? "1"
					       : "?";
	const struct ct_elem *s;
	char *sub;
	int rc = tell_row(t, path, times, e->type, e->flags & CT_LATER);

	if (!rc)
		rc = tell_attrs(t, e, path);
	for (s = e->sub; !rc && s && s->name; s++) {
		sub = ct_printf("%s/%s", path, s->name);
		rc = tell(t, s, sub, e->type->kind == CT_CHOICE);
		free(sub);
	}
	return rc;
}

int
ct_report_schema(struct ct_out *out, bool json, struct ct_err *err)
{
	const struct tell t = { out, err, json };
	int rc = tell(&t, &ct_report_table, ct_report_table.name, false);

	if (!rc)
		rc = tell(&t, &ct_file_table, ct_file_table.name, false);
	return rc;
}
