/* report_value.c - one value of the model as it is written, or why not */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "prog.h"
#include "report_impl.h"

#define LISTED 8 /* values that a message names, at most */

__attribute__((format(printf, 3, 4))) static int
fault(struct ct_err *err, const struct ct_where *at, const char *fmt, ...)
{
	char what[256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	return at->attr
	    ? ct_fail(err, CT_DATAERR, "element '%s': attribute '%s' %s",
		  at->element, at->attr, what)
	    : ct_fail(err, CT_DATAERR, "element '%s' %s", at->element, what);
}

int
ct_value_is_not(const struct ct_where *at, const char *what, struct ct_err *err)
{
	return fault(err, at, "is not %s", what);
}

/* ---- texts ----------------------------------------------------------------
 */

static size_t
characters(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += (*s & 0xc0) != 0x80;
	return n;
}

static int
one_of(const struct ct_where *at, const struct ct_type *type, const char *s,
    struct ct_err *err)
{
	char list[256] = "";
	size_t i, n = 0;

	for (i = 0; type->values[i]; i++)
		if (strcmp(s, type->values[i]) == 0)
			return 0;
	if (type->what)
		return ct_value_is_not(at, type->what, err);
	for (i = 0; i < LISTED && type->values[i]; i++)
		n += (size_t)snprintf(list + n, sizeof list - n, "%s%s",
		    i ? ", " : "", type->values[i]);
	return fault(err, at, "is none of %s", list);
}

static bool
digits(const char *s, size_t min, size_t max)
{
	size_t n = strspn(s, "0123456789");

	return s[n] == '\0' && n >= min && n <= max;
}

static bool
of_kind(enum ct_kind kind, const char *s)
{
	switch (kind) {
	case CT_MAIL:
		return ct_mail_ok(s);
	case CT_URL:
		return ct_url_ok(s);
	case CT_HTTP:
		return ct_http_ok(s);
	case CT_IP:
		return ct_ip_ok(s);
	case CT_DATE:
		return ct_date_ok(s);
	case CT_CALLING:
		return *s == '+' && digits(s + 1, 1, 3);
	case CT_DIGITS:
		return digits(s, 1, SIZE_MAX);
	default:
		return true;
	}
}

static int
string(char **text, const struct ct_where *at, const struct ct_type *type,
    const char *s, struct ct_err *err)
{
	int rc;

	if (!s)
		return ct_value_is_not(at,
		    type->values || !type->what ? "a text" : type->what, err);
	if (!ct_xml_legal(s))
		return fault(
		    err, at, "holds a character that XML does not allow");
	if (ct_blank(s))
		return fault(err, at, "is blank");
	if (type->max && strlen(s) > type->max && characters(s) > type->max)
		return fault(
		    err, at, "is longer than %u characters", type->max);
	if (!of_kind(type->kind, s))
		return ct_value_is_not(at, type->what, err);
	if (type->values && (rc = one_of(at, type, s, err)))
		return rc;
	*text = ct_strdup(s);
	return 0;
}

/* ---- numbers ---------------------------------------------------------------
 */

/* Report numbers come as text, since that is what identifiers are. */
static int
integer(char **text, const struct ct_where *at, const struct ct_type *type,
    const json_t *v, struct ct_err *err)
{
	const char *s = json_string_value(v);
	int64_t n;

	if (json_is_integer(v))
		n = json_integer_value(v);
	else if (s && digits(s, 1, 18))
		n = strtoll(s, NULL, 10);
	else
		return ct_value_is_not(at, type->what, err);
	if ((type->low || type->high) && (n < type->low || n > type->high))
		return ct_value_is_not(at, type->what, err);
	*text = ct_printf("%" PRId64, n);
	return 0;
}

static int
real(char **text, const struct ct_where *at, const struct ct_type *type,
    const json_t *v, struct ct_err *err)
{
	double x = json_number_value(v);

	if (!json_is_number(v) || x < (double)type->low ||
	    x > (double)type->high)
		return ct_value_is_not(at, type->what, err);
	*text = ct_printf("%.7f", x);
	return 0;
}

int
ct_report_time(
    int64_t *ms, const char *element, const json_t *v, struct ct_err *err)
{
	const struct ct_where at = { element, NULL };

	if (json_is_integer(v) && json_integer_value(v) >= 0 &&
	    json_integer_value(v) < (json_int_t)253402300800) {
		*ms = (int64_t)json_integer_value(v) * 1000;
		return 0;
	}
	if (json_is_string(v) && ct_time_parse(json_string_value(v), ms) == 0)
		return 0;
	return ct_value_is_not(&at, ct_types[CT_T_TIME].what, err);
}

int
ct_report_value(char **text, const struct ct_where *at,
    const struct ct_type *type, const json_t *v, struct ct_err *err)
{
	char time[CT_TIME_LEN];
	struct ct_err none;
	int64_t ms = 0;

	*text = NULL;
	switch (type->kind) {
	case CT_BOOL:
		if (!json_is_boolean(v))
			return ct_value_is_not(at, type->what, err);
		*text = ct_strdup(json_is_true(v) ? "true" : "false");
		return 0;
	case CT_INT:
		return integer(text, at, type, v, err);
	case CT_REAL:
		return real(text, at, type, v, err);
	case CT_TIME:
		if (ct_report_time(&ms, at->element, v, &none))
			return ct_value_is_not(at, type->what, err);
		*text = ct_strdup(ct_time(ms, time));
		return 0;
	default:
		return string(text, at, type, json_string_value(v), err);
	}
}
