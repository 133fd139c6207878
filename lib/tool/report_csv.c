/*
 * report_csv.c - cells of CSV that no spreadsheet computes
 *
 * RFC 4180 and UTF-8.  What is read with a spreadsheet must not be computed by
 * it, so what begins like a formula has an apostrophe before it: a cell, and
 * what follows a semicolon, a tab or a line end within it, which part cells
 * where the comma does not.  So has what begins with an apostrophe there:
 * whoever takes one apostrophe off at each of these places has the text again.
 */
#include <string.h>

#include "prog.h"
#include "report_impl.h"

static const char parting[] = ";\t\r\n";

static bool
formula(const char *s)
{
	static const char *const wide[] = { "\xef\xbc\x9d", "\xef\xbc\x8b",
		"\xef\xbc\x8d", "\xef\xbc\xa0" }; /* = + - @ of full width */
	size_t i;

	if (*s && strchr("=+-@'", *s))
		return true;
	for (i = 0; i < sizeof wide / sizeof wide[0]; i++)
		if (strncmp(s, wide[i], 3) == 0)
			return true;
	return false;
}

/* Within a cell its quotes need be none to a reader that parts it there. */
static bool
formula_within(const char *s)
{
	return *s == '\'' || formula(s + strspn(s, "\" "));
}

void
ct_csv_cell(struct ct_text *row, bool first, const char *s, bool *guarded)
{
	bool guard = formula(s) || (*s && strchr(parting + 1, *s));
	size_t len = strlen(s);
	bool quote = guard || strpbrk(s, "\",;\t\r\n") || *s == ' ' ||
	    (len && s[len - 1] == ' ');

	if (!first)
		ct_text_add(row, ",", 1);
	if (quote)
		ct_text_add(row, "\"", 1);
	for (; *s; s++) {
		if (guard)
			ct_text_add(row, "'", 1);
		*guarded |= guard;
		if (*s == '"')
			ct_text_add(row, "\"", 1);
		ct_text_add(row, s, 1);
		guard = strchr(parting, *s) && formula_within(s + 1);
	}
	if (quote)
		ct_text_add(row, "\"", 1);
}
